"""Estimation of regressions: the same numbers as statsmodels, and refusals where there is no estimate."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.typing import NDArray

from sozialanalyse.connections.fit import fit_counts, fit_least_squares
from sozialanalyse.errors import MethodError

Array = NDArray[np.float64]


@pytest.fixture
def design() -> Array:
    """Return a constant and two columns for 60 areas."""
    return np.column_stack([np.ones(60), np.random.default_rng(1).normal(size=(60, 2))])


@pytest.fixture
def base() -> Array:
    """Return the persons of 60 areas."""
    return np.random.default_rng(2).integers(50, 900, size=60).astype(float)


def test_a_binomial_model_is_that_of_statsmodels(design: Array, base: Array) -> None:
    share = 1 / (1 + np.exp(-design @ [-2.0, 0.6, -0.2]))
    events = np.random.default_rng(3).binomial(base.astype(int), share).astype(float)
    ours = fit_counts(events, base, design, "binomial")
    theirs = sm.GLM(np.column_stack([events, base - events]), design, family=sm.families.Binomial())
    result = theirs.fit(tol=1e-14)
    assert ours.params == pytest.approx(result.params, rel=1e-8)
    assert ours.covariance == pytest.approx(result.cov_params(), rel=1e-7)
    # statsmodels counts every area as one trial in its sum; with the number of trials it is Pearson's χ².
    fitted = base * result.fittedvalues
    assert ours.mean == pytest.approx(fitted, rel=1e-8)
    assert ours.pearson == pytest.approx(np.sum((events - fitted) ** 2 / (fitted * (1 - fitted / base))))


@pytest.mark.parametrize("alpha", [0.0, 0.3])
def test_a_model_of_rates_is_that_of_statsmodels(design: Array, base: Array, alpha: float) -> None:
    mean = base * np.exp(design @ [-3.0, 0.5, 0.1])
    events = np.random.default_rng(4).negative_binomial(4, 4 / (4 + mean)).astype(float)
    ours = fit_counts(events, base, design, "negative_binomial" if alpha else "poisson", alpha=alpha)
    family = sm.families.NegativeBinomial(alpha=alpha) if alpha else sm.families.Poisson()
    theirs = sm.GLM(events, design, family=family, offset=np.log(base)).fit(tol=1e-14)
    assert ours.params == pytest.approx(theirs.params, rel=1e-7)
    assert ours.covariance == pytest.approx(theirs.cov_params(), rel=1e-6)
    assert ours.pearson == pytest.approx(theirs.pearson_chi2, rel=1e-7)


def test_weighted_least_squares_with_hc3_errors_is_that_of_statsmodels(design: Array, base: Array) -> None:
    outcome = design @ [1.0, 2.0, 0.0] + np.random.default_rng(5).normal(size=60) * np.abs(design[:, 1])
    params, covariance, variance = fit_least_squares(outcome, design, base)
    theirs = sm.WLS(outcome, design, weights=base).fit(cov_type="HC3")
    assert params == pytest.approx(theirs.params, rel=1e-10)
    assert covariance == pytest.approx(theirs.cov_params(), rel=1e-10)
    assert variance == pytest.approx(theirs.mse_resid, rel=1e-10)


@pytest.mark.parametrize("family", ["binomial", "poisson"])
def test_groups_without_any_event_have_no_estimate(family: str) -> None:
    group = np.repeat([0.0, 1.0], 10)
    design = np.column_stack([np.ones(20), group])
    with pytest.raises(MethodError, match="keinem festen Ergebnis"):
        fit_counts(group * 5.0, np.full(20, 100.0), design, "binomial" if family == "binomial" else "poisson")


def test_fits_raise_no_warnings_on_empty_and_full_areas(design: Array) -> None:
    events = np.tile([0.0, 40.0, 7.0], 20)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit_counts(events, np.full(60, 40.0), design, "binomial")

"""Models of one indicator by another: effects that a table of four fields gives by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sozialanalyse.connections.regression import fit_pair
from sozialanalyse.errors import MethodError

GROUP = np.repeat([0.0, 10.0], 8)
BASE = np.tile([200.0, 300.0, 250.0, 250.0], 4)


def test_binomial_effect_is_the_odds_ratio_of_the_pooled_table() -> None:
    events = np.array([20, 30, 20, 30, 20, 30, 20, 30, 60, 90, 70, 80, 60, 90, 70, 80], dtype=float)
    model = fit_pair(
        GROUP,
        events / BASE,
        kind="proportion",
        numerator=events,
        denominator=BASE,
        percentage=True,
        factor=100,
    )
    # 200 of 2,000 against 600 of 2,000: (600/1400) / (200/1800) = 27/7, for 10 percentage points.
    assert model.family == "binomial"
    assert model.per_ten_points is not None
    assert model.per_ten_points.estimate == pytest.approx(27 / 7)
    # A standard deviation of the predictor is 5.164 points: the odds ratio to the power of 0.5164.
    assert model.per_sd.estimate == pytest.approx((27 / 7) ** (np.std(GROUP, ddof=1) / 10))
    assert model.predicted[[0, -1]] == pytest.approx([10.0, 30.0])
    # Overdispersed Woolf interval: √(1/200 + 1/1800 + 1/600 + 1/1400) · √dispersion.
    error = np.sqrt((1 / 200 + 1 / 1800 + 1 / 600 + 1 / 1400) * model.dispersion)
    assert model.t == pytest.approx(np.log(27 / 7) / error)
    shares = np.repeat([0.1, 0.3], 8)
    assert model.dispersion == pytest.approx(
        np.sum((events - BASE * shares) ** 2 / (BASE * shares * (1 - shares))) / 14
    )


def test_poisson_effect_is_the_rate_ratio_of_the_pooled_table() -> None:
    events = np.where(GROUP > 0, 30.0, 10.0) + np.tile([1.0, -1.0], 8)
    model = fit_pair(
        GROUP,
        events,
        kind="rate",
        numerator=events,
        denominator=np.full(16, 100.0),
        percentage=True,
        factor=1000,
    )
    # 240 against 80 events in equal populations: rate ratio 3, error √(1/240 + 1/80).
    assert model.family == "poisson"
    assert model.per_ten_points is not None
    assert model.per_ten_points.estimate == pytest.approx(3.0)
    assert model.t == pytest.approx(np.log(3.0) / np.sqrt(1 / 240 + 1 / 80), rel=1e-6)
    assert model.predicted[[0, -1]] == pytest.approx([100.0, 300.0])


def test_strongly_scattered_rates_get_a_negative_binomial_model() -> None:
    events = np.where(GROUP > 0, 300.0, 100.0) * np.tile([0.5, 1.5], 8)
    model = fit_pair(
        GROUP, events, kind="rate", numerator=events, denominator=np.full(16, 1e4), percentage=True
    )
    assert model.family == "negative_binomial"
    assert model.dispersion == pytest.approx(1.0, abs=1e-3)
    assert model.per_ten_points is not None
    assert model.per_ten_points.estimate == pytest.approx(3.0, rel=1e-6)
    # Every residual is half of the mean: Σ (μ/2)²/(μ + αμ²) = 14; the error of a group's mean log rate is
    # √(Σ 1/8 · (1/μ + α)), with α = 0.2 … solved here from the same equation.
    from scipy.optimize import brentq

    mu = np.array([100.0, 300.0])
    alpha = brentq(lambda a: 8 * np.sum(0.25 * mu / (1 + a * mu)) - 14, 1e-6, 10)
    assert model.t == pytest.approx(np.log(3.0) / np.sqrt(np.sum(1 / mu + alpha) / 8), rel=1e-4)


def test_scores_get_least_squares_with_hc3_errors_by_the_formula_of_mackinnon_and_white() -> None:
    rng = np.random.default_rng(5)
    x, z = rng.normal(size=(2, 30))
    y = 2.0 + 1.5 * x - z + rng.normal(size=30) * (1 + np.abs(x))
    model = fit_pair(x, y, kind="score", covariates=z[:, None])
    design = np.column_stack([np.ones(30), x, z])
    inverse = np.linalg.inv(design.T @ design)
    beta = inverse @ design.T @ y
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
    meat = design.T @ (design * (((y - design @ beta) / (1 - leverage)) ** 2)[:, None])
    error = np.sqrt((inverse @ meat @ inverse)[1, 1])
    assert model.t == pytest.approx(beta[1] / error)
    assert model.per_sd.estimate == pytest.approx(beta[1] * x.std(ddof=1))
    reach = stats.t.ppf(0.975, 27) * error * x.std(ddof=1)
    assert model.per_sd.upper - model.per_sd.estimate == pytest.approx(reach)
    assert model.per_ten_points is None
    assert model.covariates == 1


def test_predictions_stand_at_the_middle_of_each_fifth() -> None:
    x = np.arange(101.0)
    model = fit_pair(x, 3.0 * x + np.tile([1.0, -1.0], 51)[:101], kind="score")
    assert model.fifths.tolist() == [10.0, 30.0, 50.0, 70.0, 90.0]
    assert model.predicted == pytest.approx(3.0 * model.fifths, abs=0.1)
    assert (model.predicted_lower < model.predicted).all()
    assert (model.predicted < model.predicted_upper).all()


def test_weights_count_an_area_as_often_as_they_say() -> None:
    x, y = np.arange(12.0), np.arange(12.0) ** 2
    weights = np.tile([1.0, 2.0, 3.0], 4)
    slope = np.polyfit(np.repeat(x, weights.astype(int)), np.repeat(y, weights.astype(int)), 1)[0]
    model = fit_pair(x, y, kind="score", weights=weights)
    assert model.per_sd.estimate == pytest.approx(slope * x.std(ddof=1))


def test_areas_without_all_values_are_left_out_and_the_rest_is_counted() -> None:
    x, y = np.arange(14.0), np.sin(np.arange(14.0))
    x[0], y[1] = np.nan, np.nan
    assert fit_pair(x, y, kind="score").count == 12


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"predictor": np.full(16, 4.0)}, "überall gleich oder durch die anderen bestimmt"),
        ({"covariates": GROUP[:, None] * 2}, "überall gleich oder durch die anderen bestimmt"),
        ({"outcome": np.full(16, 4.0)}, "Zielmerkmal ist überall gleich"),
        ({"predictor": np.where(np.arange(16) < 9, GROUP, np.nan)}, "mindestens 10 Gebiete"),
        (
            {"kind": "proportion", "numerator": BASE + 1, "denominator": BASE},
            "Zähler nicht über dem Nenner",
        ),
        (
            {"kind": "proportion", "numerator": np.where(GROUP > 0, BASE, 0.0), "denominator": BASE},
            "keinem festen Ergebnis",
        ),
    ],
)
def test_what_cannot_be_estimated_is_refused_with_a_reason(change: dict[str, object], message: str) -> None:
    given: dict[str, object] = {"predictor": GROUP, "outcome": np.arange(16.0), "kind": "score"}
    with pytest.raises(MethodError, match=message):
        fit_pair(**(given | change))  # type: ignore[arg-type]

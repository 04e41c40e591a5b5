"""Leaving out, other specifications, other levels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from sozialanalyse.connections import robustness
from sozialanalyse.connections.data import ConnectionData
from sozialanalyse.connections.robustness import (
    leave_one_area_out,
    leave_one_group_out,
    merge_areas,
    specification_curve,
)
from sozialanalyse.connections.spec import ConnectionSpec

City = Callable[..., ConnectionData]


def test_range_without_one_area_equals_scipy_area_by_area() -> None:
    x = np.random.default_rng(1).normal(size=(15, 3))
    x[4, 2] = np.nan
    found = leave_one_area_out(x, np.ones(15), "spearman")
    for j in (1, 2):
        every = []
        for i in range(15):
            rest = np.delete(x[:, [0, j]], i, axis=0)
            rest = rest[np.isfinite(rest).all(axis=1)]
            every.append(stats.spearmanr(rest[:, 0], rest[:, 1]).statistic)
        assert (found.lowest[0, j], found.highest[0, j]) == pytest.approx((min(every), max(every)))


def test_the_area_that_makes_a_connection_is_named() -> None:
    x = np.random.default_rng(2).normal(size=(20, 2))
    x[13] = [9.0, 9.0]
    assert leave_one_area_out(x, np.ones(20), "pearson").decisive[0, 1] == 13


@pytest.mark.parametrize("weighting", ["equal", "unequal"])
def test_the_short_way_for_large_datasets_is_exact_for_the_linear_coefficient(
    monkeypatch: pytest.MonkeyPatch, weighting: str
) -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(30, 4))
    x[2, 1] = x[5, 3] = np.nan
    weights = np.ones(30) if weighting == "equal" else rng.uniform(1, 5, 30)
    exact = leave_one_area_out(x, weights, "pearson")
    monkeypatch.setattr(robustness, "EXACT_AREAS", 10)
    short = leave_one_area_out(x, weights, "pearson")
    # Leaving out an area that a pair does not use changes nothing; the short way leaves such areas away.
    for one, two in ((exact.lowest, short.lowest), (exact.highest, short.highest)):
        assert two == pytest.approx(one, abs=1e-10, nan_ok=True)


def test_range_without_one_district_equals_scipy_district_by_district() -> None:
    x = np.random.default_rng(4).normal(size=(18, 2))
    groups = tuple("cab"[i % 3] for i in range(18))
    found = leave_one_group_out(x, np.ones(18), groups, "spearman")
    kept = [np.array(groups) != name for name in "abc"]
    every = [stats.spearmanr(x[k, 0], x[k, 1]).statistic for k in kept]
    assert (found.lowest[0, 1], found.highest[0, 1]) == pytest.approx((min(every), max(every)))
    whole = stats.spearmanr(x[:, 0], x[:, 1]).statistic
    assert found.decisive[0, 1] == int(np.argmax(np.abs(np.array(every) - whole)))


def test_the_curve_holds_every_combination_once_and_starts_with_the_own() -> None:
    rng = np.random.default_rng(5)
    x, control = rng.normal(size=(40, 3)), rng.normal(size=(40, 1))
    spec = ConnectionSpec(method="pearson", weighting="population", covariates=("age",))
    curve = specification_curve(x, spec=spec, population=rng.uniform(1, 9, 40), covariates=control)
    assert curve.names[0] == ("pearson", "population", False)
    assert len(set(curve.names)) == len(curve.names) == 8
    assert curve.estimate.shape == (8, 3, 3)
    plain = curve.names.index(("spearman", "none", False))
    assert curve.estimate[plain, 0, 1] == pytest.approx(stats.spearmanr(x[:, 0], x[:, 1]).statistic)


def test_what_is_not_at_hand_is_no_alternative() -> None:
    x = np.random.default_rng(5).normal(size=(40, 3))
    curve = specification_curve(x, spec=ConnectionSpec())
    assert curve.names == (("spearman", "none", False), ("pearson", "none", False))
    only = specification_curve(x, spec=ConnectionSpec(alternatives=()), population=np.arange(1.0, 41.0))
    assert only.names == (("spearman", "none", False),)


def test_merging_adds_counts_and_weights_scores(city: City) -> None:
    # Shares 10/100 and 30/100 make 40/200; scores 2 and 5 weighted 1 : 2 make 4, and 1 and 3 by
    # 100 and 300 persons make 2.5.
    nan = np.nan
    data = city(
        np.array(
            [[10.0, 2.0, 7.0, 1.0], [30.0, 5.0, 8.0, 3.0], [50.0, 3.0, 9.0, nan], [50.0, 3.0, 1.0, 2.0]]
        ),
        4,
        1,
        group_ids=("east", "east", "west", "west"),
        kinds=("proportion", "score", "count", "score"),
        numerators=np.array(
            [[10.0, nan, nan, nan], [30.0, nan, nan, nan], [5.0, nan, nan, nan], [5.0, nan, nan, nan]]
        ),
        denominators=np.array(
            [[100.0, 10.0, nan, nan], [100.0, 20.0, nan, nan], [10.0, 10.0, nan, nan], [10.0, 10.0, nan, nan]]
        ),
        factors=np.array([100.0, 1.0, 1.0, 1.0]),
        population=np.array([100.0, 300.0, 100.0, 100.0]),
    )
    merged = merge_areas(data)
    assert merged.area_ids == ("east", "west")
    assert merged.values[0].tolist() == pytest.approx([20.0, 4.0, 15.0, 2.5])
    assert merged.values[1].tolist() == pytest.approx([50.0, 3.0, 10.0, nan], nan_ok=True)
    assert merged.population is not None
    assert merged.population.tolist() == [400.0, 200.0]


def test_a_score_without_any_weight_stays_empty_on_the_coarser_level(city: City) -> None:
    merged = merge_areas(city(np.arange(8.0).reshape(8, 1), 8, 1, population=None))
    assert np.isnan(merged.values).all()

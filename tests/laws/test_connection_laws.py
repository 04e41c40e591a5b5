"""What must hold for any areas and indicators."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sozialanalyse.connections.correlation import associate
from sozialanalyse.connections.intervals import adjust_holm, correlation_interval
from sozialanalyse.connections.kernel import correlate
from sozialanalyse.connections.robustness import leave_one_area_out
from sozialanalyse.connections.spec import ConnectionSpec
from sozialanalyse.connections.synthesis import Category, PairEvidence, SpecResult, judge
from sozialanalyse.spatial.effective import effective_sample_size, lag_orders
from sozialanalyse.spatial.weights import weights_from_pairs

seeds = st.integers(0, 2**32 - 1)
coefficients = st.floats(-0.99, 0.99)


def _table(seed: int, n: int = 12, k: int = 3) -> NDArray[np.float64]:
    """Values with ties and a few gaps."""
    rng = np.random.default_rng(seed)
    x = np.round(rng.normal(size=(n, k)), 1)
    x[rng.random((n, k)) < 0.1] = np.nan
    return x


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_coefficients_are_symmetric_and_bounded_and_gaps_are_as_if_not_there(seed: int) -> None:
    x = _table(seed)
    for method in ("spearman", "pearson"):
        r = correlate(x, np.ones((1, 12)), method)[0]  # type: ignore[arg-type]
        assert r == pytest.approx(r.T, nan_ok=True)
        assert np.nanmax(np.abs(r)) <= 1.0
        both = np.isfinite(x[:, :2]).all(axis=1)
        alone = correlate(x[both][:, :2], np.ones((1, both.sum())), method)[0]  # type: ignore[arg-type]
        assert alone[0, 1] == pytest.approx(r[0, 1], nan_ok=True)


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_rank_correlation_does_not_change_under_a_rising_transformation(seed: int) -> None:
    x = _table(seed)
    one, two = (correlate(t, np.ones((1, 12)), "spearman")[0] for t in (x, np.exp(x)))
    assert two == pytest.approx(one, nan_ok=True)


@given(seeds, st.floats(0.1, 100.0))
@settings(max_examples=30, deadline=None)
def test_only_the_ratio_of_weights_matters(seed: int, factor: float) -> None:
    x = _table(seed)
    weights = np.random.default_rng(seed).uniform(0.5, 5.0, (1, 12))
    assert correlate(x, factor * weights, "spearman") == pytest.approx(
        correlate(x, weights, "spearman"), nan_ok=True
    )


@given(seeds)
@settings(max_examples=15, deadline=None)
def test_order_of_areas_and_indicators_changes_nothing_but_order(seed: int) -> None:
    x = _table(seed)
    rng = np.random.default_rng(seed)
    rows, columns = rng.permutation(12), rng.permutation(3)
    areas, ids = np.array([f"{i:02d}" for i in range(12)]), np.array(["a", "b", "c"])
    spec = ConnectionSpec(permutations=49, bootstrap=49)
    chain = weights_from_pairs(tuple(areas), [(areas[i], areas[i + 1]) for i in range(11)])
    one = associate(x, tuple(ids), tuple(areas), spec=spec, neighbours=chain).spearman
    two = associate(
        x[np.ix_(rows, columns)],
        tuple(ids[columns]),
        tuple(areas[rows]),
        spec=spec,
        neighbours=chain.take(rows),
    ).spearman
    for name in ("estimate", "size", "p_permutation", "p_holm", "lower_bootstrap", "upper_spatial"):
        expected = getattr(one, name)[np.ix_(columns, columns)]
        assert getattr(two, name) == pytest.approx(expected, nan_ok=True, abs=1e-9)


@given(coefficients, st.floats(3.1, 500.0), st.floats(1.0, 500.0))
def test_the_interval_holds_the_estimate_and_narrows_with_more_areas(
    r: float, size: float, more: float
) -> None:
    for method in ("spearman", "pearson"):
        low, high = correlation_interval(np.array([r, r]), np.array([size, size + more]), method, 0.95)  # type: ignore[arg-type]
        assert -1 <= low[0] <= low[1] <= r <= high[1] <= high[0] <= 1


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=20))
def test_holm_is_never_smaller_than_the_raw_p_and_keeps_the_order(raw: list[float]) -> None:
    p = np.array(raw)
    adjusted = adjust_holm(p)
    assert (adjusted >= p).all()
    assert (adjusted <= np.minimum(1.0, p.size * p) + 1e-12).all()
    assert (np.diff(adjusted[np.argsort(p, kind="stable")]) >= 0).all()


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_a_city_is_never_worth_more_areas_than_it_has(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ids = tuple(f"{i:02d}" for i in range(20))
    pairs = [(ids[i], ids[j]) for i, j in rng.integers(0, 20, (25, 2))]
    size = effective_sample_size(rng.normal(size=(20, 3)), lag_orders(weights_from_pairs(ids, pairs)))
    assert (size > 1.0).all()
    assert (size <= 20.0).all()
    assert size == pytest.approx(size.T)


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_the_range_without_one_area_lies_around_the_whole(seed: int) -> None:
    x = np.random.default_rng(seed).normal(size=(12, 2))
    whole = correlate(x, np.ones((1, 12)), "pearson")[0, 0, 1]
    found = leave_one_area_out(x, np.ones(12), "pearson")
    assert found.lowest[0, 1] <= whole <= found.highest[0, 1]


@given(coefficients, st.floats(4.0, 300.0), st.floats(0.0, 1.0), st.lists(coefficients, max_size=7))
@settings(max_examples=150)
def test_the_verdict_is_the_same_for_a_connection_and_its_mirror(
    r: float, size: float, p: float, others: list[float]
) -> None:
    def evidence(sign: float) -> PairEvidence:
        estimate, sizes = (
            np.array([sign * r, *(sign * other for other in others)]),
            np.full(len(others) + 1, size),
        )
        low, high = correlation_interval(estimate, sizes, "spearman", 0.95)
        results = zip(estimate.tolist(), low.tolist(), high.tolist(), strict=True)
        own, *curve = (SpecResult(*result) for result in results)
        return PairEvidence(
            "a",
            "b",
            "spearman",
            50,
            size,
            own.estimate,
            own.lower,
            own.upper,
            p,
            neighbours=True,
            curve=tuple(curve),
        )

    up, down = judge(evidence(1.0), ConnectionSpec()), judge(evidence(-1.0), ConnectionSpec())
    assert (up.category, up.reasons, up.agreeing) == (down.category, down.reasons, down.agreeing)
    if up.category is Category.ESTABLISHED:
        assert abs(r) >= 0.3
        assert p < 0.05

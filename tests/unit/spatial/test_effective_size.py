"""How many independent areas a correlation rests on."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse.csgraph import shortest_path

from sozialanalyse.spatial.effective import LagOrders, effective_sample_size, lag_orders
from sozialanalyse.spatial.weights import SpatialWeights, weights_from_pairs


def _grid(rows: int, columns: int) -> SpatialWeights:
    ids = [f"{i:03d}" for i in range(rows * columns)]
    at = np.arange(rows * columns).reshape(rows, columns)
    sides = [(at[:, :-1], at[:, 1:]), (at[:-1], at[1:])]
    return weights_from_pairs(
        ids, [(ids[i], ids[j]) for a, b in sides for i, j in zip(a.ravel(), b.ravel(), strict=True)]
    )


def test_classes_are_the_shortest_paths_between_areas() -> None:
    weights = _grid(4, 5)
    steps = shortest_path(weights.contiguity, unweighted=True)
    orders = lag_orders(weights)
    for k, found in enumerate(orders.classes, start=1):
        assert np.array_equal(found.toarray(), steps == k)
    assert orders.degrees.sum(axis=1).tolist() == [20.0] * 20


def test_distant_pairs_are_pooled_when_there_are_too_many() -> None:
    orders = lag_orders(_grid(4, 5), max_pairs=60)
    assert len(orders.classes) == 1
    assert (orders.degrees[:, -1] > 0).all()


def test_equals_the_matrix_formula_of_dutilleul() -> None:
    weights = _grid(4, 6)
    n = 24
    values = np.random.default_rng(3).normal(size=(n, 2)).cumsum(axis=0)
    steps = shortest_path(weights.contiguity, unweighted=True).astype(int)
    z = values - values.mean(axis=0)
    centre = np.eye(n) - 1.0 / n
    sigma = []
    for column in z.T:
        product = np.outer(column, column)
        means = np.array([product[steps == k].mean() for k in range(steps.max() + 1)])
        sigma.append(centre @ means[steps] @ centre)
    variance = np.trace(sigma[0] @ sigma[1]) / (np.trace(sigma[0]) * np.trace(sigma[1]))
    expected = min(1.0 + 1.0 / variance, n)
    assert effective_sample_size(values, lag_orders(weights))[0, 1] == pytest.approx(expected, rel=1e-10)


def test_without_neighbours_every_area_counts() -> None:
    # All other pairs form one class, so Σ = a·I + c·J and BΣB = a·B: the variance is 1 / (n − 1).
    weights = weights_from_pairs([f"{i}" for i in range(9)], [])
    values = np.random.default_rng(1).normal(size=(9, 2))
    assert effective_sample_size(values, lag_orders(weights))[0, 1] == pytest.approx(9.0)


def test_two_slopes_across_the_city_are_worth_a_handful_of_areas() -> None:
    slope = np.add.outer(np.arange(8.0), np.arange(8.0)).ravel()
    size = effective_sample_size(np.column_stack([slope, slope]), lag_orders(_grid(8, 8)))
    assert 1.0 < size[0, 1] < 8.0


def test_a_chessboard_is_never_worth_more_than_its_areas() -> None:
    board = np.indices((6, 6)).sum(axis=0).ravel() % 2.0
    slope = np.repeat(np.arange(6.0), 6)
    assert effective_sample_size(np.column_stack([board, slope]), lag_orders(_grid(6, 6)))[0, 1] == 36.0


def test_a_constant_variable_has_no_size() -> None:
    values = np.column_stack([np.full(16, 3.7), np.arange(16.0)])
    assert np.isnan(effective_sample_size(values, lag_orders(_grid(4, 4)))[0, 1])


def test_missing_areas_reduce_the_size_in_proportion_at_most() -> None:
    weights = _grid(8, 8)
    smooth = np.random.default_rng(6).normal(size=(64, 2)).cumsum(axis=0)
    whole = effective_sample_size(smooth, lag_orders(weights))[0, 1]
    gaps = smooth.copy()
    gaps[::9, 0] = np.nan
    found = effective_sample_size(gaps, lag_orders(weights))[0, 1]
    kept = np.flatnonzero(np.isfinite(gaps[:, 0]))
    # The 56 areas alone, classed by the borders between them in the whole city.
    steps = [c[kept][:, kept] for c in lag_orders(weights).classes]
    inner = np.column_stack([np.ones(56), *(np.asarray(c.sum(axis=1)).ravel() for c in steps)])
    alone = LagOrders(tuple(steps), np.column_stack([inner, 56 - inner.sum(axis=1)]))
    assert found == pytest.approx(whole * 56 / 64, rel=0.15)
    assert found <= effective_sample_size(smooth[kept], alone)[0, 1] * 1.01

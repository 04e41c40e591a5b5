"""Known answers: how often the rule claims a connection where there is none, and finds one where there is.

The 1,000 worlds are judged by the tables that `connect` uses, without the regression models: these can only
weaken a verdict, so that the rate with them is no higher. Each world is a family of one pair, the hardest
case: a correction for many pairs would make claims rarer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sozialanalyse.connections.correlation import associate
from sozialanalyse.connections.robustness import (
    leave_one_area_out,
    leave_one_group_out,
    specification_curve,
)
from sozialanalyse.connections.spec import ConnectionSpec
from sozialanalyse.connections.synthesis import Category, PairEvidence, SpecResult, judge
from sozialanalyse.spatial.effective import lag_orders
from sozialanalyse.spatial.weights import SpatialWeights

Array = NDArray[np.float64]
Grid = Callable[[int, int], SpatialWeights]

SPEC = ConnectionSpec(permutations=0, bootstrap=0)
BLOCK = 25
"""Worlds whose columns are put side by side, to judge them in one go."""


def _fields(weights: SpatialWeights, dependence: float, worlds: int, rng: np.random.Generator) -> Array:
    """Two unrelated maps per world, each with neighbours alike to the given degree; (N, 2 · worlds)."""
    n = len(weights.area_ids)
    spread = np.eye(n) - dependence * weights.matrix.toarray()
    return np.linalg.solve(spread, rng.normal(size=(n, 2 * worlds)))


def _verdicts(values: Array, weights: SpatialWeights, groups: int) -> list[Category]:
    """Judge the pair of columns 2i and 2i + 1 for every i."""
    n = values.shape[0]
    orders, ones = lag_orders(weights), np.ones(n)
    population = np.linspace(500.0, 2_500.0, n)
    districts = tuple(f"{i * groups // n:02d}" for i in range(n))
    found = []
    for start in range(0, values.shape[1], 2 * BLOCK):
        block = values[:, start : start + 2 * BLOCK]
        ids = tuple(f"{j:03d}" for j in range(block.shape[1]))
        table = associate(block, ids, weights.area_ids, spec=SPEC, neighbours=weights, orders=orders).spearman
        areas = leave_one_area_out(block, ones, "spearman")
        left = leave_one_group_out(block, ones, districts, "spearman")
        curve = specification_curve(block, spec=SPEC, population=population, orders=orders)
        for a in range(0, block.shape[1], 2):
            b = a + 1
            evidence = PairEvidence(
                first=ids[a],
                second=ids[b],
                method="spearman",
                count=n,
                size=float(table.size[a, b]),
                estimate=float(table.estimate[a, b]),
                lower=float(table.lower_spatial[a, b]),
                upper=float(table.upper_spatial[a, b]),
                p_corrected=float(table.p_spatial[a, b]),
                neighbours=True,
                area_range=(float(areas.lowest[a, b]), float(areas.highest[a, b])),
                group_range=(float(left.lowest[a, b]), float(left.highest[a, b])),
                curve=tuple(
                    SpecResult(*(float(part[s, a, b]) for part in (curve.estimate, curve.lower, curve.upper)))
                    for s in range(1, len(curve.names))
                ),
            )
            found.append(judge(evidence, SPEC).category)
    return found


def test_without_any_connection_at_most_one_world_in_twenty_is_called_established(grid: Grid) -> None:
    weights = grid(10, 13)
    rng = np.random.default_rng(20_260)
    established, worlds = 0, 0
    for dependence in (0.0, 0.5, 0.8, 0.95):
        verdicts = Counter(_verdicts(_fields(weights, dependence, 250, rng), weights, 10))
        assert verdicts[Category.ESTABLISHED] <= 12
        established += verdicts[Category.ESTABLISHED]
        worlds += verdicts.total()
    assert worlds == 1_000
    assert established <= 50


def test_counting_neighbours_as_independent_would_break_that_promise(grid: Grid) -> None:
    # The same maps with the naive t test, to show that the worlds above are hard ones.
    values = _fields(grid(10, 13), 0.95, 100, np.random.default_rng(20_260))
    table = associate(
        values, tuple(f"{j:03d}" for j in range(200)), grid(10, 13).area_ids, spec=SPEC
    ).spearman
    pairs = np.arange(0, 200, 2)
    assert np.mean(table.p_spatial[pairs, pairs + 1] < 0.05) > 0.4


def test_27_areas_without_connection_mostly_get_no_verdict(grid: Grid) -> None:
    weights = grid(3, 9)
    verdicts = Counter(_verdicts(_fields(weights, 0.6, 250, np.random.default_rng(7)), weights, 6))
    assert verdicts[Category.INSUFFICIENT] > 200
    assert verdicts[Category.NONE] == 0
    assert verdicts[Category.ESTABLISHED] <= 12


def test_a_strong_connection_is_found_in_unordered_and_in_smooth_cities(grid: Grid) -> None:
    weights = grid(10, 13)
    for dependence, least in ((0.0, 99), (0.8, 95)):
        values = _fields(weights, dependence, 100, np.random.default_rng(8))
        # Second map: 0.85 of the first, the rest its own, which makes a correlation of about 0.85.
        values[:, 1::2] = 0.85 * values[:, ::2] + np.sqrt(1 - 0.85**2) * values[:, 1::2]
        verdicts = Counter(_verdicts(values, weights, 10))
        assert verdicts[Category.ESTABLISHED] >= least

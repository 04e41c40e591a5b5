"""Ranks with the range that the intervals of all areas allow."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sozialanalyse.indicators import Interval, rank_interval, wilson_interval


def _interval(value: list[float], lower: list[float], upper: list[float]) -> Interval:
    return Interval(np.array(value), np.array(lower), np.array(upper), 0.95, "own")


def test_ranks_by_hand() -> None:
    """9 (8 to 10), 5 (4 to 7), 6 (5 to 8.5), 1 (0 to 2): the third overlaps with the first two."""
    ranks = rank_interval(_interval([9, 5, 6, 1], [8, 4, 5, 0], [10, 7, 8.5, 2]))
    assert ranks.value.tolist() == [1, 3, 2, 4]
    assert ranks.lower.tolist() == [1, 2, 1, 4]
    assert ranks.upper.tolist() == [2, 3, 3, 4]


def test_touching_limits_overlap_and_ties_share_the_better_rank() -> None:
    ranks = rank_interval(_interval([3, 1, 1], [2, 0, 0], [4, 2, 2]))
    assert ranks.value.tolist() == [1, 2, 2]
    assert (ranks.lower.tolist(), ranks.upper.tolist()) == ([1, 1, 1], [3, 3, 3])


def test_what_has_no_value_does_not_count_and_a_value_without_limits_leaves_every_rank_possible() -> None:
    ranks = rank_interval(_interval([2, np.nan, 1], [1.5, np.nan, 0.5], [2.5, np.nan, 1.2]))
    np.testing.assert_array_equal(ranks.value, [1, np.nan, 2])
    np.testing.assert_array_equal(ranks.upper, [1, np.nan, 2])
    without = rank_interval(_interval([2, 1], [1.5, np.nan], [2.5, np.nan]))
    assert without.value.tolist() == [1, 2]
    assert np.isnan([without.lower, without.upper]).all()
    assert rank_interval(_interval([], [], [])).value.size == 0


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 300), st.integers(300, 5_000)), min_size=1, max_size=40))
def test_the_range_holds_the_rank_and_agrees_with_counting_pair_by_pair(areas: list[tuple[int, int]]) -> None:
    interval = wilson_interval(*np.array(areas).T)
    ranks = rank_interval(interval)
    above = (interval.lower[None, :] > interval.upper[:, None]).sum(axis=1)
    below = (interval.upper[None, :] < interval.lower[:, None]).sum(axis=1)
    np.testing.assert_array_equal(ranks.lower, 1 + above)
    np.testing.assert_array_equal(ranks.upper, len(areas) - below)
    assert np.all((ranks.lower <= ranks.value) & (ranks.value <= ranks.upper))


@pytest.mark.parametrize(
    "truth",
    [
        np.linspace(0.35, 0.05, 27),
        np.linspace(0.2001, 0.2, 27),
        np.repeat([0.3, 0.2, 0.1], 9) - np.arange(27) / 1e5,
    ],
    ids=["spread", "nearly equal", "three groups"],
)
def test_each_true_rank_is_held_more_often_than_the_confidence_says(truth: np.ndarray) -> None:
    """400 draws of 27 areas of 800 to 12,000 people (seeded), true ranks 1 to 27."""
    generator = np.random.default_rng(27)
    people = generator.integers(800, 12_000, 27)
    ranks = [rank_interval(wilson_interval(generator.binomial(people, truth), people)) for _ in range(400)]
    true = np.arange(1, 28)
    held = np.mean([(one.lower <= true) & (true <= one.upper) for one in ranks])
    assert held > 0.98

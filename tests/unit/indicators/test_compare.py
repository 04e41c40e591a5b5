"""Edges and guards of differences and ratios."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sozialanalyse.errors import MethodError, ParameterError
from sozialanalyse.indicators.compare import (
    change,
    difference_to_whole,
    proportion_difference,
    proportion_ratio,
    rate_difference,
    rate_ratio,
)


@pytest.mark.parametrize("statistic", [proportion_difference, rate_difference, proportion_ratio, rate_ratio])
def test_a_comparison_with_something_undefined_is_undefined(statistic: Any) -> None:
    interval = statistic([5, np.nan, 0], [50, 50, 0], [7, 7, 7], [70, 70, 70])
    for part in (interval.value, interval.lower, interval.upper):
        assert np.isnan(part).tolist() == [False, True, True]


@pytest.mark.parametrize("statistic", [proportion_ratio, rate_ratio])
def test_a_ratio_to_nothing_is_undefined_and_a_ratio_of_nothing_is_zero(statistic: Any) -> None:
    interval = statistic([5, 0, 0], [50, 50, 50], [0, 7, 0], [70, 70, 70])
    assert np.isnan(interval.value).tolist() == [True, False, True]
    assert np.isnan(interval.lower).tolist() == [True, False, True]
    assert interval.value[1] == interval.lower[1] == 0
    assert 0 < interval.upper[1] < np.inf


def test_a_part_that_is_the_whole_does_not_differ_and_has_no_limits() -> None:
    interval = difference_to_whole([30, 30], [100, 100], [30, 90], [100, 300], "proportion")
    np.testing.assert_allclose(interval.value, [0.0, 0.0], atol=1e-15)
    assert np.isnan(interval.lower).tolist() == [True, False]


def test_a_part_without_people_has_no_difference() -> None:
    interval = difference_to_whole([0, np.nan], [0, 10], [30, 30], [100, 100], "rate")
    assert np.isnan(interval.value).all()


def test_part_and_whole_by_hand() -> None:
    """300 of 1,000 against 1,500 of 10,000: rest 1,200 of 9,000; 0.9·(0.3 − 0.1333) = 0.15."""
    interval = difference_to_whole(300, 1_000, 1_500, 10_000, "proportion")
    rest = proportion_difference(300, 1_000, 1_200, 9_000)
    np.testing.assert_allclose(interval.value, 0.15)
    np.testing.assert_allclose([interval.lower, interval.upper], [0.9 * rest.lower, 0.9 * rest.upper])


@pytest.mark.parametrize("whole", [(20, 500), (90, 40), (90, 110)])
def test_a_part_larger_than_the_whole_is_refused(whole: tuple[int, int]) -> None:
    """Too few in the whole, too few people, and a rest with more cases than people (60 of 10)."""
    with pytest.raises(MethodError):
        difference_to_whole(30, 100, *whole, "proportion")


def test_change_is_now_minus_then() -> None:
    interval = change(10, 100, 40, 100, "proportion")
    expected = proportion_difference(40, 100, 10, 100)
    assert interval.value == pytest.approx(0.3)
    assert interval.lower == expected.lower
    assert change(10, 100, 40, 100, "rate").method == "mover_poisson"


@pytest.mark.parametrize("statistic", [change, difference_to_whole])
def test_an_unknown_kind_is_refused(statistic: Any) -> None:
    with pytest.raises(ParameterError, match="Erlaubt: proportion, rate"):
        statistic(1, 10, 2, 20, "score")

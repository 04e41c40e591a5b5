"""An area against its city: difference and ratio that allow for the overlap."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sozialanalyse.errors import MethodError, ParameterError
from sozialanalyse.indicators import (
    difference_to_whole,
    proportion_difference,
    proportion_ratio,
    ratio_to_whole,
)

BOTH = (difference_to_whole, ratio_to_whole)


def test_a_part_that_is_the_whole_does_not_differ_and_has_no_limits() -> None:
    difference = difference_to_whole([30, 30], [100, 100], [30, 90], [100, 300], "proportion")
    ratio = ratio_to_whole([30, 30], [100, 100], [30, 90], [100, 300], "proportion")
    np.testing.assert_allclose(difference.value, [0.0, 0.0], atol=1e-15)
    np.testing.assert_allclose(ratio.value, [1.0, 1.0])
    for interval in (difference, ratio):
        assert np.isnan(interval.lower).tolist() == np.isnan(interval.upper).tolist() == [True, False]


@pytest.mark.parametrize("statistic", BOTH)
def test_a_part_without_people_has_no_value(statistic: Any) -> None:
    interval = statistic([0, np.nan], [0, 10], [30, 30], [100, 100], "rate")
    for part in (interval.value, interval.lower, interval.upper):
        assert np.isnan(part).all()


def test_part_and_whole_by_hand() -> None:
    """300 of 1,000 against 1,500 of 10,000: rest 1,200 of 9,000; 0.9·(0.3 − 0.1333) = 0.15; 0.3/0.15 = 2.

    With Q = rest/part the ratio is 1/(0.1 + 0.9·Q), so the limits of Q change places.
    """
    difference = difference_to_whole(300, 1_000, 1_500, 10_000, "proportion")
    rest = proportion_difference(300, 1_000, 1_200, 9_000)
    np.testing.assert_allclose(difference.value, 0.15)
    np.testing.assert_allclose([difference.lower, difference.upper], [0.9 * rest.lower, 0.9 * rest.upper])
    ratio = ratio_to_whole(300, 1_000, 1_500, 10_000, "proportion")
    q = proportion_ratio(1_200, 9_000, 300, 1_000)
    np.testing.assert_allclose(ratio.value, 2.0)
    np.testing.assert_allclose(
        [ratio.lower, ratio.upper], [1 / (0.1 + 0.9 * q.upper), 1 / (0.1 + 0.9 * q.lower)]
    )


def test_no_case_in_the_part_none_in_the_rest_and_none_at_all() -> None:
    ratio = ratio_to_whole([0, 20, 0], 100, [20, 20, 0], 400, "rate")
    np.testing.assert_allclose(ratio.value, [0.0, 4.0, np.nan])
    np.testing.assert_allclose(ratio.lower[0], 0.0)
    assert 0 < ratio.upper[0] < 1
    # All cases in a quarter of the people: no more than four times the city's rate.
    np.testing.assert_allclose(ratio.upper[1], 4.0)
    assert 1 < ratio.lower[1] < 4
    assert np.isnan([ratio.lower[2], ratio.upper[2]]).all()


@pytest.mark.parametrize("statistic", BOTH)
@pytest.mark.parametrize("whole", [(20, 500), (90, 40), (90, 110)])
def test_a_part_larger_than_the_whole_is_refused(statistic: Any, whole: tuple[int, int]) -> None:
    """Too few in the whole, too few people, and a rest with more cases than people (60 of 10)."""
    with pytest.raises(MethodError):
        statistic(30, 100, *whole, "proportion")


@pytest.mark.parametrize("statistic", BOTH)
def test_an_unknown_kind_is_refused(statistic: Any) -> None:
    with pytest.raises(ParameterError, match="Erlaubt: proportion, rate"):
        statistic(1, 10, 2, 20, "score")


@pytest.mark.parametrize("statistic", BOTH)
@pytest.mark.parametrize("kind", ["proportion", "rate"])
@pytest.mark.parametrize("share", [0.01, 0.04, 0.4, 0.8])
@pytest.mark.parametrize(("inside", "outside"), [(0.1, 0.1), (0.3, 0.15)])
def test_the_nominal_coverage_is_kept_for_small_and_large_parts(
    statistic: Any, kind: Any, share: float, inside: float, outside: float
) -> None:
    """20,000 cities of 10,000 people (seeded): 95 % of the intervals hold the true distance.

    Poisson limits are exact and so too wide where a part has ten events (1 % of the people, 0.1 each).
    Ignoring the overlap would give 99.7 % for a part of 40 %.
    """
    generator = np.random.default_rng(45_119)
    people = (int(10_000 * share), int(10_000 * (1 - share)))
    draws = [
        generator.binomial(n, p, 20_000) if kind == "proportion" else generator.poisson(n * p, 20_000)
        for n, p in zip(people, (inside, outside), strict=True)
    ]
    interval = statistic(draws[0], people[0], draws[0] + draws[1], 10_000, kind)
    whole = share * inside + (1 - share) * outside
    truth = inside - whole if statistic is difference_to_whole else inside / whole
    held = np.mean((interval.lower <= truth) & (truth <= interval.upper))
    assert 0.945 <= held <= (0.972 if kind == "rate" else 0.957)


def test_a_part_that_exceeds_the_whole_by_rounding_only_is_the_whole() -> None:
    interval = difference_to_whole(0.1 + 0.2, 1, 0.3, 1, "rate")
    assert interval.value == pytest.approx(0.0)

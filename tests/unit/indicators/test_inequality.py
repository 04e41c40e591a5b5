"""Edges and guards of the measures of inequality."""

from __future__ import annotations

import re
from typing import Any, get_args

import numpy as np
import pytest
from scipy import stats

from sozialanalyse.errors import MethodError, ParameterError
from sozialanalyse.indicators.fifths import (
    difference_of_fifths,
    population_attributable_fraction,
    population_attributable_risk,
    population_fifths,
    ratio_of_fifths,
)
from sozialanalyse.indicators.inequality import (
    EXPLANATIONS,
    InequalityMeasure,
    concentration_index,
    relative_index_of_inequality,
    relative_rank,
    slope_index_of_inequality,
)
from sozialanalyse.indicators.segregation import dissimilarity_index, gini_index, isolation_index

GRADIENTS = (slope_index_of_inequality, relative_index_of_inequality, concentration_index)
FIFTHS = (
    difference_of_fifths,
    ratio_of_fifths,
    population_attributable_risk,
    population_attributable_fraction,
)
VALUES = np.array([4.0, 7.0, 8.0, 12.0, 13.0, 18.0])
PEOPLE = np.array([900.0, 800.0, 1_000.0, 1_100.0, 900.0, 950.0])
RANKS = np.arange(6.0)


def test_every_measure_is_explained_in_one_german_sentence() -> None:
    assert set(EXPLANATIONS) == set(get_args(InequalityMeasure))
    for sentence in EXPLANATIONS.values():
        assert re.fullmatch(r"(Der|Die|Das|Dieser) [^.]+\.", sentence.replace("−1", "1"))


@pytest.mark.parametrize("statistic", [*GRADIENTS, *FIFTHS])
def test_areas_with_something_missing_do_not_count(statistic: Any) -> None:
    plain = statistic(VALUES, PEOPLE, RANKS)
    more = statistic(
        [*VALUES, np.nan, 50.0, 60.0, 70.0],
        [*PEOPLE, 900.0, np.nan, 900.0, 0.0],
        [*RANKS, 1.0, 2.0, np.nan, 3.0],
    )
    assert more.areas == plain.areas == 6
    np.testing.assert_allclose([more.value, more.lower, more.upper], [plain.value, plain.lower, plain.upper])


@pytest.mark.parametrize("statistic", GRADIENTS)
def test_four_areas_or_equal_deprivation_have_no_gradient(statistic: Any) -> None:
    for measure in (
        statistic(VALUES[:4], PEOPLE[:4], RANKS[:4]),
        statistic(VALUES, PEOPLE, np.ones(6)),
        statistic([], [], []),
    ):
        assert np.isnan([measure.value, measure.lower, measure.upper]).all()


@pytest.mark.parametrize("statistic", GRADIENTS)
def test_an_area_that_alone_fixes_the_line_leaves_no_limits(statistic: Any) -> None:
    measure = statistic(VALUES, PEOPLE, [0, 0, 0, 0, 0, 1])
    assert not np.isnan(measure.value)
    assert np.isnan([measure.lower, measure.upper]).all()


def test_a_line_below_zero_at_one_end_has_no_ratio() -> None:
    measure = relative_index_of_inequality([0, 0, 0, 0, 1, 30], PEOPLE, RANKS)
    assert np.isnan([measure.value, measure.lower, measure.upper]).all()


def test_a_line_that_may_touch_zero_at_one_end_sets_the_ratio_no_bound_on_that_side() -> None:
    rising = relative_index_of_inequality([2.5, 1, 3, 4, 5, 6], PEOPLE, RANKS)
    assert np.isinf(rising.upper)
    assert 0 < rising.lower < rising.value
    falling = relative_index_of_inequality([6, 5, 4, 3, 1, 2.5], PEOPLE, RANKS)
    assert falling.lower == 0
    assert falling.value < falling.upper < np.inf


def test_tied_areas_share_a_rank() -> None:
    rank = relative_rank([1, 2, 2, 3], [100, 100, 100, 100])
    np.testing.assert_allclose(rank, [0.125, 0.5, 0.5, 0.875])


def test_fifths_take_whole_areas_by_their_middle_and_can_stay_empty() -> None:
    assert population_fifths([1, 2, 3, 4], [100, 700, 100, 100]).tolist() == [1, 3, 5, 5]
    assert population_fifths([1, np.nan, 3], [100, 100, 100]).tolist() == [2, 0, 4]
    measure = difference_of_fifths([1, 2, 3], [700, 100, 100], [1, 2, 3])
    assert np.isnan(measure.value)


@pytest.mark.parametrize("statistic", FIFTHS)
def test_a_fifth_of_one_area_has_a_value_but_no_limits(statistic: Any) -> None:
    measure = statistic([10.0, 12, 14, 16, 30], np.full(5, 100.0), range(5))
    assert not np.isnan(measure.value)
    assert np.isnan([measure.lower, measure.upper]).all()


def test_fifths_by_hand() -> None:
    """Ten equal areas: (17 + 18)/2 = 17.5 against (4 + 6)/2 = 5; mean of all 11.2."""
    values, people = [4, 6, 8, 9, 11, 12, 13, 14, 17, 18], np.full(10, 100.0)
    assert difference_of_fifths(values, people, range(10)).value == pytest.approx(12.5)
    assert ratio_of_fifths(values, people, range(10)).value == pytest.approx(3.5)
    assert population_attributable_risk(values, people, range(10)).value == pytest.approx(6.2)
    assert population_attributable_fraction(values, people, range(10)).value == pytest.approx(6.2 / 11.2)


def test_variance_of_the_difference_of_fifths_by_hand() -> None:
    """Means of two equal areas: variances (18 − 17)²/4 = 0.25 and (6 − 4)²/4 = 1, together 1.25.

    Degrees of freedom of Satterthwaite: 1.25²/(0.25²/1 + 1²/1) = 25/17.
    """
    values, people = [4, 6, 8, 9, 11, 12, 13, 14, 17, 18], np.full(10, 100.0)
    measure = difference_of_fifths(values, people, range(10))
    assert measure.upper - measure.value == pytest.approx(stats.t.ppf(0.975, 25 / 17) * 1.25**0.5)


def test_fifths_without_scatter_have_limits_at_the_value() -> None:
    measure = difference_of_fifths([1, 1, 5, 5, 5, 5, 5, 5, 9, 9], np.full(10, 100.0), range(10))
    assert measure.lower == measure.value == measure.upper == 8


def test_no_ratio_to_nothing() -> None:
    values = [0, 0, 5, 5, 5, 5, 5, 5, 9, 9]
    assert np.isnan(ratio_of_fifths(values, np.full(10, 100.0), range(10)).value)
    assert np.isnan(population_attributable_fraction(np.zeros(10), np.full(10, 100.0), range(10)).value)
    assert np.isnan(concentration_index(np.zeros(10), np.full(10, 100.0), range(10)).value)
    assert np.isnan(gini_index(np.zeros(10), np.full(10, 100.0)).value)


def test_segregation_by_hand() -> None:
    """Members 30, 10, 10 of 100 each: D = ½(|.6 − .28| + 2·|.2 − .36|) = .32; P* = .6·.3 + .4·.1 = .22."""
    members, people = [30, 10, 10, np.nan], [100, 100, 100, 100]
    assert dissimilarity_index(members, people).value == pytest.approx(0.32)
    assert isolation_index(members, people).value == pytest.approx(0.22)
    adjusted = isolation_index(members, people, adjusted=True).value
    assert adjusted == pytest.approx((0.22 - 1 / 6) / (5 / 6))
    assert dissimilarity_index(members, people).areas == 3


def test_an_empty_or_a_total_group_cannot_be_segregated() -> None:
    assert np.isnan(dissimilarity_index([0, 0], [10, 10]).value)
    assert np.isnan(dissimilarity_index([10, 10], [10, 10]).value)
    assert np.isnan(isolation_index([0, 0], [10, 10]).value)
    assert np.isnan(isolation_index([10, 10], [10, 10], adjusted=True).value)


def test_impossible_input_is_refused() -> None:
    with pytest.raises(MethodError, match="Gruppe darf nicht größer"):
        isolation_index([11, 1], [10, 10])
    with pytest.raises(MethodError, match="genau einen Wert"):
        slope_index_of_inequality([1, 2], [10], [1, 2])
    with pytest.raises(MethodError, match="»Bevölkerung«"):
        relative_rank([1, 2], [10, -1])
    with pytest.raises(MethodError, match="»Werte«"):
        gini_index([-1, 2], [10, 10])
    for statistic in (*GRADIENTS, *FIFTHS):
        with pytest.raises(ParameterError, match="»confidence«"):
            statistic(VALUES, PEOPLE, RANKS, 95)


def test_an_unknown_error_model_is_refused() -> None:
    errors: Any = "bootstrap"
    for statistic in GRADIENTS:
        with pytest.raises(ParameterError, match="hc3, classical"):
            statistic(VALUES, PEOPLE, RANKS, errors=errors)


@pytest.mark.parametrize("level", [0.1, 5.0, 1e6])
def test_equal_values_have_no_gradient_and_none_is_found_in_their_rounding(level: float) -> None:
    people = np.array([913.0, 822, 1_001, 1_107, 930, 950])
    for statistic, nothing in zip(GRADIENTS, (0.0, 1.0, 0.0), strict=True):
        measure = statistic(np.full(6, level), people, RANKS)
        assert [measure.value, measure.lower, measure.upper] == pytest.approx([nothing] * 3, abs=1e-15)


def test_infinite_values_are_refused() -> None:
    for statistic in (*GRADIENTS, *FIFTHS):
        with pytest.raises(MethodError, match="»Werte« darf nicht unendlich"):
            statistic([1, 2, 3, 4, 5, np.inf], PEOPLE, RANKS)


@pytest.mark.parametrize("statistic", [*GRADIENTS, difference_of_fifths, ratio_of_fifths])
@pytest.mark.parametrize("bend", [1, 3])
def test_limits_hold_the_true_measure_of_given_areas_in_given_order(statistic: Any, bend: int) -> None:
    """500 draws for 27 areas (seeded), scatter by population; a bent gradient makes the limits wider."""
    generator = np.random.default_rng(1_997)
    people = generator.integers(2_000, 12_000, 27).astype(float)
    truth = 20 + 10 * relative_rank(range(27), people) ** bend
    wanted = statistic(truth, people, range(27)).value
    draws = truth + 2 * generator.normal(size=(500, 27)) * np.sqrt(6_000 / people)
    measures = [statistic(values, people, range(27)) for values in draws]
    assert np.mean([one.lower <= wanted <= one.upper for one in measures]) > 0.93

"""Laws of the measures of inequality that hold for every city."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sozialanalyse.indicators.fifths import (
    difference_of_fifths,
    population_attributable_fraction,
    population_attributable_risk,
    population_fifths,
    ratio_of_fifths,
)
from sozialanalyse.indicators.inequality import (
    concentration_index,
    relative_index_of_inequality,
    relative_rank,
    slope_index_of_inequality,
)
from sozialanalyse.indicators.segregation import dissimilarity_index, gini_index, isolation_index

City = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]
quick = settings(max_examples=25, deadline=None)
GRADIENTS = (slope_index_of_inequality, relative_index_of_inequality, concentration_index)
FIFTHS = (
    difference_of_fifths,
    ratio_of_fifths,
    population_attributable_risk,
    population_attributable_fraction,
)


@st.composite
def cities(draw: st.DrawFn, fewest: int = 6) -> City:
    """Values, population and deprivation of some areas; deprivation without ties."""
    areas = draw(st.integers(fewest, 30))
    values = draw(st.lists(st.integers(1, 500), min_size=areas, max_size=areas))
    people = draw(st.lists(st.integers(200, 5_000), min_size=areas, max_size=areas))
    deprivation = draw(st.permutations(range(areas)))
    return np.array(values, float), np.array(people, float), np.array(deprivation, float)


def _numbers(measure: Any) -> list[float]:
    return [measure.value, measure.lower, measure.upper]


def _same(first: list[float], second: list[float]) -> None:
    np.testing.assert_allclose(first, second, rtol=1e-6, atol=1e-8)


@quick
@given(cities())
def test_the_mean_rank_of_the_people_is_one_half(city: City) -> None:
    _, people, deprivation = city
    rank = relative_rank(deprivation, people)
    assert rank.min() > 0
    assert rank.max() < 1
    np.testing.assert_allclose(np.average(rank, weights=people), 0.5)


@quick
@given(cities())
def test_no_measure_depends_on_the_unit_of_population_or_the_scale_of_deprivation(city: City) -> None:
    values, people, deprivation = city
    for statistic in (*GRADIENTS, *FIFTHS):
        plain = statistic(values, people, deprivation)
        changed = statistic(values, people * 7, np.exp(deprivation / 5))
        _same(_numbers(plain), _numbers(changed))


@quick
@given(cities())
def test_no_measure_depends_on_the_order_of_the_areas(city: City) -> None:
    values, people, deprivation = city
    for statistic in (*GRADIENTS, *FIFTHS):
        plain = statistic(values, people, deprivation)
        turned = statistic(values[::-1], people[::-1], deprivation[::-1])
        _same(_numbers(plain), _numbers(turned))


@quick
@given(cities(), st.floats(0.01, 100), st.floats(0, 500))
def test_differences_follow_the_unit_and_ignore_the_level(city: City, unit: float, level: float) -> None:
    values, people, deprivation = city
    for statistic in (slope_index_of_inequality, difference_of_fifths, population_attributable_risk):
        plain = np.array(_numbers(statistic(values, people, deprivation)))
        changed = _numbers(statistic(values * unit + level, people, deprivation))
        np.testing.assert_allclose(changed, plain * unit, rtol=1e-6, atol=1e-6)


@quick
@given(cities(), st.floats(0.01, 100))
def test_relative_measures_ignore_the_unit(city: City, unit: float) -> None:
    values, people, deprivation = city
    for statistic in (
        relative_index_of_inequality,
        concentration_index,
        ratio_of_fifths,
        population_attributable_fraction,
    ):
        plain = statistic(values, people, deprivation)
        _same(_numbers(plain), _numbers(statistic(values * unit, people, deprivation)))
    assert np.isclose(gini_index(values, people).value, gini_index(values * unit, people).value)


@quick
@given(cities())
def test_turning_deprivation_round_turns_the_gradient_round(city: City) -> None:
    values, people, deprivation = city
    for statistic in (slope_index_of_inequality, concentration_index, difference_of_fifths):
        there, back = statistic(values, people, deprivation), statistic(values, people, -deprivation)
        _same(_numbers(there), [-back.value, -back.upper, -back.lower])
    for statistic in (relative_index_of_inequality, ratio_of_fifths):
        there, back = statistic(values, people, deprivation), statistic(values, people, -deprivation)
        np.testing.assert_allclose(there.value, 1 / back.value, rtol=1e-6)


@quick
@given(cities())
def test_cutting_an_area_into_equal_pieces_changes_no_index(city: City) -> None:
    values, people, deprivation = city
    pieces = np.repeat([1, 2], [values.size - 1, 1])
    cut = [np.repeat(values, pieces), np.repeat(people / pieces, pieces), np.repeat(deprivation, pieces)]
    for statistic in GRADIENTS:
        np.testing.assert_allclose(
            statistic(*cut).value, statistic(values, people, deprivation).value, rtol=1e-6, atol=1e-9
        )
    members = people * 0.9 * values / values.max()
    cut_members = np.repeat(members / pieces, pieces)
    assert np.isclose(gini_index(cut[0], cut[1]).value, gini_index(values, people).value)
    for index in (dissimilarity_index, isolation_index):
        assert np.isclose(index(cut_members, cut[1]).value, index(members, people).value)


@quick
@given(cities())
def test_the_concentration_index_never_exceeds_the_gini_index(city: City) -> None:
    values, people, deprivation = city
    gini = gini_index(values, people).value
    assert abs(concentration_index(values, people, deprivation).value) <= gini + 1e-9
    if np.ptp(values) > 0:
        assert np.isclose(concentration_index(values, people, values).value, gini)
    assert 0 <= gini < 1


@quick
@given(cities())
def test_the_slope_index_is_the_concentration_index_in_another_unit(city: City) -> None:
    """SII = C·μ/(2·σ²) with the variance σ² of the ranks (Kakwani et al. 1997)."""
    values, people, deprivation = city
    rank = relative_rank(deprivation, people)
    variance = np.average((rank - 0.5) ** 2, weights=people)
    index = concentration_index(values, people, deprivation).value
    expected = index * np.average(values, weights=people) / (2 * variance)
    slope = slope_index_of_inequality(values, people, deprivation).value
    np.testing.assert_allclose(slope, expected, rtol=1e-8, atol=1e-8)


@quick
@given(cities(), st.floats(0, 1))
def test_a_group_with_the_same_share_everywhere_is_not_segregated(city: City, share: float) -> None:
    _, people, _ = city
    if not 0.001 < share < 0.999:
        share = 0.5
    assert np.isclose(dissimilarity_index(people * share, people).value, 0, atol=1e-9)
    assert np.isclose(isolation_index(people * share, people).value, share)
    assert np.isclose(isolation_index(people * share, people, adjusted=True).value, 0, atol=1e-9)


@quick
@given(cities())
def test_segregation_lies_between_its_ends(city: City) -> None:
    values, people, _ = city
    members = people * values / 501
    assert 0 <= dissimilarity_index(members, people).value <= 1
    whole_share = members.sum() / people.sum()
    assert whole_share - 1e-12 <= isolation_index(members, people).value <= 1
    apart = np.where(np.arange(people.size) % 2 == 0, people, 0)
    assert np.isclose(dissimilarity_index(apart, people).value, 1)
    assert np.isclose(isolation_index(apart, people).value, 1)


@quick
@given(cities())
def test_limits_contain_the_measure(city: City) -> None:
    values, people, deprivation = city
    for statistic in (*GRADIENTS, *FIFTHS):
        measure = statistic(values, people, deprivation)
        if not np.isnan(measure.lower):
            assert measure.lower <= measure.value + 1e-9
            assert measure.value - 1e-9 <= measure.upper
        assert measure.explanation.endswith(".")


@quick
@given(cities())
def test_fifths_rise_with_deprivation(city: City) -> None:
    _, people, deprivation = city
    fifths = population_fifths(deprivation, people)[np.argsort(deprivation)]
    assert np.all(np.diff(fifths) >= 0)
    assert set(fifths) <= {1, 2, 3, 4, 5}

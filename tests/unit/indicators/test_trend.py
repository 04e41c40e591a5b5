"""Edges and guards of trends."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sozialanalyse.errors import MethodError
from sozialanalyse.indicators.trend import trend

YEARS = np.arange(2015, 2021)


def test_no_trend_is_claimed_from_four_points() -> None:
    steep = [10.0, 20.0, np.nan, 30.0, 40.0, np.nan]
    result = trend(YEARS, steep)
    assert result.points == 4
    assert result.direction == "too_few"
    assert np.isnan([result.slope.value, result.slope.lower, result.p_value]).all()


@pytest.mark.parametrize("level", [0.0, 0.1, 1e9, -3.3])
def test_a_constant_has_no_trend_whatever_its_level(level: float) -> None:
    result = trend(YEARS, np.full(6, level))
    assert result.slope.value == 0
    assert result.p_value == 1
    assert result.direction == "none"


def test_a_perfect_line_has_a_certain_direction() -> None:
    result = trend(YEARS, np.vstack([0.1 * YEARS, -0.1 * YEARS]))
    np.testing.assert_allclose(result.slope.lower, [0.1, -0.1])
    assert result.direction.tolist() == ["rising", "falling"]
    assert result.p_value.tolist() == [0.0, 0.0]


def test_a_point_without_standard_error_does_not_count() -> None:
    values = np.array([1.0, 2.0, 2.5, 4.0, 4.6, 99.0])
    errors = np.array([0.1, 0.1, 0.1, 0.1, 0.1, np.nan])
    np.testing.assert_allclose(
        trend(YEARS, values, errors).slope.value, trend(YEARS[:5], values[:5]).slope.value
    )


def test_certain_years_draw_the_line() -> None:
    values = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 20.0])
    loose = trend(YEARS, values, [1, 1, 1, 1, 1, 1_000]).slope.value
    assert loose == pytest.approx(1.0, abs=0.01)
    assert trend(YEARS, values).slope.value > 2


def test_all_areas_and_indicators_are_done_at_once() -> None:
    values = np.random.default_rng(1).normal(size=(7, 3, 6))
    result = trend(YEARS, values)
    assert result.slope.value.shape == result.direction.shape == (7, 3)
    np.testing.assert_allclose(result.p_value[4, 2], trend(YEARS, values[4, 2]).p_value)
    assert set(np.unique(result.direction)) <= {"rising", "falling", "none"}


@pytest.mark.parametrize(
    ("years", "values"),
    [([2015, 2015, 2016], [1, 2, 3]), ([2015, 2016], [1, 2, 3]), ([[2015, 2016]], [[1, 2]]), ([2015], 1.0)],
)
def test_years_that_do_not_fit_are_refused(years: Any, values: Any) -> None:
    with pytest.raises(MethodError, match="Jahr"):
        trend(years, values)


def test_a_standard_error_of_zero_is_refused() -> None:
    with pytest.raises(MethodError, match="Standardfehler"):
        trend(YEARS, np.ones(6), [1, 1, 1, 0, 1, 1])


def test_directions_of_sluggish_stocks_are_claimed_rarely_where_counts_are_known() -> None:
    """10,000 seeded areas of 1,000 people, a fifth with the property, four of five stay what they are.

    Nothing changes in truth. Neighbouring years are alike, so a line without standard errors finds a
    direction in two of five areas; with those of the counts, which bound the scatter from below, in a tenth.
    """
    generator = np.random.default_rng(2_022)
    persistence, share, people = 0.8, 0.2, 1_000
    cases = [generator.binomial(people, share, 10_000)]
    for _ in range(9):
        stay = generator.binomial(cases[-1], share + persistence * (1 - share))
        cases.append(stay + generator.binomial(people - cases[-1], share * (1 - persistence)))
    values = np.array(cases).T / people
    errors = np.sqrt(values * (1 - values) / people)
    years = np.arange(2013, 2023)
    claimed = [
        np.mean(np.isin(trend(years, values, given).direction, ["rising", "falling"]))
        for given in (errors, None)
    ]
    assert claimed[0] < 0.12
    assert 0.35 < claimed[1] < 0.45


def test_no_years_and_nothing_known_are_too_few() -> None:
    assert trend([], []).direction == "too_few"
    assert trend(YEARS, np.full((2, 6), np.nan)).direction.tolist() == ["too_few", "too_few"]


@pytest.mark.parametrize("values", [[1, 2, np.inf, 4, 5, 6], ["1", "2", "3", "4", "5", "6"]])
def test_infinite_values_and_texts_are_refused(values: Any) -> None:
    with pytest.raises(MethodError, match="»Werte«"):
        trend(YEARS, values)

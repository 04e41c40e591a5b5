"""Edges and guards of proportions, rates and means."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sozialanalyse.errors import MethodError, ParameterError
from sozialanalyse.indicators.rates import (
    mean_interval,
    poisson_interval,
    rate_interval,
    wilson_interval,
)
from sozialanalyse.vocabulary import VALUE_COLUMNS


@pytest.mark.parametrize("statistic", [wilson_interval, rate_interval])
def test_missing_counts_and_empty_denominators_give_missing_values(statistic: Any) -> None:
    interval = statistic([np.nan, 3, 0, 2], [50, np.nan, 0, 40])
    for part in (interval.value, interval.lower, interval.upper):
        assert np.isnan(part).tolist() == [True, True, True, False]


def test_the_ends_of_a_proportion_are_exact() -> None:
    interval = wilson_interval([0, 37], [37, 37])
    assert interval.lower[0] == 0.0
    assert interval.upper[1] == 1.0


def test_shapes_broadcast_so_that_areas_and_indicators_are_done_at_once() -> None:
    interval = wilson_interval(np.full((4, 3), 10), np.array([[50], [60], [70], [80]]))
    assert interval.value.shape == interval.lower.shape == interval.upper.shape == (4, 3)
    assert rate_interval(np.full((4, 1), 10), np.full(3, 50)).lower.shape == (4, 3)


def test_counts_of_the_caller_are_not_changed_by_the_result() -> None:
    counts = np.array([3.0, 12.0])
    interval = poisson_interval(counts)
    interval.value[0] = 99.0
    assert counts[0] == 3.0


def test_counts_that_are_no_whole_numbers_get_limits_between_those_of_their_neighbours() -> None:
    lower, upper = poisson_interval([4, 4.5, 5]).lower, poisson_interval([4, 4.5, 5]).upper
    assert lower[0] < lower[1] < lower[2]
    assert upper[0] < upper[1] < upper[2]


def test_a_numerator_above_its_denominator_is_refused_for_a_proportion_but_not_for_a_rate() -> None:
    with pytest.raises(MethodError, match="Gefunden: 1 Fälle") as refusal:
        wilson_interval([5, 777_123], [10, 9])
    assert "777" not in str(refusal.value)
    assert rate_interval(12, 9).value == pytest.approx(12 / 9)


@pytest.mark.parametrize("bad", [-1.0, np.inf, -np.inf])
@pytest.mark.parametrize("statistic", [wilson_interval, rate_interval])
def test_negative_and_infinite_counts_are_refused(statistic: Any, bad: float) -> None:
    with pytest.raises(MethodError, match=r"»Zähler«|»Ereignisse«"):
        statistic([bad, 1], [10, 10])
    with pytest.raises(MethodError, match="»Nenner«"):
        statistic([1, 1], [bad, 10])


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95.0, -0.5, np.nan])
def test_a_confidence_outside_0_and_1_is_refused(confidence: float) -> None:
    for call in (
        lambda: wilson_interval(1, 2, confidence),
        lambda: rate_interval(1, 2, confidence),
        lambda: mean_interval(1, 2, 3, confidence),
    ):
        with pytest.raises(ParameterError, match="»confidence«"):
            call()


def test_a_mean_of_a_single_value_has_no_limits() -> None:
    interval = mean_interval([5.0, 5.0], [0.0, 1.0], [1, 9])
    assert interval.value.tolist() == [5.0, 5.0]
    assert np.isnan(interval.lower).tolist() == [True, False]


@pytest.mark.parametrize("factor", [0, -1, [1, -1]])
def test_a_factor_that_would_turn_the_limits_round_is_refused(factor: Any) -> None:
    with pytest.raises(MethodError, match="größer als 0"):
        wilson_interval([1, 2], [5, 5]).scaled(factor)


def test_a_table_has_the_columns_of_every_indicator_and_the_rows_of_its_counts() -> None:
    members, people = pd.Series([3, 0], ["a", "b"]), pd.Series([50, 0], ["a", "b"])
    table = rate_interval(members, people).scaled(1_000).to_frame(members, people)
    assert list(table.columns) == ["value", "lower", "upper", *VALUE_COLUMNS[7:11]]
    assert table.index.tolist() == ["a", "b"]
    assert table.loc["a", ["value", "numerator", "denominator"]].tolist() == [60.0, 3.0, 50.0]
    assert np.isnan(table.loc["b", "value"])
    assert mean_interval(1.0, 2.0, 3).to_frame()["numerator"].isna().tolist() == [True]


def test_a_table_of_other_counts_or_of_several_indicators_is_refused() -> None:
    interval = wilson_interval([1, 2], [10, 10])
    with pytest.raises(MethodError, match="gleich viele"):
        interval.to_frame([1, 2, 3])
    with pytest.raises(MethodError, match="verschiedene Zeilen"):
        interval.to_frame(pd.Series([1, 2]), pd.Series([1, 2], ["a", "b"]))
    with pytest.raises(MethodError, match="je Gebiet genau einen Wert"):
        wilson_interval([[1], [2]], [[10, 10]]).to_frame()


def test_sums_of_weighted_counts_may_exceed_the_denominator_by_their_rounding_only() -> None:
    """0.1 + 0.2 is 0.30000000000000004 in floating point."""
    assert wilson_interval(0.1 + 0.2, 0.3).value == 1.0
    with pytest.raises(MethodError, match="Zähler"):
        wilson_interval(0.3 + 1e-9, 0.3)

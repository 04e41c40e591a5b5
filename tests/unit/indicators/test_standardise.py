"""Edges and guards of direct and indirect standardisation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sozialanalyse.errors import MethodError
from sozialanalyse.indicators.standardise import (
    ESP2013,
    directly_standardised_rate,
    expected_events,
    indirectly_standardised_ratio,
    standard_population,
)


def test_the_standard_population_has_100_000_people_and_cannot_be_changed() -> None:
    assert sum(ESP2013.values()) == 100_000
    with pytest.raises(TypeError):
        ESP2013["0-4"] = 1  # type: ignore[index]


@pytest.mark.parametrize(
    "groups",
    [
        [],
        ["0-4", "5-9"],
        ["5-9", "10+"],
        ["0-4", "10-14", "15+"],
        ["0-4", "0-9", "10+"],
        ["0-2", "3+"],
        ["0-97", "98+"],
        ["0", "2-4", "5+"],
        ["0-4", "5-9", "10"],
        ["alle"],
        ["0+", "0-4"],
    ],
)
def test_age_groups_with_gaps_overlaps_or_odd_bounds_are_refused(groups: list[str]) -> None:
    with pytest.raises(MethodError, match="Fünfjahresgruppen"):
        standard_population(groups)


def test_each_missing_rate_has_its_reason() -> None:
    events = np.array([[5.0, 4.0], [np.nan, 40.0], [20.0, 40.0], [5.0, 5.0]])
    population = np.array([[100.0, 100.0], [100.0, 100.0], [100.0, 0.0], [100.0, 100.0]])
    rate = directly_standardised_rate(events, population, [60_000, 40_000])
    assert rate.reason.tolist() == ["too_few_events", "parts_missing", "zero_denominator", ""]
    for part in (rate.interval.value, rate.interval.lower, rate.interval.upper):
        assert np.isnan(part).tolist() == [True, True, True, False]


def test_the_standard_rate_weights_the_ages_by_hand() -> None:
    """Rates 0.01 and 0.1, weights 0.75 and 0.25: 0.0325."""
    rate = directly_standardised_rate([10, 50], [1_000, 500], [75, 25], factor=1.0)
    np.testing.assert_allclose(rate.interval.value, 0.0325)


@pytest.mark.parametrize("weights", [[1, 2, 3], 5.0])
def test_other_age_groups_in_the_standard_are_refused(weights: Any) -> None:
    with pytest.raises(MethodError, match="Altersgruppen"):
        directly_standardised_rate([10, 50], [1_000, 500], weights)


def test_nothing_expected_gives_no_ratio() -> None:
    ratio = indirectly_standardised_ratio([3, np.nan, 3], [0, 2, 2])
    assert np.isnan(ratio.value).tolist() == [True, True, False]


def test_an_area_with_the_rates_of_the_reference_has_a_ratio_of_one() -> None:
    population = np.array([[1_000, 400], [2_000, 50]])
    expected = expected_events(population, [0.01, 0.2])
    assert expected.tolist() == [90.0, 30.0]
    np.testing.assert_allclose(indirectly_standardised_ratio([90, 30], expected).value, 1.0)


@pytest.mark.parametrize("weights", [[0, 0], [1, np.nan]])
def test_a_standard_without_people_or_with_a_gap_is_refused(weights: Any) -> None:
    with pytest.raises(MethodError, match="Standardbevölkerung"):
        directly_standardised_rate([10, 50], [1_000, 500], weights)

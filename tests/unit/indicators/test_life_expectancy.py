"""Edges and guards of the life table."""

from __future__ import annotations

import numpy as np
import pytest

from sozialanalyse.errors import MethodError
from sozialanalyse.indicators.life_expectancy import life_expectancy

DEATHS = np.linspace(2, 800, 20).round()
PEOPLE = np.full(20, 8_000.0)


def test_each_missing_life_expectancy_has_its_reason() -> None:
    deaths, people = np.tile(DEATHS, (7, 1)), np.tile(PEOPLE, (7, 1))
    deaths[1, 3] = np.nan
    people[2, 3] = 0
    deaths[3, 3] = 9_000
    deaths[4], people[4] = 1, 250
    deaths[5, -1] = 0
    deaths[6], people[6] = 1, 260
    table = life_expectancy(deaths, people)
    assert table.reason[:, 0].tolist() == [
        "",
        "parts_missing",
        "zero_denominator",
        "inconsistent",
        "too_small",
        "too_few_events",
        "too_uncertain",
    ]
    for part in (table.interval.value, table.interval.lower, table.interval.upper):
        assert np.isnan(part[:, 0]).tolist() == [False] + [True] * 6


def test_many_areas_at_once_give_what_each_gives_alone() -> None:
    deaths = DEATHS * np.array([[[1.0], [0.5]], [[0.8], [1.2]]])
    together = life_expectancy(deaths, PEOPLE).interval
    assert together.value.shape == (2, 2, 20)
    alone = life_expectancy(deaths[1, 0], PEOPLE).interval
    np.testing.assert_allclose(together.upper[1, 0], alone.upper, rtol=1e-12)


def test_constant_mortality_gives_the_reciprocal_of_the_rate_at_every_age() -> None:
    """With the same small rate at all ages nothing but the rate matters: close to 1/M, exactly at 90+."""
    table = life_expectancy(np.full(20, 10_000.0), np.full(20, 1_000_000.0)).interval
    assert table.value[-1] == pytest.approx(100.0)
    np.testing.assert_allclose(table.value, 100.0, rtol=0.001)


def test_groups_of_five_years_from_birth_are_accepted() -> None:
    starts = tuple(range(0, 90, 5))
    by_infants = life_expectancy(DEATHS, PEOPLE).interval.value[0]
    merged_deaths = np.concatenate([[DEATHS[:2].sum()], DEATHS[2:18], [DEATHS[18:].sum()]])
    merged_people = np.concatenate([[PEOPLE[:2].sum()], PEOPLE[2:18], [PEOPLE[18:].sum()]])
    merged = life_expectancy(merged_deaths, merged_people, starts).interval.value[0]
    assert merged == pytest.approx(by_infants, abs=0.5)


@pytest.mark.parametrize("starts", [(0,), (0, 20, 40), (5, 10, 15), (0, 5, 5), (0, 5, 10, 15)])
def test_age_groups_that_make_no_life_table_are_refused(starts: tuple[int, ...]) -> None:
    with pytest.raises(MethodError, match="Sterbetafel"):
        life_expectancy([1, 2, 3], [1_000, 2_000, 3_000], starts)

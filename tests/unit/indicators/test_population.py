"""Population of coarser levels from that of finer ones."""

from __future__ import annotations

import pandas as pd

from sozialanalyse.indicators.population import add_coarser_levels

AREAS = pd.DataFrame({"parent_id": {"S": "", "A": "S", "B": "S", "A1": "A", "A2": "A", "B1": "B", "B2": "B"}})
QUARTERS = ("A1", "A2", "B1", "B2")


def population(*rows: tuple[str, int, str, str, int]) -> pd.DataFrame:
    """Return a population from its rows."""
    return pd.DataFrame(rows, columns=["area_id", "year", "sex", "age_group", "count"])


def counts(frame: pd.DataFrame) -> dict[tuple[str, int, str, str], float]:
    """Return every count by its key."""
    keys = frame[["area_id", "year", "sex", "age_group"]].itertuples(index=False, name=None)
    return dict(zip(keys, frame["count"], strict=True))


def test_coarser_areas_are_the_sums_of_their_parts() -> None:
    rows = [(key, 2022, "f", "0-4", 10 + place) for place, key in enumerate(QUARTERS)]
    result = counts(add_coarser_levels(population(*rows), AREAS))
    assert result["A", 2022, "f", "0-4"] == 10 + 11
    assert result["B", 2022, "f", "0-4"] == 12 + 13
    assert result["S", 2022, "f", "0-4"] == 10 + 11 + 12 + 13
    assert len(result) == 7


def test_sexes_ages_and_years_stay_apart() -> None:
    rows = [
        (key, year, sex, group, 1)
        for key in QUARTERS
        for year in (2021, 2022)
        for sex in "mf"
        for group in ("0-4", "85+")
    ]
    result = counts(add_coarser_levels(population(*rows), AREAS))
    assert len(result) == 7 * 8
    assert {result[key] for key in result if key[0] == "S"} == {4}


def test_a_missing_part_leaves_the_coarser_area_out() -> None:
    rows = [(key, 2022, "m", "0-4", 5) for key in QUARTERS[:3]]
    result = counts(add_coarser_levels(population(*rows), AREAS))
    assert ("A", 2022, "m", "0-4") in result
    assert ("B", 2022, "m", "0-4") not in result
    assert ("S", 2022, "m", "0-4") not in result


def test_a_missing_group_of_one_part_leaves_only_that_group_out() -> None:
    rows = [(key, 2022, "m", "0-4", 5) for key in QUARTERS]
    rows += [(key, 2022, "m", "85+", 5) for key in QUARTERS[:3]]
    result = counts(add_coarser_levels(population(*rows), AREAS))
    assert ("S", 2022, "m", "0-4") in result
    assert ("B", 2022, "m", "85+") not in result


def test_a_delivered_coarser_population_is_kept() -> None:
    rows = [(key, 2022, "m", "0-4", 5) for key in QUARTERS]
    result = counts(add_coarser_levels(population(*rows, ("S", 2022, "m", "0-4", 23)), AREAS))
    assert result["S", 2022, "m", "0-4"] == 23
    assert result["A", 2022, "m", "0-4"] == 10


def test_a_coarser_population_delivered_for_one_year_does_not_stand_in_the_way_of_another() -> None:
    rows = [(key, year, "m", "0-4", 5) for key in QUARTERS for year in (2021, 2022)]
    result = counts(add_coarser_levels(population(*rows, ("S", 2022, "m", "0-4", 23)), AREAS))
    assert result["S", 2022, "m", "0-4"] == 23
    assert result["S", 2021, "m", "0-4"] == 20


def test_the_order_of_rows_does_not_matter() -> None:
    rows = [(key, 2022, sex, "0-4", place) for place, key in enumerate(QUARTERS) for sex in "mf"]
    forward = counts(add_coarser_levels(population(*rows), AREAS))
    assert counts(add_coarser_levels(population(*rows[::-1]), AREAS.iloc[::-1])) == forward


def test_an_area_that_there_was_not_yet_does_not_keep_the_sum_empty() -> None:
    areas = AREAS.assign(valid_from="", valid_to="")
    areas.loc["A2", "valid_from"] = "2023"
    rows = [(key, year, "m", "0-4", 1) for key in ("A1", "B1", "B2") for year in (2022, 2023)]
    result = counts(add_coarser_levels(population(*rows), areas))
    assert result["A", 2022, "m", "0-4"] == 1
    assert result["S", 2022, "m", "0-4"] == 3
    assert ("A", 2023, "m", "0-4") not in result
    assert ("S", 2023, "m", "0-4") not in result

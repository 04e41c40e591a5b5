"""Where an area stands against city, parent and its level."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sozialanalyse.indicators.compute import compute_values
from sozialanalyse.indicators.standing import comparison_years, describe_standing, select_years

QUARTERS = ("A1", "A2", "B1", "B2")
LEVELS = ("city", "district", "neighbourhood")
SHARE = {"share": ("proportion", 100, "higher_is_worse")}


def standing(build_dataset, cases: tuple[int, ...], groups: tuple[int, ...]) -> pd.DataFrame:
    """Return the standing of the four neighbourhoods with these cases and groups, indexed by area."""
    rows = [(key, "share", 2022, n, d, np.nan) for key, n, d in zip(QUARTERS, cases, groups, strict=True)]
    dataset = build_dataset(rows, **SHARE)
    return describe_standing(compute_values(dataset).frame, dataset).set_index("area_id")


def test_positions_follow_the_interval_of_the_difference(build_dataset) -> None:
    frame = standing(build_dataset, (300, 100, 101, 99), (1000, 1000, 1000, 1000))
    assert frame.loc["A1", "city_position"] == "higher"
    assert frame.loc["B2", "city_position"] == "lower"
    assert frame.loc["B1", "parent_position"] == "similar"
    assert frame.loc["S", "city_position"] == "unknown"
    assert frame.loc["A1", "city_difference"] == pytest.approx(30 - 15)


def test_the_interval_allows_for_the_area_being_part_of_the_city(build_dataset) -> None:
    # A1 holds nearly all people of the city, so its distance from the city is known almost exactly.
    frame = standing(build_dataset, (3000, 1, 1, 1), (10000, 10, 10, 10))
    width = frame.loc["A1", "city_upper"] - frame.loc["A1", "city_lower"]
    own = frame.loc["A1", "upper"] - frame.loc["A1", "lower"]
    assert width < own / 10


def test_rank_one_is_the_highest_value_of_the_level_and_ties_share_it(build_dataset) -> None:
    frame = standing(build_dataset, (30, 30, 10, 20), (100, 100, 100, 100))
    assert frame.loc[list(QUARTERS), "rank"].tolist() == [1, 1, 4, 3]
    assert (frame.loc[list(QUARTERS), "ranked"] == 4).all()
    assert frame.loc["A1", "level_median"] == pytest.approx(25.0)


def test_the_latest_year_is_that_of_the_finest_level(build_dataset) -> None:
    rows = [(key, "share", 2021, 10, 100, np.nan) for key in QUARTERS]
    rows.append(("S", "share", 2022, 40, 400, np.nan))
    values = compute_values(build_dataset(rows, **SHARE)).frame
    assert comparison_years(values, LEVELS) == {"share": 2021}
    assert comparison_years(values, LEVELS, "2022") == {"share": 2022}
    assert comparison_years(values, LEVELS, 1999) == {}
    assert set(select_years(values, {"share": 2021})["year"]) == {2021}


def test_a_delivered_total_smaller_than_its_part_gets_no_interval(build_dataset) -> None:
    rows = [(key, "share", 2022, 50, 100, np.nan) for key in QUARTERS]
    rows.append(("S", "share", 2022, 40, 400, np.nan))
    dataset = build_dataset(rows, **SHARE)
    frame = describe_standing(compute_values(dataset).frame, dataset).set_index("area_id")
    assert frame.loc["A1", "city_position"] == "unknown"


def test_a_part_with_more_people_not_affected_than_the_total_gets_no_interval(build_dataset) -> None:
    # A1 has 98 people without, the delivered city only 120 - 60 = 60: the two cannot be part and whole.
    rows = [("A1", "share", 2022, 2, 100, np.nan), ("S", "share", 2022, 60, 120, np.nan)]
    dataset = build_dataset(rows, **SHARE)
    frame = describe_standing(compute_values(dataset).frame, dataset).set_index("area_id")
    assert frame.loc["A1", "city_difference"] == pytest.approx(2 - 50)
    assert frame.loc["A1", ["city_lower", "city_upper"]].isna().all()
    assert frame.loc["A1", "city_position"] == "unknown"


def test_a_single_early_delivery_does_not_become_the_year_of_comparison(build_dataset) -> None:
    rows = [(key, "share", 2021, 10, 100, np.nan) for key in QUARTERS]
    rows.append(("A1", "share", 2022, 10, 100, np.nan))
    values = compute_values(build_dataset(rows, **SHARE)).frame
    assert comparison_years(values, LEVELS) == {"share": 2021}


def test_the_year_follows_the_declared_levels_and_not_the_order_of_the_areas(build_dataset) -> None:
    rows = [(key, "share", 2021, 10, 100, np.nan) for key in QUARTERS]
    rows.append(("S", "share", 2022, 40, 400, np.nan))
    dataset = build_dataset(rows, **SHARE)
    turned = replace(dataset, areas=dataset.areas.iloc[::-1])
    assert comparison_years(compute_values(turned).frame, LEVELS) == {"share": 2021}


def test_there_are_no_ranks_among_a_part_of_the_areas(build_dataset) -> None:
    rows = [(key, "share", 2022, 10, 100, np.nan) for key in QUARTERS[:3]]
    dataset = build_dataset(rows, **SHARE)
    frame = describe_standing(compute_values(dataset).frame, dataset).set_index("area_id")
    assert frame.loc[list(QUARTERS), ["rank", "level_median", "level_deviation"]].isna().all(axis=None)


def test_a_sign_in_place_of_a_coarser_value_is_kept(build_dataset) -> None:
    rows = [(key, "share", 2022, 10, 100, np.nan) for key in QUARTERS]
    rows.append(("S", "share", 2022, np.nan, np.nan, np.nan))
    dataset = build_dataset(rows, **SHARE)
    observations = dataset.observations.copy()
    observations["sign"] = ["", "", "", "", "/"]
    values = compute_values(replace(dataset, observations=observations)).frame.set_index("area_id")
    assert np.isnan(values.loc["S", "value"])
    assert values.loc["S", "sign"] == "/"


def test_ranks_come_with_the_range_that_the_intervals_allow(build_dataset) -> None:
    frame = standing(build_dataset, (300, 100, 101, 20), (1000, 1000, 1000, 1000))
    ranges = frame.loc[list(QUARTERS), ["rank_best", "rank_worst"]]
    assert ranges.to_numpy().tolist() == [[1, 1], [2, 3], [2, 3], [4, 4]]


def test_values_without_intervals_have_a_rank_without_range(build_dataset) -> None:
    rows = [(key, "noise", 2022, np.nan, np.nan, 50.0 + n) for n, key in enumerate(QUARTERS)]
    dataset = build_dataset(rows, noise=("score", 1.0, "higher_is_worse"))
    frame = describe_standing(compute_values(dataset).frame, dataset).set_index("area_id")
    assert frame.loc["B2", "rank"] == 1
    assert frame[["rank_best", "rank_worst"]].isna().all(axis=None)

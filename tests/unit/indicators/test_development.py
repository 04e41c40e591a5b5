"""The trend of every indicator in every area."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from sozialanalyse.dataset.schema import Dataset
from sozialanalyse.indicators.compute import compute_values
from sozialanalyse.indicators.development import TREND_COLUMNS, describe_trends

YEARS = (2018, 2019, 2020, 2021, 2022)


def trends_of(
    build_dataset: Callable[..., Dataset], series: dict[str, list[float]], kind: str
) -> pd.DataFrame:
    """Return the trends of areas with these values per year, indexed by area."""
    rows = [
        (area, "thing", year, *((value, 1000, np.nan) if kind == "proportion" else (np.nan, np.nan, value)))
        for area, values in series.items()
        for year, value in zip(YEARS, values, strict=False)
    ]
    dataset = build_dataset(rows, thing=(kind, 100 if kind == "proportion" else 1, "neutral"))
    return describe_trends(compute_values(dataset).frame).set_index("area_id")


def test_a_straight_line_has_its_slope_and_its_ends(build_dataset: Callable[..., Dataset]) -> None:
    row = trends_of(build_dataset, {"A1": [10, 12, 14, 16, 18]}, "score").loc["A1"]
    assert row["slope"] == pytest.approx(2.0)
    assert (row["first_year"], row["last_year"], row["points"]) == (2018, 2022, 5)
    assert (row["first_value"], row["last_value"], row["level"]) == (10, 18, "neighbourhood")
    assert row["direction"] == "rising"


def test_the_slope_without_intervals_is_that_of_least_squares(build_dataset: Callable[..., Dataset]) -> None:
    # By hand: years -2..2, values 3, 1, 4, 1, 6, mean 3: sum of products 6, sum of squares 10, slope 0.6;
    # residual sum of squares 18 - 0.6 * 6 = 14.4; standard error sqrt(14.4 / 3 / 10) = 0.69282;
    # t(0.975, 3) = 3.18245; so -1.60487 to 2.80487.
    row = trends_of(build_dataset, {"A1": [3, 1, 4, 1, 6]}, "score").loc["A1"]
    assert row["slope"] == pytest.approx(0.6)
    assert (row["slope_lower"], row["slope_upper"]) == pytest.approx((-1.60487, 2.80487), abs=1e-5)
    assert row["direction"] == "none"


def test_years_with_wide_intervals_count_less(build_dataset: Callable[..., Dataset]) -> None:
    rows = [("A1", "share", year, 100, 1000, np.nan) for year in YEARS[:4]]
    certain, uncertain = (
        describe_trends(
            compute_values(
                build_dataset(
                    [*rows, ("A1", "share", 2022, group / 5, group, np.nan)],
                    share=("proportion", 100, "neutral"),
                )
            ).frame
        )
        .set_index("area_id")
        .loc["A1", "slope"]
        for group in (1000, 50)
    )
    assert 0 < uncertain < certain


@pytest.mark.parametrize("points", [1, 2, 3, 4])
def test_fewer_than_five_years_show_no_direction(build_dataset: Callable[..., Dataset], points: int) -> None:
    row = trends_of(build_dataset, {"A1": [10, 20, 30, 40][:points]}, "score").loc["A1"]
    assert row["direction"] == "too_few"
    assert row["points"] == points
    assert np.isnan(row["slope_lower"])


def test_gaps_do_not_count_and_the_ends_are_those_with_a_value(build_dataset: Callable[..., Dataset]) -> None:
    nan = float("nan")
    row = trends_of(build_dataset, {"A1": [nan, 12, nan, 16, nan], "A2": [1, 2, 3, 4, 5]}, "score").loc["A1"]
    assert (row["first_year"], row["last_year"], row["points"]) == (2019, 2021, 2)
    assert (row["first_value"], row["last_value"]) == (12, 16)


def test_coarser_areas_have_a_trend_of_their_own(build_dataset: Callable[..., Dataset]) -> None:
    series = {"A1": [100.0, 110, 120, 130, 140], "A2": [100.0, 120, 140, 160, 180]}
    trends = trends_of(build_dataset, series, "count")
    assert trends.loc["A", "slope"] == pytest.approx(30.0)  # 10 and 20 persons a year
    assert "S" not in trends.index  # the other district has no values


def test_without_values_there_is_an_empty_frame_of_the_same_columns(
    build_dataset: Callable[..., Dataset],
) -> None:
    trends = trends_of(build_dataset, {"A1": [float("nan")] * 5}, "score")
    assert len(trends) == 0
    assert ["area_id", *trends.columns] == list(TREND_COLUMNS)

"""What the catalogue says on certainty: counts without interval, pooled years, breaks in a series."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sozialanalyse.dataset.schema import Dataset
from sozialanalyse.indicators.certainty import counts_vary, pooled_years
from sozialanalyse.indicators.compute import compute_values
from sozialanalyse.indicators.development import describe_trends
from sozialanalyse.indicators.standing import describe_standing

SHARE = {"share": ("proportion", 100.0, "higher_is_worse")}
QUARTERS = ("A1", "A2", "B1", "B2")


def test_a_catalogue_that_says_nothing_has_intervals_and_single_years() -> None:
    catalogue = pd.DataFrame({"label": ["x"]}, index=["x"])
    assert counts_vary(catalogue).tolist() == [True]
    assert pooled_years(catalogue).tolist() == [1]
    assert pooled_years(catalogue.assign(window=[np.nan])).tolist() == [1]
    assert counts_vary(catalogue.assign(interval=[""])).tolist() == [True]


def test_counts_that_do_not_vary_have_no_interval_and_no_area_is_called_different(
    build_dataset: Callable[..., Dataset],
) -> None:
    rows = [(key, "share", 2022, 300 - 90 * i, 1000, np.nan) for i, key in enumerate(QUARTERS)]
    dataset = build_dataset(rows, **SHARE)
    without = replace(dataset, indicators=dataset.indicators.assign(interval="none"))
    for given, method, positions in (
        (dataset, "wilson", {"higher", "lower"}),
        (without, "none", {"unknown"}),
    ):
        values = compute_values(given).frame
        assert set(values["method"]) == {method}
        assert values["lower"].isna().all() == (method == "none")
        standing = describe_standing(values, given).set_index("area_id")
        assert {standing.loc["A1", "city_position"], standing.loc["B2", "city_position"]} == positions
        assert standing.loc["A1", "city_difference"] == pytest.approx(30.0 - 16.5)


def trend_of(build_dataset: Callable[..., Dataset], values: list[float], window: int) -> pd.Series[float]:
    """Return the trend of one area whose values rise by these steps from 2013."""
    rows = [("A1", "score", 2013 + year, np.nan, np.nan, value) for year, value in enumerate(values)]
    dataset = build_dataset(rows, score=("score", 1.0, "neutral"))
    frame = describe_trends(compute_values(dataset).frame, windows={"score": window})
    return frame.set_index("area_id").loc["A1"]


def test_values_of_pooled_years_are_fitted_only_where_they_do_not_overlap(
    build_dataset: Callable[..., Dataset],
) -> None:
    values = [0.0, 1.0, 90.0, 3.0, 90.0, 5.0, 90.0, 7.0, 90.0, 9.0]
    # Of ten years of two-year values the last and every second before it are fitted: 1, 3, 5, 7, 9.
    row = trend_of(build_dataset, values, 2)
    assert (row["slope"], row["direction"], row["points"]) == (pytest.approx(1.0), "rising", 10)
    assert trend_of(build_dataset, values, 1)["direction"] == "none"


def test_too_few_values_without_overlap_are_no_trend(build_dataset: Callable[..., Dataset]) -> None:
    # Four three-year values fit into ten years.
    row = trend_of(build_dataset, [float(year) for year in range(10)], 3)
    assert row["direction"] == "overlap"
    assert np.isnan(row["slope"])
    assert trend_of(build_dataset, [1.0, 2.0, 3.0, 4.0], 3)["direction"] == "too_few"


@pytest.mark.parametrize(("city", "direction", "year"), [(0.0, "rising", 0), (5.0, "break", 2016)])
def test_no_trend_goes_over_a_change_from_computed_to_delivered_values(
    build_dataset: Callable[..., Dataset], city: float, direction: str, year: int
) -> None:
    # The city is computed from its quarters until 2015 and in 2019; from 2016 to 2018 it is delivered too.
    rows = [
        (key, "share", 2013 + step, 100 + 10 * step, 1000, np.nan) for step in range(7) for key in QUARTERS
    ]
    rows += [
        ("S", "share", 2013 + step, 4 * (100 + 10 * step) + city * 40, 4000, np.nan) for step in (3, 4, 5)
    ]
    frame = describe_trends(compute_values(build_dataset(rows, **SHARE)).frame).set_index("area_id")
    assert (frame.loc["S", "direction"], frame.loc["S", "break_year"]) == (direction, year)
    assert np.isfinite(frame.loc["S", "slope"]) == (direction == "rising")
    assert (frame.loc["A1", "direction"], frame.loc["A1", "break_year"]) == ("rising", 0)


def test_a_delivered_value_that_the_parts_confirm_has_both_origins(
    build_dataset: Callable[..., Dataset],
) -> None:
    rows = [(key, "share", 2022, 100, 1000, np.nan) for key in QUARTERS]
    rows += [("A", "share", 2022, 200, 2000, np.nan), ("S", "share", 2022, 700, 4000, np.nan)]
    origin = compute_values(build_dataset(rows, **SHARE)).frame.set_index("area_id")["origin"]
    assert origin.to_dict() == {
        "S": "delivered",
        "A": "both",
        "B": "computed",
        **dict.fromkeys(QUARTERS, "delivered"),
    }

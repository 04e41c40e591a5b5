"""Values of all levels from observations of the finest one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sozialanalyse.indicators.compute import compute_values

QUARTERS = ("A1", "A2", "B1", "B2")


def cell(frame: pd.DataFrame, area_id: str, indicator_id: str = "share", year: int = 2022) -> pd.Series:
    """Return the one row of an area, an indicator and a year."""
    rows = frame[
        (frame["area_id"] == area_id) & (frame["indicator_id"] == indicator_id) & (frame["year"] == year)
    ]
    assert len(rows) == 1
    return rows.iloc[0]


def test_a_proportion_of_a_coarser_area_is_the_sum_of_cases_over_the_sum_of_groups(build_dataset) -> None:
    rows = [
        (key, "share", 2022, n, d, np.nan)
        for key, n, d in zip(QUARTERS, (10, 30, 5, 5), (100, 100, 50, 200), strict=True)
    ]
    frame = compute_values(build_dataset(rows, share=("proportion", 100, "higher_is_worse"))).frame
    assert cell(frame, "A")["value"] == pytest.approx(20.0)  # (10 + 30) / (100 + 100)
    assert cell(frame, "B")["value"] == pytest.approx(4.0)  # (5 + 5) / (50 + 200)
    assert cell(frame, "S")["value"] == pytest.approx(100 * 50 / 450)
    assert cell(frame, "S")["origin"] == "computed"
    assert cell(frame, "A1")["origin"] == "delivered"


def test_counts_add_up_and_scores_are_weighted_by_their_denominator(build_dataset) -> None:
    rows = [
        (key, "people", 2022, np.nan, np.nan, v) for key, v in zip(QUARTERS, (10, 20, 30, 40), strict=True)
    ]
    rows += [
        (key, "rent", 2022, np.nan, w, v)
        for key, v, w in zip(QUARTERS, (6.0, 8.0, 7.0, 7.0), (100, 300, 1, 1), strict=True)
    ]
    frame = compute_values(
        build_dataset(rows, people=("count", 1, "neutral"), rent=("score", 1, "higher_is_worse"))
    ).frame
    assert cell(frame, "S", "people")["value"] == 100
    assert cell(frame, "A", "rent")["value"] == pytest.approx((6 * 100 + 8 * 300) / 400)


def test_a_missing_part_leaves_the_coarser_area_empty_and_says_why(build_dataset) -> None:
    rows = [(key, "share", 2022, 10, 100, np.nan) for key in QUARTERS[:3]]
    frame = compute_values(build_dataset(rows, share=("proportion", 100, "higher_is_worse"))).frame
    assert cell(frame, "A")["value"] == pytest.approx(10.0)
    assert np.isnan(cell(frame, "B")["value"])
    assert cell(frame, "B")["missing_reason"] == "parts_missing"
    assert cell(frame, "S")["missing_reason"] == "parts_missing"
    assert cell(frame, "B2")["missing_reason"] == "not_delivered"


def test_a_score_without_weights_is_not_averaged(build_dataset) -> None:
    rows = [(key, "rent", 2022, np.nan, np.nan, 7.0) for key in QUARTERS]
    frame = compute_values(build_dataset(rows, rent=("score", 1, "neutral"))).frame
    assert cell(frame, "A", "rent")["missing_reason"] == "no_weight"


def test_a_score_of_which_one_part_has_no_weight_is_not_averaged_over_the_others(build_dataset) -> None:
    rows = [
        (key, "rent", 2022, np.nan, weight, 7.0)
        for key, weight in zip(QUARTERS, (100, np.nan, 1, 1), strict=True)
    ]
    frame = compute_values(build_dataset(rows, rent=("score", 1, "neutral"))).frame
    assert np.isnan(cell(frame, "A", "rent")["value"])
    assert cell(frame, "A", "rent")["missing_reason"] == "no_weight"
    assert cell(frame, "B", "rent")["value"] == pytest.approx(7.0)


@pytest.mark.parametrize(("cases", "slight", "origin"), [(40.2, True, "both"), (40.4, False, "delivered")])
def test_half_a_per_cent_is_rounding_and_more_is_another_series(
    build_dataset, cases: float, slight: bool, origin: str
) -> None:
    # The parts have 40 of 400 cases: 10 %. Delivered are 10.05 % (0.5 % more) and 10.1 % (1 % more).
    rows = [(key, "share", 2022, 10, 100, np.nan) for key in QUARTERS]
    rows.append(("S", "share", 2022, cases, 400, np.nan))
    table = compute_values(build_dataset(rows, share=("proportion", 100, "higher_is_worse")))
    (remark,) = table.remarks
    assert ("um höchstens ein halbes Prozent" in remark) == slight
    assert cell(table.frame, "S")["origin"] == origin


def test_observations_by_sex_or_age_are_not_taken_for_the_total(build_dataset) -> None:
    rows = [(key, "share", 2022, 10, 100, np.nan) for key in QUARTERS]
    dataset = build_dataset(rows, share=("proportion", 100, "higher_is_worse"))
    total = dataset.observations
    parts = [
        total.assign(numerator=1.0, denominator=2.0, **broken_down)
        for broken_down in ({"sex": "f"}, {"age_group": "0-17"})
    ]
    together = replace(dataset, observations=pd.concat([total, *parts], ignore_index=True))
    pd.testing.assert_frame_equal(compute_values(together).frame, compute_values(dataset).frame)


def test_a_delivered_coarser_value_takes_precedence_and_a_difference_is_reported(build_dataset) -> None:
    rows = [(key, "share", 2022, 10, 100, np.nan) for key in QUARTERS]
    rows.append(("S", "share", 2022, 60, 400, np.nan))
    table = compute_values(build_dataset(rows, share=("proportion", 100, "higher_is_worse")))
    assert cell(table.frame, "S")["value"] == pytest.approx(15.0)
    assert cell(table.frame, "S")["origin"] == "delivered"
    assert len(table.remarks) == 1
    assert "share" in table.remarks[0]
    assert not any(character.isdigit() and character not in "1" for character in table.remarks[0])


@pytest.mark.parametrize(
    ("cases", "remarked"),
    [(2000, False), (2001, True), (2100, True)],
    ids=["equal", "by one", "by 5 per cent"],
)
def test_a_delivered_total_that_differs_by_a_single_case_is_reported(build_dataset, cases, remarked) -> None:
    rows = [(key, "share", 2022, 500, 1000, np.nan) for key in QUARTERS]
    rows.append(("S", "share", 2022, cases, 4000, np.nan))
    remarks = compute_values(build_dataset(rows, share=("proportion", 100, "higher_is_worse"))).remarks
    assert [" weichen " in remark for remark in remarks] == [True] * remarked
    assert [" um höchstens ein halbes Prozent " in remark for remark in remarks] == [cases == 2001] * remarked


def test_intervals_are_those_of_wilson_in_the_unit_of_the_indicator(build_dataset) -> None:
    # Newcombe, Statistics in Medicine 17 (1998) 857-872, Table I: 81 of 263, Wilson 0.2553 to 0.3662.
    rows = [("A1", "share", 2022, 81, 263, np.nan)]
    frame = compute_values(build_dataset(rows, share=("proportion", 100, "higher_is_worse"))).frame
    row = cell(frame, "A1")
    assert (round(row["lower"], 2), round(row["upper"], 2)) == (25.53, 36.62)
    assert (row["method"], row["confidence"]) == ("wilson", 0.95)


def test_a_zero_group_has_no_value(build_dataset) -> None:
    rows = [("A1", "share", 2022, 0, 0, np.nan)]
    frame = compute_values(build_dataset(rows, share=("proportion", 100, "higher_is_worse"))).frame
    assert cell(frame, "A1")["missing_reason"] == "zero_denominator"


def test_the_order_of_observations_does_not_matter(build_dataset) -> None:
    rows = [
        (key, "share", year, 3 + n, 50 + n, np.nan) for n, key in enumerate(QUARTERS) for year in (2020, 2021)
    ]
    kinds = {"share": ("proportion", 100, "higher_is_worse")}
    forward = compute_values(build_dataset(rows, **kinds)).frame
    backward = compute_values(build_dataset(rows[::-1], **kinds)).frame
    pd.testing.assert_frame_equal(forward, backward)


def test_a_sum_needs_only_the_parts_that_there_were_in_that_year(build_dataset) -> None:
    rows = [("A1", "share", year, 10, 100, np.nan) for year in (2018, 2019)]
    rows += [("A2", "share", 2019, 30, 100, np.nan)]
    rows += [(key, "share", year, 5, 100, np.nan) for key in ("B1", "B2") for year in (2018, 2019)]
    dataset = build_dataset(rows, share=("proportion", 100, "higher_is_worse"))
    areas = dataset.areas.assign(valid_from="", valid_to="")
    areas.loc["A2", "valid_from"] = "2019-07-01"  # there at the end of 2019
    areas.loc["B2", "valid_to"] = "2019-06-30"  # no longer there at the end of 2019
    frame = compute_values(replace(dataset, areas=areas)).frame
    assert cell(frame, "A", year=2018)["value"] == pytest.approx(10.0)  # A1 alone
    assert cell(frame, "A", year=2019)["value"] == pytest.approx(20.0)  # (10 + 30) / 200
    assert cell(frame, "B", year=2018)["value"] == pytest.approx(5.0)
    assert cell(frame, "B", year=2019)["denominator"] == 100  # B1 alone
    assert cell(frame, "S", year=2019)["value"] == pytest.approx(15.0)  # (10 + 30 + 5) / 300
    assert cell(frame, "A2", year=2018)["missing_reason"] == "area_absent"
    assert cell(frame, "A1", year=2018)["missing_reason"] == ""

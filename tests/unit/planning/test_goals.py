"""How far goals are, by the fixed rule; every case worked by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sozialanalyse.planning.goals import (
    MISSED,
    OFF_COURSE,
    ON_COURSE,
    REACHED,
    UNKNOWN,
    UNSURE,
    conspicuous,
    goal_progress,
    handover,
)

VALUE_COLUMNS = ["area_id", "indicator_id", "year", "value", "lower", "upper", "hidden"]


def goal(**changes: Any) -> dict[str, Any]:
    return {
        "goal_id": "g",
        "conference": "2020 Thema",
        "indicator_id": "poverty",
        "area_id": "",
        "target_value": 20.0,
        "target_date": pd.Timestamp("2029-12-31"),
    } | changes


def judged(rows: list[tuple[Any, ...]], **changes: Any) -> pd.Series[Any]:
    frame = goal_progress(pd.DataFrame([goal(**changes)]), pd.DataFrame(rows, columns=VALUE_COLUMNS), "city")
    return frame.iloc[0]


def series(value: float, half: float, year: int = 2024) -> list[tuple[Any, ...]]:
    """Return a baseline of 30 in 2019 and a later value with its interval."""
    return [
        ("city", "poverty", 2019, 30.0, 29.0, 31.0, ""),
        ("city", "poverty", year, value, value - half, value + half, ""),
    ]


@pytest.mark.parametrize(
    ("value", "half", "year", "verdict"),
    [
        # From 30 in 2019 to 20 in 2029: one point a year, so 25 in 2024.
        (23.0, 1.0, 2024, ON_COURSE),
        (24.0, 1.0, 2024, ON_COURSE),  # the interval ends on the line
        (25.0, 1.0, 2024, UNSURE),
        (27.0, 1.0, 2024, OFF_COURSE),
        (19.0, 1.0, 2024, REACHED),  # the interval ends at the target
        (21.0, 2.0, 2029, UNSURE),
        (22.0, 1.0, 2029, MISSED),
        (22.0, 1.0, 2031, MISSED),
        (18.0, 1.0, 2031, REACHED),
    ],
)
def test_a_goal_downwards_is_judged_by_its_whole_interval(
    value: float, half: float, year: int, verdict: str
) -> None:
    found = judged(series(value, half, year))
    assert found["verdict"] == verdict
    assert found["expected"] == pytest.approx(max(20.0, 30.0 - (year - 2019)))
    assert found["reason"] == ""


@pytest.mark.parametrize(("value", "verdict"), [(37.0, ON_COURSE), (35.0, UNSURE), (32.0, OFF_COURSE)])
def test_a_goal_upwards_is_judged_the_other_way_round(value: float, verdict: str) -> None:
    assert judged(series(value, 1.0), target_value=40.0)["verdict"] == verdict


def test_the_baseline_is_the_last_value_before_the_year_of_the_conference() -> None:
    rows = [
        ("city", "poverty", 2018, 31.0, 30.0, 32.0, ""),
        ("city", "poverty", 2019, 30.0, 29.0, 31.0, ""),
        ("city", "poverty", 2020, 29.0, 28.5, 29.5, ""),
        ("A", "poverty", 2019, 50.0, 49.0, 51.0, ""),
        ("city", "other", 2019, 70.0, 69.0, 71.0, ""),
    ]
    found = judged(rows)
    assert (found["baseline_year"], found["baseline"]) == (2019, 30.0)
    assert (found["year"], found["value"]) == (2020, 29.0)
    # The line goes on to 2021, the next year without a value: two tenths of the way.
    assert (found["milestone_year"], found["milestone"]) == (2021, pytest.approx(28.0))


def test_a_goal_for_one_area_uses_the_values_of_that_area() -> None:
    rows = [("A", "poverty", 2019, 50.0, 49.0, 51.0, ""), *series(10.0, 1.0)]
    assert judged(rows, area_id="A")["baseline"] == 50.0


@pytest.mark.parametrize(
    ("rows", "changes", "reason"),
    [
        (series(23.0, 1.0), {"indicator_id": ""}, "not_measured"),
        (series(23.0, 1.0), {"target_value": np.nan}, "not_measured"),
        (series(23.0, 1.0), {"target_date": pd.NaT}, "not_measured"),
        (series(23.0, 1.0), {"conference": "Thema ohne Jahr"}, "no_year"),
        (series(23.0, 1.0)[1:], {}, "no_baseline"),
        (series(23.0, 1.0)[:1], {}, "no_later"),
        (series(23.0, np.nan), {}, "no_interval"),
        (series(23.0, 1.0), {"target_value": 30.0}, "no_change"),
        (
            [("city", "poverty", 2019, np.nan, np.nan, np.nan, "numerator"), series(23.0, 1.0)[1]],
            {},
            "hidden",
        ),
        (
            [series(23.0, 1.0)[0], ("city", "poverty", 2024, np.nan, np.nan, np.nan, "linked")],
            {},
            "hidden",
        ),
    ],
)
def test_a_goal_that_cannot_be_judged_says_why(
    rows: list[tuple[Any, ...]], changes: dict[str, Any], reason: str
) -> None:
    found = judged(rows, **changes)
    assert (found["verdict"], found["reason"]) == (UNKNOWN, reason)


def test_a_goal_due_before_its_baseline_is_judged_against_the_target() -> None:
    found = judged(series(24.0, 1.0), target_date=pd.Timestamp("2018-12-31"))
    assert (found["expected"], found["verdict"]) == (20.0, MISSED)


def test_without_goals_there_are_no_rows() -> None:
    empty = pd.DataFrame(columns=list(goal()))
    assert goal_progress(empty, pd.DataFrame(columns=VALUE_COLUMNS), "city").empty


def test_the_list_for_the_round_table_holds_unfinished_operational_goals_the_next_due_first() -> None:
    rows = [
        ("s", "strategic", "", "Strategie", None, "running"),
        ("late", "operational", "s", "spät", "2028-01-01", "running"),
        ("open", "operational", "", "ohne Datum", None, "waiting"),
        ("soon", "operational", "s", "bald", "2026-01-01", "waiting"),
        ("done", "operational", "s", "fertig", "2025-01-01", "done"),
    ]
    columns = ["goal_id", "kind", "parent_goal_id", "text", "target_date", "status"]
    frame = pd.DataFrame(rows, columns=columns)
    frame["target_date"] = pd.to_datetime(frame["target_date"])
    found = handover(frame, ("waiting", "running"))
    assert found["goal_id"].tolist() == ["soon", "late", "open"]
    assert found["parent_text"].tolist() == ["Strategie", "Strategie", ""]


def test_what_stands_out_depends_on_what_a_high_value_means() -> None:
    rows = pd.DataFrame(
        {
            "indicator_id": ["poverty", "poverty", "care", "care", "age", "age", "age"],
            "city_position": ["higher", "lower", "higher", "lower", "higher", "similar", "unknown"],
        }
    )
    meaning = pd.Series({"poverty": "higher_is_worse", "care": "higher_is_better", "age": "neutral"})
    assert conspicuous(rows, meaning).tolist() == ["yes", "no", "no", "yes", "yes", "similar", "unknown"]

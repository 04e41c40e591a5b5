"""Status, durations, flow and deadlines on a history of three recommendations, followed by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from sozialanalyse.errors import ParameterError
from sozialanalyse.indicators.compare import change
from sozialanalyse.planning.recommendations import (
    Patience,
    count_by,
    flow,
    movements,
    spells,
    standing_at,
    status_at,
    target_changes,
)

KINDS = {"offen": "open", "umsetzung": "active", "umgesetzt": "done", "verworfen": "stopped"}
LOG = pd.DataFrame(
    [
        ("h1", "2022-01-01", "offen", ""),
        ("h1", "2022-07-01", "umsetzung", "begonnen"),
        ("h1", "2023-01-01", "umsetzung", "läuft"),
        ("h2", "2022-01-01", "offen", ""),
        ("h2", "2023-06-01", "verworfen", ""),
        ("h3", "2023-03-01", "offen", ""),
    ],
    columns=["recommendation_id", "date", "status", "note"],
).assign(date=lambda frame: pd.to_datetime(frame["date"]))
RECOMMENDATIONS = pd.DataFrame(
    {
        "recommendation_id": ["h1", "h2", "h3", "h4"],
        "area_ids": [("A", "B"), ("A",), ("B",), ("B",)],
        "field": ["arbeit", "arbeit", "familie", "familie"],
        "horizon": pd.to_datetime(["2023-06-30", "2022-12-31", "2024-03-01", None]),
        "indicator_ids": [("poor",), (), ("poor",), ()],
    }
)


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2021-12-31", {}),
        ("2022-06-30", {"h1": "offen", "h2": "offen"}),
        ("2022-07-01", {"h1": "umsetzung", "h2": "offen"}),
        ("2023-12-31", {"h1": "umsetzung", "h2": "verworfen", "h3": "offen"}),
    ],
)
def test_the_status_holds_from_the_day_of_its_entry(date: str, expected: dict[str, str]) -> None:
    assert status_at(LOG, day(date))["status"].to_dict() == expected


def test_a_repeated_status_does_not_begin_anew() -> None:
    row = status_at(LOG, day("2023-02-01")).loc["h1"]
    assert (row["since"], row["last_entry"], row["note"]) == (day("2022-07-01"), day("2023-01-01"), "läuft")


def test_the_order_of_lines_does_not_matter_but_of_one_day_the_later_line_counts() -> None:
    assert status_at(LOG.iloc[::-1], day("2023-12-31"))["status"]["h1"] == "umsetzung"
    doubled = pd.DataFrame(
        {
            "recommendation_id": "h",
            "date": [day("2022-01-01")] * 2,
            "status": ["offen", "umsetzung"],
            "note": "",
        }
    )
    assert status_at(doubled, day("2022-01-01"))["status"]["h"] == "umsetzung"


def test_durations_add_up_to_the_whole_time() -> None:
    found = spells(LOG, day("2023-12-31"))
    # From 2022-01-01 to 2022-07-01 are 181 days, on to 2023-12-31 another 548; together 729.
    assert found.loc[found["recommendation_id"] == "h1", "days"].tolist() == [181, 548]
    assert found.groupby("recommendation_id")["days"].sum().to_dict() == {"h1": 729, "h2": 729, "h3": 305}
    assert found["end"].isna().sum() == 3


def test_late_still_and_soon_are_said_only_of_what_is_not_finished() -> None:
    found = standing_at(RECOMMENDATIONS, LOG, KINDS, day("2023-12-31")).set_index("recommendation_id")
    assert found["overdue"].to_dict() == {"h1": True, "h2": False, "h3": False, "h4": False}
    # 2023-12-31 − 2022-07-01 = 548 days, more than a year; h3 is open for 305 days and due in 61.
    assert found["still"].to_dict() == {"h1": True, "h2": False, "h3": False, "h4": False}
    assert found["due_soon"].to_dict() == {"h1": False, "h2": False, "h3": True, "h4": False}
    assert found["status"].to_dict()["h4"] == ""


def test_a_horizon_is_missed_only_on_the_day_after() -> None:
    on_time = standing_at(RECOMMENDATIONS, LOG, KINDS, day("2023-06-30")).set_index("recommendation_id")
    late = standing_at(RECOMMENDATIONS, LOG, KINDS, day("2023-07-01")).set_index("recommendation_id")
    assert (on_time.loc["h1", "overdue"], late.loc["h1", "overdue"]) == (False, True)


def test_what_began_later_is_not_there_yet() -> None:
    found = standing_at(RECOMMENDATIONS, LOG, KINDS, day("2022-12-31"))
    assert found["recommendation_id"].tolist() == ["h1", "h2", "h4"]


def test_longer_patience_calls_nothing_still() -> None:
    found = standing_at(RECOMMENDATIONS, LOG, KINDS, day("2023-12-31"), Patience(still=1000))
    assert not found["still"].any()


def test_the_flow_counts_every_recommendation_once() -> None:
    moves = movements(LOG, day("2022-12-31"), day("2023-12-31"))
    assert moves.set_index("recommendation_id")["moved"].to_dict() == {"h1": False, "h2": True, "h3": True}
    assert flow(moves, list(KINDS)).to_numpy().tolist() == [
        ["", "offen", 1],
        ["offen", "verworfen", 1],
        ["umsetzung", "umsetzung", 1],
    ]


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ParameterError, match="since"):
        movements(LOG, day("2023-01-01"), day("2023-01-01"))


def test_a_recommendation_for_two_areas_counts_in_both() -> None:
    table = count_by(RECOMMENDATIONS, "area_ids", "field")
    assert table.loc["A"].to_dict() == {"arbeit": 2, "familie": 0}
    assert table.loc["B"].to_dict() == {"arbeit": 1, "familie": 2}


VALUES = pd.DataFrame(
    [
        ("A", "poor", 2020, 30.0, 300.0, 1000.0),
        ("A", "poor", 2022, 28.0, 280.0, 1000.0),
        ("A", "poor", 2023, 25.0, 250.0, 1000.0),
        ("B", "poor", 2023, 20.0, 200.0, 1000.0),
    ],
    columns=["area_id", "indicator_id", "year", "value", "numerator", "denominator"],
)
CATALOGUE = pd.DataFrame({"kind": ["proportion"], "factor": [100.0]}, index=["poor"])


def test_a_target_indicator_is_compared_from_the_year_of_the_start_to_the_last() -> None:
    standing = standing_at(RECOMMENDATIONS, LOG, KINDS, day("2023-12-31"))
    found = target_changes(standing, VALUES, CATALOGUE, {"poor": 2023})
    # h1 began in 2022 in A and B; B has no earlier year. h3 began in 2023 and cannot be compared yet.
    assert found[
        ["recommendation_id", "area_id", "first_year", "last_year", "change"]
    ].to_numpy().tolist() == [["h1", "A", 2022, 2023, -3.0]]
    expected = change(280, 1000, 250, 1000, "proportion").scaled(100)
    assert found[["lower", "upper"]].iloc[0].tolist() == pytest.approx([expected.lower, expected.upper])


def test_a_score_has_a_change_without_an_interval() -> None:
    standing = standing_at(RECOMMENDATIONS, LOG, KINDS, day("2023-12-31"))
    found = target_changes(standing, VALUES, CATALOGUE.assign(kind="score"), {"poor": 2023})
    assert found["change"].tolist() == [-3.0]
    assert found[["lower", "upper"]].isna().all(axis=None)


def test_without_target_indicators_there_is_no_change() -> None:
    assert not len(target_changes(RECOMMENDATIONS.assign(started=pd.NaT), VALUES, CATALOGUE, {"poor": 2023}))


def test_patience_is_at_least_a_day() -> None:
    with pytest.raises(ParameterError, match="still"):
        Patience(still=0)

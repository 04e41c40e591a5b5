"""Experts' weight beside the statistical signal: the rule on small tables that can be followed by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sozialanalyse.errors import ParameterError
from sozialanalyse.planning.dialogue import (
    DialogueRule,
    compare_views,
    theme_indicators,
    theme_signals,
    theme_weights,
)

DIRECTIONS = {"poor": "higher_is_worse", "skilled": "higher_is_better", "foreign": "neutral"}
THEMES = {"family": ["poor", "skilled", "foreign"], "systems": []}


def standing(*rows: tuple[str, str, float, float, float, float]) -> pd.DataFrame:
    """Return released rows: area, indicator, difference, limits, deviation between areas."""
    columns = [
        "area_id",
        "indicator_id",
        "city_difference",
        "city_lower",
        "city_upper",
        "level_deviation",
    ]
    return pd.DataFrame(rows, columns=columns).assign(year=2022)


def signals_of(*rows: tuple[str, str, float, float, float, float]) -> pd.DataFrame:
    indicators = theme_indicators(standing(*rows), DIRECTIONS, THEMES)
    return theme_signals(indicators, THEMES, ["A"]).set_index("theme")


def test_differences_are_turned_by_direction_and_divided_by_the_deviation() -> None:
    # (4, 2 to 6) / 2 = (2, 1 to 3). Where high is good, 3 (2 to 4) less, / 2, is a burden of 1.5 (1 to 2).
    found = theme_indicators(
        standing(("A", "poor", 4.0, 2.0, 6.0, 2.0), ("A", "skilled", -3.0, -4.0, -2.0, 2.0)),
        DIRECTIONS,
        THEMES,
    )
    numbers = found.set_index("indicator_id")[["difference", "lower", "upper"]]
    assert numbers.loc["poor"].tolist() == [2.0, 1.0, 3.0]
    assert numbers.loc["skilled"].tolist() == [1.5, 1.0, 2.0]
    assert found["position"].tolist() == ["worse", "worse"]


def test_a_figure_without_a_good_and_a_bad_end_gives_no_signal() -> None:
    found = theme_indicators(standing(("A", "foreign", 9.0, 8.0, 10.0, 2.0)), DIRECTIONS, THEMES)
    assert not len(found)


def test_the_signal_is_the_mean_of_differences_and_of_limits() -> None:
    # Differences 2.0 and 1.5, limits 1 to 3 and 1 to 2: means 1.75, 1 to 2.5.
    row = signals_of(("A", "poor", 4.0, 2.0, 6.0, 2.0), ("A", "skilled", -3.0, -4.0, -2.0, 2.0)).loc["family"]
    assert row[["difference", "lower", "upper"]].tolist() == [1.75, 1.0, 2.5]
    assert row["signal"] == "need"


@pytest.mark.parametrize(
    ("difference", "lower", "upper", "signal"),
    [
        (1.0, 0.2, 1.8, "need"),
        (1.0, -0.2, 2.2, "unclear"),
        (0.1, 0.05, 0.15, "none"),
        (0.2, 0.1, 0.3, "unclear"),
        (-1.0, -1.5, -0.5, "none"),
    ],
)
def test_a_need_is_certain_and_large_and_its_absence_is_shown_too(
    difference: float, lower: float, upper: float, signal: str
) -> None:
    found = signals_of(("A", "poor", difference, lower, upper, 1.0))
    assert found.loc["family", "signal"] == signal


def test_a_theme_without_figures_is_unclear() -> None:
    found = signals_of(("A", "poor", 1.0, 0.5, 1.5, 1.0)).loc["systems"]
    assert (found["signal"], found["listed"], found["usable"]) == ("unclear", 0, 0)


def test_a_theme_without_any_figure_at_all_is_unclear() -> None:
    assert set(signals_of()["signal"]) == {"unclear"}


def test_too_few_figures_with_an_interval_give_no_signal() -> None:
    lonely = ("A", "poor", 4.0, 2.0, 6.0, 2.0)
    without = ("A", "skilled", -3.0, np.nan, np.nan, 2.0)
    indicators = theme_indicators(standing(lonely, without), DIRECTIONS, THEMES)
    assert set(indicators["position"]) == {"worse", "unknown"}
    strict = theme_signals(indicators, THEMES, ["A"], DialogueRule(fewest_share=0.8)).set_index("theme")
    assert strict.loc["family", "signal"] == "unclear"
    assert theme_signals(indicators, THEMES, ["A"]).set_index("theme").loc["family", "signal"] == "need"


def test_areas_that_are_all_alike_give_no_signal() -> None:
    assert signals_of(("A", "poor", 0.0, -0.1, 0.1, 0.0)).loc["family", "signal"] == "unclear"


DIALOGUES = pd.DataFrame(
    {
        "dialogue_id": ["d1", "d2"],
        "area_id": ["A", "A"],
        "date": pd.to_datetime(["2021-12-01", "2023-02-01"]),
        "round": pd.array([1, 2], dtype="Int64"),
        "themes": [("family", "systems"), ("family",)],
    }
)


def statements(*rows: tuple[str, str, str, str, int]) -> pd.DataFrame:
    """Return statements: event, area, theme, stance, weight."""
    return pd.DataFrame(rows, columns=["dialogue_id", "area_id", "theme", "stance", "weight"])


def test_weights_add_up_by_round_and_a_silent_theme_of_the_agenda_counts_zero() -> None:
    said = statements(
        ("d1", "A1", "family", "need", 2),
        ("d1", "A", "family", "need", 3),
        ("d2", "A", "family", "support", 4),
    )
    found = theme_weights(DIALOGUES, said).set_index(["theme", "round"])
    assert found.loc[("family", 1), ["need", "support", "statements"]].tolist() == [5, 0, 2]
    assert found.loc[("family", 2), ["need", "support", "statements"]].tolist() == [0, 4, 1]
    assert found.loc[("systems", 1), ["need", "support", "statements"]].tolist() == [0, 0, 0]


SIGNALS = {"need": (1.0, 0.5, 1.5), "none": (-1.0, -1.5, -0.5), "unclear": (1.0, -1.0, 3.0)}


@pytest.mark.parametrize(
    ("signal", "experts", "category"),
    [
        ("need", "need", "agreed"),
        ("need", "none", "statistics"),
        ("need", "unasked", "statistics"),
        ("none", "need", "experts"),
        ("unclear", "need", "experts"),
        ("none", "none", "none"),
        ("unclear", "none", "insufficient"),
        ("none", "unasked", "insufficient"),
        ("unclear", "unasked", "insufficient"),
    ],
)
def test_each_pair_of_views_has_one_name(signal: str, experts: str, category: str) -> None:
    said = {
        "need": statements(("d2", "A", "family", "need", 4)),
        "none": statements(("d2", "A", "family", "need", 2)),
        "unasked": statements(),
    }[experts]
    dialogues = DIALOGUES if experts != "unasked" else DIALOGUES.iloc[:0]
    signals = signals_of(("A", "poor", *SIGNALS[signal], 1.0)).reset_index()
    found = compare_views(signals, theme_weights(dialogues, said)).set_index("theme").loc["family"]
    assert (found["signal"], found["experts"], found["category"]) == (signal, experts, category)


def test_more_praise_than_need_is_no_need() -> None:
    said = statements(("d2", "A", "family", "need", 4), ("d2", "A", "family", "support", 4))
    signals = signals_of(("A", "poor", -1.0, -1.5, -0.5, 1.0)).reset_index()
    found = compare_views(signals, theme_weights(DIALOGUES, said)).set_index("theme")
    assert found.loc["family", "experts"] == "none"


def test_the_last_round_on_a_theme_counts() -> None:
    said = statements(("d1", "A", "family", "need", 9), ("d1", "A", "systems", "need", 5))
    signals = signals_of(("A", "poor", -1.0, -1.5, -0.5, 1.0)).reset_index()
    found = compare_views(signals, theme_weights(DIALOGUES, said)).set_index("theme")
    assert found["experts"].to_dict() == {"family": "none", "systems": "need"}
    assert found["round"].to_dict() == {"family": 2, "systems": 1}


def test_limits_out_of_range_are_refused_all_at_once() -> None:
    with pytest.raises(ParameterError) as caught:
        DialogueRule(relevant_difference=0.0, fewest_share=1.5, fewest_votes=0)
    assert all(name in str(caught.value) for name in ("relevant_difference", "fewest_share", "fewest_votes"))

"""The matrix of visions and its gaps, counted by hand."""

from __future__ import annotations

import pandas as pd

from sozialanalyse.dataset.planning_tables import PlanningTables
from sozialanalyse.planning.istek import Gap, collect_items, field_matrix, gaps, vision_matrix

VISIONS = ("green", "rich", "fair")


def tables() -> PlanningTables:
    recommendations = pd.DataFrame(
        {
            "recommendation_id": ["r1", "r2", "r3"],
            "text": ["eins", "zwei", "drei"],
            "area_ids": [("A",), ("A", "B"), ("B",)],
            "field": ["care", "work", "work"],
            "vision": [("green", "fair"), ("fair",), ()],
            "synthetic": [True, False, True],
        }
    )
    measures = pd.DataFrame(
        {
            "measure_id": ["m1", "m2"],
            "title": ["Maß eins", "Maß zwei"],
            "area_ids": [("A",), ("B",)],
            "field": ["care", "care"],
            "vision": [("green",), ("fair",)],
            "status": ["running", "running"],
            "recommendation_id": ["r1", ""],
            "synthetic": [True, True],
        }
    )
    goals = pd.DataFrame(
        {
            "goal_id": ["g1"],
            "text": ["Ziel"],
            "area_id": [""],
            "field": ["work"],
            "vision": [("fair",)],
            "status": ["waiting"],
            "synthetic": [True],
        }
    )
    return PlanningTables(recommendations=recommendations, measures=measures, goals=goals)


def test_an_entry_with_two_visions_counts_in_both_and_one_without_in_its_own_column() -> None:
    found = vision_matrix(collect_items(tables()), VISIONS)
    assert found.index.tolist() == ["recommendations", "measures", "goals"]
    assert found.columns.tolist() == [*VISIONS, ""]
    assert found.to_numpy().tolist() == [[1, 0, 2, 1], [1, 0, 1, 0], [0, 0, 1, 0]]


def test_fields_count_all_kinds_together() -> None:
    found = field_matrix(collect_items(tables()), ("care", "work", "home"), VISIONS)
    assert found.to_numpy().tolist() == [[2, 0, 2, 0], [0, 0, 2, 1], [0, 0, 0, 0]]


def test_gaps_are_empty_visions_then_entries_without_one_then_unserved_recommendations() -> None:
    # r1 wants green (served by m1) and fair (m2 serves no recommendation), r2 wants fair and has no measure.
    assert gaps(collect_items(tables()), VISIONS) == (
        Gap("empty_vision", "recommendations", "rich", ()),
        Gap("empty_vision", "measures", "rich", ()),
        Gap("empty_vision", "goals", "green", ()),
        Gap("empty_vision", "goals", "rich", ()),
        Gap("without_vision", "recommendations", "", ("r3",)),
        Gap("unserved", "recommendations", "fair", ("r1", "r2")),
    )


def test_without_measures_no_recommendation_is_called_unserved() -> None:
    partial = PlanningTables(recommendations=tables().recommendations)
    assert {gap.rule for gap in gaps(collect_items(partial), VISIONS)} == {"empty_vision", "without_vision"}


def test_without_any_table_there_is_neither_a_row_nor_a_gap() -> None:
    items = collect_items(PlanningTables())
    assert items.empty
    assert gaps(items, VISIONS) == ()


def test_a_goal_for_the_whole_city_names_no_area_and_a_measure_its_recommendation() -> None:
    items = collect_items(tables()).set_index("item_id")
    assert items.loc["g1", "area_ids"] == ()
    assert items.loc["m1", "recommendation_id"] == "r1"
    assert items["synthetic"].tolist() == [True, False, True, True, True, True]

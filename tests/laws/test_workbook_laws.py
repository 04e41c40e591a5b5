"""Laws of the workbook: whatever may stand in a cell comes back from it as it was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sozialanalyse.dataset.delimited import Dialect
from sozialanalyse.dataset.frames import typed_table
from sozialanalyse.dataset.planning_forms import PLANNING_FORMS
from sozialanalyse.dataset.planning_tables import PlanningTables, planning_tables
from sozialanalyse.dataset.planning_workbook import write_planning_workbook
from sozialanalyse.dataset.tabular import find_tables, read_table

LISTS = ("status", "theme", "vision", "field", "category", "topic", "area_id", "indicator_id")
NO_CHOICES: dict[str, dict[str, str]] = {name: {} for name in LISTS}

characters = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
texts = st.text(characters | st.sampled_from("\n\t=|_x0D;'\"#<&"), max_size=40).map(str.strip)
keys = st.text(st.characters(categories=("L", "N")) | st.sampled_from("-_./"), min_size=1, max_size=8)
lists = st.lists(keys, max_size=4, unique=True).map(tuple)
days = st.none() | st.dates(dt.date(1901, 1, 1), dt.date(2100, 12, 31))
counts = st.none() | st.integers(0, 10**9)
numbers = st.none() | st.floats(-180, 180, allow_nan=False).map(lambda number: round(number, 5))


@pytest.fixture(scope="module")
def through_workbook(tmp_path_factory: pytest.TempPathFactory) -> Callable[[PlanningTables], PlanningTables]:
    """Return a function that writes tables into a workbook and reads them again."""
    folder: Path = tmp_path_factory.mktemp("mappe")

    def back(tables: PlanningTables) -> PlanningTables:
        write_planning_workbook(folder / "planung.xlsx", NO_CHOICES, tables)
        places, faults = find_tables(folder)
        assert faults == []
        typed = {}
        for name, place in places.items():
            table, faults = read_table(name, place, Dialect())
            assert faults == []
            typed[name], faults = typed_table(table)
            assert faults == []
        return planning_tables(typed)

    return back


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(st.tuples(keys, texts, lists, days, counts, numbers, st.booleans()), min_size=1, max_size=6)
)
def test_keys_texts_lists_days_numbers_and_flags_come_back(
    through_workbook: Callable[[PlanningTables], PlanningTables], rows: list[tuple[object, ...]]
) -> None:
    key, text, entries, day, count, number, flag = zip(*rows, strict=True)
    size = len(rows)
    days_read = pd.Series(pd.to_datetime(pd.Series(day, dtype=object)), dtype="datetime64[us]")
    cells = {
        "key": pd.Series(key, dtype=str),
        "text": pd.Series(text, dtype=str),
        "choice": pd.Series(key, dtype=str),
        "keys": pd.Series([*entries, None], dtype=object).iloc[:size],
        "day": days_read,
        "whole": pd.Series(count, dtype="Int64"),
        "number": pd.Series(number, dtype=float),
        "flag": pd.Series(flag, dtype=bool),
    }
    tables = PlanningTables(
        **{
            name: pd.DataFrame(
                {column.name: cells[column.content] for column in PLANNING_FORMS[name].columns}
            )
            for name in ("dialogues", "institutions", "measures")
        }
    )
    after = through_workbook(tables)
    for name, frame in tables.present():
        pd.testing.assert_frame_equal(getattr(after, name), frame, check_index_type=False)

"""The planning tables in memory: dialogues, recommendations, measures, goals, institutions, developments."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sozialanalyse.dataset.columns import Column
from sozialanalyse.dataset.frames import TypedTable
from sozialanalyse.dataset.planning_cells import entries_of, has_entry_form, read_days, read_flags
from sozialanalyse.dataset.planning_forms import PLANNING_FORMS

__all__ = ["PlanningTables", "TablePlace", "observe_tables", "planning_tables"]

_observers: Final[list[Callable[[PlanningTables, str], None]]] = []


@dataclass(frozen=True, slots=True)
class TablePlace:
    """Where the rows of a table stand.

    Attributes
    ----------
    file : str
        Name of the file (for a workbook ``"datei.xlsx [blatt]"``).
    lines : array of int, shape (n,)
        Line of each row, counted from 1.
    """

    file: str
    lines: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PlanningTables:
    """The planning tables of a dataset; a table that is not there, or has no rows, is None.

    Each has the columns of its form in `planning_forms.PLANNING_FORMS`, in that order, and a RangeIndex. Text
    and keys are str, ``""`` where blank; lists are tuples of str; days ``datetime64``, NaT where blank; whole
    numbers ``Int64``; other numbers float; `synthetic` is bool.

    Attributes
    ----------
    dialogues, statements, recommendations, recommendation_log, measures, goals, institutions, developments
        The tables.
    places : mapping from table name to TablePlace
        Where the rows of each table that is there stand.
    """

    dialogues: pd.DataFrame | None = None
    statements: pd.DataFrame | None = None
    recommendations: pd.DataFrame | None = None
    recommendation_log: pd.DataFrame | None = None
    measures: pd.DataFrame | None = None
    goals: pd.DataFrame | None = None
    institutions: pd.DataFrame | None = None
    developments: pd.DataFrame | None = None
    places: Mapping[str, TablePlace] = field(default_factory=dict)

    def __getattribute__(self, name: str) -> Any:
        """Return an attribute, and tell observers that a table is looked at."""
        if _observers and name in _PARTS:
            for observer in tuple(_observers):
                observer(self, name)
        return object.__getattribute__(self, name)

    def present(self) -> Iterator[tuple[str, pd.DataFrame]]:
        """Yield name and frame of each table that is there."""
        for name in PLANNING_FORMS:
            frame: pd.DataFrame | None = getattr(self, name)
            if frame is not None:
                yield name, frame


_PARTS: Final = frozenset(part.name for part in fields(PlanningTables))


@contextmanager
def observe_tables(observer: Callable[[PlanningTables, str], None]) -> Iterator[None]:
    """Tell of every planning table that is looked at: what a page is made from.

    Parameters
    ----------
    observer : callable
        Gets the tables, and the name of the one that is looked at.
    """
    _observers.append(observer)
    try:
        yield
    finally:
        _observers.remove(observer)


def planning_tables(typed: Mapping[str, TypedTable]) -> PlanningTables:
    """Bring interpreted tables into the form in which they are used.

    Parameters
    ----------
    typed : mapping from name to TypedTable
        Tables of a dataset. One that lacks a column is left out: what depends on it cannot be checked, and
        the missing column is a fault already.

    Returns
    -------
    PlanningTables
        A cell that breaks its form counts as blank.
    """
    frames: dict[str, Any] = {}
    places: dict[str, TablePlace] = {}
    for name, form in PLANNING_FORMS.items():
        table = typed.get(name)
        if table is None or table.frame.empty or not set(form.names) <= set(table.frame.columns):
            continue
        columns = {column.name: _values(column, table.frame[column.name]) for column in form.columns}
        frames[name] = pd.DataFrame(columns, index=pd.RangeIndex(len(table.lines)))
        places[name] = TablePlace(table.file, table.lines)
    return PlanningTables(**frames, places=places)


def _values(column: Column, cells: pd.Series) -> Any:
    """Return the cells of a column in the type of its content."""
    if column.content == "number":
        return cells.to_numpy(dtype=np.float64)
    if column.content == "whole":
        return cells.where(cells % 1 == 0).astype("Int64")
    words = pd.Series(cells.cat.categories.astype(str), dtype=str)
    codes = cells.cat.codes.to_numpy()
    if column.content == "keys":
        lists = np.empty(len(words), dtype=object)
        lists[:] = [_entries(word) for word in words]
        return pd.Series(lists[codes], dtype=object)
    if column.content == "day":
        return read_days(words).to_numpy()[codes]
    if column.content == "flag":
        return read_flags(words).to_numpy()[codes] == 1
    unified = words.str.replace("\r\n", "\n", regex=False).str.replace("\r", "\n", regex=False)
    return pd.Series(unified.to_numpy(dtype=object)[codes], dtype=str)


def _entries(word: str) -> tuple[str, ...]:
    """Return the entries of a list, none if it is not well formed."""
    entries = entries_of(word)
    return entries if all(has_entry_form(entry) for entry in entries) else ()

"""Faults of the planning tables that only the rules show: words that no list of the rules holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal

import pandas as pd

from sozialanalyse.dataset.planning_tables import PlanningTables, TablePlace
from sozialanalyse.errors import Fault
from sozialanalyse.planning.rules import PlanningRules

__all__ = ["fault_where", "vocabulary_faults"]

_ListName = Literal["statuses", "themes", "visions", "fields", "categories", "topics"]

_LISTS: Final[Mapping[str, tuple[_ListName, str, str]]] = {
    "status": ("statuses", "status_unknown", "Der Stand steht nicht in der Skala der Regeln."),
    "theme": ("themes", "theme_unknown", "Das Thema steht nicht in den Regeln."),
    "themes": ("themes", "theme_unknown", "Ein Thema steht nicht in den Regeln."),
    "vision": ("visions", "vision_unknown", "Eine Vision des iSTEK steht nicht in den Regeln."),
    "field": ("fields", "field_unknown", "Das Handlungsfeld steht nicht in den Regeln."),
    "category": ("categories", "category_unknown", "Die Art der Einrichtung steht nicht in den Regeln."),
    "topic": ("topics", "topic_unknown", "Das Thema der Sozialkonferenz steht nicht in den Regeln."),
}
"""Columns whose words come from a list of the rules."""


def fault_where(
    place: TablePlace, wrong: pd.Series[bool], column: str, rule: str, message: str, remedy: str
) -> list[Fault]:
    """Return one fault for all rows where something is wrong, none if there are no such rows.

    Parameters
    ----------
    place : TablePlace
        Where the rows stand.
    wrong : Series of bool, shape (n,)
        One entry per row.
    column, rule, message, remedy : str
        As in `sozialanalyse.errors.Fault`.
    """
    lines = tuple(place.lines[wrong.to_numpy(dtype=bool)].tolist())
    return [Fault(place.file, lines, column, rule, message, remedy)] if lines else []


def vocabulary_faults(tables: PlanningTables, rules: PlanningRules) -> list[Fault]:
    """Find words in planning tables that the rules do not know, and themes that their dialogue did not have.

    Parameters
    ----------
    tables : PlanningTables
        Any of the tables.
    rules : PlanningRules
        What they may say.

    Returns
    -------
    list of Fault
        One per column that holds unknown words. A blank cell is none: whether it may be, the form says.
    """
    faults: list[Fault] = []
    for name, frame in tables.present():
        for column in [column for column in frame.columns if column in _LISTS]:
            faults += _unknown_words(tables.places[name], frame[column], column, rules)
    return [*faults, *_foreign_themes(tables)]


def _unknown_words(place: TablePlace, cells: pd.Series, column: str, rules: PlanningRules) -> Iterator[Fault]:
    """Yield the fault of a column with words that are not in its list."""
    list_name, rule, message = _LISTS[column]
    known = rules.labels(list_name)
    wrong = cells.map(lambda cell: bool(_words(cell) - known.keys())).astype(bool)
    remedy = f"Eines dieser Wörter eintragen oder die Regeln ergänzen: {', '.join(known)}."
    yield from fault_where(place, wrong, column, rule, message, remedy)


def _words(cell: str | tuple[str, ...]) -> set[str]:
    """Return the words of a cell, which may be blank or a list."""
    return {word for word in ((cell,) if isinstance(cell, str) else cell) if word}


def _foreign_themes(tables: PlanningTables) -> Iterator[Fault]:
    """Yield the fault of statements on a theme that was no theme of their dialogue."""
    dialogues, statements = tables.dialogues, tables.statements
    if dialogues is None or statements is None:
        return
    themes = dict(zip(dialogues["dialogue_id"], dialogues["themes"], strict=True))
    pairs = zip(statements["dialogue_id"], statements["theme"], strict=True)
    # a dialogue that does not exist, or whose list of themes cannot be read, is a fault already
    wrong = pd.Series(
        [bool(theme and themes.get(dialogue) and theme not in themes[dialogue]) for dialogue, theme in pairs],
        dtype=bool,
    )
    yield from fault_where(
        tables.places["statements"],
        wrong,
        "theme",
        "theme_not_at_dialogue",
        "Das Thema gehört nicht zu den Tischthemen der Veranstaltung.",
        "Das Thema hier berichtigen oder in »dialogues« bei der Veranstaltung ergänzen.",
    )

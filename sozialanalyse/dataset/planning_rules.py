"""Rules for the planning tables: keys that resolve, areas of the right level, possible days and numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import pandas as pd

from sozialanalyse.dataset.cell_rules import cell_rules, each_word, known_entries, no_doubles
from sozialanalyse.dataset.frames import TypedTable
from sozialanalyse.dataset.planning_cells import read_days
from sozialanalyse.dataset.planning_forms import PLANNING_FORMS
from sozialanalyse.dataset.rules import Rule, broken_rules
from sozialanalyse.dataset.schema import Level
from sozialanalyse.errors import Fault

__all__ = ["planning_faults"]


@dataclass(frozen=True, slots=True)
class _Link:
    """A column whose entries are keys of another table."""

    column: str
    table: str
    key: str
    code: str


_KEYS: Final[dict[str, str]] = {
    name: form.columns[0].name for name, form in PLANNING_FORMS.items() if name != "recommendation_log"
}
_TO_AREA: Final = _Link("area_id", "areas", "area_id", "area_unknown")
_TO_AREAS: Final = _Link("area_ids", "areas", "area_id", "area_unknown")
_TO_INDICATORS: Final = _Link("indicator_ids", "indicators", "indicator_id", "indicator_unknown")
_TO_STATEMENTS: Final = _Link("statement_ids", "statements", "statement_id", "statement_unknown")
_TO_RECOMMENDATION: Final = _Link(
    "recommendation_id", "recommendations", "recommendation_id", "recommendation_unknown"
)
_LINKS: Final[dict[str, tuple[_Link, ...]]] = {
    "dialogues": (_TO_AREA,),
    "statements": (
        _Link("dialogue_id", "dialogues", "dialogue_id", "dialogue_unknown"),
        _TO_AREA,
        _TO_INDICATORS,
    ),
    "recommendations": (_TO_AREAS, _TO_INDICATORS, _TO_STATEMENTS),
    "recommendation_log": (_TO_RECOMMENDATION,),
    "measures": (_TO_AREAS, _TO_INDICATORS, _TO_STATEMENTS, _TO_RECOMMENDATION),
    "goals": (
        _Link("parent_goal_id", "goals", "goal_id", "goal_unknown"),
        _Link("indicator_id", "indicators", "indicator_id", "indicator_unknown"),
        _TO_AREA,
    ),
    "institutions": (_TO_AREA,),
    "developments": (_TO_AREAS,),
}
_SMALLEST: Final[dict[str, dict[str, int]]] = {
    "dialogues": {"round": 1, "participants": 1, "institutions": 1},
    "statements": {"weight": 1},
    "institutions": {"places": 0},
}


def _same(one: pd.Series, other: str) -> pd.Series[bool]:
    return each_word(one, lambda word: word == other)


def _blank(frame: pd.DataFrame, column: str) -> pd.Series[bool]:
    return _same(frame[column], "")


def _ends_after_start(frame: pd.DataFrame) -> pd.Series[bool]:
    start, end = (read_days(frame[name].astype(str)) for name in ("start", "end"))
    return ~(end < start)


def _within(frame: pd.DataFrame, name: str, limit: int) -> pd.Series[bool]:
    return ~(frame[name].abs() > limit)


def _at_least(frame: pd.DataFrame, name: str, smallest: int) -> pd.Series[bool]:
    return ~(frame[name] < smallest)


_FURTHER: Final[dict[str, tuple[Rule, ...]]] = {
    "measures": (
        Rule(
            "day_order",
            "end",
            _ends_after_start,
            "Das Ende liegt vor dem Beginn.",
            "Beginn (start) oder Ende (end) berichtigen.",
            needs=("start",),
        ),
    ),
    "goals": (
        Rule(
            "goal_parent_missing",
            "parent_goal_id",
            lambda frame: ~(_same(frame["kind"], "operational") & _blank(frame, "parent_goal_id")),
            "Ein operatives Ziel nennt kein strategisches Ziel, dem es dient.",
            "Den Schlüssel des strategischen Ziels eintragen.",
            needs=("kind",),
        ),
        Rule(
            "goal_parent_unexpected",
            "parent_goal_id",
            lambda frame: ~(_same(frame["kind"], "strategic") & ~_blank(frame, "parent_goal_id")),
            "Ein strategisches Ziel dient keinem anderen Ziel.",
            "Die Zelle leeren oder »kind« auf operational setzen.",
            needs=("kind",),
        ),
        Rule(
            "goal_parent_kind",
            "parent_goal_id",
            lambda frame: frame["parent.strategic"],
            "Das übergeordnete Ziel ist kein strategisches Ziel derselben Sozialkonferenz.",
            "Ein strategisches Ziel derselben Sozialkonferenz eintragen.",
            needs=("parent.strategic",),
        ),
        Rule(
            "target_incomplete",
            "target_value",
            lambda frame: (
                frame["target_value"].isna() | ~(_blank(frame, "indicator_id") | _blank(frame, "target_date"))
            ),
            "Zum Zielwert fehlt der Indikator oder das Datum.",
            "indicator_id und target_date eintragen oder den Zielwert streichen.",
            needs=("indicator_id", "target_date"),
        ),
    ),
    "institutions": (
        *(
            Rule(
                "coordinate_range",
                name,
                partial(_within, name=name, limit=limit),
                f"Die Koordinate liegt nicht zwischen −{limit} und {limit} Grad.",
                "Geografische Koordinaten in Grad (WGS 84) eintragen, keine Gitterwerte in Metern.",
            )
            for name, limit in (("longitude", 180), ("latitude", 90))
        ),
        Rule(
            "coordinate_half",
            "latitude",
            lambda frame: frame["longitude"].isna() == frame["latitude"].isna(),
            "Nur eine der beiden Koordinaten ist eingetragen.",
            "Länge und Breite eintragen oder beide Zellen leeren.",
            needs=("longitude",),
        ),
    ),
}


def planning_faults(
    typed: Mapping[str, TypedTable],
    areas: pd.DataFrame | None,
    indicators: pd.DataFrame | None,
    levels: tuple[Level, ...],
) -> list[Fault]:
    """Check the planning tables against their form, each other, the areas and the indicators.

    Parameters
    ----------
    typed : mapping from name to TypedTable
        All tables that could be read; a link to a table that is not there, or has no rows, is not checked.
    areas, indicators : DataFrame or None
        The frames of those tables, None if they could not be read.
    levels : tuple of Level
        From coarse to fine; empty if they could not be read.

    Returns
    -------
    list of Fault
        All faults.
    """
    known = _known_keys(typed, areas, indicators)
    parents = _parents(areas)
    faults: list[Fault] = []
    for name in [name for name in PLANNING_FORMS if name in typed]:
        table = typed[name]
        rules = [*cell_rules(name), *_FURTHER.get(name, ()), *_number_rules(name)]
        if name in _KEYS:
            rules.append(no_doubles("id_duplicate", _KEYS[name], [_KEYS[name]]))
        rules += [_link_rule(name, link, known[link.table]) for link in _LINKS[name] if link.table in known]
        rules += _level_rules(name, areas, levels)
        if name == "goals" and {"goal_id", "parent_goal_id", "kind", "conference"} <= set(table.frame):
            table = replace(table, frame=_with_parent(table.frame))
        if name == "statements" and "dialogues" in typed and parents is not None:
            rules += _inside_rules(typed["dialogues"].frame, parents)
        faults += broken_rules(table, rules)
    return faults


def _known_keys(
    typed: Mapping[str, TypedTable], areas: pd.DataFrame | None, indicators: pd.DataFrame | None
) -> dict[str, frozenset[str]]:
    """Return the keys of every table that is there, has rows and has its column of keys."""
    frames = {name: typed[name].frame for name in _KEYS if name in typed and len(typed[name].frame)}
    keys = {**_KEYS, "areas": "area_id", "indicators": "indicator_id"}
    core = {"areas": areas, "indicators": indicators}
    frames |= {name: frame for name, frame in core.items() if frame is not None}
    return {
        name: frozenset(frame[keys[name]].cat.categories.astype(str))
        for name, frame in frames.items()
        if keys[name] in frame
    }


def _link_rule(name: str, link: _Link, known: Collection[str]) -> Rule:
    """Return the rule that every entry of a column is a key of another table."""
    contents = {column.name: column.content for column in PLANNING_FORMS[name].columns}

    def holds(frame: pd.DataFrame) -> pd.Series[bool]:
        if contents[link.column] == "keys":
            return each_word(frame[link.column], lambda word: known_entries(word, known))
        return each_word(frame[link.column], lambda word: word.isin(known) | (word == ""))

    return Rule(
        link.code,
        link.column,
        holds,
        f"Der Schlüssel kommt in der Tabelle »{link.table}« (Spalte {link.key}) nicht vor.",
        f"Den Schlüssel berichtigen, auch führende Nullen, oder in »{link.table}« ergänzen.",
    )


def _number_rules(name: str) -> list[Rule]:
    """Return the rules on the smallest number that a column may hold."""
    return [
        Rule(
            "number_small",
            column,
            partial(_at_least, name=column, smallest=smallest),
            f"Die Zahl ist kleiner als {smallest}.",
            f"Eine Zahl ab {smallest} eintragen.",
        )
        for column, smallest in _SMALLEST.get(name, {}).items()
    ]


def _level_rules(name: str, areas: pd.DataFrame | None, levels: tuple[Level, ...]) -> list[Rule]:
    """Return the rule on the level of the areas: dialogues one above the finest, institutions the finest.

    With fewer than three levels there is none between the whole and its parts: then dialogues are free.
    """
    wanted = {"institutions": -1} if len(levels) < 3 else {"institutions": -1, "dialogues": -2}
    if name not in wanted or not levels or areas is None or not {"area_id", "level"} <= set(areas):
        return []
    level = levels[wanted[name]]
    other = frozenset(areas.loc[areas["level"].astype(str) != level.level, "area_id"].astype(str))
    return [
        Rule(
            "area_level",
            "area_id",
            lambda frame: each_word(frame["area_id"], lambda word: ~word.isin(other)),
            f"Das Gebiet gehört nicht zur Ebene »{level.label}«.",
            f"Den Schlüssel eines Gebiets der Ebene »{level.label}« eintragen.",
        )
    ]


def _parents(areas: pd.DataFrame | None) -> dict[str, str] | None:
    """Return the area above each area, or None if that is not known."""
    if areas is None or not {"area_id", "parent_id"} <= set(areas):
        return None
    return dict(zip(areas["area_id"].astype(str), areas["parent_id"].astype(str), strict=True))


def _inside_rules(dialogues: pd.DataFrame, parents: Mapping[str, str]) -> list[Rule]:
    """Return the rule that a statement is about the area of its dialogue or one directly in it."""
    if not {"dialogue_id", "area_id"} <= set(dialogues):
        return []
    place = dict(zip(dialogues["dialogue_id"].astype(str), dialogues["area_id"].astype(str), strict=True))

    def holds(frame: pd.DataFrame) -> pd.Series[bool]:
        own = frame["area_id"].astype(str)
        of_dialogue = frame["dialogue_id"].astype(str).map(place)
        unclear = of_dialogue.isna() | ~own.isin(parents)
        return (own == of_dialogue) | (own.map(parents) == of_dialogue) | unclear

    return [
        Rule(
            "statement_outside",
            "area_id",
            holds,
            "Das Gebiet liegt nicht im Sozialraum der Veranstaltung.",
            "Den Sozialraum der Veranstaltung oder ein Quartier darin eintragen.",
            needs=("dialogue_id",),
        )
    ]


def _with_parent(frame: pd.DataFrame) -> pd.DataFrame:
    """Add whether the parent of each goal, where there is one, is a strategic goal of the same conference."""
    texts = frame[["goal_id", "parent_goal_id", "kind", "conference"]].astype(str)
    first = texts.drop_duplicates("goal_id").set_index("goal_id")
    parent = first.reindex(texts["parent_goal_id"]).reset_index(drop=True)
    fits = (parent["kind"] == "strategic") & (parent["conference"] == texts["conference"])
    # the parent of a strategic goal and a parent that is not there are other faults
    exempt = parent["kind"].isna() | (texts["kind"] != "operational")
    return frame.assign(**{"parent.strategic": fits | exempt})

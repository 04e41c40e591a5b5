"""Rules for the areas: one root, every parent one level higher, no cycle, no level without areas."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sozialanalyse.dataset.cell_rules import cell_rules, each_word, no_doubles
from sozialanalyse.dataset.frames import TypedTable
from sozialanalyse.dataset.rules import Rule, broken_rules
from sozialanalyse.dataset.schema import Level
from sozialanalyse.errors import Fault

__all__ = ["area_faults"]

_UNKNOWN = -1


def _dates_in_order(frame: pd.DataFrame) -> pd.Series[bool]:
    """Compare dates as far as both are stated: year with year, day with day."""
    start, end = frame["valid_from"].astype(str), frame["valid_to"].astype(str)
    same_form = start.str.len() == end.str.len()
    late = (start.str[:4] > end.str[:4]) | (same_form & (start > end))
    return ~late | (start == "") | (end == "")


_RULES: tuple[Rule, ...] = (
    no_doubles("area_duplicate", "area_id", ["area_id"]),
    Rule(
        "level_unknown",
        "level",
        lambda frame: (frame["rank"] != _UNKNOWN) | (frame["level"] == ""),
        "Die Ebene ist in datapackage.json unter »levels« nicht genannt.",
        "Die Ebene hier berichtigen oder dort aufnehmen.",
        needs=("rank",),
    ),
    Rule(
        "parent_unknown",
        "parent_id",
        lambda frame: frame["parent_known"] | (frame["parent_id"] == ""),
        "Das übergeordnete Gebiet kommt in der Spalte area_id nicht vor.",
        "Den Schlüssel berichtigen oder das übergeordnete Gebiet ergänzen.",
        needs=("parent_known",),
    ),
    Rule(
        "parent_missing",
        "parent_id",
        lambda frame: (frame["parent_id"] != "") | (frame["rank"] <= 0),
        "Nur das Gebiet der gröbsten Ebene darf ohne übergeordnetes Gebiet sein.",
        "Den Schlüssel des übergeordneten Gebiets eintragen.",
        needs=("rank",),
    ),
    Rule(
        "parent_level",
        "parent_id",
        lambda frame: (
            ~frame["parent_known"]
            | frame["in_cycle"]
            | (frame["rank"] == _UNKNOWN)
            | (frame["parent_rank"] == _UNKNOWN)
            | (frame["parent_rank"] == frame["rank"] - 1)
        ),
        "Das übergeordnete Gebiet gehört nicht zur nächstgröberen Ebene.",
        "Das Gebiet der Ebene darüber eintragen; beim Gebiet der gröbsten Ebene die Zelle leeren.",
        needs=("rank", "parent_rank"),
    ),
    Rule(
        "hierarchy_cycle",
        "parent_id",
        lambda frame: ~frame["in_cycle"],
        "Diese Gebiete sind einander im Kreis übergeordnet.",
        "Bei einem davon das richtige übergeordnete Gebiet eintragen.",
        needs=("in_cycle",),
    ),
    Rule(
        "date_order",
        "valid_to",
        _dates_in_order,
        "Das Ende der Gültigkeit liegt vor ihrem Beginn.",
        "valid_from und valid_to berichtigen.",
        needs=("valid_from",),
    ),
)


def area_faults(table: TypedTable, levels: tuple[Level, ...]) -> list[Fault]:
    """Check the table of areas.

    Parameters
    ----------
    table : TypedTable
        The areas.
    levels : tuple of Level
        From coarse to fine; empty if they could not be read, then nothing about levels is checked.

    Returns
    -------
    list of Fault
        All faults of the table.
    """
    table = replace(table, frame=_with_hierarchy(table.frame, levels))
    faults = broken_rules(table, [*cell_rules("areas"), *_RULES])
    if "rank" in table.frame and len(table.frame):
        faults += _level_faults(table, levels)
        if "parent_id" in table.frame:
            faults += _root_faults(table)
    return faults


def _with_hierarchy(frame: pd.DataFrame, levels: tuple[Level, ...]) -> pd.DataFrame:
    """Add the rank of each area's level, what is known of its parent, and whether it is part of a cycle."""
    frame = frame.copy(deep=False)
    if levels and "level" in frame:
        order = pd.Index([level.level for level in levels])
        frame["rank"] = order.get_indexer(pd.Index(frame["level"].astype(str)))
    if {"area_id", "parent_id"} <= set(frame.columns):
        parents = _parent_positions(frame)
        frame["parent_known"] = parents >= 0
        frame["in_cycle"] = _in_cycle(parents)
        if "rank" in frame:
            frame["parent_rank"] = np.where(parents >= 0, frame["rank"].to_numpy()[parents], _UNKNOWN)
    return frame


def _parent_positions(frame: pd.DataFrame) -> NDArray[np.int64]:
    """Return the row of each area's parent, -1 where there is none."""
    keys = frame["area_id"].astype(str)
    first = np.flatnonzero(~keys.duplicated() & (keys != ""))
    found = pd.Index(keys.iloc[first]).get_indexer(pd.Index(frame["parent_id"].astype(str)))
    return np.where(found >= 0, np.append(first, -1)[found], -1)


def _in_cycle(parents: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which rows come back to themselves when one goes from parent to parent.

    Doubles the length of the step until it exceeds the number of rows: whoever is then still under way walks
    in a cycle, and the rows that are reached are the cycle.
    """
    n = len(parents)
    step = np.append(np.where(parents < 0, n, parents), n)
    for _ in range(int(n).bit_length()):
        step = step[step]
    return np.isin(np.arange(n), step[step < n])


def _level_faults(table: TypedTable, levels: tuple[Level, ...]) -> list[Fault]:
    """Return the fault of levels without any area."""
    used = set(table.frame["rank"])
    unused = [level.level for rank, level in enumerate(levels) if rank not in used]
    if not unused:
        return []
    message = f"Zu Ebenen, die in datapackage.json stehen, gibt es kein Gebiet: {', '.join(unused)}."
    remedy = "Die Gebiete ergänzen oder die Ebene dort streichen."
    return [Fault(table.file, (), "level", "level_without_areas", message, remedy)]


def _root_faults(table: TypedTable) -> list[Fault]:
    """Return the fault of a hierarchy that has not exactly one root."""
    frame = table.frame
    coarsest = (frame["rank"] == 0).to_numpy()
    roots = coarsest & each_word(frame["parent_id"], lambda word: word == "").to_numpy()
    if roots.sum() > 1:
        message = "Die gröbste Ebene darf nur ein Gebiet haben."
        remedy = (
            "Eines behalten, oder in datapackage.json eine gröbere Ebene mit einem Gebiet darüber setzen."
        )
        return [
            Fault(table.file, tuple(table.lines[roots].tolist()), "level", "root_several", message, remedy)
        ]
    if coarsest.any() and not roots.any():
        message = "Kein Gebiet der gröbsten Ebene ist ohne übergeordnetes Gebiet."
        remedy = "Bei dem Gebiet, das alle anderen umfasst, die Zelle parent_id leeren."
        return [Fault(table.file, (), "parent_id", "root_missing", message, remedy)]
    return []

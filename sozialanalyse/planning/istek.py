"""Social planning in the visions of the integrated urban development concept (iSTEK): matrix and gaps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from sozialanalyse.dataset.planning_tables import PlanningTables

__all__ = [
    "ITEM_COLUMNS",
    "KINDS",
    "Gap",
    "GapRule",
    "collect_items",
    "field_matrix",
    "gaps",
    "vision_matrix",
]

KINDS: Final = ("recommendations", "measures", "goals", "developments")
"""Tables whose rows name visions, in the order in which they are shown."""

ITEM_COLUMNS: Final = (
    "kind",
    "item_id",
    "text",
    "area_ids",
    "field",
    "visions",
    "status",
    "recommendation_id",
    "synthetic",
)

_TEXTS: Final = {"recommendations": "text", "measures": "title", "goals": "text", "developments": "text"}
_KEYS: Final = {
    "recommendations": "recommendation_id",
    "measures": "measure_id",
    "goals": "goal_id",
    "developments": "development_id",
}

GapRule = Literal["empty_vision", "without_vision", "unserved"]


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is missing in the matrix.

    Attributes
    ----------
    rule : {"empty_vision", "without_vision", "unserved"}
        A vision without a row of that kind; a row that names no vision; a recommendation that no measure
        of the same vision serves.
    kind : str
        Table, one of ``KINDS``.
    vision : str
        Vision, ``""`` for rows without one.
    item_ids : tuple of str
        The rows; empty for an empty vision.
    """

    rule: GapRule
    kind: str
    vision: str
    item_ids: tuple[str, ...]


def collect_items(tables: PlanningTables) -> pd.DataFrame:
    """Put recommendations, measures, goals and developments into one table.

    Parameters
    ----------
    tables : PlanningTables
        The planning tables; those that are not there give no rows.

    Returns
    -------
    DataFrame
        ``ITEM_COLUMNS``; `visions` and `area_ids` are tuples. Status is ``""`` where the table has none: that
        of recommendations stands in their log.
    """
    frames = []
    for kind in KINDS:
        table: pd.DataFrame | None = getattr(tables, kind)
        if table is None:
            continue
        blank = pd.Series([""] * len(table), index=table.index, dtype=str)
        single = table.get("area_id", blank)
        own = pd.Series([(key,) if key else () for key in single], index=table.index, dtype=object)
        frames.append(
            pd.DataFrame(
                {
                    "kind": kind,
                    "item_id": table[_KEYS[kind]],
                    "text": table[_TEXTS[kind]],
                    "area_ids": table.get("area_ids", own),
                    "field": table["field"],
                    "visions": table["vision"],
                    "status": table.get("status", blank),
                    "recommendation_id": table["recommendation_id"] if kind == "measures" else blank,
                    "synthetic": table["synthetic"],
                }
            )
        )
    if not frames:
        return pd.DataFrame(columns=list(ITEM_COLUMNS))
    return pd.concat(frames, ignore_index=True)


def vision_matrix(items: pd.DataFrame, visions: tuple[str, ...]) -> pd.DataFrame:
    """Count the rows of each kind for each vision.

    Parameters
    ----------
    items : DataFrame
        From `collect_items`.
    visions : tuple of str
        All visions, in the order of the columns.

    Returns
    -------
    DataFrame, indexed by kind (those of ``KINDS`` that occur)
        One column per vision, and ``""`` for rows that name none. A row with two visions counts in both.
    """
    return _count(items, "kind", [kind for kind in KINDS if (items["kind"] == kind).any()], visions)


def field_matrix(items: pd.DataFrame, fields: tuple[str, ...], visions: tuple[str, ...]) -> pd.DataFrame:
    """Count the rows of all kinds for each Handlungsfeld and vision.

    Returns
    -------
    DataFrame, indexed by field
        Columns as in `vision_matrix`.
    """
    return _count(items, "field", list(fields), visions)


def _count(items: pd.DataFrame, by: str, rows: list[str], visions: tuple[str, ...]) -> pd.DataFrame:
    named = items[[by, "visions"]].explode("visions").fillna({"visions": ""})
    table = named.groupby([by, "visions"]).size().unstack(fill_value=0)  # noqa: PD010 (sizes, not values)
    return table.reindex(index=rows, columns=[*visions, ""], fill_value=0).astype(np.int64)


def gaps(items: pd.DataFrame, visions: tuple[str, ...]) -> tuple[Gap, ...]:
    """Find what is missing in the matrix.

    Parameters
    ----------
    items : DataFrame
        From `collect_items`.
    visions : tuple of str
        All visions.

    Returns
    -------
    tuple of Gap
        Empty visions of kinds that the dataset has (developments excepted: what went well is no plan), then
        rows without a vision, then recommendations that no measure of the same vision serves.
    """
    found: list[Gap] = []
    matrix = vision_matrix(items, visions)
    for kind in matrix.index:
        if kind == "developments":
            continue
        found += [
            Gap("empty_vision", kind, vision, ()) for vision in visions if matrix.loc[kind, vision] == 0
        ]
    for kind in matrix.index:
        blank = items[(items["kind"] == kind) & (items["visions"].map(len) == 0)]
        if len(blank):
            found.append(Gap("without_vision", kind, "", tuple(blank["item_id"])))
    if {"recommendations", "measures"} <= set(matrix.index):
        found += _unserved(items, visions)
    return tuple(found)


def _unserved(items: pd.DataFrame, visions: tuple[str, ...]) -> list[Gap]:
    named = items.explode("visions").dropna(subset=["visions"])
    wanted = named[named["kind"] == "recommendations"]
    measures = named[(named["kind"] == "measures") & (named["recommendation_id"] != "")]
    served = pd.MultiIndex.from_frame(measures[["recommendation_id", "visions"]])
    open_ = wanted[~pd.MultiIndex.from_frame(wanted[["item_id", "visions"]]).isin(served)]
    return [
        Gap("unserved", "recommendations", vision, tuple(open_.loc[open_["visions"] == vision, "item_id"]))
        for vision in visions
        if (open_["visions"] == vision).any()
    ]

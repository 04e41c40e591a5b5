"""Maßnahmen and needs beside each other: what supports a measure, and which need no measure serves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import pandas as pd

__all__ = ["UNSETTLED", "evidence_of", "open_details", "unserved_needs"]

UNSETTLED: Final = "noch offen"
"""What stands in a cell that must be filled but is not settled yet."""
_DETAILS: Final = ("place", "partners", "resources", "funding", "success_criteria", "recommendation_id")


def evidence_of(
    measures: pd.DataFrame,
    positions: pd.DataFrame,
    statements: pd.DataFrame,
    needs: pd.DataFrame,
    themes_of: Mapping[str, Iterable[str]],
    places: Mapping[str, Iterable[str]],
) -> pd.DataFrame:
    """Return for each measure which need supports it.

    Parameters
    ----------
    measures : DataFrame
        Columns ``measure_id, area_ids, indicator_ids, statement_ids, field``.
    positions : DataFrame
        Released rows with ``area_id, indicator_id, position``; ``"worse"`` means certainly less favourable
        than the city.
    statements : DataFrame
        Columns ``statement_id, stance``.
    needs : DataFrame
        Columns ``area_id, theme``: where at least one side, statistics or experts, sees a need.
    themes_of : mapping of field to themes
        Which themes a Handlungsfeld belongs to.
    places : mapping of area to Sozialräume
        From `sozialanalyse.planning.places.places_at_level`.

    Returns
    -------
    DataFrame
        Columns ``measure_id, indicators, statements, themes, supported``: how many of the named indicators
        are less favourable than the city in one of its areas, how many of the named statements speak of a
        need, and in how many pairs of its Sozialräume and themes a need is seen. `supported` is whether one
        of the three is not zero.

    Notes
    -----
    A measure that is not supported need not be wrong: what is prevented does not show in figures. The result
    is a question to those who plan it.
    """
    worse = positions[positions["position"] == "worse"]
    shown = set(zip(worse["area_id"].astype(str), worse["indicator_id"].astype(str), strict=True))
    speaking = set(statements.loc[statements["stance"] == "need", "statement_id"])
    seen = set(zip(needs["area_id"], needs["theme"], strict=True))
    rows = []
    for key, areas, indicator_ids, statement_ids, field in measures[
        ["measure_id", "area_ids", "indicator_ids", "statement_ids", "field"]
    ].itertuples(index=False, name=None):
        indicators = sum(any((area, name) in shown for area in areas) for name in indicator_ids)
        said = sum(name in speaking for name in statement_ids)
        around = {place for area in areas for place in places[area]}
        themes = sum((place, theme) in seen for place in around for theme in themes_of.get(field, ()))
        rows.append((key, indicators, said, themes, bool(indicators or said or themes)))
    return pd.DataFrame(rows, columns=["measure_id", "indicators", "statements", "themes", "supported"])


def unserved_needs(
    needs: pd.DataFrame,
    measures: pd.DataFrame,
    kinds: Mapping[str, str],
    themes_of: Mapping[str, Iterable[str]],
    places: Mapping[str, Iterable[str]],
) -> pd.DataFrame:
    """Return the needs that no measure serves: none of the same Sozialraum and theme that was not stopped.

    Parameters
    ----------
    needs : DataFrame
        Columns ``area_id, theme`` and any others.
    measures : DataFrame
        Columns ``area_ids, field, status``.
    kinds : mapping of status to ``"open"``, ``"active"``, ``"done"`` or ``"stopped"``
        What each status means.
    themes_of, places : mappings
        As in `evidence_of`.

    Returns
    -------
    DataFrame
        The rows of `needs` without such a measure.

    Examples
    --------
    >>> needs = pd.DataFrame({"area_id": ["A", "B"], "theme": ["work", "work"]})
    >>> plans = pd.DataFrame({"area_ids": [("A1",)], "field": ["jobs"], "status": ["planned"]})
    >>> places = {"A1": ("A",)}
    >>> unserved_needs(needs, plans, {"planned": "active"}, {"jobs": ["work"]}, places).values.tolist()
    [['B', 'work']]
    """
    running = measures[measures["status"].map(kinds) != "stopped"]
    served = {
        (place, theme)
        for areas, field in running[["area_ids", "field"]].itertuples(index=False, name=None)
        for area in areas
        for place in places[area]
        for theme in themes_of.get(field, ())
    }
    pairs = zip(needs["area_id"], needs["theme"], strict=True)
    unserved = [place for place, pair in enumerate(pairs) if pair not in served]
    return needs.iloc[unserved].reset_index(drop=True)


def open_details(measures: pd.DataFrame) -> pd.DataFrame:
    """Return what is still missing in each Steckbrief: cells that are blank or say »noch offen«.

    Parameters
    ----------
    measures : DataFrame
        Columns ``measure_id, place, partners, resources, funding, success_criteria, recommendation_id,
        indicator_ids, statement_ids``.

    Returns
    -------
    DataFrame
        Columns ``measure_id, missing`` (tuple of column names, ``"evidence"`` where neither an indicator nor
        a statement is named); only measures that lack something.

    Examples
    --------
    >>> table = pd.DataFrame({"measure_id": ["m"], "place": [""], "partners": ["Schulen"], "resources":
    ...     ["eine halbe Stelle"], "funding": ["noch offen"], "success_criteria": ["mehr Kurse"],
    ...     "recommendation_id": ["h"], "indicator_ids": [()], "statement_ids": [("a",)]})
    >>> open_details(table)["missing"].tolist()
    [('place', 'funding')]
    """
    blank = pd.DataFrame(
        {name: measures[name].str.strip().str.casefold().isin(["", UNSETTLED]) for name in _DETAILS}
    )
    blank["evidence"] = (measures["indicator_ids"].str.len() == 0) & (
        measures["statement_ids"].str.len() == 0
    )
    missing = [
        tuple(name for name, lacking in zip(blank.columns, row, strict=True) if lacking)
        for row in blank.to_numpy(dtype=bool)
    ]
    frame = pd.DataFrame({"measure_id": measures["measure_id"], "missing": missing})
    return frame.loc[blank.any(axis=1)].reset_index(drop=True)

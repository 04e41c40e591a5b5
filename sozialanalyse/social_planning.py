"""Dialogues, controlling, measures and Strategiepapiere: the planning tables beside an analysis's figures.

All figures that go in are released cells, so nothing that comes out can reveal a hidden one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from sozialanalyse.dataset.columns import Content
from sozialanalyse.dataset.planning_forms import PLANNING_FORMS
from sozialanalyse.errors import ParameterError
from sozialanalyse.planning.dialogue import (
    NEEDS,
    compare_views,
    measured_themes,
    theme_indicators,
    theme_signals,
    theme_weights,
)
from sozialanalyse.planning.measures import evidence_of, unserved_needs
from sozialanalyse.planning.places import places_at_level
from sozialanalyse.planning.recommendations import (
    movements,
    spells,
    standing_at,
    target_changes,
)
from sozialanalyse.planning_rules import read_need_rules, read_planning_rules
from sozialanalyse.project import chosen_folder
from sozialanalyse.report.plan_view import SocialPlan
from sozialanalyse.report.view import Analysis, AreaView

__all__ = ["plan_of"]

_USED: Final = (
    "dialogues",
    "statements",
    "recommendations",
    "recommendation_log",
    "measures",
    "developments",
)
_DTYPES: Final[dict[Content, str]] = {
    "day": "datetime64[ns]",
    "flag": "bool",
    "whole": "Int64",
    "number": "float64",
}


def plan_of(area: AreaView, *, since: str = "", until: str = "", parameters_dir: str = "") -> SocialPlan:
    """Return the planning tables as far as they concern an area, beside released figures.

    Parameters
    ----------
    area : AreaView
        The city or a Sozialraum.
    since, until : str
        First and last day of the reporting period as ``"2022-12-31"``. Without `until` it ends with the last
        entry of any history, without `since` it begins a year before its end.
    parameters_dir : str
        Folder with the rules; ``""`` means that of the batch (environment), else the embedded one.

    Raises
    ------
    ParameterError
        If a day or a rule is not valid, or the period does not begin before it ends.
    """
    analysis = area.analysis
    folder = chosen_folder("parameters", parameters_dir)
    rules = read_planning_rules(folder)
    needs_rule, patience = read_need_rules(folder)
    tables = {name: _table(analysis, name) for name in _USED}
    # Events are held for the areas just above the finest level; the rules of the dataset say so.
    level = analysis.levels[max(len(analysis.levels) - 2, 0)].level
    places = places_at_level(analysis.areas, level)
    here = set(places[area.area_id])
    start, end = _period(tables, since, until)
    kinds = {status.id: status.kind for status in rules.statuses}

    compared = analysis.current.where(level=level)
    catalogue = analysis.indicators[analysis.indicators.index.isin(list(analysis.years))]
    named = {theme.id: theme.indicator_ids for theme in rules.themes}
    rules = replace(rules, themes=measured_themes(rules.themes, catalogue))
    themes = {theme.id: theme.indicator_ids for theme in rules.themes}
    directions = {str(key): str(text) for key, text in analysis.indicators["direction"].items()}
    indicators = compared.derive(
        "indicators of themes", lambda frame: theme_indicators(frame, directions, themes)
    )
    # A measure may name any indicator and any area, not only those of themes and Sozialräume.
    positions = theme_indicators(analysis.current.frame, directions, {"": list(directions)})
    dialogues = tables["dialogues"]
    weights = theme_weights(dialogues, tables["statements"])
    districts = places[analysis.root_id]
    views = indicators.derive(
        "needs",
        lambda frame: compare_views(theme_signals(frame, themes, districts, needs_rule), weights, needs_rule),
    )
    needs = views.frame[views.frame["category"].isin(NEEDS)]
    own_dialogues = dialogues[dialogues["area_id"].isin(here)]

    def concerns(frame: pd.DataFrame, *, blank_is_city: bool = False) -> pd.DataFrame:
        """Keep the rows whose areas touch this one."""
        touches = [
            (blank_is_city and not keys) or bool(here & {place for key in keys for place in places[key]})
            for keys in frame["area_ids"]
        ]
        return frame[np.array(touches, dtype=bool)].reset_index(drop=True)

    recommendations = concerns(tables["recommendations"])
    log = tables["recommendation_log"]
    log = log[log["recommendation_id"].isin(recommendations["recommendation_id"])]
    # Without any history and without a given day there is no day to look at.
    known = pd.notna(end)
    standing = standing_at(recommendations if known else recommendations.iloc[:0], log, kinds, end, patience)
    aims = [_target_areas(area, keys, places) for keys in standing["area_ids"]]
    aimed = standing.assign(area_ids=pd.Series(aims, index=standing.index, dtype=object))
    measures = concerns(tables["measures"])
    themes_of = {field.id: field.themes for field in rules.fields}
    return SocialPlan(
        area=area,
        rules=rules,
        needs_rule=needs_rule,
        patience=patience,
        level=level,
        places=places,
        since=start,
        until=end,
        absent=tuple(name for name in _USED if getattr(analysis.planning, name) is None),
        by_domain=tuple(theme.id for theme in rules.themes if theme.indicator_ids != named[theme.id]),
        indicators=indicators,
        needs=views,
        changes=analysis.values.derive(  # noqa: PD011 (a released table, not an array)
            "changes of target indicators",
            lambda frame: target_changes(
                aimed, frame, analysis.indicators, analysis.years, confidence=analysis.confidence
            ),
        ),
        dialogues=own_dialogues.sort_values(["date", "area_id"], kind="stable").reset_index(drop=True),
        statements=tables["statements"][
            tables["statements"]["dialogue_id"].isin(own_dialogues["dialogue_id"])
        ].reset_index(drop=True),
        weights=weights[weights["area_id"].isin(here)].reset_index(drop=True),
        standing=standing,
        moves=movements(log, start, end) if known else _no_moves(),
        durations=spells(log, end),
        log=log[log["date"] <= end].reset_index(drop=True),
        measures=measures,
        evidence=evidence_of(measures, positions, tables["statements"], needs, themes_of, places),
        unserved=unserved_needs(
            needs[needs["area_id"].isin(here)], tables["measures"], kinds, themes_of, places
        ),
        developments=concerns(tables["developments"], blank_is_city=True),
    )


def _table(analysis: Analysis, name: str) -> pd.DataFrame:
    """Return a planning table; one that is not there as an empty one of the same form."""
    frame: pd.DataFrame | None = getattr(analysis.planning, name)
    if frame is not None:
        return frame
    columns: dict[str, Any] = {
        column.name: pd.Series([], dtype=_DTYPES.get(column.content, "object"))
        for column in PLANNING_FORMS[name].columns
    }
    return pd.DataFrame(columns)


def _target_areas(
    area: AreaView, keys: tuple[str, ...], places: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...]:
    """Return where the target indicators of a recommendation are looked at on the page of an area.

    On the page of the city that is the city, so that the table stays short; on that of a Sozialraum its parts
    that the recommendation names, or the Sozialraum itself.
    """
    inside = () if area.is_root else tuple(key for key in keys if places[key] == (area.area_id,))
    return inside or (area.area_id,)


def _period(tables: dict[str, pd.DataFrame], since: str, until: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    end = _day("until", until) if until else tables["recommendation_log"]["date"].max()
    start = _day("since", since) if since else end - pd.DateOffset(years=1)
    return start, end


def _day(name: str, text: str) -> pd.Timestamp:
    try:
        return pd.to_datetime(text, format="%Y-%m-%d")
    except (ValueError, TypeError):
        raise ParameterError(
            f'»{name}« muss ein Tag in der Form Jahr-Monat-Tag sein, zum Beispiel "2022-12-31", oder leer.'
        ) from None


def _no_moves() -> pd.DataFrame:
    return pd.DataFrame(columns=["recommendation_id", "before", "after", "moved"])

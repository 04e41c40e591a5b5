"""Sozialkonferenz and iSTEK for a loaded analysis: planning tables beside released figures."""

from __future__ import annotations

import pandas as pd

from sozialanalyse.dataset.planning_forms import PLANNING_FORMS
from sozialanalyse.errors import ParameterError
from sozialanalyse.planning.goals import conspicuous, goal_progress, handover
from sozialanalyse.planning.istek import collect_items, field_matrix, gaps, vision_matrix
from sozialanalyse.planning.recommendations import status_at
from sozialanalyse.planning_rules import read_planning_rules
from sozialanalyse.project import chosen_folder
from sozialanalyse.report.conference_view import ConferenceView
from sozialanalyse.report.istek_view import IstekView
from sozialanalyse.report.view import Analysis

__all__ = ["conference_of", "istek_of"]


def conference_of(
    analysis: Analysis, topic: str, parameters_dir: str = "", *, until: str = ""
) -> ConferenceView:
    """Return a topic with its indicators and areas, the goals of its conference and how far they are.

    Parameters
    ----------
    analysis : Analysis
        A loaded analysis; only its released tables are used.
    topic : str
        Key of a topic in ``rules/topics.yaml``.
    parameters_dir : str
        Folder with the rules; ``""`` means that of the batch (environment), else the embedded one.
    until : str
        Day such as ``"2024-09-30"`` after which a deadline is still ahead; ``""`` means the last day in the
        log of the recommendations, and no look at deadlines without any.

    Raises
    ------
    ParameterError
        If the topic is unknown, the day is none, or a rule is not valid.
    """
    rules = read_planning_rules(chosen_folder("parameters", parameters_dir))
    chosen = rules.topic(topic)
    catalogue = analysis.indicators
    present = tuple(key for key in chosen.indicator_ids if key in analysis.years)
    rows = analysis.current.where(level=analysis.levels[-1].level, indicator_id=list(present))
    goals = analysis.planning.goals
    if goals is None:
        goals = pd.DataFrame(columns=list(PLANNING_FORMS["goals"].names))
    goals = goals[goals["topic"] == topic].reset_index(drop=True)
    measured = goals[goals["indicator_id"] != ""].reset_index(drop=True)
    return ConferenceView(
        analysis=analysis,
        topic=chosen,
        rules=rules,
        indicator_ids=present,
        absent=tuple(key for key in chosen.indicator_ids if key not in present),
        marks=rows.derive(
            "marks",
            lambda frame: frame.assign(mark=conspicuous(frame, catalogue["direction"]))[
                ["area_id", "indicator_id", "year", "value", "hidden", "mark"]
            ],
        ),
        goals=goals,
        progress=analysis.values.derive(  # noqa: PD011 (a released table, not an array)
            "progress", lambda frame: goal_progress(measured, frame, analysis.root_id)
        ),
        handover=handover(goals, rules.statuses_of("open", "active")),
        until=_day(until) if until else _last_day(analysis),
    )


def istek_of(analysis: Analysis, parameters_dir: str = "") -> IstekView:
    """Return what social planning contributes to the visions of the iSTEK, and what is missing.

    Parameters
    ----------
    analysis : Analysis
        A loaded analysis; only its planning tables are used.
    parameters_dir : str
        Folder with the rules; ``""`` means that of the batch (environment), else the embedded one.

    Raises
    ------
    ParameterError
        If a rule is not valid.
    """
    rules = read_planning_rules(chosen_folder("parameters", parameters_dir))
    visions = tuple(vision.id for vision in rules.visions)
    items = collect_items(analysis.planning)
    log, until = analysis.planning.recommendation_log, _last_day(analysis)
    if log is not None:
        latest = status_at(log, until)["status"]
        own = items["kind"] == "recommendations"
        items.loc[own, "status"] = items.loc[own, "item_id"].map(latest).fillna("")
    counted = items[~items["status"].isin(rules.statuses_of("stopped"))]
    return IstekView(
        analysis=analysis,
        rules=rules,
        items=items,
        stopped=len(items) - len(counted),
        matrix=vision_matrix(counted, visions),
        fields=field_matrix(counted, tuple(field.id for field in rules.fields), visions),
        gaps=gaps(counted, visions),
        absent=tuple(
            name
            for name in ("recommendations", "recommendation_log", "measures", "goals", "developments")
            if getattr(analysis.planning, name) is None
        ),
        until=until,
    )


def _last_day(analysis: Analysis) -> pd.Timestamp:
    log = analysis.planning.recommendation_log
    return pd.Timestamp("NaT") if log is None else pd.Timestamp(log["date"].max())


def _day(text: str) -> pd.Timestamp:
    try:
        return pd.Timestamp(pd.to_datetime(text, format="%Y-%m-%d"))
    except (ValueError, TypeError):
        raise ParameterError(
            '»until« muss ein Tag in der Form Jahr-Monat-Tag sein, zum Beispiel "2024-09-30", oder leer.'
        ) from None

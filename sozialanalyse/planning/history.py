"""Histories of Handlungsempfehlungen that cannot be: impossible steps, wrong order, gaps."""

from __future__ import annotations

import pandas as pd

from sozialanalyse.dataset.planning_tables import PlanningTables
from sozialanalyse.errors import Fault
from sozialanalyse.planning.consistency import fault_where
from sozialanalyse.planning.rules import PlanningRules

__all__ = ["history_faults"]


def history_faults(tables: PlanningTables, rules: PlanningRules) -> list[Fault]:
    """Find histories that break the rules of the status scale.

    Parameters
    ----------
    tables : PlanningTables
        The log, and the recommendations if they are there.
    rules : PlanningRules
        The status scale with the steps that it allows.

    Returns
    -------
    list of Fault
        Entries before an earlier one of the same recommendation, first entries with another than the first
        status, steps that the scale does not allow, and recommendations without any entry. Steps from or to a
        status that the scale does not know are left to the check of words; with days out of order, steps are
        judged in the order in which they are written.
    """
    log = tables.recommendation_log
    if log is None:
        return []
    place = tables.places["recommendation_log"]
    by_recommendation = log.groupby("recommendation_id", sort=False)
    previous = by_recommendation["status"].shift()
    known = set(rules.labels("statuses"))
    steps = {(status.id, following) for status in rules.statuses for following in status.next}
    judged = log["status"].isin(known) & (previous.isin(known) | previous.isna())
    pairs = pd.Series(zip(previous, log["status"], strict=True), index=log.index)
    first = previous.isna()
    scale = "; ".join(
        f"{status.id} → {', '.join(status.next) if status.next else 'kein weiterer'}"
        for status in rules.statuses
    )
    faults = [
        *fault_where(
            place,
            (log["date"] <= by_recommendation["date"].shift()) & log["date"].notna(),
            "date",
            "history_order",
            "Der Tag liegt nicht nach dem vorigen Eintrag derselben Handlungsempfehlung.",
            "Die Einträge je Handlungsempfehlung nach dem Tag ordnen, höchstens einer je Tag.",
        ),
        *fault_where(
            place,
            judged & first & (log["status"] != rules.first_status),
            "status",
            "history_start",
            f"Ein Verlauf beginnt nicht mit dem Stand »{rules.first_status}«.",
            "Als ersten Eintrag den Tag des Beschlusses mit diesem Stand ergänzen.",
        ),
        *fault_where(
            place,
            judged & ~first & ~pairs.isin(steps),
            "status",
            "status_step",
            "Auf den vorigen Stand kann dieser nicht folgen.",
            f"Den Stand berichtigen oder den Schritt dazwischen ergänzen. Erlaubt: {scale}.",
        ),
    ]
    recommendations = tables.recommendations
    if recommendations is not None:
        faults += fault_where(
            tables.places["recommendations"],
            ~recommendations["recommendation_id"].isin(log["recommendation_id"])
            & (recommendations["recommendation_id"] != ""),
            "recommendation_id",
            "history_missing",
            "Zu der Handlungsempfehlung gibt es keinen Eintrag in »recommendation_log«.",
            f"Dort den Tag des Beschlusses mit dem Stand »{rules.first_status}« eintragen.",
        )
    return faults

"""What the page on the iSTEK is made from."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from sozialanalyse.planning.istek import Gap
from sozialanalyse.planning.rules import PlanningRules
from sozialanalyse.report.view import Analysis

__all__ = ["IstekView"]


@dataclass(frozen=True, slots=True)
class IstekView:
    """What social planning contributes to the visions; it holds no figures about people.

    Attributes
    ----------
    analysis : Analysis
        For names of areas and the banner.
    rules : PlanningRules
        Visions, fields of action, status scale.
    items : DataFrame
        Rows of `sozialanalyse.planning.istek.collect_items`, recommendations with their latest status.
    stopped : int
        Items that were put off or given up; they stand in `items` and count nowhere else.
    matrix, fields : DataFrame
        `vision_matrix` and `field_matrix` of the other items.
    gaps : tuple of Gap
        What is missing.
    absent : tuple of str
        Planning tables that the dataset lacks.
    until : Timestamp
        Day of the statuses of recommendations; missing without any.
    """

    analysis: Analysis
    rules: PlanningRules
    items: pd.DataFrame
    stopped: int
    matrix: pd.DataFrame
    fields: pd.DataFrame
    gaps: tuple[Gap, ...]
    absent: tuple[str, ...]
    until: pd.Timestamp

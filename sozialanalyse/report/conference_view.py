"""What the page on a Sozialkonferenz is made from."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from sozialanalyse.disclosure.release import ReleasedTable, require_released
from sozialanalyse.planning.rules import PlanningRules, Topic
from sozialanalyse.report.view import Analysis

__all__ = ["ConferenceView"]


@dataclass(frozen=True, slots=True)
class ConferenceView:
    """A topic with its figures and goals; every table of figures has passed the disclosure gate.

    Attributes
    ----------
    analysis : Analysis
        Where the figures come from.
    topic : Topic
        What the conference was about.
    rules : PlanningRules
        Status scale and fields of action.
    indicator_ids : tuple of str
        Indicators of the topic that the dataset has.
    absent : tuple of str
        Keys of those that it lacks.
    marks : ReleasedTable
        Areas of the finest level: ``area_id, indicator_id, year, value, hidden, mark``, the mark as in
        `sozialanalyse.planning.goals.conspicuous`.
    goals : DataFrame
        Goals of the topic, in the order of the table; empty without any.
    progress : ReleasedTable
        Rows of `sozialanalyse.planning.goals.goal_progress` for the goals that name an indicator.
    handover : DataFrame
        Rows of `sozialanalyse.planning.goals.handover`.
    until : Timestamp
        Day up to which deadlines are looked at; missing without any.
    """

    analysis: Analysis
    topic: Topic
    rules: PlanningRules
    indicator_ids: tuple[str, ...]
    absent: tuple[str, ...]
    marks: ReleasedTable
    goals: pd.DataFrame
    progress: ReleasedTable
    handover: pd.DataFrame
    until: pd.Timestamp

    @property
    def leading_ids(self) -> tuple[str, ...]:
        """The indicator that says most of the topic; none if the dataset lacks it."""
        return tuple(key for key in self.topic.indicator_ids[:1] if key in self.indicator_ids)

    def __post_init__(self) -> None:
        require_released(self.marks)
        require_released(self.progress)

"""What the page on the Sozialindex is made from: how sure and how consistent it is, and how it changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sozialanalyse.disclosure.release import ReleasedTable, require_released
from sozialanalyse.report.view import Analysis

__all__ = ["FACTORS", "IndexStudy"]

FACTORS: Final[dict[str, str]] = {
    "imputation": "Ersatz fehlender Werte",
    "treatment": "Umgang mit Ausreißern",
    "normalisation": "gemeinsame Skala",
    "weighting": "Art der Gewichtung",
    "aggregation": "Art des Mittels",
    "leave_one_out": "ein Indikator weniger",
    "weight_noise": "etwas andere Gewichte",
}
"""German names of the choices that could have been made otherwise."""


@dataclass(frozen=True, slots=True)
class IndexStudy:
    """The study of an index as it may be shown; every table has passed the disclosure gate.

    Attributes
    ----------
    analysis : Analysis
        Where the index comes from.
    missing : str
        Why there is no study, a German sentence, or ``""``; then all tables are empty.
    ranks : ReleasedTable
        Columns ``area_id, rank, sampling_lower, sampling_upper, choice_lower, choice_upper``; an interval
        that could not be computed is missing.
    indicators : ReleasedTable
        Columns ``indicator_id, loading, correlation, nominal, effective``.
    factors : ReleasedTable
        Columns ``factor, first, total``: Sobol indices of the shift of ranks.
    dynamics : ReleasedTable
        Columns ``area_id, dynamics, status_class, dynamics_class, rank_then, rank_now``, one row per area
        with both classes; a rank that one edition lacks is missing.
    domains : ReleasedTable
        Columns ``area_id, domain, index, rank, ranked``: an index for each domain.
    alpha, explained : float
        Cronbach's alpha, and the share of variance of the first principal component.
    complete : int
        Areas with values of all indicators.
    mean_shift : float
        Mean shift of a rank under other choices.
    edition_shift, edition_likeness : float
        Mean shift of a rank from the earlier edition to this one, and the rank correlation of the two.
    confidence : float
        Coverage of the intervals of ranks.
    dynamics_labels : tuple of str
        German names of the classes of change, from the worst.
    period : str
        The years that are compared, such as ``"2018 bis 2022"``.
    remarks : tuple of str
        German sentences on what could not be computed.
    """

    analysis: Analysis
    missing: str
    ranks: ReleasedTable
    indicators: ReleasedTable
    factors: ReleasedTable
    dynamics: ReleasedTable
    domains: ReleasedTable
    alpha: float
    explained: float
    complete: int
    mean_shift: float
    edition_shift: float
    edition_likeness: float
    confidence: float
    dynamics_labels: tuple[str, ...]
    period: str
    remarks: tuple[str, ...]

    def __post_init__(self) -> None:
        for table in (self.ranks, self.indicators, self.factors, self.dynamics, self.domains):
            require_released(table)

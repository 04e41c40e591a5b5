"""What the page on heat is made from."""

from __future__ import annotations

from dataclasses import dataclass

from sozialanalyse.disclosure.release import ReleasedTable, require_released
from sozialanalyse.planning.heat import EXPOSURE
from sozialanalyse.report.view import Analysis

__all__ = ["CoreContribution", "HeatView", "ShownComponent", "ShownIndicator"]


@dataclass(frozen=True, slots=True)
class ShownIndicator:
    """One indicator of the heat index: key, label, year, source, and whether a high value is unfavourable."""

    key: str
    label: str
    year: int
    source: str
    high_is_unfavourable: bool


@dataclass(frozen=True, slots=True)
class ShownComponent:
    """One component of the heat index as it is shown.

    Attributes
    ----------
    key, label, short, meaning : str
        Its name in the tables, German name, a short one for heads, and a sentence that says what it is.
    indicators : tuple of ShownIndicator
        What it is the mean of.
    """

    key: str
    label: str
    short: str
    meaning: str
    indicators: tuple[ShownIndicator, ...]


@dataclass(frozen=True, slots=True)
class CoreContribution:
    """What social planning's data contribute to one of the WHO's core elements.

    Attributes
    ----------
    key : str
        Its name in the tables.
    label, description : str
        German name, and what the element asks for.
    contribution, beyond : str
        What the data say, and what none of them says.
    present, absent : tuple of str
        German names of the data on which this rests that the dataset has and lacks.
    """

    key: str
    label: str
    description: str
    contribution: str
    beyond: str
    present: tuple[str, ...]
    absent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeatView:
    """The heat index with all that belongs to it; every table has passed the disclosure gate.

    Attributes
    ----------
    analysis : Analysis
        Where it comes from.
    title, description : str
        German name of the index, and how it is made.
    missing : str
        Why there is no index, a German sentence, or ``""``; then `areas` is empty.
    components : tuple of ShownComponent
        Those that are in the index.
    left_out : tuple of (str, str)
        Components that are not in the index: German name, and a sentence on what it does not say then.
    areas : ReleasedTable
        One row per area of the finest level: ``area_id, index, rank, class_index`` (counted from the most
        affected class), ``priority, sampling_lower, sampling_upper, choice_lower, choice_upper``; for
        each component ``<key>_value, <key>_rank``; and a column for each entry of `groups`.
    groups : tuple of (str, str, str)
        Column, German name and indicator of the numbers of people that are shown.
    class_labels : tuple of str
        German names of the classes, the most affected first.
    confidence : float
        Coverage of the intervals of ranks.
    priority_share : float
        Share of the areas that can be dealt with first.
    top : int
        Number of areas that can be dealt with first.
    institutions : ReleasedTable
        Those with vulnerable people: ``institution_id, name, category, area_id, vulnerable, places,
        synthetic``.
    access : ReleasedTable
        Places to go in heat: ``area_id, count, per_thousand, nearest, supply``; the last two are missing
        without coordinates. Empty without such places.
    access_label : str
        German names of the kinds of places, joined.
    access_missing : str
        Why there is no such table, a German sentence, or ``""``.
    zones : tuple of (float, float)
        Reach of a place: outer limits in kilometres and weights.
    elements : tuple of CoreContribution
        The WHO's core elements.
    occasions : ReleasedTable
        By which indicators (tuple of German names) each area gives occasion to a core element: ``area_id,
        element, indicators``.
    remarks : tuple of str
        German sentences on what was left out.
    """

    analysis: Analysis
    title: str
    description: str
    missing: str
    components: tuple[ShownComponent, ...]
    left_out: tuple[tuple[str, str], ...]
    areas: ReleasedTable
    groups: tuple[tuple[str, str, str], ...]
    class_labels: tuple[str, ...]
    confidence: float
    priority_share: float
    top: int
    institutions: ReleasedTable
    access: ReleasedTable
    access_label: str
    access_missing: str
    zones: tuple[tuple[float, float], ...]
    elements: tuple[CoreContribution, ...]
    occasions: ReleasedTable
    remarks: tuple[str, ...]

    @property
    def exposure(self) -> ShownComponent | None:
        """The component that says how hot an area gets, if it is in the index."""
        return next((part for part in self.components if part.key == EXPOSURE), None)

    @property
    def exposure_ids(self) -> tuple[str, ...]:
        """Indicators that say how hot an area gets; none without that component."""
        return () if self.exposure is None else tuple(entry.key for entry in self.exposure.indicators)

    def __post_init__(self) -> None:
        for table in (self.areas, self.institutions, self.access, self.occasions):
            require_released(table)

"""What pages on connections are made from: released results on pairs of indicators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from sozialanalyse.dataset.schema import Level
from sozialanalyse.disclosure.release import ReleasedTable, require_released
from sozialanalyse.errors import ParameterError
from sozialanalyse.report.numbers import decimals_for, format_spoken
from sozialanalyse.report.view import Analysis, AreaView, Row
from sozialanalyse.vocabulary import DOMAIN_LABELS

__all__ = [
    "CLAIMS",
    "FINEST",
    "ConnectionView",
    "Scope",
    "made_apart",
    "pairs_apart",
    "row_list",
    "scope_of",
]

CLAIMS: Final = ("gesichert", "Hinweis")
"""Verdicts that say there is a connection."""


FINEST: Final = "finest"
"""Stands for the finest level of any dataset."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which areas are compared: those of a level inside an area.

    Attributes
    ----------
    area_id : str
        The area; the coarsest for all.
    everywhere : bool
        Whether it is the coarsest.
    level, coarser : Level
        The level whose areas are compared, and the next coarser one.
    keys : tuple of str
        The areas, in the order of the dataset.
    """

    area_id: str
    everywhere: bool
    level: Level
    coarser: Level
    keys: tuple[str, ...]

    def rows(self, table: ReleasedTable, indicators: Sequence[str] | None = None) -> pd.DataFrame:
        """Return the rows of a table on these areas, of some indicators or of all."""
        wanted: dict[str, object] = {"level": self.level.level}
        if not self.everywhere:
            wanted["area_id"] = self.keys
        if indicators is not None:
            wanted["indicator_id"] = list(indicators)
        return table.where(**wanted).frame


def scope_of(analysis: Analysis, area_id: str = "", level: str = FINEST) -> Scope:
    """Return which areas are compared for an area and a level.

    Parameters
    ----------
    analysis : Analysis
        Knows areas and levels.
    area_id : str
        An area; ``""`` is the coarsest.
    level : str
        A level finer than that of the area, or ``"finest"``.

    Raises
    ------
    ParameterError
        If the area or the level is unknown, or the level is not finer than that of the area.
    """
    return analysis.keep(("scope", area_id, level), lambda: _scope(analysis, area_id, level))


def _scope(analysis: Analysis, area_id: str, level: str) -> Scope:
    place = analysis.area(area_id or analysis.root_id)
    names = [each.level for each in analysis.levels]
    if level not in (FINEST, *names):
        raise ParameterError(
            f"»level« kennt »{level}« nicht. Erlaubt: {', '.join([FINEST, *names[1:]])}; verglichen werden "
            "die Gebiete dieser Ebene."
        )
    number = len(names) - 1 if level == FINEST else names.index(level)
    # A dataset of one level compares its only area with itself: too few, which is a finding and no fault.
    if number <= names.index(place.level) and not (level == FINEST and len(names) == 1):
        raise ParameterError(
            f"Verglichen werden Gebiete innerhalb von »{place.name}«. Darin gibt es keine der Ebene "
            f"»{names[number]}«, denn »{place.name}« gehört selbst zur Ebene »{place.level}«. Bitte ein "
            "gröberes Gebiet als »area_id« oder eine feinere Ebene als »level« wählen."
        )
    areas = analysis.areas
    inside = {place.area_id}
    for _ in range(names.index(place.level), number):
        inside |= set(areas.index[areas["parent_id"].isin(inside)])
    keys = areas.index[(areas["level"] == names[number]) & areas.index.isin(inside)]
    return Scope(
        place.area_id,
        place.is_root,
        analysis.levels[number],
        analysis.levels[number - 1],
        tuple(str(key) for key in keys),
    )


@dataclass(frozen=True, slots=True)
class ConnectionView:
    """The connections of some domains as they may be shown; every table has passed the disclosure gate.

    Attributes
    ----------
    analysis : Analysis
        Where the figures come from.
    scope : Scope
        Which areas are compared.
    domains : tuple of str
        The domains that are compared, in their usual order.
    indicator_ids : tuple of str
        The indicators that are compared, by domain.
    missing : str
        Why nothing could be compared, a German sentence, or ``""``; then all tables are empty.
    pairs : ReleasedTable
        One row per pair of indicators of different domains, ordered by verdict and size: the columns of
        `sozialanalyse.connections.table.verdict_frame`, and of the model ``family, measure, effect,
        effect_lower, effect_upper, per_points, step``: the effect per 10 points if `per_points`, else per
        standard deviation, which `step` gives in the unit of the first indicator. Of the other tests:
        ``partial, partial_lower, partial_upper`` with the covariates held constant, ``boot_lower,
        boot_upper`` and ``p_permutation``, all as in `sozialanalyse.connections.correlation.Coefficients`.
    ways : ReleasedTable
        Columns ``first, second, way, estimate, lower, upper, kind``: every way of computing a pair;
        `kind` is ``"own"``, ``"choice"``, ``"range"``, ``"coarser"`` or ``"spatial"``.
    lead : tuple of (str, str) or None
        The pair that is shown in detail: the first that is not made from the same numbers.
    fit : ReleasedTable
        Columns ``x, predicted, lower, upper``: the model of the lead pair at the middle of each fifth.
    areas : ReleasedTable
        Columns ``area_id, indicator_id, value, people``: the values that are compared.
    moran : ReleasedTable
        Columns ``indicator_id, statistic, p``.
    clusters : ReleasedTable
        Columns ``area_id, indicator_id, z, lag, quadrant, p_fdr``, for the indicators of the lead pair.
    gradient : ReleasedTable
        Columns ``indicator_id, fifth, value``: means by fifth of the areas ordered by `ordered_by`.
    slopes : ReleasedTable
        Columns ``indicator_id, sii, sii_lower, sii_upper, rii, rii_lower, rii_upper, areas``.
    ordered_by : str
        The indicator by which the areas are ordered into fifths.
    weighted : bool
        Whether fifths count persons (else areas).
    covariates : tuple of str
        Indicators held constant in some ways of computing and in the models.
    confidence : float
        Coverage of all intervals.
    smallest_effect : float
        Correlation below which a connection is of no weight for planning.
    permutations, bootstrap : int
        Number of random draws of the tests.
    neighbours : bool
        Whether the neighbourhood of the areas is known.
    panel_years : int
        Number of years that are compared, 0 without.
    told_pairs : tuple of (str, str)
        Pairs that the page of a single area may speak of, the first choice first.
    remarks : tuple of str
        German sentences on what could not be computed.
    """

    analysis: Analysis
    scope: Scope
    domains: tuple[str, ...]
    indicator_ids: tuple[str, ...]
    missing: str
    pairs: ReleasedTable
    ways: ReleasedTable
    lead: tuple[str, str] | None
    fit: ReleasedTable
    areas: ReleasedTable
    moran: ReleasedTable
    clusters: ReleasedTable
    gradient: ReleasedTable
    slopes: ReleasedTable
    ordered_by: str
    weighted: bool
    covariates: tuple[str, ...]
    confidence: float
    smallest_effect: float
    permutations: int
    bootstrap: int
    neighbours: bool
    panel_years: int
    told_pairs: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...]

    def __post_init__(self) -> None:
        for table in (
            self.pairs,
            self.ways,
            self.fit,
            self.areas,
            self.moran,
            self.clusters,
            self.gradient,
            self.slopes,
        ):
            require_released(table)

    @property
    def labels(self) -> Mapping[str, str]:
        """German name of every indicator."""
        return {str(key): str(text) for key, text in self.analysis.indicators["label"].items()}

    @property
    def domain_words(self) -> list[str]:
        """German names of the domains."""
        return [DOMAIN_LABELS[domain] for domain in self.domains]

    @property
    def place(self) -> AreaView:
        """The area whose parts are compared."""
        return self.analysis.area(self.scope.area_id)

    @property
    def unit_label(self) -> str:
        """German word for the areas that are compared."""
        return self.scope.level.label

    def values(self, indicator_id: str) -> pd.Series[float]:
        """Return the released values of one indicator by area."""
        frame = self.areas.where(indicator_id=indicator_id).frame
        return frame.set_index("area_id")["value"].dropna()

    def people(self) -> pd.Series[float]:
        """Return the number of persons by area; 1 each where it is not known."""
        return self.areas.frame.drop_duplicates("area_id").set_index("area_id")["people"]

    def spoken(self, indicator_id: str, value: float) -> str:
        """Return a value of an indicator as a sentence has it."""
        unit = str(self.analysis.indicators["unit"][indicator_id])
        return format_spoken(
            float(value), unit, decimals_for(unit, abs(float(self.values(indicator_id).max())))
        )


def row_list(frame: pd.DataFrame) -> list[Row]:
    """Return the rows of a frame in its order."""
    return [{str(name): cell for name, cell in row.items()} for row in frame.to_dict("records")]


def made_apart(construction: str) -> bool:
    """Return whether two indicators are made from different numbers: only then a connection is news."""
    return construction in {"", "shared_denominator"}


def pairs_apart(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out pairs that go together because they are made from the same numbers."""
    return frame[frame["construction"].map(made_apart).astype(bool)]

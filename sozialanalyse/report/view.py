"""What reports are made from: the released tables of a run, and one area's view on them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar, cast

import numpy as np
import pandas as pd
from shapely.geometry.base import BaseGeometry

from sozialanalyse.dataset.planning_tables import PlanningTables
from sozialanalyse.dataset.schema import Level, Source
from sozialanalyse.disclosure.release import ReleasedTable, observe_reads, require_released
from sozialanalyse.disclosure.rules import DisclosureRules
from sozialanalyse.errors import ParameterError
from sozialanalyse.index.spec import IndexSpec
from sozialanalyse.report.numbers import decimals_for

__all__ = ["JUDGED_DOMAINS", "Analysis", "AreaView", "IndexView", "Row", "records"]

T = TypeVar("T")

Row = dict[str, Any]
"""One row of a released frame: column to cell."""

JUDGED_DOMAINS: Final = ("poverty", "education", "health", "environment", "housing")
"""Domains whose indicators may be called favourable or not; demography is described only."""


@dataclass(frozen=True, slots=True)
class IndexView:
    """The Sozialindex as it may be shown.

    Attributes
    ----------
    areas : ReleasedTable
        Columns ``area_id, index, rank, ranked, class_index, missing``: one row per area of the finest level;
        `class_index` counts from 0, the most burdened class.
    parts : ReleasedTable
        Columns ``area_id, indicator_id, part``: what each indicator adds to the index.
    title, description : str
        German name and one paragraph that says how it is made.
    class_labels : tuple of str
        German labels of the classes, most burdened first.
    spec : IndexSpec
        All choices by which it is made.
    notes : tuple of str
        German sentences on what was left out or flagged.
    """

    areas: ReleasedTable
    parts: ReleasedTable
    title: str
    description: str
    class_labels: tuple[str, ...]
    spec: IndexSpec
    notes: tuple[str, ...]

    @property
    def indicator_ids(self) -> tuple[str, ...]:
        """Keys of the indicators in it."""
        return self.spec.indicators

    def __post_init__(self) -> None:
        require_released(self.areas)
        require_released(self.parts)


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """Everything that reports on a dataset may use; each table has passed the disclosure gate.

    An analysis equals itself alone: comparing all tables would take long, and results are remembered by it.

    Attributes
    ----------
    title, synthetic, levels, areas, indicators, geometry, schematic_geometry, adjacency, licenses, sources,
    attribution, planning, remarks
        As in `sozialanalyse.dataset.schema.Dataset`; `areas` has a column ``distinct_name`` besides.
    rules : DisclosureRules
        By which cells were hidden.
    confidence : float
        Coverage of all intervals.
    years : mapping of str to int
        The year in which each indicator is compared.
    values : ReleasedTable
        All values (``VALUE_COLUMNS`` and ``hidden``).
    current : ReleasedTable
        Made from `values`: the year of comparison of each indicator, with the columns of
        `sozialanalyse.indicators.standing.describe_standing`.
    trends : ReleasedTable
        Made from `values`: the development over time.
    medians : ReleasedTable
        Made from `values`: columns ``level, indicator_id, year, median`` over the areas of each level.
    population : ReleasedTable or None
        Columns ``area_id, year, sex, age_group, count, hidden``.
    index : IndexView or None
        The Sozialindex.
    index_missing : str
        Why there is no index, a German sentence, or ``""``.
    """

    title: str
    synthetic: bool
    levels: tuple[Level, ...]
    areas: pd.DataFrame
    indicators: pd.DataFrame
    geometry: Mapping[str, BaseGeometry] | None
    schematic_geometry: bool
    licenses: tuple[Source, ...]
    sources: tuple[Source, ...]
    attribution: str
    planning: PlanningTables
    remarks: tuple[str, ...]
    rules: DisclosureRules
    confidence: float
    years: Mapping[str, int]
    values: ReleasedTable
    current: ReleasedTable
    trends: ReleasedTable
    medians: ReleasedTable
    population: ReleasedTable | None
    index: IndexView | None
    index_missing: str
    adjacency: tuple[tuple[str, str], ...] | None = None
    _kept: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for table in (self.values, self.current, self.trends, self.medians):
            require_released(table)
        if self.population is not None:
            require_released(self.population)

    def keep(self, key: Hashable, make: Callable[[], T], *, followed: bool = True) -> T:
        """Return what pages of several areas need, made at the first call and kept as long as the analysis.

        Parameters
        ----------
        key : hashable
            Says all that the result depends on, apart from the analysis itself.
        make : callable
            Makes it; nobody may change it afterwards.
        followed : bool
            Whether to ask for it is to look at all that it was made from. Not so for a study: its tables are
            looked at themselves.
        """
        if key not in self._kept:
            reads: list[ReleasedTable] = []
            with observe_reads(reads.append):
                self._kept[key] = make(), tuple(reads) if followed else ()
            return cast("T", self._kept[key][0])
        kept, read = self._kept[key]
        # Whoever follows what a page is made from learns the same from what is kept.
        for table in read:
            table.touch()
        return cast("T", kept)

    @property
    def kept(self) -> dict[Hashable, Any]:
        """What is kept without anything that was looked at for it, by key."""
        return {key: made for key, (made, reads) in self._kept.items() if not reads}

    @property
    def root_id(self) -> str:
        """Key of the coarsest area."""
        return self.keep("root", lambda: str(self.areas.index[self.areas["parent_id"] == ""][0]))

    @property
    def entries(self) -> dict[str, Row]:
        """Name, level and parent of each area, by its key."""
        return self.keep(
            "entries", lambda: records(self.areas[["name", "distinct_name", "level", "parent_id"]])
        )

    @property
    def parts(self) -> dict[str, list[str]]:
        """Keys of the areas directly inside each area that has any, in the order of the dataset."""
        return self.keep("parts", self._parts)

    def _parts(self) -> dict[str, list[str]]:
        parts: dict[str, list[str]] = {}
        for key, entry in self.entries.items():
            parts.setdefault(str(entry["parent_id"]), []).append(key)
        return parts

    def described(self, area_ids: Sequence[str], indicator_ids: Sequence[str] | None = None) -> pd.DataFrame:
        """Return `AreaView.rows` of several areas in one frame, in the order of `current`.

        Parameters
        ----------
        area_ids : sequence of str
            The areas.
        indicator_ids : sequence of str, optional
            The indicators; all without it.
        """
        wanted = {"area_id": list(area_ids)}
        wanted |= {} if indicator_ids is None else {"indicator_id": list(indicator_ids)}
        frame = self.current.where(**wanted).frame.set_index("indicator_id")
        frame.index = frame.index.astype(str)
        frame = frame.join(self.indicators[["label", "unit", "kind", "domain", "direction"]])
        decimals = [
            # Deciles, classes and the like are whole by nature; decimals would feign precision.
            0 if kind == "count" or (kind == "score" and whole) else decimals_for(unit, largest)
            for kind, whole, unit, largest in zip(
                frame["kind"], frame["whole"], frame["unit"], frame["largest"], strict=True
            )
        ]
        frame["decimals"] = np.array(decimals, dtype=np.int64)
        # Texts as plain objects, and those side by side: rows of a few cells are taken out of it many times.
        texts = frame.select_dtypes(exclude=["number", "bool"]).columns
        return frame.astype(dict.fromkeys(texts, object)).copy()

    def area(self, area_id: str | int) -> AreaView:
        """Return the view of one area.

        Parameters
        ----------
        area_id : str or int
            Its key. A whole number stands for the only key that reads as it, as papermill makes 101 of
            ``-p area_id 0101``.

        Raises
        ------
        ParameterError
            If there is no such area, or a number does not name exactly one.
        """
        key = area_id if isinstance(area_id, str) else self._key_of(area_id)
        if key not in self.areas.index:
            example = ", ".join(f"{key} ({name})" for key, name in self.areas["name"].iloc[:3].items())
            raise ParameterError(
                f"Das Gebiet »{key}« gibt es in »{self.title}« nicht. Es gibt zum Beispiel: {example}. "
                "Alle nennt der Befehl »sozialanalyse list«."
            )
        return AreaView(self, key)

    def _key_of(self, number: object) -> str:
        """Return the key that has become a number on its way through a command line."""
        whole = isinstance(number, int) and not isinstance(number, bool)
        fitting = [str(key) for key in self.areas.index if whole and key.isdecimal() and int(key) == number]
        if len(fitting) == 1:
            return fitting[0]
        found = f"passen mehrere Gebiete: {', '.join(fitting)}" if fitting else "passt kein Gebiet"
        raise ParameterError(
            "Ein Gebietsschlüssel ist ein Text und keine Zahl, sonst gehen führende Nullen verloren; zu der "
            f'Zahl {found}. Bitte in Anführungszeichen setzen, zum Beispiel area_id = "0101"; bei papermill '
            "mit »-r area_id 0101« statt »-p«."
        )

    def label_of(self, level: str) -> str:
        """Return the German word for an area of that level."""
        return next(entry.label for entry in self.levels if entry.level == level)


@dataclass(frozen=True, slots=True)
class AreaView:
    """One area, with everything around it that its report needs."""

    analysis: Analysis
    area_id: str

    @property
    def name(self) -> str:
        """Name that no other area has: where two have the same, the level is added."""
        return str(self.analysis.entries[self.area_id]["distinct_name"])

    @property
    def bare_name(self) -> str:
        """Name without the level, for places that say the level anyway."""
        return str(self.analysis.entries[self.area_id]["name"])

    @property
    def full_name(self) -> str:
        """Name with the word for its level, unless it begins with it: a parent may have the same name."""
        known = self.bare_name.casefold().startswith(self.level_label.casefold())
        return self.bare_name if known else f"{self.level_label} {self.bare_name}"

    @property
    def level(self) -> str:
        """Key of its level."""
        return str(self.analysis.entries[self.area_id]["level"])

    @property
    def level_label(self) -> str:
        """German word for its level."""
        return self.analysis.label_of(self.level)

    @property
    def is_root(self) -> bool:
        """Whether it is the coarsest area."""
        return self.area_id == self.analysis.root_id

    @property
    def is_finest(self) -> bool:
        """Whether it is of the finest level."""
        return self.level == self.analysis.levels[-1].level

    @property
    def root(self) -> AreaView:
        """The coarsest area, mostly the city."""
        return AreaView(self.analysis, self.analysis.root_id)

    @property
    def parent(self) -> AreaView | None:
        """The area that contains it, unless that is the coarsest one or there is none."""
        parent_id = str(self.analysis.entries[self.area_id]["parent_id"])
        return None if parent_id in {"", self.analysis.root_id} else AreaView(self.analysis, parent_id)

    @property
    def children(self) -> tuple[AreaView, ...]:
        """The areas directly inside it."""
        return tuple(AreaView(self.analysis, key) for key in self.analysis.parts.get(self.area_id, ()))

    @property
    def neighbours_in_view(self) -> tuple[AreaView, ...]:
        """The areas shown side by side: its own parts, or for the finest level those of its parent."""
        if self.children or self.is_root:
            return self.children
        parent_id = str(self.analysis.entries[self.area_id]["parent_id"])
        return AreaView(self.analysis, parent_id).children

    @property
    def peer_level(self) -> str:
        """The level whose areas form the background of its figures: its own, or for the city the finest."""
        return self.analysis.levels[-1].level if self.is_root else self.level

    def indicator_ids(self, domain: str) -> list[str]:
        """Return the indicators of a domain, in the order of the catalogue."""
        indicators = self.analysis.indicators
        return [str(key) for key in indicators.index[indicators["domain"] == domain]]

    def rows(self, indicator_ids: list[str]) -> pd.DataFrame:
        """Return one row per indicator with all that is shown of it in its year of comparison.

        Returns
        -------
        DataFrame, indexed by ``indicator_id``
            Columns of ``current``, with ``label, unit, kind, domain, direction`` of the catalogue and
            ``decimals``, the number of decimals in which its values are written.
        """
        analysis, key = self.analysis, self.area_id
        frame = analysis.keep(("rows", key), lambda: analysis.described([key]))
        places = frame.index.get_indexer(pd.Index(indicator_ids, dtype=frame.index.dtype))
        return frame.take(places[places >= 0])

    def peers(self, indicator_ids: list[str]) -> pd.DataFrame:
        """Return the values of all areas of the peer level in the years of comparison."""
        return self.analysis.current.where(level=self.peer_level, indicator_id=indicator_ids).frame

    def series(self, indicator_id: str) -> pd.DataFrame:
        """Return the values of one indicator over all years, indexed by year."""
        table = self.analysis.values  # noqa: PD011 (a released table, not an array)
        own = self.analysis.keep(("values", self.area_id), lambda: table.where(area_id=self.area_id))
        return own.where(indicator_id=indicator_id).frame.set_index("year").sort_index()

    def level_medians(self, indicator_id: str) -> pd.Series[float]:
        """Return the median of all areas of its level for every year, indexed by year."""
        return self.analysis.keep(
            ("medians", self.level, indicator_id), lambda: self._level_medians(indicator_id)
        )

    def _level_medians(self, indicator_id: str) -> pd.Series[float]:
        frame = self.analysis.medians.where(level=self.level, indicator_id=indicator_id).frame
        return frame.set_index("year")["median"].sort_index()


def records(frame: pd.DataFrame) -> dict[str, Row]:
    """Return the rows of a frame by their key, in its order."""
    columns = list(map(str, frame.columns))
    rows = (dict(zip(columns, cells, strict=True)) for cells in frame.to_numpy(dtype=object).tolist())
    return dict(zip(map(str, frame.index), rows, strict=True))

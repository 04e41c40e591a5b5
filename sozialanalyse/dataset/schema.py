"""The form of a dataset in memory: what every later layer may rely on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd
from shapely.geometry.base import BaseGeometry

from sozialanalyse.dataset.planning_tables import PlanningTables

__all__ = ["Dataset", "Level", "Source"]


@dataclass(frozen=True, slots=True)
class Level:
    """One level of the area hierarchy, with the German word for an area of this level."""

    level: str
    label: str


@dataclass(frozen=True, slots=True)
class Source:
    """A source or licence named in ``datapackage.json``; `path` is a web address or ``""``."""

    title: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Dataset:
    """A validated dataset: every key resolves, every number is finite or missing, nothing is doubled.

    Attributes
    ----------
    name, title : str
        Short name for paths, and the German title.
    synthetic : bool
        Whether the figures are made up; then every page says so.
    levels : tuple of Level
        From coarse to fine.
    areas : DataFrame, indexed by ``area_id`` (str)
        Columns ``name, level, parent_id`` (``""`` at the root), ``valid_from, valid_to`` (year or day, ``""``
        where there is none), in the order of the file.
    indicators : DataFrame, indexed by ``indicator_id`` (str)
        Columns ``label, domain, kind, unit, factor, direction, definition, numerator_label,
        denominator_label, interval, window, source, source_url``; text is never missing but may be ``""``.
        `interval` is ``"none"`` where counts do not vary by chance; `window` is how many years one value
        pools (NaN: one).
    observations : DataFrame
        Columns ``area_id, indicator_id`` (categorical), ``year`` (int), ``sex, age_group`` (categorical,
        ``""`` for all), ``numerator, denominator, value`` (float, NaN where missing) and ``sign``
        (categorical: the sign of DIN 55301 that stood in place of the number, or ``""``).
    population : DataFrame or None
        Columns ``area_id, year, sex, age_group, count``. `sex` is ``"m"`` or ``"f"``; `age_group` is
        ``"0-4" … "85+"`` or any other ``"a-b"``/``"a+"``.
    geometry : mapping from area_id to polygon, or None
        Of every level; coarser ones are dissolved from the finest where the file does not hold them.
    schematic_geometry : bool
        Whether the polygons only sketch the neighbourhood of areas.
    adjacency : tuple of (str, str), or None
        Who is whose neighbour, where the dataset says it; else neighbours are who shares a border.
    licenses, sources : tuple of Source
        As declared.
    attribution : str
        Sentence that a licence asks for, or ``""``.
    planning : PlanningTables
        Dialogues, recommendations, measures, goals, institutions and developments, as far as there are any.
    remarks : tuple of str
        German sentences about what is odd but no fault (a delivered total that differs, a blank share).
    fingerprint : str
        SHA-256 over the bytes of all files read, hexadecimal.
    """

    name: str
    title: str
    synthetic: bool
    levels: tuple[Level, ...]
    areas: pd.DataFrame
    indicators: pd.DataFrame
    observations: pd.DataFrame
    population: pd.DataFrame | None = None
    geometry: Mapping[str, BaseGeometry] | None = None
    schematic_geometry: bool = False
    adjacency: tuple[tuple[str, str], ...] | None = None
    licenses: tuple[Source, ...] = ()
    sources: tuple[Source, ...] = ()
    attribution: str = ""
    planning: PlanningTables = field(default_factory=PlanningTables)
    remarks: tuple[str, ...] = ()
    fingerprint: str = ""

    @property
    def root_id(self) -> str:
        """Key of the coarsest area."""
        return str(self.areas.index[self.areas["parent_id"] == ""][0])

    @property
    def finest_level(self) -> str:
        """Key of the finest level."""
        return self.levels[-1].level

    @property
    def distinct_names(self) -> pd.Series[str]:
        """Names by area key; a name that several areas have with the level, if need be with the key too."""
        names = self.areas["name"]
        labels = self.areas["level"].map({level.level: level.label for level in self.levels})
        distinct = names.where(~names.duplicated(keep=False), names + " (" + labels + ")")
        keyed = names + " (" + labels + " " + self.areas.index + ")"
        return distinct.where(~distinct.duplicated(keep=False), keyed)

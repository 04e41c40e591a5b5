"""The only reader of a dataset folder: all files, all checks, one `Dataset` or one error with all faults."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from sozialanalyse.dataset.delimited import Dialect
from sozialanalyse.dataset.existence import existing
from sozialanalyse.dataset.forms import FORMS, OBSERVED_SEXES
from sozialanalyse.dataset.frames import TypedTable
from sozialanalyse.dataset.geometry import GEOMETRY_FILE, dissolved, missing_polygons, read_polygons
from sozialanalyse.dataset.groups import with_single_groups
from sozialanalyse.dataset.measure_files import TABLE as MEASURES
from sozialanalyse.dataset.measure_files import find_measure_files, read_measure_files
from sozialanalyse.dataset.numbers import SIGN_CODES, Cell
from sozialanalyse.dataset.package import PACKAGE_FILE, read_package
from sozialanalyse.dataset.planning_tables import PlanningTables, planning_tables
from sozialanalyse.dataset.schema import Dataset
from sozialanalyse.dataset.tabular import Place, Table, find_tables, read_table
from sozialanalyse.dataset.validate import remarks_on, validate_tables
from sozialanalyse.errors import DatasetError, Fault

__all__ = ["PlanningCheck", "read_dataset"]

_AREA_COLUMNS = ("name", "level", "parent_id", "valid_from", "valid_to")
_INDICATOR_COLUMNS = tuple(name for name in FORMS["indicators"].names if name != "indicator_id")


PlanningCheck = Callable[[PlanningTables], list[Fault]]
"""Finds what is wrong with planning tables by rules that do not belong to the dataset."""


def read_dataset(folder: Path, check_planning: PlanningCheck | None = None) -> Dataset:
    """Read and check a dataset.

    Parameters
    ----------
    folder : Path
        Folder with ``datapackage.json``; ``areas``, ``indicators`` and ``observations`` as ``.csv``,
        ``.xlsx`` or ``.parquet``; and what else the form of a dataset knows, among it measures as one YAML
        file each in a folder ``measures``.
    check_planning : callable, optional
        From the planning tables to further faults; called if there is any such table.

    Returns
    -------
    Dataset
        Faultless.

    Raises
    ------
    DatasetError
        With every fault of every file: place, rule and remedy, never a value.
    """
    if not folder.is_dir():
        message, remedy = "Den Ordner gibt es nicht.", "Den Pfad prüfen."
        raise DatasetError((Fault(folder.name, (), "", "folder_missing", message, remedy),))
    package, faults = read_package(folder)
    places, twice = find_tables(folder)
    tables, broken = _read_tables(places, package.dialects)
    measure_paths = find_measure_files(folder)
    measures, unread = read_measure_files(measure_paths)
    if measures.files:
        tables[MEASURES] = measures.joined(tables.get(MEASURES))
    levels = package.levels
    typed, invalid = validate_tables(tables, levels)
    finest = levels[-1].level if levels else ""
    polygons, misshapen = _read_geometry(folder, typed.get("areas"), finest)
    faults = [*faults, *twice, *broken, *unread, *invalid, *misshapen]
    planning = planning_tables(typed)
    if check_planning is not None and any(planning.present()):
        faults += check_planning(planning)
    if faults:
        raise DatasetError(_in_order(measures.placed(faults)))
    areas = _text_frame(typed["areas"].frame, "area_id", _AREA_COLUMNS)
    indicators = _indicators(typed["indicators"].frame)
    observations, indicators, grouped = with_single_groups(
        _observations(typed["observations"].frame, areas.index, indicators), indicators
    )
    file = typed["observations"].file
    remarks = [*remarks_on(tables, typed), *grouped, *_untimely(file, observations, areas)]
    remarks += [
        f"{name} fehlt, obwohl datapackage.json die Datei nennt; die Seiten kommen ohne sie aus."
        for name in package.absent
        if name != GEOMETRY_FILE and not (measures.files and Path(name).stem == MEASURES)
    ]
    adjacency = _adjacency(typed.get("adjacency"))
    if polygons is None:
        lost = "Karten und räumliche Auswertungen" if adjacency is None else "Karten"
        remarks.append(f"{GEOMETRY_FILE} fehlt: {lost} sind nicht möglich.")
    return Dataset(
        name=package.name,
        title=package.title,
        synthetic=package.synthetic,
        levels=levels,
        areas=areas,
        indicators=indicators,
        observations=observations,
        population=_population(typed.get("population")),
        geometry=None if polygons is None else dissolved(areas, [level.level for level in levels], polygons),
        schematic_geometry=package.schematic_geometry,
        adjacency=adjacency,
        licenses=package.licenses,
        sources=package.sources,
        attribution=package.attribution,
        planning=planning,
        remarks=tuple(remarks),
        fingerprint=_fingerprint(folder, [*(place.path for place in places.values()), *measure_paths]),
    )


def _read_tables(
    places: Mapping[str, Place], dialects: Mapping[str, Dialect]
) -> tuple[dict[str, Table], list[Fault]]:
    """Read every table that is there, and name the ones that must be."""
    tables: dict[str, Table] = {}
    faults: list[Fault] = []
    for name, place in places.items():
        table, broken = read_table(name, place, dialects.get(place.path.name, Dialect()))
        faults += broken
        if table is not None:
            tables[name] = table
    for name in FORMS:
        if name not in places and not FORMS[name].optional:
            message = f"Die Tabelle »{name}« fehlt."
            remedy = f"{name}.csv, {name}.xlsx oder {name}.parquet in den Ordner legen."
            faults.append(Fault(f"{name}.csv", (), "", "file_missing", message, remedy))
    return tables, faults


def _read_geometry(
    folder: Path, areas: TypedTable | None, finest: str
) -> tuple[dict[str, BaseGeometry] | None, list[Fault]]:
    """Read the polygons and compare them with the areas."""
    path = folder / GEOMETRY_FILE
    if not path.is_file():
        return None, []
    if areas is None or "area_id" not in areas.frame:
        return read_polygons(path, None)
    polygons, faults = read_polygons(path, areas.frame["area_id"].cat.categories)
    if "level" in areas.frame and polygons:
        faults += missing_polygons(areas.file, areas.frame, areas.lines, finest, polygons)
    return polygons, faults


def _in_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Return the faults by file, the head of the dataset first, then by line."""
    order = [PACKAGE_FILE, *FORMS, GEOMETRY_FILE]

    def place(fault: Fault) -> tuple[int, str, int]:
        stem = fault.file.split(".")[0].split("/")[0] if fault.file not in order else fault.file
        return (order.index(stem) if stem in order else len(order), fault.file, min(fault.lines, default=0))

    return tuple(sorted(faults, key=place))


def _text_frame(frame: pd.DataFrame, key: str, columns: Sequence[str]) -> pd.DataFrame:
    """Return text columns, blank where the file does not have them, indexed by their key."""
    texts = {name: frame[name].astype(str).to_numpy() if name in frame else "" for name in columns}
    index = pd.Index(frame[key].astype(str).to_numpy(), name=key, dtype=str)
    return pd.DataFrame(texts, index=index, columns=list(columns)).astype(str)


def _indicators(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the indicators in the form of the schema."""
    indicators = _text_frame(frame, "indicator_id", _INDICATOR_COLUMNS)
    window = frame["window"].to_numpy() if "window" in frame else np.nan
    factor = np.where(frame["factor.cell"] == Cell.NUMBER, frame["factor"], 1.0)
    return indicators.assign(factor=factor, window=window)


def _observations(frame: pd.DataFrame, areas: pd.Index, indicators: pd.DataFrame) -> pd.DataFrame:
    """Return the observations in the form of the schema."""
    indicator = frame["indicator_id"].cat.set_categories(indicators.index)
    computed = indicators["kind"].isin(["proportion", "rate"]).to_numpy()[indicator.cat.codes]
    everyone = pd.Categorical.from_codes(np.zeros(len(frame), dtype=np.int8), categories=pd.Index([""]))
    return pd.DataFrame(
        {
            "area_id": frame["area_id"].cat.set_categories(areas),
            "indicator_id": indicator,
            "year": frame["year"],
            "sex": frame["sex"].cat.set_categories(["", *OBSERVED_SEXES]) if "sex" in frame else everyone,
            "age_group": _blank_first(frame["age_group"]) if "age_group" in frame else everyone,
            "numerator": frame["numerator"],
            "denominator": frame["denominator"],
            "value": frame["value"],
            "sign": pd.Categorical.from_codes(_row_signs(frame, computed), categories=pd.Index(SIGN_CODES)),
        }
    )


def _untimely(file: str, observations: pd.DataFrame, areas: pd.DataFrame) -> list[str]:
    """Say how many observations are about areas that there were not in that year."""
    years, year_of = np.unique(observations["year"], return_inverse=True)
    there = existing(areas, years)[observations["area_id"].cat.codes.to_numpy(), year_of]
    count = int((~there).sum())
    if not count:
        return []
    return [
        f"{file}, {count} Zeile{'' if count == 1 else 'n'}: Das Gebiet gab es zum Ende des Jahres nach "
        "valid_from und valid_to nicht; in Summen zählen diese Zahlen nicht mit."
    ]


def _blank_first(words: pd.Series) -> pd.Series:
    """Return a categorical with ``""`` (all together) as its first category."""
    return words.cat.set_categories(["", *(word for word in words.cat.categories if word)])


def _row_signs(frame: pd.DataFrame, computed: NDArray[np.bool_]) -> NDArray[np.int8]:
    """Return per row the code of the sign that stands in place of its number.

    For proportions and rates a sign in the numerator, the denominator or the value explains the result, one
    for a missing number rather than »-«, which is a zero. For counts and scores only that of the value does.
    """
    nothing = SIGN_CODES.index("-")
    signs = frame[["numerator.sign", "denominator.sign", "value.sign"]].to_numpy()
    missing = np.where(signs == nothing, 0, signs)
    first = np.take_along_axis(missing, (missing > 0).argmax(axis=1)[:, np.newaxis], axis=1)[:, 0]
    explained = np.where(first > 0, first, np.where((signs == nothing).any(axis=1), nothing, 0))
    result: NDArray[np.int8] = np.where(computed, explained, signs[:, 2])
    return result


def _population(table: TypedTable | None) -> pd.DataFrame | None:
    """Return the population in the form of the schema, None if there is none."""
    if table is None or table.frame.empty:
        return None
    population = table.frame[["area_id", "year", "sex", "age_group", "count"]]
    return population.astype({"area_id": str, "sex": str, "age_group": str})


def _adjacency(table: TypedTable | None) -> tuple[tuple[str, str], ...] | None:
    """Return the pairs of neighbours, None if the dataset states none."""
    if table is None or table.frame.empty:
        return None
    area, neighbour = (table.frame[column].astype(str) for column in ("area_id", "neighbour_id"))
    return tuple(zip(area, neighbour, strict=True))


def _fingerprint(folder: Path, paths: Iterable[Path]) -> str:
    """Return the SHA-256 over the names and bytes of all files that were read."""
    names = {PACKAGE_FILE, GEOMETRY_FILE, *(path.relative_to(folder).as_posix() for path in paths)}
    total = hashlib.sha256()
    for name in sorted(names):
        path = folder / name
        if path.is_file():
            total.update(hashlib.sha256(name.encode()).digest())
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()

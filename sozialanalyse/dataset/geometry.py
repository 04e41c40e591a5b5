"""Polygons of the areas: read from GeoJSON, checked, and dissolved for coarser levels."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from sozialanalyse.dataset.grid import unreadable
from sozialanalyse.errors import MAX_LINES_SHOWN, Fault

__all__ = ["GEOMETRY_FILE", "dissolved", "missing_polygons", "read_polygons"]

GEOMETRY_FILE: Final = "areas.geojson"
LARGEST_CHANGE: Final = 0.001
"""Part of its area by which mending may change a polygon; beyond it, what is meant is not clear."""
_POLYGONS: Final = (int(shapely.GeometryType.POLYGON), int(shapely.GeometryType.MULTIPOLYGON))


def _fault(rule: str, message: str, remedy: str, objects: Sequence[int] | NDArray[np.int64] = ()) -> Fault:
    """Return a fault of the file, or of its objects counted from 1."""
    if len(objects):
        shown = ", ".join(str(i + 1) for i in objects[:MAX_LINES_SHOWN])
        more = f" und {len(objects) - MAX_LINES_SHOWN} weitere" if len(objects) > MAX_LINES_SHOWN else ""
        message = f"{message} Betroffen: Objekt (feature) Nr. {shown}{more}."
    return Fault(GEOMETRY_FILE, (), "", rule, message, remedy)


def _not_geojson() -> Fault:
    message = "Die Datei ist keine FeatureCollection in GeoJSON."
    return _fault("geojson_invalid", message, "Die Polygone neu als GeoJSON (EPSG:4326) exportieren.")


def read_polygons(path: Path, known: Iterable[str] | None) -> tuple[dict[str, BaseGeometry], list[Fault]]:
    """Read the polygons of a dataset.

    Parameters
    ----------
    path : Path
        A GeoJSON file in longitude and latitude (WGS 84) whose features have a property ``area_id``.
    known : iterable of str or None
        Keys of the areas; None if they could not be read.

    Returns
    -------
    dict from area_id to polygon or multipolygon
        Those that can be used, without heights.
    list of Fault
        What is wrong with the file and its features.
    """
    try:
        content = json.loads(path.read_bytes().decode("utf-8-sig"))
    except ValueError:
        return {}, [_not_geojson()]
    except OSError:
        return {}, [unreadable(GEOMETRY_FILE, "GeoJSON", "Die Datei in anderen Programmen schließen.")]
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
        return {}, [_not_geojson()]
    if not features:
        remedy = "Die Polygone neu exportieren oder die Datei löschen."
        return {}, [_fault("geojson_empty", "Die Datei enthält keine Polygone.", remedy)]
    keys = [_key(feature) for feature in features]
    shapes = shapely.force_2d(
        shapely.from_geojson(
            [json.dumps(feature.get("geometry")) for feature in features], on_invalid="ignore"
        )
    )
    faults = _key_faults(keys, known)
    shapes = _mended(shapes)
    usable, broken = _shape_faults(shapes)
    chosen = [i for i in np.flatnonzero(usable) if isinstance(keys[i], str)]
    return {str(keys[i]): shapes[i] for i in chosen}, faults + broken


def _key(feature: Mapping[str, Any]) -> object:
    """Return the area of a feature; None if it names none."""
    properties = feature.get("properties")
    key = properties.get("area_id") if isinstance(properties, dict) else None
    return key if key != "" else None


def _key_faults(keys: Sequence[object], known: Iterable[str] | None) -> list[Fault]:
    """Return what is wrong with the keys of the features."""
    counts = Counter(key for key in keys if isinstance(key, str))
    areas = set(counts) if known is None else set(known)
    checks = (
        (
            "polygon_without_area",
            [key is None for key in keys],
            "Polygone haben keine Eigenschaft »area_id«.",
            "Die Eigenschaft »area_id« mit dem Schlüssel des Gebiets ergänzen.",
        ),
        (
            "key_not_text",
            [key is not None and not isinstance(key, str) for key in keys],
            "»area_id« ist eine Zahl; dabei gehen führende Nullen verloren.",
            "Die Schlüssel als Text (in Anführungszeichen) speichern.",
        ),
        (
            "polygon_duplicate",
            [isinstance(key, str) and counts[key] > 1 for key in keys],
            "Mehrere Polygone gehören zum selben Gebiet.",
            "Die Teile zu einem MultiPolygon vereinen.",
        ),
        (
            "area_unknown",
            [isinstance(key, str) and key not in areas for key in keys],
            "»area_id« kommt in der Tabelle »areas« nicht vor.",
            "Den Schlüssel berichtigen oder das Polygon löschen.",
        ),
    )
    return [
        _fault(rule, message, remedy, np.flatnonzero(broken))
        for rule, broken, message, remedy in checks
        if any(broken)
    ]


def _mended(shapes: NDArray[Any]) -> NDArray[Any]:
    """Mend borders that touch or cross themselves where the enclosed area is clear all the same.

    Such loops and touching points come with most exports. The area that the border encloses as it is drawn
    tells whether mending changes anything: in a bow tie, one wing counts against the other.
    """
    mended = shapes.copy()
    polygonal = np.isin(shapely.get_type_id(shapes), _POLYGONS)
    # The first way removes spikes, the second keeps a hole that the border draws in one line with itself.
    for way in ({"method": "structure", "keep_collapsed": False}, {"method": "linework"}):
        invalid = np.flatnonzero(polygonal & ~shapely.is_valid(mended))
        valid = shapely.make_valid(mended[invalid], **way)
        drawn = shapely.area(mended[invalid])
        clear = np.isin(shapely.get_type_id(valid), _POLYGONS)
        clear &= np.abs(shapely.area(valid) - drawn) <= LARGEST_CHANGE * drawn
        mended[invalid[clear]] = valid[clear]
    return mended


def _shape_faults(shapes: NDArray[Any]) -> tuple[NDArray[np.bool_], list[Fault]]:
    """Tell which shapes can be used, and return what is wrong with the others."""
    absent = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    other = ~absent & ~np.isin(shapely.get_type_id(shapes), _POLYGONS)
    west, south, east, north = shapely.bounds(shapes).T
    with np.errstate(invalid="ignore"):
        outside = ~absent & ((west < -180) | (east > 180) | (south < -90) | (north > 90))
    crossing = ~absent & ~other & ~shapely.is_valid(shapes)
    checks = (
        (
            "polygon_empty",
            absent,
            "Objekte haben kein lesbares Polygon.",
            "Das Polygon ergänzen oder das Objekt löschen.",
        ),
        (
            "polygon_type",
            other,
            "Objekte sind weder Polygon noch MultiPolygon.",
            "Nur Flächen exportieren, keine Punkte oder Linien.",
        ),
        (
            "polygon_coordinates",
            outside,
            "Koordinaten liegen außerhalb von Länge ±180 und Breite ±90 Grad.",
            "Die Polygone in WGS 84 (EPSG:4326) umrechnen und neu exportieren.",
        ),
        (
            "polygon_crossing",
            crossing,
            "Ränder überschneiden sich selbst, die Fläche ist nicht eindeutig.",
            "Die Geometrie im GIS bereinigen (»Geometrien reparieren«).",
        ),
    )
    faults = [
        _fault(rule, message, remedy, np.flatnonzero(broken))
        for rule, broken, message, remedy in checks
        if broken.any()
    ]
    return ~(absent | other | outside | crossing), faults


def missing_polygons(
    file: str,
    areas: pd.DataFrame,
    lines: NDArray[np.int64],
    finest: str,
    polygons: Mapping[str, BaseGeometry],
) -> list[Fault]:
    """Check that every area of the finest level has a polygon.

    Parameters
    ----------
    file : str
        Name of the file of the areas.
    areas : DataFrame, shape (n, …)
        With ``area_id`` and ``level``.
    lines : array of int, shape (n,)
        Line of each area.
    finest : str
        Key of the finest level.
    polygons : mapping from area_id to polygon
        Those that were read.

    Returns
    -------
    list of Fault
        One or none.
    """
    without = (areas["level"] == finest) & ~areas["area_id"].astype(str).isin(list(polygons))
    if not without.any():
        return []
    message = f"Zu Gebieten der feinsten Ebene fehlt in {GEOMETRY_FILE} ein (lesbares) Polygon."
    remedy = "Das Polygon ergänzen, oder die Datei ganz weglassen, wenn es keine Polygone gibt."
    affected = tuple(lines[without.to_numpy(dtype=bool)].tolist())
    return [Fault(file, affected, "area_id", "polygon_missing", message, remedy)]


def dissolved(
    areas: pd.DataFrame, levels: Sequence[str], polygons: Mapping[str, BaseGeometry]
) -> dict[str, BaseGeometry]:
    """Add the polygons of coarser levels that are not there, as the union of the areas below.

    Parameters
    ----------
    areas : DataFrame, indexed by area_id
        With ``level`` and ``parent_id``.
    levels : sequence of str
        From coarse to fine.
    polygons : mapping from area_id to polygon
        At least of the finest level.

    Returns
    -------
    dict from area_id to polygon
        In the order of the areas. Areas without any part are left out.

    Examples
    --------
    >>> areas = pd.DataFrame(
    ...     {"level": ["city", "part", "part"], "parent_id": ["", "c", "c"]}, index=["c", "a", "b"]
    ... )
    >>> parts = {"a": shapely.box(0, 0, 1, 1), "b": shapely.box(1, 0, 2, 1)}
    >>> dissolved(areas, ["city", "part"], parts)["c"].area
    2.0
    """
    found = dict(polygons)
    for level in reversed(levels):
        of_level = areas.index[areas["level"] == level]
        parts = pd.Series({key: found[key] for key in of_level if key in found}, dtype=object)
        parents = areas.loc[parts.index, "parent_id"]
        for parent, geometries in parts.groupby(parents.to_numpy()):
            if parent not in found and parent != "":
                found[str(parent)] = shapely.union_all(geometries.to_numpy())
    return {key: found[key] for key in areas.index if key in found}

"""Maps: where an area lies, and how the classes of the Sozialindex are spread over the city."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from matplotlib.axes import Axes
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from sozialanalyse.report.theme import (
    BACKGROUND,
    CLASS_COLOURS,
    INK,
    MUTED,
    empty_axes,
    new_figure,
    styled,
    to_svg,
)

__all__ = ["MapLayer", "draw_map", "simplify_for_maps"]

LEGEND_WIDTH: Final = 2.3
MAP_HEIGHT: Final = 4.6
DETAIL: Final = 400
"""Finest detail that is drawn: one part in that many of the map's extent."""
NO_CLASS_HATCH: Final = "////"


@dataclass(frozen=True, slots=True)
class MapLayer:
    """What a map shows.

    Attributes
    ----------
    areas : mapping of area_id to polygon
        Areas to fill.
    classes : mapping of area_id to int
        Class of each filled area, counted from 0; -1 or absent: no class.
    class_labels : tuple of str
        For the legend; empty for a map without classes.
    borders : mapping of area_id to polygon
        Areas whose borders are drawn stronger, with their labels.
    labels : mapping of area_id to str
        Names written into areas of `areas` or `borders`.
    marked : tuple of polygon
        Areas with a thick outline.
    marked_label : str
        Their name, for the legend.
    legend_title : str
        What the classes are.
    """

    areas: Mapping[str, BaseGeometry]
    classes: Mapping[str, int]
    class_labels: tuple[str, ...]
    borders: Mapping[str, BaseGeometry]
    labels: Mapping[str, str]
    marked: tuple[BaseGeometry, ...]
    marked_label: str
    legend_title: str = ""


def simplify_for_maps(
    geometry: Mapping[str, BaseGeometry] | None, areas: pd.DataFrame, finest_level: str
) -> dict[str, BaseGeometry] | None:
    """Leave out of polygons what no map of ours would show, so that neighbours still share their borders.

    Parameters
    ----------
    geometry : mapping of area_id to polygon, or None
        Polygons in longitude and latitude; without any there is no map.
    areas : DataFrame, indexed by ``area_id``
        Columns ``level, parent_id``.
    finest_level : str
        Its polygons are simplified together; coarser areas with all parts are put together from these.

    Returns
    -------
    dict of area_id to polygon, or None
    """
    if not geometry:
        return None
    keys = [str(key) for key in areas.index[areas["level"] == finest_level] if key in geometry]
    bounds = np.array([geometry[key].bounds for key in keys])
    extent = float((bounds[:, 2:].max(axis=0) - bounds[:, :2].min(axis=0)).max())
    simple = shapely.coverage_simplify([geometry[key] for key in keys], extent / DETAIL)
    result: dict[str, BaseGeometry] = dict(zip(keys, simple, strict=True))
    for level in reversed(list(dict.fromkeys(areas["level"]))):
        for key in areas.index[(areas["level"] == level) & ~areas.index.isin(keys)]:
            parts = areas.index[areas["parent_id"] == key]
            if len(parts) and all(part in result for part in parts):
                result[str(key)] = shapely.coverage_union_all([result[str(part)] for part in parts])
            elif key in geometry:
                result[str(key)] = geometry[str(key)].simplify(extent / DETAIL)
    return result


@styled
def draw_map(layer: MapLayer) -> bytes:
    """Draw areas by class with borders, labels and a marked area; return SVG.

    Notes
    -----
    Coordinates are longitude and latitude; the map is stretched by the cosine of its middle latitude, which
    at the size of a city is true to shape.
    """
    everything = list(layer.areas.values()) + list(layer.borders.values())
    bounds = np.array([shape.bounds for shape in everything])
    west, south = bounds[:, :2].min(axis=0)
    east, north = bounds[:, 2:].max(axis=0)
    stretch = 1 / math.cos(math.radians((south + north) / 2))
    ratio = (east - west) / ((north - south) * stretch)
    map_width = min(5.0, MAP_HEIGHT * ratio)
    width = map_width + LEGEND_WIDTH
    height = min(MAP_HEIGHT, map_width / ratio)
    figure = new_figure(height, width)
    axes = empty_axes(figure, (0.0, 0.0, map_width / width, 1.0))
    margin = 0.015 * max(east - west, north - south)
    axes.set_xlim(west - margin, east + margin)
    axes.set_ylim(south - margin, north + margin)
    axes.set_aspect(stretch, anchor="W")
    for area_id, shape in layer.areas.items():
        code = layer.classes.get(area_id, -1)
        if not layer.class_labels:
            style = {"facecolor": BACKGROUND}
        elif code < 0:
            style = {"facecolor": "white", "hatch": NO_CLASS_HATCH}
        else:
            style = {"facecolor": CLASS_COLOURS[_colour(code, len(layer.class_labels))]}
        _outline(axes, shape, edgecolor="#7d8a90", linewidth=0.3, **style)
    for shape in layer.borders.values():
        _outline(axes, shape, facecolor="none", edgecolor=INK, linewidth=1.2)
    for shape in layer.marked:
        _outline(axes, shape, facecolor="none", edgecolor="white", linewidth=5.0)
        _outline(axes, shape, facecolor="none", edgecolor="black", linewidth=2.8)
    for area_id, text in layer.labels.items():
        shape = layer.areas.get(area_id) or layer.borders[area_id]
        # The middle of the largest circle inside keeps the name away from the borders.
        circle = shapely.maximum_inscribed_circle(np.array([shape]), shape.length / 1000)
        point = circle[0].centroid
        axes.text(
            point.x,
            point.y,
            text,
            fontsize=6.6,
            ha="center",
            va="center",
            bbox={"facecolor": "white", "alpha": 0.82, "edgecolor": "none", "pad": 1.2},
        )
    _legend(figure_axes=empty_axes(figure, (map_width / width, 0.0, LEGEND_WIDTH / width, 1.0)), layer=layer)
    return to_svg(figure)


def _colour(code: int, classes: int) -> int:
    return round(code * (len(CLASS_COLOURS) - 1) / max(classes - 1, 1))


def _outline(axes: Axes, shape: BaseGeometry, **style: Any) -> None:
    polygons = shape.geoms if isinstance(shape, MultiPolygon) else [shape]
    parts = [
        Path(np.asarray(ring.coords)[:, :2], closed=True)
        for polygon in polygons
        if isinstance(polygon, Polygon)
        for ring in (polygon.exterior, *polygon.interiors)
    ]
    axes.add_patch(PathPatch(Path.make_compound_path(*parts), joinstyle="round", **style))


def _legend(figure_axes: Axes, layer: MapLayer) -> None:
    handles = [
        Patch(
            facecolor=CLASS_COLOURS[_colour(code, len(layer.class_labels))],
            edgecolor=MUTED,
            linewidth=0.5,
            label=label,
        )
        for code, label in enumerate(layer.class_labels)
    ]
    if layer.class_labels and any(layer.classes.get(area_id, -1) < 0 for area_id in layer.areas):
        handles.append(
            Patch(
                facecolor="white",
                hatch=NO_CLASS_HATCH,
                edgecolor=MUTED,
                linewidth=0.5,
                label="ohne Einstufung",
            )
        )
    if layer.marked:
        handles.append(Patch(facecolor="white", edgecolor="black", linewidth=2.4, label=layer.marked_label))
    if handles:
        figure_axes.legend(
            handles=handles,
            title=layer.legend_title or None,
            title_fontsize=8.4,
            alignment="left",
            loc="center left",
            frameon=False,
            fontsize=8.4,
            labelspacing=0.7,
            labelcolor=INK,
        )

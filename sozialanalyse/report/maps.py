"""Maps: where an area lies, and how the classes of the Sozialindex are spread over the city."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from sozialanalyse.report.canvas import POINTS, Canvas
from sozialanalyse.report.lettering import text_width
from sozialanalyse.report.plot import Frame, Key, legend
from sozialanalyse.report.theme import BACKGROUND, CLASS_COLOURS, INK, MUTED

__all__ = ["MapLayer", "draw_map", "simplify_for_maps"]

LEGEND_WIDTH: Final = 2.3
"""Least width in inches beside the map; a long name gets more."""
WORDS_WIDTH: Final = 3.4
"""Most width in inches of the words beside the map; what is longer is cut."""
LEGEND_SIZE: Final = 8.4
MAP_HEIGHT: Final = 4.6
DETAIL: Final = 400
"""Finest detail that is drawn: one part in that many of the map's extent."""
THIN_BORDER: Final = "#7d8a90"
LABEL_SIZE: Final = 6.6
LABEL_HALF: Final = 0.065
"""Half the height in inches of the box behind a name."""
LABEL_TRIES: Final = 24
"""Places from west to east, and as many from south to north, that are tried for a name."""
SMALL: Final = 0.4
"""Largest extent in inches of a marked area that is shown once more, enlarged."""
TINY: Final = 0.22
"""Largest extent in inches of a marked area that gets a ring around it."""
INSET_SIDE: Final = 1.5
INSET_SPAN: Final = 2.5
"""Extent of the enlarged part, in extents of the marked area."""


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
                # Neighbours may overlap by a hair; a union made for exact borders would then cross itself.
                result[str(key)] = shapely.union_all([result[str(part)] for part in parts])
            elif key in geometry:
                result[str(key)] = geometry[str(key)].simplify(extent / DETAIL)
    return result


def draw_map(layer: MapLayer) -> bytes:
    """Draw areas by class with borders, labels and a marked area; return SVG.

    Notes
    -----
    Coordinates are longitude and latitude; the map is stretched by the cosine of its middle latitude, which
    at the size of a city is true to shape. A small marked area is shown once more, enlarged, beside the map,
    and a ring says where a tiny one lies.
    """
    shapes = [*layer.areas.values(), *layer.borders.values()]
    west, south, east, north = _bounds(shapes)
    stretch = 1 / math.cos(math.radians((south + north) / 2))
    ratio = (east - west) / ((north - south) * stretch)
    map_width = min(5.0, MAP_HEIGHT * ratio)
    height = min(MAP_HEIGHT, map_width / ratio)
    keys = _keys(layer)
    words = [*(key.label for key in keys), *layer.legend_title.splitlines()]
    letters = max((text_width(word, LEGEND_SIZE) for word in words), default=0.0) / POINTS
    beside = max(LEGEND_WIDTH, min(letters, WORDS_WIDTH) + 3.0 * LEGEND_SIZE / POINTS + 0.2)
    canvas = Canvas(height, map_width + beside)
    margin = 0.015 * max(map_width, height)
    scale = min((map_width - 2 * margin) / (east - west), (height - 2 * margin) / ((north - south) * stretch))
    frame = Frame(
        canvas,
        *(margin, margin, scale * (east - west), scale * (north - south) * stretch),
        (west, east),
        (south, north),
    )
    sheet = _Sheet(frame, layer)
    sheet.draw_areas()
    sheet.draw_labels()
    extent = sheet.marked_extent()
    sheet.draw_marked(extent)
    tall = 0.2 + LEGEND_SIZE / POINTS * (1.7 * len(keys) + 1.3 * len(layer.legend_title.splitlines()))
    side = min(INSET_SIDE, height - tall - 0.4)
    enlarged = 0 < extent < SMALL and side > 1.4 * INSET_SPAN * extent
    top = 0.1 if enlarged else max(0.0, (height - tall) / 2)
    left = map_width + 0.15
    if layer.legend_title:
        canvas.text(left, top, layer.legend_title, LEGEND_SIZE, anchor="top")
        top += LEGEND_SIZE / POINTS * 1.3 * len(layer.legend_title.splitlines()) + 0.05
    legend(canvas, keys, left, top, 1, LEGEND_SIZE, row_gap=0.7)
    if enlarged:
        _draw_enlarged(canvas, layer, frame, (left, height - side - margin, side))
    return canvas.svg()


def _bounds(shapes: Iterable[BaseGeometry]) -> tuple[float, float, float, float]:
    """Return west, south, east and north of all shapes."""
    bounds = np.array([shape.bounds for shape in shapes])
    west, south = bounds[:, :2].min(axis=0).tolist()
    east, north = bounds[:, 2:].max(axis=0).tolist()
    return west, south, east, north


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A map on a frame, cut off where `clip` says."""

    frame: Frame
    layer: MapLayer
    clip: str = ""

    def draw_areas(self) -> None:
        """Draw the filled areas and the stronger borders."""
        layer = self.layer
        for area_id, shape in layer.areas.items():
            code = layer.classes.get(area_id, -1)
            if not layer.class_labels:
                fill = BACKGROUND
            elif code < 0:
                fill = self.frame.canvas.hatched(THIN_BORDER)
            else:
                colour, hatch = _look(code, len(layer.class_labels))
                fill = self.frame.canvas.hatched(hatch, ground=colour) if hatch else colour
            self._outline(shape, fill, THIN_BORDER, 0.3)
        for shape in layer.borders.values():
            self._outline(shape, "none", INK, 1.0)

    def draw_labels(self) -> None:
        """Write names where they hide neither borders nor the marked area nor each other."""
        marked = shapely.union_all(list(self.layer.marked))
        taken: BaseGeometry = Polygon()
        frame = self.frame
        for area_id, text in self.layer.labels.items():
            shape = self.layer.areas.get(area_id) or self.layer.borders[area_id]
            half = text_width(text, LABEL_SIZE) / POINTS / 2 + 0.017
            # One inch of the map in degrees, so that a box around a name can be laid on the shape.
            wide = 2 * half * (frame.x_range[1] - frame.x_range[0]) / frame.width
            tall = 2 * LABEL_HALF * (frame.y_range[1] - frame.y_range[0]) / frame.height
            box = _best_box(shape, shapely.union_all([marked, taken]), wide, tall)
            taken = shapely.union_all([taken, box])
            x, y = frame.x(box.centroid.x), frame.y(box.centroid.y)
            frame.canvas.rectangles(x - half, y - LABEL_HALF, x + half, y + LABEL_HALF, "white", opacity=0.82)
            frame.canvas.text(x, y, text, LABEL_SIZE, align="middle")

    def marked_extent(self) -> float:
        """Return the larger of width and height of the marked areas in inches, 0 if there are none."""
        if not self.layer.marked:
            return 0.0
        west, south, east, north = _bounds(self.layer.marked)
        frame = self.frame
        return max(frame.x(east) - frame.x(west), frame.y(south) - frame.y(north))

    def draw_marked(self, extent: float) -> None:
        """Outline the marked areas, no thicker than leaves them visible, and ring them if they are tiny."""
        width = min(max(4 * extent, 0.8), 1.7)
        for shape in self.layer.marked:
            self._outline(shape, "none", "white", width + 1.8)
            self._outline(shape, "none", "black", width)
        if 0 < extent < TINY:
            west, south, east, north = _bounds(self.layer.marked)
            middle = np.array([[self.frame.x((west + east) / 2), self.frame.y((south + north) / 2)]])
            for colour, line in (("white", 3.2), ("black", 1.4)):
                self.frame.canvas.circles(middle, 0.16 * POINTS, "none", colour, line)

    def _outline(self, shape: BaseGeometry, fill: str, edge: str, width: float) -> None:
        rings = [
            np.column_stack([self.frame.x(points[:, 0]), self.frame.y(points[:, 1])])
            for points in _rings(shape)
        ]
        self.frame.canvas.polygons(rings, fill, edge, width, holes=True, clip=self.clip)


def _best_box(shape: BaseGeometry, keep_free: BaseGeometry, wide: float, tall: float) -> BaseGeometry:
    """Return the place for a name: on nothing that is kept free, inside the shape, away from its border."""
    west, south, east, north = shape.bounds
    x, y = np.meshgrid(np.linspace(west, east, LABEL_TRIES), np.linspace(south, north, LABEL_TRIES))
    # The middle of the largest circle inside is at least in the shape, however narrow that is.
    circle = shapely.maximum_inscribed_circle(np.array([shape]), shape.length / 1000)[0].centroid
    x, y = np.append(x, circle.x), np.append(y, circle.y)
    boxes = shapely.box(x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2)
    free = shape.difference(keep_free)
    shapely.prepare(free)
    inside = boxes[shapely.contains(free, boxes)]
    if len(inside):
        found: BaseGeometry = inside[np.argmax(shapely.distance(inside, free.boundary))]
        return found
    covered = shapely.area(shapely.intersection(boxes, keep_free))
    outside = shapely.area(shapely.difference(boxes, shape))
    least: BaseGeometry = boxes[np.lexsort((outside, covered))[0]]
    return least


def _rings(shape: BaseGeometry) -> list[NDArray[np.float64]]:
    """Return the edges of a shape, outer and inner, each of shape (N, 2) without its repeated end."""
    polygons = shape.geoms if isinstance(shape, MultiPolygon) else [shape]
    return [
        shapely.get_coordinates(ring)[:-1]
        for polygon in polygons
        if isinstance(polygon, Polygon)
        for ring in (polygon.exterior, *polygon.interiors)
    ]


def _draw_enlarged(canvas: Canvas, layer: MapLayer, of: Frame, place: tuple[float, float, float]) -> None:
    """Draw the marked area with what is around it at (left, top, side)."""
    left, top, side = place
    west, south, east, north = _bounds(layer.marked)
    # What one inch of the map holds from west to east and from south to north.
    per_inch = (of.x_range[1] - of.x_range[0]) / of.width, (of.y_range[1] - of.y_range[0]) / of.height
    half = INSET_SPAN / 2 * max((east - west) / per_inch[0], (north - south) / per_inch[1])
    x, y = (west + east) / 2, (south + north) / 2
    window = (x - half * per_inch[0], y - half * per_inch[1], x + half * per_inch[0], y + half * per_inch[1])
    inside = shapely.box(*window)
    around = MapLayer(
        {key: shape for key, shape in layer.areas.items() if shape.intersects(inside)},
        layer.classes,
        layer.class_labels,
        {key: shape for key, shape in layer.borders.items() if shape.intersects(inside)},
        {},
        layer.marked,
        layer.marked_label,
    )
    frame = Frame(canvas, left, top, side, side, (window[0], window[2]), (window[1], window[3]))
    sheet = _Sheet(frame, around, canvas.clipped(left, top, left + side, top + side))
    sheet.draw_areas()
    sheet.draw_marked(math.inf)
    canvas.rectangles(left, top, left + side, top + side, "none", edge=MUTED, edge_width=0.8)
    canvas.text(left, top - 0.05, "Ausschnitt, vergrößert", 7.6, anchor="bottom", colour=MUTED)


def _look(code: int, classes: int) -> tuple[str, str]:
    """Return the colour of a class and of its hatch, ``""`` for none.

    Both ends of the scale are dark; the hatch of the favourable one tells them apart in black and white.
    """
    place = round(code * (len(CLASS_COLOURS) - 1) / max(classes - 1, 1))
    return CLASS_COLOURS[place], "white" if 2 * place > len(CLASS_COLOURS) - 1 else ""


def _keys(layer: MapLayer) -> list[Key]:
    looks = [_look(code, len(layer.class_labels)) for code in range(len(layer.class_labels))]
    keys = [
        Key(label, fill=colour, hatch=hatch, edge=MUTED, edge_width=0.5)
        for label, (colour, hatch) in zip(layer.class_labels, looks, strict=True)
    ]
    if layer.class_labels and any(layer.classes.get(area_id, -1) < 0 for area_id in layer.areas):
        keys.append(Key("ohne Einstufung", hatch=THIN_BORDER, edge=MUTED, edge_width=0.5))
    if layer.marked:
        keys.append(Key(layer.marked_label, fill="white", edge="black", edge_width=1.7))
    return keys

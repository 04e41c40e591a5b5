"""Schematic polygons of the quarters: Voronoi cells of hand-set points, cut by a hand-drawn outline.

The points lie roughly where the quarters lie, so that the neighbourhood is plausible; the borders are made up
and must not be read as a map. All cells share their corners, so that they fill the outline without gap or
overlap.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import MultiPoint, Polygon

from sozialanalyse.dataset.sample_areas import QUARTERS
from sozialanalyse.errors import MethodError

__all__ = ["area_hectares", "quarter_polygons"]

OUTLINE: Final = (
    *((6.816, 51.455), (6.842, 51.450), (6.866, 51.453), (6.888, 51.461), (6.902, 51.469), (6.906, 51.480)),
    *((6.903, 51.4895), (6.906, 51.498), (6.909, 51.506), (6.901, 51.512), (6.890, 51.523), (6.880, 51.532)),
    *((6.871, 51.540), (6.872, 51.552), (6.861, 51.562), (6.843, 51.570), (6.820, 51.566), (6.805, 51.557)),
    *((6.782, 51.552), (6.766, 51.540), (6.774, 51.525), (6.793, 51.515), (6.806, 51.506), (6.813, 51.496)),
    *((6.812, 51.482), (6.807, 51.468)),
)
"""Border of the city, drawn by hand: longitude and latitude (WGS84), anticlockwise from the south-west."""

POINTS: Final[dict[str, tuple[tuple[float, float], ...]]] = {
    "0101": ((6.856, 51.473), (6.864, 51.472)),
    "0102": ((6.850, 51.479),),
    "0103": ((6.862, 51.480),),
    "0104": ((6.854, 51.459), (6.866, 51.460)),
    "0201": ((6.873, 51.472),),
    "0202": ((6.877, 51.478), (6.884, 51.476)),
    "0203": ((6.883, 51.469), (6.889, 51.472)),
    "0204": ((6.882, 51.460), (6.897, 51.468)),
    "0205": ((6.863, 51.487), (6.875, 51.488), (6.889, 51.485), (6.900, 51.483)),
    "0301": ((6.820, 51.459), (6.836, 51.457)),
    "0302": ((6.827, 51.481), (6.840, 51.482)),
    "0303": ((6.824, 51.471), (6.841, 51.470)),
    "0401": ((6.886, 51.501), (6.900, 51.504), (6.908, 51.507)),
    "0402": ((6.896, 51.494),),
    "0403": ((6.868, 51.500), (6.870, 51.508)),
    "0404": ((6.887, 51.510),),
    "0405": ((6.887, 51.522), (6.882, 51.526)),
    "0406": ((6.876, 51.516),),
    "0501": ((6.847, 51.511), (6.853, 51.517)),
    "0502": ((6.815, 51.505), (6.835, 51.497)),
    "0503": ((6.838, 51.529), (6.850, 51.534)),
    "0504": ((6.828, 51.517),),
    "0505": ((6.862, 51.524),),
    "0601": ((6.780, 51.528), (6.786, 51.543)),
    "0602": ((6.809, 51.540), (6.818, 51.549)),
    "0603": ((6.855, 51.549), (6.865, 51.546)),
    "0604": ((6.825, 51.562), (6.845, 51.561)),
}
"""Points near the middle of each quarter, longitude and latitude; several for a quarter that is long."""

DIGITS: Final = 5
KM_PER_DEGREE: Final = 111.32
ORIGIN: Final = np.array([6.85, 51.51])
SCALE: Final = KM_PER_DEGREE * np.array([np.cos(np.radians(ORIGIN[1])), 1.0])


def quarter_polygons() -> dict[str, Polygon]:
    """Return the polygon of each quarter in WGS84, in the order of `QUARTERS`.

    Returns
    -------
    dict of area_id to Polygon
        Coordinates rounded to 5 digits (about 1 m); neighbours have the same corners.

    Raises
    ------
    MethodError
        If a quarter would fall into several parts.

    Examples
    --------
    >>> polygons = quarter_polygons()
    >>> len(polygons), all(polygon.is_valid for polygon in polygons.values())
    (27, True)
    """
    owners = [area_id for area_id, points in POINTS.items() for _ in points]
    points = [point for group in POINTS.values() for point in group]
    outline = Polygon(_to_plane(OUTLINE))
    cells = shapely.voronoi_polygons(MultiPoint(_to_plane(points)), extend_to=outline, ordered=True).geoms
    merged: dict[str, Polygon] = {}
    for quarter in QUARTERS:
        own = [cell for owner, cell in zip(owners, cells, strict=True) if owner == quarter.area_id]
        shape = shapely.intersection(shapely.union_all(own), outline)
        if not isinstance(shape, Polygon):
            raise MethodError(
                f"Das Quartier »{quarter.name}« zerfällt in mehrere Teile. "
                "Bitte seine Punkte im Generator näher zusammenrücken."
            )
        merged[quarter.area_id] = shape
    return {area_id: shapely.transform(polygon, _to_degrees) for area_id, polygon in merged.items()}


def area_hectares(polygons: dict[str, Polygon]) -> npt.NDArray[np.int64]:
    """Return the area of each polygon in whole hectares, in the order of the mapping."""
    flat = [shapely.transform(polygon, _to_plane) for polygon in polygons.values()]
    return np.asarray(np.rint(shapely.area(flat) * 100), dtype=np.int64)


def _to_plane(degrees: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Degrees to kilometres around the middle of the city; good enough within 10 km."""
    return np.asarray((np.asarray(degrees) - ORIGIN) * SCALE, dtype=np.float64)


def _to_degrees(plane: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(np.round(plane / SCALE + ORIGIN, DIGITS), dtype=np.float64)

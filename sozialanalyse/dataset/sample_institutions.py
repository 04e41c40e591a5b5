"""Sample institutions: kinds as in the Sozialnavigator, names that cannot be mistaken, points drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from shapely.geometry import Polygon

from sozialanalyse.dataset.sample_areas import QUARTERS

__all__ = ["draw_institutions"]


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of institution.

    Attributes
    ----------
    category, name : str
        Key of the category, and the word before the running number.
    people : int
        Inhabitants per institution of this kind.
    places : tuple of int
        Fewest and most places; (0, 0) for institutions without places.
    vulnerable : str
        Groups in it that heat endangers.
    """

    category: str
    name: str
    people: int
    places: tuple[int, int] = (0, 0)
    vulnerable: str = ""


KINDS: Final = (
    _Kind("traeger", "Träger sozialer Dienste", 15_000),
    _Kind("beratung", "Beratungsstelle", 12_000),
    _Kind("beratung", "Tagesaufenthalt", 100_000, vulnerable="homeless"),
    _Kind("quartiersbuero", "Quartiersbüro", 14_000),
    _Kind("kita", "Kindertageseinrichtung", 3_600, (40, 120), "children"),
    _Kind("schule", "Schule", 5_200, (180, 720), "children"),
    _Kind("alten_pflege", "Pflegeeinrichtung", 8_500, (40, 140), "older|care"),
    _Kind("alten_pflege", "Begegnungsstätte für ältere Menschen", 17_000, vulnerable="older"),
    _Kind("sportverein", "Sportverein", 9_000),
    _Kind("religion", "Religionsgemeinschaft", 9_500),
    _Kind("sonstige", "Stadtteilbibliothek", 35_000),
    _Kind("sonstige", "Notunterkunft", 100_000, (20, 60), "homeless"),
)
DECIMALS: Final = 5
"""Decimals of a coordinate, about one metre."""

Row = dict[str, object]


def draw_institutions(polygons: Mapping[str, Polygon], rng: np.random.Generator) -> list[Row]:
    """Draw the rows of ``institutions.csv``.

    Parameters
    ----------
    polygons : mapping from quarter to Polygon
        In which the institutions are put.
    rng : Generator
        Draws quarters (by inhabitants), places and points.

    Returns
    -------
    list of rows
        By kind; every name says that it is an example.
    """
    sizes = np.array([quarter.size for quarter in QUARTERS], dtype=np.float64)
    rows: list[Row] = []
    for kind in KINDS:
        count = max(1, round(float(sizes.sum()) / kind.people))
        # one after the other along the inhabitants, so that large quarters have more of each kind
        marks = (np.arange(count) + rng.random()) / count
        homes = np.searchsorted(np.cumsum(sizes) / sizes.sum(), marks)
        for number, position in enumerate(homes.tolist(), start=1):
            area_id = QUARTERS[position].area_id
            longitude, latitude = _point(polygons[area_id], rng)
            low, high = kind.places
            rows.append(
                {
                    "institution_id": f"E{len(rows) + 1:03d}",
                    "name": f"{kind.name} {number} (Beispiel)",
                    "category": kind.category,
                    "area_id": area_id,
                    "longitude": f"{longitude:.{DECIMALS}f}",
                    "latitude": f"{latitude:.{DECIMALS}f}",
                    "vulnerable": kind.vulnerable,
                    "places": int(rng.integers(low, high + 1)) if high else "",
                    "synthetic": "true",
                }
            )
    return rows


def _point(polygon: Polygon, rng: np.random.Generator) -> tuple[float, float]:
    """Draw a point inside a polygon."""
    west, south, east, north = polygon.bounds
    while True:
        longitude, latitude = float(rng.uniform(west, east)), float(rng.uniform(south, north))
        if shapely.contains_xy(polygon, longitude, latitude):
            return longitude, latitude

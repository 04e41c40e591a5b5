"""The areas of the sample: real names and hierarchy, and made-up traits from which the figures are drawn.

City → 6 Sozialräume → 27 Sozialquartiere. The traits are set by hand so that the sample resembles what is
known of the city (which quarters have a low Sozialindex, where industry and motorways lie); they are no
measurements, and nothing is known from them about the real quarters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = [
    "BOROUGHS",
    "CITY_ID",
    "CITY_NAME",
    "DISTRICTS",
    "MODEL_YEARS",
    "QUARTERS",
    "TRAITS",
    "YEARS",
    "Quarter",
    "area_rows",
    "members",
    "trait_paths",
]

CITY_ID: Final = "05119000"
CITY_NAME: Final = "Oberhausen"
YEARS: Final = tuple(range(2016, 2023))
MODEL_YEARS: Final = np.arange(2014, 2023)
"""Two more years than are published, because some figures are sums over three years."""

DISTRICTS: Final[dict[str, str]] = {
    "01": "Mitte/Styrum",
    "02": "Oberhausen-Ost",
    "03": "Alstaden/Lirich",
    "04": "Osterfeld",
    "05": "Sterkrade-Mitte",
    "06": "Sterkrade-Nord",
}

BOROUGHS: Final[dict[str, tuple[str, ...]]] = {
    "Alt-Oberhausen": ("01", "02", "03"),
    "Sterkrade": ("05", "06"),
    "Osterfeld": ("04",),
}
"""The three Stadtbezirke and the Sozialräume that they hold."""

TRAITS: Final = ("deprivation", "density", "age", "families", "traffic", "postwar", "centrality")
TREND_ORIGIN: Final = 2019


@dataclass(frozen=True, slots=True)
class Quarter:
    """One Sozialquartier with its size and its made-up traits.

    Attributes
    ----------
    area_id, name : str
        Key (Sozialraum and running number) and real name.
    size : int
        Rough number of inhabitants in 2017, persons.
    traits : tuple of float, shape (K,)
        In the order of `TRAITS`, about -2 … 2: deprivation, density of building, share of old people,
        share of families, traffic and industry, post-war rental housing, central place.
    trend : float
        Yearly change of deprivation.
    """

    area_id: str
    name: str
    size: int
    traits: tuple[float, ...]
    trend: float = 0.0


QUARTERS: Final = (
    Quarter("0101", "Innenstadt", 13500, (2.0, 2.0, -0.3, -0.2, 1.0, 0.3, 2.6), 0.02),
    Quarter("0102", "Marienviertel-West", 3900, (1.4, 1.1, -1.0, 0.6, 0.4, 0.4, 0.2), 0.04),
    Quarter("0103", "Marienviertel-Ost", 6800, (1.3, 1.6, -0.5, 0.1, -0.2, 0.0, 1.2), 0.01),
    Quarter("0104", "Styrum", 6200, (0.3, 0.9, -0.1, 0.1, 1.5, 0.2, -0.4), -0.02),
    Quarter("0201", "Brücktorviertel", 4900, (1.5, 1.2, -0.8, 0.4, 0.3, 0.3, -0.3), 0.0),
    Quarter("0202", "Bermensfeld", 7400, (0.5, 0.2, 0.0, 0.4, -0.3, 1.2, -0.2), -0.02),
    Quarter("0203", "Schlad", 8000, (0.0, 0.9, 0.2, 0.0, -0.1, 0.6, -0.1), -0.12),
    Quarter("0204", "Dümpten", 7700, (-0.4, 0.3, 0.5, -0.1, -0.3, 0.1, -0.3)),
    Quarter("0205", "Borbeck/Neue Mitte/Grafenbusch", 6300, (-0.3, -0.5, 0.3, -0.1, 1.7, -0.3, 0.8)),
    Quarter("0301", "Alstaden", 12800, (-0.3, 0.5, 0.3, 0.0, -0.2, 0.0, 0.1)),
    Quarter("0302", "Lirich-Nord", 8300, (0.8, 0.3, -0.2, 0.3, 1.6, 0.2, -0.5), 0.04),
    Quarter("0303", "Lirich-Süd", 6900, (1.7, 0.7, -0.9, 0.9, 1.9, 0.4, -0.4), 0.01),
    Quarter("0401", "Osterfeld-Mitte/Vonderort", 9800, (1.2, 0.5, 0.0, 0.2, 0.4, 0.4, 1.3), 0.03),
    Quarter("0402", "Vondern/Osterfeld-Süd", 3300, (0.2, -1.0, -0.3, 0.5, 1.4, -0.2, -1.0)),
    Quarter("0403", "Eisenheim/Heide", 6900, (0.1, 0.0, 0.1, 0.1, 0.5, 0.3, -0.6)),
    Quarter("0404", "Rothebusch", 6300, (0.1, -0.1, 0.3, 0.0, -0.2, 0.9, -0.4)),
    Quarter("0405", "Klosterhardt", 6700, (-0.9, -0.2, 0.6, -0.1, -0.9, -0.2, -0.6)),
    Quarter("0406", "Tackenberg-Ost", 5100, (0.3, -0.4, 0.2, 0.2, -0.6, 1.4, -0.5), 0.03),
    Quarter("0501", "Sterkrade-Mitte", 14000, (1.1, 1.0, 0.3, -0.1, 0.5, 0.2, 2.0), 0.05),
    Quarter("0502", "Buschhausen/Biefang", 12500, (-0.3, -0.3, 0.2, 0.0, 1.3, 0.1, -0.4)),
    Quarter("0503", "Alsfeld", 10500, (-0.5, 0.2, 0.5, -0.1, -0.3, 0.4, 0.3)),
    Quarter("0504", "Schwarze Heide", 9500, (-0.1, 0.1, 0.1, 0.0, 0.6, 0.5, -0.2)),
    Quarter("0505", "Tackenberg-West", 7500, (0.0, -0.4, 0.3, 0.1, -0.5, 1.3, -0.4)),
    Quarter("0601", "Holten/Barmingholten", 9000, (-1.0, -0.9, 0.1, 0.2, 1.2, -0.6, -0.7)),
    Quarter("0602", "Schmachtendorf", 8400, (-1.2, -0.4, 0.5, 0.0, -0.4, -0.5, 0.2)),
    Quarter("0603", "Königshardt", 7500, (-1.6, -0.9, 0.9, -0.1, -0.1, -0.8, -0.5)),
    Quarter("0604", "Walsumer Mark", 2700, (-1.8, -1.5, 0.7, 0.1, -1.2, -1.2, -1.3)),
)


def area_rows() -> list[tuple[str, str, str, str]]:
    """Return the rows of ``areas.csv``: area_id, name, level, parent_id, coarse levels first.

    Examples
    --------
    >>> area_rows()[0]
    ('05119000', 'Oberhausen', 'city', '')
    >>> len(area_rows())
    34
    """
    return [
        (CITY_ID, CITY_NAME, "city", ""),
        *((key, name, "district", CITY_ID) for key, name in DISTRICTS.items()),
        *((quarter.area_id, quarter.name, "neighbourhood", quarter.area_id[:2]) for quarter in QUARTERS),
    ]


def members(area_ids: str) -> npt.NDArray[np.bool_]:
    """Return which quarters lie in an area, or in several areas joined by ``+``.

    Parameters
    ----------
    area_ids : str
        For example ``"0101"``, ``"04"``, ``"0302+0303"`` or the key of the city.

    Returns
    -------
    ndarray of bool, shape (N,)
        In the order of `QUARTERS`.

    Examples
    --------
    >>> int(members("01").sum()), int(members("0302+0303").sum()), int(members(CITY_ID).sum())
    (4, 2, 27)
    """
    keys = tuple(area_ids.split("+"))
    return np.array([CITY_ID in keys or quarter.area_id.startswith(keys) for quarter in QUARTERS])


def trait_paths() -> dict[str, npt.NDArray[np.float64]]:
    """Return every trait over the model years, standardised over the quarters.

    Returns
    -------
    dict of ndarray, shape (N, T)
        By name of the trait; only deprivation changes over time.
    """
    raw = np.array([quarter.traits for quarter in QUARTERS])
    level = (raw - raw.mean(axis=0)) / raw.std(axis=0)
    paths = {name: np.repeat(level[:, [k]], MODEL_YEARS.size, axis=1) for k, name in enumerate(TRAITS)}
    trend = np.array([quarter.trend for quarter in QUARTERS])
    paths["deprivation"] = paths["deprivation"] + trend[:, None] * (MODEL_YEARS - TREND_ORIGIN)
    return paths

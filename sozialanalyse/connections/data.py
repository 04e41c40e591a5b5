"""What an analysis of connections needs to know of the areas and the indicators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from sozialanalyse.errors import MethodError
from sozialanalyse.spatial.weights import SpatialWeights

__all__ = ["ConnectionData", "PanelData"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PanelData:
    """The same indicators and areas over several years.

    Attributes
    ----------
    years : tuple of int, length T
        Ascending.
    values : ndarray, shape (T, N, K)
        In the units of the indicators; NaN where missing.
    """

    years: tuple[int, ...]
    values: Array


@dataclass(frozen=True, slots=True)
class ConnectionData:
    """N areas with K indicators of one date.

    Attributes
    ----------
    area_ids, group_ids : tuple of str, length N
        The areas, and the district of each.
    indicator_ids, labels, domains, kinds, directions, units : tuple of str, length K
        As in the indicator table of a dataset. A unit ``"%"`` makes effects per 10 percentage points.
    values : ndarray, shape (N, K)
        In the units of the indicators; NaN where missing.
    numerators, denominators : ndarray, shape (N, K)
        Counts behind the values; NaN where there are none. The denominator of a score is its weight when
        areas are merged.
    factors : ndarray, shape (K,)
        value = factor × numerator / denominator.
    numerator_labels, denominator_labels : tuple of str, length K
        What is counted and what it is related to; ``""`` where unknown.
    population : ndarray, shape (N,), or None
        Persons per area.
    neighbours : SpatialWeights or None
        If the neighbourhood is known already; in the order of `area_ids`.
    polygons : mapping from area_id to polygon, or None
        From which else it is found.
    panel : PanelData or None
        Several years, if there are any.
    group_label : str
        German word for a district.

    Raises
    ------
    MethodError
        If a length or shape does not fit.
    """

    area_ids: tuple[str, ...]
    group_ids: tuple[str, ...]
    indicator_ids: tuple[str, ...]
    labels: tuple[str, ...]
    domains: tuple[str, ...]
    kinds: tuple[str, ...]
    directions: tuple[str, ...]
    units: tuple[str, ...]
    values: Array
    numerators: Array
    denominators: Array
    factors: Array
    numerator_labels: tuple[str, ...]
    denominator_labels: tuple[str, ...]
    population: Array | None = None
    neighbours: SpatialWeights | None = None
    polygons: Mapping[str, BaseGeometry] | None = None
    panel: PanelData | None = None
    group_label: str = "Sozialraum"

    def __post_init__(self) -> None:
        n, k = len(self.area_ids), len(self.indicator_ids)
        lengths = {"group_ids": n} | dict.fromkeys(
            ("labels", "domains", "kinds", "directions", "units", "numerator_labels", "denominator_labels"), k
        )
        shapes: dict[str, tuple[int, ...]] = {
            "values": (n, k),
            "numerators": (n, k),
            "denominators": (n, k),
            "factors": (k,),
        }
        wrong = [name for name, length in lengths.items() if len(getattr(self, name)) != length]
        wrong += [name for name, shape in shapes.items() if getattr(self, name).shape != shape]
        if self.population is not None and self.population.shape != (n,):
            wrong.append("population")
        if self.panel is not None and self.panel.values.shape != (len(self.panel.years), n, k):
            wrong.append("panel")
        if wrong:
            raise MethodError(
                "Alle Angaben müssen zu denselben Gebieten und Indikatoren gehören; "
                f"nicht die passende Länge haben: {', '.join(wrong)}."
            )

    def column(self, indicator_id: str) -> int:
        """Return the column of an indicator."""
        return self.indicator_ids.index(indicator_id)

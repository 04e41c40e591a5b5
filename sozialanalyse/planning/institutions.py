"""How well people can reach institutions: supply per 1,000, distance to the nearest, catchment areas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from sozialanalyse.errors import MethodError, ParameterError
from sozialanalyse.index.data import FloatArray
from sozialanalyse.indicators.inputs import as_numbers, checked_counts, together

__all__ = ["distance_to_nearest", "distances_km", "enhanced_two_step", "per_thousand"]

_EARTH_RADIUS_KM: Final = 6371.0088
"""Mean radius of the earth (IUGG)."""


def per_thousand(count: ArrayLike, people: ArrayLike) -> FloatArray:
    """Return supply per 1,000 people of the target group.

    Parameters
    ----------
    count : array_like of shape (N,)
        Institutions or places in each area.
    people : array_like of shape (N,)
        People of the target group; NaN or 0 where unknown or none.

    Returns
    -------
    ndarray of shape (N,)
        From 0 (no supply); NaN without people.

    Raises
    ------
    MethodError
        If a number is negative or no number, or rows differ.

    Examples
    --------
    >>> per_thousand(np.array([2.0, 1.0]), np.array([4000.0, 0.0])).tolist()
    [0.5, nan]
    """
    supply, target = together(Angebot=count, Zielgruppe=people)
    rates = np.full(target.shape, np.nan)
    return np.asarray(np.divide(1000 * supply, target, out=rates, where=target > 0))


def distances_km(
    from_longitude: ArrayLike, from_latitude: ArrayLike, to_longitude: ArrayLike, to_latitude: ArrayLike
) -> FloatArray:
    """Return distances as the crow flies, by the haversine formula.

    Parameters
    ----------
    from_longitude, from_latitude : array_like of shape (N,)
        Degrees.
    to_longitude, to_latitude : array_like of shape (M,)
        Degrees.

    Returns
    -------
    ndarray of shape (N, M)
        Kilometres.

    References
    ----------
    Sinnott, R. W. (1984), Virtues of the Haversine, Sky and Telescope 68, 159.

    Examples
    --------
    >>> pole = distances_km(np.array([0.0]), np.array([0.0]), np.array([0.0]), np.array([90.0]))
    >>> round(pole.item(), 1)  # a quarter of the way round the earth: pi / 2 times the radius
    10007.6
    """
    west, south, east, north = (
        np.radians(as_numbers("Koordinaten", degrees))
        for degrees in (from_longitude, from_latitude, to_longitude, to_latitude)
    )
    longitude = west[:, None] - east[None, :]
    here, there = south[:, None], north[None, :]
    half_chord = np.sin((here - there) / 2) ** 2 + np.cos(here) * np.cos(there) * np.sin(longitude / 2) ** 2
    return np.asarray(2 * _EARTH_RADIUS_KM * np.arcsin(np.sqrt(half_chord)))


def distance_to_nearest(distance: ArrayLike) -> FloatArray:
    """Return the distance of each area to the nearest institution.

    Parameters
    ----------
    distance : array_like of shape (N, M)
        Distances of areas and institutions; NaN where one of them has no place.

    Returns
    -------
    ndarray of shape (N,)
        In the unit of `distance`; NaN where none is known.

    Examples
    --------
    >>> distance_to_nearest(np.array([[2.0, 0.5], [np.nan, np.nan]])).tolist()
    [0.5, nan]
    """
    known = checked_counts("Entfernungen", distance)
    if known.shape[1] == 0:
        return np.full(known.shape[0], np.nan)
    nearest = np.where(np.isfinite(known), known, np.inf).min(axis=1)
    return np.where(np.isfinite(nearest), nearest, np.nan)


def enhanced_two_step(
    supply: ArrayLike, demand: ArrayLike, distance: ArrayLike, zones: Sequence[tuple[float, float]]
) -> FloatArray:
    """Return how well each area is supplied, by the enhanced two-step floating catchment area method.

    Parameters
    ----------
    supply : array_like of shape (M,)
        What each institution offers (places; 1 where only their number is known).
    demand : array_like of shape (N,)
        People of the target group in each area.
    distance : array_like of shape (N, M)
        Distances of areas and institutions.
    zones : sequence of (float, float)
        Outer limit of each zone in the unit of `distance`, rising, and its weight, falling; beyond the last
        limit nothing counts.

    Returns
    -------
    ndarray of shape (N,)
        Supply per person, from 0 (nothing within reach). Weighted by demand, the areas add up to the supply
        of all institutions that somebody reaches.

    Raises
    ------
    MethodError
        If a demand, supply or distance is missing or negative.
    ParameterError
        If the zones are not in order.

    Notes
    -----
    First step, for each institution j: ``R_j = S_j / Σ_i W(d_ij) P_i``. Second step, for each area i:
    ``A_i = Σ_j W(d_ij) R_j``.

    References
    ----------
    Luo, W., & Qi, Y. (2009), An enhanced two-step floating catchment area (E2SFCA) method for measuring
    spatial accessibility to primary care physicians, Health & Place 15, 1100–1107.

    Examples
    --------
    >>> enhanced_two_step(
    ...     np.array([10.0]), np.array([100.0, 200.0]), np.array([[0.5], [1.5]]), ((1.0, 1.0), (2.0, 0.5))
    ... ).tolist()
    [0.05, 0.025]
    """
    limits, weights = np.array(zones, dtype=np.float64).reshape(-1, 2).T
    if (
        limits.size == 0
        or (np.diff(limits) <= 0).any()
        or (np.diff(weights) > 0).any()
        or (weights < 0).any()
    ):
        raise ParameterError(
            "Die Zonen eines Einzugsgebiets brauchen steigende Grenzen und fallende Gewichte ab 0."
        )
    offered, wanted, apart = (
        as_numbers(name, numbers)
        for name, numbers in (("Angebot", supply), ("Zielgruppe", demand), ("Entfernungen", distance))
    )
    if apart.shape != (wanted.size, offered.size):
        raise MethodError(
            "Die Entfernungen brauchen eine Zeile je Gebiet und eine Spalte je Einrichtung. Bitte die "
            "Tabelle prüfen."
        )
    if not all((array >= 0).all() for array in (offered, wanted, apart)):
        raise MethodError(
            "Einzugsgebiete brauchen für jedes Gebiet und jede Einrichtung Zahlen ab 0; mindestens eine "
            "fehlt. Bitte Gebiete ohne Zahl weglassen."
        )
    zone = np.searchsorted(limits, apart, side="left")
    reach = np.append(weights, 0.0)[zone]
    weighted = wanted @ reach
    ratio = np.divide(offered, weighted, out=np.zeros(offered.size), where=weighted > 0)
    return np.asarray(reach @ ratio)

"""How well people can reach institutions: supply per 1,000, distance to the nearest, catchment areas."""

from __future__ import annotations

from typing import Final

import numpy as np

from sozialanalyse.errors import MethodError, ParameterError
from sozialanalyse.index.data import FloatArray

__all__ = ["distance_to_nearest", "distances_km", "enhanced_two_step", "per_thousand"]

_EARTH_RADIUS_KM: Final = 6371.0088
"""Mean radius of the earth (IUGG)."""


def per_thousand(count: FloatArray, people: FloatArray) -> FloatArray:
    """Return supply per 1,000 people of the target group.

    Parameters
    ----------
    count : ndarray of shape (N,)
        Institutions or places in each area.
    people : ndarray of shape (N,)
        People of the target group; NaN or 0 where unknown or none.

    Returns
    -------
    ndarray of shape (N,)
        From 0 (no supply); NaN without people.

    Examples
    --------
    >>> per_thousand(np.array([2.0, 1.0]), np.array([4000.0, 0.0])).tolist()
    [0.5, nan]
    """
    rates = np.full(len(count), np.nan)
    return np.asarray(np.divide(1000 * count, people, out=rates, where=people > 0))


def distances_km(
    from_longitude: FloatArray, from_latitude: FloatArray, to_longitude: FloatArray, to_latitude: FloatArray
) -> FloatArray:
    """Return distances as the crow flies, by the haversine formula.

    Parameters
    ----------
    from_longitude, from_latitude : ndarray of shape (N,)
        Degrees.
    to_longitude, to_latitude : ndarray of shape (M,)
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
    longitude = np.radians(from_longitude)[:, None] - np.radians(to_longitude)[None, :]
    here, there = np.radians(from_latitude)[:, None], np.radians(to_latitude)[None, :]
    half_chord = np.sin((here - there) / 2) ** 2 + np.cos(here) * np.cos(there) * np.sin(longitude / 2) ** 2
    return np.asarray(2 * _EARTH_RADIUS_KM * np.arcsin(np.sqrt(half_chord)))


def distance_to_nearest(distance: FloatArray) -> FloatArray:
    """Return the distance of each area to the nearest institution.

    Parameters
    ----------
    distance : ndarray of shape (N, M)
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
    if distance.shape[1] == 0:
        return np.full(distance.shape[0], np.nan)
    nearest = np.where(np.isfinite(distance), distance, np.inf).min(axis=1)
    return np.where(np.isfinite(nearest), nearest, np.nan)


def enhanced_two_step(
    supply: FloatArray, demand: FloatArray, distance: FloatArray, zones: tuple[tuple[float, float], ...]
) -> FloatArray:
    """Return how well each area is supplied, by the enhanced two-step floating catchment area method.

    Parameters
    ----------
    supply : ndarray of shape (M,)
        What each institution offers (places; 1 where only their number is known).
    demand : ndarray of shape (N,)
        People of the target group in each area.
    distance : ndarray of shape (N, M)
        Distances of areas and institutions.
    zones : tuple of (float, float)
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
    if not all((array >= 0).all() for array in (supply, demand, distance)):
        raise MethodError(
            "Einzugsgebiete brauchen für jedes Gebiet und jede Einrichtung Zahlen ab 0; mindestens eine "
            "fehlt. Bitte Gebiete ohne Zahl weglassen."
        )
    zone = np.searchsorted(limits, distance, side="left")
    reach = np.append(weights, 0.0)[zone]
    weighted = demand @ reach
    ratio = np.divide(supply, weighted, out=np.zeros(len(supply)), where=weighted > 0)
    return np.asarray(reach @ ratio)

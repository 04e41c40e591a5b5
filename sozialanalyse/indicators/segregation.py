"""How unevenly a group lives over the areas of a city: dissimilarity, isolation, Gini of area rates."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sozialanalyse.errors import MethodError
from sozialanalyse.indicators.inequality import Inequality, InequalityMeasure
from sozialanalyse.indicators.inputs import aligned, checked_counts

__all__ = ["dissimilarity_index", "gini_index", "isolation_index"]


def dissimilarity_index(members: ArrayLike, population: ArrayLike) -> Inequality:
    """Share of a group that would have to move for the same share everywhere (Duncan and Duncan).

    Parameters
    ----------
    members : array_like of float, shape (areas,)
        Members of the group in each area.
    population : array_like of float, shape (areas,)
        All people in each area, the group included.

    Returns
    -------
    Inequality
        From 0 (the same share in every area) to 1 (no area with both). NaN where the group or the rest is
        empty. Without limits: it describes a full count.

    Raises
    ------
    MethodError
        If a count is negative, a group exceeds its population, or the lengths differ.

    Notes
    -----
    D = ½·Σ|a/A − b/B| with a members and b others. In many small areas with a small group chance alone
    makes it greater than 0. The value depends on how finely the city is divided.

    References
    ----------
    Duncan, O. D., Duncan, B. (1955). A methodological analysis of segregation indexes. American Sociological
    Review, 20, 210-217.

    Examples
    --------
    >>> round(dissimilarity_index([30, 10, 10], [100, 100, 100]).value, 4)
    0.32
    """
    group, people = _composition(members, population)
    others = people - group
    both = group.sum() > 0 and others.sum() > 0
    value = float(np.abs(group / group.sum() - others / others.sum()).sum() / 2.0) if both else np.nan
    return _full_count("dissimilarity_index", value, group.size)


def isolation_index(members: ArrayLike, population: ArrayLike, *, adjusted: bool = False) -> Inequality:
    """Share of the group in the area of an average member (Lieberson's P*).

    Parameters
    ----------
    members, population : array_like of float, shape (areas,)
        As in :func:`dissimilarity_index`.
    adjusted : bool
        Whether to take out the group's share P in the city: (P* − P)/(1 − P), the eta² index.

    Returns
    -------
    Inequality
        From the group's share in the city (evenly spread) to 1 (members live among themselves); adjusted
        from 0 to 1. NaN where the group is empty. Without limits: it describes a full count.

    Raises
    ------
    MethodError
        If a count is negative, a group exceeds its population, or the lengths differ.

    References
    ----------
    Massey, D. S., Denton, N. A. (1988). The dimensions of residential segregation. Social Forces, 67,
    281-315.

    Examples
    --------
    >>> round(isolation_index([30, 10, 10], [100, 100, 100]).value, 4)
    0.22
    """
    group, people = _composition(members, population)
    total = group.sum()
    value = float((group / total) @ (group / people)) if total > 0 else np.nan
    if adjusted:
        share = float(total / people.sum()) if total < people.sum() else np.nan
        value = (value - share) / (1.0 - share)
    return _full_count("isolation_index", value, group.size)


def gini_index(values: ArrayLike, population: ArrayLike) -> Inequality:
    """Gini index of the areas' values, weighted by population.

    Parameters
    ----------
    values : array_like of float, shape (areas,)
        Rates or amounts per person, not negative.
    population : array_like of float, shape (areas,)
        People in each area.

    Returns
    -------
    Inequality
        From 0 (the same value everywhere) to nearly 1 (everything in one small area). NaN where the mean is
        0. Without limits: it describes a full count.

    Raises
    ------
    MethodError
        If a value or population is negative or the lengths differ.

    Notes
    -----
    Half of the mean difference between two people's areas over the mean. It knows no deprivation: for a
    gradient see :func:`~sozialanalyse.indicators.inequality.concentration_index`, whose size it bounds.

    References
    ----------
    Lerman, R. I., Yitzhaki, S. (1989). Improving the accuracy of estimates of Gini coefficients. Journal of
    Econometrics, 42, 43-47.

    Examples
    --------
    >>> round(gini_index([1, 2, 3, 4, 5], [10, 10, 10, 10, 10]).value, 4)
    0.2667
    """
    checked_counts("Werte", values)
    y, people = aligned(Werte=values, Bevölkerung=population)
    known = ~np.isnan(y) & (people > 0)
    order = np.argsort(y[known], kind="stable")
    y, people = y[known][order], people[known][order]
    amount = y * people
    if not amount.sum() > 0:
        return _full_count("gini_index", np.nan, y.size)
    rank = (np.cumsum(people) - people / 2.0) / people.sum()
    value = float(2.0 * (rank @ amount) / amount.sum() - 1.0)
    return _full_count("gini_index", max(value, 0.0), y.size)


def _composition(
    members: ArrayLike, population: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Members and people of the areas where both are known and somebody lives."""
    checked_counts("Gruppe", members)
    group, people = aligned(Gruppe=members, Bevölkerung=population)
    larger = int(np.count_nonzero(group > people))
    if larger:
        raise MethodError(
            f"Eine Gruppe darf nicht größer als die Bevölkerung sein. Gefunden: {larger} Gebiete. "
            "Bitte prüfen, ob beide Zahlen dieselben Personen zählen."
        )
    known = ~np.isnan(group) & (people > 0)
    return group[known], people[known]


def _full_count(measure: InequalityMeasure, value: float, areas: int) -> Inequality:
    """Return a measure without limits."""
    return Inequality(measure, value, np.nan, np.nan, np.nan, "none", areas)

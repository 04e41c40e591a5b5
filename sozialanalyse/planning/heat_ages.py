"""Shares of age groups that heat endangers, from the population by age."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sozialanalyse.errors import MethodError
from sozialanalyse.index.data import FloatArray

__all__ = ["AgeShare", "age_share"]


@dataclass(frozen=True, slots=True)
class AgeShare:
    """The share of an age group in each area.

    Attributes
    ----------
    persons, population : ndarray of shape (N,)
        Persons of the age group and of all ages; NaN where a group is hidden or absent.
    first, above : int, int or None
        The ages that were really taken: those of the population's groups nearest to the wanted ones.
    """

    persons: FloatArray
    population: FloatArray
    first: int
    above: int | None


def age_share(population: pd.DataFrame, area_ids: tuple[str, ...], first: int, above: int | None) -> AgeShare:
    """Return how many persons of each area are in an age group.

    Parameters
    ----------
    population : DataFrame
        Columns ``area_id, sex, age_group, count``: released cells of one year; age groups such as ``0-4``
        and ``85+``.
    area_ids : tuple of str, length N
        Areas in the order of the result.
    first, above : int, int or None
        First age of the group and first age above it; None: no upper end.

    Returns
    -------
    AgeShare
        If the wanted ages do not begin a group of the population, the nearest beginning is taken.

    Examples
    --------
    >>> frame = pd.DataFrame(
    ...     {"area_id": "01", "sex": "f", "age_group": ["0-4", "5-64", "65+"], "count": [5.0, 80.0, 15.0]}
    ... )
    >>> found = age_share(frame, ("01",), 0, 6)
    >>> found.persons.tolist(), found.population.tolist(), found.above
    ([5.0], [100.0], 5)
    """
    start = population["age_group"].astype(str).str.extract(r"^(\d+)")[0].astype(int)
    starts = sorted(set(start))
    low = _nearest(starts, first)
    high = None if above is None else _nearest([age for age in starts if age > low], above)
    inside = (start >= low) & ((start < high) if high is not None else True)
    return AgeShare(
        persons=_sums(population[inside], area_ids),
        population=_sums(population, area_ids),
        first=low,
        above=high,
    )


def _nearest(starts: list[int], wanted: int) -> int:
    if not starts:
        raise MethodError(
            "Die Bevölkerung hat keine Altersgruppe, die zu den gesuchten Altersjahren passt. Bitte feinere "
            "Altersgruppen liefern."
        )
    return min(starts, key=lambda age: (abs(age - wanted), age))


def _sums(rows: pd.DataFrame, area_ids: tuple[str, ...]) -> FloatArray:
    """Add up the counts of each area; a hidden one makes the sum unknown."""
    sums = rows.groupby(rows["area_id"].astype(str))["count"].sum(min_count=1)
    hidden = rows["count"].isna().groupby(rows["area_id"].astype(str)).any()
    return sums.mask(hidden).reindex(list(area_ids)).to_numpy(dtype=np.float64)

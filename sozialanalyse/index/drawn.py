"""Values of all areas and indicators as they could have come out by chance, many times over."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from sozialanalyse.errors import MethodError
from sozialanalyse.index.counts import draw_counts
from sozialanalyse.index.data import FloatArray, IndexData

__all__ = ["DrawnCells", "cases_and_persons", "draw_cells"]

Real = TypeVar("Real", np.float32, np.float64)


@dataclass(frozen=True, slots=True)
class _Column:
    """Draws of the counts behind one indicator.

    Attributes
    ----------
    varies : ndarray of bool, shape (N,)
        The areas whose value varies, R of them.
    unit : ndarray of shape (R, 1)
        Value of one case.
    base : ndarray of shape (R, 1)
        Value of the lowest number of cases.
    above : ndarray of shape (R, B)
        How many cases more each draw has.
    """

    varies: npt.NDArray[np.bool_]
    unit: FloatArray
    base: FloatArray
    above: npt.NDArray[np.unsignedinteger]


@dataclass(frozen=True, slots=True)
class DrawnCells:
    """Draws of the values, kept as counts, which take the least space.

    Attributes
    ----------
    observed : ndarray of shape (N, K)
        The values that the draws scatter around.
    columns : tuple, length K
        What varies of each indicator.
    """

    observed: FloatArray
    columns: tuple[_Column, ...]

    def column(self, number: int, start: int, stop: int, origin: float, out: npt.NDArray[Real]) -> None:
        """Write the values of one indicator in some draws, less `origin`, to `out` (N, stop − start)."""
        column = self.columns[number]
        every = bool(column.varies.all())
        values = out if every else np.empty((len(column.unit), stop - start), dtype=out.dtype)
        # Converted first: numpy multiplies numbers of one kind three times faster.
        values[:] = column.above[:, start:stop]
        values *= column.unit.astype(out.dtype)
        values += (column.base - origin).astype(out.dtype)
        if not every:
            out[:] = self.observed[:, [number]] - origin
            out[column.varies] = values

    def values(self, start: int, stop: int) -> FloatArray:
        """Return the values of some draws, shape (stop − start, N, K)."""
        areas, count = self.observed.shape
        values = np.empty((count, areas, stop - start))
        for number in range(count):
            self.column(number, start, stop, 0.0, values[number])
        return values.transpose(2, 1, 0)


def draw_cells(data: IndexData, draws: int, generator: np.random.Generator, threads: int) -> DrawnCells:
    """Draw values as they could have come out by chance.

    Parameters
    ----------
    data : IndexData
        With `kinds`, `numerators` and `denominators`.
    draws : int
        Number of draws, B.
    generator : numpy.random.Generator
        Source of randomness; one is spawned from it for each indicator.
    threads : int
        Indicators drawn at a time.

    Returns
    -------
    DrawnCells
        Proportion: binomial numerator over its denominator; rate and count: Poisson; the unit is that of
        the value. A score, or a cell without counts, stays as it is, and so does a count of zero.
    """

    def one(number: int, own: np.random.Generator) -> _Column:
        observed = data.values[:, number]
        counts = cases_and_persons(data, number)
        events, persons = np.full((2, len(observed)), np.nan) if counts is None else counts
        varies = np.isfinite(observed) & (events > 0)
        cases = events[varies]
        lowest, above = draw_counts(cases, np.rint(persons[varies]), draws, own)
        unit = (observed[varies] / cases)[:, None]
        return _Column(varies, unit, lowest[:, None] * unit, above)

    count = len(data.indicator_ids)
    # Each indicator has randomness of its own, so that the result does not depend on who comes first.
    with ThreadPoolExecutor(threads) as pool:
        return DrawnCells(data.values, tuple(pool.map(one, range(count), generator.spawn(count))))


def cases_and_persons(data: IndexData, column: int) -> tuple[FloatArray, FloatArray] | None:
    """Return numerators, and for a proportion denominators (else NaN); None if there are no counts.

    Raises
    ------
    MethodError
        If a count is negative, or a proportion's numerator exceeds its denominator.
    """
    kind = data.kinds[column] if data.kinds else "score"
    unlimited = np.full(len(data.area_ids), np.nan)
    if kind == "count":
        return data.values[:, column], unlimited
    if kind == "score" or data.numerators is None:
        return None
    numerator = data.numerators[:, column]
    if kind == "rate":
        denominator = unlimited
    elif data.denominators is None:
        return None
    else:
        denominator = data.denominators[:, column]
        numerator = np.where(np.isfinite(denominator), numerator, np.nan)
    impossible = int(np.count_nonzero((numerator < 0) | (denominator < numerator)))
    if impossible:
        raise MethodError(
            "Zähler dürfen nicht negativ und bei einem Anteil nicht größer als ihr Nenner sein; "
            f"bei {data.indicator_ids[column]} gefunden: {impossible} Fälle. Bitte Zähler und Nenner prüfen."
        )
    return (numerator, denominator) if np.isfinite(numerator).any() else None

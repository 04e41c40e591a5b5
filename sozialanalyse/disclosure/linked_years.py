"""Numbers of several years that overlap: who knows two sums of years knows something of the years between.

An indicator may add up the last three years, another may tell the same cases year by year, and next year's
sum shares two years with this one. Each single year, told or not, is a cell; each sum of years an equation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from sozialanalyse.disclosure.builder import SystemBuilder, link
from sozialanalyse.disclosure.quantities import NOTHING, Quantities
from sozialanalyse.disclosure.system import TOLERANCE, FloatArray, IntArray, LinearSystem

__all__ = ["related", "with_years"]


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """Sums of years of all areas: k sums of up to w years, of which s single years are told by no row.

    Attributes
    ----------
    total : (k,) int
        Cell that is the sum.
    row, column : (e,) int
        Which sum each summand belongs to, and which single year it is (see `told`).
    told : (s,) int
        Cell that tells a single year, −1 where none does.
    """

    total: IntArray
    row: IntArray
    column: IntArray
    told: IntArray


def related(told: Quantities, chosen: IntArray) -> IntArray:
    """Return the quantities, shape (q,), that share years with some chosen ones, and these.

    Parameters
    ----------
    told : Quantities
        p quantities.
    chosen : (c,) int
        Positions of quantities.
    """
    pooled = {what for what, years in zip(told.subject, told.window.tolist(), strict=True) if years > 1}
    wanted = pooled & {told.subject[at] for at in chosen.tolist()}
    more = [at for at, what in enumerate(told.subject) if what in wanted]
    return np.union1d(chosen, np.array(more, dtype=np.int64))


def with_years(system: LinearSystem, told: Quantities, place: IntArray) -> LinearSystem:
    """Add the single years as cells, and say which sums they make.

    Parameters
    ----------
    system : LinearSystem
        Cells of the quantities.
    told : Quantities
        p quantities.
    place : (p, a) int
        Cell of each quantity in each area, −1 where there is none.

    Returns
    -------
    LinearSystem
        The same cells, then the single years that nobody tells. Sums to which no years fit that are never
        negative, because one was corrected later, are left out: nothing follows from them.
    """
    sums = _sums(told, place)
    if sums.total.size == 0:
        return system
    years, fits = _thinkable(sums, np.asarray(system.values))
    inside = np.isin(sums.row, fits)
    row, column = sums.row[inside], sums.column[inside]
    open_ = np.unique(column[sums.told[column] == NOTHING])
    cell = sums.told.copy()
    cell[open_] = system.size + np.arange(len(open_))
    builder = SystemBuilder()
    # Years that no row tells are hidden in any case, and need no protection of their own.
    builder.add_cells(
        [("Jahr", at) for at in open_.tolist()], years[open_],
        primary=True, whole=False, weights=0.0, sliding_level=0.0,
    )  # fmt: skip
    both = link([system, builder.build()])
    line = np.searchsorted(fits, row)
    added = sparse.csr_array(
        (
            np.concatenate([np.ones(len(row)), -np.ones(len(fits))]),
            (
                np.concatenate([line, np.arange(len(fits))]),
                np.concatenate([cell[column], sums.total[fits]]),
            ),
        ),
        shape=(len(fits), both.size),
    )
    return replace(
        both,
        equations=sparse.csr_array(sparse.vstack([both.equations, added])),
        constants=np.concatenate([both.constants, np.zeros(len(fits))]),
    )


def _sums(told: Quantities, place: IntArray) -> _Sums:
    """Find the sums of years, and number the single years of all areas."""
    alone = {
        (what, year): at
        for at, (what, (_, year), years) in enumerate(
            zip(told.subject, told.keys, told.window.tolist(), strict=True)
        )
        if years == 1
    }
    areas = place.shape[1]
    numbers: dict[tuple[str, int], int] = {}
    total, row, column = [], [], []
    first = 0
    for at in np.flatnonzero(told.window > 1).tolist():
        here = np.flatnonzero(place[at] != NOTHING)
        last = told.keys[at][1]
        for year in range(last - int(told.window[at]) + 1, last + 1):
            number = numbers.setdefault((told.subject[at], year), len(numbers))
            row.append(first + np.arange(len(here)))
            column.append(number * areas + here)
        total.append(place[at, here])
        first += len(here)
    single = np.full((len(numbers), areas), NOTHING, dtype=np.int64)
    for key, number in numbers.items():
        if key in alone:
            single[number] = place[alone[key]]
    empty = np.empty(0, dtype=np.int64)
    totals, rows, columns = (np.concatenate([empty, *part]) for part in (total, row, column))
    return _Sums(totals, rows, columns, single.ravel())


def _thinkable(sums: _Sums, values: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return single years, shape (s,), that make the sums, and the sums, shape (f,), that can be made."""
    count, years = len(sums.total), len(sums.told)
    matrix = sparse.csr_array((np.ones(len(sums.row)), (sums.row, sums.column)), shape=(count, years))
    known = sums.told != NOTHING
    fixed = np.where(known, values[sums.told], 0.0)
    spare = sparse.eye_array(count)
    found = linprog(  # type: ignore[call-overload]  # the stub knows no sparse matrices, scipy does
        np.concatenate([np.zeros(years), np.ones(2 * count)]),
        A_eq=sparse.hstack([matrix, spare, -spare]),
        b_eq=values[sums.total],
        bounds=np.column_stack(
            [
                np.concatenate([fixed, np.zeros(2 * count)]),
                np.concatenate([np.where(known, fixed, np.inf), np.full(2 * count, np.inf)]),
            ]
        ),
    )
    off = found.x[years : years + count] + found.x[years + count :]
    return found.x[:years], np.flatnonzero(off < TOLERANCE)

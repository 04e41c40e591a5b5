"""How hidden cells can move without any shown number changing: ``A y = 0``, ``low ≤ y ≤ high``.

A reader who knows the equations and the shown cells can imagine every table ``x = v + y``. Working with the
deviation y from the true table makes the right-hand side 0 and lets one equation with two movable cells tie
these together for good: hide one, and the other must be hidden as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from sozialanalyse.disclosure.system import TOLERANCE, BoolArray, FloatArray, IntArray, LinearSystem

__all__ = ["Moves", "Reduction", "moves_of", "reduce_moves", "restrict"]

NOWHERE = -1


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """Movable cells (c) with the room they have, the movement they need, and the equations (m) between them.

    Attributes
    ----------
    equations : (m, c) sparse
    low, high : (c,) float
        Room for the deviation, ``low ≤ 0 ≤ high``, in the unit of the table.
    whole : (c,) bool
        Whether only whole steps are thinkable.
    need_down, need_up, need_width : (c,) float
        Movement that must remain possible: down, up, and both together; 0 where nothing is to be protected.
    cost : (c,) float
        Information lost by hiding the cell.
    forced : (c,) bool
        Hidden in any case.
    known_cell, known_by : (k,) int
        Pairs of a cell and the contributor who knows it.
    """

    equations: sparse.csr_array
    low: FloatArray
    high: FloatArray
    whole: BoolArray
    need_down: FloatArray
    need_up: FloatArray
    need_width: FloatArray
    cost: FloatArray
    forced: BoolArray
    known_cell: IntArray
    known_by: IntArray

    @property
    def size(self) -> int:
        """Number of movable cells c."""
        return len(self.low)

    @property
    def demanding(self) -> BoolArray:
        """Cells that need any movement, shape (c,)."""
        return (self.need_down > 0) | (self.need_up > 0) | (self.need_width > 0)


@dataclass(frozen=True, slots=True, eq=False)
class Reduction:
    """Movable cells gathered into classes that can only move together.

    Attributes
    ----------
    moves : Moves
        One entry per class.
    place : (c,) int
        Class of each original cell; −1 where it cannot move: it is shown, or follows from what is shown.
    sign : (c,) float
        1 if the cell moves like its class, −1 if against it.
    """

    moves: Moves
    place: IntArray
    sign: FloatArray


def moves_of(system: LinearSystem) -> Moves:
    """Return the movements of all cells of a system, as if nothing were shown."""
    low = np.minimum(system.lower - system.values, 0.0)
    high = np.maximum(system.upper - system.values, 0.0)
    low = np.where(system.whole, np.ceil(low - TOLERANCE), low)
    high = np.where(system.whole, np.floor(high + TOLERANCE), high)
    protected = system.protected
    down, up, width = (
        np.where(protected, np.where(system.whole, np.ceil(level - TOLERANCE), level), 0.0)
        for level in (system.lower_level, system.upper_level, system.sliding_level)
    )
    known = np.flatnonzero(system.contributor >= 0)
    return Moves(
        equations=system.equations,
        low=low,
        high=high,
        whole=system.whole,
        need_down=np.minimum(down, -low),
        need_up=np.minimum(up, high),
        need_width=np.minimum(width, high - low),
        cost=system.weights,
        forced=system.primary,
        known_cell=known,
        known_by=system.contributor[known],
    )


def restrict(moves: Moves, cells: BoolArray) -> Moves:
    """Return the movements of some of the cells while the others stand still."""
    place = np.where(cells, np.cumsum(cells) - 1, NOWHERE)
    known = cells[moves.known_cell]
    return Moves(
        equations=_busy_rows(moves.equations[:, np.flatnonzero(cells)]),
        low=moves.low[cells],
        high=moves.high[cells],
        whole=moves.whole[cells],
        need_down=moves.need_down[cells],
        need_up=moves.need_up[cells],
        need_width=moves.need_width[cells],
        cost=moves.cost[cells],
        forced=moves.forced[cells],
        known_cell=place[moves.known_cell[known]],
        known_by=moves.known_by[known],
    )


def reduce_moves(moves: Moves, movable: BoolArray) -> Reduction:
    """Let only some cells move, drop what then stands still, and gather cells that move together.

    Parameters
    ----------
    moves : Moves
        c cells.
    movable : (c,) bool
        Hidden cells when an attack is prepared, cells that may be hidden when protection is sought.

    Returns
    -------
    Reduction
        Exact: neither the reachable intervals nor the cheapest protection change.
    """
    place = np.where(movable, np.cumsum(movable) - 1, NOWHERE)
    sign = np.ones(moves.size)
    matrix = _busy_rows(moves.equations[:, np.flatnonzero(movable)])
    while True:
        group, turn, merged = _tied(matrix)
        if not merged:
            break
        inside = place != NOWHERE
        sign[inside] *= turn[place[inside]]
        place[inside] = group[place[inside]]
        kept = np.flatnonzero(group != NOWHERE)
        substitution = sparse.csr_array(
            (turn[kept], (kept, group[kept])), shape=(len(group), int(group.max(initial=NOWHERE)) + 1)
        )
        matrix = _distinct_rows(_busy_rows(sparse.csr_array(matrix @ substitution)))
    sign = np.where(place == NOWHERE, 1.0, sign)
    return Reduction(_gathered(moves, matrix, place, sign), place, sign)


def _busy_rows(matrix: sparse.csr_array) -> sparse.csr_array:
    matrix = sparse.csr_array(matrix)
    matrix.data[np.abs(matrix.data) < TOLERANCE] = 0.0
    matrix.eliminate_zeros()
    matrix.sort_indices()
    return sparse.csr_array(matrix[np.flatnonzero(np.diff(matrix.indptr))])


def _distinct_rows(matrix: sparse.csr_array) -> sparse.csr_array:
    """Keep the first of equations that say the same, up to their sign."""
    start, kept, seen = matrix.indptr.tolist(), [], set()
    turned = matrix.data * np.repeat(np.sign(matrix.data[matrix.indptr[:-1]]), np.diff(matrix.indptr))
    for row in range(matrix.shape[0]):
        here = slice(start[row], start[row + 1])
        content = (matrix.indices[here].tobytes(), turned[here].tobytes())
        if content not in seen:
            seen.add(content)
            kept.append(row)
    return sparse.csr_array(matrix[np.array(kept, dtype=np.int64)])


def _tied(matrix: sparse.csr_array) -> tuple[IntArray, FloatArray, bool]:
    """Group the columns that equations with one or two entries tie to 0 or to each other.

    Each column has two nodes, for moving up and for moving down; an equation joins what happens together.
    A column whose two nodes meet can move neither way.
    """
    count = matrix.shape[1]
    length = np.diff(matrix.indptr)
    single = matrix.indices[matrix.indptr[:-1][length == 1]].astype(np.int64)
    first = matrix.indptr[:-1][length == 2]
    equal = np.abs(np.abs(matrix.data[first]) - np.abs(matrix.data[first + 1])) < TOLERANCE
    first = first[equal]
    left, right = matrix.indices[first].astype(np.int64), matrix.indices[first + 1].astype(np.int64)
    against = (matrix.data[first] * matrix.data[first + 1] > 0) * count
    rows = np.concatenate([single, left, left + count])
    columns = np.concatenate([single + count, right + against, right + count - against])
    graph = sparse.coo_array((np.ones(len(rows)), (rows, columns)), shape=(2 * count, 2 * count))
    label = csgraph.connected_components(graph, directed=False)[1].astype(np.int64)
    up, down = label[:count], label[count:]
    free = up != down
    names, first_column, group = np.unique(np.minimum(up, down), return_index=True, return_inverse=True)
    turn = np.where(up == up[first_column][group], 1.0, -1.0)
    alive = free[first_column]
    renumbered = np.where(alive, np.cumsum(alive) - 1, NOWHERE)
    return renumbered[group], turn, bool(len(names) < count or not free.all())


def _gathered(moves: Moves, matrix: sparse.csr_array, place: IntArray, sign: FloatArray) -> Moves:
    """Gather room, needs and costs of the cells into their classes."""
    count = matrix.shape[1]
    cell = np.flatnonzero(place != NOWHERE)
    group, same = place[cell], sign[cell] > 0

    def gather(ufunc: np.ufunc, start: float, if_same: FloatArray, if_against: FloatArray) -> FloatArray:
        result = np.full(count, start)
        ufunc.at(result, group, np.where(same, if_same[cell], if_against[cell]))
        return result

    open_ = ~moves.forced
    demand = moves.demanding
    all_forced = np.bincount(group, weights=open_[cell], minlength=count) == 0
    any_demand = np.bincount(group, weights=demand[cell], minlength=count) > 0
    known = place[moves.known_cell] != NOWHERE
    pairs = np.unique(
        np.stack([place[moves.known_cell[known]], moves.known_by[known]], axis=1), axis=0
    ).astype(np.int64)
    return Moves(
        equations=matrix,
        low=gather(np.maximum, -np.inf, moves.low, -moves.high),
        high=gather(np.minimum, np.inf, moves.high, -moves.low),
        whole=gather(np.maximum, 0.0, moves.whole.astype(float), moves.whole.astype(float)) > 0,
        need_down=gather(np.maximum, 0.0, moves.need_down, moves.need_up),
        need_up=gather(np.maximum, 0.0, moves.need_up, moves.need_down),
        need_width=gather(np.maximum, 0.0, moves.need_width, moves.need_width),
        cost=np.bincount(group, weights=(moves.cost * open_)[cell], minlength=count).astype(np.float64),
        forced=any_demand | all_forced,
        known_cell=pairs[:, 0],
        known_by=pairs[:, 1],
    )

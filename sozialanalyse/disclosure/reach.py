"""How far single cells can move: intervals by propagation where that is exact, linear programmes elsewhere.

Hidden cells fall into blocks that share no equation. Every contributor who knows a hidden cell gets a copy of
its block in which that cell stands still. In a block without cycles (a single sum, a pure hierarchy) passing
intervals along the equations gives the exact reach; in the others a linear programme does, and one call of
the solver serves many blocks at once. Each solution is a thinkable table and so settles other cells as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog
from scipy.sparse import csgraph

from sozialanalyse.disclosure.moves import Moves
from sozialanalyse.disclosure.system import TOLERANCE, BoolArray, FloatArray, IntArray
from sozialanalyse.errors import DisclosureError

__all__ = ["COLUMNS_PER_CALL", "OUTSIDER", "Blocks", "blocks_of", "reach", "segments", "solve_movement"]

OUTSIDER = -1
"""Label of the attacker who knows no hidden cell."""

COLUMNS_PER_CALL = 4000
SWEEPS = 64


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """Copies of hidden cells, one per block and attacker (N columns, M rows, sorted by block).

    Attributes
    ----------
    cell : (N,) int
        Position in the `Moves` they were made from.
    attacker : (N,) int
        Contributor label, −1 for the outsider.
    standing : (N,) bool
        Whether the attacker knows the cell, so that it stands still.
    equations : (M, N) sparse
    low, high : (N,) float
        Room for the deviation.
    block, row_block : (N,), (M,) int
    """

    cell: IntArray
    attacker: IntArray
    standing: BoolArray
    equations: sparse.csr_array
    low: FloatArray
    high: FloatArray
    block: IntArray
    row_block: IntArray


def segments(starts: IntArray, lengths: IntArray) -> IntArray:
    """Return the positions of consecutive runs one after the other.

    Examples
    --------
    >>> segments(np.array([5, 0]), np.array([2, 3])).tolist()
    [5, 6, 0, 1, 2]
    """
    offsets = np.cumsum(lengths) - lengths
    positions: IntArray = np.repeat(starts - offsets, lengths) + np.arange(int(lengths.sum()))
    return positions


def blocks_of(moves: Moves, wanted: BoolArray, *, insiders: bool = True) -> Blocks:
    """Split movable cells into blocks and copy each for every contributor who knows one of its cells.

    Parameters
    ----------
    moves : Moves
        Hidden cells (reduced).
    wanted : (c,) bool
        Blocks without such a cell are left out.
    insiders : bool
        Whether contributors attack, or the outsider alone.
    """
    count = moves.size
    entries = moves.equations.tocoo()
    entry_row, entry_column = entries.row.astype(np.int64), entries.col.astype(np.int64)
    label, row_label = _connected(entry_row, entry_column, moves.equations.shape[0], count)
    labels = int(label.max(initial=-1)) + 1
    has_wanted = np.bincount(label[wanted], minlength=labels) > 0
    pair_block, pair_by = np.flatnonzero(has_wanted), np.full(int(has_wanted.sum()), OUTSIDER, dtype=np.int64)
    if insiders and moves.known_cell.size:
        pairs = np.stack([label[moves.known_cell], moves.known_by], axis=1)
        pairs = np.unique(pairs[has_wanted[pairs[:, 0]]], axis=0)
        pair_block = np.concatenate([pair_block, pairs[:, 0]])
        pair_by = np.concatenate([pair_by, pairs[:, 1]])
    columns, column_offset, column_rank = _copies(label, labels, pair_block)
    rows, row_offset, row_rank = _copies(row_label, labels, pair_block)
    copied, entry_offset, _ = _copies(label[entry_column], labels, pair_block)
    entry_pair = np.repeat(np.arange(len(pair_block)), np.diff(np.append(entry_offset, len(copied))))
    attacker = np.repeat(pair_by, np.diff(np.append(column_offset, len(columns))))
    standing = _in_pairs(columns, attacker, moves)
    new_column = column_offset[entry_pair] + column_rank[entry_column[copied]]
    new_row = row_offset[entry_pair] + row_rank[entry_row[copied]]
    active = ~standing[new_column]
    return _sorted_blocks(
        moves, columns, attacker, standing, len(rows),
        (new_row[active], new_column[active], entries.data[copied][active]),
    )  # fmt: skip


def _connected(row: IntArray, column: IntArray, rows: int, columns: int) -> tuple[IntArray, IntArray]:
    """Label the columns and rows of a matrix by connected parts."""
    graph = sparse.coo_array(
        (np.ones(len(row), dtype=np.int8), (row, column + rows)), shape=(rows + columns, rows + columns)
    )
    label = csgraph.connected_components(graph, directed=False)[1].astype(np.int64)
    return label[rows:], label[:rows]


def _copies(label: IntArray, labels: int, pair_block: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Return the items of each pair's block in turn, where pairs start, and each item's rank in its block."""
    order = np.argsort(label, kind="stable")
    size = np.bincount(label, minlength=labels)
    start = np.cumsum(size) - size
    rank = np.empty(len(label), dtype=np.int64)
    rank[order] = np.arange(len(label)) - start[label[order]]
    lengths = size[pair_block]
    return order[segments(start[pair_block], lengths)], np.cumsum(lengths) - lengths, rank


def _in_pairs(cell: IntArray, attacker: IntArray, moves: Moves) -> BoolArray:
    """Tell which copies their attacker knows."""
    if moves.known_cell.size == 0:
        return np.zeros(len(cell), dtype=bool)
    span = int(moves.known_by.max()) + 2
    return np.isin(cell * span + attacker + 1, moves.known_cell * span + moves.known_by + 1)


def _sorted_blocks(
    moves: Moves,
    cell: IntArray,
    attacker: IntArray,
    standing: BoolArray,
    rows: int,
    entries: tuple[IntArray, IntArray, FloatArray],
) -> Blocks:
    """Sort copies and equations by the blocks that remain once known cells stand still."""
    row, column, data = entries
    label, row_label = _connected(row, column, rows, len(cell))
    order, row_order = np.argsort(label, kind="stable"), np.argsort(row_label, kind="stable")
    equations = sparse.csr_array((data, (row, column)), shape=(rows, len(cell)))[row_order][:, order]
    standing = standing[order]
    source = cell[order]
    return Blocks(
        cell=source,
        attacker=attacker[order],
        standing=standing,
        equations=sparse.csr_array(equations),
        low=np.where(standing, 0.0, moves.low[source]),
        high=np.where(standing, 0.0, moves.high[source]),
        block=label[order],
        row_block=row_label[row_order],
    )


def reach(
    blocks: Blocks,
    down: FloatArray,
    up: FloatArray,
    *,
    lost: Callable[[FloatArray, FloatArray], BoolArray] | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Return how far the copies can move down and up, as far as one wants to know.

    Parameters
    ----------
    blocks : Blocks
        N copies.
    down, up : (N,) float, finite
        How far it matters; 0 where it does not.
    lost : callable, optional
        Takes proven limits of the movement down and up, (N,) each, and tells which copies settle the verdict
        on their block, which then needs no further programme.

    Returns
    -------
    tuple of (N,) float
        Largest movement down and up, both counted positive: at least what was asked for where that is
        possible, otherwise the exact largest movement. In blocks settled by `lost`, possibly less.

    Raises
    ------
    DisclosureError
        If the solver gives no answer.
    """
    low, high, settled = _propagated(blocks)
    exact = (settled & _without_cycle(blocks))[blocks.block]
    outer = {-1: -low, 1: high}
    inner = {side: np.where(exact, bound, 0.0) for side, bound in outer.items()}
    asked = {-1: down, 1: up}
    while True:
        is_open = {side: inner[side] < np.minimum(asked[side], outer[side]) - TOLERANCE for side in (-1, 1)}
        if lost is not None:
            done = np.isin(blocks.block, blocks.block[lost(outer[-1], outer[1])])
            is_open = {side: still & ~done for side, still in is_open.items()}
        target = np.concatenate([np.flatnonzero(is_open[-1]), np.flatnonzero(is_open[1])])
        if target.size == 0:
            return inner[-1], inner[1]
        side_of = np.repeat([-1, 1], [int(is_open[-1].sum()), int(is_open[1].sum())])
        kept = _fitting(blocks, target)
        target, side_of = target[kept], side_of[kept]
        columns, moved, reached = _farthest(blocks, target, side_of, asked)
        for side in (-1, 1):
            np.maximum.at(inner[side], columns, side * moved)
            here = side_of == side
            outer[side][target[here]] = side * reached[here]
            inner[side][target[here]] = side * reached[here]


def _fitting(blocks: Blocks, target: IntArray) -> IntArray:
    """Choose as many targets as one call of the solver takes well, at least one per block."""
    order = np.lexsort((np.arange(len(target)), blocks.block[target]))
    block = blocks.block[target[order]]
    size = np.bincount(blocks.block)
    busy, first = np.unique(block, return_index=True)
    rank = np.arange(len(block)) - np.repeat(first, np.diff(np.append(first, len(block))))
    chosen: IntArray = order[rank < max(1, COLUMNS_PER_CALL // int(size[busy].sum()))]
    return chosen


def _propagated(blocks: Blocks) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Narrow the room of the copies equation by equation; tell which blocks no longer change."""
    entries = blocks.equations.tocoo()
    row, column, data = entries.row, entries.col, entries.data
    rows = blocks.equations.shape[0]
    low, high = blocks.low.copy(), blocks.high.copy()
    settled = np.ones(int(blocks.block.max(initial=-1)) + 1, dtype=bool)
    for _ in range(SWEEPS):
        positive = data > 0
        least = data * np.where(positive, low[column], high[column])
        most = data * np.where(positive, high[column], low[column])
        others_least, others_most = _without_own(row, least, rows), _without_own(row, most, rows)
        new_low, new_high = low.copy(), high.copy()
        np.maximum.at(new_low, column, np.where(positive, -others_most, -others_least) / data)
        np.minimum.at(new_high, column, np.where(positive, -others_least, -others_most) / data)
        new_low, new_high = np.minimum(new_low, 0.0), np.maximum(new_high, 0.0)
        changed = (new_low > low + TOLERANCE) | (new_high < high - TOLERANCE)
        low, high = new_low, new_high
        settled[:] = True
        settled[blocks.block[changed]] = False
        if settled.all():
            break
    return low, high, settled


def _without_own(row: NDArray[np.integer], part: FloatArray, rows: int) -> FloatArray:
    """Return, for each entry, the sum of the other entries of its row; infinities counted apart."""
    infinite = ~np.isfinite(part)
    finite = np.where(infinite, 0.0, part)
    total = np.bincount(row, weights=finite, minlength=rows)
    unbounded = np.bincount(row, weights=infinite, minlength=rows)
    sign = np.bincount(row, weights=np.where(infinite, np.sign(part), 0.0), minlength=rows)
    others: FloatArray = np.where(
        unbounded[row] - infinite > 0, np.where(sign[row] < 0, -np.inf, np.inf), total[row] - finite
    )
    return others


def _without_cycle(blocks: Blocks) -> BoolArray:
    """Tell which blocks are trees: as many entries as cells and equations, less one."""
    count = int(blocks.block.max(initial=-1)) + 1
    entries = np.bincount(blocks.row_block, weights=np.diff(blocks.equations.indptr), minlength=count)
    nodes = np.bincount(blocks.block, minlength=count) + np.bincount(blocks.row_block, minlength=count)
    tree: BoolArray = entries == nodes - 1
    return tree


def _farthest(
    blocks: Blocks, target: IntArray, side: IntArray, asked: dict[int, FloatArray]
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Move each target as far as asked, in a copy of its block of its own, many in one call.

    Returns
    -------
    tuple of (K,) int, (K,) float, (k,) float
        Columns of all copied blocks, how they move, and how the k targets move.
    """
    block = blocks.block[target]
    start, end = (np.searchsorted(blocks.block, block, side=way) for way in ("left", "right"))
    row_start, row_end = (np.searchsorted(blocks.row_block, block, side=way) for way in ("left", "right"))
    pointer = blocks.equations.indptr.astype(np.int64)
    call = np.cumsum(end - start) // COLUMNS_PER_CALL
    all_columns, all_moved, reached = [], [], np.zeros(len(target))
    for number in np.unique(call):
        now = np.flatnonzero(call == number)
        width, height = (end - start)[now], (row_end - row_start)[now]
        entry_start = pointer[row_start[now]]
        entries = pointer[row_end[now]] - entry_start
        shift, row_shift = np.cumsum(width) - width, np.cumsum(height) - height
        columns = segments(start[now], width)
        entry = segments(entry_start, entries)
        entry_row = np.repeat(np.arange(len(blocks.row_block)), np.diff(pointer))[entry]
        matrix = sparse.csr_array(
            (
                blocks.equations.data[entry],
                (
                    entry_row + np.repeat(row_shift - row_start[now], entries),
                    blocks.equations.indices[entry] + np.repeat(shift - start[now], entries),
                ),
            ),
            shape=(int(height.sum()), int(width.sum())),
        )
        place = shift + target[now] - start[now]
        cost, low, high = np.zeros(len(columns)), blocks.low[columns], blocks.high[columns]
        cost[place] = -side[now]
        upward = side[now] > 0
        high[place] = np.where(upward, np.minimum(high[place], asked[1][target[now]]), high[place])
        low[place] = np.where(upward, low[place], np.maximum(low[place], -asked[-1][target[now]]))
        moved, _ = solve_movement(matrix, cost, low, high)
        all_columns.append(columns)
        all_moved.append(moved)
        reached[now] = moved[place]
    return np.concatenate(all_columns), np.concatenate(all_moved), reached


def solve_movement(
    matrix: sparse.csr_array, cost: FloatArray, low: FloatArray, high: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the movement of least cost within the room that keeps all equations (c,), and their prices (m,).

    Raises
    ------
    DisclosureError
        If the solver gives no answer.
    """
    for presolve in (True, False):
        result = linprog(  # type: ignore[call-overload]  # the stub knows no sparse matrices, scipy does
            cost,
            A_eq=matrix,
            b_eq=np.zeros(matrix.shape[0]),
            bounds=np.column_stack([low, high]),
            method="highs-ds",
            options={"presolve": presolve},
        )
        if result.status == 0:
            return np.asarray(result.x, dtype=np.float64), np.asarray(result.eqlin.marginals)
    raise DisclosureError(
        "Der Angriff auf gesperrte Zellen ließ sich nicht rechnen, also ist der Schutz nicht belegt. "
        "Bitte sehr große Werte in einer gröberen Einheit angeben oder mehr Zellen als »primary« sperren."
    )

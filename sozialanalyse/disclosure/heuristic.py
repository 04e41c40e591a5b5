"""Fast secondary suppression: hide what a cheapest movement of an unprotected cell needs, attack, repeat.

The result is as safe as the optimum, because the attack decides when to stop; it may hide more than needed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from sozialanalyse.disclosure.attack import Demands, Findings, codes_of, examine
from sozialanalyse.disclosure.moves import Moves, restrict
from sozialanalyse.disclosure.reach import solve_movement
from sozialanalyse.disclosure.system import TOLERANCE, BoolArray, FloatArray, IntArray

__all__ = ["Protection", "components", "protect", "pruned"]

COLUMNS_PER_CALL = 6000
PRUNE_ROUNDS = 40


@dataclass(frozen=True, slots=True, eq=False)
class Protection:
    """Hidden cells that withstand the attack.

    Attributes
    ----------
    hidden : (c,) bool
    rounds : int
        Attacks made until none succeeded.
    """

    hidden: BoolArray
    rounds: int


def components(moves: Moves) -> IntArray:
    """Label the cells by parts that share no equation, shape (c,)."""
    entries = moves.equations.tocoo()
    rows = moves.equations.shape[0]
    graph = sparse.coo_array(
        (np.ones(entries.nnz, dtype=np.int8), (entries.row, entries.col + rows)),
        shape=(rows + moves.size, rows + moves.size),
    )
    return csgraph.connected_components(graph, directed=False)[1].astype(np.int64)[rows:]


def protect(moves: Moves, demands: Demands) -> Protection:
    """Hide further cells until the attack on every demanding cell fails, then show again what is not needed.

    Parameters
    ----------
    moves : Moves
        c cells.
    demands : Demands
        Needs; relaxed in place where hiding everything would not meet them.
    """
    hidden = moves.forced.copy()
    part = components(moves)
    settled = np.empty(0, dtype=np.int64)
    rounds = 0
    while True:
        rounds += 1
        found = examine(moves, hidden, demands, settled=settled)
        broken = found.broken
        if not broken.any():
            break
        settled = np.union1d(settled, codes_of(moves, found.cell, found.attacker)[~broken])
        found = _only(found, broken)
        added, alone = _filled(moves, hidden, found)
        hidden = hidden | added
        found = _only(found, ~alone)
        if found.cell.size:
            hidden = _carried(moves, hidden, _first_per_part(found, part), part, demands)
    hidden, more = pruned(moves, hidden, demands)
    return Protection(hidden, rounds + more)


def _only(found: Findings, kept: BoolArray) -> Findings:
    return Findings(*(getattr(found, name)[kept] for name in Findings.__slots__))


def _filled(moves: Moves, hidden: BoolArray, found: Findings) -> tuple[BoolArray, BoolArray]:
    """Hide the cheapest sufficient cell in each sum whose hidden cells belong to no other sum.

    Returns
    -------
    tuple of (c,) bool and (k,) bool
        Cells to hide, and findings that need nothing else in this round.
    """
    entries = moves.equations.tocoo()
    row, column, data = entries.row.astype(np.int64), entries.col.astype(np.int64), entries.data
    rows = moves.equations.shape[0]
    if rows == 0:
        return np.zeros(moves.size, dtype=bool), np.zeros(len(found.cell), dtype=bool)
    degree = np.bincount(column, minlength=moves.size)
    shared = np.bincount(row, weights=hidden[column] & (degree[column] > 1), minlength=rows) > 0
    own_row, own_data = np.full(moves.size, -1), np.zeros(moves.size)
    own_row[column], own_data[column] = row, data
    alone = (degree[found.cell] == 1) & ~shared[own_row[found.cell]]
    minus, plus = np.zeros(rows), np.zeros(rows)
    goal_up, goal_down = _goals(found)
    missing_up, missing_down = goal_up - found.up, goal_down - found.down
    scale = own_data[found.cell]
    grows = np.maximum(np.where(scale > 0, missing_up, missing_down), 0) * np.abs(scale)
    shrinks = np.maximum(np.where(scale > 0, missing_down, missing_up), 0) * np.abs(scale)
    np.maximum.at(minus, own_row[found.cell[alone]], grows[alone])
    np.maximum.at(plus, own_row[found.cell[alone]], shrinks[alone])
    candidate = (degree == 1) & ~hidden
    candidate &= (minus + plus)[own_row] > 0
    cells = np.flatnonzero(candidate)
    line, factor = own_row[cells], own_data[cells]
    to_minus = np.abs(factor) * np.where(factor > 0, -moves.low[cells], moves.high[cells])
    to_plus = np.abs(factor) * np.where(factor > 0, moves.high[cells], -moves.low[cells])
    gain = np.minimum(to_minus, minus[line]) + np.minimum(to_plus, plus[line])
    enough = gain >= (minus + plus)[line] - TOLERANCE
    useful = gain > TOLERANCE
    order = np.lexsort((cells, moves.cost[cells], np.where(enough, 0.0, -gain), ~enough, line))
    order = order[useful[order]]
    _, first = np.unique(line[order], return_index=True)
    chosen = cells[order[first]]
    added = np.zeros(moves.size, dtype=bool)
    added[chosen] = True
    served = np.zeros(rows, dtype=bool)
    served[own_row[chosen]] = True
    return added, alone & served[own_row[found.cell]]


def _goals(found: Findings) -> tuple[FloatArray, FloatArray]:
    """Return the movement to reach up and down; missing width is asked upward."""
    width = found.need_width - np.maximum(found.down, found.need_down)
    return np.maximum(found.need_up, width), found.need_down


def _first_per_part(found: Findings, part: IntArray) -> Findings:
    """Keep one finding per part, outsiders first, then in the order of cells."""
    order = np.lexsort((found.cell, found.attacker))
    _, first = np.unique(part[found.cell[order]], return_index=True)
    return _only(found, np.isin(np.arange(len(order)), order[first]))


def _carried(moves: Moves, hidden: BoolArray, found: Findings, part: IntArray, demands: Demands) -> BoolArray:
    """Hide the cells of a cheapest movement for one finding per part; relax what cannot be had."""
    goal_up, goal_down = _goals(found)
    side = np.where(goal_up > found.up + TOLERANCE, 1.0, -1.0)
    need = np.where(side > 0, goal_up, goal_down)
    moved = _movements(moves, hidden, found, part, side * need, free=False)
    short = side * moved[found.cell] < need - TOLERANCE
    if short.any():
        failed = _only(found, short)
        most = np.maximum(np.maximum(failed.need_up, failed.need_down), failed.need_width)
        up = _movements(moves, hidden, failed, part, most, free=True)
        down = _movements(moves, hidden, failed, part, -most, free=True)
        for place in range(len(failed.cell)):
            _relax(moves, demands, failed, place, -down[failed.cell[place]], up[failed.cell[place]])
        moved = np.where(np.isin(part, part[failed.cell]), np.abs(up) + np.abs(down), moved)
    carried = hidden | (np.abs(moved) > TOLERANCE)
    if (carried == hidden).all() and not short.any():
        return hidden | np.isin(part, part[found.cell])
    return carried


def _relax(moves: Moves, demands: Demands, failed: Findings, place: int, down: float, up: float) -> None:
    """Lower the needs of one finding to what hiding everything achieves, and no further."""
    cell = int(failed.cell[place])
    if moves.whole[cell]:
        down, up = float(np.floor(down + TOLERANCE)), float(np.floor(up + TOLERANCE))
    need_width = min(float(failed.need_width[place]), down + up)
    need_down, need_up = min(float(failed.need_down[place]), down), min(float(failed.need_up[place]), up)
    need_up = max(need_up, min(up, need_width - need_down))
    need_down = max(need_down, need_width - need_up)
    demands.relax(cell, int(failed.attacker[place]), np.array([need_down, need_up, need_width]))


def _movements(
    moves: Moves, hidden: BoolArray, found: Findings, part: IntArray, amount: FloatArray, *, free: bool
) -> FloatArray:
    """Move one cell per part by `amount` (k,), or as far as possible, at least cost; shape (c,).

    With `free`, hiding costs nothing, so that the farthest movement at all comes out.
    """
    target_of = np.full(int(part.max()) + 1, -1, dtype=np.int64)
    target_of[part[found.cell]] = np.arange(len(found.cell))
    inside = np.flatnonzero(target_of[part] >= 0)
    finding = target_of[part[inside]]
    inside = inside[np.argsort(finding, kind="stable")]
    finding = np.sort(finding)
    size = np.bincount(finding)
    unit = np.maximum(np.abs(amount), TOLERANCE)[finding]
    room_up, room_down = moves.high[inside], -moves.low[inside]
    standing = _known_to(moves, inside, found.attacker[finding])
    room_up, room_down = (np.where(standing, 0.0, room) for room in (room_up, room_down))
    price = np.where(hidden[inside] | free, 0.0, _relative_cost(moves.cost[inside], finding, len(size)))
    price_up = price / np.clip(room_up, TOLERANCE, unit)
    price_down = price / np.clip(room_down, TOLERANCE, unit)
    is_target = inside == found.cell[finding]
    reward = -100.0 * size[finding] / unit
    upward = amount[finding] > 0
    price_up = np.where(is_target, np.where(upward, reward, 0.0), price_up)
    price_down = np.where(is_target, np.where(upward, 0.0, reward), price_down)
    room_up = np.where(is_target, np.where(upward, np.minimum(room_up, unit), 0.0), room_up)
    room_down = np.where(is_target, np.where(upward, 0.0, np.minimum(room_down, unit)), room_down)
    moved = np.zeros(moves.size)
    call = (np.cumsum(size) // COLUMNS_PER_CALL)[finding]
    for number in np.unique(call):
        now = call == number
        matrix = moves.equations[:, inside[now]]
        matrix = sparse.csr_array(matrix[np.flatnonzero(np.diff(matrix.indptr))])
        solution, _ = solve_movement(
            sparse.csr_array(sparse.hstack([matrix, -matrix])),
            np.concatenate([price_up[now], price_down[now]]),
            np.zeros(2 * int(now.sum())),
            np.concatenate([room_up[now], room_down[now]]),
        )
        up, down = np.split(solution, 2)
        moved[inside[now]] = up - down
    return moved


def _relative_cost(cost: FloatArray, group: IntArray, groups: int) -> FloatArray:
    """Return costs from 0 to 1 within each group; a little is added so that no cell is hidden for nothing."""
    highest = np.zeros(groups)
    np.maximum.at(highest, group, cost)
    relative: FloatArray = cost / np.where(highest > 0, highest, 1.0)[group] + 1e-4
    return relative


def _known_to(moves: Moves, cell: IntArray, attacker: IntArray) -> BoolArray:
    known: BoolArray = np.isin(
        codes_of(moves, cell, attacker), codes_of(moves, moves.known_cell, moves.known_by)
    )
    return known


def pruned(moves: Moves, hidden: BoolArray, demands: Demands) -> tuple[BoolArray, int]:
    """Show cells again if the attack allows it: the dearest first, one per block of hidden cells a time."""
    tried = moves.forced.copy()
    for number in range(PRUNE_ROUNDS):
        candidate = np.flatnonzero(hidden & ~tried)
        if candidate.size == 0:
            return hidden, number
        block = np.full(moves.size, -1, dtype=np.int64)
        block[hidden] = components(restrict(moves, hidden))
        order = candidate[np.lexsort((candidate, -moves.cost[candidate], block[candidate]))]
        _, first = np.unique(block[order], return_index=True)
        chosen = order[first]
        tried[chosen] = True
        trial = hidden & np.isin(block, block[chosen])
        trial[chosen] = False
        found = examine(moves, trial, demands, verdict_only=True)
        unsafe = np.unique(block[found.cell[found.broken]])
        hidden = hidden.copy()
        hidden[chosen[~np.isin(block[chosen], unsafe)]] = False
    return hidden, PRUNE_ROUNDS

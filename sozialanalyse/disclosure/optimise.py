"""Least information lost: a programme in hide/show decisions whose constraints come from the attack.

After Fischetti and Salazar (2000). Hidden cells protect a cell if it can move far enough; by duality this is
a family of linear inequalities in the decisions. They are found one by one: decide, attack, add the
inequality that the successful attack breaks, decide again.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from sozialanalyse.disclosure.attack import Demands, Findings, examine
from sozialanalyse.disclosure.moves import Moves
from sozialanalyse.disclosure.reach import COLUMNS_PER_CALL, OUTSIDER, solve_movement
from sozialanalyse.disclosure.system import TOLERANCE, BoolArray, FloatArray, IntArray

__all__ = ["Optimum", "cheapest"]

MAX_ROUNDS = 200
RELAXED_ROUNDS = 30
DUAL_DIGITS = 9


@dataclass(frozen=True, slots=True, eq=False)
class Optimum:
    """Outcome of the search.

    Attributes
    ----------
    hidden : (c,) bool or None
        Cheapest protection, or None if the search was broken off.
    bound : float
        Proven least cost of the cells hidden in addition.
    rounds : int
        Times that decisions were attacked.
    """

    hidden: BoolArray | None
    bound: float
    rounds: int


def cheapest(moves: Moves, demands: Demands, *, deadline: float) -> Optimum:
    """Find the cheapest set of hidden cells that withstands the attack.

    Parameters
    ----------
    moves : Moves
        c cells that share equations.
    demands : Demands
        Attainable needs.
    deadline : float
        `time.monotonic` at which to break off.
    """
    demanding = np.flatnonzero(moves.demanding)
    outside = np.full(len(demanding), OUTSIDER, dtype=np.int64)
    targets = _Targets(demanding, outside, demands.of(demanding, outside))
    cuts = _companions(moves, targets)
    bound = 0.0
    for _ in range(RELAXED_ROUNDS):
        share, bound = _decided(moves, cuts, whole=False, deadline=deadline)
        if share is None:
            return Optimum(None, bound, 0)
        new = _separated(moves, targets, share, relaxed=True)
        if not new:
            break
        cuts += new
    for rounds in range(1, MAX_ROUNDS + 1):
        share, bound = _decided(moves, cuts, whole=True, deadline=deadline)
        if share is None:
            return Optimum(None, bound, rounds)
        hidden = share > 0.5
        found = examine(moves, hidden, demands)
        broken = found.broken
        if not broken.any():
            return Optimum(hidden, bound, rounds)
        cuts += _separated(moves, _targets_of(found, broken), hidden.astype(np.float64), relaxed=False) or [
            (np.where(hidden, 0.0, 1.0), 1.0)
        ]
    return Optimum(None, bound, MAX_ROUNDS)


Cut = tuple[FloatArray, float]
"""Coefficients (c,) and right-hand side of ``coefficients · z ≥ right``; z is 1 for hidden cells."""


@dataclass(frozen=True, slots=True, eq=False)
class _Targets:
    """Cells (k,), their attackers (k,), and the needs down, up and in width (3, k)."""

    cell: IntArray
    attacker: IntArray
    needs: FloatArray


def _targets_of(found: Findings, broken: BoolArray) -> _Targets:
    needs = np.stack([found.need_down, found.need_up, found.need_width])
    return _Targets(found.cell[broken], found.attacker[broken], needs[:, broken])


def _companions(moves: Moves, targets: _Targets) -> list[Cut]:
    """Return the rule that a hidden cell needs a second one in each of its sums, to be safe or of use."""
    needy = set(targets.cell[targets.needs.max(axis=0, initial=0.0) > 0].tolist())
    cuts: list[Cut] = []
    start = moves.equations.indptr.tolist()
    for row in range(moves.equations.shape[0]):
        columns = moves.equations.indices[start[row] : start[row + 1]]
        for cell in columns.tolist():
            if moves.forced[cell] and cell not in needy:
                continue
            others = np.zeros(moves.size)
            others[columns] = 1.0
            others[cell] = 0.0 if cell in needy else -1.0
            cuts.append((others, 1.0 if cell in needy else 0.0))
    return cuts


def _decided(
    moves: Moves, cuts: list[Cut], *, whole: bool, deadline: float
) -> tuple[FloatArray | None, float]:
    """Return the cheapest decisions (c,) under the inequalities so far, and a proven bound of their cost."""
    left = deadline - time.monotonic()
    if left <= 0:
        return None, 0.0
    matrix = sparse.csr_array(np.array([coefficients for coefficients, _ in cuts]).reshape(-1, moves.size))
    result = milp(
        moves.cost * ~moves.forced,
        integrality=np.full(moves.size, int(whole)),
        bounds=Bounds(moves.forced.astype(np.float64), np.ones(moves.size)),
        constraints=LinearConstraint(matrix, lb=np.array([right for _, right in cuts])),
        options={"time_limit": left, "mip_rel_gap": 0.0},
    )
    bound = result.mip_dual_bound if whole else result.fun
    proven = max(0.0, float(bound)) if bound is not None and np.isfinite(bound) else 0.0
    return (np.clip(result.x, 0.0, 1.0) if result.status == 0 else None), proven


def _separated(moves: Moves, targets: _Targets, share: FloatArray, *, relaxed: bool) -> list[Cut]:
    """Return inequalities that the decisions break, from the duals of the attack on each target.

    With fractional decisions a cell may move by its share of the room; large rooms are first cut to the need,
    which only steers the search: every set of duals gives a valid inequality.
    """
    gap = 1e-3 if relaxed else TOLERANCE
    per_call = max(1, COLUMNS_PER_CALL // moves.size)
    cuts: list[Cut] = []
    for start in range(0, len(targets.cell), per_call):
        now = slice(start, start + per_call)
        some = _Targets(targets.cell[now], targets.attacker[now], targets.needs[:, now])
        down, up = (_capacities(moves, some, side, share, relaxed=relaxed) for side in (-1, 1))
        for capacities, needs in zip((down, up, down + up), some.needs, strict=True):
            coefficients = np.minimum(capacities, needs[:, None])
            broken = (needs > 0) & (coefficients @ share < needs - gap * np.maximum(1.0, needs))
            cuts += [(coefficients[place] / needs[place], 1.0) for place in np.flatnonzero(broken)]
    return cuts


def _capacities(
    moves: Moves, targets: _Targets, side: int, share: FloatArray, *, relaxed: bool
) -> FloatArray:
    """Return coefficients (k, c): no table moves a target further than their sum over the hidden cells."""
    count = len(targets.cell)
    most = targets.needs.max(axis=0, initial=0.0)
    known = np.zeros((count, moves.size), dtype=bool)
    pair_target, pair = np.nonzero(targets.attacker[:, None] == moves.known_by[None, :])
    known[pair_target, moves.known_cell[pair]] = True
    room = {-1: np.where(known, 0.0, -moves.low), 1: np.where(known, 0.0, moves.high)}
    limit = {way: np.minimum(size, most[:, None]) if relaxed else size for way, size in room.items()}
    limit = {
        way: np.multiply(
            size, share, out=np.zeros(size.shape), where=np.broadcast_to(share > TOLERANCE, size.shape)
        )
        for way, size in limit.items()
    }
    own = (np.arange(count), targets.cell)
    limit[side][own] = np.minimum(limit[side][own], most)
    objective = np.zeros((count, moves.size))
    objective[own] = -side
    _, prices = solve_movement(
        sparse.csr_array(sparse.kron(sparse.eye_array(count), moves.equations)),
        objective.ravel(),
        -limit[-1].ravel(),
        limit[1].ravel(),
    )
    pull = np.round(prices, DUAL_DIGITS).reshape(count, -1) @ moves.equations - objective
    pull[np.abs(pull) < 10.0**-DUAL_DIGITS] = 0.0
    capacities = np.zeros((count, moves.size))
    np.multiply(pull, room[1], out=capacities, where=pull > 0)
    np.multiply(-pull, room[-1], out=capacities, where=pull < 0)
    return capacities

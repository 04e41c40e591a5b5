"""The attack: the smallest and largest value of hidden cells that a reader can derive from what is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sozialanalyse.disclosure.moves import Moves, Reduction, moves_of, reduce_moves
from sozialanalyse.disclosure.reach import OUTSIDER, Blocks, blocks_of, reach, segments
from sozialanalyse.disclosure.system import TOLERANCE, BoolArray, FloatArray, IntArray, LinearSystem
from sozialanalyse.errors import DisclosureError, ParameterError

__all__ = ["Bounds", "Demands", "Findings", "attack", "codes_of", "examine"]


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """What can be derived of k hidden cells.

    Attributes
    ----------
    cells : (k,) int
        Positions in the system.
    lower, upper : (k,) float
        Interval that the outsider derives; for whole numbers rounded inward.
    insider_lower, insider_upper : (k,) float
        Narrowest ends that the outsider or any single contributor to another hidden cell derives.
    breached : (k,) bool
        Whether outsider or contributor gets closer than the protection levels allow.
    """

    cells: IntArray
    lower: FloatArray
    upper: FloatArray
    insider_lower: FloatArray
    insider_upper: FloatArray
    breached: BoolArray

    @property
    def exact(self) -> BoolArray:
        """Cells whose true value somebody can calculate, shape (k,)."""
        return self.insider_upper - self.insider_lower < TOLERANCE


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """Movement left to protected cells, one entry per cell and attacker (k entries).

    Attributes
    ----------
    cell, attacker : (k,) int
        Cell of the `Moves`, contributor label or −1.
    down, up : (k,) float
        Possible movement, exact as far as needed.
    need_down, need_up, need_width : (k,) float
        What was needed.
    """

    cell: IntArray
    attacker: IntArray
    down: FloatArray
    up: FloatArray
    need_down: FloatArray
    need_up: FloatArray
    need_width: FloatArray

    @property
    def broken(self) -> BoolArray:
        """Entries whose need is not met, shape (k,)."""
        short: BoolArray = (
            (self.down < self.need_down - TOLERANCE)
            | (self.up < self.need_up - TOLERANCE)
            | (self.down + self.up < self.need_width - TOLERANCE)
        )
        return short


class Demands:
    """Needs per cell and attacker: those of the `Moves`, less what no hiding at all can achieve."""

    def __init__(self, moves: Moves) -> None:
        self._base = np.stack([moves.need_down, moves.need_up, moves.need_width])
        self._relaxed: dict[tuple[int, int], FloatArray] = {}

    @property
    def relaxed_cells(self) -> IntArray:
        """Cells with an unattainable need, sorted."""
        return np.array(sorted({cell for cell, _ in self._relaxed}), dtype=np.int64)

    def of(self, cell: IntArray, attacker: IntArray) -> FloatArray:
        """Return the needs down, up and in width, shape (3, k)."""
        needs: FloatArray = self._base[:, cell].copy()
        for (one, by), reduced in self._relaxed.items():
            here = (cell == one) & (attacker == by)
            needs[:, here] = reduced[:, None]
        return needs

    def restricted(self, moves: Moves, cells: BoolArray) -> Demands:
        """Return the needs of the `Moves` restricted to some cells."""
        result = Demands(moves)
        place = np.cumsum(cells) - 1
        result._relaxed = {
            (int(place[cell]), by): needs for (cell, by), needs in self._relaxed.items() if cells[cell]
        }
        return result

    def relax(self, cell: int, attacker: int, needs: FloatArray) -> None:
        """Ask no more than this of a cell against an attacker."""
        self._relaxed[cell, attacker] = needs


def attack(
    system: LinearSystem,
    hidden: BoolArray,
    *,
    cells: Sequence[int] | IntArray | None = None,
    insiders: bool = True,
) -> Bounds:
    """Derive the interval of hidden cells from everything shown, by linear programming.

    Parameters
    ----------
    system : LinearSystem
        n cells.
    hidden : (n,) bool
        Cells that are not published.
    cells : sequence of int, optional
        Positions of the hidden cells to attack; all protected cells if left out.
    insiders : bool
        Whether contributors who know a hidden cell attack the others too.

    Returns
    -------
    Bounds
        Intervals that contain the true value; a single point means full disclosure. An upper end is infinite
        where nothing shown limits the cell.

    Raises
    ------
    DisclosureError
        If a primary cell is shown, or the solver gives no answer.

    Notes
    -----
    The interval is that of the linear programme; of whole numbers only the ends are rounded inward. In sums,
    hierarchies and two-way tables nobody can get closer; in tables of three and more dimensions integer
    programming sometimes can.

    References
    ----------
    Fischetti, M. & Salazar, J. J. (2000). Models and algorithms for optimizing cell suppression in tabular
    data with linear constraints. Journal of the American Statistical Association 95(451), 916–928.

    Examples
    --------
    >>> from sozialanalyse.disclosure.builder import SystemBuilder
    >>> builder = SystemBuilder()
    >>> builder.add_cells(["a", "b", "c", "city"], [1, 5, 9, 15], primary=[True, True, False, False])
    >>> builder.add_total("city", ["a", "b", "c"])
    >>> found = attack(builder.build(), np.array([True, True, False, False]))
    >>> found.lower.tolist(), found.upper.tolist()
    ([0.0, 0.0], [6.0, 6.0])
    """
    hidden = np.asarray(hidden, dtype=bool)
    shown = int(np.sum(system.primary & ~hidden))
    if shown:
        raise DisclosureError(
            f"Gesperrte Zellen dürfen nicht gezeigt werden; {shown} würden gezeigt. "
            "Bitte alle primären Zellen verbergen."
        )
    chosen = np.flatnonzero(system.protected & hidden) if cells is None else np.asarray(cells, dtype=np.int64)
    if not hidden[chosen].all():
        raise ParameterError("Angreifen lassen sich nur verborgene Zellen. Bitte gezeigte Zellen weglassen.")
    limit = min(1e9, 16.0 * (1.0 + float(np.abs(system.values).sum())))
    everything = np.zeros(system.size)
    everything[chosen] = limit
    moves = moves_of(system)
    found = _look(moves, hidden, everything, everything, insiders=insiders)
    down, up = found.down, found.up
    down, up = (np.where(way >= limit * (1 - TOLERANCE), np.inf, way) for way in (down, up))
    outside = np.flatnonzero(found.attacker == OUTSIDER)
    place = np.full(system.size, -1)
    place[chosen] = np.arange(len(chosen))
    ends = {}
    for name, way in (("down", down), ("up", up)):
        own, least = np.zeros(len(chosen)), np.full(len(chosen), np.inf)
        own[place[found.cell[outside]]] = way[outside]
        np.minimum.at(least, place[found.cell], way)
        ends[name] = own, least
    values = system.values[chosen]
    return Bounds(
        cells=chosen,
        lower=values - ends["down"][0],
        upper=values + ends["up"][0],
        insider_lower=values - ends["down"][1],
        insider_upper=values + ends["up"][1],
        breached=np.isin(chosen, found.cell[_with_needs(found, moves).broken]),
    )


def codes_of(moves: Moves, cell: IntArray, attacker: IntArray) -> IntArray:
    """Return one number per pair of cell and attacker."""
    return cell * (int(moves.known_by.max(initial=OUTSIDER)) + 2) + attacker + 1


def examine(
    moves: Moves, hidden: BoolArray, demands: Demands, *, settled: IntArray | None = None
) -> Findings:
    """Attack all hidden cells that need room, as far as needed to decide whether they have it.

    Parameters
    ----------
    moves : Moves
        c cells.
    hidden : (c,) bool
        Hidden cells.
    demands : Demands
        Needs.
    settled : (k,) int, optional
        Codes (see `codes_of`) of cells and attackers known to be safe; they are left out.
    """
    down = np.maximum(moves.need_down, moves.need_width)
    up = np.maximum(moves.need_up, moves.need_width)
    found = _look(moves, hidden, down, up, settled=settled)
    need_down, need_up, need_width = demands.of(found.cell, found.attacker)
    return replace(found, need_down=need_down, need_up=need_up, need_width=need_width)


def _with_needs(found: Findings, moves: Moves) -> Findings:
    return replace(
        found,
        need_down=moves.need_down[found.cell],
        need_up=moves.need_up[found.cell],
        need_width=moves.need_width[found.cell],
    )


def _look(
    moves: Moves,
    hidden: BoolArray,
    down: FloatArray,
    up: FloatArray,
    *,
    insiders: bool = True,
    settled: IntArray | None = None,
) -> Findings:
    """Find the movement of hidden cells for every attacker, as far as `down` and `up` (c,) ask for it."""
    reduction = reduce_moves(moves, hidden)
    looked = hidden & ((down > 0) | (up > 0))
    stuck = np.flatnonzero(looked & (reduction.place < 0))
    wanted = np.zeros(reduction.moves.size, dtype=bool)
    wanted[reduction.place[looked & (reduction.place >= 0)]] = True
    blocks = blocks_of(reduction.moves, wanted, insiders=insiders)
    cell, copy = _members(reduction, looked, blocks)
    code = codes_of(moves, cell, blocks.attacker[copy])
    left_out = codes_of(moves, moves.known_cell, moves.known_by)
    if settled is not None:
        left_out = np.concatenate([left_out, settled])
    open_ = ~np.isin(code, left_out)
    cell, copy = cell[open_], copy[open_]
    same = reduction.sign[cell] > 0
    ask_down, ask_up = np.zeros(len(blocks.cell)), np.zeros(len(blocks.cell))
    np.maximum.at(ask_down, copy, np.where(same, down[cell], up[cell]))
    np.maximum.at(ask_up, copy, np.where(same, up[cell], down[cell]))
    reach_down, reach_up = reach(blocks, ask_down, ask_up)
    found_down = np.where(same, reach_down[copy], reach_up[copy])
    found_up = np.where(same, reach_up[copy], reach_down[copy])
    whole = moves.whole[cell]
    found_down = np.where(whole, np.floor(found_down + TOLERANCE), found_down)
    found_up = np.where(whole, np.floor(found_up + TOLERANCE), found_up)
    still, none = np.zeros(len(stuck)), np.zeros(len(stuck) + len(cell))
    return Findings(
        cell=np.concatenate([stuck, cell]),
        attacker=np.concatenate([np.full(len(stuck), OUTSIDER), blocks.attacker[copy]]),
        down=np.concatenate([still, found_down]),
        up=np.concatenate([still, found_up]),
        need_down=none,
        need_up=none,
        need_width=none,
    )


def _members(reduction: Reduction, looked: BoolArray, blocks: Blocks) -> tuple[IntArray, IntArray]:
    """Pair each copy of a class with the cells of the class that count."""
    cells = np.flatnonzero(looked & (reduction.place >= 0))
    cells = cells[np.argsort(reduction.place[cells], kind="stable")]
    size = np.bincount(reduction.place[cells], minlength=reduction.moves.size)
    lengths = size[blocks.cell]
    start = (np.cumsum(size) - size)[blocks.cell]
    return cells[segments(start, lengths)], np.repeat(np.arange(len(blocks.cell)), lengths)

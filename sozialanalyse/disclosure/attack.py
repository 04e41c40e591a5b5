"""The attack: the smallest and largest value of hidden cells that a reader can derive from what is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
        Intervals that contain the true value; a single point means full disclosure. An upper end is the one
        known beforehand, mostly infinity, where nothing shown limits the cell.

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
    limit = 16.0 * (1.0 + float(np.abs(system.values).sum()))
    everything = np.zeros(system.size)
    everything[chosen] = limit
    moves = moves_of(system)
    found = _look(moves, hidden, everything, everything, Demands(moves), insiders=insiders)
    far = limit * (1 - TOLERANCE)
    down = np.where(found.down >= far, -moves.low[found.cell], found.down)
    up = np.where(found.up >= far, moves.high[found.cell], found.up)
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
        breached=np.isin(chosen, found.cell[found.broken]),
    )


def codes_of(moves: Moves, cell: IntArray, attacker: IntArray) -> IntArray:
    """Return one number per pair of cell and attacker."""
    return cell * (int(moves.known_by.max(initial=OUTSIDER)) + 2) + attacker + 1


def examine(
    moves: Moves,
    hidden: BoolArray,
    demands: Demands,
    *,
    settled: IntArray | None = None,
    verdict_only: bool = False,
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
    verdict_only : bool
        Whether it is enough to know which blocks of hidden cells are broken, not what in them and how far.
    """
    down = np.maximum(moves.need_down, moves.need_width)
    up = np.maximum(moves.need_up, moves.need_width)
    return _look(moves, hidden, down, up, demands, settled=settled, give_up=verdict_only)


def _look(
    moves: Moves,
    hidden: BoolArray,
    down: FloatArray,
    up: FloatArray,
    demands: Demands,
    *,
    insiders: bool = True,
    settled: IntArray | None = None,
    give_up: bool = False,
) -> Findings:
    """Find the movement of hidden cells for every attacker, as far as `down` and `up` (c,) ask for it."""
    reduction = reduce_moves(moves, hidden)
    looked = hidden & ((down > 0) | (up > 0))
    stuck = np.flatnonzero(looked & (reduction.place < 0))
    wanted = np.zeros(reduction.moves.size, dtype=bool)
    wanted[reduction.place[looked & (reduction.place >= 0)]] = True
    blocks = blocks_of(reduction.moves, wanted, insiders=insiders)
    cell, copy = _members(reduction, looked, blocks)
    left_out = codes_of(moves, moves.known_cell, moves.known_by)
    if settled is not None:
        left_out = np.concatenate([left_out, settled])
    open_ = ~np.isin(codes_of(moves, cell, blocks.attacker[copy]), left_out)
    cell, copy = cell[open_], copy[open_]
    same = reduction.sign[cell] > 0
    ask_down, ask_up = np.zeros(len(blocks.cell)), np.zeros(len(blocks.cell))
    np.maximum.at(ask_down, copy, np.where(same, down[cell], up[cell]))
    np.maximum.at(ask_up, copy, np.where(same, up[cell], down[cell]))
    cells = np.concatenate([stuck, cell])
    attackers = np.concatenate([np.full(len(stuck), OUTSIDER), blocks.attacker[copy]])
    needs = demands.of(cells, attackers)
    whole, still = moves.whole[cell], np.zeros(len(stuck))

    def findings(copy_down: FloatArray, copy_up: FloatArray) -> Findings:
        found_down = np.where(same, copy_down[copy], copy_up[copy])
        found_up = np.where(same, copy_up[copy], copy_down[copy])
        found_down, found_up = (
            np.where(whole, np.floor(way + TOLERANCE), way) for way in (found_down, found_up)
        )
        return Findings(
            cells, attackers, np.concatenate([still, found_down]), np.concatenate([still, found_up]), *needs
        )

    def lost(most_down: FloatArray, most_up: FloatArray) -> BoolArray:
        result = np.zeros(len(blocks.cell), dtype=bool)
        result[copy[findings(most_down, most_up).broken[len(stuck) :]]] = True
        return result

    return findings(*reach(blocks, ask_down, ask_up, lost=lost if give_up else None))


def _members(reduction: Reduction, looked: BoolArray, blocks: Blocks) -> tuple[IntArray, IntArray]:
    """Pair each copy of a class with the cells of the class that count."""
    cells = np.flatnonzero(looked & (reduction.place >= 0))
    cells = cells[np.argsort(reduction.place[cells], kind="stable")]
    size = np.bincount(reduction.place[cells], minlength=reduction.moves.size)
    lengths = size[blocks.cell]
    start = (np.cumsum(size) - size)[blocks.cell]
    return cells[segments(start, lengths)], np.repeat(np.arange(len(blocks.cell)), lengths)

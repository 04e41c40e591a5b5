"""Secondary suppression: which further cells to hide so that the hidden ones cannot be worked out."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from sozialanalyse.disclosure.attack import Demands, codes_of, examine
from sozialanalyse.disclosure.heuristic import components, protect, pruned
from sozialanalyse.disclosure.moves import Moves, Reduction, moves_of, reduce_moves, restrict
from sozialanalyse.disclosure.optimise import cheapest
from sozialanalyse.disclosure.system import TOLERANCE, BoolArray, LinearSystem
from sozialanalyse.errors import DisclosureError, ParameterError, require_choice

__all__ = ["Method", "Suppression", "suppress"]

Method = Literal["auto", "optimal", "heuristic"]

AUTO_CELLS_PER_PART = 250
AUTO_CELLS = 1000

_ATTACK_SUCCEEDS = (
    "Der abschließende Angriff muss scheitern, er gelingt aber bei {count} Zellen. "
    "Bitte nichts veröffentlichen und sehr große Werte in einer gröberen Einheit angeben."
)


@dataclass(frozen=True, slots=True, eq=False)
class Suppression:
    """Which cells are hidden, why, and how good that is; n cells.

    Attributes
    ----------
    hidden : (n,) bool
        Cells that must not be published.
    primary : (n,) bool
        Those of them that a rule hides.
    unattainable : (n,) bool
        Protected cells whose level cannot be reached even by hiding everything that may be hidden, because
        cells that are always shown give them away in part; they have the most protection that is possible.
    loss : float
        Weights of all hidden cells added up.
    bound : float
        Proven least loss of any protection; equals `loss` if the result is optimal.
    method : {"none", "optimal", "heuristic", "mixed"}
        What was used; "none" if nothing had to be added.
    parts, optimal_parts : int
        Independent parts of the tables in which cells had to be added, and how many are proven optimal.
    rounds : int
        Attacks made.
    note : str
        German sentence where something could not be had as asked for, else ``""``.
    """

    hidden: BoolArray
    primary: BoolArray
    unattainable: BoolArray
    loss: float
    bound: float
    method: Literal["none", "optimal", "heuristic", "mixed"]
    parts: int
    optimal_parts: int
    rounds: int
    note: str

    @property
    def secondary(self) -> BoolArray:
        """Cells hidden to protect others, shape (n,)."""
        return self.hidden & ~self.primary

    @property
    def optimal(self) -> bool:
        """Whether no protection loses less information."""
        return self.optimal_parts == self.parts

    @property
    def gap(self) -> float:
        """Share of the loss that is not proven necessary, 0 (optimal) to 1."""
        return (self.loss - self.bound) / self.loss if self.loss > self.bound else 0.0


def suppress(system: LinearSystem, *, method: Method = "auto", time_limit: float = 60.0) -> Suppression:
    """Hide further cells until no reader can narrow a protected cell below its protection level.

    Parameters
    ----------
    system : LinearSystem
        n cells of all tables that are published together, or were published before.
    method : {"auto", "optimal", "heuristic"}
        "heuristic" is fast; "optimal" loses the least information where time allows; "auto" takes the optimum
        in small parts and the heuristic elsewhere. All three withstand the same attack.
    time_limit : float
        Seconds for the optimisation. Parts that are not finished keep the result of the heuristic, which does
        not depend on the time, so that a run differs between machines at most in which parts are optimal.

    Returns
    -------
    Suppression
        Independent of the order of cells and equations; keys decide between cells that cost the same.

    Raises
    ------
    ParameterError
        If the method is unknown or the time is not positive.
    DisclosureError
        If the final attack succeeds or gives no answer.

    References
    ----------
    Fischetti, M. & Salazar, J. J. (2000). Models and algorithms for optimizing cell suppression in tabular
    data with linear constraints. Journal of the American Statistical Association 95(451), 916–928.
    Kelly, J. P., Golden, B. L. & Assad, A. A. (1992). Cell suppression: disclosure protection for sensitive
    tabular data. Networks 22(4), 397–417.

    Examples
    --------
    >>> from sozialanalyse.disclosure.builder import SystemBuilder
    >>> builder = SystemBuilder()
    >>> builder.add_cells(["a", "b", "c", "city"], [1, 5, 9, 15], primary=[True, False, False, False])
    >>> builder.add_total("city", ["a", "b", "c"])
    >>> result = suppress(builder.build())
    >>> result.hidden.tolist(), result.loss, result.optimal
    ([True, True, False, False], 6.0, True)
    """
    require_choice("method", method, get_args(Method))
    if not time_limit > 0:
        raise ParameterError(
            "»time_limit« muss größer als 0 sein. Bitte Sekunden für die Optimierung angeben."
        )
    order = system.canonical_order()
    sorted_system = system.take(order)
    everything = moves_of(sorted_system)
    reduction = reduce_moves(everything, ~sorted_system.always_shown)
    moves = reduction.moves
    demands = Demands(moves)
    protection = protect(moves, demands)
    chosen = _improved(moves, demands, protection.hidden, method, time.monotonic() + time_limit)
    hidden = everything.forced.copy()
    inside = reduction.place >= 0
    hidden[inside] |= chosen.hidden[reduction.place[inside]]
    unattainable = _unattainable(everything, hidden, reduction, demands)
    unattainable |= sorted_system.protected & ~everything.demanding
    _fail_if_broken(moves, chosen.hidden, demands)
    back = np.empty(system.size, dtype=np.int64)
    back[order] = np.arange(system.size)
    hidden, unattainable = hidden[back], unattainable[back]
    loss = float(system.weights[hidden].sum())
    return Suppression(
        hidden=hidden,
        primary=system.primary.copy(),
        unattainable=unattainable,
        loss=loss,
        bound=min(loss, float(system.weights[system.primary].sum()) + chosen.bound),
        method=chosen.method,
        parts=chosen.parts,
        optimal_parts=chosen.optimal_parts,
        rounds=protection.rounds + chosen.rounds,
        note=_note(method, chosen, int(unattainable.sum())),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Choice:
    """Hidden classes with the proven least cost of what was added, and how many parts are optimal."""

    hidden: BoolArray
    bound: float
    parts: int
    optimal_parts: int
    rounds: int

    @property
    def method(self) -> Literal["none", "optimal", "heuristic", "mixed"]:
        if self.parts == 0:
            return "none"
        if self.optimal_parts == self.parts:
            return "optimal"
        return "mixed" if self.optimal_parts else "heuristic"


def _improved(moves: Moves, demands: Demands, hidden: BoolArray, method: Method, deadline: float) -> _Choice:
    """Replace the heuristic result by the optimum, part by part, as far as asked for and time allows."""
    part = components(moves)
    added = np.where(hidden & ~moves.forced, moves.cost, 0.0)
    loss = np.bincount(part, weights=added)
    size = np.bincount(part)
    worth = np.flatnonzero(loss > 0)
    worth = worth[np.lexsort((worth, size[worth]))]
    fits = (size[worth] <= AUTO_CELLS_PER_PART) & (np.cumsum(size[worth]) <= AUTO_CELLS)
    tried = {"auto": worth[fits], "optimal": worth, "heuristic": worth[:0]}[method]
    result, bound, finished, rounds = hidden.copy(), 0.0, 0, 0
    for number in tried.tolist():
        cells = part == number
        inner = restrict(moves, cells)
        needs = demands.restricted(inner, cells)
        best = cheapest(inner, needs, deadline=deadline)
        rounds += best.rounds
        bound += min(best.bound, float(loss[number]))
        if best.hidden is not None:
            finished += 1
            if inner.cost[best.hidden & ~inner.forced].sum() < loss[number] - TOLERANCE:
                result[cells], _ = pruned(inner, best.hidden, needs)
    return _Choice(result, bound, len(worth), finished, rounds)


def _fail_if_broken(moves: Moves, hidden: BoolArray, demands: Demands) -> None:
    """Attack the result afresh, without what earlier rounds remember."""
    broken = int(examine(moves, hidden, demands).broken.sum())
    if broken:
        raise DisclosureError(_ATTACK_SUCCEEDS.format(count=broken))


def _unattainable(everything: Moves, hidden: BoolArray, reduction: Reduction, demands: Demands) -> BoolArray:
    """Attack all cells of the tables; return those below their level where nothing better is possible.

    That is so for cells that follow from shown ones, for those tied by shown ones to a cell that the attacker
    knows, and where hiding everything was found not to be enough.
    """
    found = examine(everything, hidden, Demands(everything))
    cells, attackers = found.cell[found.broken], found.attacker[found.broken]
    place, moves = reduction.place[cells], reduction.moves
    known = codes_of(everything, moves.known_cell, moves.known_by)
    excused = (place < 0) | np.isin(place, demands.relaxed_cells)
    excused |= np.isin(codes_of(everything, place, attackers), known)
    if not excused.all():
        raise DisclosureError(_ATTACK_SUCCEEDS.format(count=len(np.unique(cells[~excused]))))
    result = np.zeros(len(hidden), dtype=bool)
    result[cells] = True
    return result


def _note(method: Method, chosen: _Choice, unattainable: int) -> str:
    sentences = []
    if method == "optimal" and chosen.optimal_parts < chosen.parts:
        sentences.append(
            "Dass nicht weniger verborgen werden kann, ist nur für "
            f"{chosen.optimal_parts} von {chosen.parts} Teiltabellen belegt; "
            "in den übrigen ist vielleicht mehr verborgen als nötig, der Schutz ist derselbe."
        )
    if unattainable:
        sentences.append(
            f"{unattainable} gesperrte Zellen lassen sich aus immer gezeigten oder vorab bekannten Angaben "
            "genauer eingrenzen, als das Schutzniveau erlaubt. Bitte auch diese zum Verbergen freigeben."
        )
    return " ".join(sentences)

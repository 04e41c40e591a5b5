"""Protection of the value table as a whole: further rows to hide so that no hidden number can be worked out.

The outsider knows every row that is shown, exactly and for all areas, levels and years; all denominators; and
that coarser areas are the sum of finer ones. What is delivered for a coarser area beyond the sum of its parts
counts as known too. Every hidden number, whatever it is hidden for, must stay open by the smallest shown
count.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sozialanalyse.disclosure.builder import SystemBuilder, link
from sozialanalyse.disclosure.hierarchy import from_hierarchy
from sozialanalyse.disclosure.linked_years import related, with_years
from sozialanalyse.disclosure.quantities import NOTHING, Quantities, count_quantities
from sozialanalyse.disclosure.rules import Limits
from sozialanalyse.disclosure.secondary import suppress
from sozialanalyse.disclosure.system import CELL_ARRAYS, BoolArray, FloatArray, IntArray, LinearSystem

__all__ = ["LinkedRows", "link_rows", "linked_system"]

_NOBODY = -1


@dataclass(frozen=True, slots=True, eq=False)
class LinkedRows:
    """The value table as numbers that hang together; n rows, p quantities, a areas.

    Attributes
    ----------
    quantities : Quantities
        What the rows count.
    parents : dict of str to str
        Area to the area that contains it.
    area_ids : Index
        All areas.
    shows_group : (n,) bool
        Rows that are hidden with their denominator: proportions and rates.
    width : (p,) float
        How far a hidden number must stay open, in cases.
    most : (p, a) float
        Largest thinkable number: the denominator of a proportion, else infinity.
    needs : (p, a) bool
        Numbers to protect from the start.
    rows : (p, a) float
        How many rows tell a number.
    shares : (3, k) int
        Quantity of the part, quantity of the whole, and area of each proportion.
    """

    quantities: Quantities
    parents: dict[Hashable, Hashable]
    area_ids: pd.Index[str]
    shows_group: BoolArray
    width: FloatArray
    most: FloatArray
    needs: BoolArray
    rows: FloatArray
    shares: IntArray

    @property
    def incomplete(self) -> BoolArray:
        """Quantities that are told of a coarser area but not of all its parts, shape (p,)."""
        there = np.isfinite(self.quantities.amounts)
        inner = self.area_ids.isin(set(self.parents.values()))
        some_inner: BoolArray = np.logical_or.reduce(there[:, inner], axis=1)
        gap: BoolArray = np.logical_or.reduce(~there[:, ~inner], axis=1)
        some_part: BoolArray = np.logical_or.reduce(there[:, ~inner], axis=1)
        return some_inner & gap & some_part

    def spread(self, hidden: BoolArray) -> tuple[BoolArray, BoolArray]:
        """Hide the rows that tell a hidden number, and the cases of these rows, until nothing is added.

        Parameters
        ----------
        hidden : (p, a) bool
            Hidden numbers.

        Returns
        -------
        tuple of (n,) bool and (p, a) bool
            Hidden rows and all hidden numbers.
        """
        told = self.quantities
        hidden = hidden.copy()
        while True:
            rows = told.among(hidden, told.cases)
            rows |= self.shows_group & told.among(hidden, told.group)
            with_cases = rows & (told.cases != NOTHING)
            before = int(hidden.sum())
            hidden[told.cases[with_cases], told.area[with_cases]] = True
            if int(hidden.sum()) == before:
                return rows, hidden

    def protected(self) -> tuple[BoolArray, BoolArray, BoolArray]:
        """Hide further rows until every hidden number stays open by the width asked for.

        Returns
        -------
        tuple of (n,) bool, (n,) bool and (n,) bool
            Hidden rows, rows whose denominator must be hidden, and hidden rows with a number that is less
            open than asked for because hiding everything would not help.
        """
        rows, hidden = self.spread(self.needs)
        exposed = np.zeros_like(hidden)
        insiders, years = True, not (self.quantities.window > 1).any()
        while hidden.any() or self.incomplete.any():
            system, quantity, area = linked_system(self, hidden, insiders=insiders, years=years)
            # The optimum would depend on the time that a machine has, and pages must not.
            result = suppress(system, method="heuristic")
            found, weak = result.hidden[: len(quantity)], result.unattainable[: len(quantity)]
            more = hidden.copy()
            more[quantity[found], area[found]] = True
            exposed[:] = False
            exposed[quantity[weak], area[weak]] = True
            rows, more = self.spread(more)
            settled = bool((more == hidden).all()) and not insiders
            if settled and years:
                break
            # Numbers that were added to protect others need no protection from a person counted in these.
            # Years are linked last: mostly what is hidden by then holds, and the parts stay small until then.
            hidden, insiders, years = more, False, years or settled
        told = self.quantities
        weak_rows = told.among(exposed, told.cases) | (self.shows_group & told.among(exposed, told.group))
        return rows, told.among(hidden, told.group), weak_rows


def link_rows(
    values: pd.DataFrame,
    kind: NDArray[np.str_],
    broken: BoolArray,
    limits: Limits,
    parents: pd.Series[str],
    labels: pd.DataFrame | None = None,
) -> LinkedRows:
    """Find out how the rows of the value table hang together.

    Parameters
    ----------
    values : DataFrame, n rows
        Columns ``area_id, indicator_id, year, value, numerator, denominator``, all areas, levels and years.
    kind : (n,) str
        Kind of each row's indicator.
    broken : (n,) bool
        Rows that break a rule by themselves.
    limits : Limits
        The limits that hold for each row.
    parents : Series of str, indexed by area
        Area to the area that contains it; ``""`` at the root.
    labels : DataFrame, indexed by indicator, optional
        See `count_quantities`.
    """
    area_ids = pd.Index(parents.index.astype(str))
    told = count_quantities(values, kind, area_ids, labels)
    shape = told.amounts.shape
    counted = np.isin(kind, ("proportion", "rate"))
    width, most, rows = np.ones(shape[0]), np.full(shape, np.inf), np.zeros(shape)
    needs = np.zeros(shape, dtype=bool)
    cases = np.flatnonzero(told.cases != NOTHING)
    # Several rows tell one number: it is to be protected if any of them is hidden, whichever comes last.
    np.logical_or.at(needs, (told.cases[cases], told.area[cases]), broken[cases])
    wanted = np.where(kind == "proportion", np.maximum(limits.numerator, limits.complement), limits.numerator)
    np.maximum.at(width, told.cases[cases], wanted[cases].astype(np.float64))
    np.add.at(rows, (told.cases[cases], told.area[cases]), 1.0)
    group = np.flatnonzero(told.group != NOTHING)
    number = told.amounts[told.group[group], told.area[group]]
    small = np.zeros(shape, dtype=bool)
    few = counted[group] & (number > 0) & (number < limits.numerator[group])
    np.logical_or.at(small, (told.group[group], told.area[group]), few)
    needs |= small
    np.maximum.at(width, told.group[group], limits.numerator[group].astype(np.float64))
    np.add.at(rows, (told.group[group], told.area[group]), 1.0)
    part = (told.cases != NOTHING) & (told.group != NOTHING) & (kind == "proportion")
    part &= told.cases != told.group
    # A denominator of a few persons is as unknown as a numerator; every other one stands elsewhere as well,
    # even if it is hidden here because it is the numerator of another indicator.
    bounded = np.flatnonzero(part & ~told.among(small, told.group))
    upper = values["denominator"].to_numpy(dtype=np.float64)[bounded]
    np.minimum.at(most, (told.cases[bounded], told.area[bounded]), upper)
    # A proportion above 1 is a fault of the data that the outsider does not know of either.
    most = np.where(most < told.amounts, np.inf, most)
    return LinkedRows(
        quantities=told,
        parents={str(key): str(above) for key, above in parents.items() if above},
        area_ids=area_ids,
        shows_group=counted,
        width=width,
        most=most,
        needs=needs & np.isfinite(told.amounts),
        rows=rows,
        shares=np.unique(np.stack([told.cases[part], told.group[part], told.area[part]]), axis=1),
    )


def linked_system(
    linked: LinkedRows, hidden: BoolArray, *, insiders: bool = False, years: bool = True
) -> tuple[LinearSystem, NDArray[np.intp], NDArray[np.intp]]:
    """Build the equations of all quantities with a hidden number.

    Parameters
    ----------
    linked : LinkedRows
        The value table.
    hidden : (p, a) bool
        Hidden numbers; all of them are to be protected.
    insiders : bool
        Whether a person who is the only case, or the only one who is none, attacks the other numbers.
    years : bool
        Whether sums of several years are linked with the years in them.

    Returns
    -------
    tuple of LinearSystem, (k,) int, (k,) int
        The system; quantity and area of its first k cells. Behind them stand the rests that a delivered total
        has beyond the areas with a number, a rest of few cases to be protected like a hidden number; and what
        hidden wholes have beyond their parts, because no part is larger than its whole.
    """
    amounts = linked.quantities.amounts
    touched: BoolArray = np.logical_or.reduce(hidden, axis=1) | linked.incomplete
    if years:
        touched[related(linked.quantities, np.flatnonzero(touched))] = True
    there = np.isfinite(amounts) & touched[:, None]
    quantity, area = np.nonzero(there)
    number = amounts[there]
    fractions = np.bincount(quantity, weights=number != np.round(number), minlength=len(amounts)) > 0
    negative = np.bincount(quantity, weights=number < 0, minlength=len(amounts)) > 0
    cells = pd.DataFrame(
        {
            "quantity": quantity,
            "area": linked.area_ids.to_numpy(dtype=object)[area],
            "value": number,
            "primary": hidden[there],
            "lower": np.where(negative[quantity], -np.inf, 0.0),
            "upper": linked.most[there],
            "whole": ~fractions[quantity],
            "weights": (1.0 + np.sqrt(np.abs(number))) * np.maximum(linked.rows[there], 1.0),
            "sliding_level": linked.width[quantity],
            "contributor": _persons(linked, hidden)[there] if insiders else _NOBODY,
        }
    )
    system = from_hierarchy(cells, {"area": linked.parents}, by=["quantity"], known_gaps=True)
    rest = np.arange(system.size) >= len(cells)
    owner = np.array([key[2][0] for key in system.keys[len(cells) :]], dtype=np.int64)  # type: ignore[index]
    width = np.concatenate([np.zeros(len(cells)), linked.width[owner]])
    true = np.asarray(system.values)
    few = rest & (true > 0) & (true < width)
    system = replace(system, sliding_level=np.where(few, width, system.sliding_level))
    place = np.full(amounts.shape, NOTHING, dtype=np.int64)
    place[there] = np.arange(len(cells))
    part, whole, where = linked.shares
    both = (
        (part != whole)
        & hidden[whole, where]
        & (amounts[part, where] >= 0)
        & (amounts[part, where] <= amounts[whole, where])
    )
    both &= (place[part, where] != NOTHING) & (place[whole, where] != NOTHING)
    pairs = np.stack([place[part, where], place[whole, where]])[:, both]
    system = _with_others(system, *pairs)
    if years:
        system = with_years(system, linked.quantities, place)
    return system, quantity, area


def _with_others(system: LinearSystem, part: IntArray, whole: IntArray) -> LinearSystem:
    """Add what hidden wholes have beyond their parts as cells that are never shown and never negative."""
    if part.size == 0:
        return system
    others, true = SystemBuilder(), np.asarray(system.values)
    both = np.unique(np.concatenate([part, whole]))
    others.add_cells(
        [system.keys[at] for at in both.tolist()],
        true[both],
        **{name: getattr(system, name)[both] for name in CELL_ARRAYS if name != "values"},
    )
    pairs = [
        (system.keys[one], system.keys[two]) for one, two in zip(part.tolist(), whole.tolist(), strict=True)
    ]
    others.add_cells(
        [("Übrige", *pair) for pair in pairs],
        true[whole] - true[part],
        primary=True, whole=system.whole[part] & system.whole[whole], weights=0.0, sliding_level=0.0,
    )  # fmt: skip
    for pair in pairs:
        others.add_total(pair[1], [pair[0], ("Übrige", *pair)])
    return link([system, others.build()])


def _persons(linked: LinkedRows, hidden: BoolArray) -> IntArray:
    """Label the hidden numbers that one person knows: the only case, or the only one who is none.

    The same person is counted in the coarser areas around; a chain of ones carries one label.
    """
    amounts = linked.quantities.amounts
    parent: IntArray = linked.area_ids.get_indexer(
        pd.Index([linked.parents.get(key, "") for key in linked.area_ids], dtype=object)
    ).astype(np.int64)
    inner = np.flatnonzero(parent >= 0)
    label: IntArray = np.full(amounts.shape, _NOBODY, dtype=np.int64)
    first = 0
    others: FloatArray = linked.most - amounts
    for number in (amounts, others):
        known = np.equal(number, 1.0) & hidden & (label == _NOBODY)
        own: IntArray = np.where(known, np.arange(amounts.size).reshape(amounts.shape) + first, _NOBODY)
        while True:
            lifted = own.copy()
            follows = known[:, inner] & known[:, parent[inner]]
            lifted[:, inner] = np.where(follows, own[:, parent[inner]], own[:, inner])
            if (lifted == own).all():
                break
            own = lifted
        label = np.where(known, own, label)
        first += amounts.size
    return label

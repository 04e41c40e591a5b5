"""Protect a table, or several that hang together, in one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

import numpy as np
import pandas as pd
from scipy.sparse import coo_array, csgraph

from sozialanalyse.disclosure.assemble import Dimensions, assembled, given
from sozialanalyse.disclosure.attack import attack
from sozialanalyse.disclosure.hierarchy import from_hierarchy
from sozialanalyse.disclosure.secondary import Method, Suppression, suppress
from sozialanalyse.disclosure.sensitivity import dominance as dominated
from sozialanalyse.disclosure.sensitivity import prior_posterior
from sozialanalyse.disclosure.system import BoolArray, FloatArray, IntArray, LinearSystem
from sozialanalyse.errors import require_choice

__all__ = ["Cost", "ProtectedTable", "protect_table"]

Cost = Literal["value", "cells", "contributors"]

DEFAULT_ROOM: Final = 0.01
"""Share of its value by which a primary cell stays open where nothing else is asked for."""

_NOBODY = -1


@dataclass(frozen=True, slots=True, eq=False)
class ProtectedTable:
    """A protected table and the proof.

    Attributes
    ----------
    published : DataFrame
        The dimensions and the values; hidden ones are missing. This, and only this, may be handed out.
    cells : DataFrame
        The same rows with the true ``value``, ``status`` (``"shown"``, ``"primary"`` or ``"secondary"``),
        ``lower`` and ``upper`` (what an outsider can derive; the value itself where it is shown),
        ``insider_lower`` and ``insider_upper`` (what the best informed single contributor to another hidden
        cell can derive), and ``safe`` (whether the protection asked for is there).
    suppression : Suppression
        Loss of information, whether it is proven to be the least, and what could not be had.
    system : LinearSystem
        Cells and equations, for further attacks; its first cells are the rows, in their order.
    """

    published: pd.DataFrame
    cells: pd.DataFrame
    suppression: Suppression
    system: LinearSystem

    @property
    def safe(self) -> bool:
        """Whether every primary cell has the protection asked for."""
        return bool(self.cells["safe"].all())


def protect_table(
    tables: pd.DataFrame | Sequence[pd.DataFrame],
    dimensions: Dimensions,
    *,
    value: str = "value",
    minimum_count: int = 0,
    dominance: tuple[int, float] | None = None,
    p_percent: float | None = None,
    q_percent: float = 100.0,
    margin: float = 0.0,
    cost: Cost = "value",
    keep_zeros: bool = True,
    show_zero: bool = True,
    fill: bool = True,
    singletons: bool = True,
    method: Method = "auto",
    time_limit: float = 60.0,
) -> ProtectedTable:
    """Hide the unsafe cells of a table and as few others as possible, so that nobody can work them out.

    Parameters
    ----------
    tables : DataFrame or sequence of DataFrame
        One row per cell, one column per dimension, and the values. Totals may be there or not. Several tables
        that share cells are protected together; one that lacks a dimension stands at the total of it.
        Further columns are used where they are there: ``primary`` (unsafe cells), ``contributors`` (number of
        persons or firms behind the cell), ``x1, x2, …`` (largest contributions), and the columns that
        `from_hierarchy` knows, such as ``lower`` and ``upper`` (known to everybody beforehand),
        ``lower_level``, ``upper_level``, ``sliding_level`` (protection asked for), ``weights`` and
        ``always_shown``. `tabulate` makes such a table from single records.
    dimensions : mapping from column to (mapping from child to parent, or name of the total)
        ``{"region": {"north": "land", "south": "land"}, "sex": "all"}``. Hierarchies may have any number of
        levels and may be ragged.
    value : str
        Column of the values.
    minimum_count : int
        Cells with fewer contributors, but not none, are unsafe; without a column ``contributors`` the values
        are the counts. They must stay open by this number.
    dominance : (int, float), optional
        ``(n, k)``: cells are unsafe of which the n largest contributions are more than k per cent.
    p_percent, q_percent : float, optional
        Cells are unsafe from which one contributor can estimate another to within p per cent, if everybody
        knows each contribution to within q per cent before.
    margin : float
        How far unsafe cells must stay open in both directions at least, in per cent of their value. Where
        nothing asks for any room, an unsafe whole number must stay open by 1, any other by 1 per cent.
    cost : {"value", "cells", "contributors"}
        What hiding a cell costs: its value, 1, or its contributors; a column ``weights`` goes first.
    keep_zeros : bool
        Whether cells of 0 that are not unsafe are always shown, as everybody knows that they are empty.
    show_zero : bool
        Whether "none at all" is shown; if not, cells of 0 are unsafe.
    fill : bool
        Whether finest cells that are not there count nobody, and totals that are not there are published too.
        Without, exactly the given cells are published, and of all others nobody knows anything.
    singletons : bool
        Whether the only contributor to a hidden cell attacks the other cells with that knowledge.
    method, time_limit
        See `suppress`.

    Returns
    -------
    ProtectedTable
        In the order of the rows given, then the cells added.

    Raises
    ------
    ParameterError
        If columns are missing or contradict each other.
    DisclosureError
        If protection fails its own attack.

    Examples
    --------
    Counts by quarter and sex, below 3 unsafe. The totals are added:

    >>> counts = pd.DataFrame(
    ...     {
    ...         "quarter": ["n1", "n1", "n2", "n2", "s", "s"],
    ...         "sex": ["f", "m", "f", "m", "f", "m"],
    ...         "value": [1, 9, 8, 7, 6, 5],
    ...     }
    ... )
    >>> quarters = {"n1": "north", "n2": "north", "north": "city", "s": "city"}
    >>> result = protect_table(counts, {"quarter": quarters, "sex": "all"}, minimum_count=3)
    >>> shown = result.published.pivot(index="quarter", columns="sex", values="value")
    >>> shown.loc["n1"].tolist(), shown.loc["n2"].tolist(), shown.loc["north"].tolist()
    ([10.0, nan, nan], [15.0, nan, nan], [25.0, 9.0, 16.0])
    >>> result.safe, result.suppression.optimal, result.suppression.loss
    (True, True, 25.0)
    >>> result.cells.loc[0, ["lower", "upper"]].tolist()
    [0.0, 9.0]

    Turnover of single firms; two firms must not make up more than 85 per cent:

    >>> from sozialanalyse.disclosure.tabulate import tabulate
    >>> firms = pd.DataFrame(
    ...     {"branch": list("aaabbbcc"), "turnover": [90, 5, 5, 40, 35, 35, 60, 50]}
    ... )
    >>> table = tabulate(firms, {"branch": "all"}, value="turnover")
    >>> result = protect_table(table, {"branch": "all"}, dominance=(2, 85))
    >>> dict(zip(result.cells["branch"], result.cells["status"], strict=True))
    {'a': 'primary', 'all': 'shown', 'b': 'shown', 'c': 'primary'}
    """
    require_choice("cost", cost, get_args(Cost))
    cells, parents = assembled(tables, dimensions, value, fill=fill)
    names = list(parents)
    values = cells[value].to_numpy(dtype=np.float64)
    counting = minimum_count > 0 and "contributors" not in cells.columns
    contributors = given(cells, "contributors", values if counting else np.nan)
    primary, level = _sensitive(cells, values, contributors, minimum_count, dominance, p_percent, q_percent)
    primary |= (values == 0) & (not show_zero)
    amounts = not counting and ("contributors" in cells.columns or "x1" in cells.columns)
    whole = not amounts and bool((values == np.round(values)).all())
    few = primary & (contributors < minimum_count)
    level = np.where(primary, np.maximum(level, margin / 100.0 * np.abs(values)), 0.0)
    asked = {
        "lower_level": np.maximum(level, given(cells, "lower_level", 0.0)),
        "upper_level": np.maximum(level, given(cells, "upper_level", 0.0)),
        "sliding_level": np.where(few & counting, minimum_count, given(cells, "sliding_level", 0.0)),
    }
    nothing = primary & (np.max(list(asked.values()), axis=0) == 0)
    asked["sliding_level"] = np.where(nothing, _default_room(values, whole=whole), asked["sliding_level"])
    negative = bool((values < 0).any())
    ready = cells.assign(
        **asked,
        primary=primary,
        whole=whole,
        lower=given(cells, "lower", -np.inf if negative else 0.0),
        weights=given(cells, "weights", {"value": np.abs(values), "cells": 1.0}.get(cost, contributors)),
        always_shown=(given(cells, "always_shown", 0.0) > 0) | (keep_zeros & (values == 0) & ~primary),
    )
    system = from_hierarchy(ready, parents, value=value)
    if singletons and "contributor" not in cells.columns:
        system = _with_singletons(system, contributors, cells.get("sole"))
    suppression = suppress(system, method=method, time_limit=time_limit)
    return _protected(cells[names], value, values, suppression, system)


def _sensitive(
    cells: pd.DataFrame,
    values: FloatArray,
    contributors: FloatArray,
    minimum_count: int,
    dominance: tuple[int, float] | None,
    p_percent: float | None,
    q_percent: float,
) -> tuple[BoolArray, FloatArray]:
    """Return the unsafe cells, and how far contributions ask them to stay open."""
    primary: BoolArray = given(cells, "primary", 0.0) > 0
    primary |= (contributors > 0) & (contributors < minimum_count)
    level = np.zeros(len(cells))
    names = [name for name in (f"x{place}" for place in range(1, 100)) if name in cells.columns]
    largest = cells[names].to_numpy(dtype=np.float64)
    found = []
    if dominance is not None:
        found.append(dominated(values, largest, n=dominance[0], k=dominance[1]))
    if p_percent is not None:
        found.append(prior_posterior(values, largest, p=p_percent, q=q_percent))
    for verdict in found:
        primary |= verdict.unsafe
        level = np.maximum(level, verdict.level)
    return primary, level


def _default_room(values: FloatArray, *, whole: bool) -> FloatArray:
    size = np.abs(values)
    typical = float(size[size > 0].min()) if (size > 0).any() else 1.0
    return np.ones(len(values)) if whole else DEFAULT_ROOM * np.maximum(size, typical)


def _with_singletons(
    system: LinearSystem, contributors: FloatArray, sole: pd.Series[int] | None
) -> LinearSystem:
    """Label cells with one contributor; who is alone in a cell and in its total is the same person."""
    alone = np.zeros(system.size, dtype=bool)
    alone[: len(contributors)] = contributors == 1
    label: IntArray = np.full(system.size, _NOBODY, dtype=np.int64)
    if sole is not None:
        named = sole.fillna(_NOBODY).to_numpy(dtype=np.int64)
        label[: len(named)] = named
        alone[: len(named)] &= named == _NOBODY
    entries = system.equations.tocoo()
    kept = alone[entries.col]
    rows = system.equations.shape[0]
    total = np.zeros(rows, dtype=bool)
    total[entries.row[kept & (entries.data < 0)]] = True
    kept &= total[entries.row]
    graph = coo_array(
        (np.ones(int(kept.sum())), (entries.row[kept], entries.col[kept] + rows)),
        shape=(rows + system.size, rows + system.size),
    )
    person = csgraph.connected_components(graph, directed=False)[1].astype(np.int64)[rows:]
    first = int(label.max(initial=_NOBODY)) + 1
    return replace(system, contributor=np.where(alone, person + first, label))


def _protected(
    rows: pd.DataFrame, value: str, values: FloatArray, suppression: Suppression, system: LinearSystem
) -> ProtectedTable:
    """Attack all hidden cells and put the result together."""
    count = len(rows)
    hidden = suppression.hidden[:count]
    found = attack(system, suppression.hidden, cells=np.flatnonzero(hidden))
    ends = {}
    for name in ("lower", "upper", "insider_lower", "insider_upper"):
        ends[name] = values.copy()
        ends[name][found.cells] = getattr(found, name)
    safe = np.ones(count, dtype=bool)
    safe[found.cells[found.breached]] = False
    status = np.where(suppression.primary[:count], "primary", np.where(hidden, "secondary", "shown"))
    return ProtectedTable(
        published=rows.assign(**{value: np.where(hidden, np.nan, values)}),
        cells=rows.assign(
            **{value: values}, status=status, **ends, safe=safe & ~suppression.unattainable[:count]
        ),
        suppression=suppression,
        system=system,
    )

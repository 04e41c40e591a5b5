"""Linear systems from a long table whose columns have hierarchies: areas, sex, age, parts of a whole."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import sparse

from sozialanalyse.disclosure.builder import SystemBuilder
from sozialanalyse.disclosure.system import BoolArray, FloatArray, IntArray, LinearSystem
from sozialanalyse.errors import ParameterError

__all__ = ["from_hierarchy"]

_OPTIONAL = (
    "primary", "lower", "upper", "whole", "weights", "lower_level", "upper_level", "sliding_level",
    "always_shown", "contributor",
)  # fmt: skip
_NO_PARENT = -1


def from_hierarchy(
    cells: pd.DataFrame,
    hierarchies: Mapping[str, Mapping[Hashable, Hashable]],
    *,
    value: str = "value",
    by: Sequence[str] = (),
    known_gaps: bool = False,
) -> LinearSystem:
    """Build the linear system of a table with one row per cell and one column per dimension.

    Every cell that is there is the sum of the nearest finer cells along each dimension. Hierarchies may be
    ragged, intermediate totals may be missing (then the next coarser total is used), and so may whole totals.
    Where finer cells do not cover a total, the rest becomes a further cell that nobody publishes.

    Parameters
    ----------
    cells : DataFrame
        Columns of `hierarchies`, of `by`, the values, and optionally any of ``primary, lower, upper, whole,
        weights, lower_level, upper_level, sliding_level, always_shown, contributor`` as in `LinearSystem`.
    hierarchies : mapping from column to (mapping from child to parent)
        A node without parent is a total. Numerator and complement under the denominator are a hierarchy too.
    value : str
        Column of the true values.
    by : sequence of str
        Columns that only set tables apart (indicator, year): nothing is added up over them.
    known_gaps : bool
        Whether totals may differ from their parts; readers then know by how much. A rest may be negative.

    Returns
    -------
    LinearSystem
        Keys are tuples of the columns `by` and then of the dimensions, in the order given; uncovered rests
        have keys that start with ``"Rest"``.

    Raises
    ------
    ParameterError
        If columns are missing, a hierarchy has a cycle, or cells and totals contradict each other.

    Examples
    --------
    >>> table = pd.DataFrame({"area": ["a", "b", "city"], "value": [2, 8, 10], "primary": [1, 0, 0]})
    >>> system = from_hierarchy(table, {"area": {"a": "city", "b": "city"}})
    >>> system.keys
    (('a',), ('b',), ('city',))
    >>> system.equations.toarray().tolist()
    [[1.0, 1.0, -1.0]]
    """
    dimensions = list(hierarchies)
    columns = [*by, *dimensions]
    missing = [name for name in [*columns, value] if name not in cells.columns]
    if missing or not dimensions:
        raise ParameterError(
            "Die Tabelle braucht mindestens eine Dimension, je Dimension eine Spalte und eine Wertspalte; "
            f"es fehlen: {', '.join(missing) or 'die Dimensionen'}."
        )
    if cells[[*columns, value]].isna().to_numpy().any():
        raise ParameterError("Jede Zelle braucht Schlüssel und Wert. Bitte unvollständige Zeilen weglassen.")
    builder = SystemBuilder()
    # Strings of pandas are slow to take out one by one.
    keys = list(cells[columns].astype(object).itertuples(index=False, name=None))
    given = {name: cells[name].to_numpy() for name in _OPTIONAL if name in cells.columns}
    builder.add_cells(keys, cells[value].to_numpy(dtype=np.float64), **given)
    rows: list[tuple[IntArray, IntArray, BoolArray]] = []
    for dimension in dimensions:
        others = [name for name in columns if name != dimension]
        table: IntArray = np.zeros(len(cells), dtype=np.int64)
        if others:
            table = cells.groupby(others, sort=False, observed=True).ngroup().to_numpy().astype(np.int64)
        rows.append(_sums(cells[dimension], table, hierarchies[dimension]))
    return _with_sums(builder, rows, dimensions, known_gaps=known_gaps)


def _sums(
    column: pd.Series, table: IntArray, parents: Mapping[Hashable, Hashable]
) -> tuple[IntArray, IntArray, BoolArray]:
    """Return, for each cell with a coarser one, both positions, and which coarser cells are not covered."""
    nodes = pd.Index(pd.unique(pd.Series([*column, *parents, *parents.values()], dtype=object)))
    parent = np.full(len(nodes), _NO_PARENT)
    parent[nodes.get_indexer(pd.Index(list(parents), dtype=object))] = nodes.get_indexer(
        pd.Index(list(parents.values()), dtype=object)
    )
    leaves = _leaf_counts(parent)
    node = nodes.get_indexer(pd.Index(column, dtype=object))
    code = table * len(nodes) + node
    order = np.argsort(code, kind="stable")
    ancestor = parent[node]
    total = np.full(len(column), _NO_PARENT)
    while (open_ := (ancestor != _NO_PARENT) & (total == _NO_PARENT)).any():
        wanted = table[open_] * len(nodes) + ancestor[open_]
        place = np.minimum(np.searchsorted(code[order], wanted), len(order) - 1)
        found = code[order][place] == wanted
        total[open_] = np.where(found, order[place], _NO_PARENT)
        ancestor = np.where(total == _NO_PARENT, np.where(open_, parent[ancestor], ancestor), ancestor)
    part = np.flatnonzero(total != _NO_PARENT)
    covered = np.bincount(total[part], weights=leaves[node[part]], minlength=len(column))
    return part, total[part], (covered > 0) & (covered < leaves[node])


def _leaf_counts(parent: IntArray) -> IntArray:
    """Count the finest nodes below each node; a finest node counts itself."""
    inner = np.zeros(len(parent), dtype=bool)
    inner[parent[parent != _NO_PARENT]] = True
    leaves = np.zeros(len(parent), dtype=np.int64)
    current = np.flatnonzero(~inner)
    steps = 0
    while current.size and steps <= len(parent):
        np.add.at(leaves, current, 1)
        current = parent[current]
        current = current[current != _NO_PARENT]
        steps += 1
    if current.size or not leaves.all():
        raise ParameterError("Eine Hierarchie hat einen Kreis. Bitte je Knoten genau ein Oberes angeben.")
    return leaves


def _with_sums(
    builder: SystemBuilder,
    sums: Sequence[tuple[IntArray, IntArray, BoolArray]],
    dimensions: Sequence[str],
    *,
    known_gaps: bool,
) -> LinearSystem:
    """Add the equations of all dimensions, with a further cell for the rest of each uncovered total."""
    cells = builder.build()
    true_values = np.asarray(cells.values)
    row, column, coefficient = [], [], []
    first_row, next_cell = 0, cells.size
    for dimension, (part, total, uncovered) in zip(dimensions, sums, strict=True):
        totals, line = np.unique(total, return_inverse=True)
        rest = np.flatnonzero(uncovered[totals])
        owner = totals[rest]
        left = true_values[totals] - np.bincount(line, weights=true_values[part], minlength=len(totals))
        builder.add_cells(
            [("Rest", dimension, cells.keys[position]) for position in owner.tolist()],
            left[rest], primary=True, whole=cells.whole[owner], weights=0.0, sliding_level=0.0,
            lower=np.where((cells.lower[owner] < 0) | (known_gaps & (left[rest] < 0)), -np.inf, 0.0),
        )  # fmt: skip
        row += [line + first_row, np.arange(len(totals)) + first_row, rest + first_row]
        column += [part, totals, next_cell + np.arange(len(rest))]
        coefficient += [np.ones(len(part)), -np.ones(len(totals)), np.ones(len(rest))]
        first_row += len(totals)
        next_cell += len(rest)
    equations = sparse.csr_array(
        (np.concatenate(coefficient), (np.concatenate(row), np.concatenate(column))),
        shape=(first_row, next_cell),
    )
    built = builder.build()
    constants: FloatArray = np.zeros(first_row)
    if known_gaps:
        constants = np.asarray(equations @ built.values, dtype=np.float64)  # noqa: PD011 (no data frame)
    return replace(built, equations=equations, constants=constants)

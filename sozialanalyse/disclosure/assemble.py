"""One table out of several, with a row for every cell that readers see: dimensions, totals, empty cells."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy import sparse

from sozialanalyse.disclosure.system import TOLERANCE, FloatArray, IntArray
from sozialanalyse.errors import ParameterError

__all__ = ["Dimensions", "Parents", "assembled", "filled", "given", "joined", "parents_of", "placed"]

Dimensions = Mapping[str, Mapping[Hashable, Hashable] | str]
"""By column: child to parent, or, for a dimension of one level, the name of its total."""
Parents = dict[str, dict[Hashable, Hashable]]

_DEFAULTS: Final[dict[str, float | bool]] = {
    "primary": False, "lower": 0.0, "upper": np.inf, "lower_level": 0.0, "upper_level": 0.0,
    "sliding_level": 0.0, "always_shown": False,
}  # fmt: skip
"""What is assumed of cells that are added, by column; other columns stay empty there."""


def parents_of(frames: Sequence[pd.DataFrame], dimensions: Dimensions) -> Parents:
    """Return child to parent for every dimension, whose nodes without parent are totals.

    Parameters
    ----------
    frames : sequence of DataFrame
        Tables, each with the columns of some dimensions.
    dimensions : mapping
        See `Dimensions`.

    Raises
    ------
    ParameterError
        If no table has a dimension's column, or a hierarchy given as mapping does not know a value.

    Examples
    --------
    >>> parents_of([pd.DataFrame({"sex": ["m", "f", "all"]})], {"sex": "all"})
    {'sex': {'m': 'all', 'f': 'all'}}
    """
    result: Parents = {}
    for name, given in dimensions.items():
        columns = [frame[name] for frame in frames if name in frame.columns]
        if not columns:
            raise ParameterError(f"Keine Tabelle hat die Spalte »{name}«. Bitte die Dimensionen prüfen.")
        found = pd.unique(pd.concat(columns, ignore_index=True).dropna().astype(object))
        if not isinstance(given, Mapping):
            result[name] = {value: given for value in found if value != given}
            continue
        unknown = [value for value in found if value not in given and value not in set(given.values())]
        if unknown:
            raise ParameterError(
                f"Die Hierarchie »{name}« kennt {len(unknown)} Ausprägungen der Tabelle nicht. "
                "Bitte je Ausprägung die übergeordnete angeben."
            )
        result[name] = dict(given)
        _fail_if_circular(result[name])
    return result


def _fail_if_circular(above: Mapping[Hashable, Hashable]) -> None:
    level = set(above.values())
    for _ in range(len(above)):
        level = {above[node] for node in level if node in above}
    if level:
        raise ParameterError("Eine Hierarchie hat einen Kreis. Bitte je Knoten genau ein Oberes angeben.")


def assembled(
    tables: pd.DataFrame | Sequence[pd.DataFrame], dimensions: Dimensions, value: str, *, fill: bool
) -> tuple[pd.DataFrame, Parents]:
    """Bring all tables into one, with the cells that they lack."""
    frames = [tables] if isinstance(tables, pd.DataFrame) else list(tables)
    if any(value not in frame.columns or frame[value].isna().any() for frame in frames):
        raise ParameterError(f"Jede Zelle braucht einen Wert in der Spalte »{value}«. Bitte ergänzen.")
    parents = parents_of(frames, dimensions)
    if fill:
        frames = [
            filled(frame, {name: above for name, above in parents.items() if name in frame.columns}, value)
            for frame in frames
        ]
        seen = {
            name: {node for frame in frames if name in frame.columns for node in pd.unique(frame[name])}
            for name in parents
        }
        parents = {
            name: {node: upper for node, upper in above.items() if node in seen[name]}
            for name, above in parents.items()
        }
    return joined([placed(frame, parents, value) for frame in frames], list(parents), value), parents


def placed(frame: pd.DataFrame, parents: Parents, value: str) -> pd.DataFrame:
    """Put a table at the total of the dimensions that it lacks."""
    if value not in frame.columns:
        raise ParameterError(f"Einer Tabelle fehlt die Spalte »{value}«. Bitte ergänzen.")
    roots = {}
    for name in parents:
        if name in frame.columns:
            continue
        tops = set(parents[name].values()) - set(parents[name])
        if len(tops) != 1:
            raise ParameterError(
                f"Einer Tabelle fehlt die Spalte »{name}«, und ein eindeutiges Ganzes gibt es dort nicht. "
                "Bitte die Spalte angeben."
            )
        roots[name] = next(iter(tops))
    result = frame.copy()
    for name, root in roots.items():
        result[name] = pd.Series([root] * len(result), index=result.index, dtype=object)
    return result


def joined(frames: Sequence[pd.DataFrame], names: list[str], value: str) -> pd.DataFrame:
    """Put tables below each other; a cell that several have is there once, with the careful reading."""
    result = pd.concat(frames, ignore_index=True)
    same = result.groupby(names, sort=False)[value]
    if len(frames) > 1:
        numbers = result[value].to_numpy(dtype=np.float64)
        spread = (same.transform("max") - same.transform("min")).to_numpy(dtype=np.float64)
        if (np.nan_to_num(spread) > TOLERANCE * np.maximum(1.0, np.abs(np.nan_to_num(numbers)))).any():
            raise ParameterError(
                "Tabellen geben zu derselben Zelle Verschiedenes an. Bitte die Werte abgleichen."
            )
        for name in result.columns.intersection(["primary", "always_shown"]):
            result[name] = result[name].fillna(False).astype(bool)
            result[name] = result.groupby(names, sort=False)[name].transform("max")
        result = result.drop_duplicates(names, ignore_index=True)
    return result


def filled(cells: pd.DataFrame, parents: Parents, value: str) -> pd.DataFrame:
    """Add the cells that a table lacks: finest ones count nobody, totals are the sums of the finest.

    So are their contributors, where these are told.

    Parameters
    ----------
    cells : DataFrame
        Columns of `parents`, the values, and any others.
    parents : mapping
        See `parents_of`.
    value : str
        Column of the values.

    Raises
    ------
    ParameterError
        If a total that is there is not the sum of its finest cells, or a cell is there twice.
    """
    names = list(parents)
    axes, sums = zip(*(_summing(pd.unique(cells[name]), parents[name]) for name in names), strict=True)
    place = [
        axis.get_indexer(pd.Index(cells[name], dtype=object)) for axis, name in zip(axes, names, strict=True)
    ]
    shape = tuple(len(axis) for axis in axes)
    position: IntArray = np.ravel_multi_index(tuple(place), shape).astype(np.int64)
    if len(np.unique(position)) != len(position):
        raise ParameterError("Eine Zelle steht mehrfach in der Tabelle. Bitte jede genau einmal angeben.")
    amounts = cells[value].to_numpy(dtype=np.float64)
    total = _added_up(amounts, position, shape, sums)
    scale = np.maximum(1.0, np.abs(total[position]))
    wrong = np.abs(total[position] - amounts) > TOLERANCE * scale
    if wrong.any():
        raise ParameterError(
            f"{int(wrong.sum())} Summen sind nicht die Summe ihrer feinsten Zellen. Bitte die Werte prüfen; "
            "fehlen feinste Zellen, weil niemand sie veröffentlicht, dann »fill=False« angeben."
        )
    absent = np.setdiff1d(np.arange(total.size), position)
    where = np.unravel_index(absent, shape)
    more = pd.DataFrame({name: axis[at] for name, axis, at in zip(names, axes, where, strict=True)})
    more[value] = total[absent]
    if "contributors" in cells.columns:
        people = cells["contributors"].to_numpy(dtype=np.float64)
        more["contributors"] = _added_up(people, position, shape, sums)[absent]
    for name in cells.columns.intersection(list(_DEFAULTS)):
        more[name] = _DEFAULTS[name]
    return pd.concat([cells, more], ignore_index=True) if len(more) else cells.reset_index(drop=True)


def _added_up(
    numbers: FloatArray, position: IntArray, shape: tuple[int, ...], sums: Sequence[sparse.csr_array]
) -> FloatArray:
    """Return the sums of the finest cells for all cells of the grid, one after the other."""
    total: FloatArray = np.zeros(shape)
    total.ravel()[position] = numbers
    for axis, matrix in enumerate(sums):
        front = np.moveaxis(total, axis, 0)
        added = (matrix @ front.reshape(len(front), -1)).reshape(front.shape)
        total = np.moveaxis(added, 0, axis)
    return total.ravel()


def _summing(
    values: Iterable[Hashable], above: Mapping[Hashable, Hashable]
) -> tuple[pd.Index[Any], sparse.csr_array]:
    """Return the values of a dimension with all above them, and the matrix that adds up the finest ones."""
    nodes = pd.Index(_with_ancestors(values, above), dtype=object)
    place = {node: number for number, node in enumerate(nodes)}
    inner = {above[node] for node in nodes if node in above}
    rows, columns = [], []
    for node in nodes:
        if node in inner:
            continue
        for upper in _with_ancestors([node], above):
            rows.append(place[upper])
            columns.append(place[node])
    return nodes, sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(nodes), len(nodes)))


def _with_ancestors(values: Iterable[Hashable], above: Mapping[Hashable, Hashable]) -> list[Hashable]:
    found: dict[Hashable, None] = {}
    for value in values:
        node = value
        while node not in found:
            found[node] = None
            if node not in above:
                break
            node = above[node]
    return list(found)


def given(cells: pd.DataFrame, name: str, default: float | FloatArray) -> FloatArray:
    """Return a column as numbers, with the default where it is missing."""
    if name not in cells.columns:
        return np.broadcast_to(np.asarray(default, dtype=np.float64), (len(cells),)).copy()
    own = cells[name].to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isnan(own), default, own)

"""Attack a table as it was published, by somebody who knows nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from sozialanalyse.disclosure.assemble import Dimensions, given, joined, parents_of, placed
from sozialanalyse.disclosure.attack import attack
from sozialanalyse.disclosure.hierarchy import from_hierarchy
from sozialanalyse.disclosure.system import TOLERANCE, BoolArray
from sozialanalyse.errors import ParameterError

__all__ = ["audit_table"]


def audit_table(
    published: pd.DataFrame | Sequence[pd.DataFrame],
    dimensions: Dimensions,
    *,
    value: str = "value",
    whole: bool | None = None,
) -> pd.DataFrame:
    """Work out what a published table says of its hidden cells, without knowing them.

    Parameters
    ----------
    published : DataFrame or sequence of DataFrame
        One row per cell; hidden values are missing. Cells that are not there are known to nobody. Columns
        ``lower`` and ``upper`` say what everybody knew beforehand; at least 0 if left out.
    dimensions : mapping
        As in `protect_table`.
    value : str
        Column of the values.
    whole : bool, optional
        Whether the hidden values are whole numbers; left out, they are if the shown ones are.

    Returns
    -------
    DataFrame
        One row per hidden cell, with the dimensions, ``lower`` and ``upper``: equal where the cell is given
        away, an infinite ``upper`` where nothing limits it.

    Raises
    ------
    ParameterError
        If columns are missing, or no table at all fits to what is shown.

    Examples
    --------
    >>> table = pd.DataFrame({"area": ["a", "b", "c", "city"], "value": [np.nan, np.nan, 9, 15]})
    >>> audit_table(table, {"area": "city"})[["lower", "upper"]].to_numpy().tolist()
    [[0.0, 6.0], [0.0, 6.0]]
    """
    frames = [published] if isinstance(published, pd.DataFrame) else list(published)
    parents = parents_of(frames, dimensions)
    cells = joined([placed(frame, parents, value) for frame in frames], list(parents), value)
    shown = cells[value].notna().to_numpy()
    known = cells[value].to_numpy(dtype=np.float64)
    steps = bool((known[shown] == np.round(known[shown])).all()) if whole is None else whole
    negative = bool((known[shown] < 0).any())
    lower = np.where(shown, known, given(cells, "lower", -np.inf if negative else 0.0))
    upper = np.where(shown, known, given(cells, "upper", np.inf))
    empty = from_hierarchy(
        cells[list(parents)].assign(value=0.0, primary=~shown, whole=False, lower=-np.inf), parents
    )
    rest = empty.size - len(cells)
    lower = np.concatenate([lower, np.full(rest, -np.inf if negative else 0.0)])
    upper = np.concatenate([upper, np.full(rest, np.inf)])
    found = linprog(  # type: ignore[call-overload]  # the stub knows no sparse matrices, scipy does
        np.zeros(empty.size),
        A_eq=empty.equations,
        b_eq=np.zeros(empty.equations.shape[0]),
        bounds=np.column_stack([lower, upper]),
    )
    if found.status != 0:
        raise ParameterError(
            "Zu den gezeigten Werten passt keine Tabelle: Eine gezeigte Summe ist nicht die ihrer Teile. "
            "Bitte Werte und Hierarchien prüfen."
        )
    thinkable = np.clip(found.x, lower, upper)
    system = replace(empty, values=thinkable, lower=lower, upper=upper)
    hidden: BoolArray = np.arange(empty.size) >= len(cells)
    hidden[: len(cells)] = ~shown
    bounds = attack(system, hidden, cells=np.flatnonzero(~shown), insiders=False)
    low, high = bounds.lower, bounds.upper
    if steps:
        low, high = np.ceil(low - TOLERANCE), np.floor(high + TOLERANCE)
    return cells.loc[~shown, list(parents)].assign(lower=low + 0.0, upper=high).reset_index(drop=True)

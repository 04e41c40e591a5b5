"""Tables with all totals from single records, with what the rules on contributions need."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sozialanalyse.disclosure.assemble import Dimensions, parents_of
from sozialanalyse.errors import ParameterError

__all__ = ["tabulate"]


def tabulate(
    records: pd.DataFrame,
    dimensions: Dimensions,
    *,
    value: str | None = None,
    holder: str | None = None,
    largest: int = 5,
) -> pd.DataFrame:
    """Add up records to a table with all totals.

    Parameters
    ----------
    records : DataFrame
        One row per record, with the finest values of each dimension.
    dimensions : mapping from column to (mapping from child to parent, or name of the total)
        The dimensions of the table.
    value : str, optional
        Column of the amounts, not negative; left out, records are counted.
    holder : str, optional
        Column that says to whom a record belongs; left out, each record stands for itself. The records of one
        holder in a cell are one contribution.
    largest : int, at least 2
        How many of the largest contributions are kept.

    Returns
    -------
    DataFrame
        Columns of the dimensions, ``value``, ``contributors`` (number of holders), ``x1`` to ``x<largest>``
        (largest contributions, NaN where there are fewer), and ``sole`` (number of the holder if there is one
        only, else −1). Cells without any record are left out.

    Raises
    ------
    ParameterError
        If columns are missing, records stand at a total, or amounts are negative or missing.

    Examples
    --------
    >>> firms = pd.DataFrame({"branch": ["a", "a", "b"], "turnover": [60.0, 30.0, 10.0]})
    >>> table = tabulate(firms, {"branch": "all"}, value="turnover", largest=2)
    >>> table[["branch", "value", "contributors", "x1", "x2"]].to_numpy().tolist()
    [['a', 90.0, 2, 60.0, 30.0], ['all', 100.0, 3, 60.0, 30.0], ['b', 10.0, 1, 10.0, nan]]
    """
    parents = parents_of([records], dimensions)
    names = list(parents)
    needed = [*names, *(name for name in (value, holder) if name is not None)]
    missing = [name for name in needed if name not in records.columns]
    if missing:
        raise ParameterError(f"Den Datensätzen fehlen Spalten: {', '.join(missing)}. Bitte ergänzen.")
    amount = np.ones(len(records)) if value is None else records[value].to_numpy(dtype=np.float64)
    if not (amount >= 0).all() or records[names].isna().to_numpy().any() or largest < 2:
        raise ParameterError(
            "Jeder Datensatz braucht alle Dimensionen und einen Betrag ab 0, »largest« mindestens 2. "
            "Bitte prüfen; Beträge unter 0 lassen sich nur als fertige Zellen schützen."
        )
    own = np.arange(len(records)) if holder is None else pd.factorize(records[holder])[0]
    long = records[names].astype(object).assign(_holder=own, _amount=amount)
    for name in names:
        above = parents[name]
        if long[name].isin(list(above.values())).any():
            raise ParameterError(
                f"Datensätze stehen in »{name}« auf einer Summe. Bitte die feinste Ausprägung angeben."
            )
        levels, current = [long], long
        while len(current := current[current[name].isin(list(above))]):
            current = current.assign(**{name: current[name].map(above)})
            levels.append(current)
        long = pd.concat(levels, ignore_index=True)
    each: pd.DataFrame = long.groupby([*names, "_holder"])["_amount"].sum().reset_index()
    each = each.sort_values([*names, "_amount", "_holder"], ascending=[True] * len(names) + [False, True])
    cells = each.groupby(names, sort=True)
    result: pd.DataFrame = cells["_amount"].agg(["sum", "size"])
    result = result.set_axis(["value", "contributors"], axis=1)
    rank = cells.cumcount()
    for place in range(largest):
        result[f"x{place + 1}"] = each[rank == place].set_index(names)["_amount"]
    result["sole"] = cells["_holder"].first().where(result["contributors"] == 1, -1)
    return result.reset_index()

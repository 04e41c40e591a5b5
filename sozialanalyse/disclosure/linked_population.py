"""Protection of the population by sex and age: further groups to hide in all areas, levels and years."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from sozialanalyse.disclosure.hierarchy import from_hierarchy
from sozialanalyse.disclosure.secondary import suppress
from sozialanalyse.disclosure.system import BoolArray

__all__ = ["linked_groups"]

_ALL: Final = ""


def linked_groups(
    population: pd.DataFrame, broken: BoolArray, minimum: int, parents: pd.Series[str]
) -> tuple[BoolArray, BoolArray]:
    """Return the groups that must be hidden, and those of them that are less open than asked for.

    The outsider knows how many persons live in each area, of each sex and of each age group, because other
    tables tell that; so hidden groups stand in at least two lines of each kind. Every hidden group must stay
    open by the smallest count that is shown.

    Parameters
    ----------
    population : DataFrame, n rows
        Columns ``area_id, year, sex, age_group, count``; a count may be missing.
    broken : (n,) bool
        Groups that break a rule by themselves.
    minimum : int
        Smallest count that is shown, in persons.
    parents : Series of str, indexed by area
        Area to the area that contains it, ``""`` at the root.

    Returns
    -------
    tuple of (n,) bool and (n,) bool
        The first include those that break a rule; the second are narrowed down by the known totals.
    """
    hidden = broken.copy()
    exposed = np.zeros(len(broken), dtype=bool)
    keys = ["year", "area_id", "sex", "age_group"]
    years = set(population.loc[broken, "year"])
    there = (population["year"].isin(years) & population["count"].notna()).to_numpy()
    cells = population.loc[there, [*keys, "count"]].astype(dict.fromkeys(keys[1:], str))
    cells = cells.rename(columns={"count": "value"}).reset_index(drop=True)
    totals = pd.concat([_totals(cells, gone) for gone in (["sex"], ["age_group"], ["sex", "age_group"])])
    above = {str(key): str(parent) for key, parent in parents.items() if parent}
    hierarchies = {
        "area_id": above,
        "sex": dict.fromkeys(cells["sex"].unique(), _ALL),
        "age_group": dict.fromkeys(cells["age_group"].unique(), _ALL),
    }
    places = np.flatnonzero(there)
    while hidden.any():
        open_ = cells.assign(primary=hidden[there], always_shown=False, sliding_level=float(minimum))
        table = pd.concat([open_, totals], ignore_index=True)
        whole = bool((table["value"] == table["value"].round()).all())
        system = from_hierarchy(
            table.assign(whole=whole, weights=1.0 + np.sqrt(table["value"])),
            hierarchies, by=["year"], known_gaps=True,
        )  # fmt: skip
        result = suppress(system, method="heuristic")
        found = result.hidden[: len(cells)]
        exposed[places] = result.unattainable[: len(cells)]
        before = int(hidden.sum())
        hidden[places[found]] = True
        if int(hidden.sum()) == before:
            break
    return hidden, exposed


def _totals(cells: pd.DataFrame, gone: list[str]) -> pd.DataFrame:
    """Add up over one or two features; a total of a single group is no further number."""
    keys = [key for key in ("year", "area_id", "sex", "age_group") if key not in gone]
    sums = cells.groupby(keys, as_index=False)["value"].agg(["sum", "count"]).reset_index()
    sums = sums[sums["count"] > 1].rename(columns={"sum": "value"})
    return sums[[*keys, "value"]].assign(
        **dict.fromkeys(gone, _ALL), primary=False, always_shown=True, sliding_level=0.0
    )

"""Population by sex and age for every level."""

from __future__ import annotations

import pandas as pd

__all__ = ["add_coarser_levels"]

KEYS = ["area_id", "year", "sex", "age_group"]


def add_coarser_levels(population: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Add the sums of coarser areas, where all their parts are there and they were not delivered.

    Parameters
    ----------
    population : DataFrame
        Columns ``area_id, year, sex, age_group, count``, for any levels.
    areas : DataFrame, indexed by ``area_id``
        With the column ``parent_id``.

    Returns
    -------
    DataFrame
        The same columns with one row per area, year, sex and age group.
    """
    result = population[[*KEYS, "count"]].astype({"area_id": str, "sex": str, "age_group": str})
    children = areas[areas["parent_id"] != ""].groupby("parent_id").size()
    waiting = [str(key) for key in areas.index if key in children.index]
    while waiting:
        ready = [key for key in waiting if not set(areas.index[areas["parent_id"] == key]) & set(waiting)]
        inside = result.assign(area_id=result["area_id"].map(areas["parent_id"]))
        inside = inside[inside["area_id"].isin(ready)]
        groups = inside.groupby(KEYS, sort=True)["count"]
        summed = groups.sum(min_count=1)[
            groups.count() == groups.count().index.get_level_values(0).map(children)
        ]
        delivered = set(result["area_id"])
        added = summed.reset_index()
        result = pd.concat([result, added[~added["area_id"].isin(delivered)]], ignore_index=True)
        waiting = [key for key in waiting if key not in ready]
    return result

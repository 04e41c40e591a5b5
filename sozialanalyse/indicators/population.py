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
    parents = areas["parent_id"]
    parts = parents[parents != ""].value_counts()
    waiting = set(parts.index)
    while waiting:
        # From the finest areas upwards: an area is ready when none of its parts is still waiting.
        ready = {key for key in waiting if not waiting & set(parents.index[parents == key])}
        inside = result.assign(area_id=result["area_id"].map(parents))
        groups = (
            inside[inside["area_id"].isin(ready)].groupby(KEYS)["count"].agg(["sum", "count"]).reset_index()
        )
        complete = groups["count"] == groups["area_id"].map(parts)
        undelivered = ~pd.MultiIndex.from_frame(groups[KEYS]).isin(pd.MultiIndex.from_frame(result[KEYS]))
        added = groups[complete & undelivered].drop(columns="count").rename(columns={"sum": "count"})
        result = pd.concat([result, added], ignore_index=True)
        waiting -= ready
    return result

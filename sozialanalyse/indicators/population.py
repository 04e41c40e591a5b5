"""Population by sex and age for every level."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sozialanalyse.dataset.existence import existing

__all__ = ["add_coarser_levels"]

KEYS = ["area_id", "year", "sex", "age_group"]


def add_coarser_levels(population: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Add the sums of coarser areas, where all parts of that year are there and they were not delivered.

    Parameters
    ----------
    population : DataFrame
        Columns ``area_id, year, sex, age_group, count``, for any levels.
    areas : DataFrame, indexed by ``area_id``
        With the column ``parent_id``, and ``valid_from, valid_to`` as in `existing`.

    Returns
    -------
    DataFrame
        The same columns with one row per area, year, sex and age group.
    """
    result = population[[*KEYS, "count"]].astype({"area_id": str, "sex": str, "age_group": str})
    parents = areas["parent_id"]
    years = np.unique(result["year"])
    there = pd.DataFrame(existing(areas, years), index=areas.index, columns=years)
    parts = there.groupby(parents).sum().stack()  # noqa: PD013 (a series by area and year)
    waiting = set(parents[parents != ""])
    while waiting:
        # From the finest areas upwards: an area is ready when none of its parts is still waiting.
        ready = {key for key in waiting if not waiting & set(parents.index[parents == key])}
        valid = there.to_numpy()[
            there.index.get_indexer(pd.Index(result["area_id"])), np.searchsorted(years, result["year"])
        ]
        inside = result.assign(area_id=result["area_id"].map(parents))[valid]
        groups = (
            inside[inside["area_id"].isin(ready)].groupby(KEYS)["count"].agg(["sum", "count"]).reset_index()
        )
        complete = groups["count"].to_numpy() == parts.reindex(
            pd.MultiIndex.from_frame(groups[["area_id", "year"]])
        )
        undelivered = ~pd.MultiIndex.from_frame(groups[KEYS]).isin(pd.MultiIndex.from_frame(result[KEYS]))
        added = (
            groups[complete.to_numpy() & undelivered].drop(columns="count").rename(columns={"sum": "count"})
        )
        result = pd.concat([result, added], ignore_index=True)
        waiting -= ready
    return result

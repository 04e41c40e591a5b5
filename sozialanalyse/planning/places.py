"""Which Sozialräume an area stands for: itself, the one that contains it, or those inside it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

__all__ = ["places_at_level"]


def places_at_level(areas: pd.DataFrame, level: str) -> Mapping[str, tuple[str, ...]]:
    """Return for every area the areas of one level that it is, lies in, or contains.

    Parameters
    ----------
    areas : DataFrame, indexed by ``area_id``
        Columns ``level, parent_id`` (``""`` at the root).
    level : str
        The level, mostly that of the Sozialräume.

    Returns
    -------
    mapping from area to tuple of areas
        In the order of `areas`. Something planned for the whole city concerns all of them, something planned
        for a Quartier the one that contains it.

    Examples
    --------
    >>> table = pd.DataFrame({"level": ["city", "district", "quarter"], "parent_id": ["", "S", "A"]},
    ...     index=["S", "A", "A1"])
    >>> places_at_level(table, "district")
    {'S': ('A',), 'A': ('A',), 'A1': ('A',)}
    """
    parents = {str(key): str(parent) for key, parent in areas["parent_id"].items()}
    chosen = [str(key) for key in areas.index[areas["level"] == level]]
    found: dict[str, list[str]] = {key: [] for key in parents}
    for place in chosen:
        above = place
        while above:
            found[above].append(place)
            above = parents[above]
    for key, parent in parents.items():
        above = parent
        while above:
            if above in chosen:
                found[key].append(above)
            above = parents[above]
    return {key: tuple(places) for key, places in found.items()}

"""Which core elements of a heat-health action plan an area gives occasion to, and by which indicators."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from sozialanalyse.errors import ParameterError

__all__ = ["occasions"]


def occasions(
    values: pd.DataFrame,
    high_is_occasion: Mapping[str, bool],
    uses: Mapping[str, Sequence[str]],
    share: float,
) -> pd.DataFrame:
    """Return by which indicators each area is among the first, for each core element that rests on them.

    Parameters
    ----------
    values : DataFrame of shape (N, K)
        Areas by indicators; NaN where hidden or missing.
    high_is_occasion : mapping from indicator to bool
        Whether a high value is the occasion, rather than a low one.
    uses : mapping from core element to sequence of indicators
        On which indicators each element rests.
    share : float in (0, 1)
        Share of the areas that count as the first, of those with a value and rounded up. Areas that are
        equal to the last of them count as well, unless all areas are equal.

    Returns
    -------
    DataFrame
        Columns ``area_id, element, indicators`` (tuple of str): one row for each area and element with at
        least one indicator, in the order of `values` and `uses`.

    Raises
    ------
    ParameterError
        If `share` is not between 0 and 1.

    Examples
    --------
    >>> frame = pd.DataFrame({"old": [30.0, 20.0, 10.0], "green": [90.0, 50.0, 10.0]}, index=["A", "B", "C"])
    >>> found = occasions(frame, {"old": True, "green": False}, {"warning": ["old"], "town": ["green"]}, 0.3)
    >>> found.values.tolist()
    [['A', 'warning', ('old',)], ['C', 'town', ('green',)]]
    """
    if not 0 < share < 1:
        raise ParameterError("»priority_share« muss zwischen 0 und 1 liegen.")
    turn = np.array([1.0 if high_is_occasion[name] else -1.0 for name in values.columns])
    ranks = (values * turn).rank(axis=0, ascending=False, method="min")
    most = ranks.notna().sum().map(lambda count: math.ceil(share * count))
    first = (ranks <= most) & (values.max() > values.min())
    rows = [
        (str(area), element, found)
        for area, own in zip(values.index, first.to_numpy(dtype=bool), strict=True)
        for element, names in uses.items()
        if (found := tuple(name for name in names if own[values.columns.get_loc(name)]))
    ]
    return pd.DataFrame(rows, columns=["area_id", "element", "indicators"])

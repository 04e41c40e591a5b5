"""Which areas there were in which year: new ones have no past, and dissolved ones count no longer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["existing"]


def existing(areas: pd.DataFrame, years: Sequence[int] | NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which areas there were at the end of each year.

    Parameters
    ----------
    areas : DataFrame, a rows
        If it has the columns ``valid_from, valid_to``: a year, a day as ``JJJJ-MM-TT``, or ``""`` where the
        area has no known beginning or end. Without them, all areas have always been there.
    years : sequence of int, length y

    Returns
    -------
    ndarray of bool, shape (a, y)

    Examples
    --------
    >>> old_and_new = {"valid_from": ["", "2019"], "valid_to": ["2018-12-31", ""]}
    >>> areas = pd.DataFrame(old_and_new, index=["old", "new"])
    >>> existing(areas, [2018, 2019]).tolist()
    [[True, False], [False, True]]
    """
    ends = np.array([f"{year}-12-31" for year in years], dtype=object)
    there = np.ones((len(areas), len(ends)), dtype=bool)
    if "valid_from" in areas:
        there &= areas["valid_from"].to_numpy(dtype=object)[:, np.newaxis] <= ends
    if "valid_to" in areas:
        last = areas["valid_to"].to_numpy(dtype=object)
        whole = np.array([f"{day}-12-31" if len(day) == len("JJJJ") else day for day in last], dtype=object)
        there &= (whole == "")[:, np.newaxis] | (whole[:, np.newaxis] >= ends)
    return there

"""Ranks along one axis of an array of any shape, fast enough for ten thousand drawn indices at once."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

__all__ = ["rank_along"]

FloatArray = npt.NDArray[np.float64]


def rank_along(values: FloatArray, axis: int, ties: Literal["min", "average"]) -> FloatArray:
    """Rank values from the lowest (1) to the highest; missing values stay missing.

    Parameters
    ----------
    values : ndarray
        Any shape; NaN where missing.
    axis : int
        Axis along which values are compared.
    ties : {"min", "average"}
        Whether equal values share the smallest of their ranks or the mean of these.

    Returns
    -------
    ndarray of the same shape
        Between 1 and the number of values along the axis.

    Notes
    -----
    The same as `scipy.stats.rankdata` without missing values, but that takes a second to import.

    Examples
    --------
    >>> rank_along(np.array([0.3, -1.0, 0.3, np.nan]), axis=0, ties="min").tolist()
    [2.0, 1.0, 2.0, nan]
    >>> rank_along(np.array([0.3, -1.0, 0.3, np.nan]), axis=0, ties="average").tolist()
    [2.5, 1.0, 2.5, nan]
    """
    rows = np.moveaxis(values, axis, -1)
    order = np.argsort(rows, axis=-1)
    ordered = np.take_along_axis(rows, order, axis=-1)
    ranks = np.empty(rows.shape)
    # Without equal values the places are the ranks; a missing value sorts last and is unequal to itself.
    if (ordered[..., 1:] > ordered[..., :-1]).all() and not np.isnan(ordered[..., -1:]).any():
        np.put_along_axis(ranks, order, np.arange(1.0, rows.shape[-1] + 1), axis=-1)
        return np.moveaxis(ranks, -1, axis)
    places = np.broadcast_to(np.arange(1.0, rows.shape[-1] + 1), rows.shape)
    first_of_ties = np.ones(rows.shape, dtype=bool)
    first_of_ties[..., 1:] = ordered[..., 1:] != ordered[..., :-1]
    shared = np.maximum.accumulate(np.where(first_of_ties, places, 0.0), axis=-1)
    if ties == "average":
        last_of_ties = np.ones(rows.shape, dtype=bool)
        last_of_ties[..., :-1] = first_of_ties[..., 1:]
        last = np.where(last_of_ties, places, np.inf)
        shared = (shared + np.minimum.accumulate(last[..., ::-1], axis=-1)[..., ::-1]) / 2
    np.put_along_axis(ranks, order, np.where(np.isnan(ordered), np.nan, shared), axis=-1)
    return np.moveaxis(ranks, -1, axis)

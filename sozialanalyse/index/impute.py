"""Step 2, impute: what stands in for a missing cell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sozialanalyse.errors import MethodError
from sozialanalyse.index.data import FloatArray
from sozialanalyse.index.moments import mean_and_deviation

__all__ = ["impute"]


def impute(values: FloatArray, method: str, weights: FloatArray, groups: Sequence[str] = ()) -> FloatArray:
    """Fill missing cells of areas that have at least one value.

    Parameters
    ----------
    values : ndarray of shape (..., N, K)
        NaN where missing; an area without any value is not filled.
    method : {"none", "mean", "median", "group_mean", "group_median"}
        Mean or median of the indicator over all areas, or over the areas of the same group.
    weights : ndarray of shape (N,)
        How much each area counts in a mean; medians count every area once.
    groups : sequence of str, length N
        Group of each area.

    Returns
    -------
    ndarray of shape (..., N, K)
        A cell stays NaN where its group has no value.

    Raises
    ------
    MethodError
        If a group is asked for and none is given.

    Examples
    --------
    >>> impute(np.array([[1.0, 5.0], [3.0, np.nan], [np.nan, 7.0]]), "mean", np.ones(3)).tolist()
    [[1.0, 5.0], [3.0, 6.0], [2.0, 7.0]]
    """
    if method == "none" or np.isfinite(values.sum()):
        return values
    if method in {"mean", "median"}:
        groups = ("",) * values.shape[-2]
    elif not groups:
        raise MethodError(
            f"»imputation: {method}« braucht zu jedem Gebiet das übergeordnete Gebiet; es ist keines "
            "angegeben. Bitte eine Ebene mit übergeordneten Gebieten wählen oder »mean« oder »median«."
        )
    filled = values.copy()
    membership = np.array(groups)
    used = np.asarray(np.isfinite(values).any(axis=-1))
    for group in dict.fromkeys(groups):
        members = membership == group
        part = values[..., members, :]
        if method.endswith("mean"):
            centre, _ = mean_and_deviation(part, weights[members])
        else:
            centre = _median(part)
        fill = np.isnan(part) & used[..., members][..., None]
        filled[..., members, :] = np.where(fill, centre, part)
    return filled


def _median(values: FloatArray) -> FloatArray:
    ordered = np.sort(values, axis=-2)
    count = np.isfinite(values).sum(axis=-2, keepdims=True)
    lower = np.take_along_axis(ordered, np.maximum((count - 1) // 2, 0), axis=-2)
    upper = np.take_along_axis(ordered, np.minimum(count // 2, values.shape[-2] - 1), axis=-2)
    return np.where(count > 0, (lower + upper) / 2, np.nan)

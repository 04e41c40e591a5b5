"""How many independent areas the correlation of each pair rests on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from sozialanalyse.connections.kernel import off_diagonal
from sozialanalyse.connections.spec import Method
from sozialanalyse.spatial.effective import LagOrders, effective_sample_size

__all__ = ["kish_share", "spatial_sizes"]

Array = NDArray[np.float64]


def spatial_sizes(values: Array, weights: Array, orders: LagOrders | None, method: Method) -> Array:
    """Return how many independent areas each pair is worth.

    Parameters
    ----------
    values : ndarray, shape (N, K)
        NaN where missing.
    weights : ndarray, shape (N,)
        Weights of the areas; unequal ones reduce the size by Kish's ratio (Σw)² / (n Σw²).
    orders : LagOrders or None
        Distance classes of the areas; None counts all as independent.
    method : {"spearman", "pearson"}
        For Spearman the autocorrelation is that of the ranks.

    Returns
    -------
    ndarray, shape (K, K)
        NaN on the diagonal and where a variable is constant.

    References
    ----------
    Kish, L. (1965). Survey Sampling. New York: Wiley.
    """
    if method == "spearman":
        values = np.column_stack([_ranks(column) for column in values.T])
    if orders is None:
        known = np.isfinite(values).astype(float)
        low, high = np.where(known > 0, values, np.inf).min(0), np.where(known > 0, values, -np.inf).max(0)
        varies = np.where(low < high, 1.0, np.nan)
        size = (known.T @ known) * np.outer(varies, varies)
    else:
        size = effective_sample_size(values, orders)
    return off_diagonal(size * kish_share(weights, values))


def _ranks(column: Array) -> Array:
    """Midranks of the values that are there."""
    known = np.isfinite(column)
    out = np.full(column.size, np.nan)
    out[known] = stats.rankdata(column[known])
    return out


def kish_share(weights: Array, values: Array) -> Array:
    """Return the share of each pair's areas that remains when they count unequally, shape (K, K)."""
    known = np.isfinite(values).astype(float)
    total, squares = known.T @ (weights[:, None] * known), known.T @ (weights[:, None] ** 2 * known)
    count = known.T @ known
    share = np.divide(total**2, squares * count, out=np.full_like(total, np.nan), where=count > 0)
    return np.asarray(np.minimum(share, 1.0))

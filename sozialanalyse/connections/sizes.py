"""How many independent areas the correlation of each pair rests on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sozialanalyse.connections.kernel import complete_blocks, off_diagonal, weighted_midranks
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
    k = values.shape[1]
    size = np.full((k, k), np.nan)
    for rows, left, right in complete_blocks(values):
        if rows.size < 3:
            continue
        columns = np.unique(np.r_[left, right])
        block = values[np.ix_(rows, columns)]
        if method == "spearman":
            block = weighted_midranks(block, np.ones((1, rows.size)))[0]
        if orders is None:
            varies = np.where(np.ptp(block, axis=0) > 0, 1.0, np.nan)
            found = rows.size * np.outer(varies, varies)
        else:
            found = effective_sample_size(block, _among(orders, rows))
        a, b = np.searchsorted(columns, left), np.searchsorted(columns, right)
        size[np.ix_(left, right)] = found[np.ix_(a, b)]
        size[np.ix_(right, left)] = found[np.ix_(b, a)]
    return off_diagonal(size * kish_share(weights, values))


def kish_share(weights: Array, values: Array) -> Array:
    """Return the share of each pair's areas that remains when they count unequally, shape (K, K)."""
    known = np.isfinite(values).astype(float)
    total, squares = known.T @ (weights[:, None] * known), known.T @ (weights[:, None] ** 2 * known)
    count = known.T @ known
    share = np.divide(total**2, squares * count, out=np.full_like(total, np.nan), where=count > 0)
    return np.asarray(np.minimum(share, 1.0))


def _among(orders: LagOrders, rows: NDArray[np.intp]) -> LagOrders:
    """Distance classes among some of the areas; distances still run through all of them."""
    if rows.size == orders.degrees.shape[0]:
        return orders
    classes = tuple(c[rows][:, rows] for c in orders.classes)
    inner = np.column_stack([np.ones(rows.size), *(np.asarray(c.sum(axis=1)).ravel() for c in classes)])
    return LagOrders(classes, np.column_stack([inner, rows.size - inner.sum(axis=1)]))

"""What areas drawn anew and exchanged values come to where there are many areas, without any draw.

The bootstrap and the permutations of thousands of areas end where the limits of large samples end; these take
one pass instead of hundreds.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sozialanalyse.connections.kernel import Order, order_of, scores, standardise
from sozialanalyse.connections.spec import Method

__all__ = ["influence_error", "large_permutation_p"]

Array = NDArray[np.float64]


def large_permutation_p(fixed: Array, moved: Array, weights: Array) -> Array:
    """Return the two-sided p to which that of all permutations tends.

    Parameters
    ----------
    fixed, moved : ndarray, shapes (N, L) and (N, R)
        Columns as `standardise` returns them; the values of `moved` are exchanged among the areas.
    weights : ndarray, shape (N,)
        Weights of the areas, which stay with the area; they sum to 1.

    Returns
    -------
    ndarray, shape (L, R)
        Under exchange r has mean 0 and, with equal weights, variance 1 / (N − 1); it tends to a normal.

    References
    ----------
    Hoeffding, W. (1951). A combinatorial central limit theorem. Annals of Mathematical
    Statistics 22, 558–566.
    """
    n = fixed.shape[0]
    spread = np.sqrt(n / (n - 1.0) * (weights @ np.square(fixed)))
    return np.asarray(2.0 * special.ndtr(-np.abs(fixed.T @ moved) / spread[:, None]))


def influence_error(values: Array, weights: Array, method: Method) -> tuple[Array, Array]:
    """Return every coefficient and its standard error, by the influence of each area on it.

    Parameters
    ----------
    values : ndarray, shape (N, K)
        NaN where missing.
    weights : ndarray, shape (N,)
        Weights of the areas; they stay with the area.
    method : {"spearman", "pearson"}
        Which coefficient. For Spearman an area counts by its own place and by the places of all others that
        it moves.

    Returns
    -------
    estimate, error : ndarray, shape (K, K)
        The error is the infinitesimal jackknife: to first order what the bootstrap of areas finds. NaN on the
        diagonal and where the coefficient is not defined.

    References
    ----------
    Efron, B. (1982). The Jackknife, the Bootstrap and Other Resampling Plans. Philadelphia: SIAM, chapter 6.
    """
    k = values.shape[1]
    estimate, error = np.full((2, k, k), np.nan)
    known = np.isfinite(values)
    for i in range(k):
        for j in range(i + 1, k):
            rows = known[:, i] & known[:, j]
            if np.count_nonzero(rows) < 3:
                continue
            share = weights[rows] / weights[rows].sum()
            r, influence = _influence(values[rows][:, [i, j]], share, method)
            estimate[i, j] = estimate[j, i] = r
            error[i, j] = error[j, i] = np.sqrt(np.sum(np.square(share * (influence - share @ influence))))
    return estimate, error


def _influence(both: Array, share: Array, method: Method) -> tuple[float, Array]:
    """Return a correlation, and how fast it changes with the weight of each area, up to a constant."""
    placed = scores(both, share[None, :], method)
    unit = standardise(placed, share[None, :])[0] / np.sqrt(share)[:, None]
    a, b = unit.T
    r = float(np.clip(share @ (a * b), -1.0, 1.0))
    product, squares = a * b, a * a + b * b
    if method == "spearman":
        # Ranks are cumulated weights: more weight here lifts every area above, by as much as it stands for.
        ranks = placed[0]
        spread = np.sqrt(share @ np.square(ranks - share @ ranks))
        above_x, above_y = (_above(order_of(both[:, c]), unit, share) / spread[c] for c in (0, 1))
        product = product + above_x[:, 1] + above_y[:, 0]
        squares = squares + 2.0 * (above_x[:, 0] + above_y[:, 1])
    return r, np.asarray(product - r / 2.0 * squares)


def _above(column: Order, summed: Array, share: Array) -> Array:
    """Return for each area the weighted sum over those above it, and half of those level with it; (N, 2)."""
    at = np.add.reduceat((share[:, None] * summed)[column.order], column.starts, axis=0)
    beyond = at.sum(axis=0) - np.cumsum(at, axis=0) + at / 2.0
    return np.asarray(beyond[column.position])

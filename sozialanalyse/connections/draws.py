"""What chance alone would give: permutations, and areas drawn anew."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sozialanalyse.connections.kernel import complete_blocks, correlate, off_diagonal, scores, standardise
from sozialanalyse.connections.spec import ConnectionSpec, Method

__all__ = ["bootstrap_interval", "permutation_p"]

Array = NDArray[np.float64]

CELLS = 4_000_000
"""Permuted numbers held at a time."""


def permutation_p(values: Array, weights: Array, spec: ConnectionSpec, method: Method) -> Array:
    """Return the share of permutations with a coefficient at least as far from zero.

    Parameters
    ----------
    values : ndarray, shape (N, K)
        NaN where missing; the values of a pair's second column are exchanged among the areas with both.
    weights : ndarray, shape (N,)
        Weights of the areas; they stay with the area.
    spec : ConnectionSpec
        Number of permutations and seed.
    method : {"spearman", "pearson"}
        Which coefficient.

    Returns
    -------
    ndarray, shape (K, K)
        Two-sided p, at least 1 / (permutations + 1); NaN on the diagonal and without permutations.
    """
    k = values.shape[1]
    p = np.full((k, k), np.nan)
    if not spec.permutations:
        return p
    for rows, left, right in complete_blocks(values):
        if rows.size < 3:
            continue
        rng = np.random.default_rng(spec.seed)
        w = weights[rows] / weights[rows].sum()
        ones = w[None, :]
        fixed = scores(values[np.ix_(rows, left)], ones, method)[0]
        moved = scores(values[np.ix_(rows, right)], ones, method)[0]
        unit = standardise(fixed[None], ones)[0] * np.sqrt(w)[:, None]
        moved = moved - moved.mean(axis=0)
        observed = np.abs(unit.T @ (moved / _spread(moved, w))) - 1e-12
        exceeding = np.zeros(observed.shape)
        order = np.arange(rows.size)
        step = max(1, CELLS // (rows.size * right.size))
        for start in range(0, spec.permutations, step):
            draws = np.tile(order, (min(step, spec.permutations - start), 1))
            drawn = moved[rng.permuted(draws, axis=1)]
            exceeding += np.count_nonzero(np.abs(unit.T @ (drawn / _spread(drawn, w))) >= observed, axis=0)
        found = np.where(np.isfinite(observed), (exceeding + 1.0) / (spec.permutations + 1.0), np.nan)
        # Within one block a pair stands twice; the first way round counts for both.
        p[np.ix_(left, right)] = found
        if left is right:
            p[np.ix_(left, right)] = np.triu(found, 1) + np.triu(found, 1).T
        else:
            p[np.ix_(right, left)] = found.T
    return off_diagonal(p)


def _spread(columns: Array, w: Array) -> Array:
    """Weighted standard deviation over the areas, shape (…, 1, K)."""
    mean = w @ columns
    variance = w @ np.square(columns) - np.square(mean)
    out = np.sqrt(np.where(variance <= 1e-20, np.nan, variance))
    return np.asarray(out[..., None, :])


def bootstrap_interval(
    values: Array, weights: Array, spec: ConnectionSpec, method: Method
) -> tuple[Array, Array]:
    """Return the percentile interval of every coefficient from areas drawn with repetition.

    Parameters
    ----------
    values : ndarray, shape (N, K)
        NaN where missing.
    weights : ndarray, shape (N,)
        Weights of the areas; they stay with the area.
    spec : ConnectionSpec
        Number of draws, seed and confidence.
    method : {"spearman", "pearson"}
        Which coefficient.

    Returns
    -------
    lower, upper : ndarray, shape (K, K)
        NaN on the diagonal, for constant columns and without draws.

    References
    ----------
    Efron, B., Tibshirani, R. J. (1993). An Introduction to the Bootstrap. New York: Chapman & Hall.
    """
    k = values.shape[1]
    if not spec.bootstrap:
        return np.full((k, k), np.nan), np.full((k, k), np.nan)
    n = values.shape[0]
    times = np.random.default_rng(spec.seed).multinomial(n, np.full(n, 1.0 / n), size=spec.bootstrap)
    drawn = correlate(values, times * weights, method)
    tail = (1.0 - spec.confidence) / 2.0
    constant = np.isnan(correlate(values, weights[None, :], method)[0])
    # A sample may by chance hold one value only; it says nothing and is passed over.
    drawn[:, constant] = 0.0
    low, high = np.nanquantile(drawn, [tail, 1.0 - tail], axis=0)
    low[constant] = high[constant] = np.nan
    return off_diagonal(low), off_diagonal(high)

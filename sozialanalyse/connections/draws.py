"""What chance alone would give: permutations, and areas drawn anew."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sozialanalyse.connections.influence import influence_error, large_permutation_p
from sozialanalyse.connections.kernel import (
    EXACT_AREAS,
    complete_blocks,
    correlate,
    off_diagonal,
    scores,
    standardise,
)
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
        Two-sided p, at least 1 / (permutations + 1); NaN on the diagonal and without permutations. Pairs
        with more than 2,000 areas have that of the normal distribution to which the permutations tend.
    """
    k = values.shape[1]
    p = np.full((k, k), np.nan)
    if not spec.permutations:
        return p
    # Blocks of as many areas follow each other, so that they can share their draws.
    for rows, left, right in sorted(complete_blocks(values), key=lambda block: block[0].size):
        if rows.size < 3:
            continue
        w = weights[rows] / weights[rows].sum()
        ones = w[None, :]
        fixed = standardise(scores(values[np.ix_(rows, left)], ones, method), ones)[0]
        moved = standardise(scores(values[np.ix_(rows, right)], ones, method), ones)[0]
        if rows.size > EXACT_AREAS:
            found = np.maximum(large_permutation_p(fixed, moved, w), 1.0 / (spec.permutations + 1.0))
            p[np.ix_(right, left)] = found.T
            p[np.ix_(left, right)] = found
            continue
        observed = np.abs(fixed.T @ moved) - 1e-12
        root = np.sqrt(w)[:, None]
        unit, moved = np.ascontiguousarray((fixed * root).T), moved / root
        exceeding = np.zeros(observed.shape)
        for draws in _orders(rows.size, right.size, spec):
            size = draws.shape[0]
            drawn = moved[draws.T].reshape(rows.size, -1)
            r = unit @ drawn
            if np.ptp(w) > 0:
                # With unequal weights the spread of a column changes with the places of its values.
                r /= np.sqrt(w @ np.square(drawn) - np.square(w @ drawn))
            r = r.reshape(left.size, size, right.size)
            exceeding += np.count_nonzero(np.abs(r) >= observed[:, None, :], axis=1)
        found = np.where(np.isfinite(observed), (exceeding + 1.0) / (spec.permutations + 1.0), np.nan)
        # Within one block a pair stands twice; the first way round counts for both.
        p[np.ix_(left, right)] = found
        if left is right:
            p[np.ix_(left, right)] = np.triu(found, 1) + np.triu(found, 1).T
        else:
            p[np.ix_(right, left)] = found.T
    return off_diagonal(p)


def _orders(n: int, columns: int, spec: ConnectionSpec) -> Iterator[NDArray[np.int32]]:
    """Yield all random orders of n areas, as many at a time as `columns` columns leave room for."""
    step = max(1, CELLS // (n * columns))
    if n * spec.permutations <= CELLS:
        every = _drawn_orders(n, spec.permutations, spec.seed)
        yield from (every[start : start + step] for start in range(0, spec.permutations, step))
        return
    rng = np.random.default_rng(spec.seed)
    for start in range(0, spec.permutations, step):
        yield _shuffled(n, min(step, spec.permutations - start), rng)


@lru_cache(maxsize=1)
def _drawn_orders(n: int, permutations: int, seed: int) -> NDArray[np.int32]:
    return _shuffled(n, permutations, np.random.default_rng(seed))


def _shuffled(n: int, times: int, rng: np.random.Generator) -> NDArray[np.int32]:
    return rng.permuted(np.tile(np.arange(n, dtype=np.int32), (times, 1)), axis=1)


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
        NaN on the diagonal, for constant columns and without draws. With more than 2,000 areas none is
        drawn: the interval is that of Fisher's z with the standard error by `influence_error`.

    References
    ----------
    Efron, B., Tibshirani, R. J. (1993). An Introduction to the Bootstrap. New York: Chapman & Hall.
    """
    k = values.shape[1]
    if not spec.bootstrap:
        return np.full((k, k), np.nan), np.full((k, k), np.nan)
    n = values.shape[0]
    if n > EXACT_AREAS:
        return _large_interval(values, weights, spec, method)
    times = np.random.default_rng(spec.seed).multinomial(n, np.full(n, 1.0 / n), size=spec.bootstrap)
    drawn = correlate(values, times * weights, method)
    tail = (1.0 - spec.confidence) / 2.0
    constant = np.isnan(correlate(values, weights[None, :], method)[0])
    # A sample may by chance hold one value only; it says nothing and is passed over.
    drawn[:, constant] = 0.0
    low, high = np.nanquantile(drawn, [tail, 1.0 - tail], axis=0)
    low[constant] = high[constant] = np.nan
    return off_diagonal(low), off_diagonal(high)


def _large_interval(
    values: Array, weights: Array, spec: ConnectionSpec, method: Method
) -> tuple[Array, Array]:
    estimate, error = influence_error(values, weights, method)
    reach = float(special.ndtri(0.5 + spec.confidence / 2.0)) * error
    inside = np.where(np.abs(estimate) < 1.0, estimate, np.nan)
    z, margin = np.arctanh(inside), reach / (1.0 - inside**2)
    # A perfect connection leaves nothing to vary.
    low, high = (np.where(np.abs(estimate) < 1.0, np.tanh(z + side * margin), estimate) for side in (-1, 1))
    return low, high

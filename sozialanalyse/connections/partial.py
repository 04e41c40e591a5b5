"""Correlations that hold other variables constant."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sozialanalyse.connections.kernel import complete_blocks, off_diagonal, scores, standardise
from sozialanalyse.connections.spec import Method

__all__ = ["partial_correlations"]

Array = NDArray[np.float64]


def partial_correlations(values: Array, covariates: Array, weights: Array, method: Method) -> Array:
    """Return correlations of all pairs with the covariates held constant.

    Parameters
    ----------
    values : ndarray, shape (N, K)
        NaN where missing.
    covariates : ndarray, shape (N, Q)
        NaN where missing; a pair uses the areas that have both values and all covariates.
    weights : ndarray, shape (N,)
        Weights of the areas.
    method : {"spearman", "pearson"}
        For Spearman, pairs and covariates are replaced by their ranks first.

    Returns
    -------
    ndarray, shape (K, K)
        From −1 to 1; NaN on the diagonal and where the covariates leave no spread.

    Notes
    -----
    (Rxy − Rxz Rzz⁻¹ Rzy), each side divided by the root of what the covariates leave of its variance.
    """
    k = values.shape[1]
    out = np.full((k, k), np.nan)
    known = np.asarray(np.isfinite(covariates).all(axis=1))
    for block_rows, left, right in complete_blocks(values):
        rows = block_rows[known[block_rows]]
        if rows.size < 4 + covariates.shape[1]:
            continue
        w = weights[None, rows]

        def unit(table: Array, w: Array = w) -> Array:
            return np.asarray(standardise(scores(table, w, method), w)[0])

        z = unit(covariates[rows])
        x, y = unit(values[np.ix_(rows, left)]), unit(values[np.ix_(rows, right)])
        inverse = np.linalg.pinv(z.T @ z, hermitian=True)
        x, y = x - z @ (inverse @ (z.T @ x)), y - z @ (inverse @ (z.T @ y))
        norm = np.sqrt(np.outer(np.sum(x * x, axis=0), np.sum(y * y, axis=0)))
        found = np.divide(x.T @ y, norm, out=np.full_like(norm, np.nan), where=norm > 1e-12)
        out[np.ix_(left, right)] = found
        out[np.ix_(right, left)] = found.T
    return off_diagonal(np.clip(out, -1.0, 1.0))

"""How many independent areas a city is worth, when neighbours resemble each other.

Two maps that have nothing to do with each other correlate by chance far more often than unordered
numbers do, if each of them is smooth. Clifford, Richardson and Hémon (1989) and Dutilleul (1993) count
that in: they estimate the variance of the correlation from the autocovariances of both variables.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from sozialanalyse.errors import MethodError
from sozialanalyse.indicators.inputs import as_numbers
from sozialanalyse.spatial.weights import SpatialWeights

__all__ = ["LagOrders", "effective_sample_size", "lag_orders"]

MAX_PAIRS = 12_000_000
"""Pairs of areas kept; more distant pairs of very large datasets form one common class."""


@dataclass(frozen=True, slots=True)
class LagOrders:
    """All pairs of areas, classed by the number of borders between them.

    Attributes
    ----------
    classes : tuple of sparse array, each of shape (N, N)
        Class k holds 1 for the ordered pairs that are k + 1 steps apart; islands are in none.
    degrees : ndarray, shape (N, M + 2)
        How many areas stand in each class seen from one area: itself, the M classes, all the rest.
    """

    classes: tuple[sparse.csr_array, ...]
    degrees: NDArray[np.float64]


def lag_orders(weights: SpatialWeights, max_pairs: int = MAX_PAIRS) -> LagOrders:
    """Class all pairs of areas by their distance in steps from neighbour to neighbour.

    Parameters
    ----------
    weights : SpatialWeights
        The neighbourhood; a one-sided one is taken in both directions.
    max_pairs : int
        After the class in which this number of ordered pairs is reached, the rest is one class.

    Examples
    --------
    >>> from sozialanalyse.spatial.weights import weights_from_pairs
    >>> chain = weights_from_pairs(["a", "b", "c"], [("a", "b"), ("b", "c")])
    >>> lag_orders(chain).degrees.astype(int).tolist()
    [[1, 1, 1, 0], [1, 2, 0, 0], [1, 1, 1, 0]]
    """
    n = len(weights.area_ids)
    step = sparse.csr_array(((weights.contiguity + weights.contiguity.T) > 0).astype(np.float64))
    reached = sparse.csr_array(sparse.eye_array(n, format="csr"))
    frontier, classes = reached, []
    while reached.nnz < max_pairs:
        near = sparse.csr_array(((frontier @ step) > 0).astype(np.float64))
        frontier = sparse.csr_array(near - near.multiply(reached))
        frontier.eliminate_zeros()
        if frontier.nnz == 0:
            break
        classes.append(frontier)
        reached = sparse.csr_array(reached + frontier)
    degrees = np.column_stack([np.ones(n), *(np.asarray(c.sum(axis=1)).ravel() for c in classes)])
    return LagOrders(tuple(classes), np.column_stack([degrees, n - degrees.sum(axis=1)]))


def effective_sample_size(values: ArrayLike, orders: LagOrders) -> NDArray[np.float64]:
    """Return for each pair of variables how many independent areas their correlation rests on.

    Parameters
    ----------
    values : array_like, shape (N, K)
        One column per variable (ranks for a rank correlation); NaN where missing.
    orders : LagOrders
        Distance classes of the same N areas.

    Returns
    -------
    ndarray, shape (K, K)
        From just above 1 (both maps are one smooth slope) to the number of areas with both values (no
        autocorrelation in common). Never more: opposite neighbours do not make a dataset larger. NaN for
        a constant variable.

    Notes
    -----
    With Σ estimated by the mean product in each class, the variance of r is
    tr(BΣₓBΣᵧ) / (tr(BΣₓ) tr(BΣᵧ)) with the centring matrix B = I − 11ᵀ/n, and the size is 1 + 1/var.
    The traces need only class sums, so no N × N matrix is formed. Where values are missing, the mean
    products are those of the areas that have one, and the size for all N areas is reduced by the share
    that has both; as fewer areas lie farther apart, this is on the cautious side.

    References
    ----------
    Clifford, P., Richardson, S., Hémon, D. (1989). Assessing the significance of the correlation between
    two spatial processes. Biometrics 45, 123–134.
    Dutilleul, P. (1993). Modifying the t test for assessing the correlation between two spatial
    processes. Biometrics 49, 305–314.
    """
    table = as_numbers("Werte", values)
    n = orders.degrees.shape[0]
    if table.ndim != 2 or len(table) != n:
        raise MethodError(
            f"Die Werte müssen eine Zeile je Gebiet haben, {n} in dieser Nachbarschaft, und eine Spalte je "
            "Indikator."
        )
    known = np.isfinite(table)
    present = known.astype(np.float64)
    count = present.sum(axis=0)
    filled = np.where(known, table, 0.0)
    z = np.where(known, filled - filled.sum(axis=0) / np.maximum(count, 1.0), 0.0)
    sums = [np.sum(z * z, axis=0), *(np.sum(z * (c @ z), axis=0) for c in orders.classes)]
    pairs = [count, *(np.sum(present * (c @ present), axis=0) for c in orders.classes)]
    # Centred values sum to zero over all pairs, so the last class is what is left.
    products = np.vstack([*sums, -np.sum(sums, axis=0)])
    numbers = np.vstack([*pairs, count**2 - np.sum(pairs, axis=0)])
    covariance = np.divide(products, numbers, out=np.zeros_like(products), where=numbers > 0)
    overlap = orders.degrees.T @ orders.degrees
    total = orders.degrees.sum(axis=0)
    row_sums = total @ covariance
    trace_xy = (
        covariance.T @ (total[:, None] * covariance)
        - (2.0 / n) * covariance.T @ overlap @ covariance
        + np.outer(row_sums, row_sums) / n**2
    )
    trace = n * covariance[0] - row_sums / n
    constant = covariance[0] <= 1e-24 * np.maximum(1.0, np.abs(filled).max(axis=0)) ** 2
    trace = np.where(constant, np.nan, trace)
    variance = np.maximum(trace_xy / np.outer(trace, trace), 1.0 / max(n - 1.0, 1.0))
    return np.asarray((1.0 + 1.0 / variance) * (present.T @ present) / n)

"""Correlations of many variables under many sets of weights at once.

Leaving an area or a district out, drawing a bootstrap sample, weighting by population and leaving out
missing values are all the same thing here: weights, some of them zero or above one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from sozialanalyse.connections.spec import Method

__all__ = [
    "EXACT_AREAS",
    "Order",
    "complete_blocks",
    "correlate",
    "forget_orders",
    "off_diagonal",
    "order_of",
    "pairwise_counts",
    "scores",
    "standardise",
    "weighted_midranks",
]

EXACT_AREAS = 2_000
"""Up to this number of areas all is drawn and ranked anew; beyond it the limits of large samples do."""
CELLS = 4_000_000
"""Numbers held at a time: sets of weights × areas × variables."""
REMEMBERED = 10_000_000
"""Cells of columns whose order is remembered, at most."""

_orders: dict[tuple[int, bytes], Order] = {}


def weighted_midranks(values: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ranks that count every area by its weight; ties share their middle.

    Parameters
    ----------
    values : ndarray, shape (N, K)
        Without missing values.
    weights : ndarray, shape (B, N)
        B sets of weights, none negative.

    Returns
    -------
    ndarray, shape (B, N, K)
        Weight below an area plus half the weight at its value. With weights of one this is the usual
        midrank minus one half; with whole numbers, that of a sample with repetitions.

    Examples
    --------
    >>> weighted_midranks(np.array([[10.0], [30.0], [30.0]]), np.ones((1, 3)))[0, :, 0]
    array([0.5, 2. , 2. ])
    """
    ranks = np.empty((weights.shape[0], *values.shape))
    for j, column in enumerate(values.T):
        sorted_ = order_of(column)
        at = np.add.reduceat(weights[:, sorted_.order], sorted_.starts, axis=1)
        ranks[:, :, j] = (np.cumsum(at, axis=1) - at / 2.0)[:, sorted_.position]
    return ranks


@dataclass(frozen=True, slots=True)
class Order:
    """How the values of a column follow each other.

    Attributes
    ----------
    order : ndarray of int, shape (N,)
        The areas by their value, the lowest first; areas with the same value in the order given.
    starts : ndarray of int, shape (V,)
        Where each different value begins in `order`.
    position : ndarray of int, shape (N,)
        The number of each area's value among the different ones.
    """

    order: NDArray[np.int32]
    starts: NDArray[np.intp]
    position: NDArray[np.int32]


def order_of(column: NDArray[np.float64]) -> Order:
    """Return the order of a column of shape (N,); that of a column that was sorted before is remembered.

    Weights and methods change, but the same indicators of the same areas are ranked again and again, and
    with thousands of areas nothing takes as long as to sort them.
    """
    key = column.size, blake2b(column.tobytes(), digest_size=16).digest()
    if key not in _orders:
        while len(_orders) * column.size >= REMEMBERED:
            del _orders[next(iter(_orders))]
        order = np.argsort(column, kind="stable")
        new = np.append(True, np.diff(column[order]) > 0)
        position = np.empty(order.size, dtype=np.int32)
        position[order] = np.cumsum(new) - 1
        _orders[key] = Order(order.astype(np.int32), np.flatnonzero(new), position)
    return _orders[key]


def forget_orders() -> None:
    """Give the memory of `order_of` back."""
    _orders.clear()


def scores(values: NDArray[np.float64], weights: NDArray[np.float64], method: Method) -> NDArray[np.float64]:
    """Return what is correlated: the values themselves (Pearson) or their ranks (Spearman); (B, N, K)."""
    if method == "spearman":
        return weighted_midranks(values, weights)
    return np.broadcast_to(values, (weights.shape[0], *values.shape))


def standardise(columns: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return columns whose plain products sum to weighted correlations.

    Parameters
    ----------
    columns : ndarray, shape (B, N, K)
        What is correlated.
    weights : ndarray, shape (B, N)
        None negative.

    Returns
    -------
    ndarray, shape (B, N, K)
        √w (x − mean) / √(Σ w (x − mean)²); NaN for a column without spread.
    """
    total = weights.sum(axis=1, keepdims=True)
    share = (weights / np.where(total > 0, total, np.nan))[:, :, None]
    centred = columns - np.sum(share * columns, axis=1, keepdims=True)
    spread = np.sqrt(np.sum(share * centred * centred, axis=1, keepdims=True))
    size = np.maximum(np.abs(columns).max(axis=1, keepdims=True), 1e-300)
    spread = np.where(spread <= 1e-12 * size, np.nan, spread)
    return np.asarray(np.sqrt(share) * centred / spread)


def complete_blocks(
    values: NDArray[np.float64],
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]]:
    """Yield blocks of pairs that have values in the same areas.

    Parameters
    ----------
    values : ndarray, shape (N, K)
        NaN where a value is missing.

    Yields
    ------
    rows, left, right : ndarray of int
        Areas with both values, and the columns of either side. Together the blocks hold every pair once
        or, within one pattern, both ways.
    """
    columns: dict[bytes, list[int]] = {}
    for j, known in enumerate(np.isfinite(values).T):
        columns.setdefault(known.tobytes(), []).append(j)
    blocks = [(np.frombuffer(known, dtype=bool), np.array(js)) for known, js in columns.items()]
    for p, (known_left, left) in enumerate(blocks):
        for known_right, right in blocks[p:]:
            yield np.flatnonzero(known_left & known_right), left, right


def pairwise_counts(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return for each pair of columns in how many rows both have a value; shape (K, K)."""
    known = np.isfinite(values).astype(np.int64)
    return known.T @ known


def correlate(
    values: NDArray[np.float64], weights: NDArray[np.float64], method: Method
) -> NDArray[np.float64]:
    """Return the correlations of all pairs of columns under each set of weights.

    Parameters
    ----------
    values : ndarray, shape (N, K)
        NaN where a value is missing; a pair uses the areas that have both.
    weights : ndarray, shape (B, N)
        None negative; zero leaves an area out.
    method : {"spearman", "pearson"}
        Ranks are formed anew for every set of weights and every pair's areas.

    Returns
    -------
    ndarray, shape (B, K, K)
        From −1 (exactly opposite order) to 1 (the same order); NaN without spread or with fewer than
        3 areas.

    Examples
    --------
    >>> x = np.array([[1.0, 1.0], [2.0, 4.0], [3.0, 9.0], [4.0, np.nan]])
    >>> correlate(x, np.ones((1, 4)), "spearman")[0]
    array([[1., 1.],
           [1., 1.]])
    """
    sets, k = weights.shape[0], values.shape[1]
    out = np.full((sets, k, k), np.nan)
    for rows, left, right in complete_blocks(values):
        if rows.size < 3:
            continue
        step = max(1, CELLS // (rows.size * (left.size + right.size)))
        for start in range(0, sets, step):
            chunk = slice(start, start + step)
            drawn = weights[chunk][:, rows]
            a = standardise(scores(values[np.ix_(rows, left)], drawn, method), drawn)
            b = a
            if left is not right:
                b = standardise(scores(values[np.ix_(rows, right)], drawn, method), drawn)
            r = np.clip(np.swapaxes(a, 1, 2) @ b, -1.0, 1.0)
            out[chunk][:, left[:, None], right[None, :]] = r
            out[chunk][:, right[:, None], left[None, :]] = np.swapaxes(r, 1, 2)
    diagonal = np.arange(k)
    out[:, diagonal, diagonal] = np.where(np.isfinite(out[:, diagonal, diagonal]), 1.0, np.nan)
    return out


def off_diagonal(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a copy with NaN on the diagonal: an indicator's association with itself says nothing."""
    out = matrix.copy()
    np.fill_diagonal(out, np.nan)
    return out

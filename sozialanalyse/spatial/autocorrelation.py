"""Do neighbours resemble each other? Moran's I for a whole map and for single areas.

The permutations are drawn here and not by esda, whose global statistic takes no seed; drawing them here
also lets all indicators share them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse, stats
from scipy.sparse.csgraph import reverse_cuthill_mckee

from sozialanalyse.errors import MethodError, ParameterError
from sozialanalyse.indicators.inputs import as_numbers, by_area
from sozialanalyse.spatial.weights import SpatialWeights, require_aligned

__all__ = ["QUADRANTS", "LocalMoran", "MoranResult", "adjust_fdr", "local_morans_i", "morans_i"]

QUADRANTS: Final[tuple[str, ...]] = ("none", "high_high", "low_high", "low_low", "high_low")
"""Own value and neighbours' mean, each against the mean of all areas; ``"none"`` for islands."""

BATCH: Final = 32
"""Permutations per sparse product: few enough for one row of neighbours to stay in the processor's cache."""

DRAWS: Final = 4_000_000
"""Drawn values held at a time by the local statistic."""


@dataclass(frozen=True, slots=True)
class MoranResult:
    """Moran's I of K variables over the same areas; all arrays have shape (K,).

    Attributes
    ----------
    statistic : ndarray
        Moran's I: near `expectation` without any pattern, towards 1 if neighbours are alike, negative if
        they are opposite. NaN for a constant variable.
    expectation, variance : ndarray
        Under the assumption that the values are spread over the areas at random (randomisation).
    z : ndarray
        Standard deviate.
    p_analytic : ndarray
        Two-sided, from the normal distribution.
    p_permutation : ndarray
        Share of permutations at least as far from their mean, two-sided; NaN without permutations.
    permutations : int
        Number drawn.
    islands : tuple of str
        Areas without neighbours: they have no part in the statistic.
    """

    statistic: NDArray[np.float64]
    expectation: NDArray[np.float64]
    variance: NDArray[np.float64]
    z: NDArray[np.float64]
    p_analytic: NDArray[np.float64]
    p_permutation: NDArray[np.float64]
    permutations: int
    islands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LocalMoran:
    """Local Moran statistics of one variable; all arrays have shape (N,).

    Attributes
    ----------
    statistic : ndarray
        Iᵢ = zᵢ Σⱼ wᵢⱼ zⱼ with z standardised by the population standard deviation; NaN for islands.
    p_permutation : ndarray
        Two-sided, from permutations that hold the area's own value; NaN for islands.
    p_fdr : ndarray
        `p_permutation` adjusted for all areas by Benjamini and Hochberg.
    quadrant : tuple of str
        One of `QUADRANTS` per area.
    """

    statistic: NDArray[np.float64]
    p_permutation: NDArray[np.float64]
    p_fdr: NDArray[np.float64]
    quadrant: tuple[str, ...]


def morans_i(
    values: ArrayLike,
    weights: SpatialWeights,
    area_ids: Sequence[str],
    *,
    permutations: int = 9_999,
    seed: int = 0,
) -> MoranResult:
    """Return Moran's I of every column, with an analytical and a permutation test.

    Parameters
    ----------
    values : array_like, shape (N, K) or (N,)
        One column per variable, without missing values.
    weights : SpatialWeights
        The neighbourhood of the N areas.
    area_ids : sequence of str, length N
        Keys of the rows; they must be those of `weights` in the same order.
    permutations : int
        How often the values are spread over the areas anew; 0 for none.
    seed : int
        Start of the random numbers. The result does not depend on the order of the areas.

    Raises
    ------
    MethodError
        If the order of the areas differs, a value is missing or no number, or fewer than 4 areas have
        neighbours.
    ParameterError
        If `permutations` is negative.

    Notes
    -----
    I = (n / S₀) Σᵢⱼ wᵢⱼ zᵢ zⱼ / Σᵢ zᵢ² over the n areas with neighbours.

    References
    ----------
    Moran, P. A. P. (1950). Notes on continuous stochastic phenomena. Biometrika 37, 17–23.
    Cliff, A. D., Ord, J. K. (1981). Spatial Processes. London: Pion.

    Examples
    --------
    >>> from sozialanalyse.spatial.weights import weights_from_pairs
    >>> ids = ("a", "b", "c", "d")
    >>> chain = weights_from_pairs(ids, [("a", "b"), ("b", "c"), ("c", "d")])
    >>> morans_i(np.array([[1.0], [2.0], [3.0], [4.0]]), chain, ids, permutations=0).statistic.round(3)
    array([0.4])
    """
    table = _complete(values, weights, area_ids, permutations)
    table = table[:, None] if table.ndim == 1 else table
    linked = np.flatnonzero(np.asarray(weights.contiguity.sum(axis=1)).ravel() > 0)
    if linked.size < 4:
        raise MethodError(
            "Moran-I braucht mindestens 4 Gebiete mit Nachbarn. Bitte die Nachbarschaft prüfen."
        )
    # The rows are put in the order of their keys, so that the same seed serves any order of the areas.
    rows = linked[np.argsort(np.asarray(area_ids)[linked])]
    matrix = sparse.csr_array(weights.matrix[rows][:, rows])
    z = table[rows] - table[rows].mean(axis=0)
    squares = _nonzero(np.sum(z * z, axis=0), table)
    n, total = rows.size, float(matrix.sum())
    statistic = n / total * np.sum(z * (matrix @ z), axis=0) / squares
    variance = _randomisation_variance(z, squares, matrix)
    expectation = np.full(z.shape[1], -1.0 / (n - 1))
    deviate = (statistic - expectation) / np.sqrt(variance)
    drawn = np.full(z.shape[1], np.nan)
    if permutations:
        drawn = _permutation_p(z, squares * total / n, statistic, matrix, permutations, seed)
    return MoranResult(
        statistic=statistic,
        expectation=expectation,
        variance=variance,
        z=deviate,
        p_analytic=np.asarray(2.0 * stats.norm.sf(np.abs(deviate))),
        p_permutation=drawn,
        permutations=permutations,
        islands=weights.islands,
    )


def local_morans_i(
    values: ArrayLike,
    weights: SpatialWeights,
    area_ids: Sequence[str],
    *,
    permutations: int = 9_999,
    seed: int = 0,
) -> LocalMoran:
    """Return for each area whether it and its neighbours lie together above or below the mean.

    Parameters
    ----------
    values : array_like, shape (N,)
        One variable, without missing values.
    weights : SpatialWeights
        The neighbourhood of the N areas.
    area_ids : sequence of str, length N
        Keys of the rows; they must be those of `weights` in the same order.
    permutations : int
        Draws of other areas as neighbours, with the area's own value held.
    seed : int
        Start of the random numbers. The result does not depend on the order of the areas.

    Raises
    ------
    MethodError
        If the order of the areas differs, a value is missing or no number, or all values are the same.
    ParameterError
        If `permutations` is negative.

    References
    ----------
    Anselin, L. (1995). Local indicators of spatial association – LISA. Geographical Analysis 27, 93–115.
    Benjamini, Y., Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the Royal
    Statistical Society B 57, 289–300.
    """
    column = _complete(values, weights, area_ids, permutations)
    if column.ndim != 1:
        raise MethodError(
            "Das lokale Moran-I wird für einen Indikator gerechnet, einen Wert je Gebiet. Gefunden: eine "
            "Tabelle. Bitte eine Spalte auswählen."
        )
    n = column.size
    order = np.argsort(np.asarray(area_ids))
    ranked = weights.take(order)
    z = column[order] - column.mean()
    spread = float(np.sqrt(np.mean(z * z)))
    if spread <= 1e-12 * max(1.0, float(np.abs(column).max())):
        raise MethodError("Moran-I ist nicht bestimmt, wenn alle Gebiete denselben Wert haben.")
    z = z / spread
    lag = ranked.matrix @ z
    neighbours = np.asarray(ranked.contiguity.sum(axis=1)).ravel().astype(int)
    p = _conditional_p(z, lag, neighbours, permutations, np.random.default_rng(seed))
    code = np.where(z > 0, np.where(lag > 0, 1, 4), np.where(lag > 0, 2, 3))
    code[neighbours == 0] = 0
    back = np.empty(n, dtype=np.intp)
    back[order] = np.arange(n)
    local = np.where(neighbours > 0, z * lag, np.nan)
    return LocalMoran(local[back], p[back], adjust_fdr(p)[back], tuple(QUADRANTS[c] for c in code[back]))


def adjust_fdr(p: ArrayLike) -> NDArray[np.float64]:
    """Return p-values adjusted by Benjamini and Hochberg (1995); missing ones stay missing.

    Parameters
    ----------
    p : array_like, any shape
        All p-values of one family.

    Examples
    --------
    >>> adjust_fdr([0.01, 0.04, 0.03, None])
    array([0.03, 0.04, 0.04,  nan])
    """
    given = as_numbers("p-Werte", p)
    out = np.full(given.shape, np.nan)
    known = np.isfinite(given)
    if known.any():
        out[known] = stats.false_discovery_control(given[known])
    return out


def _complete(
    values: ArrayLike, weights: SpatialWeights, area_ids: Sequence[str], permutations: int
) -> NDArray[np.float64]:
    """Return the values, after checking that they are complete and of the areas of the neighbourhood."""
    if permutations < 0:
        raise ParameterError("»permutations« darf nicht negativ sein; 0 heißt: ohne.")
    require_aligned(weights, area_ids)
    numbers = by_area("Werte", values, area_ids)
    if not np.isfinite(numbers).all():
        raise MethodError(
            "Moran-I braucht für jedes Gebiet einen Wert. Bitte Gebiete ohne Wert vorher herausnehmen."
        )
    return numbers


def _nonzero(squares: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    scale = np.maximum(1.0, np.abs(values).max(axis=0)) ** 2 * values.shape[0]
    return np.where(squares <= 1e-24 * scale, np.nan, squares)


def _randomisation_variance(
    z: NDArray[np.float64], squares: NDArray[np.float64], matrix: sparse.csr_array
) -> NDArray[np.float64]:
    """Variance of I under randomisation (Cliff & Ord 1981, p. 21)."""
    n = z.shape[0]
    s0 = float(matrix.sum())
    s1 = float((matrix + matrix.T).power(2).sum()) / 2.0
    s2 = float(np.sum((np.asarray(matrix.sum(axis=0)) + np.asarray(matrix.sum(axis=1))) ** 2))
    kurtosis = n * np.sum(z**4, axis=0) / squares**2
    first = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    second = kurtosis * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    moment = (first - second) / ((n - 1) * (n - 2) * (n - 3) * s0**2)
    return np.asarray(moment - 1.0 / (n - 1) ** 2)


def _permutation_p(
    z: NDArray[np.float64],
    scale: NDArray[np.float64],
    observed: NDArray[np.float64],
    matrix: sparse.csr_array,
    permutations: int,
    seed: int,
) -> NDArray[np.float64]:
    """Two-sided p: |I* − E| ≥ |I − E|, the observed map counted among the drawn ones."""
    n, k = z.shape
    # Under permutation the areas may be numbered as one likes: neighbours close together in memory, and each
    # pair visited once, make the product about twice as fast.
    near = reverse_cuthill_mckee(sparse.csr_matrix(matrix + matrix.T), symmetric_mode=True)
    both = sparse.csr_array(matrix + matrix.T)[near][:, near]
    upper = sparse.csr_array(sparse.triu(both, k=1, format="csr"))
    expectation = -1.0 / (n - 1)
    reach = np.abs(observed - expectation) - 1e-12
    rng = np.random.default_rng(seed)
    exceeding = np.zeros(k)
    order = np.arange(n)
    for start in range(0, permutations, BATCH):
        size = min(BATCH, permutations - start)
        draws = np.empty((size, n), dtype=np.intp)
        for row in draws:
            rng.shuffle(order)
            row[:] = order
        for j in range(k):
            shuffled = np.ascontiguousarray(z[:, j][draws].T)
            drawn = np.einsum("nb,nb->b", shuffled, upper @ shuffled) / scale[j]
            exceeding[j] += np.count_nonzero(np.abs(drawn - expectation) >= reach[j])
    p = (exceeding + 1.0) / (permutations + 1.0)
    return np.where(np.isfinite(observed), p, np.nan)


def _conditional_p(
    z: NDArray[np.float64],
    lag: NDArray[np.float64],
    neighbours: NDArray[np.intp],
    permutations: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Two-sided p of each local statistic, from `permutations` draws of neighbours among the other areas.

    The draws are shared by all areas: numbers from 0 to n − 2, shifted past the area itself.
    """
    n, most = z.size, int(neighbours.max())
    draws = np.empty((most, permutations), dtype=np.intp)
    for r in range(permutations):
        draws[:, r] = rng.choice(n - 1, size=most, replace=False, shuffle=True)
    p = np.full(n, np.nan)
    size = max(1, DRAWS // (most * permutations))
    for count in np.unique(neighbours[neighbours > 0]):
        members = np.flatnonzero(neighbours == count)
        for start in range(0, members.size, size):
            rows = members[start : start + size]
            means = np.zeros((rows.size, permutations))
            for draw in draws[:count]:
                means += z[draw[None, :] + (draw[None, :] >= rows[:, None])]
            above = np.count_nonzero(means / count >= lag[rows, None] - 1e-12, axis=1)
            below = np.count_nonzero(means / count <= lag[rows, None] + 1e-12, axis=1)
            p[rows] = np.minimum(1.0, 2.0 * (np.minimum(above, below) + 1.0) / (permutations + 1.0))
    return p

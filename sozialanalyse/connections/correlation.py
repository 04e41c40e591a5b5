"""The association of every indicator with every other, with all that is needed to weigh it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sozialanalyse.connections.draws import bootstrap_interval, permutation_p
from sozialanalyse.connections.intervals import adjust_holm, correlation_interval, correlation_p
from sozialanalyse.connections.kernel import correlate, off_diagonal, pairwise_counts
from sozialanalyse.connections.partial import partial_correlations
from sozialanalyse.connections.sizes import kish_share, spatial_sizes
from sozialanalyse.connections.spec import METHODS, ConnectionSpec, Method
from sozialanalyse.errors import MethodError
from sozialanalyse.indicators.inputs import by_area
from sozialanalyse.spatial.autocorrelation import adjust_fdr
from sozialanalyse.spatial.effective import LagOrders, lag_orders
from sozialanalyse.spatial.weights import SpatialWeights, require_aligned

__all__ = ["AssociationMatrix", "Coefficients", "area_weights", "associate"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Coefficients:
    """One coefficient for all pairs; every array has shape (K, K), is symmetric, and NaN on the diagonal.

    Attributes
    ----------
    method : {"spearman", "pearson"}
        Which coefficient.
    estimate : ndarray
        From −1 to 1; NaN if a variable is constant.
    lower, upper : ndarray
        Interval by Fisher's z, as if all areas were independent.
    lower_bootstrap, upper_bootstrap : ndarray
        Percentile interval from areas drawn with repetition; NaN without bootstrap.
    size : ndarray
        Number of areas the estimate is worth: less than the count if the weights differ (Kish) and if
        neighbours resemble each other (Dutilleul).
    lower_spatial, upper_spatial : ndarray
        Interval that rests on `size`.
    p_permutation : ndarray
        Two-sided, values exchanged among all areas; NaN without permutations.
    p_spatial : ndarray
        Two-sided t test that rests on `size`.
    p_holm, p_fdr : ndarray
        `p_spatial` corrected for all pairs by Holm, and by Benjamini and Hochberg.
    partial, lower_partial, upper_partial : ndarray
        Correlation with the covariates held constant, interval on `size`; NaN without covariates.
    """

    method: Method
    estimate: Array
    lower: Array
    upper: Array
    lower_bootstrap: Array
    upper_bootstrap: Array
    size: Array
    lower_spatial: Array
    upper_spatial: Array
    p_permutation: Array
    p_spatial: Array
    p_holm: Array
    p_fdr: Array
    partial: Array
    lower_partial: Array
    upper_partial: Array


@dataclass(frozen=True, slots=True)
class AssociationMatrix:
    """All pairs of K indicators over N areas.

    Attributes
    ----------
    indicator_ids : tuple of str, length K
        Order of rows and columns.
    count : ndarray of int, shape (K, K)
        Areas with both values.
    spearman, pearson : Coefficients
        Rank and linear correlation.
    spatial : bool
        Whether the neighbourhood of the areas is counted in.
    pairs : int
        Size of the family that the corrections are for.
    """

    indicator_ids: tuple[str, ...]
    count: NDArray[np.int64]
    spearman: Coefficients
    pearson: Coefficients
    spatial: bool
    pairs: int

    def of(self, method: Method) -> Coefficients:
        """Return the coefficients of that method."""
        return self.spearman if method == "spearman" else self.pearson


def associate(
    values: ArrayLike,
    indicator_ids: Sequence[str],
    area_ids: Sequence[str],
    *,
    spec: ConnectionSpec,
    population: ArrayLike | None = None,
    covariates: ArrayLike | None = None,
    neighbours: SpatialWeights | None = None,
    orders: LagOrders | None = None,
) -> AssociationMatrix:
    """Correlate every indicator with every other.

    Parameters
    ----------
    values : array_like, shape (N, K)
        One row per area, one column per indicator, in any unit; NaN where missing. A pair uses the areas
        that have both values.
    indicator_ids, area_ids : sequence of str, lengths K and N
        Keys of columns and rows. Random draws follow their alphabetical order, so that the order passed
        in does not matter.
    spec : ConnectionSpec
        Of it are used: weighting, confidence, permutations, bootstrap, seed.
    population : array_like, shape (N,), optional
        Persons per area; needed for weighting by population.
    covariates : array_like, shape (N, Q) or (N,), optional
        What the partial correlations hold constant.
    neighbours : SpatialWeights, optional
        Of the same areas in the same order; without it neighbours count as independent.
    orders : LagOrders, optional
        ``lag_orders(neighbours)``, if it is at hand already.

    Raises
    ------
    MethodError
        If shapes or orders do not fit, or weighting is wanted without population.

    Examples
    --------
    >>> x = np.array([[1.0, 2.0], [2.0, 1.0], [3.0, 4.0], [4.0, 3.0], [5.0, 5.0]])
    >>> rule = ConnectionSpec(permutations=0, bootstrap=0)
    >>> associate(x, ("a", "b"), tuple("uvwxy"), spec=rule).spearman.estimate[0, 1].round(3)
    np.float64(0.8)
    """
    table = by_area("Werte", values, area_ids)
    people = None if population is None else by_area("Bevölkerung", population, area_ids)
    held = None if covariates is None else by_area("Kontrollmerkmale", covariates, area_ids)
    if held is not None and held.ndim == 1:
        held = held[:, None]
    indicators, areas = tuple(indicator_ids), tuple(area_ids)
    weights = area_weights(table, indicators, areas, spec, people)
    if neighbours is not None:
        require_aligned(neighbours, areas)
        orders = orders or lag_orders(neighbours)
    found = {
        method: _coefficients(table, indicators, areas, weights, held, orders, spec, method)
        for method in METHODS
    }
    k = len(indicators)
    return AssociationMatrix(
        indicator_ids=indicators,
        count=pairwise_counts(table),
        spearman=found["spearman"],
        pearson=found["pearson"],
        spatial=neighbours is not None,
        pairs=k * (k - 1) // 2,
    )


def area_weights(
    values: Array,
    indicator_ids: tuple[str, ...],
    area_ids: tuple[str, ...],
    spec: ConnectionSpec,
    population: Array | None,
) -> Array:
    """Return the weight of each area by the spec, shape (N,), or refuse tables that do not fit.

    Raises
    ------
    MethodError
        If shapes do not fit, keys stand twice, or weighting is wanted without population.
    """
    if values.shape != (len(area_ids), len(indicator_ids)):
        raise MethodError("Die Werte müssen eine Zeile je Gebiet und eine Spalte je Indikator haben.")
    if len(set(area_ids)) != len(area_ids) or len(set(indicator_ids)) != len(indicator_ids):
        raise MethodError("Jedes Gebiet und jeder Indikator darf nur einmal vorkommen.")
    if spec.weighting == "none":
        return np.ones(len(area_ids))
    if population is None or not (np.isfinite(population).all() and (population > 0).all()):
        raise MethodError(
            "Die Gewichtung nach Bevölkerung braucht für jedes Gebiet eine Zahl über 0. "
            "Bitte die Bevölkerung ergänzen oder »weighting: none« wählen."
        )
    return population


def _coefficients(
    values: Array,
    indicator_ids: tuple[str, ...],
    area_ids: tuple[str, ...],
    weights: Array,
    covariates: Array | None,
    orders: LagOrders | None,
    spec: ConnectionSpec,
    method: Method,
) -> Coefficients:
    estimate = off_diagonal(correlate(values, weights[None, :], method)[0])
    size = spatial_sizes(values, weights, orders, method)
    independent = kish_share(weights, values) * pairwise_counts(values)
    lower, upper = correlation_interval(estimate, independent, method, spec.confidence)
    lower_spatial, upper_spatial = correlation_interval(estimate, size, method, spec.confidence)
    p_spatial = correlation_p(estimate, size)
    partial, controls = np.full_like(estimate, np.nan), 0
    if covariates is not None and covariates.shape[1]:
        partial, controls = partial_correlations(values, covariates, weights, method), covariates.shape[1]
    lower_partial, upper_partial = correlation_interval(partial, size, method, spec.confidence, controls)
    # Rows and columns are put in the order of their keys, so that one seed serves any order passed in.
    rows, columns = np.argsort(np.asarray(area_ids)), np.argsort(np.asarray(indicator_ids))
    back = np.ix_(np.argsort(columns), np.argsort(columns))
    ordered, ordered_weights = values[np.ix_(rows, columns)], weights[rows]
    low, high = bootstrap_interval(ordered, ordered_weights, spec, method)
    return Coefficients(
        method=method,
        estimate=estimate,
        lower=lower,
        upper=upper,
        lower_bootstrap=low[back],
        upper_bootstrap=high[back],
        size=size,
        lower_spatial=lower_spatial,
        upper_spatial=upper_spatial,
        p_permutation=permutation_p(ordered, ordered_weights, spec, method)[back],
        p_spatial=p_spatial,
        p_holm=_over_pairs(adjust_holm, p_spatial),
        p_fdr=_over_pairs(adjust_fdr, p_spatial),
        partial=partial,
        lower_partial=lower_partial,
        upper_partial=upper_partial,
    )


def _over_pairs(adjust: Callable[[Array], Array], p: Array) -> Array:
    upper = np.triu_indices_from(p, k=1)
    out = np.full_like(p, np.nan)
    out[upper] = adjust(p[upper])
    out.T[upper] = out[upper]
    return out

"""How much an association hangs on single areas, single districts, and on choices of the analyst."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from sozialanalyse.connections.data import ConnectionData
from sozialanalyse.connections.intervals import correlation_interval
from sozialanalyse.connections.kernel import (
    EXACT_AREAS,
    complete_blocks,
    correlate,
    off_diagonal,
    scores,
    standardise,
)
from sozialanalyse.connections.partial import partial_correlations
from sozialanalyse.connections.sizes import spatial_sizes
from sozialanalyse.connections.spec import METHODS, WEIGHTINGS, ConnectionSpec, Method, Weighting
from sozialanalyse.errors import MethodError
from sozialanalyse.indicators.inputs import as_numbers
from sozialanalyse.spatial.effective import LagOrders

__all__ = [
    "LeaveOut",
    "SpecificationCurve",
    "leave_one_area_out",
    "leave_one_group_out",
    "merge_areas",
    "specification_curve",
]

Array = NDArray[np.float64]

EXACT_CELLS = 400_000
"""Up to this number of districts times areas the ranks are formed anew without each district."""


@dataclass(frozen=True, slots=True)
class LeaveOut:
    """The range of every coefficient when one part is left out at a time; arrays of shape (K, K).

    Attributes
    ----------
    lowest, highest : ndarray
        Smallest and largest coefficient.
    decisive : ndarray of int
        Position of the part without which the coefficient differs most; −1 where it is not defined.
    """

    lowest: Array
    highest: Array
    decisive: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class SpecificationCurve:
    """Every coefficient under S combinations of choices.

    Attributes
    ----------
    names : tuple of (method, weighting, covariates held constant), length S
        The combinations; the first is the spec's own.
    estimate, lower, upper : ndarray, shape (S, K, K)
        Intervals count the resemblance of neighbours in.

    References
    ----------
    Simonsohn, U., Simmons, J. P., Nelson, L. D. (2020). Specification curve analysis. Nature Human
    Behaviour 4, 1208–1214.
    """

    names: tuple[tuple[Method, Weighting, bool], ...]
    estimate: Array
    lower: Array
    upper: Array


def leave_one_area_out(values: ArrayLike, weights: ArrayLike, method: Method) -> LeaveOut:
    """Return how every coefficient changes without each single area.

    Parameters
    ----------
    values : array_like, shape (N, K)
        NaN where missing.
    weights : array_like, shape (N,)
        Weights of the areas.
    method : {"spearman", "pearson"}
        Which coefficient. For Spearman with more than 2,000 areas the ranks of the whole city are kept.
    """
    table, weight = _areas(values, weights)
    n = weight.size
    if n > EXACT_AREAS:
        return _with_ranks_kept(table, weight, np.arange(n), method)
    return _range(correlate(table, weight * (1.0 - np.eye(n)), method), table, weight, method)


def leave_one_group_out(
    values: ArrayLike, weights: ArrayLike, group_ids: Sequence[str], method: Method
) -> LeaveOut:
    """Return how every coefficient changes without each single district.

    Parameters
    ----------
    values : array_like, shape (N, K)
        NaN where missing.
    weights : array_like, shape (N,)
        Weights of the areas.
    group_ids : sequence of str, length N
        District of each area; `LeaveOut.decisive` counts them in alphabetical order.
    method : {"spearman", "pearson"}
        Which coefficient; ranks are formed anew without each district, unless districts times areas are
        more than 400,000: then each is a small part, and the ranks of the whole are kept.
    """
    table, weight = _areas(values, weights)
    names, member = np.unique(np.asarray(group_ids), return_inverse=True)
    if member.size != weight.size:
        raise MethodError(
            "Jedes Gebiet braucht genau eine Gruppe. Bitte beide nach denselben Gebieten ordnen."
        )
    if names.size * member.size > EXACT_CELLS:
        return _with_ranks_kept(table, weight, member, method)
    inside = member[None, :] == np.arange(names.size)[:, None]
    return _range(correlate(table, weight * (1.0 - inside), method), table, weight, method)


def specification_curve(
    values: ArrayLike,
    *,
    spec: ConnectionSpec,
    population: ArrayLike | None = None,
    covariates: ArrayLike | None = None,
    orders: LagOrders | None = None,
) -> SpecificationCurve:
    """Compute every coefficient under all combinations of the choices that the spec names.

    Parameters
    ----------
    values : array_like, shape (N, K)
        NaN where missing.
    spec : ConnectionSpec
        Of it are used: method, weighting, covariates, alternatives, confidence.
    population : array_like, shape (N,), optional
        Without it, weighting by population is no alternative.
    covariates : array_like, shape (N, Q), optional
        Without it, holding them constant is no alternative.
    orders : LagOrders, optional
        Distance classes of the areas.
    """
    table, people = _areas(values, np.ones(len(np.asarray(values))) if population is None else population)
    controls_table = None if covariates is None else as_numbers("Kontrollmerkmale", covariates)
    both = set(spec.alternatives)
    methods = [m for m in METHODS if m == spec.method or "method" in both]
    weightings = [
        w for w in WEIGHTINGS if w == spec.weighting or ("weighting" in both and population is not None)
    ]
    held = [False, True] if controls_table is not None and "covariates" in both else [False]
    own = (spec.method, spec.weighting, False)
    names = sorted(product(methods, weightings, held), key=lambda name: name != own)
    estimates, bounds = [], []
    for method, weighting, constant in names:
        weights = np.ones(people.size) if weighting == "none" else people
        controls = 0
        if constant and controls_table is not None:
            controls = controls_table.shape[1]
            estimate = partial_correlations(table, controls_table, weights, method)
        else:
            estimate = off_diagonal(correlate(table, weights[None, :], method)[0])
        size = spatial_sizes(table, weights, orders, method)
        estimates.append(estimate)
        bounds.append(correlation_interval(estimate, size, method, spec.confidence, controls))
    lower, upper = (np.stack(side) for side in zip(*bounds, strict=True))
    return SpecificationCurve(tuple(names), np.stack(estimates), lower, upper)


def _areas(values: ArrayLike, weights: ArrayLike) -> tuple[Array, Array]:
    """Return a table of areas and their weights as arrays, after checking that they fit."""
    table, weight = as_numbers("Werte", values), as_numbers("Gewichte", weights)
    if table.ndim != 2 or weight.shape != (len(table),):
        raise MethodError(
            "Die Werte brauchen eine Zeile je Gebiet und eine Spalte je Indikator, die Gewichte eine Zahl je "
            "Gebiet. Gefunden: eine andere Form. Bitte beide nach denselben Gebieten ordnen."
        )
    return table, weight


def merge_areas(data: ConnectionData) -> ConnectionData:
    """Return the same indicators for the districts, to see whether the level of area matters.

    Parameters
    ----------
    data : ConnectionData
        Areas with their districts.

    Returns
    -------
    ConnectionData
        Districts in alphabetical order, without neighbourhood and years. Proportions and rates are the sum
        of numerators by the sum of denominators, counts are summed, scores are means weighted by their
        denominators, else by population. A district is NaN where a part is missing.

    References
    ----------
    Openshaw, S. (1984). The Modifiable Areal Unit Problem. Norwich: Geo Books.
    """
    names, member = np.unique(np.asarray(data.group_ids), return_inverse=True)
    inside = (member[None, :] == np.arange(names.size)[:, None]).astype(float)
    persons = np.full(len(data.area_ids), np.nan) if data.population is None else data.population
    top, base = data.numerators.copy(), data.denominators.copy()
    for j, kind in enumerate(data.kinds):
        if kind == "count":
            top[:, j], base[:, j] = data.values[:, j], np.nan
        elif kind == "score" or np.isnan(top[:, j]).all():
            base[:, j] = np.where(np.isnan(base[:, j]).all(), persons, base[:, j])
            top[:, j] = data.values[:, j] * base[:, j]
    sums, bases = _sums(inside, top), _sums(inside, base)
    counted = np.array([kind == "count" for kind in data.kinds])
    computed = np.array([kind in {"proportion", "rate"} for kind in data.kinds]) & ~np.isnan(
        data.numerators
    ).all(axis=0)
    ratio = np.divide(sums, bases, out=np.full_like(sums, np.nan), where=bases > 0)
    return replace(
        data,
        area_ids=tuple(str(name) for name in names),
        group_ids=("",) * names.size,
        values=np.where(counted, sums, ratio * np.where(computed, data.factors, 1.0)),
        numerators=np.where(computed, sums, np.nan),
        denominators=bases,
        population=None if data.population is None else inside @ data.population,
        neighbours=None,
        polygons=None,
        panel=None,
    )


def _sums(inside: Array, table: Array) -> Array:
    """Sum the rows of each group, shape (G, K); NaN where a part is missing."""
    known = np.isfinite(table)
    complete = inside @ ~known == 0
    return np.where(complete, inside @ np.where(known, table, 0.0), np.nan)


def _with_ranks_kept(values: Array, weights: Array, member: NDArray[np.intp], method: Method) -> LeaveOut:
    """Leave out one part at a time by taking its sums off those of the whole; `member`: part of each area."""
    k = values.shape[1]
    lowest, highest = np.full((2, k, k), np.nan)
    decisive = np.full((k, k), -1, dtype=np.intp)
    for rows, left, right in complete_blocks(values):
        if rows.size < 3:
            continue
        parts, place = np.unique(member[rows], return_inverse=True)
        inside = sparse.csr_array((np.ones(rows.size), (place, np.arange(rows.size))))
        w = weights[None, rows] / weights[rows].sum()
        a = standardise(scores(values[np.ix_(rows, left)], w, method), w)[0]
        b = standardise(scores(values[np.ix_(rows, right)], w, method), w)[0]
        root = np.sqrt(w[0])[:, None]
        # What is left of the sums of weights, values, squares and products; the whole has 1, 0, 1 and r.
        kept = 1.0 - inside @ w[0]
        sum_a, sum_b = -(inside @ (root * a)), -(inside @ (root * b))
        square_a, square_b = 1.0 - inside @ a**2, 1.0 - inside @ b**2
        whole = a.T @ b
        for i, first in enumerate(left):
            for j, second in enumerate(right):
                product = whole[i, j] - inside @ (a[:, i] * b[:, j]) - sum_a[:, i] * sum_b[:, j] / kept
                left_a = square_a[:, i] - sum_a[:, i] ** 2 / kept
                left_b = square_b[:, j] - sum_b[:, j] ** 2 / kept
                without = product / np.sqrt(left_a * left_b)
                if first == second or not np.isfinite(without).any():
                    continue
                for cell in ((first, second), (second, first)):
                    lowest[cell], highest[cell] = np.nanmin(without), np.nanmax(without)
                    decisive[cell] = parts[np.nanargmax(np.abs(without - whole[i, j]))]
    return LeaveOut(lowest, highest, decisive)


def _range(without: Array, values: Array, weights: Array, method: Method) -> LeaveOut:
    whole = correlate(values, weights[None, :], method)[0]
    known = np.isfinite(without)
    shift = np.where(known, np.abs(without - whole), -1.0)
    lowest = np.where(known, without, np.inf).min(axis=0)
    highest = np.where(known, without, -np.inf).max(axis=0)
    none = np.asarray(~known.any(axis=0))
    np.fill_diagonal(none, val=True)
    return LeaveOut(
        lowest=np.where(none, np.nan, lowest),
        highest=np.where(none, np.nan, highest),
        decisive=np.where(none, -1, shift.argmax(axis=0)),
    )

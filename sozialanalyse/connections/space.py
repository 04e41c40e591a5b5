"""Whether a connection remains when the neighbourhood of the areas is in the model."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sozialanalyse.connections.synthesis import SpatialFit
from sozialanalyse.errors import MethodError
from sozialanalyse.spatial.models import (
    MAX_AREAS,
    asked_for,
    eigenvalues,
    fit_spatial_model,
    lagrange_tests,
)
from sozialanalyse.spatial.weights import SpatialWeights

__all__ = ["spatial_fits"]

Array = NDArray[np.float64]
Pair = tuple[int, int]


def spatial_fits(
    values: Array,
    pairs: Iterable[Pair],
    covariates: Array | None,
    neighbours: SpatialWeights,
    *,
    alpha: float = 0.05,
    confidence: float = 0.95,
) -> dict[Pair, SpatialFit]:
    """Estimate for each pair the spatial model that the residuals of the linear one ask for.

    Parameters
    ----------
    values : ndarray, shape (N, K)
        NaN where missing; what enters a model is standardised.
    pairs : iterable of (int, int)
        Columns of predictor and outcome.
    covariates : ndarray, shape (N, Q), or None
        Variables held constant.
    neighbours : SpatialWeights
        Of the N areas in their order.
    alpha : float
        Level of the Lagrange-multiplier tests.
    confidence : float
        Of the intervals.

    Returns
    -------
    dict
        Without the pairs for which the tests ask for no model, or for which none is defined: an area without
        neighbour among those with values, dependent columns, or more areas than maximum likelihood can take.
    """
    controls = np.empty((values.shape[0], 0)) if covariates is None else covariates
    known = np.isfinite(values)
    complete = np.asarray(np.isfinite(controls).all(axis=1))
    # Pairs with values in the same areas share the neighbourhood among these and its eigenvalues.
    groups: dict[bytes, list[Pair]] = {}
    for first, second in pairs:
        mask = complete & known[:, first] & known[:, second]
        groups.setdefault(mask.tobytes(), []).append((first, second))
    found: dict[Pair, SpatialFit] = {}
    for key, members in groups.items():
        rows = np.flatnonzero(np.frombuffer(key, dtype=bool))
        if rows.size <= MAX_AREAS and rows.size >= 5 * (controls.shape[1] + 2):
            among = neighbours.take(rows)
            if not among.islands:
                found |= _fits_among(values[rows], members, controls[rows], among, alpha, confidence)
    return found


def _fits_among(
    values: Array,
    pairs: list[Pair],
    controls: Array,
    among: SpatialWeights,
    alpha: float,
    confidence: float,
) -> dict[Pair, SpatialFit]:
    """Fit pairs without missing values."""
    spectrum = None
    quantile = float(special.ndtri(0.5 + confidence / 2.0))
    found: dict[Pair, SpatialFit] = {}
    for first, second in pairs:
        table = np.column_stack([values[:, first], controls, values[:, second]])
        spread = table.std(axis=0)
        if (spread == 0).any():
            continue
        z = (table - table.mean(axis=0)) / spread
        if np.linalg.matrix_rank(z[:, :-1], tol=1e-8 * len(z)) < z.shape[1] - 1:
            continue
        outcome, predictors = z[:, -1], z[:, :-1]
        try:
            kind = asked_for(lagrange_tests(outcome, predictors, among, among.area_ids), alpha)
        except MethodError:
            # One indicator determines the other: nothing is left for the neighbours.
            continue
        if kind == "none":
            continue
        spectrum = eigenvalues(among) if spectrum is None else spectrum
        model = fit_spatial_model(outcome, predictors, among, among.area_ids, kind=kind, spectrum=spectrum)
        slope, reach = float(model.coefficients[1]), quantile * float(model.standard_errors[1])
        found[first, second] = SpatialFit(kind, slope, slope - reach, slope + reach, model.dependence)
    return found

"""Whether two indicators change together inside the areas, or only the areas differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from sozialanalyse.connections.intervals import correlation_interval
from sozialanalyse.connections.kernel import correlate
from sozialanalyse.connections.spec import METHODS, Method
from sozialanalyse.errors import MethodError, require_choice
from sozialanalyse.indicators.inputs import as_numbers, require_same_rows

__all__ = ["PanelAssociation", "associate_over_time"]

Array = NDArray[np.float64]

MIN_YEARS = 3
"""With two years every area has one change only, and no path."""


@dataclass(frozen=True, slots=True)
class PanelAssociation:
    """One pair of indicators over areas and years.

    Attributes
    ----------
    areas, years, observations : int
        Areas with at least two years of both values, years in use, and pairs of values.
    within : float
        Slope of the outcome on the predictor after taking out each area's mean and each year's mean, in
        units of outcome per unit of predictor.
    within_lower, within_upper : float
        Interval with standard errors clustered by area.
    within_p : float
        Two-sided, t distribution with one degree of freedom fewer than areas.
    within_correlation : float
        The same as a partial correlation, from −1 to 1.
    between : float
        Correlation of the areas' means over the years, from −1 to 1.
    between_lower, between_upper : float
        Its interval, as if areas were independent.
    """

    areas: int
    years: int
    observations: int
    within: float
    within_lower: float
    within_upper: float
    within_p: float
    within_correlation: float
    between: float
    between_lower: float
    between_upper: float


def associate_over_time(
    predictor: ArrayLike, outcome: ArrayLike, *, method: Method = "spearman", confidence: float = 0.95
) -> PanelAssociation:
    """Set the association inside areas over time beside the one between areas.

    Parameters
    ----------
    predictor, outcome : array_like, shape (T, N)
        One row per year, one column per area; NaN where missing.
    method : {"spearman", "pearson"}
        Of the correlation between areas.
    confidence : float
        Of both intervals.

    Raises
    ------
    MethodError
        If fewer than 3 years or 5 areas are left, nothing varies inside the areas, something is no number, or
        rows or columns differ.
    ParameterError
        If `method` is unknown.

    Notes
    -----
    Fixed effects for areas and for years; a trend that all areas share is no evidence. The cluster-robust
    variance carries the usual correction G / (G − 1) · (n − 1) / (n − k) with k counting the slope and the
    year effects, as is customary where the area effects lie inside the clusters.

    References
    ----------
    Wooldridge, J. M. (2010). Econometric Analysis of Cross Section and Panel Data, chapter 10. MIT Press.
    Cameron, A. C., Miller, D. L. (2015). A practitioner's guide to cluster-robust inference. Journal of
    Human Resources 50, 317–372.
    """
    require_choice("method", method, METHODS)
    require_same_rows(Merkmal=predictor, Zielmerkmal=outcome)
    every_x, every_y = as_numbers("Merkmal", predictor), as_numbers("Zielmerkmal", outcome)
    if every_x.ndim != 2 or every_x.shape != every_y.shape:
        raise MethodError(
            "»Merkmal« und »Zielmerkmal« brauchen beide eine Zeile je Jahr und eine Spalte je Gebiet. "
            f"Gefunden: {every_x.shape} und {every_y.shape}. Bitte beide Tabellen gleich aufbauen."
        )
    known = np.isfinite(every_x) & np.isfinite(every_y)
    known &= known.sum(axis=0) >= 2
    used = np.ix_(np.flatnonzero(known.any(axis=1)), np.flatnonzero(known.any(axis=0)))
    known = known[used]
    years, areas = known.shape
    if years < MIN_YEARS or areas < 5:
        raise MethodError(
            f"Für den Vergleich über die Zeit braucht es mindestens {MIN_YEARS} Jahre und 5 Gebiete; "
            f"es gibt {years} Jahre und {areas} Gebiete mit beiden Werten."
        )
    mean_x, x = _without_effects(every_x[used], known)
    mean_y, y = _without_effects(every_y[used], known)
    squares = float(np.sum(x * x))
    if squares <= 1e-18 * float(np.square(every_x[used][known]).sum()) or not np.any(y):
        raise MethodError(
            "Innerhalb der Gebiete verändert sich ein Indikator nicht anders als im Mittel aller."
        )
    slope = float(np.sum(x * y)) / squares
    by_area = np.sum(x * (y - slope * x), axis=0)
    n, g, k = int(known.sum()), areas, years
    error = np.sqrt(g / (g - 1) * (n - 1) / (n - k) * float(by_area @ by_area)) / squares
    reach = special.stdtrit(g - 1.0, 0.5 + confidence / 2.0) * error
    means = np.column_stack([mean_x, mean_y])
    between = correlate(means, np.ones((1, g)), method)[0, 0, 1]
    low, high = correlation_interval(np.array([between]), np.array([float(g)]), method, confidence)
    return PanelAssociation(
        areas=g,
        years=years,
        observations=n,
        within=slope,
        within_lower=float(slope - reach),
        within_upper=float(slope + reach),
        within_p=float(2.0 * special.stdtr(g - 1.0, -abs(slope) / max(error, 1e-300))),
        within_correlation=float(np.sum(x * y) / np.sqrt(squares * np.sum(y * y))),
        between=float(between),
        between_lower=float(low[0]),
        between_upper=float(high[0]),
    )


def _without_effects(values: Array, known: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Return the areas' means, and the values without the effects of areas and years; both (…, N).

    The effects of the years solve the normal equations of their dummies after taking out each area's mean;
    these need T × T numbers only.
    """
    count = known.sum(axis=0)
    means = np.where(known, values, 0.0).sum(axis=0) / count
    inside = np.where(known, values - means, 0.0)
    present = known.astype(np.float64)
    normal = np.diag(present.sum(axis=1)) - (present / count) @ present.T
    years = np.linalg.pinv(normal, hermitian=True) @ inside.sum(axis=1)
    return means, np.where(known, inside - years[:, None] + years @ present / count, 0.0)

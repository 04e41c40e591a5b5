"""Trend of an indicator over the years, for any number of areas at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from sozialanalyse.errors import MethodError
from sozialanalyse.indicators.inputs import as_numbers, require_same_rows
from sozialanalyse.indicators.rates import ROUNDING, Interval, critical_value

__all__ = ["MINIMUM_POINTS", "Trend", "trend"]

MINIMUM_POINTS: Final = 5
"""From fewer years no trend is claimed."""


@dataclass(frozen=True, slots=True, eq=False)
class Trend:
    """Straight-line trends.

    Attributes
    ----------
    slope : Interval, arrays of shape (...)
        Change per year, in the unit of the values; NaN from fewer than 5 points.
    p_value : ndarray of float, shape (...)
        Two-sided, of no change; NaN from fewer than 5 points.
    points : ndarray of int, shape (...)
        Years with a value.
    direction : ndarray of str, shape (...)
        ``"rising"`` or ``"falling"`` if the interval excludes 0, else ``"none"``; ``"too_few"`` below 5
        points.
    """

    slope: Interval
    p_value: NDArray[np.float64]
    points: NDArray[np.intp]
    direction: NDArray[np.str_]


def trend(
    years: ArrayLike, values: ArrayLike, standard_errors: ArrayLike | None = None, confidence: float = 0.95
) -> Trend:
    """Weighted regression of the values on the year.

    Parameters
    ----------
    years : array_like of float, shape (years,)
        Calendar years, each once; gaps are allowed.
    values : array_like of float, shape (..., years)
        Values of the indicator, NaN where missing.
    standard_errors : array_like of float, optional
        Of the values, broadcasting to their shape; years count by the inverse square, and the scatter around
        the line is taken as at least what they say. Without them all years count the same.
    confidence : float
        Nominal coverage; the direction is claimed at this level.

    Returns
    -------
    Trend
        The slope is positive for a rise, negative for a fall and has no bounds.

    Raises
    ------
    MethodError
        If a year occurs twice, the lengths differ, or a standard error is not positive.
    ParameterError
        If `confidence` is not between 0 and 1.

    Notes
    -----
    The variance around the line is estimated from the residuals, with the t distribution on n − 2 degrees of
    freedom. Neighbouring years of the same people are alike; the interval is then too narrow, and a direction
    that is only just significant should be read with reserve.

    References
    ----------
    Draper, N. R., Smith, H. (1998). Applied regression analysis. 3rd ed. New York: Wiley, chapters 1 and 9.

    Examples
    --------
    >>> result = trend([2015, 2016, 2017, 2018, 2020], [[20, 21, 21.5, 23, 24.5], [5, 7, 5, 6, 6]])
    >>> result.slope.value.round(2), result.p_value.round(3)
    (array([0.91, 0.08]), array([0.001, 0.764]))
    >>> print(*result.direction)
    rising none
    """
    critical_value(confidence)
    require_same_rows(Jahre=years, Werte=values, Standardfehler=standard_errors)
    x, y = as_numbers("Jahre", years), as_numbers("Werte", values)
    if x.ndim != 1 or y.shape[-1:] != x.shape or np.unique(x).size != x.size:
        raise MethodError(
            "Ein Trend braucht zu jedem Jahr genau einen Wert und jedes Jahr nur einmal. "
            f"Gefunden: {x.size} Jahre. Bitte Jahre und Werte prüfen."
        )
    errors = np.broadcast_to(
        as_numbers("Standardfehler", 1.0 if standard_errors is None else standard_errors), y.shape
    )
    if bool((errors <= 0).any()):
        raise MethodError(
            "Standardfehler müssen größer als 0 sein. Bitte sie berichtigen oder als fehlend angeben."
        )
    used = np.isfinite(y) & np.isfinite(errors)
    points = np.asarray(used.sum(axis=-1))
    enough = points >= MINIMUM_POINTS
    least = 0.0 if standard_errors is None else 1.0
    weights = np.where(used, 1.0 / errors**2, 0.0)
    slope, error = _weighted_line(x, np.where(used, y, 0.0), weights, points, least)
    freedom = np.where(enough, points - 2.0, np.nan)
    slope = np.where(enough, slope, np.nan)
    half_width = special.stdtrit(freedom, 0.5 + confidence / 2.0) * error
    ratio = np.divide(np.abs(slope), error, out=np.full(slope.shape, np.inf), where=error > 0)
    ratio = np.where(slope == 0, 0.0, ratio)
    p_value = np.where(enough, 2.0 * special.stdtr(freedom, -ratio), np.nan)
    interval = Interval(
        value=slope,
        lower=np.asarray(slope - half_width),
        upper=np.asarray(slope + half_width),
        confidence=confidence,
        method="weighted_least_squares",
    )
    direction = np.select(
        [~enough, interval.lower > 0, interval.upper < 0], ["too_few", "rising", "falling"], default="none"
    )
    return Trend(slope=interval, p_value=p_value, points=points, direction=direction)


def _weighted_line(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    w: NDArray[np.float64],
    points: NDArray[np.intp],
    least_variance: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return slope and standard error of a line through each row; NaN where a row has too few points.

    What is smaller than the rounding error of the values counts as 0, so that a constant row has no trend.
    """
    enough = (points >= MINIMUM_POINTS)[..., None]
    w = np.where(enough, w, np.nan)
    total = np.where(enough, w.sum(axis=-1, keepdims=True), np.nan)
    x_centred = x - (w * x).sum(axis=-1, keepdims=True) / total
    y_centred = y - (w * y).sum(axis=-1, keepdims=True) / total
    scale = np.abs(y).max(axis=-1, initial=0.0)
    years = float(np.ptp(x)) if x.size else 0.0
    spread = np.where(enough[..., 0], (w * x_centred**2).sum(axis=-1), np.nan)
    slope = (w * x_centred * y_centred).sum(axis=-1) / spread
    slope = np.where(np.abs(slope) * years <= ROUNDING * scale, 0.0, slope)
    residual = y_centred - slope[..., None] * x_centred
    variance = (w * residual**2).sum(axis=-1) / np.maximum(points - 2, 1)
    negligible = variance <= total[..., 0] * (ROUNDING * scale) ** 2
    variance = np.maximum(np.where(negligible, 0.0, variance), least_variance)
    return slope, np.sqrt(variance / spread)

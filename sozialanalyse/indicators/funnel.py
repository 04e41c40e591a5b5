"""Funnel limits: how far areas of a given size scatter around the average by chance alone."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from sozialanalyse.errors import MethodError, require_choice
from sozialanalyse.indicators.compare import KINDS, ComparedKind
from sozialanalyse.indicators.inputs import together
from sozialanalyse.indicators.rates import Interval, critical_value

__all__ = ["INNER", "OUTER", "funnel_limits", "funnel_position"]

INNER: Final = 0.95
OUTER: Final = 0.998


def funnel_limits(
    denominator: ArrayLike, average: ArrayLike, kind: ComparedKind, confidence: float = INNER
) -> Interval:
    """Limits between which an area of a given size lies if it differs from the average by chance only.

    Parameters
    ----------
    denominator : array_like of float
        Population of the areas, or the sizes at which the funnel is to be drawn.
    average : array_like of float
        Proportion or rate per person of all areas together; broadcasts against `denominator`.
    kind : {"proportion", "rate"}
        What is compared.
    confidence : float
        Probability of lying within, 0.95 for the inner and 0.998 for the outer limits.

    Returns
    -------
    Interval
        `value` is the average, `lower` and `upper` the limits: from 0, for proportions up to 1. They draw
        together as the population grows. NaN where the denominator is missing or 0.

    Raises
    ------
    MethodError
        If a count or an average is negative, or an average proportion exceeds 1.
    ParameterError
        If `kind` is unknown or `confidence` is not between 0 and 1.

    Notes
    -----
    Proportions: θ ± z·√(θ·(1 − θ)/n), cut to 0 and 1. It is the same as asking for which share the Wilson
    limits just reach θ. Rates: exact Poisson limits, continuous in the number of events, divided by the
    population: an area lies outside exactly if its exact Poisson interval does not hold the average. Both are
    the limits of PHEindicatormethods. The areas' own share in the average is neglected.

    Standardised ratios have the same funnel as rates: pass the expected events as `denominator` and 1 as
    `average`.

    References
    ----------
    Spiegelhalter, D. J. (2005). Funnel plots for comparing institutional performance. Statistics in Medicine,
    24, 1185-1202.

    Examples
    --------
    >>> funnel = funnel_limits([100, 10_000], 0.2, "proportion")
    >>> funnel.lower.round(3), funnel.upper.round(3)
    (array([0.122, 0.192]), array([0.278, 0.208]))
    """
    require_choice("kind", kind, KINDS)
    z = critical_value(confidence)
    n, theta = together(Nenner=denominator, Durchschnitt=average)
    if kind == "proportion" and bool((theta > 1).any()):
        raise MethodError(
            "Ein durchschnittlicher Anteil darf nicht größer als 1 sein. Bitte Anteile von 0 bis 1 angeben."
        )
    n = np.where(n > 0, n, np.nan)
    theta = np.where(np.isnan(n), np.nan, theta)
    if kind == "proportion":
        width = z * np.sqrt(theta * (1.0 - theta) / n)
        lower, upper = np.maximum(theta - width, 0.0), np.minimum(theta + width, 1.0)
    else:
        expected = n * theta
        tail = (1.0 - confidence) / 2.0
        lower = _poisson_quantile(tail, expected) / n
        # An area is high if its count or more is rarer than the tail, so the count before it marks the limit.
        upper = np.where(expected == 0, 0.0, _poisson_quantile(1.0 - tail, expected) + 1.0) / n
    return Interval(
        value=theta,
        lower=np.asarray(lower),
        upper=np.asarray(upper),
        confidence=confidence,
        method="funnel_normal" if kind == "proportion" else "funnel_poisson",
    )


def funnel_position(numerator: ArrayLike, denominator: ArrayLike, kind: ComparedKind) -> NDArray[np.str_]:
    """Say for each area whether it lies outside the funnel around the average of all.

    Parameters
    ----------
    numerator, denominator : array_like of float, shape (areas,)
        Counts of the areas that are compared with each other.
    kind : {"proportion", "rate"}
        What is compared.

    Returns
    -------
    ndarray of str, shape (areas,)
        ``"far_below"`` or ``"far_above"`` the outer limits (99.8 %), ``"below"`` or ``"above"`` the inner
        ones (95 %), ``"inside"`` both, or ``"unknown"`` without a value. Even without any true difference
        about one area in twenty lies outside the inner and one in five hundred outside the outer limits.

    Raises
    ------
    MethodError
        If a count is negative or a numerator exceeds its denominator in a proportion.
    ParameterError
        If `kind` is unknown.

    References
    ----------
    Spiegelhalter, D. J. (2005). Funnel plots for comparing institutional performance. Statistics in Medicine,
    24, 1185-1202.

    Examples
    --------
    >>> print(*funnel_position([20, 40, 18], [100, 100, 100], "proportion"))
    inside far_above inside
    """
    require_choice("kind", kind, KINDS)
    x, n = together(Zähler=numerator, Nenner=denominator)
    if kind == "proportion" and bool((x > n).any()):
        raise MethodError(
            "Bei einem Anteil darf der Zähler nicht größer als der Nenner sein. "
            "Bitte Zähler und Nenner prüfen oder den Indikator als Rate führen."
        )
    known = ~np.isnan(x) & (n > 0)
    if not bool(known.any()):
        return np.full(x.shape, "unknown")
    average = float(x[known].sum() / n[known].sum())
    rate = np.divide(x, n, out=np.full(x.shape, np.nan), where=known)
    inner, outer = (funnel_limits(n, average, kind, level) for level in (INNER, OUTER))
    return np.select(
        [~known, rate < outer.lower, rate > outer.upper, rate < inner.lower, rate > inner.upper],
        ["unknown", "far_below", "far_above", "below", "above"],
        default="inside",
    )


def _poisson_quantile(probability: float, expected: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the count, continued between whole numbers, up to which the probability is reached."""
    return np.asarray(special.pdtrik(probability, expected))

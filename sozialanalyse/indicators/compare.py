"""Differences and ratios of two independent proportions or rates: two areas, two years."""

from __future__ import annotations

from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sozialanalyse.errors import require_choice
from sozialanalyse.indicators.inputs import together
from sozialanalyse.indicators.rates import Interval, rate_interval, wilson_interval

__all__ = [
    "KINDS",
    "ComparedKind",
    "change",
    "proportion_difference",
    "proportion_ratio",
    "rate_difference",
    "rate_ratio",
]

ComparedKind = Literal["proportion", "rate"]
KINDS: Final[tuple[str, ...]] = get_args(ComparedKind)


def proportion_difference(
    numerator_1: ArrayLike,
    denominator_1: ArrayLike,
    numerator_2: ArrayLike,
    denominator_2: ArrayLike,
    confidence: float = 0.95,
) -> Interval:
    """Difference of two independent proportions, first minus second, with Newcombe's hybrid score interval.

    Parameters
    ----------
    numerator_1, denominator_1, numerator_2, denominator_2 : array_like of float
        Counts of the first and the second group; all four broadcast against each other.
    confidence : float
        Nominal coverage.

    Returns
    -------
    Interval
        From −1 (nobody against everybody) over 0 (no difference) to 1 (everybody against nobody). NaN where
        one of the proportions is not defined.

    Raises
    ------
    MethodError
        If a count is negative or a numerator exceeds its denominator.
    ParameterError
        If `confidence` is not between 0 and 1.

    References
    ----------
    Newcombe, R. G. (1998). Interval estimation for the difference between independent proportions: comparison
    of eleven methods. Statistics in Medicine, 17, 873-890 (method 10).

    Examples
    --------
    >>> d = proportion_difference(56, 70, 48, 80)
    >>> print(d.value.round(2), d.lower.round(4), d.upper.round(4))
    0.2 0.0524 0.3339
    """
    x_1, n_1, x_2, n_2 = _counts(numerator_1, denominator_1, numerator_2, denominator_2)
    first, second = wilson_interval(x_1, n_1, confidence), wilson_interval(x_2, n_2, confidence)
    return _difference(first, second, "newcombe")


def rate_difference(
    numerator_1: ArrayLike,
    denominator_1: ArrayLike,
    numerator_2: ArrayLike,
    denominator_2: ArrayLike,
    confidence: float = 0.95,
) -> Interval:
    """Difference of two independent rates, first minus second, recovered from their Poisson limits (MOVER).

    Parameters
    ----------
    numerator_1, denominator_1, numerator_2, denominator_2 : array_like of float
        Events and population of the first and the second group; all four broadcast against each other.
    confidence : float
        Nominal coverage.

    Returns
    -------
    Interval
        Events per person, without bounds; 0 means no difference. NaN where one of the rates is not defined.

    Raises
    ------
    MethodError
        If a count is negative.
    ParameterError
        If `confidence` is not between 0 and 1.

    References
    ----------
    Zou, G. Y., Donner, A. (2008). Construction of confidence limits about effect measures: a general
    approach. Statistics in Medicine, 27, 1693-1702.

    Examples
    --------
    >>> d = rate_difference(30, 10_000, 15, 10_000).scaled(1000)
    >>> print(d.value.round(2), d.lower.round(2), d.upper.round(2))
    1.5 0.12 2.94
    """
    x_1, n_1, x_2, n_2 = _counts(numerator_1, denominator_1, numerator_2, denominator_2)
    first, second = rate_interval(x_1, n_1, confidence), rate_interval(x_2, n_2, confidence)
    return _difference(first, second, "mover_poisson")


def proportion_ratio(
    numerator_1: ArrayLike,
    denominator_1: ArrayLike,
    numerator_2: ArrayLike,
    denominator_2: ArrayLike,
    confidence: float = 0.95,
) -> Interval:
    """Ratio of two independent proportions, first to second, recovered from their Wilson limits (MOVER-R).

    Parameters
    ----------
    numerator_1, denominator_1, numerator_2, denominator_2 : array_like of float
        Counts of the first and the second group; all four broadcast against each other.
    confidence : float
        Nominal coverage.

    Returns
    -------
    Interval
        From 0 (nobody in the first group) over 1 (no difference) upwards without bound. NaN where one of the
        proportions is not defined or the second one is 0.

    Raises
    ------
    MethodError
        If a count is negative or a numerator exceeds its denominator.
    ParameterError
        If `confidence` is not between 0 and 1.

    References
    ----------
    Donner, A., Zou, G. Y. (2012). Closed-form confidence intervals for functions of the normal mean and
    standard deviation. Statistical Methods in Medical Research, 21, 347-359.

    Examples
    --------
    >>> r = proportion_ratio(56, 70, 48, 80)
    >>> print(r.value.round(3), r.lower.round(3), r.upper.round(3))
    1.333 1.078 1.663
    """
    x_1, n_1, x_2, n_2 = _counts(numerator_1, denominator_1, numerator_2, denominator_2)
    first, second = wilson_interval(x_1, n_1, confidence), wilson_interval(x_2, n_2, confidence)
    return _ratio(first, second, "mover_ratio_wilson")


def rate_ratio(
    numerator_1: ArrayLike,
    denominator_1: ArrayLike,
    numerator_2: ArrayLike,
    denominator_2: ArrayLike,
    confidence: float = 0.95,
) -> Interval:
    """Ratio of two independent rates, first to second, recovered from their Poisson limits (MOVER-R).

    Parameters
    ----------
    numerator_1, denominator_1, numerator_2, denominator_2 : array_like of float
        Events and population of the first and the second group; all four broadcast against each other.
    confidence : float
        Nominal coverage.

    Returns
    -------
    Interval
        From 0 (no event in the first group) over 1 (no difference) upwards without bound. NaN where one of
        the rates is not defined or the second one is 0.

    Raises
    ------
    MethodError
        If a count is negative.
    ParameterError
        If `confidence` is not between 0 and 1.

    References
    ----------
    Donner, A., Zou, G. Y. (2012). Closed-form confidence intervals for functions of the normal mean and
    standard deviation. Statistical Methods in Medical Research, 21, 347-359.

    Examples
    --------
    >>> r = rate_ratio(30, 10_000, 15, 10_000)
    >>> print(r.value.round(2), r.lower.round(2), r.upper.round(2))
    2.0 1.05 3.93
    """
    x_1, n_1, x_2, n_2 = _counts(numerator_1, denominator_1, numerator_2, denominator_2)
    first, second = rate_interval(x_1, n_1, confidence), rate_interval(x_2, n_2, confidence)
    return _ratio(first, second, "mover_ratio_poisson")


def change(
    numerator_then: ArrayLike,
    denominator_then: ArrayLike,
    numerator_now: ArrayLike,
    denominator_now: ArrayLike,
    kind: ComparedKind,
    *,
    confidence: float = 0.95,
) -> Interval:
    """Change of a proportion or rate between two years, now minus then.

    Parameters
    ----------
    numerator_then, denominator_then, numerator_now, denominator_now : array_like of float
        Counts of the earlier and the later year; all four broadcast against each other.
    kind : {"proportion", "rate"}
        What is compared.
    confidence : float
        Nominal coverage.

    Returns
    -------
    Interval
        0 means no change, positive values a rise; proportions lie between −1 and 1. NaN where one of the
        years is not defined.

    Raises
    ------
    MethodError
        If a count is negative or a numerator exceeds its denominator in a proportion.
    ParameterError
        If `kind` is unknown or `confidence` is not between 0 and 1.

    Notes
    -----
    The years are treated as independent. Many people live in the area in both years and keep their situation,
    which makes the true uncertainty of the change smaller: the interval is then conservative, too wide rather
    than too narrow. Where an event in one year makes it less likely in the next for the same person, it is
    too narrow.

    Examples
    --------
    >>> d = change(480, 2_000, 560, 2_100, "proportion")
    >>> print(d.value.round(3), d.lower.round(3), d.upper.round(3))
    0.027 0.0 0.053
    """
    require_choice("kind", kind, KINDS)
    compare = proportion_difference if kind == "proportion" else rate_difference
    return compare(numerator_now, denominator_now, numerator_then, denominator_then, confidence)


def _counts(
    numerator_1: ArrayLike, denominator_1: ArrayLike, numerator_2: ArrayLike, denominator_2: ArrayLike
) -> tuple[NDArray[np.float64], ...]:
    """Return the four counts of a comparison as arrays of one shape whose rows belong together."""
    return together(
        Zähler_1=numerator_1, Nenner_1=denominator_1, Zähler_2=numerator_2, Nenner_2=denominator_2
    )


def _difference(first: Interval, second: Interval, method: str) -> Interval:
    """Combine the limits of two independent estimates to those of first − second."""
    value = np.asarray(first.value - second.value)
    below = np.hypot(first.value - first.lower, second.upper - second.value)
    above = np.hypot(first.upper - first.value, second.value - second.lower)
    return Interval(
        value=value,
        lower=np.asarray(value - below),
        upper=np.asarray(value + above),
        confidence=first.confidence,
        method=method,
    )


def _ratio(first: Interval, second: Interval, method: str) -> Interval:
    """Combine the limits of two independent, non-negative estimates to those of first / second.

    The published quotients are taken in the form that divides neither by zero nor by a negative number.
    """
    reference: NDArray[np.float64] = np.where(second.value > 0, second.value, np.nan)
    product = np.asarray(first.value * reference)
    first_low = first.lower * (2.0 * first.value - first.lower)
    first_high = first.upper * (2.0 * first.value - first.upper)
    second_low = second.lower * (2.0 * reference - second.lower)
    second_high = second.upper * (2.0 * reference - second.upper)
    root_low = np.sqrt(np.maximum(product**2 - first_low * second_high, 0.0))
    root_high = np.sqrt(np.maximum(product**2 - first_high * second_low, 0.0))
    nothing = first.value == 0
    lower = first_low / np.where(nothing, 1.0, product + root_low)
    return Interval(
        value=np.asarray(first.value / reference),
        lower=np.where(nothing, 0.0 * reference, lower),
        upper=np.divide(
            product + root_high, second_low, out=np.full(product.shape, np.inf), where=second_low != 0
        ),
        confidence=first.confidence,
        method=method,
    )

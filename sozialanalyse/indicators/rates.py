"""Proportions, rates and means with their confidence intervals, for any number of areas at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from numbers import Real
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import special

from sozialanalyse.errors import MethodError, ParameterError
from sozialanalyse.indicators.inputs import as_numbers, checked_counts, require_same_rows, together

__all__ = [
    "Interval",
    "critical_value",
    "mean_interval",
    "poisson_interval",
    "rate_interval",
    "wilson_interval",
]

ROUNDING: Final = 1e-12
"""Share of a number below which a difference is the rounding of sums, not a finding."""
EXACT_BELOW: Final = 10.0
"""Below this number of events the Poisson limits are exact, from it on they are Byar's."""


@dataclass(frozen=True, slots=True, eq=False)
class Interval:
    """An estimate with its confidence limits; NaN where it is not defined.

    Attributes
    ----------
    value, lower, upper : ndarray of float, all of one shape
        Estimate and limits in the same unit.
    confidence : float
        Nominal coverage of the two-sided interval, between 0 and 1.
    method : str
        Short code of the method, such as ``"wilson"``.
    """

    value: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    confidence: float
    method: str

    def scaled(self, factor: ArrayLike) -> Interval:
        """Return the interval in another unit, for instance per 100 or per 1,000.

        Parameters
        ----------
        factor : array_like of float
            Positive multiplier, of a shape that broadcasts with the estimate.

        Raises
        ------
        MethodError
            If a factor is not positive, because the limits would change places.

        Examples
        --------
        >>> percent = wilson_interval(81, 263).scaled(100)
        >>> print(percent.value.round(1), percent.lower.round(1), percent.upper.round(1))
        30.8 25.5 36.6
        """
        multiplier = as_numbers("Umrechnungsfaktor", factor)
        if not bool(np.all(multiplier > 0)):
            raise MethodError("Ein Umrechnungsfaktor muss größer als 0 sein. Bitte »factor« prüfen.")
        return replace(
            self, value=self.value * multiplier, lower=self.lower * multiplier, upper=self.upper * multiplier
        )

    def to_frame(
        self, numerator: ArrayLike | None = None, denominator: ArrayLike | None = None
    ) -> pd.DataFrame:
        """Return the interval as a table with the columns that every indicator of this package has.

        Parameters
        ----------
        numerator, denominator : array_like of float, shape (areas,), optional
            What the estimate was computed from; NaN in the table where left out. The row labels of a series
            become those of the table.

        Returns
        -------
        DataFrame
            One row per area: ``value, lower, upper, numerator, denominator, confidence, method``.

        Raises
        ------
        MethodError
            If the interval has more than one dimension, or the counts do not fit to it.

        Examples
        --------
        >>> members, people = pd.Series({"Nord": 15, "Süd": 81}), pd.Series({"Nord": 148, "Süd": 263})
        >>> wilson_interval(members, people).to_frame(members, people).round(3)
              value  lower  upper  numerator  denominator  confidence  method
        Nord  0.101  0.062  0.160       15.0        148.0        0.95  wilson
        Süd   0.308  0.255  0.366       81.0        263.0        0.95  wilson
        """
        value = np.atleast_1d(self.value)
        _, x, n = together(
            Wert=np.zeros(value.shape),
            Zähler=np.nan if numerator is None else numerator,
            Nenner=np.nan if denominator is None else denominator,
        )
        if value.ndim > 1 or x.shape != value.shape:
            raise MethodError(
                "Eine Tabelle braucht je Gebiet genau einen Wert. "
                f"Gefunden: Werte der Form {value.shape}, Zähler oder Nenner der Form {x.shape}. "
                "Bitte je Indikator eine Tabelle bilden."
            )
        labels = [part.index for part in (numerator, denominator) if isinstance(part, pd.Series)]
        return pd.DataFrame(
            {
                "value": value,
                "lower": np.atleast_1d(self.lower),
                "upper": np.atleast_1d(self.upper),
                "numerator": x,
                "denominator": n,
                "confidence": self.confidence,
                "method": self.method,
            },
            index=labels[0] if labels else None,
        )


def critical_value(confidence: float) -> float:
    """Return the standard normal quantile of a two-sided interval.

    Parameters
    ----------
    confidence : float
        Nominal coverage, strictly between 0 and 1.

    Returns
    -------
    float
        Positive quantile, 1.96 for 95 %.

    Raises
    ------
    ParameterError
        If `confidence` is not strictly between 0 and 1.

    Examples
    --------
    >>> round(critical_value(0.95), 4)
    1.96
    """
    if not isinstance(confidence, Real) or not 0.0 < confidence < 1.0:
        raise ParameterError(
            "»confidence« muss zwischen 0 und 1 liegen, beide ausgeschlossen. Für 95 % bitte 0.95 angeben."
        )
    return float(special.ndtri(0.5 + confidence / 2.0))


def wilson_interval(numerator: ArrayLike, denominator: ArrayLike, confidence: float = 0.95) -> Interval:
    """Proportion with the score interval of Wilson.

    Parameters
    ----------
    numerator : array_like of float
        Persons (or households, dwellings) with the property; at most `denominator`.
    denominator : array_like of float
        All persons; the two broadcast against each other.
    confidence : float
        Nominal coverage.

    Returns
    -------
    Interval
        Proportions between 0 (nobody) and 1 (everybody), never outside. NaN where a count is missing or the
        denominator is 0.

    Raises
    ------
    MethodError
        If a count is negative or a numerator exceeds its denominator.
    ParameterError
        If `confidence` is not between 0 and 1.

    Notes
    -----
    The formula is written out because ``statsmodels`` takes neither missing values nor empty denominators.
    At a proportion of 0 the lower and at 1 the upper limit is set to the bound itself, free of rounding.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. Journal of the
    American Statistical Association, 22, 209-212.

    Examples
    --------
    >>> share = wilson_interval([15, 0], [148, 20])
    >>> share.lower.round(4), share.upper.round(4)
    (array([0.0624, 0.    ]), array([0.1605, 0.1611]))
    """
    z = critical_value(confidence)
    x, n = together(Zähler=numerator, Nenner=denominator)
    exceeding = int(np.count_nonzero(x > n * (1.0 + ROUNDING)))
    if exceeding:
        raise MethodError(
            "Bei einem Anteil darf der Zähler nicht größer als der Nenner sein. "
            f"Gefunden: {exceeding} Fälle. Bitte Zähler und Nenner prüfen oder den Indikator als Rate führen."
        )
    x, n = np.minimum(x, n), np.where(n > 0, n, np.nan)
    p = np.asarray(x / n)
    shrunk = n + z * z
    centre = (x + z * z / 2.0) / shrunk
    half_width = z * np.sqrt(x * (1.0 - p) + z * z / 4.0) / shrunk
    lower = np.where(x == 0, 0.0 * p, np.clip(centre - half_width, 0.0, p))
    upper = np.where(x == n, p, np.clip(centre + half_width, p, 1.0))
    return Interval(value=p, lower=lower, upper=upper, confidence=confidence, method="wilson")


def poisson_interval(count: ArrayLike, confidence: float = 0.95) -> Interval:
    """Count of events with Poisson limits: exact below 10 events, Byar's approximation from 10.

    Parameters
    ----------
    count : array_like of float
        Observed events.
    confidence : float
        Nominal coverage.

    Returns
    -------
    Interval
        Events; the lower limit is 0 for no event, there is no upper bound. NaN where the count is missing.

    Raises
    ------
    MethodError
        If a count is negative.
    ParameterError
        If `confidence` is not between 0 and 1.

    Notes
    -----
    The switch at 10 events is the convention of the R package PHEindicatormethods. The exact limits are the
    quantiles of gamma distributions (Garwood 1936) and hold for counts that are no whole numbers too.

    References
    ----------
    Breslow, N. E., Day, N. E. (1987). Statistical methods in cancer research II. IARC, Lyon, p. 69.
    Garwood, F. (1936). Fiducial limits for the Poisson distribution. Biometrika, 28, 437-442.

    Examples
    --------
    >>> events = poisson_interval([0, 5, 100])
    >>> events.lower.round(2), events.upper.round(2)
    (array([ 0.  ,  1.62, 81.36]), array([  3.69,  11.67, 121.63]))
    """
    z = critical_value(confidence)
    x = checked_counts("Ereignisse", count)
    few = x < EXACT_BELOW
    at_least_ten = np.where(few, EXACT_BELOW, x)
    lower = np.asarray(at_least_ten * _wilson_hilferty(at_least_ten, -z))
    upper = np.asarray((at_least_ten + 1.0) * _wilson_hilferty(at_least_ten + 1.0, z))
    tail = (1.0 - confidence) / 2.0
    lower[x == 0] = 0.0
    some = few & (x > 0)
    lower[some] = special.gammaincinv(x[some], tail)
    upper[few] = special.gammainccinv(x[few] + 1.0, tail)
    return Interval(value=x, lower=lower, upper=upper, confidence=confidence, method="exact_poisson/byar")


def rate_interval(numerator: ArrayLike, denominator: ArrayLike, confidence: float = 0.95) -> Interval:
    """Events per person (or per person-year) with Poisson limits.

    Parameters
    ----------
    numerator : array_like of float
        Events; may exceed the denominator.
    denominator : array_like of float
        Population or person-years, taken as free of error; broadcasts against `numerator`.
    confidence : float
        Nominal coverage.

    Returns
    -------
    Interval
        Rates per one person: 0 means no event, there is no upper bound. :meth:`Interval.scaled` multiplies by
        the indicator's factor. NaN where a count is missing or the denominator is 0.

    Raises
    ------
    MethodError
        If a count is negative.
    ParameterError
        If `confidence` is not between 0 and 1.

    References
    ----------
    Breslow, N. E., Day, N. E. (1987). Statistical methods in cancer research II. IARC, Lyon, p. 69.

    Examples
    --------
    >>> per_thousand = rate_interval(24, 12_000).scaled(1000)
    >>> print(per_thousand.value.round(2), per_thousand.lower.round(2), per_thousand.upper.round(2))
    2.0 1.28 2.98
    """
    count, population = together(Ereignisse=numerator, Nenner=denominator)
    events = poisson_interval(count, confidence)
    population = np.where(population > 0, population, np.nan)
    return Interval(
        value=np.asarray(events.value / population),
        lower=np.asarray(events.lower / population),
        upper=np.asarray(events.upper / population),
        confidence=confidence,
        method=events.method,
    )


def mean_interval(
    mean: ArrayLike, standard_deviation: ArrayLike, number: ArrayLike, confidence: float = 0.95
) -> Interval:
    """Mean with the t interval.

    Parameters
    ----------
    mean : array_like of float
        Mean of the measured values, in their unit.
    standard_deviation : array_like of float
        Sample standard deviation (divisor n − 1), in the same unit.
    number : array_like of float
        How many values were measured; all three broadcast against each other.
    confidence : float
        Nominal coverage.

    Returns
    -------
    Interval
        In the unit of the mean, without bounds. The limits are NaN for fewer than two values.

    Raises
    ------
    MethodError
        If a standard deviation or a number is negative.
    ParameterError
        If `confidence` is not between 0 and 1.

    References
    ----------
    Student (1908). The probable error of a mean. Biometrika, 6, 1-25.

    Examples
    --------
    >>> height = mean_interval(10.0, 2.0, 16)
    >>> print(height.lower.round(3), height.upper.round(3))
    8.934 11.066
    """
    critical_value(confidence)
    require_same_rows(Mittelwert=mean, Standardabweichung=standard_deviation, Anzahl=number)
    spread, n = together(Standardabweichung=standard_deviation, Anzahl=number)
    centre, spread, n = np.broadcast_arrays(as_numbers("Mittelwert", mean), spread, n)
    n = np.where(n >= 2, n, np.nan)
    half_width = special.stdtrit(n - 1.0, 0.5 + confidence / 2.0) * spread / np.sqrt(n)
    value = np.array(centre)
    return Interval(
        value=value,
        lower=np.asarray(value - half_width),
        upper=np.asarray(value + half_width),
        confidence=confidence,
        method="student_t",
    )


def _wilson_hilferty(events: NDArray[np.float64], z: float) -> NDArray[np.float64]:
    """Return the cube-root normal approximation to a chi-square quantile, per event."""
    return np.asarray((1.0 - 1.0 / (9.0 * events) + z / (3.0 * np.sqrt(events))) ** 3)

"""Rates that are comparable between populations of different age: direct and indirect standardisation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sozialanalyse.errors import MethodError
from sozialanalyse.indicators.inputs import checked_counts, require_same_rows, together
from sozialanalyse.indicators.rates import Interval, poisson_interval

__all__ = [
    "ESP2013",
    "MINIMUM_EVENTS",
    "StandardisedRate",
    "directly_standardised_rate",
    "expected_events",
    "indirectly_standardised_ratio",
    "standard_population",
]

ESP2013: Final[Mapping[str, float]] = MappingProxyType(
    {
        "0": 1000.0,
        "1-4": 4000.0,
        "5-9": 5500.0,
        "10-14": 5500.0,
        "15-19": 5500.0,
        "20-24": 6000.0,
        "25-29": 6000.0,
        "30-34": 6500.0,
        "35-39": 7000.0,
        "40-44": 7000.0,
        "45-49": 7000.0,
        "50-54": 7000.0,
        "55-59": 6500.0,
        "60-64": 6000.0,
        "65-69": 5500.0,
        "70-74": 5000.0,
        "75-79": 4000.0,
        "80-84": 2500.0,
        "85-89": 1500.0,
        "90-94": 800.0,
        "95+": 200.0,
    }
)
"""European Standard Population 2013 in its 21 age groups, 100,000 people (Eurostat, doi:10.2785/11470)."""

MINIMUM_EVENTS: Final = 10.0
"""With fewer events in all ages together a directly standardised rate is not shown."""

_STARTS: Final = tuple(int(re.split(r"[-+]", group)[0]) for group in ESP2013)


@dataclass(frozen=True, slots=True, eq=False)
class StandardisedRate:
    """Directly standardised rates, with the reason where one is missing.

    Attributes
    ----------
    interval : Interval, arrays of shape (...)
        Rates per `factor` people of the standard population.
    events : ndarray of float, shape (...)
        Events in all ages together.
    reason : ndarray of str, shape (...)
        ``""``, or why there is no rate: ``"parts_missing"`` (a number of an age group),
        ``"zero_denominator"`` (an age group is empty), ``"too_few_events"`` (fewer than 10 in all).
    """

    interval: Interval
    events: NDArray[np.float64]
    reason: NDArray[np.str_]


def standard_population(age_groups: Sequence[str]) -> NDArray[np.float64]:
    """European Standard Population 2013 in the age groups of a table.

    Parameters
    ----------
    age_groups : sequence of str
        Groups such as ``"0"``, ``"0-4"``, ``"15-64"`` or ``"85+"``, in ascending order. They must be made of
        whole groups of :data:`ESP2013` (0, 1-4, then five years each), without gap or overlap, from 0 years
        to an open end of 95+ or lower.

    Returns
    -------
    ndarray of float, shape (len(age_groups),)
        Weights that sum to 100,000.

    Raises
    ------
    MethodError
        If the groups do not cover all ages in whole groups of the standard.

    References
    ----------
    Eurostat (2013). Revision of the European Standard Population. Luxembourg. doi:10.2785/11470.

    Examples
    --------
    >>> standard_population(["0-19", "20-64", "65-84", "85+"])
    array([21500., 59000., 17000.,  2500.])
    """
    matches = [re.fullmatch(r"(\d+)(?:-(\d+)|(\+))?", group.replace(" ", "")) for group in age_groups]
    bounds = [(int(m[1]), None if m[3] else int(m[2] or m[1]) + 1) for m in matches if m]
    if (
        len(bounds) != len(age_groups)
        or not bounds
        or bounds[0][0] != 0
        or bounds[-1][1] is not None
        or any(end != start for (_, end), (start, _) in pairwise(bounds))
        or any(start not in _STARTS for start, _ in bounds)
    ):
        raise MethodError(
            "Altersgruppen müssen aus ganzen Fünfjahresgruppen bestehen (die erste auch geteilt in »0« und "
            "»1-4«) und lückenlos von 0 bis zu einer offenen Gruppe reichen, höchstens »95+«. "
            "Bitte die Gruppen so zusammenfassen."
        )
    positions = [_STARTS.index(start) for start, _ in bounds]
    return np.add.reduceat(np.fromiter(ESP2013.values(), dtype=np.float64), positions)


def directly_standardised_rate(
    events: ArrayLike,
    population: ArrayLike,
    weights: ArrayLike,
    confidence: float = 0.95,
    factor: float = 100_000.0,
) -> StandardisedRate:
    """Rate that an area would have with the ages of the standard population, with Dobson's interval.

    Parameters
    ----------
    events : array_like of float, shape (..., ages)
        Events by age group.
    population : array_like of float, shape (..., ages)
        People (or person-years) by age group.
    weights : array_like of float, shape (ages,)
        Standard population in the same groups, see :func:`standard_population`.
    confidence : float
        Nominal coverage.
    factor : float
        Size of the standard population that the rate refers to.

    Returns
    -------
    StandardisedRate
        Rates from 0 (no event) upwards without bound. NaN with a reason below 10 events, where a count is
        missing and where an age group has no population.

    Raises
    ------
    MethodError
        If a count is negative, the number of age groups differs or a weight is missing.
    ParameterError
        If `confidence` is not between 0 and 1.

    Notes
    -----
    With weights w, events x and population n the rate is y = Σ w·x/n / Σ w and its variance
    v = Σ w²·x/n² / (Σ w)². The Poisson limits of the total X are moved to the rate: y + √(v/X)·(limit − X).
    As X is at least 10, these are Byar's limits.

    References
    ----------
    Dobson, A. J., Kuulasmaa, K., Eberle, E., Scherer, J. (1991). Confidence intervals for weighted sums of
    Poisson parameters. Statistics in Medicine, 10, 457-462.

    Examples
    --------
    >>> weights = standard_population(["0-64", "65+"])
    >>> rate = directly_standardised_rate([10, 90], [20_000, 6_000], weights)
    >>> print(rate.interval.value.round(1), rate.interval.lower.round(1), rate.interval.upper.round(1))
    332.8 270.6 404.9
    """
    require_same_rows(Ereignisse=events, Bevölkerung=population, Standardbevölkerung=weights)
    x, n = together(Ereignisse=events, Bevölkerung=population)
    w = checked_counts("Standardbevölkerung", weights)
    if x.ndim == 0 or w.shape != x.shape[-1:]:
        raise MethodError(
            "Ereignisse, Bevölkerung und Standardbevölkerung müssen dieselben Altersgruppen haben. "
            f"Gefunden: {x.shape[-1] if x.ndim else 0} und {w.size}. Bitte die Altersgruppen angleichen."
        )
    if not w.sum() > 0:
        raise MethodError(
            "Die Standardbevölkerung muss in jeder Altersgruppe bekannt sein und darf nicht leer sein. "
            "Bitte die Gewichte ergänzen, etwa mit »standard_population«."
        )
    total = np.asarray(x.sum(axis=-1))
    reason = np.select(
        [np.isnan(x).any(axis=-1) | np.isnan(n).any(axis=-1), (n == 0).any(axis=-1), total < MINIMUM_EVENTS],
        ["parts_missing", "zero_denominator", "too_few_events"],
        default="",
    )
    shown = np.where(reason == "", total, np.nan)
    share = w / np.where(n > 0, n, np.nan) / w.sum()
    value = np.asarray((share * x).sum(axis=-1) * np.where(reason == "", factor, np.nan))
    spread = np.sqrt((share**2 * x).sum(axis=-1) / shown) * factor
    of_total = poisson_interval(shown, confidence)
    interval = Interval(
        value=value,
        lower=np.asarray(value + spread * (of_total.lower - shown)),
        upper=np.asarray(value + spread * (of_total.upper - shown)),
        confidence=confidence,
        method="dobson",
    )
    return StandardisedRate(interval=interval, events=total, reason=reason)


def expected_events(population: ArrayLike, reference_rates: ArrayLike) -> NDArray[np.float64]:
    """Events that an area would have if every age group had the rate of the reference population.

    Parameters
    ----------
    population : array_like of float, shape (..., ages)
        People by age group.
    reference_rates : array_like of float, shape (ages,)
        Events per person in the reference population, for instance the whole city.

    Returns
    -------
    ndarray of float, shape (...)
        Expected events, 0 or more; NaN where a count is missing.

    Raises
    ------
    MethodError
        If a count or a rate is negative.

    Examples
    --------
    >>> expected_events([[1_000, 200], [500, 500]], [0.001, 0.05])
    array([11. , 25.5])
    """
    n, rates = together(Bevölkerung=population, Raten_der_Vergleichsbevölkerung=reference_rates)
    return np.asarray((n * rates).sum(axis=-1))


def indirectly_standardised_ratio(
    observed: ArrayLike, expected: ArrayLike, confidence: float = 0.95
) -> Interval:
    """Observed against expected events (SMR, ISR), with exact limits below 10 events and Byar's from 10.

    Parameters
    ----------
    observed : array_like of float
        Events in the area.
    expected : array_like of float
        Events expected from the reference population, see :func:`expected_events`; taken as free of error.
    confidence : float
        Nominal coverage.

    Returns
    -------
    Interval
        0 means no event, 1 as many as expected; there is no upper bound. ``.scaled(100)`` gives the usual
        form, ``.scaled(crude rate of the reference)`` the indirectly standardised rate. NaN where a count is
        missing or nothing is expected.

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
    >>> smr = indirectly_standardised_ratio(137, 24.19893)
    >>> print(smr.value.round(2), smr.lower.round(2), smr.upper.round(2))
    5.66 4.75 6.69
    """
    count, reference = together(Ereignisse=observed, Erwartete_Ereignisse=expected)
    events = poisson_interval(count, confidence)
    reference = np.where(reference > 0, reference, np.nan)
    return Interval(
        value=np.asarray(events.value / reference),
        lower=np.asarray(events.lower / reference),
        upper=np.asarray(events.upper / reference),
        confidence=confidence,
        method=events.method,
    )

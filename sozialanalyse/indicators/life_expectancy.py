"""Life expectancy from an abridged life table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sozialanalyse.errors import MethodError
from sozialanalyse.indicators.inputs import as_numbers, together
from sozialanalyse.indicators.rates import Interval, critical_value

__all__ = [
    "MINIMUM_PERSON_YEARS",
    "START_AGES",
    "WIDEST_INTERVAL",
    "LifeExpectancy",
    "life_expectancy",
]

START_AGES: Final[tuple[int, ...]] = (0, 1, *range(5, 91, 5))
"""First year of each age group of the usual abridged life table: 0, 1-4, 5-9 … 90+."""

MINIMUM_PERSON_YEARS: Final = 5_000.0
"""Up to this many person-years in all ages together no life expectancy is computed (Toson & Baker 2003)."""

WIDEST_INTERVAL: Final = 20.0
"""A value whose 95 % interval is wider than this many years is not given."""

_FRACTION_FIRST: Final = 0.1
_FRACTION_OTHER: Final = 0.5
_WIDEST_FIRST_GROUP: Final = 5
_WIDEST_GROUP: Final = 10


@dataclass(frozen=True, slots=True, eq=False)
class LifeExpectancy:
    """Life expectancies at the start of each age group, with the reason where they are missing.

    Attributes
    ----------
    interval : Interval, arrays of shape (..., ages)
        Further years to live; ``interval.value[..., 0]`` is the life expectancy at birth.
    reason : ndarray of str, shape (..., ages)
        ``""``, or why there is no value: ``"parts_missing"`` (a number of an age group),
        ``"zero_denominator"`` (an age group is empty), ``"inconsistent"`` (more deaths than people),
        ``"too_small"`` (at most 5,000 person-years), ``"too_few_events"`` (no death in the oldest age group),
        ``"too_uncertain"`` (an interval of more than 20 years).
    """

    interval: Interval
    reason: NDArray[np.str_]


def life_expectancy(
    deaths: ArrayLike,
    population: ArrayLike,
    start_ages: tuple[int, ...] = START_AGES,
    confidence: float = 0.95,
) -> LifeExpectancy:
    """Life expectancy by Chiang's abridged life table.

    Parameters
    ----------
    deaths : array_like of float, shape (..., ages)
        Deaths by age group.
    population : array_like of float, shape (..., ages)
        Person-years by age group: the sum of the mid-year populations of the years of the deaths.
    start_ages : tuple of int, length ages
        First year of each age group, ascending from 0; the last group is open. The first group spans at most
        5 years, the others at most 10.
    confidence : float
        Nominal coverage.

    Returns
    -------
    LifeExpectancy
        Years, 0 or more. A value of 78 at age 0 says: a newborn child would live 78 years on average if
        today's death rates of the area stayed as they are.

    Raises
    ------
    MethodError
        If a count is negative or the age groups do not fit.
    ParameterError
        If `confidence` is not between 0 and 1.

    Notes
    -----
    In the first age group people are taken to die after a tenth of the interval (usual for infants, close for
    0-4 years, where most deaths fall into the first year), in all others after half. The variance is Chiang's
    with the term of Silcocks et al. for the open age group, as in PHEindicatormethods; unlike there, the
    limits are withheld together with a value that is too uncertain.

    References
    ----------
    Chiang, C. L. (1984). The life table and its applications. Malabar: Krieger.
    Silcocks, P. B. S., Jenner, D. A., Reza, R. (2001). Life expectancy as a summary of mortality in a
    population. Journal of Epidemiology and Community Health, 55, 38-43.
    Eayres, D., Williams, E. S. (2004). Evaluation of methodologies for small area life expectancy estimation.
    Journal of Epidemiology and Community Health, 58, 243-249.
    Toson, B., Baker, A. (2003). Life expectancy at birth: methodological options for small populations.
    National Statistics Methodological Series 33.

    Examples
    --------
    >>> deaths = [9, 3, 5, 8, 15, 40, 110, 210, 320, 290]
    >>> person_years = [9_000, 17_000, 19_000, 24_000, 25_000, 27_000, 26_000, 18_000, 12_000, 2_000]
    >>> table = life_expectancy(deaths, person_years, (0, 5, 15, 25, 35, 45, 55, 65, 75, 85))
    >>> at_birth = [limit[0].round(1) for limit in (table.interval.lower, table.interval.upper)]
    >>> print(table.interval.value[0].round(1), *at_birth)
    84.2 83.4 84.9
    """
    z = critical_value(confidence)
    d, n = together(Sterbefälle=deaths, Bevölkerung=population)
    starts = as_numbers("Altersgruppen", start_ages)
    width = np.diff(starts)
    if (
        width.size == 0
        or d.shape[-1:] != starts.shape
        or starts[0] != 0
        or width[0] > _WIDEST_FIRST_GROUP
        or not bool(((width > 0) & (width <= _WIDEST_GROUP)).all())
    ):
        raise MethodError(
            "Die Sterbetafel braucht aufsteigende Altersgruppen ab 0 von höchstens 10 Jahren (die erste "
            f"höchstens 5), so viele wie Zahlen. Gefunden: {starts.size} Altersgruppen. "
            "Bitte »start_ages« prüfen."
        )
    reason = _reason(d, n)
    usable = (reason == "")[..., None]
    value, error = _life_table(np.where(usable, d, np.nan), np.where(usable, n, np.nan), width)
    too_wide = error * critical_value(0.95) * 2.0 > WIDEST_INTERVAL
    value = np.where(too_wide, np.nan, value)
    interval = Interval(
        value=value,
        lower=np.asarray(value - z * error),
        upper=np.asarray(value + z * error),
        confidence=confidence,
        method="chiang/silcocks",
    )
    return LifeExpectancy(interval=interval, reason=np.where(too_wide, "too_uncertain", reason[..., None]))


def _reason(d: NDArray[np.float64], n: NDArray[np.float64]) -> NDArray[np.str_]:
    """Say for each area why no life table can be made, or nothing."""
    return np.select(
        [
            (np.isnan(d) | np.isnan(n)).any(axis=-1),
            (n == 0).any(axis=-1),
            (d > n).any(axis=-1),
            n.sum(axis=-1) <= MINIMUM_PERSON_YEARS,
            d[..., -1] == 0,
        ],
        ["parts_missing", "zero_denominator", "inconsistent", "too_small", "too_few_events"],
        default="",
    )


def _life_table(
    d: NDArray[np.float64], n: NDArray[np.float64], width: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return life expectancies and their standard errors, both of shape (..., ages).

    Chiang's symbols: M death rate, a fraction lived by those who die, q and p probabilities of dying and
    surviving, l survivors of one newborn, L years lived in the interval, T years lived from its start on.
    """
    rate = d / n
    final = rate[..., -1:]
    a = np.full(width.shape, _FRACTION_OTHER)
    a[0] = _FRACTION_FIRST
    closed = rate[..., :-1]
    q = np.minimum(closed * width / (1.0 + closed * width * (1.0 - a)), 1.0)
    ones = np.ones((*q.shape[:-1], 1))
    survivors = np.concatenate([ones, np.cumprod(1.0 - q, axis=-1)], axis=-1)
    dying = survivors[..., :-1] * q
    years_closed = width * (survivors[..., 1:] + a * dying)
    years = np.concatenate([years_closed, survivors[..., -1:] / final], axis=-1)
    remaining = _sum_from_each(years)
    alive = np.where(survivors > 0, survivors, np.nan)
    expectancy = np.where(survivors == 0, 0.0, remaining / alive)
    variance_q = np.where(d[..., :-1] > 0, q**2 * (1.0 - q) / np.where(d > 0, d, 1.0)[..., :-1], 0.0 * q)
    part_closed = variance_q * (survivors[..., :-1] * ((1.0 - a) * width + expectancy[..., 1:])) ** 2
    part_open = survivors[..., -1:] ** 2 / (d[..., -1:] * final**2)
    error = np.sqrt(_sum_from_each(np.concatenate([part_closed, part_open], axis=-1))) / alive
    return expectancy, np.where(survivors == 0, 0.0, error)


def _sum_from_each(parts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum over an age group and all older ones."""
    return np.asarray(np.cumsum(parts[..., ::-1], axis=-1)[..., ::-1])

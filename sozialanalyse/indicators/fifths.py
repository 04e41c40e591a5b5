"""Extreme fifths of the population, from the least to the most deprived areas, and what lies between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from sozialanalyse.indicators.inequality import Inequality, relative_rank
from sozialanalyse.indicators.inputs import aligned
from sozialanalyse.indicators.rates import critical_value

__all__ = [
    "difference_of_fifths",
    "population_attributable_fraction",
    "population_attributable_risk",
    "population_fifths",
    "ratio_of_fifths",
]


def population_fifths(deprivation: ArrayLike, population: ArrayLike) -> NDArray[np.intp]:
    """Fifth of the population to which each area belongs, whole areas by the rank of their middle.

    Parameters
    ----------
    deprivation, population : array_like of float, shape (areas,)
        As in :func:`relative_rank`.

    Returns
    -------
    ndarray of int, shape (areas,)
        1 the least deprived to 5 the most deprived fifth; 0 where a number is missing. A fifth can be empty
        if one area is larger than a fifth of the city or deprivation is tied.

    Raises
    ------
    MethodError
        If a population is negative or the lengths differ.

    Examples
    --------
    >>> population_fifths([1, 2, 3, 4, 5], [100, 100, 100, 100, 100])
    array([1, 2, 3, 4, 5])
    """
    rank = relative_rank(deprivation, population)
    return np.where(np.isnan(rank), 0, np.minimum(np.nan_to_num(rank) * 5.0, 4.0).astype(np.intp) + 1)


def difference_of_fifths(
    values: ArrayLike, population: ArrayLike, deprivation: ArrayLike, confidence: float = 0.95
) -> Inequality:
    """Mean of the most deprived fifth of the population minus that of the least deprived.

    Parameters
    ----------
    values : array_like of float, shape (areas,)
        Indicator of each area.
    population : array_like of float, shape (areas,)
        People in each area, the weight.
    deprivation : array_like of float, shape (areas,)
        Any measure that rises with deprivation.
    confidence : float
        Nominal coverage.

    Returns
    -------
    Inequality
        In the unit of the values, without bounds; 0 means no difference. NaN where one of the fifths is
        empty; the limits are NaN where one has a single area.

    Raises
    ------
    MethodError
        If a population is negative or the lengths differ.
    ParameterError
        If `confidence` is not between 0 and 1.

    Notes
    -----
    The limits treat the areas of a fifth as a sample: variance of a weighted mean by linearisation (Cochran
    1977), t with the degrees of freedom of Satterthwaite.

    References
    ----------
    Mackenbach, J. P., Kunst, A. E. (1997). Measuring the magnitude of socio-economic inequalities in health.
    Social Science & Medicine, 44, 757-771.
    Cochran, W. G. (1977). Sampling techniques. 3rd ed. New York: Wiley, chapter 6.

    Examples
    --------
    >>> values, people = [4, 6, 8, 9, 11, 12, 13, 14, 17, 18], [100] * 10
    >>> gap = difference_of_fifths(values, people, range(10))
    >>> round(gap.value, 2), round(gap.lower, 2), round(gap.upper, 2)
    (12.5, 5.58, 19.42)
    """
    most, least, areas = _extremes(values, population, deprivation, confidence)
    lower, upper = _limits(most.mean - least.mean, (most.variance, least.variance), (most, least), confidence)
    return Inequality(
        "difference_of_fifths", most.mean - least.mean, lower, upper, confidence, "linearised", areas
    )


def ratio_of_fifths(
    values: ArrayLike, population: ArrayLike, deprivation: ArrayLike, confidence: float = 0.95
) -> Inequality:
    """Mean of the most deprived fifth of the population over that of the least deprived.

    Parameters
    ----------
    values, population, deprivation, confidence
        As in :func:`difference_of_fifths`.

    Returns
    -------
    Inequality
        From 0 over 1 (no difference) upwards without bound. NaN where a fifth is empty or its mean not
        positive; the limits are NaN where a fifth has a single area.

    Raises
    ------
    MethodError
        If a population is negative or the lengths differ.
    ParameterError
        If `confidence` is not between 0 and 1.

    Notes
    -----
    Limits on the logarithm, otherwise as for the difference.

    References
    ----------
    Mackenbach, J. P., Kunst, A. E. (1997). Measuring the magnitude of socio-economic inequalities in health.
    Social Science & Medicine, 44, 757-771.

    Examples
    --------
    >>> values, people = [4, 6, 8, 9, 11, 12, 13, 14, 17, 18], [100] * 10
    >>> ratio = ratio_of_fifths(values, people, range(10))
    >>> round(ratio.value, 2), round(ratio.lower, 2), round(ratio.upper, 2)
    (3.5, 0.34, 36.37)
    """
    most, least, areas = _extremes(values, population, deprivation, confidence)
    positive = most.mean > 0 and least.mean > 0
    logarithm = float(np.log(most.mean / least.mean)) if positive else np.nan
    variances = (
        (most.variance / most.mean**2, least.variance / least.mean**2) if positive else (np.nan, np.nan)
    )
    lower, upper = _limits(logarithm, variances, (most, least), confidence)
    # With two areas in a fifth the upper limit can lie beyond any number.
    with np.errstate(over="ignore"):
        value, lower, upper = (float(np.exp(part)) for part in (logarithm, lower, upper))
    return Inequality("ratio_of_fifths", value, lower, upper, confidence, "linearised_log", areas)


def population_attributable_risk(
    values: ArrayLike, population: ArrayLike, deprivation: ArrayLike, confidence: float = 0.95
) -> Inequality:
    """Mean of all areas minus the mean of the least deprived fifth of the population.

    Parameters
    ----------
    values, population, deprivation, confidence
        As in :func:`difference_of_fifths`.

    Returns
    -------
    Inequality
        In the unit of the values: by how much the value of the city would be lower if every area had that
        of the least deprived fifth; 0 means no potential, below 0 the reference is the worse one. NaN where
        the fifth is empty; the limits are NaN where it has a single area.

    Raises
    ------
    MethodError
        If a population is negative or the lengths differ.
    ParameterError
        If `confidence` is not between 0 and 1.

    Notes
    -----
    A comparison, not a forecast: nothing says that the value would change with deprivation. As the
    reference is part of the whole, the limits are those of the rest minus the reference times the rest's
    share of the people.

    References
    ----------
    World Health Organization (2013). Handbook on health inequality monitoring. Geneva, chapter 3.7.

    Examples
    --------
    >>> values, people = [4, 6, 8, 9, 11, 12, 13, 14, 17, 18], [100] * 10
    >>> risk = population_attributable_risk(values, people, range(10))
    >>> round(risk.value, 2), round(risk.lower, 2), round(risk.upper, 2)
    (6.2, 2.88, 9.52)
    """
    value, lower, upper, _, areas = _attributable(values, population, deprivation, confidence)
    return Inequality("attributable_risk", value, lower, upper, confidence, "linearised/part_of_whole", areas)


def population_attributable_fraction(
    values: ArrayLike, population: ArrayLike, deprivation: ArrayLike, confidence: float = 0.95
) -> Inequality:
    """Return the population attributable risk as a share of the mean of all areas.

    Parameters
    ----------
    values, population, deprivation, confidence
        As in :func:`difference_of_fifths`.

    Returns
    -------
    Inequality
        Share of all cases that would not occur if every area had the value of the least deprived fifth: 0
        none, 1 all, below 0 if the reference is the worse one. NaN also where the mean of all areas is not
        positive.

    Raises
    ------
    MethodError
        If a population is negative or the lengths differ.
    ParameterError
        If `confidence` is not between 0 and 1.

    Notes
    -----
    The limits are those of the risk over the mean of all areas, which is taken as free of error.

    References
    ----------
    World Health Organization (2013). Handbook on health inequality monitoring. Geneva, chapter 3.7.

    Examples
    --------
    >>> values, people = [4, 6, 8, 9, 11, 12, 13, 14, 17, 18], [100] * 10
    >>> share = population_attributable_fraction(values, people, range(10))
    >>> round(share.value, 2), round(share.lower, 2), round(share.upper, 2)
    (0.55, 0.26, 0.85)
    """
    value, lower, upper, mean, areas = _attributable(values, population, deprivation, confidence)
    whole = mean if mean > 0 else np.nan
    return Inequality(
        "attributable_fraction",
        value / whole,
        lower / whole,
        upper / whole,
        confidence,
        "linearised/part_of_whole",
        areas,
    )


@dataclass(frozen=True, slots=True)
class _Group:
    """Weighted mean of some areas, its variance, how many areas and people."""

    mean: float
    variance: float
    areas: int
    people: float


def _group(values: NDArray[np.float64], people: NDArray[np.float64]) -> _Group:
    """Mean of areas weighted by population, with the linearised variance."""
    areas, total = values.size, float(people.sum())
    if areas == 0:
        return _Group(np.nan, np.nan, 0, 0.0)
    mean = float(values @ people) / total
    if areas == 1:
        return _Group(mean, np.nan, 1, total)
    residuals = people * (values - mean) / total
    return _Group(mean, float(residuals @ residuals) * areas / (areas - 1), areas, total)


def _known(
    values: ArrayLike, population: ArrayLike, deprivation: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.intp]]:
    """Values, people and fifth of the areas where all three numbers are known."""
    y, x, people = aligned(Werte=values, Belastung=deprivation, Bevölkerung=population)
    known = np.isfinite(y) & np.isfinite(x) & (people > 0)
    return y[known], people[known], population_fifths(x[known], people[known])


def _extremes(
    values: ArrayLike, population: ArrayLike, deprivation: ArrayLike, confidence: float
) -> tuple[_Group, _Group, int]:
    """Most and least deprived fifth, and how many areas are known."""
    critical_value(confidence)
    y, people, fifth = _known(values, population, deprivation)
    return _group(y[fifth == 5], people[fifth == 5]), _group(y[fifth == 1], people[fifth == 1]), y.size


def _attributable(
    values: ArrayLike, population: ArrayLike, deprivation: ArrayLike, confidence: float
) -> tuple[float, float, float, float, int]:
    """Attributable risk with limits, the mean of all areas, and how many are known."""
    critical_value(confidence)
    y, people, fifth = _known(values, population, deprivation)
    rest, reference = _group(y[fifth > 1], people[fifth > 1]), _group(y[fifth == 1], people[fifth == 1])
    whole = _group(y, people)
    share = rest.people / whole.people if whole.people > 0 else np.nan
    value = whole.mean - reference.mean
    lower, upper = _limits(
        value, (share**2 * rest.variance, share**2 * reference.variance), (rest, reference), confidence
    )
    return value, lower, upper, whole.mean, y.size


def _limits(
    value: float, variances: tuple[float, float], groups: tuple[_Group, _Group], confidence: float
) -> tuple[float, float]:
    """Limits of a contrast of two independent groups, with the degrees of freedom of Satterthwaite."""
    variance = sum(variances)
    if not variance > 0:
        nothing = value if variance == 0 else np.nan
        return nothing, nothing
    own = sum(part**2 / (group.areas - 1) for part, group in zip(variances, groups, strict=True))
    half_width = float(special.stdtrit(variance**2 / own, 0.5 + confidence / 2.0) * np.sqrt(variance))
    return value - half_width, value + half_width

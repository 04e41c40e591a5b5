"""Gradient of an indicator from the least to the most deprived areas: SII, RII, concentration index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from sozialanalyse.errors import require_choice
from sozialanalyse.indicators.inputs import aligned, checked_counts
from sozialanalyse.indicators.rates import ROUNDING, critical_value

__all__ = [
    "EXPLANATIONS",
    "MINIMUM_AREAS",
    "ErrorModel",
    "Inequality",
    "InequalityMeasure",
    "concentration_index",
    "relative_index_of_inequality",
    "relative_rank",
    "slope_index_of_inequality",
]

ErrorModel = Literal["hc3", "classical"]
_ERROR_MODELS: Final[tuple[str, ...]] = get_args(ErrorModel)

InequalityMeasure = Literal[
    "slope_index",
    "relative_index",
    "difference_of_fifths",
    "ratio_of_fifths",
    "concentration_index",
    "gini_index",
    "attributable_risk",
    "attributable_fraction",
    "dissimilarity_index",
    "isolation_index",
]

EXPLANATIONS: Final[dict[InequalityMeasure, str]] = {
    "slope_index": (
        "Der Steigungsindex (SII) sagt, um wie viel eine gerade Linie durch alle Gebiete vom am wenigsten "
        "bis zum am stärksten belasteten Ende steigt; 0 heißt kein Gefälle."
    ),
    "relative_index": (
        "Der relative Index (RII) teilt den Wert am stark belasteten Ende einer geraden Linie durch alle "
        "Gebiete durch den Wert an ihrem wenig belasteten Ende; 1 heißt kein Gefälle."
    ),
    "difference_of_fifths": (
        "Die Differenz sagt, um wie viel der Wert in den am stärksten belasteten Gebieten mit einem Fünftel "
        "der Bevölkerung höher ist als in den am wenigsten belasteten Gebieten mit einem Fünftel."
    ),
    "ratio_of_fifths": (
        "Das Verhältnis sagt, wievielmal so hoch der Wert im am stärksten belasteten Fünftel der Bevölkerung "
        "ist wie im am wenigsten belasteten Fünftel; 1 heißt gleich."
    ),
    "concentration_index": (
        "Der Konzentrationsindex liegt zwischen −1 und 1: Über 0 häufen sich die Fälle in stark belasteten, "
        "unter 0 in wenig belasteten Gebieten, bei 0 gibt es kein Gefälle."
    ),
    "gini_index": (
        "Der Gini-Index sagt, wie ungleich die Gebiete sind: 0 heißt überall derselbe Wert, nahe 1 heißt "
        "fast alle Fälle in wenigen Gebieten."
    ),
    "attributable_risk": (
        "Der Abstand zum günstigsten Fünftel sagt, um wie viel der Wert der Stadt niedriger wäre, wenn "
        "überall der Wert des am wenigsten belasteten Fünftels gälte; über Ursachen sagt er nichts."
    ),
    "attributable_fraction": (
        "Dieser Anteil sagt, um welchen Teil der Wert der Stadt niedriger wäre, wenn überall der Wert des am "
        "wenigsten belasteten Fünftels gälte; über Ursachen sagt er nichts."
    ),
    "dissimilarity_index": (
        "Der Segregationsindex sagt, welcher Anteil der Gruppe in andere Gebiete ziehen müsste, damit sie "
        "überall denselben Anteil hätte; 0 heißt gleich verteilt, 1 heißt völlig getrennt."
    ),
    "isolation_index": (
        "Der Isolationsindex sagt, wie hoch der Anteil der Gruppe im Gebiet eines durchschnittlichen "
        "Mitglieds ist; bei gleicher Verteilung ist er so hoch wie der Anteil in der ganzen Stadt."
    ),
}
"""One plain sentence for readers on each measure."""

MINIMUM_AREAS: Final = 5
"""From fewer areas no gradient is computed."""

_METHODS: Final[dict[ErrorModel, str]] = {"hc3": "wls_hc3", "classical": "wls"}
# All areas are equally deprived if their ranks do not scatter.
_SAME_RANK: Final = 1e-12
# An area that fixes the line alone leaves nothing from which its scatter could be estimated.
_FULL_LEVERAGE: Final = 1.0 - 1e-9


@dataclass(frozen=True, slots=True)
class Inequality:
    """One measure of inequality between areas.

    Attributes
    ----------
    measure : str
        Key of :data:`EXPLANATIONS`.
    value, lower, upper : float
        Measure with its limits; NaN where not defined, the limits also where the method gives none.
    confidence : float
        Nominal coverage.
    method : str
        Short code of the way to the limits, ``"none"`` where there are no limits.
    areas : int
        Areas with all that is needed.
    """

    measure: InequalityMeasure
    value: float
    lower: float
    upper: float
    confidence: float
    method: str
    areas: int

    @property
    def explanation(self) -> str:
        """What the measure says: one German sentence for readers."""
        return EXPLANATIONS[self.measure]


FloatArray = NDArray[np.float64]


def relative_rank(deprivation: ArrayLike, population: ArrayLike) -> FloatArray:
    """Position of each area among the whole population, ordered by deprivation (ridit).

    Parameters
    ----------
    deprivation : array_like of float, shape (areas,)
        Any measure that rises with deprivation.
    population : array_like of float, shape (areas,)
        People in each area.

    Returns
    -------
    ndarray of float, shape (areas,)
        Share of the population that is less deprived, plus half of the area's own: near 0 the least, near 1
        the most deprived. Areas with the same deprivation share one rank. NaN where a number is missing or
        nobody lives; the population mean is always 0.5.

    Raises
    ------
    MethodError
        If a population is negative or the lengths differ.

    References
    ----------
    Mackenbach, J. P., Kunst, A. E. (1997). Measuring the magnitude of socio-economic inequalities in health.
    Social Science & Medicine, 44, 757-771.

    Examples
    --------
    >>> relative_rank([30, 10, 20], [500, 300, 200])
    array([0.75, 0.15, 0.4 ])
    """
    rank, people = aligned(Belastung=deprivation, Bevölkerung=population)
    known = ~np.isnan(rank) & (people > 0)
    result = np.full(rank.shape, np.nan)
    if bool(known.any()):
        _, step = np.unique(rank[known], return_inverse=True)
        in_step = np.bincount(step, weights=people[known])
        share = in_step / in_step.sum()
        result[known] = (np.cumsum(share) - share / 2.0)[step]
    return result


def slope_index_of_inequality(
    values: ArrayLike,
    population: ArrayLike,
    deprivation: ArrayLike,
    confidence: float = 0.95,
    *,
    errors: ErrorModel = "hc3",
) -> Inequality:
    """Difference between the two ends of the deprivation scale on a straight line through all areas (SII).

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
    errors : {"hc3", "classical"}
        How the limits come about: ``"hc3"`` holds for unequal scatter of the areas; ``"classical"`` takes the
        scatter as equal for equal weight, as most printed examples do.

    Returns
    -------
    Inequality
        In the unit of the values, without bounds: positive if the value rises with deprivation, 0 without
        gradient. NaN from fewer than 5 areas or where all are equally deprived.

    Raises
    ------
    MethodError
        If a population is negative or the lengths differ.
    ParameterError
        If `confidence` is not between 0 and 1 or `errors` is unknown.

    Notes
    -----
    Regression on the rank midpoint, weighted by population; limits with t on n − 2 degrees of freedom. It
    describes areas, not persons. The areas and their order are taken as given, as those of a city are: then
    the limits keep their coverage. Were the areas a sample of many, and their ranks with them, limits of 95 %
    would hold in 85 to 90 %. The sign is that
    of the step from the least to the most deprived; PHEindicatormethods counts the other way round.

    References
    ----------
    Mackenbach, J. P., Kunst, A. E. (1997). Measuring the magnitude of socio-economic inequalities in health.
    Social Science & Medicine, 44, 757-771.

    Examples
    --------
    >>> people = [900, 800, 1_000, 1_100, 900, 950]
    >>> sii = slope_index_of_inequality([4, 7, 8, 12, 13, 18], people, range(6))
    >>> round(sii.value, 2), round(sii.lower, 2), round(sii.upper, 2)
    (15.63, 9.56, 21.69)
    """
    line = _gradient(values, population, deprivation, confidence, errors)
    half_width = line.critical * float(np.sqrt(line.covariance[1, 1]))
    return Inequality(
        measure="slope_index",
        value=line.slope,
        lower=line.slope - half_width,
        upper=line.slope + half_width,
        confidence=confidence,
        method=_METHODS[errors],
        areas=line.areas,
    )


def relative_index_of_inequality(
    values: ArrayLike,
    population: ArrayLike,
    deprivation: ArrayLike,
    confidence: float = 0.95,
    *,
    errors: ErrorModel = "hc3",
) -> Inequality:
    """Ratio of the two ends of the deprivation scale on a straight line through all areas (RII).

    Parameters
    ----------
    values, population, deprivation, confidence, errors
        As in :func:`slope_index_of_inequality`.

    Returns
    -------
    Inequality
        From 0 over 1 (no gradient) upwards without bound. NaN also where the line is not positive at both
        ends.

    Raises
    ------
    MethodError
        If a population is negative or the lengths differ.
    ParameterError
        If `confidence` is not between 0 and 1.

    Notes
    -----
    Value of the line at the most deprived end over that at the least deprived end, as in Mackenbach and
    Kunst and in PHEindicatormethods (there inverted, as the ranks run the other way round); limits by the
    delta method on the logarithm. If the interval of the least deprived end includes 0, the upper limit is
    infinite, and if that of the most deprived end does, the lower limit is 0.

    References
    ----------
    Mackenbach, J. P., Kunst, A. E. (1997). Measuring the magnitude of socio-economic inequalities in health.
    Social Science & Medicine, 44, 757-771.

    Examples
    --------
    >>> people = [900, 800, 1_000, 1_100, 900, 950]
    >>> rii = relative_index_of_inequality([4, 7, 8, 12, 13, 18], people, range(6))
    >>> round(rii.value, 2), round(rii.lower, 2), round(rii.upper, 2)
    (6.86, 2.54, 18.53)
    """
    line = _gradient(values, population, deprivation, confidence, errors)
    low, high = line.mean - line.slope / 2.0, line.mean + line.slope / 2.0
    ratio = high / low if low > 0 and high > 0 else np.nan
    step = np.array([1.0 / high - 1.0 / low, 0.5 / high + 0.5 / low]) if ratio > 0 else np.full(2, np.nan)
    spread = float(np.exp(min(line.critical * np.sqrt(step @ line.covariance @ step), 700.0)))
    ends = np.array([[1.0, -0.5], [1.0, 0.5]])
    reach = line.critical * np.sqrt(np.einsum("ij,jk,ik->i", ends, line.covariance, ends))
    # Where an end of the line may be 0 itself, the data set the ratio no bound on that side (Fieller).
    low_open, high_open = reach >= (low, high)
    return Inequality(
        "relative_index",
        ratio,
        0.0 if high_open and ratio > 0 else ratio / spread,
        np.inf if low_open and ratio > 0 else ratio * spread,
        confidence,
        f"{_METHODS[errors]}_delta",
        line.areas,
    )


def concentration_index(
    values: ArrayLike,
    population: ArrayLike,
    deprivation: ArrayLike,
    confidence: float = 0.95,
    *,
    errors: ErrorModel = "hc3",
) -> Inequality:
    """Concentration of cases among the deprived, by the convenient regression.

    Parameters
    ----------
    values, population, deprivation, confidence, errors
        As in :func:`slope_index_of_inequality`; the values must not be negative.

    Returns
    -------
    Inequality
        From −1 (all cases in the least deprived area) over 0 (no gradient) to 1 (all in the most deprived).
        NaN from fewer than 5 areas or where the mean is 0.

    Raises
    ------
    MethodError
        If a value or population is negative or the lengths differ.
    ParameterError
        If `confidence` is not between 0 and 1.

    Notes
    -----
    Twice the covariance of value and rank over the mean: the slope of 2·σ²·y/μ on the rank. The
    error of the mean is neglected in the limits. Ranks run from the least to the most deprived, where
    health economists start with the poorest; the sign is the opposite of theirs.

    References
    ----------
    Kakwani, N., Wagstaff, A., van Doorslaer, E. (1997). Socioeconomic inequalities in health: measurement,
    computation, and statistical inference. Journal of Econometrics, 77, 87-103.

    Examples
    --------
    >>> people = [900, 800, 1_000, 1_100, 900, 950]
    >>> index = concentration_index([4, 7, 8, 12, 13, 18], people, range(6))
    >>> round(index.value, 3), round(index.lower, 3), round(index.upper, 3)
    (0.241, 0.148, 0.335)
    """
    checked_counts("Werte", values)
    line = _gradient(values, population, deprivation, confidence, errors)
    scale = 2.0 * line.rank_variance / line.mean if line.mean > 0 else np.nan
    index = scale * line.slope
    half_width = scale * line.critical * float(np.sqrt(line.covariance[1, 1]))
    return Inequality(
        "concentration_index",
        index,
        index - half_width,
        index + half_width,
        confidence,
        _METHODS[errors],
        line.areas,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    """Weighted regression of values on ranks: mean at the middle rank, slope, and their covariance."""

    mean: float
    slope: float
    covariance: FloatArray
    critical: float
    rank_variance: float
    areas: int


def _gradient(
    values: ArrayLike, population: ArrayLike, deprivation: ArrayLike, confidence: float, errors: ErrorModel
) -> _Line:
    """Fit the line through the areas where value, population and deprivation are known.

    Two coefficients have a closed form, which spares every user of this module the import of statsmodels.
    """
    critical_value(confidence)
    require_choice("errors", errors, _ERROR_MODELS)
    y, x, people = aligned(Werte=values, Belastung=deprivation, Bevölkerung=population)
    known = np.isfinite(y) & np.isfinite(x) & (people > 0)
    areas = int(known.sum())
    covariance = np.full((2, 2), np.nan)
    if areas < MINIMUM_AREAS:
        return _Line(np.nan, np.nan, covariance, np.nan, np.nan, areas)
    y, people = y[known], people[known]
    rank = relative_rank(x[known], people) - 0.5
    weight = people / people.sum()
    variance = float(weight @ rank**2)
    if variance < _SAME_RANK:
        return _Line(np.nan, np.nan, covariance, np.nan, np.nan, areas)
    mean, slope = float(weight @ y), float(weight @ (rank * y)) / variance
    negligible = ROUNDING * float(np.abs(y).max())
    slope = 0.0 if abs(slope) <= negligible else slope
    residual = y - mean - slope * rank
    residual = np.where(np.abs(residual) <= negligible, 0.0, residual)
    leverage = weight * (1.0 + rank**2 / variance)
    if errors == "classical":
        covariance = np.diag([1.0, 1.0 / variance]) * float(weight @ residual**2) / (areas - 2)
    elif leverage.max() < _FULL_LEVERAGE:
        scatter = weight * residual / (1.0 - leverage)
        influence = np.vstack([scatter, scatter * rank / variance])
        covariance = influence @ influence.T
    critical = float(special.stdtrit(areas - 2, 0.5 + confidence / 2.0))
    return _Line(mean, slope, covariance, critical, variance, areas)

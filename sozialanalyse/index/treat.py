"""Step 3, treat: tame the outliers of indicators that are skewed and heavy-tailed at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sozialanalyse.errors import MethodError
from sozialanalyse.index.data import FloatArray

__all__ = ["Treatment", "apply_treatments", "plan_treatments", "skew_and_kurtosis"]

OFFSET_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class Treatment:
    """What is done with one indicator; decided once on the observed values, applied to draws as well.

    Attributes
    ----------
    method : {"none", "winsorise", "log", "box_cox"}
        ``log``: ``ln(x − low + offset)``, for negative skewness ``−ln(high − x + offset)``;
        ``box_cox``: ``((x − low + offset)^power − 1) / power``; the offset is 1 % of the range.
    low, high : float
        Values are held between these ends first.
    mirrored : bool
        Whether the logarithm is taken from the upper end.
    power : float
        Exponent of Box and Cox; 0 is the logarithm.
    changed : int
        Number of values that winsorising changed.
    sufficient : bool
        Whether skewness and kurtosis keep the limits afterwards.
    """

    method: str = "none"
    low: float = -np.inf
    high: float = np.inf
    mirrored: bool = False
    power: float = 1.0
    changed: int = 0
    sufficient: bool = True


def skew_and_kurtosis(values: FloatArray) -> tuple[float, float]:
    """Return skewness and excess kurtosis, both corrected for the sample size.

    Parameters
    ----------
    values : ndarray of shape (n,)
        At least four finite values that differ.

    Returns
    -------
    skewness, kurtosis : float
        Both 0 for a normal distribution; as SAS and Excel compute them.

    References
    ----------
    Joanes & Gill (1998), Comparing measures of sample skewness and kurtosis, The Statistician 47.
    """
    from scipy import stats  # noqa: PLC0415 - importing it takes a second, and few indices treat outliers

    return float(stats.skew(values, bias=False)), float(stats.kurtosis(values, bias=False))


def plan_treatments(
    values: FloatArray,
    method: str,
    skew_limit: float,
    kurtosis_limit: float,
    at_most: int,
    names: Sequence[str],
) -> tuple[Treatment, ...]:
    """Decide for each indicator whether and how it is treated.

    Parameters
    ----------
    values : ndarray of shape (N, K)
        NaN where missing.
    method : {"none", "winsorise", "log", "box_cox"}
        How an indicator is treated whose |skewness| and kurtosis exceed both limits.
    skew_limit, kurtosis_limit : float
        These limits.
    at_most : int
        Largest number of values that winsorising may change.
    names : sequence of str, length K
        Keys of the indicators, for messages.

    Returns
    -------
    tuple of Treatment, length K

    Raises
    ------
    MethodError
        If an indicator has fewer than four values: skewness and kurtosis are not defined then.

    References
    ----------
    OECD/JRC (2008), Handbook on Constructing Composite Indicators; Box & Cox (1964), An analysis of
    transformations, JRSS B 26.
    """
    if method == "none":
        return (Treatment(),) * len(names)
    plans = []
    for name, column in zip(names, values.T, strict=True):
        there = np.sort(column[np.isfinite(column)])
        if len(there) < 4:
            raise MethodError(
                f"»treatment: {method}« beurteilt Schiefe und Wölbung und braucht mindestens vier Werte; "
                f"Indikator »{name}« hat {len(there)}. Bitte »treatment: none« wählen."
            )
        plans.append(_plan(there, method, (skew_limit, kurtosis_limit), at_most))
    return tuple(plans)


def _exceeds(values: FloatArray, limits: tuple[float, float]) -> bool:
    if values[0] == values[-1]:
        return False
    skewness, kurtosis = skew_and_kurtosis(values)
    return abs(skewness) > limits[0] and kurtosis > limits[1]


def _plan(ordered: FloatArray, method: str, limits: tuple[float, float], at_most: int) -> Treatment:
    if not _exceeds(ordered, limits):
        return Treatment()
    low, high = float(ordered[0]), float(ordered[-1])
    mirrored = skew_and_kurtosis(ordered)[0] < 0
    if method == "winsorise":
        return _plan_winsorising(ordered, limits, at_most)
    power = 0.0
    if method == "box_cox":
        from scipy import stats  # noqa: PLC0415 - as above

        power = float(stats.boxcox(ordered - low + OFFSET_SHARE * (high - low))[1])
        mirrored = False
    plan = Treatment(method, low, high, mirrored, power)
    after = np.sort(_transform(ordered, plan))
    return Treatment(method, low, high, mirrored, power, sufficient=not _exceeds(after, limits))


def _plan_winsorising(ordered: FloatArray, limits: tuple[float, float], at_most: int) -> Treatment:
    current, lower, upper = ordered, 0, 0
    for _ in range(min(at_most, len(ordered) - 4)):
        if not _exceeds(current, limits):
            break
        if skew_and_kurtosis(current)[0] > 0:
            upper += 1
        else:
            lower += 1
        current = np.clip(ordered, ordered[lower], ordered[-1 - upper])
    return Treatment(
        "winsorise",
        float(current[0]),
        float(current[-1]),
        changed=int((current != ordered).sum()),
        sufficient=not _exceeds(current, limits),
    )


def _transform(values: FloatArray, plan: Treatment) -> FloatArray:
    held = np.clip(values, plan.low, plan.high)
    if plan.method == "winsorise":
        return held
    offset = OFFSET_SHARE * (plan.high - plan.low)
    if plan.mirrored:
        return -np.log(plan.high - held + offset)
    positive = held - plan.low + offset
    if plan.power == 0:
        return np.log(positive)
    return np.asarray((positive**plan.power - 1) / plan.power)


def apply_treatments(values: FloatArray, plans: Sequence[Treatment]) -> FloatArray:
    """Apply what was decided, indicator by indicator.

    Parameters
    ----------
    values : ndarray of shape (..., N, K)
        NaN stays NaN. Draws beyond the ends of the observed values are held at these ends.
    plans : sequence of Treatment, length K

    Returns
    -------
    ndarray of shape (..., N, K)
    """
    if all(plan.method == "none" for plan in plans):
        return values
    treated = values.copy()
    for column, plan in enumerate(plans):
        if plan.method != "none":
            treated[..., column] = _transform(values[..., column], plan)
    return treated

"""Step 5, normalise: bring indicators of different units onto one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sozialanalyse.errors import MethodError
from sozialanalyse.index.data import FloatArray
from sozialanalyse.index.moments import mean_and_deviation
from sozialanalyse.index.ranking import rank_along

__all__ = ["Scale", "exponential_transformation", "normalise"]

EXPONENTIAL_SCALE = 23.0


@dataclass(frozen=True, slots=True)
class Scale:
    """What the methods need beside the values.

    Attributes
    ----------
    weights : ndarray of shape (N,)
        How much each area counts in means.
    burden_is_high : bool
        Whether a high oriented value means much burden.
    z_target, bounds : (float, float)
        As in the specification.
    low, high, reference : ndarray of shape (K,), or None
        Fixed ends and reference values, already oriented.
    """

    weights: FloatArray
    burden_is_high: bool = False
    z_target: tuple[float, float] = (0.0, 1.0)
    bounds: tuple[float, float] = (0.0, 100.0)
    low: FloatArray | None = None
    high: FloatArray | None = None
    reference: FloatArray | None = None


def normalise(oriented: FloatArray, method: str, scale: Scale, names: Sequence[str]) -> FloatArray:
    """Bring each column onto a scale without unit, higher meaning the same for all.

    Parameters
    ----------
    oriented : ndarray of shape (..., N, K)
        Oriented values; NaN where missing, and then NaN in the result.
    method : str
        ``z``: (x − mean)/SD, moved to `z_target`; ``min_max``: smallest and largest value become
        `bounds`; ``rank``: 1 for the lowest, ties share their mean rank (where cells are missing, the
        highest rank differs between indicators: ``percentile`` avoids that); ``percentile``: 0 for the
        lowest to 100 for the highest rank; ``scaled``: fixed ends become `bounds`, values beyond them
        lie outside; ``goalposts``: the same, values beyond the ends are held there;
        ``distance_to_reference``: 1 + (x − reference)/(max − min), so that the reference has 1;
        ``exponential``: see :func:`exponential_transformation`.
    scale : Scale
        Weights, targets and fixed values.
    names : sequence of str, length K
        Keys of the columns, for messages.

    Returns
    -------
    ndarray of shape (..., N, K)

    Raises
    ------
    MethodError
        If a column has only one value in all areas (or in one draw): it tells areas apart in no way.

    References
    ----------
    OECD/JRC (2008), Handbook on Constructing Composite Indicators, section 5.

    Examples
    --------
    >>> values = np.array([[1.0], [2.0], [4.0]])
    >>> normalise(values, "min_max", Scale(np.ones(3)), ("a",)).ravel().round(1).tolist()
    [0.0, 33.3, 100.0]
    """
    if method in {"scaled", "goalposts"}:
        return _between_fixed_ends(oriented, method, scale)
    if method == "z":
        mean, deviation = mean_and_deviation(oriented, scale.weights)
        # Only a column whose deviation is that of rounding can be constant; looking at all takes long.
        if not (deviation > 1e-9 * np.abs(mean)).all():
            _refuse_constant(*_extremes(oriented), names)
        target_mean, target_deviation = scale.z_target
        scores = oriented - mean
        scores *= target_deviation / deviation
        scores += target_mean
        return scores
    smallest, largest = _extremes(oriented)
    _refuse_constant(smallest, largest, names)
    if method == "min_max":
        low, high = scale.bounds
        return np.asarray(low + (high - low) * (oriented - smallest) / (largest - smallest))
    if method == "distance_to_reference":
        reference = scale.reference
        if reference is None:
            reference, _ = mean_and_deviation(oriented, scale.weights)
        return np.asarray(1 + (oriented - reference) / (largest - smallest))
    ranks = rank_along(oriented, axis=-2, ties="average")
    if method == "rank":
        return ranks
    count = np.isfinite(oriented).sum(axis=-2, keepdims=True)
    if method == "percentile":
        return np.asarray(100 * (ranks - 1) / (count - 1))
    burden_rank = ranks if scale.burden_is_high else count + 1 - ranks
    transformed = exponential_transformation(burden_rank / count)
    return transformed if scale.burden_is_high else 100 - transformed


def exponential_transformation(share: FloatArray) -> FloatArray:
    """Return the exponential transformation of the English indices of deprivation.

    Parameters
    ----------
    share : ndarray
        R = (N − r + 1)/N, where r = 1 is the most deprived of N areas: 1 for it, 1/N for the least.

    Returns
    -------
    ndarray
        ``X = −23 ln(1 − R (1 − e^(−100/23)))``: 100 for the most deprived, near 0 for the least. The
        most deprived tenth lies above 50, so that much burden in one domain is not cancelled by little
        in another.

    References
    ----------
    Ministry of Housing, Communities & Local Government (2019), The English Indices of Deprivation 2019:
    technical report.

    Examples
    --------
    >>> exponential_transformation(np.array([0.0, 0.9, 1.0])).round(2).tolist()
    [0.0, 50.43, 100.0]
    """
    return np.asarray(-EXPONENTIAL_SCALE * np.log1p(share * np.expm1(-100 / EXPONENTIAL_SCALE)))


def _between_fixed_ends(oriented: FloatArray, method: str, scale: Scale) -> FloatArray:
    if scale.low is None or scale.high is None:
        raise MethodError(
            f"»{method}« braucht »goalposts« bei jedem Indikator. Bitte in der Angabe ergänzen."
        )
    share = (oriented - scale.low) / (scale.high - scale.low)
    if method == "goalposts":
        share = np.clip(share, 0, 1)
    low, high = scale.bounds
    return np.asarray(low + (high - low) * share)


def _extremes(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    return np.fmin.reduce(values, axis=-2, keepdims=True), np.fmax.reduce(values, axis=-2, keepdims=True)


def _refuse_constant(smallest: FloatArray, largest: FloatArray, names: Sequence[str]) -> None:
    constant = smallest == largest
    columns = np.flatnonzero(constant.reshape(-1, len(names)).any(axis=0)).tolist()
    found = dict.fromkeys(names[column] for column in columns)
    if found:
        raise MethodError(
            "Ein Indikator muss sich zwischen den Gebieten unterscheiden; ohne Unterschied (auch in einer "
            f"Ziehung): {', '.join(found)}. Bitte weglassen oder feste Endpunkte (»goalposts«) wählen."
        )

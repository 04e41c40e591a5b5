"""Step 7, aggregate: from many normalised values to one, directly or by way of domains."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from sozialanalyse.errors import MethodError
from sozialanalyse.index.data import FloatArray
from sozialanalyse.index.normalise import Scale, normalise

__all__ = ["DomainStep", "aggregate", "cell_weights", "weighted_mean"]

_TRANSFORMS: Final[
    dict[str, tuple[Callable[[FloatArray], FloatArray], Callable[[FloatArray], FloatArray]]]
] = {
    "arithmetic": (np.asarray, np.asarray),
    "geometric": (np.log, np.exp),
    "harmonic": (np.reciprocal, np.reciprocal),
}


@dataclass(frozen=True, slots=True)
class DomainStep:
    """How domain values become the index.

    Attributes
    ----------
    columns : tuple of tuple of int, length D
        Columns of the indicators of each domain.
    names : tuple of str, length D
        Keys of the domains.
    weights : ndarray of shape (D,)
        Weights of the domains.
    normalisation : str
        ``none``, or how domain values are normalised first.
    aggregation : {"arithmetic", "geometric", "harmonic"}
        Mean over domains.
    """

    columns: tuple[tuple[int, ...], ...]
    names: tuple[str, ...]
    weights: FloatArray
    normalisation: str
    aggregation: str


def weighted_mean(values: FloatArray, weights: FloatArray, method: str) -> FloatArray:
    """Return the weighted mean over the last axis, of what is there.

    Parameters
    ----------
    values : ndarray of shape (..., N, K)
        NaN where missing; the weights of the others are then scaled up.
    weights : ndarray of shape (..., K)
        Not negative; leading axes broadcast against those of `values`.
    method : {"arithmetic", "geometric", "harmonic"}
        Which mean.

    Returns
    -------
    ndarray of shape (..., N)
        Between the smallest and the largest value; NaN where nothing with a weight is there.

    Raises
    ------
    MethodError
        If a geometric or harmonic mean meets a value that is zero or negative.

    Examples
    --------
    >>> weighted_mean(np.array([[1.0, 4.0]]), np.array([1.0, 1.0]), "geometric").tolist()
    [2.0]
    """
    if method != "arithmetic" and (values <= 0).any():
        german = {"geometric": "geometrisches", "harmonic": "harmonisches"}[method]
        raise MethodError(
            f"Ein {german} Mittel gibt es nur für Werte über null; gefunden: Werte von null oder weniger. "
            "Bitte »normalisation: min_max« mit »bounds« ab 1 oder »aggregation: arithmetic« wählen."
        )
    forward, backward = _TRANSFORMS[method]
    column = weights[..., None]
    if np.isfinite(values.sum()):
        total = weights.sum(axis=-1)[..., None]
        summed = np.matmul(forward(values), column)[..., 0]
    else:
        there = np.isfinite(values)
        total = np.matmul(there.astype(np.float64), column)[..., 0]
        summed = np.matmul(np.where(there, forward(np.where(there, values, 1.0)), 0.0), column)[..., 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        return backward(np.where(total > 0, summed / total, np.nan))


def aggregate(
    normalised: FloatArray, weights: FloatArray, method: str, step: DomainStep | None, scale: Scale
) -> tuple[FloatArray | None, FloatArray]:
    """Aggregate indicators, by way of domains if there are any.

    Parameters
    ----------
    normalised : ndarray of shape (..., N, K)
        Normalised values.
    weights : ndarray of shape (..., K)
        Weights of the indicators.
    method : {"arithmetic", "geometric", "harmonic"}
        Mean over the indicators (of a domain).
    step : DomainStep or None
        How domains become the index; None: there are no domains.
    scale : Scale
        For the normalisation of domain values.

    Returns
    -------
    domains : ndarray of shape (..., N, D), or None
        Domain values as they enter the index.
    index : ndarray of shape (..., N)
    """
    if step is None:
        return None, weighted_mean(normalised, weights, method)
    domains = np.stack(
        [
            weighted_mean(normalised[..., list(columns)], weights[..., list(columns)], method)
            for columns in step.columns
        ],
        axis=-1,
    )
    if step.normalisation != "none":
        domains = normalise(domains, step.normalisation, scale, step.names)
    return domains, weighted_mean(domains, step.weights, step.aggregation)


def cell_weights(there: np.ndarray, weights: FloatArray, step: DomainStep | None) -> FloatArray:
    """Return the weight with which each cell enters the index of its area.

    Parameters
    ----------
    there : ndarray of bool, shape (N, K)
        Which cells have a value.
    weights : ndarray of shape (K,)
        Weights of the indicators.
    step : DomainStep or None
        Domains, if there are any.

    Returns
    -------
    ndarray of shape (N, K)
        Adds up to 1 over each area that has a value with a weight, and to 0 otherwise.
    """
    counted = np.where(there, weights, 0.0)
    groups = step.columns if step else (tuple(range(len(weights))),)
    domain_weights = step.weights if step else np.ones(1)
    cells = np.zeros_like(counted)
    present = np.zeros((len(counted), len(groups)))
    for number, columns in enumerate(groups):
        total = counted[:, list(columns)].sum(axis=1, keepdims=True)
        present[:, number] = np.where(total[:, 0] > 0, domain_weights[number], 0.0)
        cells[:, list(columns)] = counted[:, list(columns)] / np.where(total > 0, total, 1.0)
    overall = present.sum(axis=1, keepdims=True)
    share = present / np.where(overall > 0, overall, 1.0)
    for number, columns in enumerate(groups):
        cells[:, list(columns)] *= share[:, [number]]
    return cells

"""Mean and standard deviation over areas, with or without population weights, missing cells left out."""

from __future__ import annotations

import numpy as np

from sozialanalyse.errors import MethodError
from sozialanalyse.index.data import FloatArray

__all__ = ["area_weights", "mean_and_deviation"]


def area_weights(reference: str, count: int, population: FloatArray | None) -> FloatArray:
    """Return how much each area counts in means over the city.

    Parameters
    ----------
    reference : {"areas", "population"}
        Every area once, or by its population.
    count : int
        Number of areas, N.
    population : ndarray of shape (N,), or None
        Persons per area.

    Returns
    -------
    ndarray of shape (N,)
        Positive weights.

    Raises
    ------
    MethodError
        If population weights are asked for and a population is missing or not positive.
    """
    if reference == "areas":
        return np.ones(count)
    if population is None or not np.all(population > 0):
        raise MethodError(
            "Ein nach Bevölkerung gewichtetes Mittel braucht für jedes Gebiet eine Bevölkerung über null; "
            "mindestens eine fehlt. Bitte die Bevölkerung ergänzen oder »reference: areas« wählen."
        )
    return population


def mean_and_deviation(values: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return mean and standard deviation of each column over the areas.

    Parameters
    ----------
    values : ndarray of shape (..., N, K)
        NaN where missing.
    weights : ndarray of shape (N,)
        How much each area counts; equal weights give the ordinary mean and the standard deviation with
        N − 1.

    Returns
    -------
    mean, deviation : ndarray of shape (..., 1, K)
        NaN where no value (mean) or fewer than two values (deviation) are there.

    Notes
    -----
    With weights p the variance is ``Σ p (x − m)² / Σ p · N / (N − 1)``, where N counts the values.

    Examples
    --------
    >>> mean, deviation = mean_and_deviation(np.array([[1.0], [2.0], [3.0]]), np.ones(3))
    >>> mean.item(), deviation.item()
    (2.0, 1.0)
    """
    if np.isfinite(values.sum()):
        share = (weights / weights.sum())[None, :]
        mean = share @ values
        count = np.float64(values.shape[-2])
        centred = values - mean
        variance = share @ np.square(centred, out=centred)
    else:
        there = np.isfinite(values)
        counted = np.where(there, weights[:, None], 0.0)
        total = counted.sum(axis=-2, keepdims=True)
        count = there.sum(axis=-2, keepdims=True)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = (counted * np.where(there, values, 0.0)).sum(axis=-2, keepdims=True) / total
            variance = (counted * np.where(there, np.square(values - mean), 0.0)).sum(
                axis=-2, keepdims=True
            ) / total
    with np.errstate(invalid="ignore", divide="ignore"):
        return mean, np.sqrt(variance * count / (count - 1))

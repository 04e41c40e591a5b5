"""Step 8, classify: put index values into named classes."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sozialanalyse.errors import MethodError
from sozialanalyse.index.choices import ClassSpec
from sozialanalyse.index.data import FloatArray

__all__ = ["Classes", "classify"]


@dataclass(frozen=True, slots=True)
class Classes:
    """Classes of areas.

    Attributes
    ----------
    index : ndarray of int, shape (N,)
        Number of the class, 0 for the lowest values; −1 where there is no value.
    limits : ndarray of shape (C − 1,)
        Limits between classes in the unit of the values.
    labels : tuple of str, length C
        German names.
    """

    index: npt.NDArray[np.int64]
    limits: FloatArray
    labels: tuple[str, ...]

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        """Number of areas in each class, shape (C,)."""
        return np.bincount(self.index[self.index >= 0], minlength=len(self.labels))


def classify(values: FloatArray, spec: ClassSpec, centre: float, deviation: float) -> Classes:
    """Put values into classes; equal values always share a class.

    Parameters
    ----------
    values : ndarray of shape (N,)
        NaN where there is no value.
    spec : ClassSpec
        Method, limits and labels.
    centre, deviation : float
        City mean and standard deviation, for classes in standard deviations.

    Raises
    ------
    MethodError
        If there are fewer different values than quantile or natural classes, or the standard deviation
        is zero.

    References
    ----------
    Jenks (1977), Optimal data classification for choropleth maps; Fisher (1958), On grouping for
    maximum homogeneity, JASA 53.

    Examples
    --------
    >>> spec = ClassSpec(limits=(-1.0, 1.0), labels=("niedrig", "mittel", "hoch"))
    >>> classify(np.array([-1.2, 0.0, 1.0, np.nan]), spec, 0.0, 1.0).index.tolist()
    [0, 1, 2, -1]
    """
    there = np.isfinite(values)
    if spec.method == "standard_deviation":
        if not deviation > 0:
            raise MethodError(
                "Klassen nach der Standardabweichung brauchen Gebiete, die sich unterscheiden; "
                "alle Werte sind gleich. Bitte Indikatoren und Gewichte prüfen."
            )
        limits = centre + deviation * np.array(spec.limits)
    else:
        limits = _limits_from_values(values[there], spec)
    index = np.full(len(values), -1, dtype=np.int64)
    if spec.method == "natural_breaks":
        index[there] = np.searchsorted(limits, values[there], side="left")
    else:
        index[there] = np.searchsorted(limits, values[there], side="right")
    return Classes(index, limits, spec.labels)


def _limits_from_values(values: FloatArray, spec: ClassSpec) -> FloatArray:
    number = len(spec.labels)
    distinct = len(np.unique(values))
    if distinct < number:
        raise MethodError(
            f"{number} Klassen brauchen mindestens {number} verschiedene Werte; gefunden: {distinct}. "
            "Bitte weniger Klassen oder Klassen nach der Standardabweichung wählen."
        )
    if spec.method == "quantiles":
        return np.quantile(values, np.arange(1, number) / number)
    from mapclassify import FisherJenks  # noqa: PLC0415 - takes seconds to load, and few need it

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Numba not installed", category=UserWarning)
        breaks = FisherJenks(values, k=number).bins
    return np.asarray(breaks[:-1], dtype=np.float64)

"""Step 1, screen: which indicators and areas have enough data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sozialanalyse.errors import MethodError
from sozialanalyse.index.data import FloatArray

__all__ = ["Screening", "screen", "varying"]


@dataclass(frozen=True, slots=True)
class Screening:
    """What is kept: indicators as a mask of shape (K,), areas as a mask of shape (N,)."""

    indicators: npt.NDArray[np.bool_]
    areas: npt.NDArray[np.bool_]


def screen(values: FloatArray, minimum_share: float, minimum_coverage: float) -> Screening:
    """Decide which indicators and areas have enough data.

    Parameters
    ----------
    values : ndarray of shape (N, K)
        NaN where missing.
    minimum_share : float in (0, 1]
        Share of the kept indicators that an area needs.
    minimum_coverage : float in (0, 1]
        Share of the areas that an indicator needs.

    Raises
    ------
    MethodError
        If no indicator or fewer than two areas are left.

    Notes
    -----
    Indicators are screened first, so that one that is missing nearly everywhere costs no area its index.

    Examples
    --------
    >>> screening = screen(np.array([[1, np.nan, 2], [3, np.nan, 4], [5, np.nan, np.nan]]), 0.6, 0.5)
    >>> screening.indicators.tolist(), screening.areas.tolist()
    ([True, False, True], [True, True, False])
    """
    there = np.isfinite(values)
    indicators = there.mean(axis=0) >= minimum_coverage
    areas = np.zeros(len(values), dtype=np.bool_)
    if indicators.any():
        areas = there[:, indicators].mean(axis=1) >= minimum_share
        indicators &= there[areas].any(axis=0)
    if areas.sum() < 2:
        raise MethodError(
            "Ein Index braucht mindestens zwei Gebiete mit genügend Indikatoren; es bleiben "
            f"{int(areas.sum())}. Bitte Daten ergänzen, Indikatoren weglassen oder »minimum_share« und "
            "»minimum_coverage« prüfen."
        )
    return Screening(indicators, areas)


def varying(values: FloatArray) -> npt.NDArray[np.bool_]:
    """Return which indicators tell areas apart.

    Parameters
    ----------
    values : ndarray of shape (N, K)
        NaN where missing.

    Returns
    -------
    ndarray of bool, shape (K,)
        False where all known values are the same up to rounding, or none is known.

    Examples
    --------
    >>> varying(np.array([[0.1, 1.0, np.nan], [0.1, np.nan, np.nan], [0.3 - 0.2, 2.0, np.nan]])).tolist()
    [False, True, False]
    """
    # Where nothing is known, the ends stay crossed and their difference is below any limit.
    smallest = np.fmin.reduce(values, axis=0, initial=np.inf)
    largest = np.fmax.reduce(values, axis=0, initial=-np.inf)
    return np.asarray(largest - smallest > 1e-9 * np.maximum(np.abs(smallest), np.abs(largest)))

"""Which sums of contributions are unsafe by themselves: dominance (n, k) and prior-posterior (p, q) rules.

For amounts such as turnover, a cell may count many and still give one contributor away: who knows the total
and the own contribution estimates the others. Each rule also says how far the cell must stay open.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sozialanalyse.disclosure.system import TOLERANCE, BoolArray, FloatArray
from sozialanalyse.errors import ParameterError

__all__ = ["Sensitivity", "dominance", "prior_posterior"]


@dataclass(frozen=True, slots=True, eq=False)
class Sensitivity:
    """Verdict on c cells.

    Attributes
    ----------
    unsafe : (c,) bool
        Cells that break the rule; a cell without known contributions breaks none.
    level : (c,) float
        How far up (and as far down) an unsafe cell must stay open so that an estimate is as rough as the rule
        demands; in the unit of the contributions, 0 for safe cells.
    """

    unsafe: BoolArray
    level: FloatArray


def dominance(total: ArrayLike, largest: ArrayLike, *, n: int, k: float) -> Sensitivity:
    """Find the cells of which the n largest contributions make up more than k per cent.

    Parameters
    ----------
    total : (c,) float
        Sums of all contributions.
    largest : (c, l) float
        Largest contributions, in descending order; NaN where there are fewer. At least n columns.
    n : int, at least 1
    k : float
        Per cent, above 0 and below 100.

    Returns
    -------
    Sensitivity
        With ``level = 100 / k · (x₁ + … + xₙ) − total``.

    Raises
    ------
    ParameterError
        If n or k is out of range, or contributions are negative, out of order or too few.

    References
    ----------
    Hundepool, A. et al. Handbook on Statistical Disclosure Control, 2nd edition, chapter 4.

    Examples
    --------
    The first cell of 100 has one contribution of 90; with 75 per cent allowed, 120 would have been needed:

    >>> found = dominance([100, 100], [[90, 10], [60, 40]], n=1, k=75)
    >>> found.unsafe.tolist(), found.level.tolist()
    ([True, False], [20.0, 0.0])
    """
    if n < 1 or not 0 < k < 100:
        raise ParameterError(
            "Die Dominanzregel (n, k) braucht n ab 1 und k zwischen 0 und 100 Prozent. Bitte prüfen."
        )
    whole, parts = _checked(total, largest, n)
    level = 100.0 / k * parts[:, :n].sum(axis=1) - whole
    return _verdict(level, parts)


def prior_posterior(total: ArrayLike, largest: ArrayLike, *, p: float, q: float = 100.0) -> Sensitivity:
    """Find the cells from which the second largest contributor can estimate the largest to within p per cent.

    Parameters
    ----------
    total : (c,) float
        Sums of all contributions.
    largest : (c, l) float
        Largest contributions, in descending order; NaN where there are fewer. At least two columns.
    p : float
        Per cent, above 0: an estimate must not be closer.
    q : float
        Per cent, above `p`: everybody can estimate each contribution to within q per cent beforehand. With
        100, the default, this is the p % rule.

    Returns
    -------
    Sensitivity
        With ``level = p / q · x₁ − (total − x₁ − x₂)``.

    Raises
    ------
    ParameterError
        If p or q is out of range, or contributions are negative, out of order or too few.

    References
    ----------
    Hundepool, A. et al. Handbook on Statistical Disclosure Control, 2nd edition, chapter 4.

    Examples
    --------
    The contributor of 40 takes the largest one for 60 at most; it is 55, which is closer than 10 per cent:

    >>> found = prior_posterior([100, 100], [[55, 40], [50, 30]], p=10)
    >>> found.unsafe.tolist(), found.level.tolist()
    ([True, False], [0.5, 0.0])
    """
    if not 0 < p < q:
        raise ParameterError("Die p-%-Regel braucht p über 0 und q über p. Bitte die Angaben prüfen.")
    whole, parts = _checked(total, largest, 2)
    level = p / q * parts[:, 0] - (whole - parts[:, 0] - parts[:, 1])
    return _verdict(level, parts)


def _checked(total: ArrayLike, largest: ArrayLike, fewest: int) -> tuple[FloatArray, FloatArray]:
    whole, parts = np.asarray(total, dtype=np.float64), np.asarray(largest, dtype=np.float64)
    if parts.ndim != 2 or parts.shape[0] != len(whole) or parts.shape[1] < fewest:
        raise ParameterError(
            f"Die Regel braucht je Zelle die {fewest} größten Beiträge, fehlende als leeres Feld. "
            "Bitte ergänzen."
        )
    known = np.nan_to_num(parts)
    scale = TOLERANCE * np.maximum(1.0, np.abs(whole))
    wrong = (known < 0).any(axis=1) | (np.diff(known, axis=1) > scale[:, None]).any(axis=1)
    wrong |= known.sum(axis=1) > whole + scale
    if wrong.any():
        raise ParameterError(
            "Beiträge sind nie negativ, stehen absteigend und ergeben zusammen höchstens den Wert der Zelle; "
            f"nicht so in {int(wrong.sum())} Zellen. Bitte prüfen."
        )
    return whole, known


def _verdict(level: FloatArray, parts: FloatArray) -> Sensitivity:
    unsafe: BoolArray = (level > TOLERANCE) & (parts[:, 0] > 0)
    return Sensitivity(unsafe, np.where(unsafe, level, 0.0))

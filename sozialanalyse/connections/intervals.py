"""Intervals, tests and corrections for correlations, given how many areas they rest on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sozialanalyse.connections.spec import Method

__all__ = ["adjust_holm", "correlation_interval", "correlation_p"]

Array = NDArray[np.float64]


def correlation_interval(
    estimate: Array, size: Array, method: Method, confidence: float, controls: int = 0
) -> tuple[Array, Array]:
    """Return the interval of a correlation by Fisher's z.

    Parameters
    ----------
    estimate : ndarray, any shape
        Correlations.
    size : ndarray, same shape
        Number of areas, or of independent areas; need not be whole.
    method : {"spearman", "pearson"}
        For Spearman the variance is larger by 1 + r²/2 (Bonett & Wright).
    confidence : float
        Such as 0.95.
    controls : int
        Number of variables held constant in a partial correlation.

    Returns
    -------
    lower, upper : ndarray, same shape
        From −1 to 1, and exactly that where `size` is at most 3 + `controls`: nothing is known then.

    References
    ----------
    Fisher, R. A. (1921). On the »probable error« of a coefficient of correlation. Metron 1, 3–32.
    Bonett, D. G., Wright, T. A. (2000). Sample size requirements for estimating Pearson, Kendall and
    Spearman correlations. Psychometrika 65, 23–28.

    Examples
    --------
    >>> low, high = correlation_interval(np.array([0.8699639]), np.array([15.0]), "spearman", 0.95)
    >>> low.round(4), high.round(4)
    (array([0.5841]), array([0.9638]))
    """
    freedom = np.asarray(size, dtype=float) - 3.0 - controls
    inflation = 1.0 + np.square(estimate) / 2.0 if method == "spearman" else np.ones_like(estimate)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(inflation / freedom)
        z = np.arctanh(estimate)
    reach = special.ndtri(0.5 + confidence / 2.0) * error
    unknown = ~(freedom > 0) & np.isfinite(estimate)
    lower = np.where(unknown, -1.0, np.tanh(z - reach))
    upper = np.where(unknown, 1.0, np.tanh(z + reach))
    return lower, upper


def correlation_p(estimate: Array, size: Array) -> Array:
    """Return the two-sided p of a correlation from the t distribution with `size` − 2 degrees of freedom.

    Parameters
    ----------
    estimate : ndarray, any shape
        Correlations.
    size : ndarray, same shape
        Number of (independent) areas; need not be whole.

    Returns
    -------
    ndarray, same shape
        From 0 to 1; 1 where `size` is at most 2.
    """
    freedom = np.asarray(size, dtype=float) - 2.0
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.abs(estimate) * np.sqrt(freedom / (1.0 - np.square(estimate)))
        p = 2.0 * special.stdtr(freedom, -t)
    p = np.where(freedom > 0, p, 1.0)
    return np.where(np.isfinite(estimate), p, np.nan)


def adjust_holm(p: Array) -> Array:
    """Return p-values adjusted by Holm (1979) for all values of one family; missing ones stay missing.

    References
    ----------
    Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal of
    Statistics 6, 65–70.

    Examples
    --------
    >>> adjust_holm(np.array([0.01, 0.04, 0.03, np.nan]))
    array([0.03, 0.06, 0.06,  nan])
    """
    out = np.full(p.shape, np.nan)
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    steps = (order.size - np.arange(order.size)) * p[order]
    out[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return out

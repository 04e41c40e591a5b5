"""Estimation of regressions: generalised linear models by reweighted least squares, and HC3 errors.

Written here because an analysis of all pairs fits hundreds of small models: statsmodels, which is their
oracle in the tests, takes longer to import than all of them together take.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from sozialanalyse.errors import MethodError

__all__ = ["CountFit", "fit_counts", "fit_least_squares"]

Array = NDArray[np.float64]
CountFamily = Literal["binomial", "poisson", "negative_binomial"]

MOST_STEPS: Final = 100
"""Steps after which an estimation that still moves is given up; eight are usual."""
TOLERANCE: Final = 1e-10
"""Largest change of a linear predictor in the last step."""
LARGEST: Final = 30.0
"""Logarithm of odds or rates beyond which a fitted value is 0 or 1 to all digits: it has no estimate."""


@dataclass(frozen=True, slots=True)
class CountFit:
    """A generalised linear model of counts.

    Attributes
    ----------
    params : ndarray, shape (P,)
        Coefficients on the scale of the link.
    covariance : ndarray, shape (P, P)
        Inverse of the information matrix, for dispersion 1.
    mean : ndarray, shape (N,)
        Expected counts.
    pearson : float
        Pearson's χ².
    """

    params: Array
    covariance: Array
    mean: Array
    pearson: float


def fit_counts(
    events: Array, base: Array, design: Array, family: CountFamily, *, alpha: float = 0.0
) -> CountFit:
    """Fit a model of counts by iteratively reweighted least squares (Fisher scoring).

    Parameters
    ----------
    events, base : ndarray, shape (N,)
        Counts, and what they are out of (binomial) or related to (the other families, as offset).
    design : ndarray, shape (N, P)
        Of full rank; the first column is constant.
    family : {"binomial", "poisson", "negative_binomial"}
        With logit link for the binomial, logarithmic link for the others.
    alpha : float
        Dispersion of the negative binomial: the variance is μ + alpha μ².

    Raises
    ------
    MethodError
        If the estimation comes to no finite result.

    References
    ----------
    Nelder, J. A., Wedderburn, R. W. M. (1972). Generalized linear models. Journal of the Royal Statistical
    Society A 135, 370–384.

    Examples
    --------
    >>> constant = np.ones((3, 1))
    >>> found = fit_counts(np.array([2.0, 3, 5]), np.array([20.0, 30, 50]), constant, "poisson")
    >>> np.exp(found.params).round(3)
    array([0.1])
    """
    binomial = family == "binomial"
    start = (events + 0.5) / (base + 1.0)
    linear = np.log(start / (1.0 - start)) if binomial else np.log(start)
    for _ in range(MOST_STEPS):
        mean, weight = _moments(linear, base, alpha, binomial=binomial)
        slope = weight if binomial else mean
        weighted = design * weight[:, None]
        information = weighted.T @ design
        try:
            params = np.linalg.solve(information, weighted.T @ (linear + (events - mean) / slope))
        except np.linalg.LinAlgError:
            break
        moved = design @ params
        if not np.abs(moved).max() < LARGEST:
            break
        step = float(np.abs(moved - linear).max())
        linear = moved
        if step < TOLERANCE:
            mean, weight = _moments(linear, base, alpha, binomial=binomial)
            variance = weight if binomial else mean + alpha * mean**2
            return CountFit(
                params=np.asarray(params),
                covariance=np.asarray(np.linalg.inv((design * weight[:, None]).T @ design)),
                mean=mean,
                pearson=float(np.sum((events - mean) ** 2 / variance)),
            )
    raise MethodError(
        "Das Modell lässt sich nicht schätzen: Die Rechnung kommt zu keinem festen Ergebnis. "
        "Bitte Kontrollmerkmale streichen oder Indikatoren mit vielen Nullen auslassen."
    )


def _moments(linear: Array, base: Array, alpha: float, *, binomial: bool) -> tuple[Array, Array]:
    """Return expected counts and the weights of the least-squares step."""
    if binomial:
        share = 1.0 / (1.0 + np.exp(-linear))
        return base * share, base * share * (1.0 - share)
    mean = base * np.exp(linear)
    return mean, mean / (1.0 + alpha * mean)


def fit_least_squares(outcome: Array, design: Array, weights: Array) -> tuple[Array, Array, float]:
    """Fit a weighted regression with standard errors that hold under unequal scatter (HC3).

    Parameters
    ----------
    outcome : ndarray, shape (N,)
        Any unit.
    design : ndarray, shape (N, P)
        Of full rank.
    weights : ndarray, shape (N,)
        Above 0.

    Returns
    -------
    params : ndarray, shape (P,)
        Coefficients.
    covariance : ndarray, shape (P, P)
        By HC3; NaN where a row alone determines a coefficient.
    variance : float
        Residual variance, weighted.

    References
    ----------
    MacKinnon, J. G., White, H. (1985). Some heteroskedasticity-consistent covariance matrix estimators
    with improved finite sample properties. Journal of Econometrics 29, 305–325.

    Examples
    --------
    >>> x = np.column_stack([np.ones(4), [-3.0, -1, 1, 3]])
    >>> params, _, variance = fit_least_squares(np.array([1.0, 2, 4, 5]), x, np.ones(4))
    >>> params.round(2), round(variance, 2)
    (array([3. , 0.7]), 0.1)
    """
    root = np.sqrt(weights)
    x, y = design * root[:, None], outcome * root
    inverse = np.linalg.inv(x.T @ x)
    params = inverse @ (x.T @ y)
    residual = y - x @ params
    spread = x @ inverse
    leverage = np.einsum("ij,ij->i", spread, x)
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = spread * (residual / (1.0 - leverage))[:, None]
    return params, scaled.T @ scaled, float(residual @ residual) / (x.shape[0] - x.shape[1])

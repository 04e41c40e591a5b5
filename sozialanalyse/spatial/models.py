"""Spatial dependence in a regression: tests on its residuals, and models that take it in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

from sozialanalyse.errors import MethodError, require_choice
from sozialanalyse.indicators.inputs import by_area
from sozialanalyse.spatial.weights import SpatialWeights, require_aligned

__all__ = [
    "LagrangeTests",
    "SpatialModel",
    "Spectrum",
    "asked_for",
    "eigenvalues",
    "fit_spatial_model",
    "lagrange_tests",
]

SpatialKind = Literal["none", "lag", "error"]
Spectrum = NDArray[np.float64] | NDArray[np.complex128]

MAX_AREAS = 5_000
"""Maximum likelihood with all eigenvalues takes N × N numbers; beyond this it would not fit a laptop."""


@dataclass(frozen=True, slots=True)
class LagrangeTests:
    """Tests of a linear model's residuals for spatial dependence; every p-value is two-sided.

    Attributes
    ----------
    lag, error, robust_lag, robust_error, sarma : tuple of (statistic, p)
        Lagrange-multiplier tests; χ² with 1 degree of freedom, 2 for `sarma`.
    moran : tuple of (I, expectation, variance, z, p)
        Moran's I of the residuals with its moments under normality.
    """

    lag: tuple[float, float]
    error: tuple[float, float]
    robust_lag: tuple[float, float]
    robust_error: tuple[float, float]
    sarma: tuple[float, float]
    moran: tuple[float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class SpatialModel:
    """A spatial lag or error model, estimated by maximum likelihood.

    Attributes
    ----------
    kind : {"lag", "error"}
        ``y = ρWy + Xβ + ε`` or ``y = Xβ + u, u = λWu + ε``.
    coefficients, standard_errors : ndarray, shape (Q + 1,)
        Of the constant and the Q columns of X. In the lag model they are the direct part before
        neighbours act back.
    dependence : float
        ρ or λ, between −1 and 1.
    log_likelihood : float
        For comparing models of the same areas.
    """

    kind: Literal["lag", "error"]
    coefficients: NDArray[np.float64]
    standard_errors: NDArray[np.float64]
    dependence: float
    log_likelihood: float


def lagrange_tests(
    outcome: ArrayLike,
    predictors: ArrayLike,
    weights: SpatialWeights,
    area_ids: Sequence[str],
) -> LagrangeTests:
    """Test the residuals of a least-squares regression for spatial dependence.

    Parameters
    ----------
    outcome : array_like, shape (N,)
        Without missing values.
    predictors : array_like, shape (N, Q) or (N,)
        Without missing values and without a constant; it is added.
    weights : SpatialWeights
        Neighbourhood of the N areas.
    area_ids : sequence of str, length N
        Keys of the rows; they must be those of `weights` in the same order.

    Raises
    ------
    MethodError
        If the order of the areas differs, a value is missing, there are no neighbours, the columns depend on
        each other, or they determine the outcome.

    References
    ----------
    Anselin, L., Bera, A. K., Florax, R., Yoon, M. J. (1996). Simple diagnostic tests for spatial dependence.
    Regional Science and Urban Economics 26, 77–104.
    Cliff, A. D., Ord, J. K. (1981). Spatial Processes. London: Pion.
    """
    y, x = _variables(outcome, predictors, weights, area_ids)
    w = weights.matrix
    if w.nnz == 0:
        raise MethodError("Ein Test auf räumliche Muster braucht Nachbarn; kein Gebiet hat einen.")
    n = y.size
    inverse: NDArray[np.float64] = np.asarray(np.linalg.inv(x.T @ x), dtype=np.float64)
    beta = inverse @ x.T @ y
    residual = y - x @ beta
    sigma2 = float(residual @ residual) / n
    trace = weights.trace
    fitted_lag = w @ (x @ beta)
    left = fitted_lag - x @ (inverse @ (x.T @ fitted_lag))
    information = float(left @ left) / sigma2 + trace
    score_error = float(residual @ (w @ residual)) / sigma2
    score_lag = float(residual @ (w @ y)) / sigma2
    error = score_error**2 / trace
    lag = score_lag**2 / information
    robust_lag = (score_lag - score_error) ** 2 / (information - trace)
    robust_error = (score_error - trace / information * score_lag) ** 2 / (
        trace * (1.0 - trace / information)
    )
    return LagrangeTests(
        lag=(lag, float(special.chdtrc(1, lag))),
        error=(error, float(special.chdtrc(1, error))),
        robust_lag=(robust_lag, float(special.chdtrc(1, robust_lag))),
        robust_error=(robust_error, float(special.chdtrc(1, robust_error))),
        sarma=(error + robust_lag, float(special.chdtrc(2, error + robust_lag))),
        moran=_residual_moran(residual, x, inverse, weights),
    )


def asked_for(tests: LagrangeTests, alpha: float = 0.05) -> SpatialKind:
    """Return which spatial model the tests ask for.

    Parameters
    ----------
    tests : LagrangeTests
        From `lagrange_tests`.
    alpha : float
        Level of each test.

    Returns
    -------
    {"none", "lag", "error"}
        None if neither simple test is significant, the significant one if only one is, else the one with
        the smaller robust p.

    References
    ----------
    Anselin, L. (2005). Exploring Spatial Data with GeoDa: A Workbook, p. 199.
    """
    lag, error = tests.lag[1] < alpha, tests.error[1] < alpha
    if lag and error:
        return "lag" if tests.robust_lag[1] <= tests.robust_error[1] else "error"
    if lag:
        return "lag"
    return "error" if error else "none"


def fit_spatial_model(
    outcome: ArrayLike,
    predictors: ArrayLike,
    weights: SpatialWeights,
    area_ids: Sequence[str],
    *,
    kind: Literal["lag", "error"],
    spectrum: Spectrum | None = None,
) -> SpatialModel:
    """Estimate a spatial lag or error model by maximum likelihood.

    Parameters
    ----------
    outcome : array_like, shape (N,)
        Without missing values.
    predictors : array_like, shape (N, Q) or (N,)
        Without missing values and without a constant; it is added.
    weights : SpatialWeights
        Neighbourhood of the N areas; every area needs a neighbour.
    area_ids : sequence of str, length N
        Keys of the rows; they must be those of `weights` in the same order.
    kind : {"lag", "error"}
        Which model.
    spectrum : ndarray, shape (N,), optional
        ``eigenvalues(weights)``, for many models over the same areas.

    Raises
    ------
    MethodError
        If the order of the areas differs, a value is missing, an area is an island, there are more than 5,000
        areas, the columns depend on each other, or they determine the outcome.
    ParameterError
        If `kind` is unknown.

    Notes
    -----
    The likelihood is concentrated on ρ or λ; its Jacobian is Σ ln(1 − ρωᵢ) over the eigenvalues ωᵢ of W
    (Ord). Standard errors come from the information matrix. spreg gives the same numbers but formats a
    report for each model and takes seconds to import, where an analysis of all pairs needs a hundred fits.

    References
    ----------
    Ord, K. (1975). Estimation methods for models of spatial interaction. Journal of the American
    Statistical Association 70, 120–126.
    Anselin, L. (1988). Spatial Econometrics: Methods and Models. Dordrecht: Kluwer.
    """
    require_choice("kind", kind, ("lag", "error"))
    y, x = _variables(outcome, predictors, weights, area_ids)
    if weights.islands:
        raise MethodError(
            "Ein räumliches Modell braucht für jedes Gebiet einen Nachbarn; "
            f"bei {len(weights.islands)} fehlt er. Bitte »nearest« als Nachbarschaft wählen."
        )
    if y.size > MAX_AREAS:
        raise MethodError(f"Ein räumliches Modell ist für höchstens {MAX_AREAS} Gebiete vorgesehen.")
    w, n = weights.matrix, y.size
    y_lag, x_lag = w @ y, w @ x
    omega = eigenvalues(weights) if spectrum is None else spectrum

    def estimate(rho: float) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
        filtered = x - rho * x_lag if kind == "error" else x
        target = y - rho * y_lag
        beta = np.asarray(np.linalg.lstsq(filtered, target, rcond=None)[0], dtype=np.float64)
        residual = target - filtered @ beta
        return beta, filtered, float(residual @ residual) / n

    def likelihood(rho: float) -> float:
        jacobian = float(np.log(1.0 - rho * omega).sum().real)
        return float(jacobian - n / 2.0 * (np.log(2.0 * np.pi * estimate(rho)[2]) + 1.0))

    lowest = max(-0.999, 0.999 / float(omega.real.min()))
    found = optimize.minimize_scalar(
        lambda rho: -likelihood(rho), bounds=(lowest, 0.999), method="bounded", options={"xatol": 1e-8}
    )
    rho = float(found.x)
    beta, filtered, sigma2 = estimate(rho)
    if kind == "error":
        covariance = sigma2 * np.linalg.inv(filtered.T @ filtered)
    else:
        covariance = _lag_covariance(x, beta, rho, sigma2, weights, omega)
    return SpatialModel(kind, beta, np.sqrt(np.diag(covariance)), rho, likelihood(rho))


def eigenvalues(weights: SpatialWeights) -> Spectrum:
    """Return the eigenvalues of the row-standardised matrix; real where neighbourhood is mutual.

    Parameters
    ----------
    weights : SpatialWeights
        Neighbourhood of N areas, none of them an island.

    Returns
    -------
    ndarray, shape (N,)
        Between −1 and 1 in absolute value; the largest is 1.
    """
    if not weights.symmetric:
        return np.asarray(np.linalg.eigvals(weights.matrix.toarray()))
    root = np.sqrt(np.asarray(weights.contiguity.sum(axis=1)).ravel())
    return np.asarray(np.linalg.eigvalsh(weights.contiguity.toarray() / np.outer(root, root)))


def _variables(
    outcome: ArrayLike, predictors: ArrayLike, weights: SpatialWeights, area_ids: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the outcome and the predictors with a constant, after checking that a model can be fitted."""
    require_aligned(weights, area_ids)
    y, columns = by_area("Zielmerkmal", outcome, area_ids), by_area("Merkmale", predictors, area_ids)
    if y.ndim != 1 or columns.ndim > 2:
        raise MethodError(
            "Das Zielmerkmal braucht einen Wert je Gebiet, die Merkmale eine Zeile je Gebiet. "
            "Gefunden: eine andere Form. Bitte die Spalten einzeln auswählen."
        )
    x = np.column_stack([np.ones(y.size), columns])
    if not (np.isfinite(y).all() and np.isfinite(x).all()):
        raise MethodError(
            "Ein räumliches Modell braucht für jedes Gebiet alle Werte. Bitte Gebiete ohne Wert vorher "
            "herausnehmen, auch aus der Nachbarschaft."
        )
    n, k = x.shape
    if n <= k or np.linalg.matrix_rank(x) < k:
        raise MethodError(
            "Die Merkmale des Modells hängen voneinander ab oder es gibt zu wenige Gebiete. "
            "Bitte Kontrollmerkmale streichen."
        )
    residual = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    if float(residual @ residual) <= 1e-20 * float(y @ y):
        raise MethodError(
            "Das Zielmerkmal ist überall gleich oder durch die anderen Merkmale bestimmt; für die "
            "Nachbarschaft bleibt nichts übrig. Bitte ein anderes Merkmal wählen."
        )
    return y, x


def _lag_covariance(
    x: NDArray[np.float64],
    beta: NDArray[np.float64],
    rho: float,
    sigma2: float,
    weights: SpatialWeights,
    omega: Spectrum,
) -> NDArray[np.float64]:
    """Return the covariance of β from the information on (β, ρ, σ²) (Anselin 1988, p. 64)."""
    n, k = x.shape
    dense = weights.matrix.toarray()
    multiplier = np.linalg.solve((np.eye(n) - rho * dense).T, dense.T).T
    spillover = multiplier @ (x @ beta)
    ratio = omega / (1.0 - rho * omega)
    information = np.zeros((k + 2, k + 2))
    information[:k, :k] = x.T @ x / sigma2
    information[:k, k] = information[k, :k] = x.T @ spillover / sigma2
    information[k, k] = (
        float((ratio**2).sum().real) + float(np.sum(multiplier**2)) + float(spillover @ spillover) / sigma2
    )
    information[k, k + 1] = information[k + 1, k] = float(ratio.sum().real) / sigma2
    information[k + 1, k + 1] = n / (2.0 * sigma2**2)
    return np.asarray(np.linalg.inv(information)[:k, :k])


def _residual_moran(
    residual: NDArray[np.float64],
    x: NDArray[np.float64],
    inverse: NDArray[np.float64],
    weights: SpatialWeights,
) -> tuple[float, float, float, float, float]:
    """Moran's I of least-squares residuals with its moments under normality (Cliff & Ord 1981, p. 202)."""
    w = weights.matrix
    n, k = x.shape
    scale = n / float(w.sum())
    statistic = scale * float(residual @ (w @ residual)) / float(residual @ residual)
    # tr(MW) and tr(MWMW') + tr(MWMW) need only k × k products, with M = I − X(X'X)⁻¹X'.
    wx, wtx = w @ x, w.T @ x
    first = inverse @ (x.T @ wx)
    trace_mw = -float(np.trace(first))
    sum_x = wx + wtx
    trace_squares = (
        weights.trace
        - float(np.trace(inverse @ (sum_x.T @ sum_x)))
        + float(np.trace(first @ first) + np.trace(inverse @ (x.T @ wx) @ inverse @ (wx.T @ x)))
    )
    expectation = scale * trace_mw / (n - k)
    second = scale**2 * (trace_squares + trace_mw**2) / ((n - k) * (n - k + 2.0))
    variance = second - expectation**2
    z = (statistic - expectation) / np.sqrt(variance)
    return statistic, expectation, variance, float(z), float(2.0 * special.ndtr(-abs(z)))

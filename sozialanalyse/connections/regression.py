"""Models of one indicator by another: what goes along with a difference, in the reader's own units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

from sozialanalyse.connections.fit import CountFit, fit_counts, fit_least_squares
from sozialanalyse.errors import MethodError, require_choice
from sozialanalyse.indicators.inputs import as_numbers, require_same_rows
from sozialanalyse.vocabulary import KINDS

__all__ = ["Effect", "PairModel", "fit_pair"]

Array = NDArray[np.float64]
Family = Literal["binomial", "poisson", "negative_binomial", "linear"]
Measure = Literal["odds_ratio", "rate_ratio", "difference"]

FIFTHS = (0.1, 0.3, 0.5, 0.7, 0.9)
"""The middle of each fifth of the areas."""

MAX_DISPERSION = 100.0
"""Largest parameter of the negative binomial family that is searched for."""


@dataclass(frozen=True, slots=True)
class _Fit:
    """Coefficients (constant, predictor, covariates) with their covariance on the scale of the link."""

    family: Family
    params: Array
    covariance: Array
    dispersion: float


@dataclass(frozen=True, slots=True)
class Effect:
    """How much the outcome differs with the predictor, with its interval.

    For odds and rate ratios 1 means no difference, for differences 0.
    """

    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class PairModel:
    """A regression of one indicator on another over areas.

    Attributes
    ----------
    family : {"binomial", "poisson", "negative_binomial", "linear"}
        Binomial for proportions with counts (standard errors by the dispersion found), Poisson or negative
        binomial with offset for rates with counts, else least squares with HC3 standard errors.
    measure : {"odds_ratio", "rate_ratio", "difference"}
        What the effects are; a difference is in the unit of the outcome.
    count : int
        Areas used: those with all values.
    covariates : int
        Number of variables held constant.
    per_sd : Effect
        For a predictor higher by one standard deviation of these areas.
    per_ten_points : Effect or None
        For a predictor higher by 10 percentage points; None unless it is a percentage.
    t : float
        Coefficient divided by its standard error.
    p : float
        Two-sided, t distribution.
    dispersion : float
        Pearson's χ² per degree of freedom; about 1 if the family fits. For least squares the residual
        variance in the squared unit of the outcome.
    fifths : ndarray, shape (5,)
        Value of the predictor in the middle of each fifth of the areas.
    predicted, predicted_lower, predicted_upper : ndarray, shape (5,)
        Outcome expected there in its unit, covariates at their mean.
    """

    family: Family
    measure: Measure
    count: int
    covariates: int
    per_sd: Effect
    per_ten_points: Effect | None
    t: float
    p: float
    dispersion: float
    fifths: Array
    predicted: Array
    predicted_lower: Array
    predicted_upper: Array

    @property
    def sign(self) -> int:
        """1 if the outcome is higher where the predictor is, −1 if lower."""
        return int(np.sign(self.t))


def fit_pair(
    predictor: ArrayLike,
    outcome: ArrayLike,
    *,
    kind: str,
    numerator: ArrayLike | None = None,
    denominator: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    covariates: ArrayLike | None = None,
    percentage: bool = False,
    factor: float = 1.0,
    confidence: float = 0.95,
) -> PairModel:
    """Fit the regression that suits the kind of the outcome.

    Parameters
    ----------
    predictor, outcome : array_like, shape (N,)
        In the units of their indicators; NaN where missing.
    kind : {"count", "proportion", "rate", "score"}
        Of the outcome.
    numerator, denominator : array_like, shape (N,), optional
        Counts of the outcome; without them a proportion or rate is treated as a score.
    weights : array_like, shape (N,), optional
        Weights of the areas for scores; counts carry their own.
    covariates : array_like, shape (N, Q) or (N,), optional
        Variables held constant; NaN where missing.
    percentage : bool
        Whether the predictor is in per cent.
    factor : float
        The outcome's unit: outcome = factor × numerator / denominator.
    confidence : float
        Of all intervals.

    Raises
    ------
    MethodError
        If fewer than 5 areas per coefficient have all values, a variable is constant or determined by the
        others, a numerator is larger than its denominator, the estimation does not settle, something is no
        number, or rows differ.
    ParameterError
        If `kind` is unknown.

    References
    ----------
    McCullagh, P., Nelder, J. A. (1989). Generalized Linear Models. London: Chapman & Hall.
    MacKinnon, J. G., White, H. (1985). Some heteroskedasticity-consistent covariance matrix estimators
    with improved finite sample properties. Journal of Econometrics 29, 305–325.
    Breslow, N. E. (1984). Extra-Poisson variation in log-linear models. Applied Statistics 33, 38–44.

    Examples
    --------
    >>> x = np.arange(12.0)
    >>> model = fit_pair(x, 3.0 + 2.0 * x + np.tile([-1.0, 1.0], 6), kind="score", percentage=True)
    >>> round(model.per_ten_points.estimate, 2), model.count
    (20.42, 12)
    """
    require_choice("kind", kind, KINDS)
    every_x, y = _columns(Merkmal=predictor, Zielmerkmal=outcome)
    controls = np.empty((every_x.size, 0))
    if covariates is not None:
        require_same_rows(Merkmal=predictor, Kontrollmerkmale=covariates)
        controls = as_numbers("Kontrollmerkmale", covariates)
        controls = controls[:, None] if controls.ndim == 1 else controls
        if len(controls) != every_x.size:
            raise MethodError(
                "»Kontrollmerkmale« müssen eine Zeile je Gebiet haben. Bitte sie nach denselben Gebieten "
                "ordnen."
            )
    counts: tuple[Array, Array] | None = None
    if kind in {"proportion", "rate"} and numerator is not None and denominator is not None:
        _, events, persons = _columns(Merkmal=predictor, Zähler=numerator, Nenner=denominator)
        counts = events, np.where(persons > 0, persons, np.nan)
    weight = np.ones(every_x.size) if weights is None else _columns(Merkmal=predictor, Gewichte=weights)[1]
    used = [every_x, *controls.T, *(counts or (y, weight))]
    rows = np.asarray(np.isfinite(np.column_stack(used)).all(axis=1))
    x, z = every_x[rows], controls[rows]
    design, scale = _design(x, z)
    if counts:
        found = _fit_counts(kind, counts[0][rows], counts[1][rows], design)
    else:
        found = _fit_linear(y[rows], design, weight[rows])
    coefficient, error = float(found.params[1]), float(np.sqrt(found.covariance[1, 1]))
    freedom = design.shape[0] - design.shape[1]
    reach = float(special.stdtrit(freedom, 0.5 + confidence / 2.0))
    fifths = np.quantile(x, FIFTHS)
    at = np.column_stack([np.ones(5), (fifths - x.mean()) / scale, np.zeros((5, z.shape[1]))])
    linear = at @ found.params
    margin = reach * np.sqrt(np.einsum("ij,jk,ik->i", at, found.covariance, at))
    family = found.family
    linked = family != "linear"
    unit = factor if linked else 1.0
    inverse = {"binomial": _logistic, "linear": _identity}.get(family, np.exp)

    def effect(steps: float) -> Effect:
        low, middle, high = (steps * (coefficient + s * reach * error) for s in (-1, 0, 1))
        return (
            Effect(*(float(np.exp(v)) for v in (middle, low, high))) if linked else Effect(middle, low, high)
        )

    t = coefficient / max(error, 1e-300)
    return PairModel(
        family=family,
        measure="odds_ratio" if family == "binomial" else "rate_ratio" if linked else "difference",
        count=design.shape[0],
        covariates=z.shape[1],
        per_sd=effect(1.0),
        per_ten_points=effect(10.0 / scale) if percentage else None,
        t=t,
        p=float(2.0 * special.stdtr(freedom, -abs(t))),
        dispersion=found.dispersion,
        fifths=fifths,
        predicted=unit * inverse(linear),
        predicted_lower=unit * inverse(linear - margin),
        predicted_upper=unit * inverse(linear + margin),
    )


def _columns(**columns: ArrayLike) -> tuple[Array, ...]:
    """Return columns of the same areas as arrays of one length."""
    require_same_rows(**columns)
    arrays = tuple(as_numbers(name, column) for name, column in columns.items())
    if any(array.ndim != 1 or array.size != arrays[0].size for array in arrays):
        raise MethodError(
            f"{', '.join(f'»{name}«' for name in columns)} brauchen je einen Wert für jedes Gebiet. "
            "Gefunden: verschieden viele Werte. Bitte die Listen nach denselben Gebieten ordnen."
        )
    return arrays


def _design(x: Array, z: Array) -> tuple[Array, float]:
    """Constant, standardised predictor and centred covariates; and the predictor's standard deviation."""
    needed = 5 * (2 + z.shape[1])
    if x.size < needed:
        raise MethodError(
            f"Das Modell braucht mindestens {needed} Gebiete mit allen Werten, es gibt {x.size}. "
            "Bitte Kontrollmerkmale streichen oder auf das Modell verzichten."
        )
    scale = float(x.std(ddof=1))
    spread = z.std(axis=0, ddof=1)
    safe = np.where(spread > 0, spread, 1.0)
    design = np.column_stack([np.ones(x.size), (x - x.mean()) / (scale or 1.0), (z - z.mean(axis=0)) / safe])
    if np.linalg.matrix_rank(design, tol=1e-8 * x.size) < design.shape[1]:
        raise MethodError(
            "Ein Merkmal des Modells ist überall gleich oder durch die anderen bestimmt. Bitte es streichen."
        )
    return design, scale


def _fit_counts(kind: str, events: Array, base: Array, design: Array) -> _Fit:
    freedom = design.shape[0] - design.shape[1]
    if kind == "proportion":
        if (events > base).any() or (events < 0).any():
            raise MethodError(
                "Bei einem Anteil darf der Zähler nicht über dem Nenner liegen. Bitte die Daten prüfen."
            )
        found = fit_counts(events, base, design, "binomial")
        dispersion = found.pearson / freedom
        return _Fit("binomial", found.params, dispersion * found.covariance, dispersion)
    found = fit_counts(events, base, design, "poisson")
    if special.chdtrc(freedom, found.pearson) >= 0.05:
        return _Fit("poisson", found.params, found.covariance, found.pearson / freedom)

    def fit(alpha: float) -> CountFit:
        return fit_counts(events, base, design, "negative_binomial", alpha=alpha)

    if fit(MAX_DISPERSION).pearson > freedom:
        raise MethodError("Die Rate schwankt stärker, als das Modell abbilden kann. Bitte Ausreißer prüfen.")
    # The dispersion at which Pearson's χ² is as large as its degrees of freedom (Breslow 1984).
    alpha = float(optimize.brentq(lambda a: fit(a).pearson - freedom, 1e-9, MAX_DISPERSION, xtol=1e-12))
    found = fit(alpha)
    return _Fit("negative_binomial", found.params, found.covariance, found.pearson / freedom)


def _fit_linear(outcome: Array, design: Array, weights: Array) -> _Fit:
    if np.ptp(outcome) == 0:
        raise MethodError("Das Zielmerkmal ist überall gleich; ein Modell ist nicht bestimmt.")
    return _Fit("linear", *fit_least_squares(outcome, design, weights))


def _logistic(value: Array) -> Array:
    return np.asarray(1.0 / (1.0 + np.exp(-value)))


def _identity(value: Array) -> Array:
    return value

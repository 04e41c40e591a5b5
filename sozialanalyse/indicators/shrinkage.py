"""Empirical-Bayes estimates for small areas: rates drawn toward the rate of the parent area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sozialanalyse.errors import MethodError, require_choice
from sozialanalyse.indicators.inputs import checked_counts, require_same_rows

__all__ = ["ShrinkageModel", "ShrunkRates", "shrink"]

ShrinkageModel = Literal["marshall", "beta_binomial"]
_MODELS: Final[tuple[str, ...]] = get_args(ShrinkageModel)


@dataclass(frozen=True, slots=True, eq=False)
class ShrunkRates:
    """Raw and shrunk rates side by side.

    Attributes
    ----------
    raw : ndarray of float, shape (areas,)
        Events per person.
    shrunk : ndarray of float, shape (areas,)
        Empirical-Bayes estimate, between the raw rate and that of the parent area.
    parent : ndarray of float, shape (areas,)
        Rate of the parent area, from all its parts together.
    weight : ndarray of float, shape (areas,)
        Share of the raw rate in the estimate: 1 keeps it, 0 replaces it by the parent's rate.
    method : str
        ``"marshall"`` or ``"beta_binomial"``.
    """

    raw: NDArray[np.float64]
    shrunk: NDArray[np.float64]
    parent: NDArray[np.float64]
    weight: NDArray[np.float64]
    method: str


def shrink(
    numerator: ArrayLike,
    denominator: ArrayLike,
    parents: ArrayLike | None = None,
    model: ShrinkageModel = "marshall",
) -> ShrunkRates:
    """Draw the rates of small areas toward the rate of their parent area, the more the smaller they are.

    Parameters
    ----------
    numerator : array_like of float, shape (areas,)
        Events.
    denominator : array_like of float, shape (areas,)
        Population.
    parents : array_like, shape (areas,), optional
        Key of the parent area of each area; without it all areas have the same parent.
    model : {"marshall", "beta_binomial"}
        Distribution of the events: Poisson (Marshall) for rates, binomial for proportions.

    Returns
    -------
    ShrunkRates
        Estimates within the range of the raw rates of each parent. NaN where a count is missing or the
        denominator is 0. Where the areas of a parent differ by no more than chance, or there is only one,
        every estimate is the parent's rate.

    Raises
    ------
    MethodError
        If a count is negative, a numerator exceeds its denominator in the binomial model, the lengths
        differ or a parent is missing.
    ParameterError
        If `model` is unknown.

    Notes
    -----
    With the rate m of the parent, the mean population n̄ of its N areas and the weighted variance
    s² = Σ n·(r − m)² / Σ n, Marshall takes A = s² − m/n̄ as the true variance between areas (0 if negative)
    and A / (A + m/n) as the weight of the raw rate. In the binomial model the chance variance is
    (m·(1 − m) − A)/n, which makes the estimate the posterior mean of a beta distribution. The shrunk rate is
    for reading beside the raw one, never instead of it: it hides true extremes of small areas.

    References
    ----------
    Marshall, R. J. (1991). Mapping disease and mortality rates using empirical Bayes estimators. Applied
    Statistics, 40, 283-294.
    Martuzzi, M., Elliott, P. (1996). Empirical Bayes estimation of small area prevalence of non-rare
    conditions. Statistics in Medicine, 15, 1867-1873.

    Examples
    --------
    >>> rates = shrink([2, 30, 100], [20, 200, 2_000])
    >>> rates.raw.round(3), rates.shrunk.round(3)
    (array([0.1 , 0.15, 0.05]), array([0.068, 0.124, 0.05 ]))
    """
    require_choice("model", model, _MODELS)
    require_same_rows(Zähler=numerator, Nenner=denominator, Obergebiet=parents)
    x, n = checked_counts("Zähler", numerator), checked_counts("Nenner", denominator)
    labels = np.zeros(x.shape, dtype=np.intp) if parents is None else np.asarray(parents, dtype=object)
    if x.ndim != 1 or n.shape != x.shape or labels.shape != x.shape:
        raise MethodError(
            "Zähler, Nenner und übergeordnete Gebiete müssen gleich lange Listen sein. "
            f"Gefunden: {x.size}, {n.size} und {labels.size} Werte. Bitte die Listen angleichen."
        )
    if bool(pd.isna(labels).any()):
        raise MethodError(
            "Jedes Gebiet braucht sein übergeordnetes Gebiet. Gefunden: fehlende Schlüssel. "
            "Bitte sie ergänzen oder die Gebiete weglassen."
        )
    if model == "beta_binomial" and bool((x > n).any()):
        raise MethodError(
            "Bei einem Anteil darf der Zähler nicht größer als der Nenner sein. "
            "Bitte Zähler und Nenner prüfen oder das Modell »marshall« für Raten wählen."
        )
    known = ~np.isnan(x) & (n > 0)
    groups, group = np.unique(labels, return_inverse=True)
    raw = np.divide(x, n, out=np.full(x.shape, np.nan), where=known)
    population = _sum_known(np.where(known, n, np.nan), group, groups.size)
    population = np.where(population > 0, population, np.nan)
    mean = _sum_known(np.where(known, x, np.nan), group, groups.size) / population
    mean_size = population / np.bincount(group[known], minlength=groups.size)
    variance = _sum_known(n * (raw - mean[group]) ** 2, group, groups.size) / population
    if model == "marshall":
        between = np.maximum(variance - mean / mean_size, 0.0)
        chance = mean[group] / np.where(known, n, np.nan)
    else:
        total = mean * (1.0 - mean)
        excess = np.divide(
            variance - total / mean_size,
            1.0 - 1.0 / mean_size,
            out=np.zeros(groups.size),
            where=mean_size > 1,
        )
        between = np.clip(excess, 0.0, total)
        chance = (total - between)[group] / np.where(known, n, np.nan)
    spread = between[group] + chance
    weight = np.where(spread > 0, between[group] / np.where(spread > 0, spread, 1.0), 0.0 * spread)
    parent = mean[group]
    return ShrunkRates(
        raw=raw, shrunk=parent + weight * (raw - parent), parent=parent, weight=weight, method=model
    )


def _sum_known(parts: NDArray[np.float64], group: NDArray[np.intp], groups: int) -> NDArray[np.float64]:
    """Sum the parts that are known by group."""
    sums: NDArray[np.float64] = np.zeros(groups)
    np.add.at(sums, group, np.where(np.isnan(parts), 0.0, parts))
    return sums

"""The verdict on a pair of indicators, by one fixed rule."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

import numpy as np

from sozialanalyse.connections.construction import Construction
from sozialanalyse.connections.intervals import correlation_interval
from sozialanalyse.connections.panel import PanelAssociation
from sozialanalyse.connections.regression import PairModel
from sozialanalyse.connections.spec import ConnectionSpec, Method, Weighting

__all__ = [
    "REASONS",
    "Category",
    "Coarser",
    "PairEvidence",
    "SpatialFit",
    "SpecResult",
    "Verdict",
    "equivalence_interval",
    "judge",
]


class Category(StrEnum):
    """The five verdicts, in the words that readers see."""

    ESTABLISHED = "gesichert"
    INDICATION = "Hinweis"
    INCONSISTENT = "uneinheitlich"
    NONE = "kein Zusammenhang erkennbar"
    INSUFFICIENT = "Daten reichen nicht"


Reason = Literal[
    "few_areas",
    "few_effective",
    "wide",
    "corrected",
    "weak",
    "area",
    "group",
    "curve",
    "coarser",
    "model",
    "spatial_model",
    "no_neighbours",
]

REASONS: Final[dict[str, str]] = {
    "few_areas": "es gibt zu wenige Gebiete mit beiden Werten",
    "few_effective": "Nachbarn ähneln sich so sehr, dass zu wenige voneinander unabhängige Gebiete bleiben",
    "wide": "der mögliche Bereich ist zu weit",
    "corrected": "unter so vielen geprüften Paaren kann er auch Zufall sein",
    "weak": "er ist schwächer, als für die Planung von Belang wäre",
    "area": "er hängt an einem einzelnen Gebiet",
    "group": "er hängt an einer einzelnen größeren Gebietseinheit",
    "curve": "andere vertretbare Rechenwege zeigen ihn nicht oder anders",
    "coarser": "auf der gröberen Ebene zeigt er sich nicht in derselben Richtung",
    "model": "ein Rechenmodell, das mehr berücksichtigt, bestätigt ihn nicht",
    "spatial_model": "er bleibt nicht, wenn die Nachbarschaft im Modell berücksichtigt wird",
    "no_neighbours": "ohne Nachbarschaft ist nicht prüfbar, ob sich nur benachbarte Gebiete ähneln",
}
"""Why a connection is not established, each as the end of a German sentence."""


@dataclass(frozen=True, slots=True)
class SpecResult:
    """The coefficient under one other combination of choices, with its interval.

    `name` says which: method, weighting, and whether covariates are held constant.
    """

    estimate: float
    lower: float
    upper: float
    name: tuple[Method, Weighting, bool] = ("spearman", "none", False)


@dataclass(frozen=True, slots=True)
class Coarser:
    """The coefficient among `groups` districts, with its interval."""

    estimate: float
    lower: float
    upper: float
    groups: int


@dataclass(frozen=True, slots=True)
class SpatialFit:
    """Slope between standardised indicators in a spatial model, with its interval.

    Attributes
    ----------
    kind : {"lag", "error"}
        Which model the tests asked for.
    estimate, lower, upper : float
        In standard deviations of the second indicator per standard deviation of the first.
    dependence : float
        ρ or λ, from −1 to 1.
    """

    kind: Literal["lag", "error"]
    estimate: float
    lower: float
    upper: float
    dependence: float


@dataclass(frozen=True, slots=True)
class PairEvidence:
    """All that was found out about one pair; None stands for what could not be computed.

    Attributes
    ----------
    first, second : str
        Indicator ids; the second is the outcome of the models.
    method : {"spearman", "pearson"}
        Of all coefficients here.
    count : int
        Areas with both values.
    size : float
        Independent areas that these are worth.
    estimate, lower, upper : float
        Coefficient and its interval, which rests on `size`.
    p_corrected : float
        Rests on `size`, corrected for all pairs of the analysis.
    neighbours : bool
        Whether `size` counts in that neighbours resemble each other.
    area_range, group_range : (float, float) or None
        Lowest and highest coefficient without one area, and without one district.
    curve : tuple of SpecResult
        The other specifications.
    coarser : Coarser or None
        Among the districts.
    model : PairModel or None
        Regression of the second on the first.
    spatial : SpatialFit or None
        Where the tests asked for a spatial model.
    panel : PanelAssociation or None
        Over the years.
    construction : tuple of str
        In what way both indicators are made from the same numbers.
    orientation : int
        1 if high values of both are unfavourable or of both favourable, −1 if they differ in that, 0 if
        one of them is neither.
    """

    first: str
    second: str
    method: Method
    count: int
    size: float
    estimate: float
    lower: float
    upper: float
    p_corrected: float
    neighbours: bool
    area_range: tuple[float, float] | None = None
    group_range: tuple[float, float] | None = None
    curve: tuple[SpecResult, ...] = ()
    coarser: Coarser | None = None
    model: PairModel | None = None
    spatial: SpatialFit | None = None
    panel: PanelAssociation | None = None
    construction: tuple[Construction, ...] = ()
    orientation: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What may be said about a pair.

    Attributes
    ----------
    first, second : str
        Indicator ids.
    category : Category
        One of the five.
    reasons : tuple of str
        Keys of `REASONS`: what stands against a stronger verdict; empty for an established connection and
        for none.
    agreeing : tuple of (int, int)
        How many other specifications show the connection in the same direction, and how many there are.
    """

    first: str
    second: str
    category: Category
    reasons: tuple[Reason, ...]
    agreeing: tuple[int, int]


def judge(evidence: PairEvidence, spec: ConnectionSpec) -> Verdict:
    """Give the verdict on a pair.

    Parameters
    ----------
    evidence : PairEvidence
        What was found out.
    spec : ConnectionSpec
        Of it are used: alpha, smallest_effect, agreement, minimum_areas, minimum_effective.

    Notes
    -----
    The first rule that holds decides.

    1. Fewer areas than `minimum_areas`, fewer independent ones than `minimum_effective`, or no coefficient:
       *Daten reichen nicht*.
    2. The interval at 1 − 2·alpha lies within ± `smallest_effect` (equivalence test): *kein Zusammenhang
       erkennbar*; but *uneinheitlich* if another specification shows a clear and larger one.
    3. The coefficient's interval holds zero: *uneinheitlich* if at least half of the other specifications
       show a clear connection, or some of them clear ones in both directions; else *Daten reichen nicht*.
    4. The sign turns without one area or district, or a specification, the districts, the model or the
       spatial model clearly say the opposite, or fewer than half of the specifications agree:
       *uneinheitlich*.
    5. All checks pass: *gesichert*. They are: corrected p below alpha; not smaller than `smallest_effect`;
       clear without any one area and any one district; at least the share `agreement` of the
       specifications clear in the same direction; same direction among the districts; model and spatial
       model, where there are any, clear in the same direction; the neighbourhood of the areas known.
    6. Else: *Hinweis*, with the checks that failed.

    References
    ----------
    Schuirmann, D. J. (1987). A comparison of the two one-sided tests procedure and the power approach.
    Journal of Pharmacokinetics and Biopharmaceutics 15, 657–680.
    """
    sign = float(np.sign(evidence.estimate))
    clear = [np.sign(s.lower) == np.sign(s.upper) and np.isfinite(s.estimate) for s in evidence.curve]
    same = sum(c and np.sign(s.estimate) == sign for c, s in zip(clear, evidence.curve, strict=True))
    agreeing = (same, len(evidence.curve))

    def verdict(category: Category, *reasons: Reason) -> Verdict:
        return Verdict(evidence.first, evidence.second, category, reasons, agreeing)

    if evidence.count < spec.minimum_areas or not np.isfinite(evidence.estimate):
        return verdict(Category.INSUFFICIENT, "few_areas")
    if not evidence.size >= spec.minimum_effective:
        return verdict(Category.INSUFFICIENT, "few_effective")
    if _negligible(evidence, spec):
        larger = any(
            c and abs(s.estimate) >= spec.smallest_effect for c, s in zip(clear, evidence.curve, strict=True)
        )
        return verdict(Category.INCONSISTENT, "curve") if larger else verdict(Category.NONE)
    if not (evidence.lower > 0 or evidence.upper < 0):
        signs = {float(np.sign(s.estimate)) for c, s in zip(clear, evidence.curve, strict=True) if c}
        if len(signs) == 2 or (clear and sum(clear) >= len(clear) / 2):
            return verdict(Category.INCONSISTENT, "curve")
        return verdict(Category.INSUFFICIENT, "wide")
    against = _against(evidence, spec, sign, clear, same)
    if against:
        return verdict(Category.INCONSISTENT, *against)
    missing = _missing(evidence, spec, sign, same)
    return verdict(Category.INDICATION, *missing) if missing else verdict(Category.ESTABLISHED)


def equivalence_interval(evidence: PairEvidence, spec: ConnectionSpec) -> tuple[float, float]:
    """Return the interval at 1 − 2·alpha: whether it lies within ± `smallest_effect` decides on *none*."""
    return _interval(evidence, evidence.estimate, 1.0 - 2.0 * spec.alpha)


def _negligible(evidence: PairEvidence, spec: ConnectionSpec) -> bool:
    lower, upper = equivalence_interval(evidence, spec)
    return -spec.smallest_effect < lower and upper < spec.smallest_effect


def _against(
    evidence: PairEvidence, spec: ConnectionSpec, sign: float, clear: list[bool], same: int
) -> list[Reason]:
    """Return what contradicts the connection."""
    pairs = zip(clear, evidence.curve, strict=True)
    opposed = any(c and np.sign(s.estimate) == -sign for c, s in pairs)
    checks: dict[Reason, bool] = {
        "area": _weakest(evidence.area_range, sign) < 0,
        "group": _weakest(evidence.group_range, sign) < 0,
        "curve": opposed or same < len(clear) / 2,
        "coarser": evidence.coarser is not None and _clear(evidence.coarser, -sign),
        "model": evidence.model is not None
        and evidence.model.sign == -sign
        and evidence.model.p < spec.alpha,
        "spatial_model": evidence.spatial is not None and _clear(evidence.spatial, -sign),
    }
    return [name for name, holds in checks.items() if holds]


def _missing(evidence: PairEvidence, spec: ConnectionSpec, sign: float, same: int) -> list[Reason]:
    """Return what keeps the connection from being established."""
    coarser, model, spatial = evidence.coarser, evidence.model, evidence.spatial
    checks: dict[Reason, bool] = {
        "corrected": not evidence.p_corrected < spec.alpha,
        "weak": abs(evidence.estimate) < spec.smallest_effect,
        "area": not _stays_clear(evidence, evidence.area_range, sign, spec),
        "group": not _stays_clear(evidence, evidence.group_range, sign, spec),
        "curve": same < spec.agreement * len(evidence.curve),
        "coarser": coarser is not None and np.sign(coarser.estimate) != sign,
        "model": model is not None and not (model.sign == sign and model.p < spec.alpha),
        "spatial_model": spatial is not None and not _clear(spatial, sign),
        "no_neighbours": not evidence.neighbours,
    }
    return [name for name, holds in checks.items() if holds]


def _clear(found: Coarser | SpatialFit, sign: float) -> bool:
    return bool(min(sign * found.lower, sign * found.upper) > 0)


def _weakest(span: tuple[float, float] | None, sign: float) -> float:
    return 1.0 if span is None else min(sign * span[0], sign * span[1])


def _stays_clear(
    evidence: PairEvidence, span: tuple[float, float] | None, sign: float, spec: ConnectionSpec
) -> bool:
    if span is None:
        return True
    return _interval(evidence, _weakest(span, sign), spec.confidence)[0] > 0


def _interval(evidence: PairEvidence, estimate: float, confidence: float) -> tuple[float, float]:
    lower, upper = correlation_interval(
        np.array([estimate]), np.array([evidence.size]), evidence.method, confidence
    )
    return float(lower[0]), float(upper[0])

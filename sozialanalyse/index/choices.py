"""What may be chosen for an index: the closed lists, the classes, and the rules between choices."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from sozialanalyse.errors import ParameterError
from sozialanalyse.vocabulary import DIRECTIONS

__all__ = [
    "AGGREGATIONS",
    "CHOICES",
    "CLASS_METHODS",
    "DYNAMICS_CLASSES",
    "NORMALISATIONS",
    "STATUS_CLASSES",
    "WEIGHTINGS",
    "ClassSpec",
    "raise_faults",
    "spec_faults",
]

Normalisation = Literal[
    "z", "min_max", "rank", "percentile", "scaled", "distance_to_reference", "goalposts", "exponential"
]
Weighting = Literal["equal", "given", "pca"]
Aggregation = Literal["arithmetic", "geometric", "harmonic"]
ClassMethod = Literal["standard_deviation", "quantiles", "natural_breaks"]

NORMALISATIONS: Final[tuple[str, ...]] = get_args(Normalisation)
WEIGHTINGS: Final[tuple[str, ...]] = get_args(Weighting)
AGGREGATIONS: Final[tuple[str, ...]] = get_args(Aggregation)
CLASS_METHODS: Final[tuple[str, ...]] = get_args(ClassMethod)
CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "orientation": ("higher_is_better", "higher_is_worse"),
    "imputation": ("none", "mean", "median", "group_mean", "group_median"),
    "treatment": ("none", "winsorise", "log", "box_cox"),
    "normalisation": NORMALISATIONS,
    "reference": ("areas", "population"),
    "weighting": WEIGHTINGS,
    "aggregation": AGGREGATIONS,
    "domain_normalisation": ("none", "z", "min_max", "rank", "percentile", "exponential"),
    "domain_aggregation": AGGREGATIONS,
}
"""For each field with a closed list, what it may be."""

_PER_INDICATOR: Final = ("domains", "directions", "weights", "goalposts", "references")
_WITH_FIXED_ENDS: Final = ("scaled", "goalposts")


def raise_faults(topic: str, faults: list[str]) -> None:
    """Raise one ParameterError that lists all faults; do nothing if there are none."""
    if faults:
        raise ParameterError("\n".join([f"{topic} stimmt nicht:", *(f"- {fault}" for fault in faults)]))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassSpec:
    """How values are put into classes.

    Attributes
    ----------
    method : {"standard_deviation", "quantiles", "natural_breaks"}
        ``standard_deviation``: `limits` times the standard deviation around the city mean;
        ``quantiles``: classes of equal size as far as ties allow; ``natural_breaks``: Fisher–Jenks.
    limits : tuple of float
        Only for ``standard_deviation``: rising limits in standard deviations; a value that equals a
        limit belongs to the class above it.
    labels : tuple of str
        German names of the classes, from the lowest values to the highest; their number is the number
        of classes.

    Raises
    ------
    ParameterError
        With all faults at once.
    """

    method: str = "standard_deviation"
    limits: tuple[float, ...] = (-1.5, -0.5, 0.5, 1.5)
    labels: tuple[str, ...] = ("sehr niedrig", "niedrig", "mittel", "hoch", "sehr hoch")

    def __post_init__(self) -> None:
        raise_faults("Die Angabe der Klassen", class_faults("classes", self.method, self.limits, self.labels))


def class_faults(name: str, method: str, limits: tuple[float, ...], labels: tuple[str, ...]) -> list[str]:
    """Return what is wrong with a choice of classes, one German sentence each."""
    found = []
    if method not in CLASS_METHODS:
        found.append(f"»{name}.method« kennt »{method}« nicht. Erlaubt: {', '.join(CLASS_METHODS)}.")
    if len(labels) < 2 or len(set(labels)) < len(labels):
        found.append(f"»{name}.labels« braucht mindestens zwei verschiedene Namen.")
    if method == "standard_deviation":
        if len(limits) != len(labels) - 1:
            found.append(
                f"»{name}.limits« braucht eine Grenze weniger als Klassen; "
                f"gefunden: {len(limits)} Grenzen bei {len(labels)} Klassen."
            )
        if not all(map(math.isfinite, limits)) or list(limits) != sorted(set(limits)):
            found.append(f"»{name}.limits« muss aus verschiedenen, steigenden Zahlen bestehen.")
    elif limits:
        found.append(f"»{name}.limits« gilt nur für »standard_deviation«; bitte leer lassen.")
    return found


def spec_faults(values: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the values of an index specification, one German sentence each.

    Parameters
    ----------
    values : mapping
        A value for every field of :class:`~sozialanalyse.index.spec.IndexSpec`.

    Returns
    -------
    list of str
        Empty if nothing is wrong.
    """
    found = [
        f"»{name}« kennt »{values[name]}« nicht. Erlaubt: {', '.join(allowed)}."
        for name, allowed in CHOICES.items()
        if values[name] not in allowed
    ]
    return found + _list_faults(values) + _number_faults(values) + _combination_faults(values)


def _list_faults(values: Mapping[str, Any]) -> list[str]:
    found = []
    indicators = values["indicators"]
    if isinstance(indicators, str):
        found.append(
            '»indicators« braucht eine Liste von Schlüsseln; gefunden: ein Text. Bitte ("…",) schreiben.'
        )
    elif not indicators or len(set(indicators)) < len(indicators):
        found.append("»indicators« braucht mindestens einen Indikator, und jeden nur einmal.")
    found += [
        f"»{name}« braucht einen Eintrag je Indikator; gefunden: {len(values[name])} "
        f"bei {len(indicators)} Indikatoren."
        for name in _PER_INDICATOR
        if values[name] and len(values[name]) != len(indicators)
    ]
    if not set(values["directions"]) <= {"", *DIRECTIONS}:
        found.append(f"»directions« kennt einen Eintrag nicht. Erlaubt: {', '.join(DIRECTIONS)}.")
    for name in ("weights", "domain_weights"):
        weights = values[name]
        if weights and (not all(math.isfinite(w) and w >= 0 for w in weights) or sum(weights) <= 0):
            found.append(f"»{name}«: Gewichte dürfen nicht negativ und nicht alle null sein.")
    names = set(values["domains"])
    if names and "" in names:
        found.append("»domains«: bitte bei jedem Indikator einen Bereich angeben oder bei keinem.")
    if values["domain_weights"] and len(values["domain_weights"]) != len(names):
        found.append(
            f"»domain_weights« braucht einen Eintrag je Bereich; "
            f"gefunden: {len(values['domain_weights'])} bei {len(names)} Bereichen."
        )
    if not all(
        math.isfinite(low) and math.isfinite(high) and low < high for low, high in values["goalposts"]
    ):
        found.append("»goalposts«: der erste Wert muss kleiner sein als der zweite.")
    if not all(map(math.isfinite, values["references"])):
        found.append("»references«: Bezugswerte müssen Zahlen sein.")
    return found


def _number_faults(values: Mapping[str, Any]) -> list[str]:
    found = [
        f"»{name}« muss größer als 0 und höchstens 1 sein."
        for name in ("minimum_share", "minimum_coverage")
        if not 0 < values[name] <= 1
    ]
    if not 0 < values["confidence"] < 1:
        found.append("»confidence« muss zwischen 0 und 1 liegen, zum Beispiel 0.9.")
    found += [
        f"»{name}« darf nicht negativ sein."
        for name in ("skew_limit", "kurtosis_limit", "winsorise_at_most")
        if not values[name] >= 0
    ]
    if values["years"] < 1:
        found.append("»years« muss mindestens 1 sein.")
    mean, deviation = values["z_target"]
    if not (math.isfinite(mean) and math.isfinite(deviation) and deviation > 0):
        found.append("»z_target« braucht Mittelwert und eine Standardabweichung über 0.")
    low, high = values["bounds"]
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        found.append("»bounds«: der erste Wert muss kleiner sein als der zweite.")
    return found


def _combination_faults(values: Mapping[str, Any]) -> list[str]:
    found = []
    normalisation = values["normalisation"]
    if normalisation in _WITH_FIXED_ENDS and not values["goalposts"]:
        found.append(f"»normalisation: {normalisation}« braucht »goalposts« bei jedem Indikator.")
    fixed_units = normalisation in _WITH_FIXED_ENDS or (
        normalisation == "distance_to_reference" and values["references"]
    )
    if fixed_units and values["treatment"] in {"log", "box_cox"}:
        found.append(
            f"»normalisation: {normalisation}« misst an Werten in der Einheit des Indikators; "
            f"»treatment: {values['treatment']}« ändert die Einheit. Bitte none oder winsorise wählen."
        )
    if values["weighting"] == "given" and not values["weights"]:
        found.append("»weighting: given« braucht »weight« bei jedem Indikator.")
    if not values["domains"]:
        found += [
            f"»{name}« gilt nur, wenn jeder Indikator einen Bereich (»domain«) hat."
            for name, inert in (
                ("domain_weights", ()),
                ("domain_normalisation", "none"),
                ("domain_aggregation", "arithmetic"),
            )
            if values[name] != inert
        ]
    return found


STATUS_CLASSES: Final = ClassSpec()
DYNAMICS_CLASSES: Final = ClassSpec(limits=(-1.0, 1.0), labels=("negativ", "stabil", "positiv"))

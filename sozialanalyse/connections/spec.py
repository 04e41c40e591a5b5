"""Every choice of an analysis of connections in one frozen record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, Literal, get_args

from sozialanalyse.errors import ParameterError

__all__ = ["ALTERNATIVES", "CORRECTIONS", "METHODS", "WEIGHTINGS", "ConnectionSpec", "Method", "Weighting"]

Method = Literal["spearman", "pearson"]
Weighting = Literal["none", "population"]
Correction = Literal["holm", "benjamini_hochberg"]
Neighbours = Literal["queen", "nearest"]

METHODS: Final[tuple[Method, ...]] = get_args(Method)
WEIGHTINGS: Final[tuple[Weighting, ...]] = get_args(Weighting)
CORRECTIONS: Final[tuple[str, ...]] = get_args(Correction)
NEIGHBOURS: Final[tuple[str, ...]] = get_args(Neighbours)
ALTERNATIVES: Final[tuple[str, ...]] = ("method", "weighting", "covariates")


@dataclass(frozen=True, slots=True)
class ConnectionSpec:
    """How connections are computed and judged; a variant is ``dataclasses.replace(spec, …)``.

    Attributes
    ----------
    method : {"spearman", "pearson"}
        Coefficient that the verdict rests on.
    weighting : {"none", "population"}
        Whether every area counts the same or by its population.
    confidence : float
        Of all intervals, between 0.5 and 0.999.
    alpha : float
        Level of the tests, between 0.0001 and 0.2.
    correction : {"holm", "benjamini_hochberg"}
        For testing many pairs: no false claim at all, or a bounded share of them.
    permutations, bootstrap : int
        Number of random draws; 0 leaves that column out.
    seed : int
        Start of the random numbers.
    covariates : tuple of str
        Indicators held constant in the partial correlations and the models; never chosen by the data.
    neighbours : {"queen", "nearest"}
        Shared borders, or the nearest areas.
    nearest : int
        Number of nearest areas.
    spatial_models : bool
        Whether spatial lag or error models are estimated where the tests ask for them.
    alternatives : tuple of {"method", "weighting", "covariates"}
        Choices that the specification curve makes both ways, in all combinations.
    smallest_effect : float
        Correlation below which a connection is of no practical weight.
    agreement : float
        Share of the alternatives that must show a connection for it to be called established.
    minimum_areas : int
        Fewer areas with both values give no verdict.
    minimum_effective : float
        Fewer independent areas (see `effective_sample_size`) give no verdict.
    minimum_groups : int
        The coarser level counts only from this number of districts.
    shared_sources : tuple of tuple of str
        Groups of indicators that are built from the same data.
    told_pairs : tuple of (str, str)
        Pairs that the page of a single area may speak of, the first choice first.

    Raises
    ------
    ParameterError
        Names every fault at once.
    """

    method: Method = "spearman"
    weighting: Weighting = "none"
    confidence: float = 0.95
    alpha: float = 0.05
    correction: Correction = "holm"
    permutations: int = 9_999
    bootstrap: int = 1_000
    seed: int = 20_260
    covariates: tuple[str, ...] = ()
    neighbours: Neighbours = "queen"
    nearest: int = 6
    spatial_models: bool = True
    alternatives: tuple[str, ...] = ALTERNATIVES
    smallest_effect: float = 0.3
    agreement: float = 0.8
    minimum_areas: int = 10
    minimum_effective: float = 6.0
    minimum_groups: int = 6
    shared_sources: tuple[tuple[str, ...], ...] = ()
    told_pairs: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        _raise_for(_faults({field.name: getattr(self, field.name) for field in fields(self)}))

    @property
    def wanted_neighbours(self) -> int | None:
        """How many nearest areas are neighbours; None where borders say who is."""
        return self.nearest if self.neighbours == "nearest" else None

    @classmethod
    def from_mapping(cls, given: Mapping[str, Any]) -> ConnectionSpec:
        """Build the record from a mapping, as read from a YAML file.

        Parameters
        ----------
        given : mapping
            Names of attributes and their values; lists stand for tuples. What is missing keeps its default.

        Raises
        ------
        ParameterError
            Names every unknown key and every fault at once.

        Examples
        --------
        >>> ConnectionSpec.from_mapping({"method": "pearson", "covariates": ["share_over_64"]}).covariates
        ('share_over_64',)
        >>> ConnectionSpec.from_mapping({"metod": "pearson", "alpha": 2})
        Traceback (most recent call last):
        ...
        sozialanalyse.errors.ParameterError: Die Regeln für Zusammenhänge haben 2 Fehler:
        - »metod« ist nicht bekannt. Bitte den Namen prüfen.
        - »alpha« muss eine Zahl von 0,0001 bis 0,2 sein.
        """
        known = {field.name for field in fields(cls)}
        values: dict[str, Any] = {name: _as_tuple(value) for name, value in given.items() if name in known}
        unknown = [
            f"»{name}« ist nicht bekannt. Bitte den Namen prüfen." for name in given if name not in known
        ]
        _raise_for(unknown + _faults(values))
        return cls(**values)


def _as_tuple(value: object) -> object:
    return tuple(_as_tuple(item) for item in value) if isinstance(value, list) else value


def _raise_for(faults: list[str]) -> None:
    if faults:
        count = "1 Fehler" if len(faults) == 1 else f"{len(faults)} Fehler"
        raise ParameterError(
            "\n".join([f"Die Regeln für Zusammenhänge haben {count}:", *(f"- {fault}" for fault in faults)])
        )


def _faults(values: Mapping[str, object]) -> list[str]:
    return [f"»{name}« {RULES[name][1]}" for name, value in values.items() if not RULES[name][0](value)]


Rule = tuple[Callable[[object], bool], str]


def _choice(allowed: tuple[str, ...]) -> Rule:
    return (lambda value: value in allowed), f"muss eines von diesen sein: {', '.join(allowed)}."


def _number(low: float, high: float) -> Rule:
    def check(value: object) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high

    return check, f"muss eine Zahl von {_german(low)} bis {_german(high)} sein."


def _whole(low: int, high: int) -> Rule:
    def check(value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high

    return check, f"muss eine ganze Zahl von {low} bis {high} sein."


def _german(number: float) -> str:
    return f"{number:g}".replace(".", ",")


def _is_names(value: object) -> bool:
    return (
        isinstance(value, tuple)
        and all(isinstance(name, str) for name in value)
        and len(set(value)) == len(value)
    )


RULES: Final[dict[str, Rule]] = {
    "method": _choice(METHODS),
    "weighting": _choice(WEIGHTINGS),
    "confidence": _number(0.5, 0.999),
    "alpha": _number(0.0001, 0.2),
    "correction": _choice(CORRECTIONS),
    "permutations": _whole(0, 999_999),
    "bootstrap": _whole(0, 100_000),
    "seed": _whole(0, 2**63 - 1),
    "covariates": (_is_names, "muss eine Liste verschiedener Indikatoren sein."),
    "neighbours": _choice(NEIGHBOURS),
    "nearest": _whole(1, 50),
    "spatial_models": (lambda value: isinstance(value, bool), "muss »true« oder »false« sein."),
    "alternatives": (
        lambda value: isinstance(value, tuple) and _is_names(value) and set(value) <= set(ALTERNATIVES),
        f"muss eine Liste aus diesen sein, jedes höchstens einmal: {', '.join(ALTERNATIVES)}.",
    ),
    "smallest_effect": _number(0.05, 0.9),
    "agreement": _number(0.5, 1.0),
    "minimum_areas": _whole(5, 1_000),
    "minimum_effective": _number(4.0, 1_000.0),
    "minimum_groups": _whole(4, 1_000),
    "shared_sources": (
        lambda value: (
            isinstance(value, tuple) and all(_is_names(group) and len(group) > 1 for group in value)
        ),
        "muss eine Liste von Gruppen aus mindestens zwei verschiedenen Indikatoren sein.",
    ),
    "told_pairs": (
        lambda value: isinstance(value, tuple) and all(_is_names(pair) and len(pair) == 2 for pair in value),
        "muss eine Liste von Paaren aus je zwei verschiedenen Indikatoren sein.",
    ),
}
"""For each attribute a check and how to go on with »name« where it fails."""

"""Words that all layers share: closed lists of options, column names and their German labels."""

from __future__ import annotations

from typing import Final, Literal, get_args

__all__ = [
    "DIRECTIONS",
    "DOMAINS",
    "DOMAIN_LABELS",
    "GOAL_KIND_LABELS",
    "KINDS",
    "POPULATION",
    "SIGNS",
    "STANCE_LABELS",
    "VALUE_COLUMNS",
    "VULNERABLE_LABELS",
    "Direction",
    "Domain",
    "Kind",
]

Domain = Literal["demography", "poverty", "education", "health", "environment", "housing"]
Kind = Literal["count", "proportion", "rate", "score"]
Direction = Literal["higher_is_worse", "higher_is_better", "neutral"]

DOMAINS: Final[tuple[str, ...]] = get_args(Domain)
KINDS: Final[tuple[str, ...]] = get_args(Kind)
DIRECTIONS: Final[tuple[str, ...]] = get_args(Direction)

DOMAIN_LABELS: Final[dict[str, str]] = {
    "demography": "Bevölkerung",
    "poverty": "Armut",
    "education": "Bildung",
    "health": "Gesundheit",
    "environment": "Umwelt",
    "housing": "Wohnen",
}

STANCE_LABELS: Final[dict[str, str]] = {"need": "Bedarf", "support": "was gut läuft"}
"""What a statement of a dialogue is about."""

GOAL_KIND_LABELS: Final[dict[str, str]] = {
    "strategic": "strategisches Ziel",
    "operational": "operatives Ziel",
}

VULNERABLE_LABELS: Final[dict[str, str]] = {
    "older": "ältere Menschen",
    "children": "Kinder",
    "care": "pflegebedürftige Menschen",
    "homeless": "wohnungslose Menschen",
}
"""Groups that an institution cares for and that heat endangers."""

POPULATION: Final = "population"
"""Key of the indicator that counts the people of an area: what areas are weighted by."""

SIGNS: Final[dict[str, str]] = {
    "-": "nichts vorhanden",
    ".": "unbekannt oder geheim",
    "...": "Angabe fällt später an",
    "/": "nicht zuverlässig genug",
    "x": "Feld gesperrt, weil eine Angabe dort nicht sinnvoll ist (nicht: geheim)",
}
"""Signs of DIN 55301 in place of a number, with their meaning."""

VALUE_COLUMNS: Final[tuple[str, ...]] = (
    "area_id",
    "level",
    "indicator_id",
    "year",
    "value",
    "lower",
    "upper",
    "numerator",
    "denominator",
    "confidence",
    "method",
    "origin",
    "sign",
    "missing_reason",
)
"""Columns of the one frame that holds every indicator value, in the unit of its indicator."""

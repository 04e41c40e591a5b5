"""The form of each table: which columns it has, what their cells hold, and which of them must be filled."""

from __future__ import annotations

from typing import Final

from sozialanalyse.dataset.columns import Column, Form
from sozialanalyse.dataset.planning_forms import PLANNING_FORMS
from sozialanalyse.vocabulary import DIRECTIONS, DOMAINS, KINDS

__all__ = ["FORMS", "INTERVALS", "OBSERVED_SEXES", "SEXES"]

SEXES: Final[tuple[str, ...]] = ("m", "f")
OBSERVED_SEXES: Final[tuple[str, ...]] = (*SEXES, "d")
INTERVALS: Final[tuple[str, ...]] = ("counts", "none")
"""Whether the counts of an indicator vary by chance and so give an interval; empty means ``"counts"``."""

FORMS: Final[dict[str, Form]] = {
    "areas": Form(
        (
            Column("area_id", "key"),
            Column("name", "text"),
            Column("level", "choice"),
            Column("parent_id", "key", filled=False),
            Column("valid_from", "date", needed=False, filled=False),
            Column("valid_to", "date", needed=False, filled=False),
        )
    ),
    "indicators": Form(
        (
            Column("indicator_id", "key"),
            Column("label", "text"),
            Column("domain", "choice", choices=DOMAINS),
            Column("kind", "choice", choices=KINDS),
            Column("unit", "text"),
            Column("factor", "number", filled=False),
            Column("direction", "choice", choices=DIRECTIONS),
            Column("definition", "text"),
            Column("numerator_label", "text", needed=False, filled=False),
            Column("denominator_label", "text", needed=False, filled=False),
            Column("interval", "choice", needed=False, filled=False, choices=INTERVALS),
            Column("window", "number", needed=False, filled=False),
            Column("source", "text"),
            Column("source_url", "text", filled=False),
        )
    ),
    "observations": Form(
        (
            Column("area_id", "key"),
            Column("indicator_id", "key"),
            Column("year", "year"),
            Column("sex", "sex", needed=False, filled=False, choices=OBSERVED_SEXES),
            Column("age_group", "age_group", needed=False, filled=False),
            Column("numerator", "number", needed=False, filled=False),
            Column("denominator", "number", needed=False, filled=False),
            Column("value", "number", needed=False, filled=False),
        )
    ),
    "population": Form(
        (
            Column("area_id", "key"),
            Column("year", "year"),
            Column("sex", "sex", choices=SEXES),
            Column("age_group", "age_group"),
            Column("count", "number"),
        ),
        optional=True,
    ),
    "adjacency": Form(
        (Column("area_id", "key"), Column("neighbour_id", "key")), optional=True, by_place=True
    ),
    **PLANNING_FORMS,
}
"""All tables of a dataset."""

"""The form of each table: which columns it has, what their cells hold, and which of them must be filled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from sozialanalyse.vocabulary import DIRECTIONS, DOMAINS, KINDS

__all__ = ["FORMS", "FREE_TABLES", "INTERVALS", "SEXES", "TABLES", "Column", "Content", "Form"]

Content = Literal["key", "text", "choice", "number", "year", "age_group", "date"]
SEXES: Final[tuple[str, ...]] = ("m", "f")
INTERVALS: Final[tuple[str, ...]] = ("counts", "none")
"""Whether the counts of an indicator vary by chance and so give an interval; empty means ``"counts"``."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name : str
        Name in the header line.
    content : Content
        What a cell holds; decides how it is read and by which rules it is checked.
    needed : bool
        Whether the table must have the column.
    filled : bool
        Whether every cell of the column must be filled.
    choices : tuple of str
        Allowed words of a ``"choice"``; empty if they depend on the dataset.
    """

    name: str
    content: Content
    needed: bool = True
    filled: bool = True
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """The columns of one table.

    Examples
    --------
    >>> FORMS["population"].names
    ('area_id', 'year', 'sex', 'age_group', 'count')
    """

    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns."""
        return tuple(column.name for column in self.columns)

    @property
    def needed(self) -> tuple[str, ...]:
        """Names of the columns that must be there."""
        return tuple(column.name for column in self.columns if column.needed)


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
            Column("factor", "number"),
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
            Column("sex", "choice", needed=False, filled=False, choices=SEXES),
            Column("age_group", "age_group", needed=False, filled=False),
            Column("numerator", "number", filled=False),
            Column("denominator", "number", filled=False),
            Column("value", "number", filled=False),
        )
    ),
    "population": Form(
        (
            Column("area_id", "key"),
            Column("year", "year"),
            Column("sex", "choice", choices=SEXES),
            Column("age_group", "age_group"),
            Column("count", "number"),
        )
    ),
}
"""Tables whose cells are checked one by one; ``population`` may be absent."""

FREE_TABLES: Final[tuple[str, ...]] = (
    "institutions",
    "recommendations",
    "recommendation_log",
    "measures",
    "dialogues",
    "statements",
    "goals",
    "adjacency",
)
"""Optional tables that are read as text; their contents are checked where they are used."""

TABLES: Final[tuple[str, ...]] = (*FORMS, *FREE_TABLES)

"""What a column of a table is: its name, what its cells hold, and whether they must be filled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Column", "Content", "Form"]

Content = Literal[
    "key", "keys", "text", "choice", "sex", "number", "whole", "year", "age_group", "date", "day", "flag"
]
"""``keys``: several keys in one cell, separated by ``|``. ``sex``, ``age_group``: in any usual
spelling. ``whole``: a number without decimals. ``date``: a
year or a day, kept as text. ``day``: a day. ``flag``: true or false."""


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
        Allowed words of a ``"choice"`` or of each entry of ``"keys"``; empty if they depend on the dataset.
    note : str
        German explanation for who fills the table in, or ``""``.
    """

    name: str
    content: Content
    needed: bool = True
    filled: bool = True
    choices: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """The columns of one table.

    Attributes
    ----------
    columns : tuple of Column
        In the order in which they are written.
    optional : bool
        Whether the table may be absent, or have no rows.
    title : str
        German name of the table for who fills it in, or ``""``.
    by_place : bool
        Whether the first columns count whatever they are called.

    Examples
    --------
    >>> form = Form((Column("area_id", "key"), Column("valid_to", "date", needed=False)))
    >>> form.names, form.needed
    (('area_id', 'valid_to'), ('area_id',))
    """

    columns: tuple[Column, ...]
    optional: bool = False
    title: str = ""
    by_place: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns."""
        return tuple(column.name for column in self.columns)

    @property
    def needed(self) -> tuple[str, ...]:
        """Names of the columns that must be there."""
        return tuple(column.name for column in self.columns if column.needed)

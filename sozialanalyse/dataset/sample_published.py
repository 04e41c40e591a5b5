"""The published figures of Oberhausen on which the sample is calibrated, with their sources.

These are the only real numbers of the sample. Each row says how it is used:

``exact``
    Year and definition are those of the sample: the sample gives the same figure within its rounding.
``nearby_year``
    Same definition, other year: the sample lies within `tolerance` in `compared_year`.
``other_definition``
    Same year, other definition: likewise.
``context``
    A target or a figure from long before: carried along, not compared with a tolerance.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final, Literal, cast

__all__ = ["PUBLISHED_TABLE", "Figure", "figures_of", "read_figures"]

PUBLISHED_TABLE: Final = Path(__file__).with_name("sample_published.csv")

Use = Literal["exact", "nearby_year", "other_definition", "context"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One published figure and what it is compared with.

    Attributes
    ----------
    area, indicator, year, value, unit, definition, source
        As published; `value` is kept as text, because ``"4.0"`` is more precise than ``"4"``.
    use : {"exact", "nearby_year", "other_definition", "context"}
        See the head of the module.
    indicator_id : str
        Indicator of the sample.
    area_id : str
        Area of the sample; several keys joined by ``+`` stand for their sum.
    compared_year : int
        Year of the sample that it is compared with.
    tolerance : str
        Largest difference allowed, in the unit of the figure; ``""`` where rounding decides (``exact``) or
        nothing is required (``context``).
    count : int or None
        Published numerator.
    """

    area: str
    indicator: str
    year: int
    value: str
    unit: str
    definition: str
    source: str
    use: Use
    indicator_id: str
    area_id: str
    compared_year: int
    tolerance: str = ""
    count: int | None = None

    @property
    def half_unit(self) -> float:
        """Half of the last published digit: how far the true figure may lie from the rounded one.

        Examples
        --------
        >>> figures_of("population", "exact")[0].half_unit
        0.5
        """
        exponent = Decimal(self.value).as_tuple().exponent
        return 0.5 * 10.0 ** int(exponent)


@cache
def read_figures(table: Path = PUBLISHED_TABLE) -> tuple[Figure, ...]:
    """Return every published figure of a table in the order of its lines.

    Parameters
    ----------
    table : Path
        ``published.csv`` of a dataset folder, or the copy that the generator works from.

    Examples
    --------
    >>> len(read_figures())
    83
    """
    with table.open(encoding="utf-8", newline="") as lines:
        return tuple(_figure(row) for row in csv.DictReader(lines))


def figures_of(indicator_id: str, *uses: Use) -> tuple[Figure, ...]:
    """Return the figures of one indicator of the sample with one of the given uses.

    Examples
    --------
    >>> [figure.year for figure in figures_of("unemployment", "exact")]
    [2018, 2018, 2022]
    """
    return tuple(
        figure for figure in read_figures() if figure.indicator_id == indicator_id and figure.use in uses
    )


def _figure(row: dict[str, str]) -> Figure:
    return Figure(
        area=row["area"],
        indicator=row["indicator"],
        year=int(row["year"]),
        value=row["value"],
        unit=row["unit"],
        definition=row["definition"],
        source=row["source"],
        use=cast("Use", row["use"]),
        indicator_id=row["indicator_id"],
        area_id=row["area_id"],
        compared_year=int(row["compared_year"]),
        tolerance=row["tolerance"],
        count=int(row["count"]) if row["count"] else None,
    )

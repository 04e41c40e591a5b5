"""Nothing hidden gets onto a page: not as a number, not as the shape of a picture, not past the gate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from sozialanalyse.analysis import analyse
from sozialanalyse.dataset.schema import Dataset
from sozialanalyse.errors import DisclosureError
from sozialanalyse.parameters import Parameters
from sozialanalyse.report.fragment import Fragment
from sozialanalyse.report.view import Analysis, AreaView
from sozialanalyse.vocabulary import DOMAINS

Section = Callable[[AreaView], Fragment]
City = Callable[..., Dataset]

HIDDEN_CELLS: dict[tuple[str, str, int], tuple[tuple[float, float], tuple[float, float]]] = {
    ("A1", "sgb2_rate", 2022): ((1, 900), (2, 900)),
    ("A1", "child_poverty", 2022): ((98_763, 98_765), (98_764, 98_765)),
    ("B1", "youth_unemployment", 2022): ((40, 60), (20, 80)),
}
"""Cells with two versions of their numbers, each of which a rule hides."""
REASONS = ["numerator", "complement", "denominator"]
TRACES = ("98763", "98.763", "98764", "98.764", "98765", "98.765", "99,99", "99.99")
"""The numbers of the second cell; no other cell has such digits."""
TOTALS: dict[tuple[str, str, int], tuple[float, float]] = {
    (area, key, year): (cases + more, group + more)
    for area, cases, group in (("A", 1_300, 3_000), ("B", 500, 3_000), ("S", 1_800, 6_000))
    for key, more in (("sgb2_rate", 0), ("child_poverty", 150_000), ("youth_unemployment", 0))
    for year in (2020, 2021, 2022)
}
"""Coarser levels are delivered, so that nothing but the hidden cells themselves differs."""


def hidden_as(analysis: Analysis, area_id: str, indicator_id: str, year: int) -> str:
    """Return the reason for which a cell is hidden."""
    table = analysis.values  # noqa: PD011 (a released table, not an array)
    return str(table.where(area_id=area_id, indicator_id=indicator_id, year=year).frame["hidden"].item())


def pages(analysis: Analysis, sections: dict[str, Section]) -> dict[tuple[str, str], Fragment]:
    """Return the sections in which indicators on poverty show, for areas around a hidden cell."""
    other_domains = {f"domain-{name}" for name in DOMAINS if name != "poverty"}
    return {
        (area_id, name): draw(analysis.area(area_id))
        for area_id in ("A", "A1", "A2")
        for name, draw in sections.items()
        if name not in other_domains
    }


def test_hidden_numbers_leave_no_digit_and_pages_are_the_same_whatever_they_are(
    small_city: City,
    parameters: Parameters,
    sections: dict[str, Section],
    pictures_of: Callable[[str], list[str]],
) -> None:
    first, second = (
        analyse(
            small_city(replaced={**TOTALS, **{cell: pair[version] for cell, pair in HIDDEN_CELLS.items()}}),
            parameters,
        )
        for version in (0, 1)
    )
    assert [hidden_as(first, *cell) for cell in HIDDEN_CELLS] == REASONS
    shown, again = pages(first, sections), pages(second, sections)
    for fragment in shown.values():
        everything = "\n".join([fragment.html, fragment.text, *pictures_of(fragment.html)])
        assert not [trace for trace in TRACES if trace in everything]
    assert [key for key in shown if shown[key] != again[key]] == []


def test_a_hidden_population_group_leaves_no_trace(
    small_city: City,
    small_population: Callable[..., pd.DataFrame],
    parameters: Parameters,
    sections: dict[str, Section],
) -> None:
    drawn = []
    for count in (1, 2):
        population = small_population("0-14", "15-64", "65+")
        hidden = (population["area_id"] == "A1") & (population["age_group"] == "65+")
        population.loc[hidden & (population["sex"] == "m"), "count"] = count
        # The other group of the same sex takes up the difference, so that no total tells it.
        totals = population.groupby(["year", "sex", "age_group"], as_index=False)["count"].sum()
        totals["count"] = 200
        population = pd.concat(
            [population, *(totals.assign(area_id=key) for key in ("A", "S"))], ignore_index=True
        )
        analysis = analyse(replace(small_city((2022,)), population=population), parameters)
        drawn.append(sections["population_pyramid"](analysis.area("A1")))
        assert "geheim" in drawn[-1].text
    assert drawn[0] == drawn[1]


def test_a_hidden_cell_is_named_with_its_reason(
    small_city: City, parameters: Parameters, sections: dict[str, Section]
) -> None:
    cell = ("A1", "sgb2_rate", 2022)
    area = analyse(small_city((2022,), replaced={cell: (898.0, 900.0)}), parameters).area("A1")
    assert "zu wenige Übrige in der Bezugsgruppe" in sections["domain-poverty"](area).text
    assert "geheim" in sections["secrecy"](area).text


@pytest.mark.parametrize("table", ["values", "current", "trends", "population"])
def test_an_analysis_refuses_a_table_that_was_not_released(
    small_city: City, parameters: Parameters, table: str
) -> None:
    analysis = analyse(small_city((2022,)), parameters)
    changed: dict[str, Any] = {table: pd.DataFrame({"area_id": ["A1"]})}
    with pytest.raises(DisclosureError, match="freigegebene Tabellen"):
        replace(analysis, **changed)


@pytest.mark.parametrize("table", ["areas", "parts"])
def test_an_index_refuses_a_table_that_was_not_released(
    small_city: City, parameters: Parameters, table: str
) -> None:
    analysis = analyse(small_city((2022,)), parameters)
    assert analysis.index is not None
    changed: dict[str, Any] = {table: getattr(analysis.index, table).frame}
    with pytest.raises(DisclosureError, match="freigegebene Tabellen"):
        replace(analysis, index=replace(analysis.index, **changed))

"""Every number of a Strategiepapier leads to the table and the source that it comes from."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

import pytest

from sozialanalyse.analysis import load_analysis
from sozialanalyse.index_study import study_of
from sozialanalyse.project import embedded_folder
from sozialanalyse.report import controlling, dialogues, strategy, strategy_needs
from sozialanalyse.report.fragment import Fragment
from sozialanalyse.report.view import Analysis
from sozialanalyse.social_planning import plan_of

PARAMETERS: Final = str(embedded_folder("parameters"))
VALUE: Final = re.compile(r"(?<![\d,.])\d[\d.]*(?:,\d+)?\s?(?:%|je 1\.000|Personen|µg/m³|dB|Jahre)")
"""A number with its unit, as prose and tables of the embedded dataset write it."""
SAID_BY_PLANNERS: Final = frozenset(
    (
        *(
            "Gebiet und Ort",
            "Bedarf",
            "Ziel",
            "Zielgruppe",
            "Träger",
            "Partner*innen",
            "Ressourcen",
            "Finanzierung",
        ),
        *("Zeit", "Woran der Erfolg zu erkennen ist", "Dient der Handlungsempfehlung"),
    )
)
"""Fields of a Steckbrief that stand as they were written; the mark beside its status names their table."""


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return load_analysis(str(embedded_folder("data")), PARAMETERS)


def paper(analysis: Analysis, area_id: str) -> dict[str, Fragment]:
    """Return every section that the notebook shows, by name."""
    plan = plan_of(analysis.area(area_id), parameters_dir=PARAMETERS)
    evidence = strategy.paper_evidence(plan)
    return {
        "summary": strategy.summary(plan, evidence),
        "picture": strategy.picture(plan, evidence),
        "index_ranks": strategy.index_ranks(plan, study_of(analysis, PARAMETERS), evidence),
        "experts": strategy_needs.experts(plan, evidence),
        "figure": dialogues.comparison_figure(plan),
        "needs": strategy_needs.needs(plan, evidence),
        "recommendations": controlling.recommendations(plan, evidence.cite),
        "reasons": strategy_needs.reasons(plan, evidence),
        "annex": strategy.annex(plan, evidence),
        "sources_of": strategy.sources_of(plan, evidence),
    }


def words(element: ET.Element) -> str:
    """Return the text of an element without its marks, cells apart and blanks made plain."""
    inside = [f"{'' if marks(child, itself=True) else words(child)} {child.tail or ''}" for child in element]
    return " ".join(" ".join([element.text or "", *inside]).split())


def marks(element: ET.Element, *, itself: bool = False) -> list[str]:
    """Return to which rows of the evidence or of the needs an element leads."""
    found = [element] if itself else list(element.iter("a"))
    return [
        place[1:]
        for link in found
        if link.tag == "a" and (place := link.get("href", "")).startswith(("#beleg-", "#bedarf-"))
    ]


def statements(root: ET.Element) -> Iterator[tuple[ET.Element, bool]]:
    """Yield what says something on its own, and whether a mark below its table stands for it."""
    for table in root.iter("table"):
        for row in table.find("tbody"):
            yield row, table.find("caption").text.startswith("Stand am")
    for item in (*root.iter("li"), *root.iter("dd")):
        yield item, False
    noted = {
        part
        for box in root.iter("div")
        if box.get("class") in {"sa-note", "sa-warning"}
        for part in box.iter()
    }
    for item in root.iter("p"):
        if item not in noted and item.get("class") != "sa-subtitle":
            yield item, False


@pytest.mark.parametrize("area_id", ["01", "05"])
def test_every_statement_with_a_number_has_a_mark(
    area_id: str, analysis: Analysis, parse_html: Callable[[str], ET.Element]
) -> None:
    seen = 0
    for name, fragment in paper(analysis, area_id).items():
        root = parse_html(fragment.html)
        below = [item for item in root.iter("p") if marks(item)]
        owned = {
            value
            for profile in root.iter("dl")
            for head, value in pairs(profile)
            if head in SAID_BY_PLANNERS and marks(profile)
        }
        for element, marked_below in statements(root):
            # Rows of the evidence are where marks lead to; the figure names its tables in its caption.
            if name in {"sources_of", "figure"} or element in owned or not re.search(r"\d", words(element)):
                continue
            seen += 1
            assert marks(element) or (marked_below and below), (name, words(element)[:80])
    assert seen > 60


def pairs(profile: ET.Element) -> Iterator[tuple[str, ET.Element]]:
    """Yield the fields of a Steckbrief with their head."""
    head = ""
    for child in profile:
        if child.tag == "dt":
            head = str(child.text)
        else:
            yield head, child


def values_are_those_of_the_evidence(
    sections: dict[str, Fragment], parse: Callable[[str], ET.Element]
) -> int:
    rows = {
        row.get("id"): words(row) for row in parse(sections["sources_of"].html).iter("tr") if row.get("id")
    }
    checked = 0
    for name in ("summary", "picture", "reasons", "annex"):
        for element, _ in statements(parse(sections[name].html)):
            cited = [place for place in marks(element) if place in rows]
            for value in VALUE.findall(words(element)) if cited else ():
                checked += 1
                assert any(value in rows[place] for place in cited), (name, value, words(element)[:80])
    return checked


@pytest.mark.parametrize("area_id", ["01", "05"])
def test_every_value_stands_in_a_row_that_its_mark_leads_to(
    area_id: str, analysis: Analysis, parse_html: Callable[[str], ET.Element]
) -> None:
    assert values_are_those_of_the_evidence(paper(analysis, area_id), parse_html) > 40


def test_the_value_of_a_quartier_in_a_steckbrief_has_a_row_of_its_own(
    analysis: Analysis, parse_html: Callable[[str], ET.Element]
) -> None:
    measures = analysis.planning.measures
    areas = [
        ("0101", "0104") if key == "MS-01" else own
        for key, own in zip(measures["measure_id"], measures["area_ids"], strict=True)
    ]
    changed = replace(analysis, planning=replace(analysis.planning, measures=measures.assign(area_ids=areas)))
    sections = paper(changed, "01")
    assert "»Kinderarmut (SGB II, unter 15)« 2022: Innenstadt" in sections["annex"].text
    assert "Kinderarmut (SGB II, unter 15): Innenstadt" in sections["sources_of"].text
    assert values_are_those_of_the_evidence(sections, parse_html) > 40

"""What every section promises, for a city, a Sozialraum and a Quartier, and for two foreign datasets."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import matplotlib as mpl
import pytest

from sozialanalyse.report.fragment import Fragment
from sozialanalyse.report.text import NUMBER_WORDS
from sozialanalyse.report.view import AreaView

SVG: Final = "{http://www.w3.org/2000/svg}"
CAUSAL_WORDS: Final = (
    "führt zu",
    "führen zu",
    "bewirk",
    "verursach",
    "Ursache",
    "Auswirkung",
    "Einfluss auf",
)
QUOTING: Final = {"definitions", "secrecy", "sources", "location"}
"""Sections with versions, dates and licences as others write them."""


def visible(html: str) -> str:
    """Return a page without the pictures' data, which are letters by chance."""
    return re.sub(r'src="data:[^"]*"', "", html)


def squeezed(text: str) -> str:
    """Return a text with one blank wherever there is white space."""
    return " ".join(text.split())


def test_it_says_something(drawn: Any) -> None:
    assert isinstance(drawn.fragment, Fragment)
    assert drawn.fragment.text.strip()
    assert drawn.fragment.html.strip()


def test_its_html_is_well_formed(drawn: Any) -> None:
    assert len(drawn.root)


def test_its_text_says_what_the_page_says(drawn: Any) -> None:
    text = squeezed(drawn.fragment.text)
    missing = [piece for piece in map(squeezed, drawn.root.itertext()) if piece not in text]
    assert not missing


def test_pictures_have_a_text_that_names_a_number_or_a_finding(drawn: Any) -> None:
    findings = {str(label) for label in drawn.analysis.indicators["label"]}
    for image in drawn.root.iter("img"):
        alternative = image.get("alt", "")
        assert alternative.strip()
        number = re.search(rf"\d|\b(?:{'|'.join(NUMBER_WORDS[2:])})\b", alternative)
        assert number or any(label in alternative for label in findings)


def test_pictures_stand_in_figures_with_a_caption(drawn: Any) -> None:
    figures = list(drawn.root.iter("figure"))
    assert len(figures) == len(list(drawn.root.iter("img"))) == len(drawn.pictures)
    assert all("".join(figure.find("figcaption").itertext()).strip() for figure in figures)


def test_pictures_scroll_in_regions_that_the_keyboard_reaches_and_a_name_tells_apart(drawn: Any) -> None:
    regions = [part for part in drawn.root.iter("div") if part.get("role") == "region"]
    assert all(
        part.get("tabindex") == "0" and part.get("class", "").startswith("sa-scroll") for part in regions
    )
    names = [part.get("aria-label") for part in regions]
    assert len(names) == len(set(names))
    assert sum(part.find("img") is not None for part in regions) == len(drawn.pictures)


def test_pictures_are_transparent(drawn: Any) -> None:
    for picture in drawn.pictures:
        width, height = re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', picture)[0]
        assert f"M0 0L{width} 0L{width} {height}" not in picture
        assert "<rect" not in picture


def test_the_assessment_stands_right_after_the_value(drawn: Any) -> None:
    for table in drawn.root.iter("table"):
        head = ["".join(cell.itertext()) for cell in table.findall("thead/tr/th")]
        judged = [position for position, text in enumerate(head) if text.startswith("Einordnung")]
        value = [position for position, text in enumerate(head) if re.match(r"Wert( \(Intervall\))?$", text)]
        if judged and value:
            assert judged == [value[0] + 1]


def test_a_table_speaks_of_intervals_only_where_it_has_some(drawn: Any) -> None:
    if drawn.section.startswith("domain-"):
        for table in drawn.root.iter("table"):
            head = ["".join(cell.itertext()) for cell in table.findall("thead/tr/th")]
            column = next(position for position, text in enumerate(head) if text.startswith("Wert"))
            details = [row[column].find("small") for row in table.findall("tbody/tr")]
            assert ("(Intervall)" in head[column]) == any(detail is not None for detail in details)


def test_only_a_table_with_more_than_seven_columns_is_printed_sideways(drawn: Any) -> None:
    if drawn.section == "side_by_side":
        for region in drawn.root.iter("div"):
            columns = len(region.findall("table/thead/tr/th"))
            assert ("sa-landscape" in region.get("class", "")) == (columns > 7)


def test_tables_have_a_caption_and_heads_for_rows_and_columns(drawn: Any) -> None:
    for table in drawn.root.iter("table"):
        assert "".join(table.find("caption").itertext()).strip()
        head = table.findall("thead/tr/th")
        assert head
        assert {cell.get("scope") for cell in head} == {"col"}
        for row in table.findall("tbody/tr"):
            assert row[0].tag == "th"
            assert row[0].get("scope") == "row"
            assert len(row) == len(head)


def test_no_missing_number_shows_as_a_word_of_the_program(drawn: Any) -> None:
    for text in (drawn.fragment.text, visible(drawn.fragment.html)):
        assert not re.search(r"\b(?:nan|NaN|None|inf|NaT)\b|<NA>|&lt;NA&gt;", text)


def test_no_word_claims_a_cause(drawn: Any) -> None:
    text = drawn.fragment.text + visible(drawn.fragment.html)
    assert not [word for word in CAUSAL_WORDS if word in text]


def test_numbers_are_german(drawn: Any) -> None:
    text = drawn.fragment.text + visible(drawn.fragment.html)
    # A source is quoted as it names itself, with its day of record.
    text = re.sub(r"Quelle(?: \(|: )[^\n<]*", "", text)
    assert not re.search(r"\d\.\d{1,2}\s*%", text)
    if drawn.section not in QUOTING:
        assert not re.search(r"\d\.\d{1,2}(?!\d)", text), "a decimal point"
        assert not re.search(r"(?<![\w.])-\d", text), "a hyphen in place of a minus"


def test_pictures_are_well_formed_and_carry_nothing_of_the_machine(drawn: Any) -> None:
    for picture in drawn.pictures:
        root = ET.fromstring(picture)
        assert root.tag == f"{SVG}svg"
        assert not list(root.iter(f"{SVG}script"))
        assert not re.search(r"\d{4}-\d{2}-\d{2}|\d{2}:\d{2}:\d{2}", picture), "a date or time"
        assert not re.search(r"\bnan\b|\binf\b", picture)
        assert "matplotlib.org" not in picture


@pytest.mark.parametrize("place", ["quartier"])
def test_pictures_are_the_same_bytes_again_whatever_a_notebook_has_set(
    place: str,
    open_place: Callable[[str], AreaView],
    sections: dict[str, Callable[[AreaView], Fragment]],
    drawings: dict[tuple[str, str], Fragment],
) -> None:
    area = open_place(place)
    first = {name: drawings.get((place, name)) or draw(area) for name, draw in sections.items()}
    changed = {"font.size": 20, "axes.grid": True, "lines.linewidth": 7, "svg.hashsalt": None}
    with mpl.rc_context(changed):
        again = {name: draw(area) for name, draw in sections.items()}
    assert again == first


def test_a_page_does_not_depend_on_which_pages_were_made_before(
    open_place: Callable[[str], AreaView], sections: dict[str, Callable[[AreaView], Fragment]]
) -> None:
    # `replace` makes an analysis that has kept nothing yet.
    order = ["0101", "01", "0102"]
    drawn = []
    for area_ids in (order, order[::-1]):
        analysis = replace(open_place("quartier").analysis)
        pages = {key: {name: draw(analysis.area(key)) for name, draw in sections.items()} for key in area_ids}
        drawn.append(pages)
    assert drawn[0] == drawn[1]

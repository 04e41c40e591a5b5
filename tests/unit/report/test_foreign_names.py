"""Names and labels come from a city's files: whatever signs they hold, pages show them as they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sozialanalyse import report
from sozialanalyse.analysis import analyse
from sozialanalyse.dataset.schema import Dataset, Source
from sozialanalyse.parameters import Parameters
from sozialanalyse.report.fragment import Fragment, figure, note, paragraph, warning
from sozialanalyse.report.tables import Cell, html_table
from sozialanalyse.report.view import AreaView

NAMES = ["<b>Nord</b> & \"Süd\" 'Ost'", "Nord -- West --> Ost", "Preis $_$ und ^ {x}", "Straße\u00ad·ẞ €"]


@pytest.mark.parametrize("name", NAMES)
def test_every_section_shows_a_name_of_any_signs(
    small_city: Callable[..., Dataset],
    parameters: Parameters,
    sections: dict[str, Callable[[AreaView], Fragment]],
    parse_html: Callable[[str], Any],
    name: str,
) -> None:
    dataset = small_city((2020, 2021, 2022))
    dataset.areas.loc[["A", "A1"], "name"] = name
    dataset.indicators["label"] = [f"{name} {number}" for number in range(len(dataset.indicators))]
    dataset.indicators["definition"] = name
    dataset = replace(dataset, title=name, sources=(Source(name, "javascript:alert(1)"),), attribution=name)
    area = analyse(dataset, parameters).area("A1")
    for section in (
        "heading",
        "profile",
        "sozialindex",
        "development",
        "domain-poverty",
        "definitions",
        "sources",
    ):
        fragment = sections[section](area)
        shown = " ".join(" ".join(parse_html(fragment.html).itertext()).split())
        assert " ".join(name.split()) in shown
        assert "<b>" not in fragment.html
        assert 'href="javascript' not in fragment.html
    assert parse_html(report.side_by_side(area).html) is not None


def test_texts_are_escaped_in_every_building_block(parse_html: Callable[[str], Any]) -> None:
    text = "a < b & c > \"d\" 'e'"
    blocks = [
        paragraph(text, css_class="x"),
        note(text),
        warning(text),
        figure(b"<svg/>", text, text, text),
        html_table(text, [text, text], [[text, Cell(text, text)]]),
    ]
    for block in blocks:
        root = parse_html(block.html)
        assert text in "".join(root.itertext())
        assert text in block.text
    assert next(parse_html(blocks[3].html).iter("img")).get("alt") == text


def test_pieces_stand_below_each_other_and_empty_ones_leave_no_gap() -> None:
    both = paragraph("eins") + Fragment("", "") + paragraph("zwei")
    assert both == Fragment("<p>eins</p>\n<p>zwei</p>", "eins\nzwei")
    assert both._repr_html_() == both.html
    assert repr(both) == both.text

"""Rules on the words of pages: nothing said twice, nothing empty, singular and plural, points in numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import reduce
from operator import add
from typing import Any, Final
from xml.etree.ElementTree import Element

import numpy as np
import pytest

from sozialanalyse import report
from sozialanalyse.excursus import connections_of
from sozialanalyse.index_study import study_of
from sozialanalyse.project import embedded_folder
from sozialanalyse.report import connections, neighbourhood, pattern, studies
from sozialanalyse.report.connected import ConnectionView, made_apart
from sozialanalyse.report.fragment import Fragment
from sozialanalyse.report.numbers import format_number
from sozialanalyse.report.view import AreaView
from sozialanalyse.vocabulary import DOMAINS

ALL: Final = "poverty,education,health,environment,housing"
PLACES: Final = ("stadt", "sozialraum", "quartier", "rochdale", "kreis")
SINGULAR: Final = re.compile(
    r"(?<![\d,.–])\b1 (?:Gebiete|Indikatoren|Paare|Werte|Zusammenhänge|weiterer?|anderen)\b|in 1 von 1\b"
)
UNPOINTED: Final = re.compile(r"(?<![\w.,])(?:\d{5,}|(?!19|20)\d{4})(?![\w.,]*\w)")
"""Numbers of four digits and more without a point; years, and keys such as E01005464, are none."""


def parameters_folder() -> str:
    return str(embedded_folder("parameters"))


def connected(area: AreaView, domains: str = ALL) -> ConnectionView:
    return connections_of(area.analysis, domains, parameters_folder())


def excursus(area: AreaView) -> Fragment:
    view = connected(area, "poverty,health")
    draw = [getattr(connections, name) for name in connections.__all__ if name != "definitions"]
    return reduce(add, [each(view) for each in [*draw, neighbourhood.neighbours, neighbourhood.clusters]])


def index_page(area: AreaView) -> Fragment:
    study = study_of(area.analysis, parameters_folder())
    return reduce(add, [getattr(studies, name)(study) for name in studies.__all__ if name != "standing"])


def area_page(area: AreaView) -> Fragment:
    parts = [report.profile(area), report.strengths_and_burdens(area), report.population_pyramid(area)]
    parts += [report.domain(area, name) for name in DOMAINS]
    parts += [report.sozialindex(area), studies.standing(area, study_of(area.analysis, parameters_folder()))]
    parts += [
        pattern.pattern_here(area, connected(area)),
        report.side_by_side(area),
        report.development(area),
    ]
    return reduce(add, parts)


PAGES: Final[dict[str, Callable[[AreaView], Fragment]]] = {
    "exkurs": excursus,
    "sozialindex": index_page,
    "sozialraumanalyse": area_page,
}


@pytest.fixture(scope="module", params=[(page, place) for page in PAGES for place in PLACES], ids="-".join)
def page(request: pytest.FixtureRequest, open_place: Callable[[str], AreaView]) -> Fragment:
    name, place = request.param
    return PAGES[name](open_place(place))


def running_sentences(root: Element) -> Iterator[str]:
    """Yield sentences of paragraphs and lists: what is read from top to bottom, without pictures and tables.

    Items of a list may happen to have the same number in the same words, as two pairs of indicators may.
    """
    for element in root.iter():
        if element.tag in {"p", "li"}:
            text = " ".join("".join(element.itertext()).split())
            for sentence in re.split(r"(?<=[.!?]) (?=[A-ZÄÖÜ»])", text):
                if element.tag == "p" or not re.search(r"\d", sentence):
                    yield sentence


def test_no_sentence_stands_twice_on_a_page(page: Fragment, parse_html: Callable[[str], Any]) -> None:
    said = Counter(running_sentences(parse_html(page.html)))
    assert [sentence for sentence, count in said.items() if count > 1 and len(sentence) > 45] == []


def test_one_thing_is_spoken_of_in_the_singular(page: Fragment) -> None:
    assert not SINGULAR.search(page.text), SINGULAR.search(page.text)


def test_numbers_from_a_thousand_on_have_a_point(page: Fragment) -> None:
    shown = [found[0] for found in UNPOINTED.finditer(page.text)]
    assert shown == []


@pytest.mark.parametrize(
    "text", ["1 Gebiete", "und 1 weitere", "in 1 von 1 anderen", "mit 12345 Fällen", "1500 m"]
)
def test_the_patterns_find_what_they_look_for(text: str) -> None:
    assert SINGULAR.search(text) or UNPOINTED.search(text)


@pytest.mark.parametrize(
    "text", ["2022 und 1995", "12.345", "1,23456", "E01005464", "21 Gebiete", "0,1 Gebiete"]
)
def test_the_patterns_leave_what_is_right(text: str) -> None:
    assert not SINGULAR.search(text)
    assert not UNPOINTED.search(text)


@pytest.mark.parametrize("place", ["stadt", "rochdale", "kreis"])
def test_no_table_on_connections_has_a_column_of_dashes(
    place: str, open_place: Callable[[str], AreaView], parse_html: Callable[[str], Any]
) -> None:
    page = excursus(open_place(place))
    for table in parse_html(page.html).iter("table"):
        rows = [["".join(cell.itertext()) for cell in row] for row in table.find("tbody")]
        assert rows
        assert not [column for column in zip(*rows, strict=True) if set(column) == {"–"}]


def test_the_start_of_the_excursus_counts_no_pair_made_from_the_same_data(
    open_place: Callable[[str], AreaView],
) -> None:
    """Rochdale: income deprivation and illness are counted from the same benefits, by the catalogue."""
    view = connected(open_place("rochdale"), "poverty,health")
    text = connections.overview(view).text
    frame = view.pairs.frame
    apart = frame[[made_apart(str(code)) for code in frame["construction"]]]
    assert 0 < len(apart) < len(frame)
    assert f"{len(frame) - len(apart)} davon sind zum Teil aus denselben Daten gebildet" in text
    counted = sum(int(number) for number in re.findall(r"(\d+)\u2011mal »", text)) + text.count("einmal »")
    assert counted == len(apart)
    assert "Krankheit und Behinderung" not in text


def test_the_start_names_what_is_not_connected_too(open_place: Callable[[str], AreaView]) -> None:
    """The environment and the state of dwellings in Rochdale: field knowledge, and the verdicts say so."""
    area = open_place("rochdale")
    environment = connections.overview(connected(area, "poverty,environment")).text
    assert re.search(r"Je nach Rechenweg uneinheitlich, zum Beispiel: .*»Stickstoffdioxid«", environment)
    housing = connections.overview(connected(area, "poverty,housing")).text
    assert re.search(r"Kein Zusammenhang erkennbar ist bei: .*»Wohnungen in schlechtem Zustand«", housing)
    assert re.search(r"Am deutlichsten gesichert: .*»Überbelegte Wohnungen« \(0,88; 0,75 bis 0,95\)", housing)
    assert "»Stickstoffdioxid« ist der Zusammenhang uneinheitlich" in (
        connections.sentences(connected(area, "poverty,environment")).text
    )


def test_without_an_established_pair_the_start_says_so(open_place: Callable[[str], AreaView]) -> None:
    view = connected(open_place("stadt"), "poverty,health")
    weaker = view.pairs.derive("pairs", lambda frame: frame.assign(category="uneinheitlich"))
    text = connections.overview(replace(view, pairs=weaker)).text
    assert (
        "Gesichert ist kein Zusammenhang, und keiner ein Hinweis. Am größten, aber uneinheitlich: »" in text
    )
    hint = view.pairs.derive("pairs", lambda frame: frame.assign(category="Hinweis"))
    assert "Gesichert ist kein Zusammenhang. Hinweise gibt es vor allem auf: »" in (
        connections.overview(replace(view, pairs=hint)).text
    )


def test_the_gradient_is_tabulated_for_all_indicators_and_its_ratio_where_zero_means_nothing(
    open_place: Callable[[str], AreaView], parse_html: Callable[[str], Any]
) -> None:
    view = connected(open_place("stadt"))
    root = parse_html(connections.gradient(view).html)
    rows = [["".join(cell.itertext()) for cell in row] for row in root.find(".//tbody")]
    slopes = view.slopes.frame.dropna(subset=["sii"])
    assert len(rows) == len(slopes) > 8
    kinds = view.analysis.indicators["kind"]
    assert sum(line[4] != "–" for line in rows) > 5
    for line, row in zip(rows, slopes.to_dict("records"), strict=True):
        assert line[0].startswith(view.labels[row["indicator_id"]])
        assert line[4] == "–" or kinds[row["indicator_id"]] != "score"
        assert (line[5] == "klar") == (row["sii_lower"] > 0 or row["sii_upper"] < 0)
    text = connections.gradient(view).text
    assert "1 heißt kein Gefälle, 2 doppelt so hoch" in text
    assert "um wie viel eine gerade Linie" in text


def test_the_start_of_the_index_page_names_ranks_with_those_that_are_possible(
    open_place: Callable[[str], AreaView],
) -> None:
    study = study_of(open_place("stadt").analysis, parameters_folder())
    first, *others = studies.overview(study).text.splitlines()
    assert first.startswith("Der Sozialindex fasst sieben Indikatoren zu einer Zahl je Gebiet zusammen")
    assert 3 <= len(others) <= 5
    assert all(re.search(r"\d", text) for text in others)
    row = study.ranks.frame.sort_values("rank").iloc[1]
    low = min(row["sampling_lower"], row["choice_lower"])
    high = max(row["sampling_upper"], row["choice_upper"])
    name = study.analysis.areas["distinct_name"][row["area_id"]]
    assert f"{name} (Rang 2; möglich {low:.0f} bis {high:.0f})" in others[1]


def test_what_cannot_be_computed_for_the_index_leaves_no_words_behind(
    open_place: Callable[[str], AreaView],
) -> None:
    """The districts of Germany come without counts: chance in them cannot move a rank."""
    study = study_of(open_place("kreis").analysis, parameters_folder())
    text = studies.ranks(study).text
    assert "breite Band" not in text
    assert "Ränge durch Zufall" not in text
    assert "(bei anderen Entscheidungen möglich" not in text
    assert "die bei anderen Entscheidungen möglich sind" in studies.overview(study).text


def test_a_district_is_told_how_many_of_its_parts_follow_the_pattern(
    open_place: Callable[[str], AreaView],
) -> None:
    district = open_place("sozialraum")
    text = pattern.pattern_here(district, connected(district)).text
    quarters = [pattern.pattern_here(child, connected(child)).text for child in district.children]
    following = sum(
        "Übergang zum Gymnasium" in text and "; das entspricht dem Muster" in text for text in quarters
    )
    assert following
    assert re.search(r"; dem entsprechen vier von vier Gebieten in Mitte/Styrum mit beiden Werten\.", text)
    assert "Durch Zufall allein" in text


def test_the_city_is_told_of_each_part_what_the_page_of_the_part_says(
    open_place: Callable[[str], AreaView], parse_html: Callable[[str], Any]
) -> None:
    city = open_place("stadt")
    section = report.strengths_and_burdens(city)
    rows = {row[0].text: row for row in parse_html(section.html).find(".//tbody")}
    assert set(rows) == {child.bare_name for child in city.children}
    for child in city.children:
        worse, better, similar = (int(cell.text.replace("–", "0")) for cell in rows[child.bare_name][1:])
        facts = report.profile(child).text
        total = f"von {worse + better + similar} Indikatoren, die sich prüfen lassen"
        assert f"ungünstiger als Oberhausen insgesamt: {worse} ({total})" in facts
        assert f"\ngünstiger als Oberhausen insgesamt: {better} ({total})" in facts
    assert "am häufigsten ungünstiger ist Mitte/Styrum (bei 13 Indikatoren)" in section.text


def test_a_city_without_intervals_is_told_that_its_parts_cannot_be_told_apart(
    open_place: Callable[[str], AreaView],
) -> None:
    analysis = open_place("kreis").analysis
    text = report.strengths_and_burdens(analysis.area(analysis.root_id)).text
    assert text.startswith("Ob sich Gebiete gesichert von Deutschland insgesamt unterscheiden, lässt sich")


def test_a_city_reads_first_where_its_areas_lie_furthest_apart(open_place: Callable[[str], AreaView]) -> None:
    """The span of the areas' values as a share of the city's value, taken from the released table itself."""
    city = open_place("stadt")
    frame = city.analysis.current.frame
    keys = city.indicator_ids("poverty")
    frame = frame[frame["indicator_id"].isin(keys)]
    areas = frame[frame["level"] == "neighbourhood"].groupby("indicator_id", observed=True)["value"]
    whole = frame[frame["area_id"] == city.area_id].set_index("indicator_id")["value"]
    shares = ((areas.max() - areas.min()) / whole).sort_values(ascending=False)
    labels = [str(city.analysis.indicators["label"][key]) for key in shares.index[:3]]
    first = report.domain(city, "poverty").text.splitlines()[0]
    assert re.findall(r"»(.*?)«", first) == labels
    assert "(Ebene Sozialquartier; in Klammern der kleinste und der größte Wert)" in first


def test_a_whole_without_values_shows_the_span_of_its_parts(open_place: Callable[[str], AreaView]) -> None:
    analysis = open_place("kreis").analysis
    text = report.domain(analysis.area(analysis.root_id), "poverty").text
    assert re.search(r"Werte der Gebiete \(Ebene Kreis\): »[^»]+« \d+,\d bis \d+,\d", text)


@pytest.mark.parametrize(("value", "text"), [(9.95, "10,0"), (0.25, "0,3"), (-0.25, "−0,3"), (1e16, None)])
def test_a_half_is_rounded_up_whatever_the_type_of_the_number(value: float, text: str | None) -> None:
    assert format_number(value, 1) == format_number(np.float64(value), 1)
    assert text is None or format_number(value, 1) == text

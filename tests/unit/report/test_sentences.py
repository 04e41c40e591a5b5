"""Sentences made from data say what is shown, all of it or how much of it, and in good German."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sozialanalyse import report
from sozialanalyse.analysis import analyse, load_analysis
from sozialanalyse.dataset.schema import Dataset
from sozialanalyse.excursus import connections_of
from sozialanalyse.index_study import study_of
from sozialanalyse.parameters import Parameters
from sozialanalyse.project import embedded_folder
from sozialanalyse.report import connections, pattern, studies
from sozialanalyse.report.assess import certain_rows
from sozialanalyse.report.connected import ConnectionView
from sozialanalyse.report.sources import origin
from sozialanalyse.report.studied import IndexStudy
from sozialanalyse.report.text import domain_finding, for_readers, profile_sentences
from sozialanalyse.report.view import Analysis
from sozialanalyse.site.page_facts import PageReader

ALL = "poverty,education,health,environment,housing"


@pytest.fixture(scope="module")
def city() -> Analysis:
    return load_analysis(str(embedded_folder("data")), str(embedded_folder("parameters")))


@pytest.fixture(scope="module")
def found(city: Analysis) -> ConnectionView:
    return connections_of(city, ALL, str(embedded_folder("parameters")))


@pytest.fixture(scope="module")
def study(city: Analysis) -> IndexStudy:
    return study_of(city, str(embedded_folder("parameters")))


def rows_of(**columns: list[Any]) -> pd.DataFrame:
    """Return rows as `assess_rows` gives them, in per cent, against a city value of 10."""
    count = len(next(iter(columns.values())))
    base: dict[str, list[Any]] = {
        "value": [20.0] * count,
        "unit": ["%"] * count,
        "kind": ["proportion"] * count,
        "decimals": [1] * count,
        "city_value": [10.0] * count,
        "level_median": [10.0] * count,
        "ranked": [4] * count,
    }
    return pd.DataFrame(base | columns, index=[str(number) for number in range(count)])


def test_rows_without_a_comparable_distance_head_no_list_but_are_named(city: Analysis) -> None:
    rows = rows_of(
        label=["A", "B", "C", "D", "E"],
        assessment=["worse", "worse", "better", "better", "similar"],
        burden=[1.0, np.nan, -0.5, np.nan, 0.1],
    )
    text = " ".join(profile_sentences(city.area("0101"), rows))
    assert (
        "Der Vergleich mit Oberhausen insgesamt, bei fünf Indikatoren möglich, ergibt: zwei ungünstiger, "
        "zwei günstiger und einer nicht erkennbar anders."
    ) in text
    assert "Am weitesten auf der ungünstigen Seite: »A« 20,0" in text
    assert re.search(r"Ebenfalls ungünstiger, aber nicht nach Größe zu ordnen, weil .*: »B«", text)
    assert "Am weitesten auf der günstigen Seite: »C« 20,0" in text
    assert re.search(r"Ebenfalls günstiger, aber nicht .*: »D«", text)
    assert "»E«" not in text


def test_certain_rows_come_largest_first_whatever_their_side() -> None:
    rows = rows_of(label=list("ABC"), assessment=["better"] * 3, burden=[-0.2, -0.9, np.nan])
    ranked, unranked = certain_rows(rows, "better")
    assert list(ranked["label"]) == ["B", "A"]
    assert list(unranked["label"]) == ["C"]


def test_a_list_that_stops_says_of_how_many_it_names_which(city: Analysis) -> None:
    text = report.strengths_and_burdens(city.area("0501")).text
    stopped = re.search(r"Die acht größten von (\d+) gesicherten Belastungen: (.*?)\. Die übrigen", text)
    assert stopped
    assert int(stopped[1]) > 8
    assert stopped[2].count("(insgesamt") == 8


def test_a_domain_is_said_with_the_indicators_of_each_kind_and_one_is_einer(city: Analysis) -> None:
    rows = rows_of(label=["A", "B", "C"], assessment=["worse", "similar", "worse"], burden=[1.0, 0.0, 2.0])
    finding, values = domain_finding(city.area("0101"), rows, "Armut")
    assert finding == (
        "Armut in Innenstadt, verglichen mit Oberhausen insgesamt: von drei Indikatoren zwei ungünstiger "
        "(»A« und »C«) und einer nicht erkennbar anders (»B«)."
    )
    assert values.count("20,0\u00a0%") == 3
    alike, _ = domain_finding(city.area("0101"), rows.iloc[[0, 2]], "Armut")
    assert alike.endswith("insgesamt: alle zwei ungünstiger (»A« und »C«).")
    alone, _ = domain_finding(city.area("0101"), rows.iloc[[1]], "Armut")
    assert alone.endswith("insgesamt: ein Indikator, nicht erkennbar anders (»B«).")


def test_a_comparison_without_a_worse_indicator_says_so(city: Analysis) -> None:
    rows = rows_of(label=["A"], assessment=["better"], burden=[-1.0])
    text = " ".join(profile_sentences(city.area("0101"), rows))
    assert "bei einem Indikator möglich, ergibt: keiner ungünstiger und einer günstiger." in text


@pytest.mark.parametrize("area_id", ["05119000", "05", "0501"])
@pytest.mark.parametrize("name", ["domain-poverty", "domain-housing", "development", "sozialindex"])
def test_the_finding_of_a_chart_stands_beside_it_too(
    city: Analysis, sections: dict[str, Any], parse_html: Callable[[str], Any], area_id: str, name: str
) -> None:
    root = parse_html(sections[name](city.area(area_id)).html)
    paragraphs = ["".join(part.itertext()) for part in root.iter("p")]
    for image in root.iter("img"):
        assert any(image.get("alt").startswith(text) for text in paragraphs if len(text) > 20)


def test_every_figure_has_a_line_on_source_and_state(drawn: Any) -> None:
    for caption in drawn.root.iter("figcaption"):
        assert re.match(r"Quelle(?: \(.+?\))?: .+; Stand: (?:\d{4}|\d{4} bis \d{4})\.", caption[-1].text)


def test_what_all_sources_say_first_is_said_once_and_many_are_counted(city: Analysis) -> None:
    line = origin(city, ["sgb2_rate", "gymnasium_transition"])
    assert line.startswith("Quelle (synthetisch, nachgebildet): Grundsicherungsstatistik")
    assert line.endswith("; Stand: 2022.")
    assert re.search(r" und \d+ weitere \(siehe", origin(city, list(city.indicators.index)))
    assert origin(city, ["sgb2_rate"], [2016, 2018, 2022]).endswith("Stand: 2016 bis 2022.")


def test_units_that_nobody_speaks_stay_out_of_sentences(city: Analysis) -> None:
    rows = rows_of(label=["GISD"], assessment=["unknown"], burden=[np.nan], unit=["Index"])
    finding, _ = domain_finding(city.area("0101"), rows, "Armut")
    assert finding == "Armut in Innenstadt: »GISD« 20,0 (insgesamt 10,0)."


def test_areas_of_one_name_are_told_apart_by_their_level(city: Analysis) -> None:
    assert report.heading(city.area("05")).text.startswith(
        "Sozialraumanalyse: Sterkrade-Mitte (Sozialraum)\n"
    )
    assert report.heading(city.area("0501")).text.startswith(
        "Sozialraumanalyse: Sterkrade-Mitte (Sozialquartier)\nSozialquartier in Sterkrade-Mitte (Sozialraum)"
    )
    assert city.area("0101").name == "Innenstadt"


def test_areas_of_one_name_and_level_are_told_apart_by_their_key(
    build_dataset: Callable[..., Dataset],
) -> None:
    dataset = build_dataset([("A1", "x", 2022, 1, 10, np.nan)], x=("proportion", 100, "neutral"))
    dataset.areas.loc[["A1", "B1"], "name"] = "Mitte"
    assert dataset.distinct_names["A1"] == "Mitte (Quartier A1)"
    assert dataset.distinct_names["A2"] == "Nord-West"


def test_one_hidden_value_is_said_in_the_singular(
    small_city: Callable[..., Dataset], parameters: Parameters
) -> None:
    dataset = small_city((2022,), {("A1", "sgb2_rate", 2022): (1, 900)})
    analysis = analyse(dataset, parameters)
    texts = [report.secrecy(analysis.area(key)).text for key in ("A1", "A2", "B1", "B2")]
    single = [text for text in texts if re.search(r" ist einer geheim \(", text)]
    assert single
    assert not any("sind 1 " in text for text in texts)


@pytest.mark.parametrize(
    ("weak", "words"),
    [(0, ""), (1, " Bei einem davon ist der Schutz schwächer"), (2, " Bei 2 davon ist der Schutz schwächer")],
)
def test_a_page_says_how_many_hidden_values_are_less_open_than_asked_for(
    small_city: Callable[..., Dataset], parameters: Parameters, weak: int, words: str
) -> None:
    cells = {("A1", "sgb2_rate", 2022): (1, 900), ("A1", "child_poverty", 2022): (2, 900)}
    analysis = analyse(small_city((2022,), cells), parameters)

    def exposed(frame: pd.DataFrame) -> pd.DataFrame:
        own = (frame["area_id"] == "A1") & (frame["hidden"] != "")
        return frame.assign(exposed=own & (own.cumsum() <= weak))

    released = analysis.values  # noqa: PD011 (no data frame)
    told = replace(analysis, values=released.derive("values", exposed))
    text = report.secrecy(told.area("A1")).text
    assert words in text
    assert ("schwächer" in text) == (weak > 0)
    assert "schwächer" not in report.secrecy(told.area("B1")).text


def test_the_pyramid_says_that_known_totals_make_protection_weaker(
    small_city: Callable[..., Dataset], small_population: Callable[..., pd.DataFrame], parameters: Parameters
) -> None:
    # Everybody knows that two women live there, and none of 65 or more: each of their groups is 0, 1 or 2.
    people = small_population("0-17", "18-64", "65+", count=30)
    people.loc[(people["area_id"] == "A1") & (people["sex"] == "f"), "count"] = [1, 1, 0]
    analysis = analyse(replace(small_city((2022,)), population=people), parameters)
    assert analysis.population is not None
    frame = analysis.population.where(area_id="A1").frame
    assert frame["exposed"].sum() > 0
    text = report.population_pyramid(analysis.area("A1")).text
    assert f"Bei {frame['exposed'].sum()} davon ist der Schutz schwächer als vorgesehen" in text


def test_rules_of_secrecy_have_german_dates(city: Analysis) -> None:
    text = report.secrecy(city.area("0101")).text
    assert "1.1.2019" in text
    assert not re.search(r"\d{4}-\d{2}-\d{2}", text)
    assert "gesperrt" in text
    assert "nicht: geheim" in text


def test_totals_that_are_not_the_sum_of_their_parts_are_told_to_who_subtracts(
    small_city: Callable[..., Dataset], parameters: Parameters
) -> None:
    parts = small_city((2022,)).observations
    parts = parts[parts["indicator_id"] == "sgb2_rate"]
    total = (parts["numerator"].sum() + 1, parts["denominator"].sum())
    dataset = small_city((2022,), {("S", "sgb2_rate", 2022): total})
    analysis = analyse(replace(dataset, remarks=("Zeile 3: leer.",)), parameters)
    page = report.secrecy(analysis.area("A1"))
    assert " weichen um höchstens ein halbes Prozent von der Zusammenfassung" in page.text
    assert "Zeile 3" not in page.text
    reader = PageReader()
    reader.read(page.html, "seite.html")
    assert reader.rules().deviating == {analysis.indicators["label"]["sgb2_rate"]}


def test_pages_show_neither_a_checksum_nor_remarks_for_analysts(city: Analysis) -> None:
    text = report.sources(replace(city, remarks=("observations.csv, 6 Zeilen: leer.",)).area("0101")).text
    assert "observations.csv" not in text
    assert not re.search(r"[0-9a-f]{12}", text)


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ((7, 7, 7, 7), "90-%-Intervall durch Zufall und bei anderen Entscheidungen: derselbe Rang"),
        ((6, 8, 6, 8), "90-%-Intervall durch Zufall und bei anderen Entscheidungen: Rang 6 bis 8"),
        (
            (6, 8, 7, 7),
            "90-%-Intervall durch Zufall Rang 6 bis 8 und bei anderen Entscheidungen derselbe Rang",
        ),
        ((np.nan, np.nan, 5, 9), "90-%-Intervall bei anderen Entscheidungen: Rang 5 bis 9"),
        ((np.nan,) * 4, "ohne Intervall"),
    ],
)
def test_a_rank_that_is_the_same_is_said_once(
    study: IndexStudy, bounds: tuple[float, ...], words: str
) -> None:
    names = ("sampling_lower", "sampling_upper", "choice_lower", "choice_upper")
    ranks = study.ranks.derive(
        "ranks",
        lambda frame: frame.assign(**dict(zip(names, map(float, bounds), strict=True))).assign(rank=7.0),
    )
    text = studies.standing(study.analysis.area("0501"), replace(study, ranks=ranks)).text
    assert text.startswith(f"Rang 7 von 27 im Sozialindex, {words}.")


def test_domains_without_an_index_are_named(study: IndexStudy) -> None:
    def fewer(frame: pd.DataFrame) -> pd.DataFrame:
        here = (frame["area_id"] == "0501") & (frame["domain"] == "health")
        return frame[~here & (frame["domain"] != "housing")]

    changed = replace(study, domains=study.domains.derive("domains", fewer))
    text = studies.standing(study.analysis.area("0501"), changed).text
    assert (
        "Ohne Index für Sterkrade-Mitte (Sozialquartier), weil hier zu viele Werte fehlen: Gesundheit."
        in text
    )
    assert "weil der Datensatz zu wenige Werte hat: Wohnen." in text
    assert "Ohne Index" not in studies.standing(study.analysis.area("0501"), study).text


def test_a_page_on_one_area_speaks_of_allowed_pairs_only_and_names_each_once(
    city: Analysis, found: ConnectionView
) -> None:
    text = pattern.pattern_here(city.area("0501"), found).text
    named = re.findall(r"»([^»«]*)«", text)
    assert len(named) == len(set(named)) >= 2
    labels = {key: label for label, key in ((str(v), str(k)) for k, v in city.indicators["label"].items())}
    allowed = {frozenset(pair) for pair in found.told_pairs}
    keys = {label: key for key, label in labels.items()}
    assert all(frozenset((keys[named[0]], keys[other])) in allowed for other in named[1:])


def test_without_an_allowed_pair_the_strongest_is_told_and_without_a_certain_one_none(
    city: Analysis, found: ConnectionView
) -> None:
    area = city.area("0501")
    strongest = found.pairs.frame.iloc[0]
    text = pattern.pattern_here(area, replace(found, told_pairs=())).text
    assert f"»{found.labels[strongest['second']]}«" in text
    weak = found.pairs.frame[found.pairs.frame["category"] == "Daten reichen nicht"].iloc[0]
    only = ((str(weak["first"]), str(weak["second"])),)
    assert "folgt daraus nichts" in pattern.pattern_here(area, replace(found, told_pairs=only)).text


def test_effects_per_ten_points_stay_within_what_the_areas_differ_by(found: ConnectionView) -> None:
    frame = found.pairs.frame
    spread = found.areas.frame.groupby("indicator_id")["value"].std()
    percent = frame["first"].map(found.analysis.indicators["unit"]) == "%"
    modelled = frame[percent & frame["effect"].notna()]
    assert (modelled["per_points"] == (modelled["first"].map(spread) * 2 >= 10)).all()
    assert modelled["per_points"].nunique() == 2


def test_findings_in_sentences_name_no_indicator_twice_and_no_pair_made_from_the_same_data(
    found: ConnectionView,
) -> None:
    text = connections.sentences(found).text
    openings = re.findall(r"^- Höhere Werte bei »(.*?)« gehen einher mit \w+ Werten bei »(.*?)«", text, re.M)
    named = [label for pair in openings for label in pair]
    assert len(named) == len(set(named)) >= 2
    assert "zum Teil aus denselben Daten gebildet und" not in text


def test_a_message_for_analysts_loses_its_remedy_and_nothing_else() -> None:
    assert (
        for_readers("Regel. Befund 2,5. Bitte das tun. Noch ein Satz.") == "Regel. Befund 2,5. Noch ein Satz."
    )
    assert for_readers("Ohne Bitte im Satz.") == "Ohne Bitte im Satz."
    assert for_readers("") == ""


def test_side_by_side_no_value_of_another_area_stands_right_behind_an_indicator(city: Analysis) -> None:
    # A reader of the words alone would take it for the value of the area that the page is about.
    area = city.area("0604")
    names = [view.bare_name for view in area.neighbours_in_view]
    _, *lines = report.side_by_side(area).text.splitlines()
    table = [line for line in lines if "; " in line and ": " in line and not line.startswith("▲")]
    assert len(table) > 8
    for line in table:
        values = line.partition(": ")[2].split("; ")
        assert all(value.startswith(name) for value, name in zip(values, names, strict=True))

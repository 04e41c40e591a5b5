"""Pages of social planning: sections with and without each table, marks of examples, traces of figures."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd
import pytest

from sozialanalyse.analysis import load_analysis
from sozialanalyse.dataset.planning_tables import PlanningTables
from sozialanalyse.errors import DisclosureError, ParameterError
from sozialanalyse.index_study import study_of
from sozialanalyse.project import embedded_folder
from sozialanalyse.report import (
    controlling,
    controlling_spread,
    controlling_targets,
    dialogues,
    dialogues_themes,
    measures,
    measures_profiles,
    strategy,
    strategy_needs,
)
from sozialanalyse.report.controlling_charts import draw_status_bars, status_styles
from sozialanalyse.report.fragment import Fragment
from sozialanalyse.report.front import location
from sozialanalyse.report.plan_view import SocialPlan
from sozialanalyse.report.planned import planned
from sozialanalyse.report.view import Analysis
from sozialanalyse.social_planning import plan_of

CITY, DISTRICT = "05119000", "01"
TABLES: Final = (
    "dialogues",
    "statements",
    "recommendations",
    "recommendation_log",
    "measures",
    "developments",
)
CAUSAL: Final = re.compile(
    r"führt zu|führen zu|verursach|bewirk|Wirkung von|Auswirkung|Folge von|aufgrund|infolge|beeinflus"
    r"|Einfluss|dadurch|dank der (Maßnahme|Handlungsempfehlung)|Erfolg der (Maßnahme|Handlungsempfehlung)",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return load_analysis(str(embedded_folder("data")), str(embedded_folder("parameters")))


def plan(analysis: Analysis, area_id: str = DISTRICT, **options: str) -> SocialPlan:
    return plan_of(analysis.area(area_id), parameters_dir=str(embedded_folder("parameters")), **options)


def without(analysis: Analysis, *names: str) -> Analysis:
    """Return the analysis of a dataset that lacks some planning tables."""
    absent: dict[str, Any] = dict.fromkeys(names)
    return replace(analysis, planning=replace(analysis.planning, **absent))


def controlling_page(found: SocialPlan) -> dict[str, Fragment]:
    page = {name: getattr(controlling, name)(found) for name in controlling.__all__}
    page |= {name: getattr(controlling_spread, name)(found) for name in controlling_spread.__all__}
    return page | {"targets": controlling_targets.targets(found)}


def measures_page(found: SocialPlan) -> dict[str, Fragment]:
    page = {name: getattr(measures, name)(found) for name in measures.__all__}
    return page | {"profiles": measures_profiles.profiles(found)}


def dialogue_page(found: SocialPlan, part: str) -> dict[str, Fragment]:
    plain = ("comparison", "comparison_figure", "events", "reading", "rounds")
    page = {name: getattr(dialogues, name)(found) for name in plain}
    page |= {
        name: getattr(dialogues, name)(found, part) for name in ("heading", "overview", "recommendations")
    }
    return page | {"themes": dialogues_themes.themes(found, part)}


def strategy_page(found: SocialPlan) -> dict[str, Fragment]:
    evidence = strategy.paper_evidence(found)
    study = study_of(found.area.analysis, str(embedded_folder("parameters")))
    page = {
        name: getattr(strategy, name)(found, evidence)
        for name in ("summary", "picture", "annex", "sources_of")
    }
    page |= {name: getattr(strategy_needs, name)(found, evidence) for name in strategy_needs.__all__}
    page["heading"] = strategy.heading(found)
    page["index_ranks"] = strategy.index_ranks(found, study, evidence)
    return page | {"recommendations": controlling.recommendations(found, evidence.cite)}


def all_sections(analysis: Analysis, district: str = DISTRICT) -> dict[str, Fragment]:
    """Return every section of the four pages, by page and name."""
    city, here = plan(analysis, str(analysis.root_id)), plan(analysis, district)
    pages = {
        "controlling-city": controlling_page(city),
        "controlling": controlling_page(here),
        "measures": measures_page(city),
        "before": dialogue_page(here, "vorbereitung"),
        "after": dialogue_page(here, "dokumentation"),
        "strategy": strategy_page(here),
    }
    return {f"{page}-{name}": piece for page, parts in pages.items() for name, piece in parts.items()}


@pytest.fixture(scope="module")
def sections_here(analysis: Analysis) -> dict[str, Fragment]:
    return all_sections(analysis)


def own_words(text: str, analysis: Analysis) -> str:
    """Leave out what planners wrote into their tables: only our own sentences are judged."""
    written = {
        str(cell)
        for _, frame in analysis.planning.present()
        for column in ("text", "need", "goal", "success_criteria", "note", "title", "target_group")
        if column in frame
        for cell in frame[column]
    }
    for words in sorted(written, key=len, reverse=True):
        text = text.replace(words, "") if words else text
    return text


def test_every_section_says_something_in_words_without_a_cause(
    analysis: Analysis, sections_here: dict[str, Fragment], parse_html: Callable[[str], Any]
) -> None:
    for name, fragment in sections_here.items():
        parse_html(fragment.html)
        assert fragment.text, name
        causal = CAUSAL.search(own_words(fragment.text, analysis))
        assert not causal, (name, causal)
        assert not re.search(r"\bnan\b|NaT|<NA>|None", fragment.text), name


def test_the_same_plan_gives_the_same_bytes(analysis: Analysis, sections_here: dict[str, Fragment]) -> None:
    again = all_sections(analysis)
    assert {name: fragment.html for name, fragment in again.items()} == {
        name: fragment.html for name, fragment in sections_here.items()
    }


@pytest.mark.parametrize("name", TABLES)
def test_without_a_table_every_section_renders_and_the_page_says_what_is_missing(
    name: str, analysis: Analysis, parse_html: Callable[[str], Any]
) -> None:
    sections = all_sections(without(analysis, name))
    for fragment in sections.values():
        parse_html(fragment.html)
        assert fragment.text
    told = [fragment for fragment in sections.values() if f"Es fehlt die Tabelle »{name}«" in fragment.text]
    assert told
    assert all(f"{name}.csv" in fragment.text for fragment in told)


def test_without_any_table_every_section_renders(
    analysis: Analysis, parse_html: Callable[[str], Any]
) -> None:
    for fragment in all_sections(replace(analysis, planning=PlanningTables())).values():
        parse_html(fragment.html)
        assert fragment.text


@pytest.mark.parametrize("place", ["rochdale", "kreise"])
def test_a_city_without_planning_tables_gets_sentences(
    place: str, shared_data: Any, parse_html: Callable[[str], Any]
) -> None:
    other = load_analysis(str(shared_data / place), str(embedded_folder("parameters")))
    district = str(other.areas.index[other.areas["level"] == other.levels[-2].level][0])
    for fragment in all_sections(other, district).values():
        parse_html(fragment.html)


def rows_of(fragment: Fragment, caption: str, parse_html: Callable[[str], Any]) -> list[str]:
    """Return the text of each row of the table whose caption begins so."""
    for table in parse_html(fragment.html).iter("table"):
        if "".join(table.find("caption").itertext()).startswith(caption):
            return [" ".join(row.itertext()) for row in table.find("tbody")]
    raise AssertionError(caption)


def test_made_up_rows_are_marked_and_real_ones_are_not(
    analysis: Analysis, parse_html: Callable[[str], Any]
) -> None:
    table = analysis.planning.recommendations
    assert table is not None
    real = table.assign(synthetic=table["recommendation_id"] != "HE-01")
    changed = replace(analysis, planning=replace(analysis.planning, recommendations=real))
    rows = rows_of(controlling.recommendations(plan(changed, CITY)), "Stand am", parse_html)
    marked = {re.search(r"HE-\d+", row)[0]: "Beispiel" in row for row in rows}  # type: ignore[index]
    assert marked.pop("HE-01") is False
    assert len(marked) == 41
    assert all(marked.values())


def test_the_real_developments_stand_apart(analysis: Analysis, parse_html: Callable[[str], Any]) -> None:
    table = analysis.planning.developments
    assert table is not None
    made_up = table.iloc[[0]].assign(development_id="PE-99", text="Erfunden.", synthetic=True)
    mixed = pd.concat([table, made_up], ignore_index=True)
    changed = replace(analysis, planning=replace(analysis.planning, developments=mixed))
    fragment = controlling.developments(plan(changed, CITY))
    real = rows_of(fragment, "Wirkliche Entwicklungen", parse_html)
    assert len(real) == 17
    assert not [row for row in real if "Beispiel" in row]
    assert len(rows_of(fragment, "Erfundene Beispiele", parse_html)) == 1


def test_every_mark_of_a_paper_leads_to_a_row_that_names_table_and_source(
    sections_here: dict[str, Fragment], parse_html: Callable[[str], Any]
) -> None:
    page = "".join(fragment.html for name, fragment in sections_here.items() if name.startswith("strategy-"))
    wanted = set(re.findall(r'href="#([^"]+)"', page))
    assert {name for name in wanted if name.startswith("beleg-")}
    assert wanted <= set(re.findall(r'id="([^"]+)"', page))
    rows = parse_html(sections_here["strategy-sources_of"].html).find(".//tbody")
    for row in rows:
        source = list(row)[-1]
        assert "".join(source.itertext()).strip()
        assert source.find("small") is not None


def test_every_sentence_and_row_with_a_figure_in_a_paper_has_a_mark(
    sections_here: dict[str, Fragment], parse_html: Callable[[str], Any]
) -> None:
    for item in parse_html(sections_here["strategy-summary"].html).iter("li"):
        assert item.find("a") is not None, "".join(item.itertext())
    for name in ("picture", "index_ranks", "experts", "needs"):
        for table in parse_html(sections_here[f"strategy-{name}"].html).iter("table"):
            assert all(row.find(".//a") is not None for row in table.find("tbody"))


def test_the_values_of_a_paper_are_those_of_the_evidence(
    sections_here: dict[str, Fragment], parse_html: Callable[[str], Any]
) -> None:
    told: dict[str, set[str]] = {}
    for name in ("picture", "sources_of"):
        for row in parse_html(sections_here[f"strategy-{name}"].html).iter("tr"):
            for cell in row.iter("td"):
                if cell.get("data-what") == "value" and "data-area" not in cell.attrib:
                    told.setdefault(str(cell.get("data-indicator")), set()).add(str(cell.text))
    assert told
    assert {key: values for key, values in told.items() if len(values) > 1} == {}


def test_the_catalogue_holds_every_measure_and_its_filters_know_every_row(
    analysis: Analysis, parse_html: Callable[[str], Any]
) -> None:
    found = plan(analysis, CITY)
    root = parse_html(measures.catalogue(found).html)
    rows = list(root.find(".//tbody"))
    assert len(rows) == len(found.measures) == 54
    style = root.find(".//style").text
    for name in ("raum", "feld", "stand"):
        buttons = [box.get("id") for box in root.iter("input") if box.get("name") == f"wahl-{name}"]
        keys = re.findall(rf'#wahl-{name}-\d+:checked\) tbody tr:not\(\[data-{name}~="([^"]+)"\]', style)
        assert len(buttons) == len(keys) + 1
        assert {word for row in rows for word in row.get(f"data-{name}").split()} == set(keys)
    assert style.index("@media screen") < style.index(":checked")


def test_each_measure_has_one_profile_with_all_its_fields(
    analysis: Analysis, parse_html: Callable[[str], Any]
) -> None:
    found = plan(analysis, CITY)
    profiles = parse_html(measures_profiles.profiles(found).html).findall("section")
    assert [profile.find("h3").get("id") for profile in profiles] == [
        f"steckbrief-{key}" for key in found.measures["measure_id"]
    ]
    heads = [[head.text for head in profile.iter("dt")] for profile in profiles]
    assert all(names == heads[0] for names in heads)
    assert {
        "Bedarf",
        "Ziel",
        "Zielgruppe",
        "Träger",
        "Finanzierung",
        "Woran der Erfolg zu erkennen ist",
    } <= set(heads[0])


def test_the_figures_of_the_overview_are_those_of_the_tables(analysis: Analysis) -> None:
    found = plan(analysis, CITY)
    log = analysis.planning.recommendation_log
    assert log is not None
    last = log.sort_values("date", kind="stable").drop_duplicates("recommendation_id", keep="last")
    done = int(last["status"].isin(["umgesetzt", "verstetigt"]).sum())
    text = controlling.overview(found).text
    assert f"{len(last)} Handlungsempfehlungen" in text
    assert f"Handlungsempfehlungen: {done} umgesetzt oder verstetigt, " in text


def test_the_text_of_the_flow_adds_up_to_all_recommendations(analysis: Analysis) -> None:
    found = plan(analysis, CITY)
    alternative = re.search(r'alt="([^"]*)"', controlling.moved(found).html)
    assert alternative is not None
    numbers = [
        int(number) for number in re.findall(r"(\d+) (?:von »|neu als|sind unverändert)", alternative[1])
    ]
    assert sum(numbers) == len(found.standing)


def test_the_period_can_be_chosen_and_an_earlier_day_knows_less(analysis: Analysis) -> None:
    early = plan(analysis, CITY, since="2022-06-30", until="2022-12-31")
    assert (early.log["date"] <= pd.Timestamp("2022-12-31")).all()
    assert not early.standing["status"].isin(["verstetigt"]).any()
    assert "bis 31.12.2022" in controlling.heading(early).text


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"until": "31.12.2022"}, "»until« muss ein Tag"),
        ({"since": "gestern"}, "»since« muss ein Tag"),
        ({"since": "2024-01-01", "until": "2023-01-01"}, "vor seinem Ende"),
    ],
)
def test_a_day_that_is_none_is_refused(options: dict[str, str], problem: str, analysis: Analysis) -> None:
    with pytest.raises(ParameterError, match=problem):
        plan(analysis, CITY, **options)


def test_an_unknown_part_of_a_dialogue_is_refused(analysis: Analysis) -> None:
    with pytest.raises(ParameterError, match="vorbereitung, dokumentation"):
        dialogues.heading(plan(analysis), "danach")


def test_a_period_before_everything_says_so(analysis: Analysis) -> None:
    text = controlling.overview(plan(analysis, CITY, since="2000-01-01", until="2001-01-01")).text
    assert "keine Handlungsempfehlung" in text


def test_changes_stand_beside_recommendations_and_are_not_ascribed_to_them(analysis: Analysis) -> None:
    text = controlling_targets.targets(plan(analysis, CITY)).text
    assert "nicht ihr Ergebnis" in text


def test_a_hidden_value_stays_hidden_in_the_hand_out(analysis: Analysis) -> None:
    frame = analysis.current.frame
    chosen = (frame["area_id"] == DISTRICT) & (frame["indicator_id"] == "child_poverty")

    def hide(cells: pd.DataFrame) -> pd.DataFrame:
        numbers = [name for name in cells.select_dtypes("number").columns if name != "year"]
        cells.loc[chosen, numbers] = float("nan")
        cells.loc[chosen, "hidden"] = "few_cases"
        return cells

    shown = replace(analysis, current=analysis.current.derive("with a hidden cell", hide))
    text = dialogues_themes.themes(plan(shown), "vorbereitung").text
    line = next(line for line in text.splitlines() if line.startswith("Kinderarmut"))
    assert line.split(" | ")[1] == "."
    assert "geheim" in line


def test_a_plan_takes_released_tables_only(analysis: Analysis) -> None:
    found = plan(analysis)
    with pytest.raises(DisclosureError):
        replace(found, needs=found.needs.frame)


def test_target_indicators_are_those_of_the_area_and_who_lives_where_is_not_judged(
    analysis: Analysis,
) -> None:
    city, here = plan(analysis, CITY).changes.frame, plan(analysis).changes.frame
    assert set(city["area_id"]) == {CITY}
    assert set(here["area_id"]) <= {DISTRICT, *(key for key in analysis.areas.index if key[:2] == DISTRICT)}
    fragment = controlling_targets.targets(plan(analysis, CITY)).text
    (line,) = [line for line in fragment.splitlines() if line.startswith("Anteil mit Migrationshintergrund")]
    assert "günstiger" not in line


def test_a_measure_may_be_supported_by_an_indicator_of_no_theme_in_a_quartier(analysis: Analysis) -> None:
    table = analysis.planning.measures
    assert table is not None
    alone = table.iloc[[0]].assign(
        area_ids=[("0101",)], indicator_ids=[("minimum_income",)], statement_ids=[()], field="steuerung"
    )
    changed = replace(analysis, planning=replace(analysis.planning, measures=alone))
    found = plan(changed)
    listed = {key for theme in found.rules.themes for key in theme.indicator_ids}
    assert "minimum_income" not in listed
    row = analysis.current.where(area_id="0101", indicator_id="minimum_income").frame.iloc[0]
    assert row["city_position"] == "higher"
    assert found.evidence["indicators"].tolist() == [1]


def test_below_a_figure_stand_its_tables_their_last_day_and_that_rows_are_made_up(analysis: Analysis) -> None:
    # The last entries of our data are of 30.09.2024; none is later than the day asked for.
    found = plan(analysis, CITY)
    line = (
        "Quelle (mit erfundenen Beispielen): Tabellen »recommendations« (Handlungsempfehlungen) und "
        "»recommendation_log« (Verlauf der Handlungsempfehlungen); Stand: 30.09.2024."
    )
    assert line in controlling.status_bars(found).text
    assert line in controlling.moved(found).text
    earlier = plan(analysis, CITY, until="2023-12-31")
    assert earlier.log["date"].max() <= pd.Timestamp("2023-12-31")
    assert f"Stand: {earlier.log['date'].max():%d.%m.%Y}." in controlling.status_bars(earlier).text


def test_a_dialogue_figure_names_the_tables_of_what_was_said_only_where_something_was_said(
    analysis: Analysis,
) -> None:
    named = "»statements« (Aussagen der Expert*innen)"
    assert named in dialogues.comparison_figure(plan(analysis)).text
    assert named not in dialogues.comparison_figure(plan(without(analysis, "statements"))).text


def test_statuses_that_rest_differ_in_black_and_white() -> None:
    styles = status_styles([("s", "zurückgestellt", "stopped"), ("x", "verworfen", "stopped")])
    picture = draw_status_bars(pd.DataFrame({"s": [1], "x": [2]}, index=["Bildung"]), styles).decode()
    assert styles["s"].colour == styles["x"].colour
    patterns = re.findall(r'<pattern id="(\w+)".*?<path d="([^"]+)"', picture)
    assert len({lines for _, lines in patterns}) == 2
    assert all(picture.count(f"url(#{key})") == 2 for key, _ in patterns), "once as bar, once in the legend"


def test_without_borders_and_population_every_section_renders(
    analysis: Analysis, parse_html: Callable[[str], Any]
) -> None:
    for fragment in all_sections(replace(analysis, geometry=None, population=None)).values():
        parse_html(fragment.html)
        assert fragment.text


def test_over_two_rounds_the_leading_theme_of_each_is_named(analysis: Analysis) -> None:
    said, events = analysis.planning.statements, analysis.planning.dialogues
    assert said is not None
    assert events is not None
    rows = said.merge(events[["dialogue_id", "area_id", "round"]], on="dialogue_id", suffixes=("_of", ""))
    needs = rows[(rows["area_id"] == DISTRICT) & (rows["stance"] == "need")]
    weights = needs.groupby(["round", "theme"])["weight"].sum()
    labels = plan(analysis).rules.labels("themes")
    first, second = (labels[weights[number].astype(int).idxmax()] for number in (1, 2))
    text = dialogues.rounds(plan(analysis)).text
    assert f"in Runde 1 die Bedarfe bei »{first}«, in Runde 2 die bei »{second}«." in text
    # The systems of recording were not on the agenda of the update.
    assert "Nur in der früheren Runde besprochen: »Erfassungssysteme«." in text
    share = 100 * weights[2, "arbeit"] / weights[2].sum()
    assert f"{share:.0f}\u00a0% des Bedarfs" in text


def test_a_sozialraum_without_a_dialogue_says_so_on_each_sheet(analysis: Analysis) -> None:
    tables = analysis.planning
    assert tables.dialogues is not None
    assert tables.statements is not None
    elsewhere = tables.dialogues[tables.dialogues["area_id"] != DISTRICT].reset_index(drop=True)
    said = tables.statements[tables.statements["dialogue_id"].isin(elsewhere["dialogue_id"])]
    changed = replace(
        analysis,
        planning=replace(tables, dialogues=elsewhere, statements=said.reset_index(drop=True)),
    )
    found = plan(changed)
    assert "noch kein Dialog" in dialogues.events(found).text
    assert "Noch keine Runde" in dialogues.rounds(found).text
    assert "noch kein Dialog" in dialogues.overview(found, "dokumentation").text
    assert "bisher ohne Dialog" in dialogues.heading(found, "vorbereitung").text


def test_a_theme_that_the_statistics_leave_open_says_why(analysis: Analysis) -> None:
    found = plan(analysis)
    row = found.own_needs["lebensraum"]
    assert row["signal"] == "unclear"
    reason = f"zu wenige Indikatoren mit Intervall: {row['usable']} von {row['listed']}"
    for text in (
        dialogues.comparison(found).text,
        dialogues_themes.themes(found, "vorbereitung").text,
        strategy_needs.needs(found, strategy.paper_evidence(found)).text,
    ):
        assert reason in text
        assert "keine Zahl zu diesem Thema" in text or "keine Zahl." in text


def test_recommendations_stand_on_the_sheets_and_only_before_the_event_ask_a_question(
    analysis: Analysis,
) -> None:
    found = plan(analysis)
    before = dialogues.recommendations(found, "vorbereitung").text
    assert all(key in before for key in found.standing["recommendation_id"])
    assert "Zum Besprechen" in before
    assert "Zum Besprechen" not in dialogues.recommendations(found, "dokumentation").text


def test_own_words_on_why_a_recommendation_was_made_are_printed(analysis: Analysis) -> None:
    found = plan(analysis)
    text = strategy_needs.reasons(found, strategy.paper_evidence(found)).text
    assert all(str(words) in text for words in found.standing["evidence"])


def test_a_steckbrief_for_three_areas_shows_the_value_of_each(analysis: Analysis) -> None:
    found = plan(analysis, CITY)
    places = found.measures.set_index("measure_id")["area_ids"]
    assert places["MS-28"] == ("01", "04", "05")
    text = measures_profiles.profiles(found).text
    own = text[text.index("MS-28 ") : text.index("MS-29 ")]
    assert re.search(r"2022: Mitte/Styrum \d+,\d\s%, Osterfeld \d+,\d\s%, Sterkrade-Mitte", own)


def test_a_recommendation_that_several_share_counts_for_each_of_them(analysis: Analysis) -> None:
    rows = analysis.planning.recommendations
    assert rows is not None
    wanted = rows["recommendation_id"].isin(["HE-01", "HE-02"])
    who = rows["addressee"].mask(wanted, "Amt A | Amt B, mit Komma").where(wanted, "Amt C")
    found = plan(
        replace(analysis, planning=replace(analysis.planning, recommendations=rows.assign(addressee=who))),
        CITY,
    )
    lines = controlling_spread.addressees(found).text.split("\n")
    totals = {line.split(" | ")[0]: line.split(" | ")[-1] for line in lines if " | " in line}
    assert (totals["Amt A"], totals["Amt B, mit Komma"], totals["Amt C"]) == ("2", "2", "40")
    assert "2 Handlungsempfehlungen richten sich an mehrere; sie zählen bei jeder Stelle." in lines
    assert "Amt A; Amt B, mit Komma" in controlling.recommendations(found).text


def test_words_said_twice_stand_once_with_both_keys_and_another_area_is_named_as_such(
    analysis: Analysis,
) -> None:
    found = plan(analysis, "03")
    text = strategy_needs.reasons(found, strategy.paper_evidence(found)).text
    said = found.statements.set_index("statement_id")["text"]
    cited = found.standing.set_index("recommendation_id")["statement_ids"]
    twice = [key for key in cited["HE-20"] if key in said.index]
    assert len(twice) == 2
    assert said[twice[0]] == said[twice[1]]
    assert f"»{said[twice[0]]}« ({', '.join(twice)})" in text
    assert cited["HE-04"]
    assert not set(cited["HE-04"]) & set(said.index)
    assert "in einem anderen Gebiet genannt" in next(
        line for line in text.split("\n") if line.startswith("HE-04")
    )


def test_all_sources_of_the_map_of_a_paper_stand_in_the_list_to_which_its_line_leads(
    analysis: Analysis,
) -> None:
    found = plan(analysis)
    evidence = strategy.paper_evidence(found)
    line = location(found.area, "»Nachweis der Zahlen«").text
    assert "(siehe »Nachweis der Zahlen«)" in line
    assert analysis.index is not None
    assert set(analysis.index.indicator_ids) <= set(evidence.numbers)


def test_the_documentation_says_which_needs_are_taken_up_and_by_what(analysis: Analysis) -> None:
    found = plan(analysis)
    text = dialogues_themes.themes(found, "dokumentation").text
    needs = found.statements.loc[found.statements["stance"] == "need", "statement_id"]
    cited = {
        key: [
            str(name)
            for frame, column in ((found.standing, "recommendation_id"), (found.measures, "measure_id"))
            for name, keys in zip(frame[column], frame["statement_ids"], strict=True)
            if key in keys
        ]
        for key in needs
    }
    taken = sum(bool(names) for names in cited.values())
    assert 0 < taken < len(needs)
    assert f"Von {len(needs)} Aussagen zum Bedarf aus allen Runden haben" in text
    assert f"Maßnahmen {taken} aufgegriffen" in text
    row = next(line for line in text.split("\n") if "(A160 " in line)
    assert row.endswith(" | " + ", ".join(cited["A160"]))
    assert cited["A160"][0] == "HE-03"
    assert "aufgegriffen" not in dialogues_themes.themes(found, "vorbereitung").text


def test_what_is_planned_on_a_subject_rests_on_its_indicators_and_names_what_experts_say(
    analysis: Analysis,
) -> None:
    found = plan(analysis, CITY)
    text = planned(found, ("heat_load",)).text
    named = {
        str(key)
        for frame, column in ((found.standing, "recommendation_id"), (found.measures, "measure_id"))
        for key, keys in zip(frame[column], frame["indicator_ids"], strict=True)
        if "heat_load" in keys
    }
    assert {"HE-04", "HE-34", "MS-38"} <= named
    assert set(re.findall(r"(?:HE|MS)-\d\d", text)) == named
    assert "Expert*innen sagen dazu: »Auf Schulhöfen und Plätzen gibt es im Sommer kaum Schatten.«" in text
    assert "keine Handlungsempfehlungen und keine Maßnahmen" in planned(found, ("rent_cold",)).text
    assert planned(found, ()).text.startswith("Entfällt: Der Datensatz hat keinen Indikator")
    alone = planned(plan(without(analysis, *TABLES), CITY), ("heat_load",)).text
    assert all(f"»{name}«" in alone for name in TABLES if name not in {"dialogues", "developments"})


@pytest.mark.parametrize("name", ["statements", "recommendations", "recommendation_log"])
def test_the_catalogue_says_which_table_its_evidence_lacks(name: str, analysis: Analysis) -> None:
    assert f"Es fehlt die Tabelle »{name}«" in measures.overview(plan(without(analysis, name), CITY)).text
    assert f"»{name}«" not in measures.overview(plan(analysis, CITY)).text


def test_the_list_of_recommendations_says_that_it_cannot_count_measures(analysis: Analysis) -> None:
    text = controlling.recommendations(plan(without(analysis, "measures"))).text
    assert "Es fehlt die Tabelle »measures«" in text


def test_a_theme_measured_otherwise_takes_the_indicators_of_its_domains_and_says_so(
    analysis: Analysis,
) -> None:
    own = plan(analysis)
    theme = next(theme for theme in own.rules.themes if theme.id == "bildung")
    kept = {key: year for key, year in analysis.years.items() if key not in theme.indicator_ids}
    found = plan(replace(analysis, years=kept))
    other = next(theme for theme in found.rules.themes if theme.id == "bildung")
    # Left of the domain education: childcare from 3 to 6 and under 3, both better when higher.
    assert set(other.indicator_ids) == {"childcare_under_3", "childcare_3_to_6"}
    assert found.by_domain == ("bildung",)
    assert own.by_domain == ()
    assert "Bildungsteilhabe: »Bildung«" in dialogues.reading(found).text
    assert "dieser Datensatz nicht" not in dialogues.reading(own).text


def few(analysis: Analysis) -> SocialPlan:
    """Return the plan of a city that has just begun: one recommendation in its first status, one measure."""
    tables = analysis.planning
    assert tables.recommendations is not None
    assert tables.recommendation_log is not None
    assert tables.measures is not None
    log = tables.recommendation_log
    planning = replace(
        tables,
        recommendations=tables.recommendations.head(1),
        recommendation_log=log[log["recommendation_id"] == "HE-01"].head(1),
        measures=tables.measures.head(1),
    )
    return plan(replace(analysis, planning=planning))


def test_a_single_recommendation_is_spoken_of_as_one(analysis: Analysis) -> None:
    found = few(analysis)
    text = controlling.overview(found).text
    assert text.startswith("Am 16.05.2022 gibt es für Mitte/Styrum eine Handlungsempfehlung: 1 offen. ")
    assert "hat keine einen neuen Stand; neu hinzugekommen ist eine." in text
    paper = strategy.summary(found, strategy.paper_evidence(found)).text
    assert "Eine Handlungsempfehlung: 1 offen." in paper
    assert "Eine Maßnahme steht als Steckbrief im Anhang." in paper
    assert not re.search(r"\b[01] (Handlungsempfehlungen|Maßnahmen)", text + paper)


def test_no_table_of_addressees_stands_empty(analysis: Analysis) -> None:
    found = controlling_spread.addressees(few(analysis))
    assert "<table" not in found.html
    assert "Je eine ohne verstrichene Frist haben: Fachbereich Kinder, Jugend und Familie." in found.text


def test_a_theme_without_any_interval_is_said_in_a_whole_sentence(analysis: Analysis) -> None:
    found = plan(analysis)
    silent = found.needs.derive(
        "without intervals",
        lambda frame: frame.assign(
            usable=0, worse=0, better=0, difference=np.nan, lower=np.nan, upper=np.nan, signal="unclear"
        ),
    )
    text = dialogues_themes.themes(replace(found, needs=silent), "vorbereitung").text
    assert "Kein Indikator hat einen Abstand zur Stadt mit Intervall." in text
    assert "Von kein" not in text

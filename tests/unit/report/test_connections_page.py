"""Pages on connections and on the index: every section of every dataset, in words that claim no cause."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pytest
from shapely.affinity import translate

from sozialanalyse.analysis import load_analysis
from sozialanalyse.connections.wording import ECOLOGICAL_NOTE
from sozialanalyse.errors import DisclosureError, ParameterError
from sozialanalyse.excursus import connections_of, parse_domains
from sozialanalyse.index_study import study_of
from sozialanalyse.project import embedded_folder
from sozialanalyse.report import connections, neighbourhood, pattern, studies
from sozialanalyse.report.connected import ConnectionView
from sozialanalyse.report.fragment import Fragment
from sozialanalyse.report.view import Analysis

ALL: Final = "poverty,education,health,environment,housing"
DATASETS: Final = {"oberhausen": "", "rochdale": "rochdale", "kreise": "kreise"}
CAUSAL: Final = re.compile(
    r"führt zu|führen zu|verursach|bewirk|Ursache|Wirkung von|Auswirkung|Folge von|aufgrund|infolge"
    r"|hängt ab von"
    r"|abhängig von|beeinflus|Einfluss|erklärt|weil .{0,40} arm|deshalb krank|dadurch",
    re.IGNORECASE,
)
CONNECTION_SECTIONS: Final[dict[str, Callable[[ConnectionView], Fragment]]] = {
    name: getattr(module, name) for module in (connections, neighbourhood) for name in module.__all__
}
STUDY_SECTIONS: Final = tuple(name for name in studies.__all__ if name != "standing")


@pytest.fixture(scope="module")
def loaded(request: pytest.FixtureRequest) -> Callable[[str], Analysis]:
    def load(name: str) -> Analysis:
        folder = DATASETS[name]
        data = request.getfixturevalue("shared_data") / folder if folder else embedded_folder("data")
        return load_analysis(str(data), str(embedded_folder("parameters")))

    return load


def view_of(analysis: Analysis, domains: str = ALL) -> ConnectionView:
    return connections_of(analysis, domains, str(embedded_folder("parameters")))


def drawn(name: str, analysis: Analysis) -> dict[str, Fragment]:
    """Return every section of both pages."""
    pair = view_of(analysis, "poverty,education")
    study = study_of(analysis, str(embedded_folder("parameters")))
    sections: dict[str, Fragment] = {}
    for section, draw in CONNECTION_SECTIONS.items():
        sections |= {f"{section}-2": draw(pair), f"{section}-5": draw(view_of(analysis))}
    sections |= {section: getattr(studies, section)(study) for section in STUDY_SECTIONS}
    areas = analysis.areas
    for key in (areas.index[0], areas.index[-1]):
        area = analysis.area(str(key))
        sections[f"here-{key}"] = pattern.pattern_here(area, view_of(analysis))
        sections[f"standing-{key}"] = studies.standing(area, study)
    return sections


@pytest.mark.parametrize("name", DATASETS)
def test_every_section_renders_without_a_causal_word(
    name: str, loaded: Callable[[str], Analysis], parse_html: Callable[[str], Any]
) -> None:
    sections = drawn(name, loaded(name))
    assert len(sections) == 2 * len(CONNECTION_SECTIONS) + len(STUDY_SECTIONS) + 4
    for section, fragment in sections.items():
        parse_html(fragment.html)
        text = fragment.text.replace(ECOLOGICAL_NOTE, "")
        assert not CAUSAL.search(text), (section, CAUSAL.search(text))
        assert not re.search(r"\bnan\b|\binf\b|None", text), section
        assert not re.search(r"(?<![\d.])\d\.\d{2}\b(?!\.)", text), section


@pytest.mark.parametrize(
    "text", ["Armut führt zu Krankheit.", "Die Ursache ist Lärm.", "Armut beeinflusst die Bildung."]
)
def test_the_pattern_of_causal_words_finds_them(text: str) -> None:
    assert CAUSAL.search(text)


@pytest.mark.parametrize("name", DATASETS)
def test_the_note_on_areas_stands_on_every_page_with_connections(
    name: str, loaded: Callable[[str], Analysis]
) -> None:
    view = view_of(loaded(name))
    finest = str(view.analysis.areas.index[-1])
    assert ECOLOGICAL_NOTE in connections.overview(view).text
    assert ECOLOGICAL_NOTE in pattern.pattern_here(view.analysis.area(finest), view).text


@pytest.mark.parametrize("name", DATASETS)
def test_every_verdict_has_a_sentence_with_size_and_interval_or_a_reason(
    name: str, loaded: Callable[[str], Analysis]
) -> None:
    frame = view_of(loaded(name)).pairs.frame
    claimed = frame[frame["category"].isin(["gesichert", "Hinweis"])]
    assert claimed["sentence"].str.contains(r"orrelation −?\d,\d\d, 95-%-Intervall").all()
    assert claimed["sentence"].str.contains("Rechenweg|Gebiet").all()
    assert frame.loc[frame["category"] == "Daten reichen nicht", "sentence"].str.contains("reichen").all()


def test_rochdale_shows_what_is_known_of_it(loaded: Callable[[str], Analysis]) -> None:
    """Coefficients as computed before from the same files with scipy (Spearman, two decimals)."""
    analysis = loaded("rochdale")
    of = {
        frozenset(pair): round(value, 2)
        for domains in ("poverty,education", "poverty,health", "poverty,environment", "poverty,housing")
        for *pair, value in view_of(analysis, domains)
        .pairs.frame[["first", "second", "estimate"]]
        .itertuples(index=False)
    }
    known = {"low_skills": 0.94, "years_of_life_lost": 0.79, "nitrogen_dioxide": 0.36, "overcrowding": 0.88}
    known |= {"poor_condition": -0.06, "distance_gp": -0.41, "illness_ratio": 0.96}
    assert {key: of[frozenset(("income_deprivation", key))] for key in known} == known


def test_a_pair_from_the_same_data_is_not_the_one_shown_in_detail(loaded: Callable[[str], Analysis]) -> None:
    view = view_of(loaded("rochdale"))
    first = view.pairs.frame.iloc[0]
    assert first["construction"].startswith("declared")
    assert view.lead != (first["first"], first["second"])


def test_values_without_counts_step_aside_with_a_sentence(loaded: Callable[[str], Analysis]) -> None:
    analysis = loaded("kreise")
    view = view_of(analysis)
    assert any("ohne Fallzahlen" in text for text in view.remarks)
    assert set(view.pairs.frame["measure"]) <= {"difference", ""}
    study = study_of(analysis, str(embedded_folder("parameters")))
    assert any("Ohne Intervalle aus dem Zufall" in text for text in study.remarks)
    assert study.ranks.frame["sampling_lower"].isna().all()
    assert study.ranks.frame["choice_lower"].notna().any()


def test_intervals_of_ranks_hold_the_rank_and_domains_have_their_own(
    loaded: Callable[[str], Analysis],
) -> None:
    study = study_of(loaded("oberhausen"), str(embedded_folder("parameters")))
    frame = study.ranks.frame
    assert (frame["sampling_lower"] <= frame["sampling_upper"]).all()
    assert (frame["choice_lower"] <= frame["choice_upper"]).all()
    index = study.analysis.index
    assert index is not None
    shown = index.areas.frame.set_index("area_id")["rank"]
    assert frame.set_index("area_id")["rank"].equals(shown)
    assert set(study.domains.frame["domain"]) == set(ALL.split(","))
    assert len(study.dynamics.frame) == 27
    ranks = study.dynamics.frame.set_index("area_id")
    assert ranks["rank_now"].equals(shown.reindex(ranks.index).rename("rank_now"))
    moved = (ranks["rank_now"] - ranks["rank_then"]).abs()
    assert study.edition_shift == pytest.approx(moved.mean())
    text = studies.development(study).text
    assert f"im Mittel um {study.edition_shift:.1f}".replace(".", ",") in text
    furthest = moved.idxmax()
    assert f"auf {ranks['rank_now'][furthest]:.0f}" in text.split("Am weitesten rückten: ")[1]
    assert study.indicators.frame["effective"].sum() == pytest.approx(1.0)


def test_the_same_call_is_computed_once(loaded: Callable[[str], Analysis]) -> None:
    analysis = loaded("oberhausen")
    assert view_of(analysis, "education,poverty") is view_of(analysis, "poverty, education")
    assert view_of(replace(analysis), "poverty,education") is not view_of(analysis, "poverty,education")


def test_the_other_tests_of_every_pair_are_tabulated(loaded: Callable[[str], Analysis]) -> None:
    view = view_of(loaded("oberhausen"), "poverty,health")
    frame = view.pairs.frame
    row = frame.iloc[0]
    text = connections.table(view).text
    line = next(part for part in text.split("Weitere Prüfungen der Paare")[1].splitlines() if " – " in part)
    assert f"{row['partial']:.2f}".replace(".", ",").replace("-", "−") in line
    # 999 permutations cannot show less than one in a thousand.
    assert frame["p_permutation"].min() == pytest.approx(1 / 1_000)
    assert "≤\u00a00,001" in text
    assert "Rangkorrelation bei gleichem »Anteil ab 65-Jähriger« (Intervall)" in text
    assert ((frame["boot_lower"] <= frame["boot_upper"]) | frame["boot_lower"].isna()).all()
    assert (frame["boot_lower"] < frame["estimate"]).mean() > 0.95


def test_a_hidden_cell_does_not_take_part(loaded: Callable[[str], Analysis]) -> None:
    analysis = loaded("oberhausen")
    hidden = analysis.current.where(level="neighbourhood").frame.query("hidden != ''")
    compared = view_of(analysis, "poverty,education").areas.frame
    both = hidden.merge(compared, on=["area_id", "indicator_id"], suffixes=("", "_compared"))
    assert len(both)
    assert both["value_compared"].isna().all()


def test_only_released_tables_make_a_view(loaded: Callable[[str], Analysis]) -> None:
    view = view_of(loaded("oberhausen"))
    with pytest.raises(DisclosureError):
        replace(view, pairs=pd.DataFrame())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("poverty,wealth", "kennt nicht: wealth"),
        ("poverty", "mindestens zwei"),
        ("health,health", "verschiedene"),
    ],
)
def test_unknown_doubled_or_single_domains_are_refused(text: str, problem: str) -> None:
    with pytest.raises(ParameterError, match=problem):
        parse_domains(text)


def test_a_city_with_four_areas_gets_a_reason_and_no_result(
    small_city: Callable[..., Any], parameters: Any
) -> None:
    from sozialanalyse.analysis import analyse

    analysis = analyse(small_city(), parameters)
    view = view_of(analysis)
    assert view.missing.startswith("Daten reichen nicht: In Stadt gibt es vier Gebiete")
    for draw in CONNECTION_SECTIONS.values():
        draw(view)
    assert connections.overview(view).text == view.missing


def test_the_rule_on_neighbours_holds_on_the_page_too(
    loaded: Callable[[str], Analysis], tmp_path: Path
) -> None:
    analysis = loaded("oberhausen")
    folder = tmp_path / "parameters"
    shutil.copytree(embedded_folder("parameters"), folder)
    rules = folder / "rules" / "connections.yaml"
    text = rules.read_text(encoding="utf-8")
    assert "neighbours: queen" in text
    rules.write_text(text.replace("neighbours: queen", "neighbours: nearest\n  nearest: 2"), encoding="utf-8")
    shared = view_of(analysis, "poverty,education").moran.frame
    nearest = connections_of(analysis, "poverty,education", str(folder)).moran.frame
    assert list(shared["indicator_id"]) == list(nearest["indicator_id"])
    assert (shared["statistic"] != nearest["statistic"]).all()


def test_areas_without_neighbours_are_named(loaded: Callable[[str], Analysis]) -> None:
    analysis = loaded("oberhausen")
    assert not any("gemeinsame Grenze" in text for text in view_of(analysis, "poverty,education").remarks)
    assert analysis.geometry is not None
    away = {"0101": translate(analysis.geometry["0101"], xoff=2.0)}
    view = view_of(replace(analysis, geometry={**analysis.geometry, **away}), "poverty,education")
    remark = next(text for text in view.remarks if "gemeinsame Grenze" in text)
    assert analysis.areas.loc["0101", "name"] in remark

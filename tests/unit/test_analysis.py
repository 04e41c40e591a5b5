"""The whole flow: what it refuses, which index it builds, and what the city says about its quarters."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from sozialanalyse.analysis import analyse, load_analysis
from sozialanalyse.dataset.schema import Dataset
from sozialanalyse.errors import ParameterError
from sozialanalyse.parameters import Parameters, read_parameters
from sozialanalyse.project import DATA_VARIABLE, chosen_folder, embedded_folder
from sozialanalyse.report.view import Analysis

DATA = str(embedded_folder("data"))
RULES = str(embedded_folder("parameters"))

LOW_INDEX = {
    "Innenstadt",
    "Lirich-Süd",
    "Marienviertel-Ost",
    "Marienviertel-West",
    "Brücktorviertel",
    "Osterfeld-Mitte/Vonderort",
    "Sterkrade-Mitte",
}
"""Published on the Sozialindex 2022: low or very low; the seventh is "one quarter in Sterkrade-Mitte"."""
LITTLE_RISK = {"Walsumer Mark", "Königshardt", "Schmachtendorf", "Holten/Barmingholten", "Klosterhardt"}
"""Published on the Sozialindex 2022: little social risk."""


@pytest.fixture(scope="module")
def embedded() -> Analysis:
    """Return the analysis of the embedded dataset."""
    return load_analysis(DATA, RULES)


@pytest.fixture
def parameters() -> Parameters:
    """Return the embedded rules."""
    return read_parameters(Path(RULES))


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """Return a copy of the folder of rules that a test may spoil."""
    return Path(shutil.copytree(RULES, tmp_path / "parameters"))


def spoil(folder: Path, name: str, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the content of one file of rules."""
    path = folder / "rules" / f"{name}.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


@pytest.mark.parametrize("year", ["21", "20221", "heute", "", "-2021", 2021, 2021.0, None])
def test_a_year_that_is_no_text_of_four_digits_is_refused(year: Any) -> None:
    with pytest.raises(ParameterError, match='Jahr in Anführungszeichen sein, zum Beispiel "2021"'):
        load_analysis(DATA, RULES, year=year)


def test_a_year_that_the_dataset_lacks_is_refused() -> None:
    with pytest.raises(ParameterError, match="1850"):
        load_analysis(DATA, RULES, year="1850")


def test_a_given_year_is_the_year_of_comparison() -> None:
    assert set(load_analysis(DATA, RULES, year="2021").years.values()) == {2021}


def test_an_unknown_area_is_refused_with_examples_and_the_command_that_names_all(embedded: Analysis) -> None:
    with pytest.raises(ParameterError, match=r"»9999«.*05119000 \(Oberhausen\).*»sozialanalyse list«"):
        embedded.area("9999")


@pytest.mark.parametrize(("number", "key"), [(101, "0101"), (1, "01"), (5119000, "05119000")])
def test_a_whole_number_stands_for_the_only_area_key_that_reads_as_it(
    embedded: Analysis, number: int, key: str
) -> None:
    assert embedded.area(number).area_id == key


@pytest.mark.parametrize("area_id", [9999, -101, 101.0, True, None])
def test_an_area_key_that_is_no_text_and_names_no_area_is_refused_because_zeros_get_lost(
    embedded: Analysis, area_id: Any
) -> None:
    with pytest.raises(ParameterError, match=r"führende Nullen.*kein Gebiet.*-r area_id 0101"):
        embedded.area(area_id)


def test_a_number_that_several_area_keys_read_as_is_refused_with_their_names(embedded: Analysis) -> None:
    areas = embedded.areas.rename(index={"0201": "101"})
    with pytest.raises(ParameterError, match=r"mehrere Gebiete: 0101, 101\..*-r area_id 0101"):
        replace(embedded, areas=areas).area(101)


def test_the_same_call_is_answered_from_memory(embedded: Analysis) -> None:
    assert load_analysis(DATA, RULES) is embedded


def test_an_analysis_equals_itself_alone_so_that_results_can_be_remembered_by_it(embedded: Analysis) -> None:
    assert embedded != replace(embedded)
    assert len({embedded, embedded, replace(embedded)}) == 2


def test_a_folder_that_is_not_there_is_refused_without_its_whole_path(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="»fehlt« für »data«") as caught:
        load_analysis(str(tmp_path / "fehlt"), RULES)
    assert str(tmp_path) not in str(caught.value)


def test_the_folder_of_a_batch_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path))
    assert chosen_folder("data") == tmp_path
    assert chosen_folder("data", DATA) == Path(DATA)
    monkeypatch.delenv(DATA_VARIABLE)
    assert chosen_folder("data") == Path(DATA)


def test_a_file_in_place_of_a_folder_is_named_as_such(tmp_path: Path) -> None:
    (tmp_path / "areas.csv").write_text("area_id\n", encoding="utf-8")
    with pytest.raises(ParameterError, match=r"»areas\.csv« für »data« ist eine Datei"):
        chosen_folder("data", str(tmp_path / "areas.csv"))


@pytest.mark.parametrize("name", ["comparison", "disclosure", "index"])
def test_a_missing_file_of_rules_is_named(rules: Path, name: str) -> None:
    (rules / "rules" / f"{name}.yaml").unlink()
    with pytest.raises(ParameterError, match=f"rules/{name}.yaml fehlt"):
        read_parameters(rules)


@pytest.mark.parametrize("name", ["comparison", "disclosure", "index"])
@pytest.mark.parametrize("content", [b"a: [1\nb: }", "größe: 1".encode("latin-1")], ids=["broken", "latin-1"])
def test_a_file_of_rules_that_is_no_yaml_is_named(rules: Path, name: str, content: bytes) -> None:
    (rules / "rules" / f"{name}.yaml").write_bytes(content)
    with pytest.raises(ParameterError, match=f"rules/{name}.yaml ist kein gültiges YAML"):
        read_parameters(rules)


@pytest.mark.parametrize("name", ["comparison", "disclosure", "index"])
@pytest.mark.parametrize("content", ["", "- eins\n- zwei\n", "nur Text"], ids=["empty", "list", "text"])
def test_a_file_of_rules_that_is_no_mapping_is_named(rules: Path, name: str, content: str) -> None:
    (rules / "rules" / f"{name}.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(ParameterError, match=f"rules/{name}.yaml muss Angaben der Form"):
        read_parameters(rules)


@pytest.mark.parametrize("name", ["comparison", "disclosure", "index"])
def test_an_unknown_entry_is_refused(rules: Path, name: str) -> None:
    spoil(rules, name, lambda content: content.update(tippfehler=1))
    with pytest.raises(ParameterError, match=name):
        read_parameters(rules)


def test_an_unknown_entry_of_the_specification_of_the_index_is_named(rules: Path) -> None:
    spoil(rules, "index", lambda content: content["spec"].update(tippfehler=1))
    with pytest.raises(ParameterError, match="»tippfehler« ist unbekannt"):
        read_parameters(rules)


@pytest.mark.parametrize("value", [0.0, 1.0, -0.5, 95.0, 1, True, "0.95", float("nan"), None])
def test_a_confidence_that_is_no_share_between_0_and_1_is_refused(rules: Path, value: Any) -> None:
    spoil(rules, "comparison", lambda content: content["confidence"].update(value=value))
    with pytest.raises(ParameterError, match="»confidence«"):
        read_parameters(rules)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        pytest.param("comparison", lambda content: content.update(confidence=0.95), id="bare confidence"),
        pytest.param("comparison", lambda content: content.pop("confidence"), id="no confidence"),
        pytest.param("index", lambda content: content.pop("fallback"), id="no fallback"),
        pytest.param(
            "index", lambda content: content.update(minimum_indicators="vier"), id="minimum in words"
        ),
        pytest.param("index", lambda content: content.update(spec="z"), id="specification is a text"),
        pytest.param(
            "index", lambda content: content["fallback"].update(domains="poverty"), id="domains are a text"
        ),
        pytest.param(
            "index", lambda content: content["fallback"].update(domains=["armut"]), id="unknown domain"
        ),
    ],
)
def test_rules_of_the_wrong_form_are_refused(
    rules: Path, name: str, change: Callable[[dict[str, Any]], object]
) -> None:
    spoil(rules, name, change)
    with pytest.raises(ParameterError, match=f"{name}|Index"):
        read_parameters(rules)


def test_a_confidence_reaches_every_interval(
    build_dataset: Callable[..., Dataset], parameters: Parameters
) -> None:
    # Wilson (1927) for 15 of 148, in per cent: Newcombe, Statistics in Medicine 17 (1998) 857-872, Table I,
    # gives 6.24 to 16.05 at 95 %. At 80 % the interval must lie inside.
    rows = [(key, "share", 2022, 15, 148, np.nan) for key in ("A1", "A2", "B1", "B2")]
    dataset = build_dataset(rows, share=("proportion", 100, "higher_is_worse"))
    wide, narrow = (
        analyse(dataset, replace(parameters, confidence=confidence)) for confidence in (0.95, 0.8)
    )
    cell = wide.area("A1").rows(["share"]).iloc[0]
    assert (round(cell["lower"], 2), round(cell["upper"], 2)) == (6.24, 16.05)
    inner = narrow.area("A1").rows(["share"]).iloc[0]
    assert cell["lower"] < inner["lower"] < inner["upper"] < cell["upper"]


def test_the_index_of_the_embedded_data_is_the_sozialindex_of_all_seven_indicators(
    embedded: Analysis,
) -> None:
    assert embedded.index is not None
    assert embedded.index.title == "Sozialindex"
    assert len(embedded.index.indicator_ids) == 7
    assert len(embedded.index.areas) == 27
    assert embedded.index_missing == ""


def test_the_mean_of_the_city_is_zero_and_parts_add_up_to_the_index(embedded: Analysis) -> None:
    assert embedded.index is not None
    areas = embedded.index.areas.frame.set_index("area_id")
    parts = embedded.index.parts.frame.groupby("area_id")["part"].sum()
    assert areas["index"].mean() == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(parts.loc[areas.index], areas["index"], atol=1e-12)
    assert sorted(areas["rank"]) == list(range(1, 28))
    assert areas.sort_values("rank")["index"].is_monotonic_increasing


def class_words(analysis: Analysis) -> dict[str, str]:
    """Return the class of every quarter by its name."""
    assert analysis.index is not None
    frame = analysis.index.areas.frame
    names = analysis.areas["name"]
    return {
        str(names[key]): analysis.index.class_labels[int(code)]
        for key, code in zip(frame["area_id"], frame["class_index"], strict=True)
    }


def test_quarters_that_the_city_calls_low_are_low(embedded: Analysis) -> None:
    words = class_words(embedded)
    assert {name: words[name] for name in LOW_INDEX if words[name] not in {"niedrig", "sehr niedrig"}} == {}


def test_quarters_that_the_city_calls_little_at_risk_are_high(embedded: Analysis) -> None:
    words = class_words(embedded)
    assert {name: words[name] for name in LITTLE_RISK if words[name] not in {"hoch", "sehr hoch"}} == {}


def test_a_dataset_with_other_indicators_gets_an_index_of_poverty(shared_data: Path) -> None:
    index = load_analysis(str(shared_data / "rochdale"), RULES).index
    assert index is not None
    assert index.title == "Armutsindex"
    assert set(index.indicator_ids) == {
        "income_deprivation",
        "child_poverty",
        "old_age_poverty",
        "employment_deprivation",
    }
    assert len(index.areas) == 134


def test_with_some_of_the_seven_indicators_the_index_names_those_that_are_missing(
    build_dataset: Callable[..., Dataset], parameters: Parameters
) -> None:
    keys = ("sgb2_rate", "child_poverty", "youth_unemployment", "old_age_poverty")
    rows = [
        (area, key, 2022, 20 + 7 * place + 3 * number, 400, np.nan)
        for place, area in enumerate(("A1", "A2", "B1", "B2"))
        for number, key in enumerate(keys)
    ]
    dataset = build_dataset(rows, **dict.fromkeys(keys, ("proportion", 100, "higher_is_worse")))
    index = analyse(dataset, parameters).index
    assert index is not None
    assert index.title == "Sozialindex"
    assert index.indicator_ids == keys
    # The dataset of the test does not know the other three at all, so they are named as in the rules.
    assert index.notes[0] == (
        "Der Datensatz kennt von den Indikatoren des Sozialindex nicht: »Anteil Alleinerziehender«, "
        "»Anteil kinderreicher Familien« und »Anteil mit Migrationshintergrund«."
    )
    assert "fasst vier der sieben Kernindikatoren zusammen" in index.description


def misspell(content: dict[str, Any]) -> None:
    """Spoil the key of the first indicator of the index, and leave it without a name."""
    content["spec"]["indicators"][0] = {"id": "sgb2_rat", "direction": "higher_is_worse"}


def test_a_misspelt_indicator_of_the_index_is_refused_with_the_key_that_is_meant(rules: Path) -> None:
    spoil(rules, "index", misspell)
    with pytest.raises(ParameterError, match=r"»sgb2_rat« gibt es nicht, wohl aber »sgb2_rate«.*»optional«"):
        load_analysis(DATA, str(rules))


def test_an_indicator_declared_optional_may_be_lacking_and_is_named(rules: Path) -> None:
    spoil(rules, "index", misspell)
    spoil(rules, "index", lambda content: content.update(optional=["sgb2_rat"]))
    index = load_analysis(DATA, str(rules)).index
    assert index is not None
    assert index.notes[0].startswith(
        "Der Datensatz kennt von den Indikatoren des Sozialindex nicht: »sgb2_rat«"
    )
    assert "fasst sechs der sieben Kernindikatoren zusammen" in index.description


def test_the_index_that_stands_in_names_the_indicators_that_the_dataset_does_not_know(
    shared_data: Path,
) -> None:
    index = load_analysis(str(shared_data / "kreise"), RULES).index
    assert index is not None
    assert "»Anteil Alleinerziehender«" in index.notes[0]
    assert "single_parents" not in index.notes[0]
    assert "zu wenige der sieben Kernindikatoren" in index.description


def test_with_too_few_indicators_there_is_no_index_and_the_reason_is_given(
    build_dataset: Callable[..., Dataset], parameters: Parameters
) -> None:
    rows = [(key, "sgb2_rate", 2022, 20 + place, 400, np.nan) for place, key in enumerate(("A1", "A2", "B1"))]
    analysis = analyse(build_dataset(rows, sgb2_rate=("proportion", 100, "higher_is_worse")), parameters)
    assert analysis.index is None
    assert analysis.index_missing == (
        "Kein Sozialindex: Der Datensatz hat 1 der 7 Indikatoren; mindestens 4 müssen es sein."
    )


def test_an_index_that_cannot_be_computed_gives_the_reason(
    build_dataset: Callable[..., Dataset], parameters: Parameters
) -> None:
    keys = ("sgb2_rate", "child_poverty", "youth_unemployment", "old_age_poverty")
    rows = [("A1", key, 2022, 20, 400, np.nan) for key in keys]
    dataset = build_dataset(rows, **dict.fromkeys(keys, ("proportion", 100, "higher_is_worse")))
    analysis = analyse(dataset, parameters)
    assert analysis.index is None
    assert analysis.index_missing.startswith("Kein Sozialindex: ")


def test_the_index_sees_released_values_only(
    build_dataset: Callable[..., Dataset], parameters: Parameters
) -> None:
    # Two persons without the benefit: the cell is hidden, and the index of its area has to do without.
    keys = ("sgb2_rate", "child_poverty", "youth_unemployment", "old_age_poverty")
    rows = [
        (area, key, 2022, 20 + 7 * place + 3 * number, 400, np.nan)
        for place, area in enumerate(("A1", "A2", "B1", "B2"))
        for number, key in enumerate(keys)
    ]
    hidden = [("A1", "sgb2_rate", 2022, 398, 400, np.nan), *rows[1:]]
    kinds = dict.fromkeys(keys, ("proportion", 100, "higher_is_worse"))
    index = analyse(build_dataset(hidden, **kinds), parameters).index
    assert index is not None
    assert index.areas.where(area_id="A1").frame["missing"].tolist() == [True]
    parts = index.parts.where(area_id="A1", indicator_id="sgb2_rate").frame
    assert not (parts["part"].abs() > 0).any()


def test_remarks_on_the_data_reach_the_analysis(
    build_dataset: Callable[..., Dataset], parameters: Parameters
) -> None:
    rows = [(key, "share", 2022, 100, 1000, np.nan) for key in ("A1", "A2", "B1", "B2")]
    rows.append(("S", "share", 2022, 600, 4000, np.nan))
    dataset = replace(build_dataset(rows, share=("proportion", 100, "neutral")), remarks=("Ein Hinweis.",))
    remarks = analyse(dataset, parameters).remarks
    assert remarks[0] == "Ein Hinweis."
    assert "weichen" in remarks[1]


def poverty_city(
    build_dataset: Callable[..., Dataset], *more: tuple[str, tuple[str, float, str], list[float]]
) -> Dataset:
    """Return a city with three indicators that differ, and further ones: key, form and value per quarter."""
    rows: list[tuple[Any, ...]] = []
    forms: dict[str, tuple[str, float, str]] = {}
    quarters = ("A1", "A2", "B1", "B2")
    for number, key in enumerate(("benefits", "rent_arrears", "over_indebted")):
        forms[key] = ("proportion", 100, "higher_is_worse")
        rows += [
            (area, key, 2022, 40 + 9 * place - 4 * number, 400, np.nan) for place, area in enumerate(quarters)
        ]
    for key, form, values in more:
        forms[key] = form
        for area, value in zip(quarters, values, strict=True):
            cases = (value, 400, np.nan) if form[0] == "proportion" else (np.nan, np.nan, value)
            rows.append((area, key, 2022, *cases))
    return build_dataset(rows, **forms)


def test_numbers_of_cases_do_not_enter_the_index_of_poverty(
    build_dataset: Callable[..., Dataset], parameters: Parameters
) -> None:
    # The number of unemployed follows how many live there; with it the largest quarter would be the poorest.
    unemployed = ("unemployed", ("count", 1, "higher_is_worse"), [900.0, 30.0, 20.0, 10.0])
    with_number = analyse(poverty_city(build_dataset, unemployed), parameters).index
    without = analyse(poverty_city(build_dataset), parameters).index
    assert with_number is not None
    assert without is not None
    assert with_number.indicator_ids == ("benefits", "rent_arrears", "over_indebted")
    assert with_number.areas.frame["index"].tolist() == without.areas.frame["index"].tolist()


def test_an_indicator_that_is_the_same_everywhere_is_left_out_of_the_index_and_named(
    build_dataset: Callable[..., Dataset], parameters: Parameters
) -> None:
    nobody = ("homeless_shelter", ("proportion", 100, "higher_is_worse"), [0.0, 0.0, 0.0, 0.0])
    index = analyse(poverty_city(build_dataset, nobody), parameters).index
    assert index is not None
    assert index.indicator_ids == ("benefits", "rent_arrears", "over_indebted")
    assert "Ohne »homeless shelter«: Alle Gebiete haben denselben Wert." in index.notes

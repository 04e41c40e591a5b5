"""The rules of the planning tables: those of the package are valid, and every fault of a file is named."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from sozialanalyse.analysis import load_analysis
from sozialanalyse.errors import ParameterError
from sozialanalyse.heat_rules import read_heat_rules
from sozialanalyse.heat_study import heat_of
from sozialanalyse.planning_rules import read_planning_rules
from sozialanalyse.project import embedded_folder


@pytest.fixture
def change(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that copies the rules and sets one entry of a file, named by its path of keys."""

    def changed(name: str, *keys: str, value: Any) -> Path:
        shutil.copytree(embedded_folder("parameters") / "rules", tmp_path / "rules")
        path = tmp_path / "rules" / f"{name}.yaml"
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        group = content
        for key in keys[:-1]:
            group = group[key]
        if value is None:
            del group[keys[-1]]
        else:
            group[keys[-1]] = value
        path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
        return tmp_path

    return changed


def test_the_rules_of_the_package_hold_what_the_city_names() -> None:
    rules = read_planning_rules(embedded_folder("parameters"))
    # The seven steps, five themes, four visions and nine kinds of institutions that the city uses, and the
    # eight core elements of the WHO guidance on heat-health action plans (2008).
    assert [status.label for status in rules.statuses] == [
        *("offen", "in Planung", "in Umsetzung", "umgesetzt", "verstetigt", "zurückgestellt", "verworfen")
    ]
    assert list(rules.labels("themes").values()) == [
        "Familie im Stadtteil",
        "Bildungsteilhabe",
        "Arbeitsmarkt und existenzsichernde Leistungen",
        "Lebensraum und Zusammenleben",
        "Erfassungssysteme",
    ]
    assert list(rules.labels("visions").values()) == [
        *("Lebenswerte Stadt", "Prosperierende Stadt", "Nachhaltige Stadt", "Chancenstadt")
    ]
    assert (len(rules.categories), len(rules.core_elements)) == (9, 8)
    assert rules.topic("alleinerziehend").groups == ("Arbeit/Ausbildung", "Betreuung", "Gesundheit")
    assert rules.statuses_of("open", "active") == ("offen", "in_planung", "in_umsetzung")
    assert rules.status("verworfen").next == ()


@pytest.mark.parametrize(
    ("keys", "value", "problem"),
    [
        (("statuses",), None, "»statuses« fehlt"),
        (("extra",), {}, "»extra« ist unbekannt"),
        (("themes",), {}, "Es ist nichts eingetragen"),
        (("themes", "familie"), "ja", "braucht einen Schlüssel aus Text"),
        (("themes", "familie", "label"), None, "»familie« ist fehlerhaft"),
        (("themes", "familie", "questions"), [1], "In »questions« darf nur Text stehen"),
        (("themes", "familie", "domains"), ["povrety"], "»domains« kennt »povrety« nicht"),
        (("statuses", "offen", "kind"), "neu", "»kind« kennt »neu« nicht. Erlaubt: open, active"),
        (("statuses", "offen", "kind"), "done", "Der erste Stand muss »kind: open« haben"),
        (("statuses", "offen", "next"), ["fertig"], "»next« nennt »fertig«, das es nicht gibt"),
        (("fields", "familie", "themes"), ["familien"], "»themes« nennt »familien«"),
    ],
)
def test_a_fault_in_the_rules_of_planning_is_named(
    change: Callable[..., Path], keys: tuple[str, ...], value: Any, problem: str
) -> None:
    with pytest.raises(ParameterError, match=problem):
        read_planning_rules(change("planning", *keys, value=value))


def test_a_topic_names_fields_that_exist(change: Callable[..., Path]) -> None:
    folder = change("topics", "einsamkeit", "fields", value=["alter", "jung"])
    with pytest.raises(ParameterError, match="»einsamkeit«: »fields« nennt »jung«"):
        read_planning_rules(folder)


def test_an_unknown_topic_is_refused_with_those_that_exist() -> None:
    rules = read_planning_rules(embedded_folder("parameters"))
    with pytest.raises(ParameterError, match=r"topics\.yaml stehen: alleinerziehend, einsamkeit"):
        rules.topic("armut")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"rules/planning\.yaml fehlt"):
        read_planning_rules(tmp_path)


def test_the_rules_on_heat_of_the_package_are_valid() -> None:
    rules = read_heat_rules(embedded_folder("parameters"))
    assert [component.key for component in rules.spec.components] == ["exposure", "sensitivity", "capacity"]
    # Two of the three are enough: what a dataset lacks is named on the page.
    assert not any(component.required for component in rules.spec.components)
    assert all(component.without for component in rules.spec.components)
    assert rules.spec.ages["under_6"] == (0, 6)
    assert len(rules.core_elements) == 8


@pytest.mark.parametrize(
    ("keys", "value", "problem"),
    [
        (("title",), None, "»title« fehlt"),
        (("extra",), 1, "»extra« ist unbekannt"),
        (("components", "exposure", "minimum"), 1, "»minimum« muss mindestens 2"),
        (("components", "exposure", "parts"), [{"name": "Hitze"}], "»indicator_ids« fehlt"),
        (("components",), {}, "»components« braucht mindestens zwei Teile"),
        (("required",), ["cold"], "nennt einen Teil, den es in »components« nicht gibt"),
        (("spec", "orientation"), "higher_is_better", "muss higher_is_worse sein"),
        (("spec", "normalisation"), "zz", "kennt »zz« nicht"),
        (("alternatives", "weighting"), ["pac"], "kennt »pac« nicht"),
        (("alternatives", "wieghting"), ["pca"], "unbekannt: wieghting"),
        (("draws",), 5, "»draws« muss von 100"),
        (("component_factor",), 0.5, "»component_factor« muss mindestens 1"),
        (("priority_share",), 1.0, "»priority_share« muss zwischen 0 und 1"),
        (("ages", "over_64"), [65, 60], "das erste Alter und das erste Alter darüber"),
        (("access", "zones"), [1.0], "Liste aus Grenze und Gewicht"),
        (("other_names", "deaths"), None, "fehlt ein Name für: deaths"),
    ],
)
def test_a_fault_in_the_rules_on_heat_is_named(
    change: Callable[..., Path], keys: tuple[str, ...], value: Any, problem: str
) -> None:
    with pytest.raises(ParameterError, match=problem):
        read_heat_rules(change("heat", *keys, value=value))


@pytest.mark.parametrize(
    ("keys", "value", "problem"),
    [
        (("access", "categories"), ["museum"], "unbekannte Arten von Einrichtungen: museum"),
        (("core_elements", "monitoring"), None, "stimmen nicht überein: monitoring"),
    ],
)
def test_words_on_which_the_rules_of_planning_and_heat_differ_are_named(
    change: Callable[..., Path], keys: tuple[str, ...], value: Any, problem: str
) -> None:
    analysis = load_analysis(str(embedded_folder("data")), str(embedded_folder("parameters")))
    with pytest.raises(ParameterError, match=problem):
        heat_of(analysis, str(change("heat", *keys, value=value)))

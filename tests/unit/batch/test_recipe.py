"""Reading the YAML file of a notebook."""

from __future__ import annotations

from pathlib import Path

import pytest

from sozialanalyse.batch.recipe import Variant, parameters_digest, read_recipe, read_recipes
from sozialanalyse.errors import ParameterError

HEAD = "title: Bild\ndescription: D\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "bild.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("for_each", "chosen"),
    [
        ("{level: all}", ("all", ())),
        ("{level: district}", ("level", ("district",))),
        ("{level: [city, district]}", ("level", ("city", "district"))),
        ('{areas: ["0101", b]}', ("area", ("0101", "b"))),
    ],
)
def test_areas_are_chosen_by_level_or_key(for_each: str, chosen: tuple[object, ...], tmp_path: Path) -> None:
    recipe = read_recipe(write(tmp_path, f"{HEAD}for_each: {for_each}\n"))
    assert (recipe.chosen_by, recipe.names) == chosen


def test_variants_are_read_with_their_own_values(tmp_path: Path) -> None:
    text = "variants: [{name: a-1, title: Erstes, description: D, parameters: {x: eins}}]\n"
    recipe = read_recipe(write(tmp_path, f"{HEAD}for_each: {{level: coarsest}}\n{text}"))
    assert recipe.variants == (Variant("a-1", "Erstes", "D", {"x": "eins"}),)


def test_a_date_stays_the_text_that_was_written(tmp_path: Path) -> None:
    recipe = read_recipe(
        write(tmp_path, f"{HEAD}for_each: {{level: all}}\nparameters: {{day: 2024-03-01}}\n")
    )
    assert recipe.parameters == {"day": "2024-03-01"}


def test_a_key_with_leading_zero_must_be_quoted(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="führende Nullen"):
        read_recipe(write(tmp_path, f"{HEAD}for_each: {{areas: [0101]}}\n"))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("title: [", "Zeile 1: Die Datei ist kein gültiges YAML"),
        (f"{HEAD}title: Noch einmal\n", "Zeile 3.*steht doppelt"),
        (f"{HEAD}for_each: {{level: all}}\ninside_from: viele\n", "»inside_from« ist eine ganze Zahl"),
        ("- eins\n", "Erwartet werden die Angaben"),
        (f"{HEAD}for_each: {{level: all, areas: [a]}}\n", "entweder »level«"),
        (f"{HEAD}for_each: {{areas: a}}\n", "Die Liste fehlt oder ist leer"),
        (f"{HEAD}for_each: {{areas: [a, a]}}\n", "steht ein Eintrag doppelt"),
        (f"{HEAD}for_each: {{level: all}}\nparameters: {{area_id: a}}\n", "setzt der Lauf selbst"),
        (f"{HEAD}for_each: {{level: all}}\nparameters: {{a: {{b: 1}}}}\n", "»a« ist weder Text"),
        (f"{HEAD}for_each: {{level: all}}\nparameters: [a]\n", "eine Zuordnung von Namen"),
        (f"{HEAD}for_each: {{level: all}}\ntables: [dialoge]\n", "»tables« ist eine Liste aus: dialogues"),
        (f"{HEAD}for_each: {{level: all}}\nvariants: {{a: 1}}\n", "»variants« ist eine Liste"),
        (f"{HEAD}for_each: {{level: all}}\nvariants: [{{name: a}}]\n", "braucht genau: name, title"),
        (
            f"{HEAD}for_each: {{level: all}}\n"
            "variants: [{name: a, title: T, description: D, parameters: {}, tables: [dialoge]}]\n",
            "»tables« ist eine Liste aus: dialogues",
        ),
        (
            f"{HEAD}for_each: {{level: all}}\n"
            f"variants: [{{name: A b, title: T, description: D, parameters: {{}}}}]\n",
            "kleinen Buchstaben",
        ),
        (
            f"{HEAD}for_each: {{level: all}}\n"
            f"variants: [{{name: a, title: '', description: D, parameters: {{}}}}]\n",
            "fehlt »title« bei »a«",
        ),
        (
            f"{HEAD}for_each: {{level: all}}\n"
            f"variants: [{{name: a, title: T, description: '', parameters: {{}}}}]\n",
            "fehlt »description« bei »a«",
        ),
        (f"{HEAD}for_each: {{level: all}}\nposition: vorn\n", "»position« ist eine ganze Zahl"),
        (
            f"{HEAD}for_each: {{level: all}}\n"
            f"variants: [{{name: a, title: T, description: D, parameters: [b]}}]\n",
            "eine Zuordnung von Namen",
        ),
        (
            f"{HEAD}for_each: {{level: all}}\nparameters: {{x: 1}}\n"
            "variants: [{name: a, title: T, description: D, parameters: {x: 2}}]\n",
            "steht dasselbe: x",
        ),
        (
            f"{HEAD}for_each: {{level: all}}\n"
            "variants: [{name: a, title: T, description: D, parameters: {}}, "
            "{name: a, title: U, description: D, parameters: {}}]\n",
            "ein Name doppelt",
        ),
    ],
)
def test_a_fault_says_rule_and_remedy(text: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=problem):
        read_recipe(write(tmp_path, text))


def test_all_faults_of_all_files_are_found_beside_the_good_ones(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("title: 5\nforeach: {level: all}\n")
    (tmp_path / "b.yaml").write_text("title: x\ndescription: y\n")
    (tmp_path / "c.yaml").write_text("title: x\ndescription: y\nfor_each: {level: all}\n")
    recipes, faults = read_recipes(tmp_path)
    assert [recipe.notebook for recipe in recipes] == ["c"]
    lines = "\n".join(faults).splitlines()
    assert [line.split(":")[0] for line in lines] == ["»a.yaml«"] * 4 + ["»b.yaml«"]


def test_rules_are_no_recipes_but_count_for_the_digest(tmp_path: Path) -> None:
    write(tmp_path, f"{HEAD}for_each: {{level: all}}\n")
    (tmp_path / "rules").mkdir()
    rule = tmp_path / "rules" / "index.yaml"
    rule.write_text("a: 1\n")
    before = parameters_digest(tmp_path, "bild")
    assert [recipe.notebook for recipe in read_recipes(tmp_path)[0]] == ["bild"]
    assert parameters_digest(tmp_path, "bild") == before
    rule.write_text("a: 2\n")
    assert parameters_digest(tmp_path, "bild") != before


def test_a_folder_without_recipes_is_refused(tmp_path: Path) -> None:
    recipes, faults = read_recipes(tmp_path)
    assert recipes == ()
    assert "liegt keine YAML-Datei" in "".join(faults)


def test_recipes_come_by_position_then_by_name(tmp_path: Path) -> None:
    for name, position in (("a", ""), ("b", "position: 2\n"), ("c", "position: 1\n"), ("d", "position: 2\n")):
        (tmp_path / f"{name}.yaml").write_text(
            f"{HEAD}for_each: {{level: all}}\n{position}", encoding="utf-8"
        )
    recipes, _ = read_recipes(tmp_path)
    assert [recipe.notebook for recipe in recipes] == ["c", "b", "d", "a"]

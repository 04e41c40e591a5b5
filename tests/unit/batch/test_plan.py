"""From recipes to runs, and safe file names."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from sozialanalyse.batch.plan import Plan, area_file_names, finest_inside, make_plan, select_runs
from sozialanalyse.batch.recipe import Recipe, Variant
from sozialanalyse.dataset.planning_tables import PlanningTables
from sozialanalyse.dataset.read import read_dataset
from sozialanalyse.dataset.schema import Dataset, Level
from sozialanalyse.errors import ParameterError

RECIPE = Recipe("bild", "Bild", "Ein Satz.", "all", (), {"year": "latest"})


@pytest.fixture(scope="module")
def project(tmp_path_factory, make_project) -> Path:
    return make_project(tmp_path_factory.mktemp("plan") / "p")


@pytest.fixture(scope="module")
def dataset(project: Path) -> Dataset:
    return read_dataset(project / "data")


def plan_of(project: Path, dataset: Dataset, *recipes: Recipe) -> Plan:
    return make_plan(dataset, recipes or (RECIPE,), project / "notebooks")


def test_one_run_per_area_in_the_order_of_the_dataset(project: Path, dataset: Dataset) -> None:
    runs = plan_of(project, dataset).runs
    assert [(run.html, run.level, run.parameters) for run in runs] == [
        (f"bild/{key}.html", level, {"area_id": key, "year": "latest"})
        for key, level in [("stadt", "city"), *((key, "district") for key in "abcd")]
    ]


def test_levels_and_areas_of_a_recipe_choose(project: Path, dataset: Dataset) -> None:
    by_level = replace(RECIPE, chosen_by="level", names=("city",))
    assert [run.area_id for run in plan_of(project, dataset, by_level).runs] == ["stadt"]
    by_key = replace(RECIPE, chosen_by="area", names=("c", "a"))
    assert [run.area_id for run in plan_of(project, dataset, by_key).runs] == ["a", "c"]


def test_words_stand_for_the_first_and_the_last_level_of_any_dataset(project: Path, dataset: Dataset) -> None:
    coarsest = replace(RECIPE, chosen_by="level", names=("coarsest",))
    assert [run.area_id for run in plan_of(project, dataset, coarsest).runs] == ["stadt"]
    both = replace(RECIPE, chosen_by="level", names=("finest", "coarsest"))
    assert [run.area_id for run in plan_of(project, dataset, both).runs] == ["stadt", *"abcd"]


def test_the_level_of_the_sozialraeume_is_found_whatever_it_is_called(
    project: Path, dataset: Dataset
) -> None:
    recipe = replace(RECIPE, chosen_by="level", names=("coarsest", "above_finest"))
    # Of two levels the upper one is the whole; each area comes up once.
    assert [run.area_id for run in plan_of(project, dataset, recipe).runs] == ["stadt"]
    areas = dataset.areas.assign(
        level=["city", "bezirk", "district", "district", "district"], parent_id=["", "stadt", "a", "a", "a"]
    )
    levels = (dataset.levels[0], Level("bezirk", "Bezirk"), dataset.levels[-1])
    three = replace(dataset, areas=areas, levels=levels)
    assert [run.area_id for run in plan_of(project, three, recipe).runs] == ["stadt", "a"]


@pytest.mark.parametrize(("tables", "runs"), [((), 5), (("measures",), 0), (("measures", "goals"), 5)])
def test_a_notebook_on_planning_runs_where_there_is_one_of_its_tables(
    project: Path, dataset: Dataset, tables: tuple[str, ...], runs: int
) -> None:
    with_goals = replace(dataset, planning=PlanningTables(goals=pd.DataFrame({"goal_id": ["z"]})))
    plan = plan_of(project, with_goals, replace(RECIPE, tables=tables))
    assert len(plan.runs) == runs
    assert plan.skipped == ({} if runs else {"bild": "Der Datensatz hat die Tabelle measures nicht."})


def test_a_variant_may_need_other_tables_and_the_rest_is_told_why_it_is_left_out(
    project: Path, dataset: Dataset
) -> None:
    variants = (
        Variant("vorher", "Vorher", "", {"year": "2024"}, tables=()),
        Variant("nachher", "Nachher", "", {"year": "2020"}),
    )
    recipe = replace(
        RECIPE, chosen_by="area", names=("a",), parameters={}, variants=variants, tables=("measures",)
    )
    plan = plan_of(project, dataset, recipe)
    assert [run.variant for run in plan.runs] == ["vorher"]
    reason = "Der Datensatz hat die Tabelle measures nicht."
    assert plan.skipped == {"bild (Nachher)": reason}
    both = replace(recipe, variants=(replace(variants[0], tables=("goals",)), variants[1]))
    assert plan_of(project, dataset, both).skipped == {"bild": "Der Datensatz hat die Tabelle goals nicht."}


VARIANTS = (Variant("neu", "Neu", "", {"year": "2024"}), Variant("alt", "Alt", "", {"year": "2020"}))


def test_a_recipe_with_variants_makes_one_page_of_each_for_every_area(
    project: Path, dataset: Dataset
) -> None:
    recipe = replace(RECIPE, chosen_by="area", names=("a", "b"), parameters={}, variants=VARIANTS)
    runs = plan_of(project, dataset, recipe).runs
    assert [(run.html, run.parameters) for run in runs] == [
        (f"bild/{area}-{name}.html", {"area_id": area, "year": year})
        for area in "ab"
        for name, year in (("neu", "2024"), ("alt", "2020"))
    ]
    assert len({run.key for run in runs}) == 4


def test_a_fault_of_one_variant_is_named_once(project: Path, dataset: Dataset) -> None:
    wrong = Variant("falsch", "Falsch", "", {"jahr": "2020"})
    recipe = replace(RECIPE, parameters={"monat": "1"}, variants=(*VARIANTS, wrong))
    with pytest.raises(ParameterError) as caught:
        plan_of(project, dataset, recipe)
    assert [line.split("»")[2].split("«")[0] for line in str(caught.value).splitlines()] == ["monat", "jahr"]


def test_two_pages_of_one_name_are_refused(project: Path, dataset: Dataset) -> None:
    recipe = replace(RECIPE, parameters={}, variants=(VARIANTS[0], VARIANTS[0]))
    with pytest.raises(ParameterError, match="denselben Dateinamen"):
        plan_of(project, dataset, recipe)


def test_a_notebook_that_the_dataset_cannot_serve_is_skipped(project: Path, dataset: Dataset) -> None:
    plan = plan_of(project, dataset, replace(RECIPE, chosen_by="level", names=("city", "kreis")))
    assert plan.runs == ()
    assert plan.skipped == {"bild": "Der Datensatz hat die Ebene »kreis« nicht."}
    with pytest.raises(ParameterError, match="»bild« kann nicht laufen: Der Datensatz hat die Ebene"):
        select_runs(plan, dataset, ["bild"])


def test_faults_of_all_notebooks_come_before_anything_runs(project: Path, dataset: Dataset) -> None:
    recipes = (replace(RECIPE, notebook="fehlt"), replace(RECIPE, parameters={"jahr": "latest", "year": 1}))
    with pytest.raises(ParameterError) as caught:
        plan_of(project, dataset, *recipes)
    assert [line.split(" nicht.")[0] for line in str(caught.value).splitlines()] == [
        "Zu »fehlt.yaml« gibt es kein Notebook »fehlt.ipynb« im Ordner »notebooks«. "
        "Bitte eine der beiden Dateien umbenennen oder entfernen.",
        "Das Notebook »bild« kennt den Parameter »jahr«",
        "Der Parameter »year« des Notebooks »bild« erwartet Text, angegeben ist eine ganze Zahl. "
        "Zahlen, die Text sein sollen, gehören in Anführungszeichen.",
    ]


def test_selection_by_notebook_area_and_level(project: Path, dataset: Dataset) -> None:
    plan = plan_of(project, dataset)
    assert [run.area_id for run in select_runs(plan, dataset, areas=["d", "b"])] == ["b", "d"]
    assert [run.area_id for run in select_runs(plan, dataset, ["bild"], level="city")] == ["stadt"]


def test_a_notebook_may_be_named_by_its_file_but_not_by_another_one(project: Path, dataset: Dataset) -> None:
    plan = plan_of(project, dataset)
    assert select_runs(plan, dataset, [str(project / "notebooks" / "bild.ipynb")]) == plan.runs
    assert select_runs(plan, dataset, ["notebooks/bild.ipynb"]) == plan.runs
    with pytest.raises(ParameterError, match="gibt es nicht"):
        select_runs(plan, dataset, [str(project / "anderswo" / "bild.ipynb")])


def test_words_for_levels_choose_runs_as_in_recipes(project: Path, dataset: Dataset) -> None:
    plan = plan_of(project, dataset)
    assert [run.area_id for run in select_runs(plan, dataset, level="coarsest")] == ["stadt"]
    assert [run.area_id for run in select_runs(plan, dataset, level="finest")] == [*"abcd"]


def test_areas_that_hold_enough_others_run_by_themselves_and_the_rest_on_request(
    project: Path, dataset: Dataset
) -> None:
    # The hierarchy with a level below the four districts: a holds three, b one, c and d none.
    added = pd.DataFrame(
        {"name": "X", "level": "block", "parent_id": ["a", "a", "a", "b"]}, index=["x1", "x2", "x3", "x4"]
    )
    deeper = replace(
        dataset,
        areas=pd.concat([dataset.areas, added]).rename_axis("area_id"),
        levels=(*dataset.levels, Level("block", "Block")),
    )
    assert finest_inside(deeper) == {"a": 3, "b": 1, "stadt": 4}
    recipe = replace(RECIPE, chosen_by="level", names=("coarsest",), inside_from=3)
    plan = plan_of(project, deeper, recipe)
    assert [(run.area_id, run.on_request) for run in plan.runs] == [
        ("stadt", False),
        ("a", False),
        ("b", True),
    ]
    assert [run.area_id for run in select_runs(plan, deeper)] == ["stadt", "a"]
    assert [run.area_id for run in select_runs(plan, deeper, ["bild"], ["b"])] == ["b"]
    with pytest.raises(ParameterError, match="nichts zu erstellen"):
        select_runs(plan, deeper, areas=["b"])


def test_a_year_without_values_is_one_fault_before_the_start(
    project: Path, dataset: Dataset, write_notebook
) -> None:
    write_notebook(project / "notebooks" / "bild.ipynb", "load_analysis(year=year)")
    recipe = replace(RECIPE, parameters={"year": "1999"})
    with pytest.raises(ParameterError) as caught:
        plan_of(project, dataset, recipe)
    assert str(caught.value) == (
        "»bild.yaml«: Für das Jahr »1999« enthält der Datensatz keinen Wert. Es gibt Werte von 2024 bis "
        "2024. "
        'Bitte »year« ändern, zum Beispiel auf "latest".'
    )
    assert len(plan_of(project, dataset, replace(RECIPE, parameters={"year": "2024"})).runs) == 5


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"notebooks": ["blid"]}, r"Das Notebook »blid« gibt es nicht, wohl aber »bild«\. Vorhanden: bild"),
        ({"areas": ["z", "y"]}, r"(?s)Das Gebiet »z« gibt es nicht.*Das Gebiet »y« gibt es nicht"),
        (
            {"level": "kreis"},
            r"Die Ebene »kreis« gibt es nicht\. Vorhanden: coarsest, above_finest, finest, city, district",
        ),
        ({"areas": ["a"], "level": "city"}, "Für diese Auswahl ist nichts zu erstellen"),
    ],
)
def test_an_unknown_choice_is_refused(
    arguments: dict[str, object], problem: str, project: Path, dataset: Dataset
) -> None:
    with pytest.raises(ParameterError, match=problem):
        select_runs(plan_of(project, dataset), dataset, **arguments)  # type: ignore[arg-type]


def test_a_number_that_lost_its_zeros_is_recognised_but_no_other_number_is_guessed(
    project: Path, dataset: Dataset
) -> None:
    areas = dataset.areas.rename(index={"a": "0101", "b": "0110"})
    for given, named in (("101", ", wohl aber »0101«."), ("0111", ".")):
        with pytest.raises(ParameterError, match=f"»{given}« gibt es nicht{re.escape(named)} Schlüssel"):
            select_runs(plan_of(project, dataset), replace(dataset, areas=areas), areas=[given])


def test_file_names_are_safe_unique_and_readable() -> None:
    keys = ["05119", "Mitte/Styrum", "Mitte Styrum", "ab", "AB", "Köln", "..", "con", "ß", "a" * 300, "日本"]
    names = area_file_names(keys)
    assert names["05119"] == "05119"
    # Eight digits of SHA-256, as `printf 'Mitte/Styrum' | sha256sum` shows them.
    assert names["Mitte/Styrum"] == "Mitte-Styrum-781aedc9"
    assert names["Köln"].startswith("Koeln-")
    assert names["con"].startswith("gebiet-con-")
    folded = [name.casefold() for name in names.values()]
    assert len(set(folded)) == len(keys)
    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789._-") for name in folded)
    assert all(not name.startswith(".") and len(name) < 100 for name in folded)


def test_a_file_name_does_not_depend_on_the_order_of_areas() -> None:
    keys = ["ab", "AB", "Köln", "x"]
    assert area_file_names(keys) == area_file_names(keys[::-1])

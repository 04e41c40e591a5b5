"""Every command but `run`, and calls that start nothing."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Call = Callable[..., Any]

SHOW = """from IPython.display import HTML
from sozialanalyse.errors import MethodError
import os, signal, warnings
HTML(f"<h1>Bild von {area_id}</h1><p>{sorted({'x', 'y', 'z'}, key=hash)}</p>")"""


def test_a_wrong_choice_starts_nothing(
    tmp_path: Path,
    make_project: Call,
    here: Call,
    project_options: Call,
) -> None:
    folder = make_project(tmp_path / "projekt", SHOW)
    done = here("run", "bild", "--area", "z", *project_options(folder), folder=folder)
    assert (done.code, done.out) == (1, "")
    assert done.err == "Das Gebiet »z« gibt es nicht. Schlüssel und Namen zeigt »sozialanalyse list«.\n"
    assert not (folder / "outputs").exists()


def test_an_unknown_parameter_and_a_missing_tag_start_nothing(
    tmp_path: Path,
    make_project: Call,
    here: Call,
    write_notebook: Call,
    project_options: Call,
) -> None:
    folder = make_project(tmp_path / "projekt", SHOW)
    recipe = folder / "parameters" / "bild.yaml"
    recipe.write_text(recipe.read_text().replace("year:", "yaer:"))
    recipe.with_name("zweites.yaml").write_text(recipe.read_text())
    write_notebook(folder / "notebooks" / "zweites.ipynb", tagged=0)
    done = here("run", *project_options(folder), folder=folder)
    assert done.code == 1
    assert "kennt den Parameter »yaer« nicht" in done.err
    assert "»zweites.ipynb« braucht genau eine Codezelle mit der Markierung »parameters«" in done.err
    assert not (folder / "outputs").exists()


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("index", "id: sgb2_rate", "id: sgb2_rat", "»sgb2_rat« gibt es nicht, wohl aber »sgb2_rate«"),
        ("needs", "fewest_votes:", "few_votes:", "rules/needs.yaml"),
        ("comparison", "confidence:", "confidenc:", "rules/comparison.yaml"),
    ],
)
def test_a_fault_in_the_rules_is_told_once_and_before_any_page(
    file: str,
    old: str,
    new: str,
    told: str,
    tmp_path: Path,
    checkout: Path,
    call: Call,
) -> None:
    shutil.copytree(checkout / "parameters", tmp_path / "parameters")
    path = tmp_path / "parameters" / "rules" / f"{file}.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    options = ["--data", str(checkout / "data"), "--parameters", str(tmp_path / "parameters")]
    done = call("run", *options, "--out", str(tmp_path / "seiten"), folder=tmp_path)
    assert (done.code, done.out) == (1, "")
    assert done.err.count(told) == 1
    assert not (tmp_path / "seiten").exists()


def test_check_tells_the_size_of_a_good_dataset(tmp_path: Path, make_project: Call, here: Call) -> None:
    folder = make_project(tmp_path / "projekt")
    done = here("check", "--data", "data", folder=folder)
    assert done.code == 0
    assert done.out.startswith(
        "Der Datensatz »Musterstadt 2024« ist in Ordnung: 5 Gebiete auf 2 Ebenen, 1 Indikator, "
        "4 Beobachtungen, Jahr 2024. Die Zahlen sind erfunden (Beispieldaten)."
    )


def test_check_lists_all_faults_of_a_bad_dataset(tmp_path: Path, make_project: Call, here: Call) -> None:
    folder = make_project(tmp_path / "projekt")
    areas = folder / "data" / "areas.csv"
    areas.write_text(areas.read_text() + "a,Doppelt,district,stadt\nx,Waise,district,nirgends\n")
    done = here("check", "--data", "data", folder=folder)
    assert (done.code, done.out) == (1, "")
    assert "Der Datensatz hat 2 Fehler:" in done.err
    assert done.err.count("- areas.csv, Zeile") == 2


def test_check_counts_planning_tables_and_finds_what_only_the_rules_show(
    tmp_path: Path, make_project: Call, here: Call
) -> None:
    folder = make_project(tmp_path / "projekt")
    table = folder / "data" / "developments.csv"
    header = "development_id,text,field,area_ids,vision,source,synthetic\n"
    table.write_text(header + "P1,Ein Plan liegt vor.,wohnen,a|b,chancenstadt,Amt,false\n")
    done = here("check", "--data", "data", folder=folder)
    assert (done.code, done.out.splitlines()[1]) == (0, "Planungstabellen: Positive Entwicklungen 1.")
    table.write_text(header + "P1,Ein Plan liegt vor.,gibtesnicht,a|b,chancenstadt,Amt,false\n")
    done = here("check", "--data", "data", folder=folder)
    assert (done.code, done.out) == (1, "")
    assert "- developments.csv, Zeile 2, Spalte field [field_unknown]: " in done.err
    assert "gibtesnicht" not in done.err


def test_new_makes_a_folder_once_and_says_how_to_go_on(tmp_path: Path, here: Call) -> None:
    done = here("new", "meine-stadt", folder=tmp_path)
    assert done.code == 0
    assert "Wie es weitergeht, steht in README.md." in done.out
    made = {path.name for path in (tmp_path / "meine-stadt").iterdir()}
    assert made == {"README.md", "data", "notebooks", "parameters"}
    again = here("new", "meine-stadt", folder=tmp_path)
    assert (again.code, again.out) == (1, "")
    assert "kein leerer Ordner" in again.err


def test_list_shows_notebooks_levels_areas_and_indicators(
    tmp_path: Path,
    make_project: Call,
    here: Call,
    project_options: Call,
) -> None:
    folder = make_project(tmp_path / "projekt")
    done = here("list", *project_options(folder), folder=folder)
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[:9] == [
        "Notebooks",
        "  bild  5 Seiten  Bild",
        "",
        "Ebenen",
        "  city      1 Gebiet   Stadt",
        "  district  4 Gebiete  Bezirk",
        "",
        "Gebiete",
        "  stadt  city      Musterstadt",
    ]
    assert lines[-2:] == ["Indikatoren", "  people  Bevölkerung  Personen  Bevölkerung"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "--jbos", "2"], "Die Option »--jbos« gibt es nicht."),
        (["run", "--jobs", "0"], "Der Wert von »--jobs« ist nicht zulässig; erlaubt: ganze Zahlen ab 1."),
        (["run", "--engine", "x"], "Der Wert von »--engine« ist nicht zulässig; erlaubt: fork, papermill."),
        (["audit"], "Es fehlt die Angabe ORDNER."),
        (["check", "data"], "»check« versteht diesen Aufruf nicht; er hat eine Angabe zu viel."),
        (["run", "--out"], "Die Option »--out« ist falsch verwendet; meist fehlt ihr Wert."),
        (["rnu"], "Dieser Aufruf ist nicht möglich. Befehle: audit, check, list, new, run, verify."),
    ],
)
def test_a_wrong_call_is_explained_in_german(
    arguments: list[str], message: str, tmp_path: Path, here: Call
) -> None:
    done = here(*arguments, folder=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines()[0] == message


@pytest.mark.parametrize("command", [[], ["run"], ["check"], ["list"], ["new"], ["verify"]])
def test_help_is_german(command: list[str], tmp_path: Path, here: Call) -> None:
    done = here(*command, "--help", folder=tmp_path)
    assert done.code == 0
    assert done.out.startswith("Aufruf: ")
    assert not any(word in done.out for word in ("Usage", "Options", "Commands", "Show this message"))


def test_help_loads_no_heavy_package(tmp_path: Path) -> None:
    script = (
        "import sys; sys.argv[1:] = ['--help']\n"
        "from sozialanalyse.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "import json; print(json.dumps(sorted(loaded)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    heavy = {"numpy", "pandas", "nbconvert", "papermill", "rich", "jinja2", "yaml", "shapely", "matplotlib"}
    assert heavy.isdisjoint(json.loads(done.stderr))

"""A new project folder, ready to fill: data, rules, notebooks and a workbook for the planning tables."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any, Final

import nbformat
import pandas as pd

from sozialanalyse.batch.recipe import notebooks_folder
from sozialanalyse.dataset.forms import FORMS
from sozialanalyse.dataset.package import PACKAGE_FILE
from sozialanalyse.dataset.planning_forms import PLANNING_FORMS
from sozialanalyse.dataset.planning_workbook import write_planning_workbook
from sozialanalyse.dataset.read import read_dataset
from sozialanalyse.dataset.schema import Dataset
from sozialanalyse.dataset.tabular import find_tables
from sozialanalyse.errors import ParameterError
from sozialanalyse.planning.rules import PlanningRules
from sozialanalyse.planning_rules import planning_check, read_planning_rules
from sozialanalyse.project import chosen_folder

__all__ = ["WORKBOOK", "create_project"]

WORKBOOK: Final = "planung.xlsx"
_PACKAGE: Final[dict[str, Any]] = {
    "name": "meine-stadt",
    "title": "Meine Stadt",
    "synthetic": False,
    "levels": [
        {"level": "city", "label": "Stadt"},
        {"level": "district", "label": "Sozialraum"},
        {"level": "neighbourhood", "label": "Sozialquartier"},
    ],
    "licenses": [],
    "sources": [{"title": "Bitte eintragen: welche Stelle die Zahlen liefert"}],
    "resources": [],
}
_README: Final = Path(__file__).with_suffix(".md")
"""README of a new project; named like this module."""


def create_project(folder: Path, data: Path | None = None, parameters: str = "") -> list[str]:
    """Make a project folder.

    Parameters
    ----------
    folder : Path
        Must not exist yet, or be empty.
    data : Path, optional
        Dataset that the project begins with. Its planning tables move into the workbook; its other files are
        copied as they are.
    parameters : str
        Folder whose rules and recipes the project begins with, ``""`` for the one in the environment or else
        the embedded one; its notebooks come along.

    Returns
    -------
    list of str
        German lines: what was made, and what to do next.

    Raises
    ------
    ParameterError
        If the folder holds something, or a file of the dataset holds planning tables and others together.
    DatasetError
        If the dataset breaks its form.
    """
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise ParameterError(
            f"»{folder.name}« gibt es schon, und es ist kein leerer Ordner. Bitte einen neuen Ordner nennen."
        )
    chosen = chosen_folder("parameters", parameters)
    rules = read_planning_rules(chosen)
    dataset = None if data is None else read_dataset(data, planning_check(chosen))
    copied = [] if data is None else _files_to_copy(data)
    target = folder / "data"
    target.mkdir(parents=True)
    shutil.copytree(chosen, folder / "parameters", ignore=shutil.ignore_patterns(".*"))
    _copy_notebooks(notebooks_folder(chosen), folder / "notebooks")
    if data is None:
        _write_package(target, _PACKAGE)
        for name in [name for name, form in FORMS.items() if not form.optional]:
            _write_header(target / f"{name}.csv", FORMS[name].names)
    for path in copied:
        shutil.copyfile(path, target / path.name)
    if data is not None:
        _write_package(target, _package_without_planning(data))
    write_planning_workbook(
        target / WORKBOOK, _choices(rules, dataset), None if dataset is None else dataset.planning
    )
    shutil.copyfile(_README, folder / "README.md")
    filled = "mit den Planungstabellen des Datensatzes" if dataset else "noch leer"
    return [
        f"Der Projektordner »{folder.name}« ist angelegt.",
        f"Planungstabellen: data/{WORKBOOK}, {filled}.",
        "Wie es weitergeht, steht in README.md.",
    ]


def _files_to_copy(data: Path) -> list[Path]:
    """Return the files of a dataset that hold no planning table, without its head."""
    places, _ = find_tables(data)
    planning = {place.path for name, place in places.items() if name in PLANNING_FORMS}
    mixed = planning & {place.path for name, place in places.items() if name not in PLANNING_FORMS}
    if mixed:
        named = ", ".join(sorted(path.name for path in mixed))
        raise ParameterError(
            f"Diese Dateien enthalten Planungstabellen und andere Tabellen zugleich: {named}. "
            "Bitte auf zwei Arbeitsmappen verteilen."
        )
    return [
        path
        for path in sorted(data.iterdir())
        if path.is_file()
        and path not in planning
        and path.name != PACKAGE_FILE
        and not path.name.startswith(("~$", "."))
    ]


def _package_without_planning(data: Path) -> dict[str, Any]:
    """Return the head of a dataset without the resources that move into the workbook."""
    content: dict[str, Any] = json.loads((data / PACKAGE_FILE).read_bytes().decode("utf-8-sig"))
    places, _ = find_tables(data)
    moved = {place.path.name for name, place in places.items() if name in PLANNING_FORMS}
    kept = [entry for entry in content.get("resources", []) if entry.get("path") not in moved]
    return {**content, "resources": kept}


def _choices(rules: PlanningRules, dataset: Dataset | None) -> dict[str, dict[str, str]]:
    """Return what may be entered in the workbook."""
    areas = {} if dataset is None else _labels(dataset.areas["name"])
    indicators = {} if dataset is None else _labels(dataset.indicators["label"])
    return {
        "status": rules.labels("statuses"),
        "theme": rules.labels("themes"),
        "vision": rules.labels("visions"),
        "field": rules.labels("fields"),
        "category": rules.labels("categories"),
        "topic": rules.labels("topics"),
        "area_id": areas,
        "indicator_id": indicators,
    }


def _labels(names: pd.Series[str]) -> dict[str, str]:
    return dict(zip(names.index.astype(str), names, strict=True))


def _copy_notebooks(source: Path, target: Path) -> None:
    """Copy the notebooks without their outputs, which are those of another dataset."""
    target.mkdir()
    for path in sorted(source.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        nbformat.write(notebook, target / path.name)


def _write_package(folder: Path, content: dict[str, Any]) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=1)
    (folder / PACKAGE_FILE).write_text(text + "\n", encoding="utf-8", newline="\n")


def _write_header(path: Path, columns: tuple[str, ...]) -> None:
    """Write a table without rows, as a German Excel opens it."""
    with path.open("w", encoding="utf-8-sig", newline="") as lines:
        csv.writer(lines, delimiter=";", lineterminator="\n").writerow(columns)

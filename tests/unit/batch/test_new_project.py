"""A new project is ready to fill; its workbook comes back without loss and through all checks."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import nbformat
import openpyxl
import pandas as pd
import pytest
import yaml
from openpyxl.worksheet.worksheet import Worksheet

from sozialanalyse.batch.new_project import WORKBOOK, create_project
from sozialanalyse.dataset.planning_forms import PLANNING_FORMS
from sozialanalyse.dataset.planning_tables import PlanningTables
from sozialanalyse.dataset.planning_workbook import GUIDE_SHEET, LIST_SHEET
from sozialanalyse.dataset.read import read_dataset
from sozialanalyse.errors import DatasetError, ParameterError
from sozialanalyse.planning_rules import planning_check, read_planning_rules
from sozialanalyse.project import embedded_folder

CASES = Path(__file__).resolve().parents[2] / "cases"
DIFFICULT = [
    "Zeile eins\nZeile zwei",
    "=1+1",
    "#N/A",
    "0123",
    "1e5",
    "TRUE",
    "31.12.2024",
    "'mit Hochkomma",
    '"in Anführungszeichen"; mit Semikolon, Komma | und Strich',
    "_x000D_",
    "Ärzt*innen – 5 µm, 20 °C, 😀",
    "<b>&amp;</b>",
    "-",
]
"""Texts that a workbook could take for something else."""


def planning_of(folder: Path) -> PlanningTables:
    return read_dataset(folder, planning_check(embedded_folder("parameters"))).planning


def assert_same(one: PlanningTables, other: PlanningTables) -> None:
    assert [name for name, _ in one.present()] == [name for name, _ in other.present()]
    for name, frame in one.present():
        pd.testing.assert_frame_equal(frame, getattr(other, name))


@pytest.fixture(scope="module")
def taken_over(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("neu") / "projekt"
    create_project(folder, embedded_folder("data"))
    return folder


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("leer") / "projekt"
    create_project(folder)
    return folder


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A small dataset with all planning tables as CSV files."""
    for name in ("faulty_datasets", "faulty_planning"):
        base = yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8"))["base"]
        for file, content in base.items():
            (tmp_path / file).write_text(content, encoding="utf-8")
    return tmp_path


def test_the_sample_goes_into_the_workbook_and_back_without_loss(taken_over: Path) -> None:
    data = taken_over / "data"
    assert not [path.name for path in data.glob("*.csv") if path.stem in PLANNING_FORMS]
    assert_same(planning_of(embedded_folder("data")), planning_of(data))


def test_difficult_texts_keys_lists_days_and_numbers_come_back_as_they_were(
    small: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    header = PLANNING_FORMS["developments"].names
    with (small / "developments.csv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, delimiter=";")
        writer.writerow(header)
        writer.writerows(
            (f"{number:03d}", text, "wohnen", "011|012", "chancenstadt", "Quelle", "false")
            for number, text in enumerate(DIFFICULT)
        )
    before = planning_of(small)
    assert before.developments["text"].tolist() == DIFFICULT
    project = tmp_path_factory.mktemp("schwierig") / "projekt"
    create_project(project, small)
    after = planning_of(project / "data")
    assert_same(before, after)
    assert after.developments["development_id"].tolist()[:2] == ["000", "001"]
    assert after.developments["area_ids"].tolist()[0] == ("011", "012")
    assert after.dialogues["date"].tolist()[0] == pd.Timestamp(2021, 12, 1)
    assert after.institutions["longitude"].tolist()[0] == 6.84


def test_the_same_content_gives_the_same_bytes_without_a_time(taken_over: Path, tmp_path: Path) -> None:
    create_project(tmp_path / "noch einmal", embedded_folder("data"))
    workbook = taken_over / "data" / WORKBOOK
    assert workbook.read_bytes() == (tmp_path / "noch einmal" / "data" / WORKBOOK).read_bytes()
    with ZipFile(workbook) as parts:
        assert {entry.date_time for entry in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert parts.read("docProps/core.xml").count(b"1980-01-01T00:00:00Z") == 2


def sheets(folder: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(folder / "data" / WORKBOOK)


def listed(workbook: openpyxl.Workbook, reference: str) -> list[str]:
    """Return the words in a range such as ``Listen!$A$2:$A$8``."""
    name, cells = reference.split("!")
    words = [row[0].value for row in workbook[name][cells.replace("$", "")]]
    return [word for word in words if word]


def validation_of(sheet: Worksheet, column: str):
    header = {cell.value: cell.column_letter for cell in sheet[1]}
    return next(
        (
            rule
            for rule in sheet.data_validations.dataValidation
            if str(rule.sqref).startswith(f"{header[column]}2:")
        ),
        None,
    )


@pytest.mark.parametrize(
    ("table", "column", "name"),
    [
        ("recommendation_log", "status", "statuses"),
        ("measures", "status", "statuses"),
        ("statements", "theme", "themes"),
        ("recommendations", "field", "fields"),
        ("institutions", "category", "categories"),
        ("goals", "topic", "topics"),
    ],
)
def test_drop_down_lists_hold_the_words_of_the_rules(empty: Path, table: str, column: str, name: str) -> None:
    workbook = sheets(empty)
    rule = validation_of(workbook[table], column)
    assert rule.type == "list"
    rules = read_planning_rules(embedded_folder("parameters"))
    assert listed(workbook, rule.formula1) == list(rules.labels(name))


def test_drop_down_lists_hold_the_areas_and_indicators_of_the_dataset(taken_over: Path) -> None:
    workbook = sheets(taken_over)
    areas = listed(workbook, validation_of(workbook["dialogues"], "area_id").formula1)
    assert areas[:2] == ["05119000", "01"]
    indicators = listed(workbook, validation_of(workbook["goals"], "indicator_id").formula1)
    assert len(indicators) == 52


def test_keys_of_other_sheets_are_offered_and_own_keys_are_free(empty: Path) -> None:
    workbook = sheets(empty)
    log = validation_of(workbook["recommendation_log"], "recommendation_id")
    assert log.formula1.startswith("recommendations!$A$2:")
    assert validation_of(workbook["recommendations"], "recommendation_id") is None
    assert validation_of(workbook["goals"], "parent_goal_id").formula1.startswith("goals!$A$2:")


def test_every_column_is_explained_and_headers_stay_in_view(empty: Path) -> None:
    workbook = sheets(empty)
    assert workbook.sheetnames == [GUIDE_SHEET, *PLANNING_FORMS, LIST_SHEET]
    for name, form in PLANNING_FORMS.items():
        sheet = workbook[name]
        assert tuple(cell.value for cell in sheet[1]) == form.names
        assert [cell.value for cell in sheet[1] if not cell.comment or not cell.comment.text.strip()] == []
        assert sheet.freeze_panes == "B2"
    explained = [row[2].value for row in workbook[GUIDE_SHEET].iter_rows() if row[0].value in PLANNING_FORMS]
    assert explained == [column for form in PLANNING_FORMS.values() for column in form.names]


def test_a_new_project_lacks_nothing_but_rows(empty: Path) -> None:
    with pytest.raises(DatasetError) as caught:
        planning_of(empty / "data")
    assert {(fault.rule, fault.file) for fault in caught.value.faults} == {
        ("table_empty", f"{name}.csv") for name in ("areas", "indicators", "observations")
    }
    assert read_planning_rules(empty / "parameters").first_status == "offen"
    for path in (empty / "notebooks").glob("*.ipynb"):
        cells = nbformat.read(path, as_version=4).cells
        assert not [cell for cell in cells if cell.cell_type == "code" and cell.outputs]


def test_an_entry_in_the_workbook_passes_through_the_same_checks(small: Path, tmp_path_factory) -> None:
    project = tmp_path_factory.mktemp("eintrag") / "projekt"
    create_project(project, small)
    workbook = sheets(project)
    header = {cell.value: cell.column for cell in workbook["recommendation_log"][1]}
    workbook["recommendation_log"].cell(5, header["status"]).value = "verstetigt"
    workbook["statements"].cell(2, 3).value = 11
    workbook["dialogues"].cell(2, 3).value = "demnächst"
    workbook.save(project / "data" / WORKBOOK)
    with pytest.raises(DatasetError) as caught:
        planning_of(project / "data")
    assert {(fault.rule, fault.file, fault.lines) for fault in caught.value.faults} == {
        ("status_step", f"{WORKBOOK} [recommendation_log]", (5,)),
        ("key_not_text", f"{WORKBOOK} [statements]", (2,)),
        ("area_unknown", f"{WORKBOOK} [statements]", (2,)),
        ("day_form", f"{WORKBOOK} [dialogues]", (2,)),
    }


def test_rules_of_another_project_decide_what_the_workbook_offers(tmp_path: Path) -> None:
    create_project(tmp_path / "eins")
    rules = tmp_path / "eins" / "parameters" / "rules" / "planning.yaml"
    content = yaml.safe_load(rules.read_text(encoding="utf-8"))
    content["visions"]["ruhige_stadt"] = {"label": "Ruhige Stadt"}
    rules.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    create_project(tmp_path / "zwei", parameters=str(tmp_path / "eins" / "parameters"))
    offered = [cell.value for column in sheets(tmp_path / "zwei")[LIST_SHEET].iter_cols() for cell in column]
    assert "ruhige_stadt" in offered
    assert (tmp_path / "zwei" / "parameters" / "rules" / "planning.yaml").read_bytes() == rules.read_bytes()


def test_a_folder_with_content_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notiz.txt").write_text("bleibt", encoding="utf-8")
    with pytest.raises(ParameterError, match="kein leerer Ordner"):
        create_project(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notiz.txt"]


def test_a_workbook_with_planning_and_other_tables_is_not_split_silently(
    make_project: Callable[..., Path], tmp_path: Path
) -> None:
    data = make_project(tmp_path / "quelle") / "data"
    workbook = openpyxl.Workbook()
    workbook.active.title = "areas"
    for line in (data / "areas.csv").read_text(encoding="utf-8").splitlines():
        workbook.active.append(line.split(","))
    workbook.create_sheet("developments").append(PLANNING_FORMS["developments"].names)
    workbook["developments"].append(["P1", "Ein Plan", "wohnen", "", "", "Amt", "false"])
    workbook.save(data / "alles.xlsx")
    (data / "areas.csv").unlink()
    package = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    (data / "datapackage.json").write_text(json.dumps({**package, "resources": []}), encoding="utf-8")
    with pytest.raises(ParameterError, match="auf zwei Arbeitsmappen verteilen"):
        create_project(tmp_path / "neu", data)
    assert not (tmp_path / "neu").exists()

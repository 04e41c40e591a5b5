"""Every kind of fault of a planning table is found where it is, and no value is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from sozialanalyse.dataset.planning_forms import PLANNING_FORMS
from sozialanalyse.dataset.read import read_dataset
from sozialanalyse.dataset.schema import Dataset
from sozialanalyse.errors import DatasetError
from sozialanalyse.planning_rules import planning_check
from sozialanalyse.project import embedded_folder

FOLDER = Path(__file__).resolve().parents[1] / "cases"
SMALL: dict[str, str] = yaml.safe_load((FOLDER / "faulty_datasets.yaml").read_text(encoding="utf-8"))["base"]
CATALOGUE = yaml.safe_load((FOLDER / "faulty_planning.yaml").read_text(encoding="utf-8"))
PLANNING: dict[str, str] = CATALOGUE["base"]
CASES: list[dict[str, Any]] = CATALOGUE["cases"]
SECRETS = ("777", "geheim", "Treff", "Träger", "Dialog West", "0121")


def read(folder: Path, files: dict[str, str]) -> Dataset:
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    return read_dataset(folder, planning_check(embedded_folder("parameters")))


def changed(case: dict[str, Any]) -> dict[str, str]:
    files = {**SMALL, **PLANNING}
    for name, old, new in case["replace"]:
        assert old in files[name], f"»{old}« does not occur in {name}"
        files[name] = files[name].replace(old, new)
    return files


def test_the_unchanged_tables_are_faultless_and_typed(tmp_path):
    planning = read(tmp_path, {**SMALL, **PLANNING}).planning
    assert [name for name, _ in planning.present()] == list(PLANNING_FORMS)
    for name, frame in planning.present():
        assert tuple(frame.columns) == PLANNING_FORMS[name].names
        assert list(frame.index) == list(range(len(frame)))
    assert planning.dialogues["date"].tolist() == [pd.Timestamp(2021, 12, 1), pd.Timestamp(2023, 2, 28)]
    assert planning.dialogues["themes"].tolist() == [("familie", "bildung"), ("lebensraum",)]
    assert planning.dialogues["institutions"].dtype == "Int64"
    assert planning.dialogues["institutions"].isna().tolist() == [False, True]
    assert planning.statements["indicator_ids"].tolist() == [("poor",), (), ("noise", "poor")]
    assert planning.statements["synthetic"].tolist() == [True, False, True]
    assert planning.recommendations["horizon"].isna().tolist() == [False, True]
    assert planning.goals["target_value"].tolist()[1] == 8.5
    assert planning.measures["recommendation_id"].tolist() == ["H1", ""]
    assert planning.places["recommendation_log"].lines.tolist() == [2, 3, 4, 5]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_fault_of_a_planning_table_is_found_and_explained_without_values(case, tmp_path):
    with pytest.raises(DatasetError) as caught:
        read(tmp_path, changed(case))
    found = [[fault.rule, fault.file, list(fault.lines), fault.column] for fault in caught.value.faults]
    assert sorted(found, key=str) == sorted(case["faults"], key=str)
    message = str(caught.value)
    assert not [secret for secret in SECRETS if secret in message]
    assert case.get("says", "") in message
    assert all(fault.message.endswith(".") and fault.remedy.endswith(".") for fault in caught.value.faults)


def test_there_are_at_least_30_kinds_of_fault_of_planning_tables():
    assert len({fault[0] for case in CASES for fault in case["faults"]}) >= 30


@pytest.mark.parametrize("name", list(PLANNING_FORMS))
def test_any_table_may_be_missing(name, tmp_path):
    files = {**SMALL, **PLANNING}
    del files[f"{name}.csv"]
    planning = read(tmp_path, files).planning
    assert getattr(planning, name) is None
    assert len(list(planning.present())) == len(PLANNING_FORMS) - 1


@pytest.mark.parametrize("name", list(PLANNING_FORMS))
def test_a_table_without_rows_counts_as_missing(name, tmp_path):
    header = PLANNING[f"{name}.csv"].splitlines()[0]
    planning = read(tmp_path, {**SMALL, **PLANNING, f"{name}.csv": header + "\n"}).planning
    assert getattr(planning, name) is None


def test_a_dataset_without_planning_tables_needs_no_rules_for_them(tmp_path):
    for name, content in SMALL.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    dataset = read_dataset(tmp_path, planning_check(tmp_path / "nirgends"))
    assert list(dataset.planning.present()) == []

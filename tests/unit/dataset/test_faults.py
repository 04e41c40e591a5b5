"""Every kind of fault is found where it is, with nothing else reported and no value shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from sozialanalyse.dataset.read import read_dataset
from sozialanalyse.errors import DatasetError

CATALOGUE = yaml.safe_load(
    (Path(__file__).resolve().parents[2] / "cases" / "faulty_datasets.yaml").read_text(encoding="utf-8")
)
BASE: dict[str, str] = CATALOGUE["base"]
CASES: list[dict[str, Any]] = CATALOGUE["cases"]
SECRETS = ("777", "geheim", "Geheim", "0111", "0121", "1250", "2480", "Altdorf", "Neudorf")


def changed(case: dict[str, Any]) -> dict[str, str]:
    files = dict(BASE)
    if "remove" in case:
        del files[case["remove"]]
    if "write" in case:
        name, content = case["write"]
        files[name] = content
    for name, old, new in case.get("replace", []):
        assert old in files[name], f"»{old}« does not occur in {name}"
        files[name] = files[name].replace(old, new)
    return files


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def test_the_unchanged_dataset_is_faultless(tmp_path):
    dataset = read_dataset(write(tmp_path, BASE))
    assert dataset.name == "kleinstadt"
    assert len(dataset.observations) == 8


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_fault_is_found_and_explained_without_values(case, tmp_path):
    with pytest.raises(DatasetError) as caught:
        read_dataset(write(tmp_path, changed(case)))
    found = [[fault.rule, fault.file, list(fault.lines), fault.column] for fault in caught.value.faults]
    assert sorted(found, key=str) == sorted(case["faults"], key=str)
    message = str(caught.value)
    assert not [secret for secret in SECRETS if secret in message]
    assert case.get("says", "") in message
    assert all(fault.message.endswith(".") and fault.remedy.endswith(".") for fault in caught.value.faults)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_there_are_at_least_30_kinds_of_fault():
    assert len({fault[0] for case in CASES for fault in case["faults"]}) >= 30

"""The rules of the studies: what comes with the package is valid, and every fault of a file is named."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from sozialanalyse.errors import ParameterError
from sozialanalyse.project import embedded_folder
from sozialanalyse.study_rules import read_connection_rules, read_sensitivity_rules


@pytest.fixture
def change(tmp_path: Path) -> Callable[[str, dict[str, object]], Path]:
    """Return a function that copies the rules and changes entries of one file; None takes one out."""

    def changed(name: str, entries: dict[str, object]) -> Path:
        shutil.copytree(embedded_folder("parameters") / "rules", tmp_path / "rules")
        path = tmp_path / "rules" / f"{name}.yaml"
        content = yaml.safe_load(path.read_text(encoding="utf-8")) | entries
        path.write_text(yaml.safe_dump({k: v for k, v in content.items() if v is not None}))
        return tmp_path

    return changed


def test_the_rules_of_the_package_are_valid() -> None:
    folder = embedded_folder("parameters")
    assert read_connection_rules(folder).spec.correction == "holm"
    assert read_sensitivity_rules(folder).alternatives.leave_one_out


@pytest.mark.parametrize(
    ("entries", "problem"),
    [
        ({"extra": 1}, "»extra« ist unbekannt"),
        ({"spec": None}, "»spec« fehlt"),
        ({"spec": [1]}, "muss eine Gruppe von Angaben sein"),
        ({"most_of_two_domains": 99}, "ganze Zahl von 1 bis 20"),
        ({"spec": {"metod": "pearson"}}, "»metod« ist nicht bekannt"),
    ],
)
def test_a_fault_in_the_rules_on_connections_is_named(
    change: Callable[[str, dict[str, object]], Path], entries: dict[str, object], problem: str
) -> None:
    with pytest.raises(ParameterError, match=problem):
        read_connection_rules(change("connections", entries))


@pytest.mark.parametrize(
    ("entries", "problem"),
    [
        ({"draws": True}, "»draws« muss eine ganze Zahl"),
        ({"alternatives": {"weihgting": ["pca"]}}, "unbekannt: weihgting"),
        ({"alternatives": {"weighting": ["pac"]}}, "kennt »pac« nicht"),
    ],
)
def test_a_fault_in_the_rules_on_sensitivity_is_named(
    change: Callable[[str, dict[str, object]], Path], entries: dict[str, object], problem: str
) -> None:
    with pytest.raises(ParameterError, match=problem):
        read_sensitivity_rules(change("sensitivity", entries))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"rules/connections\.yaml fehlt"):
        read_connection_rules(tmp_path)

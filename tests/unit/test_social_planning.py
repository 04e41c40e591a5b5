"""The limits of needs and controlling come from a file, and change what the pages say."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from sozialanalyse.analysis import load_analysis
from sozialanalyse.errors import ParameterError
from sozialanalyse.planning_rules import read_need_rules
from sozialanalyse.project import embedded_folder
from sozialanalyse.social_planning import plan_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(embedded_folder("parameters"), tmp_path / "parameters")
    return tmp_path / "parameters"


def change(folder: Path, **values: object) -> None:
    """Write other values into the file of limits."""
    path = folder / "rules" / "needs.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    for name, value in values.items():
        content[name]["value"] = value
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def test_the_limits_of_the_file_are_used(folder: Path) -> None:
    change(folder, relevant_difference=0.4, fewest_votes=7, still_days=90)
    rule, patience = read_need_rules(folder)
    assert (rule.relevant_difference, rule.fewest_votes, patience.still, patience.near) == (0.4, 7, 90, 365)


def test_a_higher_bar_for_votes_and_a_shorter_patience_change_the_plan(folder: Path) -> None:
    city = load_analysis(str(embedded_folder("data")), str(embedded_folder("parameters"))).area("05119000")
    before = plan_of(city, parameters_dir=str(folder))
    change(folder, fewest_votes=1000, still_days=1)
    after = plan_of(city, parameters_dir=str(folder))
    assert (before.needs.frame["experts"] == "need").any()
    assert not (after.needs.frame["experts"] == "need").any()
    assert after.standing["still"].sum() > before.standing["still"].sum()


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("fewest_votes", 2.5, "eine ganze Zahl"),
        ("relevant_difference", -1.0, "größer als 0"),
        ("still_days", 0, "mindestens einen Tag"),
    ],
)
def test_a_limit_that_is_none_is_refused(name: str, value: object, problem: str, folder: Path) -> None:
    change(folder, **{name: value})
    with pytest.raises(ParameterError, match=problem):
        read_need_rules(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "rules" / "needs.yaml").unlink()
    with pytest.raises(ParameterError, match=r"rules/needs\.yaml fehlt"):
        read_need_rules(folder)

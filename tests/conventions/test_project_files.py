"""The files around the package agree with each other and say nothing of the machine they were made on."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

import sozialanalyse
from sozialanalyse.cli import commands

CHECKOUT = Path(__file__).resolve().parents[2]
FOLDERS = ("sozialanalyse", "notebooks", "parameters", "data", "benchmarks", "docs")
TEXTS = {
    ".py",
    ".ipynb",
    ".md",
    ".yaml",
    ".yml",
    ".toml",
    ".json",
    ".csv",
    ".css",
    ".js",
    ".html",
    ".j2",
    ".cff",
}
MACHINE_PATHS = tuple(f"/{name}/" for name in ("home", "root", "tmp", "Users"))
PROJECT_FILES = ("README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "CITATION.cff")


def read(name: str) -> str:
    """Return the text of a file of the project."""
    return (CHECKOUT / name).read_text(encoding="utf-8")


def texts_of_the_project() -> Iterator[Path]:
    """Go through all text files that belong to the project, but for the tests."""
    for name in FOLDERS:
        for path in (CHECKOUT / name).rglob("*"):
            hidden = {"__pycache__", ".ipynb_checkpoints"} & set(path.parts)
            if path.is_file() and path.suffix in TEXTS and not hidden:
                yield path
    yield from (path for path in CHECKOUT.iterdir() if path.is_file() and path.suffix in TEXTS)


@pytest.mark.parametrize("name", PROJECT_FILES)
def test_a_project_file_is_there_and_is_not_empty(name: str) -> None:
    assert read(name).strip()


def test_the_version_is_the_same_everywhere() -> None:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    citation = yaml.safe_load(read("CITATION.cff"))
    assert project["version"] == sozialanalyse.__version__ == str(citation["version"])


def test_the_changelog_has_an_entry_for_this_version_or_what_comes_next() -> None:
    headings = re.findall(r"^## .*$", read("CHANGELOG.md"), flags=re.MULTILINE)
    assert any(sozialanalyse.__version__ in heading or "Unreleased" in heading for heading in headings)


def commands_in_code(text: str) -> set[str]:
    """Return the words after ``sozialanalyse`` in code of a Markdown text."""
    code = re.findall(r"```.*?```|`[^`\n]+`", text, flags=re.DOTALL)
    return {
        word for piece in code for word in re.findall(r"(?<![\w.-])sozialanalyse[ \t]+([a-z][\w-]*)", piece)
    }


def test_the_readme_names_real_commands_only_and_all_of_them() -> None:
    assert commands_in_code(read("README.md")) == set(commands.commands)


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "docs/anleitung.md"])
def test_a_document_names_real_commands_and_targets_of_make_only(name: str) -> None:
    text = read(name)
    assert commands_in_code(text) <= set(commands.commands)
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), flags=re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)`", text)) <= targets


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{path.relative_to(CHECKOUT).as_posix()}: {target}"
        for path in texts_of_the_project()
        if path.suffix == ".md"
        for target in re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8"))
        if not target.startswith(("http://", "https://", "mailto:")) and not (path.parent / target).exists()
    ]
    assert broken == []


def test_no_file_names_a_path_of_one_machine() -> None:
    found = [
        f"{path.relative_to(CHECKOUT).as_posix()}: {place}"
        for path in texts_of_the_project()
        for place in (*MACHINE_PATHS, str(CHECKOUT))
        if re.search(rf"(?<![\w.]){re.escape(place)}", path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_tests_do_not_name_this_checkout() -> None:
    found = [
        path.name
        for path in (CHECKOUT / "tests").rglob("*")
        if path.suffix in TEXTS and str(CHECKOUT) in path.read_text(encoding="utf-8")
    ]
    assert found == []


def test_every_file_ends_with_a_line_break_and_has_unix_line_ends() -> None:
    odd = [
        path.relative_to(CHECKOUT).as_posix()
        for path in texts_of_the_project()
        if (content := path.read_bytes()) and (b"\r" in content or not content.endswith(b"\n"))
    ]
    assert odd == []


def locked_packages() -> list[str]:
    """Return the entries of the lock file, one per package."""
    lines = re.sub(r"\\\n\s*", " ", read("requirements.lock")).splitlines()
    return [line for line in lines if line.strip() and not line.lstrip().startswith("#")]


def test_the_lock_pins_and_hashes_every_package() -> None:
    packages = locked_packages()
    assert len(packages) > 50
    assert [line for line in packages if not re.match(r"[a-z0-9._-]+==\S+ ", line)] == []
    assert [line for line in packages if "--hash=sha256:" not in line] == []


def test_the_lock_names_no_index_and_no_host() -> None:
    text = read("requirements.lock")
    assert not re.search(r"https?://|--index-url|--extra-index-url|--find-links|--trusted-host", text)


def test_the_lock_holds_every_direct_dependency() -> None:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.match(r"[A-Za-z0-9._-]+", entry).group().lower().replace("_", "-") for entry in wanted}
    locked = {line.split("==")[0].strip() for line in locked_packages()}
    assert names <= locked


def rules_in(name: str) -> dict[str, Any]:
    """Return the rules of a file."""
    rules: dict[str, Any] = yaml.safe_load(read(f"parameters/rules/{name}.yaml"))
    return rules


@pytest.mark.parametrize("name", ["comparison", "disclosure"])
def test_every_rule_has_name_value_unit_start_and_source(name: str) -> None:
    for key, rule in rules_in(name).items():
        assert set(rule) == {"name", "value", "unit", "valid_from", "source"}
        # A secret text that everybody can read is none: the city fills it in.
        assert all(
            str(text).strip() or (key, part) == ("cell_key_seed", "value") for part, text in rule.items()
        )
        assert date.fromisoformat(rule["valid_from"])
        assert len(rule["source"]) > 20

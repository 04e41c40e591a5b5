"""What a stranger finds with ``from sozialanalyse.indicators import …``."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import sozialanalyse.indicators as package

MODULES = sorted(
    path.stem
    for path in Path(package.__file__).parent.glob("*.py")
    if path.stem not in {"__init__", "inputs"}
)
# Reading of a catalogue and of population tables, not statistics.
INTERNAL = {"certainty", "population"}


@pytest.mark.parametrize("module", [name for name in MODULES if name not in INTERNAL])
def test_every_module_with_a_statistic_gives_something_to_the_namespace(module: str) -> None:
    names = import_module(f"sozialanalyse.indicators.{module}").__all__
    assert set(names) & set(package.__all__)


def test_all_names_exist_are_sorted_and_explained_with_an_example() -> None:
    assert package.__all__ == sorted(package.__all__)
    functions = [name for name in package.__all__ if name[0].islower() and name not in {"compute_values"}]
    for name in functions:
        documentation = getattr(package, name).__doc__
        assert documentation, name
        if not name.startswith("describe_"):
            assert ">>>" in documentation, name


def test_the_help_of_the_command_does_not_wait_for_the_statistics() -> None:
    code = "import sys, sozialanalyse.cli; print([n for n in sys.modules if n in ('scipy', 'pandas')])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_the_german_explanation_names_every_statistic_and_only_what_exists() -> None:
    page = Path(package.__file__).parents[2] / "docs" / "methods" / "indikatoren.md"
    named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+|change|shrink|trend)`", page.read_text(encoding="utf-8")))
    described_elsewhere = {"compute_values", "describe_standing", "describe_trends", "relative_rank"}
    functions = {name for name in package.__all__ if name[0].islower()} - described_elsewhere
    assert functions <= named
    assert {name for name in named if not hasattr(package, name)} == set()

"""What a stranger finds with ``from sozialanalyse.indicators import …``."""

from __future__ import annotations

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

"""What the guides for programmers and analysts say is true of the code."""

from __future__ import annotations

import doctest
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
import yaml

from sozialanalyse import disclosure, indicators
from sozialanalyse.index.choices import CHOICES, CLASS_METHODS
from sozialanalyse.index.spec import IndexSpec

DOCS = Path(__file__).resolve().parents[2] / "docs"
LIBRARY = (DOCS / "library.md").read_text(encoding="utf-8")
INDEX_GUIDE = (DOCS / "methods" / "sozialindex.md").read_text(encoding="utf-8")


def named_functions() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Go through the functions in the tables of the guide to the library, with the modules of their row."""
    modules: tuple[str, ...] = ()
    for line in LIBRARY.splitlines():
        if line.startswith(("## ", "Module ")):
            modules = tuple(re.findall(r"`(sozialanalyse[\w.]*)`", line))
        if line.startswith("|"):
            cells = [re.findall(r"`([\w.]+)`", cell) for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            own = tuple(name for cell in cells for name in cell if name.startswith("sozialanalyse"))
            yield from ((name, own or modules) for name in cells[1])


def test_the_examples_of_the_library_run() -> None:
    flags = doctest.NORMALIZE_WHITESPACE
    result = doctest.testfile(str(DOCS / "library.md"), module_relative=False, optionflags=flags)
    assert result.attempted > 20
    assert result.failed == 0


@pytest.mark.parametrize(("name", "modules"), named_functions())
def test_a_function_of_the_library_is_where_the_guide_says(name: str, modules: tuple[str, ...]) -> None:
    offered = [module for module in modules if name in getattr(import_module(module), "__all__", ())]
    assert offered, f"{name} is not offered by {modules}"


@pytest.mark.parametrize("package", [indicators, disclosure], ids=lambda package: package.__name__)
def test_the_guide_names_every_function_that_a_package_offers(package: object) -> None:
    offered = {name for name in package.__all__ if name.islower()}
    assert offered
    assert offered <= {name for name, _ in named_functions()}


def test_the_example_of_the_index_guide_is_a_valid_specification() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", INDEX_GUIDE, flags=re.DOTALL)
    assert IndexSpec.from_mapping(yaml.safe_load(example)).domain_names == ("Armut", "Familie")


@pytest.mark.parametrize(
    ("section", "words"),
    [
        *(
            (name, CHOICES[name])
            for name in ("imputation", "treatment", "normalisation", "weighting", "aggregation")
        ),
        ("classes.method", CLASS_METHODS),
    ],
)
def test_the_index_guide_explains_every_choice(section: str, words: tuple[str, ...]) -> None:
    (table,) = re.findall(
        rf"^### [^\n]*`{re.escape(section)}`[^\n]*\n(.*?)(?=^##)", INDEX_GUIDE, re.DOTALL | re.MULTILINE
    )
    first_cells = "".join(re.findall(r"^\|([^|]*)\|", table, flags=re.MULTILINE))
    assert set(re.findall(r"`(\w+)`", first_cells)) == set(words)

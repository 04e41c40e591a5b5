"""Notebooks are thin: parameters, load, call, show."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import nbformat
import pytest
import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((CHECKOUT / "notebooks").glob("*.ipynb"))
RECIPES = sorted((CHECKOUT / "parameters").glob("*.yaml"))
MOST_LINES = 15
FORBIDDEN_IMPORTS = {"pandas", "numpy", "matplotlib", "os", "pathlib", "shutil", "subprocess", "sys"}
ABSOLUTE_PATH = re.compile(r"(?:^|[\s\"'(=])(?:/[A-Za-z][\w.-]*/|~/|[A-Za-z]:[\\/])")


def stem_of(path: Path) -> str:
    """Return a file's name without its ending."""
    return path.stem


def code_cells(path: Path) -> list[nbformat.NotebookNode]:
    """Return the code cells of a notebook."""
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def tags_of(cell: nbformat.NotebookNode) -> list[str]:
    """Return the tags of a cell."""
    return list(cell.metadata.get("tags", []))


def other_cells(path: Path) -> list[ast.Module]:
    """Return the trees of the code cells without the tag ``parameters``."""
    return [ast.parse(cell.source) for cell in code_cells(path) if "parameters" not in tags_of(cell)]


def test_there_are_notebooks_and_each_has_a_recipe() -> None:
    assert NOTEBOOKS
    assert {path.stem for path in NOTEBOOKS} == {path.stem for path in RECIPES}


@pytest.mark.parametrize("path", RECIPES, ids=stem_of)
def test_a_recipe_sets_parameters_that_the_notebook_has(path: Path) -> None:
    recipe = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert {"title", "description", "for_each"} <= set(recipe)
    cells = code_cells(CHECKOUT / "notebooks" / f"{path.stem}.ipynb")
    assert set(recipe.get("parameters", {})) < parameter_names(cells)


def parameter_names(cells: list[nbformat.NotebookNode]) -> set[str]:
    """Return the names that the parameters cell sets."""
    cell = next(cell for cell in cells if "parameters" in tags_of(cell))
    return {node.target.id for node in ast.parse(cell.source).body if isinstance(node, ast.AnnAssign)}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=stem_of)
def test_one_cell_is_tagged_parameters_and_holds_typed_values_only(path: Path) -> None:
    tagged = [cell for cell in code_cells(path) if "parameters" in tags_of(cell)]
    assert len(tagged) == 1
    for node in ast.parse(tagged[0].source).body:
        assert isinstance(node, ast.AnnAssign)
        assert isinstance(node.annotation, ast.Name)
        ast.literal_eval(node.value)
    assert "area_id" in parameter_names(tagged)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=stem_of)
def test_cells_define_nothing_and_compute_nothing(path: Path) -> None:
    blocks = (
        ast.FunctionDef
        | ast.AsyncFunctionDef
        | ast.ClassDef
        | ast.Lambda
        | ast.For
        | ast.While
        | ast.If
        | ast.Try
    )
    for tree in other_cells(path):
        assert not [node for node in ast.walk(tree) if isinstance(node, blocks)]
        numbers = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, int | float)
            and not isinstance(node.value, bool)
        ]
        assert not numbers


@pytest.mark.parametrize("path", NOTEBOOKS, ids=stem_of)
def test_cells_touch_no_file(path: Path) -> None:
    for tree in other_cells(path):
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                assert not {alias.name.split(".")[0] for alias in node.names} & FORBIDDEN_IMPORTS
            if isinstance(node, ast.ImportFrom):
                assert (node.module or "").split(".")[0] not in FORBIDDEN_IMPORTS
            if isinstance(node, ast.Name):
                assert node.id != "open"
            if isinstance(node, ast.Attribute):
                assert not node.attr.startswith(("read_", "to_csv", "to_excel", "write_"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=stem_of)
def test_cells_are_short_and_show_one_thing(path: Path) -> None:
    assert all(len(cell.source.splitlines()) <= MOST_LINES for cell in code_cells(path))
    for tree in other_cells(path):
        assert sum(isinstance(node, ast.Expr) for node in tree.body) <= 1


@pytest.mark.parametrize("path", NOTEBOOKS, ids=stem_of)
def test_no_cell_names_a_path_of_one_machine(path: Path) -> None:
    for cell in nbformat.read(path, as_version=4).cells:
        assert not ABSOLUTE_PATH.search(re.sub(r"https?://\S+", "", cell.source))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=stem_of)
def test_no_error_is_stored(path: Path) -> None:
    outputs = [output for cell in code_cells(path) for output in cell.outputs]
    assert not [output for output in outputs if output.output_type in {"error", "stream"}]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=stem_of)
def test_a_notebook_is_valid_and_starts_with_its_parameters(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    assert "parameters" in tags_of(first)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('data_dir: str = "/home/a/daten"', True),
        ("C:\\Daten", True),
        ("~/daten", True),
        ('data_dir: str = "../daten"', False),
        ("U3/Ü3 und 1/2", False),
    ],
)
def test_the_pattern_of_paths_finds_paths(text: str, found: bool) -> None:
    assert bool(ABSOLUTE_PATH.search(text)) is found

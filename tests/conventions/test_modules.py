"""Every module of the package is small, says what it offers and says what it is for."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "sozialanalyse"
MODULES = sorted(PACKAGE.rglob("*.py"))
MOST_LINES = 450


def tree_of(path: Path) -> ast.Module:
    """Return the syntax tree of a module."""
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    """Return the path inside the package."""
    return path.relative_to(PACKAGE).as_posix()


def exported(tree: ast.Module) -> list[str] | None:
    """Return ``__all__``, or None if there is none."""
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            return list(ast.literal_eval(node.value))
    return None


def defined(tree: ast.Module) -> dict[str, ast.AST]:
    """Return what a module defines or imports at its top, by name."""
    names: dict[str, ast.AST] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {target.id: node for target in targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name: node for alias in node.names}
    return names


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(tree_of(path))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_fits_on_a_few_screens(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", [path for path in MODULES if not path.stem.startswith("_")], ids=name_of)
def test_a_module_says_what_it_offers_and_describes_it(path: Path) -> None:
    tree = tree_of(path)
    offered, names = exported(tree), defined(tree)
    assert offered is not None
    assert [name for name in offered if name not in names] == []
    assert len(offered) == len(set(offered))
    described = [
        name
        for name in offered
        if isinstance(names[name], ast.FunctionDef | ast.ClassDef) and not ast.get_docstring(names[name])
    ]
    assert described == []


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = {"utils", "util", "helpers", "helper", "misc", "common", "tools"}
    assert [name_of(path) for path in MODULES if path.stem in drawers] == []


def test_the_folders_that_a_wheel_carries_are_not_in_the_checkout() -> None:
    assert not (PACKAGE / "_project").exists()


def test_test_files_have_names_of_their_own(checkout: Path) -> None:
    # Without packages among the tests, two files of the same name would stand in each other's way.
    names = [path.name for path in (checkout / "tests").rglob("test_*.py")]
    assert sorted(name for name in set(names) if names.count(name) > 1) == []

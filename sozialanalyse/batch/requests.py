"""What notebooks will ask for, read from their source: analyses and studies that can be made once for all."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sozialanalyse.batch.notebook import Value
from sozialanalyse.batch.runs import Run

__all__ = ["STUDIES", "Choice", "Request", "modules_of", "requests_of"]

STUDIES: Final[Mapping[str, str]] = {
    "connections_of": "sozialanalyse.excursus",
    "study_of": "sozialanalyse.index_study",
}
"""Functions of an analysis that remember their results, and the modules they lie in."""

Choice = tuple[str, str, str]
"""Data folder, parameters folder and year of an analysis."""

_CHOICE: Final = {"data_dir": "", "parameters_dir": "", "year": "latest"}


@dataclass(frozen=True, slots=True, order=True)
class Request:
    """A call of one of `STUDIES`.

    Attributes
    ----------
    choice : tuple of str
        The analysis that it is called with.
    function : str
        Its name.
    arguments : tuple of str
        What else it is called with.
    """

    choice: Choice
    function: str
    arguments: tuple[str, ...]


def requests_of(run: Run) -> tuple[Choice, tuple[Request, ...]]:
    """Return which analysis and studies a run will ask for.

    Parameters
    ----------
    run : Run
        Its notebook hands the parameters ``data_dir``, ``parameters_dir`` and ``year`` on to `load_analysis`.

    Returns
    -------
    choice : tuple of str
        The arguments of `load_analysis`.
    requests : tuple of Request
        Calls whose arguments are fixed texts or parameters; others cannot be known before.
    """
    statements = [*_statements(run.path)]
    values: dict[str, Value] = {**_CHOICE}
    for statement in statements:
        match statement:
            case (
                ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=value))
                | ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=value))
            ):
                values[name] = value if isinstance(value, str) else None
    values |= run.parameters
    data_dir, parameters_dir, year = (_text(values[name]) or fallback for name, fallback in _CHOICE.items())
    choice = data_dir, parameters_dir, year
    found = []
    for node in (node for statement in statements for node in ast.walk(statement)):
        match node:
            case ast.Call(func=ast.Name(id=name), args=[_, *arguments], keywords=[]) if name in STUDIES:
                texts = [_argument(argument, values) for argument in arguments]
                known = tuple(text for text in texts if text is not None)
                if len(known) == len(texts):
                    found.append(Request(choice, name, known))
    return choice, tuple(found)


def modules_of(path: Path) -> set[str]:
    """Return names under which a notebook may import modules of this package; some are no modules."""
    found = set()
    for statement in _statements(path):
        match statement:
            case ast.ImportFrom(module=str(module), names=names, level=0):
                found |= {module, *(f"{module}.{entry.name}" for entry in names)}
            case ast.Import(names=names):
                found |= {entry.name for entry in names}
    return {name for name in found if name.partition(".")[0] == "sozialanalyse"}


def _statements(path: Path) -> Iterator[ast.stmt]:
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            try:
                yield from ast.parse("".join(cell["source"])).body
            except SyntaxError:
                # A cell of magics, or a faulty one: running it will tell.
                continue


def _argument(node: ast.expr, values: Mapping[str, Value]) -> str | None:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Name(id=name):
            return _text(values.get(name))
        case _:
            return None


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) else None

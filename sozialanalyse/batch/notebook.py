"""What the batch must know of a notebook before it starts it: its one parameters cell.

papermill only warns of an unknown parameter, ignores a missing ``parameters`` tag, and compares no
types; each of these renders the same district many times over. So the names and types are read here,
from the source, without running anything.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from sozialanalyse.errors import ParameterError

__all__ = ["AREA_PARAMETER", "Notebook", "Slot", "Value", "parameter_faults", "read_notebook"]

_TYPES: Final[dict[str, type]] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": bool,
    "list": list,
    "tuple": tuple,
    "dict": dict,
    "None": type(None),
}
_GERMAN: Final[dict[str, str]] = {
    "str": "Text",
    "int": "eine ganze Zahl",
    "float": "eine Zahl",
    "bool": "true oder false",
    "list": "eine Liste",
    "tuple": "eine Liste",
    "dict": "eine Zuordnung",
    "None": "nichts (null)",
}

AREA_PARAMETER: Final = "area_id"
"""Name of the parameter that every notebook takes: the key of its area."""

_FOLDERS: Final = {"data_dir": "--data", "parameters_dir": "--parameters"}
"""Parameters that name a folder, with the option that does so for a whole run."""

Value = str | int | float | bool | None | list["Value"]
"""What a parameter may be: a scalar of YAML, or a list of such."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One parameter that a notebook takes.

    Attributes
    ----------
    name : str
        Name of the variable.
    types : tuple of str
        Names of the Python types it accepts: that of its default, and those of its annotation.
    """

    name: str
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notebook:
    """A notebook as the batch sees it.

    Attributes
    ----------
    name : str
        File name without suffix.
    path : Path
        Where it lies.
    slots : tuple of Slot
        The parameters it takes, in the order of its cell.
    digest : str
        SHA-256 of its bytes, hexadecimal.
    """

    name: str
    path: Path
    slots: tuple[Slot, ...]
    digest: str


def read_notebook(path: Path) -> Notebook:
    """Read which parameters a notebook takes.

    Parameters
    ----------
    path : Path
        An ``.ipynb`` file.

    Returns
    -------
    Notebook
        With one slot per assignment of its parameters cell.

    Raises
    ------
    ParameterError
        If the file is no notebook, or has not exactly one code cell tagged ``parameters``, or that cell
        holds anything but assignments of fixed values, or no ``area_id``, or sets a folder of its own.
    """
    content = path.read_bytes()
    try:
        sources = _tagged_sources(json.loads(content.decode("utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ParameterError(
            f"»{path.name}« ist kein lesbares Notebook. Bitte in JupyterLab öffnen und neu speichern."
        ) from None
    if len(sources) != 1:
        raise ParameterError(
            f"»{path.name}« braucht genau eine Codezelle mit der Markierung »parameters«, hat aber "
            f"{len(sources)}. Ohne sie bekäme jedes Gebiet denselben Bericht. Bitte in JupyterLab rechts "
            "unter »Property Inspector« die Markierung (Cell Tags) setzen."
        )
    slots = _slots(sources[0], path.name)
    if AREA_PARAMETER not in {slot.name for slot in slots}:
        raise ParameterError(
            f"»{path.name}«: Die Parameter-Zelle kennt kein »{AREA_PARAMETER}«. Bitte die Zeile "
            f'{AREA_PARAMETER}: str = "…" mit dem Schlüssel eines Gebiets ergänzen.'
        )
    return Notebook(path.stem, path, slots, sha256(content).hexdigest())


def _tagged_sources(document: Any) -> list[str]:
    # Not through nbformat: importing it takes longer than all that is done before a batch starts.
    if document["nbformat"] != 4:
        raise ValueError("not the notebook format of today")
    return [
        "".join(cell["source"])
        for cell in document["cells"]
        if cell["cell_type"] == "code" and "parameters" in cell["metadata"].get("tags", [])
    ]


def _slots(source: str, file: str) -> tuple[Slot, ...]:
    rule = (
        f"»{file}«: Die Parameter-Zelle darf nur Zuweisungen fester Werte enthalten, "
        'eine je Zeile, etwa year: str = "latest".'
    )
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise ParameterError(f"{rule} Zeile {error.lineno} ist kein gültiges Python.") from None
    slots: dict[str, Slot] = {}
    for statement in statements:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=hint, value=ast.expr() as value):
                annotated = {node.id for node in ast.walk(hint) if isinstance(node, ast.Name)}
                if any(isinstance(node, ast.Constant) and node.value is None for node in ast.walk(hint)):
                    annotated.add("None")
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                annotated = set()
            case _:
                raise ParameterError(f"{rule} Zeile {statement.lineno} ist etwas anderes.")
        try:
            default = ast.literal_eval(value)
        except (ValueError, TypeError):
            raise ParameterError(f"{rule} Zeile {statement.lineno} berechnet etwas.") from None
        if name in _FOLDERS and default != "":
            raise ParameterError(_own_folder(file, name))
        if name in slots:
            raise ParameterError(f"»{file}«: Der Parameter »{name}« steht doppelt in der Parameter-Zelle.")
        accepted = {label for label, kind in _TYPES.items() if type(default) is kind} | annotated
        slots[name] = Slot(name, tuple(label for label in _TYPES if label in accepted))
    return tuple(slots.values())


def _own_folder(file: str, name: str) -> str:
    return (
        f"»{file}« legt mit »{name}« selbst einen Ordner fest. Ein Lauf nimmt für alle Seiten dieselben "
        f'Daten und Regeln. Bitte »{name}« leer lassen ("") und den Ordner mit {_FOLDERS[name]} angeben.'
    )


def parameter_faults(notebook: Notebook, passed: Mapping[str, Value]) -> list[str]:
    """Return what is wrong with the parameters that are to be passed to a notebook.

    Parameters
    ----------
    notebook : Notebook
        The notebook with its slots.
    passed : mapping from name to value
        What the batch would hand over.

    Returns
    -------
    list of str
        German sentences; empty if every name exists and every value has an accepted type.
    """
    slots = {slot.name: slot for slot in notebook.slots}
    faults = []
    for name, value in passed.items():
        if name not in slots:
            faults.append(
                f"Das Notebook »{notebook.name}« kennt den Parameter »{name}« nicht. "
                f"Erlaubt: {', '.join(slots)}."
            )
            continue
        if name in _FOLDERS and value != "":
            faults.append(_own_folder(f"{notebook.name}.yaml", name))
            continue
        types = slots[name].types
        if not (_type_name(value) in types or (type(value) is int and "float" in types)):
            expected = " oder ".join(_GERMAN[label] for label in types)
            quotes = " Zahlen, die Text sein sollen, gehören in Anführungszeichen." if "str" in types else ""
            faults.append(
                f"Der Parameter »{name}« des Notebooks »{notebook.name}« erwartet {expected}, "
                f"angegeben ist {_GERMAN[_type_name(value)]}.{quotes}"
            )
    return faults


def _type_name(value: Value) -> str:
    return "None" if value is None else type(value).__name__

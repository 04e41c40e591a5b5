"""Measures kept as one YAML file each, in a folder beside ``measures.csv`` or instead of it.

Their rows join those of the table and pass the same checks. Until then the row of a file has a negative line
(−1 for the first file), and its faults are given the name of the file and the line of the field at the end.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import yaml

from sozialanalyse.dataset.planning_cells import SEPARATOR
from sozialanalyse.dataset.planning_forms import PLANNING_FORMS
from sozialanalyse.dataset.tabular import Table
from sozialanalyse.errors import Fault

__all__ = ["TABLE", "MeasureFiles", "find_measure_files", "read_measure_files"]

TABLE: Final = "measures"
_CONTENTS: Final = {column.name: column.content for column in PLANNING_FORMS[TABLE].columns}
_KEY: Final = PLANNING_FORMS[TABLE].columns[0].name
_SUFFIXES: Final = (".yaml", ".yml")
_SIMILAR: Final = 0.75


@dataclass(frozen=True, slots=True)
class MeasureFiles:
    """The measures of a folder.

    Attributes
    ----------
    files : tuple of str, length n
        Names of the files for messages, such as ``"measures/ms-01.yaml"``.
    cells : tuple of mappings from column to str, length n
        What stands in them, in the form of a cell of ``measures.csv``.
    lines : tuple of mappings from column to int, length n
        Line of each field, counted from 1.
    unread : tuple of sets of str, length n
        Fields whose content has the wrong form: a fault already, so their blank cells are no further ones.
    """

    files: tuple[str, ...]
    cells: tuple[Mapping[str, str], ...]
    lines: tuple[Mapping[str, int], ...]
    unread: tuple[frozenset[str], ...]

    def joined(self, table: Table | None) -> Table:
        """Return the table with the measures of the files below its own rows."""
        own = -np.arange(1, len(self.files) + 1, dtype=np.int64)
        if table is None:
            table = Table(TABLE, f"{TABLE}/", {}, {}, np.empty(0, dtype=np.int64))
        count = len(table.lines)
        blank = pa.array([""] * count, pa.string())
        return replace(
            table,
            cells={
                name: pa.concat_arrays(
                    [
                        pa.array(table.cells[name], pa.string()) if name in table.cells else blank,
                        pa.array([row.get(name, "") for row in self.cells], pa.string()),
                    ]
                )
                for name in _CONTENTS
                # A column that the table lacks is a fault of the table already, and blank rows would hide it.
                if not count or name in table.cells
            },
            typed={
                name: np.concatenate([marks, np.zeros(len(own), dtype=bool)])
                for name, marks in table.typed.items()
            },
            lines=np.concatenate([table.lines, own]),
        )

    def placed(self, faults: Iterable[Fault]) -> list[Fault]:
        """Return the faults with those of files under the name of the file and the line of the field."""
        found: list[Fault] = []
        for fault in faults:
            inside = tuple(line for line in fault.lines if line > 0)
            if inside or not fault.lines:
                found.append(replace(fault, lines=inside))
            for row in (-line - 1 for line in fault.lines if line < 0):
                if fault.column in self.unread[row]:
                    continue
                line = self.lines[row].get(fault.column)
                found.append(replace(fault, file=self.files[row], lines=() if line is None else (line,)))
        return found


def find_measure_files(folder: Path) -> tuple[Path, ...]:
    """Return the files of measures of a dataset, by name; none if it keeps its measures in a table only."""
    inside = folder / TABLE
    if not inside.is_dir():
        return ()
    return tuple(
        path for path in sorted(inside.iterdir()) if path.suffix.casefold() in _SUFFIXES and path.is_file()
    )


def read_measure_files(paths: Sequence[Path]) -> tuple[MeasureFiles, list[Fault]]:
    """Read files of measures.

    Parameters
    ----------
    paths : sequence of Path
        From `find_measure_files`. Each holds the fields of one measure by the names of the columns of
        ``measures.csv``; several keys as a list or with | between them. Without ``measure_id`` the measure
        is called like its file.

    Returns
    -------
    MeasureFiles
        Those that could be read.
    list of Fault
        Files that are no list of fields, and fields that are unknown, doubled or nested.
    """
    files, cells, lines, unread = [], [], [], []
    faults: list[Fault] = []
    for path in paths:
        name = f"{TABLE}/{path.name}"
        root, broken = _parsed(path, name)
        faults += broken
        if root is None:
            continue
        row, places, wrong = _fields(root, name)
        faults += wrong
        row.setdefault(_KEY, path.stem)
        files.append(name)
        cells.append(row)
        lines.append(places)
        unread.append(frozenset(fault.column for fault in wrong if fault.rule == "field_form"))
    return MeasureFiles(tuple(files), tuple(cells), tuple(lines), tuple(unread)), faults


def _parsed(path: Path, name: str) -> tuple[yaml.MappingNode | None, list[Fault]]:
    """Return the fields of a file as they are written, with their lines."""
    remedy = "Je Zeile ein Feld und seinen Inhalt schreiben: »title: Name der Maßnahme«."
    try:
        root = yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader)
    except UnicodeDecodeError:
        message = "Die Datei ist kein Text in UTF-8."
        return None, [Fault(name, (), "", "file_encoding", message, "Die Datei als UTF-8 speichern.")]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = () if mark is None else (mark.line + 1,)
        message = "Die Datei lässt sich nicht als YAML lesen."
        more = " Text mit Doppelpunkt in Anführungszeichen setzen."
        return None, [Fault(name, place, "", "yaml_unreadable", message, remedy + more)]
    if not isinstance(root, yaml.MappingNode):
        return None, [Fault(name, (), "", "yaml_form", "Die Datei enthält keine Felder.", remedy)]
    return root, []


def _fields(root: yaml.MappingNode, name: str) -> tuple[dict[str, str], dict[str, int], list[Fault]]:
    """Return content and line of each known field, and what is wrong with the others."""
    row: dict[str, str] = {}
    lines: dict[str, int] = {}
    faults: list[Fault] = []
    for key, value in root.value:
        field, line = str(key.value) if isinstance(key, yaml.ScalarNode) else "", key.start_mark.line + 1
        if field not in _CONTENTS:
            faults.append(_unknown(name, field, line))
            continue
        if field in row:
            message = "Das Feld kommt mehrfach vor."
            faults.append(Fault(name, (line,), field, "field_twice", message, "Nur eine Angabe lassen."))
            continue
        cell = _cell(value, listed=_CONTENTS[field] == "keys")
        if cell is None:
            message = "Das Feld hat keine einfache Angabe."
            remedy = (
                "Text oder eine Zahl eintragen; nur Felder mit mehreren Schlüsseln dürfen eine Liste sein."
            )
            faults.append(Fault(name, (line,), field, "field_form", message, remedy))
        row[field], lines[field] = cell or "", line
    return row, lines, faults


def _cell(value: yaml.Node, *, listed: bool) -> str | None:
    """Return the content of a field as the text of a cell, None if it has none."""
    if isinstance(value, yaml.ScalarNode):
        return "" if value.tag.endswith(":null") else str(value.value).strip()
    if listed and isinstance(value, yaml.SequenceNode):
        entries = [_cell(entry, listed=False) for entry in value.value]
        if None not in entries:
            return SEPARATOR.join(entry for entry in entries if entry is not None)
    return None


def _unknown(name: str, field: str, line: int) -> Fault:
    """Return the fault of a field that a measure does not have, with a similar one."""
    similar = difflib.get_close_matches(field.casefold(), _CONTENTS, n=1, cutoff=_SIMILAR)
    remedy = f"Das Feld in »{similar[0]}« umbenennen." if similar else "Das Feld löschen oder umbenennen."
    message = f"Das Feld ist nicht bekannt. Bekannt sind: {', '.join(_CONTENTS)}."
    return Fault(name, (line,), field, "field_unknown", message, remedy)

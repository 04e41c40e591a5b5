"""One table from a sheet of an Excel workbook, with the cells that Excel keeps as numbers."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

import numpy as np

from sozialanalyse.dataset.grid import Grid, text_array, unreadable
from sozialanalyse.errors import Fault

if TYPE_CHECKING:
    from openpyxl import Workbook

__all__ = ["read_sheet", "sheet_names"]

_UNREADABLE = (BadZipFile, KeyError, ValueError, OSError, ParseError)


def _unreadable_workbook(path: Path) -> Fault:
    remedy = "In anderen Programmen schließen; sonst in Excel neu als .xlsx speichern, ohne Kennwort."
    return unreadable(path.name, "Excel-Arbeitsmappe", remedy)


@contextmanager
def _opened(path: Path) -> Iterator[Workbook]:
    """Open a workbook with the results of its formulas."""
    from openpyxl import load_workbook  # noqa: PLC0415 - costs a third of a second, and few datasets need it

    with warnings.catch_warnings():
        # openpyxl warns of parts that it does not keep (conditional formats, drop-down lists): not read here
        warnings.simplefilter("ignore", UserWarning)
        workbook = load_workbook(path, read_only=True, data_only=True)
        try:
            yield workbook
        finally:
            workbook.close()


def sheet_names(path: Path) -> tuple[tuple[str, ...], list[Fault]]:
    """Return the names of the sheets of a workbook.

    Parameters
    ----------
    path : Path
        An ``.xlsx`` file.

    Returns
    -------
    tuple of str
        Names in their order; empty if the file cannot be read.
    list of Fault
        What is wrong with the file.
    """
    try:
        with _opened(path) as workbook:
            return tuple(sheet.title for sheet in workbook.worksheets), []
    except _UNREADABLE:
        return (), [_unreadable_workbook(path)]


def read_sheet(path: Path, sheet: str) -> tuple[Grid | None, list[Fault]]:
    """Read one sheet; its first filled row is the header.

    Parameters
    ----------
    path : Path
        An ``.xlsx`` file.
    sheet : str
        One of its `sheet_names`.

    Returns
    -------
    Grid or None
        The table without its blank rows, or None if there is none.
    list of Fault
        What is wrong with the sheet.
    """
    try:
        with _opened(path) as workbook:
            rows = [
                (line, row)
                for line, row in enumerate(workbook[sheet].iter_rows(values_only=True), start=1)
                if any(cell is not None and str(cell).strip() for cell in row)
            ]
    except _UNREADABLE:
        return None, [_unreadable_workbook(path)]
    if not rows:
        file, remedy = f"{path.name} [{sheet}]", "Das Blatt füllen oder löschen."
        return None, [Fault(file, (), "", "file_empty", "Das Blatt ist leer.", remedy)]
    width = max(len(row) for _, row in rows)
    header, *body = [[*row, *[None] * (width - len(row))] for _, row in rows]
    numeric = np.array([[_is_number(cell) for cell in row] for row in body], dtype=bool).reshape(-1, width)
    grid = Grid(
        header=tuple(_text(name).strip() for name in header),
        columns=tuple(text_array([_text(row[i]) for row in body]) for i in range(width)),
        typed=tuple(numeric[:, i] if numeric[:, i].any() else None for i in range(width)),
        lines=np.array([line for line, _ in rows[1:]], dtype=np.int64),
    )
    return grid, []


def _is_number(cell: object) -> bool:
    """Tell whether Excel keeps the cell as a number."""
    return isinstance(cell, (int, float)) and not isinstance(cell, bool)


def _text(cell: object) -> str:
    """Return a cell as text: numbers with a decimal point, dates as in ISO 8601."""
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    if isinstance(cell, float):
        return repr(int(cell)) if cell.is_integer() else repr(cell)
    return str(cell)

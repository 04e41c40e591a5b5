"""One table of the dataset from whichever file holds it, with its header checked."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sozialanalyse.dataset.delimited import Dialect, read_delimited
from sozialanalyse.dataset.forms import FORMS
from sozialanalyse.dataset.grid import Grid, unreadable
from sozialanalyse.dataset.workbook import read_sheet, sheet_names
from sozialanalyse.errors import Fault

__all__ = ["Place", "Table", "find_tables", "missing_column", "read_table", "similar_to"]

_SIMILAR = 0.75


@dataclass(frozen=True, slots=True)
class Place:
    """Where a table stands: a file, and for workbooks a sheet."""

    path: Path
    sheet: str = ""

    @property
    def label(self) -> str:
        """Name for messages."""
        return f"{self.path.name} [{self.sheet}]" if self.sheet else self.path.name


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose header is in order.

    Attributes
    ----------
    name, file : str
        Name of the table and of the file (and sheet) it comes from.
    cells : mapping from column to pyarrow string array, each of shape (n,)
        Cells as text, ``""`` where blank.
    typed : mapping from column to array of bool, shape (n,)
        Cells that the file keeps as numbers; only columns that have such cells.
    lines : array of int, shape (n,)
        Line of each row.
    unknown : tuple of str
        Columns that the form of the table does not have.
    delimiter, decimal, group : str
        Delimiter of a CSV file; decimal sign and separator of thousands if stated, else ``""``.
    """

    name: str
    file: str
    cells: Mapping[str, Any]
    typed: Mapping[str, NDArray[np.bool_]]
    lines: NDArray[np.int64]
    unknown: tuple[str, ...] = ()
    delimiter: str = ""
    decimal: str = ""
    group: str = ""


def find_tables(folder: Path) -> tuple[dict[str, Place], list[Fault]]:
    """Find the file or sheet of each table.

    Parameters
    ----------
    folder : Path
        Folder of the dataset.

    Returns
    -------
    dict from table name to Place
        Tables that are there, in the order of `FORMS`.
    list of Fault
        Workbooks that cannot be opened, and tables that are there twice.
    """
    faults: list[Fault] = []
    places: dict[str, list[Place]] = {name: [] for name in FORMS}
    for path in sorted(folder.iterdir()):
        stem, suffix = path.stem.casefold(), path.suffix.casefold()
        if not path.is_file() or path.name.startswith(("~$", ".")):
            continue
        if suffix in (".csv", ".parquet") and stem in places:
            places[stem].append(Place(path))
        elif suffix == ".xlsx":
            sheets, broken = sheet_names(path)
            faults += broken
            by_name = {sheet.strip().casefold(): sheet for sheet in sheets}
            if stem in places and stem not in by_name and sheets:
                by_name[stem] = sheets[0]
            for name in places.keys() & by_name.keys():
                places[name].append(Place(path, by_name[name]))
    for name, found in places.items():
        if len(found) > 1:
            others = ", ".join(place.label for place in found[1:])
            message = f"Die Tabelle »{name}« ist noch einmal vorhanden: {others}."
            remedy = "Nur eine der Dateien im Ordner lassen."
            faults.append(Fault(found[0].label, (), "", "table_twice", message, remedy))
    return {name: found[0] for name, found in places.items() if found}, faults


def read_table(name: str, place: Place, dialect: Dialect) -> tuple[Table | None, list[Fault]]:
    """Read one table and check its header.

    Parameters
    ----------
    name : str
        Which table of `FORMS`.
    place : Place
        Where it stands.
    dialect : Dialect
        How a CSV file is written, as far as it is stated.

    Returns
    -------
    Table or None
        The table with the columns that can be used; None if it cannot be read at all.
    list of Fault
        What is wrong with the file, its rows or its header.
    """
    form = FORMS[name]
    grid, faults = _read_grid(place, dialect, form.names)
    if grid is None:
        return None, faults
    grid = grid.without_blank_columns().without_blank_rows()
    if form.by_place and len(grid.header) >= len(form.names):
        grid = replace(grid, header=(*form.names, *grid.header[len(form.names) :]))
    counts = Counter(column for column in grid.header if column)
    faults += _header_faults(place.label, grid.header, counts)
    unknown = tuple(column for column in counts if column not in form.names)
    missing = [column for column in form.needed if column not in counts]
    if len(missing) == len(form.needed):
        message = f"In der ersten Zeile steht keiner der Spaltennamen: {', '.join(form.needed)}."
        remedy = "Die Namen der Spalten in die erste Zeile schreiben."
        return None, [*faults, Fault(place.label, (1,), "", "header_missing", message, remedy)]
    faults += [missing_column(place.label, column, unknown) for column in missing]
    optional = [column for column in form.names if column not in form.needed and column not in counts]
    faults += _misspelt_columns(place.label, optional, unknown)
    if not len(grid.lines) and not form.optional:
        remedy = "Die Zeilen der Tabelle ergänzen."
        faults.append(Fault(place.label, (), "", "table_empty", "Unter der Kopfzeile steht nichts.", remedy))
    positions = {column: grid.header.index(column) for column in counts}
    table = Table(
        name,
        place.label,
        {column: grid.columns[i] for column, i in positions.items()},
        {column: typed for column, i in positions.items() if (typed := grid.typed[i]) is not None},
        grid.lines,
        unknown,
        grid.delimiter,
        dialect.decimal,
        dialect.group,
    )
    return table, faults


def _read_grid(place: Place, dialect: Dialect, known: Sequence[str]) -> tuple[Grid | None, list[Fault]]:
    """Read the rows and columns from whichever kind of file it is."""
    if place.sheet:
        return read_sheet(place.path, place.sheet)
    if place.path.suffix.casefold() == ".parquet":
        return _read_parquet(place.path)
    return read_delimited(place.path, dialect, known)


def _read_parquet(path: Path) -> tuple[Grid | None, list[Fault]]:
    """Read a Parquet file; the first row counts as line 2, as in a CSV file of the same rows."""
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError):
        return None, [unreadable(path.name, "Parquet-Datei", "Die Datei neu exportieren.")]
    table = table.select([name for name in table.column_names if not name.startswith("__index_level_")])
    columns, typed = [], []
    for column in table.itercolumns():
        kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
        if pa.types.is_nested(kind) or pa.types.is_binary(kind):
            remedy = "Nur Spalten mit Text, Zahlen oder Datumsangaben speichern."
            return None, [unreadable(path.name, "Tabelle aus einfachen Zellen", remedy)]
        numeric = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
        if pa.types.is_floating(kind):
            column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)  # noqa: PLW2901
        filled = pc.is_valid(column).to_numpy(zero_copy_only=False)
        columns.append(pc.fill_null(pc.cast(column, pa.string()), "").combine_chunks())
        typed.append(filled if numeric and filled.any() else None)
    lines = np.arange(2, table.num_rows + 2, dtype=np.int64)
    return Grid(tuple(name.strip() for name in table.column_names), tuple(columns), tuple(typed), lines), []


def _header_faults(file: str, header: Sequence[str], counts: Counter[str]) -> list[Fault]:
    """Return what is wrong with a header whatever the table."""
    faults = []
    if any(count > 1 for count in counts.values()):
        twice = [i for i, name in enumerate(header, start=1) if counts[name] > 1]
        message = f"Ein Spaltenname kommt mehrfach vor (Spalten Nr. {', '.join(map(str, twice))})."
        remedy = "Jede Spalte eindeutig benennen."
        faults.append(Fault(file, (1,), "", "column_twice", message, remedy))
    if not all(header):
        unnamed = [i for i, name in enumerate(header, start=1) if not name]
        message = f"Gefüllte Spalten haben keinen Namen (Nr. {', '.join(map(str, unnamed))})."
        remedy = "Die Spalten benennen oder löschen."
        faults.append(Fault(file, (1,), "", "column_unnamed", message, remedy))
    return faults


def missing_column(file: str, column: str, unknown: Sequence[str]) -> Fault:
    """Return the fault of a missing column, with a similar one that is there."""
    remedy = "Die Spalte ergänzen."
    similar = similar_to(column, unknown)
    if similar:
        remedy = f"Die Spalte »{similar}« in »{column}« umbenennen."
    return Fault(file, (1,), column, "column_missing", f"Die Spalte »{column}« fehlt.", remedy)


def _misspelt_columns(file: str, optional: Sequence[str], unknown: Sequence[str]) -> list[Fault]:
    """Return the faults of unknown columns that look like an optional one."""
    return [
        Fault(
            file,
            (1,),
            similar,
            "column_misspelt",
            f"Die Spalte »{similar}« ist nicht bekannt, ähnelt aber »{column}«.",
            f"Die Spalte in »{column}« umbenennen oder löschen.",
        )
        for column in optional
        if (similar := similar_to(column, unknown))
    ]


def similar_to(column: str, names: Sequence[str]) -> str:
    """Return the name that is spelt nearly like the column, else ``""``."""
    folded = {name.casefold().replace(" ", "_"): name for name in names}
    found = difflib.get_close_matches(column, folded, n=1, cutoff=_SIMILAR)
    return folded[found[0]] if found else ""

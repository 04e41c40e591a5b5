"""One table from a CSV file: encoding and delimiter found out or stated, every row with its line."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
from numpy.typing import NDArray

from sozialanalyse.dataset.grid import Grid, text_array, unreadable
from sozialanalyse.errors import Fault

__all__ = ["DELIMITERS", "Dialect", "read_delimited"]

DELIMITERS: Final[tuple[str, ...]] = (";", ",", "\t", "|")
_BYTE_ORDER_MARKS: Final[tuple[tuple[bytes, str], ...]] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HEADER_CHARACTERS: Final = 100_000


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a CSV file is written, as far as ``datapackage.json`` states it; ``""`` is found out.

    Attributes
    ----------
    encoding, delimiter, quote, decimal, group : str
        Frictionless ``encoding``, ``delimiter``, ``quoteChar``, ``decimalChar`` and ``groupChar``.
    """

    encoding: str = ""
    delimiter: str = ""
    quote: str = '"'
    decimal: str = ""
    group: str = ""


def read_delimited(path: Path, dialect: Dialect, known: Collection[str]) -> tuple[Grid | None, list[Fault]]:
    """Read a CSV file as text.

    Without a statement in `dialect`, the encoding is that of the byte order mark, else UTF-8 if the bytes are
    valid UTF-8, else Windows-1252. The delimiter is the one that finds most of the known columns.

    Parameters
    ----------
    path : Path
        The file.
    dialect : Dialect
        What is known of how the file is written.
    known : collection of str
        Columns that the table may have; empty if any are allowed.

    Returns
    -------
    Grid or None
        The table without its blank lines and without rows of another length; None if nothing can be read.
    list of Fault
        What is wrong with the file.
    """
    try:
        text = _decoded(path.read_bytes(), dialect.encoding)
    except OSError:
        return None, [unreadable(path.name, "Text", "Die Datei in anderen Programmen schließen.")]
    if text is not None and not text.strip():
        remedy = "Die Tabelle neu exportieren oder die leere Datei löschen."
        return None, [Fault(path.name, (), "", "file_empty", "Die Datei ist leer.", remedy)]
    if text is None:
        kind = f"Text in der Kodierung »{dialect.encoding}«" if dialect.encoding else "Text"
        remedy = "Als »CSV UTF-8« speichern oder »encoding« in datapackage.json angeben."
        return None, [unreadable(path.name, kind, remedy)]
    delimiter = dialect.delimiter or _found_delimiter(text, dialect.quote, known)
    grid = _read_regular(text, delimiter, dialect.quote)
    if grid is not None:
        return grid, []
    return _read_row_by_row(path.name, text, delimiter, dialect.quote)


def _decoded(raw: bytes, stated: str) -> str | None:
    """Return the text of the bytes, or None if they are not text in the encoding."""
    encodings = [name for mark, name in _BYTE_ORDER_MARKS if raw.startswith(mark)]
    encodings = encodings or ([stated] if stated else ["utf-8", "cp1252"])
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except (UnicodeError, LookupError):
            continue
        if "\0" not in text:
            return text
    return None


def _found_delimiter(text: str, quote: str, known: Collection[str]) -> str:
    """Return the delimiter under which the header has most known columns, then most columns."""
    start = text[:_HEADER_CHARACTERS].lstrip()

    def score(delimiter: str) -> tuple[int, int]:
        try:
            header = next(csv.reader(io.StringIO(start, newline=""), delimiter=delimiter, quotechar=quote))
        except csv.Error:
            return 0, 0
        return sum(name.strip() in known for name in header), len(header)

    return max(DELIMITERS, key=score)


def _physical_lines(text: str) -> int:
    """Count the lines as an editor shows them, without blank ones at the end."""
    end = "\n" if "\n" in text else "\r"
    return text.rstrip("\r\n").count(end) + 1


def _read_regular(text: str, delimiter: str, quote: str) -> Grid | None:
    """Read a file in which every line is a row of the same length; None if it is not such a file.

    Only then does the number of a row say its line, so everything else is left to the slower reader.
    """
    start = io.StringIO(text[:_HEADER_CHARACTERS], newline="")
    width = len(next(csv.reader(start, delimiter=delimiter, quotechar=quote)))
    names = [f"f{i}" for i in range(width)]
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(text.encode()),
            read_options=arrow_csv.ReadOptions(autogenerate_column_names=True),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter, quote_char=quote, newlines_in_values=quote in text
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    if table.num_rows != _physical_lines(text) or table.num_columns != width:
        return None
    columns = tuple(column.combine_chunks() for column in table.columns)
    header = tuple(column[0].as_py().strip() for column in columns)
    lines = np.arange(2, table.num_rows + 1, dtype=np.int64)
    return Grid(header, tuple(column[1:] for column in columns), (None,) * width, lines, delimiter)


def _read_row_by_row(file: str, text: str, delimiter: str, quote: str) -> tuple[Grid | None, list[Fault]]:
    """Read a file with blank lines, line breaks in cells or rows of unequal length."""
    rows: list[list[str]] = []
    starts: list[int] = []
    faults: list[Fault] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote, strict=True)
    start = 1
    try:
        for row in reader:
            if "".join(row).strip():
                rows.append(row)
                starts.append(start)
            start = reader.line_num + 1
    except csv.Error:
        message = "Ab dieser Zeile stimmen die Anführungszeichen nicht; der Rest ist nicht lesbar."
        remedy = "Ein Anführungszeichen schließen; eines im Text doppelt schreiben."
        faults.append(Fault(file, (start,), "", "quoting", message, remedy))
    if not rows:
        return None, faults
    header, width = rows[0], len(rows[0])
    lengths = np.array([len(row) for row in rows])
    longer = np.flatnonzero(lengths > width)
    for i in longer:
        if not any(cell.strip() for cell in rows[i][width:]):
            lengths[i] = width
    lines: NDArray[np.int64] = np.array(starts, dtype=np.int64)
    regular = lengths == width
    if not regular.all():
        faults.append(_ragged(file, lines[~regular], delimiter))
    kept = [rows[i] for i in np.flatnonzero(regular)[1:]]
    columns: tuple[Any, ...] = tuple(text_array([row[i] for row in kept]) for i in range(width))
    names = tuple(name.strip() for name in header)
    return Grid(names, columns, (None,) * width, lines[regular][1:], delimiter), faults


def _ragged(file: str, lines: NDArray[np.int64], delimiter: str) -> Fault:
    """Return the fault of rows that have more or fewer cells than the header."""
    remedy = "Trennzeichen ergänzen oder streichen; Text, der eines enthält, in Anführungszeichen setzen."
    if delimiter == ",":
        remedy += " Ein Dezimalkomma verträgt sich nicht mit dem Komma als Trennzeichen."
    message = "Die Zahl der Zellen weicht von der Kopfzeile ab."
    return Fault(file, tuple(lines.tolist()), "", "ragged_row", message, remedy)

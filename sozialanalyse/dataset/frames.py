"""From the text of a table to typed columns, with marks for the rules where a cell is not as it should be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sozialanalyse.dataset.columns import Column
from sozialanalyse.dataset.forms import FORMS
from sozialanalyse.dataset.numbers import Cell, DecimalSign, decimal_evidence, parse_numbers
from sozialanalyse.dataset.spellings import unified_age_group, unified_sex
from sozialanalyse.dataset.tabular import Table
from sozialanalyse.errors import Fault

__all__ = ["NO_YEAR", "TypedTable", "typed_table", "with_blank_numbers"]

NO_YEAR = -1
"""Stands for a year that cannot be read."""

_SPELLINGS: Final[Mapping[str, Callable[[str], str]]] = {
    "sex": unified_sex,
    "age_group": unified_age_group,
}
_STATE_SIGN = "In datapackage.json bei dieser Datei unter »dialect« die Angabe »decimalChar« machen."


@dataclass(frozen=True, slots=True)
class TypedTable:
    """A table with typed columns.

    Attributes
    ----------
    name, file : str
        Of the table and of its file.
    frame : DataFrame, shape (n, columns and marks)
        Keys, words and text: categorical, trimmed. Numbers: float, beside them ``"<column>.cell"`` (codes of
        `numbers.Cell`) and ``"<column>.sign"`` (code of the sign). Years: int, `NO_YEAR` if unreadable.
        Keys: ``"<column>.padded"`` and, like lists of keys, ``"<column>.numeric"`` (bool).
    lines : array of int, shape (n,)
        Line of each row.
    """

    name: str
    file: str
    frame: pd.DataFrame
    lines: NDArray[np.int64]


def typed_table(table: Table) -> tuple[TypedTable, list[Fault]]:
    """Interpret the cells of a table by the form it has.

    Parameters
    ----------
    table : Table
        One of the tables in `forms.FORMS`.

    Returns
    -------
    TypedTable
        Its columns, in the order of the form.
    list of Fault
        What is wrong with the decimal sign of the whole table.
    """
    columns = [column for column in FORMS[table.name].columns if column.name in table.cells]
    decimal, faults = _decimal_sign(
        table, [column for column in columns if column.content in ("number", "whole")]
    )
    typed: dict[str, Any] = {}
    for column in columns:
        cells, numeric = table.cells[column.name], table.typed.get(column.name)
        if column.content in ("number", "whole"):
            numbers = parse_numbers(cells, decimal, table.group, numeric)
            typed[column.name] = numbers.amounts
            typed[f"{column.name}.cell"] = numbers.cells
            typed[f"{column.name}.sign"] = numbers.signs
        elif column.content == "year":
            typed[column.name] = _years(cells)
        else:
            typed[column.name], padded = _words(cells, _SPELLINGS.get(column.content, str))
            if column.content == "key":
                typed[f"{column.name}.padded"] = padded
            if column.content in ("key", "keys"):
                typed[f"{column.name}.numeric"] = np.zeros(len(padded), bool) if numeric is None else numeric
    frame = pd.DataFrame(typed, index=pd.RangeIndex(len(table.lines)), copy=False)
    return TypedTable(table.name, table.file, frame, table.lines), faults


def with_blank_numbers(table: TypedTable, columns: Sequence[str]) -> TypedTable:
    """Add number columns that the table does not have, as if all their cells were blank."""
    blank: dict[str, Any] = {}
    for name in columns:
        if name not in table.frame:
            blank |= {name: np.nan, f"{name}.cell": np.int8(Cell.BLANK), f"{name}.sign": np.int8(0)}
    return replace(table, frame=table.frame.assign(**blank))


def _words(cells: Any, unified: Callable[[str], str]) -> tuple[pd.Categorical, NDArray[np.bool_]]:
    """Return trimmed texts in one spelling as a categorical, and where there was a blank around them."""
    encoded = pc.dictionary_encode(cells)
    raw = encoded.dictionary.to_pylist()
    trimmed = [text.strip() for text in raw]
    padded = np.array([text != original for text, original in zip(trimmed, raw, strict=True)], dtype=bool)
    codes: NDArray[np.int64] = encoded.indices.to_numpy(zero_copy_only=False)
    positions, words = pd.factorize(np.array([unified(text) for text in trimmed], dtype=object))
    return pd.Categorical.from_codes(positions[codes], categories=pd.Index(words, dtype=str)), padded[codes]


def _years(cells: Any) -> NDArray[np.int64]:
    """Return years of four digits as numbers, anything else as `NO_YEAR`."""
    texts = pc.utf8_trim_whitespace(cells)
    texts = pc.replace_substring_regex(texts, r"^(\d{4})\.0$", r"\1")
    year = pc.match_substring_regex(texts, r"^\d{4}$")
    years = pc.cast(pc.if_else(year, texts, str(NO_YEAR)), pa.int64())
    return np.array(years.to_numpy(zero_copy_only=False))


def _any_match(columns: list[Any], pattern: str) -> bool:
    """Tell whether any cell of the columns has the pattern."""
    return any(pc.any(pc.match_substring_regex(column, pattern)).as_py() for column in columns)


def _decimal_sign(table: Table, columns: list[Column]) -> tuple[DecimalSign, list[Fault]]:
    """Decide on one decimal sign for the table: stated, shown by its numbers, or usual for its delimiter."""
    if table.decimal:
        return ("," if table.decimal == "," else "."), []
    texts = []
    for column in columns:
        cells, numeric = table.cells[column.name], table.typed.get(column.name)
        texts.append(cells if numeric is None else pc.if_else(pa.array(numeric), "", cells))
    if table.delimiter == "," and not _any_match(texts, ","):
        return ".", []
    if table.delimiter != "," and not _any_match(texts, r"\d\.|\.\d"):
        return ",", []
    evidence = decimal_evidence(texts)
    if len(evidence.comma) and len(evidence.point):
        fewer = min(evidence.comma, evidence.point, key=len)
        message = "Manche Zahlen haben ein Dezimalkomma, andere einen Dezimalpunkt; hier die selteneren."
        remedy = f"In der ganzen Datei dasselbe Zeichen verwenden. {_STATE_SIGN}"
        fault = Fault(table.file, tuple(table.lines[fewer].tolist()), "", "decimal_mixed", message, remedy)
        return ("," if len(evidence.comma) > len(evidence.point) else "."), [fault]
    if len(evidence.comma):
        return ",", []
    if len(evidence.point):
        return ".", []
    commas, points = evidence.comma_or_thousands, evidence.point_or_thousands
    unclear = commas if table.delimiter == "," else points
    if len(unclear):
        message = "Ob Komma oder Punkt hier Dezimalstellen oder Tausender trennt, ist nicht zu erkennen."
        fault = Fault(
            table.file, tuple(table.lines[unclear].tolist()), "", "decimal_unclear", message, _STATE_SIGN
        )
        return ("," if table.delimiter == "," else "."), [fault]
    return ("," if len(commas) else "."), []

"""Numbers as German tables write them: decimal sign, separated thousands, signs of DIN 55301."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sozialanalyse.vocabulary import SIGNS

__all__ = ["Cell", "DecimalEvidence", "DecimalSign", "Numbers", "decimal_evidence", "parse_numbers"]

DecimalSign = Literal[",", "."]
SIGN_CODES: Final[tuple[str, ...]] = ("", *SIGNS)

_BLANKS: Final = "[\u00a0\u2007\u2009\u202f]"
_DASHES: Final = "[\u2012\u2013\u2014\u2212]"
_APOSTROPHES: Final = "[\u2019\u00b4`]"
_SPELLINGS: Final = {"…": "...", "·": ".", "•": ".", "X": "x"}
_WITH_SIGN: Final = r"\d[.,]|[.,]\d"
_INFINITE: Final = r"(?i)^[+-]?(inf|infinity|∞)$"


class Cell(IntEnum):
    """What a cell of a number column holds."""

    BLANK = 0
    NUMBER = 1
    SIGN = 2
    INVALID = 3
    INFINITE = 4


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of numbers.

    Attributes
    ----------
    amounts : array of float, shape (n,)
        NaN where there is no number; 0 where the sign »-« (nothing) stands.
    cells : array of int8, shape (n,)
        What each cell holds, as codes of `Cell`.
    signs : array of int8, shape (n,)
        Position of the sign in ``("", "-", ".", "...", "/", "x")``.
    """

    amounts: NDArray[np.float64]
    cells: NDArray[np.int8]
    signs: NDArray[np.int8]


def _unified(texts: Any) -> Any:
    """Trim the texts and write dashes, blanks and apostrophes in one way each."""
    texts = pc.utf8_trim_whitespace(texts)
    texts = pc.replace_substring_regex(texts, _BLANKS, " ")
    texts = pc.replace_substring_regex(texts, _DASHES, "-")
    texts = pc.replace_substring_regex(texts, _APOSTROPHES, "'")
    return pc.replace_substring_regex(texts, r"^([+-]) +", r"\1")


def _plain(decimal: DecimalSign) -> str:
    """Return the pattern of a number without separated thousands."""
    sign = "," if decimal == "," else r"\."
    return rf"^[+-]?(\d+({sign}\d*)?|{sign}\d+)([eE][+-]?\d+)?$"


def _without_groups(texts: Any, decimal: DecimalSign, group: str) -> Any:
    """Take the separators of thousands out of numbers that are grouped regularly."""
    separators = {" ", "'", group} | ({"."} if decimal == "," else set())
    sign = "," if decimal == "," else r"\."
    for separator in sorted(separators - {"", decimal}):
        escaped = f"\\{separator}" if separator in ".|" else separator
        regular = pc.match_substring_regex(texts, rf"^[+-]?\d{{1,3}}({escaped}\d{{3}})+({sign}\d*)?$")
        texts = pc.if_else(regular, pc.replace_substring(texts, separator, ""), texts)
    return texts


def _cast(texts: Any, decimal: DecimalSign) -> NDArray[np.float64]:
    """Turn plain numbers and blanks into floats."""
    if decimal == ",":
        texts = pc.replace_substring(texts, ",", ".")
    filled = pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
    return np.array(pc.cast(filled, pa.float64()).to_numpy(zero_copy_only=False))


def parse_numbers(
    texts: Any,
    decimal: DecimalSign = ".",
    group: str = "",
    typed: NDArray[np.bool_] | None = None,
) -> Numbers:
    """Read a column of numbers.

    Thousands may be separated by blanks, apostrophes and, with a decimal comma, by points.

    Parameters
    ----------
    texts : pyarrow string array, shape (n,)
        Cells as they stand in the table, without nulls.
    decimal : {",", "."}
        Decimal sign of the whole table.
    group : str
        A further separator of thousands, if the dataset states one.
    typed : array of bool, shape (n,), optional
        Cells that a workbook keeps as numbers: their text has a decimal point whatever `decimal` says.

    Returns
    -------
    Numbers
        Amounts, kinds of cells and signs.

    Examples
    --------
    >>> parse_numbers(pa.array([" 1 675 ", "-  23", "9,7", "."]), ",").amounts.tolist()
    [1675.0, -23.0, 9.7, nan]
    """
    texts = pc.utf8_trim_whitespace(texts)
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    if typed is not None and decimal == ",":
        texts = pc.if_else(pa.array(typed), pc.replace_substring(texts, ".", ","), texts)
    blank = pc.equal(texts, "")
    plain = pc.match_substring_regex(texts, _plain(decimal))
    odd = np.flatnonzero(~pc.or_(blank, plain).to_numpy(zero_copy_only=False))
    cells = np.where(blank.to_numpy(zero_copy_only=False), Cell.BLANK, Cell.NUMBER).astype(np.int8)
    signs = np.zeros(len(texts), dtype=np.int8)
    if not len(odd):
        values = _cast(texts, decimal)
    else:
        values = _cast(pc.if_else(plain, texts, ""), decimal)
        values[odd], cells[odd], signs[odd] = _parse_odd(texts.take(pa.array(odd)), decimal, group)
    infinite = np.isinf(values)
    cells[infinite], values[infinite] = Cell.INFINITE, np.nan
    return Numbers(values, cells, signs)


def _parse_odd(
    texts: Any, decimal: DecimalSign, group: str
) -> tuple[NDArray[np.float64], NDArray[np.int8], NDArray[np.int8]]:
    """Read cells that are neither blank nor a plain number: values, kinds of cells, signs."""
    texts = _unified(texts)
    for spelling, sign in _SPELLINGS.items():
        texts = pc.if_else(pc.equal(texts, spelling), sign, texts)
    found = pc.fill_null(pc.index_in(texts, pa.array(SIGN_CODES)), 0)
    signs = found.to_numpy(zero_copy_only=False).astype(np.int8)
    texts = _without_groups(texts, decimal, group)
    plain = pc.match_substring_regex(texts, _plain(decimal))
    values = _cast(pc.if_else(plain, texts, ""), decimal)
    values[signs == SIGN_CODES.index("-")] = 0.0
    infinite = pc.match_substring_regex(texts, _INFINITE).to_numpy(zero_copy_only=False)
    cells = np.select(
        [plain.to_numpy(zero_copy_only=False), signs > 0, infinite],
        [Cell.NUMBER, Cell.SIGN, Cell.INFINITE],
        Cell.INVALID,
    ).astype(np.int8)
    return values, cells, signs


@dataclass(frozen=True, slots=True)
class DecimalEvidence:
    """Rows whose number shows the decimal sign, or could be read with either.

    Attributes
    ----------
    comma, point : array of int, shape (k,)
        Rows with a number that has a decimal comma or a decimal point for certain.
    comma_or_thousands, point_or_thousands : array of int, shape (k,)
        Rows with one comma or point before exactly three digits.
    """

    comma: NDArray[np.int64]
    point: NDArray[np.int64]
    comma_or_thousands: NDArray[np.int64]
    point_or_thousands: NDArray[np.int64]


def _certain(sign: str, other: str) -> str:
    """Return the pattern of numbers in which `sign` can only be the decimal sign."""
    return "|".join(
        (
            rf"^[+-]?[\d{other} ']*{sign}(\d{{0,2}}|\d{{4,}})$",
            rf"^[+-]?\d{{1,3}}([{other} ']\d{{3}})+{sign}\d{{3}}$",
            rf"^[+-]?(0*|\d{{4,}}){sign}\d{{3}}$",
            rf"^[+-]?\d{{1,3}}({other}\d{{3}}){{2,}}$",
            rf"^[+-]?\d*{sign}\d+[eE][+-]?\d+$",
        )
    )


def decimal_evidence(columns: Sequence[Any]) -> DecimalEvidence:
    """Find out which decimal sign the numbers of a table show.

    Parameters
    ----------
    columns : sequence of pyarrow string arrays, each of shape (n,)
        The number columns of one table, ``""`` where a cell must not count.

    Returns
    -------
    DecimalEvidence
        Rows that speak for the comma, for the point, or for neither.

    Examples
    --------
    >>> found = decimal_evidence([pa.array(["12,5", "1.234", "7"])])
    >>> found.comma.tolist(), found.point.tolist(), found.point_or_thousands.tolist()
    ([0], [], [1])
    """
    patterns = {
        "comma": _certain(",", r"\."),
        "point": _certain(r"\.", ","),
        "comma_or_thousands": r"^[+-]?[1-9]\d{0,2},\d{3}$",
        "point_or_thousands": r"^[+-]?[1-9]\d{0,2}\.\d{3}$",
    }
    rows: dict[str, list[NDArray[np.int64]]] = {name: [] for name in patterns}
    for column in columns:
        candidates = np.flatnonzero(
            pc.match_substring_regex(column, _WITH_SIGN).to_numpy(zero_copy_only=False)
        )
        texts = _unified(column.take(pa.array(candidates)))
        for name, pattern in patterns.items():
            matching = pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False)
            rows[name].append(candidates[matching])
    return DecimalEvidence(**{name: _union(found) for name, found in rows.items()})


def _union(parts: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Return the rows of all parts once each, in order."""
    return np.unique(np.concatenate(parts)) if parts else np.array([], dtype=np.int64)

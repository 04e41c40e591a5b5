"""Cells that only planning tables have: lists, days and flags, and the rules for them."""

from __future__ import annotations

from typing import Final

import pandas as pd

__all__ = ["SEPARATOR", "entries_of", "has_entry_form", "read_days", "read_flags"]

SEPARATOR: Final = "|"
_FOREIGN_SEPARATORS: Final = frozenset(",;\n\t")
_FLAGS: Final[dict[str, int]] = {
    **dict.fromkeys(("true", "wahr", "ja"), 1),
    **dict.fromkeys(("false", "falsch", "nein", ""), 0),
}
_ISO_DAY: Final = r"^(\d{4}-\d{2}-\d{2})(?:[ T]00:00:00(?:\.0+)?)?$"
_GERMAN_DAY: Final = r"^\d{1,2}\.\d{1,2}\.\d{4}$"


def entries_of(cell: str) -> tuple[str, ...]:
    """Return the entries of a list in a cell.

    Examples
    --------
    >>> entries_of("01 | 02")
    ('01', '02')
    >>> entries_of("")
    ()
    """
    return tuple(entry.strip() for entry in cell.split(SEPARATOR)) if cell else ()


def has_entry_form(entry: str) -> bool:
    """Tell whether an entry of a list can be one: not blank, and without another separator in it.

    Examples
    --------
    >>> has_entry_form("01"), has_entry_form("01, 02"), has_entry_form("")
    (True, False, False)
    """
    return bool(entry) and not _FOREIGN_SEPARATORS & set(entry)


def read_days(words: pd.Series[str]) -> pd.Series[pd.Timestamp]:
    """Read days as ``JJJJ-MM-TT`` (as Excel and Parquet files hand them on) or ``TT.MM.JJJJ``.

    Parameters
    ----------
    words : Series of str, shape (n,)
        Trimmed cells.

    Returns
    -------
    Series of datetime64, shape (n,)
        NaT where there is no day.

    Examples
    --------
    >>> read_days(pd.Series(["2023-03-28", "1.2.2023", "31.02.2023"])).dt.month.tolist()
    [3.0, 2.0, nan]
    """
    iso = words.str.extract(_ISO_DAY, expand=False)
    german = words.where(words.str.fullmatch(_GERMAN_DAY[1:-1]))
    days = pd.to_datetime(iso, format="%Y-%m-%d", errors="coerce")
    days = days.fillna(pd.to_datetime(german, format="%d.%m.%Y", errors="coerce"))
    return days.astype("datetime64[us]")


def read_flags(words: pd.Series[str]) -> pd.Series[int]:
    """Read true and false, in English or as a German Excel writes them.

    Parameters
    ----------
    words : Series of str, shape (n,)
        Trimmed cells.

    Returns
    -------
    Series of int, shape (n,)
        1 for true, 0 for false and for a blank cell, -1 for anything else.

    Examples
    --------
    >>> read_flags(pd.Series(["true", "FALSCH", "", "vielleicht"])).tolist()
    [1, 0, 0, -1]
    """
    return words.str.casefold().map(_FLAGS).fillna(-1).astype(int)

"""Rules that follow from what a column holds (keys, words, numbers, years), and rows without doubles."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final, Literal

import numpy as np
import pandas as pd

from sozialanalyse.dataset.columns import Column
from sozialanalyse.dataset.forms import FORMS
from sozialanalyse.dataset.frames import TypedTable
from sozialanalyse.dataset.numbers import SIGN_CODES, Cell
from sozialanalyse.dataset.planning_cells import entries_of, has_entry_form, read_days, read_flags
from sozialanalyse.dataset.rules import Rule
from sozialanalyse.errors import MAX_LINES_SHOWN

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "MOST_CHARACTERS",
    "cell_rules",
    "each_word",
    "known_entries",
    "no_doubles",
]

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2100
MOST_CHARACTERS: Final = 32_767
"""More do not fit into a cell of Excel."""
_CONTROL: Final = r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"
_AGE_GROUP: Final = r"(?:\d{1,3})-(?:\d{1,3})|\d{1,3}\+|"
_DATE: Final = r"\d{4}(-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]))?|"


def each_word(column: pd.Series, test: Callable[[pd.Series], pd.Series]) -> pd.Series[bool]:
    """Test every word of a categorical column once and spread the verdicts over the rows.

    Parameters
    ----------
    column : Series, categorical, shape (n,)
        Without missing entries.
    test : callable
        From a Series of the k different words to a bool Series of the same length.

    Returns
    -------
    Series of bool, shape (n,)
        Verdict per row.

    Examples
    --------
    >>> words = pd.Series(["a", "b", "a"], dtype="category")
    >>> each_word(words, lambda word: word == "a").tolist()
    [True, False, True]
    """
    words = pd.Series(column.cat.categories.astype(str), dtype=str)
    verdicts = test(words).to_numpy(dtype=bool)
    return pd.Series(verdicts[column.cat.codes.to_numpy()], index=column.index)


def cell_rules(table: str) -> list[Rule]:
    """Return the rules for the single cells of a table.

    Parameters
    ----------
    table : str
        One of the tables in `forms.FORMS`.

    Returns
    -------
    list of Rule
        In the order of the columns.
    """
    return [rule for column in FORMS[table].columns for rule in _column_rules(column)]


def _column_rules(column: Column) -> Iterator[Rule]:
    """Yield the rules of one column."""
    name = column.name
    if column.filled and column.content not in ("number", "whole", "year"):
        grouping = column.content in ("sex", "age_group")
        yield Rule(
            "cell_empty",
            name,
            lambda frame: each_word(frame[name], lambda word: word != ""),
            "Die Zelle ist leer oder nennt alle zusammen."
            if grouping
            else "Die Zelle ist leer, muss aber gefüllt sein.",
            "Die Gruppe eintragen; Zeilen mit Summen streichen." if grouping else "Die Angabe eintragen.",
        )
    if column.content == "key":
        yield from _key_rules(name)
    elif column.content == "keys":
        yield from _list_rules(column)
    elif column.content in ("number", "whole"):
        yield from _number_rules(column)
    elif column.content == "year":
        yield Rule(
            "year_invalid",
            name,
            lambda frame: frame[name].between(FIRST_YEAR, LAST_YEAR),
            f"Das Jahr ist keine vierstellige Zahl von {FIRST_YEAR} bis {LAST_YEAR}.",
            "Das Jahr als vier Ziffern eintragen, ohne Monat, Punkt oder Zusatz.",
        )
    elif column.content == "age_group":
        yield Rule(
            "age_group_form",
            name,
            lambda frame: each_word(frame[name], _is_age_group),
            "Die Altersgruppe hat nicht die Form »von-bis« oder »ab+« (wie 0-4, 85+ oder »unter 6«).",
            "In dieser Form eintragen; Excel macht ein Datum daraus, wenn die Spalte nicht Text ist.",
        )
    elif column.content == "date":
        yield Rule(
            "date_form",
            name,
            lambda frame: each_word(frame[name], lambda word: word.str.fullmatch(_DATE)),
            "Das Datum hat nicht die Form JJJJ oder JJJJ-MM-TT.",
            "Das Datum in dieser Form eintragen.",
        )
    elif column.content == "day":
        yield Rule(
            "day_form",
            name,
            lambda frame: each_word(
                frame[name],
                lambda word: (word == "") | read_days(word).dt.year.between(FIRST_YEAR, LAST_YEAR),
            ),
            f"In der Zelle steht kein Tag der Jahre {FIRST_YEAR} bis {LAST_YEAR}.",
            "Den Tag als JJJJ-MM-TT oder TT.MM.JJJJ eintragen, ohne Uhrzeit.",
        )
    elif column.content == "flag":
        yield Rule(
            "flag_form",
            name,
            lambda frame: each_word(frame[name], lambda word: read_flags(word) >= 0),
            "In der Zelle steht weder true noch false.",
            "true oder false eintragen; leer heißt false.",
        )
    if column.content in ("text", "key", "keys"):
        yield Rule(
            "text_form",
            name,
            lambda frame: each_word(
                frame[name], lambda word: (word.str.len() <= MOST_CHARACTERS) & ~word.str.contains(_CONTROL)
            ),
            f"Der Text hat mehr als {MOST_CHARACTERS} Zeichen oder unsichtbare Steuerzeichen.",
            "Den Text kürzen oder neu eintippen; Excel kann ihn sonst nicht speichern.",
        )
    if column.choices and column.content in ("choice", "sex"):
        allowed = [*column.choices, ""]
        listed = ", ".join(column.choices) + ("" if column.filled else " oder leer")
        yield Rule(
            "choice_unknown",
            name,
            lambda frame: each_word(frame[name], lambda word: word.isin(allowed)),
            f"Das Wort ist nicht vorgesehen. Erlaubt: {listed}.",
            "Eines der erlaubten Wörter eintragen.",
        )


def _key_rules(name: str) -> Iterator[Rule]:
    """Yield the rules of a column of keys."""
    yield Rule(
        "key_padded",
        name,
        lambda frame: ~frame[f"{name}.padded"],
        "Vor oder hinter dem Schlüssel stehen Leerzeichen.",
        "Die Leerzeichen löschen.",
        needs=(f"{name}.padded",),
    )
    yield Rule(
        "key_not_text",
        name,
        lambda frame: ~frame[f"{name}.numeric"],
        "Der Schlüssel ist als Zahl gespeichert; dabei gehen führende Nullen verloren.",
        "Die Spalte als Text formatieren und die Schlüssel neu einfügen.",
        needs=(f"{name}.numeric",),
    )


def _list_rules(column: Column) -> Iterator[Rule]:
    """Yield the rules of a column of lists."""
    name = column.name

    def well_formed(word: pd.Series) -> pd.Series[bool]:
        return word.map(lambda cell: all(has_entry_form(entry) for entry in entries_of(cell)))

    def without_doubles(word: pd.Series) -> pd.Series[bool]:
        return word.map(lambda cell: len(set(entries_of(cell))) == len(entries_of(cell)))

    yield Rule(
        "key_not_text",
        name,
        lambda frame: ~frame[f"{name}.numeric"],
        "Der Schlüssel ist als Zahl gespeichert; dabei gehen führende Nullen verloren.",
        "Die Spalte als Text formatieren und die Schlüssel neu einfügen.",
        needs=(f"{name}.numeric",),
    )
    yield Rule(
        "list_form",
        name,
        lambda frame: each_word(frame[name], well_formed),
        "Die Einträge sind nicht allein mit | getrennt, oder einer ist leer.",
        "Zwischen zwei Einträge ein | setzen, am Anfang und Ende keines; kein Komma, Semikolon, Umbruch.",
    )
    yield Rule(
        "list_double",
        name,
        lambda frame: each_word(frame[name], without_doubles),
        "Ein Eintrag steht zweimal in der Liste.",
        "Jeden Eintrag einmal nennen.",
    )
    if column.choices:
        yield Rule(
            "choice_unknown",
            name,
            lambda frame: each_word(frame[name], lambda word: known_entries(word, column.choices)),
            f"Ein Eintrag der Liste ist nicht vorgesehen. Erlaubt: {', '.join(column.choices)}.",
            "Eines der erlaubten Wörter eintragen.",
        )


def known_entries(words: pd.Series, known: Collection[str]) -> pd.Series[bool]:
    """Tell of which lists every entry is known.

    Parameters
    ----------
    words : Series of str, shape (n,)
        Lists as they stand in their cells.
    known : collection of str
        What may occur.

    Returns
    -------
    Series of bool, shape (n,)
        An entry that cannot be one, because of a wrong separator, does not count: that is another fault.

    Examples
    --------
    >>> known_entries(pd.Series(["01|02", "01,02", "03", ""]), {"01", "02"}).tolist()
    [True, True, False, True]
    """
    return words.map(
        lambda cell: all(entry in known or not has_entry_form(entry) for entry in entries_of(cell))
    ).astype(bool)


def _number_rules(column: Column) -> Iterator[Rule]:
    """Yield the rules of a column of numbers."""
    name, cell = column.name, f"{column.name}.cell"
    yield Rule(
        "number_invalid",
        name,
        lambda frame: frame[cell] != Cell.INVALID,
        "In der Zelle steht weder eine Zahl noch ein Zeichen nach DIN 55301 (- . ... / x).",
        "Die Zahl ohne Einheit und Zusatz eintragen; fehlt sie, die Zelle leeren oder ein Zeichen setzen.",
    )
    yield Rule(
        "number_infinite",
        name,
        lambda frame: frame[cell] != Cell.INFINITE,
        "Die Zahl ist unendlich oder zu groß.",
        "Die Zahl berichtigen; meist ist durch 0 geteilt worden.",
    )
    if column.content == "whole":
        yield Rule(
            "number_not_whole",
            name,
            lambda frame: frame[name].isna() | (frame[name] % 1 == 0) | (frame[cell] == Cell.INFINITE),
            "Hier muss eine ganze Zahl stehen.",
            "Die Zahl ohne Nachkommastellen eintragen.",
        )
    if column.filled:
        nothing = SIGN_CODES.index("-")
        yield Rule(
            "cell_empty",
            name,
            lambda frame: (
                (frame[cell] != Cell.BLANK)
                & ((frame[cell] != Cell.SIGN) | (frame[f"{name}.sign"] == nothing))
            ),
            "Hier muss eine Zahl stehen.",
            "Die Zahl eintragen oder die Zeile streichen.",
        )


def _is_age_group(words: pd.Series) -> pd.Series:
    """Tell which words are blank or an age group whose end is not before its start."""
    ages = words.str.extract(r"^(\d{1,3})-(\d{1,3})$").astype(float)
    return words.str.fullmatch(_AGE_GROUP) & ~(ages[0] > ages[1])


def no_doubles(code: str, column: str, keys: Sequence[str], optional: Sequence[str] = ()) -> Rule:
    """Return the rule that no two rows have the same key.

    Parameters
    ----------
    code, column : str
        As in `Rule`.
    keys : sequence of str
        Columns that make up the key. Rows in which one of them is blank or unreadable do not count.
    optional : sequence of str
        Further columns of the key that the table need not have.

    Returns
    -------
    Rule
        Broken by every row but the first of the same key.
    """

    def doubled(frame: pd.DataFrame, keep: Literal["first", False]) -> pd.Series[bool]:
        present = [*keys, *(name for name in optional if name in frame)]
        complete = pd.Series(True, index=frame.index)
        for name in keys:
            if isinstance(frame[name].dtype, pd.CategoricalDtype):
                complete &= each_word(frame[name], lambda word: word != "")
            else:
                complete &= frame[name] >= 0
        return frame.duplicated(present, keep=keep) & complete

    def holds(frame: pd.DataFrame) -> pd.Series[bool]:
        return ~doubled(frame, "first")

    def message(table: TypedTable, kept: pd.Series[bool]) -> str:
        first = doubled(table.frame, False) & kept
        lines = table.lines[np.flatnonzero(first.to_numpy())]
        shown = ", ".join(str(line) for line in lines[:MAX_LINES_SHOWN])
        more = f" und {len(lines) - MAX_LINES_SHOWN} weiteren" if len(lines) > MAX_LINES_SHOWN else ""
        return f"Der Schlüssel ({', '.join(keys)}) kommt schon vor, zuerst in Zeile {shown}{more}."

    remedy = "Eine der Zeilen löschen oder ihren Schlüssel berichtigen."
    return Rule(code, column, holds, message, remedy, needs=tuple(keys))

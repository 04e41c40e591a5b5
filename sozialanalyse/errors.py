"""The errors of the package: one base class, a reason code each, and German messages without data values.

A message says the rule, what was found and what to do. It never carries a value of a record, because
messages end up in logs, notebooks and rendered pages, which must not show what the disclosure gate hides.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "DatasetError",
    "DisclosureError",
    "Fault",
    "MethodError",
    "ParameterError",
    "Reason",
    "RunError",
    "SozialanalyseError",
    "require_choice",
]

MAX_LINES_SHOWN = 10


class Reason(StrEnum):
    """Why an operation was refused."""

    DATASET = "dataset"
    PARAMETER = "parameter"
    METHOD = "method"
    DISCLOSURE = "disclosure"
    RUN = "run"


class SozialanalyseError(Exception):
    """Base of all errors that this package raises on purpose."""

    reason: Reason


class ParameterError(SozialanalyseError):
    """A parameter, an area, a notebook or an option is unknown or has the wrong form."""

    reason = Reason.PARAMETER


class MethodError(SozialanalyseError):
    """A statistic is not defined for what was passed in."""

    reason = Reason.METHOD


class DisclosureError(SozialanalyseError):
    """Something that was not released was about to be shown."""

    reason = Reason.DISCLOSURE


class RunError(SozialanalyseError):
    """A batch run cannot start or cannot go on."""

    reason = Reason.RUN


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule of the dataset form that a table breaks, with the places where it does.

    Attributes
    ----------
    file : str
        Name of the file (for a workbook ``"datei.xlsx [blatt]"``).
    lines : tuple of int
        Lines in that file, counted from 1 as an editor or Excel shows them; empty for the file as a whole.
    column : str
        Column, or ``""`` for the row or file as a whole.
    rule : str
        Code of the rule in snake case, stable across versions.
    message : str
        German sentence: the rule and what was found. Never a value of the data.
    remedy : str
        German sentence: what to do.
    """

    file: str
    lines: tuple[int, ...]
    column: str
    rule: str
    message: str
    remedy: str

    def __str__(self) -> str:
        """Return the fault as one German line."""
        place = [self.file]
        if self.lines:
            shown = ", ".join(str(line) for line in self.lines[:MAX_LINES_SHOWN])
            more = len(self.lines) - MAX_LINES_SHOWN
            word = "Zeile" if len(self.lines) == 1 else "Zeilen"
            place.append(f"{word} {shown}" + (f" und {more} weitere" if more > 0 else ""))
        if self.column:
            place.append(f"Spalte {self.column}")
        return f"{', '.join(place)} [{self.rule}]: {self.message} Abhilfe: {self.remedy}"


class DatasetError(SozialanalyseError):
    """A dataset breaks its form; carries every fault that was found, not only the first.

    Parameters
    ----------
    faults : tuple of Fault
        All faults, in the order of files and lines.
    """

    reason = Reason.DATASET

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        count = "1 Fehler" if len(faults) == 1 else f"{len(faults)} Fehler"
        super().__init__("\n".join([f"Der Datensatz hat {count}:", *(f"- {fault}" for fault in faults)]))


def require_choice(name: str, value: str, allowed: tuple[str, ...]) -> None:
    """Refuse a value that is not one of the allowed ones, and list these.

    Parameters
    ----------
    name : str
        Name of the parameter, for the message.
    value : str
        What was passed in (a choice from a closed list, so the message may repeat it).
    allowed : tuple of str
        What may be passed in.

    Raises
    ------
    ParameterError
        If `value` is not in `allowed`.

    Examples
    --------
    >>> require_choice("weighting", "equal", ("equal", "pca"))
    >>> require_choice("weighting", "egal", ("equal", "pca"))
    Traceback (most recent call last):
    ...
    sozialanalyse.errors.ParameterError: »weighting« kennt »egal« nicht. Erlaubt: equal, pca.
    """
    if value not in allowed:
        raise ParameterError(f"»{name}« kennt »{value}« nicht. Erlaubt: {', '.join(allowed)}.")

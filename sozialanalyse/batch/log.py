"""The log of a batch in its output folder: what was begun when, and every page as soon as it is there.

It alone holds times, and so is no part of what has to be the same on every machine. After a kill it says how
far the batch came.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from sozialanalyse.batch.page import Result
from sozialanalyse.batch.runs import Run
from sozialanalyse.batch.summary import outcome_of, title_of

__all__ = ["LOG", "Log", "open_log"]

LOG: Final = "protokoll.txt"


class Log:
    """Writes line by line, each at once; a disk that is full costs lines, not pages.

    Parameters
    ----------
    file : file
        Open for writing bytes, without a buffer.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file

    def note(self, text: str) -> None:
        """Write a line with the time of the day."""
        self._write(f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S} {text}\n")

    def page(self, run: Run, result: Result) -> None:
        """Write the line of a finished run."""
        self.note(f"{title_of(run)} … {outcome_of(result)}")

    def end(self, lines: Iterable[str]) -> None:
        """Write the summary."""
        self.note("Ende")
        self._write("".join(f"{line}\n" for line in lines))

    def _write(self, text: str) -> None:
        with suppress(OSError):
            self.file.write(text.encode())


@contextmanager
def open_log(out: Path) -> Iterator[Log]:
    """Begin the log of an output folder anew."""
    with (out / LOG).open("wb", buffering=0) as file:
        yield Log(file)

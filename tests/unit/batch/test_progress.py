"""What a batch tells while it goes on."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from sozialanalyse.batch.page import Failure, Page
from sozialanalyse.batch.progress import BarProgress, LineProgress, progress_for
from sozialanalyse.batch.runs import Run

RUN = Run("bild", Path("bild.ipynb"), "[01]", "Mitte", "district", {}, "bild/01")
PAGE = Page(b"", b"", ("UserWarning",), 4.84)


def told(*, terminal: bool) -> str:
    stream = io.StringIO()
    with progress_for(Console(file=stream, force_terminal=terminal, width=100)) as progress:
        progress.started(12)
        progress.finished(RUN, PAGE)
        progress.finished(RUN, Failure("KeyError in Codezelle 2."))
    return stream.getvalue()


def test_lines_hold_number_run_time_in_german_and_warnings() -> None:
    assert told(terminal=False).splitlines() == [
        "[ 1/12] bild [01] Mitte … fertig (4,8 s), mit Warnungen: UserWarning",
        "[ 2/12] bild [01] Mitte … fehlgeschlagen: KeyError in Codezelle 2.",
    ]


def test_bar_counts_and_shows_failures_as_they_happen() -> None:
    text = told(terminal=True)
    assert "bild [01] Mitte: fehlgeschlagen: KeyError in Codezelle 2." in text
    assert "2/12" in text
    assert "UserWarning" not in text


def test_the_console_decides() -> None:
    assert isinstance(progress_for(Console(file=io.StringIO(), force_terminal=True)), BarProgress)
    assert isinstance(progress_for(Console(file=io.StringIO())), LineProgress)

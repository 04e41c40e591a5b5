"""Telling how far a batch is: a bar on a terminal, one line per run elsewhere."""

from __future__ import annotations

from datetime import timedelta
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn
from rich.text import Text

from sozialanalyse.batch.page import Failure, Result
from sozialanalyse.batch.runs import Run
from sozialanalyse.batch.summary import outcome_of, title_of

__all__ = ["BarProgress", "LineProgress", "QuietProgress", "progress_for"]


class _Remaining(ProgressColumn):
    def render(self, task: Task) -> Text:
        """Return the estimated time to the end in words."""
        if task.finished:
            return Text("fertig")
        if task.time_remaining is None:
            return Text("Restzeit wird geschätzt")
        return Text(f"noch etwa {timedelta(seconds=int(task.time_remaining))}")


class LineProgress:
    """One plain line per finished run, for logs and pipes.

    Parameters
    ----------
    console : Console
        Where to write.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self.total = 0
        self.done = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def started(self, total: int) -> None:
        """Take note of the number of runs."""
        self.total = total

    def finished(self, run: Run, result: Result) -> None:
        """Write the line of a run."""
        self.done += 1
        width = len(str(self.total))
        self._write(f"[{self.done:>{width}}/{self.total}] {title_of(run)} … {outcome_of(result)}")

    def _write(self, line: str) -> None:
        self.console.print(line, markup=False, highlight=False, soft_wrap=True)


class QuietProgress(LineProgress):
    """A line for every page that failed, as it happens, and nothing else."""

    def finished(self, run: Run, result: Result) -> None:
        """Write the line of a failed run."""
        if isinstance(result, Failure):
            super().finished(run, result)
        else:
            self.done += 1


class BarProgress:
    """A bar with the remaining time; failures stand above it as they happen.

    Parameters
    ----------
    console : Console
        A terminal.
    """

    def __init__(self, console: Console) -> None:
        self.bar = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Remaining(), console=console
        )
        self.task = self.bar.add_task("Seiten", total=None)

    def __enter__(self) -> Self:
        self.bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.bar.stop()

    def started(self, total: int) -> None:
        """Take note of the number of runs."""
        self.bar.update(self.task, total=total)

    def finished(self, run: Run, result: Result) -> None:
        """Move the bar on."""
        if isinstance(result, Failure):
            line = f"✗ {title_of(run)}: {outcome_of(result)}"
            self.bar.console.print(line, style="red", markup=False, highlight=False, soft_wrap=True)
        self.bar.advance(self.task)


def progress_for(console: Console, *, quiet: bool = False) -> BarProgress | LineProgress:
    """Return the progress that suits where the output goes."""
    if quiet:
        return QuietProgress(console)
    return BarProgress(console) if console.is_terminal else LineProgress(console)

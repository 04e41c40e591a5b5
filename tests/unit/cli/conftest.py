"""The command line as a user calls it, with real kernels and processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from sozialanalyse.cli import main


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def command() -> list[str]:
    """Return how a process calls the command."""
    return [sys.executable, "-m", "sozialanalyse"]


@pytest.fixture(scope="session")
def call(command: list[str]) -> Callable[..., Done]:
    """Return a call in a process of its own; `program` may stand for the command."""

    def call_there(*arguments: str, folder: Path, program: Sequence[str] = command) -> Done:
        done = subprocess.run(
            [*program, *arguments],
            cwd=folder,
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
            timeout=300,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return call_there


@pytest.fixture
def here(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Done]]:
    """Return a call in this process, for what starts no other one: it need not import pandas again."""
    handler = signal.getsignal(signal.SIGTERM)

    def call_here(*arguments: str, folder: Path) -> Done:
        monkeypatch.chdir(folder)
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        captured = capsys.readouterr()
        return Done(ended.value.code, captured.out, captured.err)

    yield call_here
    signal.signal(signal.SIGTERM, handler)


@pytest.fixture(scope="session")
def project_options() -> Callable[[Path], list[str]]:
    """Return the options that lead to the data and recipes of a project."""
    return lambda folder: ["--data", str(folder / "data"), "--parameters", str(folder / "parameters")]

"""One batch at a time per output folder, by a lock of the operating system that ends with its process."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from sozialanalyse.errors import RunError

__all__ = ["locked"]

_LOCK_FILE: Final = ".lauf"


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold an output folder for this process alone.

    Parameters
    ----------
    out : Path
        The folder; it must exist.

    Raises
    ------
    RunError
        If another process holds it.

    Notes
    -----
    On Linux and macOS the folder itself is locked, so even a killed process leaves nothing behind.
    Where folders cannot be locked (Windows, network drives), an empty file in it is; a killed process
    leaves that file, but not the lock.
    """
    if os.name == "posix":
        descriptor = os.open(out, os.O_RDONLY)
        try:
            if _lock_folder(descriptor, out):
                yield
                return
        finally:
            os.close(descriptor)
    path = out / _LOCK_FILE
    with path.open("a+b") as file:
        _lock_file(file, out)
        yield
    path.unlink(missing_ok=True)


def _lock_folder(descriptor: int, out: Path) -> bool:
    """Return whether the folder could be locked; refuse if somebody else has done so."""
    import fcntl  # noqa: PLC0415 - not on Windows

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise _taken(out) from None
    except OSError:
        return False
    return True


def _lock_file(file: IO[bytes], out: Path) -> None:
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - on Windows only

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - not on Windows

            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise _taken(out) from None


def _taken(out: Path) -> RunError:
    return RunError(
        f"In den Ausgabeordner »{out.name}« schreibt gerade ein anderer Lauf. Bitte dessen Ende abwarten "
        "oder mit --out einen anderen Ordner wählen."
    )

"""Executing cells in this very process, with the shell, and so the outputs, of a Jupyter kernel.

The shell is that of ipykernel. What a kernel would send to its client over sockets is handed to a function
instead, as the same messages; so whoever makes outputs from a kernel's messages makes the same from these.
"""

from __future__ import annotations

import builtins
import io
import os
import sys
import threading
from collections.abc import Callable
from secrets import token_bytes
from types import SimpleNamespace
from typing import Any, Final, cast

from ipykernel.compiler import XCachingCompiler
from ipykernel.displayhook import ZMQShellDisplayHook
from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQDisplayPublisher, ZMQInteractiveShell
from jupyter_client.session import Session
from traitlets.config import Config

__all__ = ["LANGUAGE", "Emit", "Message", "Shell", "prepare_shell"]

Message = dict[str, Any]
"""A message of Jupyter's protocol: ``msg_type``, ``content`` and headers."""

Emit = Callable[[Message], object]

LANGUAGE: Final[dict[str, Any]] = IPythonKernel.language_info
"""What a kernel says about its language, for the metadata of a notebook."""

_MOST_CHARACTERS: Final = 4 * 1024**2
_CUT: Final = "\n[Ausgabe gekürzt]\n"
_SYNC_SECONDS: Final = 5.0


class _Session(Session):
    """A session without sockets."""

    emit: Emit

    def send(self, stream: object, msg_or_type: Any, *arguments: Any, **options: Any) -> None:  # noqa: ARG002
        """Hand a message over; other than in a kernel nothing is signed or serialised."""
        if isinstance(msg_or_type, dict):
            self.emit(msg_or_type)
            return
        content = arguments[0] if arguments else options.get("content")
        self.emit(self.msg(msg_or_type, content))


class _Stream(io.TextIOBase):
    """A text stream of which a cell keeps a bounded part."""

    def __init__(
        self, name: str, number: int, emit: Emit, session: Session, heard: Callable[[], bool]
    ) -> None:
        self.label, self.number, self.send, self.session, self.heard = name, number, emit, session, heard
        self.parts: list[str] = []
        self.kept = 0

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """Name of the encoding, for those who ask."""
        return "utf-8"

    def writable(self) -> bool:
        """Return True."""
        return True

    def fileno(self) -> int:
        """Return the number that the operating system has for this stream."""
        return self.number

    def write(self, text: str) -> int:
        """Keep a text, or what of it is still within bounds."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if not self.heard():
            return len(text)
        room = _MOST_CHARACTERS - self.kept
        if room >= 0:
            self.parts.append(text if len(text) <= room else text[:room] + _CUT)
            self.kept += len(text)
        return len(text)

    def flush(self) -> None:
        """Hand over what was kept since the last time."""
        text, self.parts = "".join(self.parts), []
        if text:
            self.send(self.session.msg("stream", {"name": self.label, "text": text}))


class _Drain:
    """Takes what subprocesses and libraries write past Python's streams; without it they would wait."""

    def __init__(self, number: int) -> None:
        self.source, target = os.pipe()
        os.dup2(target, number)
        os.close(target)
        self.number = number
        self.mark = token_bytes(16)
        self.seen = threading.Event()
        self.buffer = bytearray()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        tail = b""
        while data := os.read(self.source, 65536):
            text = tail + data
            before, found, after = text.partition(self.mark)
            keep = len(before) if found else max(0, len(before) - len(self.mark))
            room = max(0, _MOST_CHARACTERS - len(self.buffer))
            self.buffer += before[: min(keep, room)]
            tail = after if found else before[keep:]
            if found:
                self.seen.set()

    def take(self) -> str:
        """Return all that was written so far."""
        self.seen.clear()
        os.write(self.number, self.mark)
        self.seen.wait(_SYNC_SECONDS)
        text, self.buffer = bytes(self.buffer), bytearray()
        return text.decode("utf-8", "replace")


def prepare_shell() -> ZMQInteractiveShell:
    """Return the shell of this process; make it if there is none.

    Notes
    -----
    A process that forks may make it beforehand: every fork then has a fresh copy, at no cost.
    """
    if ZMQInteractiveShell.initialized():
        return ZMQInteractiveShell.instance()
    # A history would be a file that all processes share, and a thread.
    config = Config({"HistoryManager": {"enabled": False}})
    shell = ZMQInteractiveShell.instance(
        config=config, kernel=SimpleNamespace(eventloop=None), compiler_class=XCachingCompiler
    )
    _hook(shell).session = _publisher(shell).session = _Session()
    return shell


def _hook(shell: ZMQInteractiveShell) -> ZMQShellDisplayHook:
    return cast("ZMQShellDisplayHook", shell.displayhook)


def _publisher(shell: ZMQInteractiveShell) -> ZMQDisplayPublisher:
    return cast("ZMQDisplayPublisher", shell.display_pub)


class Shell:
    """Runs cells one after another; takes over the standard streams of the process, which ends with it."""

    def __init__(self) -> None:
        self.emit: Emit | None = None
        self.in_cell = False
        self.shell = prepare_shell()
        self.session = cast("_Session", _hook(self.shell).session)
        self.session.emit = self._in_order
        self.streams = [
            _Stream(name, number, self._hand_over, self.session, self._heard)
            for name, number in (("stdout", 1), ("stderr", 2))
        ]
        self.drains = [_Drain(stream.number) for stream in self.streams]
        sys.stdout, sys.stderr = self.streams
        if "" not in sys.path:
            sys.path.insert(0, "")
        # Whoever forked may have shown a value at a prompt; a shell that finds its mark sets no `_`.
        vars(builtins).pop("_", None)

    def _in_order(self, message: Message) -> None:
        self._flush()
        self._hand_over(message)

    def _hand_over(self, message: Message) -> None:
        if self.emit is None:
            return
        before, self.in_cell = self.in_cell, False
        try:
            self.emit(message)
        finally:
            self.in_cell = before

    def _heard(self) -> bool:
        """Return whether what is written now comes from the notebook.

        Whoever takes the messages may log in this very process, and a notebook that lets everything be logged
        would see that, in messages that are taken and logged in turn.
        """
        return self.in_cell or threading.current_thread() is not threading.main_thread()

    def _flush(self) -> None:
        for stream in self.streams:
            stream.flush()

    def run(self, source: str, emit: Emit) -> Message:
        """Run one cell.

        Parameters
        ----------
        source : str
            As it stands in the notebook, magics included.
        emit : callable
            Called with every message of the cell, as it comes.

        Returns
        -------
        dict
            Content of a kernel's reply: ``status`` is ``"ok"`` or ``"error"``, the latter with ``ename``,
            ``evalue`` and ``traceback``; or ``"aborted"`` if the notebook asked its kernel to end.
        """
        shell = self.shell
        self.emit = emit
        for stream in self.streams:
            stream.kept = 0
        emit(self.session.msg("execute_input", {"execution_count": shell.execution_count}))
        run_cell: Callable[..., Any] = shell.run_cell
        self.in_cell = True
        result = run_cell(source, store_history=True)
        self._flush()
        for stream, drain in zip(self.streams, self.drains, strict=True):
            if text := drain.take():
                stream.write(text)
                stream.flush()
        self.in_cell = False
        if shell.exit_now:
            return {"status": "aborted"}
        if result.success and not shell._last_traceback_during_displayhook:
            return {"status": "ok"}
        error = result.error_before_exec or result.error_in_exec
        return {
            "status": "error",
            "ename": type(error).__name__,
            "evalue": str(error),
            "traceback": shell._last_traceback or [],
        }

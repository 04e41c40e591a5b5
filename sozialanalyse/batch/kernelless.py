"""The papermill engines that execute notebooks without a kernel: in a fork, or in this very process.

A kernel starts anew for every notebook, and imports and computes everything again. A fork has all that its
parent has. Outputs come from the messages of the same shell as a kernel's, through papermill's own client;
so both engines leave the same notebook.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any, Final

from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, NBClientEngine, NotebookExecutionManager, papermill_engines
from papermill.log import logger

from sozialanalyse.batch.environment import ONE_THREAD, PLOT_BACKEND
from sozialanalyse.batch.limits import RUN_MEMORY, can_fork, die_with_parent, kill_group, limit_memory
from sozialanalyse.batch.shell import LANGUAGE, Emit, Message, Shell

__all__ = ["FORK_ENGINE", "IN_PROCESS_ENGINE", "ForkEngine", "InProcessEngine", "register_engines"]

FORK_ENGINE: Final = "sozialanalyse-fork"
IN_PROCESS_ENGINE: Final = "sozialanalyse-in-process"

RunCell = Callable[[str, Emit, int | None], Message]


class _Client(PapermillNotebookClient):  # type: ignore[misc]
    """papermill's client, with something else than a kernel behind it."""

    def __init__(self, manager: NotebookExecutionManager, run_cell: RunCell, **options: Any) -> None:
        super().__init__(manager, record_timing=False, **options)
        self.run_cell = run_cell

    def execute(self) -> None:
        """Execute all cells up to the first that fails."""
        self.reset_execution_trackers()
        self.papermill_execute_cells()
        self.nb.metadata["language_info"] = dict(LANGUAGE)

    def execute_cell(self, cell: NotebookNode, cell_index: int) -> NotebookNode:
        """Execute one cell as nbclient does, but for the times that it notes."""
        tags = cell.metadata.get("tags", [])
        if cell.cell_type != "code" or not cell.source.strip() or self.skip_cells_with_tag in tags:
            return cell
        cell.outputs = []
        self.clear_before_next_output = False

        def take(message: Message) -> None:
            self.process_message(message, cell, cell_index)

        reply = self.run_cell(cell.source, take, self.timeout)
        if reply["status"] == "aborted":
            raise DeadKernelError("Kernel died")
        allowed = self.allow_errors or "raises-exception" in tags
        if reply["status"] == "error" and not allowed:
            raise CellExecutionError.from_cell_and_msg(cell, reply)
        return cell


class InProcessEngine(Engine):  # type: ignore[misc]
    """Executes in this very process, which is good for one notebook only: the batch forks around it."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, *_kernel: str, **_options: Any
    ) -> None:
        """Execute all cells; without a kernel, none of the options that concern one matters."""
        shell = Shell()

        def run_cell(source: str, take: Emit, _timeout: int | None) -> Message:
            return shell.run(source, take)

        _Client(nb_man, run_cell).execute()


class ForkEngine(Engine):  # type: ignore[misc]
    """Executes in a fork; where there is none, stock papermill does."""

    @classmethod
    def execute_notebook(cls, nb: NotebookNode, kernel_name: str, **options: Any) -> NotebookNode:
        """Fork, then let papermill begin: its progress bar starts a thread, which a fork must not see."""
        if not can_fork():
            logger.warning(
                f"{FORK_ENGINE}: Dieses Betriebssystem kann Prozesse nicht sicher verzweigen; "
                "das Notebook läuft mit der gewöhnlichen Engine von papermill."
            )
            stock: NotebookNode = NBClientEngine.execute_notebook(nb, kernel_name, **options)
            return stock
        fork = _fork(options.pop("memory", RUN_MEMORY))
        try:
            executed: NotebookNode = super().execute_notebook(nb, kernel_name, fork=fork, **options)
            return executed
        finally:
            fork.end()

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        *_kernel: str,
        fork: _Fork,
        log_output: bool = False,
        stdout_file: Any = None,
        stderr_file: Any = None,
        execution_timeout: int | None = None,
        **options: Any,
    ) -> None:
        """Execute all cells; `execution_timeout` bounds the seconds of each."""
        settings = {"log_output": log_output, "stdout_file": stdout_file, "stderr_file": stderr_file}
        timeout = execution_timeout or options.get("timeout")
        _Client(nb_man, fork.run, log=logger, timeout=timeout, **settings).execute()


@dataclass(frozen=True, slots=True)
class _Fork:
    """A forked process that runs cells, as seen by its parent."""

    process: Any
    pipe: Connection

    def run(self, source: str, take: Emit, timeout: int | None) -> Message:
        """Let it run a cell, and take its messages as they come."""
        deadline = None if timeout is None else time.monotonic() + timeout
        try:
            self.pipe.send(source)
            while True:
                if (
                    timeout is not None
                    and deadline is not None
                    and not self.pipe.poll(max(0.0, deadline - time.monotonic()))
                ):
                    raise CellTimeoutError.error_from_timeout_and_cell(
                        "Cell execution timed out", timeout, NotebookNode(source=source)
                    )
                kind, message = self.pipe.recv()
                if kind == "reply":
                    reply: Message = message
                    return reply
                take(message)
        except (EOFError, ConnectionError):
            raise DeadKernelError("Kernel died") from None

    def end(self) -> None:
        """Kill it with all that it started."""
        kill_group(self.process.pid)
        self.process.kill()
        self.process.join()
        self.pipe.close()


def _fork(memory: int) -> _Fork:
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, ours, os.getpid(), memory), daemon=False)
    process.start()
    theirs.close()
    return _Fork(process, ours)


def _serve(pipe: Connection, parents_end: Connection, parent: int, memory: int) -> None:
    """Run cells until the parent wants no more; in the fork."""
    parents_end.close()
    os.setpgid(0, 0)
    die_with_parent(parent)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    limit_memory(memory)
    for name, value in {**ONE_THREAD, **PLOT_BACKEND}.items():
        os.environ.setdefault(name, value)
    shell = Shell()
    if "matplotlib" in sys.modules:
        # Imported before the fork, it has looked at the environment already, or found no shell to draw for.
        import_module("IPython.core.pylabtools").activate_matplotlib(os.environ["MPLBACKEND"])
        inline = import_module("matplotlib_inline.backend_inline")
        inline.configure_inline_support(shell.shell, os.environ["MPLBACKEND"])

    def send(message: Message) -> None:
        pipe.send(("message", message))

    while True:
        try:
            source = pipe.recv()
        except EOFError:
            os._exit(0)
        pipe.send(("reply", shell.run(source, send)))


def register_engines() -> None:
    """Make both engines known to papermill in this process, whether or not the package is installed."""
    engines: Mapping[str, type[Engine]] = {FORK_ENGINE: ForkEngine, IN_PROCESS_ENGINE: InProcessEngine}
    for name, engine in engines.items():
        papermill_engines.register(name, engine)

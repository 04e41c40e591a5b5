"""Executing a notebook with papermill: in a kernel of this very interpreter, or in this very process.

An error that reaches a log must not carry a value of the data. So of a foreign exception only the class and
the place are told; the message is kept only of this package's own errors, which never hold one.

papermill takes seconds to import, so it is imported where it is used: in the processes that execute, not in
the one that plans.
"""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from sozialanalyse.batch.environment import KERNEL
from sozialanalyse.batch.runs import NotebookError, Run
from sozialanalyse.errors import SozialanalyseError

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from papermill.exceptions import PapermillExecutionError

__all__ = ["execute_in_process", "execute_with_papermill"]

_LINE: Final = re.compile(r"Cell In ?\[\d+\], line (\d+)")
_LONGEST_SOCKET_PATH: Final = 90
_START_SECONDS: Final = 120
_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")


def execute_with_papermill(run: Run) -> NotebookNode:
    """Execute one run with stock papermill; expects the environment of `prepare_environment`.

    Parameters
    ----------
    run : Run
        What to execute.

    Returns
    -------
    NotebookNode
        The executed notebook, as papermill leaves it.

    Raises
    ------
    NotebookError
        If a cell raises, or the kernel dies. No notebook is kept: a traceback may show values.
    """
    from traitlets.config import Config  # noqa: PLC0415

    return _execute(
        run,
        start_timeout=_START_SECONDS,
        shutdown_kernel="immediate",
        config=Config(_connection(os.environ)),
    )


def execute_in_process(run: Run) -> NotebookNode:
    """Execute one run in this process, which is good for one run only; see `execute_with_papermill`.

    Everything that this process has imported and computed is there for the notebook.

    Parameters
    ----------
    run : Run
        What to execute.

    Returns
    -------
    NotebookNode
        The same as from a kernel.

    Raises
    ------
    NotebookError
        As above.
    """
    from sozialanalyse.batch.kernelless import IN_PROCESS_ENGINE, register_engines  # noqa: PLC0415

    register_engines()
    return _execute(run, engine_name=IN_PROCESS_ENGINE)


def _execute(run: Run, **options: object) -> NotebookNode:
    import papermill  # noqa: PLC0415
    from nbclient.exceptions import DeadKernelError  # noqa: PLC0415
    from papermill.exceptions import PapermillExecutionError  # noqa: PLC0415

    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    try:
        executed: NotebookNode = papermill.execute_notebook(
            run.path,
            None,
            parameters=dict(run.parameters),
            kernel_name=KERNEL,
            language="python",
            progress_bar=False,
            log_output=False,
            **options,
        )
    except PapermillExecutionError as error:
        raise NotebookError(_describe(error, run)) from None
    except DeadKernelError:
        raise NotebookError(
            "Der Python-Prozess des Notebooks ist abgebrochen, meist aus Mangel an Arbeitsspeicher. "
            "Bitte mit weniger Prozessen (--jobs) wiederholen."
        ) from None
    _require_end(executed, run)
    return executed


def _require_end(executed: NotebookNode, run: Run) -> None:
    """Refuse a notebook that left early by ``sys.exit(0)``: papermill takes the half page for a whole one."""
    for index, cell in enumerate(executed.cells):
        for output in cell.get("outputs", ()):
            if output.output_type == "error" and output.ename == "SystemExit":
                raise NotebookError(
                    f"Das Notebook hat sich in Codezelle {_code_cell(index, run)} selbst beendet "
                    "(SystemExit). Bitte den Aufruf von exit entfernen."
                )


def _connection(environment: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Connect by a socket file where there are such: kernels that start at once can draw the same port."""
    path = Path(environment.get("JUPYTER_RUNTIME_DIR", "")) / f"{uuid4().hex[:12]}.json"
    if os.name != "posix" or not path.is_absolute() or len(os.fsencode(path)) > _LONGEST_SOCKET_PATH:
        return {}
    return {"KernelManager": {"transport": "ipc", "connection_file": str(path)}}


def _describe(error: PapermillExecutionError, run: Run) -> str:
    own = error.ename in _names_below(SozialanalyseError)
    lines = _LINE.findall(_COLOUR.sub("", "\n".join(error.traceback)))
    place = f"in Codezelle {_code_cell(error.cell_index, run)}" + (f", Zeile {lines[0]}" if lines else "")
    if own:
        return f"{error.ename} {place}: {error.evalue}"
    return f"{error.ename} {place}. Bitte das Notebook in JupyterLab mit diesem Gebiet ausführen."


def _names_below(base: type[SozialanalyseError]) -> set[str]:
    below = base.__subclasses__()
    return {kind.__name__ for kind in below}.union(*(_names_below(kind) for kind in below))


def _code_cell(index: int, run: Run) -> int:
    """Count code cells as the analyst sees them: without the one that papermill put in."""
    cells = json.loads(run.path.read_text(encoding="utf-8"))["cells"]
    tagged = [number for number, cell in enumerate(cells) if "parameters" in cell["metadata"].get("tags", [])]
    there = index - 1 if tagged and index > tagged[0] else index
    return sum(cell["cell_type"] == "code" for cell in cells[: there + 1])

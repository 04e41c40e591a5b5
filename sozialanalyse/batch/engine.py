"""Executing a notebook with stock papermill, in a kernel of this very interpreter.

An error that reaches a log must not carry a value of the data. So of a foreign exception only the class and
the place are told; the message is kept only of this package's own errors, which never hold one.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from uuid import uuid4

import papermill
from ipykernel.kernelspec import write_kernel_spec
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError, strip_color
from traitlets.config import Config

from sozialanalyse.batch.runs import NotebookError, Run
from sozialanalyse.errors import SozialanalyseError
from sozialanalyse.project import DATA_VARIABLE, PARAMETERS_VARIABLE

__all__ = ["execute_with_papermill", "prepare_environment"]

_KERNEL: Final = "python3"
_LINE: Final = re.compile(r"Cell In ?\[\d+\], line (\d+)")
_LONGEST_SOCKET_PATH: Final = 90
_START_SECONDS: Final = 120


def prepare_environment(workshop: Path, data: Path, parameters: Path) -> dict[str, str]:
    """Write a kernel specification for this interpreter, and return the environment for engines.

    Parameters
    ----------
    workshop : Path
        A folder that lives as long as the batch.
    data, parameters : Path
        The folders that every notebook is to read.

    Returns
    -------
    dict of str
        Variables to set in every process that executes notebooks: the project's folders, a kernel of this
        interpreter, no configuration of the user, a fixed hash seed, and one thread per process, because the
        batch itself is parallel.
    """
    kernels = workshop / "jupyter"
    (kernels / "kernels").mkdir(parents=True)
    write_kernel_spec(kernels / "kernels" / _KERNEL)
    runtime = workshop / "runtime"
    runtime.mkdir(mode=0o700)
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
    return {
        DATA_VARIABLE: str(data.resolve()),
        PARAMETERS_VARIABLE: str(parameters.resolve()),
        "JUPYTER_PATH": str(kernels),
        "JUPYTER_RUNTIME_DIR": str(runtime),
        "JUPYTER_NO_CONFIG": "1",
        "IPYTHONDIR": str(workshop / "ipython"),
        "PYTHONHASHSEED": "0",
        **dict.fromkeys((*threads, "VECLIB_MAXIMUM_THREADS"), "1"),
    }


def execute_with_papermill(run: Run) -> NotebookNode:
    """Execute one run; expects the environment of `prepare_environment`.

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
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    try:
        executed: NotebookNode = papermill.execute_notebook(
            run.path,
            None,
            parameters=dict(run.parameters),
            kernel_name=_KERNEL,
            language="python",
            progress_bar=False,
            log_output=False,
            start_timeout=_START_SECONDS,
            shutdown_kernel="immediate",
            config=_connection(os.environ),
        )
    except PapermillExecutionError as error:
        raise NotebookError(_describe(error, run)) from None
    except DeadKernelError:
        raise NotebookError(
            "Der Python-Prozess des Notebooks ist abgebrochen, meist aus Mangel an Arbeitsspeicher. "
            "Bitte mit weniger Prozessen (--jobs) wiederholen."
        ) from None
    return executed


def _connection(environment: Mapping[str, str]) -> Config:
    """Connect by a socket file where there are such: kernels that start at once can draw the same port."""
    path = Path(environment.get("JUPYTER_RUNTIME_DIR", "")) / f"{uuid4().hex[:12]}.json"
    if os.name != "posix" or not path.is_absolute() or len(os.fsencode(path)) > _LONGEST_SOCKET_PATH:
        return Config()
    return Config({"KernelManager": {"transport": "ipc", "connection_file": str(path)}})


def _describe(error: PapermillExecutionError, run: Run) -> str:
    own = error.ename in _names_below(SozialanalyseError)
    lines = _LINE.findall(strip_color("\n".join(error.traceback)))
    place = f"in Codezelle {_code_cell(error.cell_index, run)}" + (f", Zeile {lines[0]}" if lines else "")
    if own:
        return f"{error.ename} {place}: {error.evalue}"
    return f"{error.ename} {place}. Bitte das Notebook in JupyterLab mit diesem Gebiet ausführen."


def _names_below(base: type[SozialanalyseError]) -> set[str]:
    below = base.__subclasses__()
    return {kind.__name__ for kind in below}.union(*(_names_below(kind) for kind in below))


def _code_cell(index: int, run: Run) -> int:
    """Count code cells as the analyst sees them: without the one that papermill put in."""
    cells = papermill.iorw.load_notebook_node(str(run.path)).cells
    kinds = [cell.cell_type for cell in cells]
    tagged = [number for number, cell in enumerate(cells) if "parameters" in cell.metadata.tags]
    before = index - 1 if tagged and index > tagged[0] + 1 else index
    return kinds[: before + 1].count("code")

"""What a process needs around it to execute notebooks the same way on every machine."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sozialanalyse.project import DATA_VARIABLE, PARAMETERS_VARIABLE

__all__ = ["KERNEL", "ONE_THREAD", "PLOT_BACKEND", "open_workshop", "prepare_environment"]

KERNEL: Final = "python3"
"""Name of the kernel that `prepare_environment` writes."""

_THREADS: Final = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
ONE_THREAD: Final[Mapping[str, str]] = {
    **dict.fromkeys(_THREADS, "1"),
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}
"""Variables that let numerical libraries start no threads: the batch itself is parallel, and it forks."""

PLOT_BACKEND: Final[Mapping[str, str]] = {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}
"""What a kernel sets, so that figures of notebooks become outputs."""


@contextmanager
def open_workshop(data: Path, parameters: Path) -> Iterator[tuple[dict[str, str], str]]:
    """Have a folder outside the project for a while; give the environment for engines, and where they work.

    Parameters
    ----------
    data, parameters : Path
        The folders that every notebook is to read.
    """
    with tempfile.TemporaryDirectory(prefix="sozialanalyse-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        work = folder / "work"
        work.mkdir()
        yield prepare_environment(folder, data, parameters), str(work)


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
        interpreter, no configuration of the user, one time zone and language, a fixed hash seed, and one
        thread per process, because the batch itself is parallel.
    """
    kernel = workshop / "jupyter" / "kernels" / KERNEL
    kernel.mkdir(parents=True)
    specification = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Python 3",
        "language": "python",
    }
    (kernel / "kernel.json").write_text(json.dumps(specification), encoding="utf-8")
    runtime = workshop / "runtime"
    runtime.mkdir(mode=0o700)
    return {
        DATA_VARIABLE: str(data.resolve()),
        PARAMETERS_VARIABLE: str(parameters.resolve()),
        "JUPYTER_PATH": str(kernel.parents[1]),
        "JUPYTER_RUNTIME_DIR": str(runtime),
        "JUPYTER_NO_CONFIG": "1",
        "IPYTHONDIR": str(workshop / "ipython"),
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
        **ONE_THREAD,
        **PLOT_BACKEND,
    }

"""What the parent of forks has ready: every import, and the data read, checked, computed and protected."""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection

from sozialanalyse.batch.limits import die_with_parent
from sozialanalyse.batch.page import Job

__all__ = ["warm_up"]

_ARGUMENTS = ("data_dir", "parameters_dir", "year")


def warm_up(jobs: Sequence[Job]) -> None:
    """Import and compute what the notebooks of these jobs will ask for.

    Parameters
    ----------
    jobs : sequence of Job
        What will run. Notebooks hand their parameters ``data_dir``, ``parameters_dir`` and ``year`` on to
        `load_analysis`; so each different choice of these is computed once.

    Notes
    -----
    Reading starts threads, and a process with threads must not fork. So the computing is done in a fork of
    its own, at the same time as the remaining imports, and comes back through a pipe.

    What fails or warns here is not kept: then every notebook does it itself, and shows what it has to show.
    """
    # Each takes long to import, and this is the process that has the time.
    from sozialanalyse import analysis, report  # noqa: F401, PLC0415

    choices = {tuple(_argument(job, name) for name in _ARGUMENTS) for job in jobs}
    context = get_context("fork")
    source, target = context.Pipe(duplex=False)
    helper = context.Process(target=_compute, args=(target, sorted(choices), os.getpid()), daemon=True)
    helper.start()
    target.close()
    _import_tools()
    try:
        while True:
            data_dir, parameters_dir, year, result = source.recv()
            analysis.keep_analysis(result, data_dir, parameters_dir, year=year)
    except EOFError:
        helper.join()


def _argument(job: Job, name: str) -> str:
    value = job.run.parameters.get(name, "latest" if name == "year" else "")
    return value if isinstance(value, str) else ""


def _compute(target: Connection, choices: Sequence[tuple[str, ...]], parent: int) -> None:
    from sozialanalyse.analysis import load_analysis  # noqa: PLC0415 - imported before the fork

    die_with_parent(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for data_dir, parameters_dir, year in choices:
        with warnings.catch_warnings(record=True) as noticed:
            try:
                result = load_analysis(data_dir, parameters_dir, year=year)
            except Exception:  # noqa: BLE001, S112 - the notebook that needs it meets the same, and reports it
                continue
        if not noticed:
            target.send((data_dir, parameters_dir, year, result))
    target.close()
    os._exit(0)


def _import_tools() -> None:
    import nbconvert  # noqa: F401, PLC0415
    import papermill  # noqa: F401, PLC0415

    from sozialanalyse.batch.kernelless import register_engines  # noqa: PLC0415
    from sozialanalyse.batch.shell import prepare_shell  # noqa: PLC0415
    from sozialanalyse.site.frame import fill  # noqa: F401, PLC0415

    register_engines()
    prepare_shell()

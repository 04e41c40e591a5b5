"""What the parent of forks has ready: every import, and the data read, checked, computed and protected."""

from __future__ import annotations

import os
import signal
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from sozialanalyse.batch.limits import die_with_parent
from sozialanalyse.batch.page import Job
from sozialanalyse.batch.requests import STUDIES, Choice, Request, requests_of

if TYPE_CHECKING:
    from sozialanalyse.report.view import Analysis

__all__ = ["warm_up"]


def warm_up(jobs: Sequence[Job]) -> None:
    """Import and compute what the notebooks of these jobs will ask for.

    Parameters
    ----------
    jobs : sequence of Job
        What will run. Each different choice of data, rules and year is computed once, and each study that
        more than one of them asks for.

    Notes
    -----
    Reading starts threads, and a process with threads must not fork. So that is done in a fork of its own, at
    the same time as the remaining imports, and comes back through a pipe. Studies start none.

    What fails or warns here is not kept: then every notebook does it itself, and shows what it has to show.
    """
    # Each takes long to import, and this is the process that has the time.
    from sozialanalyse import analysis, report  # noqa: F401, PLC0415
    from sozialanalyse.batch.trace import prepare_traces  # noqa: PLC0415
    from sozialanalyse.project import chosen_folder  # noqa: PLC0415

    asked = [requests_of(job.run) for job in jobs]
    choices = sorted({choice for choice, _ in asked})
    context = get_context("fork")
    source, target = context.Pipe(duplex=False)
    helper = context.Process(target=_compute, args=(target, choices, os.getpid()), daemon=True)
    helper.start()
    target.close()
    _import_tools()
    ready: dict[Choice, Analysis] = {}
    try:
        while True:
            choice, result = source.recv()
            data_dir, parameters_dir, year = choice
            analysis.keep_analysis(result, data_dir, parameters_dir, year=year)
            ready[choice] = result
    except EOFError:
        helper.join()
    counted = Counter(request for _, requests in asked for request in requests)
    shared = sorted(request for request, count in counted.items() if count > 1)
    prepare_traces(
        {str(choice): result for choice, result in ready.items()} | _studies(shared, ready),
        [str(chosen_folder("data", choice[0])) for choice in ready],
    )


def _compute(target: Connection, choices: Sequence[Choice], parent: int) -> None:
    from sozialanalyse.analysis import load_analysis  # noqa: PLC0415 - imported before the fork

    die_with_parent(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for choice in choices:
        data_dir, parameters_dir, year = choice
        with warnings.catch_warnings(record=True) as noticed:
            try:
                result = load_analysis(data_dir, parameters_dir, year=year)
            except Exception:  # noqa: BLE001, S112 - the notebook that needs it meets the same, and reports it
                continue
        if not noticed:
            target.send((choice, result))
    target.close()
    os._exit(0)


def _studies(requests: Sequence[Request], ready: Mapping[Choice, Analysis]) -> dict[str, object]:
    """Make studies, which remember themselves, and return them by a name."""
    made: dict[str, object] = {}
    for request in requests:
        if request.choice not in ready:
            continue
        study = getattr(import_module(STUDIES[request.function]), request.function)
        with warnings.catch_warnings():
            # A study that warns is not remembered, and so warns on every page that asks for it.
            warnings.simplefilter("error")
            try:
                made[str(request)] = study(ready[request.choice], *request.arguments)
            except Exception:  # noqa: BLE001, S112 - as above
                continue
    return made


def _import_tools() -> None:
    import nbconvert  # noqa: F401, PLC0415
    import papermill  # noqa: F401, PLC0415

    from sozialanalyse.batch.kernelless import register_engines  # noqa: PLC0415
    from sozialanalyse.batch.shell import prepare_shell  # noqa: PLC0415
    from sozialanalyse.site.frame import fill  # noqa: F401, PLC0415

    for module in STUDIES.values():
        import_module(module)
    register_engines()
    prepare_shell()

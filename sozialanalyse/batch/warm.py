"""What the parent of forks has ready: every import, and the data read, checked, computed and protected."""

from __future__ import annotations

import os
import pickle
import signal
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from sozialanalyse.batch.handover import Store
from sozialanalyse.batch.limits import die_with_parent
from sozialanalyse.batch.page import Job
from sozialanalyse.batch.requests import STUDIES, Choice, Request, modules_of, requests_of
from sozialanalyse.batch.studies import make_studies
from sozialanalyse.imports import left_out

if TYPE_CHECKING:
    from sozialanalyse.dataset.schema import Dataset
    from sozialanalyse.report.view import Analysis

__all__ = ["Known", "begin_imports", "warm_up"]

_SLOW_AND_NEEDLESS: Final = "rfc3987_syntax"
"""Builds a grammar for seconds when imported; jsonschema does without, and no notebook's form needs it."""


@dataclass(frozen=True, slots=True)
class Known:
    """A dataset that whoever plans the batch has read already.

    Attributes
    ----------
    data, parameters : Path
        The folders that it was read with, absolute and without links.
    dataset : bytes
        The pickled dataset: only the process that computes unpacks it.
    """

    data: Path
    parameters: Path
    dataset: bytes

    @classmethod
    def of(cls, data: Path, parameters: Path, dataset: Dataset) -> Self:
        """Pack a dataset."""
        packed = pickle.dumps(dataset, protocol=pickle.HIGHEST_PROTOCOL)
        return cls(data.resolve(), parameters.resolve(), packed)


def begin_imports() -> Iterator[None]:
    """Import step by step what notebooks of any project need; the analysis and its studies come first."""
    for module in ("sozialanalyse.analysis", *sorted(STUDIES.values()), "sozialanalyse.report"):
        import_module(module)
        yield
    yield from _import_tools()


def warm_up(jobs: Sequence[Job], known: Known | None = None) -> None:
    """Import and compute what the notebooks of these jobs will ask for.

    Parameters
    ----------
    jobs : sequence of Job
        What will run. Each different choice of data, rules and year is computed once, and each study that
        more than one of them asks for; for a single one all its studies, because there is the time.
    known : Known, optional
        The dataset, if it is at hand.

    Notes
    -----
    Reading starts threads, and a process with threads must not fork. So all is computed in a fork of its own,
    at the same time as the remaining imports, and comes back through a file that is mapped.

    What fails or warns here is not kept: then every notebook does it itself, and shows what it has to show.
    """
    # Takes long to import, and this is the process that has the time.
    from sozialanalyse import analysis  # noqa: PLC0415
    from sozialanalyse.batch.trace import prepare_traces  # noqa: PLC0415
    from sozialanalyse.project import chosen_folder  # noqa: PLC0415

    asked = [requests_of(job.run) for job in jobs]
    choices = sorted({choice for choice, _ in asked})
    counted = Counter(request for _, requests in asked for request in requests)
    fewest = min(2, len(jobs))
    studies = sorted(request for request, count in counted.items() if count >= fewest)
    for request in studies:
        import_module(STUDIES[request.function])
    context = get_context("fork")
    source, target = context.Pipe(duplex=False)
    store = Store()
    arguments = target, store, choices, studies, known, os.getpid()
    helper = context.Process(target=_compute, args=arguments)
    helper.start()
    target.close()
    for _ in _import_tools():
        continue
    for name in sorted({name for path in {job.run.path for job in jobs} for name in modules_of(path)}):
        # A name that is no module is one in a module.
        with suppress(ImportError):
            import_module(name)
    _rehearse()
    ready: dict[str, object] = {}
    folders: list[str] = []
    try:
        while True:
            choice, packed = source.recv()
            result, made = store.take(packed)
            data_dir, parameters_dir, year = choice
            analysis.keep_analysis(result, data_dir, parameters_dir, year=year)
            ready |= {str(choice): result} | made
            folders.append(str(chosen_folder("data", data_dir)))
    except EOFError:
        helper.join()
    finally:
        store.file.close()
    prepare_traces(ready, folders)


def _compute(
    target: Connection,
    store: Store,
    choices: Sequence[Choice],
    studies: Sequence[Request],
    known: Known | None,
    parent: int,
) -> None:
    die_with_parent(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for choice in choices:
        with warnings.catch_warnings(record=True) as noticed:
            try:
                result = _analysis(choice, known)
            except Exception:  # noqa: BLE001, S112 - the notebook that needs it meets the same, and reports it
                continue
        if not noticed:
            # Kept with the analysis: otherwise every fork would make them for all areas anew.
            _ = result.entries, result.parts
            made = make_studies([request for request in studies if request.choice == choice], result)
            target.send((choice, store.put((result, made))))
    target.close()
    os._exit(0)


def _analysis(choice: Choice, known: Known | None) -> Analysis:
    """Return what `load_analysis` returns, but without reading again what is known."""
    from sozialanalyse.analysis import analyse, load_analysis  # noqa: PLC0415 - imported before the fork
    from sozialanalyse.parameters import read_parameters  # noqa: PLC0415
    from sozialanalyse.project import chosen_folder  # noqa: PLC0415

    data_dir, parameters_dir, year = choice
    data, parameters = chosen_folder("data", data_dir), chosen_folder("parameters", parameters_dir)
    if known is None or (data.resolve(), parameters.resolve()) != (known.data, known.parameters):
        return load_analysis(data_dir, parameters_dir, year=year)
    dataset: Dataset = pickle.loads(known.dataset)  # noqa: S301 - packed by whoever started this process
    return analyse(dataset, replace(read_parameters(parameters), year=year))


def _import_tools() -> Iterator[None]:
    with left_out(_SLOW_AND_NEEDLESS):
        import nbformat  # noqa: F401, PLC0415
    yield
    import nbconvert.exporters  # noqa: F401, PLC0415

    yield
    import papermill  # noqa: F401, PLC0415

    yield
    from sozialanalyse.batch import audit  # noqa: F401, PLC0415
    from sozialanalyse.batch.kernelless import register_engines  # noqa: PLC0415
    from sozialanalyse.batch.shell import prepare_shell  # noqa: PLC0415
    from sozialanalyse.site import render  # noqa: F401, PLC0415

    register_engines()
    prepare_shell()
    yield


def _rehearse() -> None:
    """Render and read a page of nothing: what is compiled and drawn for it is ready in every fork."""
    from nbformat import reads, writes  # noqa: PLC0415 - imported before
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output  # noqa: PLC0415

    from sozialanalyse.batch.audit import read_file  # noqa: PLC0415
    from sozialanalyse.report.lettering import prepare_letters  # noqa: PLC0415
    from sozialanalyse.report.numbers import format_number  # noqa: PLC0415
    from sozialanalyse.site.frame import Navigation, Provenance  # noqa: PLC0415
    from sozialanalyse.site.render import render_page  # noqa: PLC0415

    prepare_letters()
    output = new_output("display_data", {"text/html": "<table><caption>Tabelle</caption></table>"})
    cells = [
        new_markdown_cell(f"# Titel\n\n- *{format_number(1234.5, 1)}*\n\n## Teil"),
        new_code_cell("1", outputs=[output]),
        new_markdown_cell("## Teil"),
    ]
    notebook = reads(writes(new_notebook(cells=cells)), as_version=4)
    page = render_page(notebook, "probe", Provenance("", "", ""), Navigation("", ""))
    read_file("probe.html", page.html.encode())

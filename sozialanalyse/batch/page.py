"""The work of one worker process: execute a run, clean it, render it, read it. Nothing is written here."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sozialanalyse.batch.cache import Trace
from sozialanalyse.batch.clean import clean_notebook
from sozialanalyse.batch.runs import Engine, Run
from sozialanalyse.errors import SozialanalyseError
from sozialanalyse.site.frame import Navigation, Provenance

if TYPE_CHECKING:
    from sozialanalyse.batch.audit import Reading

__all__ = ["Failure", "Job", "Kept", "Page", "Result", "make_page", "render_again"]


@dataclass(frozen=True, slots=True)
class Job:
    """A run with what its page says around the notebook's content.

    Attributes
    ----------
    run : Run
        The run.
    provenance : Provenance
        Of the dataset.
    navigation : Navigation
        Links to other pages.
    trace : Trace or None
        What the page that is there was made from, if all else is the same: it may still hold.
    """

    run: Run
    provenance: Provenance
    navigation: Navigation
    trace: Trace | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A finished page.

    Attributes
    ----------
    html, ipynb : bytes
        The files.
    remarks : tuple of str
        Warnings and hindrances, for the summary.
    seconds : float
        How long it took.
    trace : Trace or None
        What it was made from; None if it depends on the whole dataset.
    readings : mapping from str to Reading
        What the audit reads in the files, by their paths below the output folder.
    """

    html: bytes
    ipynb: bytes
    remarks: tuple[str, ...]
    seconds: float
    trace: Trace | None = None
    readings: Mapping[str, Reading] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failure:
    """A run without a page; the German message holds no data value."""

    message: str
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Kept:
    """The page that is there would come out the same from new data."""


Result = Page | Failure | Kept


def make_page(job: Job, *, engine: Engine) -> Result:
    """Execute and render one run, unless its page would come out the same.

    Parameters
    ----------
    job : Job
        What to make.
    engine : Engine
        What executes the notebook.

    Returns
    -------
    Page, Failure or Kept
        A failure for every error that this package raises on purpose.
    """
    import nbformat  # noqa: PLC0415 - takes seconds, which the planning process shall not wait

    from sozialanalyse.batch.audit import read_file  # noqa: PLC0415
    from sozialanalyse.batch.trace import still_true, traced  # noqa: PLC0415
    from sozialanalyse.site.render import render_page  # noqa: PLC0415

    if job.trace is not None and still_true(job.trace):
        return Kept()
    start = time.monotonic()
    try:
        with traced() as recorder:
            executed = engine(job.run)
        trace = None if recorder is None else recorder.trace()
        notebook, warnings = clean_notebook(executed)
        rendered = render_page(notebook, job.run.notebook, job.provenance, job.navigation)
    except SozialanalyseError as error:
        return Failure(str(error), time.monotonic() - start)
    html, ipynb = rendered.html.encode(), f"{nbformat.writes(notebook, version=4)}\n".encode()
    remarks = (*warnings, *rendered.remarks)
    files = {job.run.html: html, job.run.ipynb: ipynb}
    readings = {name: read_file(name, content) for name, content in files.items()}
    return Page(html, ipynb, remarks, time.monotonic() - start, trace, readings)


def render_again(job: Job, ipynb: bytes) -> bytes:
    """Render an executed notebook anew, because the links of its page have changed.

    Parameters
    ----------
    job : Job
        With the new links.
    ipynb : bytes
        The executed notebook as `make_page` returned it.

    Returns
    -------
    bytes
        The page.
    """
    import nbformat  # noqa: PLC0415 - as above

    from sozialanalyse.site.render import render_page  # noqa: PLC0415

    notebook = nbformat.reads(ipynb.decode(), as_version=4)
    return render_page(notebook, job.run.notebook, job.provenance, job.navigation).html.encode()

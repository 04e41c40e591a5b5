"""The work of one worker process: execute a run, clean it, render it. Nothing is written here."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sozialanalyse.batch.clean import clean_notebook
from sozialanalyse.batch.runs import Engine, Run
from sozialanalyse.errors import SozialanalyseError
from sozialanalyse.site.frame import Provenance
from sozialanalyse.site.render import Navigation, render_page

__all__ = ["Failure", "Job", "Page", "make_page", "render_again"]


@dataclass(frozen=True, slots=True)
class Job:
    """A run with what its page says around the notebook's content."""

    run: Run
    provenance: Provenance
    navigation: Navigation


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
    """

    html: bytes
    ipynb: bytes
    remarks: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Failure:
    """A run without a page; the German message holds no data value."""

    message: str
    seconds: float = 0.0


def make_page(job: Job, *, engine: Engine) -> Page | Failure:
    """Execute and render one run.

    Parameters
    ----------
    job : Job
        What to make.
    engine : Engine
        What executes the notebook.

    Returns
    -------
    Page or Failure
        A failure for every error that this package raises on purpose.
    """
    import nbformat  # noqa: PLC0415 - takes seconds, which the planning process shall not wait

    start = time.monotonic()
    try:
        notebook, warnings = clean_notebook(engine(job.run))
        rendered = render_page(notebook, job.run.notebook, job.provenance, job.navigation)
    except SozialanalyseError as error:
        return Failure(str(error), time.monotonic() - start)
    ipynb = nbformat.writes(notebook, version=4) + "\n"
    return Page(
        rendered.html.encode(), ipynb.encode(), (*warnings, *rendered.remarks), time.monotonic() - start
    )


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

    notebook = nbformat.reads(ipynb.decode(), as_version=4)
    return render_page(notebook, job.run.notebook, job.provenance, job.navigation).html.encode()

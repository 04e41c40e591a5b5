"""A batch from beginning to end: work through the runs, write, link, record."""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from sozialanalyse import __version__
from sozialanalyse.batch.engine import execute_with_papermill
from sozialanalyse.batch.environment import prepare_environment
from sozialanalyse.batch.executors import Executor, Lost
from sozialanalyse.batch.links import AreaTree, area_tree, index_sections, navigation_of, provenance_of
from sozialanalyse.batch.manifest import (
    Entry,
    intact,
    read_manifest,
    remove_outputs,
    write_final,
    write_manifest,
)
from sozialanalyse.batch.page import Failure, Job, Page, make_page, render_again
from sozialanalyse.batch.project import Project
from sozialanalyse.batch.recipe import parameters_digest
from sozialanalyse.batch.runs import Engine, Key, Run
from sozialanalyse.batch.summary import Summary, summary_lines
from sozialanalyse.errors import RunError
from sozialanalyse.site.index_page import render_index

__all__ = ["Listener", "run_batch"]

_INDEX: Final = "index.html"
_LOG: Final = "protokoll.txt"
_REPEAT: Final = "Bitte den Lauf für dieses Gebiet wiederholen."
_LOST: Final[Mapping[str, str]] = {
    "died": "Der Prozess ist abgebrochen, meist aus Mangel an Arbeitsspeicher. "
    "Bitte mit weniger Prozessen (--jobs) wiederholen.",
    "timeout": f"Der Lauf hat die Zeitgrenze überschritten und wurde beendet. {_REPEAT}",
}


class Listener(Protocol):
    """Whoever wants to know how far a batch is."""

    def started(self, total: int) -> None:
        """Take note of the number of runs."""
        ...

    def finished(self, run: Run, result: Page | Failure) -> None:
        """Take note of a finished run."""
        ...


def run_batch(
    project: Project,
    runs: Sequence[Run],
    out: Path,
    *,
    executor: Executor,
    listener: Listener,
    engine: Engine = execute_with_papermill,
) -> Summary:
    """Make the pages of some runs, the index page and the record.

    Parameters
    ----------
    project : Project
        With the plan that the runs come from.
    runs : sequence of Run
        What to make; pages of other runs of the plan stay as they are, pages that are no longer planned go.
    out : Path
        The output folder; made if need be.
    executor : Executor
        What works through the runs.
    listener : Listener
        Told of every finished run.
    engine : Engine
        What executes notebooks.

    Returns
    -------
    Summary
        Of these runs; a failed one never stops the others.

    Raises
    ------
    RunError
        If the output folder cannot be made, or its record is damaged.
    """
    batch = _Batch(project, out)
    listener.started(len(runs))
    pages = batch.pages_with(runs)
    tree, provenance = batch.tree, provenance_of(project.dataset)
    tasks = [Job(run, provenance, navigation_of(run, tree, pages)) for run in runs]
    try:
        with closing(_results(project, tasks, executor, engine)) as results:
            for job, result in results:
                listener.finished(job.run, batch.store(job.run, result))
        batch.relink(tasks)
    finally:
        summary = batch.record(runs)
    return summary


def _results(
    project: Project, tasks: Sequence[Job], executor: Executor, engine: Engine
) -> Generator[tuple[Job, Page | Failure], None, None]:
    with tempfile.TemporaryDirectory(prefix="sozialanalyse-", ignore_cleanup_errors=True) as name:
        workshop = Path(name)
        (workshop / "work").mkdir()
        environment = prepare_environment(workshop, project.data, project.parameters)
        work = partial(make_page, engine=engine)
        results = executor(work, tasks, environment=environment, folder=str(workshop / "work"))
        with closing(results):
            for index, result in results:
                if isinstance(result, Lost):
                    text = _LOST.get(result.cause, f"{result.detail} außerhalb des Notebooks. {_REPEAT}")
                    yield tasks[index], Failure(text)
                else:
                    yield tasks[index], result


class _Batch:
    """The output folder while a batch goes on: what lay there, what came, what must go."""

    def __init__(self, project: Project, out: Path) -> None:
        self.project = project
        self.out = out
        self.tree: AreaTree = area_tree(project.dataset)
        self._require_folder()
        former = read_manifest(out)
        planned = {run.key: run for run in project.plan.runs}
        self.planned = planned
        self.stale = [entry for key, entry in former.items() if key not in planned]
        self.former = {key: entry for key, entry in former.items() if key in planned}
        self.entries = {key: entry for key, entry in self.former.items() if intact(out, entry)}
        self.done: set[Key] = set()
        self.inputs = {
            name: {
                "dataset": project.dataset.fingerprint,
                "notebook": notebook.digest,
                "parameters": parameters_digest(project.parameters, name),
                "sozialanalyse": __version__,
            }
            for name, notebook in project.plan.notebooks.items()
        }

    def _require_folder(self) -> None:
        try:
            self.out.mkdir(parents=True, exist_ok=True)
        except OSError:
            raise RunError(
                f"Der Ausgabeordner »{self.out.name}« lässt sich nicht anlegen. "
                "Bitte mit --out einen anderen Ordner wählen oder die Rechte prüfen."
            ) from None

    def pages_with(self, runs: Sequence[Run]) -> dict[Key, Run]:
        """Return the runs that have a page, if these succeed."""
        keys = {key for key, entry in self.entries.items() if entry.status == "rendered"}
        keys |= {run.key for run in runs}
        return {key: run for key, run in self.planned.items() if key in keys}

    def store(self, run: Run, result: Page | Failure) -> Page | Failure:
        """Write a page, or remove the one of an earlier batch: it would pass for the new one."""
        outputs: dict[str, str] = {}
        try:
            if isinstance(result, Page):
                outputs[run.ipynb] = write_final(self.out / run.ipynb, result.ipynb)
                outputs[run.html] = write_final(self.out / run.html, result.html)
            elif run.key in self.former:
                remove_outputs(self.out, self.former[run.key])
        except OSError as error:
            result = Failure(
                f"Die Dateien ließen sich nicht schreiben ({type(error).__name__}). "
                "Bitte Speicherplatz und Rechte prüfen und geöffnete Seiten schließen."
            )
        inputs = self.inputs[run.notebook]
        if isinstance(result, Page):
            entry = Entry(
                run.notebook,
                run.area_id,
                "rendered",
                run.parameters,
                inputs,
                outputs,
                result.remarks,
                variant=run.variant,
            )
        else:
            entry = Entry(
                run.notebook,
                run.area_id,
                "failed",
                run.parameters,
                inputs,
                failure=result.message,
                variant=run.variant,
            )
        self.entries[run.key] = entry
        self.done.add(run.key)
        return result

    def relink(self, jobs: Sequence[Job]) -> None:
        """Render pages anew whose neighbours failed, or came to be, after the page was made."""
        pages = self.pages_with(())
        known = {job.run.key: job for job in jobs}
        provenance = provenance_of(self.project.dataset)
        earlier = {key: self.planned[key] for key, entry in self.former.items() if entry.status == "rendered"}
        for key, run in pages.items():
            entry = self.entries[key]
            if entry.inputs["dataset"] != self.project.dataset.fingerprint:
                continue
            made_with = known[key].navigation if key in known else navigation_of(run, self.tree, earlier)
            navigation = navigation_of(run, self.tree, pages)
            if navigation != made_with:
                html = render_again(Job(run, provenance, navigation), (self.out / run.ipynb).read_bytes())
                outputs = {**entry.outputs, run.html: write_final(self.out / run.html, html)}
                self.entries[key] = replace(entry, outputs=outputs)

    def record(self, runs: Sequence[Run]) -> Summary:
        """Remove stale pages, write index page, record and log, and sum up."""
        for entry in self.stale:
            remove_outputs(self.out, entry)
        dataset, plan = self.project.dataset, self.project.plan
        entries = {key: self.entries[key] for key in self.planned if key in self.entries}
        sections = index_sections(plan, self.tree, entries, self.inputs)
        write_final(self.out / _INDEX, render_index(sections, provenance_of(dataset)).encode())
        facts = {
            "name": dataset.name,
            "title": dataset.title,
            "fingerprint": dataset.fingerprint,
            "synthetic": dataset.synthetic,
        }
        write_manifest(self.out, facts, entries.values())
        summary = Summary(
            tuple((run, self.entries[run.key]) for run in runs if run.key in self.done),
            dict(plan.skipped),
            unfinished=len(runs) - len(self.done),
        )
        write_final(self.out / _LOG, "".join(f"{line}\n" for line in summary_lines(summary)).encode())
        return summary

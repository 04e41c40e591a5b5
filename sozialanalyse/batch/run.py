"""A batch from beginning to end: work through the runs, write, link, record."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from sozialanalyse import __version__
from sozialanalyse.batch.cache import (
    Cache,
    Made,
    Planned,
    Trace,
    code_digest,
    read_cache,
    run_digest,
    whole_digest,
    write_cache,
)
from sozialanalyse.batch.crate import write_crate
from sozialanalyse.batch.engine import execute_with_papermill
from sozialanalyse.batch.environment import open_workshop
from sozialanalyse.batch.executors import Executor, Lost
from sozialanalyse.batch.journal import end_journal, read_journal, write_journal
from sozialanalyse.batch.links import AreaTree, area_tree, index_sections, navigation_of, provenance_of
from sozialanalyse.batch.lock import locked
from sozialanalyse.batch.log import Log, open_log
from sozialanalyse.batch.manifest import (
    MANIFEST,
    Entry,
    intact,
    read_manifest,
    remove_outputs,
    write_final,
    write_manifest,
)
from sozialanalyse.batch.page import Failure, Job, Kept, Page, Result, make_page, render_again
from sozialanalyse.batch.project import Project
from sozialanalyse.batch.recipe import parameters_digest
from sozialanalyse.batch.runs import Engine, Key, Run
from sozialanalyse.batch.summary import Summary, summary_lines
from sozialanalyse.errors import RunError
from sozialanalyse.site.index_page import render_index

if TYPE_CHECKING:
    from sozialanalyse.batch.audit import Reading

__all__ = ["INDEX", "Listener", "run_batch"]

INDEX: Final = "index.html"
_REPEAT: Final = "Bitte den Lauf für dieses Gebiet wiederholen."
_LOST: Final[Mapping[str, str]] = {
    "died": "Der Python-Prozess des Notebooks ist abgebrochen, meist aus Mangel an Arbeitsspeicher. "
    "Bitte mit weniger Prozessen (--jobs) wiederholen.",
    "raised": _REPEAT,
    "missing": "Ein Paket fehlt oder ist beschädigt. Bitte die Pakete aus requirements.lock neu einrichten.",
    "timeout": f"Der Lauf hat die Zeitgrenze überschritten und wurde beendet. {_REPEAT}",
}


class Listener(Protocol):
    """Whoever wants to know how far a batch is."""

    def started(self, total: int) -> None:
        """Take note of the number of runs."""
        ...

    def finished(self, run: Run, result: Result) -> None:
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
    force: bool = False,
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
    force : bool
        Make pages again that are there and would come out the same.

    Returns
    -------
    Summary
        Of these runs; a failed one never stops the others.

    Raises
    ------
    RunError
        If the output folder cannot be made, another batch writes into it, or its record is damaged.
    """
    _require_folder(out)
    with locked(out):
        batch = _Batch(project, out)
        with open_log(out) as log:
            return _run(batch, runs, executor, listener, engine, log, force=force)


def _require_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise RunError(
            f"Der Ausgabeordner »{out.name}« lässt sich nicht anlegen. "
            "Bitte mit --out einen anderen Ordner wählen oder die Rechte prüfen."
        ) from None


def _run(
    batch: _Batch,
    runs: Sequence[Run],
    executor: Executor,
    listener: Listener,
    engine: Engine,
    log: Log,
    *,
    force: bool,
) -> Summary:
    project = batch.project
    due = [run for run in runs if force or not batch.is_current(run)]
    listener.started(len(due))
    log.note(f"Beginn: sozialanalyse {__version__}, Datensatz »{project.dataset.title}«")
    log.note(f"Prüfsumme des Datensatzes: {project.dataset.fingerprint}")
    log.note(f"Zu erstellen: {len(due)} von {len(runs)} Seiten")
    pages = batch.pages_with(due)
    tasks = [
        Job(
            run,
            batch.provenance,
            navigation_of(run, batch.tree, pages),
            None if force else batch.trace_of(run),
        )
        for run in due
    ]
    try:
        with closing(_results(project, tasks, executor, engine)) as results:
            for job, result in results:
                stored = batch.store(job.run, result)
                listener.finished(job.run, stored)
                log.page(job.run, stored)
        batch.relink(tasks)
    finally:
        summary = batch.record(runs)
        log.end(summary_lines(summary))
    return summary


def _results(
    project: Project, tasks: Sequence[Job], executor: Executor, engine: Engine
) -> Generator[tuple[Job, Result], None, None]:
    with open_workshop(project.data, project.parameters) as (environment, folder):
        work = partial(make_page, engine=engine)
        results = executor(work, tasks, environment=environment, folder=folder)
        with closing(results):
            for index, result in results:
                if isinstance(result, Lost):
                    yield tasks[index], Failure(_account_of(result))
                else:
                    yield tasks[index], result


def _account_of(lost: Lost) -> str:
    text = _LOST[lost.cause]
    if lost.cause in {"raised", "missing"}:
        return f"Fehler außerhalb des Notebooks: {lost.detail}. {text}"
    return text.replace("abgebrochen", f"abgebrochen ({lost.detail})", 1) if lost.detail else text


class _Batch:
    """The output folder while a batch goes on: what lay there, what came, what must go."""

    def __init__(self, project: Project, out: Path) -> None:
        self.project = project
        self.out = out
        self.tree: AreaTree = area_tree(project.dataset)
        self.provenance = provenance_of(project.dataset)
        # As a digest: it goes into that of every run, and a country's tree has megabytes.
        self.surroundings = sha256(f"{self.provenance!r} {self.tree!r}".encode()).hexdigest()
        cache = read_cache(out)
        self.made: dict[str, Made] = dict(cache.runs)
        self.former_protection = cache.protection
        former = read_manifest(out)
        for entry, made in read_journal(out):
            former[entry.key] = entry
            for name in entry.outputs:
                if made is not None:
                    self.made[name.rpartition(".")[0]] = made
        planned = {run.key: run for run in project.plan.runs}
        self.planned = planned
        self.stale = [entry for key, entry in former.items() if key not in planned]
        self.former = {key: entry for key, entry in former.items() if key in planned}
        self.entries = {key: entry for key, entry in self.former.items() if intact(out, entry)}
        self.done: set[Key] = set()
        self.readings: dict[str, Reading] = {}
        self.inputs = {
            name: {
                "dataset": project.dataset.fingerprint,
                "notebook": notebook.digest,
                "parameters": parameters_digest(project.parameters, name),
                "code": code_digest(),
                "sozialanalyse": __version__,
            }
            for name, notebook in project.plan.notebooks.items()
        }

    def is_current(self, run: Run) -> bool:
        """Return whether the page of a run is there, and would come out the same if made again."""
        entry = self.entries.get(run.key)
        if entry is None or entry.status != "rendered":
            return False
        made = self.made.get(run.stem)
        return made is not None and made == replace(self._made(run), trace=made.trace)

    def trace_of(self, run: Run) -> Trace | None:
        """Return what the page of a run was made from, if the dataset is all that has changed since."""
        entry, made = self.entries.get(run.key), self.made.get(run.stem)
        if entry is None or entry.status != "rendered" or made is None:
            return None
        return made.trace if made.digest == self._made(run).digest else None

    def _made(self, run: Run, trace: Trace | None = None) -> Made:
        digest = run_digest(self._entry(run, "rendered"), self.surroundings)
        return Made(digest, self.project.dataset.fingerprint, trace)

    def _entry(self, run: Run, status: Literal["rendered", "failed"], **result: Any) -> Entry:
        inputs = self.inputs[run.notebook]
        return Entry(run.notebook, run.area_id, status, run.parameters, inputs, variant=run.variant, **result)

    def pages_with(self, runs: Sequence[Run]) -> dict[Key, Run]:
        """Return the runs that have a page, if these succeed."""
        keys = {key for key, entry in self.entries.items() if entry.status == "rendered"}
        keys |= {run.key for run in runs}
        return {key: run for key, run in self.planned.items() if key in keys}

    def store(self, run: Run, result: Result) -> Result:
        """Write a page, or remove the one of an earlier batch: it would pass for the new one."""
        if isinstance(result, Kept):
            self.entries[run.key] = replace(self.entries[run.key], inputs=self.inputs[run.notebook])
            self.made[run.stem] = self._made(run, self.made[run.stem].trace)
            return result
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
        if isinstance(result, Page):
            entry = self._entry(run, "rendered", outputs=outputs, remarks=result.remarks)
            self.readings |= result.readings
        else:
            entry = self._entry(run, "failed", failure=result.message)
        self.entries[run.key] = entry
        self.done.add(run.key)
        made = self._made(run, result.trace) if isinstance(result, Page) else None
        if made is None:
            self.made.pop(run.stem, None)
        else:
            self.made[run.stem] = made
        # Without this line the next batch makes the page again; that is no reason to give up this one.
        with suppress(OSError):
            write_journal(self.out, entry, made)
        return result

    def relink(self, jobs: Sequence[Job]) -> None:
        """Render pages anew whose neighbours failed, or came to be, after the page was made."""
        pages = self.pages_with(())
        known = {job.run.key: job for job in jobs if job.run.key in self.done}
        earlier = {key: self.planned[key] for key, entry in self.former.items() if entry.status == "rendered"}
        for key, run in pages.items():
            entry = self.entries[key]
            if entry.inputs["dataset"] != self.project.dataset.fingerprint:
                continue
            made_with = known[key].navigation if key in known else navigation_of(run, self.tree, earlier)
            navigation = navigation_of(run, self.tree, pages)
            if navigation != made_with:
                html = render_again(
                    Job(run, self.provenance, navigation), (self.out / run.ipynb).read_bytes()
                )
                outputs = {**entry.outputs, run.html: write_final(self.out / run.html, html)}
                self.entries[key] = replace(entry, outputs=outputs)
                self.readings.pop(run.html, None)

    def record(self, runs: Sequence[Run]) -> Summary:
        """Remove stale pages, write index page and record, and sum up."""
        for entry in self.stale:
            remove_outputs(self.out, entry)
        dataset, plan = self.project.dataset, self.project.plan
        entries = {key: self.entries[key] for key in self.planned if key in self.entries}
        sections = index_sections(plan, self.tree, entries, self.inputs)
        index = write_final(self.out / INDEX, render_index(sections, self.provenance).encode())
        facts = {
            "name": dataset.name,
            "title": dataset.title,
            "fingerprint": dataset.fingerprint,
            "synthetic": dataset.synthetic,
            "licenses": [{"title": licence.title, "path": licence.path} for licence in dataset.licenses],
            "newest": str(dataset.observations["year"].max()),
        }
        manifest, digest = write_manifest(self.out, facts, entries.values())
        write_crate(self.out, manifest, {INDEX: index, MANIFEST: digest})
        done = tuple((run, self.entries[run.key]) for run in runs if run.key in self.done)
        kept = tuple(
            (run, self.entries[run.key]) for run in runs if run.key not in self.done and self.is_current(run)
        )
        unfinished = len(runs) - len(done) - len(kept)
        # Whoever breaks a batch off wants to wait no longer.
        protection, breaches = ("", ()) if unfinished else self._attack()
        summary = Summary(done, dict(plan.skipped), unfinished, kept, protection, breaches)
        self._remember(index, summary)
        return summary

    def _attack(self) -> tuple[str, tuple[str, ...]]:
        """Try to work out hidden numbers from all that lies in the folder, unless that was done before."""
        if self.former_protection and not self.done:
            return self.former_protection, ()
        if not any(entry.outputs for entry in self.entries.values()):
            return "", ()
        from sozialanalyse.batch.audit import audit_folder, audit_summary  # noqa: PLC0415 - takes long

        try:
            report = audit_folder(self.out, self.readings)
        except RunError as error:
            return f"Geheimhaltung: nicht geprüft. {error}", ()
        return audit_summary(report), report.breaches

    def _planned(self, run: Run) -> Planned:
        facts = (run.notebook, run.area_id, run.area_name, run.level, run.stem, run.variant, run.on_request)
        return Planned(*facts, current=self.is_current(run))

    def _remember(self, index: str, summary: Summary) -> None:
        """Write down what the pages were made from, so that the next batch need not make them again."""
        rendered = {key: entry for key, entry in self.entries.items() if entry.status == "rendered"}
        planned = [run for key, run in self.planned.items() if key in rendered]
        runs = {run.stem: self.made[run.stem] for run in planned if run.stem in self.made}
        cache = Cache(runs)
        if not summary.breaches:
            project = self.project
            cache = Cache(
                runs,
                whole_digest(project.data, project.parameters, project.notebooks),
                tuple(self._planned(run) for run in self.planned.values()),
                summary.skipped,
                {INDEX: index},
                summary.protection,
            )
        write_cache(self.out, cache)
        end_journal(self.out)

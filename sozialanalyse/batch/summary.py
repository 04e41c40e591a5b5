"""What a batch tells of its pages and at its end, in German and without data values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sozialanalyse.batch.manifest import Entry
from sozialanalyse.batch.page import Failure, Kept, Result
from sozialanalyse.batch.runs import Run

__all__ = ["Summary", "outcome_of", "summary_lines", "title_of"]


@dataclass(frozen=True, slots=True)
class Summary:
    """How the runs of a batch ended.

    Attributes
    ----------
    results : tuple of (Run, Entry)
        In the order of the plan.
    skipped : mapping from notebook to str
        Notebooks that the dataset cannot serve, with the reason.
    unfinished : int
        Number of runs that were asked for, but not finished: the batch was broken off.
    kept : tuple of (Run, Entry)
        Runs whose page was there already, made from the very same.
    protection : str
        What the audit of the folder found, as a German sentence.
    breaches : tuple of str
        Every hidden number that can be worked out.
    """

    results: tuple[tuple[Run, Entry], ...]
    skipped: Mapping[str, str]
    unfinished: int = 0
    kept: tuple[tuple[Run, Entry], ...] = ()
    protection: str = ""
    breaches: tuple[str, ...] = ()

    @property
    def failed(self) -> int:
        """Number of runs without a page."""
        return sum(entry.status == "failed" for _, entry in self.results)


def summary_lines(summary: Summary) -> list[str]:
    """Put a summary into lines.

    Parameters
    ----------
    summary : Summary
        Of a finished batch.

    Returns
    -------
    list of str
        German lines without line ends.
    """
    rendered = len(summary.results) - summary.failed
    remarked = [(run, entry) for run, entry in (*summary.results, *summary.kept) if entry.remarks]
    counts = [f"{_pages(rendered)} erstellt"]
    with_warnings = sum(bool(entry.remarks) for _, entry in summary.results)
    if with_warnings:
        counts.append(f"davon {with_warnings} mit Warnungen")
    if summary.kept:
        counts.append(f"{len(summary.kept)} unverändert übernommen")
    counts.append(f"{summary.failed} fehlgeschlagen")
    lines = [f"Zusammenfassung: {', '.join(counts)}."]
    if summary.unfinished:
        lines.append(f"Abgebrochen: {_pages(summary.unfinished)} nicht bearbeitet.")
    if summary.failed:
        lines.append("Fehlgeschlagen:")
        for run, entry in summary.results:
            if entry.status == "failed":
                lines.append(f"  {title_of(run)}")
                lines += [f"    {line}" for line in entry.failure.splitlines()]
    if remarked:
        lines.append("Mit Warnungen:")
        lines += [f"  {title_of(run)}: {', '.join(entry.remarks)}" for run, entry in remarked]
    if summary.skipped:
        lines.append("Übersprungen:")
        lines += [f"  {notebook}: {reason}" for notebook, reason in summary.skipped.items()]
    if summary.protection:
        lines.append(summary.protection)
    lines += [f"  {breach}" for breach in summary.breaches]
    return lines


def title_of(run: Run) -> str:
    """Name a run for readers."""
    return " ".join(filter(None, (run.notebook, run.area_id, run.area_name, run.variant)))


def outcome_of(result: Result) -> str:
    """Say how a run ended, and how long it took."""
    if isinstance(result, Kept):
        return "unverändert"
    if isinstance(result, Failure):
        return f"fehlgeschlagen: {result.message}"
    seconds = f"{result.seconds:.1f}".replace(".", ",")
    return f"fertig ({seconds} s)" + (
        f", mit Warnungen: {', '.join(result.remarks)}" if result.remarks else ""
    )


def _pages(count: int) -> str:
    return "1 Seite" if count == 1 else f"{count} Seiten"

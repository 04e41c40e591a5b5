"""The answer of a batch that has nothing to do: given without reading the dataset, and so at once."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from sozialanalyse.batch.cache import Planned, read_cache
from sozialanalyse.batch.manifest import intact, read_manifest
from sozialanalyse.batch.runs import Run
from sozialanalyse.batch.summary import Summary, summary_lines

__all__ = ["unchanged_summary"]


def unchanged_summary(
    out: Path, whole: str, notebooks: Sequence[str] = (), areas: Sequence[str] = (), level: str = ""
) -> Sequence[str]:
    """Return the summary of a batch that has nothing to do.

    Parameters
    ----------
    out : Path
        Its output folder.
    whole : str
        Result of `sozialanalyse.batch.cache.whole_digest`.
    notebooks, areas, level
        As for `sozialanalyse.batch.plan.select_runs`.

    Returns
    -------
    sequence of str
        Empty if anything has changed: what pages are made from, or a file in the folder; or if the choice
        names something that no run of the last batch's plan has.
    """
    content = read_cache(out)
    if content.whole != whole:
        return ()
    known = (
        set(notebooks) <= {run.notebook for run in content.planned}
        and set(areas) <= {run.area_id for run in content.planned}
        and {level} <= {"", *(run.level for run in content.planned)}
    )
    chosen = [
        run
        for run in content.planned
        if (not notebooks or run.notebook in notebooks)
        and (not areas or run.area_id in areas)
        and (not level or run.level == level)
        and (not run.on_request or (bool(notebooks) and bool(areas)))
    ]
    if not (known and chosen and all(run.current for run in chosen)):
        return ()
    entries = read_manifest(out)
    there = all(
        (out / name).is_file() and sha256((out / name).read_bytes()).hexdigest() == digest
        for name, digest in content.files.items()
    )
    runs = [_run(planned) for planned in chosen]
    there &= {run.key for run in runs} <= entries.keys()
    if not there or not all(intact(out, entry) for entry in entries.values()):
        return ()
    kept = tuple((run, entries[run.key]) for run in runs)
    return summary_lines(Summary((), content.skipped, kept=kept, protection=content.protection))


def _run(planned: Planned) -> Run:
    """Return the run as a summary names it."""
    return Run(
        planned.notebook,
        Path(),
        planned.area_id,
        planned.area_name,
        planned.level,
        {},
        planned.stem,
        planned.variant,
        planned.on_request,
    )

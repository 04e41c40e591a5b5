"""Rendering again what lies in an output folder, elsewhere, and comparing the bytes."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from sozialanalyse.batch.crate import CRATE
from sozialanalyse.batch.machinery import Machinery
from sozialanalyse.batch.manifest import MANIFEST, read_manifest
from sozialanalyse.batch.project import Project
from sozialanalyse.batch.run import INDEX, Listener, run_batch
from sozialanalyse.errors import RunError

__all__ = ["differing_files"]


def differing_files(
    project: Project, out: Path, *, machinery: Machinery, listener: Listener
) -> tuple[Sequence[str], int]:
    """Render everything anew that an output folder records, and compare.

    Parameters
    ----------
    project : Project
        Data, parameters and notebooks.
    out : Path
        The folder to verify; it is only read.
    machinery : Machinery
        What executes the notebooks.
    listener : Listener
        Told of every finished run.

    Returns
    -------
    differing : sequence of str
        Files that are missing on one side or not the same byte by byte, by their path below the folder.
    compared : int
        How many files were compared.

    Raises
    ------
    RunError
        If the folder records nothing.
    """
    recorded = read_manifest(out)
    runs = [run for run in project.plan.runs if run.key in recorded]
    if not runs:
        raise RunError(
            f"Im Ordner »{out.name}« ist nichts verzeichnet, was sich prüfen ließe. Bitte den Ausgabeordner "
            "eines Laufs mit denselben Daten angeben."
        )
    with tempfile.TemporaryDirectory(prefix="sozialanalyse-verify-") as name:
        again = Path(name)
        run_batch(
            project,
            runs,
            again,
            executor=machinery.executor,
            listener=listener,
            engine=machinery.engine,
            force=True,
        )
        names = {file for entry in recorded.values() for file in entry.outputs}
        names |= {file for entry in read_manifest(again).values() for file in entry.outputs}
        names |= {CRATE, INDEX, MANIFEST}
        differing = [file for file in sorted(names) if _content(out / file) != _content(again / file)]
    return differing, len(names)


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None

"""The record of what lies in an output folder and what it was made from; and writing into that folder."""

from __future__ import annotations

import json
import os
import platform
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, Literal

from sozialanalyse import __version__
from sozialanalyse.batch.notebook import Value
from sozialanalyse.batch.runs import Key
from sozialanalyse.errors import RunError

__all__ = [
    "MANIFEST",
    "Entry",
    "entry_of",
    "intact",
    "read_manifest",
    "remove_outputs",
    "write_final",
    "write_manifest",
]

MANIFEST: Final = "manifest.json"
_SCHEMA: Final = 1
_PACKAGES: Final = (
    "jinja2",
    "mapclassify",
    "matplotlib",
    "nbconvert",
    "numpy",
    "pandas",
    "papermill",
    "scipy",
    "shapely",
)
_SUFFIXES: Final = (".html", ".ipynb")


@dataclass(frozen=True, slots=True)
class Entry:
    """One run in the record.

    Attributes
    ----------
    notebook, area_id : str
        The run.
    status : {"rendered", "failed"}
        Whether its page lies in the folder.
    parameters : mapping from name to value
        What the notebook was given.
    inputs : mapping from name to str
        SHA-256 of ``dataset``, ``notebook``, ``parameters`` and ``code``, this package's own files, and the
        version of ``sozialanalyse``.
    outputs : mapping from path to str
        SHA-256 of each file, by its path below the folder; empty if failed.
    remarks : tuple of str
        Warnings and hindrances.
    failure : str
        Why there is no page, or ``""``.
    variant : str
        As in `sozialanalyse.batch.runs.Run`.
    """

    notebook: str
    area_id: str
    status: Literal["rendered", "failed"]
    parameters: Mapping[str, Value]
    inputs: Mapping[str, str]
    outputs: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    failure: str = ""
    variant: str = ""

    @property
    def key(self) -> Key:
        """Notebook, area and variant."""
        return self.notebook, self.area_id, self.variant


def read_manifest(out: Path) -> dict[Key, Entry]:
    """Read the record of an output folder.

    Parameters
    ----------
    out : Path
        The folder; it need not exist.

    Returns
    -------
    dict from key of the run to Entry
        Empty if there is no record, or one of an older form.

    Raises
    ------
    RunError
        If the record cannot be read: then nobody knows which files may be removed.
    """
    path = out / MANIFEST
    if not path.is_file():
        return {}
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["schema"] != _SCHEMA:
            return {}
        entries = [entry_of(run) for run in document["runs"]]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise RunError(
            f"»{out.name}/{MANIFEST}« ist beschädigt. Bitte einen anderen Ausgabeordner wählen "
            "oder diesen leeren."
        ) from None
    return {entry.key: entry for entry in entries}


def entry_of(run: Mapping[str, Any]) -> Entry:
    """Read what `dataclasses.asdict` made of an entry.

    Raises
    ------
    ValueError
        If it names a file that no batch writes.
    """
    outputs = {str(name): str(digest) for name, digest in run["outputs"].items()}
    if not all(_is_own(name) for name in outputs):
        raise ValueError("an output outside the folder")
    return Entry(**{**run, "outputs": outputs, "remarks": tuple(run["remarks"])})


def _is_own(name: str) -> bool:
    path = Path(name)
    return (
        len(path.parts) == 2
        and ".." not in path.parts
        and path.suffix in _SUFFIXES
        and not path.is_absolute()
    )


def write_manifest(
    out: Path, dataset: Mapping[str, object], entries: Iterable[Entry]
) -> tuple[dict[str, Any], str]:
    """Write the record: no times and no paths of the machine, so equal inputs give equal bytes.

    Parameters
    ----------
    out : Path
        The output folder.
    dataset : mapping
        Name, title, fingerprint, newest year, licences and whether it is synthetic.
    entries : iterable of Entry
        In the order of the plan.

    Returns
    -------
    document : dict
        What was written.
    digest : str
        SHA-256 of the file.
    """
    document: dict[str, Any] = {
        "schema": _SCHEMA,
        "sozialanalyse": __version__,
        "python": platform.python_version(),
        "packages": {package: version(package) for package in _PACKAGES},
        "dataset": dict(dataset),
        "runs": [asdict(entry) for entry in entries],
    }
    text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    return document, write_final(out / MANIFEST, text.encode())


def write_final(path: Path, content: bytes) -> str:
    """Write a file such that its name never shows an incomplete one.

    Parameters
    ----------
    path : Path
        The final name; its folder is made.
    content : bytes
        All of it.

    Returns
    -------
    str
        SHA-256 of the content, hexadecimal.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        # mkstemp allows the owner alone; a page is for everybody who may read the folder.
        part.chmod(0o644)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return sha256(content).hexdigest()


def intact(out: Path, entry: Entry) -> bool:
    """Return whether all files of an entry lie in the folder with the recorded content."""
    return all(
        (out / name).is_file() and sha256((out / name).read_bytes()).hexdigest() == digest
        for name, digest in entry.outputs.items()
    )


def remove_outputs(out: Path, entry: Entry) -> None:
    """Remove the files that an entry names, and their folder if nothing else is in it."""
    for name in entry.outputs:
        path = out / name
        path.unlink(missing_ok=True)
        if path.parent.is_dir() and not any(path.parent.iterdir()):
            path.parent.rmdir()

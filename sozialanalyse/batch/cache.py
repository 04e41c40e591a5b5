"""What a page is made from, as digests: whether it must be made again is decided by content, never by time.

Nothing here imports more than the standard library: a batch with nothing to do shall say so at once.
"""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Self

from sozialanalyse.batch.manifest import Entry, write_final

__all__ = [
    "CACHE",
    "Cache",
    "Made",
    "Planned",
    "Trace",
    "code_digest",
    "installed_packages",
    "read_cache",
    "run_digest",
    "whole_digest",
    "write_cache",
]

CACHE: Final = ".cache.json"
_SCHEMA: Final = 3
_BYTECODE: Final = "__pycache__"


@dataclass(frozen=True, slots=True)
class Trace:
    """What a page was made from, as far as it comes from the dataset.

    Attributes
    ----------
    context : str
        Digest of everything that was prepared, but for the cells of released tables.
    reads : mapping from str to str
        Digest of the rows that were looked at, by a JSON list of the table's path and the filters.
    """

    context: str
    reads: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Made:
    """What a page was made from.

    Attributes
    ----------
    digest : str
        Of everything but the dataset; see `run_digest`.
    dataset : str
        Fingerprint of the dataset.
    trace : Trace or None
        What the page looked at; None if it depends on the whole dataset.
    """

    digest: str
    dataset: str
    trace: Trace | None = None

    @classmethod
    def from_mapping(cls, facts: Mapping[str, Any]) -> Self:
        """Read what `dataclasses.asdict` made of it."""
        trace = facts["trace"]
        return cls(facts["digest"], facts["dataset"], None if trace is None else Trace(**trace))


@dataclass(frozen=True, slots=True)
class Planned:
    """A run of the plan, as far as a choice of runs and their summary need it.

    Attributes
    ----------
    notebook, area_id, area_name, level, stem, variant, on_request
        As in `sozialanalyse.batch.runs.Run`.
    current : bool
        Whether its page is there, and would come out the same if made again.
    """

    notebook: str
    area_id: str
    area_name: str
    level: str
    stem: str
    variant: str
    on_request: bool
    current: bool


@dataclass(frozen=True, slots=True)
class Cache:
    """What the manifest, which is the same on every machine, does not say.

    Attributes
    ----------
    runs : mapping from str to Made
        What a page was made from, by its path without suffix.
    whole : str
        Digest of everything that the last batch was made from; ``""`` if hidden numbers can be worked out.
    planned : tuple of Planned
        All runs of its plan.
    skipped : mapping from str to str
        Notebooks that the dataset cannot serve, with the reason.
    files : mapping from str to str
        SHA-256 of other files of the folder, by name.
    protection : str
        What the audit of the folder said if it found nothing wrong, otherwise ``""``.
    """

    runs: Mapping[str, Made] = field(default_factory=dict)
    whole: str = ""
    planned: tuple[Planned, ...] = ()
    skipped: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    protection: str = ""


def read_cache(out: Path) -> Cache:
    """Read the cache file of an output folder; without a good one everything counts as changed."""
    try:
        document = json.loads((out / CACHE).read_text(encoding="utf-8"))
        if document.pop("schema") != _SCHEMA:
            return Cache()
        runs = {stem: Made.from_mapping(facts) for stem, facts in document["runs"].items()}
        planned = tuple(Planned(**facts) for facts in document["planned"])
        return Cache(**{**document, "runs": runs, "planned": planned})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Cache()


def write_cache(out: Path, content: Cache) -> None:
    """Write the cache file of an output folder."""
    document: dict[str, Any] = {
        "schema": _SCHEMA,
        "runs": {stem: asdict(made) for stem, made in content.runs.items()},
        "whole": content.whole,
        "planned": [asdict(run) for run in content.planned],
        "skipped": dict(content.skipped),
        "files": dict(content.files),
        "protection": content.protection,
    }
    text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    write_final(out / CACHE, text.encode())


def run_digest(entry: Entry, surroundings: str) -> str:
    """Return the digest of all but the dataset that this page is made from, if it is made here and now.

    Parameters
    ----------
    entry : Entry
        Its record.
    surroundings : str
        Digest of what the page says around the notebook's content: of the dataset as a whole, and of others.
    """
    inputs = {name: digest for name, digest in entry.inputs.items() if name != "dataset"}
    facts = [*entry.key, dict(entry.parameters), inputs, surroundings, installed_packages()]
    return sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def whole_digest(data: Path, parameters: Path, notebooks: Path) -> str:
    """Return the digest of everything that a batch over these folders is made from here and now."""
    parts = [
        code_digest(),
        installed_packages(),
        *(_folder(folder) for folder in (data, parameters, notebooks)),
    ]
    return sha256("\n".join(parts).encode()).hexdigest()


@cache
def code_digest() -> str:
    """Return the SHA-256 over all files of this package."""
    package = Path(__file__).resolve().parents[1]
    return _files(package, (path for path in package.rglob("*") if _BYTECODE not in path.parts))


def installed_packages() -> str:
    """Return what else can change a page: the interpreter, the system and every installed package."""
    return _packages_in(tuple(sys.path))


@cache
def _packages_in(folders: tuple[str, ...]) -> str:
    installed = {
        path.name
        for folder in folders
        for path in (Path(folder).glob("*.dist-info") if Path(folder).is_dir() else ())
    }
    return "\n".join([sys.version, platform.platform(), *sorted(installed)])


def _folder(folder: Path) -> str:
    # Hidden folders hold what editors keep, such as checkpoints of JupyterLab.
    return _files(
        folder,
        (
            path
            for path in folder.rglob("*")
            if not any(part.startswith(".") for part in path.relative_to(folder).parts)
        ),
    )


def _files(folder: Path, paths: Iterable[Path]) -> str:
    total = sha256()
    for path in sorted(path for path in paths if path.is_file()):
        total.update(sha256(path.relative_to(folder).as_posix().encode()).digest())
        total.update(sha256(path.read_bytes()).digest())
    return total.hexdigest()

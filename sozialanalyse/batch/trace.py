"""What a page has looked at: so that a changed dataset makes only those pages again that can differ.

A page is a function of its notebook, its parameters, the code, and what it reads of the prepared analyses.
The first three are known beforehand (see `sozialanalyse.batch.cache`). The reads are noted while the page is
made: each is some rows of a released table, or a planning table, and is kept as a digest of these. If all are
the same in new data, the notebook would go the same way again and read nothing else: the page would come out
the same.

Whatever cannot be followed that way, such as a notebook that opens a file of the dataset itself, makes a page
depend on the whole dataset.
"""

from __future__ import annotations

import json
import os
import pickle
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, fields, is_dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sozialanalyse.batch.cache import Trace
from sozialanalyse.dataset.planning_tables import PlanningTables, observe_tables
from sozialanalyse.disclosure.release import ReleasedTable, observe_reads

__all__ = ["frame_digest", "prepare_traces", "still_true", "traced"]

_MOST_ROWS: Final = 500_000
"""Larger tables are not digested row by row beforehand: few of their rows are ever looked at."""
_STARTS_PROCESS: Final = frozenset({"subprocess.Popen", "os.system", "os.fork", "os.posix_spawn", "os.exec"})


@dataclass(frozen=True, slots=True)
class _Rows:
    """Digests of the single rows of a table, made once for all pages that look at some of them.

    Attributes
    ----------
    head : bytes
        Names and types of the columns.
    labels : Index
        Of the rows; no two are the same.
    digests : array of uint64, shape (n,)
        Of the rows with their labels.
    """

    head: bytes
    labels: pd.Index[Any]
    digests: NDArray[np.uint64]

    @classmethod
    def of(cls, table: ReleasedTable) -> Self | None:
        """Digest the rows of a table, if that is possible and worth while."""
        frame = table.frame
        if len(frame) > _MOST_ROWS or not frame.index.is_unique:
            return None
        head = json.dumps([[str(name), str(kind)] for name, kind in frame.dtypes.items()]).encode()
        digests = np.asarray(pd.util.hash_pandas_object(frame), dtype=np.uint64)
        return cls(head, frame.index, digests)

    def digest(self, labels: pd.Index[Any]) -> str:
        """Return the SHA-256 of some rows, in this order."""
        return sha256(self.head + self.digests[self.labels.get_indexer(labels)].tobytes()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What is ready for all pages in this process.

    Attributes
    ----------
    tables : mapping from str to ReleasedTable
        All released tables by their path.
    rows : mapping from int to _Rows
        Of most of these tables, by `id`.
    planning : mapping from str to PlanningTables
        All planning tables by their path.
    context : str
        Digest of everything else.
    folders : tuple of str
        Where datasets lie, absolute and without links.
    """

    tables: Mapping[str, ReleasedTable]
    rows: Mapping[int, _Rows]
    planning: Mapping[str, PlanningTables]
    context: str
    folders: tuple[str, ...]

    def find(self, path: str) -> object:
        """Return a table by its path.

        Raises
        ------
        KeyError
            If there is none.
        """
        if path in self.tables:
            return self.tables[path]
        place, _, name = path.rpartition(".")
        return getattr(self.planning[place], name)

    def digest(self, table: object) -> str:
        """Return the SHA-256 of what is looked at: rows of a released table, or a planning table."""
        rows = self.rows.get(id(table.origin)) if isinstance(table, ReleasedTable) else None
        if isinstance(table, ReleasedTable) and rows is not None:
            return rows.digest(table.frame.index)
        return _digest(table)


@dataclass(slots=True)
class _Recorder:
    prepared: _Prepared
    paths: dict[int, str]
    found: dict[str, object] = field(default_factory=dict)
    whole: bool = False

    def look(self, table: ReleasedTable) -> None:
        """Note which rows of which table are looked at."""
        path = self.paths.get(id(table.origin))
        if path is None:
            # Either made here, from what was looked at, or by another way than the prepared one.
            self.whole |= not table.origin.observed
            return
        try:
            self.found.setdefault(_key(path, table.filters), table)
        except (TypeError, ValueError):
            self.whole = True

    def look_at_planning(self, tables: PlanningTables, name: str) -> None:
        """Note which planning table is looked at."""
        path = self.paths.get(id(tables))
        if path is None:
            self.whole = True
            return
        key = _key(f"{path}.{name}", ())
        if key not in self.found:
            # Set first: to look at it here is no look of the page.
            self.found[key] = None
            self.found[key] = getattr(tables, name)

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Note when something is opened or started that cannot be followed."""
        if event in _STARTS_PROCESS:
            self.whole = True
        elif event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
            path = Path(os.path.realpath(os.fsdecode(arguments[0])))
            self.whole |= any(path.is_relative_to(folder) for folder in self.prepared.folders)

    def trace(self) -> Trace | None:
        """Return the trace, or None if the page depends on the whole dataset."""
        if self.whole:
            return None
        # Digests only now: to look twice at the same rows is common.
        reads = {key: self.prepared.digest(table) for key, table in sorted(self.found.items())}
        return Trace(self.prepared.context, reads)


_ready: list[_Prepared] = []


def prepare_traces(roots: Mapping[str, object], folders: Sequence[str]) -> None:
    """Let pages of this process, and of its forks, be traced, and find their rows without a search.

    Parameters
    ----------
    roots : mapping from str to object
        All that is prepared, by a name that stays the same from run to run.
    folders : sequence of str
        Where datasets lie.
    """
    tables: dict[str, ReleasedTable] = {}
    planning: dict[str, PlanningTables] = {}
    rest = sha256()
    seen: set[int] = set()
    for name, root in roots.items():
        _take_apart(name, root, tables, planning, rest, seen)
    for table in tables.values():
        table.prepare()
    places = tuple(str(Path(folder).resolve()) for folder in folders)
    digested = {id(table): _Rows.of(table) for table in tables.values()}
    rows = {key: found for key, found in digested.items() if found is not None}
    _ready[:] = [_Prepared(tables, rows, planning, rest.hexdigest(), places)]


def _take_apart(
    path: str,
    value: object,
    tables: dict[str, ReleasedTable],
    planning: dict[str, PlanningTables],
    rest: Any,
    seen: set[int],
) -> None:
    """Sort what was prepared into released tables, planning tables, and the rest, which is digested."""
    if isinstance(value, PlanningTables):
        planning[path] = value
    elif is_dataclass(value) and not isinstance(value, type):
        # A study holds the analysis that it was made from.
        if id(value) not in seen:
            seen.add(id(value))
            # What begins with an underscore is kept to save time, and made from the rest.
            for part in (part for part in fields(value) if not part.name.startswith("_")):
                _take_apart(f"{path}.{part.name}", getattr(value, part.name), tables, planning, rest, seen)
    elif isinstance(value, ReleasedTable):
        tables[path] = value
    else:
        rest.update(f"{path}={_digest(value)}\n".encode())


@contextmanager
def traced() -> Iterator[_Recorder | None]:
    """Follow what is done inside; None where nothing was prepared, so that nothing can be followed.

    Only for a process that ends afterwards: what listens to the interpreter cannot be taken away again.
    """
    if not _ready:
        yield None
        return
    prepared = _ready[0]
    paths = {id(table): path for path, table in (*prepared.tables.items(), *prepared.planning.items())}
    recorder = _Recorder(prepared, paths)
    sys.addaudithook(recorder.hear)
    with ExitStack() as observed:
        observed.enter_context(observe_reads(recorder.look))
        observed.enter_context(observe_tables(recorder.look_at_planning))
        yield recorder


def still_true(trace: Trace) -> bool:
    """Return whether all that a page has looked at is there, and the same, in what this process prepared."""
    if not _ready or _ready[0].context != trace.context:
        return False
    for key, digest in trace.reads.items():
        path, filters = json.loads(key)
        try:
            table = _ready[0].find(path)
        except KeyError:
            return False
        if isinstance(table, ReleasedTable):
            for wanted in filters:
                table = table.where(**wanted)
        if _ready[0].digest(table) != digest:
            return False
    return True


def _key(path: str, filters: Sequence[Mapping[str, Any]]) -> str:
    plain = [{name: _plain(value) for name, value in wanted.items()} for wanted in filters]
    return json.dumps([path, plain], ensure_ascii=False)


def _plain(value: object) -> object:
    """Return the value of a filter as JSON gives it back; of a set the order does not matter."""
    if isinstance(value, set):
        return sorted(value)
    return list(value) if isinstance(value, tuple) else value


def _digest(value: object) -> str:
    """Return the SHA-256 of a table or of anything else that can be pickled."""
    if isinstance(value, ReleasedTable):
        value = value.frame
    if isinstance(value, pd.DataFrame):
        return frame_digest(value)
    return sha256(pickle.dumps(value, protocol=5)).hexdigest()


def frame_digest(frame: pd.DataFrame) -> str:
    """Return the SHA-256 over names, types and cells of a frame, with its index.

    Examples
    --------
    >>> one, other = pd.DataFrame({"a": [1.0, 2.0]}), pd.DataFrame({"a": [1.0, 2.5]})
    >>> frame_digest(one) == frame_digest(one.copy()), frame_digest(one) == frame_digest(other)
    (True, False)
    """
    total = sha256()
    columns: list[tuple[object, pd.Index[Any] | pd.Series[Any]]] = [("", frame.index), *frame.items()]
    for name, cells in columns:
        for part in _parts(cells):
            content = part.tobytes() if isinstance(part, np.ndarray) else part
            total.update(f"{name}\0{cells.dtype}\0{len(content)}\0".encode())
            total.update(content)
    return total.hexdigest()


def _parts(cells: pd.Index[Any] | pd.Series[Any]) -> tuple[NDArray[Any] | bytes, ...]:
    """Return what makes up the cells: numbers as they are, of texts each different one with its places."""
    if cells.dtype.kind in "biuf" and isinstance(cells.dtype, np.dtype):
        return (cells.to_numpy(),)
    if isinstance(cells.dtype, pd.CategoricalDtype | pd.StringDtype):
        places, texts = pd.factorize(cells)
        return places, _words(texts)
    return (_words(cells),)


def _words(cells: Iterable[object]) -> bytes:
    return json.dumps([repr(cell) for cell in cells]).encode()

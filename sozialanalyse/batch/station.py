"""The worker's side of a batch on several machines: unpacked files, and a parent of forks that waits."""

from __future__ import annotations

import multiprocessing
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from distributed import Worker, WorkerPlugin, get_worker

from sozialanalyse.batch.environment import prepare_environment
from sozialanalyse.batch.executors import Lost, end_process
from sozialanalyse.batch.forks import Order, start_parent
from sozialanalyse.batch.page import Job, Result
from sozialanalyse.batch.warm import warm_up

__all__ = ["STATION", "Station", "do_task"]

STATION: Final = "sozialanalyse"
"""Name under which a worker knows its station."""


def do_task(index: int) -> Any:
    """Do one task; on a worker."""
    station: Station = get_worker().plugins[STATION]
    return station.do(index)


@dataclass
class Station(WorkerPlugin):  # type: ignore[misc]
    """A worker's share of a batch: travels to each worker once, also to one that comes later.

    Parameters
    ----------
    work, tasks, timeout, memory
        As for `sozialanalyse.batch.forks.run_in_forks`.
    files : mapping from str to bytes
        Content of what lies below ``data``, ``parameters`` and ``notebooks``.
    """

    work: Callable[[Job], Result]
    tasks: Sequence[Job]
    files: Mapping[str, bytes]
    timeout: float
    memory: int
    running: _Running | None = None

    def setup(self, worker: Worker) -> None:
        """Start; called by Dask on the worker."""
        self.running = _Running(self, worker.state.nthreads)

    def teardown(self, worker: Worker) -> None:  # noqa: ARG002 - Dask calls it by this name
        """End with all that was started; called by Dask on the worker."""
        if self.running is not None:
            self.running.end()

    def do(self, index: int) -> Any:
        """Do one task, at the same time as others of this worker."""
        if self.running is None:
            raise RuntimeError("the station was not set up")
        return self.running.do(index)


class _Running:
    """The processes of a station."""

    def __init__(self, station: Station, jobs: int) -> None:
        self.workshop = tempfile.TemporaryDirectory(prefix="sozialanalyse-", ignore_cleanup_errors=True)
        folder = Path(self.workshop.name)
        for name in ("data", "parameters", "notebooks", "work"):
            (folder / name).mkdir()
        for name, content in station.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        tasks = [
            replace(task, run=replace(task.run, path=folder / "notebooks" / task.run.path.name))
            for task in station.tasks
        ]
        environment = prepare_environment(folder, folder / "data", folder / "parameters")
        # Dask's own processes are daemons, which may not have children that outlive them; ours are ended.
        multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
        self.parent = start_parent(environment, str(folder / "work"))
        self.pipe = self.parent.pipe
        order = Order(station.work, tasks, jobs, station.timeout, station.memory, stays=True)
        self.parent.send(warm_up, order)
        self.waiting: dict[int, Future[Any]] = {}
        self.lock = threading.Lock()
        self.ended = False
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def do(self, index: int) -> Any:
        """Hand over a task and wait for its result."""
        with self.lock:
            if self.ended:
                return Lost("died")
            future = self.waiting[index] = Future()
            self.pipe.send(index)
        return future.result()

    def _read(self) -> None:
        try:
            while True:
                kind, index, value = self.pipe.recv()
                if kind == "finished":
                    with self.lock:
                        future = self.waiting.pop(index, None)
                    if future is not None:
                        future.set_result(value)
        except (EOFError, OSError):
            with self.lock:
                self.ended = True
                for future in self.waiting.values():
                    future.set_result(Lost("died"))

    def end(self) -> None:
        """End all processes and remove the files."""
        end_process(self.parent.process)
        self.reader.join()
        self.pipe.close()
        self.workshop.cleanup()

"""Working through tasks in parallel processes, such that a lost process costs one task and no more.

A pool of the standard library gives up altogether when one of its processes dies, and cannot end a task that
hangs. Here every worker has a pipe of its own: its end tells the parent which task was lost.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Final, Generic, Literal, Protocol, TypeVar

import psutil

from sozialanalyse.batch.limits import RUN_MEMORY, limit_memory

__all__ = [
    "Executor",
    "Lost",
    "available_cores",
    "end_process",
    "interrupt_ignored",
    "lost_by",
    "run_in_processes",
]

Task = TypeVar("Task")
Result = TypeVar("Result")

RUN_SECONDS: Final = 1800.0
_GRACE_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Lost:
    """A task without a result.

    Attributes
    ----------
    cause : {"died", "timeout", "raised", "missing"}
        Its process ended, or took too long and was ended, or the work raised, or could not import something.
    detail : str
        What the work raised and where; or how the process ended, if that is known; else ``""``.
    """

    cause: Literal["died", "timeout", "raised", "missing"]
    detail: str = ""


def lost_by(error: Exception) -> Lost:
    """Say what the work raised and where, but not the message: that may hold a value of the data.

    Examples
    --------
    >>> lost_by(KeyError("4711"))
    Lost(cause='raised', detail='KeyError')
    """
    place = ""
    trace = error.__traceback__
    while trace is not None:
        # The last line of our own: deeper ones tell nobody anything.
        module = str(trace.tb_frame.f_globals.get("__name__", ""))
        if not place or module.startswith("sozialanalyse."):
            place = f" in {module}, Zeile {trace.tb_lineno}"
        trace = trace.tb_next
    if isinstance(error, ImportError):
        return Lost("missing", f"{type(error).__name__} (»{error.name or 'unbekannt'}«){place}")
    return Lost("raised", f"{type(error).__name__}{place}")


class Executor(Protocol):
    """Whatever works through tasks and gives results as they come, with the index of the task."""

    def __call__(
        self,
        work: Callable[[Task], Result],
        tasks: Sequence[Task],
        *,
        environment: Mapping[str, str],
        folder: str,
    ) -> Generator[tuple[int, Result | Lost], None, None]:
        """Yield one pair for every task, in the order of completion; see `run_in_processes`."""
        ...


@dataclass(slots=True)
class _Worker(Generic[Task, Result]):
    process: SpawnProcess
    pipe: Connection
    index: int = -1
    deadline: float = 0.0


def available_cores() -> int:
    """Return how many cores this process may use, at least 1."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_in_processes(
    work: Callable[[Task], Result],
    tasks: Sequence[Task],
    *,
    environment: Mapping[str, str],
    folder: str,
    jobs: int,
    timeout: float = RUN_SECONDS,
    memory: int = RUN_MEMORY,
) -> Generator[tuple[int, Result | Lost], None, None]:
    """Work through tasks in processes of this machine.

    Parameters
    ----------
    work : callable
        Importable function of one task; it, tasks and results are pickled.
    tasks : sequence
        What to do, started in this order.
    environment : mapping of str
        Variables set in every process, and so in all that it starts.
    folder : str
        Working directory of the processes.
    jobs : int
        Processes at a time, at least 1.
    timeout : float
        Seconds that one task may take.
    memory : int
        Bytes that a process, and each that it starts, may allocate, where the system can see to it.

    Yields
    ------
    index : int
        Of the task.
    result : object or Lost
        What `work` returned, or why it did not.

    Notes
    -----
    Closing the iterator, or an exception in it (Ctrl-C), ends all processes and everything they started.
    """
    waiting = list(range(len(tasks)))[::-1]
    workers: list[_Worker[Task, Result]] = []
    try:
        while waiting or any(worker.index >= 0 for worker in workers):
            busy = sum(worker.index >= 0 for worker in workers)
            while len(workers) < min(jobs, busy + len(waiting)):
                workers.append(_start(work, environment, folder, memory))
            for worker in workers:
                if worker.index < 0 and waiting:
                    _assign(worker, waiting.pop(), tasks, timeout)
            yield from _collect(workers)
    finally:
        for worker in workers:
            _end(worker)


def _start(
    work: Callable[[Task], Result], environment: Mapping[str, str], folder: str, memory: int
) -> _Worker[Task, Result]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    arguments = (theirs, work, dict(environment), folder, memory)
    process = context.Process(target=_serve, args=arguments, daemon=True)
    with interrupt_ignored():
        process.start()
    theirs.close()
    return _Worker(process, ours)


@contextmanager
def interrupt_ignored() -> Iterator[None]:
    """Let a child be born deaf to Ctrl-C, which a terminal sends to all: only the parent may decide."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)


def _assign(worker: _Worker[Task, Result], index: int, tasks: Sequence[Task], timeout: float) -> None:
    worker.index = index
    worker.deadline = time.monotonic() + timeout
    try:
        worker.pipe.send(tasks[index])
    except (BrokenPipeError, ConnectionResetError):
        # The process died while idle; the next look at its pipe reports the task as lost.
        return


def _collect(workers: list[_Worker[Task, Result]]) -> Iterator[tuple[int, Result | Lost]]:
    busy = [worker for worker in workers if worker.index >= 0]
    patience = max(0.0, min(worker.deadline for worker in busy) - time.monotonic())
    ready = wait([worker.pipe for worker in busy], patience)
    for worker in busy:
        outcome: Result | Lost
        if worker.pipe in ready:
            try:
                outcome = worker.pipe.recv()
            except (EOFError, OSError):
                outcome = Lost("died")
        elif time.monotonic() >= worker.deadline:
            outcome = Lost("timeout")
        else:
            continue
        index, worker.index = worker.index, -1
        if isinstance(outcome, Lost) and outcome.cause in {"died", "timeout"}:
            workers.remove(worker)
            _end(worker)
        yield index, outcome


def _end(worker: _Worker[Task, Result]) -> None:
    end_process(worker.process)
    worker.pipe.close()


def end_process(process: SpawnProcess) -> None:
    """Kill a process with all its descendants; stopped first, so that it cannot start another meanwhile."""
    try:
        leader = psutil.Process(process.pid)
        leader.suspend()
        family = [*leader.children(recursive=True), leader]
    except psutil.NoSuchProcess:
        family = []
    for member in family:
        try:
            member.kill()
        except psutil.NoSuchProcess:
            continue
    process.join(_GRACE_SECONDS)


def _serve(
    pipe: Connection,
    work: Callable[[Task], Result],
    environment: Mapping[str, str],
    folder: str,
    memory: int,
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.update(environment)
    os.chdir(folder)
    limit_memory(memory)
    while True:
        try:
            task = pipe.recv()
        except EOFError:
            return
        try:
            outcome: Result | Lost = work(task)
        except Exception as error:  # noqa: BLE001 - whatever it is, the parent must learn of it
            outcome = lost_by(error)
        try:
            pipe.send(outcome)
        except BrokenPipeError:
            return

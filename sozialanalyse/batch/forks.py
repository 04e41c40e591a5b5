"""Working through tasks in forks of one process that has everything ready, one fork per task.

Three generations: this process starts a *parent*, a fresh interpreter with an environment of its own, which
prepares and then forks a *worker* for every task. So no thread of this process, such as that of a progress
bar, is ever forked. The parent follows its workers by the operating system's own handles: a worker that is
killed, crashes, loops or forks in turn costs one task, and leaves nothing behind.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, TypeVar, cast

import psutil

from sozialanalyse.batch.executors import RUN_SECONDS, Lost, end_process, interrupt_ignored, lost_by
from sozialanalyse.batch.limits import RUN_MEMORY, adopt_orphans, die_with_parent, kill_group, limit_memory

__all__ = ["Order", "Parent", "run_in_forks", "start_parent"]

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Order:
    """What the parent is to do; sent after it has started, so that it imports under its own environment.

    Attributes
    ----------
    work, tasks, jobs, timeout, memory
        As for `run_in_forks`.
    stays : bool
        Whether it waits to be told the index of each task to do, until its pipe is closed; else it does all.
    """

    work: Callable[[Any], Any]
    tasks: Sequence[Any]
    jobs: int
    timeout: float
    memory: int
    stays: bool = False


@dataclass(frozen=True, slots=True)
class Parent:
    """A parent of forks, as seen by whoever started it.

    Attributes
    ----------
    process : SpawnProcess
        Its process.
    pipe : Connection
        Takes what prepares and an `Order`, then gives results.
    """

    process: SpawnProcess
    pipe: Connection

    def send(self, prepare: Callable[[Sequence[Any]], None], order: Order) -> None:
        """Tell it what to do; what prepares is sent apart from the order, and so forgotten afterwards."""
        self.pipe.send((prepare, order))

    def end(self) -> None:
        """End it with all that it started; a second time does nothing."""
        self.pipe.close()
        if self.process.is_alive():
            end_process(self.process)


@dataclass(slots=True)
class _Worker:
    index: int
    process: int
    handle: int
    pipe: Connection
    deadline: float


def run_in_forks(
    work: Callable[[Task], Result],
    tasks: Sequence[Task],
    *,
    environment: Mapping[str, str],
    folder: str,
    jobs: int,
    prepare: Callable[[Sequence[Task]], None],
    timeout: float = RUN_SECONDS,
    memory: int = RUN_MEMORY,
    parent: Parent | None = None,
    meanwhile: Callable[[], object] = tuple,
) -> Generator[tuple[int, Result | Lost], None, None]:
    """Work through tasks in forks; only where `can_fork` says so.

    Parameters
    ----------
    work : callable
        Importable function of one task. Each call has a process for itself, and may do with it what it likes.
    tasks : sequence
        What to do, started in this order.
    environment : mapping of str
        Variables of the parent and all below it, set before its interpreter starts.
    folder : str
        Working directory.
    jobs : int
        Workers at a time, at least 1.
    prepare : callable
        Importable function of all tasks, called once in the parent before the first fork. May leave no
        thread behind.
    timeout : float
        Seconds that one task may take.
    memory : int
        Bytes that one task may allocate.
    parent : Parent, optional
        One that was started before, with its own environment and folder, and has no order yet.
    meanwhile : callable
        Called once in this process when the first task is under way: there is time until it is done.

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
    if not tasks:
        return
    parent = parent or start_parent(environment, folder)
    missing = set(range(len(tasks)))
    groups: dict[int, int] = {}
    idle = True
    try:
        try:
            parent.send(prepare, Order(work, tasks, jobs, timeout, memory))
            while missing:
                kind, index, value = parent.pipe.recv()
                if kind == "started":
                    groups[index] = value
                    if idle:
                        meanwhile()
                    idle = False
                else:
                    missing.discard(index)
                    groups.pop(index, None)
                    yield index, value
        except (EOFError, ConnectionError):
            # The parent itself was lost, and with it its workers; not what these had started.
            for leader in groups.values():
                kill_group(leader)
            yield from ((index, Lost("died")) for index in sorted(missing))
    finally:
        parent.end()


def start_parent(
    environment: Mapping[str, str], folder: str, begin: Callable[[], Iterable[object]] = tuple
) -> Parent:
    """Start a parent of forks.

    Parameters
    ----------
    environment, folder
        As for `run_in_forks`.
    begin : callable
        Importable function of what can be done before the order is there, in steps; as many are done as
        there is time for. What prepares has to do the others.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_lead, args=(theirs, folder, begin), daemon=False)
    with interrupt_ignored(), _set(environment):
        process.start()
    theirs.close()
    return Parent(process, ours)


@contextmanager
def _set(environment: Mapping[str, str]) -> Iterator[None]:
    """Have these variables for a moment: an interpreter takes its hash seed from those it starts with."""
    former = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    try:
        yield
    finally:
        for name, value in former.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _lead(pipe: Connection, folder: str, begin: Callable[[], Iterable[object]]) -> None:
    """Be the parent: prepare, fork for every task, hand results on, leave nothing behind."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    adopt_orphans()
    os.chdir(folder)
    # An import that fails here fails again when all is prepared, and is reported then.
    with suppress(ImportError):
        for _ in begin():
            if pipe.poll():
                break
    try:
        order = _prepared(pipe)
    except EOFError:
        return
    if order is None:
        return
    # What is there now is there for good: the collector need not touch, and so copy, its pages in every fork.
    gc.collect()
    gc.freeze()
    waiting = [] if order.stays else list(range(len(order.tasks)))[::-1]
    workers: list[_Worker] = []
    # Whoever started this process may be gone at any time; then nobody wants the results any more.
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while waiting or workers or order.stays:
            while waiting and len(workers) < order.jobs:
                worker = _fork(order, waiting.pop(), pipe)
                workers.append(worker)
                pipe.send(("started", worker.index, worker.process))
            if _follow(workers, pipe):
                waiting.insert(0, pipe.recv())
    _end_all()


def _prepared(pipe: Connection) -> Order | None:
    """Take an order and prepare for it; None if that fails, which is then the result of every task."""
    prepare, order = pipe.recv()
    try:
        prepare(order.tasks)
    except Exception as error:  # noqa: BLE001 - whatever it is, whoever started this process must learn of it
        for index in range(len(order.tasks)):
            pipe.send(("finished", index, lost_by(error)))
        return None
    return cast("Order", order)


def _fork(order: Order, index: int, pipe: Connection) -> _Worker:
    _require_one_thread()
    source, target = multiprocessing.Pipe(duplex=False)
    leader = os.getpid()
    process = os.fork()
    if process == 0:
        # Whatever happens in here must not return into the parent's code.
        try:
            pipe.close()
            source.close()
            _work(order, index, target, leader)
        finally:
            os._exit(1)
    target.close()
    # The worker does the same; whoever comes first.
    with suppress(ProcessLookupError, PermissionError):
        os.setpgid(process, process)
    return _Worker(index, process, os.pidfd_open(process), source, time.monotonic() + order.timeout)


def _require_one_thread() -> None:
    if threading.active_count() > 1:
        raise RuntimeError("a thread was started before the fork")


def _work(order: Order, index: int, target: Connection, leader: int) -> None:
    """Do one task; in its worker."""
    os.setpgid(0, 0)
    die_with_parent(leader)
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    limit_memory(order.memory)
    try:
        outcome = order.work(order.tasks[index])
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent must learn of it
        outcome = lost_by(error)
    target.send(outcome)
    os._exit(0)


def _follow(workers: list[_Worker], pipe: Connection) -> bool:
    """Wait until something happens, and take it; return whether whoever wants results has sent something."""
    patience = None
    if workers:
        patience = max(0.0, min(worker.deadline for worker in workers) - time.monotonic())
    handles: list[Any] = [pipe, *(end for worker in workers for end in (worker.pipe, worker.handle))]
    ready = wait(handles, patience)
    for worker in list(workers):
        if worker.pipe in ready or worker.handle in ready:
            cause = "died"
        elif time.monotonic() >= worker.deadline:
            cause = "timeout"
        else:
            continue
        workers.remove(worker)
        pipe.send(("finished", worker.index, _outcome(worker, cause)))
    return pipe in ready


def _outcome(worker: _Worker, cause: str) -> object:
    """Return the result of a worker, or why it has none; end it with all that it started."""
    received = _received(worker) if cause == "died" else ()
    if not received or isinstance(received[0], Lost):
        _kill_family(worker.process)
    kill_group(worker.process)
    _, status = os.waitpid(worker.process, 0)
    os.close(worker.handle)
    worker.pipe.close()
    if received:
        return received[0]
    return Lost("timeout") if cause == "timeout" else Lost("died", _ending(status))


def _received(worker: _Worker) -> tuple[object, ...]:
    """Return what a worker sent; if it is gone, a descendant may still hold the pipe, so never just wait."""
    try:
        return (worker.pipe.recv(),) if worker.pipe.poll() else ()
    except (EOFError, OSError):
        return ()


def _ending(status: int) -> str:
    if os.WIFSIGNALED(status):
        return signal.Signals(os.WTERMSIG(status)).name
    return f"Rückgabewert {os.WEXITSTATUS(status)}"


def _kill_family(process: int) -> None:
    """Kill a process with its descendants, those in other groups too; stopped first, so none is added."""
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGSTOP)
    with suppress(psutil.NoSuchProcess):
        for member in psutil.Process(process).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                member.kill()
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def _end_all() -> None:
    """Kill every descendant; orphans became children of this process."""
    while family := psutil.Process().children(recursive=True):
        for member in family:
            with suppress(psutil.NoSuchProcess):
                member.kill()
        with suppress(ChildProcessError):
            while True:
                os.waitpid(-1, 0)

"""Which engine a batch runs on, and with which processes: forks where they are safe, kernels elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Literal

from sozialanalyse.batch.cluster import run_on_cluster
from sozialanalyse.batch.engine import execute_in_process, execute_with_papermill
from sozialanalyse.batch.executors import RUN_SECONDS, Executor, run_in_processes
from sozialanalyse.batch.forks import run_in_forks
from sozialanalyse.batch.limits import RUN_MEMORY, can_fork
from sozialanalyse.batch.runs import Engine
from sozialanalyse.batch.warm import warm_up
from sozialanalyse.errors import ParameterError

__all__ = ["Machinery", "choose_machinery"]

_MEBIBYTE = 1024**2


@dataclass(frozen=True, slots=True)
class Machinery:
    """An engine with the executor that it belongs to.

    Attributes
    ----------
    name : {"fork", "papermill"}
        What it is.
    engine : Engine
        Executes one notebook.
    executor : Executor
        Works through all.
    remark : str
        German sentence if it is not what was asked for, otherwise ``""``.
    """

    name: Literal["fork", "papermill"]
    engine: Engine
    executor: Executor
    remark: str = ""


def choose_machinery(
    name: str, *, jobs: int, timeout: float | None = None, memory: int | None = None, scheduler: str = ""
) -> Machinery:
    """Return what executes notebooks.

    Parameters
    ----------
    name : {"fork", "papermill"}
        What is asked for. Both give the same bytes.
    jobs : int
        Processes at a time.
    timeout : float, optional
        Seconds that a page may take.
    memory : int, optional
        Mebibytes that a page may take.
    scheduler : str
        Address of a Dask scheduler, ``"local"`` for one of this machine, or ``""`` for none.

    Returns
    -------
    Machinery
        Stock papermill with a remark where forks are asked for, but not safe.

    Raises
    ------
    ParameterError
        If a scheduler is given, but no forks.
    """
    seconds = RUN_SECONDS if timeout is None else timeout
    size = RUN_MEMORY if memory is None else memory * _MEBIBYTE
    if scheduler:
        if name != "fork" or not can_fork():
            raise ParameterError("»--scheduler« geht nur mit »--engine fork« und nur unter Linux.")
        cluster: Executor = partial(
            run_on_cluster, address=scheduler, jobs=jobs, timeout=seconds, memory=size
        )
        return Machinery("fork", execute_in_process, cluster)
    if name == "fork" and can_fork():
        forks: Executor = partial(run_in_forks, jobs=jobs, timeout=seconds, memory=size, prepare=warm_up)
        return Machinery("fork", execute_in_process, forks)
    processes: Executor = partial(run_in_processes, jobs=jobs, timeout=seconds, memory=size)
    remark = (
        "Dieses Betriebssystem kann Prozesse nicht sicher verzweigen; die Seiten entstehen mit der "
        "gewöhnlichen Engine von papermill."
        if name == "fork"
        else ""
    )
    return Machinery("papermill", execute_with_papermill, processes, remark)

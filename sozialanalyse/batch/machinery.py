"""Which engine a batch runs on, and with which processes: forks where they are safe, kernels elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, cast

from sozialanalyse.batch.cluster import run_on_cluster
from sozialanalyse.batch.engine import execute_in_process, execute_with_papermill
from sozialanalyse.batch.environment import open_workshop
from sozialanalyse.batch.executors import RUN_SECONDS, Executor, run_in_processes
from sozialanalyse.batch.forks import run_in_forks, start_parent
from sozialanalyse.batch.limits import RUN_MEMORY, can_fork
from sozialanalyse.batch.runs import Engine
from sozialanalyse.batch.warm import Known, begin_imports, warm_up
from sozialanalyse.errors import ParameterError
from sozialanalyse.project import chosen_folder

if TYPE_CHECKING:
    from sozialanalyse.batch.project import Project

__all__ = ["Machinery", "choose_machinery", "head_start"]

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
    prepares : bool
        Whether it has a process that prepares for all pages on this machine.
    """

    name: Literal["fork", "papermill"]
    engine: Engine
    executor: Executor
    remark: str = ""
    prepares: bool = False

    def knowing(self, project: Project) -> Machinery:
        """Return the same, but such that what prepares need not read the dataset again."""
        if not self.prepares:
            return self
        known = Known.of(project.data, project.parameters, project.dataset)
        return self._with(prepare=partial(warm_up, known=known))

    def _with(self, **options: object) -> Machinery:
        return replace(self, executor=partial(cast("Callable[..., Any]", self.executor), **options))


@contextmanager
def head_start(machinery: Machinery, data: str, parameters: str) -> Iterator[Machinery]:
    """Let what prepares begin with its imports, while others read the dataset.

    Parameters
    ----------
    machinery : Machinery
        What executes notebooks.
    data, parameters : str
        As for `sozialanalyse.batch.project.open_project`.

    Yields
    ------
    Machinery
        For one batch; when it is left, nothing of it is left behind.
    """
    if not machinery.prepares:
        yield machinery
        return
    folders = chosen_folder("data", data), chosen_folder("parameters", parameters)
    with open_workshop(*folders) as (environment, folder):
        parent = start_parent(environment, folder, begin_imports)
        try:
            yield machinery._with(parent=parent)
        finally:
            parent.end()


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
        forks: Executor = partial(
            run_in_forks,
            jobs=jobs,
            timeout=seconds,
            memory=size,
            prepare=warm_up,
            # What comes after the last page takes long to import.
            meanwhile=partial(import_module, "sozialanalyse.batch.audit"),
        )
        return Machinery("fork", execute_in_process, forks, prepares=True)
    processes: Executor = partial(run_in_processes, jobs=jobs, timeout=seconds, memory=size)
    remark = (
        "Dieses Betriebssystem kann Prozesse nicht sicher verzweigen; die Seiten entstehen mit der "
        "gewöhnlichen Engine von papermill."
        if name == "fork"
        else ""
    )
    return Machinery("papermill", execute_with_papermill, processes, remark)

"""Working through a batch on several machines, by a Dask scheduler.

Each worker gets data, parameters and notebooks once, and prepares them once (`sozialanalyse.batch.station`);
then it gets numbers of tasks, and gives back pages. So machines need not share anything but the packages.
A worker that is lost costs time: the scheduler gives its tasks to another one.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sozialanalyse.batch.cache import code_digest, installed_packages
from sozialanalyse.batch.executors import Lost, lost_by
from sozialanalyse.batch.limits import can_fork
from sozialanalyse.batch.page import Job
from sozialanalyse.errors import ParameterError, RunError
from sozialanalyse.project import DATA_VARIABLE, PARAMETERS_VARIABLE

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["LOCAL", "run_on_cluster"]

LOCAL: Final = "local"
"""Instead of an address: a scheduler and workers of this machine, for as long as the batch goes on."""

_CONNECT_SECONDS: Final = 5
_WORKER_SECONDS: Final = 20


def run_on_cluster(
    work: Callable[[Any], Any],
    tasks: Sequence[Any],
    *,
    environment: Mapping[str, str],
    folder: str,
    address: str,
    jobs: int,
    timeout: float,
    memory: int,
) -> Generator[tuple[int, Any], None, None]:
    """Work through tasks on the workers of a Dask scheduler.

    Parameters
    ----------
    work, tasks, environment, timeout, memory
        As for `sozialanalyse.batch.forks.run_in_forks`; the environment names the folders to be sent.
    folder : str
        Where a local cluster keeps what it needs.
    address : str
        Of the scheduler, such as ``"tcp://10.0.0.1:8786"``, or `LOCAL`.
    jobs : int
        Workers of a local cluster.

    Yields
    ------
    index : int
        Of the task.
    result : object or Lost
        What `work` returned, or why it did not.

    Raises
    ------
    ParameterError
        If Dask is not installed.
    RunError
        If nobody answers, or a worker has other code or packages: its pages would differ.
    """
    if not tasks:
        return
    with _connected(address, jobs, folder) as client:
        from sozialanalyse.batch.station import STATION, Station  # noqa: PLC0415 - needs the optional package

        _require_same(client)
        files = _packed(environment, tasks)
        client.register_plugin(Station(work, tasks, files, timeout, memory), name=STATION)
        try:
            yield from _results(client, len(tasks))
        finally:
            client.unregister_worker_plugin(STATION)


def _results(client: Client, count: int) -> Iterator[tuple[int, Any]]:
    from distributed import as_completed  # noqa: PLC0415 - an optional package
    from distributed.scheduler import KilledWorker  # noqa: PLC0415

    from sozialanalyse.batch.station import do_task  # noqa: PLC0415

    numbers = {client.submit(do_task, index, pure=False): index for index in range(count)}
    for future in as_completed(list(numbers)):
        error = future.exception()
        if error is None:
            outcome = future.result()
        else:
            outcome = Lost("died") if isinstance(error, KilledWorker) else lost_by(error)
        yield numbers.pop(future), outcome
        # The scheduler forgets a result that nobody refers to any more.
        future.release()


@contextmanager
def _connected(address: str, jobs: int, folder: str) -> Iterator[Client]:
    try:
        from distributed import Client, LocalCluster  # noqa: PLC0415 - an optional package
    except ImportError:
        raise ParameterError(
            "»--scheduler« braucht das Paket »distributed«, das hier fehlt. "
            'Bitte einrichten: pip install "sozialanalyse[cluster]".'
        ) from None
    if address == LOCAL:
        cluster = LocalCluster(
            n_workers=jobs,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
            local_directory=folder,
            silence_logs="ERROR",
        )
        with cluster, Client(cluster) as client:
            yield client
        return
    try:
        client = Client(address, timeout=_CONNECT_SECONDS)
    except (OSError, ValueError):
        raise RunError(
            f"Unter »{address}« antwortet kein Scheduler von Dask. Bitte Adresse und Netz prüfen; eine "
            'Adresse hat die Form "tcp://rechner:8786", für diesen Rechner allein steht "local".'
        ) from None
    with client:
        yield client


def _require_same(client: Client) -> None:
    """Refuse workers whose pages would not be the same as ours."""
    try:
        client.wait_for_workers(1, timeout=_WORKER_SECONDS)
        found = client.run(_facts)
    except (TimeoutError, ImportError):
        raise RunError(
            "Der Scheduler hat keinen Worker, der »sozialanalyse« kennt. Bitte auf jedem Rechner dieselben "
            "Pakete einrichten und einen Worker starten: dask worker ADRESSE."
        ) from None
    ours = _facts()
    others = sorted(name for name, facts in found.items() if facts != ours)
    if others:
        raise RunError(
            f"Diese Worker haben anderen Code, andere Pakete oder kein Linux: {', '.join(others)}. Ihre "
            "Seiten sähen anders aus. Bitte auf jedem Rechner denselben Stand einrichten."
        )


def _facts() -> tuple[str, str, bool]:
    return code_digest(), installed_packages(), can_fork()


def _packed(environment: Mapping[str, str], tasks: Sequence[Job]) -> dict[str, bytes]:
    """Read all files that a worker needs, by their path below its folder."""
    folders = {"data": Path(environment[DATA_VARIABLE]), "parameters": Path(environment[PARAMETERS_VARIABLE])}
    files = {
        f"{name}/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for name, folder in folders.items()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    notebooks = {task.run.path for task in tasks}
    return files | {f"notebooks/{path.name}": path.read_bytes() for path in sorted(notebooks)}

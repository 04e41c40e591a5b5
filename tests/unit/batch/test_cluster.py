"""A batch on a real scheduler of Dask with two real workers: the same pages, also if one is killed."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from sozialanalyse.batch import cluster
from sozialanalyse.batch.limits import can_fork
from sozialanalyse.batch.machinery import choose_machinery
from sozialanalyse.errors import ParameterError, RunError

needs_dask = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None or not can_fork(),
    reason="the extra »cluster« is not installed, or this system cannot fork safely",
)
SHOW = """import os, pathlib, time
from IPython.display import HTML
(pathlib.Path(os.environ["SA_TEST_MARKS"]) / f"{area_id}-{os.getpid()}").touch()
time.sleep(float(os.environ["SA_TEST_SECONDS"]))
HTML(f"<h1>Bild von {area_id}</h1>")"""


def command(*arguments: str, folder: Path, **variables: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )


@pytest.fixture
def dask(
    tmp_path: Path, wait_for: Callable[..., Any]
) -> Iterator[tuple[str, list[subprocess.Popen[str]], Path]]:
    """Return the address of a scheduler with two workers on loopback, these, and a folder of marks."""
    marks = tmp_path / "marken"
    marks.mkdir()
    contact = tmp_path / "scheduler.json"
    options = ["--host", "127.0.0.1", "--no-dashboard"]
    scheduler = command(
        "distributed.cli.dask_scheduler",
        "--port",
        "0",
        "--scheduler-file",
        str(contact),
        *options,
        folder=tmp_path,
    )
    started = [scheduler]
    try:
        address = json.loads(wait_for(lambda: contact.is_file() and contact.read_text()))["address"]
        worker = ("distributed.cli.dask_worker", address, "--nworkers", "1", "--nthreads", "1", "--no-nanny")
        variables = {"SA_TEST_MARKS": str(marks), "SA_TEST_SECONDS": "1.5"}
        started += [command(*worker, *options, folder=tmp_path, **variables) for _ in range(2)]
        yield address, started[1:], marks
    finally:
        family = [psutil.Process(one.pid) for one in started if one.poll() is None]
        family += [child for one in family for child in one.children(recursive=True)]
        for one in started:
            one.kill()
            one.communicate()
        # What a killed worker had started ends by itself.
        assert psutil.wait_procs(family, timeout=20)[1] == []


@needs_dask
def test_a_killed_worker_costs_no_page_and_the_bytes_are_those_of_one_machine(
    tmp_path: Path,
    make_project: Callable[..., Path],
    dask: tuple[str, list[subprocess.Popen[str]], Path],
    wait_for: Callable[..., Any],
    reproducible: Callable[[Path], dict[str, bytes]],
) -> None:
    address, workers, marks = dask
    folder = make_project(tmp_path / "projekt", SHOW)
    call = ["sozialanalyse", "run", "--data", "data", "--parameters", "parameters"]
    batch = command(*call, "--scheduler", address, "--out", "verteilt", folder=folder)
    try:
        # Both are at work, each on a page of its own: now one is lost.
        wait_for(lambda: batch.poll() is not None or len(list(marks.iterdir())) >= 2)
        workers[0].kill()
        told, _ = batch.communicate(timeout=120)
    finally:
        batch.kill()
    assert batch.returncode == 0, told
    assert "5 Seiten erstellt, 0 fehlgeschlagen" in told
    areas = [mark.name.partition("-")[0] for mark in marks.iterdir()]
    # Somebody did again what the lost worker was at.
    assert len(areas) > len(set(areas)) == 5
    here = tmp_path / "hier"
    here.mkdir()
    alone = command(*(*call, "--out", "allein"), folder=folder, SA_TEST_MARKS=str(here), SA_TEST_SECONDS="0")
    assert alone.communicate(timeout=120)[0]
    assert reproducible(folder / "verteilt") == reproducible(folder / "allein")


@needs_dask
def test_nobody_at_the_address_is_said_clearly(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cluster, "_CONNECT_SECONDS", 1)
    with (
        pytest.raises(RunError, match="antwortet kein Scheduler von Dask"),
        cluster._connected("tcp://127.0.0.1:9", 1, str(tmp_path)),
    ):
        pass


@needs_dask
@pytest.mark.parametrize("others", [{"tcp://a:1": ("anders", "", True)}, ImportError("sozialanalyse")])
def test_workers_whose_pages_would_differ_are_refused(others: Any) -> None:
    class Client:
        def wait_for_workers(self, *_: object, **__: object) -> None:
            return None

        def run(self, _: object) -> object:
            if isinstance(others, Exception):
                raise others
            return others

    with pytest.raises(RunError, match=r"tcp://a:1\. Ihre Seiten|keinen Worker, der"):
        cluster._require_same(Client())  # type: ignore[arg-type]


def test_without_dask_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(ParameterError, match=r'pip install "sozialanalyse\[cluster\]"'),
        cluster._connected("local", 1, str(tmp_path)),
    ):
        pass


def test_a_scheduler_needs_forks() -> None:
    with pytest.raises(ParameterError, match="nur mit »--engine fork«"):
        choose_machinery("papermill", jobs=1, scheduler="local")

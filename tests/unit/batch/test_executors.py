"""Parallel work: lost, hanging and raising tasks cost no other task, and nothing is left behind."""

from __future__ import annotations

import importlib
import multiprocessing
import operator
import os
import re
import subprocess
import sys
import time
from contextlib import closing
from functools import partial
from pathlib import Path

import psutil

from sozialanalyse.batch.executors import Lost, run_in_processes

# Every task is a call without arguments; all are importable in a fresh process.
run = partial(run_in_processes, operator.call)


def results(tasks: list[partial[object]], folder: Path, **options: float) -> dict[int, object]:
    settings = {"jobs": 1, "timeout": 60.0, "environment": {}, "folder": str(folder)} | options
    return dict(run(tasks, **settings))  # type: ignore[arg-type]


def test_every_result_comes_with_its_index(tmp_path: Path) -> None:
    tasks = [partial(operator.neg, number) for number in range(5)]
    assert results(tasks, tmp_path, jobs=2) == {number: -number for number in range(5)}


def test_no_more_processes_start_than_there_are_tasks(tmp_path: Path) -> None:
    with closing(run([partial(os.getpid)], jobs=4, environment={}, folder=str(tmp_path))) as stream:
        (index, worker) = next(stream)
        spawned = [child for child in multiprocessing.active_children() if child.pid is not None]
        assert (index, [child.pid for child in spawned]) == (0, [worker])


def test_a_dying_and_a_raising_task_cost_only_themselves(tmp_path: Path) -> None:
    tasks = [
        partial(operator.neg, 1),
        partial(os._exit, 3),
        partial(operator.truediv, 1, 0),
        partial(operator.neg, 2),
    ]
    found = results(tasks, tmp_path)
    raised = found.pop(2)
    assert found == {0: -1, 1: Lost("died"), 3: -2}
    assert isinstance(raised, Lost)
    assert raised.cause == "raised"
    assert re.fullmatch(r"ZeroDivisionError in sozialanalyse\.batch\.executors, Zeile \d+", raised.detail)


def test_a_missing_package_is_named_with_the_place_but_no_message(tmp_path: Path) -> None:
    tasks = [partial(importlib.import_module, "gibt_es_nicht"), partial(operator.neg, 1)]
    found = results(tasks, tmp_path)
    assert found[1] == -1
    assert isinstance(found[0], Lost)
    assert found[0].cause == "missing"
    assert found[0].detail.startswith("ModuleNotFoundError (»gibt_es_nicht«) in sozialanalyse.batch.")


def test_a_hanging_task_is_ended_with_what_it_started(tmp_path: Path) -> None:
    mark = f"import time; time.sleep(61.{os.getpid()})"
    hanging = partial(subprocess.run, [sys.executable, "-c", mark])
    assert results([hanging, partial(operator.neg, 1)], tmp_path, timeout=4.0) == {0: Lost("timeout"), 1: -1}
    assert not [
        process for process in psutil.process_iter(["cmdline"]) if mark in (process.info["cmdline"] or [])
    ]


def test_environment_and_folder_hold_in_the_processes(tmp_path: Path) -> None:
    tasks = [partial(os.getenv, "SOZIALANALYSE_TEST"), partial(os.getcwd)]
    options = {"environment": {"SOZIALANALYSE_TEST": "ja"}}
    assert results(tasks, tmp_path, **options) == {0: "ja", 1: str(tmp_path)}  # type: ignore[arg-type]
    assert "SOZIALANALYSE_TEST" not in os.environ


def test_breaking_off_ends_all_processes(tmp_path: Path) -> None:
    before = set(psutil.Process().children(recursive=True))
    tasks = [partial(operator.neg, 1), *[partial(time.sleep, 60)] * 3]
    with closing(run(tasks, jobs=2, timeout=60.0, environment={}, folder=str(tmp_path))) as stream:
        assert next(stream) == (0, -1)
    left = set(psutil.Process().children(recursive=True)) - before
    # The tracker of multiprocessing belongs to the parent and ends with it.
    assert not [process for process in left if "resource_tracker" not in " ".join(process.cmdline())]

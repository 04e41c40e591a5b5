"""Work in forks: killed, crashing, greedy and hanging tasks cost no other, and nothing is left behind."""

from __future__ import annotations

import ctypes
import multiprocessing
import operator
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from sozialanalyse.batch.executors import Lost
from sozialanalyse.batch.forks import run_in_forks
from sozialanalyse.batch.limits import can_fork

pytestmark = pytest.mark.skipif(not can_fork(), reason="this system cannot fork safely")

# Every task is a call without arguments; all, and what prepares them, are importable in a fresh process.
Call = partial[Any]
run = partial(run_in_forks, operator.call)


def run_code(code: str) -> Call:
    return partial(exec, code, {})


def results(tasks: Sequence[Call], folder: Path, **options: Any) -> dict[int, Any]:
    settings = {"jobs": 2, "timeout": 60.0, "environment": {}, "folder": str(folder), "prepare": len}
    return dict(run(tasks, **(settings | options)))


def processes_with(mark: str) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["cmdline", "status"])
        if mark in " ".join(process.info["cmdline"] or []) and process.info["status"] != "zombie"
    ]


def test_every_result_comes_with_its_index_from_a_process_of_its_own(tmp_path: Path) -> None:
    tasks = [partial(operator.neg, number) for number in range(4)] + [partial(os.getpid)] * 3
    found = results(tasks, tmp_path)
    assert [found[number] for number in range(4)] == [0, -1, -2, -3]
    assert len({found[number] for number in range(4, 7)} | {os.getpid()}) == 4


def test_what_is_prepared_once_is_there_in_every_fork_and_what_a_fork_does_in_no_other(
    tmp_path: Path,
) -> None:
    prepare = partial(exec, "import sys; sys.bereit = [len(tasks)]", {})
    task = partial(eval, "(__import__('sys').bereit.append(0), list(__import__('sys').bereit))[1]", {})
    found = results([task, task], tmp_path, prepare=_Prepare(prepare))
    assert found == {0: [2, 0], 1: [2, 0]}


class _Prepare:
    """Calls the given code with the tasks under that name."""

    def __init__(self, call: Call) -> None:
        self.call = call

    def __call__(self, tasks: Sequence[object]) -> None:
        self.call.args[1]["tasks"] = tasks
        self.call()


def test_environment_holds_from_the_start_of_the_interpreter(tmp_path: Path) -> None:
    environment = {"PYTHONHASHSEED": "0", "SOZIALANALYSE_TEST": "ja"}
    tasks = [partial(os.getenv, "SOZIALANALYSE_TEST"), partial(os.getcwd), partial(hash, "Oberhausen")]
    found = results(tasks, tmp_path, environment=environment)
    # Of another interpreter with the same seed: origin of the expected hash.
    same = subprocess.run(
        [sys.executable, "-c", "print(hash('Oberhausen'))"],
        env={**os.environ, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found == {0: "ja", 1: str(tmp_path), 2: int(same.stdout)}
    assert "SOZIALANALYSE_TEST" not in os.environ


def test_exiting_killed_crashing_and_raising_tasks_cost_only_themselves(tmp_path: Path) -> None:
    tasks = [
        partial(os._exit, 3),
        run_code("import os, signal; os.kill(os.getpid(), signal.SIGKILL)"),
        partial(ctypes.string_at, 0),
        partial(operator.truediv, 1, 0),
        partial(sys.exit, 0),
        partial(operator.neg, 2),
    ]
    found = results(tasks, tmp_path)
    assert re.fullmatch(r"ZeroDivisionError in sozialanalyse\.batch\.forks, Zeile \d+", found.pop(3).detail)
    assert found == {
        0: Lost("died", "Rückgabewert 3"),
        1: Lost("died", "SIGKILL"),
        2: Lost("died", "SIGSEGV"),
        4: Lost("died", "Rückgabewert 1"),
        5: -2,
    }


def test_a_greedy_task_meets_its_bound(tmp_path: Path) -> None:
    tasks = [partial(bytearray, 600 * 1024**2), partial(operator.neg, 1)]
    found = results(tasks, tmp_path, memory=300 * 1024**2)
    assert found[1] == -1
    assert found[0].detail.startswith("MemoryError in ")


def test_a_preparation_that_fails_says_how_for_every_task(tmp_path: Path) -> None:
    broken = partial(exec, "import gibt_es_nicht", {})
    found = results([partial(operator.neg, 1)] * 2, tmp_path, prepare=_Prepare(broken))
    assert [(lost.cause, lost.detail[:37]) for lost in found.values()] == [
        ("missing", "ModuleNotFoundError (»gibt_es_nicht«)")
    ] * 2


def test_a_gigabyte_of_text_goes_nowhere(tmp_path: Path) -> None:
    tasks = [run_code("import os\nfor _ in range(1024): os.write(1, bytes(2**20))"), partial(operator.neg, 1)]
    assert results(tasks, tmp_path) == {0: None, 1: -1}


def test_a_hanging_task_is_ended_with_what_it_started_even_in_another_session(tmp_path: Path) -> None:
    mark = f"schlaf-{os.getpid()}-{time.monotonic_ns()}"
    sleeper = [sys.executable, "-c", f"import time; time.sleep(61)  # {mark}"]
    code = f"import subprocess\nsubprocess.Popen({sleeper!r}, start_new_session=True)\nwhile True: pass"
    found = results([run_code(code), partial(operator.neg, 1)], tmp_path, timeout=2.0)
    assert found == {0: Lost("timeout"), 1: -1}
    assert processes_with(mark) == []


def test_a_dead_task_whose_descendant_holds_the_pipe_does_not_hang(tmp_path: Path) -> None:
    code = "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(61)\nos._exit(0)"
    start = time.monotonic()
    assert results([run_code(code)], tmp_path) == {0: Lost("died", "Rückgabewert 0")}
    assert time.monotonic() - start < 30


def test_breaking_off_ends_all_processes(tmp_path: Path) -> None:
    before = set(psutil.Process().children(recursive=True))
    tasks = [partial(operator.neg, 1), *[partial(time.sleep, 60)] * 3]
    settings: dict[str, Any] = {"jobs": 2, "environment": {}, "folder": str(tmp_path), "prepare": len}
    with closing(run(tasks, **settings)) as stream:
        assert next(stream) == (0, -1)
    left = set(psutil.Process().children(recursive=True)) - before
    # The tracker of multiprocessing belongs to the caller and ends with it.
    assert not [process for process in left if "resource_tracker" not in " ".join(process.cmdline())]


def test_a_lost_parent_of_forks_is_noticed_and_takes_its_workers_along(tmp_path: Path) -> None:
    mark = tmp_path / "arbeiter"
    waiting = run_code(
        f"import os, pathlib, time\npathlib.Path({str(mark)!r}).write_text(str(os.getpid()))\ntime.sleep(60)"
    )
    settings: dict[str, Any] = {"jobs": 1, "environment": {}, "folder": str(tmp_path), "prepare": len}
    stream = run([partial(os.getpid), waiting, partial(operator.neg, 1)], **settings)
    next(stream)
    (parent,) = [child for child in multiprocessing.active_children() if child.pid is not None]
    deadline = time.monotonic() + 30
    while not (mark.exists() and mark.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    worker = psutil.Process(int(mark.read_text()))
    os.kill(parent.pid or 0, signal.SIGKILL)
    assert dict(stream) == {1: Lost("died"), 2: Lost("died")}
    assert psutil.wait_procs([worker], timeout=10)[1] == []


def test_a_killed_caller_leaves_no_process(tmp_path: Path, wait_for: Callable[..., Any]) -> None:
    mark = f"waise-{os.getpid()}-{time.monotonic_ns()}"
    sleeper = [sys.executable, "-c", f"import time; time.sleep(61)  # {mark}"]
    script = tmp_path / "aufruf.py"
    script.write_text(
        "import operator, subprocess\nfrom functools import partial\n"
        "from sozialanalyse.batch.forks import run_in_forks\n"
        "if __name__ == '__main__':\n"
        f"    tasks = [partial(subprocess.run, {sleeper!r})]\n"
        "    list(run_in_forks(operator.call, tasks, environment={}, folder='.', jobs=1, prepare=len))\n"
    )
    caller = subprocess.Popen([sys.executable, str(script)], cwd=tmp_path)
    wait_for(lambda: processes_with(mark), caller, seconds=60)
    family = psutil.Process(caller.pid).children(recursive=True)
    caller.kill()
    caller.wait()
    assert psutil.wait_procs(family, timeout=10)[1] == []
    assert processes_with(mark) == []

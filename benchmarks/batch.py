"""A whole batch by several ways, from one run of this file: seconds, and ratios to pure computing.

Pure computing is what no engine can save: reading, computing, the studies once, every page's cells one after
another in one plain process that has imported everything, and rendering. Only our runs audit their pages too.
Stock papermill with nbconvert is timed on a few pages and scaled up. Processors counts the seconds of all
processes: it hardly depends on what else the machine does.
`python benchmarks/batch.py [PAGES [STOCK]]`: how many pages of the embedded dataset (all), and how many of
them by stock papermill and by our papermill engine (3).
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sozialanalyse.batch.environment import ONE_THREAD, PLOT_BACKEND
from sozialanalyse.batch.executors import available_cores
from sozialanalyse.batch.project import open_project

PURE = """
import sys, time
from sozialanalyse.analysis import load_analysis
from sozialanalyse.batch.engine import execute_in_process
from sozialanalyse.batch.links import area_tree, navigation_of, provenance_of
from sozialanalyse.batch.page import Job, make_page
from sozialanalyse.batch.project import open_project
from sozialanalyse.batch.warm import begin_imports
for _ in begin_imports():
    pass
start, work = time.monotonic(), time.process_time()
project = open_project()
load_analysis()
tree, provenance = area_tree(project.dataset), provenance_of(project.dataset)
for run in project.plan.runs[: int(sys.argv[1])]:
    make_page(Job(run, provenance, navigation_of(run, tree, {})), engine=execute_in_process)
open(sys.argv[2], "w").write(f"{time.monotonic() - start} {time.process_time() - work}")
"""


def main() -> None:
    """Measure and print."""
    runs = open_project().plan.runs
    pages = min(int(sys.argv[1]), len(runs)) if len(sys.argv) > 1 else len(runs)
    few = min(int(sys.argv[2]) if len(sys.argv) > 2 else 3, pages)
    areas = [run.area_id for run in runs[:pages]]
    cores = available_cores()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pure = _pure(folder, pages)
        stock = _stock(folder, runs[0].path, areas[:few]) * (pages / few)
        first = _ours(folder / "erste", areas[:1], "fork")
        kernels = _ours(folder / "kernel", areas[:few], "papermill") * (pages / few)
        forks = _ours(folder / "fork", areas, "fork")
        cached = _ours(folder / "fork", areas if pages < len(runs) else [], "fork")
    busy = os.getloadavg()[0]
    print(f"{pages} pages, {cores} cores, load {busy:.1f}; scaled up from {few} pages where marked *")
    rows = {
        "pure computing, one process": pure,
        "stock papermill and nbconvert, one by one *": stock,
        "our papermill engine, all cores *": kernels,
        "fork engine, all cores": forks,
        "fork engine, nothing changed": cached,
        "first page from a cold start": first,
    }
    print(f"{'':46} {'seconds':>8} {'to pure':>8} {'processors':>11} {'to pure':>8}")
    for label, (seconds, work) in rows.items():
        print(f"{label:46} {seconds:8.1f} {seconds / pure[0]:8.2f} {work:11.1f} {work / pure[1]:8.2f}")
    print(f"fork engine to pure computing spread over {cores} cores: {forks[0] / (pure[0] / cores):.2f}")
    print(f"stock papermill to fork engine: {stock[0] / forks[0]:.1f}")


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, **ONE_THREAD, **PLOT_BACKEND, "IPYTHONDIR": str(folder / "ipython")}


def _pure(folder: Path, pages: int) -> NDArray[np.float64]:
    result = folder / "sekunden"
    command = [sys.executable, "-c", PURE, str(pages), str(result)]
    subprocess.run(command, check=True, env=_environment(folder), cwd=folder, capture_output=True)
    return np.array(result.read_text().split(), dtype=np.float64)


def _stock(folder: Path, notebook: Path, areas: list[str]) -> NDArray[np.float64]:
    total = np.zeros(2)
    for area in areas:
        page = folder / f"{area}.ipynb"
        execute = ["papermill", str(notebook), str(page), "-r", "area_id", area, "--no-progress-bar"]
        for command in (execute, ["nbconvert", "--to", "html", str(page)]):
            total += _timed([sys.executable, "-m", *command], _environment(folder))
    return total


def _ours(out: Path, areas: list[str], engine: str) -> NDArray[np.float64]:
    chosen = [option for area in areas for option in ("--area", area)]
    command = [sys.executable, "-m", "sozialanalyse", "run", "--engine", engine, "--out", str(out), *chosen]
    return _timed(command, dict(os.environ))


def _timed(command: list[str], environment: dict[str, str]) -> NDArray[np.float64]:
    """Run a command; return its seconds, and those of processors, of all processes together."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, check=True, env=environment, capture_output=True)
    seconds = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    work = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return np.array([seconds, work])


if __name__ == "__main__":
    main()

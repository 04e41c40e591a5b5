"""A whole batch by several ways, from one run of this file: seconds, and ratios to pure computing.

Pure computing is what no engine can save: every page's cells, executed one after another in one plain process
that has everything ready, and rendered. Stock papermill with nbconvert is timed on a few pages and scaled up.
`python benchmarks/batch.py [PAGES [STOCK]]`: how many pages of the embedded dataset (all), and how many of
them by stock papermill and by our papermill engine (3).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

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
project = open_project()
load_analysis()
tree, provenance = area_tree(project.dataset), provenance_of(project.dataset)
start = time.monotonic()
for run in project.plan.runs[: int(sys.argv[1])]:
    make_page(Job(run, provenance, navigation_of(run, tree, {})), engine=execute_in_process)
open(sys.argv[2], "w").write(str(time.monotonic() - start))
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
        stock = _stock(folder, runs[0].path, areas[:few]) / few * pages
        first = _ours(folder / "erste", areas[:1], "fork")
        kernels = _ours(folder / "kernel", areas[:few], "papermill") / few * pages
        forks = _ours(folder / "fork", areas, "fork")
        cached = _ours(folder / "fork", areas if pages < len(runs) else [], "fork")
    print(f"{pages} pages, {cores} cores; scaled up from {few} pages where marked *")
    rows = {
        "pure computing, one process": pure,
        "stock papermill and nbconvert, one by one *": stock,
        "our papermill engine, all cores *": kernels,
        "fork engine, all cores": forks,
        "fork engine, nothing changed": cached,
        "first page from a cold start": first,
    }
    print(f"{'':46} {'seconds':>8} {'to pure':>8}")
    for label, seconds in rows.items():
        print(f"{label:46} {seconds:8.1f} {seconds / pure:8.2f}")
    print(f"fork engine to pure computing spread over {cores} cores: {forks / (pure / cores):.2f}")


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, **ONE_THREAD, **PLOT_BACKEND, "IPYTHONDIR": str(folder / "ipython")}


def _pure(folder: Path, pages: int) -> float:
    result = folder / "sekunden"
    command = [sys.executable, "-c", PURE, str(pages), str(result)]
    subprocess.run(command, check=True, env=_environment(folder), cwd=folder, capture_output=True)
    return float(result.read_text())


def _stock(folder: Path, notebook: Path, areas: list[str]) -> float:
    start = time.monotonic()
    for area in areas:
        page = folder / f"{area}.ipynb"
        execute = ["papermill", str(notebook), str(page), "-r", "area_id", area, "--no-progress-bar"]
        for command in (execute, ["nbconvert", "--to", "html", str(page)]):
            subprocess.run(
                [sys.executable, "-m", *command], check=True, env=_environment(folder), capture_output=True
            )
    return time.monotonic() - start


def _ours(out: Path, areas: list[str], engine: str) -> float:
    chosen = [option for area in areas for option in ("--area", area)]
    start = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "sozialanalyse", "run", "--engine", engine, "--out", str(out), *chosen],
        check=True,
        capture_output=True,
    )
    return time.monotonic() - start


if __name__ == "__main__":
    main()

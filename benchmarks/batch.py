"""A whole batch by several ways, from one run of this file: seconds, and ratios to pure computing.

Pure computing is what no engine can save: reading, computing, the studies once, and for every page its cells
and its HTML, one page after another in one plain process that has imported everything. The pages are those
that `run` makes without names. Our runs also audit what they have made; the same audit is timed on its own,
in one plain process, too. So there are two ratios: to pure computing alone, and to that with the audit.
What runs with kernels is timed on a few pages and scaled up. Processors counts the seconds of all processes:
it hardly depends on what else the machine does.
`python benchmarks/batch.py [AREAS [FEW]]`: how many areas of the embedded dataset (all), and how many of
their pages with kernels (3).
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
from sozialanalyse.batch.plan import select_runs
from sozialanalyse.batch.project import open_project
from sozialanalyse.batch.runs import Run

PURE = """
import sys, time
import nbformat
from sozialanalyse.analysis import load_analysis
from sozialanalyse.batch.clean import clean_notebook
from sozialanalyse.batch.engine import execute_in_process
from sozialanalyse.batch.links import area_tree, navigation_of, provenance_of
from sozialanalyse.batch.plan import select_runs
from sozialanalyse.batch.project import open_project
from sozialanalyse.batch.warm import begin_imports
from sozialanalyse.site.render import render_page
for _ in begin_imports():
    pass
start, work = time.monotonic(), time.process_time()
project = open_project()
load_analysis()
tree, provenance = area_tree(project.dataset), provenance_of(project.dataset)
for run in select_runs(project.plan, project.dataset, areas=sys.argv[2:]):
    notebook, _ = clean_notebook(execute_in_process(run))
    nbformat.writes(notebook, version=4)
    render_page(notebook, run.notebook, provenance, navigation_of(run, tree, {}))
open(sys.argv[1], "w").write(f"{time.monotonic() - start} {time.process_time() - work}")
"""

AUDIT = """
import sys, time
from pathlib import Path
from sozialanalyse.batch.audit import audit_folder
start, work = time.monotonic(), time.process_time()
audit_folder(Path(sys.argv[2]))
open(sys.argv[1], "w").write(f"{time.monotonic() - start} {time.process_time() - work}")
"""


def main() -> None:
    """Measure and print."""
    project = open_project()
    given = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    areas = [str(key) for key in project.dataset.areas.index[:given]]
    runs = select_runs(project.plan, project.dataset, areas=areas)
    few = min(int(sys.argv[2]) if len(sys.argv) > 2 else 3, len(runs))
    scale = len(runs) / few
    one = next(run for run in runs[::-1] if sum(run.area_id == other.area_id for other in runs) == 1)
    cores = available_cores()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pure = _timed_inside(PURE, folder, *areas)
        stock = _stock(folder, runs[:: len(runs) // few][:few]) * scale
        first = _ours(folder / "erste", "fork", [one.area_id])
        same = [run.area_id for run in runs if run.notebook == runs[0].notebook][:few]
        kernels = _ours(folder / "kernel", "papermill", same, runs[0].notebook) * (len(runs) / len(same))
        forks = _ours(folder / "fork", "fork", areas)
        cached = _ours(folder / "fork", "fork", areas)
        audit = _timed_inside(AUDIT, folder, str(folder / "fork"))
    busy = os.getloadavg()[0]
    print(f"{len(runs)} pages, {cores} cores, load {busy:.1f}; scaled up from {few} pages where marked *")
    rows = {
        "pure computing, one process": pure,
        "audit of all, one process": audit,
        "stock papermill and nbconvert, one by one *": stock,
        "our papermill engine, all cores *": kernels,
        "fork engine and audit, all cores": forks,
        "fork engine, nothing changed": cached,
        "first page from a cold start": first,
    }
    print(f"{'':46} {'seconds':>8} {'to pure':>8} {'processors':>11} {'to pure':>8}")
    for label, (seconds, work) in rows.items():
        print(f"{label:46} {seconds:8.1f} {seconds / pure[0]:8.2f} {work:11.1f} {work / pure[1]:8.2f}")
    for label, least in (("pure computing", pure), ("pure computing and audit", pure + audit)):
        print(f"fork engine to {label} spread over {cores} cores: {forks[0] / (least[0] / cores):.2f}")
    print(f"stock papermill to fork engine: {stock[0] / forks[0]:.1f}")


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, **ONE_THREAD, **PLOT_BACKEND, "IPYTHONDIR": str(folder / "ipython")}


def _timed_inside(code: str, folder: Path, *arguments: str) -> NDArray[np.float64]:
    """Run a program that notes its own seconds, so that imports do not count."""
    result = folder / "sekunden"
    command = [sys.executable, "-c", code, str(result), *arguments]
    subprocess.run(command, check=True, env=_environment(folder), cwd=folder, capture_output=True)
    return np.array(result.read_text().split(), dtype=np.float64)


def _stock(folder: Path, runs: tuple[Run, ...]) -> NDArray[np.float64]:
    total = np.zeros(2)
    for number, run in enumerate(runs):
        page = folder / f"{number}.ipynb"
        given = [option for name, value in run.parameters.items() for option in ("-r", name, str(value))]
        execute = ["papermill", str(run.path), str(page), *given, "--no-progress-bar"]
        for command in (execute, ["nbconvert", "--to", "html", str(page)]):
            total += _timed([sys.executable, "-m", *command], _environment(folder))
    return total


def _ours(out: Path, engine: str, areas: list[str], *notebooks: str) -> NDArray[np.float64]:
    chosen = [*notebooks, *(option for area in areas for option in ("--area", area))]
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

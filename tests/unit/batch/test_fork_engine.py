"""The engine without a kernel: the same outputs as a kernel gives, and stock papermill's behaviour around."""

from __future__ import annotations

import builtins
import json
import os
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import matplotlib as mpl
import nbformat
import papermill
import pytest
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.engines import NBClientEngine
from papermill.exceptions import PapermillExecutionError

from sozialanalyse.batch import kernelless
from sozialanalyse.batch.kernelless import FORK_ENGINE, register_engines
from sozialanalyse.batch.limits import can_fork

needs_fork = pytest.mark.skipif(not can_fork(), reason="this system cannot fork safely")

# One cell for every kind of output; the order of streams that a kernel mixes is left open by separate cells.
CELLS = (
    "from IPython.display import HTML, Markdown, clear_output, display, update_display\n1 + 1",
    "print('eins')\nprint('zwei')",
    "import sys\nprint('Fehlerstrom', file=sys.stderr)",
    "display(HTML('<b>fett</b>'), metadata={'text/html': {'breit': True}})\n{'b': [1], 'a': None}",
    "h = display(Markdown('alt'), display_id='da')\nupdate_display(Markdown('neu'), display_id='da')",
    "display('weg')\nclear_output()\ndisplay('bleibt')",
    "display('vorher')\nclear_output(wait=True)\ndisplay('nachher')",
    "import matplotlib.pyplot as plt\nfigure, axes = plt.subplots(figsize=(1, 1))\naxes.plot([1, 2]);",
    "import pandas\npandas.DataFrame({'Wert': [1.5, None]}, index=['a', 'b'])",
    "!echo aus der Shell",
    "%%capture fang\nprint('gefangen')",
    "fang.stdout",
    "class Bunt:\n    def _repr_mimebundle_(self, include=None, exclude=None):\n"
    "        return {'text/plain': 'x', 'application/json': {'ä': [1, 2.5]}}\nBunt()",
    "import asyncio\nawait asyncio.sleep(0)\n_",
    "1;",
    "   ",
)


@pytest.fixture(autouse=True)
def registered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    register_engines()


def execute(path: Path, engine: str | None, **options: Any) -> nbformat.NotebookNode:
    return papermill.execute_notebook(
        path, None, engine_name=engine, kernel_name="python3", progress_bar=False, **options
    )


def outcome(notebook: nbformat.NotebookNode) -> list[Any]:
    return [
        (cell.execution_count, [dict(output) for output in cell.outputs])
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


@needs_fork
def test_every_kind_of_output_is_that_of_a_kernel(
    tmp_path: Path, write_notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As after a value was shown at a prompt of the process that forks.
    monkeypatch.setattr(builtins, "_", None, raising=False)
    path = write_notebook(tmp_path / "n.ipynb", *CELLS)
    forked, stock = execute(path, FORK_ENGINE), execute(path, None)
    for number, (ours, theirs) in enumerate(zip(outcome(forked), outcome(stock), strict=True)):
        assert ours == theirs, f"cell {number}"
    assert forked.metadata.language_info == stock.metadata.language_info


@needs_fork
def test_figures_come_out_where_matplotlib_was_imported_before_for_something_else(
    tmp_path: Path, write_notebook
) -> None:
    mpl.use("agg")
    import_module("matplotlib.pyplot")
    code = "import matplotlib.pyplot as plt\nfigure, axes = plt.subplots(figsize=(1, 1))\naxes.plot([1, 2]);"
    executed = execute(write_notebook(tmp_path / "n.ipynb", code), FORK_ENGINE)
    assert [set(output.data) for output in executed.cells[-1].outputs] == [{"text/plain", "image/png"}]


@needs_fork
def test_an_error_has_its_traceback_and_stops_the_notebook(tmp_path: Path, write_notebook) -> None:
    path = write_notebook(tmp_path / "n.ipynb", "def f():\n    return 1 / 0", "f()", "print('nie')")
    raised = []
    for engine in (FORK_ENGINE, None):
        with pytest.raises(PapermillExecutionError) as caught:
            execute(path, engine)
        raised.append(caught.value)
    ours, theirs = raised
    assert (ours.ename, ours.evalue, ours.cell_index, ours.exec_count) == (
        theirs.ename,
        theirs.evalue,
        theirs.cell_index,
        theirs.exec_count,
    )
    assert ours.traceback == theirs.traceback


@needs_fork
def test_a_cell_that_may_raise_does_not_stop_the_notebook(tmp_path: Path, write_notebook) -> None:
    path = write_notebook(tmp_path / "n.ipynb", "1 / 0", "print('doch')")
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].metadata.tags = ["raises-exception"]
    nbformat.write(notebook, path)
    # papermill refuses the error afterwards, whatever engine ran; what was executed lies in the file.
    with pytest.raises(PapermillExecutionError):
        papermill.execute_notebook(
            path, tmp_path / "aus.ipynb", engine_name=FORK_ENGINE, kernel_name="python3", progress_bar=False
        )
    assert nbformat.read(tmp_path / "aus.ipynb", as_version=4).cells[-1].outputs[0].text == "doch\n"


# pytest's fault handler would print its trace into the report of a run in which nothing is wrong.
SEGMENTATION_FAULT = "import ctypes, faulthandler; faulthandler.disable(); ctypes.string_at(0)"


@needs_fork
@pytest.mark.parametrize("code", ["import os; os._exit(0)", SEGMENTATION_FAULT, "exit()"])
def test_a_notebook_that_ends_its_process_is_a_dead_kernel(code: str, tmp_path: Path, write_notebook) -> None:
    with pytest.raises(DeadKernelError):
        execute(write_notebook(tmp_path / "n.ipynb", code), FORK_ENGINE)


@needs_fork
def test_time_and_memory_of_a_notebook_have_bounds(tmp_path: Path, write_notebook) -> None:
    path = write_notebook(tmp_path / "n.ipynb", "while True: pass")
    with pytest.raises(CellTimeoutError):
        execute(path, FORK_ENGINE, execution_timeout=1)
    path = write_notebook(tmp_path / "m.ipynb", "x = bytearray(600 * 1024**2)")
    with pytest.raises(PapermillExecutionError, match="MemoryError"):
        execute(path, FORK_ENGINE, memory=300 * 1024**2)


@needs_fork
@pytest.mark.parametrize("code", ["print('x' * 10**8)", "import os; os.system('yes | head -c 100000000');"])
def test_a_flood_of_text_is_cut(code: str, tmp_path: Path, write_notebook) -> None:
    executed = execute(write_notebook(tmp_path / "n.ipynb", code), FORK_ENGINE)
    text = "".join(output.text for output in executed.cells[1].outputs if output.output_type == "stream")
    assert 10**6 < len(text) < 10**7


@needs_fork
def test_the_notebook_runs_in_a_fork_and_leaves_this_process_as_it_was(
    tmp_path: Path, write_notebook
) -> None:
    code = "import os, sys\nsys.verlassen = True\nos.chdir('/')\nprint(os.getppid())"
    before = (Path.cwd(), sys.stdout)
    executed = execute(write_notebook(tmp_path / "n.ipynb", code), FORK_ENGINE)
    assert executed.cells[1].outputs[0].text == f"{os.getpid()}\n"
    assert (Path.cwd(), sys.stdout) == before
    assert not hasattr(sys, "verlassen")


def test_where_forks_are_not_safe_the_stock_engine_runs_and_it_is_said(
    tmp_path: Path, write_notebook, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(kernelless, "can_fork", lambda: False)
    asked = []

    def stock(nb: nbformat.NotebookNode, kernel_name: str, **options: Any) -> nbformat.NotebookNode:
        asked.append(kernel_name)
        return nb

    monkeypatch.setattr(NBClientEngine, "execute_notebook", stock)
    execute(write_notebook(tmp_path / "n.ipynb", "1"), FORK_ENGINE)
    assert asked == ["python3"]
    assert "läuft mit der gewöhnlichen Engine von papermill" in caplog.text


@needs_fork
def test_papermill_finds_the_engine_by_its_entry_point(
    tmp_path: Path, write_notebook, checkout: Path
) -> None:
    project = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    entries = project["entry-points"]["papermill.engine"]
    # What an installation writes, whether or not this checkout has been installed since.
    installed = tmp_path / "pakete" / "eintrag-1.0.dist-info"
    installed.mkdir(parents=True)
    lines = ["[papermill.engine]", *(f"{name} = {target}" for name, target in entries.items())]
    (installed / "entry_points.txt").write_text("\n".join(lines))
    write_notebook(tmp_path / "n.ipynb", "area_id * 2")
    call = ["--engine", FORK_ENGINE, "-k", "python3", "-l", "python", "n.ipynb", "aus.ipynb"]
    done = subprocess.run(
        [sys.executable, "-m", "papermill", *call, "-r", "area_id", "0101"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(installed.parent), str(checkout)])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    executed = nbformat.read(tmp_path / "aus.ipynb", as_version=4)
    assert executed.cells[-1].outputs[0].data == {"text/plain": "'01010101'"}


@pytest.mark.parametrize("first", ["papermill", "sozialanalyse.batch.kernelless"])
def test_papermill_and_the_engine_can_be_imported_in_any_order(
    first: str, tmp_path: Path, checkout: Path
) -> None:
    installed = tmp_path / "eintrag-1.0.dist-info"
    installed.mkdir()
    project = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    ((name, target),) = project["entry-points"]["papermill.engine"].items()
    (installed / "entry_points.txt").write_text(f"[papermill.engine]\n{name} = {target}\n")
    subprocess.run(
        [sys.executable, "-c", f"import {first}, papermill, sozialanalyse.batch.kernelless"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(checkout)])},
        check=True,
    )


@needs_fork
def test_a_notebook_that_lets_everything_be_logged_sees_its_own_lines_alone(
    tmp_path: Path, write_notebook
) -> None:
    path = write_notebook(
        tmp_path / "n.ipynb",
        "import logging\nlogging.basicConfig(level=logging.DEBUG, format='%(message)s')",
        "logging.debug('eigene Zeile')\nprint('gedruckt')",
        "'Ende'",
    )
    # The engine takes over the process that it runs in, so that is one of its own.
    code = (
        "import json, sys, papermill\n"
        "from sozialanalyse.batch.kernelless import IN_PROCESS_ENGINE, register_engines\n"
        "register_engines()\n"
        "done = papermill.execute_notebook(sys.argv[1], None, engine_name=IN_PROCESS_ENGINE,\n"
        "    kernel_name='python3', progress_bar=False)\n"
        "texts = [[output.get('text', '') for output in cell.outputs] for cell in done.cells[-3:]]\n"
        "open(sys.argv[2], 'w').write(json.dumps(texts))\n"
    )
    told = tmp_path / "texte.json"
    subprocess.run([sys.executable, "-c", code, str(path), str(told)], check=True, timeout=120)
    first, second, third = json.loads(told.read_text())
    assert (first, sorted(second), third) == ([], ["eigene Zeile\n", "gedruckt\n"], [""])

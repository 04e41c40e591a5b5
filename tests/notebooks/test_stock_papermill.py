"""Stock papermill by hand: what its two ways of passing a parameter make of an area's key."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

SHOWN = "from sozialanalyse.analysis import load_analysis\n\nload_analysis().area(area_id).name"


def run_with(folder: Path, option: str, key: str) -> tuple[str, str]:
    """Run a small notebook; return what papermill put into it, and what it showed."""
    parameters = nbformat.v4.new_code_cell('area_id: str = "0102"', metadata={"tags": ["parameters"]})
    notebook = nbformat.v4.new_notebook(cells=[parameters, nbformat.v4.new_code_cell(SHOWN)])
    notebook.metadata["kernelspec"] = {"name": "python3", "language": "python", "display_name": "Python 3"}
    nbformat.write(notebook, folder / "klein.ipynb")
    call = [sys.executable, "-m", "papermill", "klein.ipynb", "out.ipynb", option, "area_id", key]
    subprocess.run(call, cwd=folder, capture_output=True, timeout=120, check=True)
    done = nbformat.read(folder / "out.ipynb", as_version=4)
    return done.cells[1].source.splitlines()[-1], done.cells[2].outputs[0].data["text/plain"]


@pytest.mark.parametrize(("option", "injected"), [("-p", "area_id = 101"), ("-r", 'area_id = "0101"')])
def test_either_option_of_papermill_gives_the_same_area(option: str, injected: str, tmp_path: Path) -> None:
    assert run_with(tmp_path, option, "0101") == (injected, "'Innenstadt'")

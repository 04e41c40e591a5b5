"""The notebooks of this project, for one area each, by both engines: the same bytes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sozialanalyse.batch.limits import can_fork
from sozialanalyse.batch.project import open_project


@pytest.mark.skipif(not can_fork(), reason="this system cannot fork safely")
def test_fork_and_kernel_give_the_same_pages_notebooks_index_and_record(
    tmp_path: Path, reproducible: Callable[[Path], dict[str, bytes]]
) -> None:
    plan = open_project().plan
    # The last run of a notebook is one of the finest level, where most is hidden and most is compared.
    areas = {run.notebook: run.area_id for run in plan.runs}
    options = [option for area in sorted(set(areas.values())) for option in ("--area", area)]
    for engine in ("fork", "papermill"):
        call = [sys.executable, "-m", "sozialanalyse", "run", *options, "--engine", engine, "--out", engine]
        done = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    forked, stock = (reproducible(tmp_path / engine) for engine in ("fork", "papermill"))
    assert len(forked) >= 3 + 2 * len(areas)
    assert sorted(name for name in forked if forked[name] != stock.get(name)) == []
    assert forked.keys() == stock.keys()

"""The same bytes wherever and however a run happens."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Call = Callable[..., Any]

SHOW = """from IPython.display import HTML
from sozialanalyse.errors import MethodError
import os, signal, warnings
HTML(f"<h1>Bild von {area_id}</h1><p>{sorted({'x', 'y', 'z'}, key=hash)}</p>")"""
ORDINARY = """import hashlib, os, time
import pandas as pd
pd.DataFrame({"Zone": [time.strftime("%z", time.localtime(0))], "Menge": [" ".join({"a", "b", "c", "d"})]})"""
posix_only = pytest.mark.skipif(os.name != "posix", reason="signals to a process are those of POSIX here")


@posix_only
def test_both_engines_give_the_same_bytes_under_any_seed_zone_language_mask_and_number_of_workers(
    tmp_path: Path,
    make_project: Call,
    command: list[str],
    reproducible: Call,
    project_options: Call,
) -> None:
    folder = make_project(tmp_path / "projekt", SHOW, ORDINARY)
    surroundings = {
        "erste": ({"PYTHONHASHSEED": "1", "TZ": "America/New_York", "LC_ALL": "C"}, "fork", "1"),
        "zweite": ({"PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo", "LC_ALL": "de_DE.UTF-8"}, "fork", "3"),
        "dritte": ({"PYTHONHASHSEED": "5", "TZ": "Europe/Berlin", "LC_ALL": "C.UTF-8"}, "papermill", "2"),
    }
    for out, (variables, engine, jobs) in surroundings.items():
        options = ["--engine", engine, "--jobs", jobs, "--out", str(tmp_path / out)]
        done = subprocess.run(
            [*command, "run", *project_options(folder), *options],
            cwd=folder,
            capture_output=True,
            env={**os.environ, **variables},
            umask=0o077 if engine == "fork" else 0o022,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        # As from another folder of the machine.
        folder = folder.rename(tmp_path / f"anderer Ort {out}")
    first, second, third = (reproducible(tmp_path / out) for out in surroundings)
    assert first == second == third


@posix_only
def test_verify_finds_a_changed_byte_and_leaves_the_folder_alone(
    tmp_path: Path,
    make_project: Call,
    call: Call,
    files: Call,
    project_options: Call,
) -> None:
    folder = make_project(tmp_path / "projekt", SHOW)
    assert call("run", *project_options(folder), "--jobs", "2", folder=folder).code == 0
    before = files(folder / "outputs")
    done = call("verify", "outputs", *project_options(folder), folder=folder)
    assert (done.code, done.out.splitlines()[-1]) == (0, "Alle 13 Dateien sind Byte für Byte gleich.")
    page = folder / "outputs" / "bild" / "a.html"
    page.write_bytes(page.read_bytes() + b" ")
    done = call("verify", "outputs", *project_options(folder), folder=folder)
    assert done.code == 1
    assert done.out.splitlines()[-2:] == ["1 von 13 Dateien sind nicht gleich:", "  bild/a.html"]
    assert files(folder / "outputs") == before | {"bild/a.html": before["bild/a.html"] + b" "}

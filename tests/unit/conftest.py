"""A project as small as can be: one city with four districts, one notebook, one recipe."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

AREAS = [("stadt", "Musterstadt", ""), *((key, f"Bezirk {key.upper()}", "stadt") for key in "abcd")]

PARAMETERS = 'area_id: str = "stadt"\nyear: str = "latest"'

NotebookWriter = Callable[..., Path]


@pytest.fixture(scope="session")
def wait_for() -> Callable[..., Any]:
    """Return a function that waits until something holds, while processes go on, and returns what it is."""

    def wait(condition: Callable[[], Any], *processes: subprocess.Popen[Any], seconds: float = 120) -> Any:
        deadline = time.monotonic() + seconds
        while not (found := condition()):
            assert all(process.poll() is None for process in processes)
            assert time.monotonic() < deadline
            time.sleep(0.05)
        return found

    return wait


@pytest.fixture(scope="session")
def write_notebook() -> NotebookWriter:
    """Return a function that writes a notebook: a parameters cell and more code cells."""

    def write(path: Path, *sources: str, parameters: str = PARAMETERS, tagged: int = 1) -> Path:
        cells = [nbformat.v4.new_code_cell(parameters) for _ in range(max(tagged, 1))]
        for cell in cells[:tagged]:
            cell.metadata.tags = ["parameters"]
        cells += [nbformat.v4.new_code_cell(source) for source in sources]
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
        return path

    return write


@pytest.fixture(scope="session")
def make_project(write_notebook: NotebookWriter) -> Callable[..., Path]:
    """Return a function that makes a project folder with data, a notebook ``bild`` and its recipe."""

    def make(folder: Path, *sources: str) -> Path:
        data = folder / "data"
        data.mkdir(parents=True)
        package = {
            "name": "muster",
            "title": "Musterstadt 2024",
            "synthetic": True,
            "levels": [
                {"level": "city", "label": "Stadt"},
                {"level": "district", "label": "Bezirk"},
            ],
            "licenses": [{"title": "CC0"}],
            "sources": [{"title": "Amt für Statistik"}],
            "resources": [
                {"name": name, "path": f"{name}.csv"} for name in ("areas", "indicators", "observations")
            ],
        }
        (data / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
        lines = [f"{key},{name},{'district' if parent else 'city'},{parent}" for key, name, parent in AREAS]
        (data / "areas.csv").write_text("\n".join(["area_id,name,level,parent_id", *lines, ""]))
        (data / "indicators.csv").write_text(
            "indicator_id,label,domain,kind,unit,factor,direction,definition,source,source_url\n"
            "people,Bevölkerung,demography,count,Personen,1,neutral,Hauptwohnsitz,Amt,\n",
            encoding="utf-8",
        )
        (data / "observations.csv").write_text(
            "area_id,indicator_id,year,numerator,denominator,value\n"
            + "".join(f"{key},people,2024,,,1000\n" for key in "abcd")
        )
        write_notebook(folder / "notebooks" / "bild.ipynb", *sources)
        (folder / "parameters").mkdir()
        (folder / "parameters" / "bild.yaml").write_text(
            "title: Bild\ndescription: Ein Satz.\nfor_each: {level: all}\nparameters: {year: latest}\n"
        )
        return folder

    return make

"""Reading and checking the parameters cell of a notebook."""

from __future__ import annotations

from pathlib import Path

import pytest

from sozialanalyse.batch.notebook import Slot, parameter_faults, read_notebook
from sozialanalyse.errors import ParameterError


def test_slots_have_the_type_of_the_default_and_of_the_annotation(tmp_path, write_notebook) -> None:
    source = '# Gebiet\narea_id: str = "a"\nyear = 2024\nlimit: float | None = None\nkeys: list[str] = ["x"]'
    notebook = read_notebook(write_notebook(tmp_path / "n.ipynb", parameters=source))
    assert notebook.slots == (
        Slot("area_id", ("str",)),
        Slot("year", ("int",)),
        Slot("limit", ("float", "None")),
        Slot("keys", ("str", "list")),
    )


@pytest.mark.parametrize("tagged", [0, 2])
def test_exactly_one_cell_must_be_tagged(tagged: int, tmp_path, write_notebook) -> None:
    path = write_notebook(tmp_path / "n.ipynb", tagged=tagged)
    with pytest.raises(ParameterError, match=f"genau eine Codezelle .* hat aber {tagged}"):
        read_notebook(path)


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ('area_id = "a"\nyear = 2000 + offset', "Zeile 2 berechnet etwas"),
        ('area_id = "a"\nimport os', "Zeile 2 ist etwas anderes"),
        ('area_id = "a"\nyear: str', "Zeile 2 ist etwas anderes"),
        ('area_id = "a', "Zeile 1 ist kein gültiges Python"),
        ('area_id = "a"\narea_id = "b"', "steht doppelt"),
        ('year = "latest"', "kennt kein »area_id«"),
        ('area_id = "a"\ndata_dir = "../anderes"', "»data_dir« selbst einen Ordner fest.*--data"),
    ],
)
def test_anything_but_fixed_values_is_refused(source: str, problem: str, tmp_path, write_notebook) -> None:
    with pytest.raises(ParameterError, match=problem):
        read_notebook(write_notebook(tmp_path / "n.ipynb", parameters=source))


@pytest.mark.parametrize("content", [b"\xff\xfe", b"{", b"{}", b"[]"])
def test_a_file_that_is_no_notebook_is_named(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "kaputt.ipynb"
    path.write_bytes(content)
    with pytest.raises(ParameterError, match=r"»kaputt\.ipynb« ist kein lesbares Notebook"):
        read_notebook(path)


def test_unknown_names_and_wrong_types_are_all_reported(tmp_path, write_notebook) -> None:
    source = 'area_id: str = "a"\nyear: str = "latest"\nlimit: float = 1.0\nshow: bool = True'
    notebook = read_notebook(write_notebook(tmp_path / "n.ipynb", parameters=source))
    faults = parameter_faults(notebook, {"area_id": "b", "yaer": "x", "year": 2024, "limit": 3, "show": 1})
    assert [fault.split(". ")[0].rstrip(".") for fault in faults] == [
        "Das Notebook »n« kennt den Parameter »yaer« nicht",
        "Der Parameter »year« des Notebooks »n« erwartet Text, angegeben ist eine ganze Zahl",
        "Der Parameter »show« des Notebooks »n« erwartet true oder false, angegeben ist eine ganze Zahl",
    ]


def test_a_recipe_may_not_take_pages_from_other_data_than_the_run(tmp_path, write_notebook) -> None:
    source = 'area_id: str = "a"\ndata_dir: str = ""\nparameters_dir: str = ""'
    notebook = read_notebook(write_notebook(tmp_path / "n.ipynb", parameters=source))
    (fault,) = parameter_faults(notebook, {"area_id": "b", "data_dir": "", "parameters_dir": "regeln"})
    assert "»n.yaml« legt mit »parameters_dir« selbst einen Ordner fest" in fault

"""Run the committed notebooks anew and keep the outputs that nbval compares: ``python tests/notebooks/refresh.py``.

Pictures are left out (cells tagged ``nbval-ignore-output``): their findings are compared as text elsewhere, and
they would make every change of a notebook unreadable.
"""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
UNCOMPARED = "nbval-ignore-output"


def refresh(path: Path) -> None:
    """Execute one notebook and write it back with the outputs that are compared."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, resources={"metadata": {"path": str(path.parent)}}).execute()
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        cell.metadata = {"tags": cell.metadata.get("tags", [])}
        if UNCOMPARED in cell.metadata["tags"]:
            cell.outputs = []
    nbformat.write(notebook, path)


if __name__ == "__main__":
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        refresh(path)

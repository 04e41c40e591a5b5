"""Taking out of an executed notebook what differs from run to run and machine to machine."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["clean_notebook"]

_ADDRESS: Final = re.compile(r" at 0x[0-9a-fA-F]+")
_WARNING: Final = re.compile(r"\b(\w*Warning)\b")
_RUN_METADATA: Final = ("papermill", "execution", "scrolled", "collapsed")
_METADATA: Final = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def clean_notebook(executed: NotebookNode) -> tuple[NotebookNode, tuple[str, ...]]:
    """Return a notebook that depends on its inputs alone, and what kinds of warnings it gave.

    Parameters
    ----------
    executed : NotebookNode
        A notebook as an engine leaves it.

    Returns
    -------
    notebook : NotebookNode
        Without times, paths, memory addresses and random cell keys, and without text streams: these are not
        meant for readers, and a warning names the folder of the machine.
    warnings : tuple of str
        Sorted names of the warning classes on the error stream, ``"Meldung"`` for other text there.
    """
    notebook = deepcopy(executed)
    notebook.metadata.clear()
    notebook.metadata.update(_METADATA)
    found: set[str] = set()
    for number, cell in enumerate(notebook.cells):
        cell.id = f"zelle-{number + 1}"
        for key in _RUN_METADATA:
            cell.metadata.pop(key, None)
        if cell.cell_type != "code":
            continue
        streams = [output for output in cell.outputs if output.output_type == "stream"]
        for stream in streams:
            if stream.name == "stderr" and stream.text.strip():
                found.update(_WARNING.findall(stream.text) or ["Meldung"])
        cell.outputs = [output for output in cell.outputs if output.output_type != "stream"]
        for output in cell.outputs:
            output.pop("transient", None)
            if "text/plain" in output.get("data", {}):
                output.data["text/plain"] = _ADDRESS.sub("", output.data["text/plain"])
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook, tuple(sorted(found))

"""One run of a batch, and what an engine is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from sozialanalyse.batch.notebook import Value
from sozialanalyse.errors import RunError

if TYPE_CHECKING:
    # nbformat takes seconds to import, and only the processes that execute need it.
    from nbformat import NotebookNode

__all__ = ["Engine", "Key", "NotebookError", "Run"]

Key = tuple[str, str, str]
"""Notebook, area and variant: what makes a run unique."""


@dataclass(frozen=True, slots=True)
class Run:
    """One notebook for one area.

    Attributes
    ----------
    notebook : str
        Name of the notebook.
    path : Path
        The ``.ipynb`` file, absolute.
    area_id, area_name, level : str
        The area.
    parameters : mapping from name to value
        All that the engine hands over, the area's key included.
    stem : str
        Path of its outputs below the output folder, with ``/`` and without suffix.
    variant : str
        Name of the set of values, ``""`` where the recipe has one only.
    on_request : bool
        Whether it is made only when both its notebook and its area are named.
    """

    notebook: str
    path: Path
    area_id: str
    area_name: str
    level: str
    parameters: Mapping[str, Value]
    stem: str
    variant: str = ""
    on_request: bool = False

    @property
    def key(self) -> Key:
        """Notebook, area and variant: what makes a run unique."""
        return self.notebook, self.area_id, self.variant

    @property
    def html(self) -> str:
        """Path of the page below the output folder."""
        return f"{self.stem}.html"

    @property
    def ipynb(self) -> str:
        """Path of the executed notebook below the output folder."""
        return f"{self.stem}.ipynb"


class NotebookError(RunError):
    """A notebook did not run to its end; the message is a German sentence without data values."""


class Engine(Protocol):
    """Whatever executes a notebook with parameters."""

    def __call__(self, run: Run) -> NotebookNode:
        """Return the executed notebook, or raise `NotebookError`."""
        ...

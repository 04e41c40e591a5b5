"""A table as it stands in its file: header, cells as text and the line of each row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sozialanalyse.errors import Fault

__all__ = ["Grid", "text_array", "unreadable"]


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows and columns of one file or sheet, before any of them is interpreted.

    Attributes
    ----------
    header : tuple of str
        Trimmed names, one per column.
    columns : tuple of pyarrow string arrays, each of shape (n,)
        Cells as text, ``""`` where blank.
    typed : tuple of (array of bool, shape (n,)) or None
        Per column the cells that the file keeps as numbers; None where it keeps none.
    lines : array of int, shape (n,)
        Line of each row, counted from 1 as an editor or Excel shows it.
    delimiter : str
        What separates the cells; ``""`` in workbooks and Parquet files.
    """

    header: tuple[str, ...]
    columns: tuple[Any, ...]
    typed: tuple[NDArray[np.bool_] | None, ...]
    lines: NDArray[np.int64]
    delimiter: str = ""

    def without_blank_rows(self) -> Grid:
        """Return the grid without the rows that hold nothing, as Excel leaves them behind."""
        blank = np.ones(len(self.lines), dtype=bool)
        for column in self.columns:
            if not blank.any():
                return self
            trimmed = pc.utf8_trim_whitespace(column)
            blank &= pc.equal(trimmed, "").to_numpy(zero_copy_only=False)
        return self.rows(~blank) if blank.any() else self

    def rows(self, chosen: NDArray[np.bool_]) -> Grid:
        """Return the grid with the chosen rows only."""
        mask = pa.array(chosen)
        return Grid(
            self.header,
            tuple(column.filter(mask) for column in self.columns),
            tuple(None if typed is None else typed[chosen] for typed in self.typed),
            self.lines[chosen],
            self.delimiter,
        )

    def without_blank_columns(self) -> Grid:
        """Return the grid without columns that have neither a name nor a filled cell."""
        kept = [
            i
            for i, (name, column) in enumerate(zip(self.header, self.columns, strict=True))
            if name or pc.any(pc.not_equal(pc.utf8_trim_whitespace(column), "")).as_py()
        ]
        if len(kept) == len(self.header):
            return self
        return Grid(
            tuple(self.header[i] for i in kept),
            tuple(self.columns[i] for i in kept),
            tuple(self.typed[i] for i in kept),
            self.lines,
            self.delimiter,
        )


def text_array(cells: Sequence[str]) -> Any:
    """Return texts as a pyarrow array."""
    return pa.array(cells, pa.string())


def unreadable(file: str, kind: str, remedy: str) -> Fault:
    """Return the fault of a file that cannot be read as what its name says."""
    return Fault(file, (), "", "file_unreadable", f"Die Datei lässt sich nicht als {kind} lesen.", remedy)

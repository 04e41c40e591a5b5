"""The chart of fields of action by visions."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sozialanalyse.report.canvas import Canvas
from sozialanalyse.report.theme import BACKGROUND, MUTED, REFERENCE, WIDTH

__all__ = ["draw_counts"]

_LEFT: Final = 2.3
_ROW: Final = 0.42
_HEAD: Final = 0.62
_LETTERS: Final = 8.4
"""Size of the letters in points; the other lengths are in inches."""


def draw_counts(rows: Sequence[str], columns: Sequence[str], counts: NDArray[np.int64]) -> bytes:
    """Draw a table of counts in which a longer bar is a larger number and an empty cell is hatched.

    Parameters
    ----------
    rows, columns : sequence of str
        Heads, of length R and C.
    counts : ndarray of shape (R, C)
        Whole numbers from 0.
    """
    canvas = Canvas(_HEAD + _ROW * len(rows) + 0.05)
    cell = (WIDTH - _LEFT) / len(columns)
    room = cell - 0.5
    starts = _LEFT + 0.06 + cell * np.arange(len(columns))
    middles = _HEAD + _ROW * (np.arange(len(rows)) + 0.5)
    for left, name in zip(starts.tolist(), columns, strict=True):
        canvas.text(left, _HEAD - 0.1, "\n".join(textwrap.wrap(name, 18)), _LETTERS, anchor="bottom")
    for middle, name in zip(middles.tolist(), rows, strict=True):
        canvas.text(0.02, middle, name, _LETTERS, room=_LEFT)
    middle, left = (grid.ravel() for grid in np.meshgrid(middles, starts, indexing="ij"))
    top, bottom = middle - _ROW / 2 + 0.06, middle + _ROW / 2 - 0.06
    count = counts.ravel()
    full, none = count > 0, count == 0
    reach = left + room * count / max(int(count.max()), 1)
    canvas.rectangles(left[full], top[full], left[full] + room, bottom[full], BACKGROUND)
    canvas.rectangles(left[full], top[full], reach[full], bottom[full], REFERENCE)
    canvas.rectangles(
        left[none], top[none], left[none] + room, bottom[none], canvas.hatched(MUTED), MUTED, 0.6
    )
    for x, y, number in zip(left.tolist(), middle.tolist(), count.tolist(), strict=True):
        canvas.text(x + room + 0.08, y, str(number), _LETTERS)
    return canvas.svg()

"""The chart of fields of action by visions."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Final

import numpy as np
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from sozialanalyse.report.theme import (
    BACKGROUND,
    INK,
    MUTED,
    REFERENCE,
    empty_axes,
    new_figure,
    styled,
    to_svg,
)

__all__ = ["draw_counts"]

_LEFT: Final = 2.3
_ROW: Final = 0.42
_HEAD: Final = 0.62


@styled
def draw_counts(rows: Sequence[str], columns: Sequence[str], counts: NDArray[np.int64]) -> bytes:
    """Draw a table of counts in which a longer bar is a larger number and an empty cell is hatched.

    Parameters
    ----------
    rows, columns : sequence of str
        Heads, of length R and C.
    counts : ndarray of shape (R, C)
        Whole numbers from 0.
    """
    height = _HEAD + _ROW * len(rows) + 0.05
    figure = new_figure(height)
    width = float(figure.get_figwidth())
    axes = empty_axes(figure, (0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    cell = (width - _LEFT) / len(columns)
    most = max(int(counts.max()), 1)
    for place, name in enumerate(columns):
        text = "\n".join(textwrap.wrap(name, 18))
        axes.text(_LEFT + place * cell + 0.06, _HEAD - 0.1, text, fontsize=8.4, va="bottom", color=INK)
    for line, name in enumerate(rows):
        top = _HEAD + line * _ROW
        axes.text(0.02, top + _ROW / 2, name, fontsize=8.4, va="center", color=INK)
        for place in range(len(columns)):
            left, count = _LEFT + place * cell + 0.06, int(counts[line, place])
            room = cell - 0.5
            axes.add_patch(Rectangle((left, top + 0.06), room, _ROW - 0.12, fc=BACKGROUND, lw=0))
            if count:
                bar = Rectangle((left, top + 0.06), room * count / most, _ROW - 0.12, fc=REFERENCE, lw=0)
                axes.add_patch(bar)
            else:
                empty = Rectangle(
                    (left, top + 0.06), room, _ROW - 0.12, fc="white", ec=MUTED, lw=0.6, hatch="////"
                )
                axes.add_patch(empty)
            axes.text(left + room + 0.08, top + _ROW / 2, str(count), fontsize=8.4, va="center", color=INK)
    return to_svg(figure)

"""Names beside dots, without one lying on another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from sozialanalyse.report.theme import INK

__all__ = ["place_labels"]

_PLACES: Final = (
    (6, 0, "left", "center"),
    (-6, 0, "right", "center"),
    (0, 6, "center", "bottom"),
    (0, -6, "center", "top"),
)
"""Offsets in points that are tried in turn, with the alignment of the text."""
_LETTER: Final = 0.6
"""Width of a letter in heights, on the safe side for the typeface in use."""


def place_labels(
    axes: Axes,
    names: Sequence[str],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    order: Iterable[int],
    *,
    size: float = 7.0,
) -> int:
    """Write names beside dots as long as there is room.

    Parameters
    ----------
    axes : Axes
        With its final limits.
    names : sequence of str
        One per dot.
    x, y : ndarray, shape (N,)
        Places of the dots in data.
    order : iterable of int
        Which dots are named, the most important first; those without room are left out.
    size : float
        Size of the letters in points.

    Returns
    -------
    int
        Number of names that were written.
    """
    box = axes.get_window_extent()
    scale = 72.0 / axes.figure.get_figure(root=True).dpi
    dots = axes.transData.transform(np.column_stack([x, y])) * scale
    edge = np.array([[box.x0, box.y0], [box.x1, box.y1]]) * scale
    taken = [np.concatenate([dot - 2.5, dot + 2.5]) for dot in dots]
    written = 0
    for index in order:
        width, height = _LETTER * size * len(names[index]), 1.25 * size
        for dx, dy, ha, va in _PLACES:
            left = dots[index, 0] + dx - {"left": 0.0, "center": width / 2, "right": width}[ha]
            low = dots[index, 1] + dy - {"bottom": 0.0, "center": height / 2, "top": height}[va]
            frame = np.array([left, low, left + width, low + height])
            inside = (frame[:2] >= edge[0]).all() and (frame[2:] <= edge[1]).all()
            if inside and not any(_overlap(frame, other) for other in taken):
                axes.annotate(
                    names[index],
                    (float(x[index]), float(y[index])),
                    xytext=(dx, dy),
                    textcoords="offset points",
                    ha=ha,
                    va=va,
                    fontsize=size,
                    color=INK,
                    zorder=6,
                )
                taken.append(frame)
                written += 1
                break
    return written


def _overlap(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    return bool((one[:2] < other[2:]).all() and (other[:2] < one[2:]).all())

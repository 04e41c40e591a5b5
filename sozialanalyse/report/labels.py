"""Names beside dots, without one lying on another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sozialanalyse.report.canvas import POINTS, Align, Anchor
from sozialanalyse.report.lettering import text_width
from sozialanalyse.report.plot import Frame

__all__ = ["place_labels"]

_PLACES: Final[tuple[tuple[float, float, Align, Anchor], ...]] = (
    (6, 0, "left", "center"),
    (-6, 0, "right", "center"),
    (0, -6, "middle", "bottom"),
    (0, 6, "middle", "top"),
)
"""Offsets in points that are tried in turn, with the alignment of the text."""


def place_labels(
    frame: Frame,
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
    frame : Frame
        The chart with its scales.
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
    dots = np.column_stack([frame.x(x), frame.y(y)]) * POINTS
    edge = np.array([[frame.left, frame.top], [frame.right, frame.bottom]]) * POINTS
    taken = [np.concatenate([dot - 2.5, dot + 2.5]) for dot in dots]
    written = 0
    for index in order:
        width, height = text_width(names[index], size), 1.25 * size
        for dx, dy, align, anchor in _PLACES:
            left = dots[index, 0] + dx - {"left": 0.0, "middle": width / 2, "right": width}[align]
            top = dots[index, 1] + dy - {"top": 0.0, "center": height / 2, "bottom": height}[anchor]
            box = np.array([left, top, left + width, top + height])
            inside = (box[:2] >= edge[0]).all() and (box[2:] <= edge[1]).all()
            if inside and not any(_overlap(box, other) for other in taken):
                at = (dots[index] + (dx, dy)) / POINTS
                frame.canvas.text(float(at[0]), float(at[1]), names[index], size, align=align, anchor=anchor)
                taken.append(box)
                written += 1
                break
    return written


def _overlap(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    return bool((one[:2] < other[2:]).all() and (other[:2] < one[2:]).all())

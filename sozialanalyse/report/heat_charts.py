"""The chart of where heat meets sensitive people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sozialanalyse.report.canvas import Canvas, Mark
from sozialanalyse.report.labels import place_labels
from sozialanalyse.report.numbers import format_ticks
from sozialanalyse.report.plot import Frame, Key, legend, nice_ticks, padded
from sozialanalyse.report.theme import BACKGROUND, MARKS, MUTED, WIDTH

__all__ = ["PRIORITY_MARKS", "Meeting", "draw_meeting"]

PRIORITY_MARKS: Final[dict[str, tuple[str, str]]] = {
    "high": (MARKS["worse"][0], "^"),
    "possible": ("#c98a1b", "D"),
    "low": (MARKS["better"][0], "o"),
    "unknown": (MUTED, "s"),
}
"""Priority to colour and marker; the marker alone tells them apart in black and white."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """Areas by two components.

    Attributes
    ----------
    names : sequence of str, length N
        Areas.
    x, y : ndarray of shape (N,)
        The two components, 0 being the mean of the areas and high unfavourable.
    priority : sequence of str, length N
        Codes of `PRIORITY_MARKS`.
    titles : tuple of str
        Names of the two components.
    labels : dict from code to str
        German words for the legend.
    """

    names: Sequence[str]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    priority: Sequence[str]
    titles: tuple[str, str]
    labels: dict[str, str]


def draw_meeting(meeting: Meeting) -> bytes:
    """Draw areas as dots; the shaded corner is where both components are above the mean."""
    canvas = Canvas(4.9)
    frame = Frame(
        canvas,
        0.095 * WIDTH,
        0.45,
        0.885 * WIDTH,
        3.9,
        _range_with_mean(meeting.x),
        _range_with_mean(meeting.y),
    )
    mean = frame.x(0.0), frame.y(0.0)
    canvas.rectangles(mean[0], frame.top, frame.right, mean[1], BACKGROUND)
    canvas.line([frame.left, frame.right], mean[1], MUTED, 0.8)
    canvas.line(mean[0], [frame.top, frame.bottom], MUTED, 0.8)
    codes = np.asarray(meeting.priority)
    keys = []
    for code, (colour, shape) in PRIORITY_MARKS.items():
        inside = codes == code
        if inside.any():
            mark = Mark(shape, 6.5, colour, "white", 0.6)
            canvas.marks(frame.x(meeting.x[inside]), frame.y(meeting.y[inside]), mark)
            keys.append(Key(meeting.labels[code], mark))
    titles = [f"{title} (0 = Mittel der Gebiete, höher = ungünstiger)" for title in meeting.titles]
    across, up = nice_ticks(*frame.x_range, 8), nice_ticks(*frame.y_range, 8)
    frame.bottom_axis(across, format_ticks(across), 7.4, titles[0], 8.4)
    frame.left_axis(up, format_ticks(up), 7.4, titles[1])
    corner = frame.right - 0.05, frame.top + 0.04
    canvas.text(*corner, "beides über dem Mittel", 8.0, colour=MUTED, align="right", anchor="top")
    both = np.minimum(meeting.x, meeting.y)
    urgency = np.array([list(PRIORITY_MARKS).index(code) for code in meeting.priority])
    place_labels(frame, meeting.names, meeting.x, meeting.y, np.lexsort((-both, urgency)))
    legend(canvas, keys, 0.1, 0.15, 4, 8.0)
    return canvas.svg()


def _range_with_mean(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return a range with room at both ends that holds the values and 0."""
    return padded(np.append(values, 0.0), 0.12)

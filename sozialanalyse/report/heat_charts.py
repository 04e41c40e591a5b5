"""The chart of where heat meets sensitive people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from sozialanalyse.report.labels import place_labels
from sozialanalyse.report.numbers import format_number
from sozialanalyse.report.theme import BACKGROUND, MARKS, MUTED, new_figure, styled, to_svg

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


@styled
def draw_meeting(meeting: Meeting) -> bytes:
    """Draw areas as dots; the shaded corner is where both components are above the mean."""
    figure = new_figure(4.9)
    axes = figure.add_axes((0.095, 0.11, 0.885, 0.79))
    for values, set_limits in ((meeting.x, axes.set_xlim), (meeting.y, axes.set_ylim)):
        low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
        margin = 0.12 * (high - low or 1.0)
        set_limits(low - margin, high + margin)
    (_, right), (_, top) = axes.get_xlim(), axes.get_ylim()
    axes.add_patch(Rectangle((0, 0), right, top, fc=BACKGROUND, lw=0, zorder=0))
    axes.axhline(0, color=MUTED, lw=0.8, zorder=1)
    axes.axvline(0, color=MUTED, lw=0.8, zorder=1)
    codes = np.asarray(meeting.priority)
    handles = []
    for code, (colour, marker) in PRIORITY_MARKS.items():
        inside = codes == code
        if inside.any():
            axes.plot(
                meeting.x[inside],
                meeting.y[inside],
                ls="",
                marker=marker,
                color=colour,
                ms=6.5,
                mec="white",
                mew=0.6,
                zorder=3,
            )
            handles.append(
                Line2D([], [], ls="", marker=marker, color=colour, ms=6.5, label=meeting.labels[code])
            )
    for axis, title in ((axes.xaxis, meeting.titles[0]), (axes.yaxis, meeting.titles[1])):
        axis.set_major_formatter(lambda value, _: format_number(float(value), 1))
        axis.set_label_text(f"{title} (0 = Mittel der Gebiete, höher = ungünstiger)", fontsize=8)
    axes.tick_params(labelsize=7.4, length=2)
    axes.text(right, top, "beides über dem Mittel ", ha="right", va="top", fontsize=8, color=MUTED)
    both = np.minimum(meeting.x, meeting.y)
    place_labels(axes, meeting.names, meeting.x, meeting.y, np.argsort(-both, kind="stable"))
    axes.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(-0.08, 1.0), ncols=4, frameon=False, fontsize=8
    )
    return to_svg(figure)

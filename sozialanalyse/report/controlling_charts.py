"""Charts of the controlling: where recommendations stand, and how they moved between two days."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sozialanalyse.report.canvas import POINTS, Align, Canvas
from sozialanalyse.report.lettering import text_width
from sozialanalyse.report.plot import Frame, Key, legend
from sozialanalyse.report.theme import BACKGROUND, INK, MUTED, WIDTH

__all__ = ["StatusStyle", "draw_flow", "draw_status_bars", "status_styles"]

Hatch = Literal["", "lines", "crossed"]

_SHADES: Final[dict[str, tuple[tuple[str, Hatch, str], ...]]] = {
    "open": (("#fbf3dd", "", INK), ("#f0dfae", "", INK)),
    "active": (("#b5d3df", "", INK), ("#6fa8c0", "", INK), ("#4c8cab", "", "white")),
    "done": (("#1f5f83", "", "white"), ("#0a3247", "", "white")),
    "stopped": (("#ffffff", "lines", INK), ("#ffffff", "crossed", INK)),
}
"""Kind of status to fill, hatch and colour of writing; light to dark follows the scale."""
_GAP: Final = 0.035
"""Room between two statuses of the flow, in shares of its height."""
_STEPS: Final = np.linspace(0.0, 1.0, 33)
"""Where along a bent edge of the flow its points lie."""


@dataclass(frozen=True, slots=True)
class StatusStyle:
    """How a status is drawn: label, fill, hatch (which tells it apart in black and white), writing."""

    label: str
    colour: str
    hatch: Hatch
    writing: str


def status_styles(statuses: Sequence[tuple[str, str, str]]) -> dict[str, StatusStyle]:
    """Return how each status is drawn.

    Parameters
    ----------
    statuses : sequence of (key, label, kind)
        The scale; more statuses of a kind than shades share the last one.
    """
    used = dict.fromkeys(_SHADES, 0)
    styles: dict[str, StatusStyle] = {}
    for key, label, kind in statuses:
        shades = _SHADES[kind]
        styles[key] = StatusStyle(label, *shades[min(used[kind], len(shades) - 1)])
        used[kind] += 1
    return styles


def draw_status_bars(counts: pd.DataFrame, styles: Mapping[str, StatusStyle]) -> bytes:
    """Draw one bar per row, divided by status.

    Parameters
    ----------
    counts : DataFrame, indexed by label
        One column per status key, in the order of the scale; numbers of recommendations.
    styles : mapping of status to StatusStyle
        How each is drawn.
    """
    height = 0.36 * len(counts) + 0.75
    totals = counts.sum(axis=1)
    canvas = Canvas(height)
    frame = Frame(
        canvas,
        *(0.3 * WIDTH, 0.67, 0.66 * WIDTH, height - 0.75),
        (0.0, 1.08 * float(totals.max())),
        (-0.5, len(counts) - 0.5),
    )
    for position, numbers in enumerate(counts.to_dict("records")):
        place, start = float(len(counts) - 1 - position), 0.0
        middle = frame.y(place)
        for key, count in numbers.items():
            if not count:
                continue
            style, end = styles[str(key)], start + float(count)
            box = _box(frame.x(start), frame.y(place + 0.37), frame.x(end), frame.y(place - 0.37))
            _fill(canvas, box, style, MUTED, 0.6)
            centre, label = frame.x((start + end) / 2), str(count)
            if style.hatch:
                half = text_width(label, 8.0) / POINTS / 2 + 0.02
                canvas.rectangles(centre - half, middle - 0.07, centre + half, middle + 0.07, "white")
            canvas.text(centre, middle, label, 8.0, colour=style.writing, align="middle")
            start = end
        canvas.text(frame.x(start) + 0.07, middle, f"{start:.0f}", 8.0, colour=MUTED)
    frame.row_names(["\n".join(textwrap.wrap(str(label), 30)) for label in counts.index], 8.4)
    shown = [styles[str(key)] for key in counts.columns if counts[key].any()]
    keys = [Key(style.label, fill=_paint(canvas, style), edge=MUTED, edge_width=0.6) for style in shown]
    legend(canvas, keys, 0.07, 0.09, 4, 8.0)
    return canvas.svg()


def draw_flow(flow: pd.DataFrame, styles: Mapping[str, StatusStyle], ends: tuple[str, str]) -> bytes:
    """Draw how many recommendations went from which status (left) to which (right).

    Parameters
    ----------
    flow : DataFrame
        Columns ``before, after, count``, in the order of the scale.
    styles : mapping of status to StatusStyle
        How each is drawn, ``""`` (new) included.
    ends : tuple of str
        What stands over the left and the right side: the two days.
    """
    sides = [flow.groupby(name)["count"].sum() for name in ("before", "after")]
    keys = [[key for key in styles if key in side.index] for side in sides]
    most = max(len(side) for side in keys)
    height = max(2.6, 0.45 * most + 1.6)
    canvas = Canvas(height)
    top, gap, wide = 0.32, _GAP * height, 0.02 * WIDTH
    scale = (0.98 * height - top - gap * (most - 1)) / float(flow["count"].sum())
    tops = [_tops(side[names] * scale, top, gap) for side, names in zip(sides, keys, strict=True)]

    left, right = 0.3 * WIDTH + wide, 0.68 * WIDTH
    free = [dict(side) for side in tops]
    bands = []
    for before, after, count in flow.itertuples(index=False, name=None):
        size = float(count) * scale
        bands.append((before, after, _band((left, free[0][before]), (right, free[1][after]), size)))
        free[0][before] += size
        free[1][after] += size
    for before, after, ring in bands:
        if before == after:
            canvas.polygons([ring], BACKGROUND, MUTED, 0.5)
    for before, after, ring in bands:
        if before != after:
            _fill(canvas, ring, styles[after], MUTED, 0.5)

    places: tuple[tuple[float, float, Align], ...] = (
        (left - wide, left - wide - 0.09, "right"),
        (right, right + wide + 0.09, "left"),
    )
    for side, starts, (x, beside, align), head in zip(sides, tops, places, ends, strict=True):
        for key, y in starts.items():
            size, style = float(side[key]) * scale, styles[key]
            _fill(canvas, _box(x, y, x + wide, y + size), style, INK, 0.7)
            canvas.text(beside, y + size / 2, f"{style.label}: {side[key]}", 8.8, align=align)
        canvas.text(x + wide / 2, 0.14, head, 8.6, colour=MUTED, align="middle")
    return canvas.svg()


def _tops(sizes: pd.Series[float], top: float, gap: float) -> dict[str, float]:
    """Return where each box begins when they stand below each other."""
    heights = sizes.to_numpy(dtype=np.float64)
    starts = top + np.cumsum(heights + gap) - heights - gap
    return dict(zip(sizes.index, starts.tolist(), strict=True))


def _box(left: float, top: float, right: float, bottom: float) -> NDArray[np.float64]:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])


def _band(start: tuple[float, float], end: tuple[float, float], size: float) -> NDArray[np.float64]:
    """Return the ring of a band that leaves and arrives level, between its two upper corners."""
    there, back = _STEPS, 1.0 - _STEPS
    middle = (start[0] + end[0]) / 2
    x = start[0] * back**3 + 3 * middle * there * back + end[0] * there**3
    y = start[1] + (end[1] - start[1]) * there**2 * (3 - 2 * there)
    upper = np.column_stack([x, y])
    return np.concatenate([upper, upper[::-1] + np.array([0.0, size])])


def _paint(canvas: Canvas, style: StatusStyle) -> str:
    return canvas.hatched(MUTED, crossed=style.hatch == "crossed") if style.hatch else style.colour


def _fill(
    canvas: Canvas, ring: NDArray[np.float64], style: StatusStyle, edge: str, edge_width: float
) -> None:
    """Fill a ring in the look of a status; what lies below does not shine through a hatch."""
    if style.hatch:
        canvas.polygons([ring], style.colour)
    canvas.polygons([ring], _paint(canvas, style), edge, edge_width)

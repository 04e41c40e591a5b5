"""Parts that many figures share: a frame with scales and axes, ticks at round numbers, and the legend."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from sozialanalyse.report.canvas import POINTS, Canvas, Mark
from sozialanalyse.report.lettering import cut_to_width, text_width
from sozialanalyse.report.theme import BACKGROUND, MUTED

__all__ = ["Frame", "Key", "legend", "nice_ticks", "padded"]

T = TypeVar("T", float, NDArray[np.float64])

TICK: Final = 2 / POINTS
"""Length of a tick in inches."""
GAP: Final = 3.5 / POINTS
"""Distance between a tick and its label in inches."""
_STEPS: Final = (1.0, 2.0, 2.5, 5.0)


def nice_ticks(low: float, high: float, most: int) -> list[float]:
    """Return round numbers from low to high, no further apart than needed for at most so many steps.

    Examples
    --------
    >>> nice_ticks(0.3, 9.2, 4), nice_ticks(-0.9, 0.9, 8)
    ([2.5, 5.0, 7.5], [-0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75])
    """
    decade = math.floor(math.log10((high - low) / most))
    sizes = [(step, power) for power in (decade, decade + 1) for step in _STEPS]
    step, power = next(
        (step, power) for step, power in sizes if (high - low) <= most * step * 10.0**power * (1 + 1e-9)
    )
    width = step * 10.0**power
    first, last = math.ceil(low / width - 1e-9), math.floor(high / width + 1e-9)
    # Rounding leaves 0.3 where a product would be 0.30000000000000004.
    return [round(place * width, max(0, 2 - power)) + 0.0 for place in range(first, last + 1)]


def padded(values: NDArray[np.float64], share: float = 0.05) -> tuple[float, float]:
    """Return a range that holds all values with some room at both ends."""
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    room = share * ((high - low) or abs(high) or 1.0)
    return low - room, high + room


@dataclass(frozen=True, slots=True)
class Frame:
    """A part of a canvas with scales: from data to inches.

    Attributes
    ----------
    canvas : Canvas
        What it is drawn on.
    left, top, width, height : float
        Its place in inches.
    x_range, y_range : tuple of float
        Values at its left and right, and at its lower and upper edge.
    """

    canvas: Canvas
    left: float
    top: float
    width: float
    height: float
    x_range: tuple[float, float]
    y_range: tuple[float, float]

    @property
    def right(self) -> float:
        """Its right edge in inches."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge in inches."""
        return self.top + self.height

    def x(self, value: T) -> T:
        """Return where values stand from left to right, in inches."""
        low, high = self.x_range
        return self.left + (value - low) * (self.width / (high - low))

    def y(self, value: T) -> T:
        """Return where values stand from top to bottom, in inches."""
        low, high = self.y_range
        return self.bottom - (value - low) * (self.height / (high - low))

    def bottom_axis(
        self,
        ticks: Sequence[float],
        labels: Sequence[str],
        size: float,
        title: str = "",
        title_size: float = 8.0,
        colour: str = MUTED,
        ticked: bool = True,
    ) -> None:
        """Draw the lower edge with labels, and the axis title below them."""
        length = TICK if ticked else 0.0
        self.canvas.line([self.left, self.right], self.bottom, MUTED, 0.8)
        for tick, label in zip(ticks, labels, strict=True):
            place = self.x(float(tick))
            if ticked:
                self.canvas.line([place, place], [self.bottom, self.bottom + length], MUTED, 0.8)
            self.canvas.text(
                place, self.bottom + length + GAP, label, size, colour=colour, align="middle", anchor="top"
            )
        if title:
            under = self.bottom + length + 2 * GAP + size / POINTS
            self.canvas.text(
                self.left + self.width / 2, under, title, title_size, align="middle", anchor="top"
            )

    def left_axis(self, ticks: Sequence[float], labels: Sequence[str], size: float, title: str = "") -> None:
        """Draw the left edge with ticks, and the axis title beside their labels."""
        self.canvas.line(self.left, [self.top, self.bottom], MUTED, 0.8)
        for tick, label in zip(ticks, labels, strict=True):
            place = self.y(float(tick))
            self.canvas.line([self.left - TICK, self.left], place, MUTED, 0.8)
            self.canvas.text(self.left - TICK - GAP, place, label, size, colour=MUTED, align="right")
        if title:
            beside = TICK + 2 * GAP + max(text_width(label, size) for label in labels) / POINTS
            self.canvas.text(
                self.left - beside,
                self.top + self.height / 2,
                title,
                8.4,
                align="middle",
                anchor="bottom",
                upright=True,
                room=self.height * 1.2,
            )

    def grid(self, ticks: Sequence[float]) -> None:
        """Draw faint lines from left to right."""
        for tick in ticks:
            self.canvas.line([self.left, self.right], self.y(float(tick)), BACKGROUND, 1.0)

    def row_names(
        self, names: Sequence[str], size: float, *, bold: Sequence[bool] = (), spacing: float = 1.2
    ) -> None:
        """Write names at the left of rows at N - 1, N - 2, …, 0."""
        for position, name in enumerate(names):
            self.canvas.text(
                self.left - GAP,
                self.y(float(len(names) - 1 - position)),
                name,
                size,
                align="right",
                bold=bool(bold) and bold[position],
                spacing=spacing,
                room=self.left - GAP - 0.02,
            )


@dataclass(frozen=True, slots=True)
class Key:
    """An entry of a legend: a label with a mark, a line, a filled box or a sign."""

    label: str
    mark: Mark | None = None
    colour: str = ""
    line_width: float = 0.0
    dash: Sequence[float] = ()
    fill: str = ""
    hatch: str = ""
    edge: str = ""
    edge_width: float = 0.0
    sign: str = ""


def legend(
    canvas: Canvas,
    keys: Sequence[Key],
    left: float,
    top: float,
    columns: int,
    size: float,
    *,
    row_gap: float = 0.5,
    column_gap: float = 2.0,
) -> float:
    """Draw a legend, column by column, and return its lower edge.

    Parameters
    ----------
    canvas : Canvas
        What it is drawn on.
    keys : sequence of Key
        Its entries.
    left, top : float
        Its upper left corner in inches.
    columns : int
        Number of columns.
    size : float
        Size of the letters in points.
    row_gap, column_gap : float
        Gaps in sizes of the letters.
    """
    em = size / POINTS
    handle, step = 2.0 * em, (1.0 + row_gap) * em
    chunks = [
        chunk for chunk in np.array_split(np.arange(len(keys)), min(columns, max(len(keys), 1))) if len(chunk)
    ]
    labels = [key.label for key in keys]
    fixed = handle + (0.6 + column_gap) * em
    widths = [max(text_width(labels[position], size) for position in chunk) / POINTS for chunk in chunks]
    free = canvas.width - left + column_gap * em - len(chunks) * fixed
    if sum(widths) > free:
        labels = [cut_to_width(label, size, free / len(chunks) * POINTS) for label in labels]
    for chunk in chunks:
        inside = [keys[position] for position in chunk]
        for position, key in enumerate(inside):
            _draw_key(canvas, key, left, top + (position + 0.5) * step, handle, size)
            canvas.text(
                left + handle + 0.6 * em, top + (position + 0.5) * step, labels[chunk[position]], size
            )
        widest = max(text_width(labels[position], size) for position in chunk) / POINTS
        left += handle + 0.6 * em + widest + column_gap * em
    return top + step * max((len(chunk) for chunk in chunks), default=0)


def _draw_key(canvas: Canvas, key: Key, left: float, middle: float, width: float, size: float) -> None:
    fill = canvas.hatched(key.hatch, ground=key.fill or "none") if key.hatch else key.fill
    if fill:
        half = 0.35 * size / POINTS
        canvas.rectangles(
            left, middle - half, left + width, middle + half, fill, edge=key.edge, edge_width=key.edge_width
        )
    if key.line_width:
        canvas.line([left, left + width], middle, key.colour, key.line_width, key.dash)
    if key.mark:
        canvas.marks(left + width / 2, middle, key.mark)
    if key.sign:
        canvas.text(left + width / 2, middle, key.sign, size, align="middle")

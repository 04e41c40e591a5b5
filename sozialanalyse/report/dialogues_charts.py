"""The chart of a dialogue: for each theme the statistical signal with its interval, and what experts said."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sozialanalyse.report.canvas import Canvas, Mark
from sozialanalyse.report.numbers import format_number, format_ticks
from sozialanalyse.report.plot import Frame, Key, legend, nice_ticks
from sozialanalyse.report.theme import BACKGROUND, INK, MARKS, MUTED, PALE, REFERENCE, WIDTH

__all__ = ["ThemeRow", "draw_views"]

_WIDEST: Final = 3.0
"""Widest scale in standard deviations; what lies beyond is cut at the edge."""
_SIGNALS: Final[dict[str, tuple[str, str]]] = {
    "need": ("worse", "Statistik zeigt Bedarf"),
    "none": ("better", "Statistik zeigt keinen"),
    "unclear": ("similar", "nicht zu entscheiden"),
}
"""Signal to the key of its mark and to its words in the legend."""


@dataclass(frozen=True, slots=True)
class ThemeRow:
    """One theme: signal in standard deviations (missing where there is none) and weights of statements."""

    label: str
    difference: float
    lower: float
    upper: float
    signal: str
    need: int
    support: int
    asked: bool


def draw_views(rows: Sequence[ThemeRow], relevant: float) -> bytes:
    """Draw the themes from top to bottom: the signal at the left, the weights at the right.

    Parameters
    ----------
    rows : sequence of ThemeRow
        The themes.
    relevant : float
        Smallest difference that counts as a need, in standard deviations; the band below is shaded.
    """
    height = 0.52 * len(rows) + 1.15
    limits = np.array([[row.lower, row.upper, relevant] for row in rows], dtype=np.float64)
    reach = min(_WIDEST, 1.1 * float(np.nanmax(np.abs(limits))))
    heaviest = max(1, *(max(row.need, row.support) for row in rows))
    canvas = Canvas(height)
    lines = (-0.6, len(rows) - 0.4)
    left = Frame(canvas, 0.27 * WIDTH, 0.65, 0.37 * WIDTH, height - 1.15, (-reach, reach), lines)
    right = Frame(canvas, 0.69 * WIDTH, 0.65, 0.29 * WIDTH, height - 1.15, (0.0, 1.25 * heaviest), lines)
    band = np.clip([-relevant, relevant], -reach, reach)
    canvas.rectangles(left.x(band[0]), left.top, left.x(band[1]), left.bottom, BACKGROUND)
    canvas.line(left.x(0.0), [left.top, left.bottom], INK, 0.8)
    for position, row in enumerate(rows):
        place = float(len(rows) - 1 - position)
        _draw_signal(left, place, row)
        _draw_weights(right, place, row)
    left.row_names(["\n".join(textwrap.wrap(row.label, 26)) for row in rows], 8.4)
    ticks = nice_ticks(-reach, reach, 5)
    left.bottom_axis(ticks, format_ticks(ticks), 7.4)
    titles = ((left, "◀ weniger Bedarf        mehr Bedarf ▶"), (right, "Gewicht der Aussagen"))
    for frame, title in titles:
        middle = frame.left + frame.width / 2
        canvas.text(middle, frame.bottom + 0.24, title, 7.8, align="middle", anchor="top")
    keys = [
        Key(words, Mark(MARKS[mark][1], 7.0, MARKS[mark][0]))
        for signal, (mark, words) in _SIGNALS.items()
        if any(row.signal == signal and np.isfinite(row.difference) for row in rows)
    ]
    keys += [
        Key("zu klein, um zu zählen", fill=BACKGROUND),
        Key("Aussagen: Bedarf", fill=REFERENCE),
        Key("Aussagen: läuft gut", fill=PALE),
    ]
    legend(canvas, keys, 0.07, 0.09, 3, 8.0)
    return canvas.svg()


def _draw_signal(frame: Frame, place: float, row: ThemeRow) -> None:
    """Draw the mean difference with its interval, cut at the edges of the scale."""
    canvas, middle = frame.canvas, frame.y(place)
    if not np.isfinite(row.difference):
        canvas.text(frame.left + 0.03, middle, "kein Mittelwert", 7.6, colour=MUTED)
        return
    colour, shape = MARKS[_SIGNALS[row.signal][0]]
    lower, at, upper = frame.x(np.clip([row.lower, row.difference, row.upper], *frame.x_range))
    canvas.line([lower, upper], middle, colour, 2.4)
    canvas.marks(at, middle, Mark(shape, 8.0, colour, "white", 0.8))


def _draw_weights(frame: Frame, place: float, row: ThemeRow) -> None:
    """Draw how much weight the statements have: needs above what goes well."""
    canvas = frame.canvas
    if not row.asked:
        canvas.text(frame.left + 0.03, frame.y(place), "noch nicht besprochen", 7.6, colour=MUTED)
        return
    for value, at, shade in ((row.need, place + 0.17, REFERENCE), (row.support, place - 0.17, PALE)):
        end = frame.x(float(value))
        canvas.rectangles(frame.left, frame.y(at + 0.15), end, frame.y(at - 0.15), shade)
        canvas.text(end + 0.04, frame.y(at), format_number(value), 7.6)

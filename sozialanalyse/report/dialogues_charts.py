"""The chart of a dialogue: for each theme the statistical signal with its interval, and what experts said."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from sozialanalyse.report.numbers import format_number
from sozialanalyse.report.theme import (
    BACKGROUND,
    INK,
    MARKS,
    MUTED,
    PALE,
    REFERENCE,
    new_figure,
    styled,
    to_svg,
)

__all__ = ["ThemeRow", "draw_views"]

_WIDEST: Final = 3.0
"""Widest scale in standard deviations; what lies beyond is cut at the edge."""


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


@styled
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
    figure = new_figure(height)
    bottom, top = 0.5 / height, 1 - 1.15 / height
    left = figure.add_axes((0.27, bottom, 0.37, top))
    right = figure.add_axes((0.69, bottom, 0.29, top), sharey=left)
    limits = np.array([[row.lower, row.upper, relevant] for row in rows], dtype=np.float64)
    reach = min(_WIDEST, 1.1 * float(np.nanmax(np.abs(limits))))
    left.axvspan(-relevant, relevant, color=BACKGROUND, lw=0)
    left.axvline(0, color=INK, lw=0.8)
    places = list(range(len(rows) - 1, -1, -1))
    for place, row in zip(places, rows, strict=True):
        colour, marker = MARKS[{"need": "worse", "none": "better"}.get(row.signal, "similar")]
        if np.isfinite(row.difference):
            left.hlines(place, max(row.lower, -reach), min(row.upper, reach), color=colour, lw=2.4)
            at = float(np.clip(row.difference, -reach, reach))
            left.plot(at, place, marker=marker, ms=8, color=colour, mec="white", mew=0.8)
        else:
            left.text(0, place, "keine Zahl", ha="center", va="center", fontsize=7.6, color=MUTED)
        if not row.asked:
            right.text(0, place, " noch nicht besprochen", va="center", fontsize=7.6, color=MUTED)
            continue
        for value, shift, shade in ((row.need, 0.17, REFERENCE), (row.support, -0.17, PALE)):
            right.barh(place + shift, value, height=0.3, color=shade)
            right.text(value, place + shift, f" {format_number(value)}", va="center", fontsize=7.6)
    left.set_xlim(-reach, reach)
    left.set_ylim(-0.6, len(rows) - 0.4)
    labels = ["\n".join(textwrap.wrap(row.label, 26)) for row in rows]
    left.set_yticks(places, labels, fontsize=8.4)
    left.tick_params(axis="y", length=0, labelcolor=INK)
    left.tick_params(axis="x", labelsize=7.4, length=2)
    left.xaxis.set_major_locator(MaxNLocator(5))
    left.xaxis.set_major_formatter(lambda value, _: format_number(value, 1))
    left.set_xlabel("◀ weniger Bedarf        mehr Bedarf ▶", fontsize=7.8)
    right.tick_params(axis="y", length=0, labelleft=False)
    right.set_xlim(0, 1.25 * max(1, *(max(row.need, row.support) for row in rows)))
    right.set_xticks([])
    right.set_xlabel("Gewicht der Aussagen", fontsize=7.8)
    for axes in (left, right):
        axes.spines["left"].set_visible(False)
    right.spines["bottom"].set_visible(False)
    words = {
        "need": "Statistik zeigt Bedarf",
        "none": "Statistik zeigt keinen",
        "unclear": "nicht zu entscheiden",
    }
    shown = [key for key in words if any(row.signal == key and np.isfinite(row.difference) for row in rows)]
    handles: list[Line2D | Patch] = []
    for key in shown:
        colour, marker = MARKS[{"need": "worse", "none": "better"}.get(key, "similar")]
        handles.append(Line2D([], [], ls="", marker=marker, color=colour, ms=7, label=words[key]))
    handles.append(Patch(color=BACKGROUND, label="zu klein, um zu zählen"))
    handles += [
        Patch(color=REFERENCE, label="Aussagen: Bedarf"),
        Patch(color=PALE, label="Aussagen: läuft gut"),
    ]
    figure.legend(
        handles=handles, loc="upper left", ncols=3, frameon=False, fontsize=8, bbox_to_anchor=(0.0, 1.0)
    )
    return to_svg(figure)

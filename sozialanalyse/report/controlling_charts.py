"""Charts of the controlling: where recommendations stand, and how they moved between two days."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path

from sozialanalyse.report.theme import INK, MUTED, empty_axes, new_figure, styled, to_svg

__all__ = ["StatusStyle", "draw_flow", "draw_status_bars", "status_styles"]

_SHADES: Final[dict[str, tuple[tuple[str, str, str], ...]]] = {
    "open": (("#fbf3dd", "", INK), ("#f0dfae", "", INK)),
    "active": (("#b5d3df", "", INK), ("#6fa8c0", "", INK), ("#4c8cab", "", "white")),
    "done": (("#1f5f83", "", "white"), ("#0a3247", "", "white")),
    "stopped": (("#ffffff", "////", INK), ("#ffffff", "xxxx", INK)),
}
"""Kind of status to fill, hatch and colour of writing; light to dark follows the scale."""
_GAP: Final = 0.035
"""Room between two statuses of the flow, in shares of its height."""


@dataclass(frozen=True, slots=True)
class StatusStyle:
    """How a status is drawn: label, fill, hatch (which tells it apart in black and white), writing."""

    label: str
    colour: str
    hatch: str
    writing: str

    @property
    def patch(self) -> Patch:
        """Its entry in a legend."""
        return Patch(facecolor=self.colour, hatch=self.hatch, edgecolor=MUTED, lw=0.6, label=self.label)


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


@styled
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
    figure = new_figure(height)
    axes = figure.add_axes((0.3, 0.08 / height, 0.66, 1 - 0.75 / height))
    places = np.arange(len(counts))[::-1]
    start = np.zeros(len(counts))
    for key in counts.columns:
        style, widths = styles[str(key)], counts[key].to_numpy(dtype=np.float64)
        axes.barh(
            places,
            widths,
            left=start,
            height=0.74,
            color=style.colour,
            hatch=style.hatch,
            edgecolor=MUTED,
            lw=0.6,
        )
        for place, left, width in zip(places, start, widths, strict=True):
            if width > 0:
                box = {"facecolor": "white", "edgecolor": "none", "pad": 0.8} if style.hatch else None
                axes.text(
                    left + width / 2, float(place), f"{width:.0f}", ha="center", va="center", fontsize=8,
                    color=style.writing, bbox=box,
                )  # fmt: skip
        start = start + widths
    for place, total in zip(places, start, strict=True):
        axes.text(
            total + 0.015 * start.max(), float(place), f"{total:.0f}", va="center", fontsize=8, color=MUTED
        )
    labels = ["\n".join(textwrap.wrap(str(label), 30)) for label in counts.index]
    axes.set_yticks(places, labels, fontsize=8.4)
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.set_xticks([])
    axes.set_xlim(0, 1.08 * start.max())
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    figure.legend(
        handles=[styles[str(key)].patch for key in counts.columns if counts[key].any()],
        loc="upper left", ncols=4, frameon=False, fontsize=8, bbox_to_anchor=(0.0, 1.0),
    )  # fmt: skip
    return to_svg(figure)


@styled
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
    total = float(flow["count"].sum())
    order = list(styles)
    sides = [flow.groupby(name)["count"].sum() for name in ("before", "after")]
    keys = [[key for key in order if key in side.index] for side in sides]
    most = max(len(side) for side in keys)
    height = max(2.6, 0.45 * most + 1.6)
    figure = new_figure(height)
    axes = empty_axes(figure, (0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(0, 1)
    axes.set_ylim(1, 0)
    top = 0.32 / height
    scale = (1 - top - 0.02 - _GAP * (most - 1)) / total
    starts = []
    for side, names, x, align, head in zip(sides, keys, (0.3, 0.68), ("right", "left"), ends, strict=True):
        y, found = top, {}
        for key in names:
            found[key] = y
            size, style = float(side[key]) * scale, styles[key]
            axes.add_patch(_bar(x, y, size, style))
            axes.text(
                x - 0.012 if align == "right" else x + 0.032, y + size / 2, f"{style.label}: {side[key]}",
                ha=align, va="center", fontsize=8.8, color=INK,
            )  # fmt: skip
            y += size + _GAP
        starts.append(found)
        axes.text(x + 0.01, 0.14 / height, head, ha="center", va="center", fontsize=8.6, color=MUTED)
    for before, after, count in flow.itertuples(index=False, name=None):
        size = float(count) * scale
        _band(axes, starts[0][before], starts[1][after], size, styles[after], moved=before != after)
        starts[0][before] += size
        starts[1][after] += size
    return to_svg(figure)


def _bar(x: float, y: float, size: float, style: StatusStyle) -> PathPatch:
    corners = [(x, y), (x + 0.02, y), (x + 0.02, y + size), (x, y + size), (x, y)]
    return PathPatch(
        Path(corners, closed=True), facecolor=style.colour, hatch=style.hatch, edgecolor=INK, lw=0.7, zorder=3
    )


def _band(axes: Axes, left: float, right: float, size: float, style: StatusStyle, *, moved: bool) -> None:
    start, end, middle = 0.32, 0.68, 0.5
    points = [
        (start, left), (middle, left), (middle, right), (end, right),
        (end, right + size), (middle, right + size), (middle, left + size), (start, left + size),
        (start, left),
    ]  # fmt: skip
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    axes.add_patch(
        PathPatch(
            Path(points, codes), facecolor=style.colour if moved else "#eef2f3", edgecolor=MUTED, lw=0.5,
            hatch=style.hatch if moved else "", zorder=2 if moved else 1,
        )
    )  # fmt: skip

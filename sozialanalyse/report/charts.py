"""The other charts: population pyramid, development over time, burdens and strengths, parts of the index."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sozialanalyse.report.numbers import format_change, format_number
from sozialanalyse.report.theme import (
    BACKGROUND,
    INK,
    MARKS,
    MUTED,
    REFERENCE,
    new_figure,
    styled,
    to_svg,
)

__all__ = ["Line", "Panel", "draw_bars", "draw_pyramid", "draw_series"]

TICK_PARTS: Final = 7
"""Of so many parts of the axis of years each tick keeps one free for its label."""
MEN: Final = "#3f7f93"
WOMEN: Final = "#b0743c"


@styled
def draw_pyramid(area: pd.DataFrame, city: pd.DataFrame | None, names: tuple[str, str]) -> bytes:
    """Draw a population pyramid in shares of the whole, with the city as outline.

    Parameters
    ----------
    area, city : DataFrame, indexed by age group from young to old
        Columns ``m, f``: shares in per cent of all persons of the area; missing where hidden. `city` is None
        where the area is the city.
    names : tuple of str
        Names of the area and of the city.
    """
    groups = list(area.index)
    figure = new_figure(0.19 * len(groups) + 0.9)
    axes = figure.add_axes((0.1, 0.12, 0.86, 0.78))
    places = np.arange(len(groups))
    reach = float(np.nanmax([area.to_numpy(), *([city.to_numpy()] if city is not None else [])])) * 1.12
    gap = reach * 0.11
    for column, side, colour in (("m", -1, MEN), ("f", 1, WOMEN)):
        shares = area[column].to_numpy(dtype=np.float64)
        axes.barh(
            places, side * np.nan_to_num(shares), left=side * gap, height=0.86, color=colour, linewidth=0
        )
        for place in places[~np.isfinite(shares)]:
            axes.text(side * (gap + reach * 0.02), float(place), ".", ha="center", va="center", color=MUTED)
        if city is not None:
            edge = side * (gap + np.nan_to_num(city[column].to_numpy(dtype=np.float64)))
            axes.stairs(
                edge,
                np.arange(len(groups) + 1) - 0.5,
                orientation="horizontal",
                baseline=None,
                color=INK,
                lw=1.3,
            )
    for place, group in zip(places, groups, strict=True):
        axes.text(0, float(place), group.replace("-", "–"), ha="center", va="center", fontsize=7.4, color=INK)
    step = next(width for width in (0.5, 1.0, 2.0, 5.0, 10.0, 20.0) if reach / width <= 5)
    ticks = np.arange(0, reach, step)
    axes.set_xticks(np.concatenate([-gap - ticks[::-1], gap + ticks]))
    axes.set_xticklabels(
        [format_number(tick, 1 if step < 1 else 0) for tick in np.concatenate([ticks[::-1], ticks])]
    )
    axes.set_xlim(-gap - reach, gap + reach)
    axes.set_ylim(-0.6, len(groups) - 0.4)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.tick_params(labelsize=7.6, length=2)
    axes.set_xlabel("Anteil an allen Einwohner*innen in %", fontsize=8)
    handles: list[Patch | Line2D] = [
        Patch(color=MEN, label="Männer (links)"),
        Patch(color=WOMEN, label="Frauen (rechts)"),
    ]
    if city is not None:
        handles.append(Line2D([], [], color=INK, lw=1.3, label=f"Umriss: {names[1]}"))
    axes.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3, frameon=False, fontsize=8
    )
    return to_svg(figure)


@dataclass(frozen=True, slots=True)
class Line:
    """One line over the years; `lower` and `upper` may be missing."""

    label: str
    years: Sequence[int]
    values: Sequence[float]
    lower: Sequence[float] = ()
    upper: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class LineStyle:
    """Dash pattern, width in points and colour of a line; the dashes alone tell lines apart."""

    dash: str
    width: float
    colour: str


LINE_STYLES: Final = (
    LineStyle("-", 2.2, MARKS["better"][0]),
    LineStyle("--", 1.5, INK),
    LineStyle(":", 1.8, REFERENCE),
    LineStyle("-.", 1.3, MUTED),
)
"""Styles in the order in which lines first appear: the area, then what it is compared with."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One small chart: an indicator with the area's line first, then up to three references."""

    title: str
    unit: str
    decimals: int
    lines: tuple[Line, ...]


@styled
def draw_series(panels: Sequence[Panel]) -> bytes:
    """Draw small charts of the development over time, two per row, each with its own scale."""
    labels = dict.fromkeys(line.label for panel in panels for line in panel.lines)
    styles = dict(zip(labels, itertools.cycle(LINE_STYLES), strict=False))
    rows = (len(panels) + 1) // 2
    height = 1.95 * rows + 0.45
    figure = new_figure(height)
    for position, panel in enumerate(panels):
        row, column = divmod(position, 2)
        bottom = (height - 0.45 - 1.95 * (row + 1) + 0.38) / height
        axes = figure.add_axes((0.075 + column * 0.5, bottom, 0.4, 1.18 / height))
        _draw_panel(axes, panel, styles)
    handles = [
        Line2D([], [], ls=style.dash, lw=style.width, color=style.colour, label=label)
        for label, style in styles.items()
    ]
    figure.legend(
        handles=handles,
        loc="upper left",
        ncols=3,
        frameon=False,
        fontsize=8.2,
        bbox_to_anchor=(0.03, 1.0),
        labelcolor=INK,
    )
    return to_svg(figure)


def _draw_panel(axes: Axes, panel: Panel, styles: Mapping[str, LineStyle]) -> None:
    for order, line in enumerate(reversed(panel.lines)):
        style = styles[line.label]
        if len(line.lower):
            lower, upper = np.asarray(line.lower, dtype=np.float64), np.asarray(line.upper, dtype=np.float64)
            axes.fill_between(line.years, lower, upper, color=style.colour, alpha=0.18, lw=0)
        marker = "o" if line is panel.lines[0] else ""
        axes.plot(
            line.years,
            np.asarray(line.values, dtype=np.float64),
            ls=style.dash,
            lw=style.width,
            color=style.colour,
            zorder=3 + order,
            marker=marker,
            ms=3.2,
        )
    axes.set_title(f"{panel.title} ({panel.unit})", fontsize=8.6, loc="left", color=INK, pad=5)
    axes.locator_params(axis="y", nbins=4)
    ticks = axes.get_yticks()
    decimals = panel.decimals if max(abs(ticks)) < 100 else 0
    axes.set_yticks(ticks, [format_number(float(tick), decimals) for tick in ticks])
    everything = sorted({year for line in panel.lines for year in line.years})
    if len(everything) > 8:
        everything = everything[:: -(-len(everything) // 6)]
    # A line into the future leaves little room for the years before it.
    room = (everything[-1] - everything[0]) / TICK_PARTS
    ticks_shown = everything[:1]
    for year in everything[1:]:
        if year - ticks_shown[-1] >= room:
            ticks_shown.append(year)
    everything = ticks_shown
    axes.set_xticks(everything, [str(year) for year in everything])
    axes.tick_params(labelsize=7.2, length=2)
    axes.grid(axis="y", color=BACKGROUND, lw=1)
    axes.set_axisbelow(True)


@styled
def draw_bars(
    labels: Sequence[str],
    values: Sequence[float],
    certain: Sequence[bool],
    ends: tuple[str, str],
    unit: str,
    decimals: int = 1,
) -> bytes:
    """Draw bars to the left and right of zero, hollow where the finding is not certain.

    Parameters
    ----------
    labels : sequence of str
        Name of each bar, from top to bottom.
    values : sequence of float
        Length of each bar; positive to the right.
    certain : sequence of bool
        Whether the bar is filled.
    ends : tuple of str
        What the left and the right side mean.
    unit : str
        Label of the axis.
    decimals : int
        Number of decimals written at the bars.
    """
    height = 0.27 * len(labels) + 0.75
    figure = new_figure(height)
    axes = figure.add_axes((0.43, 0.42 / height, 0.52, 1 - 0.75 / height))
    places = np.arange(len(labels))[::-1]
    reach = float(np.max(np.abs(values))) * 1.25 or 1.0
    for place, value, sure in zip(places, values, certain, strict=True):
        colour = MARKS["worse" if value > 0 else "better"][0]
        axes.barh(place, value, height=0.66, facecolor=colour if sure else "white", edgecolor=colour, lw=1.2)
        offset = 0.02 * reach * (1 if value >= 0 else -1)
        axes.text(
            value + offset,
            place,
            format_change(value, decimals),
            va="center",
            ha="left" if value >= 0 else "right",
            fontsize=7.6,
        )
    axes.set_yticks(places, labels, fontsize=8.4)
    axes.set_xlim(-reach, reach)
    axes.set_ylim(-0.6, len(labels) - 0.4)
    axes.axvline(0, color=INK, lw=1)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=7.4, length=2)
    axes.set_xticks(axes.get_xticks(), [format_number(float(tick), 1) for tick in axes.get_xticks()])
    axes.set_xlim(-reach, reach)
    axes.set_xlabel(unit, fontsize=7.8)
    axes.text(
        -reach,
        len(labels) - 0.25,
        f"◂ {ends[0]}",
        ha="left",
        va="bottom",
        fontsize=8.2,
        color=MARKS["better"][0],
    )
    axes.text(
        reach,
        len(labels) - 0.25,
        f"{ends[1]} ▸",
        ha="right",
        va="bottom",
        fontsize=8.2,
        color=MARKS["worse"][0],
    )
    return to_svg(figure)

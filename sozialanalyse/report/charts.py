"""The other charts: population pyramid, development over time, burdens and strengths, parts of the index."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from sozialanalyse.report.canvas import POINTS, Canvas, Mark
from sozialanalyse.report.numbers import format_change, format_ticks
from sozialanalyse.report.plot import Frame, Key, legend, nice_ticks, padded
from sozialanalyse.report.theme import INK, MARKS, MUTED, REFERENCE, WIDTH

__all__ = ["Line", "Panel", "draw_bars", "draw_pyramid", "draw_series"]

HIGHEST_PYRAMID: Final = 5.7
"""In inches; many age groups get narrower rows instead."""
TICK_PARTS: Final = 7
"""Of so many parts of the axis of years each tick keeps one free for its label."""
MEN: Final = "#3f7f93"
WOMEN: Final = "#b0743c"


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
    everything = [area.to_numpy(), *([city.to_numpy()] if city is not None else [])]
    reach = float(np.nanmax(everything)) * 1.12
    gap = reach * 0.11
    row = min(0.19, HIGHEST_PYRAMID / len(groups))
    height = row * len(groups) + 0.9
    above, below = max(0.1 * height, 0.38), max(0.12 * height, 0.5)
    canvas = Canvas(height)
    frame = Frame(
        canvas,
        *(0.1 * WIDTH, above, 0.86 * WIDTH, height - above - below),
        (-gap - reach, gap + reach),
        (-0.6, len(groups) - 0.4),
    )
    places = np.arange(len(groups), dtype=np.float64)
    for column, side, colour in (("m", -1.0, MEN), ("f", 1.0, WOMEN)):
        shares = area[column].to_numpy(dtype=np.float64)
        inner, outer = frame.x(side * gap), frame.x(side * (gap + np.nan_to_num(shares)))
        canvas.rectangles(inner, frame.y(places - 0.43), outer, frame.y(places + 0.43), colour)
        for place in places[~np.isfinite(shares)]:
            hidden_at = frame.x(side * (gap + reach * 0.02))
            canvas.text(hidden_at, frame.y(float(place)), ".", 9.0, colour=MUTED, align="middle")
        if city is not None:
            edge = side * (gap + np.nan_to_num(city[column].to_numpy(dtype=np.float64)))
            steps = np.concatenate([places[:1] - 0.5, np.repeat(places[1:] - 0.5, 2), places[-1:] + 0.5])
            canvas.line(frame.x(np.repeat(edge, 2)), frame.y(steps), INK, 1.3)
    step = math.ceil(0.19 / row)
    for place, group in zip(places[::step], groups[::step], strict=True):
        youngest, _, oldest = str(group).partition("-")
        name = youngest if youngest == oldest else str(group).replace("-", "–")
        canvas.text(frame.x(0.0), frame.y(float(place)), name, 7.4, align="middle")
    ticks = [tick for tick in nice_ticks(0.0, reach, 5) if tick < reach]
    labels = format_ticks(ticks)
    frame.bottom_axis(
        [-gap - tick for tick in ticks[::-1]] + [gap + tick for tick in ticks],
        labels[::-1] + labels,
        7.6,
        "Anteil an allen Einwohner*innen in %",
    )
    keys = [Key("Männer (links)", fill=MEN), Key("Frauen (rechts)", fill=WOMEN)]
    if city is not None:
        keys.append(Key(f"Umriss: {names[1]}", colour=INK, line_width=1.3))
    legend(canvas, keys, frame.left + 0.1, frame.top - 0.22, 3, 8.0)
    return canvas.svg()


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
    """Dashes in widths of the line, width in points, and colour; the dashes alone tell lines apart."""

    dash: tuple[float, ...]
    width: float
    colour: str


LINE_STYLES: Final = (
    LineStyle((), 2.2, MARKS["better"][0]),
    LineStyle((3.7, 1.6), 1.5, INK),
    LineStyle((1.0, 1.65), 1.8, REFERENCE),
    LineStyle((6.4, 1.6, 1.0, 1.6), 1.3, MUTED),
)
"""Styles in the order in which lines first appear: the area, then what it is compared with."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One small chart: an indicator with the area's line first, then up to three references."""

    title: str
    unit: str
    decimals: int
    lines: tuple[Line, ...]


PANEL_HEIGHT: Final = 1.95
LEGEND_HEIGHT: Final = 0.45


def draw_series(panels: Sequence[Panel]) -> bytes:
    """Draw small charts of the development over time, two per row, each with its own scale."""
    labels = dict.fromkeys(line.label for panel in panels for line in panel.lines)
    styles = dict(zip(labels, itertools.cycle(LINE_STYLES), strict=False))
    canvas = Canvas(PANEL_HEIGHT * ((len(panels) + 1) // 2) + LEGEND_HEIGHT)
    for position, panel in enumerate(panels):
        row, column = divmod(position, 2)
        left, top = (0.075 + column * 0.5) * WIDTH, LEGEND_HEIGHT + PANEL_HEIGHT * row + 0.39
        _draw_panel(canvas, left, top, panel, styles)
    keys = [
        Key(label, colour=style.colour, line_width=style.width, dash=style.dash)
        for label, style in styles.items()
    ]
    legend(canvas, keys, 0.05 * WIDTH, 0.07, 3, 8.2)
    return canvas.svg()


def _draw_panel(
    canvas: Canvas, left: float, top: float, panel: Panel, styles: Mapping[str, LineStyle]
) -> None:
    years = np.array(sorted({year for line in panel.lines for year in line.years}), dtype=np.float64)
    numbers = np.concatenate([[*line.values, *line.lower, *line.upper] for line in panel.lines])  # noqa: PD011 (a line, no frame)
    frame = Frame(canvas, left, top, 0.4 * WIDTH, 1.18, padded(years), padded(numbers.astype(np.float64)))
    ticks = nice_ticks(*frame.y_range, 4)
    frame.grid(ticks)
    for line in reversed(panel.lines):
        style = styles[line.label]
        x = frame.x(np.asarray(line.years, dtype=np.float64))
        y = frame.y(np.asarray(line.values, dtype=np.float64))
        if len(line.lower):
            lower, upper = (frame.y(np.asarray(ends, dtype=np.float64)) for ends in (line.lower, line.upper))
            canvas.band(x, lower, upper, style.colour, opacity=0.18)
        canvas.line(x, y, style.colour, style.width, style.dash)
        if line is panel.lines[0]:
            canvas.marks(x, y, Mark("o", 3.2, style.colour))
    # Years follow the title, not numbers of the axis: read in this order they would pass for values.
    frame.left_axis(ticks, format_ticks(ticks), 7.2)
    canvas.text(
        left,
        top - 5 / POINTS,
        f"{panel.title} ({panel.unit})",
        8.6,
        anchor="bottom",
        room=0.42 * WIDTH,
    )
    chosen = _year_ticks([float(year) for year in years])
    frame.bottom_axis(chosen, [f"{year:.0f}" for year in chosen], 7.2)


def _year_ticks(years: Sequence[float]) -> list[float]:
    """Choose years that fit beside each other; a line into the future leaves little room for those before."""
    every = years[:: -(-len(years) // 6)] if len(years) > 8 else years
    room = (every[-1] - every[0]) / TICK_PARTS
    chosen = [every[0]]
    for year in every[1:]:
        if year - chosen[-1] >= room:
            chosen.append(year)
    return chosen


def draw_bars(
    labels: Sequence[str],
    values: Sequence[float],
    certain: Sequence[bool],
    ends: tuple[str, str],
    unit: str,
    decimals: int = 1,
    *,
    worse: Literal["left", "right"] = "right",
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
    worse : {"left", "right"}
        Which side is unfavourable.
    """
    height = 0.27 * len(labels) + 0.75
    reach = float(np.max(np.abs(values))) * 1.25 or 1.0
    canvas = Canvas(height)
    frame = Frame(
        canvas, 0.43 * WIDTH, 0.33, 0.52 * WIDTH, height - 0.75, (-reach, reach), (-0.6, len(labels) - 0.4)
    )
    colours = [MARKS["better"][0], MARKS["worse"][0]]
    if worse == "left":
        colours.reverse()
    for position, (value, sure) in enumerate(zip(values, certain, strict=True)):
        place, colour = float(len(labels) - 1 - position), colours[value > 0]
        canvas.rectangles(
            frame.x(0.0),
            frame.y(place + 0.33),
            frame.x(value),
            frame.y(place - 0.33),
            colour if sure else "white",
            edge=colour,
            edge_width=1.2,
        )
        offset = 0.02 * reach * (1 if value >= 0 else -1)
        canvas.text(
            frame.x(value + offset),
            frame.y(place),
            format_change(value, decimals),
            7.6,
            align="left" if value >= 0 else "right",
        )
    frame.row_names(labels, 8.4)
    canvas.line(frame.x(0.0), [frame.top, frame.bottom], INK, 1.0)
    ticks = nice_ticks(-reach, reach, 8)
    frame.bottom_axis(ticks, format_ticks(ticks), 7.4, unit, 7.8)
    over = frame.top - 0.05
    canvas.text(frame.left, over, f"◂ {ends[0]}", 8.2, anchor="bottom", colour=colours[0])
    canvas.text(frame.right, over, f"{ends[1]} ▸", 8.2, align="right", anchor="bottom", colour=colours[1])
    return canvas.svg()

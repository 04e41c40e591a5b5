"""The chart of a domain: one strip per indicator, with the area, its interval, and all other areas."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from sozialanalyse.report.numbers import format_interval, format_number, format_value
from sozialanalyse.report.theme import (
    BACKGROUND,
    INK,
    MARKS,
    MUTED,
    PALE,
    REFERENCE,
    empty_axes,
    new_figure,
    styled,
    to_svg,
)
from sozialanalyse.report.view import Row, records

__all__ = ["StripNames", "draw_strips"]

ROW_HEIGHT: Final = 0.56
LINE_HEIGHT: Final = 0.2
LEGEND_COLUMNS: Final = 3
LEFT, RIGHT = 0.36, 0.745
LABEL_WIDTH: Final = 34


@dataclass(frozen=True, slots=True)
class StripNames:
    """Names for the legend; an empty one is not drawn."""

    area: str
    parent: str
    city: str
    median: str


@styled
def draw_strips(rows: pd.DataFrame, peers: pd.DataFrame, names: StripNames) -> bytes:
    """Draw one strip per indicator.

    Parameters
    ----------
    rows : DataFrame
        Rows of `AreaView.rows` with `assessment`, only those with a value.
    peers : DataFrame
        Columns ``indicator_id, value``: the other areas, drawn as ticks.
    names : StripNames
        Names of what the area is compared with.

    Returns
    -------
    bytes
        SVG. Each strip runs from the lowest to the highest value of all areas and has its own unit.
    """
    handles = _legend_entries(names, rows)
    top = LINE_HEIGHT * -(-len(handles) // LEGEND_COLUMNS) + 0.12
    height = top + ROW_HEIGHT * len(rows)
    figure = new_figure(height)
    axes = empty_axes(figure, (0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(0, 1)
    axes.set_ylim(height, 0)
    axes.legend(
        handles=handles,
        loc="upper left",
        ncols=min(LEGEND_COLUMNS, len(handles)),
        frameon=False,
        fontsize=7.8,
        handletextpad=0.3,
        columnspacing=1.2,
        borderaxespad=0.2,
    )
    values_of = {str(key): group for key, group in peers.groupby("indicator_id", observed=True)["value"]}
    for position, (indicator_id, row) in enumerate(records(rows).items()):
        others = values_of[indicator_id].dropna().to_numpy(dtype=np.float64)
        _draw_strip(axes, top + ROW_HEIGHT * (position + 0.42), row, others, names)
    return to_svg(figure)


def _draw_strip(
    axes: Axes,
    middle: float,
    row: Row,
    others: np.ndarray[tuple[int], np.dtype[np.float64]],
    names: StripNames,
) -> None:
    shown = np.array([row[name] for name in ("value", "lower", "upper", "city_value", "parent_value")], float)
    everything = np.concatenate([others, shown[np.isfinite(shown)]])
    low, high = float(everything.min()), float(everything.max())
    at = _scale(low, high)
    decimals = int(row["decimals"])
    label = _wrap(f"{row['label']} {row['year']:.0f}")
    axes.text(LEFT - 0.015, middle, label, ha="right", va="center", fontsize=8.6, linespacing=1.05)
    axes.fill_between([LEFT, RIGHT], middle - 0.125, middle + 0.125, color=BACKGROUND, lw=0)
    ticks = np.array([at(value) for value in others])
    # One line broken by gaps is one path in the file, not one for each area.
    axes.plot(
        np.column_stack([ticks, ticks, np.full_like(ticks, np.nan)]).ravel(),
        np.tile([middle - 0.1, middle + 0.1, np.nan], len(ticks)),
        color=PALE,
        lw=0.9,
    )
    for place, value, side in ((LEFT, low, "left"), (RIGHT, high, "right")):
        end = format_number(value, decimals)
        axes.text(place, middle + 0.225, end, ha=side, va="center", fontsize=6.8, color=MUTED)
    if np.isfinite(row["city_value"]):
        if names.city:
            axes.vlines(at(row["city_value"]), middle - 0.17, middle + 0.17, color=REFERENCE, lw=2.2)
    elif names.median:
        middle_value = at(row["level_median"])
        axes.vlines(middle_value, middle - 0.17, middle + 0.17, color=INK, lw=1.6, ls=(0, (1.5, 1)))
    if names.parent and np.isfinite(row["parent_value"]):
        place = at(row["parent_value"])
        axes.plot(place, middle, marker="s", ms=5.6, mfc="white", mec=REFERENCE, mew=1.3, ls="")
    colour, marker = MARKS[row["assessment"]]
    if np.isfinite(row["lower"]):
        axes.hlines(middle, at(row["lower"]), at(row["upper"]), color=colour, lw=2.4, alpha=0.75)
    axes.plot(at(row["value"]), middle, marker=marker, ms=7.6, color=colour, mec="white", mew=0.8, zorder=5)
    text = format_value(row["value"], row["unit"], decimals)
    axes.text(RIGHT + 0.02, middle - 0.01, text, va="center", fontsize=9.4, fontweight="bold")
    interval = format_interval(row["lower"], row["upper"], decimals)
    if interval:
        axes.text(RIGHT + 0.02, middle + 0.19, interval, va="center", fontsize=7.2, color=MUTED)


def _scale(low: float, high: float) -> Callable[[float], float]:
    span = (high - low) or 1.0
    return lambda value: LEFT + 0.012 + (value - low) / span * (RIGHT - LEFT - 0.024)


def _legend_entries(names: StripNames, rows: pd.DataFrame) -> list[Line2D]:
    city = names.city
    words = {
        "worse": f"ungünstiger als {city}",
        "better": f"günstiger als {city}",
        "higher": f"höher als {city}",
        "lower": f"niedriger als {city}",
        "similar": "kein Unterschied erkennbar",
        "unknown": f"{names.area}, ohne gesicherten Vergleich" if city or names.median else names.area,
    }
    entries = [
        Line2D([], [], ls="", marker=MARKS[code][1], color=MARKS[code][0], ms=7, label=words[code])
        for code in MARKS
        if code in set(rows["assessment"])
    ]
    if names.parent:
        entries.append(
            Line2D([], [], ls="", marker="s", mfc="white", mec=REFERENCE, ms=6, label=names.parent)
        )
    if city:
        entries.append(Line2D([], [], ls="", marker="|", color=REFERENCE, mew=2.2, ms=11, label=city))
    if names.median:
        entries.append(Line2D([], [], ls="", marker="|", color=INK, mew=1.4, ms=11, label=names.median))
    entries.append(Line2D([], [], ls="", marker="|", color=PALE, mew=1.4, ms=9, label="andere Gebiete"))
    return entries


def _wrap(text: str) -> str:
    lines = textwrap.wrap(text, LABEL_WIDTH)
    if len(lines) > 2:
        lines = [lines[0], textwrap.shorten(" ".join(lines[1:]), LABEL_WIDTH, placeholder=" …")]
    return "\n".join(lines)

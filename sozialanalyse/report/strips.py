"""The chart of a domain: one strip per indicator, with the area, its interval, and all other areas."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sozialanalyse.report.canvas import Canvas, Mark
from sozialanalyse.report.numbers import format_interval, format_number, format_spoken
from sozialanalyse.report.plot import Key, legend
from sozialanalyse.report.theme import BACKGROUND, INK, MARKS, MUTED, PALE, REFERENCE, WIDTH
from sozialanalyse.report.view import Row, records

__all__ = ["StripNames", "draw_strips"]

ROW_HEIGHT: Final = 0.56
LINE_HEIGHT: Final = 0.2
LEGEND_COLUMNS: Final = 3
LEFT, RIGHT = 0.36 * WIDTH, 0.745 * WIDTH
LABEL_WIDTH: Final = 34


@dataclass(frozen=True, slots=True)
class StripNames:
    """Names for the legend; an empty one is not drawn."""

    area: str
    parent: str
    city: str
    median: str


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
    keys = _legend_keys(names, rows)
    top = LINE_HEIGHT * -(-len(keys) // LEGEND_COLUMNS) + 0.12
    canvas = Canvas(top + ROW_HEIGHT * len(rows))
    legend(canvas, keys, 0.03, 0.04, LEGEND_COLUMNS, 7.8, column_gap=1.2)
    with_years = len(set(rows["year"])) > 1
    values_of = {str(key): group for key, group in peers.groupby("indicator_id", observed=True)["value"]}
    for position, (indicator_id, row) in enumerate(records(rows).items()):
        others = values_of[indicator_id].dropna().to_numpy(dtype=np.float64)
        name = f"{row['label']} {row['year']:.0f}" if with_years else str(row["label"])
        _draw_strip(canvas, top + ROW_HEIGHT * (position + 0.42), row, others, (_wrap(name), names))
    return canvas.svg()


def _draw_strip(
    canvas: Canvas, middle: float, row: Row, others: NDArray[np.float64], words: tuple[str, StripNames]
) -> None:
    label, names = words
    shown = np.array([row[name] for name in ("value", "lower", "upper", "city_value", "parent_value")], float)
    everything = np.concatenate([others, shown[np.isfinite(shown)]])
    low, high = float(everything.min()), float(everything.max())
    at = _scale(low, high)
    decimals = int(row["decimals"])
    canvas.text(LEFT - 0.11, middle, label, 8.6, align="right", spacing=1.15)
    canvas.rectangles(LEFT, middle - 0.125, RIGHT, middle + 0.125, BACKGROUND)
    ticks = np.array([at(value) for value in others])
    canvas.strokes(ticks, middle - 0.1, ticks, middle + 0.1, PALE, 0.9)
    canvas.text(LEFT, middle + 0.225, format_number(low, decimals), 6.8, colour=MUTED)
    canvas.text(RIGHT, middle + 0.225, format_number(high, decimals), 6.8, colour=MUTED, align="right")
    tall = [middle - 0.17, middle + 0.17]
    if np.isfinite(row["city_value"]):
        if names.city:
            canvas.line(at(row["city_value"]), tall, REFERENCE, 2.2)
    elif names.median:
        canvas.line(at(row["level_median"]), tall, INK, 1.6, (1.5, 1.0))
    if names.parent and np.isfinite(row["parent_value"]):
        canvas.marks(at(row["parent_value"]), middle, Mark("s", 5.6, "white", REFERENCE, 1.3))
    colour, shape = MARKS[row["assessment"]]
    if np.isfinite(row["lower"]):
        ends = [at(row["lower"]), at(row["upper"])]
        canvas.line(ends, middle, colour, 2.4, opacity=0.75)
    canvas.marks(at(row["value"]), middle, Mark(shape, 7.6, colour, "white", 0.8))
    text = format_spoken(row["value"], row["unit"], decimals)
    canvas.text(RIGHT + 0.15, middle - 0.02, text, 9.4, bold=True)
    interval = format_interval(row["lower"], row["upper"], decimals)
    if interval:
        canvas.text(RIGHT + 0.15, middle + 0.19, interval, 7.2, colour=MUTED)


def _scale(low: float, high: float) -> Callable[[float], float]:
    span = (high - low) or 1.0
    return lambda value: LEFT + 0.09 + (value - low) / span * (RIGHT - LEFT - 0.18)


def _legend_keys(names: StripNames, rows: pd.DataFrame) -> list[Key]:
    city = names.city
    words = {
        "worse": f"ungünstiger als {city}",
        "better": f"günstiger als {city}",
        "higher": f"höher als {city}",
        "lower": f"niedriger als {city}",
        "similar": "kein Unterschied erkennbar",
        "unknown": f"{names.area}, ohne gesicherten Vergleich" if city or names.median else names.area,
    }
    keys = [
        Key(words[code], Mark(shape, 7.0, colour))
        for code, (colour, shape) in MARKS.items()
        if code in set(rows["assessment"])
    ]
    if names.parent:
        keys.append(Key(names.parent, Mark("s", 6.0, "white", REFERENCE)))
    if city:
        keys.append(Key(city, Mark("|", 11.0, REFERENCE, edge_width=2.2)))
    if names.median:
        keys.append(Key(names.median, Mark("|", 11.0, INK, edge_width=1.4)))
    return [*keys, Key("andere Gebiete", Mark("|", 9.0, PALE, edge_width=1.4))]


def _wrap(text: str) -> str:
    lines = textwrap.wrap(text, LABEL_WIDTH)
    if len(lines) > 2:
        lines = [lines[0], textwrap.shorten(" ".join(lines[1:]), LABEL_WIDTH, placeholder=" …")]
    return "\n".join(lines)

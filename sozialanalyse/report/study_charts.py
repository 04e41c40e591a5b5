"""Charts on how sure the index is: intervals of ranks, and which choice moves them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sozialanalyse.report.canvas import Canvas, Mark
from sozialanalyse.report.numbers import format_number, format_ticks
from sozialanalyse.report.plot import Frame, Key, legend, nice_ticks
from sozialanalyse.report.theme import BACKGROUND, MARKS, PALE, REFERENCE, WIDTH

__all__ = ["draw_ranks", "draw_shares"]


def draw_ranks(
    rows: pd.DataFrame, ranked: int, *, axis: str = "Rang (1 = größte soziale Belastung)"
) -> bytes:
    """Draw the rank of each area with its two intervals, from top to bottom.

    Parameters
    ----------
    rows : DataFrame
        Columns ``name, rank, sampling_lower, sampling_upper, choice_lower, choice_upper``; missing
        intervals are not drawn.
    ranked : int
        Number of areas with a rank, for the axis.
    axis : str
        What the axis shows.
    """
    height = 0.21 * len(rows) + 0.95
    canvas = Canvas(height)
    last = float(rows[["rank", "sampling_upper", "choice_upper"]].max().max())
    frame = Frame(
        canvas,
        *(0.3 * WIDTH, 0.45, 0.66 * WIDTH, height - 0.95),
        (0.0, min(ranked, last) + 1),
        (-0.6, len(rows) - 0.4),
    )
    red = MARKS["worse"][0]
    for position, row in enumerate(rows.to_dict("records")):
        place = float(len(rows) - 1 - position)
        middle = frame.y(place)
        if position % 2:
            canvas.rectangles(frame.left, frame.y(place + 0.5), frame.right, frame.y(place - 0.5), BACKGROUND)
        if pd.notna(row["sampling_lower"]):
            ends = [frame.x(float(row[f"sampling_{end}"])) for end in ("lower", "upper")]
            canvas.line(ends, middle, PALE, 7.0)
        if pd.notna(row["choice_lower"]):
            ends = [frame.x(float(row[f"choice_{end}"])) for end in ("lower", "upper")]
            canvas.line(ends, middle, red, 1.6)
            canvas.marks(ends, middle, Mark("|", 7.0, red, edge_width=1.6))
        canvas.marks(frame.x(float(row["rank"])), middle, Mark("o", 5.0, REFERENCE, "white", 0.6))
    frame.row_names([str(name) for name in rows["name"]], 7.6)
    ticks = [tick for tick in nice_ticks(*frame.x_range, 8) if tick >= 1 and tick == round(tick)]
    frame.bottom_axis(ticks, format_ticks(ticks), 7.4, axis)
    keys = [
        Key("Rang", Mark("o", 6.0, REFERENCE)),
        Key("Zufall in den Fallzahlen", fill=PALE),
        Key("andere Entscheidungen", colour=red, line_width=1.6),
    ]
    legend(canvas, keys, 0.17 * WIDTH, 0.18, 3, 8.0)
    return canvas.svg()


def draw_shares(names: Sequence[str], first: Sequence[float], total: Sequence[float]) -> bytes:
    """Draw for each choice which share of the shifts of ranks goes with it, alone and with the others."""
    height = 0.5 * len(names) + 0.85
    canvas = Canvas(height)
    frame = Frame(
        canvas,
        *(0.33 * WIDTH, 0.43, 0.58 * WIDTH, height - 0.85),
        (0.0, 1.08),
        (-0.6, len(names) - 0.4),
    )
    for position, (alone, together) in enumerate(zip(first, total, strict=True)):
        row = float(len(names) - 1 - position)
        for value, place, colour in ((together, row + 0.17, PALE), (max(alone, 0.0), row - 0.17, REFERENCE)):
            canvas.rectangles(
                frame.left, frame.y(place + 0.15), frame.x(value), frame.y(place - 0.15), colour
            )
            canvas.text(frame.x(value + 0.01), frame.y(place), f"{format_number(100 * value)} %", 7.4)
    frame.row_names(names, 8.4)
    frame.bottom_axis([0.0, 0.5, 1.0], ["0 %", "50 %", "100 %"], 7.4)
    keys = [
        Key("im Zusammenspiel mit den anderen", fill=PALE),
        Key("für sich allein", fill=REFERENCE),
    ]
    legend(canvas, keys, 0.16 * WIDTH, 0.16, 2, 8.0)
    return canvas.svg()

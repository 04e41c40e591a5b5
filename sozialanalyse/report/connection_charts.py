"""Charts of connections: matrix of verdicts, ways of computing, scatter, Moran plot, gradient by fifths."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sozialanalyse.report.canvas import POINTS, Anchor, Canvas, Mark
from sozialanalyse.report.labels import place_labels
from sozialanalyse.report.lettering import text_width
from sozialanalyse.report.numbers import format_number, format_ticks
from sozialanalyse.report.plot import Frame, Key, legend, nice_ticks, padded
from sozialanalyse.report.theme import BACKGROUND, INK, MARKS, MUTED, PALE, REFERENCE, WIDTH
from sozialanalyse.report.view import Row

__all__ = [
    "CLUSTERS",
    "VERDICT_SIGNS",
    "GradientPanel",
    "MoranPanel",
    "Scatter",
    "draw_gradient",
    "draw_matrix",
    "draw_moran",
    "draw_scatter",
    "draw_ways",
    "shows_intervals",
]

VERDICT_SIGNS: Final[dict[str, str]] = {
    "gesichert": "●",
    "Hinweis": "◐",
    "uneinheitlich": "≈",
    "kein Zusammenhang erkennbar": "○",
    "Daten reichen nicht": "?",
}
"""Verdict to the sign that stands for it, without colour; none looks like a minus before a number."""
CLUSTERS: Final[dict[str, str]] = {
    "high_high": "hoch, Nachbarn auch hoch",
    "high_low": "hoch, Nachbarn niedrig",
    "": "nicht auffällig",
    "low_high": "niedrig, Nachbarn hoch",
    "low_low": "niedrig, Nachbarn auch niedrig",
}
"""Cluster to its German name, in the order of the map's colours."""

_TOGETHER: Final = (224, 145, 92)
_OPPOSITE: Final = (93, 156, 191)
"""Red, green and blue of a correlation of 1 and of −1; 0 is white."""
_MATRIX_LEFT: Final = 2.35
"""Inches at the left for the names of the rows."""
_CELL_HEIGHT: Final = 0.44
_CELL_TEXT: Final = 7.5
"""Size of the smallest letters in the matrix, in points."""
_ONE_LINE: Final = 0.55
"""Inches from which sign and number stand side by side in a cell of the matrix."""
_NUMBER_WIDTH: Final = 0.34
"""Inches below which a cell of the matrix has room for the sign alone."""
_CLAIMS: Final = ("gesichert", "Hinweis")
_KIND_MARKS: Final = {"own": "o", "choice": "o", "range": "", "coarser": "s", "spatial": "D"}


def shows_intervals(columns: int) -> bool:
    """Return whether the cells of a matrix with so many columns have room for intervals."""
    return (WIDTH - _MATRIX_LEFT) / columns >= 0.98


def draw_matrix(
    cells: Mapping[tuple[str, str], Row], rows: Sequence[tuple[str, str]], columns: Sequence[tuple[str, str]]
) -> bytes:
    """Draw a cell for each pair: coefficient, interval where there is room, and the sign of the verdict.

    Parameters
    ----------
    cells : mapping from (key of row, key of column) to row of a released frame
        With ``estimate, lower, upper, category``; what is not there stays blank.
    rows, columns : sequence of (str, str)
        Key and German name of the indicators.
    """
    heads = ["\n".join(textwrap.wrap(name, 24)[:3]) for _, name in columns]
    top = 0.14 + max(text_width(head, _CELL_TEXT) for head in heads) / POINTS
    width = (WIDTH - _MATRIX_LEFT) / len(columns)
    body = top + _CELL_HEIGHT * len(rows)
    canvas = Canvas(body + 0.72)
    for position, head in enumerate(heads):
        middle = _MATRIX_LEFT + width * (position + 0.5)
        canvas.text(middle, top - 0.06, head, _CELL_TEXT, upright=True, spacing=1.1)
    for line, (row_key, name) in enumerate(rows):
        upper_edge = top + _CELL_HEIGHT * line
        text = "\n".join(textwrap.wrap(name, 33)[:2])
        canvas.text(_MATRIX_LEFT - 0.08, upper_edge + _CELL_HEIGHT / 2, text, 7.8, align="right")
        for position, (column_key, _) in enumerate(columns):
            pair = cells.get((row_key, column_key))
            if pair is not None:
                _draw_cell(canvas, _MATRIX_LEFT + width * position, upper_edge, width, pair, len(columns))
    keys = [Key(name, sign=sign) for name, sign in VERDICT_SIGNS.items()]
    keys += [
        Key("beide steigen gemeinsam", fill=_shade(0.8)),
        Key("eines steigt, das andere fällt", fill=_shade(-0.8)),
        Key("keine Aussage über die Richtung", fill=BACKGROUND),
    ]
    legend(canvas, keys, 0.05, body + 0.12, 3, 7.8)
    return canvas.svg()


def _shade(correlation: float) -> str:
    """Return the colour that stands for a correlation, paler the nearer it is to 0."""
    full = _TOGETHER if correlation > 0 else _OPPOSITE
    parts = [round(255 + (part - 255) * min(abs(correlation), 1.0)) for part in full]
    return "#" + "".join(f"{part:02x}" for part in parts)


def _draw_cell(canvas: Canvas, left: float, top: float, width: float, pair: Row, columns: int) -> None:
    claimed = pair["category"] in _CLAIMS
    known = bool(np.isfinite(pair["estimate"]))
    canvas.rectangles(
        left + 0.015,
        top + 0.015,
        left + width - 0.015,
        top + _CELL_HEIGHT - 0.015,
        _shade(float(pair["estimate"])) if claimed and known else BACKGROUND,
    )
    colour = INK if claimed else MUTED
    x, middle = left + width / 2, top + _CELL_HEIGHT / 2
    text = VERDICT_SIGNS[pair["category"]]
    if known and width >= _NUMBER_WIDTH:
        text += (" " if width >= _ONE_LINE else "\n") + format_number(pair["estimate"], 2)
    with_interval = known and shows_intervals(columns)
    canvas.text(
        x,
        middle - (0.09 if with_interval else 0.0),
        text,
        8.2 if width >= _ONE_LINE else _CELL_TEXT,
        colour=colour,
        align="middle",
        bold=pair["category"] == "gesichert",
    )
    if with_interval:
        span = f"{format_number(pair['lower'], 2)} bis {format_number(pair['upper'], 2)}"
        canvas.text(x, middle + 0.1, span, _CELL_TEXT, colour=colour, align="middle")


def draw_ways(ways: pd.DataFrame, limit: float) -> bytes:
    """Draw the coefficient of one pair under every way of computing, with intervals.

    Parameters
    ----------
    ways : DataFrame
        Columns ``way, estimate, lower, upper, kind``, from top to bottom.
    limit : float
        Correlation below which a connection has no weight; shaded.
    """
    height = 0.33 * len(ways) + 0.75
    canvas = Canvas(height)
    reach = max(1.0, float(np.nanmax(np.abs(ways[["lower", "upper"]].to_numpy(dtype=np.float64)))))
    frame = Frame(
        canvas,
        *(0.44 * WIDTH, 0.25, 0.36 * WIDTH, height - 0.75),
        (-reach, reach),
        (-0.6, len(ways) - 0.4),
    )
    canvas.rectangles(frame.x(-limit), frame.top, frame.x(limit), frame.bottom, BACKGROUND)
    canvas.line(frame.x(0.0), [frame.top, frame.bottom], INK, 1.0)
    rows = ways.to_dict("records")
    for position, row in enumerate(rows):
        own = row["kind"] == "own"
        clear = row["lower"] > 0 or row["upper"] < 0
        colour = REFERENCE if clear else MUTED
        y = frame.y(float(len(ways) - 1 - position))
        ends = [frame.x(float(row["lower"])), frame.x(float(row["upper"]))]
        canvas.line(ends, y, colour, 5.0 if row["kind"] == "range" else 3.2 if own else 1.8)
        span = f"{format_number(row['lower'], 2)} bis {format_number(row['upper'], 2)}"
        if np.isfinite(row["estimate"]):
            mark = Mark(_KIND_MARKS[row["kind"]], 8.0 if own else 6.0, colour if clear else "white", colour)
            canvas.marks(frame.x(float(row["estimate"])), y, mark)
            span = f"{format_number(row['estimate'], 2)} ({span})"
        canvas.text(frame.right + 0.13, y, span, 7.5)
    names = ["\n".join(textwrap.wrap(str(way), 48)[:2]) for way in ways["way"]]
    frame.row_names(names, 7.8, bold=[position == 0 for position in range(len(names))])
    ticks = [-1.0, -0.5, 0.0, 0.5, 1.0]
    title = "◂ gegenläufig      0 = kein Zusammenhang      gemeinsam ▸"
    frame.bottom_axis(ticks, format_ticks(ticks), 7.4, title, 7.8)
    return canvas.svg()


@dataclass(frozen=True, slots=True)
class Scatter:
    """Areas by two indicators: names, values, sizes for the dots, axis titles, and the model's line."""

    names: Sequence[str]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    people: NDArray[np.float64]
    x_title: str
    y_title: str
    fit: pd.DataFrame


def draw_scatter(scatter: Scatter) -> bytes:
    """Draw areas as dots with the model's line, and name as many as find room, the unusual ones first."""
    canvas = Canvas(4.7)
    fit = scatter.fit[["x", "lower", "upper", "predicted"]].astype(float) if len(scatter.fit) else None
    x_all = scatter.x if fit is None else np.concatenate([scatter.x, fit["x"]])
    y_all = scatter.y if fit is None else np.concatenate([scatter.y, fit["lower"], fit["upper"]])
    frame = Frame(canvas, 0.095 * WIDTH, 0.12, 0.885 * WIDTH, 4.04, padded(x_all), padded(y_all))
    if fit is not None:
        x, lower, upper, predicted = fit.to_numpy().T
        canvas.band(frame.x(x), frame.y(lower), frame.y(upper), PALE, opacity=0.55)
        canvas.line(frame.x(x), frame.y(predicted), INK, 1.8)
    share = scatter.people / scatter.people.max() if np.ptp(scatter.people) > 0 else np.zeros(scatter.x.size)
    canvas.circles(
        np.column_stack([frame.x(scatter.x), frame.y(scatter.y)]),
        np.sqrt(16 + 90 * share) / 2,
        MARKS["better"][0],
        "white",
        0.6,
        opacity=0.75,
    )
    _draw_axes(frame, scatter.x_title, scatter.y_title)
    slope, constant = np.polyfit(scatter.x, scatter.y, 1)
    unusual = np.abs(scatter.y - constant - slope * scatter.x) / (scatter.y.std() or 1.0)
    edge = np.abs(scatter.x - scatter.x.mean()) / (scatter.x.std() or 1.0)
    place_labels(
        frame, scatter.names, scatter.x, scatter.y, np.argsort(-(unusual + 0.6 * edge), kind="stable")
    )
    return canvas.svg()


@dataclass(frozen=True, slots=True)
class MoranPanel:
    """One indicator against its neighbours' mean: standardised values, cluster of each area, title."""

    title: str
    names: Sequence[str]
    z: NDArray[np.float64]
    lag: NDArray[np.float64]
    clusters: Sequence[str]
    slope: float


def draw_moran(panels: Sequence[MoranPanel]) -> bytes:
    """Draw each area's value against the mean of its neighbours, one chart per indicator."""
    canvas = Canvas(4.05)
    used: set[str] = set()
    for position, panel in enumerate(panels):
        reach = 1.12 * float(max(np.abs(panel.z).max(), np.abs(panel.lag).max()))
        left, both = (0.085 + position * 0.5) * WIDTH, (-reach, reach)
        frame = Frame(canvas, left, 0.22 * 4.05, 0.4 * WIDTH, 0.66 * 4.05, both, both)
        middle = frame.x(0.0), frame.y(0.0)
        canvas.rectangles(middle[0], frame.top, frame.right, middle[1], BACKGROUND)
        canvas.rectangles(frame.left, middle[1], middle[0], frame.bottom, BACKGROUND)
        canvas.line([frame.left, frame.right], middle[1], MUTED, 0.8)
        canvas.line(middle[0], [frame.top, frame.bottom], MUTED, 0.8)
        ends = np.array(both)
        canvas.line(frame.x(ends), frame.y(ends * panel.slope), INK, 1.4)
        clusters = np.asarray(panel.clusters)
        for cluster, (colour, shape) in _CLUSTER_MARKS.items():
            inside = clusters == cluster
            if inside.any():
                used.add(cluster)
                mark = Mark(shape, 5.0, colour, "white", 0.5)
                canvas.marks(frame.x(panel.z[inside]), frame.y(panel.lag[inside]), mark)
        beside = "Mittel der Nachbarn" if not position else ""
        _draw_axes(frame, "eigener Wert (Standardabweichungen)", beside)
        title = "\n".join(textwrap.wrap(panel.title, 42)[:2])
        text = f"{title}\nMoran-I {format_number(panel.slope, 2)}"
        canvas.text(frame.left, frame.top - 0.08, text, 8.4, anchor="bottom")
        order = np.argsort(-(np.abs(panel.z) + np.abs(panel.lag) + 9 * (clusters != "")), kind="stable")
        place_labels(frame, panel.names, panel.z, panel.lag, order[:12], size=6.2)
    keys = [
        Key(CLUSTERS[cluster], Mark(shape, 6.0, colour))
        for cluster, (colour, shape) in _CLUSTER_MARKS.items()
        if cluster in used
    ]
    legend(canvas, keys, 0.1, 0.06, 3, 7.8)
    return canvas.svg()


_CLUSTER_MARKS: Final[dict[str, tuple[str, str]]] = {
    "": (MUTED, "o"),
    "high_high": ("#8c2d04", "^"),
    "high_low": ("#d9793a", ">"),
    "low_high": ("#5d9cbf", "<"),
    "low_low": ("#23648a", "v"),
}


_STEP_HEIGHT: Final = 1.75
_FIFTH_COLOURS: Final = ("#9fb4bd", "#86a1ac", "#6c8d9b", "#527a8a", REFERENCE)


@dataclass(frozen=True, slots=True)
class GradientPanel:
    """One indicator by fifth, from the least to the most burdened, with a line that gives its slope."""

    title: str
    fifths: Sequence[int]
    means: Sequence[float]
    decimals: int
    note: str
    clear: bool


def draw_gradient(panels: Sequence[GradientPanel]) -> bytes:
    """Draw small charts of the means by fifth, two per row, each with its own scale from zero."""
    canvas = Canvas(_STEP_HEIGHT * ((len(panels) + 1) // 2) + 0.15)
    for position, panel in enumerate(panels):
        row, column = divmod(position, 2)
        means = np.asarray(panel.means, dtype=np.float64)
        low, high = float(min(means.min(), 0.0)), float(max(means.max(), 0.0))
        room = 0.16 * ((high - low) or 1.0)
        frame = Frame(
            canvas,
            *((0.04 + column * 0.5) * WIDTH, _STEP_HEIGHT * row + 0.5, 0.44 * WIDTH, 0.95),
            (0.4, 5.6),
            (low - room * (low < 0), high + room),
        )
        for fifth, mean in zip(panel.fifths, means.tolist(), strict=True):
            colour = _FIFTH_COLOURS[fifth - 1] if panel.clear else PALE
            ends = frame.y(max(mean, 0.0)), frame.y(min(mean, 0.0))
            canvas.rectangles(frame.x(fifth - 0.37), ends[0], frame.x(fifth + 0.37), ends[1], colour)
            text, above = format_number(mean, panel.decimals), mean >= 0
            place = frame.y(mean) + (-0.03 if above else 0.03)
            anchor: Anchor = "bottom" if above else "top"
            canvas.text(frame.x(float(fifth)), place, text, 7.4, align="middle", anchor=anchor)
        canvas.line([frame.left, frame.right], frame.y(0.0), MUTED, 0.8)
        labels = ["1 (am wenigsten)", "2", "3", "4", "5 (am meisten)"]
        frame.bottom_axis([1.0, 2.0, 3.0, 4.0, 5.0], labels, 7.0, colour=INK, ticked=False)
        title = f"{textwrap.shorten(panel.title, 52, placeholder=' …')}\n{panel.note}"
        canvas.text(frame.left, frame.top - 0.06, title, 7.8, anchor="bottom", room=frame.width + 0.25)
    return canvas.svg()


def _draw_axes(frame: Frame, x_title: str, y_title: str) -> None:
    across, up = nice_ticks(*frame.x_range, 8), nice_ticks(*frame.y_range, 8)
    frame.bottom_axis(across, format_ticks(across), 7.4, x_title, 8.4)
    frame.left_axis(up, format_ticks(up), 7.4, y_title)

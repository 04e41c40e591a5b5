"""Charts of connections: matrix of verdicts, ways of computing, scatter, Moran plot, gradient by fifths."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from numpy.typing import NDArray

from sozialanalyse.report.labels import place_labels
from sozialanalyse.report.numbers import format_number
from sozialanalyse.report.theme import (
    BACKGROUND,
    INK,
    MARKS,
    MUTED,
    PALE,
    REFERENCE,
    WIDTH,
    empty_axes,
    new_figure,
    styled,
    to_svg,
)
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
    "Daten reichen nicht": "–",
}
"""Verdict to the sign that stands for it; it tells them apart without colour."""
CLUSTERS: Final[dict[str, str]] = {
    "high_high": "hoch, Nachbarn auch hoch",
    "high_low": "hoch, Nachbarn niedrig",
    "": "nicht auffällig",
    "low_high": "niedrig, Nachbarn hoch",
    "low_low": "niedrig, Nachbarn auch niedrig",
}
"""Cluster to its German name, in the order of the map's colours."""

_SCALE: Final = LinearSegmentedColormap.from_list("opposite", ["#5d9cbf", "#ffffff", "#e0915c"])
_MATRIX_LEFT: Final = 2.35
"""Inches at the left for the names of the rows."""
_ONE_LINE: Final = 0.5
"""Inches from which sign and number stand side by side in a cell of the matrix."""
_CLAIMS: Final = ("gesichert", "Hinweis")
_KIND_MARKS: Final = {"own": "o", "choice": "o", "range": "", "coarser": "s", "spatial": "D"}


def shows_intervals(columns: int) -> bool:
    """Return whether the cells of a matrix with so many columns have room for intervals."""
    return (WIDTH - _MATRIX_LEFT) / columns >= 0.55


@styled
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
    left, cell_height, top, bottom = _MATRIX_LEFT, 0.44, 1.55, 0.72
    width = (WIDTH - left) / len(columns)
    with_interval = shows_intervals(len(columns))
    height = top + cell_height * len(rows) + bottom
    figure = new_figure(height)
    axes = empty_axes(figure, (0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(height, 0)
    for position, (_, name) in enumerate(columns):
        text = "\n".join(textwrap.wrap(name, 21)[:3])
        place = left + width * (position + 0.5)
        axes.text(
            place, top - 0.06, text, rotation=90, ha="center", va="bottom", fontsize=7.2, linespacing=1.0
        )
    for line, (row_key, name) in enumerate(rows):
        upper_edge = top + cell_height * line
        text = "\n".join(textwrap.wrap(name, 33)[:2])
        axes.text(left - 0.08, upper_edge + cell_height / 2, text, ha="right", va="center", fontsize=7.8)
        for position, (column_key, _) in enumerate(columns):
            pair = cells.get((row_key, column_key))
            if pair is None:
                continue
            x = left + width * position
            claimed = pair["category"] in _CLAIMS
            known = bool(np.isfinite(pair["estimate"]))
            face = _SCALE(0.5 + 0.5 * float(pair["estimate"])) if claimed and known else BACKGROUND
            axes.add_patch(
                Rectangle((x + 0.015, upper_edge + 0.015), width - 0.03, cell_height - 0.03, fc=face, lw=0)
            )
            colour = INK if claimed else MUTED
            middle = x + width / 2
            sign = VERDICT_SIGNS[pair["category"]]
            number = format_number(pair["estimate"], 2) if known else ""
            text = f"{sign} {number}" if width >= _ONE_LINE else f"{sign}\n{number}"
            shift = 0.09 if with_interval and known else 0.0
            axes.text(
                middle,
                upper_edge + cell_height / 2 - shift,
                text,
                ha="center",
                va="center",
                fontsize=8.2 if width >= _ONE_LINE else 7.0,
                fontweight="bold" if pair["category"] == "gesichert" else "normal",
                color=colour,
                linespacing=1.0,
            )
            if shift:
                span = f"{format_number(pair['lower'], 2)} bis {format_number(pair['upper'], 2)}"
                axes.text(
                    middle,
                    upper_edge + cell_height / 2 + 0.1,
                    span,
                    ha="center",
                    va="center",
                    fontsize=5.8,
                    color=colour,
                )
    entries: list[Patch | Line2D] = [
        Line2D([], [], ls="", marker=f"${sign}$", color=INK, ms=7, label=name)
        for name, sign in VERDICT_SIGNS.items()
    ]
    entries += [
        Patch(fc=_SCALE(0.9), label="beide steigen gemeinsam"),
        Patch(fc=_SCALE(0.1), label="eines steigt, das andere fällt"),
        Patch(fc=BACKGROUND, label="keine Aussage über die Richtung"),
    ]
    axes.legend(
        handles=entries,
        loc="lower left",
        bbox_to_anchor=(0.0, 0.0),
        ncols=3,
        frameon=False,
        fontsize=7.6,
        handletextpad=0.5,
        columnspacing=1.3,
    )
    return to_svg(figure)


@styled
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
    figure = new_figure(height)
    axes = figure.add_axes((0.44, 0.5 / height, 0.36, 1 - 0.75 / height))
    axes.axvspan(-limit, limit, color=BACKGROUND, lw=0)
    axes.axvline(0, color=INK, lw=1)
    for place, row in zip(range(len(ways) - 1, -1, -1), ways.to_dict("records"), strict=True):
        own = row["kind"] == "own"
        clear = row["lower"] > 0 or row["upper"] < 0
        colour = REFERENCE if clear else MUTED
        axes.hlines(
            place,
            row["lower"],
            row["upper"],
            color=colour,
            lw=5 if row["kind"] == "range" else 3.2 if own else 1.8,
        )
        if np.isfinite(row["estimate"]):
            axes.plot(
                row["estimate"],
                place,
                marker=_KIND_MARKS[row["kind"]],
                ms=8 if own else 6,
                mfc=colour if clear else "white",
                mec=colour,
                ls="",
            )
        number = format_number(row["estimate"], 2) if np.isfinite(row["estimate"]) else ""
        span = f"{format_number(row['lower'], 2)} bis {format_number(row['upper'], 2)}"
        axes.text(
            1.05,
            place,
            f"{number} ({span})" if number else span,
            transform=axes.get_yaxis_transform(),
            va="center",
            fontsize=7.2,
            color=INK,
            clip_on=False,
        )
    names = ["\n".join(textwrap.wrap(str(way), 48)[:2]) for way in ways["way"]]
    axes.set_yticks(range(len(ways) - 1, -1, -1), names, fontsize=7.8)
    axes.get_yticklabels()[0].set_fontweight("bold")
    reach = max(1.0, float(np.nanmax(np.abs(ways[["lower", "upper"]].to_numpy(dtype=np.float64)))))
    axes.set_xlim(-reach, reach)
    axes.set_ylim(-0.6, len(ways) - 0.4)
    ticks = [-1.0, -0.5, 0.0, 0.5, 1.0]
    axes.set_xticks(ticks, [format_number(tick, 1) for tick in ticks])
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.tick_params(axis="x", labelsize=7.4, length=2)
    axes.set_xlabel("◂ gegenläufig      0 = kein Zusammenhang      gemeinsam ▸", fontsize=7.8)
    return to_svg(figure)


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


@styled
def draw_scatter(scatter: Scatter) -> bytes:
    """Draw areas as dots with the model's line, and name as many as find room, the unusual ones first."""
    figure = new_figure(4.7)
    axes = figure.add_axes((0.095, 0.115, 0.885, 0.86))
    share = scatter.people / scatter.people.max() if np.ptp(scatter.people) > 0 else np.zeros(scatter.x.size)
    axes.scatter(
        scatter.x,
        scatter.y,
        s=16 + 90 * share,
        c=MARKS["better"][0],
        alpha=0.75,
        ec="white",
        lw=0.6,
        zorder=3,
    )
    if len(scatter.fit):
        fit = scatter.fit.astype(float)
        axes.fill_between(fit["x"], fit["lower"], fit["upper"], color=PALE, alpha=0.55, lw=0, zorder=1)
        axes.plot(fit["x"], fit["predicted"], color=INK, lw=1.8, zorder=2)
    _plain_axes(axes, scatter.x_title, scatter.y_title)
    slope, constant = np.polyfit(scatter.x, scatter.y, 1)
    unusual = np.abs(scatter.y - constant - slope * scatter.x) / (scatter.y.std() or 1.0)
    edge = np.abs(scatter.x - scatter.x.mean()) / (scatter.x.std() or 1.0)
    place_labels(
        axes, scatter.names, scatter.x, scatter.y, np.argsort(-(unusual + 0.6 * edge), kind="stable")
    )
    return to_svg(figure)


@dataclass(frozen=True, slots=True)
class MoranPanel:
    """One indicator against its neighbours' mean: standardised values, cluster of each area, title."""

    title: str
    names: Sequence[str]
    z: NDArray[np.float64]
    lag: NDArray[np.float64]
    clusters: Sequence[str]
    slope: float


@styled
def draw_moran(panels: Sequence[MoranPanel]) -> bytes:
    """Draw each area's value against the mean of its neighbours, one chart per indicator."""
    figure = new_figure(4.05)
    used: set[str] = set()
    for position, panel in enumerate(panels):
        axes = figure.add_axes((0.085 + position * 0.5, 0.12, 0.4, 0.66))
        reach = 1.12 * float(max(np.abs(panel.z).max(), np.abs(panel.lag).max()))
        for x, y in ((0, 0), (-reach, -reach)):
            axes.add_patch(Rectangle((x, y), reach, reach, fc=BACKGROUND, lw=0, zorder=0))
        axes.axhline(0, color=MUTED, lw=0.8)
        axes.axvline(0, color=MUTED, lw=0.8)
        axes.plot([-reach, reach], [-reach * panel.slope, reach * panel.slope], color=INK, lw=1.4)
        clusters = np.asarray(panel.clusters)
        for cluster, (colour, marker) in _CLUSTER_MARKS.items():
            inside = clusters == cluster
            if inside.any():
                used.add(cluster)
                axes.plot(
                    panel.z[inside],
                    panel.lag[inside],
                    ls="",
                    marker=marker,
                    color=colour,
                    ms=5,
                    mec="white",
                    mew=0.5,
                )
        axes.set_xlim(-reach, reach)
        axes.set_ylim(-reach, reach)
        _plain_axes(
            axes, "eigener Wert (Standardabweichungen)", "Mittel der Nachbarn" if not position else ""
        )
        title = "\n".join(textwrap.wrap(panel.title, 42)[:2])
        axes.set_title(
            f"{title}\nMoran-I {format_number(panel.slope, 2)}", fontsize=8.4, loc="left", color=INK
        )
        order = np.argsort(-(np.abs(panel.z) + np.abs(panel.lag) + 9 * (clusters != "")), kind="stable")
        place_labels(axes, panel.names, panel.z, panel.lag, order[:12], size=6.2)
    handles = [
        Line2D([], [], ls="", marker=marker, color=colour, ms=6, label=CLUSTERS[cluster])
        for cluster, (colour, marker) in _CLUSTER_MARKS.items()
        if cluster in used
    ]
    figure.legend(handles=handles, loc="upper left", ncols=3, frameon=False, fontsize=7.8)
    return to_svg(figure)


_CLUSTER_MARKS: Final[dict[str, tuple[str, str]]] = {
    "": (MUTED, "o"),
    "high_high": ("#8c2d04", "^"),
    "high_low": ("#d9793a", ">"),
    "low_high": ("#5d9cbf", "<"),
    "low_low": ("#23648a", "v"),
}


@dataclass(frozen=True, slots=True)
class GradientPanel:
    """One indicator by fifth, from the least to the most burdened, with a line that gives its slope."""

    title: str
    fifths: Sequence[int]
    means: Sequence[float]
    decimals: int
    note: str
    clear: bool


@styled
def draw_gradient(panels: Sequence[GradientPanel]) -> bytes:
    """Draw small charts of the means by fifth, two per row, each with its own scale from zero."""
    rows = (len(panels) + 1) // 2
    height = 1.75 * rows + 0.15
    figure = new_figure(height)
    for position, panel in enumerate(panels):
        row, column = divmod(position, 2)
        bottom = (height - 1.75 * (row + 1) + 0.3) / height
        axes = figure.add_axes((0.04 + column * 0.5, bottom, 0.44, 0.95 / height))
        colours = ["#9fb4bd", "#86a1ac", "#6c8d9b", "#527a8a", REFERENCE]
        bars = axes.bar(
            panel.fifths,
            panel.means,
            width=0.74,
            color=[colours[fifth - 1] if panel.clear else PALE for fifth in panel.fifths],
        )
        for bar, mean in zip(bars, panel.means, strict=True):
            axes.annotate(
                format_number(mean, panel.decimals),
                (bar.get_x() + bar.get_width() / 2, mean),
                xytext=(0, 2 if mean >= 0 else -9),
                textcoords="offset points",
                ha="center",
                fontsize=7.4,
            )
        axes.set_xticks([1, 2, 3, 4, 5], ["1 (am wenigsten)", "2", "3", "4", "5 (am meisten)"])
        axes.axhline(0, color=MUTED, lw=0.8)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.margins(y=0.16)
        axes.set_xlim(0.4, 5.6)
        axes.tick_params(labelsize=7, length=0, labelcolor=INK)
        title = textwrap.shorten(panel.title, 52, placeholder=" …")
        axes.set_title(f"{title}\n{panel.note}", fontsize=7.8, loc="left", color=INK, pad=4)
    return to_svg(figure)


def _plain_axes(axes: Axes, x_title: str, y_title: str) -> None:
    axes.set_xlabel(x_title, fontsize=8.4)
    axes.set_ylabel(y_title, fontsize=8.4)
    axes.tick_params(labelsize=7.4, length=2)
    for axis, low_high in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
        ticks = [float(t) for t in axis.get_ticklocs() if low_high[0] <= t <= low_high[1]]
        step = min((b - a for a, b in pairwise(ticks)), default=1.0)
        decimals = 0 if step >= 1 else 1 if step >= 0.1 else 2
        axis.set_ticks(ticks, [format_number(tick, decimals) for tick in ticks])

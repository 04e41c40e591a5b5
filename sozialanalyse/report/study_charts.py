"""Charts on how sure the index is: intervals of ranks, and which choice moves them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

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

__all__ = ["draw_ranks", "draw_shares"]


@styled
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
    figure = new_figure(height)
    axes = figure.add_axes((0.3, 0.5 / height, 0.66, 1 - 0.95 / height))
    places = range(len(rows) - 1, -1, -1)
    for place, row in zip(places, rows.to_dict("records"), strict=True):
        if place % 2:
            axes.axhspan(place - 0.5, place + 0.5, color=BACKGROUND, lw=0, zorder=0)
        if pd.notna(row["choice_lower"]):
            axes.hlines(
                place, row["choice_lower"], row["choice_upper"], color=MARKS["worse"][0], lw=1.6, zorder=2
            )
            ends = [row["choice_lower"], row["choice_upper"]]
            axes.plot(
                ends, [place, place], ls="", marker="|", ms=7, mew=1.6, color=MARKS["worse"][0], zorder=2
            )
        if pd.notna(row["sampling_lower"]):
            axes.hlines(place, row["sampling_lower"], row["sampling_upper"], color=PALE, lw=7, zorder=1)
        axes.plot(row["rank"], place, marker="o", ms=5, color=REFERENCE, mec="white", mew=0.6, zorder=3)
    axes.set_yticks(list(places), [str(name) for name in rows["name"]], fontsize=7.6)
    axes.set_ylim(-0.6, len(rows) - 0.4)
    last = float(rows[["rank", "sampling_upper", "choice_upper"]].max().max())
    axes.set_xlim(0, min(ranked, last) + 1)
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.tick_params(axis="x", labelsize=7.4, length=2)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(axis, fontsize=8)
    handles = [
        Line2D([], [], ls="", marker="o", color=REFERENCE, ms=6, label="Rang"),
        Patch(color=PALE, label="Zufall in den Fallzahlen"),
        Line2D([], [], color=MARKS["worse"][0], lw=1.6, label="andere Entscheidungen"),
    ]
    axes.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(-0.2, 1.0), ncols=3, frameon=False, fontsize=8
    )
    return to_svg(figure)


@styled
def draw_shares(names: Sequence[str], first: Sequence[float], total: Sequence[float]) -> bytes:
    """Draw for each choice which share of the shifts of ranks goes with it, alone and with the others."""
    height = 0.5 * len(names) + 0.85
    figure = new_figure(height)
    axes = figure.add_axes((0.33, 0.42 / height, 0.58, 1 - 0.85 / height))
    for place, alone, together in zip(range(len(names) - 1, -1, -1), first, total, strict=True):
        axes.barh(place + 0.17, together, height=0.3, color=PALE)
        axes.barh(place - 0.17, max(alone, 0.0), height=0.3, color=REFERENCE)
        for value, shift in ((together, 0.17), (max(alone, 0.0), -0.17)):
            axes.text(
                value + 0.01, place + shift, f"{format_number(100 * value)} %", va="center", fontsize=7.4
            )
    axes.set_yticks(range(len(names) - 1, -1, -1), list(names), fontsize=8.4)
    axes.set_xlim(0, 1.08)
    axes.set_xticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.tick_params(axis="x", labelsize=7.4, length=2, color=MUTED)
    axes.spines["left"].set_visible(False)
    handles = [
        Patch(color=PALE, label="im Zusammenspiel mit den anderen"),
        Patch(color=REFERENCE, label="für sich allein"),
    ]
    axes.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(-0.3, 1.0), ncols=2, frameon=False, fontsize=8
    )
    return to_svg(figure)

"""One look for all figures: colours that work for colour-blind readers and in black and white."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, Final, ParamSpec, cast

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

__all__ = [
    "BACKGROUND",
    "CLASS_COLOURS",
    "INK",
    "MARKS",
    "MUTED",
    "PALE",
    "REFERENCE",
    "WIDTH",
    "empty_axes",
    "new_figure",
    "styled",
    "to_svg",
]

WIDTH: Final = 7.6
"""Width of a figure in inches."""
INK: Final = "#1d2b33"
MUTED: Final = "#5b6b73"
PALE: Final = "#c9d2d6"
BACKGROUND: Final = "#eef2f3"
REFERENCE: Final = "#0b4f5c"
MARKS: Final[dict[str, tuple[str, str]]] = {
    "worse": ("#b3401e", "^"),
    "better": ("#1f6f9f", "v"),
    "higher": ("#4a4a78", "^"),
    "lower": ("#4a4a78", "v"),
    "similar": ("#5b6b73", "o"),
    "unknown": ("#5b6b73", "D"),
}
"""Assessment to colour and marker; the marker alone tells them apart in black and white."""
CLASS_COLOURS: Final[tuple[str, ...]] = ("#8c2d04", "#d9793a", "#f3ead9", "#86b4c9", "#23648a")
"""From most to least burdened; lightness tells the extremes from the middle."""

P = ParamSpec("P")

_POSITIONS: Final = re.compile(r'\b(?:d|x|y|x1|x2|y1|y2|width|height)="[^"]*"|translate\([^)]*\)')
_FRACTION: Final = re.compile(r"-?\d+\.\d{3,}")

_STYLE: Final[dict[str, Any]] = {
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "text.color": INK,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "text.parse_math": False,
    "hatch.linewidth": 0.6,
    "svg.hashsalt": "sozialanalyse",
    "svg.fonttype": "path",
    "path.simplify": True,
}

_DEFAULTS: Final[dict[str, Any]] = {
    str(key): value for key, value in mpl.rcParamsDefault.items() if not str(key).startswith("backend")
}


def styled(draw: Callable[P, bytes]) -> Callable[P, bytes]:
    """Let a drawing function see our style and matplotlib's defaults only, not what a notebook has set."""

    @wraps(draw)
    def in_style(*arguments: P.args, **options: P.kwargs) -> bytes:
        with mpl.rc_context(cast("Any", _DEFAULTS | _STYLE)):
            return draw(*arguments, **options)

    return in_style


def new_figure(height: float, width: float = WIDTH) -> Figure:
    """Return an empty figure of that height in inches, drawn without a window or a list of open figures."""
    figure = Figure(figsize=(width, height))
    FigureCanvasSVG(figure)
    return figure


def empty_axes(figure: Figure, rectangle: tuple[float, float, float, float]) -> Axes:
    """Return axes without frame or ticks at (left, bottom, width, height), in shares of the figure."""
    axes = figure.add_axes(rectangle)
    axes.set_axis_off()
    return axes


def to_svg(figure: Figure) -> bytes:
    """Return the figure as SVG, byte for byte the same on every machine.

    Notes
    -----
    No date, fixed identifiers, and positions rounded to a hundredth of a point: finer ones cannot be seen,
    differ between processors, and make the file half as large again.
    """
    buffer = io.StringIO()
    figure.savefig(
        buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
    )
    return _POSITIONS.sub(_round_positions, buffer.getvalue()).encode("utf-8")


def _round_positions(attribute: re.Match[str]) -> str:
    return _FRACTION.sub(lambda number: f"{float(number[0]):.2f}".rstrip("0").rstrip("."), attribute[0])

"""One look for all figures: colours that work for colour-blind readers and in black and white."""

from __future__ import annotations

from typing import Final

__all__ = ["BACKGROUND", "CLASS_COLOURS", "INK", "MARKS", "MUTED", "PALE", "REFERENCE", "WIDTH"]

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

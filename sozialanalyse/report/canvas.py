"""A sheet to draw on that writes SVG: places in inches from the upper left corner, strokes in points.

General plotting libraries build a tree of objects and measure each of them many times. Our figures know
their layout, so they are written straight away: a page takes a tenth of the time, and its bytes depend on
nothing but what is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal
from xml.sax.saxutils import quoteattr

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sozialanalyse.report.lettering import ASCENT, DESCENT, letter_outline, text_width, write_line
from sozialanalyse.report.theme import INK, WIDTH

__all__ = ["POINTS", "Align", "Anchor", "Canvas", "Mark"]

POINTS: Final = 72.0
"""Points in an inch."""
LINE_SPACING: Final = 1.2

FloatArray = NDArray[np.float64]
Align = Literal["left", "middle", "right"]
Anchor = Literal["top", "center", "bottom"]

_SHAPES: Final[dict[str, tuple[tuple[float, float], ...]]] = {
    "s": ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)),
    "D": ((0.0, -0.7071), (0.7071, 0.0), (0.0, 0.7071), (-0.7071, 0.0)),
    "^": ((0.0, -0.5), (0.5, 0.5), (-0.5, 0.5)),
    "v": ((0.0, 0.5), (0.5, -0.5), (-0.5, -0.5)),
    "<": ((-0.5, 0.0), (0.5, -0.5), (0.5, 0.5)),
    ">": ((0.5, 0.0), (-0.5, -0.5), (-0.5, 0.5)),
}
"""Corners of marks of size 1, y downwards."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark for a value: its shape, size and edge in points, and its colours."""

    shape: str
    size: float
    fill: str
    edge: str = ""
    edge_width: float = 1.0


@dataclass(slots=True)
class Canvas:
    """A sheet of `height` times `width` inches, transparent where nothing is drawn."""

    height: float
    width: float = WIDTH
    _parts: list[str] = field(default_factory=list)
    _definitions: dict[str, str] = field(default_factory=dict)

    def rectangles(
        self,
        left: ArrayLike,
        top: ArrayLike,
        right: ArrayLike,
        bottom: ArrayLike,
        fill: str,
        edge: str = "",
        edge_width: float = 0.0,
        opacity: float = 1.0,
    ) -> None:
        """Draw rectangles that look the same; one number stands for all of them."""
        edges = np.broadcast_arrays(*np.atleast_1d(left, top, right, bottom))
        corners = np.array(edges, dtype=np.float64)[[0, 1, 2, 1, 2, 3, 0, 3]].T.reshape(-1, 4, 2)
        self.polygons(corners, fill, edge, edge_width, opacity=opacity)

    def polygons(
        self,
        rings: Iterable[FloatArray],
        fill: str,
        edge: str = "",
        edge_width: float = 0.0,
        *,
        holes: bool = False,
        opacity: float = 1.0,
        clip: str = "",
    ) -> None:
        """Draw rings, each of shape (N, 2), as one; with `holes`, a ring inside another is one."""
        path = "".join(f"{_steps(ring)}Z" for ring in rings)
        look = _look(fill, edge, edge_width, opacity)
        look += ' fill-rule="evenodd"' if holes else ""
        look += f' clip-path="{clip}"' if clip else ""
        self._parts.append(f'<path d="{path}"{look}/>')

    def band(self, x: ArrayLike, lower: ArrayLike, upper: ArrayLike, fill: str, opacity: float = 1.0) -> None:
        """Fill what lies between two lines; it is interrupted where one of them is missing."""
        pieces = _unbroken(np.column_stack([x, lower, upper]))
        rings = [np.concatenate([piece[:, [0, 1]], piece[::-1, [0, 2]]]) for piece in pieces]
        self.polygons(rings, fill, opacity=opacity)

    def line(
        self,
        x: ArrayLike,
        y: ArrayLike,
        colour: str,
        width: float,
        dash: Sequence[float] = (),
        opacity: float = 1.0,
    ) -> None:
        """Draw a line through points, interrupted where one is missing; dashes in widths of the line."""
        points = np.column_stack(np.broadcast_arrays(*np.atleast_1d(x, y)))
        path = "".join(_steps(piece) for piece in _unbroken(points))
        look = _look("none", colour, width, opacity)
        look += f' stroke-dasharray="{" ".join(_number(step * width) for step in dash)}"' if dash else ""
        self._parts.append(f'<path d="{path}"{look}/>')

    def strokes(
        self, left: ArrayLike, top: ArrayLike, right: ArrayLike, bottom: ArrayLike, colour: str, width: float
    ) -> None:
        """Draw many straight lines that look the same; one number stands for all of them."""
        ends = np.column_stack(np.broadcast_arrays(*np.atleast_1d(left, top, right, bottom)))
        rows = (np.round(ends * POINTS, 2) + 0.0).tolist()
        path = "".join(f"M{a:g} {b:g}L{c:g} {d:g}" for a, b, c, d in rows)
        self._parts.append(f'<path d="{path}"{_look("none", colour, width, 1.0)}/>')

    def marks(self, x: ArrayLike, y: ArrayLike, mark: Mark) -> None:
        """Draw the same mark at one or more places."""
        places = np.column_stack(np.broadcast_arrays(*np.atleast_1d(x, y)))
        places = places[np.isfinite(places).all(axis=1)]
        edge = mark.edge or mark.fill
        if mark.shape == "|":
            half = mark.size / POINTS / 2
            across, along = places.T
            self.strokes(across, along - half, across, along + half, mark.fill, mark.edge_width)
        elif mark.shape == "o":
            self.circles(places, mark.size / 2, mark.fill, edge, mark.edge_width)
        elif mark.shape:
            corners = np.array(_SHAPES[mark.shape]) * mark.size / POINTS
            self.polygons(places[:, None, :] + corners, mark.fill, edge, mark.edge_width)

    def circles(
        self,
        places: FloatArray,
        radius: ArrayLike,
        fill: str,
        edge: str,
        edge_width: float,
        opacity: float = 1.0,
    ) -> None:
        """Draw circles at places of shape (N, 2), with radii in points."""
        radii = np.broadcast_to(np.asarray(radius, dtype=np.float64), len(places))
        look = _look(fill, edge, edge_width, opacity)
        for (x, y), size in zip((places * POINTS).tolist(), radii.tolist(), strict=True):
            self._parts.append(f'<circle cx="{_number(x)}" cy="{_number(y)}" r="{_number(size)}"{look}/>')

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        colour: str = INK,
        align: Align = "left",
        anchor: Anchor = "center",
        bold: bool = False,
        upright: bool = False,
        spacing: float = LINE_SPACING,
        room: float = np.inf,
    ) -> None:
        """Write a text of one or more lines.

        Parameters
        ----------
        x, y : float
            Where it stands, in inches.
        text : str
            Its lines.
        size : float
            Size of the letters in points.
        colour : str
            Their colour.
        align : {"left", "middle", "right"}
            Which part of each line stands at `x`; of a turned text at `y`.
        anchor : {"top", "center", "bottom"}
            Which part of the whole text stands at `y`; of a turned text at `x`.
        bold : bool
            Whether the letters are bold.
        upright : bool
            Whether the text is turned, to be read from below.
        spacing : float
            Distance of its lines, in sizes.
        room : float
            Width in inches into which it is squeezed.
        """
        size *= min(1.0, room * POINTS / max(text_width(text, size, bold), 1e-9))
        lines = text.split("\n")
        block = (len(lines) - 1) * spacing
        first = {
            "top": ASCENT,
            "center": (ASCENT - DESCENT - block) / 2,
            "bottom": -DESCENT - block,
        }[anchor]
        turn = "rotate(-90)" if upright else ""
        self._parts.append(
            f'<g fill="{colour}" transform="translate({_number(x * POINTS)} {_number(y * POINTS)}){turn}'
            f'scale({_number(size / 100, 4)})" aria-label={quoteattr(" ".join(lines))}>'
        )
        for position, line in enumerate(lines):
            writing = write_line(line, bold)
            start = -writing.width * {"left": 0.0, "middle": 0.5, "right": 1.0}[align]
            base = _number(100 * (first + position * spacing), 1)
            for key, place in writing.letters:
                self._define(key)
                self._parts.append(
                    f'<use xlink:href="#{key}" x="{_number(100 * (start + place), 1)}" y="{base}"/>'
                )
        self._parts.append("</g>")

    def clipped(self, left: float, top: float, right: float, bottom: float) -> str:
        """Return what to give as ``clip_path`` to what must not be seen outside a rectangle."""
        key = f"clip{len(self._definitions)}"
        box = _steps(np.array([[left, top], [right, top], [right, bottom], [left, bottom]]))
        self._definitions[key] = f'<clipPath id="{key}"><path d="{box}Z"/></clipPath>'
        return f"url(#{key})"

    def hatched(self, colour: str, *, crossed: bool = False, ground: str = "none") -> str:
        """Return what to give as `fill` to hatch an area, in one direction or crossed, on a `ground`."""
        kind = "cross" if crossed else "hatch"
        key = "".join(name.removeprefix("#") for name in (kind, colour, ground))
        lines = "M0 0V4M0 0H4" if crossed else "M0 0V4"
        below = "" if ground == "none" else f'<path d="M0 0H4V4H0Z" fill="{ground}"/>'
        self._definitions[key] = (
            f'<pattern id="{key}" width="4" height="4" patternUnits="userSpaceOnUse" '
            f'patternTransform="rotate(45)">{below}<path d="{lines}" stroke="{colour}"/></pattern>'
        )
        return f"url(#{key})"

    def svg(self) -> bytes:
        """Return the picture.

        Notes
        -----
        No date and no version; positions are rounded to a hundredth of a point, because finer ones cannot
        be seen and differ between processors.
        """
        width, height = _number(self.width * POINTS), _number(self.height * POINTS)
        definitions = "".join(self._definitions.values())
        return (
            '<?xml version="1.0" encoding="utf-8"?>\n'
            '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
            f'width="{width}pt" height="{height}pt" viewBox="0 0 {width} {height}" stroke-linejoin="round">\n'
            f"<defs>{definitions}</defs>\n{''.join(self._parts)}\n</svg>\n"
        ).encode()

    def _define(self, key: str) -> None:
        if key not in self._definitions:
            self._definitions[key] = f'<path id="{key}" d="{letter_outline(key)}"/>'


def _look(fill: str, edge: str, edge_width: float, opacity: float) -> str:
    look = f' fill="{fill}"'
    look += f' stroke="{edge}" stroke-width="{_number(edge_width)}"' if edge else ""
    return look + (f' opacity="{_number(opacity)}"' if opacity < 1 else "")


def _unbroken(points: FloatArray) -> list[FloatArray]:
    """Split rows where one has a missing number; single rows make no line and are left out."""
    there = np.isfinite(points).all(axis=1)
    pieces = np.split(points, np.flatnonzero(~there))
    pieces = [piece[np.isfinite(piece).all(axis=1)] for piece in pieces]
    return [piece for piece in pieces if len(piece) > 1]


def _number(value: float, digits: int = 2) -> str:
    text = f"{value:.{digits}f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def _steps(points: FloatArray) -> str:
    rounded = np.round(points * POINTS, 2).tolist()
    return "M" + "L".join(f"{x + 0.0:g} {y + 0.0:g}" for x, y in rounded)

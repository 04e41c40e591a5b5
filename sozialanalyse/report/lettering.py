"""Letters as outlines with their widths: a picture looks the same with and without the typeface."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import Final

import matplotlib as mpl
from matplotlib.ft2font import FT2Font, Kerning, LoadFlags

__all__ = [
    "ASCENT",
    "DESCENT",
    "Writing",
    "cut_to_width",
    "letter_outline",
    "prepare_letters",
    "text_width",
    "write_line",
]

ASCENT: Final = 0.76
DESCENT: Final = 0.24
"""Reach of the letters l and p above and below the line they stand on, in sizes of the letters."""

_OUTLINE_SIZE: Final = 100
"""Size of the letters in points at which outlines are taken."""
_INVISIBLE: Final = "\u00ad\u200b\u200c\u200d\u2060"
_GERMAN: Final = "".join(map(chr, range(0x21, 0x7F))) + " ÄÖÜäöüßé§°±·×–—…»«„“≥≤−\u00a0\u202f"
"""Signs that German texts and numbers are written with."""
_COMMANDS: Final = {1: "M", 2: "L", 3: "Q", 4: "C", 79: "Z"}
_POINTS: Final = {1: 1, 2: 1, 3: 2, 4: 3, 79: 1}


@dataclass(frozen=True, slots=True)
class Writing:
    """One line of text: its letters with their places, and its width, in sizes of the letters."""

    letters: tuple[tuple[str, float], ...]
    width: float


@cache
def _font(bold: bool) -> FT2Font:
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    font = FT2Font(f"{mpl.get_data_path()}/fonts/ttf/{name}")
    font.set_size(_OUTLINE_SIZE, 72)
    return font


@cache
def _advance(sign: str, bold: bool) -> float:
    glyph = _font(bold).load_char(ord(sign), flags=LoadFlags.NO_HINTING)
    return glyph.linearHoriAdvance / 65536 / _OUTLINE_SIZE


@cache
def _kerning(left: str, right: str, bold: bool) -> float:
    font = _font(bold)
    indices = font.get_char_index(ord(left)), font.get_char_index(ord(right))
    return font.get_kerning(*indices, Kerning.UNFITTED) / 64 / _OUTLINE_SIZE


@lru_cache(maxsize=8192)
def write_line(text: str, bold: bool = False) -> Writing:
    """Set a line of text.

    Parameters
    ----------
    text : str
        Without line breaks; signs without a shape, such as a soft hyphen, are left out.
    bold : bool
        Whether the letters are bold.

    Examples
    --------
    >>> [key for key, _ in write_line("Au").letters]
    ['r41', 'r75']
    """
    signs = [sign for sign in unicodedata.normalize("NFC", text) if sign not in _INVISIBLE]
    places = [0.0]
    for left, right in pairwise(signs):
        places.append(places[-1] + _advance(left, bold) + _kerning(left, right, bold))
    weight = "b" if bold else "r"
    letters = tuple((f"{weight}{ord(sign):x}", at) for sign, at in zip(signs, places, strict=False))
    return Writing(letters, places[-1] + _advance(signs[-1], bold) if signs else 0.0)


def prepare_letters() -> None:
    """Have the letters of German texts ready: a process that forks afterwards saves every fork the work.

    The font itself is let go: forks that read on from one open file would disturb each other.
    """
    for bold in (False, True):
        for key, _ in write_line(_GERMAN, bold).letters:
            letter_outline(key)
    _font.cache_clear()


def text_width(text: str, size: float, bold: bool = False) -> float:
    r"""Return the width of the longest line of a text, in the unit of `size`.

    Examples
    --------
    >>> text_width("mm", 10) == text_width("m\nmm", 10) > text_width("ll", 10)
    True
    """
    return max(write_line(line, bold).width for line in text.split("\n")) * size


def cut_to_width(text: str, size: float, width: float) -> str:
    """Return a line of text, cut and marked with »…« where it is wider than `width` (in the unit of `size`).

    Examples
    --------
    >>> cut_to_width("Innenstadt", 10, 100), cut_to_width("Innenstadt", 10, 40)
    ('Innenstadt', 'Inne …')
    """
    if text_width(text, size) <= width:
        return text
    kept = len(text)
    while kept and text_width(f"{text[:kept].rstrip()} …", size) > width:
        kept -= 1
    return f"{text[:kept].rstrip()} …"


@cache
def letter_outline(key: str) -> str:
    """Return the path of a letter at size 100, with its line at 0 and y downwards.

    Parameters
    ----------
    key : str
        As in `Writing.letters`.
    """
    font = _font(key[0] == "b")
    font.load_char(int(key[1:], 16), flags=LoadFlags.NO_HINTING)
    vertices, codes = font.get_path()
    path: list[str] = []
    position = 0
    while position < len(codes):
        code = int(codes[position])
        path.append(_COMMANDS[code])
        if code != 79:
            numbers = vertices[position : position + _POINTS[code]] * (1.0, -1.0)
            path.append(" ".join(f"{number + 0.0:.1f}".removesuffix(".0") for number in numbers.ravel()))
        position += _POINTS[code]
    return "".join(path)

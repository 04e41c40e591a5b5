"""The sheet that figures are drawn on: letters, lines, frames and round numbers at axes."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from sozialanalyse.report.canvas import Canvas, Mark
from sozialanalyse.report.lettering import letter_outline, text_width, write_line
from sozialanalyse.report.numbers import format_ticks
from sozialanalyse.report.plot import Frame, Key, legend, nice_ticks, padded

NAMESPACE = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("text", ["AVATAR", "Jugendarbeitslosigkeit", "−0,87 bis 12.345 %", "Straße ẞ €"])
@pytest.mark.parametrize("bold", [False, True])
def test_letters_reach_as_far_as_matplotlib_sets_them(text: str, bold: bool) -> None:
    # matplotlib sets a text as a whole, with the shaper of the font; the outlines must end at the same place.
    font = FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal")
    expected = TextPath((0, 0), text, size=100, prop=font).vertices[:, 0].max()
    key, place = write_line(text, bold).letters[-1]
    numbers = [float(number) for number in re.findall(r"-?\d+\.?\d*", letter_outline(key))]
    assert 100 * place + max(numbers[::2]) == pytest.approx(expected, abs=0.1)


def test_signs_without_a_shape_are_left_out_and_accents_are_joined() -> None:
    assert write_line("Stra\u00adße") == write_line("Straße")
    assert write_line("u\u0308") == write_line("ü")
    assert write_line("") == write_line("\u200b")


def test_outlines_are_closed_paths() -> None:
    assert re.fullmatch(r"(M[-\d. ]+([LQC][-\d. ]+)+Z?)+", letter_outline("r41"))


def test_an_empty_canvas_is_transparent_and_has_its_size() -> None:
    root = ET.fromstring(Canvas(2.0, 3.5).svg())
    assert [child.tag for child in root] == [f"{NAMESPACE}defs"]
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == ("252pt", "144pt", "0 0 252 144")


@pytest.mark.parametrize("text", ["<b>&\"'", "a -- b -->", "$_$ ^{x}"])
def test_any_text_can_be_written(text: str) -> None:
    canvas = Canvas(1.0)
    canvas.text(1.0, 0.5, text, 8.0)
    groups = list(ET.fromstring(canvas.svg()).iter(f"{NAMESPACE}g"))
    assert [group.get("aria-label") for group in groups] == [text]


def test_a_text_is_squeezed_into_its_room() -> None:
    canvas = Canvas(1.0)
    width = text_width("Jugendarbeitslosigkeit", 10.0) / 72
    canvas.text(0.0, 0.5, "Jugendarbeitslosigkeit", 10.0, room=width / 2)
    canvas.text(0.0, 0.8, "Jugendarbeitslosigkeit", 10.0, room=width * 2)
    assert re.findall(r"scale\(([\d.]+)\)", canvas.svg().decode()) == ["0.05", "0.1"]


def test_a_line_and_a_band_are_interrupted_where_a_number_is_missing() -> None:
    gap = [1.0, 1.5, np.nan, 1.5, 1.0]
    canvas = Canvas(2.0)
    canvas.line(np.arange(5.0), gap, "black", 1.0)
    canvas.band(np.arange(5.0), np.zeros(5), gap, "red")
    svg = canvas.svg().decode()
    assert re.findall(r' d="(M[^"]*)"', svg) == [
        "M0 72L72 108M216 108L288 72",
        "M0 0L72 0L72 108L0 72ZM216 0L288 0L288 72L216 108Z",
    ]
    assert "nan" not in svg


@pytest.mark.parametrize("shape", ["o", "s", "D", "^", "v", "<", ">", "|"])
def test_a_mark_stands_in_the_middle_of_its_place(shape: str) -> None:
    canvas = Canvas(2.0, 2.0)
    canvas.marks(1.0, 1.0, Mark(shape, 10.0, "black"))
    svg = canvas.svg().decode()
    circle = re.search(r'cx="72" cy="72" r="5"', svg)
    corners = [
        float(number) for number in re.findall(r"-?\d+\.?\d*", "".join(re.findall(r' d="(.*?)"', svg)))
    ]
    middle = [(min(side) + max(side)) / 2 for side in (corners[::2], corners[1::2]) if side]
    assert circle or middle == pytest.approx([72.0, 72.0])


def test_a_frame_puts_the_ends_of_its_ranges_at_its_edges() -> None:
    frame = Frame(Canvas(3.0), 1.0, 0.5, 4.0, 2.0, (10.0, 20.0), (-1.0, 1.0))
    assert frame.x(np.array([10.0, 15.0, 20.0])).tolist() == [1.0, 3.0, 5.0]
    assert [frame.y(-1.0), frame.y(0.0), frame.y(1.0)] == [2.5, 1.5, 0.5]
    assert (frame.right, frame.bottom) == (5.0, 2.5)


@pytest.mark.parametrize("low", [-1234.5, -0.07, 0.0, 3e-6, 17.0, 2018.0])
@pytest.mark.parametrize("span", [1e-5, 0.03, 0.9, 7.0, 99.0, 123456.0])
@pytest.mark.parametrize("most", [4, 8])
def test_ticks_are_equally_spaced_inside_the_range_and_not_too_many(
    low: float, span: float, most: int
) -> None:
    ticks = nice_ticks(low, low + span, most)
    assert 2 <= len(ticks) <= most + 1
    assert low - 1e-9 * span <= ticks[0]
    assert ticks[-1] <= low + span * (1 + 1e-9)
    steps = [later - earlier for earlier, later in pairwise(ticks)]
    assert steps == pytest.approx([steps[0]] * len(steps), rel=1e-4)


def test_labels_of_ticks_have_the_fewest_decimals_that_show_them_exactly() -> None:
    assert format_ticks([-2.0, 0.0, 2.0]) == ["−2", "0", "2"]
    assert format_ticks([0.0, 0.5, 1.0]) == ["0,0", "0,5", "1,0"]
    assert format_ticks([2.5, 2.75]) == ["2,50", "2,75"]
    assert format_ticks([0.1 * step for step in range(4)]) == ["0,0", "0,1", "0,2", "0,3"]


@pytest.mark.parametrize("values", [[0.0, 10.0], [5.0, 5.0], [0.0], [np.nan, 3.0]])
def test_a_range_has_room_at_both_ends(values: list[float]) -> None:
    low, high = padded(np.array(values))
    assert low < np.nanmin(values) <= np.nanmax(values) < high


def test_a_legend_fills_its_columns_one_after_the_other() -> None:
    canvas = Canvas(2.0)
    bottom = legend(canvas, [Key(name, fill="red") for name in "abcd"], 0.0, 0.5, 3, 10.0)
    places = re.findall(
        r'translate\(([\d.]+) ([\d.]+)\)scale\(0.1\)" aria-label="(\w)"', canvas.svg().decode()
    )
    columns = {name: float(x) for x, _, name in places}
    assert columns["a"] == columns["b"] < columns["c"] < columns["d"]
    # Two rows of letters of 10 points with half a letter between them.
    assert bottom == pytest.approx(0.5 + 2 * 15 / 72)

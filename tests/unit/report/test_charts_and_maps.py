"""Pictures: the same line looks the same in every panel, and only what is there is drawn."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pandas as pd
import pytest
import shapely

from sozialanalyse.report.charts import Line, Panel, draw_bars, draw_pyramid, draw_series
from sozialanalyse.report.connection_charts import VERDICT_SIGNS, draw_matrix
from sozialanalyse.report.lettering import text_width
from sozialanalyse.report.maps import MapLayer, draw_map, simplify_for_maps
from sozialanalyse.report.numbers import format_change
from sozialanalyse.report.theme import CLASS_COLOURS, MARKS, REFERENCE
from sozialanalyse.report.view import AreaView

SVG: Final = "{http://www.w3.org/2000/svg}"
YEARS: Final = (2020, 2021, 2022)


def panel(*names: str) -> Panel:
    """Return a panel with one flat line per name."""
    lines = tuple(Line(name, YEARS, [float(place)] * 3) for place, name in enumerate(names, start=1))
    return Panel("Anteil", "%", 1, lines)


def lines_of(svg: bytes, colour: str) -> int:
    """Count the lines of this colour."""
    return len(re.findall(rf'fill="none" stroke="{colour}"', svg.decode()))


def texts_of(svg: bytes) -> list[str]:
    """Return what is written in a picture."""
    return [group.get("aria-label", "") for group in ET.fromstring(svg).iter(f"{SVG}g")]


def widths_of(svg: bytes, colour: str) -> list[float]:
    """Return the widths of the strokes of this colour, in points."""
    return [float(width) for width in re.findall(rf'stroke="{colour}" stroke-width="([\d.]+)"', svg.decode())]


def test_a_reference_looks_the_same_in_a_panel_that_lacks_another_line() -> None:
    # The city is the third line of the first panel and the second of the other: one entry in the legend and
    # one line in each panel must have its colour.
    svg = draw_series([panel("Quartier", "Bezirk", "Stadt"), panel("Quartier", "Stadt")])
    assert lines_of(svg, REFERENCE) == 3


def test_every_line_has_an_entry_in_the_legend() -> None:
    # Four names over two panels: area, district and city, and the median where there is no city value.
    names = ["Quartier", "Bezirk", "Stadt", "Median"]
    svg = draw_series([panel(*names[:3]), panel(names[0], names[3])])
    assert [text for text in texts_of(svg) if text in names] == names


@pytest.mark.parametrize("value", [0.0, 1e-12, -3.0])
def test_bars_stand_for_any_finite_value(value: float) -> None:
    assert b"<svg" in draw_bars(["eins"], [value], [True], ("links", "rechts"), "Einheit")


@pytest.mark.parametrize(
    ("value", "labels"),
    # The axis reaches 1.25 times as far as the bar: −5 to 5 in steps of 2, and −0.5 to 0.5 in steps of 0.2.
    [(4.0, ["−4", "−2", "0", "2", "4"]), (0.4, ["−0,4", "−0,2", "0,0", "0,2", "0,4"])],
)
def test_an_axis_has_as_many_decimals_as_its_ticks_need(value: float, labels: list[str]) -> None:
    texts = texts_of(draw_bars(["eins"], [value], [True], ("links", "rechts"), "Einheit", 3))
    assert [text for text in texts if re.fullmatch(r"−?\d+(,\d)?", text)] == labels


@pytest.mark.parametrize(("worse", "colour"), [("right", "better"), ("left", "worse")])
def test_a_bar_to_the_left_has_the_colour_of_its_side(worse: Any, colour: str) -> None:
    svg = draw_bars(["eins"], [-1.0], [True], ("links", "rechts"), "Einheit", worse=worse)
    assert f'fill="{MARKS[colour][0]}" stroke="{MARKS[colour][0]}"' in svg.decode()


def test_the_bars_of_an_index_add_up_to_it(
    open_place: Callable[[str], AreaView],
    sections: dict[str, Callable[[AreaView], Any]],
    pictures_of: Callable[[str], list[str]],
) -> None:
    area = open_place("quartier")
    index = area.analysis.index
    assert index is not None
    parts = index.parts.where(area_id=area.area_id).frame["part"]
    value = float(index.areas.where(area_id=area.area_id).frame["index"].item())
    assert parts.sum() == pytest.approx(value, abs=1e-9)
    fragment = sections["sozialindex"](area)
    texts = texts_of(pictures_of(fragment.html)[0].encode())
    assert {format_change(float(part), 2) for part in parts} <= set(texts)
    assert f"Alle Balken zusammen ergeben {format_change(value, 2)}." in fragment.text


def squares(side: float) -> dict[str, shapely.Geometry]:
    """Return a large square, and beside it one of that side."""
    return {"groß": shapely.box(7, 51, 8, 51.5), "klein": shapely.box(8, 51, 8 + side, 51 + side)}


def marking(key: str, side: float) -> bytes:
    """Draw the two squares with one of them marked."""
    areas = squares(side)
    return draw_map(MapLayer(areas, {}, (), {}, {}, (areas[key],), "Hier"))


def test_a_map_shows_each_class_in_its_colour_and_no_other() -> None:
    row = {str(n): shapely.box(7 + n / 10, 51, 7.1 + n / 10, 51.1) for n in range(3)}
    labels = ("sehr niedrig", "niedrig", "mittel", "hoch", "sehr hoch")
    svg = draw_map(MapLayer(row, {"0": 0, "1": 4}, (), {}, {}, (), "")).decode()
    assert not [colour for colour in CLASS_COLOURS if colour in svg]
    svg = draw_map(MapLayer(row, {"0": 0, "1": 4}, labels, {}, {}, (), "")).decode()
    fills = [*CLASS_COLOURS[:3], *(f"url(#hatchwhite{colour[1:]})" for colour in CLASS_COLOURS[3:])]
    # One patch in the legend for each class, one more for each area that has it.
    assert [svg.count(f'fill="{fill}"') for fill in fills] == [2, 1, 1, 1, 2]


def grey(colour: str) -> float:
    """Return how light a colour is printed in black and white, from 0 to 1 (Rec. 709)."""
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_two_classes_that_are_as_dark_as_each_other_differ_by_their_hatch() -> None:
    row = {str(n): shapely.box(7 + n / 10, 51, 7.1 + n / 10, 51.1) for n in range(5)}
    svg = draw_map(MapLayer(row, {key: int(key) for key in row}, ("a", "b", "c", "d", "e"), {}, {}, (), ""))
    hatched = {f"#{found}" for found in re.findall(r"url\(#hatchwhite(\w{6})\)", svg.decode())}
    for position, one in enumerate(CLASS_COLOURS):
        for other in CLASS_COLOURS[position + 1 :]:
            assert abs(grey(one) - grey(other)) > 0.15 or (one in hatched) != (other in hatched)


def test_a_tiny_marked_area_gets_a_ring_and_is_shown_enlarged() -> None:
    svg = marking("klein", 0.01)
    assert svg.count(b"<circle") == 2  # black on white
    assert "Ausschnitt, vergrößert" in texts_of(svg)
    # The map is 5 inches wide for 1.01 degrees: the square has 0.05 inches, its outline at most a quarter.
    assert min(widths_of(svg, "black")) < 0.05 * 72 / 4


def test_a_large_marked_area_needs_neither_ring_nor_enlargement() -> None:
    svg = marking("groß", 0.3)
    assert b"<circle" not in svg
    assert "Ausschnitt, vergrößert" not in texts_of(svg)


def test_neighbours_that_overlap_a_little_make_a_district_without_crossing_borders() -> None:
    # Two squares of side 1 that share a strip of 0.001: 2 - 0.001 in all.
    areas = pd.DataFrame(
        {"level": ["city", "part", "part"], "parent_id": ["", "c", "c"]}, index=["c", "a", "b"]
    )
    shapes = {"a": shapely.box(0, 0, 1, 1), "b": shapely.box(0.999, 0, 1.999, 1)}
    found = simplify_for_maps(shapes, areas, "part")
    assert found is not None
    assert found["c"].is_valid
    assert found["c"].area == pytest.approx(1.999)


def test_a_name_on_a_map_leaves_the_marked_area_free() -> None:
    # The marked half is the left one, so the name of the whole stands in the right one.
    whole, left = shapely.box(7, 51, 8, 51.5), shapely.box(7, 51, 7.5, 51.5)
    svg = draw_map(MapLayer({"links": left}, {}, (), {"ganz": whole}, {"ganz": "Ganz"}, (left,), "Links"))
    place = re.search(r'translate\(([\d.]+) [\d.]+\)scale\([\d.]+\)" aria-label="Ganz"', svg.decode())
    assert place
    assert float(place[1]) > 5.0 * 72 / 2


def box_behind(svg: bytes, name: str) -> shapely.Geometry:
    """Return the white box behind a name, in points of the picture."""
    before = svg.decode().partition(f'aria-label="{name}"')[0]
    path = re.findall(r'd="(M[^"]+Z)" fill="white"', before)[-1]
    corners = [float(number) for number in re.findall(r"[\d.]+", path)]
    return shapely.box(min(corners[::2]), min(corners[1::2]), max(corners[::2]), max(corners[1::2]))


def test_names_on_a_map_lie_neither_on_borders_nor_on_each_other() -> None:
    # An L, whose largest circle sits in the corner, and the square that completes it: 5 inches to 1 degree.
    corner = shapely.Polygon([(7, 51), (8, 51), (8, 51.1), (7.1, 51.1), (7.1, 51.5), (7, 51.5)])
    rest = shapely.box(7.1, 51.1, 8, 51.5)
    names = {"a": "Langer Name eines Winkels", "b": "Rest"}
    svg = draw_map(MapLayer({}, {}, (), {"a": corner, "b": rest}, names, (), ""))
    boxes = [box_behind(svg, name) for name in names.values()]
    assert not boxes[0].intersects(boxes[1])
    # The foot of the L is 0.1 of 0.5 degrees high: the lowest fifth of the map holds the whole name.
    height = float(re.findall(r'viewBox="0 0 [\d.]+ ([\d.]+)"', svg.decode())[0])
    assert boxes[0].bounds[1] > 0.75 * height
    assert boxes[1].bounds[3] < 0.8 * height


def test_a_long_name_has_room_in_the_legend_of_a_map() -> None:
    square = shapely.box(7, 51, 8, 51.5)
    widths = [
        float(re.findall(r'viewBox="0 0 ([\d.]+)', draw_map(layer).decode())[0])
        for layer in (
            MapLayer({"a": square}, {}, (), {}, {}, (square,), name)
            for name in ("Kurz", "Ein Sozialquartier mit einem sehr langen Namen")
        )
    ]
    # 46 letters of 8.4 points are about 220 points wide; the legend has 166 at least.
    assert widths[1] > widths[0] + 40


def matrix(columns: int) -> bytes:
    """Draw a matrix with a row for each verdict."""
    rows = [(verdict, verdict) for verdict in VERDICT_SIGNS]
    heads = [(str(number), f"Jugendarbeitslosigkeit {number}") for number in range(columns)]
    cells = {
        (row, column): {"estimate": -0.5, "lower": -0.87, "upper": -0.13, "category": row}
        for row, _ in rows
        for column, _ in heads
    }
    return draw_matrix(cells, rows, heads)


@pytest.mark.parametrize("columns", [1, 4, 6, 12, 20])
def test_letters_of_the_matrix_are_large_enough(columns: int) -> None:
    sizes = [100 * float(scale) for scale in re.findall(r"scale\(([\d.]+)\)", matrix(columns).decode())]
    assert min(sizes) >= 7.5


def test_the_legend_of_the_matrix_shows_the_signs_themselves() -> None:
    texts = texts_of(matrix(4))
    assert set(VERDICT_SIGNS.values()) <= set(texts)
    assert set(VERDICT_SIGNS) <= set(texts)


def test_no_sign_of_a_verdict_looks_like_a_minus() -> None:
    assert not {"-", "–", "—", "−"} & set(VERDICT_SIGNS.values())
    assert len(set(VERDICT_SIGNS.values())) == len(VERDICT_SIGNS)


def test_long_words_at_the_head_of_the_matrix_stay_whole() -> None:
    assert "Jugendarbeitslosigkeit 0" in texts_of(matrix(4))


def test_a_missing_year_interrupts_a_line() -> None:
    lines = (Line("Quartier", (2018, 2019, 2020, 2021, 2022), [1.0, 2.0, np.nan, 2.0, 1.0]),)
    svg = draw_series([Panel("Anteil", "%", 1, lines)]).decode()
    drawn = re.findall(rf'd="([^"]*)" fill="none" stroke="{MARKS["better"][0]}"', svg)
    assert sorted(path.count("M") for path in drawn) == [1, 2]  # the legend's, and two pieces


@pytest.mark.parametrize("count", [1, 4, 18, 91])
def test_a_pyramid_keeps_all_its_words_inside_and_apart(count: int) -> None:
    groups = [f"{age}-{age}" for age in range(count - 1)] + [f"{count - 1}+"]
    shares = pd.DataFrame({"m": 1.0, "f": 2.0}, index=groups)
    root = ET.fromstring(draw_pyramid(shares, shares, ("Quartier", "Stadt")))
    height = float(root.attrib["viewBox"].split()[3])
    written = {
        group.attrib["aria-label"]: float(
            re.findall(r"translate\(\S+ ([\d.]+)", group.attrib["transform"])[0]
        )
        for group in root.iter(f"{SVG}g")
        if "aria-label" in group.attrib
    }
    assert min(written.values()) > 6  # points: the height of a letter
    assert max(written.values()) < height
    ages = [place for text, place in written.items() if text in {*map(str, range(count)), groups[-1]}]
    assert written["Männer (links)"] < min(ages)
    assert np.diff(sorted(ages)).min(initial=99) > 8


def test_a_long_name_is_cut_in_the_legend_and_a_short_one_is_not() -> None:
    names = ("Westliche Vorstadt einschließlich Hafenerweiterung und Gewerbegebiet", "Mitte")
    square = shapely.box(6.8, 51.4, 6.9, 51.5)
    for name, shown in zip(names, ("Westliche Vorstadt", "Mitte"), strict=True):
        svg = draw_map(MapLayer({"a": square}, {}, (), {}, {}, (square,), name))
        root = ET.fromstring(svg)
        (text,) = [text for text in texts_of(svg) if text.startswith(shown)]
        assert (text == name) == (name == "Mitte")
        assert text.endswith("…") == (name != "Mitte")
        place = next(group for group in root.iter(f"{SVG}g") if group.get("aria-label") == text)
        left = float(re.findall(r"translate\(([\d.]+)", place.attrib["transform"])[0])
        assert left + text_width(text, 8.4) <= float(root.attrib["viewBox"].split()[2])

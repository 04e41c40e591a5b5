"""Pictures: the same line looks the same in every panel, and only what is there is drawn."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Final

import pytest
import shapely

from sozialanalyse.report.charts import Line, Panel, draw_bars, draw_series
from sozialanalyse.report.maps import MapLayer, draw_map
from sozialanalyse.report.theme import CLASS_COLOURS, REFERENCE

SVG: Final = "{http://www.w3.org/2000/svg}"
YEARS: Final = (2020, 2021, 2022)


def panel(*names: str) -> Panel:
    """Return a panel with one flat line per name."""
    lines = tuple(Line(name, YEARS, [float(place)] * 3) for place, name in enumerate(names, start=1))
    return Panel("Anteil", "%", 1, lines)


def lines_of(svg: bytes, colour: str) -> int:
    """Count the lines of this colour."""
    return len(re.findall(rf'style="fill: none;[^"]*stroke: {colour}[;"]', svg.decode()))


def test_a_reference_looks_the_same_in_a_panel_that_lacks_another_line() -> None:
    # The city is the third line of the first panel and the second of the other: one entry in the legend and
    # one line in each panel must have its colour.
    svg = draw_series([panel("Quartier", "Bezirk", "Stadt"), panel("Quartier", "Stadt")])
    assert lines_of(svg, REFERENCE) == 3


def test_every_line_has_an_entry_in_the_legend() -> None:
    # Four names over two panels: area, district and city, and the median where there is no city value.
    svg = draw_series([panel("Quartier", "Bezirk", "Stadt"), panel("Quartier", "Median")])
    legends = [
        group for group in ET.fromstring(svg).iter(f"{SVG}g") if group.get("id", "").startswith("legend")
    ]
    assert len(legends) == 1
    entries = [group for group in legends[0].iter(f"{SVG}g") if group.get("id", "").startswith("line2d")]
    assert len(entries) == 4


@pytest.mark.parametrize("value", [0.0, 1e-12, -3.0])
def test_bars_stand_for_any_finite_value(value: float) -> None:
    assert b"<svg" in draw_bars(["eins"], [value], [True], ("links", "rechts"), "Einheit")


def test_a_map_shows_each_class_in_its_colour_and_no_other() -> None:
    squares = {str(n): shapely.box(7 + n / 10, 51, 7.1 + n / 10, 51.1) for n in range(3)}
    labels = ("sehr niedrig", "niedrig", "mittel", "hoch", "sehr hoch")
    svg = draw_map(MapLayer(squares, {"0": 0, "1": 4}, (), {}, {}, (), "")).decode()
    assert not [colour for colour in CLASS_COLOURS if colour in svg]
    svg = draw_map(MapLayer(squares, {"0": 0, "1": 4}, labels, {}, {}, (), "")).decode()
    in_map = {colour: svg.count(colour) for colour in CLASS_COLOURS}
    # One patch in the legend for each class, one more for each area that has it.
    assert list(in_map.values()) == [2, 1, 1, 1, 2]

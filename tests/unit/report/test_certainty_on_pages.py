"""Pages say where there is no interval, where years are pooled, and where a series breaks."""

from __future__ import annotations

import pytest

from sozialanalyse.analysis import load_analysis
from sozialanalyse.project import embedded_folder
from sozialanalyse.report.development import development
from sozialanalyse.report.sources import definitions
from sozialanalyse.report.view import AreaView


@pytest.fixture(scope="module")
def city() -> AreaView:
    """Return the city of the embedded dataset."""
    analysis = load_analysis(str(embedded_folder("data")), str(embedded_folder("parameters")))
    return analysis.area(analysis.root_id)


def line_of(text: str, label: str) -> str:
    """Return the only line of a fragment's text that starts with this label."""
    lines = [line for line in text.splitlines() if line.startswith(label) and "|" in line]
    assert len(lines) == 1
    return lines[0]


def test_the_definition_says_that_a_map_gives_no_interval(city: AreaView) -> None:
    text = definitions(city).text
    assert "Ohne Vertrauensintervall" in line_of(text, "Hitzebelastete Bevölkerung")
    assert "Ohne Vertrauensintervall" not in line_of(text, "SGB-II-Quote")
    assert "Jeder Wert fasst 3 Jahre zusammen." in line_of(text, "Vorzeitige Sterblichkeit")


def test_no_area_differs_from_the_city_in_what_has_no_interval(city: AreaView) -> None:
    frame = city.analysis.current.where(indicator_id=["heat_load", "night_noise", "green_access"]).frame
    assert len(frame) > 50
    assert set(frame["city_position"]) == {"unknown"}
    assert frame["lower"].isna().all()


def test_the_development_names_breaks_and_overlaps_instead_of_a_direction(city: AreaView) -> None:
    text = development(city).text
    # The city's mean rent is delivered in some years and computed from its quarters in the others.
    assert "nicht bestimmt: Bruch ab" in line_of(text, "Nettokaltmiete")
    assert "nicht bestimmt: Jahre überlappen sich" in line_of(text, "Vorzeitige Sterblichkeit")

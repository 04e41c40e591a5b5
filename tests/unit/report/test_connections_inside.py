"""Connections inside a part of the city, and of another level."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sozialanalyse.analysis import analyse, load_analysis
from sozialanalyse.dataset.schema import Dataset
from sozialanalyse.errors import ParameterError
from sozialanalyse.excursus import connections_of
from sozialanalyse.parameters import Parameters
from sozialanalyse.project import embedded_folder
from sozialanalyse.report import connections, neighbourhood
from sozialanalyse.report.connected import ConnectionView
from sozialanalyse.report.view import Analysis

RULES = str(embedded_folder("parameters"))
INSIDE = {"A": 200, "B": 60, "C": 5}
"""Districts with so many neighbourhoods: poverty and skills go together in A, against each other in B."""


@pytest.fixture(scope="session")
def sprawl(build_dataset: Callable[..., Dataset]) -> Dataset:
    """Return a city of three districts of very different size."""
    generator = np.random.default_rng(11)
    areas = [("S", "Stadt", "city", ""), *((key, f"Bezirk {key}", "district", "S") for key in INSIDE)]
    rows = []
    for district, count in INSIDE.items():
        burden = generator.normal(size=count)
        sign = -1.0 if district == "B" else 1.0
        for number in range(count):
            key = f"{district}{number:03d}"
            areas.append((key, f"Quartier {key}", "neighbourhood", district))
            for indicator, slope in (("poor", 1.0), ("unskilled", sign), ("noise", 0.0)):
                share = 1 / (1 + np.exp(1.5 - 0.5 * slope * burden[number] - 0.2 * generator.normal()))
                rows.append((key, indicator, 2024, float(generator.binomial(1_500, share)), 1_500.0, np.nan))
    share = ("proportion", 100.0, "higher_is_worse")
    town = build_dataset(rows, poor=share, unskilled=share, noise=share)
    labels = {
        "label": ["Armut", "Ohne Abschluss", "Lärm"],
        "domain": ["poverty", "education", "environment"],
        "numerator_label": ["Arme", "Ungelernte", "Lärmbetroffene"],
        "denominator_label": ["Menschen", "Erwachsene", "Bewohner*innen"],
    }
    return replace(
        town,
        areas=pd.DataFrame(areas, columns=["area_id", "name", "level", "parent_id"]).set_index("area_id"),
        indicators=town.indicators.assign(**labels),
    )


@pytest.fixture(scope="session")
def city(sprawl: Dataset, parameters: Parameters) -> Analysis:
    return analyse(sprawl, parameters)


def inside(city: Analysis, area_id: str, level: str = "finest") -> ConnectionView:
    return connections_of(city, "poverty,education,environment", RULES, area_id, level)


@pytest.mark.parametrize(("area_id", "sign"), [("A", 1), ("B", -1)])
def test_only_the_areas_inside_a_large_district_are_compared(city: Analysis, area_id: str, sign: int) -> None:
    view = inside(city, area_id)
    assert view.missing == ""
    assert {key[0] for key in view.areas.frame["area_id"]} == {area_id}
    assert (view.pairs.frame["count"] == INSIDE[area_id]).all()
    row = view.pairs.frame.set_index(["first", "second"]).loc[("poor", "unskilled")]
    assert row["category"] in {"gesichert", "Hinweis"}
    assert sign * row["estimate"] > 0.5
    # Noise has nothing to do with either.
    rest = view.pairs.frame[view.pairs.frame["second"] == "noise"]
    assert set(rest["category"]) <= {"kein Zusammenhang erkennbar", "Daten reichen nicht"}
    heading = connections.heading(view).text
    assert heading.startswith(f"Exkurs: Armut, Bildung und Umwelt – Bezirk {area_id}")
    assert f"Vergleich von {INSIDE[area_id]} Gebieten (Ebene Quartier)" in heading


def test_a_small_district_is_told_that_its_data_do_not_suffice_once(city: Analysis) -> None:
    view = inside(city, "C")
    assert view.missing == (
        "Daten reichen nicht: In Bezirk C gibt es fünf Gebiete der Ebene Quartier; ein Urteil über "
        "Zusammenhänge braucht mindestens 10."
    )
    sections: list[Callable[[ConnectionView], object]] = [
        connections.matrix,
        connections.sentences,
        connections.ways,
        connections.scatter,
        connections.gradient,
        neighbourhood.neighbours,
        neighbourhood.clusters,
        connections.table,
        connections.definitions,
    ]
    assert connections.overview(view).text == view.missing
    assert [str(section(view)) for section in sections] == [""] * len(sections)


def test_the_whole_is_what_it_was_and_another_level_has_its_own_areas(city: Analysis) -> None:
    assert inside(city, "") is inside(city, "S")
    assert len(inside(city, "S").scope.keys) == sum(INSIDE.values())
    coarse = inside(city, "S", "district")
    assert coarse.scope.keys == ("A", "B", "C")
    assert "drei Gebiete der Ebene Bezirk" in coarse.missing


@pytest.mark.parametrize(
    ("area_id", "level", "problem"),
    [
        ("A", "quarter", "»level« kennt »quarter« nicht. Erlaubt: finest, district, neighbourhood"),
        ("A", "district", "innerhalb von »Bezirk A«"),
        ("A000", "finest", "innerhalb von »Quartier A000«"),
        ("Z", "finest", "gibt es in »Teststadt« nicht"),
    ],
)
def test_an_area_without_the_level_inside_is_refused(
    city: Analysis, area_id: str, level: str, problem: str
) -> None:
    with pytest.raises(ParameterError, match=problem.replace(".", r"\.")):
        inside(city, area_id, level)


def test_districts_of_a_real_city_can_be_compared_as_well(shared_data: Path) -> None:
    analysis = load_analysis(str(shared_data / "rochdale"), RULES)
    view = connections_of(analysis, "poverty,education", RULES, "", "district")
    assert len(view.scope.keys) == 25
    row = view.pairs.frame.set_index(["first", "second"]).loc[("income_deprivation", "low_skills")]
    # 134 neighbourhoods have 0.94; counts merged into 25 districts keep the order.
    assert row["estimate"] > 0.8
    assert connections.scatter(view).text

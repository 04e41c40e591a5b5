"""Datasets that lack something: every section says what is missing in a German sentence, and none fails."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely

from sozialanalyse import report
from sozialanalyse.analysis import analyse
from sozialanalyse.dataset.schema import Dataset
from sozialanalyse.errors import ParameterError
from sozialanalyse.excursus import connections_of
from sozialanalyse.parameters import Parameters
from sozialanalyse.project import embedded_folder
from sozialanalyse.report.connected import scope_of
from sozialanalyse.report.fragment import Fragment
from sozialanalyse.report.view import Analysis, AreaView

Section = Callable[[AreaView], Fragment]
City = Callable[..., Dataset]


def without(dataset: Dataset, *indicators: str) -> Dataset:
    """Return the dataset without some indicators."""
    gone = dataset.observations["indicator_id"].isin(indicators)
    kept = dataset.observations[~gone]
    return replace(
        dataset,
        indicators=dataset.indicators.drop(index=list(indicators)),
        observations=kept.assign(indicator_id=kept["indicator_id"].cat.remove_unused_categories()),
    )


def keep_areas(dataset: Dataset, *area_ids: str) -> Dataset:
    """Return the dataset with these areas only, all but the first right below the first."""
    areas = dataset.areas.loc[list(area_ids)]
    areas = areas.assign(parent_id=[""] + [area_ids[0]] * (len(area_ids) - 1))
    there = set(areas["level"])
    return replace(
        dataset, areas=areas, levels=tuple(level for level in dataset.levels if level.level in there)
    )


def every_section_says_something(analysis: Analysis, sections: dict[str, Section]) -> None:
    """Draw all sections of the coarsest and of a finest area."""
    silent = [
        (area_id, name)
        for area_id in {analysis.root_id, str(analysis.areas.index[-1])}
        for name, draw in sections.items()
        if not draw(analysis.area(area_id)).text.strip()
    ]
    assert not silent


def test_without_polygons_there_is_a_sentence_in_place_of_the_map(
    small_city: City, parameters: Parameters
) -> None:
    text = report.location(analyse(small_city((2022,)), parameters).area("A1")).text
    assert text == "Keine Karte: Der Datensatz enthält keine Gebietsgrenzen (areas.geojson)."


def test_a_map_without_an_index_names_what_it_shows(small_city: City, parameters: Parameters) -> None:
    squares = {
        key: shapely.box(6.8 + place / 100, 51.5, 6.81 + place / 100, 51.51)
        for place, key in enumerate(("A1", "A2", "B1", "B2"))
    }
    city = without(small_city((2022,)), "sgb2_rate", "child_poverty", "youth_unemployment", "old_age_poverty")
    analysis = analyse(replace(city, geometry=squares), parameters)
    fragment = report.location(analysis.area("A1"))
    assert analysis.index is None
    assert "<img" in fragment.html
    assert "Nord-Ost" in fragment.text
    assert "index" not in fragment.text.lower()


def test_without_a_population_there_is_a_sentence_in_place_of_the_pyramid(
    small_city: City, parameters: Parameters
) -> None:
    text = report.population_pyramid(analyse(small_city((2022,)), parameters).area("A1")).text
    assert text.startswith("Keine Bevölkerungspyramide: Der Datensatz enthält keine Bevölkerung")


def test_with_one_year_no_development_is_shown_and_the_year_is_named(
    small_city: City, parameters: Parameters
) -> None:
    text = report.development(analyse(small_city((2022,)), parameters).area("A1")).text
    assert text.startswith("Keine Entwicklung: Für Nord-Ost liegen keine Werte aus mindestens 3 Jahren vor")
    assert "2022" in text


def test_without_poverty_indicators_there_is_no_index_and_the_reason_is_given(
    small_city: City, parameters: Parameters
) -> None:
    city = without(small_city((2022,)), "sgb2_rate", "child_poverty", "youth_unemployment", "old_age_poverty")
    analysis = analyse(city, parameters)
    assert analysis.index is None
    area = analysis.area("A1")
    assert report.sozialindex(area).text == (
        "Kein Sozialindex: Der Datensatz hat 0 der 7 Indikatoren; mindestens 4 müssen es sein."
    )
    assert report.domain(area, "poverty").text == "Der Datensatz enthält keinen Indikator des Bereichs Armut."


def test_every_section_stands_without_any_observation(
    small_city: City, parameters: Parameters, sections: dict[str, Section]
) -> None:
    empty = small_city((2022,))
    empty = replace(empty, observations=empty.observations.iloc[:0])
    analysis = analyse(empty, parameters)
    every_section_says_something(analysis, sections)
    assert "(vorhanden: )" not in report.development(analysis.area("A1")).text


def test_every_section_stands_without_poverty_indicators(
    small_city: City, parameters: Parameters, sections: dict[str, Section]
) -> None:
    city = without(small_city((2022,)), "sgb2_rate", "child_poverty", "youth_unemployment", "old_age_poverty")
    every_section_says_something(analyse(city, parameters), sections)


def test_every_section_stands_with_one_year_and_without_a_middle_level(
    small_city: City, parameters: Parameters, sections: dict[str, Section]
) -> None:
    flat = keep_areas(small_city((2022,)), "S", "A1", "A2", "B1", "B2")
    every_section_says_something(analyse(flat, parameters), sections)


def test_every_section_stands_for_a_city_without_parts(
    small_city: City, parameters: Parameters, sections: dict[str, Section]
) -> None:
    alone = keep_areas(small_city((2022,), areas=("S",)), "S")
    every_section_says_something(analyse(alone, parameters), sections)


def test_every_section_stands_for_a_year_that_some_indicators_lack(
    small_city: City, parameters: Parameters, sections: dict[str, Section]
) -> None:
    dataset = small_city((2019, 2020, 2021, 2022))
    gone = (dataset.observations["indicator_id"] == "sgb2_rate") & (dataset.observations["year"] == 2021)
    analysis = analyse(
        replace(dataset, observations=dataset.observations[~gone]), replace(parameters, year="2021")
    )
    assert "sgb2_rate" not in analysis.years
    every_section_says_something(analysis, sections)


def test_an_area_whose_numbers_are_replaced_by_signs_says_so(
    small_city: City, parameters: Parameters, sections: dict[str, Section]
) -> None:
    dataset = small_city((2022,))
    quarter = (dataset.observations["area_id"] == "B2") & (dataset.observations["indicator_id"] != "rent")
    numbers = ["numerator", "denominator", "value"]
    observations = dataset.observations.copy()
    observations.loc[quarter, numbers] = np.nan
    observations["sign"] = np.where(quarter, "/", "")
    analysis = analyse(replace(dataset, observations=observations), parameters)
    every_section_says_something(analysis, sections)
    assert "in der Quelle durch ein Zeichen ersetzt" in report.domain(analysis.area("B2"), "poverty").text


def test_an_unknown_domain_is_refused_with_the_known_ones(small_city: City, parameters: Parameters) -> None:
    area = analyse(small_city((2022,)), parameters).area("A1")
    with pytest.raises(ParameterError, match="poverty"):
        report.domain(area, "armut")


def test_a_group_that_is_hidden_for_both_sexes_keeps_its_place_in_the_pyramid(
    small_city: City, parameters: Parameters, small_population: Callable[..., pd.DataFrame]
) -> None:
    population = small_population("0-14", "15-64", "65+")
    population.loc[(population["area_id"] == "A1") & (population["age_group"] == "15-64"), "count"] = 2
    analysis = analyse(replace(small_city((2022,)), population=population), parameters)
    # Both cells, and whatever else protects them.
    assert re.search(r"[2-6] Altersgruppen sind geheim", report.population_pyramid(analysis.area("A1")).text)
    for area_id in ("A2", "A", "S"):
        assert "<img" in report.population_pyramid(analysis.area(area_id)).html


def test_a_population_that_is_hidden_throughout_is_said_to_be_so(
    small_city: City, parameters: Parameters, small_population: Callable[..., pd.DataFrame]
) -> None:
    population = small_population("0-14", "15-64", "65+")
    population.loc[population["area_id"] == "A1", "count"] = 2
    analysis = analyse(replace(small_city((2022,)), population=population), parameters)
    text = report.population_pyramid(analysis.area("A1")).text
    assert text.startswith("Keine Bevölkerungspyramide")


def test_age_groups_that_do_not_end_at_15_are_not_called_under_15(
    small_city: City, parameters: Parameters, small_population: Callable[..., pd.DataFrame]
) -> None:
    population = small_population("0-17", "18-64", "65+")
    analysis = analyse(replace(small_city((2022,)), population=population), parameters)
    text = report.population_pyramid(analysis.area("A1")).text
    assert "unter 15" not in text
    assert "33,3" in text  # each of the three groups has 100 of 300 persons


def test_a_year_without_any_value_is_refused_with_its_name(small_city: City, parameters: Parameters) -> None:
    with pytest.raises(ParameterError, match="1999"):
        analyse(small_city((2022,)), replace(parameters, year="1999"))


def test_a_hidden_age_group_is_not_said_to_be_empty(
    small_city: City, parameters: Parameters, small_population: Callable[..., pd.DataFrame]
) -> None:
    population = small_population("0-14", "15-64", "65+")
    population.loc[(population["area_id"] == "A1") & (population["age_group"] == "65+"), "count"] = 2
    analysis = analyse(replace(small_city((2022,)), population=population), parameters)
    text = report.population_pyramid(analysis.area("A1")).text
    assert re.search(r"[2-6] Altersgruppen sind geheim", text)
    assert "0,0\u00a0% ab 65" not in text  # there are 4 of 204 persons, and they may not be told


def test_a_population_without_ages_makes_no_claim_on_ages(
    small_city: City, parameters: Parameters, small_population: Callable[..., pd.DataFrame]
) -> None:
    analysis = analyse(replace(small_city((2022,)), population=small_population("0+")), parameters)
    text = report.population_pyramid(analysis.area("A1")).text
    assert text.strip()
    assert "unter 0" not in text


def test_a_group_of_nobody_is_explained_once_as_hidden_and_not_as_empty(
    small_city: City, parameters: Parameters
) -> None:
    city = small_city((2022,))
    nobody = (city.observations["area_id"] == "A1") & city.observations["denominator"].notna()
    zero = {name: city.observations[name].mask(nobody, 0.0) for name in ("numerator", "denominator")}
    text = report.domain(
        analyse(replace(city, observations=city.observations.assign(**zero)), parameters).area("A1"),
        "poverty",
    ).text
    assert "Geheim gehalten (Bezugsgruppe zu klein)" in text
    assert "null" not in text


def test_a_parent_whose_name_begins_with_its_level_is_not_named_twice(
    small_city: City, parameters: Parameters
) -> None:
    city = small_city((2022,))
    label = city.levels[1].label
    plain = analyse(city, parameters).area("A")
    named = city.areas.assign(name=city.areas["name"].mask(city.areas.index == "A", f"{label} 7"))
    assert analyse(replace(city, areas=named), parameters).area("A").full_name == f"{label} 7"
    assert plain.full_name == f"{label} {plain.bare_name}"


def test_the_years_named_are_those_with_values_for_the_area(small_city: City, parameters: Parameters) -> None:
    text = report.development(analyse(small_city((2021, 2022)), parameters).area("A1")).text
    assert "(vorhanden: 2021 und 2022)" in text


def test_an_indicator_hidden_everywhere_is_called_hidden_and_not_missing(
    build_dataset: City, parameters: Parameters
) -> None:
    rows = [(key, "daycare", 2022, 5, 6, np.nan) for key in ("A1", "A2", "B1", "B2")]
    # 24 children in the whole city, far below the smallest reference group that may be shown.
    city = build_dataset(rows, daycare=("proportion", 100, "higher_is_better"))
    text = report.domain(analyse(city, parameters).area("A1"), "poverty").text
    assert "Geheim gehalten: »daycare«." in text
    assert "Ohne Wert im Vergleichsjahr" not in text


def test_a_city_of_a_single_level_has_too_few_areas_for_connections_and_no_fault(
    small_city: City, parameters: Parameters
) -> None:
    alone = analyse(keep_areas(small_city((2022,), areas=("S",)), "S"), parameters)
    view = connections_of(alone, "poverty,education", str(embedded_folder("parameters")), "S")
    assert view.missing.startswith("Daten reichen nicht: In Stadt gibt es ein Gebiet der Ebene Stadt;")
    with pytest.raises(ParameterError, match="gröberes Gebiet"):
        scope_of(analyse(small_city((2022,)), parameters), "A1", "finest")


def test_one_indicator_that_can_be_tested_is_spoken_of_in_the_singular(
    build_dataset: City, parameters: Parameters
) -> None:
    rows = [(key, "benefits", 2022, 40, 400, np.nan) for key in ("A1", "A2", "B1", "B2")]
    city = build_dataset(rows, benefits=("proportion", 100, "higher_is_worse"))
    text = report.profile(analyse(city, parameters).area("A1")).text
    assert "von 1 Indikator, der sich prüfen lässt" in text


@pytest.mark.parametrize(
    ("scores", "expected"),
    # The median of 2, 3, 7 and 10 is 5: nothing needs a decimal. That of 2, 3, 6 and 9 is 4.5.
    [
        ((2.0, 3.0, 7.0, 10.0), "2 Einheit (Mitte der Gebiete 5 Einheit)"),
        ((2.0, 3.0, 6.0, 9.0), "4,50 Einheit"),
    ],
)
def test_scores_that_are_whole_numbers_are_written_without_decimals(
    build_dataset: City, parameters: Parameters, scores: tuple[float, ...], expected: str
) -> None:
    rows = [
        (key, "decile", 2022, np.nan, np.nan, score)
        for key, score in zip(("A1", "A2", "B1", "B2"), scores, strict=True)
    ]
    city = build_dataset(rows, decile=("score", 1, "higher_is_better"))
    text = report.domain(analyse(city, parameters).area("A1"), "poverty").text
    assert expected in text.replace("\xa0", " ")


def test_with_numbers_of_cases_only_the_profile_speaks_of_no_distances(
    build_dataset: City, parameters: Parameters
) -> None:
    rows = [(key, "homeless", 2022, np.nan, np.nan, 5) for key in ("A1", "A2", "B1", "B2")]
    city = build_dataset(rows, homeless=("count", 1, "higher_is_worse"))
    assert "Abstände" not in report.profile(analyse(city, parameters).area("A1")).text

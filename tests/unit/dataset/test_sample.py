"""The sample dataset: reproducible, consistent in itself, of the form and the structure that it claims."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.stats import spearmanr
from shapely.geometry import shape

from sozialanalyse.dataset.sample import write_sample
from sozialanalyse.dataset.sample_areas import BOROUGHS, DISTRICTS
from sozialanalyse.dataset.sample_polygons import area_hectares, quarter_polygons
from sozialanalyse.dataset.sample_population import round_to_totals

CORE = (
    "sgb2_rate",
    "child_poverty",
    "youth_unemployment",
    "old_age_poverty",
    "single_parents",
    "large_families",
    "migration_background",
)
LOW_INDEX = {
    "Innenstadt",
    "Lirich-Süd",
    "Marienviertel-Ost",
    "Marienviertel-West",
    "Brücktorviertel",
    "Osterfeld-Mitte/Vonderort",
    "Sterkrade-Mitte",
}
LITTLE_RISK = {"Walsumer Mark", "Königshardt", "Schmachtendorf", "Holten/Barmingholten", "Klosterhardt"}
"""Published about the Sozialindex 2022; Lirich-Nord is close to the limit."""

SIGNS = {".", "...", "/"}
NUMBERS = ["numerator", "denominator", "value"]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder)
    return folder


def read_text(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")


@pytest.fixture(scope="module")
def areas(written: Path) -> pd.DataFrame:
    return read_text(written / "areas.csv")


@pytest.fixture(scope="module")
def indicators(written: Path) -> pd.DataFrame:
    return read_text(written / "indicators.csv").set_index("indicator_id")


@pytest.fixture(scope="module")
def cells(written: Path) -> pd.DataFrame:
    """All observations as text."""
    return read_text(written / "observations.csv")


@pytest.fixture(scope="module")
def numbers(cells: pd.DataFrame) -> pd.DataFrame:
    """Observations of quarters, not broken down, as numbers."""
    kept = cells[(cells["area_id"].str.len() == 4) & (cells["sex"] == "")]
    return kept.assign(**kept[NUMBERS].apply(pd.to_numeric, errors="coerce")).astype({"year": int})


@pytest.fixture(scope="module")
def population(written: Path) -> pd.DataFrame:
    return pd.read_csv(written / "population.csv", dtype={"area_id": str})


@pytest.fixture(scope="module")
def shares_2022(numbers: pd.DataFrame) -> pd.DataFrame:
    """Shares and scores of the quarters in 2022, one column per indicator."""
    latest = numbers[numbers["year"] == 2022]
    share = (latest["numerator"] / latest["denominator"]).fillna(latest["value"])
    return latest.assign(share=share).pivot_table(index="area_id", columns="indicator_id", values="share")


def pairs(numbers: pd.DataFrame, column: str, indicator_id: str) -> pd.Series:
    rows = numbers[numbers["indicator_id"] == indicator_id]
    return rows.set_index(["area_id", "year"])[column].sort_index()


def people(population: pd.DataFrame, first: int, last: int) -> pd.Series:
    """Persons of the age groups that start at `first` … `last`, by quarter and year."""
    start = population["age_group"].str.extract(r"^(\d+)", expand=False).astype(int)
    inside = population[start.between(first, last)]
    return inside.groupby(["area_id", "year"])["count"].sum().sort_index()


def test_committed_files_are_what_the_generator_writes(written: Path, checkout: Path) -> None:
    for path in sorted(written.iterdir()):
        assert (checkout / "data" / path.name).read_bytes() == path.read_bytes(), path.name


def test_another_seed_changes_what_is_drawn_and_nothing_that_is_real(written: Path, tmp_path: Path) -> None:
    write_sample(tmp_path, seed=7)
    same = {
        path.name for path in written.iterdir() if path.read_bytes() == (tmp_path / path.name).read_bytes()
    }
    assert same == {
        *("areas.csv", "areas.geojson", "datapackage.json", "indicators.csv", "published.csv"),
        *("developments.csv", "goals.csv", "recommendation_log.csv"),
    }


def test_hierarchy_is_one_city_with_6_districts_and_27_quarters(areas: pd.DataFrame) -> None:
    assert areas["level"].value_counts().to_dict() == {"neighbourhood": 27, "district": 6, "city": 1}
    quarters = areas[areas["level"] == "neighbourhood"]
    assert (quarters["parent_id"] == quarters["area_id"].str[:2]).all()
    # Numbers of Sozialquartiere per Sozialraum as the city's planning names them.
    assert quarters["parent_id"].value_counts(sort=False).tolist() == [4, 5, 3, 6, 5, 4]
    # »Sterkrade-Mitte« is the name of a Sozialraum and of one of its quarters.
    assert not areas.duplicated(["name", "level"]).any()


def test_package_says_that_figures_are_synthetic_and_borders_schematic(written: Path) -> None:
    package = json.loads((written / "datapackage.json").read_text(encoding="utf-8"))
    assert package["synthetic"] is True
    assert package["geometry"] == "schematic"
    assert [level["level"] for level in package["levels"]] == ["city", "district", "neighbourhood"]
    assert all((written / resource["path"]).is_file() for resource in package["resources"])


def test_at_least_35_indicators_and_5_in_every_domain(indicators: pd.DataFrame, cells: pd.DataFrame) -> None:
    assert len(indicators) >= 35
    assert indicators["domain"].value_counts().min() >= 5
    assert indicators["domain"].nunique() == 6
    assert set(CORE) <= set(indicators.index)
    assert set(cells["indicator_id"]) == set(indicators.index)
    assert indicators["source"].str.startswith("synthetisch, nachgebildet: ").all()


def test_shares_and_rates_name_their_counts_and_carry_no_value(
    indicators: pd.DataFrame, cells: pd.DataFrame
) -> None:
    counted = indicators[indicators["kind"].isin(["proportion", "rate"])]
    assert (counted[["numerator_label", "denominator_label"]] != "").all(axis=None)
    rows = cells[cells["indicator_id"].isin(counted.index)]
    assert set(rows["value"]) <= {"", *SIGNS}
    assert (rows[["numerator", "denominator"]] != "").all(axis=None)


def test_seven_years_are_there_unless_the_real_statistic_has_fewer(
    cells: pd.DataFrame, indicators: pd.DataFrame
) -> None:
    years = cells.groupby("indicator_id")["year"].nunique()
    fewer = set(years[years < 7].index)
    assert fewer == {
        *("night_noise", "heat_load", "green_access", "sealed_ground"),
        *("overcrowding", "vacancy_census", "owner_share"),
    }
    assert set(cells["year"]) == {str(year) for year in range(2016, 2023)}
    assert len(indicators) - len(fewer) >= 40


def test_no_numerator_exceeds_its_denominator(numbers: pd.DataFrame, indicators: pd.DataFrame) -> None:
    shares = numbers[numbers["indicator_id"].map(indicators["kind"]) == "proportion"]
    assert not (shares["numerator"] > shares["denominator"]).any()
    assert not (numbers["numerator"] < 0).any()


@pytest.mark.parametrize(
    ("indicator_id", "first", "last"),
    [
        ("sgb2_rate", 0, 60),
        ("child_poverty", 0, 10),
        ("youth_unemployment", 15, 20),
        ("unemployment", 15, 60),
        ("old_age_poverty", 65, 85),
        ("migration_background", 0, 85),
    ],
)
def test_denominators_are_the_population_of_that_age(
    numbers: pd.DataFrame, population: pd.DataFrame, indicator_id: str, first: int, last: int
) -> None:
    denominators = pairs(numbers, "denominator", indicator_id)
    assert (denominators == people(population, first, last)).all()


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        ("child_poverty", "sgb2_rate"),
        ("sgb2_rate", "minimum_income"),
        ("old_age_poverty", "minimum_income"),
        ("youth_unemployment", "unemployment"),
        ("foreign_share", "migration_background"),
        ("over_79", "over_64"),
    ],
)
def test_a_part_is_never_larger_than_its_whole(numbers: pd.DataFrame, part: str, whole: str) -> None:
    assert (pairs(numbers, "numerator", part) <= pairs(numbers, "numerator", whole)).all()


def test_population_table_adds_up_to_the_indicator(numbers: pd.DataFrame, population: pd.DataFrame) -> None:
    assert (people(population, 0, 85) == pairs(numbers, "value", "population")).all()


def test_deaths_by_sex_and_age_add_up_to_the_deaths_of_the_quarters(
    cells: pd.DataFrame, numbers: pd.DataFrame
) -> None:
    broken_down = cells[(cells["indicator_id"] == "deaths") & (cells["sex"] != "")]
    by_year = broken_down["value"].astype(int).groupby(broken_down["year"].astype(int)).sum()
    assert (by_year == pairs(numbers, "value", "deaths").groupby("year").sum()).all()
    assert set(broken_down["area_id"]) == {"05119000"}


def test_missing_cells_carry_signs_and_are_few(cells: pd.DataFrame) -> None:
    signs = cells[NUMBERS].isin(SIGNS).any(axis=1)
    assert set(cells.loc[signs, NUMBERS].to_numpy().ravel()) & SIGNS == SIGNS
    assert 0.02 < signs.mean() < 0.05
    # Nobody was examined before school entry in the pandemic year.
    entry = cells[(cells["indicator_id"] == "motor_findings") & (cells["year"] == "2021")]
    assert (entry["numerator"] == ".").all()


def test_some_cells_are_so_small_that_they_need_protection(numbers: pd.DataFrame) -> None:
    latest = numbers[numbers["year"] == 2022]
    assert (latest["numerator"] < 3).sum() >= 10
    assert (latest["denominator"] < 100).sum() >= 30
    assert {0.0, 1.0, 2.0} <= set(latest["numerator"])


def test_known_quarters_stand_where_the_city_has_seen_them(
    shares_2022: pd.DataFrame, areas: pd.DataFrame
) -> None:
    core = shares_2022[list(CORE)]
    burden = ((core - core.mean()) / core.std()).mean(axis=1)
    names = areas.set_index("area_id")["name"]
    order = [names[area_id] for area_id in burden.sort_values(ascending=False).index]
    assert set(order[:7]) == LOW_INDEX
    assert order[7] == "Lirich-Nord"
    assert set(order[-5:]) == LITTLE_RISK


def test_schlad_gains_against_the_city_from_2017(numbers: pd.DataFrame) -> None:
    rows = numbers[numbers["indicator_id"].isin(CORE)]
    paths = rows.assign(share=rows["numerator"] / rows["denominator"]).pivot_table(
        index=["indicator_id", "area_id"], columns="year", values="share"
    )
    by_indicator = paths.groupby("indicator_id")
    scores = (paths - by_indicator.transform("mean")) / by_indicator.transform("std")
    change = (scores[2022] - scores[2017]).groupby("area_id").mean()
    assert change.idxmin() == "0203"


@pytest.mark.parametrize(
    ("one", "other", "lowest", "highest"),
    [
        ("sgb2_rate", "child_poverty", 0.9, 1.0),
        ("sgb2_rate", "overcrowding", 0.8, 1.0),
        ("sgb2_rate", "overweight_school_entry", 0.6, 0.95),
        ("sgb2_rate", "gymnasium_transition", -0.98, -0.7),
        ("sgb2_rate", "premature_mortality", 0.3, 0.75),
        ("sgb2_rate", "dental_findings", 0.1, 0.6),
        ("sgb2_rate", "no2", 0.2, 0.7),
        ("sgb2_rate", "u_examinations", -0.45, 0.0),
        ("sgb2_rate", "measles_vaccination", -0.3, 0.3),
        ("no_school_certificate", "sealed_ground", -0.3, 0.35),
        ("social_housing", "no2", -0.3, 0.3),
        ("physicians", "night_noise", -0.3, 0.3),
        ("no2", "night_noise", 0.6, 0.95),
    ],
)
def test_domains_are_linked_to_different_degrees(
    shares_2022: pd.DataFrame, one: str, other: str, lowest: float, highest: float
) -> None:
    result = spearmanr(shares_2022[one], shares_2022[other])
    assert lowest <= result.statistic <= highest


def test_shares_do_not_jump_from_year_to_year(numbers: pd.DataFrame) -> None:
    share = pairs(numbers, "numerator", "sgb2_rate") / pairs(numbers, "denominator", "sgb2_rate")
    assert share.groupby("area_id").diff().abs().max() < 0.04


def test_polygons_fill_the_city_without_gap_or_overlap(written: Path) -> None:
    content = json.loads((written / "areas.geojson").read_text(encoding="utf-8"))
    assert content["schematic"] is True
    polygons = {
        feature["properties"]["area_id"]: shape(feature["geometry"]) for feature in content["features"]
    }
    assert len(polygons) == 27
    assert all(polygon.is_valid and polygon.geom_type == "Polygon" for polygon in polygons.values())
    assert shapely.coverage_is_valid(list(polygons.values()))
    assert shapely.union_all(list(polygons.values())).geom_type == "Polygon"
    for district in DISTRICTS:
        inside = [polygon for area_id, polygon in polygons.items() if area_id.startswith(district)]
        assert shapely.union_all(inside).geom_type == "Polygon", district


def test_boroughs_have_about_their_real_area() -> None:
    polygons = quarter_polygons()
    hectares = dict(zip(polygons, area_hectares(polygons), strict=True))
    # Areas of the Stadtbezirke in km², as the city publishes them.
    for borough, square_kilometres in {
        "Alt-Oberhausen": 24.15,
        "Sterkrade": 42.14,
        "Osterfeld": 10.77,
    }.items():
        drawn = sum(area for area_id, area in hectares.items() if area_id[:2] in BOROUGHS[borough]) / 100
        assert drawn == pytest.approx(square_kilometres, rel=0.10), borough


def test_rounding_keeps_totals_and_stays_within_one() -> None:
    expected = np.random.default_rng(5).uniform(0, 20, (50, 12))
    rounded = round_to_totals(expected)
    assert (rounded.sum(axis=1) == np.rint(expected.sum(axis=1))).all()
    assert (np.abs(rounded - expected) < 1).all()

"""134 areas of Rochdale (English Indices of Deprivation 2019): known rank correlations, and the verdicts.

The rank correlations with income deprivation were computed beforehand from the same published figures and are
listed to two decimals in the project's description of its methods.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from shapely.geometry import shape

from sozialanalyse.connections.connect import Connections, connect
from sozialanalyse.connections.data import ConnectionData
from sozialanalyse.connections.spec import ConnectionSpec
from sozialanalyse.connections.synthesis import Category

LISTED = {
    "low_skills": 0.94,
    "no_higher_education": 0.50,
    "years_of_life_lost": 0.79,
    "illness_ratio": 0.96,
    "unaffordability": 0.94,
    "nitrogen_dioxide": 0.36,
    "overcrowding": 0.88,
    "no_central_heating": 0.42,
    "poor_condition": -0.06,
    "distance_gp": -0.41,
}
SPEC = ConnectionSpec(
    permutations=999,
    bootstrap=200,
    covariates=("share_under_16", "share_over_64"),
    shared_sources=(
        ("income_deprivation", "employment_deprivation", "illness_ratio"),
        ("income_deprivation", "unaffordability"),
    ),
)


@pytest.fixture(scope="module")
def rochdale(shared_data: Path) -> ConnectionData:
    folder = shared_data / "rochdale"
    areas = pd.read_csv(folder / "areas.csv", dtype=str, keep_default_na=False)
    areas = areas[areas["level"] == "neighbourhood"].sort_values("area_id")
    indicators = pd.read_csv(folder / "indicators.csv", keep_default_na=False).set_index("indicator_id")
    observations = pd.read_csv(folder / "observations.csv", dtype={"area_id": str})

    def table(column: str) -> np.ndarray:
        wide = observations.pivot_table(
            index="area_id", columns="indicator_id", values=column, dropna=False, observed=True
        )
        return wide.reindex(index=areas["area_id"], columns=indicators.index).to_numpy(dtype=float)

    numerators, denominators, values = table("numerator"), table("denominator"), table("value")
    factors = indicators["factor"].to_numpy(dtype=float)
    values = np.where(np.isfinite(numerators), factors * numerators / denominators, values)
    features = json.loads((folder / "areas.geojson").read_text(encoding="utf-8"))["features"]
    none = ("",) * len(indicators)
    return ConnectionData(
        area_ids=tuple(areas["area_id"]),
        group_ids=tuple(areas["parent_id"]),
        indicator_ids=tuple(indicators.index),
        labels=tuple(indicators["label"]),
        domains=tuple(indicators["domain"]),
        kinds=tuple(indicators["kind"]),
        directions=tuple(indicators["direction"]),
        units=tuple(indicators["unit"]),
        values=values,
        numerators=numerators,
        denominators=denominators,
        factors=factors,
        numerator_labels=none,
        denominator_labels=none,
        population=values[:, list(indicators.index).index("population")],
        polygons={feature["properties"]["area_id"]: shape(feature["geometry"]) for feature in features},
    )


@pytest.fixture(scope="module")
def connections(rochdale: ConnectionData) -> Connections:
    return connect(rochdale, SPEC)


@pytest.mark.parametrize(("other", "listed"), LISTED.items())
def test_rank_correlations_with_income_deprivation_are_those_listed(
    connections: Connections, other: str, listed: float
) -> None:
    evidence, _, _ = connections.between("income_deprivation", other)
    assert evidence.count == 134
    # The list is rounded to two decimals, one of its values at an exact half.
    assert evidence.estimate == pytest.approx(listed, abs=0.0051)


def test_not_every_pair_is_called_connected(connections: Connections) -> None:
    categories = [verdict.category for verdict in connections.verdicts]
    assert len(categories) == 144
    assert set(categories) == set(Category)
    assert categories.count(Category.ESTABLISHED) < len(categories) / 2


def test_poverty_goes_with_low_skills_and_years_of_life_lost_and_not_with_poor_condition(
    connections: Connections,
) -> None:
    for other in ("low_skills", "years_of_life_lost", "overcrowding"):
        assert connections.between("income_deprivation", other)[1].category is Category.ESTABLISHED
    assert connections.between("income_deprivation", "poor_condition")[1].category is Category.NONE
    for other in ("nitrogen_dioxide", "distance_gp", "no_central_heating"):
        assert connections.between("income_deprivation", other)[1].category in {
            Category.INDICATION,
            Category.INCONSISTENT,
        }


def test_pairs_from_the_same_benefit_data_carry_the_caveat(connections: Connections) -> None:
    for other in ("illness_ratio", "unaffordability"):
        evidence, _, text = connections.between("income_deprivation", other)
        assert evidence.construction == ("declared",)
        assert "aus denselben Daten" in text


def test_smooth_maps_of_air_quality_are_worth_few_areas(connections: Connections) -> None:
    position = connections.association.indicator_ids.index("nitrogen_dioxide")
    assert connections.moran[position] > 0.7
    evidence, _, _ = connections.between("income_deprivation", "nitrogen_dioxide")
    assert evidence.size < 134 / 3
    assert evidence.model is not None
    assert evidence.model.covariates == 2
    assert connections.islands == ()

"""Every published figure of Oberhausen beside the sample data, with its deviation.

``pytest -rP tests/reference/test_published.py`` shows the whole table. The figures come from
``data/published.csv``, which names the source of each; the sample's side is added up here with plain pandas.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

PERSONS = {"Personen", "Haushalte", "Wohnungen"}
USES = {"exact", "nearby_year", "other_definition", "context"}


def read_text(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")


@pytest.fixture(scope="module")
def published(checkout: Path) -> pd.DataFrame:
    return read_text(checkout / "data" / "published.csv")


@pytest.fixture(scope="module")
def comparison(checkout: Path, published: pd.DataFrame) -> pd.DataFrame:
    """One line per published figure: what the sample gives, the deviation, and what is allowed."""
    indicators = read_text(checkout / "data" / "indicators.csv").set_index("indicator_id")
    observations = read_text(checkout / "data" / "observations.csv")
    observations = observations[(observations["sex"] == "") & (observations["age_group"] == "")]
    numbers = observations[["numerator", "denominator", "value"]].apply(pd.to_numeric, errors="coerce")
    observations = observations.assign(**numbers)
    quarters = set(read_text(checkout / "data" / "areas.csv").query("level == 'neighbourhood'")["area_id"])

    def parts(figure: pd.Series) -> pd.DataFrame:
        rows = observations[
            (observations["indicator_id"] == figure["indicator_id"])
            & (observations["year"] == figure["compared_year"])
        ]
        delivered = rows[rows["area_id"] == figure["area_id"]]
        if len(delivered):
            return delivered
        fine = rows[rows["area_id"].isin(quarters)]
        keys = figure["area_id"].split("+")
        if set(rows["area_id"]) <= set(quarters) and figure["area_id"] == "05119000":
            return fine
        return fine[fine["area_id"].str.startswith(tuple(keys))]

    def sample_value(figure: pd.Series) -> float:
        rows, indicator = parts(figure), indicators.loc[figure["indicator_id"]]
        assert len(rows), f"no observation for {figure['area']}, {figure['indicator_id']}"
        if indicator["kind"] == "count":
            return float(rows["value"].sum(skipna=False))
        if indicator["kind"] == "score":
            weights = rows["denominator"].fillna(1.0)
            return float((rows["value"] * weights).sum(skipna=False) / weights.sum())
        numerator, denominator = rows["numerator"].sum(skipna=False), rows["denominator"].sum(skipna=False)
        if figure["unit"] in PERSONS:
            return float(numerator)
        return float(numerator / denominator * float(indicator["factor"]))

    def allowed(figure: pd.Series) -> float:
        if figure["use"] == "exact":
            return 0.5 * 10.0 ** int(Decimal(figure["value"]).as_tuple().exponent)
        return float(figure["tolerance"]) if figure["tolerance"] else float("inf")

    table = published.assign(
        sample=[sample_value(figure) for _, figure in published.iterrows()],
        numerator=[parts(figure)["numerator"].sum() for _, figure in published.iterrows()],
        allowed=[allowed(figure) for _, figure in published.iterrows()],
    )
    table["published"] = table["value"].astype(float)
    table["deviation"] = table["sample"] - table["published"]
    return table


def as_text(table: pd.DataFrame) -> str:
    shown = ["area", "indicator", "year", "published", "unit", "use", "compared_year", "sample", "deviation"]
    return table[[*shown, "allowed"]].to_string(index=False, float_format=lambda number: f"{number:.2f}")


def test_every_published_figure_is_listed_with_its_deviation(comparison: pd.DataFrame) -> None:
    print(as_text(comparison))
    assert comparison["deviation"].notna().all(), as_text(comparison[comparison["deviation"].isna()])


def test_exact_figures_agree_within_their_rounding(comparison: pd.DataFrame) -> None:
    exact = comparison[comparison["use"] == "exact"]
    wrong = exact[exact["deviation"].abs() > exact["allowed"] + 1e-9]
    assert len(exact) == 44
    assert wrong.empty, as_text(wrong)
    assert (exact["year"] == exact["compared_year"]).all()


def test_published_numerators_agree_to_the_person(comparison: pd.DataFrame) -> None:
    counted = comparison[(comparison["use"] == "exact") & (comparison["count"] != "")]
    wrong = counted[counted["numerator"] != counted["count"].astype(float)]
    assert len(counted) == 5
    assert wrong.empty, as_text(wrong)


@pytest.mark.parametrize("use", ["nearby_year", "other_definition"])
def test_other_comparable_figures_lie_within_their_stated_tolerance(
    comparison: pd.DataFrame, use: str
) -> None:
    compared = comparison[comparison["use"] == use]
    assert len(compared)
    assert (compared["tolerance"] != "").all()
    wrong = compared[compared["deviation"].abs() > compared["allowed"]]
    assert wrong.empty, as_text(wrong)


def test_deaths_of_men_and_women_are_the_published_ones(checkout: Path) -> None:
    # The published definition of 2021 says: 1495 Männer und 1514 Frauen.
    observations = read_text(checkout / "data" / "observations.csv")
    deaths = observations[
        (observations["indicator_id"] == "deaths")
        & (observations["year"] == "2021")
        & (observations["sex"] != "")
    ]
    by_sex = deaths["value"].astype(int).groupby(deaths["sex"]).sum()
    assert by_sex.to_dict() == {"m": 1495, "f": 1514}


def test_uses_are_known_and_areas_and_indicators_exist(checkout: Path, published: pd.DataFrame) -> None:
    areas = set(read_text(checkout / "data" / "areas.csv")["area_id"])
    indicators = set(read_text(checkout / "data" / "indicators.csv")["indicator_id"])
    assert set(published["use"]) <= USES
    assert set(published["indicator_id"]) <= indicators
    assert {key for keys in published["area_id"] for key in keys.split("+")} <= areas
    assert (published["source"] != "").all()


def test_all_rows_of_the_collected_figures_are_carried_unchanged(
    shared_data: Path, published: pd.DataFrame
) -> None:
    collected = read_text(shared_data / "oberhausen_published.csv")
    assert len(collected) == 83
    pd.testing.assert_frame_equal(published[list(collected.columns)], collected)

"""The planning tables of the sample reach the city's numbers, fit together and say what is made up."""

from __future__ import annotations

import re
from importlib import resources
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
import yaml

from sozialanalyse.dataset.planning_tables import PlanningTables
from sozialanalyse.dataset.read import read_dataset
from sozialanalyse.dataset.sample_polygons import quarter_polygons
from sozialanalyse.dataset.schema import Dataset
from sozialanalyse.planning.rules import PlanningRules
from sozialanalyse.planning_rules import planning_check, read_planning_rules
from sozialanalyse.project import embedded_folder

LATEST_DAY = pd.Timestamp("2024-09-30")
"""No history of the sample goes beyond this day."""


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return read_dataset(embedded_folder("data"), planning_check(embedded_folder("parameters")))


@pytest.fixture(scope="module")
def planning(dataset: Dataset) -> PlanningTables:
    return dataset.planning


@pytest.fixture(scope="module")
def rules() -> PlanningRules:
    return read_planning_rules(embedded_folder("parameters"))


@pytest.fixture(scope="module")
def latest(planning: PlanningTables) -> pd.DataFrame:
    """Each recommendation with its latest status."""
    last = planning.recommendation_log.groupby("recommendation_id").tail(1)
    return planning.recommendations.merge(last, on="recommendation_id")


def test_the_numbers_of_the_city_are_reached(planning: PlanningTables) -> None:
    # As the city's planning reports them: 6 events with 60 to 95 people and 45 institutions, 42
    # recommendations, more than 50 profiles, 17 positive developments.
    events = planning.dialogues[planning.dialogues["title"].str.startswith("Expert*innendialog")]
    assert len(events) == 6
    assert events["participants"].between(60, 95).all()
    assert (events["institutions"] == 45).all()
    assert len(planning.recommendations) == 42
    assert len(planning.measures) > 50
    assert len(planning.developments) == 17


def test_rounds_are_those_of_the_city(planning: PlanningTables) -> None:
    # In the second round the recommendations of Alt-Oberhausen, the first three, were updated.
    rounds = planning.dialogues.groupby("round")
    assert rounds["area_id"].agg(list).tolist() == [
        ["01", "02", "03"],
        ["04", "05", "06", "01", "02", "03"],
    ]
    assert planning.dialogues.loc[planning.dialogues["participants"].isna(), "area_id"].tolist() == [
        "01",
        "02",
        "03",
    ]
    assert rounds["date"].first().dt.strftime("%m/%Y").tolist() == ["12/2021", "02/2023"]


def test_only_the_developments_are_real_and_they_name_their_source(planning: PlanningTables) -> None:
    for name, frame in planning.present():
        assert frame["synthetic"].eq(name != "developments").all(), name
    assert planning.developments["source"].str.contains("Stadt Oberhausen").all()


def test_every_theme_comes_up_in_every_dialogue_as_need_and_as_support(
    planning: PlanningTables, rules: PlanningRules
) -> None:
    said = planning.statements[["dialogue_id", "theme", "stance"]].drop_duplicates()
    # The three updates leave out one theme, the systems of recording.
    assert len(said) == 2 * (6 * len(rules.themes) + 3 * (len(rules.themes) - 1))
    assert planning.statements["weight"].nunique() >= 6
    assert not planning.statements.duplicated(["dialogue_id", "text"]).any()


def test_every_status_of_the_scale_occurs_and_some_recommendations_are_overdue(
    latest: pd.DataFrame, rules: PlanningRules
) -> None:
    assert set(latest["status"]) == set(rules.labels("statuses"))
    assert latest["date"].max() <= LATEST_DAY
    still = latest["status"].isin(rules.statuses_of("open", "active"))
    assert (still & (latest["horizon"] < LATEST_DAY)).sum() >= 5


def test_every_sozialraum_and_every_field_has_recommendations_and_measures(
    planning: PlanningTables, rules: PlanningRules
) -> None:
    for frame in (planning.recommendations, planning.measures):
        assert set(frame["area_ids"].explode()) == {"01", "02", "03", "04", "05", "06"}
        assert set(frame["field"]) == set(rules.labels("fields"))
        assert set(frame["vision"].explode()) == set(rules.labels("visions"))


def test_gaps_are_there_to_be_found(planning: PlanningTables) -> None:
    measures, recommendations = planning.measures, planning.recommendations
    served = recommendations["recommendation_id"].isin(measures["recommendation_id"])
    assert (~served).sum() >= 2
    assert (measures["recommendation_id"] == "").sum() >= 5
    evidence = measures["indicator_ids"].map(len) + measures["statement_ids"].map(len)
    assert (evidence == 0).sum() >= 3
    needs = planning.statements.loc[planning.statements["stance"] == "need", "statement_id"]
    assert (~needs.isin(measures["statement_ids"].explode())).sum() >= 10


def _kept(name: str) -> Any:
    text = resources.files("sozialanalyse.dataset").joinpath(f"sample_{name}.yaml").read_text("utf-8")
    return yaml.safe_load(text)


def test_cited_statements_are_those_that_an_entry_answers_and_were_said_about_its_areas(
    planning: PlanningTables,
) -> None:
    pool = [entry for stances in _kept("statements").values() for entry in stances["need"]]
    by_text = {entry["text"]: entry["key"] for entry in pool}
    assert len({entry["key"] for entry in pool}) == len(pool)
    entries = [entry for own in _kept("recommendations").values() for entry in own]
    profiles = [{**entry, **own} for entry in entries for own in entry["measures"]] + _kept("measures")
    answers = {
        **{f"HE-{number:02d}": entry["answers"] for number, entry in enumerate(entries, start=1)},
        **{f"MS-{number:02d}": profile["answers"] for number, profile in enumerate(profiles, start=1)},
    }
    assert {key for wanted in answers.values() for key in wanted} <= set(by_text.values())
    said = planning.statements.merge(planning.dialogues, on="dialogue_id", suffixes=("", "_of"))
    said = said.set_index("statement_id")
    for key, frame in (
        ("recommendation_id", planning.recommendations),
        ("measure_id", planning.measures),
    ):
        cited = frame.explode("statement_ids").dropna(subset="statement_ids")
        evidence = said.loc[cited["statement_ids"]]
        assert (evidence["stance"] == "need").all()
        for own, text, areas, place in zip(
            cited[key], evidence["text"], cited["area_ids"], evidence["area_id_of"], strict=True
        ):
            assert by_text[text] in answers[own], own
            assert place in areas, own
        if key == "measure_id":
            assert (evidence["date"].to_numpy() < cited["start"].to_numpy()).all()
    assert (planning.recommendations["statement_ids"].map(len) > 0).sum() > 25


def test_a_measure_that_runs_began_after_its_recommendation_was_adopted_and_names_its_own_carrier(
    planning: PlanningTables, rules: PlanningRules
) -> None:
    adopted = planning.recommendation_log.groupby("recommendation_id")["date"].first()
    serving = planning.measures[planning.measures["recommendation_id"] != ""]
    assert (serving["start"].to_numpy() > adopted.loc[serving["recommendation_id"]].to_numpy()).all()
    begun = planning.measures["status"].isin(["in_umsetzung", "umgesetzt", "verstetigt"])
    assert (planning.measures.loc[begun, "start"] <= LATEST_DAY).all()
    assert (planning.measures.loc[~begun, "start"] > LATEST_DAY).all()
    assert not (begun & planning.measures["funding"].eq("noch offen")).any()


def test_measures_fit_their_recommendation(latest: pd.DataFrame, planning: PlanningTables) -> None:
    pairs = planning.measures.merge(latest, on="recommendation_id", suffixes=("", "_of"))
    assert (pairs["field"] == pairs["field_of"]).all()
    inside = [
        set(own) <= set(areas) for own, areas in zip(pairs["area_ids"], pairs["area_ids_of"], strict=True)
    ]
    assert all(inside)
    stopped = pairs["status_of"].isin(["zurueckgestellt", "verworfen"])
    assert (pairs.loc[stopped, "status"] == pairs.loc[stopped, "status_of"]).all()


def test_goals_of_two_conferences_are_in_the_groups_of_their_topic(
    planning: PlanningTables, rules: PlanningRules
) -> None:
    assert planning.goals["conference"].nunique() == 2
    for topic, frame in planning.goals.groupby("topic"):
        assert set(frame["group"]) == set(rules.topic(str(topic)).groups)
        assert set(frame["kind"]) == {"strategic", "operational"}
    assert planning.goals["target_value"].notna().sum() >= 5


def test_institutions_lie_in_their_quarter_and_every_kind_occurs(
    planning: PlanningTables, rules: PlanningRules
) -> None:
    frame, polygons = planning.institutions, quarter_polygons()
    assert set(frame["category"]) == set(rules.labels("categories"))
    assert set(frame["vulnerable"].explode().dropna()) == {"older", "children", "care", "homeless"}
    inside = [
        shapely.contains_xy(polygons[area], longitude, latitude)
        for area, longitude, latitude in zip(
            frame["area_id"], frame["longitude"], frame["latitude"], strict=True
        )
    ]
    # a coordinate is rounded to about a metre, so that a point can fall just beyond a border
    assert np.mean(inside) > 0.98
    assert frame["name"].str.endswith("(Beispiel)").all()


def test_nobody_is_named(planning: PlanningTables) -> None:
    texts = pd.concat([frame.select_dtypes("str").melt()["value"] for _, frame in planning.present()])
    assert len(texts) > 1000
    assert not texts.str.contains(r"\b(?:Herr|Frau|Dr\.|Prof\.)\s+[A-Z]", flags=re.UNICODE).any()


def test_indicators_of_rules_are_those_of_the_sample(dataset: Dataset, rules: PlanningRules) -> None:
    known = set(dataset.indicators.index)
    for entry in (*rules.themes, *rules.topics):
        assert set(entry.indicator_ids) <= known, entry.id

"""Measures beside needs, on a city with two Sozialräume."""

from __future__ import annotations

import pandas as pd

from sozialanalyse.planning.measures import evidence_of, unserved_needs
from sozialanalyse.planning.places import places_at_level

AREAS = pd.DataFrame(
    {"level": ["city", "district", "district", "quarter"], "parent_id": ["", "S", "S", "A"]},
    index=["S", "A", "B", "A1"],
)
PLACES = places_at_level(AREAS, "district")
THEMES_OF = {"jobs": ("work",), "parents": ("family",)}
NEEDS = pd.DataFrame({"area_id": ["A", "B", "B"], "theme": ["work", "work", "family"]})
STATEMENTS = pd.DataFrame({"statement_id": ["s1", "s2"], "stance": ["need", "support"]})
POSITIONS = pd.DataFrame(
    {"area_id": ["A1", "B"], "indicator_id": ["poor", "poor"], "position": ["worse", "similar"]}
)


def measures(*rows: tuple[str, tuple[str, ...], str, tuple[str, ...], tuple[str, ...], str]) -> pd.DataFrame:
    columns = ["measure_id", "area_ids", "field", "indicator_ids", "statement_ids", "status"]
    return pd.DataFrame(rows, columns=columns)


def test_a_city_reaches_all_of_its_sozialraeume_and_a_quartier_its_own() -> None:
    assert PLACES == {"S": ("A", "B"), "A": ("A",), "B": ("B",), "A1": ("A",)}


def test_a_measure_is_supported_by_a_figure_a_statement_or_a_need_of_its_theme() -> None:
    found = evidence_of(
        measures(
            ("figure", ("A1",), "parents", ("poor",), (), "plan"),
            ("said", ("A",), "parents", (), ("s1", "s2"), "plan"),
            ("theme", ("S",), "jobs", (), (), "plan"),
            ("nothing", ("A",), "parents", (), ("s2",), "plan"),
            ("elsewhere", ("B",), "unknown field", ("poor",), (), "plan"),
        ),
        POSITIONS,
        STATEMENTS,
        NEEDS,
        THEMES_OF,
        PLACES,
    ).set_index("measure_id")
    counts = found[["indicators", "statements", "themes"]]
    assert counts.loc["figure"].tolist() == [1, 0, 0]
    assert counts.loc["said"].tolist() == [0, 1, 0]
    assert counts.loc["theme"].tolist() == [0, 0, 2]
    assert found.index[~found["supported"]].tolist() == ["nothing", "elsewhere"]


def test_a_need_is_served_in_its_own_sozialraum_by_what_was_not_stopped() -> None:
    plans = measures(("m1", ("A1",), "jobs", (), (), "plan"), ("m2", ("B",), "jobs", (), (), "given up"))
    found = unserved_needs(NEEDS, plans, {"plan": "active", "given up": "stopped"}, THEMES_OF, PLACES)
    assert found.to_numpy().tolist() == [["B", "work"], ["B", "family"]]


def test_a_measure_for_the_whole_city_serves_every_sozialraum() -> None:
    plans = measures(("m", ("S",), "jobs", (), (), "plan"))
    found = unserved_needs(NEEDS, plans, {"plan": "active"}, THEMES_OF, PLACES)
    assert found.to_numpy().tolist() == [["B", "family"]]

"""One call for any table: what is assumed where nothing is said, linked tables, contributions, refusals."""

from __future__ import annotations

import doctest
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sozialanalyse.disclosure.published import audit_table
from sozialanalyse.disclosure.tables import protect_table
from sozialanalyse.disclosure.tabulate import tabulate
from sozialanalyse.errors import ParameterError


def areas(*values: float, **more: object) -> pd.DataFrame:
    """Areas ``a, b, …`` of one city."""
    return pd.DataFrame({"area": [chr(97 + place) for place in range(len(values))], "value": values, **more})


CITY = {"area": "city"}


def hidden(result: object) -> set[str]:
    published = result.published
    names = published.columns[:-1]
    return {"".join(map(str, row)) for row in published.loc[published["value"].isna(), names].to_numpy()}


def test_totals_are_added_and_empty_cells_are_shown() -> None:
    cells = pd.DataFrame({"area": ["a", "b"], "sex": ["f", "m"], "value": [4, 5]})
    result = protect_table(cells, {"area": "city", "sex": "all"})
    shown = result.published.set_index(["area", "sex"])["value"]
    assert shown["city"].to_dict() == {"all": 9, "f": 4, "m": 5}
    assert shown["a"].to_dict() == {"all": 4, "f": 4, "m": 0}


def test_without_filling_absent_cells_are_known_to_nobody() -> None:
    # b is not published, so the 2 cannot be had from the total: nothing needs to be added.
    cells = pd.DataFrame({"area": ["a", "c", "city"], "value": [2, 9, 20]})
    hierarchy = {"area": {"a": "city", "b": "city", "c": "city"}}
    open_ = protect_table(cells, hierarchy, minimum_count=3, fill=False)
    assert hidden(open_) == {"a"}
    assert open_.cells.set_index("area").loc["a", "upper"] == 11


def test_the_single_person_behind_a_cell_is_reckoned_with_unless_told_otherwise() -> None:
    # a and b hold each other against outsiders (0 to 3), but a person in a knows b.
    counts = areas(1, 2, 8, 9)
    assert hidden(protect_table(counts, CITY, minimum_count=3, singletons=False)) == {"a", "b"}
    assert hidden(protect_table(counts, CITY, minimum_count=3)) == {"a", "b", "c"}


def test_one_person_is_the_same_person_in_the_total() -> None:
    # The only case of a is the only one of north too: one person, who knows both numbers.
    parents = {"a": "north", "b": "north", "c": "south", "d": "south", "north": "city", "south": "city"}
    cells = pd.DataFrame({"area": list("abcd"), "value": [1, 0, 7, 9]})
    result = protect_table(cells, {"area": parents}, minimum_count=3)
    label = dict(zip([key[0] for key in result.system.keys], result.system.contributor.tolist(), strict=True))
    assert label["a"] == label["north"] != -1
    assert label["b"] == label["city"] == -1


def test_tables_that_share_margins_are_protected_together() -> None:
    # Alone, the second table needs nothing; but it shows the total of area a, from which f follows.
    by_sex = pd.DataFrame(
        [("a", "f", 1), ("a", "m", 6), ("b", "f", 7), ("b", "m", 8)], columns=["area", "sex", "value"]
    )
    by_age = pd.DataFrame(
        [("a", "0", 3), ("a", "1", 4), ("b", "0", 9), ("b", "1", 6)], columns=["area", "age", "value"]
    )
    dimensions = {"area": "city", "sex": "all", "age": "any"}
    result = protect_table([by_sex, by_age], dimensions, minimum_count=3)
    assert result.safe
    assert len(result.published) == 9 + 9 - 3
    bounds = audit_table(result.published, dimensions).set_index(["area", "sex", "age"])
    lower, upper = bounds.loc[("a", "f", "any")]
    assert upper - lower >= 3


def test_two_tables_that_contradict_each_other_are_refused() -> None:
    by_sex = pd.DataFrame({"sex": ["f", "m"], "value": [4, 5]})
    by_age = pd.DataFrame({"age": ["0", "1"], "value": [4, 6]})
    with pytest.raises(ParameterError, match="Verschiedenes"):
        protect_table([by_sex, by_age], {"sex": "all", "age": "any"})


@pytest.mark.parametrize(
    ("cost", "partner"), [("value", "b"), ("cells", "b"), ("contributors", "d")], ids=["value", "cells", "n"]
)
def test_cost_decides_what_is_hidden_besides(cost: str, partner: str) -> None:
    cells = areas(100.0, 300.0, 500.0, 900.0, contributors=[2, 40, 30, 20], primary=[True] + [False] * 3)
    result = protect_table(cells, CITY, cost=cost, margin=20)
    assert hidden(result) == {"a", partner}


def test_margin_is_the_room_in_both_directions() -> None:
    # 20 per cent of 100.5 down and up; the 15 of b is not enough, c is.
    cells = areas(100.5, 15.25, 60.5, 900.0, primary=[True, False, False, False])
    result = protect_table(cells, CITY, margin=20)
    assert hidden(result) == {"a", "c"}
    assert result.cells.loc[0, ["lower", "upper"]].tolist() == [0, 161]


def test_contributions_of_one_holder_are_one_contribution() -> None:
    firms = pd.DataFrame(
        {"branch": list("aaabbb"), "turnover": [40.0, 40.0, 20.0, 40.0, 40.0, 20.0], "owner": list("xxyxyz")}
    )
    alone = tabulate(firms, {"branch": "all"}, value="turnover").set_index("branch")
    owned = tabulate(firms, {"branch": "all"}, value="turnover", holder="owner").set_index("branch")
    assert alone.loc["a", ["contributors", "x1", "x2"]].tolist() == [3, 40, 40]
    assert owned.loc["a", ["contributors", "x1", "x2"]].tolist() == [2, 80, 20]
    assert owned.loc["all", ["contributors", "x1", "x2", "x3"]].tolist() == [3, 120, 60, 20]
    result = protect_table(owned.reset_index(), {"branch": "all"}, p_percent=30)
    assert result.cells.set_index("branch")["status"].to_dict()["a"] == "primary"


def test_two_firms_alone_in_their_branches_do_not_see_through_each_other() -> None:
    # a and b are hidden and single: each would know the other from the rest of the total.
    firms = pd.DataFrame({"branch": list("abccc"), "turnover": [50.0, 60.0, 30.0, 35.0, 32.0]})
    table = tabulate(firms, {"branch": "all"}, value="turnover")
    both = protect_table(table, {"branch": "all"}, p_percent=10)
    assert hidden(both) == {"a", "b", "c"}
    assert hidden(protect_table(table, {"branch": "all"}, p_percent=10, singletons=False)) == {"a", "b"}


def test_given_contributions_of_printed_tables_need_no_records() -> None:
    cells = areas(100.0, 90.0, 400.0, x1=[95.0, 30.0, 100.0], x2=[3.0, 30.0, 90.0])
    result = protect_table(cells, CITY, p_percent=10)
    # 95 · 10 % − (100 − 98) = 7.5 on both sides.
    assert result.cells["status"].tolist() == ["primary", "secondary", "shown", "shown"]
    assert result.cells.loc[0, "upper"] >= 107.5


def test_what_cannot_be_had_is_said() -> None:
    cells = areas(2, 9, always_shown=[False, True])
    result = protect_table(
        pd.concat([cells, cells.assign(area="city", value=11).iloc[1:]]), CITY, minimum_count=3
    )
    assert not result.safe
    assert result.suppression.note != ""
    assert result.cells.set_index("area")["safe"].to_dict() == {"a": False, "b": True, "city": True}


def test_zero_is_hidden_and_open_by_the_smallest_count_where_the_rule_says_so() -> None:
    # The two hidden cells add up to 7, so that each may be anything from 0 to 7: more than the 3 asked for.
    result = protect_table(areas(0, 7, 9), CITY, minimum_count=3, show_zero=False)
    assert result.cells["status"].tolist() == ["primary", "secondary", "shown", "shown"]
    assert result.cells.loc[0, ["lower", "upper"]].tolist() == [0, 7]
    # The 2 of b are fewer than the 3 by which a must stay open.
    assert hidden(protect_table(areas(0, 2, 9, primary=[True, False, False]), CITY, minimum_count=3)) == {
        "a",
        "b",
        "c",
    }


def test_negative_amounts_have_no_lower_bound() -> None:
    cells = areas(-5.0, 8.0, 20.0, primary=[True, False, False])
    result = protect_table(cells, CITY)
    assert np.isneginf(result.cells.loc[0, "lower"])


def test_order_of_rows_does_not_matter() -> None:
    generator = np.random.default_rng(3)
    grid = pd.MultiIndex.from_product([list("abcde"), list("uvwx")], names=["row", "column"]).to_frame(
        index=False
    )
    grid["value"] = generator.negative_binomial(0.8, 0.06, len(grid))
    first = protect_table(grid, {"row": "T", "column": "T"}, minimum_count=3)
    second = protect_table(grid.sample(frac=1, random_state=1), {"row": "T", "column": "T"}, minimum_count=3)
    assert hidden(first) == hidden(second)
    shown = first.published["value"].notna()
    assert (first.published.loc[shown, "value"] == first.cells.loc[shown, "value"]).all()


CIRCLE = {"a": "b", "b": "a"}


@pytest.mark.parametrize(
    ("cells", "dimensions", "options", "told"),
    [
        (areas(1, 2), {"place": "city"}, {}, "Spalte »place«"),
        (areas(1, np.nan), CITY, {}, "Wert in der Spalte"),
        (areas(1, 2), {"area": {"a": "city"}}, {}, "kennt 1 Ausprägungen"),
        (areas(1, 2), {"area": CIRCLE}, {}, "Kreis"),
        (pd.DataFrame({"area": ["a", "b", "city"], "value": [1, 2, 4]}), CITY, {}, "nicht die Summe"),
        (pd.concat([areas(1, 2), areas(1)]), CITY, {}, "mehrfach"),
        (areas(1, 2), CITY, {"dominance": (1, 75)}, "größten Beiträge"),
        (areas(9, 2, x1=[5, 2], x2=[6, 0]), CITY, {"p_percent": 10}, "absteigend"),
        (areas(9, 2, x1=[5, 2]), CITY, {"dominance": (0, 75)}, "n ab 1"),
        (areas(9, 2, x1=[5, 2], x2=[1, 0]), CITY, {"p_percent": 10, "q_percent": 5}, "q über p"),
        (areas(1, 2), CITY, {"cost": "beauty"}, "»cost«"),
    ],
)
def test_what_does_not_fit_is_refused(
    cells: pd.DataFrame, dimensions: dict[str, object], options: dict[str, object], told: str
) -> None:
    with pytest.raises(ParameterError, match=told):
        protect_table(cells, dimensions, **options)


@pytest.mark.parametrize(
    ("records", "told"),
    [
        (pd.DataFrame({"branch": ["a", "all"], "v": [1.0, 2.0]}), "auf einer Summe"),
        (pd.DataFrame({"branch": ["a", "b"], "v": [1.0, -2.0]}), "Betrag ab 0"),
        (pd.DataFrame({"branch": ["a", "b"]}), "fehlen Spalten: v"),
    ],
)
def test_records_that_cannot_be_added_up_are_refused(records: pd.DataFrame, told: str) -> None:
    with pytest.raises(ParameterError, match=told):
        tabulate(records, {"branch": {"a": "all", "b": "all"}}, value="v")


def test_a_published_table_to_which_nothing_fits_is_refused() -> None:
    table = pd.DataFrame({"area": ["a", "b", "c", "city"], "value": [np.nan, np.nan, 9, 5]})
    with pytest.raises(ParameterError, match="keine Tabelle"):
        audit_table(table, CITY)


def test_bounds_known_beforehand_narrow_what_an_outsider_finds() -> None:
    table = pd.DataFrame(
        {"area": ["a", "b", "city"], "value": [np.nan, np.nan, 10], "upper": [4, np.nan, np.nan]}
    )
    bounds = audit_table(table, CITY)
    assert bounds[["lower", "upper"]].to_numpy().tolist() == [[0, 4], [6, 10]]


def test_the_guide_for_use_alone_runs_as_printed(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(checkout)
    guide = checkout / "docs" / "methods" / "geheimhaltung_allein.md"
    failed, tried = doctest.testfile(str(guide), module_relative=False, encoding="utf-8")
    assert (failed, tried > 15) == (0, True)

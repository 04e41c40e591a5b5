"""The gate: what is hidden, and that nothing else can be shown."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sozialanalyse.dataset.schema import Dataset
from sozialanalyse.disclosure.release import (
    ReleasedTable,
    release_population,
    release_values,
    require_released,
)
from sozialanalyse.disclosure.rules import DisclosureRules
from sozialanalyse.errors import DisclosureError, ParameterError
from sozialanalyse.indicators.compute import compute_values

RULES = DisclosureRules(3, 100, 3, True, {})
KINDS = {"share": ("proportion", 100, "higher_is_worse"), "people": ("count", 1, "neutral")}


def release(dataset: Dataset, rules: DisclosureRules = RULES) -> ReleasedTable:
    """Release the values of a dataset."""
    return release_values(
        compute_values(dataset).frame,
        dataset.indicators["kind"],
        rules,
        parents=dataset.areas["parent_id"],
        labels=dataset.indicators,
    )


def released(
    build_dataset, cases: tuple[float, ...], groups: tuple[float, ...], rules: DisclosureRules = RULES
) -> pd.DataFrame:
    """Return the released shares of the four neighbourhoods, indexed by area."""
    quarters = ("A1", "A2", "B1", "B2")
    rows = [(key, "share", 2022, n, d, np.nan) for key, n, d in zip(quarters, cases, groups, strict=True)]
    dataset = build_dataset(rows, share=KINDS["share"])
    table = release(dataset, rules)
    return table.frame.set_index("area_id")


@pytest.mark.parametrize(
    ("numerator", "denominator", "reason"),
    [
        (2, 500, "numerator"),
        (1, 500, "numerator"),
        (3, 500, ""),
        (0, 500, ""),
        (40, 99, "denominator"),
        (40, 100, ""),
        (498, 500, "complement"),
        (499, 500, "complement"),
        (497, 500, ""),
        (500, 500, ""),
    ],
)
def test_each_rule_hides_exactly_from_its_limit(
    build_dataset, numerator: int, denominator: int, reason: str
) -> None:
    frame = released(build_dataset, (numerator, 50, 50, 50), (denominator, 500, 500, 500))
    assert frame.loc["A1", "hidden"] == reason


def test_a_hidden_cell_keeps_no_number(build_dataset) -> None:
    row = released(build_dataset, (2, 50, 50, 50), (500,) * 4).loc["A1"]
    assert row[["value", "lower", "upper", "numerator", "denominator"]].isna().all()
    assert row["sign"] == "."
    # Exact or approximate limits: that depends on the number of cases.
    assert row["method"] == "none"


def test_zero_is_hidden_where_the_rule_says_so(build_dataset) -> None:
    strict = DisclosureRules(3, 100, 3, False, {})
    assert released(build_dataset, (0, 50, 50, 50), (500,) * 4, strict).loc["A1", "hidden"] == "zero"


def test_shown_cells_are_unchanged(build_dataset) -> None:
    assert released(build_dataset, (2, 50, 50, 50), (500,) * 4).loc["B1", "value"] == 10.0


def test_small_counts_of_people_are_hidden() -> None:
    population = pd.DataFrame(
        {"area_id": "A1", "year": 2022, "sex": ["m", "f"], "age_group": "85+", "count": [2, 30]}
    )
    # How many persons of that age there are counts as known: with one sex shown, the other could be had.
    table = release_population(population, RULES, parents=pd.Series({"A1": ""}))
    assert table.frame["count"].isna().tolist() == [True, True]
    assert table.frame["hidden"].tolist() == ["numerator", "linked"]


def test_no_one_else_can_make_a_released_table() -> None:
    with pytest.raises(DisclosureError, match="Geheimhaltungsprüfung"):
        ReleasedTable("values", pd.DataFrame(), seal=object())


def test_a_plain_frame_does_not_pass_the_gate() -> None:
    with pytest.raises(DisclosureError, match="DataFrame"):
        require_released(pd.DataFrame({"value": [1.0]}))


def test_what_is_derived_sees_released_cells_only(build_dataset) -> None:
    dataset = build_dataset([("A1", "share", 2022, 2, 500, np.nan)], share=KINDS["share"])
    table = release(dataset)
    seen: list[pd.DataFrame] = []
    derived = table.derive("check", lambda frame: seen.append(frame) or frame)
    assert seen[0]["value"].isna().all()
    assert isinstance(derived, ReleasedTable)


def test_changing_a_copy_does_not_change_the_table(build_dataset) -> None:
    dataset = build_dataset([("A1", "share", 2022, 50, 500, np.nan)], share=KINDS["share"])
    table = release(dataset)
    copy = table.frame
    copy["value"] = 0.0
    assert table.where(area_id="A1").frame["value"].tolist() == [10.0]


def test_faults_of_the_rules_are_named_all_at_once() -> None:
    with pytest.raises(ParameterError) as caught:
        DisclosureRules.from_mapping({"minimum_numerator": {"value": 3}, "unknown": 1})
    message = str(caught.value)
    for name in ("minimum_denominator", "minimum_complement", "show_zero", "unknown", "minimum_numerator"):
        assert name in message


def test_a_group_that_known_totals_narrow_down_is_marked_as_exposed() -> None:
    # One man and one woman of that age: everybody knows that there are two, so 0, 1 or 2 are left for each.
    population = pd.DataFrame(
        {"area_id": "A1", "year": 2022, "sex": ["m", "f"], "age_group": "85+", "count": [1, 1]}
    )
    table = release_population(population, RULES, parents=pd.Series({"A1": ""}))
    assert table.frame["exposed"].tolist() == [True, True]
    population["count"] = [2, 30]
    table = release_population(population, RULES, parents=pd.Series({"A1": ""}))
    assert table.frame["exposed"].tolist() == [False, False]


def test_a_cell_with_as_much_room_as_the_rule_asks_for_is_not_exposed(build_dataset) -> None:
    frame = released(build_dataset, (2, 50, 50, 50), (500,) * 4)
    assert not frame["exposed"].any()


def test_values_without_any_count_are_released(build_dataset) -> None:
    dataset = build_dataset([("A1", "rent", 2022, np.nan, np.nan, 7.5)], rent=("score", 1, "neutral"))
    assert release(dataset).where(area_id="A1").frame["value"].tolist() == [7.5]


@pytest.mark.parametrize(
    "wanted",
    [
        {"area_id": "b"},
        {"area_id": ["c", "a", "nowhere"]},
        {"level": "area", "indicator_id": ("x",)},
        {"indicator_id": "x", "year": 2022},
        {"area_id": 7},
    ],
)
@pytest.mark.parametrize("kind", ["str", "category"])
def test_rows_looked_up_by_key_are_those_that_a_search_finds(
    build_dataset, wanted: dict[str, object], kind: str
) -> None:
    frame = pd.DataFrame(
        {
            "area_id": list("cabcabz"),
            "level": ["area"] * 6 + ["city"],
            "indicator_id": list("xyxyxyx"),
            "year": [2022, 2022, 2021, 2021, 2022, 2022, 2022],
        }
    ).astype({"area_id": kind, "level": kind, "indicator_id": kind})
    dataset = build_dataset([("A1", "share", 2022, 50, 500, np.nan)], share=KINDS["share"])
    table = release(dataset).derive("keys", lambda _: frame)
    chosen = pd.Series(data=True, index=frame.index)
    for column, value in wanted.items():
        chosen &= frame[column].isin(list(value) if isinstance(value, list | tuple) else [value])
    pd.testing.assert_frame_equal(table.where(**wanted).frame, frame[chosen])
    # Among rows that were chosen before, and when the places are known.
    table.prepare()
    part = table.where(year=[2021, 2022]).where(**wanted)
    pd.testing.assert_frame_equal(part.frame, frame[chosen])

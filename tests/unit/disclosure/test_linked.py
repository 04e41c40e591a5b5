"""Rows that hang together: shared numbers, delivered totals, stricter rules for an indicator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sozialanalyse.dataset.schema import Dataset
from sozialanalyse.disclosure.release import release_values
from sozialanalyse.disclosure.rules import DisclosureRules, RuleSource
from sozialanalyse.errors import ParameterError
from sozialanalyse.indicators.compute import compute_values

RULES = DisclosureRules(3, 100, 3, True, {})
SHARE = ("proportion", 100, "higher_is_worse")
Maker = Callable[..., Dataset]


def hidden(dataset: Dataset, rules: DisclosureRules = RULES) -> pd.Series[str]:
    """Return why each cell is hidden, by indicator and area."""
    table = release_values(
        compute_values(dataset).frame,
        dataset.indicators["kind"],
        rules,
        parents=dataset.areas["parent_id"],
        labels=dataset.indicators,
    )
    return table.frame.astype({"indicator_id": str, "area_id": str}).set_index(["indicator_id", "area_id"])[
        "hidden"
    ]


def shares(**cases: tuple[int, ...]) -> list[tuple[object, ...]]:
    """Return observations of the four neighbourhoods, 500 persons each."""
    return [
        (area, key, 2022, n, 500, np.nan)
        for key, numbers in cases.items()
        for area, n in zip(("A1", "A2", "B1", "B2"), numbers, strict=True)
    ]


def test_a_second_cell_of_the_same_district_is_hidden_and_totals_stay(build_dataset: Maker) -> None:
    found = hidden(build_dataset(shares(share=(2, 50, 60, 70)), share=SHARE))["share"]
    assert found.to_dict() == {
        "S": "",
        "A": "",
        "B": "",
        "A1": "numerator",
        "A2": "linked",
        "B1": "",
        "B2": "",
    }


def test_without_a_small_cell_nothing_is_hidden(build_dataset: Maker) -> None:
    assert (hidden(build_dataset(shares(share=(5, 50, 60, 70)), share=SHARE)) == "").all()


def test_two_indicators_that_count_the_same_people_are_hidden_together(build_dataset: Maker) -> None:
    rows = shares(one=(2, 50, 60, 70))
    rows += [(area, "two", year, n, 900, value) for area, _, year, n, _, value in shares(two=(2, 50, 60, 70))]
    found = hidden(build_dataset(rows, one=SHARE, two=SHARE))
    pd.testing.assert_series_equal(found["one"] != "", found["two"] != "", check_names=False)


@pytest.mark.parametrize("order", [("one", "two"), ("two", "one")])
def test_a_number_hidden_in_one_row_is_hidden_in_all_whichever_comes_last(
    build_dataset: Maker, order: tuple[str, str]
) -> None:
    # 40 of 90 breaks the rule for the reference group, 40 of 900 breaks none: they are the same 40 people.
    groups = {"one": 90, "two": 900}
    cases = zip(("A1", "A2", "B1", "B2"), (40, 50, 60, 70), strict=True)
    rows = [
        (area, key, 2022, n, groups[key] if area == "A1" else 800, np.nan)
        for area, n in cases
        for key in order
    ]
    dataset = build_dataset(rows, **dict.fromkeys(order, SHARE))
    dataset = replace(dataset, indicators=dataset.indicators.assign(numerator_label="Fälle"))
    found = hidden(dataset)
    assert found["one", "A1"] == "denominator"
    assert found["two", "A1"] == "linked"


def test_a_delivered_total_above_its_parts_gives_no_way_around(build_dataset: Maker) -> None:
    # 112 in the district, 52 in its quarters: who knows that 60 have no address subtracts them.
    rows = [*shares(share=(2, 50, 60, 70)), ("A", "share", 2022, 112, 1100, np.nan)]
    found = hidden(build_dataset(rows, share=SHARE))["share"]
    assert found["A2"] == "linked" or found["A"] == "linked"


def test_a_quarter_without_number_is_not_had_from_the_delivered_total(build_dataset: Maker) -> None:
    # 52 delivered for the district, 50 in its only quarter with a number: the other one has 2.
    rows = [row for row in shares(share=(2, 50, 60, 70)) if row[0] != "A1"]
    found = hidden(build_dataset([*rows, ("A", "share", 2022, 52, 1000, np.nan)], share=SHARE))["share"]
    assert "linked" in (found["A"], found["A2"])


def test_the_only_case_of_a_quarter_does_not_learn_of_the_two_in_the_next(build_dataset: Maker) -> None:
    # 1 and 2 add up to 3, so that for others each may be 0 to 3; but the one person in A1 knows both numbers.
    found = hidden(build_dataset(shares(share=(1, 2, 60, 70)), share=SHARE))["share"]
    assert "linked" in (found["A"], found["B"], found["S"])
    # Nobody is alone here.
    found = hidden(build_dataset(shares(share=(2, 2, 60, 70)), share=SHARE))["share"]
    assert (found[["A", "B", "S"]] == "").all()


def test_the_only_one_who_is_no_case_attacks_as_well(build_dataset: Maker) -> None:
    # 499 and 498 of 500 leave 3 who are no case; the one in A1 knows of the two in A2.
    found = hidden(build_dataset(shares(share=(499, 498, 60, 70)), share=SHARE))["share"]
    assert "linked" in (found["A"], found["B"], found["S"])
    found = hidden(build_dataset(shares(share=(498, 498, 60, 70)), share=SHARE))["share"]
    assert (found[["A", "B", "S"]] == "").all()


def test_cases_are_hidden_everywhere_if_their_row_is_hidden_for_its_reference_group(
    build_dataset: Maker,
) -> None:
    # The 2 jobless of A1 need the 50 of A2 hidden; so the 10 of these 50 are hidden, whatever row tells them.
    jobless, people, long = (2, 50, 60, 70), (500, 510, 520, 530), (0, 10, 20, 30)
    quarters = ("A1", "A2", "B1", "B2")
    rows = [(area, "all", 2022, n, d, np.nan) for area, n, d in zip(quarters, jobless, people, strict=True)]
    rows += [(area, "part", 2022, n, d, np.nan) for area, n, d in zip(quarters, long, jobless, strict=True)]
    rows += [(area, "count", 2022, np.nan, np.nan, n) for area, n in zip(quarters, long, strict=True)]
    dataset = build_dataset(rows, all=SHARE, part=SHARE, count=("count", 1, "neutral"))
    labels = dataset.indicators.assign(
        label=["x", "y", "lange"],
        numerator_label=["arbeitslos", "lange", ""],
        denominator_label=["Menschen", "arbeitslos", ""],
    )
    found = hidden(
        replace(dataset, indicators=labels), replace(RULES, minimum_denominator=1, minimum_complement=1)
    )
    assert (found["all", "A1"], found["all", "A2"]) == ("numerator", "linked")
    assert found["part", "A2"] == found["count", "A2"] == "linked"


def test_a_stricter_rule_holds_for_its_indicator_only(build_dataset: Maker) -> None:
    rules = replace(RULES, stricter={"one": {"minimum_numerator": 10}})
    found = hidden(
        build_dataset(shares(one=(9, 50, 60, 70), two=(9, 51, 61, 71)), one=SHARE, two=SHARE), rules
    )
    assert found["one", "A1"] == "numerator"
    assert (found["two"] == "").all()


def test_a_rule_for_an_unknown_indicator_is_refused(build_dataset: Maker) -> None:
    rules = replace(RULES, stricter={"unbekannt": {"minimum_numerator": 10}})
    with pytest.raises(ParameterError, match="unbekannt"):
        hidden(build_dataset(shares(one=(9, 50, 60, 70)), one=SHARE), rules)


@pytest.mark.parametrize(
    ("name", "general", "own"), [("minimum_numerator", 3, 2), ("show_zero", False, True)]
)
def test_a_rule_for_an_indicator_may_not_be_looser(name: str, general: int, own: int) -> None:
    origin = {"name": "n", "unit": "u", "valid_from": "2019-01-01", "source": "s"}
    mapping = {
        "minimum_numerator": {"value": 3, **origin},
        "minimum_denominator": {"value": 100, **origin},
        "minimum_complement": {"value": 3, **origin},
        "show_zero": {"value": True, **origin},
    }
    mapping[name] = {"value": general, **origin}
    with pytest.raises(ParameterError, match="lockerer"):
        DisclosureRules.from_mapping({**mapping, "indicators": {"one": {name: {"value": own, **origin}}}})
    kept = DisclosureRules.from_mapping(
        {**mapping, "indicators": {"one": {name: {"value": general, **origin}}}}
    )
    assert kept.stricter_sources["one"][name] == RuleSource("n", "u", "2019-01-01", "s")


def test_cases_that_equal_their_reference_group_everywhere_are_not_limited_by_themselves() -> None:
    # Every jobless person is long-term jobless; in district A nobody is jobless, in B 568 and 1 are.
    parents = pd.Series({"S": "", "A": "S", "B": "S", "A1": "A", "A2": "A", "B1": "B", "B2": "B"})
    adults = {"S": 2144, "A": 1148, "B": 996, "A1": 88, "A2": 1060, "B1": 607, "B2": 389}
    jobless = {"S": 569, "A": 0, "B": 569, "A1": 0, "A2": 0, "B1": 568, "B2": 1}
    rows = [
        (area, key, 2022, np.nan, float(jobless[area]), float(group[area]))
        for key, group in (("all", adults), ("part", jobless))
        for area in parents.index
    ]
    columns = ["area_id", "indicator_id", "year", "value", "numerator", "denominator"]
    frame = pd.DataFrame(rows, columns=columns).assign(lower=np.nan, upper=np.nan, method="wilson", sign="")
    labels = pd.DataFrame(
        {"numerator_label": ["jobless", "long"], "denominator_label": ["adults", "jobless"]},
        index=["all", "part"],
    ).assign(label=["x", "y"])
    kinds = pd.Series("proportion", index=["all", "part"])
    frame = release_values(frame, kinds, RULES, parents=parents, labels=labels).frame
    shown = frame[(frame["indicator_id"] == "all") & (frame["hidden"] == "")]["area_id"]
    # City and B together would give the 0 of A, and with it those of its neighbourhoods.
    assert not {"S", "B"} <= set(shown)


def deaths(
    build_dataset: Maker, yearly: dict[str, dict[int, int]], pooled: dict[str, dict[int, int]]
) -> Dataset:
    """Return a city with deaths by year and deaths of three years, both of 5,000 persons."""
    rows = [
        (area, key, year, n, 5000, np.nan)
        for key, told in (("yearly", yearly), ("pooled", pooled))
        for area, numbers in told.items()
        for year, n in numbers.items()
    ]
    rate = ("rate", 1000, "higher_is_worse")
    dataset = build_dataset(rows, yearly=rate, pooled=rate)
    labels = {"numerator_label": "Sterbefälle", "window": [1, 3]}
    return replace(dataset, indicators=dataset.indicators.assign(**labels))


def test_a_year_is_not_had_from_the_sum_of_three_and_the_other_two(build_dataset: Maker) -> None:
    # 2021 has 2 deaths. The sum of 2020 to 2022 is 14, and 5 and 7 of the years around are told: 14 − 12.
    yearly = {area: {2020: 5, 2021: 9, 2022: 7} for area in ("A1", "A2", "B1", "B2")}
    yearly["A1"] = {2020: 5, 2021: 2, 2022: 7}
    pooled = {area: {2022: sum(numbers.values())} for area, numbers in yearly.items()}
    dataset = deaths(build_dataset, yearly, pooled)
    table = release_values(
        compute_values(dataset).frame,
        dataset.indicators["kind"],
        RULES,
        parents=dataset.areas["parent_id"],
        labels=dataset.indicators,
    ).frame
    hidden = table[(table["area_id"] == "A1") & (table["hidden"] != "")]
    assert len(hidden) > 1
    assert hidden[hidden["hidden"] == "numerator"][["indicator_id", "year"]].to_numpy().tolist() == [
        ["yearly", 2021]
    ]


def test_sums_of_years_that_do_not_fit_their_years_say_nothing(build_dataset: Maker) -> None:
    # The sum was corrected afterwards: 30 instead of 14. Nothing follows for 2021.
    yearly = {area: {2020: 5, 2021: 9, 2022: 7} for area in ("A1", "A2", "B1", "B2")}
    yearly["A1"] = {2020: 5, 2021: 2, 2022: 7}
    pooled = {area: {2022: 30} for area in yearly}
    found = hidden(deaths(build_dataset, yearly, pooled))
    assert (found["pooled"] == "").all()


def test_overlapping_sums_of_years_leave_room_for_the_hidden_one(build_dataset: Maker) -> None:
    # Sums 2018–20 to 2022–24 of an area: 4, 4, 2, 4, 4; only sums are told. The hidden one is 2020–22.
    numbers = dict(zip(range(2020, 2025), (4, 4, 2, 4, 4), strict=True))
    pooled = {area: dict.fromkeys(numbers, 40) for area in ("A2", "B1", "B2")} | {"A1": numbers}
    dataset = deaths(build_dataset, {}, pooled)
    found = hidden(replace(dataset, indicators=dataset.indicators.loc[["pooled"]]))
    assert (found["pooled", "A1"] == "numerator").sum() == 1


def test_a_share_stays_open_by_the_larger_of_the_smallest_count_and_the_smallest_rest(
    build_dataset: Maker,
) -> None:
    # 4 of 500 may be shown, unless at least 3 cases and 20 others are asked for: 2 and 4 leave 0 to 6 for A1,
    # which is 6 wide; 20 are needed, so that more than A2 is hidden.
    rows = shares(share=(2, 4, 60, 70))
    few = hidden(build_dataset(rows, share=SHARE))["share"]
    assert (few[["A", "B", "S"]] == "").all()
    many = hidden(build_dataset(rows, share=SHARE), replace(RULES, minimum_complement=20))["share"]
    assert "linked" in (many["A"], many["B"], many["S"])


def test_a_reference_group_of_two_persons_does_not_follow_from_another_indicator(
    build_dataset: Maker,
) -> None:
    # Two people live in A1. The second indicator tells nothing of A1, but of the 502 in A and the 500 in A2.
    rows = [("A1", "one", 2022, 1, 2, np.nan), *shares(one=(0, 50, 60, 70))[1:]]
    rows += [row for row in shares(two=(0, 41, 61, 71)) if row[0] != "A1"]
    rate = ("rate", 1000, "higher_is_worse")
    dataset = build_dataset([*rows, ("A", "two", 2022, 47, 502, np.nan)], one=SHARE, two=rate)
    dataset = replace(dataset, indicators=dataset.indicators.assign(denominator_label="Menschen"))
    found = hidden(dataset)
    assert found["one", "A1"] == "denominator"
    assert "linked" in (found["two", "A"], found["two", "A2"])

"""Rounding and the cell-key method as rules: every number is changed once, and no small one follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from sozialanalyse.dataset.schema import Dataset
from sozialanalyse.disclosure.release import release_values
from sozialanalyse.disclosure.rules import DisclosureRules
from sozialanalyse.errors import ParameterError
from sozialanalyse.indicators.compute import compute_values
from sozialanalyse.indicators.rates import wilson_interval

SUPPRESSION = DisclosureRules(3, 100, 3, True, {})
ROUNDING = replace(SUPPRESSION, method="rounding", rounding_base=5)
CELL_KEY = replace(SUPPRESSION, method="cell_key", cell_key_maximum=4, cell_key_seed="geheim")
SHARE = ("proportion", 100, "higher_is_worse")
CASES = {"A1": (2, 507), "A2": (48, 498), "B1": (63, 303), "B2": (43, 60)}


@pytest.fixture
def dataset(build_dataset: Callable[..., Dataset]) -> Dataset:
    """Return a city with one small number, one small reference group, and a count of the same persons."""
    rows = [(area, "share", 2022, n, d, np.nan) for area, (n, d) in CASES.items()]
    rows += [(area, "people", 2022, np.nan, np.nan, d) for area, (_, d) in CASES.items()]
    return build_dataset(rows, share=SHARE, people=("count", 1, "neutral"))


def released(dataset: Dataset, rules: DisclosureRules) -> pd.DataFrame:
    """Return the released table by indicator and area."""
    table = release_values(
        compute_values(dataset).frame,
        dataset.indicators["kind"],
        rules,
        parents=dataset.areas["parent_id"],
        labels=dataset.indicators,
    )
    return table.frame.astype({"indicator_id": str, "area_id": str}).set_index(["indicator_id", "area_id"])


def test_rounding_shows_multiples_and_computes_shares_and_intervals_from_them(dataset: Dataset) -> None:
    frame = released(dataset, ROUNDING)
    # 48 of 498 becomes 50 of 500.
    row = frame.loc[("share", "A2")]
    assert (row["numerator"], row["denominator"], row["value"]) == (50.0, 500.0, 10.0)
    interval = wilson_interval(50, 500)
    assert (row["lower"], row["upper"]) == pytest.approx((interval.lower * 100, interval.upper * 100))
    numbers = frame[["numerator", "denominator"]].to_numpy()
    assert (numbers[np.isfinite(numbers)] % 5 == 0).all()


def test_totals_are_rounded_themselves_and_not_added_up_from_rounded_parts(
    build_dataset: Callable[..., Dataset],
) -> None:
    # District B: 63 + 43 = 106 → 105, while the rounded parts are 65 + 45 = 110.
    rows = [
        (area, "share", 2022, n, 500, np.nan) for area, n in (("A1", 20), ("A2", 30), ("B1", 63), ("B2", 43))
    ]
    frame = released(build_dataset(rows, share=SHARE), ROUNDING)
    assert frame.loc["share"]["numerator"].loc[["B1", "B2", "B", "S"]].tolist() == [65.0, 45.0, 105.0, 155.0]


@pytest.mark.parametrize("rules", [ROUNDING, CELL_KEY], ids=["rounding", "cell key"])
def test_the_same_people_get_the_same_number_in_every_row(dataset: Dataset, rules: DisclosureRules) -> None:
    frame = released(dataset, rules)
    shown = frame.loc["share"]["denominator"].dropna()
    pd.testing.assert_series_equal(frame.loc["people"]["value"][shown.index], shown, check_names=False)
    pd.testing.assert_frame_equal(frame, released(dataset, rules))


@pytest.mark.parametrize("rules", [ROUNDING, CELL_KEY], ids=["rounding", "cell key"])
def test_small_numbers_are_shown_as_something_else_and_small_groups_not_at_all(
    dataset: Dataset, rules: DisclosureRules
) -> None:
    frame = released(dataset, rules)
    assert frame.loc[("share", "A1"), "numerator"] not in (1.0, 2.0)
    assert frame.loc[("share", "B2"), "hidden"] == "denominator"
    assert np.isnan(frame.loc[("share", "B2"), "value"])


def test_the_cell_key_changes_by_at_most_its_maximum_and_shows_no_small_number(dataset: Dataset) -> None:
    frame = released(dataset, CELL_KEY)
    true = compute_values(dataset).frame.set_index(["indicator_id", "area_id"])
    for column in ("numerator", "denominator"):
        off = (frame[column] - true[column].reindex(frame.index)).abs().dropna()
        assert (off <= 4).all()
        assert not frame[column].isin([1.0, 2.0]).any()
    other = released(dataset, replace(CELL_KEY, cell_key_seed="anders"))
    assert not frame["numerator"].equals(other["numerator"])


def test_a_share_never_exceeds_100_per_cent(build_dataset: Callable[..., Dataset]) -> None:
    numbers = {"A1": 101, "A2": 202, "B1": 303, "B2": 404}
    rows = [(area, "share", 2022, n, n, np.nan) for area, n in numbers.items()]
    dataset = build_dataset(rows, share=SHARE)
    for seed in "abcdefgh":
        assert (released(dataset, replace(CELL_KEY, cell_key_seed=seed))["value"].dropna() <= 100).all()


def test_rounded_numbers_that_still_give_small_ones_away_are_hidden(
    build_dataset: Callable[..., Dataset],
) -> None:
    # The quarters of district A are shown as 0, that is 0 to 2; the district, 4, as 5, that is 3 to 7. So
    # each quarter has at least 1: two values are left where three are asked for.
    rows = [
        (area, "share", 2022, n, 500, np.nan) for area, n in (("A1", 2), ("A2", 2), ("B1", 60), ("B2", 70))
    ]
    frame = released(build_dataset(rows, share=SHARE), ROUNDING)
    hidden = frame.loc["share"]["hidden"]
    assert hidden["A"] == "linked" or (hidden["A1"] == "linked" and hidden["A2"] == "linked")
    assert hidden["B1"] == ""


ORIGIN = {"name": "n", "unit": "u", "valid_from": "2019-01-01", "source": "s"}
GENERAL: dict[str, Any] = {
    "minimum_numerator": {"value": 3, **ORIGIN},
    "minimum_denominator": {"value": 100, **ORIGIN},
    "minimum_complement": {"value": 3, **ORIGIN},
    "show_zero": {"value": True, **ORIGIN},
}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"method": "zaubern"}, "suppression, rounding, cell_key"),
        ({"method": "rounding", "rounding_base": 4}, "rounding_base"),
        ({"method": "cell_key", "cell_key_seed": ""}, "cell_key_seed"),
        ({"method": "cell_key", "cell_key_seed": "neunzehn Zeichen 19"}, "cell_key_seed"),
        ({"cell_key_maximum": 2}, "cell_key_maximum"),
    ],
)
def test_rules_of_the_method_that_do_not_protect_are_refused(wrong: dict[str, Any], told: str) -> None:
    mapping = GENERAL | {name: {"value": value, **ORIGIN} for name, value in wrong.items()}
    with pytest.raises(ParameterError, match=told):
        DisclosureRules.from_mapping(mapping)


def test_only_rules_of_the_method_are_told_and_the_seed_never(checkout: Path) -> None:
    content = yaml.safe_load((checkout / "parameters/rules/disclosure.yaml").read_text(encoding="utf-8"))
    content["cell_key_seed"]["value"] = "geheim, zwanzig Zeichen"
    told = {}
    for method in ("suppression", "rounding", "cell_key"):
        content["method"]["value"] = method
        rules = DisclosureRules.from_mapping(content)
        told[method] = set(rules.told) - set(GENERAL)
        assert "geheim" not in repr(rules)
    assert told == {
        "suppression": {"method"},
        "rounding": {"method", "rounding_base"},
        "cell_key": {"method", "cell_key_maximum"},
    }

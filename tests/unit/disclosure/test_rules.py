"""Rules for sums of amounts: read from the file, refused where faulty, given to tables, not told on pages."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from sozialanalyse.disclosure.rules import DisclosureRules
from sozialanalyse.errors import ParameterError
from sozialanalyse.parameters import read_disclosure_rules


@pytest.fixture
def content(checkout: Path) -> dict[str, Any]:
    """Return the rules file."""
    text = (checkout / "parameters/rules/disclosure.yaml").read_text(encoding="utf-8")
    return deepcopy(yaml.safe_load(text))


def with_value(content: dict[str, Any], name: str, value: object) -> dict[str, Any]:
    return {**content, name: {**content[name], "value": value}}


def test_rules_on_contributions_are_read_with_their_origin(content: dict[str, Any]) -> None:
    rules = DisclosureRules.from_mapping(with_value(content, "dominance", {"n": 2, "k": 85}))
    assert (rules.dominance, rules.p_percent, rules.q_percent) == ((2, 85.0), 10, 100)
    assert rules.sources["dominance"].valid_from == "2026-01-01"
    assert rules.table_options(amounts=True) == {
        "minimum_count": 3,
        "show_zero": True,
        "dominance": (2, 85.0),
        "p_percent": 10,
        "q_percent": 100,
    }


def test_an_empty_value_switches_a_rule_off(content: dict[str, Any]) -> None:
    rules = DisclosureRules.from_mapping(with_value(content, "p_percent", None))
    assert (rules.p_percent, rules.dominance) == (None, None)
    assert not {"p_percent", "dominance"} & set(rules.sources)


def test_tables_of_counts_take_no_rule_on_contributions(content: dict[str, Any]) -> None:
    options = DisclosureRules.from_mapping(content).table_options()
    assert (options["dominance"], options["p_percent"]) == (None, None)


def test_stricter_rules_of_an_indicator_reach_its_tables(content: dict[str, Any]) -> None:
    own = {"minimum_numerator": {**content["minimum_numerator"], "value": 5}}
    own |= {"show_zero": {**content["show_zero"], "value": False}}
    rules = DisclosureRules.from_mapping({**content, "indicators": {"debts": own}})
    strict, general = rules.table_options("debts"), rules.table_options("rent")
    assert (strict["minimum_count"], strict["show_zero"]) == (5, False)
    assert (general["minimum_count"], general["show_zero"]) == (3, True)


def test_pages_tell_no_rule_that_they_cannot_apply(checkout: Path) -> None:
    rules = read_disclosure_rules(checkout / "parameters")
    assert set(rules.told) == {
        "minimum_numerator",
        "minimum_denominator",
        "minimum_complement",
        "show_zero",
        "method",
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("dominance", {"n": 0, "k": 85}),
        ("dominance", {"n": 2, "k": 100}),
        ("dominance", {"n": 2}),
        ("dominance", [2, 85]),
        ("p_percent", 0),
        ("p_percent", 100),
        ("p_percent", True),
        ("q_percent", 10),
        ("q_percent", "viel"),
    ],
)
def test_faulty_rules_on_contributions_are_refused(content: dict[str, Any], name: str, value: object) -> None:
    with pytest.raises(ParameterError, match=f"»{name}«"):
        DisclosureRules.from_mapping(with_value(content, name, value))


def test_a_rule_on_contributions_needs_its_origin(content: dict[str, Any]) -> None:
    content["p_percent"].pop("source")
    with pytest.raises(ParameterError, match="»p_percent« braucht genau"):
        DisclosureRules.from_mapping(content)

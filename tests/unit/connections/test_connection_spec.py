"""The record of choices names every fault at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sozialanalyse.connections.spec import RULES, ConnectionSpec
from sozialanalyse.errors import ParameterError


def test_every_attribute_has_a_rule_and_every_rule_an_attribute() -> None:
    assert set(RULES) == set(ConnectionSpec.__dataclass_fields__)


def test_lists_of_a_yaml_file_become_tuples() -> None:
    spec = ConnectionSpec.from_mapping(
        {"covariates": ["share_over_64"], "shared_sources": [["a", "b"], ["c", "d", "e"]]}
    )
    assert spec.covariates == ("share_over_64",)
    assert spec.shared_sources == (("a", "b"), ("c", "d", "e"))


def test_all_faults_are_named_in_one_message() -> None:
    given = {"method": "kendall", "permutations": 1.5, "bootstrap": True, "smallest": 0.3, "alpha": "5 %"}
    with pytest.raises(ParameterError) as caught:
        ConnectionSpec.from_mapping(given)
    message = str(caught.value)
    assert message.startswith("Die Regeln für Zusammenhänge haben 5 Fehler:")
    for name in given:
        assert f"»{name}«" in message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("weighting", "area"),
        ("confidence", 1.0),
        ("alpha", 0.0),
        ("correction", "bonferroni"),
        ("permutations", -1),
        ("seed", -1),
        ("covariates", ("a", "a")),
        ("covariates", "share_over_64"),
        ("neighbours", "rook"),
        ("nearest", 0),
        ("spatial_models", "ja"),
        ("alternatives", ("methods",)),
        ("alternatives", [["method"]]),
        ("smallest_effect", 0.0),
        ("agreement", 0.4),
        ("minimum_areas", 4),
        ("minimum_effective", 3.9),
        ("minimum_groups", 3),
        ("shared_sources", (("alone",),)),
        ("told_pairs", (("a", "b", "c"),)),
        ("told_pairs", ("ab",)),
    ],
)
def test_each_value_out_of_range_is_refused(name: str, value: object) -> None:
    with pytest.raises(ParameterError, match=f"»{name}«"):
        ConnectionSpec.from_mapping({name: value})


def test_a_variant_is_checked_like_the_original() -> None:
    with pytest.raises(ParameterError, match="1 Fehler"):
        replace(ConnectionSpec(), confidence=95)

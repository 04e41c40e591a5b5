"""Pairs made from the same numbers are marked."""

from __future__ import annotations

import pytest

from sozialanalyse.connections.construction import CAVEATS, shared_construction


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("SGB II", "Personen"), ("SGB II", "Haushalte"), ("shared_numerator",)),
        (("Kinder im SGB II", "SGB II"), ("SGB II", "Personen"), ("nested",)),
        (("SGB II", "Personen"), ("Arbeitslose", "Personen"), ("shared_denominator",)),
        (("SGB II", "Personen"), ("SGB II", "Personen"), ("shared_numerator", "shared_denominator")),
        (("", ""), ("", ""), None),
        (("SGB II", ""), ("Arbeitslose", ""), None),
    ],
)
def test_labels_show_what_two_indicators_share(
    first: tuple[str, str], second: tuple[str, str], expected: tuple[str, ...] | None
) -> None:
    found = shared_construction(["b", "a"], [first[0], second[0]], [first[1], second[1]], [])
    assert found.get(("a", "b")) == expected
    for mark in expected or ():
        assert CAVEATS[mark].endswith(".")


def test_declared_groups_mark_every_pair_in_them_and_may_name_absent_indicators() -> None:
    found = shared_construction(["x", "y", "z"], [""] * 3, [""] * 3, [("z", "x", "elsewhere")])
    assert found == {("x", "z"): ("declared",)}

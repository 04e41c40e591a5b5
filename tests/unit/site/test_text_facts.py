"""Names of areas and indicators in texts: thousands are found as fast as a few, long ones first."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from sozialanalyse.site.text_facts import _any_of

LETTERS = "ab-.( "
NAMES = st.sets(st.text(LETTERS, min_size=1, max_size=5).map(lambda name: " ".join(name.split())), max_size=8)


@given(names=NAMES.map(lambda names: names - {""}), text=st.text(LETTERS, max_size=60))
def test_names_are_found_as_if_each_were_tried_from_the_longest_on(names: set[str], text: str) -> None:
    ordered = sorted(names, key=len, reverse=True)
    each = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in ordered)
    one_by_one = re.compile(rf"(?<![\w-])(?:{each or '(?!)'})(?![\w-])")
    found = [match.span() for match in re.finditer(_any_of(names), text)]
    assert found == [match.span() for match in one_by_one.finditer(text)]


def test_a_name_within_a_longer_one_and_spaces_of_any_kind() -> None:
    pattern = re.compile(_any_of(["Holten", "Holten/Barmingholten", "Schwarze Heide"]))
    text = "Holten, Holten/Barmingholten und Schwarze\u00a0Heide, nicht Holtener"
    assert pattern.findall(text) == ["Holten", "Holten/Barmingholten", "Schwarze\u00a0Heide"]

"""Cells, equations and the ways to build them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sozialanalyse.disclosure.builder import SystemBuilder, link
from sozialanalyse.disclosure.hierarchy import from_hierarchy
from sozialanalyse.errors import ParameterError

SECRET = 73519


def rows_by_key(system):
    """Equations as sets of (key, coefficient), free of the order of rows and columns."""
    dense = system.equations.toarray()
    return {frozenset((system.keys[column], row[column]) for column in np.flatnonzero(row)) for row in dense}


def test_ragged_hierarchy_adds_up_the_nearest_finer_cells():
    # land = north + south; north = n1 + n2; south has no finer areas.
    table = pd.DataFrame({"area": ["n1", "n2", "north", "south", "land"], "value": [1, 2, 3, 4, 7]})
    parents = {"n1": "north", "n2": "north", "north": "land", "south": "land"}
    assert rows_by_key(from_hierarchy(table, {"area": parents})) == {
        frozenset({(("n1",), 1), (("n2",), 1), (("north",), -1)}),
        frozenset({(("north",), 1), (("south",), 1), (("land",), -1)}),
    }


def test_missing_intermediate_total_is_skipped_because_readers_skip_it_too():
    table = pd.DataFrame({"area": ["n1", "n2", "south", "land"], "value": [1, 2, 4, 7]})
    parents = {"n1": "north", "n2": "north", "north": "land", "south": "land"}
    assert rows_by_key(from_hierarchy(table, {"area": parents})) == {
        frozenset({(("n1",), 1), (("n2",), 1), (("south",), 1), (("land",), -1)})
    }


def test_missing_top_total_leaves_no_equation():
    table = pd.DataFrame({"area": ["a", "b"], "value": [1, 2]})
    system = from_hierarchy(table, {"area": {"a": "city", "b": "city"}})
    assert system.equations.shape == (0, 2)


def test_part_that_is_not_delivered_becomes_a_hidden_rest():
    table = pd.DataFrame({"area": ["a", "city"], "value": [3, 10]})
    system = from_hierarchy(table, {"area": {"a": "city", "b": "city"}})
    rest = system.keys.index(("Rest", "area", ("city",)))
    assert (system.equations[:, [rest]].toarray() != 0).any()
    assert np.take(system.values, rest) == 7
    assert system.primary[rest]
    assert not system.protected[rest]


def test_crossed_dimensions_give_one_equation_per_line_and_separate_tables():
    cells = [
        (year, area, part, value)
        for year in (2020, 2021)
        for area, parts in {"a": (1, 9, 10), "b": (2, 18, 20), "city": (3, 27, 30)}.items()
        for part, value in zip(("num", "rest", "den"), parts, strict=True)
    ]
    table = pd.DataFrame(cells, columns=["year", "area", "part", "value"])
    hierarchies = {"area": {"a": "city", "b": "city"}, "part": {"num": "den", "rest": "den"}}
    system = from_hierarchy(table, hierarchies, by=["year"])
    # Per year: three sums over areas (num, rest, den) and three over parts (a, b, city).
    assert system.equations.shape == (12, 18)
    for row in rows_by_key(system):
        assert len({key[0] for key, _ in row}) == 1


def test_hierarchy_with_a_cycle_is_refused():
    table = pd.DataFrame({"area": ["a", "b", "c"], "value": [1, 1, 1]})
    with pytest.raises(ParameterError, match="Kreis"):
        from_hierarchy(table, {"area": {"a": "b", "b": "a"}})


def test_hierarchy_without_its_columns_or_keys_is_refused():
    with pytest.raises(ParameterError, match="area"):
        from_hierarchy(pd.DataFrame({"value": [1]}), {"area": {}})
    with pytest.raises(ParameterError, match="Schlüssel"):
        from_hierarchy(pd.DataFrame({"area": [None], "value": [1]}), {"area": {}})


def test_linked_tables_share_cells_and_take_the_careful_reading():
    first, second = SystemBuilder(), SystemBuilder()
    first.add_cells(["a", "b", "city"], [1, 2, 3], primary=[True, False, False], upper_level=1.0)
    first.add_total("city", ["a", "b"])
    second.add_cells(["city", "x", "y"], [3, 0, 3], upper=[5.0, np.inf, np.inf])
    second.add_total("city", ["x", "y"])
    joined = link([first.build(), second.build()])
    assert joined.keys == ("a", "b", "city", "x", "y")
    assert joined.equations.shape == (2, 5)
    assert joined.primary.tolist() == [True, False, False, False, False]
    assert joined.upper[2] == 5.0
    assert joined.upper_level[0] == 1.0


def test_linked_tables_that_contradict_each_other_are_refused_without_naming_the_value():
    first, second = SystemBuilder(), SystemBuilder()
    first.add_cells(["a"], [SECRET])
    second.add_cells(["a"], [SECRET + 1])
    with pytest.raises(ParameterError, match="derselben Zelle") as caught:
        link([first.build(), second.build()])
    assert str(SECRET) not in str(caught.value)


def test_separately_rounded_tables_fit_with_a_known_rounding_error():
    builder = SystemBuilder()
    builder.add_cells(["a", "b", "city"], [10, 10, 25])
    builder.add_total("city", ["a", "b"], rounding=7.5)
    system = builder.build()
    assert system.size == 4
    assert np.take(system.values, -1) == 5.0
    assert not system.whole[-1]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"upper": 10.0}, "Schranken"),
        ({"whole": True, "values": [SECRET + 0.5]}, "ganzzahlig"),
        ({"weights": -1.0}, "Gewicht"),
        ({"primary": True, "always_shown": True}, "zugleich"),
        ({"lower_level": -1.0}, "Schutzniveau"),
        ({"values": [np.nan]}, "Wert"),
        ({"values": [SECRET, SECRET]}, "genau eine Angabe"),
    ],
)
def test_cell_that_contradicts_itself_is_refused_without_naming_its_value(change, rule):
    def build():
        builder = SystemBuilder()
        builder.add_cells(["a"], **({"values": [SECRET]} | change))
        return builder.build()

    with pytest.raises(ParameterError, match=rule) as caught:
        build()
    assert str(SECRET) not in str(caught.value)


def test_total_that_is_not_the_sum_is_refused_without_naming_the_values():
    builder = SystemBuilder()
    builder.add_cells(["a", "city"], [SECRET, SECRET + 1])
    builder.add_total("city", ["a"])
    with pytest.raises(ParameterError, match="gehen nicht auf") as caught:
        builder.build()
    assert str(SECRET) not in str(caught.value)


def test_unknown_and_repeated_keys_are_refused():
    builder = SystemBuilder()
    builder.add_cells(["a", "city"], [1, 1])
    with pytest.raises(ParameterError, match="unbekannt"):
        builder.add_total("city", ["b"])
    with pytest.raises(ParameterError, match="doppelt"):
        builder.add_total("city", ["a", "a"])
    with pytest.raises(ParameterError, match="mehrfach"):
        builder.add_cells(["a"], [1])
    with pytest.raises(ParameterError, match="unbekannt"):
        builder.build().positions(["c"])


def test_free_equation_is_kept_as_given():
    builder = SystemBuilder()
    builder.add_cells(["x", "y"], [4, 3])
    builder.add_equation({"x": 2.0, "y": -1.0}, 5.0)
    system = builder.build()
    assert system.equations.toarray().tolist() == [[2.0, -1.0]]
    assert system.constants.tolist() == [5.0]

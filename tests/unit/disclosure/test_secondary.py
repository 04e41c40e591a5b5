"""Secondary suppression: safe, cheap, honest about what it could not do, and blind to the order of rows."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from sozialanalyse.disclosure import secondary
from sozialanalyse.disclosure.attack import attack
from sozialanalyse.disclosure.builder import SystemBuilder, link
from sozialanalyse.disclosure.hierarchy import from_hierarchy
from sozialanalyse.disclosure.secondary import suppress
from sozialanalyse.errors import ParameterError

METHODS = ("auto", "optimal", "heuristic")


def one_sum(values, **options):
    """Parts ``a, b, …`` and their total ``sum``."""
    parts = [chr(ord("a") + place) for place in range(len(values))]
    builder = SystemBuilder()
    builder.add_cells([*parts, "sum"], [*values, sum(values)], **options)
    builder.add_total("sum", parts)
    return builder.build()


def crossed(inner, **options):
    """A table with all its marginal totals; keys are index tuples, totals have the index past the end."""
    full = np.asarray(inner)
    shape = full.shape
    for axis in range(len(shape)):
        full = np.concatenate([full, full.sum(axis=axis, keepdims=True)], axis=axis)
    keys = list(np.ndindex(*full.shape))
    values = full.ravel()
    builder = SystemBuilder()
    builder.add_cells(keys, values, **{name: given(values) for name, given in options.items()})
    for axis, size in enumerate(shape):
        for key in keys:
            if key[axis] == size:
                builder.add_total(key, [(*key[:axis], part, *key[axis + 1 :]) for part in range(size)])
    return builder.build()


def small(values):
    return (values > 0) & (values < 3)


def hidden_keys(system, result):
    return {system.keys[position] for position in np.flatnonzero(result.hidden)}


@pytest.mark.parametrize("method", METHODS)
def test_cheapest_sufficient_partner_is_hidden(method):
    # a must be able to rise by 2: the zero cannot give way, the 1 can by 1 only, the 4 can.
    system = one_sum([2, 0, 1, 4, 9], primary=[True] + [False] * 5, upper_level=2.0)
    result = suppress(system, method=method)
    assert hidden_keys(system, result) == {"a", "d"}
    assert result.loss == 6
    assert result.secondary.tolist() == [False, False, False, True, False, False]


@pytest.mark.parametrize("method", METHODS)
def test_nothing_is_added_where_primary_cells_protect_each_other(method):
    system = one_sum([2, 2, 9], primary=[True, True, False, False])
    result = suppress(system, method=method)
    assert hidden_keys(system, result) == {"a", "b"}
    assert (result.method, result.optimal, result.gap, result.note) == ("none", True, 0.0, "")


@pytest.mark.parametrize("method", METHODS)
def test_single_contributor_makes_a_third_cell_necessary(method):
    # The person behind b = 1 would know a; with c hidden as well nobody can tell a and c apart.
    options = {"primary": [True, True, False, False, False], "contributor": [-1, 0, -1, -1, -1]}
    system = one_sum([2, 1, 5, 9], **options)
    assert hidden_keys(system, suppress(system, method=method)) == {"a", "b", "c"}
    options["contributor"] = -1
    without = one_sum([2, 1, 5, 9], **options)
    assert hidden_keys(without, suppress(without, method=method)) == {"a", "b"}


@pytest.mark.parametrize("method", METHODS)
def test_complement_goes_with_the_numerator_and_so_does_a_second_area(method):
    cells = {"a": (2, 198), "b": (9, 191), "c": (30, 170), "city": (41, 559)}
    rows = [
        (area, part, value, part == "den")
        for area, (num, rest) in cells.items()
        for part, value in (("num", num), ("rest", rest), ("den", num + rest))
    ]
    table = pd.DataFrame(rows, columns=["area", "part", "value", "always_shown"])
    table["primary"] = (table["area"] == "a") & (table["part"] == "num")
    hierarchies = {"area": dict.fromkeys("abc", "city"), "part": {"num": "den", "rest": "den"}}
    system = from_hierarchy(table, hierarchies)
    # Hiding b or c costs the same, 9 + 191 = 30 + 170; the key decides for b.
    expected = {("a", "num"), ("a", "rest"), ("b", "num"), ("b", "rest")}
    assert hidden_keys(system, suppress(system, method=method)) == expected


@pytest.mark.parametrize("method", METHODS)
def test_cells_that_are_always_shown_stay_shown(method):
    system = one_sum([2, 3, 9], primary=[True, False, False, False], always_shown=[False, True, False, True])
    result = suppress(system, method=method)
    assert hidden_keys(system, result) == {"a", "c"}
    assert not result.unattainable.any()


@pytest.mark.parametrize("method", METHODS)
def test_unattainable_protection_is_reported_not_hushed_up(method):
    # All other cells are always shown: a = 14 − 12 for everybody.
    system = one_sum([2, 3, 9], primary=[True, False, False, False], always_shown=[False, True, True, True])
    result = suppress(system, method=method)
    assert result.unattainable.tolist() == [True, False, False, False]
    assert "immer gezeigten" in result.note


@pytest.mark.parametrize("method", METHODS)
def test_protection_that_can_be_had_in_part_is_had_as_far_as_possible(method):
    # The total 6 is always shown: a = 2 can rise by 4 at most, though 10 are asked for; b and c go both.
    options = {"primary": [True, False, False, False], "always_shown": [False, False, False, True]}
    system = one_sum([2, 1, 3], upper_level=10.0, **options)
    result = suppress(system, method=method)
    assert hidden_keys(system, result) == {"a", "b", "c"}
    assert attack(system, result.hidden).upper.tolist() == [6]
    assert result.unattainable.tolist() == [True, False, False, False]


def test_sliding_level_may_be_met_on_either_side():
    # a = 2 with 3 wide: b = 0 cannot give way, but can take both over (2 down), c = 1 gives 1 up.
    system = one_sum([2, 0, 1, 50], primary=[True] + [False] * 4, sliding_level=3.0)
    result = suppress(system, method="optimal")
    found = attack(system, result.hidden)
    assert found.upper[0] - found.lower[0] >= 3
    assert hidden_keys(system, result) == {"a", "c"}


def test_two_hidden_cells_per_line_do_not_protect_but_the_result_does():
    # Two cells hidden in each of rows 0, 1 and columns 0, 1: x10 + x11 = 9, x00 + x10 = 5. As x11 ≤ 4 is
    # known beforehand, x10 ≥ 5, so x10 = 5 and x00 = 0 exactly.
    upper = np.full((4, 4), np.inf)
    upper[1, 1] = 4
    system = crossed([[0, 5, 20], [5, 4, 30], [7, 8, 9]], upper=lambda _: upper.ravel())
    hidden = np.isin(np.arange(16), system.positions([(0, 0), (0, 1), (1, 0), (1, 1)]))
    assert attack(system, hidden, cells=system.positions([(1, 0)])).exact.tolist() == [True]
    primary = crossed(
        [[0, 5, 20], [5, 4, 30], [7, 8, 9]],
        upper=lambda _: upper.ravel(),
        primary=lambda _: hidden,
        sliding_level=lambda values: np.where(values == 5, 2.0, 0.0),
    )
    result = suppress(primary)
    assert result.secondary.any()
    assert not attack(primary, result.hidden).breached.any()


@pytest.mark.parametrize("seed", [0, 1, 2, 4])
def test_optimum_is_that_of_trying_all_sets(seed):
    rng = np.random.default_rng(seed)
    inner = rng.choice([0, 1, 2, 3, 6, 11], (2, 3))
    system = crossed(
        inner,
        primary=small,
        lower_level=np.ones_like,
        upper_level=lambda values: np.full(values.shape, 2.0),
        contributor=lambda values: np.where(values == 1, np.cumsum(values == 1), -1),
    )
    result = suppress(system, method="optimal")
    assert result.optimal
    assert not result.unattainable.any()
    free = np.flatnonzero(~system.primary)
    weights = system.weights
    for count in range(len(free) + 1):
        for chosen in combinations(free.tolist(), count):
            if weights[list(chosen)].sum() < weights[result.secondary].sum() - 1e-9:
                hidden = system.primary.copy()
                hidden[list(chosen)] = True
                assert attack(system, hidden).breached.any()
    assert not attack(system, result.hidden).breached.any()


@pytest.mark.parametrize("method", METHODS)
def test_linked_tables_are_protected_together(method):
    # The shared total is hidden in the first table for lack of partners; the second must not give it away.
    first, second = SystemBuilder(), SystemBuilder()
    first.add_cells(["a", "b", "n"], [2, 0, 2], primary=[True, False, False], upper_level=2.0)
    first.add_total("n", ["a", "b"])
    second.add_cells(["n", "s", "land"], [2, 70, 72], always_shown=[False, False, True])
    second.add_total("land", ["n", "s"])
    system = link([first.build(), second.build()])
    result = suppress(system, method=method)
    assert hidden_keys(system, result) == {"a", "n", "s"}


@pytest.mark.parametrize("method", ["optimal", "heuristic"])
def test_order_of_rows_does_not_matter(method):
    rng = np.random.default_rng(5)
    system = crossed(rng.choice([0, 1, 2, 4, 4, 4], (3, 4)), primary=small)
    result = suppress(system, method=method)
    order = rng.permutation(system.size)
    again = suppress(system.take(order), method=method)
    assert (again.hidden == result.hidden[order]).all()


def test_search_that_is_broken_off_keeps_the_safe_result_and_says_so():
    rng = np.random.default_rng(1)
    system = crossed(rng.choice([0, 1, 2, 8, 20], (4, 4)), primary=small, upper_level=lambda v: v * 0 + 3.0)
    result = suppress(system, method="optimal", time_limit=1e-9)
    assert not result.optimal
    assert (result.method, 0 < result.gap < 1) == ("heuristic", True)
    assert "ist nur für 0 von 1 Teiltabellen belegt" in result.note
    assert (result.hidden == suppress(system, method="heuristic").hidden).all()


def test_auto_takes_the_heuristic_where_the_table_is_large(monkeypatch):
    system = one_sum([2, 0, 1, 4, 9], primary=[True] + [False] * 5, upper_level=2.0)
    monkeypatch.setattr(secondary, "AUTO_CELLS_PER_PART", 3)
    result = suppress(system)
    assert (result.method, result.note) == ("heuristic", "")


def test_cell_that_everybody_knows_beforehand_is_reported():
    builder = SystemBuilder()
    builder.add_cells(["a"], [0], primary=True, upper=0.0)
    result = suppress(builder.build())
    assert result.unattainable.tolist() == [True]


def test_hidden_cells_without_protection_level_need_no_partner():
    system = one_sum([2, 3, 9], primary=[True, False, False, False], sliding_level=0.0)
    assert suppress(system).hidden.tolist() == [True, False, False, False]


def test_options_outside_the_list_are_refused():
    system = one_sum([2, 3])
    with pytest.raises(ParameterError, match="Erlaubt: auto, optimal, heuristic"):
        suppress(system, method="hypercube")
    with pytest.raises(ParameterError, match="time_limit"):
        suppress(system, time_limit=0)


@pytest.mark.parametrize("method", METHODS)
def test_total_without_upper_end_still_gets_its_room_downward(method):
    # sum = p + rest with rest = 0 hidden: sum may be anything above 1, but not 0 unless p = 1 is hidden too.
    builder = SystemBuilder()
    builder.add_cells(["sum", "rest"], [1, 0], primary=True, lower_level=[1, 0], sliding_level=[3, 0])
    builder.add_cells(["p"], [1])
    builder.add_total("sum", ["p", "rest"])
    system = builder.build()
    result = suppress(system, method=method)
    assert hidden_keys(system, result) == {"sum", "rest", "p"}
    assert attack(system, result.hidden).lower.tolist() == [0]

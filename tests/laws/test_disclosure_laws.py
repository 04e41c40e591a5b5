"""Laws of secondary suppression and its alternatives on random hierarchical tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from sozialanalyse.disclosure.alternatives import (
    measure_bias,
    perturb,
    perturbation_table,
    round_randomly,
    round_to_base,
)
from sozialanalyse.disclosure.attack import attack
from sozialanalyse.disclosure.hierarchy import from_hierarchy
from sozialanalyse.disclosure.secondary import suppress

SLOW = settings(max_examples=12, deadline=None)
FAST = settings(max_examples=40, deadline=None)

RAGGED = {
    "n1": "nord",
    "n2": "nord",
    "n3": "nord",
    "nord": "stadt",
    "s1": "süd",
    "süd": "stadt",
    "ost": "stadt",
}
AREAS = ["n1", "n2", "n3", "s1", "ost"]
SEXES = {"m": "alle", "w": "alle"}
AGES = {"jung": "jedes", "alt": "jedes"}


def with_totals(table, column, parents):
    """Add the rows of all coarser nodes along one dimension."""
    others = [name for name in table.columns if name not in (column, "value")]
    levels, current = [table], table
    while len(current := current[current[column].isin(list(parents))]):
        current = current.assign(**{column: current[column].map(parents)})
        levels.append(current)
    return pd.concat(levels).groupby([*others, column], as_index=False)["value"].sum()


@st.composite
def systems(draw):
    """A ragged breakdown by area, alone or crossed with sex and age; many zeros, ones and twos."""
    hierarchies = {"area": RAGGED, "sex": SEXES, "age": AGES}
    dimensions = draw(st.sampled_from([("area",), ("area", "sex"), ("sex", "age"), ("sex", "area", "age")]))
    hierarchies = {name: hierarchies[name] for name in dimensions}
    finest = {"area": AREAS, "sex": ["m", "w"], "age": ["jung", "alt"]}
    grid = pd.MultiIndex.from_product([finest[name] for name in dimensions], names=dimensions).to_frame(
        index=False
    )
    count = st.sampled_from([0, 0, 1, 1, 2, 3, 5, 8, 40])
    grid["value"] = draw(st.lists(count, min_size=len(grid), max_size=len(grid)))
    for name in dimensions:
        grid = with_totals(grid, name, hierarchies[name])
    if "area" in dimensions:
        dropped = draw(st.sampled_from(["", "nord", "süd", "stadt"]))
        grid = grid[grid["area"] != dropped].reset_index(drop=True)
    single = grid["value"] == 1
    grid["primary"] = grid["value"].between(1, 2)
    grid["contributor"] = np.where(single & draw(st.booleans()), np.cumsum(single), -1)
    grid["lower_level"] = draw(st.sampled_from([0.0, 1.0]))
    grid["upper_level"] = draw(st.sampled_from([0.0, 1.0, 2.0]))
    grid["sliding_level"] = draw(st.sampled_from([1.0, 3.0]))
    return from_hierarchy(grid, hierarchies)


@SLOW
@given(systems(), st.sampled_from(["optimal", "heuristic"]))
def test_attack_never_gets_inside_the_protection_interval(system, method):
    result = suppress(system, method=method, time_limit=20)
    found = attack(system, result.hidden)
    breached = np.zeros(system.size, dtype=bool)
    breached[found.cells[found.breached]] = True
    assert (breached <= result.unattainable).all()
    assert (found.insider_lower <= np.asarray(system.values)[found.cells]).all()
    assert (found.insider_upper >= np.asarray(system.values)[found.cells]).all()


@SLOW
@given(systems())
def test_what_is_reported_as_unattainable_stays_so_if_everything_is_hidden(system):
    result = suppress(system, method="heuristic")
    everything = attack(system, np.ones(system.size, dtype=bool))
    never = np.zeros(system.size, dtype=bool)
    never[everything.cells[everything.breached]] = True
    assert (result.unattainable == never).all()


@SLOW
@given(systems(), st.integers(0, 999))
def test_protection_is_the_same_whatever_the_order_of_rows(system, seed):
    order = np.random.default_rng(seed).permutation(system.size)
    result = suppress(system, method="heuristic")
    again = suppress(system.take(order), method="heuristic")
    assert (again.hidden == result.hidden[order]).all()
    assert again.loss == result.loss


@SLOW
@given(systems())
def test_optimum_never_loses_more_than_the_heuristic_and_not_less_than_its_bound(system):
    fast = suppress(system, method="heuristic")
    best = suppress(system, method="optimal", time_limit=20)
    assert best.loss <= fast.loss + 1e-9
    assert best.bound <= best.loss + 1e-9
    assert (best.hidden >= best.primary).all()


@SLOW
@given(systems(), st.data())
def test_hiding_more_never_helps_an_outsider(system, data):
    masks = st.lists(st.booleans(), min_size=system.size, max_size=system.size)
    few = system.primary | np.array(data.draw(masks))
    more = few | np.array(data.draw(masks))
    narrow = attack(system, few, cells=np.flatnonzero(few), insiders=False)
    wide = attack(system, more, cells=np.flatnonzero(few), insiders=False)
    assert (wide.lower <= narrow.lower).all()
    assert (wide.upper >= narrow.upper).all()


counts = st.lists(st.integers(0, 60), min_size=1, max_size=30)


@FAST
@given(counts, st.sampled_from([5, 10]), st.text(min_size=1, max_size=5))
def test_rounding_stays_within_its_base_and_is_repeatable(values, base, seed):
    keys = list(range(len(values)))
    fixed, chance = round_to_base(values, base), round_randomly(values, keys, seed, base=base)
    assert (fixed % base == 0).all()
    assert (chance % base == 0).all()
    assert measure_bias(values, fixed).largest <= base / 2
    assert measure_bias(values, chance).largest < base
    assert (round_randomly(values, keys, seed, base=base) == chance).all()
    assert (round_to_base(fixed, base) == fixed).all()


@FAST
@given(counts, st.text(min_size=1, max_size=5), st.integers(1, 3))
def test_cell_key_method_keeps_zeros_and_its_limits(values, seed, smallest):
    table = perturbation_table(maximum=4, variance=2.0, smallest_shown=smallest)
    keys = list(range(len(values)))
    changed = perturb(values, keys, seed, table)
    assert (changed[np.array(values) == 0] == 0).all()
    assert ((changed == 0) | (changed >= smallest)).all()
    assert measure_bias(values, changed).largest <= 4
    assert (perturb(values[::-1], keys[::-1], seed, table) == changed[::-1]).all()

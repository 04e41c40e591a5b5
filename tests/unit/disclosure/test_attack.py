"""What a reader can derive of hidden cells; every interval is worked out by hand beside the test."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from sozialanalyse.disclosure.attack import attack
from sozialanalyse.disclosure.builder import SystemBuilder
from sozialanalyse.errors import DisclosureError, ParameterError


def hide(system, keys):
    return np.isin(np.arange(system.size), system.positions(keys))


def one_sum(values, **options):
    """Parts ``a, b, …`` and their total ``sum``."""
    parts = [chr(ord("a") + place) for place in range(len(values))]
    builder = SystemBuilder()
    builder.add_cells([*parts, "sum"], [*values, sum(values)], **options)
    builder.add_total("sum", parts)
    return builder.build()


def interval(system, hidden_keys, key, **options):
    hidden = hide(system, hidden_keys)
    found = attack(system, hidden, cells=system.positions([key]), **options)
    return found.lower[0], found.upper[0]


def test_single_hidden_part_of_a_sum_is_fully_known():
    system = one_sum([4, 5, 6])
    assert interval(system, ["a"], "a") == (4, 4)


def test_two_hidden_parts_share_what_the_shown_ones_leave():
    # 15 − 6 = 9 for a and b together, each between 0 and 9.
    system = one_sum([4, 5, 6])
    assert interval(system, ["a", "b"], "a") == (0, 9)


def test_hidden_total_without_any_other_sum_has_no_upper_end():
    # a can be anything; the total then follows.
    system = one_sum([4, 5, 6])
    assert interval(system, ["a", "sum"], "a") == (0, np.inf)
    assert interval(system, ["a", "sum"], "sum") == (11, np.inf)


def test_bounds_known_beforehand_narrow_the_others_too():
    # a ≤ 5 is known, so b = 9 − a is at least 4.
    system = one_sum([4, 5, 6], upper=[5, np.inf, np.inf, np.inf])
    assert interval(system, ["a", "b"], "b") == (4, 9)


def test_whole_numbers_are_rounded_inward():
    # 2 a + b = 7 with b ≥ 0: a ≤ 3.5, for counts a ≤ 3; b between 0 and 7.
    builder = SystemBuilder()
    builder.add_cells(["a", "b"], [2, 3], whole=True)
    builder.add_equation({"a": 2.0, "b": 1.0}, 7.0)
    assert interval(builder.build(), ["a", "b"], "a") == (0, 3)
    builder = SystemBuilder()
    builder.add_cells(["a", "b"], [2, 3], whole=False)
    builder.add_equation({"a": 2.0, "b": 1.0}, 7.0)
    assert interval(builder.build(), ["a", "b"], "a") == (0, 3.5)


def test_rounding_known_to_readers_widens_the_interval():
    # Total 25 is off by at most 7.5, b = 10 is shown: a between 7.5 and 22.5, for counts 8 and 22.
    builder = SystemBuilder()
    builder.add_cells(["a", "b", "sum"], [10, 10, 25])
    builder.add_total("sum", ["a", "b"], rounding=7.5)
    system = builder.build()
    hidden = system.primary | hide(system, ["a"])
    found = attack(system, hidden, cells=system.positions(["a"]))
    assert (found.lower[0], found.upper[0]) == (8, 22)


def test_complement_tied_by_a_shown_denominator_gives_the_numerator_away():
    builder = SystemBuilder()
    builder.add_cells(["num", "rest", "den"], [2, 98, 100])
    builder.add_total("den", ["num", "rest"])
    system = builder.build()
    assert interval(system, ["num", "rest"], "num") == (0, 100)
    assert interval(system, ["num"], "num") == (2, 2)


def test_contributor_to_one_cell_works_out_the_other():
    # 1 + 4 + shown 6 = 11: the person behind the 1 knows the 4; readers know only that both add up to 5.
    system = one_sum([1, 4, 6], primary=[True, True, False, False], contributor=[0, -1, -1, -1])
    found = attack(system, hide(system, ["a", "b"]))
    assert found.upper.tolist() == [5, 5]
    assert found.insider_lower.tolist() == [0, 4]
    assert found.insider_upper.tolist() == [5, 4]
    assert found.exact.tolist() == [False, True]
    assert found.breached.tolist() == [False, True]
    alone = attack(system, hide(system, ["a", "b"]), insiders=False)
    assert alone.breached.tolist() == [False, False]


def test_contributor_uses_all_cells_that_count_him_or_her():
    # The same person is the 1 in a and in z: for that person b = 5 − 1, and x + y = 1.
    builder = SystemBuilder()
    builder.add_cells(["a", "b", "sum"], [1, 4, 5], contributor=[7, -1, -1])
    builder.add_cells(["x", "y", "z"], [0, 1, 1], contributor=[-1, -1, 7], upper=2.0)
    builder.add_total("sum", ["a", "b"])
    builder.add_total("z", ["x", "y"])
    system = builder.build()
    found = attack(system, hide(system, ["a", "b", "x", "y", "z"]), cells=system.positions(["b", "x"]))
    assert found.upper.tolist() == [5, 2]
    assert found.insider_lower.tolist() == [4, 0]
    assert found.insider_upper.tolist() == [4, 1]


def test_breach_is_judged_by_each_protection_level():
    # a lies between 0 and 9, the truth is 4: 4 down, 5 up, 9 wide.
    for levels, breached in (
        ({"lower_level": 4, "upper_level": 5, "sliding_level": 9}, False),
        ({"upper_level": 6, "sliding_level": 0}, True),
        ({"sliding_level": 10}, True),
    ):
        system = one_sum([4, 5, 6], primary=[True, False, False, False], **levels)
        assert attack(system, hide(system, ["a", "b"])).breached.tolist() == [breached]


def test_level_beyond_what_everybody_knows_beforehand_is_not_asked_for():
    # Nobody needs a table to know that a count is not negative: down from 1 there is only 0.
    system = one_sum([1, 5, 6], primary=[True, False, False, False], lower_level=3)
    assert attack(system, hide(system, ["a", "b"])).breached.tolist() == [False]


def test_of_whole_numbers_a_broken_level_asks_for_the_next_whole_step():
    # a can move up by the 1 of b only: 1.5 asks for 2, which is not there; 1 would be.
    options = {"primary": [True, True, False], "sliding_level": 0.0}
    system = one_sum([4, 1], upper_level=[1.5, 0.0, 0.0], **options)
    assert attack(system, hide(system, ["a", "b"])).breached.tolist() == [True]
    system = one_sum([4, 1], upper_level=[1.0, 0.0, 0.0], **options)
    assert attack(system, hide(system, ["a", "b"])).breached.tolist() == [False]


def test_bounds_known_beforehand_are_rounded_inward_for_whole_numbers():
    # Everybody knows that b and c are at least 1.5 each, so 2: of 8 no more than 4 are left for a, not 5.
    system = one_sum([4, 2, 2], lower=[0, 1.5, 1.5, 0])
    assert interval(system, ["a", "b", "c"], "a") == (0, 4)
    # At most 1.5 each, so 1: of 6 at least 4 are a.
    system = one_sum([4, 1, 1], upper=[9, 1.5, 1.5, 9])
    assert interval(system, ["a", "b", "c"], "a") == (4, 6)


def test_shown_primary_cell_is_refused():
    system = one_sum([1, 5, 6], primary=[True, False, False, False])
    with pytest.raises(DisclosureError, match="1 würden gezeigt"):
        attack(system, hide(system, ["b"]))


def test_only_hidden_cells_can_be_attacked():
    system = one_sum([1, 5, 6])
    with pytest.raises(ParameterError, match="verborgene Zellen"):
        attack(system, hide(system, ["b"]), cells=[0])


def plain_interval(system, hidden, cell):
    """The attack as the textbook writes it: two programmes over all cells, shown ones fixed."""
    lower = np.where(hidden, system.lower, system.values)
    upper = np.where(hidden, system.upper, system.values)
    ends = []
    for sign in (1, -1):
        cost = np.zeros(system.size)
        cost[cell] = sign
        result = linprog(
            cost,
            A_eq=system.equations.toarray(),
            b_eq=system.constants,
            bounds=np.stack([lower, upper], axis=1),
        )
        ends.append(sign * np.inf * -1 if result.status == 3 else sign * result.fun)
    return ends


@pytest.mark.parametrize("seed", range(12))
def test_blocks_ties_and_propagation_agree_with_the_plain_linear_programme(seed):
    # Tolerance 1e-6: the solver's own feasibility tolerance is 1e-7 on numbers below 1000.
    rng = np.random.default_rng(seed)
    shape = [(6,), (3, 4), (2, 3, 2)][seed % 3]
    full = rng.choice([0, 1, 2, 7, 30], shape)
    for axis in range(len(shape)):
        full = np.concatenate([full, full.sum(axis=axis, keepdims=True)], axis=axis)
    keys = list(np.ndindex(*full.shape))
    upper = np.where(rng.random(full.size) < 0.2, full.ravel() + rng.integers(0, 5, full.size), np.inf)
    builder = SystemBuilder()
    builder.add_cells(keys, full.ravel(), upper=upper, whole=False)
    for axis, size in enumerate(shape):
        for key in keys:
            if key[axis] == size:
                builder.add_total(key, [(*key[:axis], part, *key[axis + 1 :]) for part in range(size)])
    system = builder.build()
    hidden = rng.random(system.size) < 0.55
    cells = np.flatnonzero(hidden)
    found = attack(system, hidden, cells=cells)
    expected = np.array([plain_interval(system, hidden, cell) for cell in cells])
    np.testing.assert_allclose(found.lower, expected[:, 0], atol=1e-6)
    np.testing.assert_allclose(found.upper, expected[:, 1], atol=1e-6)

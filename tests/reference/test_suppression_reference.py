"""Published examples of secondary suppression and of its attack.

Sources
-------
[FS] Fischetti, M. & Salazar, J. J. (2001). Solving the cell suppression problem on tabular data with linear
     constraints. Management Science 47(7), 1008–1027: investment by activity and region, taken from
     Willenborg, L. & de Waal, T. (1996). Statistical disclosure control in practice. Springer.
[ST] sdcTable 0.33 (R), package tests ``test-simpleheuristic.R`` and ``test-protectTable.r``: counts by two
     variables w–z and a–d, and four regions with one, two, one and no person.
"""

from __future__ import annotations

import numpy as np
import pytest

from sozialanalyse.disclosure.attack import attack
from sozialanalyse.disclosure.builder import SystemBuilder
from sozialanalyse.disclosure.secondary import suppress


def two_way(rows, columns, inner, **options):
    """A table with totals ``("T", …)`` and ``(…, "T")``; options are functions of the list of keys."""
    inner = np.asarray(inner)
    full = np.vstack([inner, inner.sum(axis=0)])
    full = np.hstack([full, full.sum(axis=1, keepdims=True)])
    keys = [(row, column) for row in [*rows, "T"] for column in [*columns, "T"]]
    builder = SystemBuilder()
    builder.add_cells(keys, full.ravel(), **options)
    for row in [*rows, "T"]:
        builder.add_total((row, "T"), [(row, column) for column in columns])
    for column in [*columns, "T"]:
        builder.add_total(("T", column), [(row, column) for row in rows])
    return builder.build()


def mask(system, keys):
    return np.isin(np.arange(system.size), system.positions(keys))


@pytest.fixture
def investment():
    """[FS] with activity II in region C sensitive; the levels 5 down and 8 up are this test's own."""
    activities, regions = ["I", "II", "III"], ["A", "B", "C"]
    keys = [(row, column) for row in [*activities, "T"] for column in [*regions, "T"]]
    return two_way(
        activities,
        regions,
        [[20, 50, 10], [8, 19, 22], [17, 32, 12]],
        primary=[key == ("II", "C") for key in keys],
        lower_level=5.0,
        upper_level=8.0,
        sliding_level=0.0,
        whole=False,
    )


INVESTMENT_HIDDEN = [("II", "A"), ("II", "C"), ("III", "A"), ("III", "C")]


def test_totals_are_those_of_the_published_table(investment):
    printed = [20, 50, 10, 80, 8, 19, 22, 49, 17, 32, 12, 61, 45, 101, 44, 190]
    assert np.asarray(investment.values).tolist() == printed


def test_attack_on_the_published_pattern_gives_5_to_30(investment):
    # Row II leaves 49 − 19 = 30 for A and C, column A leaves 45 − 20 = 25 for II and III: C is 30 at most and
    # 30 − 25 = 5 at least; row III (29) and column C (34) do not narrow that.
    found = attack(investment, mask(investment, INVESTMENT_HIDDEN))
    assert (found.lower[0], found.upper[0]) == pytest.approx((5, 30))
    assert not found.breached[0]


@pytest.mark.parametrize("method", ["optimal", "heuristic"])
def test_published_pattern_is_found_and_is_the_cheapest(investment, method):
    # Pattern printed in [FS]. The rectangle II/III × A/C costs 8 + 22 + 17 + 12 = 59, the other ones
    # through (II, C): I/II × A/C 60, I/II × B/C 101, II/III × B/C 85, with totals more still.
    result = suppress(investment, method=method)
    assert (result.hidden == mask(investment, INVESTMENT_HIDDEN)).all()
    assert result.loss == 59


def counts(extra):
    rows, columns = list("wxyz"), list("abcd")
    inner = [[30, 47, 64, 89], [90, 124, 5, 31], [92, 100, 59, 85], [800, 991, 651, 685]]
    hidden = {*map(tuple, ("wa", "wb", "wc", "xa", "xc", "yb", "yd", "zb", "zd")), *extra}
    keys = [(row, column) for row in [*rows, "T"] for column in [*columns, "T"]]
    return two_way(rows, columns, inner, primary=[key in hidden for key in keys])


def test_two_hidden_cells_in_every_line_are_broken_by_the_attack():
    # [ST]: rows w and x leave 236 for their hidden cells, columns a and c 189 for theirs; the difference 47
    # is exactly the cell (w, b), though no line has fewer than two hidden cells.
    system = counts([])
    lines = np.abs(system.equations) @ system.primary
    assert set(lines[lines > 0].astype(int)) == {2, 3}
    found = attack(system, system.primary, cells=system.positions([("w", "b")]))
    assert (found.lower[0], found.upper[0]) == (47, 47)
    assert found.breached[0]


def test_one_more_hidden_cell_makes_it_safe_with_the_published_interval():
    # [ST] hides one more cell and then finds 0 to 141 for (w, b) when that is (x, b).
    system = counts([("x", "b")])
    found = attack(system, system.primary, cells=system.positions([("w", "b")]))
    assert (found.lower[0], found.upper[0]) == (0, 141)


@pytest.mark.parametrize("method", ["optimal", "heuristic"])
def test_broken_table_is_repaired_with_one_more_cell(method):
    result = suppress(counts([]), method=method)
    assert result.secondary.sum() == 1
    assert not attack(counts([]), result.hidden).breached.any()


@pytest.mark.parametrize(("singletons", "added"), [(False, 0), (True, 1)])
def test_two_single_persons_protect_each_other_only_from_outsiders(singletons, added):
    # [ST]: regions a = 1, b = 2, c = 1, d = 0 with a and c hidden; one more with single persons heeded.
    builder = SystemBuilder()
    builder.add_cells(
        ["a", "b", "c", "d", "tot"],
        [1, 2, 1, 0, 4],
        primary=[True, False, True, False, False],
        contributor=[0, -1, 1, -1, -1] if singletons else -1,
    )
    builder.add_total("tot", ["a", "b", "c", "d"])
    assert suppress(builder.build(), method="optimal").secondary.sum() == added

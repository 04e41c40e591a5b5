"""Published examples of tabular protection, put in as somebody would who has only the printed page.

Sources
-------
[HB] Hundepool, A. et al. Handbook on Statistical Disclosure Control, 2nd edition (online), chapter 4,
     examples 1, 2, 3 and 4 and the table of upper protection levels. Example 3 is that of Geurts, J. (1992).
     Heuristics for cell suppression in tables. Statistics Netherlands.
[FS] Fischetti, M. & Salazar, J. J. (2001). Solving the cell suppression problem on tabular data with linear
     constraints. Management Science 47(7), 1008–1027: investment by activity and region.
[ST] sdcTable 0.33 (R), package test ``test-simpleheuristic.R``: counts by two variables w–z and a–d.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from sozialanalyse.disclosure.published import audit_table
from sozialanalyse.disclosure.sensitivity import dominance, prior_posterior
from sozialanalyse.disclosure.tables import ProtectedTable, protect_table
from sozialanalyse.disclosure.tabulate import tabulate


def long(rows: str, columns: str, cells: list[list[float]]) -> pd.DataFrame:
    """A printed table, line by line, as one row per cell; the last row and column are totals ``T``."""
    table = pd.DataFrame(cells, index=rows.split(), columns=columns.split())
    return table.rename_axis("row").reset_index().melt("row", var_name="column")


BOTH = {"row": "T", "column": "T"}


def found(table: pd.DataFrame, row: str, column: str) -> tuple[float, float]:
    line = table.set_index(["row", "column"]).loc[(row, column)]
    return line["lower"], line["upper"]


def pattern(result: ProtectedTable, status: str) -> set[str]:
    cells = result.cells[result.cells["status"] == status]
    return set(cells["row"] + cells["column"])


def test_feasibility_interval_of_geurts() -> None:
    # [HB] example 3 prints 3 to 6 for the first cell; row 1 leaves 1 to 4 for the second, row 2 the rest.
    hidden = np.nan
    table = long("1 2 3 T", "1 2 T", [[hidden, hidden, 7], [hidden, hidden, 3], [3, 3, 6], [9, 7, 16]])
    bounds = audit_table(table, BOTH)
    assert found(bounds, "1", "1") == (3, 6)
    assert found(bounds, "1", "2") == (1, 4)
    assert found(bounds, "2", "1") == (0, 3)
    assert found(bounds, "2", "2") == (0, 3)


def test_safe_by_dominance_of_one_but_estimated_to_within_two_per_cent() -> None:
    # [HB] example 1: 50,000 and 49,000 of 100,000; the second estimates 51,000, off by 2 per cent.
    assert not dominance([100_000], [[50_000, 49_000]], n=1, k=90).unsafe[0]
    assert prior_posterior([100_000], [[50_000, 49_000]], p=2.1).unsafe[0]
    assert not prior_posterior([100_000], [[50_000, 49_000]], p=2).unsafe[0]


def test_dominance_of_two_protects_more_than_the_p_per_cent_rule_that_goes_with_it() -> None:
    # [HB] example 2: 52,000 and 50,000 of 110,000, p = 10 and k = 100 · 100 / 110.
    assert not prior_posterior([110_000], [[52_000, 50_000]], p=10).unsafe[0]
    assert dominance([110_000], [[52_000, 50_000]], n=2, k=10_000 / 110).unsafe[0]


def test_room_that_a_dominated_cell_needs() -> None:
    # [HB] example 4: 330 = 300 + 20 + 10 must stay thinkable up to 100 / 85 · 300 = 352.94.
    verdict = dominance([330], [[300, 20, 10]], n=1, k=85)
    assert 330 + verdict.level[0] == pytest.approx(352.94, abs=0.005)


def test_prior_knowledge_scales_the_p_per_cent_rule() -> None:
    # [HB]: with q below 100 the (p, q) rule is the p % rule with 100 p / q.
    cells, largest = [1000, 1000, 1000], [[600, 300], [500, 400], [480, 300]]
    half = prior_posterior(cells, largest, p=5, q=50)
    same = prior_posterior(cells, largest, p=10)
    assert half.unsafe.tolist() == same.unsafe.tolist() == [False, False, False]
    assert prior_posterior(cells, largest, p=10, q=50).level.tolist() == [20.0, 0.0, 0.0]


INVESTMENT = long(
    "I II III T", "A B C T", [[20, 50, 10, 80], [8, 19, 22, 49], [17, 32, 12, 61], [45, 101, 44, 190]]
)


@pytest.mark.parametrize("method", ["optimal", "heuristic"])
def test_investment_by_activity_and_region(method: str) -> None:
    # Pattern printed in [FS]; the levels 5 and 8 are this test's own. 8 + 22 + 17 + 12 = 59.
    unsafe = (INVESTMENT["row"] == "II") & (INVESTMENT["column"] == "C")
    table = INVESTMENT.assign(primary=unsafe, lower_level=5 * unsafe, upper_level=8 * unsafe)
    result = protect_table(table, BOTH, method=method)
    assert pattern(result, "primary") == {"IIC"}
    assert pattern(result, "secondary") == {"IIA", "IIIA", "IIIC"}
    assert (result.suppression.loss, result.safe) == (59, True)
    assert found(audit_table(result.published, BOTH), "II", "C") == (5, 30)


def test_the_table_without_its_totals_is_the_same_table() -> None:
    unsafe = (INVESTMENT["row"] == "II") & (INVESTMENT["column"] == "C")
    whole = INVESTMENT.assign(primary=unsafe, lower_level=5 * unsafe, upper_level=8 * unsafe)
    inner = whole[(whole["row"] != "T") & (whole["column"] != "T")]
    first, second = protect_table(whole, BOTH), protect_table(inner, BOTH)
    assert pattern(first, "secondary") == pattern(second, "secondary")
    assert len(first.published) == len(second.published) == 16


COUNTS = long(
    "w x y z T",
    "a b c d T",
    [
        [30, 47, 64, 89, 230],
        [90, 124, 5, 31, 250],
        [92, 100, 59, 85, 336],
        [800, 991, 651, 685, 3127],
        [1012, 1262, 779, 890, 3943],
    ],
)
TWO_PER_LINE = {"wa", "wb", "wc", "xa", "xc", "yb", "yd", "zb", "zd"}


def test_two_hidden_cells_per_line_are_seen_through() -> None:
    # [ST]: (w, b) follows as 236 − 189 = 47; with (x, b) hidden too, it may be anything from 0 to 141.
    place = COUNTS["row"] + COUNTS["column"]
    open_ = COUNTS.assign(value=COUNTS["value"].where(~place.isin(TWO_PER_LINE)))
    assert found(audit_table(open_, BOTH), "w", "b") == (47, 47)
    more = COUNTS.assign(value=COUNTS["value"].where(~place.isin(TWO_PER_LINE | {"xb"})))
    assert found(audit_table(more, BOTH), "w", "b") == (0, 141)


def test_hierarchy_by_turnover_with_one_dominating_firm_by_hand() -> None:
    # Firms 90, 5, 5 in a: 90 > 0.75 · 100, so a is unsafe and must reach 90 / 0.75 = 120, 20 more. In the
    # group only b can give way, as c belongs to another: 60 of b is enough, and 60 is all that is lost but a.
    firms = pd.DataFrame(
        {"branch": list("aaabbbccc"), "turnover": [90, 5, 5, 20, 20, 20, 50, 45, 40]}, dtype=object
    ).astype({"turnover": float})
    branches = {"a": "ab", "b": "ab", "ab": "all", "c": "all"}
    table = tabulate(firms, {"branch": branches}, value="turnover")
    result = protect_table(table, {"branch": branches}, dominance=(1, 75))
    status = result.cells.set_index("branch")["status"].to_dict()
    assert status == {"a": "primary", "b": "secondary", "ab": "shown", "c": "shown", "all": "shown"}
    assert result.suppression.loss == 160
    bounds = audit_table(result.published, {"branch": branches}).set_index("branch")
    assert bounds.loc["a"].tolist() == [0, 160]


def test_no_cheaper_pattern_withstands_an_outsider() -> None:
    # Every cheaper choice of further cells is tried, and attacked by the audit, which knows no true value.
    quarters = {"n1": "north", "n2": "north", "s1": "south", "s2": "south", "north": "city", "south": "city"}
    cells = pd.DataFrame(
        [(area, sex) for area in ("n1", "n2", "s1", "s2") for sex in "fm"], columns=["row", "column"]
    ).assign(value=[1, 6, 5, 7, 4, 9, 8, 5])
    dimensions = {"row": quarters, "column": "all"}
    result = protect_table(cells, dimensions, minimum_count=3, singletons=False, method="optimal")
    assert result.suppression.optimal
    table = result.cells.assign(hidden=result.cells["status"] == "primary")
    free = table[~table["hidden"] & (table["value"] < result.suppression.loss - 1)]
    tried = 0
    for size in range(1, 5):
        for chosen in combinations(free.index, size):
            if 1 + free.loc[list(chosen), "value"].sum() >= result.suppression.loss - 0.5:
                continue
            tried += 1
            hidden = table["hidden"] | table.index.isin(chosen)
            published = table[["row", "column"]].assign(value=table["value"].where(~hidden))
            low, high = found(audit_table(published, dimensions), "n1", "f")
            assert high - low < 3
    assert tried > 10

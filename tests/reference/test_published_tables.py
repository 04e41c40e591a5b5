"""Published examples of tabular protection, put in as somebody would who has only the printed page.

Sources
-------
[HB] Hundepool, A. et al. Handbook on Statistical Disclosure Control, 2nd edition (online), chapter 4,
     examples 1, 2, 3 and 4 and the table of upper protection levels. Example 3 is that of Geurts, J. (1992).
     Heuristics for cell suppression in tables. Statistics Netherlands.
[FS] Fischetti, M. & Salazar, J. J. (2001). Solving the cell suppression problem on tabular data with linear
     constraints. Management Science 47(7), 1008–1027: investment by activity and region.
[ST] sdcTable 0.33 (R), package test ``test-simpleheuristic.R``: counts by two variables w–z and a–d.
[GS] GaussSuppression (R), vignettes "Small count frequency table suppression" (dataset ``example1`` of 2014)
     and "Magnitude table suppression" (dataset ``magnitude1``: sales of companies A–D by sector and country).
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


def test_a_hidden_zero_by_age_and_country_takes_the_published_pattern() -> None:
    # [GS] ``maxN = 1`` hides 0 and 1; printed as hidden are Iceland and Portugal, young and old. The
    # rectangle with Spain instead of Iceland would cost 5 + 6 + 4 = 15 and not 2 + 3 + 4 = 9. Of the 7 young,
    # 5 are shown.
    table = long("young old", "Spain Iceland Portugal", [[5, 2, 0], [6, 3, 4]])
    result = protect_table(table, BOTH, minimum_count=2, show_zero=False)
    assert pattern(result, "primary") == {"youngPortugal"}
    assert pattern(result, "secondary") == {"youngIceland", "oldIceland", "oldPortugal"}
    assert (result.suppression.loss, result.suppression.optimal) == (9, True)
    assert found(audit_table(result.published, BOTH), "young", "Portugal") == (0, 2)


SALES = pd.DataFrame(
    [
        ("Agriculture", "Portugal", "A", 75.9), ("Agriculture", "Portugal", "B", 24.5),
        ("Agriculture", "Spain", "A", 96.6), ("Agriculture", "Spain", "B", 43.2),
        ("Entertainment", "Iceland", "B", 16.8), ("Entertainment", "Portugal", "B", 7.1),
        ("Entertainment", "Portugal", "D", 2.3), ("Entertainment", "Spain", "A", 77.4),
        ("Entertainment", "Spain", "B", 11.5), ("Entertainment", "Spain", "C", 16.4),
        ("Governmental", "Portugal", "B", 21.6), ("Governmental", "Portugal", "D", 2.0),
        ("Governmental", "Spain", "C", 6.5), ("Governmental", "Spain", "D", 2.7),
        ("Industry", "Iceland", "B", 9.6), ("Industry", "Iceland", "C", 8.8),
        ("Industry", "Iceland", "D", 1.9), ("Industry", "Portugal", "B", 25.7),
        ("Industry", "Portugal", "D", 3.4), ("Industry", "Spain", "C", 8.4),
    ],
    columns=["row", "column", "company", "sales"],
)  # fmt: skip


def test_sales_dominated_by_one_company_by_hand() -> None:
    # [GS] (1, 80), each line a company of its own. One contribution only: 16.8 and 8.4; 21.6 of 23.6 is 91.5
    # per cent and 25.7 of 29.1 is 88.3; next come 75.9 of 100.4 (75.6) and 7.1 of 9.4 (75.5), which are safe.
    table = tabulate(SALES, BOTH, value="sales")
    result = protect_table(table, BOTH, dominance=(1, 80))
    unsafe = {"EntertainmentIceland", "IndustrySpain", "GovernmentalPortugal", "IndustryPortugal"}
    assert pattern(result, "primary") == unsafe
    assert result.safe
    bounds = audit_table(result.published, BOTH).set_index(["row", "column"])
    for row, column, largest in (("Governmental", "Portugal", 21.6), ("Industry", "Portugal", 25.7)):
        assert bounds.loc[(row, column), "upper"] >= largest / 0.8


def test_companies_in_several_cells_count_as_one_in_their_sum() -> None:
    # [GS] with companies: B sells in all three cells of Entertainment, 16.8 + 7.1 + 11.5 = 35.4; A's 77.4 is
    # the largest of 131.5. In Industry B has 9.6 + 25.7 = 35.3, C 17.2 and D 5.3 of 57.8: C can estimate B to
    # within 5.3 / 35.3, which is 15.01 per cent.
    table = tabulate(SALES, BOTH, value="sales", holder="company").set_index(["row", "column"])
    entertainment, industry = table.loc[("Entertainment", "T")], table.loc[("Industry", "T")]
    assert entertainment[["value", "contributors", "x1", "x2"]].tolist() == pytest.approx(
        [131.5, 4, 77.4, 35.4]
    )
    assert industry[["value", "contributors", "x1", "x2"]].tolist() == pytest.approx([57.8, 3, 35.3, 17.2])
    for p, unsafe in ((15.0, False), (15.1, True)):
        result = protect_table(table.reset_index(), BOTH, p_percent=p)
        assert ("IndustryT" in pattern(result, "primary")) == unsafe
        assert result.safe


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

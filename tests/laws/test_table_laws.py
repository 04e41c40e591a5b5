"""Laws of tables protected in one call, attacked by an audit that knows no true value.

``SOZIALANALYSE_EXAMPLES=100`` tries a hundred times as many tables.
"""

from __future__ import annotations

import os

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from sozialanalyse.disclosure import ProtectedTable, audit_table, protect_table

MORE = int(os.environ.get("SOZIALANALYSE_EXAMPLES", "1"))
MOST_CELLS = 12
SMALLEST = 3


def hierarchy(rng: np.random.Generator, name: str, deepest: int) -> tuple[dict[str, str], list[str]]:
    """Return child to parent of a ragged hierarchy, and its finest nodes."""
    parents: dict[str, str] = {}
    open_, leaves = [(name, 0)], []
    while open_:
        node, depth = open_.pop()
        if depth == deepest or (depth > 0 and rng.random() < 0.5):
            leaves.append(node)
            continue
        children = [f"{node}{number}" for number in range(rng.integers(2 if depth == 0 else 1, 4))]
        parents |= dict.fromkeys(children, node)
        open_ += [(child, depth + 1) for child in children]
    return parents, leaves


@st.composite
def tables(draw: st.DrawFn) -> tuple[pd.DataFrame, dict[str, dict[str, str]], bool]:
    """A ragged table of one to three dimensions with many zeros, ones and twos; perhaps with gaps."""
    rng = np.random.default_rng(draw(st.integers(0, 10**9)))
    names = "xyz"[: draw(st.integers(1, 3))]
    made = {name: hierarchy(rng, name, 3 if len(names) == 1 else 2) for name in names}
    grid = pd.MultiIndex.from_product([leaves for _, leaves in made.values()], names=list(names))
    cells = grid.to_frame(index=False).head(MOST_CELLS)
    cells["value"] = rng.choice([0, 0, 1, 1, 2, 3, 5, 8, 40], len(cells))
    return cells, {name: parents for name, (parents, _) in made.items()}, draw(st.booleans())


def protected(table: tuple[pd.DataFrame, dict[str, dict[str, str]], bool], method: str) -> ProtectedTable:
    cells, dimensions, with_totals = table
    return protect_table(
        cells, dimensions, minimum_count=SMALLEST, fill=with_totals, method=method, time_limit=20
    )


@settings(max_examples=8 * MORE, deadline=None)
@given(tables(), st.sampled_from(["heuristic", "optimal"]))
def test_an_outsider_gets_no_closer_than_the_smallest_count(table, method) -> None:
    result = protected(table, method)
    hidden = result.published["value"].isna()
    assert not (result.cells["value"].between(1, SMALLEST - 1) & ~hidden).any()
    assert (result.published.loc[~hidden, "value"] == result.cells.loc[~hidden, "value"]).all()
    if not hidden.any():
        return
    found = audit_table(result.published, table[1])
    true = result.cells[hidden].reset_index(drop=True)
    assert ((found["lower"] <= true["value"]) & (true["value"] <= found["upper"])).all()
    kept = true["safe"] & (true["status"] == "primary")
    assert (found.loc[kept, "upper"] - found.loc[kept, "lower"] >= SMALLEST).all()


@settings(max_examples=8 * MORE, deadline=None)
@given(tables(), st.integers(0, 999))
def test_the_pattern_does_not_depend_on_the_order_of_rows(table, seed) -> None:
    cells, dimensions, with_totals = table
    mixed = cells.sample(frac=1, random_state=seed)
    names = list(dimensions)
    first, second = (
        protected((rows, dimensions, with_totals), "heuristic").cells.set_index(names)["status"].sort_index()
        for rows in (cells, mixed)
    )
    assert first.equals(second)


@settings(max_examples=6 * MORE, deadline=None)
@given(tables())
def test_the_optimum_costs_no_more_than_the_fast_way(table) -> None:
    fast, best = protected(table, "heuristic").suppression, protected(table, "optimal").suppression
    assert best.bound - 1e-9 <= best.loss <= fast.loss + 1e-9

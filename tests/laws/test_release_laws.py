"""Laws of the disclosure gate: what is hidden carries no number, what is shown is unchanged."""

from __future__ import annotations

from random import Random
from typing import Final

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from sozialanalyse.dataset.schema import Dataset, Level
from sozialanalyse.disclosure.release import release_population, release_values
from sozialanalyse.disclosure.rules import DisclosureRules
from sozialanalyse.disclosure.suppress import HIDDEN_REASONS, primary_suppression
from sozialanalyse.indicators.compute import compute_values

quick = settings(max_examples=15, deadline=None)

NUMBERS: Final = ["value", "lower", "upper", "numerator", "denominator"]
PARENTS: Final = pd.Series({"S": "", "A": "S", "B": "S", "C": "S"})
KINDS: Final = {"people": "count", "share": "proportion", "events": "rate", "rent": "score"}


@st.composite
def rules(draw: st.DrawFn) -> DisclosureRules:
    """Rules around those of practice."""
    numerator, denominator = draw(st.integers(1, 8)), draw(st.integers(1, 150))
    return DisclosureRules(numerator, denominator, draw(st.integers(1, 8)), draw(st.booleans()), {})


@st.composite
def values(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.Series[str]]:
    """All values of a small city with many small numbers, and the kinds of its indicators."""
    areas = pd.DataFrame(
        {
            "name": ["Stadt", "Nord", "Süd", "Ost"],
            "level": ["city", "quarter", "quarter", "quarter"],
            "parent_id": ["", "S", "S", "S"],
        },
        index=pd.Index(["S", "A", "B", "C"], name="area_id"),
    )
    rows = []
    for area in "ABC":
        for key, kind in KINDS.items():
            group = draw(st.one_of(st.integers(1, 12), st.integers(80, 130), st.integers(500, 900)))
            cases = draw(st.one_of(st.integers(0, min(group, 9)), st.integers(max(group - 9, 0), group)))
            cell = {"count": (np.nan, np.nan, float(cases)), "score": (np.nan, np.nan, float(cases))}
            rows.append((area, key, 2022, *cell.get(kind, (float(cases), float(group), np.nan))))
    observations = pd.DataFrame(
        rows, columns=["area_id", "indicator_id", "year", "numerator", "denominator", "value"]
    )
    for column in ("sex", "age_group", "sign"):
        observations[column] = pd.Categorical([""] * len(observations))
    catalogue = pd.DataFrame(
        {"label": list(KINDS), "kind": list(KINDS.values()), "factor": [1.0, 100.0, 1000.0, 1.0]},
        index=pd.Index(list(KINDS), name="indicator_id"),
    )
    levels = (Level("city", "Stadt"), Level("quarter", "Quartier"))
    dataset = Dataset("test", "Test", True, levels, areas, catalogue, observations)
    return compute_values(dataset).frame, catalogue["kind"]


def breaks_a_rule(frame: pd.DataFrame, kinds: pd.Series[str], chosen: DisclosureRules) -> pd.Series[bool]:
    """Say again, cell by cell, which cells break a rule by themselves."""

    def broken(row: pd.Series[float]) -> bool:
        kind = kinds[row["indicator_id"]]
        if kind == "score" or np.isnan(row["value"]):
            return False
        cases = row["value"] if kind == "count" else row["numerator"]
        group = np.inf if kind == "count" else row["denominator"]
        others = group - cases if kind == "proportion" else np.inf
        return bool(
            group < chosen.minimum_denominator
            or 0 < cases < chosen.minimum_numerator
            or 0 < others < chosen.minimum_complement
            or (cases == 0 and not chosen.show_zero)
        )

    return frame.apply(broken, axis=1)


@quick
@given(values(), rules())
def test_a_cell_that_breaks_a_rule_is_hidden_and_carries_no_number(
    city: tuple[pd.DataFrame, pd.Series[str]], chosen: DisclosureRules
) -> None:
    frame, kinds = city
    released = release_values(frame, kinds, chosen, parents=PARENTS).frame
    hidden = released["hidden"] != ""
    assert hidden[breaks_a_rule(frame, kinds, chosen)].all()
    assert released.loc[hidden, NUMBERS].isna().all(axis=None)
    assert (released.loc[hidden, "sign"] == ".").all()
    assert set(released["hidden"]) <= set(HIDDEN_REASONS)


@quick
@given(values(), rules())
def test_a_cell_that_is_shown_is_unchanged(
    city: tuple[pd.DataFrame, pd.Series[str]], chosen: DisclosureRules
) -> None:
    frame, kinds = city
    before = frame.copy()
    released = release_values(frame, kinds, chosen, parents=PARENTS).frame
    shown = released["hidden"] == ""
    pd.testing.assert_frame_equal(released.loc[shown, frame.columns], frame[shown], check_exact=True)
    pd.testing.assert_frame_equal(frame, before)


@quick
@given(values(), rules())
def test_protecting_twice_is_protecting_once(
    city: tuple[pd.DataFrame, pd.Series[str]], chosen: DisclosureRules
) -> None:
    frame, kinds = city
    once = release_values(frame, kinds, chosen, parents=PARENTS).frame
    twice = release_values(once[frame.columns], kinds, chosen, parents=PARENTS).frame
    pd.testing.assert_frame_equal(twice[frame.columns], once[frame.columns])


@quick
@given(values(), st.randoms(use_true_random=False))
def test_a_cell_is_hidden_whatever_the_order_of_rows(
    city: tuple[pd.DataFrame, pd.Series[str]], chance: Random
) -> None:
    frame, kinds = city
    chosen = DisclosureRules(3, 100, 3, True, {})
    order = list(range(len(frame)))
    chance.shuffle(order)
    shuffled = release_values(frame.iloc[order], kinds, chosen, parents=PARENTS).frame.sort_index()
    must = breaks_a_rule(frame, kinds, chosen)
    assert (shuffled.loc[must, "hidden"] != "").all()


@quick
@given(values(), rules(), rules())
def test_stricter_rules_hide_no_cell_less(
    city: tuple[pd.DataFrame, pd.Series[str]], one: DisclosureRules, other: DisclosureRules
) -> None:
    frame, kinds = city
    stricter = DisclosureRules(
        max(one.minimum_numerator, other.minimum_numerator),
        max(one.minimum_denominator, other.minimum_denominator),
        max(one.minimum_complement, other.minimum_complement),
        one.show_zero and other.show_zero,
        {},
    )
    cells = (frame["indicator_id"].map(kinds), frame["value"], frame["numerator"], frame["denominator"])
    lax, strict = (
        primary_suppression(*cells, limits=chosen.limits(frame["indicator_id"])) != ""
        for chosen in (one, stricter)
    )
    assert not (lax & ~strict).any()


@quick
@given(st.lists(st.integers(0, 12), min_size=1, max_size=12), rules())
def test_small_groups_of_a_population_are_hidden_and_others_are_unchanged(
    counts: list[int], chosen: DisclosureRules
) -> None:
    population = pd.DataFrame(
        {
            "area_id": "A",
            "year": 2022,
            "sex": "f",
            "age_group": [f"{5 * place}-{5 * place + 4}" for place in range(len(counts))],
            "count": counts,
        }
    )
    released = release_population(population, chosen, parents=pd.Series({"A": ""})).frame
    small = np.array([0 < count < chosen.minimum_numerator for count in counts])
    hidden = (released["hidden"] != "").to_numpy()
    assert hidden[small].all()
    assert released.loc[hidden, "count"].isna().all()
    assert released.loc[~hidden, "count"].tolist() == [
        count for count, gone in zip(counts, hidden, strict=True) if not gone
    ]

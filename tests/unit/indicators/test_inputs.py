"""What the statistics accept as numbers, and that rows of different areas are never put side by side."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sozialanalyse.errors import MethodError, ParameterError
from sozialanalyse.indicators import (
    concentration_index,
    difference_of_fifths,
    difference_to_whole,
    directly_standardised_rate,
    dissimilarity_index,
    expected_events,
    funnel_limits,
    funnel_position,
    gini_index,
    indirectly_standardised_ratio,
    isolation_index,
    life_expectancy,
    mean_interval,
    proportion_difference,
    proportion_ratio,
    rate_difference,
    rate_interval,
    rate_ratio,
    ratio_to_whole,
    relative_rank,
    shrink,
    slope_index_of_inequality,
    trend,
    wilson_interval,
)
from sozialanalyse.indicators.inputs import as_numbers, checked_counts, require_same_rows, together

AREAS = ["a", "b", "c", "d", "e"]
COUNT = pd.Series([5, 9, 12, 20, 31], AREAS)
PEOPLE = pd.Series([100, 200, 300, 400, 500], AREAS)
TURNED = PEOPLE[::-1]

TWO_COLUMNS: tuple[Callable[[Any, Any], Any], ...] = (
    wilson_interval,
    rate_interval,
    indirectly_standardised_ratio,
    shrink,
    relative_rank,
    gini_index,
    dissimilarity_index,
    isolation_index,
    lambda x, n: funnel_limits(n, x / 100, "rate"),
    lambda x, n: funnel_position(x, n, "rate"),
    lambda x, n: mean_interval(x, x, n),
    lambda x, n: proportion_difference(x, x * 100, 1, n),
    lambda x, n: rate_difference(x, 100, 1, n),
    lambda x, n: proportion_ratio(x, 100, 1, n),
    lambda x, n: rate_ratio(x, 100, 1, n),
    lambda x, n: difference_to_whole(x, n, 80, 1_500, "rate"),
    lambda x, n: ratio_to_whole(x, n, 80, 1_500, "rate"),
    lambda x, n: slope_index_of_inequality(x, n, range(5)),
    lambda x, n: concentration_index(x, n, range(5)),
    lambda x, n: difference_of_fifths(range(5), n, x),
    lambda x, n: directly_standardised_rate(x, n, range(5)),
    lambda x, n: directly_standardised_rate(range(5), x, n),
    expected_events,
    lambda x, n: trend(range(2018, 2023), x, n),
    lambda x, n: life_expectancy(x, n, (0, 5, 15, 25, 35)),
)


@pytest.mark.parametrize("statistic", TWO_COLUMNS)
def test_columns_with_other_rows_or_another_order_are_refused(statistic: Callable[[Any, Any], Any]) -> None:
    statistic(COUNT, PEOPLE)
    for other in (TURNED, PEOPLE.rename({"e": "f"})):
        with pytest.raises(MethodError, match="verschiedene Zeilen oder eine andere Reihenfolge"):
            statistic(COUNT, other)


def test_tables_are_compared_by_rows_and_columns_and_with_a_series_by_columns() -> None:
    table = pd.DataFrame([[1.0, 2.0], [3.0, 4.0]], index=["a", "b"], columns=["0-64", "65+"])
    require_same_rows(Ereignisse=table, Bevölkerung=table.copy())
    require_same_rows(Ereignisse=table, Standard=pd.Series([1, 2], ["0-64", "65+"]))
    for other in (table[::-1], table[["65+", "0-64"]], pd.Series([1, 2], ["65+", "0-64"])):
        with pytest.raises(MethodError, match="»Ereignisse« und »Standard der Stadt«"):
            require_same_rows(Ereignisse=table, Standard_der_Stadt=other)


def test_labels_of_another_type_with_the_same_content_are_the_same_rows() -> None:
    require_same_rows(eins=pd.Series([1], pd.Index(["a"], dtype=object)), zwei=pd.Series([1], ["a"]))
    require_same_rows(eins=pd.Series([1, 2], ["a", "b"]), zwei=[1, 2], drei=None)


@pytest.mark.parametrize(
    "numbers",
    [
        [1, 2, None],
        np.array([1.0, 2.0, np.nan], dtype=np.float32),
        pd.Series([1, 2, None], dtype="Int64"),
        pd.Series([1, 2, None], dtype="Float64"),
        pd.Series([1, 2.0, pd.NA], dtype=object),
        [Decimal(1), Decimal(2), None],
        (1, 2, float("nan")),
    ],
)
def test_numbers_of_every_type_are_read_and_what_is_missing_stays_missing(numbers: Any) -> None:
    np.testing.assert_array_equal(as_numbers("Werte", numbers), [1.0, 2.0, np.nan])
    np.testing.assert_allclose(wilson_interval(numbers, 4).value, [0.25, 0.5, np.nan])


@pytest.mark.parametrize(
    "numbers",
    [
        ["4711", "2"],
        pd.Series(["4711", None]),
        pd.Series([1, "4711"], dtype=object),
        [True, False],
        pd.to_datetime(["2022-12-31"]),
        [1 + 1j],
        "4711",
        True,
        [[1, 2], [3, "4711"]],
    ],
)
def test_texts_dates_and_truth_values_are_no_numbers_and_not_repeated(numbers: Any) -> None:
    with pytest.raises(MethodError, match="»Zähler« muss aus Zahlen bestehen") as refusal:
        wilson_interval(numbers, 10)
    assert "4711" not in str(refusal.value)


def test_only_missing_values_are_numbers_too() -> None:
    assert np.isnan(as_numbers("Werte", [None, None])).all()
    assert as_numbers("Werte", []).size == 0
    assert np.isnan(as_numbers("Werte", None))


def test_the_array_is_a_new_one() -> None:
    given = np.array([1.0, 2.0])
    checked_counts("Werte", given)[0] = 9.0
    assert given[0] == 1.0


def test_lists_that_do_not_fit_are_refused_with_their_lengths() -> None:
    with pytest.raises(
        MethodError, match=r"»Zähler der Teile«, »Nenner« müssen gleich viele.*Gefunden: 3, 2"
    ):
        together(Zähler_der_Teile=[1, 2, 3], Nenner=[1, 2])
    with pytest.raises(MethodError, match=r"Gefunden: \(2, 2\), 3"):
        together(Zähler=[[1, 2], [3, 4]], Nenner=[1, 2, 3])


@pytest.mark.parametrize("confidence", ["0.95", [0.95, 0.998], None, 95, 99.8])
def test_a_confidence_that_is_no_share_is_refused_with_the_remedy(confidence: Any) -> None:
    with pytest.raises(ParameterError, match=r"Für 95 % bitte 0\.95 angeben"):
        wilson_interval(1, 2, confidence)


def test_thirty_thousand_areas_come_out_as_one_alone_does() -> None:
    generator = np.random.default_rng(7)
    people = generator.integers(50, 9_000, 30_000)
    cases = generator.binomial(people, 0.1)
    together_, last = wilson_interval(cases, people), wilson_interval(cases[-1], people[-1])
    assert (together_.lower[-1], together_.upper[-1]) == (last.lower, last.upper)
    order = generator.permutation(30_000)
    np.testing.assert_array_equal(wilson_interval(cases[order], people[order]).upper, together_.upper[order])

"""Edges and guards of shrinkage toward the parent area."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sozialanalyse.errors import MethodError, ParameterError
from sozialanalyse.indicators.shrinkage import shrink


@pytest.mark.parametrize("model", ["marshall", "beta_binomial"])
def test_areas_that_differ_by_no_more_than_chance_get_the_rate_of_the_parent(model: Any) -> None:
    rates = shrink([10, 11, 9], [100, 100, 100], model=model)
    assert rates.weight.tolist() == [0.0, 0.0, 0.0]
    np.testing.assert_allclose(rates.shrunk, 0.1)


@pytest.mark.parametrize("model", ["marshall", "beta_binomial"])
def test_missing_areas_stay_missing_and_do_not_count(model: Any) -> None:
    rates = shrink([5, np.nan, 30, 0, 0], [100, 100, 100, 0, np.nan], model=model)
    alone = shrink([5, 30], [100, 100], model=model)
    assert np.isnan(rates.shrunk).tolist() == [False, True, False, True, True]
    np.testing.assert_allclose(rates.shrunk[[0, 2]], alone.shrunk)


@pytest.mark.parametrize("model", ["marshall", "beta_binomial"])
def test_a_parent_with_nothing_known_has_no_rate_and_one_without_events_has_zero(model: Any) -> None:
    rates = shrink([np.nan, 0, 0], [10, 50, 60], ["a", "b", "b"], model=model)
    assert np.isnan(rates.parent).tolist() == [True, False, False]
    assert rates.shrunk[1:].tolist() == [0.0, 0.0]


def test_an_only_child_keeps_its_rate() -> None:
    rates = shrink([5, 1, 9], [50, 100, 100], ["einzeln", "zwei", "zwei"])
    assert rates.shrunk[0] == pytest.approx(0.1)


def test_no_areas_give_no_rates() -> None:
    assert shrink([], []).shrunk.size == 0


def test_lists_of_different_length_are_refused() -> None:
    with pytest.raises(MethodError, match="gleich lange"):
        shrink([1, 2], [10, 20], ["a"])


def test_a_proportion_above_one_is_refused_in_the_binomial_model_only() -> None:
    with pytest.raises(MethodError, match="Zähler"):
        shrink([12, 1], [10, 10], model="beta_binomial")
    assert shrink([12, 1], [10, 10]).raw[0] == pytest.approx(1.2)


def test_an_unknown_model_is_refused() -> None:
    model: Any = "bayes"
    with pytest.raises(ParameterError, match="marshall, beta_binomial"):
        shrink([1], [10], model=model)


@pytest.mark.parametrize("parents", [["a", None], [1.0, np.nan], pd.Series(["a", pd.NA], dtype="string")])
def test_an_area_without_parent_is_refused(parents: Any) -> None:
    with pytest.raises(MethodError, match="übergeordnetes Gebiet"):
        shrink([1, 2], [10, 20], parents)

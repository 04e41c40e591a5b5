"""Edges and guards of differences and ratios."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sozialanalyse.errors import ParameterError
from sozialanalyse.indicators.compare import (
    change,
    proportion_difference,
    proportion_ratio,
    rate_difference,
    rate_ratio,
)


@pytest.mark.parametrize("statistic", [proportion_difference, rate_difference, proportion_ratio, rate_ratio])
def test_a_comparison_with_something_undefined_is_undefined(statistic: Any) -> None:
    interval = statistic([5, np.nan, 0], [50, 50, 0], [7, 7, 7], [70, 70, 70])
    for part in (interval.value, interval.lower, interval.upper):
        assert np.isnan(part).tolist() == [False, True, True]


@pytest.mark.parametrize("statistic", [proportion_ratio, rate_ratio])
def test_a_ratio_to_nothing_is_undefined_and_a_ratio_of_nothing_is_zero(statistic: Any) -> None:
    interval = statistic([5, 0, 0], [50, 50, 50], [0, 7, 0], [70, 70, 70])
    assert np.isnan(interval.value).tolist() == [True, False, True]
    assert np.isnan(interval.lower).tolist() == [True, False, True]
    assert interval.value[1] == interval.lower[1] == 0
    assert 0 < interval.upper[1] < np.inf


def test_change_is_now_minus_then() -> None:
    interval = change(10, 100, 40, 100, "proportion")
    expected = proportion_difference(40, 100, 10, 100)
    assert interval.value == pytest.approx(0.3)
    assert interval.lower == expected.lower
    assert change(10, 100, 40, 100, "rate").method == "mover_poisson"


def test_an_unknown_kind_is_refused() -> None:
    kind: Any = "score"
    with pytest.raises(ParameterError, match="Erlaubt: proportion, rate"):
        change(1, 10, 2, 20, kind)

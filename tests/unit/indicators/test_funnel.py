"""Edges and guards of funnel limits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sozialanalyse.errors import MethodError, ParameterError
from sozialanalyse.indicators.funnel import funnel_limits, funnel_position


@pytest.mark.parametrize("kind", ["proportion", "rate"])
def test_without_people_there_are_no_limits(kind: Any) -> None:
    limits = funnel_limits([0, np.nan, 50], 0.1, kind)
    assert np.isnan(limits.lower).tolist() == [True, True, False]
    assert np.isnan(limits.upper).tolist() == [True, True, False]


@pytest.mark.parametrize("kind", ["proportion", "rate"])
def test_without_events_anywhere_the_funnel_is_closed(kind: Any) -> None:
    limits = funnel_limits(100, 0.0, kind)
    assert limits.lower == limits.upper == 0


def test_few_expected_events_have_no_lower_limit() -> None:
    """P(no event) = exp(−3) = 0.0498 is above 0.025; exp(−4) = 0.018 is below."""
    limits = funnel_limits([3, 4], 1.0, "rate")
    assert limits.lower[0] == 0
    assert limits.lower[1] > 0


@pytest.mark.parametrize("kind", ["proportion", "rate"])
def test_every_position_is_found(kind: Any) -> None:
    """653 of 6,000: θ = 0.1088, per 1,000 about 109 ± 1.96·10 = 89 to 129 and ± 3.09·10 = 78 to 140."""
    counts = [200, 100, 133, 80, 50, 90, np.nan, 0]
    people = [1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 0]
    positions = funnel_position(counts, people, kind).tolist()
    assert positions == [
        "far_above",
        "inside",
        "above",
        "below",
        "far_below",
        "inside",
        "unknown",
        "unknown",
    ]


def test_of_areas_that_differ_by_chance_only_about_one_in_twenty_lies_outside() -> None:
    """20,000 draws of the same rate (seeded): 5 % outside the inner, 0.2 % outside the outer limits."""
    generator = np.random.default_rng(42)
    people = generator.integers(500, 5_000, 20_000)
    positions = funnel_position(generator.poisson(people * 0.05), people, "rate")
    assert np.mean(positions != "inside") == pytest.approx(0.05, abs=0.008)
    assert np.mean(np.char.startswith(positions, "far")) == pytest.approx(0.002, abs=0.001)


def test_nothing_known_is_unknown_everywhere() -> None:
    assert funnel_position([np.nan], [10], "rate").tolist() == ["unknown"]


def test_impossible_input_is_refused() -> None:
    with pytest.raises(MethodError, match="nicht größer als 1"):
        funnel_limits(100, 12.0, "proportion")
    with pytest.raises(MethodError, match="Nenner"):
        funnel_position([11], [10], "proportion")
    kind: Any = "count"
    with pytest.raises(ParameterError, match="Erlaubt"):
        funnel_limits(100, 0.1, kind)

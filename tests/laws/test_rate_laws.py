"""Laws of rates, intervals and comparisons that hold for every count."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sozialanalyse.indicators.compare import (
    change,
    proportion_difference,
    proportion_ratio,
    rate_difference,
    rate_ratio,
)
from sozialanalyse.indicators.funnel import funnel_limits
from sozialanalyse.indicators.life_expectancy import START_AGES, life_expectancy
from sozialanalyse.indicators.part_of_whole import difference_to_whole
from sozialanalyse.indicators.rates import Interval, poisson_interval, rate_interval, wilson_interval
from sozialanalyse.indicators.shrinkage import shrink
from sozialanalyse.indicators.standardise import directly_standardised_rate
from sozialanalyse.indicators.trend import trend

RTOL = 1e-9
quick = settings(max_examples=25, deadline=None)
confidences = st.sampled_from([0.8, 0.9, 0.95, 0.99, 0.998])


@st.composite
def proportions(draw: st.DrawFn, *, smallest: int = 1, fewest: int = 0) -> tuple[int, int]:
    """Numerator and denominator of a proportion."""
    denominator = draw(st.integers(max(smallest, fewest), 50_000))
    return draw(st.integers(fewest, denominator)), denominator


events = st.integers(0, 5_000)


def _contains(interval: Interval) -> bool:
    return bool(np.all((interval.lower <= interval.value) & (interval.value <= interval.upper)))


def _same(first: Any, second: Any) -> None:
    np.testing.assert_allclose(first, second, rtol=RTOL, atol=1e-12)


@quick
@given(proportions(), confidences)
def test_wilson_contains_the_proportion_and_stays_between_0_and_1(
    counts: tuple[int, int], confidence: float
) -> None:
    interval = wilson_interval(*counts, confidence)
    assert _contains(interval)
    assert interval.lower >= 0
    assert interval.upper <= 1
    assert interval.lower < interval.upper


@quick
@given(proportions(), st.integers(2, 50))
def test_wilson_narrows_as_the_same_proportion_is_seen_in_more_people(
    counts: tuple[int, int], times: int
) -> None:
    few, many = wilson_interval(*counts), wilson_interval(counts[0] * times, counts[1] * times)
    assert many.upper - many.lower < few.upper - few.lower


@quick
@given(proportions(), confidences)
def test_wilson_of_those_without_the_property_is_the_mirror_image(
    counts: tuple[int, int], confidence: float
) -> None:
    numerator, denominator = counts
    having = wilson_interval(numerator, denominator, confidence)
    lacking = wilson_interval(denominator - numerator, denominator, confidence)
    _same([lacking.lower, lacking.upper], [1 - having.upper, 1 - having.lower])


@quick
@given(events, st.integers(1, 100_000), confidences)
def test_rate_contains_the_estimate_and_more_confidence_is_wider(
    count: int, people: int, confidence: float
) -> None:
    interval, wider = rate_interval(count, people, confidence), rate_interval(count, people, 0.999)
    assert _contains(interval)
    assert wider.lower <= interval.lower
    assert interval.upper < wider.upper


@quick
@given(st.integers(0, 9), st.integers(1, 8))
def test_poisson_limits_rise_with_the_count_on_both_sides_of_the_switch(count: int, step: int) -> None:
    for low in (count, count + 10):
        fewer, more = poisson_interval(low), poisson_interval(low + step)
        assert fewer.lower < more.lower
        assert fewer.upper < more.upper
    assert poisson_interval(9).upper < poisson_interval(10).lower * 5


@quick
@given(events, st.integers(1, 100_000), st.floats(0.01, 100_000))
def test_the_unit_of_a_rate_does_not_matter(count: int, people: int, factor: float) -> None:
    scaled, per_unit = rate_interval(count, people).scaled(factor), rate_interval(count, people / factor)
    for name in ("value", "lower", "upper"):
        _same(getattr(scaled, name), getattr(per_unit, name))


@quick
@given(st.lists(proportions(), min_size=1, max_size=20))
def test_many_areas_at_once_give_what_each_gives_alone(areas: list[tuple[int, int]]) -> None:
    numerator, denominator = np.array(areas).T
    for statistic in (wilson_interval, rate_interval):
        together = statistic(numerator, denominator)
        alone = [statistic(*area) for area in areas]
        assert together.lower.tolist() == [float(one.lower) for one in alone]
        assert together.upper.tolist() == [float(one.upper) for one in alone]


@quick
@given(proportions(), proportions(), confidences)
def test_differences_contain_the_estimate_and_turn_sign_with_the_order(
    first: tuple[int, int], second: tuple[int, int], confidence: float
) -> None:
    for statistic in (proportion_difference, rate_difference):
        there, back = statistic(*first, *second, confidence), statistic(*second, *first, confidence)
        assert _contains(there)
        _same([there.lower, there.upper], [-back.upper, -back.lower])
    within = proportion_difference(*first, *second, confidence)
    assert within.lower >= -1 - 1e-12
    assert within.upper <= 1 + 1e-12


@quick
@given(proportions(fewest=1), proportions(fewest=1), confidences)
def test_ratios_contain_the_estimate_and_invert_with_the_order(
    first: tuple[int, int], second: tuple[int, int], confidence: float
) -> None:
    for statistic in (proportion_ratio, rate_ratio):
        there, back = statistic(*first, *second, confidence), statistic(*second, *first, confidence)
        assert _contains(there)
        np.testing.assert_allclose([there.lower, there.upper], [1 / back.upper, 1 / back.lower], rtol=1e-6)


@quick
@given(proportions(fewest=1), proportions(fewest=1))
def test_difference_and_ratio_of_proportions_agree_on_who_is_higher(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    difference, ratio = proportion_difference(*first, *second), proportion_ratio(*first, *second)
    assert np.sign(difference.value) == np.sign(ratio.value - 1)


@quick
@given(proportions(), proportions(), st.sampled_from(["proportion", "rate"]))
def test_a_part_differs_from_the_whole_in_the_direction_in_which_it_differs_from_the_rest(
    part: tuple[int, int], rest: tuple[int, int], kind: Any
) -> None:
    whole = (part[0] + rest[0], part[1] + rest[1])
    to_whole = difference_to_whole(*part, *whole, kind)
    to_rest = change(*rest, *part, kind)
    _same(to_whole.value, part[0] / part[1] - whole[0] / whole[1])
    assert _contains(to_whole)
    assert (to_whole.lower > 0) == (to_rest.lower > 0)
    assert (to_whole.upper < 0) == (to_rest.upper < 0)
    assert to_whole.upper - to_whole.lower < to_rest.upper - to_rest.lower


@quick
@given(st.lists(st.tuples(st.integers(3, 60), st.integers(100, 9_000)), min_size=4, max_size=12))
def test_the_size_of_the_standard_population_does_not_matter(ages: list[tuple[int, int]]) -> None:
    x, n = np.array(ages).T
    weights = np.arange(1.0, len(ages) + 1)
    first = directly_standardised_rate(x, n, weights).interval
    second = directly_standardised_rate(x, n, weights * 1_000).interval
    assert _contains(first)
    _same([first.lower, first.upper], [second.lower, second.upper])
    crude = x / n * 100_000
    assert crude.min() * (1 - RTOL) <= first.value <= crude.max() * (1 + RTOL)


@quick
@given(st.integers(0, 19), st.integers(1, 40))
def test_another_death_at_any_age_never_lengthens_life(age: int, more: int) -> None:
    population = np.full(20, 8_000.0)
    deaths = np.linspace(2, 900, 20)
    fewer = life_expectancy(deaths, population).interval
    deaths[age] += more
    greater = life_expectancy(deaths, population).interval
    assert greater.value[0] < fewer.value[0]
    assert _contains(fewer)
    assert len(START_AGES) == 20


@quick
@given(st.floats(0.001, 0.999), st.integers(20, 10_000), st.integers(2, 30))
def test_funnels_draw_together_and_the_outer_limits_lie_outside(
    average: float, people: int, times: int
) -> None:
    sizes = np.array([people, people * times])
    for kind in ("proportion", "rate"):
        inner, outer = (funnel_limits(sizes, average, kind, level) for level in (0.95, 0.998))
        assert _contains(inner)
        assert np.all((outer.lower <= inner.lower) & (inner.upper <= outer.upper))
        assert inner.upper[1] <= inner.upper[0]
        assert inner.lower[1] >= inner.lower[0]


@quick
@given(st.lists(proportions(), min_size=1, max_size=15), st.sampled_from(["marshall", "beta_binomial"]))
def test_a_shrunk_rate_lies_between_the_raw_rate_and_that_of_the_parent(
    areas: list[tuple[int, int]], model: Any
) -> None:
    numerator, denominator = np.array(areas).T
    rates = shrink(numerator, denominator, model=model)
    low, high = np.minimum(rates.raw, rates.parent), np.maximum(rates.raw, rates.parent)
    assert np.all((low - 1e-12 <= rates.shrunk) & (rates.shrunk <= high + 1e-12))
    order = np.argsort(denominator)
    assert np.all(np.diff(rates.weight[order]) >= -1e-12)


@quick
@given(
    st.lists(st.floats(-100, 100), min_size=5, max_size=12),
    st.floats(-50, 50),
    st.floats(0.1, 20),
)
def test_a_trend_scales_with_the_unit_and_ignores_the_level(
    values: list[float], level: float, unit: float
) -> None:
    years = np.arange(2010, 2010 + len(values))
    plain, moved = trend(years, values), trend(years - 2_000, np.array(values) * unit + level)
    np.testing.assert_allclose(moved.slope.value, plain.slope.value * unit, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(moved.slope.upper, plain.slope.upper * unit, rtol=1e-6, atol=1e-6)
    assert _contains(plain.slope)


@pytest.mark.parametrize("statistic", [wilson_interval, rate_interval])
def test_the_nominal_coverage_is_kept_on_average(statistic: Any) -> None:
    """Over many draws with known truth about 95 % of the intervals hold it (seeded)."""
    generator = np.random.default_rng(20_230_328)
    truth = generator.uniform(0.02, 0.3, 20_000)
    people = generator.integers(100, 3_000, 20_000)
    draws = (
        generator.binomial(people, truth)
        if statistic is wilson_interval
        else generator.poisson(people * truth)
    )
    interval = statistic(draws, people)
    coverage = np.mean((interval.lower <= truth) & (truth <= interval.upper))
    assert 0.945 <= coverage <= 0.965


@quick
@given(
    st.lists(st.tuples(st.integers(0, 200), st.integers(50, 20_000)), min_size=2, max_size=12), confidences
)
def test_an_area_lies_outside_the_funnel_exactly_if_its_exact_interval_misses_the_average(
    areas: list[tuple[int, int]], confidence: float
) -> None:
    x, n = np.array(areas).T
    average = 0.01
    limits = funnel_limits(n, average, "rate", confidence)
    tail = (1 - confidence) / 2
    low, high = stats.chi2.ppf(tail, 2 * x) / 2, stats.chi2.isf(tail, 2 * x + 2) / 2
    away = (np.abs(low / (n * average) - 1) > 1e-9) & (np.abs(high / (n * average) - 1) > 1e-9)
    outside = (x / n < limits.lower) | (x / n > limits.upper)
    missed = (high < n * average) | ((low > n * average) & (x > 0))
    assert np.array_equal(outside[away], missed[away])

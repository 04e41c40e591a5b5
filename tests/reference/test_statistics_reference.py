"""Published or independently computed values of the statistics in `sozialanalyse.indicators`.

The YAML files ``tests/cases/statistics_*.yaml`` name function, source and tolerance; a tolerance is half of
the last digit that the source prints, unless the source line says why it is wider.
"""

from __future__ import annotations

from contextlib import closing
from functools import reduce
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import yaml
from esda.smoothing import Empirical_Bayes
from libpysal.examples import get_path
from libpysal.io import open as libpysal_open
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from sozialanalyse.indicators.compare import (
    proportion_difference,
    proportion_ratio,
    rate_difference,
    rate_ratio,
)
from sozialanalyse.indicators.fifths import population_attributable_fraction
from sozialanalyse.indicators.inequality import (
    concentration_index,
    relative_index_of_inequality,
    relative_rank,
    slope_index_of_inequality,
)
from sozialanalyse.indicators.rates import mean_interval, poisson_interval, rate_interval, wilson_interval
from sozialanalyse.indicators.segregation import dissimilarity_index, gini_index, isolation_index
from sozialanalyse.indicators.shrinkage import shrink
from sozialanalyse.indicators.standardise import (
    directly_standardised_rate,
    expected_events,
    indirectly_standardised_ratio,
)
from sozialanalyse.indicators.trend import trend

CASES = Path(__file__).resolve().parents[1] / "cases"


def _published_cases() -> list[Any]:
    parameters = []
    for path in sorted(CASES.glob("statistics_*.yaml")):
        topic = yaml.safe_load(path.read_text(encoding="utf-8"))
        parameters += [
            pytest.param(topic, case, id=f"{path.stem.removeprefix('statistics_')}: {case['note']}")
            for case in topic["cases"]
        ]
    return parameters


@pytest.mark.parametrize(("topic", "case"), _published_cases())
def test_published_value(topic: dict[str, Any], case: dict[str, Any]) -> None:
    module, function = topic["function"].split(".")
    result = getattr(import_module(f"sozialanalyse.indicators.{module}"), function)(**case["arguments"])
    assert topic["source"]
    for path, expected in case["expected"].items():
        found = reduce(getattr, path.split("."), result) if path else result
        np.testing.assert_allclose(
            found, expected, atol=topic.get("tolerance", 0.0), rtol=topic.get("relative_tolerance", 0.0)
        )


@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.998])
def test_wilson_agrees_with_statsmodels(confidence: float) -> None:
    numerator, denominator = np.array([1, 7, 50, 999, 20]), np.array([3, 90, 100, 1_000, 20])
    lower, upper = proportion_confint(numerator, denominator, alpha=1 - confidence, method="wilson")
    interval = wilson_interval(numerator, denominator, confidence)
    np.testing.assert_allclose(interval.lower, lower, rtol=1e-12)
    np.testing.assert_allclose(interval.upper, upper, rtol=1e-12)


def test_exact_poisson_limits_agree_with_the_chi_square_quantiles() -> None:
    """Garwood's limits by way of the chi-square distribution: χ²(2x)/2 and χ²(2x + 2)/2."""
    count = np.arange(1, 10)
    interval = poisson_interval(count, 0.95)
    np.testing.assert_allclose(interval.lower, stats.chi2.ppf(0.025, 2 * count) / 2, rtol=1e-10)
    np.testing.assert_allclose(interval.upper, stats.chi2.ppf(0.975, 2 * count + 2) / 2, rtol=1e-10)


def test_byar_is_within_0_2_percent_of_the_exact_limits_from_10_events() -> None:
    """Public Health England, Technical Guide Confidence Intervals (2018): within 0.2 % at 95 %."""
    count = np.arange(10, 2_000)
    interval = poisson_interval(count, 0.95)
    np.testing.assert_allclose(interval.lower, stats.chi2.ppf(0.025, 2 * count) / 2, rtol=0.002)
    np.testing.assert_allclose(interval.upper, stats.chi2.ppf(0.975, 2 * count + 2) / 2, rtol=0.002)


def test_mean_interval_agrees_with_scipy() -> None:
    sample = np.array([3.1, 4.7, 2.2, 5.9, 4.4, 4.0])
    expected = stats.t.interval(0.9, sample.size - 1, loc=sample.mean(), scale=stats.sem(sample))
    interval = mean_interval(sample.mean(), sample.std(ddof=1), sample.size, 0.9)
    np.testing.assert_allclose([interval.lower, interval.upper], expected, rtol=1e-12)


def test_proportion_difference_agrees_with_statsmodels() -> None:
    expected = confint_proportions_2indep(17, 120, 41, 190, method="newcomb", compare="diff", alpha=0.1)
    interval = proportion_difference(17, 120, 41, 190, 0.9)
    np.testing.assert_allclose([interval.lower, interval.upper], expected, rtol=1e-10)


def test_proportion_ratio_is_close_to_the_score_interval_of_statsmodels() -> None:
    """Another method for the same interval (Miettinen & Nurminen): they agree to 2 % at these counts."""
    expected = confint_proportions_2indep(170, 1_200, 410, 1_900, method="score", compare="ratio")
    interval = proportion_ratio(170, 1_200, 410, 1_900)
    np.testing.assert_allclose([interval.lower, interval.upper], expected, rtol=0.02)


def test_rate_difference_is_the_root_of_summed_squares_of_the_two_margins() -> None:
    """Zou & Donner (2008), equation for a difference, with Garwood's limits from scipy: 4 and 8 events."""
    low, high = stats.chi2.ppf(0.025, [8, 16]) / 2, stats.chi2.ppf(0.975, [10, 18]) / 2
    expected = [4 - 8 - np.hypot(4 - low[0], high[1] - 8), 4 - 8 + np.hypot(high[0] - 4, 8 - low[1])]
    interval = rate_difference(4, 1_000, 8, 1_000)
    np.testing.assert_allclose([interval.lower, interval.upper], np.array(expected) / 1_000, rtol=1e-10)


def test_rate_ratio_is_close_to_the_exact_conditional_interval() -> None:
    """Given the sum, the first count is binomial (Przyborowski & Wilenski 1940): within 5 %."""
    first, second = 110, 210
    share = stats.binomtest(first, first + second).proportion_ci(method="exact")
    odds = np.array([share.low / (1 - share.low), share.high / (1 - share.high)])
    interval = rate_ratio(first, 800, second, 3_011)
    np.testing.assert_allclose([interval.lower, interval.upper], odds * 3_011 / 800, rtol=0.05)


def test_rate_limits_are_the_exact_ones_below_ten_events_and_byars_from_ten() -> None:
    """Per 1,000 of 12,000: 9 events by chi-square quantiles, 24 by Byar's formula in plain Python."""
    exact = stats.chi2.ppf([0.025, 0.975], [18, 20]) / 2 / 12
    z = stats.norm.ppf(0.975)
    byar = [
        24 * (1 - 1 / (9 * 24) - z / (3 * 24**0.5)) ** 3 / 12,
        25 * (1 - 1 / (9 * 25) + z / (3 * 25**0.5)) ** 3 / 12,
    ]
    interval = rate_interval([9, 24], 12_000).scaled(1_000)
    np.testing.assert_allclose([interval.lower[0], interval.upper[0]], exact, rtol=1e-10)
    np.testing.assert_allclose([interval.lower[1], interval.upper[1]], byar, rtol=1e-10)


def test_expected_events_by_hand() -> None:
    """Boys 1,000·0.002 + 500·0.01 = 7 in the first area, 2,000·0.002 + 100·0.01 = 5 in the second."""
    expected = expected_events([[1_000, 500], [2_000, 100]], [0.002, 0.01])
    np.testing.assert_allclose(expected, [7.0, 5.0])
    # Observed 14 and 5: twice as many and as many as expected; times the crude rate 0.004 the rates.
    ratio = indirectly_standardised_ratio([14, 5], expected)
    np.testing.assert_allclose(ratio.value, [2.0, 1.0])
    np.testing.assert_allclose(ratio.scaled(0.004).value, [0.008, 0.004])


def test_standardised_rate_with_the_own_population_as_standard_is_the_crude_rate_with_byar_limits() -> None:
    """Dobson et al. (1991): with proportional populations the method is that of the total count."""
    events, population = np.array([3, 40, 90]), np.array([4_000, 9_000, 2_000])
    rate = directly_standardised_rate(events, population, population * 2.0, factor=1.0).interval
    total = poisson_interval(133)
    np.testing.assert_allclose(
        [rate.value, rate.lower, rate.upper],
        np.array([133, total.lower, total.upper]) / 15_000,
        rtol=1e-12,
    )


def test_dobson_limits_agree_with_a_calculation_step_by_step() -> None:
    """Births as in Fay & Feuer (1997), formulas of Dobson et al. (1991) and of Byar in plain Python."""
    x = [0, 8, 63, 112, 262, 295]
    n = [327, 30666, 123419, 149919, 104088, 34392]
    w = [319933, 931318, 786511, 488235, 237863, 61313]
    rate = sum(b * a / c for a, c, b in zip(x, n, w, strict=True)) / sum(w)
    variance = sum((b / c / sum(w)) ** 2 * a for a, c, b in zip(x, n, w, strict=True))
    total, z = 740, stats.norm.ppf(0.975)
    low = total * (1 - 1 / (9 * total) - z / (3 * total**0.5)) ** 3
    high = (total + 1) * (1 - 1 / (9 * (total + 1)) + z / (3 * (total + 1) ** 0.5)) ** 3
    by_steps = [rate + (variance / total) ** 0.5 * (limit - total) for limit in (low, high)]
    interval = directly_standardised_rate(x, n, w, factor=1.0).interval
    np.testing.assert_allclose([interval.lower, interval.upper], by_steps, rtol=1e-10)


def test_marshall_agrees_with_esda_on_the_homicides_of_st_louis() -> None:
    """Events and population of 78 counties; esda prints 2.36718950e-05 for the first."""
    counties = pd.read_csv(get_path("stl_hom.csv"))
    events, people = counties.iloc[:, 10].to_numpy(float), counties.iloc[:, 13].to_numpy(float)
    shrunk = shrink(events, people).shrunk
    np.testing.assert_allclose(shrunk, Empirical_Bayes(events, people).r.ravel(), rtol=1e-10)
    np.testing.assert_allclose(shrunk[0], 2.36718950e-05, rtol=1e-8)


def _carolina(*columns: str) -> list[np.ndarray]:
    """Return columns of the 100 counties of North Carolina (Cressie 1991)."""
    with closing(libpysal_open(get_path("sids2.dbf"))) as counties:
        return [np.array(counties.by_col(name), dtype=float) for name in columns]


def test_marshall_agrees_with_esda_on_sudden_infant_deaths_in_north_carolina() -> None:
    """Cressie (1991): 667 deaths among 329,962 births in 100 counties, 1974-78."""
    events, births = _carolina("SID74", "BIR74")
    assert (events.sum(), births.sum(), events.size) == (667, 329_962, 100)
    rates = shrink(events, births)
    np.testing.assert_allclose(rates.parent, 667 / 329_962, rtol=1e-12)
    np.testing.assert_allclose(rates.shrunk, Empirical_Bayes(events, births).r.ravel(), rtol=1e-10)


def test_beta_binomial_weight_is_that_of_spdep() -> None:
    """R package spdep, EBest(family = "binomial"), after Martuzzi & Elliott (1996): its formula.

    ρ = (n·s² − n/n̄·m(1 − m)) / ((n − 1)·s² + (n̄ − n)/n̄·m(1 − m)), on the counts of North Carolina.
    """
    x, n = _carolina("NWBIR74", "BIR74")
    m = x.sum() / n.sum()
    s2, whole = n @ (x / n - m) ** 2 / n.sum(), m * (1 - m)
    rho = (n * s2 - n / n.mean() * whole) / ((n - 1) * s2 + (n.mean() - n) / n.mean() * whole)
    rates = shrink(x, n, model="beta_binomial")
    np.testing.assert_allclose(rates.weight, rho, rtol=1e-10)
    np.testing.assert_allclose(rates.shrunk, rho * x / n + (1 - rho) * m, rtol=1e-10)


def test_shrinkage_toward_parents_is_the_estimate_of_each_parent_alone() -> None:
    counties = pd.read_csv(get_path("stl_hom.csv"))
    events, people = counties.iloc[:, 10].to_numpy(float), counties.iloc[:, 13].to_numpy(float)
    parents = np.where(np.arange(events.size) % 3 == 0, "west", "ost")
    shrunk = shrink(events, people, parents).shrunk
    for parent in ("west", "ost"):
        own = parents == parent
        np.testing.assert_allclose(
            shrunk[own], Empirical_Bayes(events[own], people[own]).r.ravel(), rtol=1e-10
        )


@pytest.mark.parametrize(
    ("model", "weight"),
    [
        # m = 0.2, s² = 0.01: A = 0.01 − 0.2/100 = 0.008, weight 0.008/(0.008 + 0.002)
        ("marshall", 0.8),
        # A = (0.01 − 0.16/100)/(1 − 1/100) = 0.0084848, chance (0.16 − A)/100 = 0.0015152
        ("beta_binomial", 0.0084 / 0.99 / 0.01),
    ],
)
def test_shrinkage_weight_by_hand(model: Any, weight: float) -> None:
    rates = shrink([10, 30], [100, 100], model=model)
    np.testing.assert_allclose(rates.weight, weight, rtol=1e-12)
    np.testing.assert_allclose(rates.shrunk, [0.2 - 0.1 * weight, 0.2 + 0.1 * weight], rtol=1e-12)


def test_beta_binomial_weight_is_that_of_the_beta_posterior() -> None:
    """The posterior mean of a beta prior with strength M = α + β weights the raw rate with n/(n + M)."""
    n = np.array([40, 400, 90, 1_000])
    rates = shrink([4, 100, 9, 150], n, model="beta_binomial")
    strength = n / rates.weight - n
    np.testing.assert_allclose(strength, strength[0], rtol=1e-9)


def test_gradients_and_their_hc3_intervals_agree_with_statsmodels() -> None:
    """WLS with HC3 covariance; the RII by the delta method on log((a + b)/a)."""
    y, people = np.array([12.0, 9.0, 15.0, 22.0, 20.0]), np.array([900.0, 400.0, 1_300.0, 700.0, 1_100.0])
    rank = (np.cumsum(people) - people / 2) / people.sum()
    fit = sm.WLS(y, sm.add_constant(rank), weights=people).fit(cov_type="HC3", use_t=True)
    a, b = fit.params
    sii = slope_index_of_inequality(y, people, np.arange(5), 0.9)
    np.testing.assert_allclose([sii.value, sii.lower, sii.upper], [b, *fit.conf_int(0.1)[1]], rtol=1e-8)
    rii = relative_index_of_inequality(y, people, np.arange(5), 0.9)
    step = np.array([1 / (a + b) - 1 / a, 1 / (a + b)])
    half_width = stats.t.ppf(0.95, 3) * np.sqrt(step @ fit.cov_params() @ step)
    expected = (a + b) / a * np.exp([0, -half_width, half_width])
    np.testing.assert_allclose([rii.value, rii.lower, rii.upper], expected, rtol=1e-8)


def test_the_convenient_regression_agrees_with_statsmodels() -> None:
    """Kakwani et al. (1997): the slope of 2·σ²·y/μ on the rank, and its robust standard error."""
    y, people = np.array([3.0, 9.0, 4.0, 12.0, 10.0, 15.0]), np.array([90.0, 40.0, 130.0, 70.0, 110.0, 20.0])
    rank = (np.cumsum(people) - people / 2) / people.sum()
    mean = np.average(y, weights=people)
    variance = np.average((rank - 0.5) ** 2, weights=people)
    fit = sm.WLS(2 * variance * y / mean, sm.add_constant(rank), weights=people).fit(
        cov_type="HC3", use_t=True
    )
    index = concentration_index(y, people, np.arange(6))
    found = [index.value, index.lower, index.upper]
    np.testing.assert_allclose(found, [fit.params[1], *fit.conf_int()[1]], rtol=1e-8)


def test_relative_rank_agrees_with_the_ranks_of_every_single_person() -> None:
    """Each person gets the mean rank of its area (scipy), scaled to 0-1: the ridit of Bross (1958)."""
    deprivation, people = np.array([3.0, 1.0, 2.0, 2.0]), np.array([40, 10, 25, 25])
    persons = (stats.rankdata(np.repeat(deprivation, people)) - 0.5) / people.sum()
    first_of_area = np.cumsum(people) - people
    np.testing.assert_allclose(relative_rank(deprivation, people), persons[first_of_area], rtol=1e-12)


def test_gini_agrees_with_the_mean_difference_of_all_pairs() -> None:
    """G = Σ Σ w·w'·|y − y'| / (2·mean·(Σw)²), by brute force over all pairs."""
    y, people = np.array([0.0, 3.0, 11.0, 4.0]), np.array([50.0, 20.0, 5.0, 70.0])
    pairs = people[:, None] * people * np.abs(y[:, None] - y)
    expected = pairs.sum() / (2 * np.average(y, weights=people) * people.sum() ** 2)
    np.testing.assert_allclose(gini_index(y, people).value, expected, rtol=1e-12)


def test_gini_agrees_with_pysal_on_the_states_of_mexico() -> None:
    """The package inequality of PySAL tests 0.35372371173452849 for gross product per head in 1940."""
    states = pd.read_csv(get_path("mexico.csv"))
    measure = gini_index(states["pcgdp1940"], np.ones(len(states)))
    np.testing.assert_allclose(measure.value, 0.35372371173452849, rtol=1e-12)


def test_dissimilarity_is_the_greatest_distance_of_the_segregation_curve_from_the_diagonal() -> None:
    """Duncan & Duncan (1955): areas in order of the group's share, cumulated shares of both groups."""
    members, people = np.array([40.0, 5, 60, 12, 0, 33]), np.array([90.0, 80, 75, 300, 41, 66])
    order = np.argsort(members / people)
    group, rest = members[order], (people - members)[order]
    distance = np.cumsum(rest) / rest.sum() - np.cumsum(group) / group.sum()
    np.testing.assert_allclose(dissimilarity_index(members, people).value, distance.max(), rtol=1e-12)


def test_isolation_is_the_mean_over_members_of_the_share_in_their_area() -> None:
    """Massey & Denton (1988): the chance that a random person of a member's area is a member, one by one."""
    members, people = np.array([40, 5, 60, 12, 0, 33]), np.array([90, 80, 75, 300, 41, 66])
    share_of_each_member = np.repeat(members / people, members)
    found = isolation_index(members, people)
    np.testing.assert_allclose(found.value, share_of_each_member.mean(), rtol=1e-12)
    city = members.sum() / people.sum()
    # The adjusted index is the variance of the areas' shares over that of single persons, eta squared.
    persons = np.concatenate(
        [np.repeat([1.0, 0.0], [m, n - m]) for m, n in zip(members, people, strict=True)]
    )
    between = np.average((members / people - city) ** 2, weights=people)
    adjusted = isolation_index(members, people, adjusted=True).value
    np.testing.assert_allclose(adjusted, between / persons.var(), rtol=1e-12)


def test_the_attributable_fraction_is_levins_with_several_levels() -> None:
    """Levin (1953), for several levels of exposure: Σ p·(RR − 1) / (1 + Σ p·(RR − 1))."""
    rates, people = np.array([2.0, 3.0, 5.0, 4.0, 8.0]), np.array([100.0, 110.0, 90.0, 105.0, 95.0])
    excess = (people / people.sum()) @ (rates / rates[0] - 1)
    found = population_attributable_fraction(rates, people, range(5)).value
    np.testing.assert_allclose(found, excess / (1 + excess), rtol=1e-12)


def test_levins_formula_for_one_exposure() -> None:
    """A fifth unexposed, four fifths exposed with a relative risk of 3: 0.8·2 / (1 + 0.8·2) = 8/13."""
    found = population_attributable_fraction([1, 3, 3, 3, 3], [20] * 5, range(5)).value
    np.testing.assert_allclose(found, 8 / 13, rtol=1e-12)


def test_classical_errors_of_the_concentration_index_are_those_of_healthequal() -> None:
    """R package healthequal (WHO), tests/testthat/test-rci.R: 0.17776859, standard error 0.0071240491."""
    values, people = [20, 30, 40, 50, 60], [78, 91, 162, 103, 105]
    index = concentration_index(values, people, range(5), errors="classical")
    error = (index.upper - index.value) / stats.t.ppf(0.975, 3)
    np.testing.assert_allclose([index.value, error], [0.17776859, 0.0071240491], rtol=1e-6)


def test_classical_errors_agree_with_statsmodels() -> None:
    y, people = np.array([12.0, 9.0, 15.0, 22.0, 20.0]), np.array([900.0, 400.0, 1_300.0, 700.0, 1_100.0])
    rank = (np.cumsum(people) - people / 2) / people.sum()
    fit = sm.WLS(y, sm.add_constant(rank), weights=people).fit()
    sii = slope_index_of_inequality(y, people, np.arange(5), errors="classical")
    np.testing.assert_allclose([sii.lower, sii.upper], fit.conf_int()[1], rtol=1e-8)
    a, b = fit.params
    rii = relative_index_of_inequality(y, people, np.arange(5), errors="classical")
    step = np.array([1 / (a + b) - 1 / a, 1 / (a + b)])
    spread = np.exp(stats.t.ppf(0.975, 3) * np.sqrt(step @ fit.cov_params() @ step))
    np.testing.assert_allclose(
        [rii.lower, rii.upper], (a + b) / a * np.array([1 / spread, spread]), rtol=1e-8
    )


def test_weighted_trend_agrees_with_statsmodels() -> None:
    years = np.array([2010, 2012, 2013, 2014, 2017, 2018])
    values, errors = np.array([4.0, 4.6, 4.1, 5.2, 5.0, 6.1]), np.array([0.2, 0.5, 0.3, 0.2, 0.4, 0.6])
    fit = sm.WLS(values, sm.add_constant(years), weights=errors**-2).fit()
    result = trend(years, values, errors, confidence=0.9)
    np.testing.assert_allclose(result.slope.value, fit.params[1], rtol=1e-8)
    np.testing.assert_allclose([result.slope.lower, result.slope.upper], fit.conf_int(0.1)[1], rtol=1e-6)
    np.testing.assert_allclose(result.p_value, fit.pvalues[1], rtol=1e-6)


def test_trend_with_a_gap_is_that_of_the_years_that_are_there() -> None:
    years = np.arange(2010, 2018)
    values = np.array([3.0, 2.7, np.nan, 2.5, 2.0, 1.6, np.nan, 1.2])
    there = ~np.isnan(values)
    expected = stats.linregress(years[there], values[there])
    result = trend(years, np.vstack([values, np.full(8, np.nan)]))
    np.testing.assert_allclose(result.slope.value[0], expected.slope, rtol=1e-10)
    np.testing.assert_allclose(result.p_value[0], expected.pvalue, rtol=1e-8)
    assert result.direction.tolist() == ["falling", "too_few"]

"""Drawn counts have exactly the distribution that they are drawn from."""

import numpy as np
import pytest
from scipy import stats

from sozialanalyse.index.counts import ORDERS, distributions, draw_counts

CASES = [
    (5, 100),
    (1, 3),
    (99, 100),
    (600, 9_000),
    (3, 4_000),
    (100_000, 200_000),
    (2, np.nan),
    (70_000, np.inf),
]


def law(events, persons):
    """Return the distribution by scipy: binomial, or Poisson without persons."""
    return stats.binom(persons, events / persons) if np.isfinite(persons) else stats.poisson(events)


@pytest.mark.parametrize(("events", "persons"), CASES)
def test_the_table_is_the_distribution_function_to_the_last_digits(events, persons):
    lowest, cumulative = distributions(np.array([events]), np.array([persons]))
    k = np.arange(lowest[0], lowest[0] + cumulative.shape[1])
    np.testing.assert_allclose(cumulative[0], law(events, persons).cdf(k), atol=2e-13)
    assert law(events, persons).cdf(lowest[0] - 1) < 1e-13


def test_tables_of_several_counts_are_those_of_each_alone():
    events, persons = np.array(CASES[:7], dtype=float).T
    lowest, cumulative = distributions(events, persons)
    for row, (mean, trials) in enumerate(zip(events, persons, strict=True)):
        alone, table = distributions(np.array([mean]), np.array([trials]))
        assert alone[0] == lowest[row]
        assert (cumulative[row, : table.shape[1]] == table[0]).all()
        assert (cumulative[row, table.shape[1] :] == 1.0).all()


def test_many_cells_of_very_different_size_each_follow_their_own_distribution():
    events = np.array([30_000.0, 2.0, 700.0, 1.0, 90.0] * 9)
    persons = np.array([50_000.0, 4.0, np.nan, 900.0, 91.0] * 9)
    draws = 20_000
    lowest, above = draw_counts(events, persons, draws, np.random.default_rng(12))
    drawn = lowest[:, None] + above.astype(np.int64)
    variance = np.where(np.isfinite(persons), events * (1 - events / persons), events)
    # The mean of 20,000 draws lies within 4.5 standard errors in all 45 cells but in 1 of 3,000 runs.
    assert (np.abs(drawn.mean(axis=1) - events) < 4.5 * np.sqrt(variance / draws)).all()
    np.testing.assert_allclose(drawn.var(axis=1), variance, rtol=0.08)
    assert ((drawn >= 0) & ~(drawn > persons[:, None])).all()


def test_all_persons_being_cases_leaves_nothing_to_chance():
    lowest, above = draw_counts(np.array([20.0]), np.array([20.0]), 7, np.random.default_rng(1))
    assert (lowest[0] + above[0] == 20).all()


@pytest.mark.parametrize(("events", "persons"), CASES)
def test_each_number_comes_out_as_often_as_its_probability_says_up_to_one(events, persons):
    draws = 5_000
    lowest, above = draw_counts(np.array([events]), np.array([persons]), draws, np.random.default_rng(5))
    drawn = np.sort(lowest[0] + above[0].astype(int))
    numbers = np.arange(drawn[0], drawn[-1] + 1)
    # Points 1/5,000 apart: between two steps of the distribution function lie as many as fit, or one more.
    at_most = np.searchsorted(drawn, numbers, side="right")
    assert np.abs(at_most - draws * law(events, persons).cdf(numbers)).max() < 1 + 1e-6


@pytest.mark.parametrize(("events", "persons"), CASES)
def test_the_first_draw_of_many_cities_follows_the_distribution(events, persons):
    # One draw by itself, of cells that share an order, over many seeds: χ² over classes of about 1/10 lies
    # above the limit once in 10,000 times.
    cells, seeds = 40, 100
    drawn = np.array(
        [
            lowest + above[:, 0].astype(int)
            for lowest, above in (
                draw_counts(np.full(cells, events), np.full(cells, persons), 700, np.random.default_rng(seed))
                for seed in range(seeds)
            )
        ]
    ).ravel()
    ends = np.unique(law(events, persons).ppf(np.arange(1, 10) / 10))
    expected = len(drawn) * np.diff(law(events, persons).cdf(ends), prepend=0.0, append=1.0)
    found = np.bincount(np.searchsorted(ends, drawn), minlength=len(ends) + 1)
    kept = expected > 5
    statistic = np.sum((found - expected)[kept] ** 2 / expected[kept])
    assert statistic < stats.chi2.ppf(1 - 1e-4, kept.sum() - 1)


def test_cells_and_draws_are_independent_and_the_same_seed_gives_the_same_draws():
    cells, draws = ORDERS + 36, 4_000
    events, persons = np.full(cells, 50.0), np.full(cells, 500.0)
    lowest, above = draw_counts(events, persons, draws, np.random.default_rng(8))
    upper = np.triu_indices(cells, 1)
    # 4,950 correlations of 4,000 draws have a standard error of 1/√4,000; the largest of so many is about 3.9
    # times as large, and above 5.3 times once in 1,700 runs.
    between = np.corrcoef(above.astype(float))[upper] * np.sqrt(draws)
    assert np.abs(between).max() < 5.3
    assert between.std() == pytest.approx(1, abs=0.05)
    following = [np.corrcoef(row[1:], row[:-1])[0, 1] * np.sqrt(draws) for row in above.astype(float)]
    assert np.abs(following).max() < 4.5
    again = draw_counts(events, persons, draws, np.random.default_rng(8))
    assert (again[1] == above).all()
    assert (again[0] == lowest).all()


def test_the_mean_over_draws_is_closer_than_that_of_independent_draws():
    events, persons, draws = np.full(60, 30.0), np.full(60, 400.0), 1_000
    lowest, above = draw_counts(events, persons, draws, np.random.default_rng(4))
    independent = np.sqrt(30 * (1 - 30 / 400) / draws)
    assert np.abs(lowest + above.mean(axis=1) - 30).max() < independent / 5


@pytest.mark.parametrize("draws", [1, 2, 7, 9])
def test_a_handful_of_draws_lies_within_what_is_possible(draws):
    lowest, above = draw_counts(
        np.array([1.0, 2.0, 3.0]), np.array([2.0, 3.0, np.nan]), draws, np.random.default_rng(2)
    )
    drawn = lowest[:, None] + above.astype(int)
    assert above.shape == (3, draws)
    assert (drawn >= 0).all()
    assert (drawn[0] <= 2).all()
    assert (drawn[1] <= 3).all()


def test_counts_of_millions_do_not_overflow():
    lowest, above = draw_counts(np.array([4e7]), np.array([np.nan]), 2_000, np.random.default_rng(9))
    drawn = lowest[0] + above[0].astype(float)
    assert drawn.mean() == pytest.approx(4e7, abs=4 * np.sqrt(4e7 / 2_000))
    assert drawn.std() == pytest.approx(np.sqrt(4e7), rel=0.07)

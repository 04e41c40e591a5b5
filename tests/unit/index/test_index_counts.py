"""Drawn counts have exactly the distribution that they are drawn from."""

import numpy as np
import pytest
from scipy import stats

from sozialanalyse.index.counts import BITS, distributions, draw_counts

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
    assert law(events, persons).cdf(lowest[0] - 1) < 1e-15


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
def test_draws_follow_the_distribution(events, persons):
    draws = 200_000
    lowest, above = draw_counts(np.array([events]), np.array([persons]), draws, np.random.default_rng(5))
    # Classes of about 1/20 by the distribution itself; χ² lies above the limit once in 10,000 times.
    ends = np.unique(law(events, persons).ppf(np.arange(1, 20) / 20))
    expected = draws * np.diff(law(events, persons).cdf(ends), prepend=0.0, append=1.0)
    found = np.bincount(np.searchsorted(ends, lowest[0] + above[0].astype(int)), minlength=len(ends) + 1)
    kept = expected > 5
    statistic = np.sum((found - expected)[kept] ** 2 / expected[kept])
    assert statistic < stats.chi2.ppf(1 - 1e-4, kept.sum() - 1)


def test_steps_inside_one_part_of_the_guide_table_are_kept_apart():
    # Several numbers share one part of the table where each is rarer than 1/2¹²; all come out as due.
    events, persons, draws = 40.0, 1_000.0, 4_000_000
    lowest, above = draw_counts(np.array([events]), np.array([persons]), draws, np.random.default_rng(6))
    share = np.bincount(lowest[0] + above[0].astype(int), minlength=1_000)[:1_000] / draws
    exact = stats.binom(persons, events / persons).pmf(np.arange(1_000))
    rare = (exact < 2.0**-BITS) & (exact > 1e-5)
    assert rare.sum() > 5
    np.testing.assert_allclose(share[rare], exact[rare], atol=5 * np.sqrt(2.0**-BITS / draws))
    assert share[rare].sum() == pytest.approx(exact[rare].sum(), rel=0.1)


def test_cells_are_independent_of_each_other_and_the_same_seed_gives_the_same_draws():
    events, persons = np.full(3, 50.0), np.full(3, 500.0)
    lowest, above = draw_counts(events, persons, 40_000, np.random.default_rng(8))
    # The error of a correlation of 40,000 draws is 1/200; the limit is four times that.
    assert np.abs(np.corrcoef(above.astype(float))[np.triu_indices(3, 1)]).max() < 0.02
    assert np.abs(np.corrcoef(above[0, 1:], above[0, :-1])[0, 1]) < 0.02
    again = draw_counts(events, persons, 40_000, np.random.default_rng(8))
    assert (again[1] == above).all()
    assert (again[0] == lowest).all()


def test_counts_of_millions_do_not_overflow():
    lowest, above = draw_counts(np.array([4e7]), np.array([np.nan]), 2_000, np.random.default_rng(9))
    drawn = lowest[0] + above[0].astype(float)
    assert drawn.mean() == pytest.approx(4e7, abs=4 * np.sqrt(4e7 / 2_000))
    assert drawn.std() == pytest.approx(np.sqrt(4e7), rel=0.07)

"""Coefficients, intervals, tests and corrections against scipy, statsmodels and published examples."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from sozialanalyse.connections.correlation import associate
from sozialanalyse.connections.intervals import adjust_holm, correlation_interval, correlation_p
from sozialanalyse.connections.kernel import correlate, weighted_midranks
from sozialanalyse.connections.partial import partial_correlations
from sozialanalyse.connections.sizes import kish_share
from sozialanalyse.connections.spec import ConnectionSpec
from sozialanalyse.errors import MethodError
from sozialanalyse.spatial.weights import weights_from_pairs

QUICK = ConnectionSpec(permutations=0, bootstrap=0)


def _table(missing: bool = True) -> NDArray[np.float64]:
    """40 areas, 5 columns: related, tied, with gaps."""
    rng = np.random.default_rng(11)
    x = rng.normal(size=(40, 5))
    x[:, 1] += x[:, 0]
    x[:, 2] = np.round(x[:, 2])
    if missing:
        x[[3, 7], 3] = np.nan
        x[[7, 9, 20], 4] = np.nan
    return x


def _keys(x: NDArray[np.float64]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(f"i{j}" for j in range(x.shape[1])), tuple(f"{i:03d}" for i in range(x.shape[0]))


def test_both_coefficients_and_their_p_equal_scipy_pair_by_pair() -> None:
    x = _table()
    found = associate(x, *_keys(x), spec=QUICK)
    for i in range(5):
        for j in range(i):
            both = np.isfinite(x[:, i]) & np.isfinite(x[:, j])
            rank = stats.spearmanr(x[both, i], x[both, j])
            linear = stats.pearsonr(x[both, i], x[both, j])
            assert found.count[i, j] == both.sum()
            assert found.spearman.estimate[i, j] == pytest.approx(rank.statistic, abs=1e-12)
            assert found.spearman.p_spatial[i, j] == pytest.approx(rank.pvalue, abs=1e-12)
            assert found.pearson.estimate[i, j] == pytest.approx(linear.statistic, abs=1e-12)
            assert found.pearson.p_spatial[i, j] == pytest.approx(linear.pvalue, abs=1e-12)
            interval = linear.confidence_interval(0.95)
            assert found.pearson.lower[i, j] == pytest.approx(interval.low, abs=1e-12)
            assert found.pearson.upper[i, j] == pytest.approx(interval.high, abs=1e-12)


def test_spearman_interval_equals_the_example_of_bonett() -> None:
    # Bonett, D. G.: R package statpsych, ci.spear(.05, y, x); documented result of the example.
    y = [21, 4, 9, 12, 35, 18, 10, 22, 24, 1, 6, 8, 13, 16, 19]
    x = [67, 28, 30, 28, 52, 40, 25, 37, 44, 10, 14, 20, 28, 40, 51]
    table = np.column_stack([y, x]).astype(float)
    found = associate(table, *_keys(table), spec=QUICK).spearman
    assert found.estimate[0, 1] == pytest.approx(0.8699639, abs=5e-8)
    assert found.lower[0, 1] == pytest.approx(0.5840951, abs=5e-8)
    assert found.upper[0, 1] == pytest.approx(0.9638297, abs=5e-8)


def test_the_interval_says_nothing_when_three_areas_are_left() -> None:
    low, high = correlation_interval(np.array([0.5, np.nan]), np.array([3.0, 3.0]), "pearson", 0.95)
    assert (low[0], high[0]) == (-1.0, 1.0)
    assert np.isnan([low[1], high[1]]).all()
    assert correlation_p(np.array([0.5]), np.array([2.0]))[0] == 1.0


def test_permutation_p_equals_scipy_up_to_the_error_of_drawing() -> None:
    x = _table(missing=False)[:, :3]
    found = associate(x, *_keys(x), spec=ConnectionSpec(bootstrap=0, permutations=9_999, seed=5))
    for i, j in ((0, 1), (0, 2), (1, 2)):
        # Four standard errors of a share drawn 9,999 times are at most 0.02.
        assert found.pearson.p_permutation[i, j] == pytest.approx(
            stats.pearsonr(x[:, i], x[:, j]).pvalue, abs=0.02
        )
        assert found.spearman.p_permutation[i, j] == pytest.approx(
            stats.spearmanr(x[:, i], x[:, j]).pvalue, abs=0.02
        )


def test_weighted_permutations_give_a_uniform_p_without_connection() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=(30, 24))
    spec = ConnectionSpec(weighting="population", bootstrap=0, permutations=199)
    p = associate(x, *_keys(x), spec=spec, population=rng.uniform(1, 9, 30)).spearman.p_permutation
    drawn = p[np.triu_indices(24, 1)]
    assert 0.4 < drawn.mean() < 0.6
    assert np.mean(drawn < 0.05) < 0.1


def test_bootstrap_interval_agrees_with_scipy() -> None:
    x = _table(missing=False)[:, :2]
    found = associate(x, *_keys(x), spec=ConnectionSpec(permutations=0, bootstrap=2_000, seed=3)).spearman
    theirs = stats.bootstrap(
        (x[:, 0], x[:, 1]),
        lambda a, b: stats.spearmanr(a, b).statistic,
        paired=True,
        vectorized=False,
        n_resamples=2_000,
        method="percentile",
        rng=np.random.default_rng(4),
    ).confidence_interval
    # Both bounds are drawn quantiles; with 2,000 draws they differ by about 0.01.
    assert found.lower_bootstrap[0, 1] == pytest.approx(theirs.low, abs=0.04)
    assert found.upper_bootstrap[0, 1] == pytest.approx(theirs.high, abs=0.04)


def test_whole_weights_are_the_same_as_repeated_areas() -> None:
    x = _table(missing=False)
    times = np.arange(40) % 4
    weighted = correlate(x, times[None, :].astype(float), "spearman")[0]
    repeated = stats.spearmanr(np.repeat(x, times, axis=0)).statistic
    assert weighted == pytest.approx(repeated, abs=1e-12)


def test_ranks_of_equal_weights_are_the_usual_midranks_less_one_half() -> None:
    x = _table(missing=False)
    assert weighted_midranks(x, np.ones((1, 40)))[0] + 0.5 == pytest.approx(stats.rankdata(x, axis=0))


def test_unequal_weights_cost_areas_by_the_formula_of_kish() -> None:
    # Weights 1, 1, 2: (1 + 1 + 2)² / (3 · (1 + 1 + 4)) = 16 / 18.
    assert kish_share(np.array([1.0, 1.0, 2.0]), np.ones((3, 2)))[0, 1] == pytest.approx(16 / 18)


def test_partial_correlation_equals_that_of_residuals() -> None:
    x = _table()
    control = np.random.default_rng(9).normal(size=(40, 2))
    control[5, 1] = np.nan
    found = partial_correlations(x, control, np.ones(40), "pearson")
    rows = np.isfinite(x[:, [0, 3]]).all(axis=1) & np.isfinite(control).all(axis=1)
    design = np.column_stack([np.ones(rows.sum()), control[rows]])
    rest = [x[rows, j] - design @ np.linalg.lstsq(design, x[rows, j], rcond=None)[0] for j in (0, 3)]
    assert found[0, 3] == pytest.approx(np.corrcoef(rest)[0, 1], abs=1e-12)


def test_partial_rank_correlation_equals_the_recursion_formula() -> None:
    x = _table(missing=False)
    rho = stats.spearmanr(x).statistic
    expected = (rho[0, 1] - rho[0, 2] * rho[1, 2]) / np.sqrt((1 - rho[0, 2] ** 2) * (1 - rho[1, 2] ** 2))
    found = partial_correlations(x[:, :2], x[:, [2]], np.ones(40), "spearman")
    assert found[0, 1] == pytest.approx(expected, abs=1e-12)


def test_a_covariate_among_the_indicators_leaves_nothing_to_correlate() -> None:
    x = _table(missing=False)
    assert np.isnan(partial_correlations(x, x[:, [0]], np.ones(40), "pearson")[0]).all()


def test_holm_and_benjamini_hochberg_equal_statsmodels_over_all_pairs() -> None:
    from statsmodels.stats.multitest import multipletests

    x = _table(missing=False)
    found = associate(x, *_keys(x), spec=QUICK)
    upper = np.triu_indices(5, 1)
    p = found.spearman.p_spatial[upper]
    assert found.pairs == 10
    assert found.spearman.p_holm[upper] == pytest.approx(multipletests(p, method="holm")[1])
    assert found.spearman.p_fdr[upper] == pytest.approx(multipletests(p, method="fdr_bh")[1])
    assert adjust_holm(np.array([np.nan])).tolist() == pytest.approx([np.nan], nan_ok=True)


def test_a_constant_indicator_has_no_coefficient_and_spoils_no_other() -> None:
    x = _table(missing=False)
    x[:, 4] = 0.1
    found = associate(x, *_keys(x), spec=ConnectionSpec(permutations=99, bootstrap=50)).spearman
    for part in (found.estimate, found.p_permutation, found.lower_bootstrap, found.p_holm, found.size):
        assert np.isnan(part[4]).all()
        assert np.isfinite(part[:4, :4][~np.eye(4, dtype=bool)]).all()


def test_two_areas_in_common_give_no_coefficient() -> None:
    x = _table(missing=False)[:6, :2]
    x[:4, 0] = np.nan
    found = associate(x, *_keys(x), spec=ConnectionSpec(permutations=9, bootstrap=9))
    assert found.count[0, 1] == 2
    assert np.isnan(found.spearman.estimate[0, 1])


def test_neighbours_widen_the_interval_of_smooth_maps() -> None:
    ids = tuple(f"{i:02d}" for i in range(60))
    chain = weights_from_pairs(ids, [(ids[i], ids[i + 1]) for i in range(59)])
    smooth = np.random.default_rng(4).normal(size=(60, 2)).cumsum(axis=0)
    near = associate(smooth, ("a", "b"), ids, spec=QUICK, neighbours=chain).spearman
    assert near.size[0, 1] < 20
    assert near.lower_spatial[0, 1] < near.lower[0, 1]
    assert near.upper_spatial[0, 1] > near.upper[0, 1]


def test_wrong_shapes_doubled_keys_swapped_areas_and_missing_population_are_refused() -> None:
    x = _table()
    indicators, areas = _keys(x)
    chain = weights_from_pairs(areas, [])
    with pytest.raises(MethodError, match="eine Zeile je Gebiet"):
        associate(x.T, indicators, areas, spec=QUICK)
    with pytest.raises(MethodError, match="nur einmal"):
        associate(x, ("i0",) * 5, areas, spec=QUICK)
    with pytest.raises(MethodError, match="anderer Stelle"):
        associate(x, indicators, areas[::-1], spec=QUICK, neighbours=chain)
    with pytest.raises(MethodError, match="Zahl über 0"):
        associate(x, indicators, areas, spec=ConnectionSpec(weighting="population"))

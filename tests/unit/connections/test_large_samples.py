"""Where areas are thousands, limits of large samples stand for draws; here both are computed and compared."""

import numpy as np
import pytest

from sozialanalyse.connections import draws, robustness
from sozialanalyse.connections.influence import influence_error
from sozialanalyse.connections.robustness import leave_one_group_out
from sozialanalyse.connections.spec import METHODS, ConnectionSpec, Method

SPEC = ConnectionSpec(bootstrap=2_000, permutations=2_000)


def _areas(n: int) -> np.ndarray:
    """Four columns: connected, tied, moderately skewed, nearly unconnected; a few values are missing."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(n, 1)) + rng.normal(size=(n, 4)) * [0.3, 1.0, 3.0, 30.0]
    x[:, 1] = np.round(x[:, 1])
    x[:, 2] = np.exp(x[:, 2] / 4.0)
    x[rng.random(x.shape) < 0.02] = np.nan
    return x


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("weighted", [False, True])
def test_limits_of_large_samples_are_those_of_many_draws(
    monkeypatch: pytest.MonkeyPatch, method: Method, weighted: bool
) -> None:
    x = _areas(1_000)
    weights = np.random.default_rng(2).uniform(0.2, 2.0, 1_000) if weighted else np.ones(1_000)
    drawn = draws.bootstrap_interval(x, weights, SPEC, method)
    shuffled = draws.permutation_p(x, weights, SPEC, method)
    monkeypatch.setattr(draws, "EXACT_AREAS", 10)
    limit = draws.bootstrap_interval(x, weights, SPEC, method)
    # 2,000 draws leave the width of a 95 % interval uncertain by 2 to 3 %; skewed values add to that.
    pairs = np.triu_indices(4, k=1)
    width, wanted = (limit[1] - limit[0])[pairs], (drawn[1] - drawn[0])[pairs]
    assert width == pytest.approx(wanted, rel=0.12)
    # A share of 2,000 permutations has a standard error of at most 0.011.
    assert draws.permutation_p(x, weights, SPEC, method)[pairs] == pytest.approx(shuffled[pairs], abs=0.04)


def test_error_of_a_linear_coefficient_is_that_of_normal_theory() -> None:
    # For normal values the standard error of r is (1 − r²) / √n (Fisher 1915).
    rng = np.random.default_rng(4)
    x = rng.multivariate_normal([0.0, 0.0], [[1.0, 0.6], [0.6, 1.0]], 20_000)
    estimate, error = influence_error(x, np.ones(20_000), "pearson")
    assert error[0, 1] == pytest.approx((1.0 - estimate[0, 1] ** 2) / np.sqrt(20_000), rel=0.03)


def test_error_of_a_rank_correlation_counts_that_places_move() -> None:
    # Without connection the variance of Spearman's coefficient is 1 / (n − 1) (Hotelling and Pabst 1936).
    x = np.random.default_rng(5).normal(size=(20_000, 2))
    _, error = influence_error(x, np.ones(20_000), "spearman")
    assert error[0, 1] == pytest.approx(1.0 / np.sqrt(19_999), rel=0.03)


def test_a_perfect_connection_has_an_interval_without_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draws, "EXACT_AREAS", 10)
    x = np.column_stack([np.arange(50.0), np.arange(50.0) ** 3])
    low, high = draws.bootstrap_interval(x, np.ones(50), SPEC, "spearman")
    assert (low[0, 1], high[0, 1]) == pytest.approx((1.0, 1.0))


@pytest.mark.parametrize("method", METHODS)
def test_leaving_districts_out_of_many_hardly_depends_on_keeping_the_ranks(
    monkeypatch: pytest.MonkeyPatch, method: Method
) -> None:
    x = _areas(1_000)
    groups = tuple(f"{number % 40:02d}" for number in range(1_000))
    exact = leave_one_group_out(x, np.ones(1_000), groups, method)
    monkeypatch.setattr(robustness, "EXACT_CELLS", 10)
    kept = leave_one_group_out(x, np.ones(1_000), groups, method)
    # The linear coefficient knows no ranks: the short way is exact for it.
    reach = 1e-10 if method == "pearson" else 2e-3
    for one, two in ((exact.lowest, kept.lowest), (exact.highest, kept.highest)):
        assert two == pytest.approx(one, abs=reach, nan_ok=True)
    if method == "pearson":
        assert kept.decisive.tolist() == exact.decisive.tolist()

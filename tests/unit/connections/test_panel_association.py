"""Inside the areas over time, and between the areas."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sozialanalyse.connections.panel import associate_over_time
from sozialanalyse.errors import MethodError


def test_inside_and_between_can_point_in_opposite_directions() -> None:
    # Areas at 0, 10, …, 50 with outcomes as high; inside each area y falls as x rises.
    level = np.arange(6.0) * 10
    wave = np.array([0.0, 1.0, 0.0, -1.0])[:, None] * np.array([1.0, -1.0, 1.0, -1.0, 1.0, -1.0])
    found = associate_over_time(level + wave, level - 2.0 * wave)
    assert found.between == pytest.approx(1.0)
    assert found.within == pytest.approx(-2.0)
    assert found.within_correlation == pytest.approx(-1.0)
    assert (found.areas, found.years, found.observations) == (6, 4, 24)


def test_a_trend_that_all_areas_share_is_no_evidence() -> None:
    rng = np.random.default_rng(6)
    trend = np.arange(8.0)[:, None] * 5.0
    found = associate_over_time(trend + rng.normal(size=(8, 40)), trend + rng.normal(size=(8, 40)))
    assert abs(found.within_correlation) < 0.15
    assert found.within_lower < 0 < found.within_upper


def test_slope_and_clustered_error_equal_a_regression_with_all_dummies() -> None:
    import statsmodels.api as sm

    rng = np.random.default_rng(7)
    x = rng.normal(size=(5, 12)) + rng.normal(size=12)
    y = 0.5 * x + rng.normal(size=(5, 12)) + np.arange(5.0)[:, None]
    x[0, 3] = y[2, 5] = np.nan
    known = np.isfinite(x) & np.isfinite(y)
    year, area = np.nonzero(known)
    design = np.column_stack([x[known], area[:, None] == np.arange(12), year[:, None] == np.arange(1, 5)])
    fit = sm.OLS(y[known], design.astype(float)).fit(cov_type="cluster", cov_kwds={"groups": area})
    found = associate_over_time(x, y)
    assert found.within == pytest.approx(fit.params[0])
    # statsmodels counts the 12 area effects as parameters too; ours counts the slope and four years.
    n = known.sum()
    error = fit.bse[0] * np.sqrt((n - 17) / (n - 5))
    assert found.within_upper - found.within == pytest.approx(stats.t.ppf(0.975, 11) * error)
    assert found.within_p == pytest.approx(2 * stats.t.sf(abs(fit.params[0]) / error, 11))


def test_an_area_with_a_single_year_is_left_out() -> None:
    rng = np.random.default_rng(8)
    x, y = rng.normal(size=(2, 4, 7))
    x[1:, 0] = np.nan
    assert associate_over_time(x, y).areas == 6


def test_too_few_years_and_an_unmoved_indicator_are_refused() -> None:
    rng = np.random.default_rng(9)
    x, y = rng.normal(size=(2, 4, 7))
    with pytest.raises(MethodError, match="mindestens 3 Jahre und 5 Gebiete"):
        associate_over_time(x[:2], y[:2])
    with pytest.raises(MethodError, match="mindestens 3 Jahre und 5 Gebiete"):
        associate_over_time(x[:, :4], y[:, :4])
    with pytest.raises(MethodError, match="nicht anders als im Mittel"):
        associate_over_time(np.tile(x[0], (4, 1)), y)

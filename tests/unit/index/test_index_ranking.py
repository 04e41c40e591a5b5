"""Ranks agree with those of scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sozialanalyse.index.ranking import rank_along


@pytest.mark.parametrize("ties", ["min", "average"])
@pytest.mark.parametrize("axis", [-1, -2, 0])
def test_ranks_are_those_of_scipy_for_any_axis_with_ties_and_missing_values(ties: str, axis: int) -> None:
    generator = np.random.default_rng(20221)
    values = generator.integers(0, 6, size=(4, 7, 9)).astype(float)
    values[generator.random(values.shape) < 0.15] = np.nan
    expected = stats.rankdata(values, method=ties, axis=axis, nan_policy="omit")
    np.testing.assert_array_equal(rank_along(values, axis, ties), expected)

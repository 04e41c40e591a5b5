"""Inner consistency of an index."""

from dataclasses import replace

import numpy as np
import pytest

from sozialanalyse.errors import MethodError
from sozialanalyse.index.build import build_index
from sozialanalyse.index.consistency import consistency, cronbach_alpha
from sozialanalyse.index.data import IndexData
from sozialanalyse.index.spec import IndexSpec

DATA = IndexData(
    area_ids=tuple("123456"),
    indicator_ids=("a", "b", "c"),
    values=np.array([[1, 2, 9], [2, 1, 7], [3, 4, 8], [4, 3, 3], [5, 6, 4], [6, 5, 1.0]]),
    directions=("higher_is_worse", "higher_is_worse", "higher_is_better"),
)
SPEC = IndexSpec(indicators=("a", "b", "c"), weighting="given", weights=(1.0, 1.0, 2.0))


def test_effective_weights_are_shares_of_the_variance():
    result = build_index(DATA, SPEC)
    found = consistency(result)
    covariance = np.cov(result.parts, rowvar=False)
    np.testing.assert_allclose(found.effective_weights, covariance.sum(axis=0) / covariance.sum())
    assert found.effective_weights.sum() == pytest.approx(1)
    assert found.nominal_weights.tolist() == [0.25, 0.25, 0.5]
    assert found.areas == 6


def test_correlations_and_loadings_agree_with_numpy():
    result = build_index(DATA, SPEC)
    found = consistency(result)
    normalised = result.stages["normalised"]
    expected = [np.corrcoef(normalised[:, column], result.index)[0, 1] for column in range(3)]
    np.testing.assert_allclose(found.correlations, expected)
    correlation = np.corrcoef(normalised, rowvar=False)
    np.testing.assert_allclose(found.loadings @ found.loadings.T, correlation, atol=1e-12)
    np.testing.assert_allclose(found.explained, np.sort(np.linalg.eigvalsh(correlation))[::-1] / 3)


def test_left_out_indicators_do_not_appear():
    data = replace(DATA, values=np.where(np.arange(3) == 1, np.nan, DATA.values))
    assert consistency(build_index(data, SPEC)).indicator_ids == ("a", "c")


def test_a_single_indicator_has_no_alpha():
    found = consistency(build_index(DATA, IndexSpec(indicators=("a",))))
    assert np.isnan(found.alpha)
    assert found.explained.tolist() == [1]


@pytest.mark.parametrize(
    ("values", "piece"),
    [
        ([[1.0], [2.0]], "mindestens zwei Indikatoren"),
        ([[1.0, 2.0], [np.nan, 1.0]], "1 Gebiete"),
        ([[1.0, 2.0], [2.0, 1.0]], "in allen Gebieten gleich"),
    ],
)
def test_alpha_is_refused_where_undefined(values, piece):
    with pytest.raises(MethodError, match=piece):
        cronbach_alpha(np.array(values))

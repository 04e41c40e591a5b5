"""Spatial regression: what is refused, and which model the tests ask for."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from sozialanalyse.errors import MethodError
from sozialanalyse.spatial.models import LagrangeTests, asked_for, fit_spatial_model, lagrange_tests
from sozialanalyse.spatial.weights import weights_from_pairs

IDS = tuple(f"{i:02d}" for i in range(30))
CHAIN = weights_from_pairs(IDS, pairwise(IDS))


@pytest.mark.parametrize(
    ("lag", "error", "robust_lag", "robust_error", "expected"),
    [
        (0.2, 0.3, 0.01, 0.01, "none"),
        (0.01, 0.3, 0.9, 0.9, "lag"),
        (0.3, 0.01, 0.9, 0.9, "error"),
        (0.01, 0.01, 0.02, 0.4, "lag"),
        (0.01, 0.01, 0.4, 0.02, "error"),
    ],
)
def test_the_robust_tests_decide_only_where_both_simple_ones_ask(
    lag: float, error: float, robust_lag: float, robust_error: float, expected: str
) -> None:
    tests = LagrangeTests(
        (1.0, lag),
        (1.0, error),
        (1.0, robust_lag),
        (1.0, robust_error),
        (1.0, 0.5),
        (0.0, 0.0, 1.0, 0.0, 1.0),
    )
    assert asked_for(tests) == expected


def test_a_lag_and_an_error_process_are_recognised_in_their_own_simulation() -> None:
    rng = np.random.default_rng(12)
    spread = np.linalg.inv(np.eye(30) - 0.8 * CHAIN.matrix.toarray())
    x = rng.normal(size=(30, 1))
    lagged = spread @ (3.0 * x[:, 0] + rng.normal(size=30))
    model = fit_spatial_model(lagged, x, CHAIN, IDS, kind="lag")
    assert model.dependence == pytest.approx(0.8, abs=0.15)
    assert model.coefficients[1] == pytest.approx(3.0, abs=4 * model.standard_errors[1])
    assert asked_for(lagrange_tests(lagged, x, CHAIN, IDS)) == "lag"


def test_a_swapped_order_of_areas_is_refused() -> None:
    swapped = (IDS[1], IDS[0], *IDS[2:])
    with pytest.raises(MethodError, match="anderer Stelle"):
        lagrange_tests(np.arange(30.0), np.arange(30.0)[:, None] ** 2, CHAIN, swapped)
    with pytest.raises(MethodError, match="anderer Stelle"):
        fit_spatial_model(np.arange(30.0), np.arange(30.0)[:, None] ** 2, CHAIN, swapped, kind="lag")


def test_islands_and_dependent_columns_are_refused_with_a_remedy() -> None:
    lonely = weights_from_pairs(IDS, [("00", "01")])
    x = np.arange(30.0)[:, None]
    with pytest.raises(MethodError, match="nearest"):
        fit_spatial_model(np.sin(x[:, 0]), x, lonely, IDS, kind="error")
    with pytest.raises(MethodError, match="Kontrollmerkmale streichen"):
        lagrange_tests(np.sin(x[:, 0]), np.hstack([x, 2 * x]), CHAIN, IDS)
    with pytest.raises(MethodError, match="kein Gebiet hat einen"):
        lagrange_tests(np.sin(x[:, 0]), x, weights_from_pairs(IDS, []), IDS)

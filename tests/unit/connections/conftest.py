"""Made-up cities on a grid, with a known truth."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from sozialanalyse.connections.data import ConnectionData
from sozialanalyse.spatial.weights import SpatialWeights, weights_from_pairs

Array = NDArray[np.float64]


def _grid(rows: int, columns: int) -> SpatialWeights:
    at = np.arange(rows * columns).reshape(rows, columns)
    ids = [f"{i:03d}" for i in range(rows * columns)]
    sides = [pair for line in (*at, *at.T) for pair in pairwise(line)]
    return weights_from_pairs(ids, [(ids[i], ids[j]) for i, j in sides])


@pytest.fixture(scope="session")
def grid() -> Callable[[int, int], SpatialWeights]:
    """Neighbourhood of areas on a grid, in the order of their keys."""
    return _grid


@pytest.fixture(scope="session")
def city() -> Callable[..., ConnectionData]:
    """One score per column; their domains are poverty, education, health, environment, housing."""

    def build(values: Array, rows: int, columns: int, **given: object) -> ConnectionData:
        n, k = values.shape
        domains = ("poverty", "education", "health", "environment", "housing")
        weights = _grid(rows, columns)
        usual: dict[str, object] = {
            "area_ids": weights.area_ids,
            "group_ids": tuple(f"district {i // columns // 2}" for i in range(n)),
            "indicator_ids": tuple(f"indicator_{j}" for j in range(k)),
            "labels": tuple(f"Merkmal {j}" for j in range(k)),
            "domains": tuple(domains[j % 5] for j in range(k)),
            "kinds": ("score",) * k,
            "directions": ("higher_is_worse",) * k,
            "units": ("%",) * k,
            "values": values,
            "numerators": np.full((n, k), np.nan),
            "denominators": np.full((n, k), np.nan),
            "factors": np.ones(k),
            "numerator_labels": ("",) * k,
            "denominator_labels": ("",) * k,
            "population": np.linspace(500.0, 2_500.0, n),
            "neighbours": weights,
        }
        return ConnectionData(**(usual | given))  # type: ignore[arg-type]

    return build

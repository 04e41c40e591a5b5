"""Made-up worlds of any size for the benchmarks: the size of a country, nothing of it real."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class World:
    """A made-up country in the form of a dataset.

    Attributes
    ----------
    areas : DataFrame, indexed by ``area_id``
        Columns ``name, level, parent_id``: the country, its groups, its areas (in this order).
    indicators : DataFrame, indexed by ``indicator_id``
        Columns ``label, domain, kind, factor, direction``; every third indicator is a rate, the others are
        proportions.
    observations : DataFrame
        Columns ``area_id, indicator_id, year, numerator, denominator``, one year, areas only.
    numerator, denominator : ndarray of float, shape (areas, indicators)
        The same numbers as arrays, in the order of `areas` and `indicators`.
    parent : ndarray of int, shape (areas,)
        Number of the group of each area.
    deprivation : ndarray of float, shape (areas,)
        Latent deprivation from which the counts are drawn.
    """

    areas: pd.DataFrame
    indicators: pd.DataFrame
    observations: pd.DataFrame
    numerator: NDArray[np.float64]
    denominator: NDArray[np.float64]
    parent: NDArray[np.intp]
    deprivation: NDArray[np.float64]


DOMAINS = ("demography", "poverty", "education", "health", "environment", "housing")


def large_world(
    areas: int = 32_844,
    groups: int = 317,
    indicators: int = 22,
    seed: int = 20_230_328,
    missing: float = 0.01,
) -> World:
    """Return a country with the given numbers of areas, groups of areas and indicators.

    Parameters
    ----------
    areas, groups, indicators : int
        Sizes; every group has about the same number of areas.
    seed : int
        Seed of the draws: the same seed gives the same world.
    missing : float
        Share of the counts that are not there.
    """
    generator = np.random.default_rng(seed)
    parent = np.arange(areas) * groups // areas
    deprivation = generator.normal(size=groups)[parent] * 0.6 + generator.normal(size=areas) * 0.8
    people = generator.integers(800, 3_200, areas)
    base = generator.uniform(0.002, 0.3, indicators)
    slope = generator.uniform(-0.2, 0.7, indicators)
    share = generator.uniform(0.3, 1.0, indicators)
    denominator = np.maximum(np.rint(people[:, None] * share), 1.0)
    logit = np.log(base / (1.0 - base)) + deprivation[:, None] * slope
    is_rate = np.arange(indicators) % 3 == 2
    probability = 1.0 / (1.0 + np.exp(-logit))
    numerator = np.where(
        is_rate,
        generator.poisson(denominator * probability),
        generator.binomial(denominator.astype(np.int64), probability),
    ).astype(np.float64)
    numerator[generator.random(numerator.shape) < missing] = np.nan
    return World(
        areas=_areas(areas, groups, parent),
        indicators=_indicators(indicators, is_rate),
        observations=_observations(numerator, denominator),
        numerator=numerator,
        denominator=denominator,
        parent=parent,
        deprivation=deprivation,
    )


def _area_ids(areas: int) -> list[str]:
    return [f"a{number:06d}" for number in range(areas)]


def _areas(areas: int, groups: int, parent: NDArray[np.intp]) -> pd.DataFrame:
    group_ids = [f"g{number:04d}" for number in range(groups)]
    frame = pd.DataFrame(
        {
            "area_id": ["land", *group_ids, *_area_ids(areas)],
            "name": ["Land", *(f"Kreis {n}" for n in range(groups)), *(f"Gebiet {n}" for n in range(areas))],
            "level": ["country", *["group"] * groups, *["area"] * areas],
            "parent_id": ["", *["land"] * groups, *(group_ids[number] for number in parent)],
        }
    )
    return frame.set_index("area_id")


def _indicators(indicators: int, is_rate: NDArray[np.bool_]) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "indicator_id": [f"indicator_{number:02d}" for number in range(indicators)],
            "label": [f"Indikator {number}" for number in range(indicators)],
            "domain": [DOMAINS[number % len(DOMAINS)] for number in range(indicators)],
            "kind": np.where(is_rate, "rate", "proportion"),
            "factor": np.where(is_rate, 1_000.0, 100.0),
            "direction": "higher_is_worse",
        }
    )
    return frame.set_index("indicator_id")


def _observations(numerator: NDArray[np.float64], denominator: NDArray[np.float64]) -> pd.DataFrame:
    areas, indicators = numerator.shape
    return pd.DataFrame(
        {
            "area_id": np.repeat(_area_ids(areas), indicators),
            "indicator_id": np.tile([f"indicator_{number:02d}" for number in range(indicators)], areas),
            "year": 2022,
            "numerator": numerator.ravel(),
            "denominator": denominator.ravel(),
        }
    )

"""Denominators and weights of the sample, all derived from its population."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from sozialanalyse.dataset.sample_areas import MODEL_YEARS, QUARTERS, YEARS, trait_paths
from sozialanalyse.dataset.sample_population import round_to_totals
from sozialanalyse.dataset.sample_published import figures_of

__all__ = ["derive_bases"]

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

HOUSEHOLD_KNOTS: Final = {2014: 103900, 2022: 106100}
DWELLING_KNOTS: Final = {2014: 109900, 2022: 111800}
"""Totals of the city at the ends; the published year lies in between."""

CHILDREN_PER_FAMILY: Final = 1.66
EXAMINED: Final = {2020: 0.86, 2021: 0.0}
EXAMINED_ELSE: Final = 0.96
BOOKLET_SHOWN: Final = 0.91
DENTAL: Final = {2020: 0.0, 2021: 0.0}
DENTAL_ELSE: Final = 0.62
"""Shares of children whom the health office saw; in the pandemic fewer or none."""


def derive_bases(population: Counts, hectares: Counts, rng: np.random.Generator) -> dict[str, Counts]:
    """Return every denominator by name.

    Parameters
    ----------
    population : ndarray of int, shape (N, 7, 2, 18)
        Persons by quarter, year, sex and age group.
    hectares : ndarray of int, shape (N,)
        Area of the quarters, ha.
    rng : Generator
        For the small differences between single ages within an age group.

    Returns
    -------
    dict of ndarray of int, shape (N, T)
        Over `MODEL_YEARS`; the years before the population starts repeat its first year.
    """
    back = np.maximum(MODEL_YEARS - YEARS[0], 0)
    ages = population.sum(axis=2)[:, back, :]

    def part(share: float, base: Floats | Counts) -> Counts:
        jitter = 1 + 0.03 * np.clip(rng.standard_normal(base.shape), -2, 2)
        return np.asarray(np.rint(share * jitter * base), dtype=np.int64)

    under_15 = ages[:, :, :3].sum(axis=2)
    under_18 = under_15 + part(0.6, ages[:, :, 3])
    starters = part(0.2, ages[:, :, 1])
    age_3_5 = part(0.4, ages[:, :, 0]) + part(0.2, ages[:, :, 1])
    examined = _by_year(starters, EXAMINED, EXAMINED_ELSE)
    households = _households(ages.sum(axis=2))
    dwellings = _dwellings(households)
    return {
        "population": ages.sum(axis=2),
        "under_15": under_15,
        "under_18": under_18,
        "under_65": ages[:, :, :13].sum(axis=2),
        "age_15_24": ages[:, :, 3:5].sum(axis=2),
        "age_15_64": ages[:, :, 3:13].sum(axis=2),
        "age_65_plus": ages[:, :, 13:].sum(axis=2),
        "age_80_plus": ages[:, :, 16:].sum(axis=2),
        "under_3": part(0.6, ages[:, :, 0]),
        "age_3_5": age_3_5,
        "primary_pupils": part(0.8, ages[:, :, 1]),
        "transitions": part(0.195, ages[:, :, 2]),
        "leavers": part(0.2, ages[:, :, 3]),
        "examined": examined,
        "booklets": part(BOOKLET_SHOWN, examined),
        "dental_examined": _by_year(age_3_5, DENTAL, DENTAL_ELSE),
        "families": part(1 / CHILDREN_PER_FAMILY, under_18),
        "households": households,
        "dwellings": dwellings,
        "rented": _rented(dwellings),
        "hectares": np.repeat(hectares[:, None], MODEL_YEARS.size, axis=1),
    }


def _by_year(counts: Counts, shares: Mapping[int, float], otherwise: float) -> Counts:
    share = np.array([shares.get(int(year), otherwise) for year in MODEL_YEARS])
    return np.asarray(np.rint(counts * share), dtype=np.int64)


def _city_totals(indicator_id: str, ends: Mapping[int, int]) -> Floats:
    knots = dict(ends)
    for figure in figures_of(indicator_id, "exact"):
        knots[figure.year] = int(figure.value)
    years = sorted(knots)
    return np.asarray(np.rint(np.interp(MODEL_YEARS, years, [knots[year] for year in years])))


def _share_out(weights: Floats, totals: Floats) -> Counts:
    return round_to_totals((weights / weights.sum(axis=0) * totals).T).T


def _households(persons: Counts) -> Counts:
    """Share out the households of the city: smaller ones where building is dense and people are old."""
    traits = trait_paths()
    size = 2.0 - 0.12 * traits["density"] + 0.07 * traits["families"] - 0.04 * traits["age"]
    return _share_out(persons / size, _city_totals("households", HOUSEHOLD_KNOTS))


def _dwellings(households: Counts) -> Counts:
    """Share out the dwellings of the city: somewhat more per household where many stand empty."""
    reserve = 1 + 0.01 * trait_paths()["density"]
    return _share_out(households * reserve, _city_totals("dwellings", DWELLING_KNOTS))


def _rented(dwellings: Counts) -> Counts:
    traits = trait_paths()
    share = expit(
        0.8 + 0.45 * traits["density"] + 0.35 * traits["postwar"] + 0.2 * traits["deprivation"][:, [0]]
    )
    return np.asarray(np.rint(dwellings * share).reshape(len(QUARTERS), -1), dtype=np.int64)

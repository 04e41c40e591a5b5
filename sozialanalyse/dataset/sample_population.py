"""The population of the sample: quarter × year × sex × age group, in whole persons.

Totals first (the published ones exactly), then ages by iterative proportional fitting, then rounding that
keeps the totals.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from sozialanalyse.dataset.sample_areas import BOROUGHS, QUARTERS, YEARS, members, trait_paths
from sozialanalyse.dataset.sample_published import Figure, figures_of

__all__ = ["AGE_GROUPS", "SEXES", "draw_population", "round_to_totals"]

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

SEXES: Final = ("m", "f")
AGE_GROUPS: Final = (*(f"{start}-{start + 4}" for start in range(0, 85, 5)), "85+")

BOROUGH_TOTALS: Final[dict[str, tuple[int, ...]]] = {
    "Alt-Oberhausen": (92390, 92719, 92395, 92120, 91600, 91250, 92100),
    "Sterkrade": (81720, 81794, 81420, 80990, 80480, 80170, 80350),
    "Osterfeld": (38081, 38050, 37890, 37654, 37486, 37332, 37650),
}
"""Persons 2016–2022. Published are the city 2019–2021 and one year per Stadtbezirk; the rest is interpolated.
The rise in 2022 stands for the people who fled from Ukraine."""

AGE_PERCENT_FIRST: Final = (
    *(4.4, 4.15, 4.35, 5.0, 5.9, 6.3, 6.1, 5.8, 5.9, 7.8, 8.9, 8.1, 6.55),
    *(5.0, 4.7, 5.4, 3.2, 2.4),
)
AGE_PERCENT_LAST: Final = (
    *(4.7, 4.75, 4.6, 4.75, 5.1, 5.9, 6.4, 6.2, 6.0, 5.75, 7.2, 8.6, 7.9),
    *(6.2, 5.1, 3.85, 4.2, 2.85),
)
"""Rough age distribution of the city in the first and the last year, percent."""

WOMEN_PERCENT: Final = (
    *(48.6, 48.6, 48.6, 48.4, 48.6, 48.8, 49.2, 49.6, 49.8, 50.0, 50.2, 50.4, 51.0),
    *(52.5, 53.8, 56.0, 59.0, 67.0),
)

OLD_START: Final = AGE_GROUPS.index("65-69")
OLD_PERSONS_2019: Final[dict[str, int]] = {"0102": 648, "0604": 640}
"""Persons from 65: 46 persons are published as 7.1 %, hence 648; with 640 a count of 9 gives 1.4 %."""


def round_to_totals(expected: Floats) -> Counts:
    """Round the last axis to whole numbers that keep its rounded sum (largest remainders first).

    Parameters
    ----------
    expected : ndarray, shape (..., K)
        Numbers from 0.

    Returns
    -------
    ndarray of int, shape (..., K)
        Differs from `expected` by less than 1 in each cell.

    Examples
    --------
    >>> round_to_totals(np.array([1.4, 1.4, 1.2])).tolist()
    [2, 1, 1]
    """
    floor = np.floor(expected)
    missing = np.rint(expected.sum(axis=-1, keepdims=True)) - floor.sum(axis=-1, keepdims=True)
    order = np.argsort(floor - expected, axis=-1, kind="stable")
    rank = np.argsort(order, axis=-1, kind="stable")
    return np.asarray(floor + (rank < missing), dtype=np.int64)


def draw_population(rng: np.random.Generator) -> Counts:
    """Return persons by quarter, year, sex and age group.

    Parameters
    ----------
    rng : Generator
        Its stream decides on the small random differences between quarters.

    Returns
    -------
    ndarray of int, shape (N, 7, 2, 18)
        In the order of `QUARTERS`, `YEARS`, `SEXES` and `AGE_GROUPS`.
    """
    totals = _quarter_totals(rng)
    ages = _fit(_age_weights(rng), totals, _city_ages(totals))
    for area_id, persons in OLD_PERSONS_2019.items():
        _scale_old(ages, np.flatnonzero(members(area_id))[0], persons)
    flat = ages.reshape(*ages.shape[:2], -1)
    rounded = round_to_totals(flat * (totals / flat.sum(axis=-1))[..., None])
    return np.asarray(rounded.reshape(ages.shape), dtype=np.int64)


def _quarter_totals(rng: np.random.Generator) -> Counts:
    """Persons per quarter and year, shape (N, 7), hitting every published total."""
    deprivation = trait_paths()["deprivation"][:, 0]
    growth = 0.0015 * deprivation + rng.normal(0.0, 0.002, deprivation.size)
    steps = np.array(YEARS) - 2017
    paths = np.array([quarter.size for quarter in QUARTERS])[:, None] * np.exp(growth[:, None] * steps)
    for borough, totals in BOROUGH_TOTALS.items():
        paths[members("+".join(BOROUGHS[borough]))] *= np.array(totals) / totals[YEARS.index(2017)]
    anchors = [figure for figure in figures_of("population", "exact") if _is_quarter_level(figure)]
    fixed = np.zeros(len(QUARTERS), dtype=bool)
    for figure in anchors:
        inside = members(figure.area_id)
        fixed |= inside
        paths[inside] *= float(figure.value) / paths[inside, YEARS.index(figure.year)].sum()
        paths[inside] = round_to_totals(paths[inside].T).T
    for borough, totals in BOROUGH_TOTALS.items():
        inside = members("+".join(BOROUGHS[borough]))
        free = inside & ~fixed
        rest = np.array(totals) - paths[inside & fixed].sum(axis=0)
        paths[free] = round_to_totals((paths[free] * rest / paths[free].sum(axis=0)).T).T
    return np.asarray(np.rint(paths), dtype=np.int64)


def _is_quarter_level(figure: Figure) -> bool:
    return all(len(key) == 4 for key in figure.area_id.split("+"))


def _city_ages(totals: Counts) -> Floats:
    """Persons of the city by year, sex and age group, shape (7, 2, 18)."""
    share = np.linspace(0.0, 1.0, len(YEARS))[:, None]
    percent = (1 - share) * np.array(AGE_PERCENT_FIRST) + share * np.array(AGE_PERCENT_LAST)
    percent = percent / percent.sum(axis=1, keepdims=True)
    women = np.array(WOMEN_PERCENT) / 100
    by_sex = np.stack([percent * (1 - women), percent * women], axis=1)
    return np.asarray(by_sex * totals.sum(axis=0)[:, None, None], dtype=np.float64)


def _age_weights(rng: np.random.Generator) -> Floats:
    """How much more of an age group a quarter has than the city, shape (N, 1, 2, 18)."""
    traits = {name: path[:, [0]] for name, path in trait_paths().items()}
    middle = np.arange(len(AGE_GROUPS)) * 5 + 2.5
    old = np.tanh((middle - 55) / 15)
    child = (middle < 18).astype(float)
    young_adult = np.exp(-(((middle - 28) / 8) ** 2))
    tilt = (
        0.13 * traits["age"] * old
        + 0.08 * traits["families"] * child
        + 0.05 * traits["deprivation"] * child
        + 0.10 * traits["density"] * young_adult
    )
    own = rng.normal(0.0, 0.025, (len(QUARTERS), 1, len(SEXES), len(AGE_GROUPS)))
    return np.asarray(np.exp(tilt[:, None, None, :] + own), dtype=np.float64)


def _fit(weights: Floats, totals: Counts, city: Floats) -> Floats:
    """Fit both margins, quarters and city ages, by iterative proportional fitting (Deming & Stephan 1940)."""
    cells = weights * city
    for _ in range(50):
        cells *= (totals / cells.sum(axis=(2, 3)))[..., None, None]
        cells *= city / cells.sum(axis=0)
    return cells


def _scale_old(ages: Floats, row: int, persons: int) -> None:
    """Scale the old people of one quarter in all years so that 2019 has `persons` of them; in place."""
    year = YEARS.index(2019)
    total, old = ages[row, year].sum(), ages[row, year, :, OLD_START:].sum()
    ages[row, :, :, OLD_START:] *= persons / old
    ages[row, :, :, :OLD_START] *= (total - persons) / (total - old)

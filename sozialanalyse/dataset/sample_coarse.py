"""Figures of the sample that exist only for coarser areas, as in real statistics."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sozialanalyse.dataset.sample_areas import CITY_ID, DISTRICTS, YEARS
from sozialanalyse.dataset.sample_population import AGE_GROUPS, SEXES
from sozialanalyse.dataset.sample_published import figures_of

__all__ = ["city_deaths", "family_physicians", "no2_station", "owner_survey"]

Counts = npt.NDArray[np.int64]

RESPONDENTS: Final[dict[int, tuple[int, ...]]] = {
    2018: (225, 262, 240, 258, 263, 231),
    2022: (214, 248, 233, 241, 255, 219),
}
"""Answers per Sozialraum; those of 2018 add up to the published 1,479."""
OWNER_PERCENT: Final = (21.5, 34.0, 36.0, 40.0, 41.0, 59.5)

FAMILY_PHYSICIANS: Final = {2016: 5.2, 2017: 5.2, 2018: 5.5, 2019: 5.5, 2020: 5.5, 2021: 5.4}
NO2_STATION: Final = {2016: 49.0, 2017: 47.0, 2018: 45.0, 2019: 41.0, 2020: 36.0, 2021: 34.0, 2022: 33.0}

MEN_OF_DEATHS: Final = 1495 / 3009
"""Published for 2021."""
MEN_OF_DEATHS_UNDER_65: Final = 0.63
OLD_START: Final = AGE_GROUPS.index("65-69")
MORTALITY_DOUBLES_AFTER: Final = 7.5
"""Years of age; Gompertz's law in round numbers."""


def owner_survey(rng: np.random.Generator) -> pd.DataFrame:
    """Return answers to a housing survey that is too small for quarters.

    Parameters
    ----------
    rng : Generator
        Decides on the Sozialräume for which nothing is published.

    Returns
    -------
    DataFrame
        Columns ``area_id, year, numerator, denominator``.
    """
    published = {
        (figure.area_id, figure.year): float(figure.value) for figure in figures_of("owner_share", "exact")
    }
    rows = []
    for year, answers in RESPONDENTS.items():
        drawn = rng.binomial(answers, np.array(OWNER_PERCENT) / 100)
        for area_id, count, owners in zip(DISTRICTS, answers, drawn, strict=True):
            percent = published.get((area_id, year))
            rows.append(
                (area_id, year, int(owners) if percent is None else round(percent / 100 * count), count)
            )
    return pd.DataFrame(rows, columns=["area_id", "year", "numerator", "denominator"])


def family_physicians(persons: Counts) -> pd.DataFrame:
    """Return family physicians of the city.

    Parameters
    ----------
    persons : ndarray of int, shape (7,)
        Population of the city.

    Returns
    -------
    DataFrame
        Columns ``area_id, year, numerator, denominator``.
    """
    rates = FAMILY_PHYSICIANS | {f.year: float(f.value) for f in figures_of("family_physicians", "exact")}
    counts = np.rint(np.array([rates[year] for year in YEARS]) * persons / 10_000).astype(int)
    return pd.DataFrame({"area_id": CITY_ID, "year": YEARS, "numerator": counts, "denominator": persons})


def no2_station() -> pd.DataFrame:
    """Return the yearly means of the station (``area_id, year, value``), between the published ones."""
    return pd.DataFrame({"area_id": CITY_ID, "year": NO2_STATION.keys(), "value": NO2_STATION.values()})


def city_deaths(total: Counts, under_65: Counts, persons: Counts, rng: np.random.Generator) -> pd.DataFrame:
    """Share out the deaths of the city by sex and age group.

    Parameters
    ----------
    total, under_65 : ndarray of int, shape (7,)
        Deaths per year.
    persons : ndarray of int, shape (7, 2, 18)
        Population of the city by year, sex and age group.
    rng : Generator
        Stream of the multinomial draws.

    Returns
    -------
    DataFrame
        Columns ``area_id, year, sex, age_group, value``; each year adds up to its total.
    """
    men = np.rint(total * MEN_OF_DEATHS).astype(int)
    young_men = np.rint(under_65 * MEN_OF_DEATHS_UNDER_65).astype(int)
    blocks = {
        ("m", True): young_men,
        ("m", False): men - young_men,
        ("f", True): under_65 - young_men,
        ("f", False): total - under_65 - (men - young_men),
    }
    hazard = 2.0 ** (np.arange(len(AGE_GROUPS)) * 5 / MORTALITY_DOUBLES_AFTER)
    hazard[0] = hazard[OLD_START] / 20
    parts = []
    for (sex, young), deaths in blocks.items():
        ages = slice(0, OLD_START) if young else slice(OLD_START, None)
        weight = persons[:, SEXES.index(sex), ages] * hazard[ages]
        drawn = rng.multinomial(deaths, weight / weight.sum(axis=1, keepdims=True))
        block = pd.DataFrame(drawn, index=pd.Index(YEARS, name="year"), columns=AGE_GROUPS[ages])
        parts.append(block.melt(var_name="age_group", ignore_index=False).reset_index().assign(sex=sex))
    return pd.concat(parts).assign(area_id=CITY_ID)[["area_id", "year", "sex", "age_group", "value"]]

"""All observations of the sample as lines of ``observations.csv``."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sozialanalyse.dataset.sample_areas import CITY_ID, MODEL_YEARS, QUARTERS, YEARS
from sozialanalyse.dataset.sample_bases import derive_bases
from sozialanalyse.dataset.sample_coarse import city_deaths, family_physicians, no2_station, owner_survey
from sozialanalyse.dataset.sample_draw import Counted, Model, draw_counts, draw_scores, pool
from sozialanalyse.dataset.sample_models import COUNT_MODELS, PREMATURE, SCORE_MODELS

__all__ = ["OBSERVATION_COLUMNS", "draw_observations"]

Counts = npt.NDArray[np.int64]
Cells = npt.NDArray[np.object_]

OBSERVATION_COLUMNS: Final = (
    "area_id",
    "indicator_id",
    "year",
    "sex",
    "age_group",
    "numerator",
    "denominator",
    "value",
)
FIRST: Final = int(np.searchsorted(MODEL_YEARS, YEARS[0]))
AGE_SHARES: Final = {"under_18": "under_18", "over_64": "age_65_plus", "over_79": "age_80_plus"}
"""Indicators of the whole population that follow from its ages: name of the numerator."""

UNKNOWN: Final = "."
LATER: Final = "..."
UNRELIABLE: Final = "/"

SIGNS_FOR_ALL: Final[tuple[tuple[str, int, str], ...]] = (
    *((f"{name}_findings", 2021, UNKNOWN) for name in ("motor", "school_entry")),
    ("language_support", 2021, UNKNOWN),
    ("overweight_school_entry", 2021, UNKNOWN),
    ("u_examinations", 2021, UNKNOWN),
    ("measles_vaccination", 2021, UNKNOWN),
    ("dental_findings", 2020, UNKNOWN),
    ("dental_findings", 2021, UNKNOWN),
    ("housing_benefit", 2022, LATER),
)
"""In the pandemic nobody was examined; the housing benefit statistic comes later than the others."""

SIGNS_FOR_SOME: Final[tuple[tuple[str, tuple[str, ...], tuple[int, ...], str], ...]] = (
    ("rent_burden", ("0402", "0604"), (2020, 2021, 2022), UNRELIABLE),
    ("rent_cold", ("0402",), (2016, 2017), UNRELIABLE),
    ("no_school_certificate", ("0604",), (2016,), UNKNOWN),
)
"""Small quarters for which a survey is too weak or an office keeps the figure secret."""


def draw_observations(population: Counts, hectares: Counts, seed: int) -> list[tuple[str, ...]]:
    """Return the lines of ``observations.csv``, ordered by indicator, area and year.

    Parameters
    ----------
    population : ndarray of int, shape (N, 7, 2, 18)
        Persons by quarter, year, sex and age group.
    hectares : ndarray of int, shape (N,)
        Area of the quarters.
    seed : int
        Start of all random streams.

    Returns
    -------
    list of tuple of str
        Cells in the order of `OBSERVATION_COLUMNS`; a sign of DIN 55301 where a figure is missing.
    """
    bases = derive_bases(population, hectares, np.random.default_rng([seed, 1]))
    drawn: dict[str, Counted] = {}
    for model in COUNT_MODELS:
        base = bases[model.base] if model.base in bases else drawn[model.base].numerator
        drawn[model.indicator_id] = draw_counts(model, base, drawn, seed)
    drawn[PREMATURE.indicator_id] = _added_up(PREMATURE, drawn["deaths_under_65"])
    persons = bases["population"]
    frames = [
        *(_count(name, bases[name]) for name in ("population", "households", "dwellings")),
        _count("deaths", drawn["deaths"].numerator),
        *(_ratio(name, Counted(bases[base], persons)) for name, base in AGE_SHARES.items()),
        *(
            _ratio(m.indicator_id, drawn[m.indicator_id], m.years)
            for m in (*COUNT_MODELS, PREMATURE)
            if m.shown
        ),
        *(_score(model, bases[model.base], seed) for model in SCORE_MODELS),
        *_coarser(population, drawn, seed),
    ]
    table = pd.concat(frames, ignore_index=True).fillna("").astype({"year": str})
    table = table.sort_values(["indicator_id", "area_id", "year", "sex"], kind="stable")
    return [tuple(row) for row in table[list(OBSERVATION_COLUMNS)].itertuples(index=False)]


def _added_up(model: Model, yearly: Counted) -> Counted:
    return Counted(pool(model, yearly.numerator), pool(model, yearly.denominator))


def _frame(indicator_id: str, columns: dict[str, Cells], years: tuple[int, ...] = ()) -> pd.DataFrame:
    """Make lines from arrays of cells, each of shape (N, T) over `MODEL_YEARS`, with the signs put in."""
    area_ids = np.array([quarter.area_id for quarter in QUARTERS])
    chosen = np.isin(MODEL_YEARS, years or YEARS)
    shape = (area_ids.size, int(chosen.sum()))
    frame = pd.DataFrame(
        {
            "area_id": np.broadcast_to(area_ids[:, None], shape).ravel(),
            "indicator_id": indicator_id,
            "year": np.broadcast_to(MODEL_YEARS[chosen], shape).ravel(),
            **{name: cells[:, chosen].ravel() for name, cells in columns.items()},
        }
    )
    missing = [name for name in columns if name != "denominator" or "numerator" in columns]
    for name, year, sign in SIGNS_FOR_ALL:
        if name == indicator_id:
            frame.loc[frame["year"] == year, missing] = sign
    for name, areas, sign_years, sign in SIGNS_FOR_SOME:
        if name == indicator_id:
            frame.loc[frame["area_id"].isin(areas) & frame["year"].isin(sign_years), missing] = sign
    return frame


def _text(numbers: Counts) -> Cells:
    return numbers.astype(str).astype(object)


def _count(indicator_id: str, counts: Counts) -> pd.DataFrame:
    return _frame(indicator_id, {"value": _text(counts)})


def _ratio(indicator_id: str, counted: Counted, years: tuple[int, ...] = ()) -> pd.DataFrame:
    cells = {"numerator": _text(counted.numerator), "denominator": _text(counted.denominator)}
    return _frame(indicator_id, cells, years)


def _score(model: Model, weight: Counts, seed: int) -> pd.DataFrame:
    """Draw a score; where a quarter has a sign, the city is delivered: its sample is large enough."""
    value = draw_scores(model, weight, seed)
    cells = np.array([f"{number:.{model.decimals}f}" for number in value.ravel()], dtype=object)
    frame = _frame(
        model.indicator_id, {"denominator": _text(weight), "value": cells.reshape(value.shape)}, model.years
    )
    gaps = np.isin(MODEL_YEARS, frame.loc[frame["value"] == UNRELIABLE, "year"])
    mean = (value * weight).sum(axis=0) / weight.sum(axis=0)
    city = pd.DataFrame(
        {
            "area_id": CITY_ID,
            "indicator_id": model.indicator_id,
            "year": MODEL_YEARS[gaps],
            "denominator": _text(weight.sum(axis=0))[gaps],
            "value": [f"{number:.{model.decimals}f}" for number in mean[gaps]],
        }
    )
    return pd.concat([frame, city])


def _coarser(population: Counts, drawn: dict[str, Counted], seed: int) -> list[pd.DataFrame]:
    """Return what exists for Sozialräume or the city only."""
    city = population.sum(axis=0)
    deaths, young = (drawn[name].numerator[:, FIRST:].sum(axis=0) for name in ("deaths", "deaths_under_65"))
    return [
        owner_survey(np.random.default_rng([seed, 2])).astype(str).assign(indicator_id="owner_share"),
        family_physicians(city.sum(axis=(1, 2))).astype(str).assign(indicator_id="family_physicians"),
        no2_station().astype(str).assign(indicator_id="no2_station"),
        city_deaths(deaths, young, city, np.random.default_rng([seed, 3]))
        .astype(str)
        .assign(indicator_id="deaths"),
    ]

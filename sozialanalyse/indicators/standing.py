"""Where an area stands: against the city, its Sozialraum and the other areas of its level, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sozialanalyse.dataset.schema import Dataset
from sozialanalyse.indicators.certainty import counts_vary
from sozialanalyse.indicators.compare import ComparedKind
from sozialanalyse.indicators.part_of_whole import difference_to_whole
from sozialanalyse.indicators.ranks import rank_interval
from sozialanalyse.indicators.rates import Interval

__all__ = ["COMPARISON_COLUMNS", "comparison_years", "describe_standing", "select_years"]

COMPARISON_COLUMNS: Final[tuple[str, ...]] = ("value", "difference", "lower", "upper", "position")
"""Columns of a comparison, each with the prefix ``city_`` or ``parent_``."""
NEARLY_ALL: Final = 0.9
"""Share of areas with a value from which a year counts as delivered, and a level as fit for ranks."""


def comparison_years(
    values: pd.DataFrame, levels: Sequence[str], year: str | int = "latest"
) -> dict[str, int]:
    """Choose the year in which each indicator is compared.

    Parameters
    ----------
    values : DataFrame
        Frame of `compute_values`.
    levels : sequence of str
        Levels from coarse to fine.
    year : int or "latest"
        A year, or for each indicator the last one in which its finest level is nearly complete: at least
        ``NEARLY_ALL`` of the areas that it has in its best year. A single early delivery moves nothing.

    Returns
    -------
    dict of str to int
        Indicator to year; an indicator without a value in that year is left out.
    """
    there = values[values["value"].notna()]
    if str(year) != "latest":
        there = there[there["year"] == int(year)]
    depth = {level: position for position, level in enumerate(levels)}
    there = there.assign(depth=there["level"].map(depth).astype(np.int64))
    finest = there.groupby("indicator_id", observed=True)["depth"].transform("max")
    counts = there[there["depth"] == finest].groupby(["indicator_id", "year"], observed=True).size()
    best = counts.groupby("indicator_id", observed=True).transform("max")
    complete = counts[counts >= NEARLY_ALL * best].reset_index()
    last = complete.groupby("indicator_id", observed=True)["year"].max()
    return {str(indicator): int(chosen) for indicator, chosen in last.items()}


def select_years(values: pd.DataFrame, years: dict[str, int]) -> pd.DataFrame:
    """Keep of each indicator the rows of its year of comparison."""
    return values[values["year"] == values["indicator_id"].map(years).astype(np.float64)]


def describe_standing(values: pd.DataFrame, dataset: Dataset, *, confidence: float = 0.95) -> pd.DataFrame:
    """Compare every area with the city, with the area that contains it, and with the areas of its level.

    Parameters
    ----------
    values : DataFrame
        Frame of `sozialanalyse.indicators.compute.compute_values`, one year per indicator.
    dataset : Dataset
        For hierarchy, kinds and factors.
    confidence : float
        Coverage of the intervals.

    Returns
    -------
    DataFrame
        The rows of `values` with further columns. ``city_value`` and ``parent_value`` are the references;
        ``…_difference`` is area minus reference in the unit of the indicator, with its interval
        ``…_lower, …_upper``; ``…_position`` is ``"higher"`` or ``"lower"`` where the interval excludes zero,
        ``"similar"`` where it does not, ``"unknown"`` where there is none. ``rank`` 1 is the highest value of
        the level, ties share the better rank; ``rank_best, rank_worst`` are the ranks that the intervals
        allow, missing where there are none (see `rank_interval`); ``ranked`` is the number of areas with a
        value;
        ``level_median, level_deviation`` are median and standard deviation of these; all but
        ``ranked`` are missing where fewer than ``NEARLY_ALL`` of the level's areas have a value. ``largest``
        is the largest absolute value at any level; ``whole`` says whether all values, and the medians of
        all levels, are whole numbers.

    Notes
    -----
    The area is a part of its reference. The interval allows for that: see `difference_to_whole`.
    """
    frame = values.reset_index(drop=True)
    parents = frame["area_id"].map(dataset.areas["parent_id"]).astype(str).to_numpy(dtype=object)
    roots = np.full(len(frame), dataset.root_id, dtype=object)
    columns: dict[str, Any] = {}
    for prefix, target in (("city", roots), ("parent", parents)):
        comparison = _compare(frame, target, dataset, confidence)
        columns |= {f"{prefix}_{name}": comparison[name] for name in COMPARISON_COLUMNS}
    group = frame.groupby(["level", "indicator_id"], observed=True)["value"]
    columns["rank"] = group.rank(method="min", ascending=False)
    numbers = np.asarray(group.ngroup(), dtype=np.int64)
    columns["rank_best"], columns["rank_worst"] = _possible_ranks(frame, numbers, confidence)
    columns["ranked"] = group.transform("count")
    columns["level_median"] = group.transform("median")
    columns["level_deviation"] = group.transform("std")
    # Values are not missing by chance: small groups are hidden. Ranks among the rest would mislead.
    complete = columns["ranked"] >= NEARLY_ALL * group.transform("size")
    for name in ("rank", "rank_best", "rank_worst", "level_median", "level_deviation"):
        columns[name] = columns[name].where(complete)
    by_indicator = frame["indicator_id"]
    columns["largest"] = frame["value"].abs().groupby(by_indicator, observed=True).transform("max")
    broken = (frame["value"] % 1 > 0) | (columns["level_median"] % 1 > 0)
    columns["whole"] = ~broken.groupby(by_indicator, observed=True).transform("any").astype(bool)
    return frame.assign(**columns)


def _possible_ranks(
    frame: pd.DataFrame, groups: NDArray[np.int64], confidence: float
) -> tuple[pd.Series[float], pd.Series[float]]:
    """Return the best and the worst rank of each row among the rows of its group (numbered from 0)."""
    numbers = frame[["value", "lower", "upper"]].to_numpy(dtype=np.float64)
    best, worst = np.full(len(frame), np.nan), np.full(len(frame), np.nan)
    order = np.argsort(groups, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(groups[order])) + 1):
        value, lower, upper = numbers[rows].T
        ranks = rank_interval(Interval(value, lower, upper, confidence, "own"))
        best[rows], worst[rows] = ranks.lower, ranks.upper
    return pd.Series(best, frame.index), pd.Series(worst, frame.index)


def _compare(
    frame: pd.DataFrame, target: NDArray[np.object_], dataset: Dataset, confidence: float
) -> pd.DataFrame:
    """Compare each row with the row of the area `target`; an area is not compared with itself."""
    own = frame["area_id"].astype(str).to_numpy(dtype=object)
    keys = pd.MultiIndex.from_arrays([own, frame["indicator_id"].astype(str)])
    wanted = pd.MultiIndex.from_arrays(
        [np.where(target == own, "", target), frame["indicator_id"].astype(str)]
    )
    place = keys.get_indexer(wanted)
    whole = frame[["value", "numerator", "denominator"]].take(np.maximum(place, 0)).reset_index(drop=True)
    whole = whole.where(pd.Series(place >= 0), np.nan)
    kinds = frame["indicator_id"].map(dataset.indicators["kind"]).to_numpy(dtype=str)
    varies = frame["indicator_id"].map(counts_vary(dataset.indicators)).to_numpy(dtype=bool)
    factors = frame["indicator_id"].map(dataset.indicators["factor"]).to_numpy(dtype=np.float64)
    difference = np.where(kinds == "count", np.nan, frame["value"] - whole["value"])
    lower, upper = np.full(len(frame), np.nan), np.full(len(frame), np.nan)
    # A delivered total can be smaller than its part where sources differ; such pairs get no interval.
    rest = whole["denominator"] - frame["denominator"] - (whole["numerator"] - frame["numerator"])
    usable = (whole["numerator"] >= frame["numerator"]) & (whole["denominator"] > frame["denominator"])
    compared: tuple[tuple[ComparedKind, pd.Series[bool]], ...] = (
        ("proportion", usable & (rest >= 0)),
        ("rate", usable),
    )
    for kind, possible in compared:
        rows = np.flatnonzero((kinds == kind) & varies & possible.to_numpy())
        part, total = frame.loc[rows], whole.loc[rows]
        interval = difference_to_whole(
            part["numerator"].to_numpy(),
            part["denominator"].to_numpy(),
            total["numerator"].to_numpy(),
            total["denominator"].to_numpy(),
            kind,
            confidence=confidence,
        )
        lower[rows], upper[rows] = interval.lower * factors[rows], interval.upper * factors[rows]
    position = np.select(
        [lower > 0, upper < 0, np.isfinite(lower)], ["higher", "lower", "similar"], "unknown"
    )
    return pd.DataFrame(
        {
            "value": whole["value"],
            "difference": difference,
            "lower": lower,
            "upper": upper,
            "position": position,
        }
    )

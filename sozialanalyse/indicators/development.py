"""Development over time: the trend of every indicator in every area."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sozialanalyse.indicators.rates import critical_value
from sozialanalyse.indicators.trend import MINIMUM_POINTS, trend

__all__ = ["TREND_COLUMNS", "TREND_YEARS", "describe_trends"]

TREND_YEARS: Final = 10
"""A direction is that of the last so many years; a line over decades may point elsewhere than today."""
TREND_COLUMNS: Final = (
    "area_id", "level", "indicator_id", "first_year", "last_year", "points", "first_value", "last_value",
    "slope", "slope_lower", "slope_upper", "direction", "break_year",
)  # fmt: skip


def describe_trends(
    values: pd.DataFrame, *, windows: Mapping[str, int] | None = None, confidence: float = 0.95
) -> pd.DataFrame:
    """Fit a line over the last ``TREND_YEARS`` years to every indicator in every area.

    Parameters
    ----------
    values : DataFrame
        Frame of `sozialanalyse.indicators.compute.compute_values`, with all years.
    windows : mapping from indicator to int, optional
        How many years one value pools. Values whose years overlap hold the same events twice: of them only
        those that do not overlap are fitted, counted back from the last.
    confidence : float
        Coverage of the intervals.

    Returns
    -------
    DataFrame
        Columns ``TREND_COLUMNS``: `slope` is the change per year in the unit of the indicator; `direction` is
        ``rising``, ``falling``, ``none`` or, with fewer than five years, ``too_few``; ``overlap`` where there
        would be enough years if they did not overlap; ``break`` where values computed from finer areas and
        delivered ones that these do not confirm stand side by side. ``break_year`` is the first year of
        the other kind, 0 without one.
    """
    frames = []
    windows = windows or {}
    areas = values[["area_id", "level"]].drop_duplicates("area_id").set_index("area_id")
    there = values[values["value"].notna()]
    for indicator_id, all_rows in there.groupby("indicator_id", sort=False, observed=True):
        rows = all_rows[all_rows["year"] > all_rows["year"].max() - TREND_YEARS]
        grid = _Grid.of(rows)
        years = grid.years.astype(np.float64)
        cells = grid.lay_out(rows["value"])
        window = windows.get(str(indicator_id), 1)
        apart = (years[-1] - years) % window == 0
        breaks = _break_years(rows, grid)
        usable = np.where(apart & (breaks == 0)[:, None], cells, np.nan)
        fitted = trend(years, usable, _standard_errors(rows, grid, confidence), confidence)
        known = np.isfinite(cells)
        points = known.sum(axis=1)
        first, last = known.argmax(axis=1), cells.shape[1] - 1 - known[:, ::-1].argmax(axis=1)
        lines = np.arange(len(cells))
        frames.append(
            pd.DataFrame(
                {
                    "area_id": grid.areas.astype(str),
                    "level": areas.loc[grid.areas, "level"].to_numpy(),
                    "indicator_id": str(indicator_id),
                    "first_year": years[first].astype(int),
                    "last_year": years[last].astype(int),
                    "points": points,
                    "first_value": cells[lines, first],
                    "last_value": cells[lines, last],
                    "slope": fitted.slope.value,
                    "slope_lower": fitted.slope.lower,
                    "slope_upper": fitted.slope.upper,
                    "direction": np.select(
                        [
                            points < MINIMUM_POINTS,
                            breaks > 0,
                            (fitted.points < MINIMUM_POINTS) & (window > 1),
                        ],
                        ["too_few", "break", "overlap"],
                        default=fitted.direction,
                    ),
                    "break_year": breaks,
                }
            )
        )
    return (
        pd.concat(frames, ignore_index=True)[list(TREND_COLUMNS)]
        if frames
        else pd.DataFrame(columns=list(TREND_COLUMNS))
    )


@dataclass(frozen=True, slots=True)
class _Grid:
    """Places of the rows of one indicator in a table of areas by years.

    Attributes
    ----------
    areas, years : Index, ndarray of int
        In ascending order.
    area, year : ndarray of int, shape (rows,)
        Line and column of each row.
    """

    areas: pd.Index[Any]
    years: NDArray[np.int64]
    area: NDArray[np.intp]
    year: NDArray[np.intp]

    @classmethod
    def of(cls, rows: pd.DataFrame) -> Self:
        area, areas = pd.factorize(rows["area_id"], sort=True)
        year, years = pd.factorize(rows["year"], sort=True)
        return cls(areas, years.to_numpy(dtype=np.int64), area, year)

    def lay_out(self, column: pd.Series[float]) -> NDArray[np.float64]:
        """Return a column as an array, shape (areas, years); NaN where there is no row."""
        cells = np.full((len(self.areas), len(self.years)), np.nan)
        cells[self.area, self.year] = column.to_numpy(dtype=np.float64)
        return cells


def _break_years(rows: pd.DataFrame, grid: _Grid) -> NDArray[np.int64]:
    """Return for each area the first year whose value has another origin than the one before; 0 without."""
    origin = grid.lay_out(rows["origin"].map({"delivered": -1.0, "computed": 1.0, "both": 0.0}))
    origin = np.where(np.isfinite(origin), origin, 0.0)
    # A value that both ways give belongs to either side: what stood before goes on.
    position = np.maximum.accumulate(np.where(origin != 0, np.arange(origin.shape[1]), 0), axis=1)
    going_on = np.take_along_axis(origin, position, axis=1)
    changes = going_on[:, 1:] * going_on[:, :-1] < 0
    first = grid.years[1:][changes.argmax(axis=1)] if changes.size else 0
    return np.where(changes.any(axis=1), first, 0)


def _standard_errors(rows: pd.DataFrame, grid: _Grid, confidence: float) -> NDArray[np.float64] | None:
    """Return standard errors from the width of the intervals; None where an indicator has none."""
    normal = 2 * critical_value(confidence)
    widths = grid.lay_out((rows["upper"] - rows["lower"]) / normal)
    known = np.isfinite(grid.lay_out(rows["value"]))
    if not (np.isfinite(widths) & (widths > 0))[known].all():
        return None
    return np.where(known, widths, 1.0)

"""Development over time: the trend of every indicator in every area."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sozialanalyse.indicators.rates import critical_value
from sozialanalyse.indicators.trend import trend

__all__ = ["TREND_COLUMNS", "TREND_YEARS", "describe_trends"]

TREND_YEARS: Final = 10
"""A direction is that of the last so many years; a line over decades may point elsewhere than today."""
TREND_COLUMNS: Final = (
    "area_id", "level", "indicator_id", "first_year", "last_year", "points", "first_value", "last_value",
    "slope", "slope_lower", "slope_upper", "direction",
)  # fmt: skip


def describe_trends(values: pd.DataFrame, *, confidence: float = 0.95) -> pd.DataFrame:
    """Fit a line over the last ``TREND_YEARS`` years to every indicator in every area.

    Parameters
    ----------
    values : DataFrame
        Frame of `sozialanalyse.indicators.compute.compute_values`, with all years.
    confidence : float
        Coverage of the intervals.

    Returns
    -------
    DataFrame
        Columns ``TREND_COLUMNS``: `slope` is the change per year in the unit of the indicator; `direction` is
        ``rising``, ``falling``, ``none`` or, with fewer than five years, ``too_few``.
    """
    frames = []
    areas = values[["area_id", "level"]].drop_duplicates("area_id").set_index("area_id")
    there = values[values["value"].notna()]
    for indicator_id, all_rows in there.groupby("indicator_id", sort=False, observed=True):
        rows = all_rows[all_rows["year"] > all_rows["year"].max() - TREND_YEARS]
        wide = rows.pivot_table(index="area_id", columns="year", values="value", observed=True, sort=True)
        years = wide.columns.to_numpy(dtype=np.float64)
        cells = wide.to_numpy(dtype=np.float64)
        fitted = trend(years, cells, _standard_errors(rows, wide, confidence), confidence)
        known = np.isfinite(cells)
        first, last = known.argmax(axis=1), cells.shape[1] - 1 - known[:, ::-1].argmax(axis=1)
        lines = np.arange(len(cells))
        frames.append(
            pd.DataFrame(
                {
                    "area_id": wide.index.astype(str),
                    "level": areas.loc[wide.index, "level"].to_numpy(),
                    "indicator_id": str(indicator_id),
                    "first_year": years[first].astype(int),
                    "last_year": years[last].astype(int),
                    "points": fitted.points,
                    "first_value": cells[lines, first],
                    "last_value": cells[lines, last],
                    "slope": fitted.slope.value,
                    "slope_lower": fitted.slope.lower,
                    "slope_upper": fitted.slope.upper,
                    "direction": fitted.direction,
                }
            )
        )
    return (
        pd.concat(frames, ignore_index=True)[list(TREND_COLUMNS)]
        if frames
        else pd.DataFrame(columns=list(TREND_COLUMNS))
    )


def _standard_errors(rows: pd.DataFrame, wide: pd.DataFrame, confidence: float) -> NDArray[np.float64] | None:
    """Return standard errors from the width of the intervals; None where an indicator has none."""
    normal = 2 * critical_value(confidence)
    half = rows.assign(half=(rows["upper"] - rows["lower"]) / normal)
    cells = half.pivot_table(index="area_id", columns="year", values="half", observed=True, sort=True)
    widths = cells.reindex(index=wide.index, columns=wide.columns).to_numpy(dtype=np.float64)
    known = np.isfinite(wide.to_numpy(dtype=np.float64))
    if not (np.isfinite(widths) & (widths > 0))[known].all():
        return None
    return np.where(known, widths, 1.0)

"""From a comparison to a word: whether the area is better, worse or not distinguishable from the city."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

__all__ = ["ASSESSMENTS", "Assessment", "assess", "assess_rows", "assessments", "certain_rows"]


@dataclass(frozen=True, slots=True)
class Assessment:
    """A word with its sign and its CSS class."""

    code: str
    sign: str
    word: str


ASSESSMENTS: Final[dict[str, Assessment]] = {
    entry.code: entry
    for entry in (
        Assessment("worse", "▲", "ungünstiger"),
        Assessment("better", "▼", "günstiger"),
        Assessment("higher", "△", "höher"),
        Assessment("lower", "▽", "niedriger"),
        Assessment("similar", "●", "kein Unterschied erkennbar"),
        Assessment("unknown", "◇", "Unsicherheit nicht bekannt"),
    )
}


def assess(position: str, direction: str) -> str:
    """Return the code of the assessment.

    Parameters
    ----------
    position : {"higher", "lower", "similar", "unknown"}
        Where the area lies against its reference, with its interval taken into account.
    direction : {"higher_is_worse", "higher_is_better", "neutral"}
        What a high value means.

    Examples
    --------
    >>> assess("higher", "higher_is_worse"), assess("lower", "higher_is_worse"), assess("higher", "neutral")
    ('worse', 'better', 'higher')
    """
    if position not in {"higher", "lower"} or direction == "neutral":
        return position
    return "worse" if (position == "higher") == (direction == "higher_is_worse") else "better"


def assessments(rows: pd.DataFrame) -> list[str]:
    """Return the code of each row of `AreaView.rows`, of one area or several."""
    return [
        assess(position, meaning)
        for position, meaning in zip(rows["city_position"], _direction(rows), strict=True)
    ]


def _direction(rows: pd.DataFrame) -> pd.Series[str]:
    # What lives where is described, not judged: many families with a history of migration are no burden.
    return rows["direction"].where(rows["domain"] != "demography", "neutral")


def assess_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Add to rows of `AreaView.rows` what the comparison with the city says.

    Returns
    -------
    DataFrame
        With `assessment` (a code) and `burden`: the difference from the city, or where no row has a city
        value from the middle (median) of the areas of the level, in standard deviations between the areas,
        positive where it is less favourable; missing for counts, for indicators without a direction and
        for demography.
    """
    rows = rows.assign(assessment=assessments(rows))
    to_city = bool(rows["city_value"].notna().any())
    reference = (rows["city_value"] if to_city else rows["level_median"]).where(rows["kind"] != "count")
    turn = _direction(rows).map({"higher_is_worse": 1.0, "higher_is_better": -1.0}).astype(np.float64)
    deviation = rows["level_deviation"].where(rows["level_deviation"] > 0)
    rows["burden"] = (rows["value"] - reference) / deviation * turn
    return rows


def certain_rows(rows: pd.DataFrame, code: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows that are certainly worse, or better, than the city.

    Parameters
    ----------
    rows : DataFrame
        Of `assess_rows`.
    code : {"worse", "better"}
        Which of them.

    Returns
    -------
    ranked : DataFrame
        Those whose distance can be compared with that of others, the largest first.
    unranked : DataFrame
        Those for which too few areas have a value for such a comparison.
    """
    chosen = rows[rows["assessment"] == code]
    known = chosen["burden"].notna()
    order = chosen.loc[known, "burden"].abs().sort_values(ascending=False, kind="stable").index
    return chosen.loc[order], chosen[~known]

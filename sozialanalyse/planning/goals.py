"""Goals of a Sozialkonferenz: how far they are, what goes to the Runder Tisch, and where the topic shows."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

__all__ = [
    "MISSED",
    "OFF_COURSE",
    "ON_COURSE",
    "PROGRESS_COLUMNS",
    "REACHED",
    "UNKNOWN",
    "UNSURE",
    "conspicuous",
    "goal_progress",
    "handover",
    "judge",
]

REACHED: Final = "reached"
MISSED: Final = "missed"
ON_COURSE: Final = "on_course"
OFF_COURSE: Final = "off_course"
UNSURE: Final = "unsure"
UNKNOWN: Final = "unknown"

PROGRESS_COLUMNS: Final = (
    "goal_id",
    "indicator_id",
    "area_id",
    "baseline_year",
    "baseline",
    "year",
    "value",
    "lower",
    "upper",
    "target_year",
    "target_value",
    "expected",
    "milestone_year",
    "milestone",
    "verdict",
    "reason",
)


def judge(
    baseline: pd.Series[float],
    lower: pd.Series[float],
    upper: pd.Series[float],
    expected: pd.Series[float],
    target: pd.Series[float],
    due: pd.Series[bool],
) -> pd.Series[str]:
    """Say how far goals are, by one fixed rule.

    Parameters
    ----------
    baseline : Series of float
        Value before the conference.
    lower, upper : Series of float
        Interval of the latest value, in the unit of the indicator; NaN where there is none.
    expected : Series of float
        Where a straight line from baseline to target is in the year of the latest value.
    target : Series of float
        What shall be reached.
    due : Series of bool
        Whether the latest value is of the year of the target or later.

    Returns
    -------
    Series of str
        ``REACHED``: the whole interval is at the target or beyond it. ``MISSED``: the goal is due and the
        whole interval falls short. ``ON_COURSE``, ``OFF_COURSE``: the whole interval is on or beyond the
        line, or falls short of it. ``UNSURE``: the interval holds the line (for a goal that is due, the
        target). ``UNKNOWN``: a number is missing, or baseline and target are equal: there is no direction.

    Notes
    -----
    The baseline counts as agreed at the conference and has no interval here.
    """
    # Turned so that more is better, whatever the goal wants.
    sign = np.sign(target - baseline)
    worst = np.minimum(sign * lower, sign * upper)
    best = np.maximum(sign * lower, sign * upper)
    known = np.isfinite(worst) & np.isfinite(expected) & np.isfinite(target) & (sign != 0)
    codes = np.select(
        [
            ~known,
            worst >= sign * target,
            due & (best < sign * target),
            due,
            worst >= sign * expected,
            best < sign * expected,
        ],
        [UNKNOWN, REACHED, MISSED, UNSURE, ON_COURSE, OFF_COURSE],
        UNSURE,
    )
    return pd.Series(codes, index=baseline.index, dtype=str)


def goal_progress(goals: pd.DataFrame, values: pd.DataFrame, root_id: str) -> pd.DataFrame:
    """Put baseline, latest value and target of every goal side by side, and judge them.

    Parameters
    ----------
    goals : DataFrame
        Columns ``goal_id, conference, indicator_id, area_id, target_value, target_date``; the text in
        `conference` begins with its year.
    values : DataFrame
        Released values: columns ``area_id, indicator_id, year, value, lower, upper, hidden``.
    root_id : str
        Area of a goal that names none.

    Returns
    -------
    DataFrame, one row per goal
        ``PROGRESS_COLUMNS``. The baseline is the last value of a year before that of the conference, the
        latest value one of the year of the conference or later. ``milestone`` is where the straight line to
        the target is in the next year for which there is no value yet. ``reason`` says why nothing can be
        judged: ``not_measured`` (no indicator, target value or date), ``no_year`` (the conference has none),
        ``hidden``, ``no_baseline``, ``no_later`` (no value since the conference), ``no_interval``,
        ``no_change`` (target equals baseline), or ``""``.
    """
    if goals.empty:
        return pd.DataFrame(columns=list(PROGRESS_COLUMNS))
    area = goals["area_id"].where(goals["area_id"] != "", root_id)
    held = goals["conference"].str.extract(r"^(\d{4})")[0].astype(np.float64)
    frame = pd.DataFrame(
        {
            "goal_id": goals["goal_id"],
            "indicator_id": goals["indicator_id"],
            "area_id": area,
            "held": held,
            "target_year": goals["target_date"].dt.year.astype(np.float64),
            "target_value": goals["target_value"].astype(np.float64),
        }
    ).reset_index(drop=True)
    frame["place"] = frame.index
    keys = ["area_id", "indicator_id"]
    series = values[["year", "value", "lower", "upper", "hidden"]].assign(
        **{key: values[key].astype(str) for key in keys}
    )
    joined = frame[["place", "held", *keys]].merge(series, on=keys, how="inner")
    hidden = joined.loc[joined["hidden"] != "", "place"].unique()
    joined = joined[joined["value"].notna()].sort_values("year", kind="stable")
    before = joined[joined["year"] < joined["held"]].groupby("place").last()
    after = joined[joined["year"] >= joined["held"]].groupby("place").last()
    frame["baseline_year"] = before["year"].reindex(frame.index).astype(np.float64)
    frame["baseline"] = before["value"].reindex(frame.index)
    for column in ("year", "value", "lower", "upper"):
        frame[column] = after[column].reindex(frame.index).astype(np.float64)
    frame["expected"] = _line(frame, frame["year"])
    frame["milestone_year"] = (frame["year"].fillna(frame["baseline_year"]) + 1).clip(
        upper=frame["target_year"]
    )
    frame["milestone"] = _line(frame, frame["milestone_year"])
    frame["verdict"] = judge(
        frame["baseline"],
        frame["lower"],
        frame["upper"],
        frame["expected"],
        frame["target_value"],
        frame["year"] >= frame["target_year"],
    )
    unmeasured = (frame["indicator_id"] == "") | frame[["target_value", "target_year"]].isna().any(axis=1)
    frame["reason"] = np.select(
        [
            frame["verdict"] != UNKNOWN,
            unmeasured,
            frame["held"].isna(),
            frame["baseline"].isna() & frame["place"].isin(hidden),
            frame["baseline"].isna(),
            frame["value"].isna() & frame["place"].isin(hidden),
            frame["value"].isna(),
            frame["baseline"] == frame["target_value"],
        ],
        ["", "not_measured", "no_year", "hidden", "no_baseline", "hidden", "no_later", "no_change"],
        "no_interval",
    )
    return frame[list(PROGRESS_COLUMNS)]


def _line(frame: pd.DataFrame, year: pd.Series[float]) -> pd.Series[float]:
    """Return where the straight line from baseline to target is in a year; the target from its year on."""
    span = frame["target_year"] - frame["baseline_year"]
    share = ((year - frame["baseline_year"]) / span).mask(span <= 0, 1.0).clip(0, 1)
    return frame["baseline"] + (frame["target_value"] - frame["baseline"]) * share


def handover(goals: pd.DataFrame, unfinished: tuple[str, ...]) -> pd.DataFrame:
    """Return the operational goals that the Runder Tisch takes over, the next due first.

    Parameters
    ----------
    goals : DataFrame
        Table of goals.
    unfinished : tuple of str
        Statuses of goals that are neither reached nor given up.

    Returns
    -------
    DataFrame
        Rows of `goals` with ``parent_text``, the strategic goal that each serves (``""`` without one), sorted
        by target date; goals without a date come last.
    """
    text = goals.drop_duplicates("goal_id").set_index("goal_id")["text"]
    rows = goals[(goals["kind"] == "operational") & goals["status"].isin(unfinished)]
    rows = rows.assign(parent_text=rows["parent_goal_id"].map(text).fillna(""))
    return rows.sort_values(["target_date", "goal_id"], kind="stable", na_position="last").reset_index(
        drop=True
    )


def conspicuous(rows: pd.DataFrame, directions: pd.Series[str]) -> pd.Series[str]:
    """Say for each value whether it stands out from the city in the way that matters for a topic.

    Parameters
    ----------
    rows : DataFrame
        Columns ``indicator_id, city_position`` of the released comparison with the city.
    directions : Series of str, indexed by indicator
        What a high value means.

    Returns
    -------
    Series of str
        ``"yes"``: certainly higher than in the city (lower where high is better); ``"no"``: certainly on the
        other side; ``"similar"``: no difference can be seen; ``"unknown"``: no interval or value.

    Notes
    -----
    An indicator without a good and a bad end counts as higher: for a topic it matters where many of those
    concerned live, which is no judgement on them.
    """
    direction = rows["indicator_id"].astype(str).map(directions)
    side = np.where(direction == "higher_is_better", "lower", "higher")
    position = rows["city_position"].astype(str)
    codes = np.select(
        [
            position == "similar",
            position.isin(["higher", "lower"]) & (position == side),
            position == "unknown",
        ],
        ["similar", "yes", "unknown"],
        "no",
    )
    return pd.Series(codes, index=rows.index, dtype=str)

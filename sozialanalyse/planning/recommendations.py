"""Where each Handlungsempfehlung stands, what moved, what is stuck, and how its target indicators changed.

The change of an indicator stands beside a recommendation and is never ascribed to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from sozialanalyse.errors import ParameterError
from sozialanalyse.indicators.compare import ComparedKind, change

__all__ = [
    "Patience",
    "count_by",
    "flow",
    "movements",
    "spells",
    "standing_at",
    "status_at",
    "target_changes",
]

_RUNNING: Final = ("open", "active")
"""Kinds of status in which something is still to be done."""
_CHANGE_COLUMNS: Final = (
    "recommendation_id", "area_id", "indicator_id", "first_year", "last_year", "first_value", "last_value",
    "change", "lower", "upper",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Patience:
    """How long something may rest, and how far ahead a deadline is near; both in days.

    Raises
    ------
    ParameterError
        If a number of days is not positive.
    """

    still: int = 365
    near: int = 365

    def __post_init__(self) -> None:
        if self.still < 1 or self.near < 1:
            raise ParameterError(
                "Die Fristen des Controllings müssen mindestens einen Tag lang sein. "
                "Bitte »still« und »near« prüfen."
            )


def _until(log: pd.DataFrame, date: pd.Timestamp) -> pd.DataFrame:
    """Return the entries up to a day, in the order of time; of one day the later line counts as later."""
    return log[log["date"] <= date].sort_values("date", kind="stable")


def status_at(log: pd.DataFrame, date: pd.Timestamp) -> pd.DataFrame:
    """Return the status of each recommendation on a day.

    Parameters
    ----------
    log : DataFrame
        Columns ``recommendation_id, date, status, note``.
    date : Timestamp
        The day; an entry of that day counts.

    Returns
    -------
    DataFrame, indexed by ``recommendation_id``
        Columns ``status``, ``since`` (first day of the unbroken time in this status), ``last_entry`` (day of
        the last entry), ``note`` (of the last entry) and ``started`` (day of the first entry). A
        recommendation without an entry up to that day is left out.

    Examples
    --------
    >>> log = pd.DataFrame({"recommendation_id": ["r", "r"], "date": pd.to_datetime(["2022-01-10",
    ...     "2023-05-02"]), "status": ["open", "active"], "note": ""})
    >>> status_at(log, pd.Timestamp("2023-05-01"))["status"].to_dict()
    {'r': 'open'}
    """
    entries = _until(log, date)
    changed = entries["status"] != entries.groupby("recommendation_id")["status"].shift()
    by_key = entries.groupby("recommendation_id")
    last = by_key[["status", "date", "note"]].last().rename(columns={"date": "last_entry"})
    since = entries[changed].groupby("recommendation_id")["date"].last().rename("since")
    return last.join(since).join(by_key["date"].first().rename("started"))


def spells(log: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    """Return how long each recommendation stayed in each status.

    Parameters
    ----------
    log : DataFrame
        As in `status_at`.
    until : Timestamp
        Last day that is looked at.

    Returns
    -------
    DataFrame
        Columns ``recommendation_id, status, start, end, days``, in the order of time; `end` is missing for
        the status that still lasts, whose days count up to `until`. Entries that repeat the status before
        them only add to its time.

    Examples
    --------
    >>> log = pd.DataFrame({"recommendation_id": ["r", "r"], "date": pd.to_datetime(["2022-01-01",
    ...     "2022-01-31"]), "status": ["open", "active"]})
    >>> spells(log, pd.Timestamp("2022-02-10"))["days"].tolist()
    [30, 10]
    """
    entries = _until(log, until)
    changed = entries["status"] != entries.groupby("recommendation_id")["status"].shift()
    rows = entries.loc[changed, ["recommendation_id", "status", "date"]].rename(columns={"date": "start"})
    rows["end"] = rows.groupby("recommendation_id")["start"].shift(-1)
    rows["days"] = (rows["end"].fillna(until) - rows["start"]).dt.days.astype(np.int64)
    rows = rows.sort_values(["recommendation_id", "start"], kind="stable")
    return rows.reset_index(drop=True)


def standing_at(
    recommendations: pd.DataFrame,
    log: pd.DataFrame,
    kinds: Mapping[str, str],
    date: pd.Timestamp,
    patience: Patience | None = None,
) -> pd.DataFrame:
    """Return where each recommendation stands on a day, and what is late, still or due soon.

    Parameters
    ----------
    recommendations : DataFrame
        Columns ``recommendation_id, horizon`` and any others.
    log : DataFrame
        As in `status_at`.
    kinds : mapping of status to ``"open"``, ``"active"``, ``"done"`` or ``"stopped"``
        What each status means.
    date : Timestamp
        The day.
    patience : Patience, optional
        How long something may rest.

    Returns
    -------
    DataFrame
        The rows of `recommendations` that had begun by that day, with ``status, since, last_entry, note,
        started, kind, days`` (in this status) and three flags that only recommendations with something still
        to be done can have: ``overdue`` (the horizon has passed), ``still`` (in this status for longer than
        patience allows) and ``due_soon`` (the horizon is near). Rows without any entry in the log are kept,
        with status ``""`` and kind ``"open"``.
    """
    patience = patience or Patience()
    status = status_at(log, date)
    later = ~recommendations["recommendation_id"].isin(status.index) & recommendations[
        "recommendation_id"
    ].isin(log["recommendation_id"])
    frame = recommendations[~later].merge(
        status, left_on="recommendation_id", right_index=True, how="left", validate="one_to_one"
    )
    frame = frame.fillna({"status": "", "note": ""})
    frame["kind"] = frame["status"].map(kinds).fillna("open")
    frame["days"] = (date - frame["since"]).dt.days.astype("Int64")
    running = frame["kind"].isin(_RUNNING)
    ahead = (frame["horizon"] - date).dt.days
    frame["overdue"] = running & (ahead < 0)
    frame["still"] = running & (frame["days"] > patience.still).fillna(False).astype(bool)
    frame["due_soon"] = running & ahead.between(0, patience.near)
    return frame.reset_index(drop=True)


def movements(log: pd.DataFrame, since: pd.Timestamp, until: pd.Timestamp) -> pd.DataFrame:
    """Return from which status to which each recommendation went between two days.

    Parameters
    ----------
    log : DataFrame
        As in `status_at`.
    since, until : Timestamp
        First and last day; entries of the first day belong to the status before.

    Returns
    -------
    DataFrame
        Columns ``recommendation_id, before, after, moved``; `before` is ``""`` for a recommendation that is
        new. `moved` says whether the two differ.

    Raises
    ------
    ParameterError
        If the first day is not before the last.
    """
    if not since < until:
        raise ParameterError(
            "Der Beginn des Berichtszeitraums muss vor seinem Ende liegen. Bitte »since« und »until« prüfen."
        )
    after = status_at(log, until)["status"].rename("after")
    before = status_at(log, since)["status"].reindex(after.index).fillna("").rename("before")
    frame = pd.concat([before, after], axis=1).reset_index()
    return frame.assign(moved=frame["before"] != frame["after"])


def flow(moves: pd.DataFrame, order: Sequence[str]) -> pd.DataFrame:
    """Count the recommendations that went from one status to another.

    Parameters
    ----------
    moves : DataFrame
        Rows of `movements`.
    order : sequence of str
        Statuses in the order of the scale; ``""`` (new) comes first.

    Returns
    -------
    DataFrame
        Columns ``before, after, count``, only pairs that occur, in that order.

    Examples
    --------
    >>> moves = pd.DataFrame({"before": ["", "open", "open"], "after": ["open", "done", "open"]})
    >>> flow(moves, ["open", "done"]).values.tolist()
    [['', 'open', 1], ['open', 'open', 1], ['open', 'done', 1]]
    """
    place = {status: position for position, status in enumerate(["", *order])}
    counted = moves.groupby(["before", "after"], as_index=False).size().rename(columns={"size": "count"})
    ranked = counted.assign(
        first=counted["before"].map(place), second=counted["after"].map(place)
    ).sort_values(["first", "second"], kind="stable")
    return ranked[["before", "after", "count"]].reset_index(drop=True)


def count_by(standing: pd.DataFrame, rows: str, columns: str) -> pd.DataFrame:
    """Count recommendations by two of their properties; one with several areas counts in each of them.

    Parameters
    ----------
    standing : DataFrame
        Recommendations, such as rows of `standing_at`.
    rows, columns : str
        Names of columns, such as ``"area_ids"``, ``"field"``, ``"addressee"``, ``"status"``; those with lists
        are taken apart.

    Returns
    -------
    DataFrame, indexed by the values of `rows`, columns the values of `columns`
        Numbers of recommendations. The sum over areas exceeds their number where one names several areas.

    Examples
    --------
    >>> table = pd.DataFrame({"area_ids": [("A", "B"), ("A",)], "field": ["work", "family"]})
    >>> count_by(table, "area_ids", "field").loc["A"].to_dict()
    {'family': 1, 'work': 1}
    """
    frame = standing[[rows, columns]]
    for name in (rows, columns):
        if len(frame) and isinstance(frame[name].iloc[0], tuple):
            frame = frame.explode(name)
    frame = frame.dropna()
    return pd.crosstab(frame[rows], frame[columns])


def target_changes(
    standing: pd.DataFrame,
    values: pd.DataFrame,
    catalogue: pd.DataFrame,
    years: Mapping[str, int],
    *,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return how the target indicators changed in the areas of each recommendation since it began.

    Parameters
    ----------
    standing : DataFrame
        Columns ``recommendation_id, area_ids, indicator_ids, started``.
    values : DataFrame
        Released rows with ``area_id, indicator_id, year, value, numerator, denominator``.
    catalogue : DataFrame, indexed by ``indicator_id``
        Columns ``kind, factor``.
    years : mapping of indicator to int
        Last year that is looked at; indicators without one are left out.
    confidence : float
        Coverage of the intervals.

    Returns
    -------
    DataFrame
        Columns ``recommendation_id, area_id, indicator_id, first_year, last_year, first_value, last_value,
        change, lower, upper`` in the unit of the indicator, now minus then; the limits are missing for scores
        and counts, which have no interval. The first year is the last one with a value up to the year in
        which the recommendation began. A row without two different years is left out.

    Notes
    -----
    What happened to an indicator while a recommendation was carried out has many reasons. The change is a
    context, not a result of the recommendation.
    """
    wanted = standing[["recommendation_id", "area_ids", "indicator_ids", "started"]].explode("area_ids")
    wanted = wanted.explode("indicator_ids").dropna()
    wanted = wanted.rename(columns={"area_ids": "area_id", "indicator_ids": "indicator_id"})
    wanted = wanted.assign(
        begun=wanted["started"].dt.year, last_year=wanted["indicator_id"].map(dict(years))
    ).dropna()
    if not len(wanted):
        return pd.DataFrame(columns=list(_CHANGE_COLUMNS))
    there = values.loc[values["value"].notna(), ["area_id", "indicator_id", "year", *_NUMBERS]]
    there = there.astype({"area_id": str, "indicator_id": str}).astype(
        {"area_id": object, "indicator_id": object}
    )
    keys = ["area_id", "indicator_id"]
    wanted = wanted.astype({"area_id": object, "indicator_id": object})
    last = wanted.merge(there, left_on=[*keys, "last_year"], right_on=[*keys, "year"], how="inner")
    both = last.merge(there, on=keys, how="inner", suffixes=("", "_then"))
    both = both[(both["year_then"] <= both["begun"]) & (both["year_then"] < both["year"])]
    both = both.sort_values("year_then", kind="stable").drop_duplicates(
        ["recommendation_id", *keys], keep="last"
    )
    both = both.sort_values(["recommendation_id", *keys], kind="stable").reset_index(drop=True)
    lower, upper = np.full(len(both), np.nan), np.full(len(both), np.nan)
    kinds = both["indicator_id"].map(catalogue["kind"])
    factors = both["indicator_id"].map(catalogue["factor"]).to_numpy(dtype=np.float64)
    counts = both[["numerator_then", "denominator_then", "numerator", "denominator"]].to_numpy(
        dtype=np.float64
    )
    compared: tuple[ComparedKind, ...] = ("proportion", "rate")
    for kind in compared:
        chosen = np.flatnonzero((kinds == kind).to_numpy())
        then, base_then, now, base_now = counts[chosen].T
        interval = change(then, base_then, now, base_now, kind, confidence=confidence)
        lower[chosen], upper[chosen] = interval.lower * factors[chosen], interval.upper * factors[chosen]
    result = both.assign(
        first_year=both["year_then"].astype(np.int64),
        last_year=both["year"].astype(np.int64),
        first_value=both["value_then"],
        last_value=both["value"],
        change=both["value"] - both["value_then"],
        lower=lower,
        upper=upper,
    )
    return result[list(_CHANGE_COLUMNS)]


_NUMBERS: Final = ("value", "numerator", "denominator")

"""What the rows of the value table count: numerators, denominators and counts, each thing once.

Two rows can show the same number of people: as cases of one indicator and as reference group of another, or
as the common reference group of several. Who hides it in one row and shows it in the other hides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sozialanalyse.disclosure.system import BoolArray, FloatArray, IntArray

__all__ = ["NOTHING", "Quantities", "count_quantities"]

NOTHING: Final = -1
_FEWEST_EQUAL: Final = 2


@dataclass(frozen=True, slots=True, eq=False)
class Quantities:
    """Quantities of all rows; n rows, p quantities (each of one year), a areas.

    Attributes
    ----------
    amounts : (p, a) float
        Number of cases or persons; NaN where no row tells it.
    keys : tuple of (str, int), length p
        Name and year of each quantity.
    subject : tuple of str, length p
        What is counted, whatever the number of years.
    window : (p,) int
        How many years, up to the one named, are added up.
    area : (n,) int
        Position of each row's area.
    cases, group : (n,) int
        Quantity that is the numerator (or the count) of a row, and that which is its denominator; −1 if none.
    """

    amounts: FloatArray
    keys: tuple[tuple[str, int], ...]
    subject: tuple[str, ...]
    window: IntArray
    area: IntArray
    cases: IntArray
    group: IntArray

    def among(self, chosen: BoolArray, told: IntArray) -> BoolArray:
        """Return the rows whose number is chosen, shape (n,).

        Parameters
        ----------
        chosen : (p, a) bool
            Numbers.
        told : (n,) int
            `cases` or `group`.
        """
        result: BoolArray = told != NOTHING
        result[result] = chosen[told[result], self.area[result]]
        return result


def count_quantities(
    values: pd.DataFrame,
    kind: NDArray[np.str_],
    area_ids: pd.Index[str],
    labels: pd.DataFrame | None = None,
) -> Quantities:
    """Find out which rows tell the same number.

    Parameters
    ----------
    values : DataFrame, n rows
        Columns ``area_id, indicator_id, year, value, numerator, denominator``.
    kind : (n,) str
        Kind of each row's indicator.
    area_ids : Index
        All areas.
    labels : DataFrame, indexed by indicator, optional
        Columns ``label, numerator_label, denominator_label`` and perhaps ``window``, how many years a number
        adds up. Quantities of the same label and window are one, unless their numbers differ anywhere; so are
        those whose numbers are the same in all areas of a year.
    """
    area = area_ids.get_indexer(pd.Index(values["area_id"].astype(str))).astype(np.int64)
    indicator = values["indicator_id"].astype(str).to_numpy(dtype=object)
    counted = np.isin(kind, ("proportion", "rate"))
    cases = np.where(kind == "count", values["value"], np.where(counted, values["numerator"], np.nan))
    group = np.where(kind == "count", np.nan, values["denominator"].to_numpy(dtype=np.float64))
    cases_name = _labels(indicator, labels, "numerator_label")
    cases_name[kind == "count"] = _labels(indicator, labels, "label")[kind == "count"]
    window = _windows(indicator, labels)
    parts = [
        _part(number, name, np.array([f"{role}:{key}" for key in indicator], dtype=object), window)
        for role, number, name in (
            ("cases", cases.astype(np.float64), cases_name),
            ("group", group, _labels(indicator, labels, "denominator_label")),
        )
    ]
    year = values["year"].to_numpy(dtype=np.int64)
    long = pd.concat(
        [part.assign(row=np.arange(len(part)), area=area, year=year) for part in parts], keys=(0, 1)
    )
    long = long[np.isfinite(long["number"]) & (long["area"] >= 0)]
    spread = long.groupby(["name", "area", "year"])["number"].agg(["min", "max"])
    contradictory = spread.index[spread["max"] != spread["min"]].get_level_values("name").unique()
    apart = long["name"].isin(contradictory)
    long["name"] = long["name"].where(~apart, long["own"])
    long["subject"] = long["subject"].where(~apart, long["own"])
    names = pd.MultiIndex.from_frame(long[["name", "year"]])
    codes, keys = pd.factorize(names, sort=True)
    amounts = np.full((len(keys), len(area_ids)), np.nan)
    amounts[codes, long["area"]] = long["number"]
    same = _equal_rows(amounts)
    place = np.full((2, len(values)), NOTHING, dtype=np.int64)
    place[long.index.get_level_values(0), long["row"]] = codes
    _set_apart(same, place)
    place = np.append(same, NOTHING)[place]
    used = np.unique(same)
    renumbered = np.full(len(keys) + 1, NOTHING, dtype=np.int64)
    renumbered[used] = np.arange(len(used))
    first = long.groupby(codes)[["subject", "window"]].first().loc[used]
    return Quantities(
        amounts=amounts[used],
        keys=tuple((str(keys[at][0]), int(keys[at][1])) for at in used.tolist()),
        subject=tuple(first["subject"]),
        window=first["window"].to_numpy(dtype=np.int64),
        area=area,
        cases=renumbered[place[0]],
        group=renumbered[place[1]],
    )


def _labels(indicator: NDArray[np.object_], labels: pd.DataFrame | None, column: str) -> NDArray[np.object_]:
    if labels is None or column not in labels.columns:
        return np.full(len(indicator), "", dtype=object)
    return pd.Series(indicator).map(labels[column]).fillna("").astype(str).to_numpy(dtype=object)


def _windows(indicator: NDArray[np.object_], labels: pd.DataFrame | None) -> IntArray:
    if labels is None or "window" not in labels.columns:
        return np.ones(len(indicator), dtype=np.int64)
    years = pd.to_numeric(pd.Series(indicator).map(labels["window"])).fillna(1)
    return years.to_numpy(dtype=np.int64)


def _part(
    number: FloatArray, name: NDArray[np.object_], own: NDArray[np.object_], window: IntArray
) -> pd.DataFrame:
    subject = np.where(name == "", own, "label:" + name)
    pooled = np.array([f"{what} ({years} Jahre)" for what, years in zip(subject, window, strict=True)])
    return pd.DataFrame(
        {
            "number": number,
            "name": np.where((name == "") | (window == 1), subject, pooled),
            "subject": subject,
            "own": own,
            "window": window,
        }
    )


def _equal_rows(amounts: FloatArray) -> IntArray:
    """Return for each row the first one with the same numbers; rows that say next to nothing stay alone."""
    telling: BoolArray = (np.nan_to_num(amounts) != 0).sum(axis=1) >= _FEWEST_EQUAL
    first: dict[bytes, int] = {}
    return np.array(
        [
            first.setdefault(row.tobytes(), position) if tells else position
            for position, (row, tells) in enumerate(zip(amounts, telling.tolist(), strict=True))
        ],
        dtype=np.int64,
    )


def _set_apart(same: IntArray, place: IntArray) -> None:
    """Undo, in place, that cases and their own reference group are one: a share of 100 % is no identity.

    Otherwise the cases would be limited by themselves.
    """
    told = (place != NOTHING).all(axis=0)
    for cases, group in np.unique(place[:, told], axis=1).T.tolist():
        if cases != group and same[cases] == same[group]:
            others = np.flatnonzero((same == same[cases]) & (np.arange(len(same)) != cases))
            same[others] = others[0]
            same[cases] = cases

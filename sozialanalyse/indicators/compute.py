"""Values of all indicators for all areas, levels and years, in one frame with the same columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sozialanalyse.dataset.existence import existing
from sozialanalyse.dataset.schema import Dataset
from sozialanalyse.indicators.certainty import counts_vary
from sozialanalyse.indicators.rates import rate_interval, wilson_interval
from sozialanalyse.vocabulary import VALUE_COLUMNS

__all__ = ["DELIVERED_TOTALS", "MISSING_REASONS", "ValueTable", "compute_values"]

FloatArray = NDArray[np.float64]

MISSING_REASONS: Final[dict[str, str]] = {
    "": "",
    "not_delivered": "nicht geliefert",
    "sign": "in der Quelle durch ein Zeichen ersetzt",
    "parts_missing": "nicht berechenbar, weil Werte einzelner Teilgebiete fehlen",
    "no_weight": "nicht berechenbar, weil für Kennwerte ohne Nenner kein Mittel gebildet wird",
    "zero_denominator": "nicht berechenbar, weil der Nenner null ist",
    "area_absent": "nicht vorhanden, weil es das Gebiet in diesem Jahr nicht gab",
}
"""Why a value is missing: code to German explanation."""

DELIVERED_TOTALS: Final = "gelieferte Werte der Ebene"
"""Words by which remarks on totals that are not the sum of their parts can be told from others."""

RELATIVE_TOLERANCE: Final = 0.0051
WHOLE_TOLERANCE: Final = 1e-6


@dataclass(frozen=True, slots=True)
class ValueTable:
    """All values of a dataset.

    Attributes
    ----------
    frame : DataFrame
        One row per area, indicator and year, with the columns of ``VALUE_COLUMNS``; `value`, `lower` and
        `upper` are in the unit of the indicator. Sorted by indicator, year and the order of the areas.
    remarks : tuple of str
        German sentences about delivered coarser values that differ from those computed from finer areas.
    """

    frame: pd.DataFrame
    remarks: tuple[str, ...]


@dataclass(slots=True)
class _Grid:
    """Values as arrays of shape (areas, pairs); a pair is an indicator in a year."""

    numerator: FloatArray
    denominator: FloatArray
    value: FloatArray
    sign: NDArray[np.object_]
    computed: NDArray[np.bool_]
    agrees: NDArray[np.bool_]
    reason: NDArray[np.object_]


def compute_values(dataset: Dataset, *, confidence: float = 0.95) -> ValueTable:
    """Compute every indicator for every area, level and year, with interval and origin.

    Coarser levels are computed from finer ones where all parts of that year are there: counts are added,
    proportions and rates get the sum of numerators over the sum of denominators, scores the mean weighted by
    denominator.
    A coarser value that was delivered takes precedence, because it may count people whom no finer area
    can be told for; where it differs from the computed one, a remark says so.

    Parameters
    ----------
    dataset : Dataset
        A validated dataset.
    confidence : float
        Coverage of the intervals, between 0 and 1.

    Returns
    -------
    ValueTable
        Values in the unit of each indicator. A missing value has a `missing_reason`.

    Notes
    -----
    Proportions have Wilson intervals, rates exact Poisson or Byar intervals, unless the catalogue says that
    their counts do not vary by chance. Counts and scores have none: a complete count has no sampling error,
    and for a score the dataset does not say how it was made. `origin` is ``"delivered"``, ``"computed"``, or
    ``"both"`` where a delivered value agrees with the one computed from finer areas.
    Observations broken down by sex or age are not part of this frame.
    """
    areas = dataset.areas
    total = dataset.observations
    total = total[(total["sex"] == "") & (total["age_group"] == "")]
    pairs = total[["indicator_id", "year"]].drop_duplicates()
    pairs = pairs.astype({"indicator_id": str})
    order = {key: position for position, key in enumerate(dataset.indicators.index)}
    pairs = pairs.sort_values(
        ["indicator_id", "year"],
        key=lambda column: column.map(order) if column.name == "indicator_id" else column,
    )
    pairs = pairs.reset_index(drop=True)
    grid = _fill(total, areas.index, pairs)
    kinds = dataset.indicators["kind"].reindex(pairs["indicator_id"]).to_numpy(dtype=str)
    factors = dataset.indicators["factor"].reindex(pairs["indicator_id"]).to_numpy(dtype=np.float64)
    remarks = _aggregate(grid, dataset, pairs, kinds, factors)
    varies = counts_vary(dataset.indicators).reindex(pairs["indicator_id"]).to_numpy(dtype=bool)
    return ValueTable(
        _to_frame(grid, dataset, pairs, np.where(varies, kinds, "none"), factors, confidence), remarks
    )


def _fill(total: pd.DataFrame, area_ids: pd.Index[str], pairs: pd.DataFrame) -> _Grid:
    shape = (len(area_ids), len(pairs))
    rows = area_ids.get_indexer(pd.Index(total["area_id"].astype(str)))
    pair_index = pd.MultiIndex.from_frame(pairs)
    columns = pair_index.get_indexer(
        pd.MultiIndex.from_arrays([total["indicator_id"].astype(str), total["year"]])
    )
    grid = _Grid(
        numerator=np.full(shape, np.nan),
        denominator=np.full(shape, np.nan),
        value=np.full(shape, np.nan),
        sign=np.full(shape, "", dtype=object),
        computed=np.zeros(shape, dtype=bool),
        agrees=np.zeros(shape, dtype=bool),
        reason=np.full(shape, "not_delivered", dtype=object),
    )
    for name in ("numerator", "denominator", "value"):
        getattr(grid, name)[rows, columns] = total[name].to_numpy(dtype=np.float64)
    signs = total["sign"].astype(str).to_numpy(dtype=object)
    grid.sign[rows, columns] = signs
    has_sign = signs != ""
    grid.reason[rows[has_sign], columns[has_sign]] = "sign"
    return grid


def _aggregate(
    grid: _Grid, dataset: Dataset, pairs: pd.DataFrame, kinds: NDArray[np.str_], factors: FloatArray
) -> tuple[str, ...]:
    """Fill coarser levels from the next finer one, in place, and report delivered values that differ."""
    areas = dataset.areas
    level_of = areas["level"].to_numpy(dtype=str)
    parent_row = areas.index.get_indexer(pd.Index(areas["parent_id"]))
    counted = np.isin(kinds, ("proportion", "rate"))
    scored = kinds == "score"
    differing: dict[tuple[str, str], int] = {}
    years, year_of = np.unique(pairs["year"].to_numpy(dtype=np.int64), return_inverse=True)
    there = existing(areas, years)[:, year_of]
    slightly: dict[tuple[str, str], int] = {}
    grid.value = np.where(counted, _ratio(grid.numerator, grid.denominator) * factors, grid.value)
    for finer, coarser in zip(reversed(dataset.levels[1:]), reversed(dataset.levels[:-1]), strict=True):
        children = np.flatnonzero(level_of == finer.level)
        parents = np.flatnonzero(level_of == coarser.level)

        def total_of(
            part: FloatArray, children: NDArray[np.intp] = children, parents: NDArray[np.intp] = parents
        ) -> FloatArray:
            result = np.zeros((len(areas), part.shape[1]))
            np.add.at(result, parent_row[children], np.where(there[children], part, 0.0))
            return result[parents]

        n_children = total_of(np.ones((len(children), len(pairs))))
        weight = np.where(scored, grid.denominator[children], np.nan)
        present = np.where(
            counted,
            np.isfinite(grid.numerator[children]) & np.isfinite(grid.denominator[children]),
            np.isfinite(grid.value[children]),
        )
        complete = (total_of(present.astype(np.float64)) == n_children) & (n_children > 0)
        any_there = total_of(present.astype(np.float64)) > 0
        numerator = total_of(np.where(counted, np.nan_to_num(grid.numerator[children]), 0.0))
        denominator = total_of(np.nan_to_num(grid.denominator[children]))
        weighted = total_of(np.nan_to_num(weight * grid.value[children]))
        weight_known = total_of(np.isfinite(weight).astype(np.float64)) == n_children
        summed = total_of(np.nan_to_num(grid.value[children]))
        value = np.where(counted, _ratio(numerator, denominator) * factors, summed)
        value = np.where(scored, np.where(weight_known, _ratio(weighted, denominator), np.nan), value)
        value = np.where(complete, value, np.nan)

        delivered = np.isfinite(grid.value[parents])
        both = delivered & np.isfinite(value)
        scale = np.maximum(np.abs(grid.value[parents]), np.abs(value))
        apart = both & (np.abs(grid.value[parents] - value) > RELATIVE_TOLERANCE * np.where(both, scale, 0.0))
        # Whoever subtracts needs to know of the smallest difference, too small as it may be for the value.
        off = np.zeros_like(both)
        for ours, summed_up, told in (
            (grid.numerator, numerator, counted),
            (grid.denominator, denominator, counted),
            (grid.value, value, ~counted & ~scored),
        ):
            off |= told & (np.abs(ours[parents] - summed_up) > WHOLE_TOLERANCE)
        for found, cells in ((differing, apart), (slightly, both & off & ~apart)):
            for column in np.flatnonzero(cells.any(axis=0)):
                key = (str(pairs["indicator_id"].iloc[column]), coarser.label)
                found[key] = found.get(key, 0) + int(cells[:, column].sum())

        # A sign that was delivered says why there is no number; it is not overruled by a sum.
        use = ~delivered & np.isfinite(value) & (grid.sign[parents] == "")
        for target, source in (
            (grid.numerator, np.where(counted, numerator, np.nan)),
            (grid.denominator, np.where(counted | scored, denominator, np.nan)),
            (grid.value, value),
        ):
            target[parents] = np.where(use, source, target[parents])
        reason = np.where(complete & scored & ~weight_known, "no_weight", "parts_missing")
        open_cell = ~delivered & ~use & any_there & (grid.reason[parents] == "not_delivered")
        grid.reason[parents] = np.where(open_cell, reason, grid.reason[parents])
        grid.computed[parents] = use
        grid.agrees[parents] = both & ~apart
        grid.sign[parents] = np.where(use, "", grid.sign[parents])
    grid.reason[np.isfinite(grid.value)] = ""
    grid.reason[counted & (grid.denominator == 0)] = "zero_denominator"
    grid.reason[~there & (grid.reason == "not_delivered")] = "area_absent"
    labels = dataset.indicators["label"]
    return tuple(
        f"»{labels[indicator]}«: {count} {DELIVERED_TOTALS} {level} weichen {how}von der "
        "Zusammenfassung der feineren Gebiete ab; gezeigt werden die gelieferten."
        for found, how in ((differing, ""), (slightly, "um höchstens ein halbes Prozent "))
        for (indicator, level), count in sorted(found.items())
    )


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole > 0, part / whole, np.nan)


def _to_frame(
    grid: _Grid,
    dataset: Dataset,
    pairs: pd.DataFrame,
    kinds: NDArray[np.str_],
    factors: FloatArray,
    confidence: float,
) -> pd.DataFrame:
    lower = np.full(grid.value.shape, np.nan)
    upper = np.full(grid.value.shape, np.nan)
    method = np.full(grid.value.shape, "none", dtype=object)
    for kind, interval_of in (("proportion", wilson_interval), ("rate", rate_interval)):
        columns = np.flatnonzero(kinds == kind)
        if not len(columns):
            continue
        interval = interval_of(grid.numerator[:, columns], grid.denominator[:, columns], confidence)
        lower[:, columns] = interval.lower * factors[columns]
        upper[:, columns] = interval.upper * factors[columns]
        method[:, columns] = np.where(np.isfinite(interval.lower), interval.method, "none")
    n_areas, n_pairs = grid.value.shape

    def flat(array: NDArray[np.generic]) -> NDArray[np.generic]:
        return array.T.reshape(-1)

    frame = pd.DataFrame(
        {
            "area_id": _repeated(dataset.areas.index, np.tile(np.arange(n_areas), n_pairs)),
            "level": _repeated(dataset.areas["level"], np.tile(np.arange(n_areas), n_pairs)),
            "indicator_id": _repeated(pairs["indicator_id"], np.repeat(np.arange(n_pairs), n_areas)),
            "year": np.repeat(pairs["year"].to_numpy(dtype=np.int64), n_areas),
            "value": flat(grid.value),
            "lower": flat(lower),
            "upper": flat(upper),
            "numerator": flat(grid.numerator),
            "denominator": flat(grid.denominator),
            "confidence": confidence,
            "method": flat(method),
            "origin": flat(np.where(grid.computed, "computed", np.where(grid.agrees, "both", "delivered"))),
            "sign": flat(grid.sign),
            "missing_reason": flat(grid.reason),
        }
    )
    return frame[list(VALUE_COLUMNS)]


def _repeated(keys: pd.Index[str] | pd.Series[str], positions: NDArray[np.intp]) -> pd.Categorical:
    """Return the keys at these positions, as categories in the order of their first appearance."""
    codes, categories = pd.factorize(np.asarray(keys, dtype=object))
    return pd.Categorical.from_codes(codes[positions], categories=pd.Index(categories, dtype=str))

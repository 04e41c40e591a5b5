"""Protection by changed numbers: rounding or the cell-key method for the value table, with an attack.

Each number is changed once, whatever rows tell it; values and intervals are computed from the changed ones.
Where what is shown would still give a small number away, the numbers around it are hidden as well.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sozialanalyse.disclosure.alternatives import perturb, perturbation_table, round_to_base
from sozialanalyse.disclosure.attack import attack
from sozialanalyse.disclosure.hierarchy import from_hierarchy
from sozialanalyse.disclosure.linked import LinkedRows
from sozialanalyse.disclosure.linked_years import related, with_years
from sozialanalyse.disclosure.quantities import NOTHING
from sozialanalyse.disclosure.rules import DisclosureRules
from sozialanalyse.disclosure.system import BoolArray, FloatArray
from sozialanalyse.indicators.rates import rate_interval, wilson_interval

__all__ = ["ChangedNumbers", "change_numbers", "changed_frame"]


@dataclass(frozen=True, slots=True, eq=False)
class ChangedNumbers:
    """Changed numbers of all quantities (p) and areas (a).

    Attributes
    ----------
    amounts : (p, a) float
        What is shown instead of the true numbers; NaN where there is none.
    hidden : (p, a) bool
        Numbers that are hidden all the same.
    """

    amounts: FloatArray
    hidden: BoolArray


def change_numbers(linked: LinkedRows, rules: DisclosureRules) -> ChangedNumbers:
    """Change all numbers, and hide those from which a small number would follow.

    Parameters
    ----------
    linked : LinkedRows
        The value table.
    rules : DisclosureRules
        With the method ``"rounding"`` or ``"cell_key"``.

    Returns
    -------
    ChangedNumbers
        The outsider, who knows the method and all that is shown, finds at least as many thinkable values for
        each number that a rule protects as the smallest shown count. The same in every run.
    """
    told = linked.quantities
    amounts = told.amounts
    if rules.method == "rounding":
        changed, off = round_to_base(amounts, rules.rounding_base), rules.rounding_base / 2.0
    else:
        changed, off = _perturbed(linked, rules), float(rules.cell_key_maximum) + 0.5
    part, whole, area = linked.shares
    while True:
        too_many = changed[part, area] > changed[whole, area]
        too_many &= amounts[part, area] <= amounts[whole, area]
        if not too_many.any():
            break
        where = part[too_many], area[too_many]
        changed[where] = np.minimum(changed[where], changed[whole[too_many], area[too_many]])
    low = np.where(amounts >= 0, np.maximum(changed - off, 0.0), changed - off)
    return ChangedNumbers(changed, _given_away(linked, low, changed + off, rules.minimum_numerator - 1.0))


def _perturbed(linked: LinkedRows, rules: DisclosureRules) -> FloatArray:
    """Add to each number what the seed and its own name say."""
    told = linked.quantities
    there = np.isfinite(told.amounts)
    quantity, area = np.nonzero(there)
    keys = [
        (*told.keys[one], str(linked.area_ids[at]))
        for one, at in zip(quantity.tolist(), area.tolist(), strict=True)
    ]
    table = perturbation_table(
        maximum=rules.cell_key_maximum,
        variance=rules.cell_key_maximum / 2.0,
        smallest_shown=rules.minimum_numerator,
    )
    numbers = told.amounts[there]
    changed = told.amounts.copy()
    changed[there] = np.sign(numbers) * perturb(np.round(np.abs(numbers)), keys, rules.cell_key_seed, table)
    return changed


def _given_away(linked: LinkedRows, low: FloatArray, high: FloatArray, width: float) -> BoolArray:
    """Find numbers to hide so that protected ones keep the width; families of areas at a time."""
    amounts = linked.quantities.amounts
    touched: BoolArray = np.logical_or.reduce(linked.needs, axis=1)
    touched[related(linked.quantities, np.flatnonzero(touched))] = True
    there = np.isfinite(amounts) & touched[:, None]
    hidden = np.zeros(amounts.shape, dtype=bool)
    if not there.any():
        return hidden
    quantity, area = np.nonzero(there)
    number = amounts[there]
    cells = pd.DataFrame(
        {
            "quantity": quantity,
            "area": linked.area_ids.to_numpy(dtype=object)[area],
            "value": number,
            "primary": linked.needs[there],
            "sliding_level": width,
            "whole": number == np.round(number),
            "lower": -np.inf,
        }
    )
    system = from_hierarchy(cells, {"area": linked.parents}, by=["quantity"], known_gaps=True)
    count = len(cells)
    place = np.full(amounts.shape, NOTHING, dtype=np.int64)
    place[there] = np.arange(count)
    system = with_years(system, linked.quantities, place)
    parent = linked.area_ids.get_indexer(
        pd.Index([linked.parents.get(key, "") for key in linked.area_ids], dtype=object)
    )
    family = np.where(parent >= 0, parent, np.arange(len(parent)))
    while True:
        gone = hidden[there]
        unknown = np.where(number < 0, -np.inf, 0.0)
        lower, upper = np.asarray(system.lower).copy(), np.asarray(system.upper).copy()
        lower[:count] = np.where(gone, unknown, low[there])
        upper[:count] = np.where(gone, np.inf, high[there])
        asked = np.flatnonzero(linked.needs[there])
        found = attack(
            replace(system, lower=lower, upper=upper), np.ones(system.size, bool), cells=asked, insiders=False
        )
        narrow = asked[found.upper - found.lower < width - 1e-6]
        more = hidden.copy()
        for one, at in zip(quantity[narrow].tolist(), area[narrow].tolist(), strict=True):
            # The family of the area, and where that is hidden already, the one above.
            around = family[at]
            while hidden[one, (family == around) | (np.arange(len(family)) == around)].all():
                if family[around] == around:
                    break
                around = family[around]
            more[one, (family == around) | (np.arange(len(family)) == around)] = True
        more &= np.isfinite(amounts)
        if (more == hidden).all():
            return hidden
        hidden = more


def changed_frame(
    frame: pd.DataFrame,
    kind: NDArray[np.str_],
    factor: FloatArray,
    linked: LinkedRows,
    changed: FloatArray,
) -> pd.DataFrame:
    """Return the value table made from changed numbers.

    Parameters
    ----------
    frame : DataFrame, n rows
        Frame of `sozialanalyse.indicators.compute.compute_values`.
    kind : (n,) str
        Kind of each row's indicator.
    factor : (n,) float
        Factor of each row's indicator.
    linked : LinkedRows
        What the rows tell.
    changed : (p, a) float
        Changed numbers.

    Returns
    -------
    DataFrame
        Values of counts, proportions and rates, their intervals, numerators and denominators are new; values
        of scores stay.
    """
    told = linked.quantities
    result = frame.copy()
    cases, group = (
        np.where(place == NOTHING, np.nan, changed[place, told.area]) for place in (told.cases, told.group)
    )
    result["denominator"] = np.where(told.group == NOTHING, frame["denominator"], group)
    counted = np.isin(kind, ("proportion", "rate"))
    result["numerator"] = np.where(counted & (told.cases != NOTHING), cases, frame["numerator"])
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(group > 0, cases / group, np.nan) * factor
    given = np.isfinite(frame["value"].to_numpy(dtype=np.float64))
    value = np.select([kind == "count", counted], [cases, ratio], frame["value"].to_numpy(dtype=np.float64))
    result["value"] = np.where(given, value, np.nan)
    lower, upper, method = (frame[name].to_numpy().copy() for name in ("lower", "upper", "method"))
    confidence = float(frame["confidence"].iloc[0])
    for name, interval_of in (("proportion", wilson_interval), ("rate", rate_interval)):
        rows = np.flatnonzero((kind == name) & given & (group > 0) & np.isfinite(cases))
        if rows.size:
            interval = interval_of(cases[rows], group[rows], confidence)
            lower[rows], upper[rows] = interval.lower * factor[rows], interval.upper * factor[rows]
            method[rows] = interval.method
    return result.assign(lower=lower, upper=upper, method=method)

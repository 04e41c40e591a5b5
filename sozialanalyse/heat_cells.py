"""The released figures that the heat index and all that belongs to it may rest on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sozialanalyse.errors import MethodError
from sozialanalyse.heat_rules import HeatRules
from sozialanalyse.index.data import FloatArray
from sozialanalyse.planning.heat import HeatPart
from sozialanalyse.planning.heat_ages import AgeShare, age_share
from sozialanalyse.report.view import Analysis

__all__ = ["HeatCells", "HeatIndicator", "heat_cells", "measured_by", "part_of"]


@dataclass(frozen=True, slots=True)
class HeatIndicator:
    """One indicator in all areas of the finest level: released cells, shape (N,)."""

    label: str
    year: int
    source: str
    kind: str
    direction: str
    value: FloatArray
    numerator: FloatArray
    denominator: FloatArray


HeatCells = dict[str, HeatIndicator]


def heat_cells(
    analysis: Analysis, rules: HeatRules, people: Iterable[str], area_ids: tuple[str, ...]
) -> tuple[HeatCells, tuple[str, ...]]:
    """Gather every indicator that the rules may ask for and the dataset has, or the population gives.

    Parameters
    ----------
    analysis : Analysis
        A loaded analysis.
    rules : HeatRules
        Which indicators the index, the places to go to and the core elements rest on.
    people : iterable of str
        Further indicators, whose numerators are shown.
    area_ids : tuple of str, length N
        Areas of the finest level, in the order of the result.

    Returns
    -------
    cells : mapping from indicator to HeatIndicator
        Those with at least one value.
    remarks : tuple of str
        German sentences on age groups that are not those that were wanted.
    """
    wanted = {
        key for component in rules.spec.components for part in component.parts for key in part.indicator_ids
    }
    wanted |= {*people, rules.access.target}
    wanted |= {key for element in rules.core_elements.values() for key in element.uses}
    named = [str(key) for key in analysis.indicators.index if key in wanted and key in analysis.years]
    frame = analysis.current.where(level=analysis.levels[-1].level, indicator_id=named).frame
    wide = {
        column: frame.pivot_table(
            index="area_id", columns="indicator_id", values=column, observed=True
        ).reindex(index=list(area_ids), columns=named)
        for column in ("value", "numerator", "denominator")
    }
    catalogue = analysis.indicators
    cells = {
        key: HeatIndicator(
            label=str(catalogue["label"][key]),
            year=analysis.years[key],
            source=str(catalogue["source"][key]),
            kind=str(catalogue["kind"][key]),
            direction=str(catalogue["direction"][key]),
            **{column: table[key].to_numpy(dtype=np.float64) for column, table in wide.items()},
        )
        for key in named
        if wide["value"][key].notna().any()
    }
    found, coarser = _from_population(analysis, rules, area_ids, cells)
    return cells | found, coarser


def _from_population(
    analysis: Analysis, rules: HeatRules, area_ids: tuple[str, ...], cells: HeatCells
) -> tuple[HeatCells, tuple[str, ...]]:
    """Work out shares of age groups that no indicator gives, from the newest released population."""
    if analysis.population is None:
        return {}, ()
    frame = analysis.population.frame
    year = int(frame["year"].max())
    frame = frame[frame["year"] == year]
    found: HeatCells = {}
    coarser: list[str] = []
    for key, (first, above) in rules.spec.ages.items():
        if measured_by(rules, cells, key):
            continue
        try:
            share = age_share(frame, area_ids, first, above)
        except MethodError:
            # No age group begins near enough; the index names the part that it lacks.
            continue
        found[key] = HeatIndicator(
            label=_age_words(share.first, share.above),
            year=year,
            source="Bevölkerung nach Alter und Geschlecht des Datensatzes",
            kind="proportion",
            direction="higher_is_worse",
            value=100 * share.persons / share.population,
            numerator=share.persons,
            denominator=share.population,
        )
        if (share.first, share.above) != (first, above):
            coarser.append(_coarser(share, first, above))
    return found, tuple(coarser)


def _age_words(first: int, above: int | None) -> str:
    if above is None:
        return f"Menschen ab {first} Jahren"
    if first == 0:
        return f"Kinder unter {above} Jahren"
    return f"Menschen von {first} bis unter {above} Jahren"


def _coarser(share: AgeShare, first: int, above: int | None) -> str:
    """Say that another age group than the wanted one was taken, and why."""
    return (
        f"Gezählt sind {_age_words(share.first, share.above)} statt {_age_words(first, above)}: Die "
        "Bevölkerung des Datensatzes hat keine Altersgruppe mit dieser Grenze. Mit feineren Altersgruppen in "
        "population.csv oder einem eigenen Indikator gilt die gewünschte Grenze."
    )


def part_of(rules: HeatRules, key: str) -> HeatPart | None:
    """Return the part of the index that an indicator measures, if it is one of the index."""
    parts = [part for component in rules.spec.components for part in component.parts]
    return next((part for part in parts if key in part.indicator_ids), None)


def measured_by(rules: HeatRules, cells: HeatCells, key: str) -> str:
    """Return the indicator that the dataset has for what another one measures, ``""`` for none."""
    part = part_of(rules, key)
    return next((name for name in (key, *(part.indicator_ids if part else ())) if name in cells), "")

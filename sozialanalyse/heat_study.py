"""Where heat meets vulnerable people, for a loaded analysis: index, people, institutions, core elements.

All statistics that go in are released cells, so nothing that comes out can reveal a hidden one.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import pandas as pd

from sozialanalyse.dataset.planning_forms import PLANNING_FORMS
from sozialanalyse.disclosure.release import ReleasedTable
from sozialanalyse.errors import MethodError, ParameterError
from sozialanalyse.heat_cells import HeatCells, HeatIndicator, heat_cells, measured_by, part_of
from sozialanalyse.heat_rules import AccessRules, HeatRules, read_heat_rules
from sozialanalyse.index.data import FloatArray, IndexData
from sozialanalyse.index.uncertainty import RankUncertainty
from sozialanalyse.planning.heat import HeatIndex, build_heat_index, choose_parts
from sozialanalyse.planning.heat_elements import occasions
from sozialanalyse.planning.institutions import (
    distance_to_nearest,
    distances_km,
    enhanced_two_step,
    per_thousand,
)
from sozialanalyse.planning.rules import PlanningRules
from sozialanalyse.planning_rules import read_planning_rules
from sozialanalyse.project import chosen_folder
from sozialanalyse.report.heat_view import CoreContribution, HeatView, ShownComponent, ShownIndicator
from sozialanalyse.report.numbers import join_words
from sozialanalyse.report.view import Analysis

__all__ = ["heat_of"]

_PEOPLE: Final = (
    ("over_64", "Menschen ab 65 Jahren"),
    ("living_alone_65", "davon allein lebend"),
    ("under_6", "kleine Kinder"),
    ("care_dependency", "Menschen mit Pflegegrad"),
)
"""Indicators whose numerators say how many people are concerned, with the heads of their columns."""


def heat_of(analysis: Analysis, parameters_dir: str = "") -> HeatView:
    """Return where heat meets vulnerable people, and what follows for a heat-health action plan.

    Parameters
    ----------
    analysis : Analysis
        A loaded analysis; only its released tables are used.
    parameters_dir : str
        Folder with the rules; ``""`` means that of the batch (environment), else the embedded one.

    Raises
    ------
    ParameterError
        If a rule is not valid.
    """
    folder = chosen_folder("parameters", parameters_dir)
    rules, planning = read_heat_rules(folder), read_planning_rules(folder)
    _check_words(rules, planning)
    area_ids = tuple(
        str(key) for key in analysis.areas.index[analysis.areas["level"] == analysis.levels[-1].level]
    )
    cells, coarser = heat_cells(analysis, rules, dict(_PEOPLE), area_ids)
    people = _people(rules, cells)
    index, missing = None, ""
    try:
        choose_parts(rules.spec.components, frozenset(cells))
        index = build_heat_index(_index_data(cells, area_ids), rules.spec)
    except MethodError as error:
        missing = f"Kein {rules.title}: {error}"
    areas = _areas(index, cells, people, area_ids)
    target = cells.get(measured_by(rules, cells, rules.access.target))
    access, access_missing = _access(analysis, rules.access, target, area_ids)

    def released(name: str, frame: pd.DataFrame) -> ReleasedTable:
        return analysis.current.derive(name, lambda _: frame)

    labels = planning.labels("categories")
    left_out = _left_out(rules, index)
    names = join_words([name for name, _ in left_out])
    return HeatView(
        analysis=analysis,
        title=f"{rules.title} ohne {names}" if names else rules.title,
        description=rules.description,
        missing=missing,
        components=() if index is None else _components(index, cells),
        left_out=left_out,
        areas=released("heat", areas),
        groups=tuple(
            (key, cells[people[key]].label if key == "under_6" else word, people[key])
            for key, word in _PEOPLE
            if areas[key].notna().any()
        ),
        class_labels=() if index is None else index.result.class_labels[::-1],
        confidence=rules.spec.index.confidence,
        priority_share=rules.spec.priority_share,
        top=math.ceil(rules.spec.priority_share * int(areas["rank"].notna().sum())),
        institutions=released("institutions", _vulnerable(analysis, labels)),
        access=released("access", access),
        access_label=join_words([labels.get(key, key) for key in rules.access.categories]),
        access_missing=access_missing,
        zones=rules.access.zones,
        elements=_elements(analysis, rules, planning, cells),
        occasions=released("occasions", _occasions(rules, planning, cells, area_ids)),
        remarks=coarser if index is None else coarser + index.remarks,
    )


def _people(rules: HeatRules, cells: HeatCells) -> dict[str, str]:
    """Return the indicators whose numerators count the people of each group.

    Another indicator of the same part stands in only where the part is that group: illness may measure the
    same part as care, and yet does not count people in care.
    """
    found = {}
    for key, word in _PEOPLE:
        part, name = part_of(rules, key), measured_by(rules, cells, key)
        if name and (name == key or (part is not None and part.name == word)):
            found[key] = name
    return found


def _check_words(rules: HeatRules, planning: PlanningRules) -> None:
    """Refuse categories and core elements on which the two files of rules do not agree."""
    kinds, elements = set(planning.labels("categories")), set(planning.labels("core_elements"))
    faults = [
        f"»access« nennt unbekannte Arten von Einrichtungen: {key}."
        for key in rules.access.categories
        if key not in kinds
    ]
    faults += [
        f"»core_elements« und rules/planning.yaml stimmen nicht überein: {key}."
        for key in sorted(elements ^ set(rules.core_elements))
    ]
    if faults:
        raise ParameterError("rules/heat.yaml ist fehlerhaft:\n- " + "\n- ".join(faults))


def _index_data(cells: HeatCells, area_ids: tuple[str, ...]) -> IndexData:
    def columns(name: str) -> FloatArray:
        return np.column_stack([getattr(entry, name) for entry in cells.values()])

    return IndexData(
        area_ids=area_ids,
        indicator_ids=tuple(cells),
        values=columns("value"),
        directions=tuple(entry.direction for entry in cells.values()),
        kinds=tuple(entry.kind for entry in cells.values()),
        numerators=columns("numerator"),
        denominators=columns("denominator"),
    )


def _components(index: HeatIndex, cells: HeatCells) -> tuple[ShownComponent, ...]:
    return tuple(
        ShownComponent(
            component.key,
            component.label,
            component.short,
            component.meaning,
            tuple(
                ShownIndicator(
                    key,
                    cells[key].label,
                    cells[key].year,
                    cells[key].source,
                    part.direction == "higher_is_worse",
                )
                for part, key in index.chosen[component.key]
            ),
        )
        for component in index.components
    )


def _left_out(rules: HeatRules, index: HeatIndex | None) -> tuple[tuple[str, str], ...]:
    """Return the components that an index does without, and what it does not say then."""
    if index is None:
        return ()
    absent = (part for part in rules.spec.components if part not in index.components)
    return tuple((part.label, part.without) for part in absent)


def _areas(
    index: HeatIndex | None, cells: HeatCells, people: dict[str, str], area_ids: tuple[str, ...]
) -> pd.DataFrame:
    unknown = np.full(len(area_ids), np.nan)
    columns: dict[str, object] = {"area_id": list(area_ids), "index": unknown, "rank": unknown}
    if index is not None:
        highest = len(index.result.class_labels) - 1
        codes = index.result.class_index
        columns |= {
            "index": index.result.index,
            "rank": index.result.rank,
            "class_index": np.where(codes < 0, codes, highest - codes),
            "priority": list(index.priority),
        }
        intervals: tuple[tuple[str, RankUncertainty | None], ...] = (
            ("sampling", index.sampling),
            ("choice", index.choice),
        )
        for name, found in intervals:
            columns[f"{name}_lower"] = unknown if found is None else found.rank_lower
            columns[f"{name}_upper"] = unknown if found is None else found.rank_upper
        for place, component in enumerate(index.components):
            columns[f"{component.key}_value"] = index.component_values[:, place]
            columns[f"{component.key}_rank"] = index.component_ranks[:, place]
    for key, _ in _PEOPLE:
        columns[key] = cells[people[key]].numerator if key in people else unknown
    return pd.DataFrame(columns)


def _vulnerable(analysis: Analysis, labels: dict[str, str]) -> pd.DataFrame:
    """Return the institutions that care for people whom heat endangers."""
    columns = ["institution_id", "name", "category", "area_id", "vulnerable", "places", "synthetic"]
    table = analysis.planning.institutions
    if table is None:
        return pd.DataFrame(columns=columns)
    rows = table.loc[table["vulnerable"].map(len) > 0, columns]
    return rows.assign(category=rows["category"].map(labels).fillna(rows["category"])).reset_index(drop=True)


def _access(
    analysis: Analysis, rules: AccessRules, target: HeatIndicator | None, area_ids: tuple[str, ...]
) -> tuple[pd.DataFrame, str]:
    """Return how well people of the target group can reach places where they find help in heat."""
    empty = pd.DataFrame(columns=["area_id", "count", "per_thousand", "nearest", "supply"])
    table = analysis.planning.institutions
    if table is None:
        return empty, "Keine Anlaufstellen: Auch dafür braucht der Datensatz die Tabelle institutions.csv."
    table = table[table["category"].isin(rules.categories)]
    if not len(table):
        return empty, "Die Tabelle institutions.csv enthält keine Anlaufstellen der genannten Arten."
    people = np.full(len(area_ids), np.nan) if target is None else target.numerator
    counted = table["area_id"].value_counts().reindex(list(area_ids), fill_value=0)
    count = np.asarray(counted, dtype=np.float64)
    frame = pd.DataFrame(
        {
            "area_id": list(area_ids),
            "count": count,
            "per_thousand": per_thousand(count, people),
            "nearest": np.nan,
            "supply": np.nan,
        }
    )
    placed = table.dropna(subset=["longitude", "latitude"])
    shapes = analysis.geometry or {}
    rows = np.flatnonzero([key in shapes for key in area_ids])
    if not len(placed) or not rows.size:
        return frame, ""
    points = [shapes[area_ids[row]].centroid for row in rows]
    distance = distances_km(
        np.array([point.x for point in points]),
        np.array([point.y for point in points]),
        placed["longitude"].to_numpy(dtype=np.float64),
        placed["latitude"].to_numpy(dtype=np.float64),
    )
    frame.loc[rows, "nearest"] = distance_to_nearest(distance)
    inhabited = np.isfinite(people[rows])
    if inhabited.any() and len(placed) == len(table):
        supply = enhanced_two_step(
            np.ones(len(placed)), people[rows][inhabited], distance[inhabited], rules.zones
        )
        frame.loc[rows[inhabited], "supply"] = 1000 * supply
    return frame, ""


def _elements(
    analysis: Analysis, rules: HeatRules, planning: PlanningRules, cells: HeatCells
) -> tuple[CoreContribution, ...]:
    """Say for each core element on which data the contribution rests, and which of them are not there."""
    found = []
    for element in planning.core_elements:
        entry = rules.core_elements[element.id]
        present: list[str] = []
        absent: list[str] = []
        for key in entry.uses:
            if key in PLANNING_FORMS:
                there, word = getattr(analysis.planning, key) is not None, PLANNING_FORMS[key].title
            else:
                part, used = part_of(rules, key), measured_by(rules, cells, key)
                there = bool(used)
                word = cells[used].label if there else (part.name if part else rules.other_names[key])
            (present if there else absent).append(word)
        found.append(
            CoreContribution(
                element.id,
                element.label,
                element.description,
                entry.contribution,
                entry.beyond,
                tuple(present),
                tuple(absent),
            )
        )
    return tuple(found)


def _occasions(
    rules: HeatRules, planning: PlanningRules, cells: HeatCells, area_ids: tuple[str, ...]
) -> pd.DataFrame:
    """Return for each area and core element the indicators by which the area is among the first."""
    uses = {
        element.id: tuple(
            name
            for key in rules.core_elements[element.id].uses
            # A number of people or cases grows with the area; it says nothing of where to begin.
            if (name := measured_by(rules, cells, key)) and cells[name].kind != "count"
        )
        for element in planning.core_elements
    }
    named = tuple(dict.fromkeys(name for keys in uses.values() for name in keys))

    def high_is_occasion(name: str) -> bool:
        part = part_of(rules, name)
        return (part.direction if part else cells[name].direction) != "higher_is_better"

    values = np.column_stack([cells[name].value for name in named]) if named else np.empty((len(area_ids), 0))
    found = occasions(
        pd.DataFrame(values, index=list(area_ids), columns=list(named)),
        {name: high_is_occasion(name) for name in named},
        uses,
        rules.spec.priority_share,
    )
    labels = {name: cells[name].label for name in named}
    told = [tuple(labels[name] for name in names) for names in found["indicators"]]
    return found.assign(indicators=pd.Series(told, index=found.index, dtype=object))

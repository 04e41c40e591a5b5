"""All checks of a dataset's tables, each table against its form and the others, every fault at once."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from sozialanalyse.dataset.area_rules import area_faults
from sozialanalyse.dataset.forms import FORMS
from sozialanalyse.dataset.frames import TypedTable, typed_table, with_blank_numbers
from sozialanalyse.dataset.indicator_rules import indicator_faults
from sozialanalyse.dataset.observation_rules import (
    adjacency_faults,
    observation_faults,
    observation_remarks,
    population_faults,
)
from sozialanalyse.dataset.planning_rules import planning_faults
from sozialanalyse.dataset.schema import Level
from sozialanalyse.dataset.tabular import Table
from sozialanalyse.errors import Fault

__all__ = ["remarks_on", "validate_tables"]


def validate_tables(
    tables: Mapping[str, Table], levels: tuple[Level, ...]
) -> tuple[dict[str, TypedTable], list[Fault]]:
    """Check the areas, indicators, observations, the population and the planning tables.

    Parameters
    ----------
    tables : mapping from name to Table
        Those that could be read; a missing one only means that what depends on it is not checked.
    levels : tuple of Level
        Levels of ``datapackage.json``; empty if they could not be read.

    Returns
    -------
    dict from name to TypedTable
        The tables of `forms.FORMS`, interpreted.
    list of Fault
        Everything that is wrong with them.
    """
    faults: list[Fault] = []
    typed: dict[str, TypedTable] = {}
    for name in [name for name in FORMS if name in tables]:
        typed[name], unclear = typed_table(tables[name])
        faults += unclear
    areas = _frame(typed, "areas")
    indicators = _frame(typed, "indicators")
    if "areas" in typed:
        faults += area_faults(typed["areas"], levels)
    if "indicators" in typed:
        faults += indicator_faults(typed["indicators"])
    if "observations" in typed:
        observed = typed["observations"]
        faults += observation_faults(observed, areas, indicators, tables["observations"].unknown)
        typed["observations"] = with_blank_numbers(observed, ("numerator", "denominator", "value"))
    if "population" in typed:
        faults += population_faults(typed["population"], areas)
    if "adjacency" in typed:
        faults += adjacency_faults(typed["adjacency"], areas)
    return typed, faults + planning_faults(typed, areas, indicators, levels)


def remarks_on(tables: Mapping[str, Table], typed: Mapping[str, TypedTable]) -> list[str]:
    """Say what is odd about faultless tables.

    Parameters
    ----------
    tables : mapping from name to Table
        All tables that were read.
    typed : mapping from name to TypedTable
        The interpreted ones among them.

    Returns
    -------
    list of str
        German sentences.
    """
    unread = [
        f"{table.file}: Die Spalte »{column}« ist nicht bekannt und wird nicht gelesen."
        for table in tables.values()
        for column in table.unknown
    ]
    return unread + observation_remarks(typed["observations"], typed["indicators"].frame)


def _frame(typed: Mapping[str, TypedTable], name: str) -> pd.DataFrame | None:
    """Return the frame of a table, or None if the table could not be read."""
    return typed[name].frame if name in typed else None

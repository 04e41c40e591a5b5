"""From a table of indicators to the data of an index, and from an index to a table."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sozialanalyse.errors import ParameterError
from sozialanalyse.index.build import IndexResult
from sozialanalyse.index.data import FloatArray, IndexData
from sozialanalyse.indicators.inputs import as_numbers

__all__ = ["data_from_frame", "result_frame"]

Entries = Mapping[str, str] | pd.DataFrame | pd.Series


def data_from_frame(
    values: pd.DataFrame,
    directions: Mapping[str, str],
    *,
    kinds: Mapping[str, str] | None = None,
    numerators: pd.DataFrame | None = None,
    denominators: pd.DataFrame | None = None,
    previous_values: pd.DataFrame | None = None,
    population: pd.Series[float] | None = None,
    groups: pd.Series[str] | None = None,
) -> IndexData:
    """Take the data of an index from tables with one row per area and one column per indicator.

    Parameters
    ----------
    values : DataFrame
        In the unit of each indicator, missing where unknown. Row labels are the keys of the areas, as text.
    directions, kinds : mapping from indicator to str
        As in :class:`~sozialanalyse.index.data.IndexData`, one entry per column.
    numerators, denominators, previous_values : DataFrame, optional
        The same rows and columns, in any order.
    population, groups : Series, optional
        The same rows, in any order.

    Raises
    ------
    ParameterError
        If keys of areas or indicators are no texts, or rows, columns or entries do not agree.
    MethodError
        If a value is infinite or no number; ``"12"`` is a text.

    Examples
    --------
    >>> from sozialanalyse.index.build import build_index
    >>> from sozialanalyse.index.spec import IndexSpec
    >>> values = pd.DataFrame({"sgb_ii": [10.0, 20.0, 30.0]}, index=["0101", "0102", "0103"])
    >>> data = data_from_frame(values, {"sgb_ii": "higher_is_worse"})
    >>> table = result_frame(build_index(data, IndexSpec(indicators=("sgb_ii",))))
    >>> table["rank"].tolist(), table["class"].tolist()
    ([3.0, 2.0, 1.0], ['hoch', 'mittel', 'niedrig'])
    """
    areas, indicators = values.index, values.columns
    if not all(isinstance(key, str) for key in (*areas, *indicators)):
        raise ParameterError(
            "Schlüssel von Gebieten und Indikatoren sind Texte, sonst gehen führende Nullen verloren; "
            "gefunden: etwas anderes. Bitte die Spalte mit den Schlüsseln als Text einlesen."
        )
    given: dict[str, Entries | None] = {
        "directions": directions,
        "kinds": kinds,
        "numerators": numerators,
        "denominators": denominators,
        "previous_values": previous_values,
        "population": population,
        "groups": groups,
    }
    wrong = [name for name, part in given.items() if part is not None and not _belongs(part, values)]
    if wrong:
        raise ParameterError(
            "Alle Angaben brauchen genau die Gebiete und Indikatoren von »values«, jedes Gebiet einmal; "
            f"es weichen ab: {', '.join(wrong)}. Bitte angleichen."
        )

    def cells(name: str, frame: pd.DataFrame | None) -> FloatArray | None:
        return None if frame is None else as_numbers(name, frame.reindex(index=areas, columns=indicators))

    return IndexData(
        area_ids=tuple(areas),
        indicator_ids=tuple(indicators),
        values=as_numbers("values", values),
        directions=tuple(directions[key] for key in indicators),
        population=None if population is None else as_numbers("population", population.reindex(areas)),
        groups=() if groups is None else tuple(groups.reindex(areas)),
        kinds=() if kinds is None else tuple(kinds[key] for key in indicators),
        numerators=cells("numerators", numerators),
        denominators=cells("denominators", denominators),
        previous_values=cells("previous_values", previous_values),
    )


def _belongs(part: Entries, values: pd.DataFrame) -> bool:
    if isinstance(part, pd.DataFrame):
        return _same(part.index, values.index) and _same(part.columns, values.columns)
    if isinstance(part, pd.Series):
        return _same(part.index, values.index)
    return set(part) == set(values.columns)


def _same(labels: pd.Index[str], wanted: pd.Index[str]) -> bool:
    return len(labels) == len(wanted) == len(set(labels) & set(wanted))


def result_frame(result: IndexResult) -> pd.DataFrame:
    """Return index, rank and class of every area as a table.

    Parameters
    ----------
    result : IndexResult
        A built index.

    Returns
    -------
    DataFrame
        One row per area, labelled by its key: ``index, rank, class``. An area without an index has missing
        values and the class ``""``.
    """
    names = np.array([*result.class_labels, ""], dtype=object)
    return pd.DataFrame(
        {"index": result.index, "rank": result.rank, "class": names[result.class_index]},
        index=pd.Index(result.area_ids, name="area_id"),
    )

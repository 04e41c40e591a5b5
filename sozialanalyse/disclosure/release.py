"""The disclosure gate: the only maker of tables that may be shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sozialanalyse.disclosure.changed import change_numbers, changed_frame
from sozialanalyse.disclosure.linked import LinkedRows, link_rows
from sozialanalyse.disclosure.linked_population import linked_groups
from sozialanalyse.disclosure.rules import DisclosureRules
from sozialanalyse.disclosure.suppress import LINKED, primary_suppression
from sozialanalyse.disclosure.system import BoolArray
from sozialanalyse.errors import DisclosureError, ParameterError

__all__ = ["ReleasedTable", "observe_reads", "release_population", "release_values", "require_released"]

_SEAL: Final = object()
_observers: list[Callable[[ReleasedTable], None]] = []
_KEYS: Final = ("area_id", "indicator_id", "level")
_PROTECTED_COLUMNS: Final = ("value", "lower", "upper", "numerator", "denominator")


@dataclass(frozen=True, slots=True, eq=False)
class _Places:
    """In which rows each word of a column stands; n rows, w words.

    Attributes
    ----------
    codes : dict
        The number of each word.
    order : (n,) int
        The rows by word, those without one first.
    starts : (w + 1,) int
        Where the rows of each word begin in `order`; behind the last one where they end.
    """

    codes: dict[Any, int]
    order: NDArray[np.int32]
    starts: NDArray[np.int64]

    @classmethod
    def of(cls, cells: pd.Series[Any]) -> _Places:
        codes, words = (
            (cells.cat.codes.to_numpy(), cells.cat.categories)
            if isinstance(cells.dtype, pd.CategoricalDtype)
            else pd.factorize(cells)
        )
        sizes = np.bincount(codes.astype(np.int64) + 1, minlength=len(words) + 1)
        order = np.argsort(codes, kind="stable").astype(np.int32)
        return cls({word: code for code, word in enumerate(words)}, order, np.cumsum(sizes))

    def rows(self, value: object) -> NDArray[np.intp]:
        """Return the rows with a word, or with one of several, in their order."""
        several = set(value) if isinstance(value, list | tuple | set) else {value}
        codes = [self.codes[word] for word in several if word in self.codes]
        parts = [self.order[self.starts[code] : self.starts[code + 1]] for code in codes]
        return np.sort(np.concatenate([self.order[:0], *parts])).astype(np.intp)


class ReleasedTable:
    """A table whose every cell may be shown.

    Only this module makes one: from values by hiding cells, or from another released table by a
    calculation (`derive`), which can show nothing that was not there before.

    Parameters
    ----------
    name : str
        What the table holds, for messages.
    frame : DataFrame
        The cells; hidden ones are missing, and the column ``hidden`` says why where there is one.
    seal : object
        Known to this module alone.

    Attributes
    ----------
    origin : ReleasedTable
        The table of which this one holds some rows; itself if it was not made by `where`.
    filters : tuple of dict
        What `where` was called with, one after the other, to get from the origin to this table.
    observed : bool
        Whether it was made from another table while reads were observed, so that making it was a read.

    Raises
    ------
    DisclosureError
        When made elsewhere.
    """

    __slots__ = ("_frame", "_places", "filters", "name", "observed", "origin")

    def __init__(self, name: str, frame: pd.DataFrame, *, seal: object) -> None:
        if seal is not _SEAL:
            raise DisclosureError(
                "Eine freigegebene Tabelle entsteht nur durch die Geheimhaltungsprüfung. "
                "Bitte release_values, release_population oder derive benutzen."
            )
        self.name = name
        self._frame = frame
        self._places: dict[str, _Places] = {}
        self.origin: ReleasedTable = self
        self.filters: tuple[dict[str, Any], ...] = ()
        self.observed = False

    def touch(self) -> None:
        """Tell observers that these cells are looked at."""
        for observer in tuple(_observers):
            observer(self)

    def _read(self) -> pd.DataFrame:
        self.touch()
        return self._frame

    def __repr__(self) -> str:
        return f"ReleasedTable({self.name!r}, {len(self)} rows)"

    def __len__(self) -> int:
        return len(self._read())

    @property
    def frame(self) -> pd.DataFrame:
        """A copy of the released cells, which shares their memory for as long as nobody changes it."""
        return self._read().copy(deep=False)

    @property
    def hidden_count(self) -> int:
        """Number of hidden cells, 0 for derived tables without a column ``hidden``."""
        frame = self._read()
        return int((frame["hidden"] != "").sum()) if "hidden" in frame else 0

    def where(self, **wanted: Any) -> ReleasedTable:
        """Keep the rows whose columns equal the wanted values (or are among them, for a list or tuple)."""
        part = type(self)(self.name, self._frame.take(self._rows(wanted)), seal=_SEAL)
        part.origin, part.filters, part.observed = self.origin, (*self.filters, wanted), self.observed
        return part

    def prepare(self) -> None:
        """Find out once in which rows the words of each key stand, so that forks of this process know it."""
        for column in _KEYS:
            if column in self._frame:
                self._find(column)

    def _find(self, column: str) -> _Places:
        if column not in self._places:
            self._places[column] = _Places.of(self._frame[column])
        return self._places[column]

    def _rows(self, wanted: Mapping[str, Any]) -> NDArray[np.intp]:
        """Return the numbers of the rows that have all that is wanted, in their order."""
        known = [column for column in wanted if column in _KEYS and self.origin is self]
        found = {column: self._find(column).rows(wanted[column]) for column in known}
        # Whatever else is wanted is looked for in the fewest rows only: a page must not search a country.
        first = min(found, key=lambda column: len(found[column]), default="")
        rows = found[first] if found else np.arange(len(self._frame))
        for column, value in wanted.items():
            if column != first:
                cells = self._frame[column].take(rows)
                kept = cells.isin(value) if isinstance(value, list | tuple | set) else cells == value
                rows = rows[kept.to_numpy(dtype=bool)]
        return rows

    def derive(self, name: str, calculation: Callable[[pd.DataFrame], pd.DataFrame]) -> ReleasedTable:
        """Make a table from released cells only.

        Parameters
        ----------
        name : str
            Name of the new table.
        calculation : callable
            Gets a copy of the released frame, and must use nothing else that varies with hidden cells.
        """
        table = ReleasedTable(name, calculation(self.frame), seal=_SEAL)
        table.observed = bool(_observers)
        return table


@contextmanager
def observe_reads(observer: Callable[[ReleasedTable], None]) -> Iterator[None]:
    """Tell of every table whose cells are looked at: what a page is made from.

    Parameters
    ----------
    observer : callable
        Gets the table. Choosing rows by `where` is no look yet: who looks at them shows which rows.
    """
    _observers.append(observer)
    try:
        yield
    finally:
        _observers.remove(observer)


def require_released(table: object) -> ReleasedTable:
    """Return the table if it has passed the gate.

    Raises
    ------
    DisclosureError
        If it is anything else, such as a plain data frame.
    """
    if not isinstance(table, ReleasedTable):
        raise DisclosureError(
            "Gezeigt werden nur freigegebene Tabellen; übergeben wurde eine andere Art von Objekt "
            f"({type(table).__name__}). Bitte die Tabelle zuerst durch die Geheimhaltungsprüfung geben."
        )
    return table


def release_values(
    values: pd.DataFrame,
    kinds: pd.Series[str],
    rules: DisclosureRules,
    *,
    parents: pd.Series[str],
    labels: pd.DataFrame | None = None,
) -> ReleasedTable:
    """Hide the cells of all areas, levels and years that must not be shown, and release the rest.

    Parameters
    ----------
    values : DataFrame
        Frame of `sozialanalyse.indicators.compute.compute_values`, complete: protection that is decided for
        a part alone can be undone with the other parts.
    kinds : Series of str, indexed by indicator
        Kind of each indicator.
    rules : DisclosureRules
        What a cell must fulfil.
    parents : Series of str, indexed by area
        Area to the area that contains it, ``""`` at the root: who knows the sum can subtract.
    labels : DataFrame, indexed by indicator, optional
        Columns ``label, numerator_label, denominator_label``: what the numbers of an indicator count.

    Returns
    -------
    ReleasedTable
        The same rows; hidden cells have no value, interval, numerator or denominator, the sign ``"."``,
        and in the additional column ``hidden`` a code of ``HIDDEN_REASONS``: ``"linked"`` for cells that
        break no rule, but from which another hidden cell could be worked out. With a rule ``method`` that
        changes numbers, all numbers are rounded or perturbed, and values and intervals computed from them.
        The column ``exposed`` marks hidden cells that are less open than asked for, because hiding everything
        would not help.

    Raises
    ------
    ParameterError
        If rules name an indicator, or rows an area, that is unknown.
    DisclosureError
        If protection fails its own attack.
    """
    unknown = sorted(set(rules.stricter) - set(kinds.index.astype(str)))
    if unknown:
        raise ParameterError(
            f"rules/disclosure.yaml nennt unbekannte Indikatoren: {', '.join(unknown)}. "
            "Bitte die Schlüssel prüfen."
        )
    if not values["area_id"].astype(str).isin(parents.index.astype(str)).all():
        raise ParameterError(
            "Ein Gebiet der Werte fehlt in der Hierarchie. Bitte die Gebiete vollständig angeben."
        )
    frame = values.copy()
    kind = frame["indicator_id"].astype(str).map(kinds).astype(str).to_numpy(dtype=str)
    limits = rules.limits(frame["indicator_id"].astype(str))
    hidden = primary_suppression(kind, frame["value"], frame["numerator"], frame["denominator"], limits)
    linked = link_rows(frame, kind, hidden != "", limits, parents, labels)
    if rules.method == "suppression":
        rows, groups, exposed = linked.protected()
    else:
        frame, rows, groups = _changed(frame, kind, linked, rules, labels)
        hidden = np.where(hidden == "denominator", hidden, "")
        exposed = np.zeros(len(frame), dtype=bool)
    frame["hidden"] = np.where(rows & (hidden == ""), LINKED, hidden)
    mask = (frame["hidden"] != "").to_numpy()
    frame.loc[mask, list(_PROTECTED_COLUMNS)] = np.nan
    frame.loc[mask, "sign"] = "."
    # Which interval was chosen depends on the number of cases.
    frame.loc[mask, "method"] = "none"
    frame.loc[groups, "denominator"] = np.nan
    frame["exposed"] = exposed & mask
    return ReleasedTable("values", frame, seal=_SEAL)


def _changed(
    frame: pd.DataFrame,
    kind: NDArray[np.str_],
    linked: LinkedRows,
    rules: DisclosureRules,
    labels: pd.DataFrame | None,
) -> tuple[pd.DataFrame, BoolArray, BoolArray]:
    """Make the table from changed numbers; tell which rows and denominators are hidden all the same."""
    if labels is None or "factor" not in labels.columns:
        raise ParameterError(
            "Veränderte Zahlen brauchen den Faktor jedes Indikators. Bitte den Katalog mit »factor« angeben."
        )
    factor = frame["indicator_id"].astype(str).map(labels["factor"]).to_numpy(dtype=np.float64)
    changed = change_numbers(linked, rules)
    rows, numbers = linked.spread(changed.hidden)
    groups = linked.quantities.among(numbers, linked.quantities.group)
    return changed_frame(frame, kind, factor, linked, changed.amounts), rows, groups


def release_population(
    population: pd.DataFrame, rules: DisclosureRules, *, parents: pd.Series[str]
) -> ReleasedTable:
    """Hide small counts of a population by sex and age, and release the rest.

    Parameters
    ----------
    population : DataFrame
        Columns ``area_id, year, sex, age_group, count``, all areas and levels.
    rules : DisclosureRules
        What a cell must fulfil.
    parents : Series of str, indexed by area
        Area to the area that contains it, ``""`` at the root.

    Returns
    -------
    ReleasedTable
        The same rows with the columns ``hidden`` and ``exposed``, as in `release_values`. The number of
        persons of an area, of each sex and of each age group in it counts as known to everybody; so small
        groups are hidden whatever the method, as changed numbers would not hold against exact totals.
    """
    frame = population.copy()
    frame["count"] = frame["count"].astype(np.float64)
    none = np.full(len(frame), np.nan)
    limits = rules.limits(pd.Series("", index=range(len(frame))))
    hidden = primary_suppression(np.full(len(frame), "count"), frame["count"], none, none, limits)
    linked, exposed = linked_groups(frame, hidden != "", rules.minimum_numerator, parents)
    frame["hidden"] = np.where(linked & (hidden == ""), LINKED, hidden)
    frame.loc[frame["hidden"] != "", "count"] = np.nan
    frame["exposed"] = exposed
    return ReleasedTable("population", frame, seal=_SEAL)

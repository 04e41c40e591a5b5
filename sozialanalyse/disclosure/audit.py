"""The audit: what an outsider can work out of hidden cells from everything that pages show.

It shares no code with the gate and knows no true value. It rebuilds the tables from the facts that were read
on pages, and finds the smallest and the largest thinkable number of every hidden cell: intervals are passed
up and down the hierarchy of areas, which is exact because no area lies in two others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["SOME_NUMBER", "AuditReport", "Fact", "PageRules", "audit_facts"]

_ROUNDING: Final = 1e-6
_LIMITLESS: Final = float("inf")

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Interval = tuple[float, float]
SOME_NUMBER: Final[Interval] = (-_LIMITLESS, _LIMITLESS)
"""Value of a cell of which only is known that a number is told."""
Table = tuple[str, str]
"""What is counted, and the year."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What one place of a page says of an indicator in an area and year.

    Attributes
    ----------
    indicator, area, year : str
        What it is about.
    value : (float, float) or None
        The value as shown, as the interval that is rounded to it; None where it is hidden or not told here.
    cases, group : float or None
        Numerator and denominator, where they are told.
    hidden : bool
        Whether the sign of secrecy stands there.
    place : str
        File that says so.
    """

    indicator: str
    area: str
    year: str
    value: Interval | None = None
    cases: float | None = None
    group: float | None = None
    hidden: bool = False
    place: str = ""


@dataclass(frozen=True, slots=True)
class PageRules:
    """Rules and names as pages tell them.

    Attributes
    ----------
    limits : mapping of (rule, indicator) to int
        Indicator ``""`` for all.
    parents, names : mapping of area to str
        The area that contains it, and its name.
    labels, kinds : mapping of indicator to str
    factors : mapping of indicator to float
    cases, groups : mapping of indicator to str
        What numerator and denominator count; ``""`` where that is not told.
    deviating : frozenset of str
        Labels of indicators of which pages say that delivered totals differ from their parts.
    """

    limits: Mapping[tuple[str, str], int]
    parents: Mapping[str, str]
    names: Mapping[str, str]
    labels: Mapping[str, str]
    kinds: Mapping[str, str]
    factors: Mapping[str, float]
    cases: Mapping[str, str]
    groups: Mapping[str, str]
    deviating: frozenset[str] = frozenset()

    @property
    def spread(self) -> float:
        """How far a shown number may be from the true one, where pages say that numbers are changed."""
        return max(
            self.limits.get(("rounding_base", ""), 0) / 2, self.limits.get(("cell_key_maximum", ""), 0)
        )

    def limit(self, rule: str, indicator: str) -> int:
        """Return the limit of a rule for an indicator; 0 where pages tell none."""
        return self.limits.get((rule, indicator), self.limits.get((rule, ""), 0))


@dataclass(frozen=True, slots=True)
class AuditReport:
    """Result of the attack.

    Attributes
    ----------
    protected : int
        Hidden cells.
    narrowest : float
        Width of the narrowest derivable interval, in cases; infinity where nothing limits any cell.
    breaches : tuple of str
        German sentences, each with indicator, area and year.
    open_tables : int
        Hidden cells in tables whose delivered totals differ from their parts: from these nothing follows
        for who does not know the difference.
    unread : tuple of str
        Files that were not read.
    read : int
        Number of files that were.
    """

    protected: int
    narrowest: float
    breaches: tuple[str, ...]
    open_tables: int
    unread: tuple[str, ...] = ()
    read: int = 0


def audit_facts(facts: Sequence[Fact], rules: PageRules) -> AuditReport:
    """Attack every hidden cell.

    Parameters
    ----------
    facts : sequence of Fact
        Everything that was read.
    rules : PageRules
        What pages say of rules, areas and indicators.
    """
    hidden = {(fact.indicator, fact.area, fact.year) for fact in facts if fact.hidden}
    breaches = _shown_against_rules(facts, rules, hidden)
    names = _Names(facts, rules)
    tables = _Tables(rules.parents)
    spread = rules.spread
    for fact in facts:
        for role, number in (("cases", fact.cases), ("group", fact.group)):
            if number is not None:
                table = names.table(role, fact.indicator, fact.year)
                tables.bound(table, fact.area, (number - spread, number + spread))
                if rules.labels.get(fact.indicator) in rules.deviating:
                    tables.loosen(table[0])
    tables.loosen_misfits()
    for indicator, area, year in sorted(hidden):
        if rules.kinds.get(indicator) == "proportion":
            most = tables.reach(names.table("group", indicator, year), area)
            limit = most[1] if most else _LIMITLESS
            tables.bound(names.table("cases", indicator, year), area, (0.0, limit))
    for indicator, area, year, value in sorted(
        {
            (fact.indicator, fact.area, fact.year, fact.value)
            for fact in facts
            if fact.value is not None and fact.value != SOME_NUMBER and fact.cases is None
        }
    ):
        group = tables.reach(names.table("group", indicator, year), area)
        found = _cases_of_value(
            value, rules.kinds.get(indicator, ""), rules.factors.get(indicator, 1.0), group
        )
        found = found[0] - spread, found[1] + spread
        tables.bound(names.table("cases", indicator, year), area, found)
    contradictory, narrowest = 0, _LIMITLESS
    for indicator, area, year in sorted(hidden):
        table = names.table("cases", indicator, year)
        reached = None if tables.is_loose(table) else tables.reach(table, area)
        if reached is None:
            contradictory += 1
            continue
        width = float(np.floor(reached[1] + _ROUNDING) - np.ceil(reached[0] - _ROUNDING))
        narrowest = min(narrowest, width)
        need, room = float(max(1, rules.limit("minimum_numerator", indicator))), _LIMITLESS
        if rules.kinds.get(indicator) == "proportion":
            need = max(need, float(rules.limit("minimum_complement", indicator)))
            group = tables.reach(names.table("group", indicator, year), area)
            room = group[1] if group else _LIMITLESS
        if width < min(need, room) - _ROUNDING:
            how = "genau" if width < 1 else "zu eng"
            breaches.append(
                f"{_name(rules, indicator, area, year)}: Die geheime Zahl lässt sich {how} ableiten."
            )
    return AuditReport(len(hidden), narrowest, tuple(dict.fromkeys(breaches)), contradictory)


def _shown_against_rules(
    facts: Sequence[Fact], rules: PageRules, hidden: set[tuple[str, str, str]]
) -> list[str]:
    """Find shown cells that break a rule, and cells that are hidden in one place and shown in another."""
    breaches = []

    def note(fact: Fact, what: str) -> None:
        cell = _name(rules, fact.indicator, fact.area, fact.year)
        breaches.append(((fact.indicator, fact.area, fact.year, fact.place), f"{cell}: {what}"))

    for fact in facts:
        told = fact.value is not None or fact.cases is not None
        if told and (fact.indicator, fact.area, fact.year) in hidden:
            note(fact, f"an einer Stelle geheim, in {fact.place} gezeigt.")
        kind = rules.kinds.get(fact.indicator, "")
        count = fact.cases
        if count is None:
            continue
        few = fact.group is not None and fact.group + rules.spread < rules.limit(
            "minimum_denominator", fact.indicator
        )
        if rules.spread == 0:
            others = fact.group - count if kind == "proportion" and fact.group is not None else 0.0
            few |= 0 < count < rules.limit("minimum_numerator", fact.indicator)
            few |= 0 < others < rules.limit("minimum_complement", fact.indicator)
            few |= count == 0 and rules.limit("show_zero", fact.indicator) == 0
        if few:
            note(fact, f"in {fact.place} gezeigt, obwohl eine Regel es verbietet.")
    return [sentence for _, sentence in sorted(breaches, key=lambda breach: breach[0])]


def _name(rules: PageRules, indicator: str, area: str, year: str) -> str:
    return f"»{rules.labels.get(indicator, indicator)}«, {rules.names.get(area, area)} ({area}), {year}"


def _cases_of_value(value: Interval, kind: str, factor: float, group: Interval | None) -> Interval:
    """Work the number of cases out of a rounded value and the reference group."""
    if kind == "count":
        return value
    if kind not in ("proportion", "rate") or group is None or group[1] == _LIMITLESS:
        return 0.0, _LIMITLESS
    return max(0.0, value[0] * group[0] / factor), value[1] * group[1] / factor


class _Names:
    """Which numbers are one: those of the same label, unless pages tell different numbers under it."""

    def __init__(self, facts: Sequence[Fact], rules: PageRules) -> None:
        self._labels = {"cases": rules.cases, "group": rules.groups}
        self._contradictory: set[str] = set()
        told: dict[tuple[str, str, str], float] = {}
        for fact in facts:
            for role, number in (("cases", fact.cases), ("group", fact.group)):
                label = self._labels[role].get(fact.indicator, "")
                if number is not None and told.setdefault((label, fact.area, fact.year), number) != number:
                    self._contradictory.add(label)

    def table(self, role: str, indicator: str, year: str) -> Table:
        """Return the table of a numerator or denominator."""
        label = self._labels[role].get(indicator, "")
        if not label or label in self._contradictory:
            return f"{role}:{indicator}", year
        return f"label:{label}", year


_Step = tuple[IntArray, IntArray, IntArray]


class _Tables:
    """Numbers of all areas by what they count and year, with what the shown sums say of the others."""

    def __init__(self, parents: Mapping[str, str]) -> None:
        self._areas = {area: position for position, area in enumerate(parents)}
        self._steps = _steps(parents, self._areas)
        self._ends: dict[Table, tuple[FloatArray, FloatArray]] = {}
        self._reached: dict[Table, tuple[FloatArray, FloatArray] | None] = {}
        self._loose: set[str] = set()

    def loosen(self, name: str) -> None:
        """Take note that totals of a quantity differ from their parts by an unknown number."""
        self._loose.add(name)

    def loosen_misfits(self) -> None:
        """Loosen quantities of which some total and all its parts are shown and do not fit, in any year."""
        for (name, _), (low, high) in self._ends.items():
            for wholes, parts, line in self._steps:
                known = np.isfinite(high[wholes]) & (_sum_by(line, ~np.isfinite(high[parts]), wholes) == 0)
                least, most = (_sum_by(line, ends[parts], wholes) for ends in (low, high))
                misfits = np.maximum(least - high[wholes], low[wholes] - most) > _ROUNDING
                if (known & misfits).any():
                    self.loosen(name)

    def is_loose(self, table: Table) -> bool:
        """Tell whether sums say nothing."""
        return table[0] in self._loose

    def bound(self, table: Table, area: str, interval: Interval) -> None:
        """Take note that a number lies in an interval."""
        if table not in self._ends:
            count = len(self._areas)
            self._ends[table] = np.zeros(count), np.full(count, _LIMITLESS)
        low, high = self._ends[table]
        place = self._areas[area]
        if interval[0] > low[place] or interval[1] < high[place]:
            self._reached.pop(table, None)
            low[place] = max(low[place], interval[0])
            high[place] = min(high[place], interval[1])

    def reach(self, table: Table, area: str) -> Interval | None:
        """Return the smallest and largest thinkable number, or None where the table contradicts itself."""
        if table not in self._ends:
            return 0.0, _LIMITLESS
        if table not in self._reached:
            self._reached[table] = self._narrowed(table)
        reached = self._reached[table]
        if reached is None:
            return None
        place = self._areas[area]
        low, high = float(reached[0][place]), float(reached[1][place])
        return low, max(low, high)

    def _narrowed(self, table: Table) -> tuple[FloatArray, FloatArray] | None:
        """Pass what is known of parts to their wholes, from the finest up, and then back down."""
        low, high = (ends.copy() for ends in self._ends[table])
        if self.is_loose(table):
            return None if (low > high + _ROUNDING).any() else (low, high)
        for wholes, parts, line in reversed(self._steps):
            low[wholes] = np.maximum(low[wholes], _sum_by(line, low[parts], wholes))
            high[wholes] = np.minimum(high[wholes], _sum_by(line, high[parts], wholes))
        for wholes, parts, line in self._steps:
            least, most = (_others(line, ends[parts], wholes) for ends in (low, high))
            low[parts] = np.maximum(low[parts], low[wholes][line] - most)
            high[parts] = np.minimum(high[parts], high[wholes][line] - least)
        return None if (low > high + _ROUNDING).any() else (low, high)


def _sum_by(line: IntArray, numbers: FloatArray | NDArray[np.bool_], wholes: IntArray) -> FloatArray:
    """Add up the parts of each whole."""
    total: FloatArray = np.bincount(line, weights=numbers, minlength=len(wholes)).astype(np.float64)
    return total


def _others(line: IntArray, numbers: FloatArray, wholes: IntArray) -> FloatArray:
    """Return for each part what the other parts of its whole add up to."""
    limitless = np.isinf(numbers)
    finite = np.where(limitless, 0.0, numbers)
    others: FloatArray = _sum_by(line, finite, wholes)[line] - finite
    others[_sum_by(line, limitless, wholes)[line] > limitless] = _LIMITLESS
    return others


def _steps(
    parents: Mapping[str, str], places: Mapping[str, int]
) -> list[tuple[IntArray, IntArray, IntArray]]:
    """Return the hierarchy step by step, from the coarsest down.

    Each step has the places of areas with parts, the places of these parts, and for each part the number of
    its whole among the former.
    """
    parts: dict[str, list[str]] = {}
    for area, parent in parents.items():
        parts.setdefault(parent if parent in places else "", []).append(area)
    steps = []
    above = parts.pop("", [])
    while wholes := [area for area in above if area in parts]:
        above = [part for area in wholes for part in parts[area]]
        sizes = [len(parts[area]) for area in wholes]
        steps.append(
            (
                np.array([places[area] for area in wholes], dtype=np.int64),
                np.array([places[area] for area in above], dtype=np.int64),
                np.repeat(np.arange(len(wholes)), sizes),
            )
        )
    return steps

"""The rules of disclosure control: values that law or practice set, each with its origin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, TypedDict

import numpy as np
import pandas as pd

from sozialanalyse.errors import ParameterError

if TYPE_CHECKING:
    from sozialanalyse.disclosure.system import BoolArray, FloatArray

__all__ = ["METHOD_WORDS", "DisclosureRules", "Limits", "Method", "RuleSource", "TableOptions"]

Method = Literal["suppression", "rounding", "cell_key"]

METHOD_WORDS: Final[dict[str, str]] = {
    "suppression": "Verbergen: kleine Zahlen und was sie verraten würde, fehlen",
    "rounding": "Runden: jede Zahl ist ein Vielfaches der Rundungsbasis",
    "cell_key": "Überlagerung: jede Zahl ist um wenige Einheiten verändert",
}
"""German words for each method."""

_NAMES: Final = ("minimum_numerator", "minimum_denominator", "minimum_complement", "show_zero")
_METHOD_NAMES: Final = {
    "method": ("suppression", "rounding", "cell_key"),
    "rounding_base": ("rounding",),
    "cell_key_maximum": ("cell_key",),
    "cell_key_seed": ("cell_key",),
}
"""Rules of the method, which hold for all indicators alike, and the methods that use them."""
_SHORTEST_SEED: Final = 20
"""In characters; outputs hold a checksum of the rules, by which a shorter text could be found by trying."""
_CONTRIBUTION_NAMES: Final = ("dominance", "p_percent", "q_percent")
"""Rules on who contributes how much to a sum of amounts, for tables that say so; null switches one off."""
_PER_INDICATOR: Final = "indicators"
_RULE_KEYS: Final = ("name", "value", "unit", "valid_from", "source")


@dataclass(frozen=True, slots=True)
class RuleSource:
    """German name, unit, first day of validity (ISO date) and source of one rule."""

    name: str
    unit: str
    valid_from: str
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """The limits that hold for each of n rows: those of all, or the stricter ones of the row's indicator.

    Attributes
    ----------
    numerator, denominator, complement : (n,) float
        Smallest numbers that are shown.
    zero : (n,) bool
        Whether "no case at all" is shown.
    """

    numerator: FloatArray
    denominator: FloatArray
    complement: FloatArray
    zero: BoolArray


class TableOptions(TypedDict):
    """Rules as `sozialanalyse.disclosure.protect_table` takes them."""

    minimum_count: int
    show_zero: bool
    dominance: tuple[int, float] | None
    p_percent: float | None
    q_percent: float


@dataclass(frozen=True, slots=True)
class DisclosureRules:
    """What a cell must fulfil to be shown.

    Attributes
    ----------
    minimum_numerator : int
        Fewest cases behind a proportion, a rate or a count, in cases.
    minimum_denominator : int
        Smallest reference group of a proportion or rate, in persons.
    minimum_complement : int
        Fewest persons of the reference group who are *not* cases, for proportions; none at all is allowed.
    show_zero : bool
        Whether "no case at all" is shown.
    sources : mapping of str to RuleSource
        Where each rule comes from, by the name of the attribute.
    stricter : mapping of str to (mapping of str to int)
        By indicator, the rules that are stricter for it, by the name of the attribute.
    stricter_sources : mapping of str to (mapping of str to RuleSource)
        Where these come from.
    method : {"suppression", "rounding", "cell_key"}
        How small numbers are protected: by hiding, or by changing all numbers.
    rounding_base : int
        Multiples of it are shown, for ``"rounding"``; in cases.
    cell_key_maximum : int
        Largest change, for ``"cell_key"``; in cases.
    cell_key_seed : str
        Secret text, for ``"cell_key"``; never shown.
    dominance : (int, float) or None
        ``(n, k)``: the n largest contributions to a sum must not be more than k per cent of it.
    p_percent, q_percent : float or None, float
        No contribution to a sum may be estimated to within p per cent by another contributor, if everybody
        knows each to within q per cent before.
    """

    minimum_numerator: int
    minimum_denominator: int
    minimum_complement: int
    show_zero: bool
    sources: Mapping[str, RuleSource]
    stricter: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    stricter_sources: Mapping[str, Mapping[str, RuleSource]] = field(default_factory=dict)
    method: Method = "suppression"
    rounding_base: int = 5
    cell_key_maximum: int = 4
    cell_key_seed: str = field(default="", repr=False)
    dominance: tuple[int, float] | None = None
    p_percent: float | None = None
    q_percent: float = 100.0

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> DisclosureRules:
        """Build the rules from the content of ``rules/disclosure.yaml``.

        The group ``indicators`` may name stricter rules by indicator, in the same form as the general ones.

        Raises
        ------
        ParameterError
            With all faults at once: a rule that is missing, unknown, incomplete, of the wrong type, or looser
            for an indicator than in general.
        """
        faults = [f"Die Regel »{name}« fehlt." for name in _NAMES if name not in mapping]
        general = {
            key: rule
            for key, rule in mapping.items()
            if key not in (_PER_INDICATOR, *_METHOD_NAMES, *_CONTRIBUTION_NAMES)
        }
        values, sources = _read_group(general, "", faults)
        changing, changing_sources = _read_method(mapping, values, faults)
        contributions, contribution_sources = _read_contributions(mapping, faults)
        stricter: dict[str, dict[str, int]] = {}
        stricter_sources: dict[str, dict[str, RuleSource]] = {}
        groups = mapping.get(_PER_INDICATOR) or {}
        if not isinstance(groups, Mapping) or not all(
            isinstance(group, Mapping) for group in groups.values()
        ):
            faults.append(f"»{_PER_INDICATOR}« muss je Indikator eine Gruppe von Regeln nennen.")
            groups = {}
        for indicator, group in groups.items():
            of = f" des Indikators »{indicator}«"
            stricter[str(indicator)], stricter_sources[str(indicator)] = _read_group(group, of, faults)
            faults += [
                f"Die Regel »{name}«{of} ist lockerer als die allgemeine; erlaubt ist nur strenger."
                for name, value in stricter[str(indicator)].items()
                if name in values and _looser(name, value, values[name])
            ]
        if faults:
            raise ParameterError(
                "Die Regeln der Geheimhaltung (rules/disclosure.yaml) sind fehlerhaft:\n- "
                + "\n- ".join(faults)
            )
        return cls(
            minimum_numerator=values["minimum_numerator"],
            minimum_denominator=values["minimum_denominator"],
            minimum_complement=values["minimum_complement"],
            show_zero=bool(values["show_zero"]),
            sources=sources | changing_sources | contribution_sources,
            stricter=stricter,
            stricter_sources=stricter_sources,
            **changing,
            **contributions,
        )

    @property
    def told(self) -> tuple[str, ...]:
        """Names of the rules that hold on pages with this method and may be told: all but the secret text.

        Pages show no sums of amounts, so that rules on contributions hold for tables of one's own only.
        """
        return tuple(
            name
            for name in self.sources
            if name not in ("cell_key_seed", *_CONTRIBUTION_NAMES)
            and self.method in _METHOD_NAMES.get(name, (self.method,))
        )

    def table_options(self, indicator: str = "", *, amounts: bool = False) -> TableOptions:
        """Return the rules as arguments of `sozialanalyse.disclosure.protect_table`.

        Parameters
        ----------
        indicator : str
            What the table holds; where stricter rules name it, these hold.
        amounts : bool
            Whether the table holds sums of amounts with their largest contributions, to which the rules on
            these are then applied as well.

        Examples
        --------
        >>> rules = DisclosureRules(3, 100, 3, True, {}, stricter={"debts": {"minimum_numerator": 5}})
        >>> rules.table_options()["minimum_count"], rules.table_options("debts")["minimum_count"]
        (3, 5)
        """
        limits = self.limits([indicator])
        return TableOptions(
            minimum_count=int(limits.numerator[0]),
            show_zero=bool(limits.zero[0]),
            dominance=self.dominance if amounts else None,
            p_percent=self.p_percent if amounts else None,
            q_percent=self.q_percent,
        )

    def limits(self, indicators: Sequence[str] | pd.Series[str]) -> Limits:
        """Return the limits that hold for each row.

        Parameters
        ----------
        indicators : sequence of str, length n
            Indicator of each row.
        """
        names = pd.Series(indicators, dtype=object).astype(str)
        found: dict[str, FloatArray] = {}
        for name in _NAMES:
            own = names.map({key: rules[name] for key, rules in self.stricter.items() if name in rules})
            found[name] = np.asarray(
                own.astype(np.float64).fillna(float(getattr(self, name))), dtype=np.float64
            )
        return Limits(
            found["minimum_numerator"],
            found["minimum_denominator"],
            found["minimum_complement"],
            found["show_zero"] > 0,
        )


def _read_method(
    mapping: Mapping[str, Any], values: Mapping[str, int], faults: list[str]
) -> tuple[dict[str, Any], dict[str, RuleSource]]:
    """Read the rules of the method, which may be left out, and add what is wrong to the faults."""
    found: dict[str, Any] = {}
    sources: dict[str, RuleSource] = {}
    for name in _METHOD_NAMES:
        rule = mapping.get(name)
        if rule is None:
            continue
        if not isinstance(rule, Mapping) or sorted(rule) != sorted(_RULE_KEYS):
            faults.append(f"Die Regel »{name}« braucht genau diese Angaben: {', '.join(_RULE_KEYS)}.")
            continue
        found[name] = rule["value"]
        sources[name] = RuleSource(*(str(rule[key]) for key in _RULE_KEYS if key != "value"))
    method = found.get("method", "suppression")
    if method not in METHOD_WORDS:
        faults.append(f"Der Wert der Regel »method« muss eines davon sein: {', '.join(METHOD_WORDS)}.")
    smallest = values.get("minimum_numerator", 1)
    base = found.get("rounding_base", 2 * smallest)
    if not _is_whole(base) or base < max(2, 2 * smallest - 1):
        faults.append(
            "Der Wert der Regel »rounding_base« muss eine ganze Zahl sein und mindestens das Doppelte der "
            "Mindestfallzahl weniger 1: Sonst blieben kleine Zahlen erkennbar."
        )
    largest = found.get("cell_key_maximum", smallest)
    if not _is_whole(largest) or largest < smallest:
        faults.append(
            "Der Wert der Regel »cell_key_maximum« muss eine ganze Zahl sein, mindestens die Mindestfallzahl."
        )
    seed = found.get("cell_key_seed", "")
    if not isinstance(seed, str) or (method == "cell_key" and len(seed) < _SHORTEST_SEED):
        faults.append(
            f"Die Regel »cell_key_seed« muss bei der Überlagerung ein Text von mindestens {_SHORTEST_SEED} "
            "Zeichen sein. Bitte zufällige Zeichen angeben und wie die Daten selbst hüten."
        )
    return found, sources


def _read_contributions(
    mapping: Mapping[str, Any], faults: list[str]
) -> tuple[dict[str, Any], dict[str, RuleSource]]:
    """Read the rules on contributions, which may be left out, and add what is wrong to the faults."""
    found: dict[str, Any] = {}
    sources: dict[str, RuleSource] = {}
    for name in _CONTRIBUTION_NAMES:
        rule = mapping.get(name)
        if rule is None:
            continue
        if not isinstance(rule, Mapping) or sorted(rule) != sorted(_RULE_KEYS):
            faults.append(f"Die Regel »{name}« braucht genau diese Angaben: {', '.join(_RULE_KEYS)}.")
            continue
        if rule["value"] is not None:
            found[name] = rule["value"]
            sources[name] = RuleSource(*(str(rule[key]) for key in _RULE_KEYS if key != "value"))
    pair = found.get("dominance")
    if pair is not None:
        fits = isinstance(pair, Mapping) and sorted(pair) == ["k", "n"]
        if fits and _is_whole(pair["n"]) and pair["n"] >= 1 and _is_number(pair["k"]) and 0 < pair["k"] < 100:
            found["dominance"] = (pair["n"], float(pair["k"]))
        else:
            faults.append(
                "Der Wert der Regel »dominance« muss leer sein oder n (ganze Zahl ab 1) und k (Prozent, über "
                "0 und unter 100) nennen, etwa: {n: 2, k: 85}."
            )
    most = found.get("q_percent", 100.0)
    least = found.get("p_percent", most / 2 if _is_number(most) else 1.0)
    if not _is_number(most) or not _is_number(least) or not 0 < least < most:
        faults.append(
            "Die Werte der Regeln »p_percent« und »q_percent« müssen Zahlen sein, p über 0 und q über p; "
            "»p_percent« darf leer sein, dann gilt die Regel nicht."
        )
    return found, sources


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _read_group(
    group: Mapping[str, Any], of: str, faults: list[str]
) -> tuple[dict[str, int], dict[str, RuleSource]]:
    """Read the rules of a group, and add what is wrong to the faults."""
    values: dict[str, int] = {}
    sources: dict[str, RuleSource] = {}
    for name, rule in group.items():
        if name not in _NAMES:
            faults.append(f"Die Regel »{name}«{of} ist unbekannt.")
            continue
        if not isinstance(rule, Mapping) or sorted(rule) != sorted(_RULE_KEYS):
            faults.append(f"Die Regel »{name}«{of} braucht genau diese Angaben: {', '.join(_RULE_KEYS)}.")
            continue
        value = rule["value"]
        if name == "show_zero":
            valid = isinstance(value, bool)
            wanted = "true oder false"
        else:
            valid = isinstance(value, int) and not isinstance(value, bool) and value >= 1
            wanted = "eine ganze Zahl ab 1"
        if not valid:
            faults.append(f"Der Wert der Regel »{name}«{of} muss {wanted} sein.")
            continue
        values[name] = value
        sources[name] = RuleSource(*(str(rule[key]) for key in _RULE_KEYS if key != "value"))
    return values, sources


def _looser(name: str, value: int, general: int) -> bool:
    return value > general if name == "show_zero" else value < general

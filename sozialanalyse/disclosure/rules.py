"""The rules of disclosure control: values that law or practice set, each with its origin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from sozialanalyse.errors import ParameterError

__all__ = ["DisclosureRules", "RuleSource"]

_RULE_KEYS: Final = ("name", "value", "unit", "valid_from", "source")


@dataclass(frozen=True, slots=True)
class RuleSource:
    """German name, unit, first day of validity (ISO date) and source of one rule."""

    name: str
    unit: str
    valid_from: str
    source: str


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
    """

    minimum_numerator: int
    minimum_denominator: int
    minimum_complement: int
    show_zero: bool
    sources: Mapping[str, RuleSource]

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> DisclosureRules:
        """Build the rules from the content of ``rules/disclosure.yaml``.

        Raises
        ------
        ParameterError
            With all faults at once: a rule that is missing, unknown, incomplete or of the wrong type.
        """
        names = [field.name for field in fields(cls) if field.name != "sources"]
        faults = [f"Die Regel »{name}« fehlt." for name in names if name not in mapping]
        faults += [f"Die Regel »{name}« ist unbekannt." for name in mapping if name not in names]
        values: dict[str, Any] = {}
        sources: dict[str, RuleSource] = {}
        for name in names:
            if name not in mapping:
                continue
            rule = mapping[name]
            if not isinstance(rule, Mapping) or sorted(rule) != sorted(_RULE_KEYS):
                faults.append(f"Die Regel »{name}« braucht genau diese Angaben: {', '.join(_RULE_KEYS)}.")
                continue
            value = rule["value"]
            if name == "show_zero":
                valid = isinstance(value, bool)
                wanted = "true oder false"
            else:
                valid = isinstance(value, int) and not isinstance(value, bool) and value >= 1
                wanted = "eine ganze Zahl ab 1"
            if not valid:
                faults.append(f"Der Wert der Regel »{name}« muss {wanted} sein.")
            values[name] = value
            sources[name] = RuleSource(*(str(rule[key]) for key in _RULE_KEYS if key != "value"))
        if faults:
            raise ParameterError(
                "Die Regeln der Geheimhaltung (rules/disclosure.yaml) sind fehlerhaft:\n- "
                + "\n- ".join(faults)
            )
        return cls(**values, sources=sources)

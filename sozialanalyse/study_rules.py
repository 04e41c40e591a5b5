"""The rules of the two studies: how connections are judged, and how sure the index is; read from YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

import yaml

from sozialanalyse.connections.spec import ConnectionSpec
from sozialanalyse.errors import ParameterError
from sozialanalyse.index.alternatives import Alternatives

__all__ = [
    "ConnectionRules",
    "SensitivityRules",
    "read_alternatives",
    "read_connection_rules",
    "read_sensitivity_rules",
]

_PLACE: Final = "rules/connections.yaml"
_NUMBERS: Final[dict[str, tuple[int, int]]] = {
    "most_of_two_domains": (1, 20),
    "most_of_many_domains": (1, 8),
    "local_permutations": (99, 99_999),
}
"""Numbers beside the specification, with the smallest and the largest allowed."""
_SENSITIVITY_PLACE: Final = "rules/sensitivity.yaml"
_SENSITIVITY_NUMBERS: Final[dict[str, tuple[int, int]]] = {
    "draws": (100, 20_000),
    "base_draws": (64, 8_192),
    "seed": (0, 2**63 - 1),
}


@dataclass(frozen=True, slots=True)
class ConnectionRules:
    """How connections are computed and shown.

    Attributes
    ----------
    spec : ConnectionSpec
        How they are computed and judged; its covariates are candidates of which a dataset may lack some.
    most_of_two_domains, most_of_many_domains : int
        How many indicators of each domain are compared where two, or more than two domains are.
    local_permutations : int
        Number of random draws for the map of clusters.
    """

    spec: ConnectionSpec
    most_of_two_domains: int
    most_of_many_domains: int
    local_permutations: int


@dataclass(frozen=True, slots=True)
class SensitivityRules:
    """How it is found out how sure the index is.

    Attributes
    ----------
    alternatives : Alternatives
        What could have been chosen instead.
    draws : int
        Random draws for the intervals of ranks.
    base_draws : int
        Points of the design for the Sobol indices, a power of two.
    seed : int
        Start of the random numbers.
    """

    alternatives: Alternatives
    draws: int
    base_draws: int
    seed: int


def read_connection_rules(folder: Path) -> ConnectionRules:
    """Read the rules on connections.

    Parameters
    ----------
    folder : Path
        Folder ``parameters`` with ``rules/connections.yaml``.

    Raises
    ------
    ParameterError
        If the file is missing, is no YAML mapping, or breaks its form; its faults are named all at once.
    """
    content = _read(folder, _PLACE)
    _check(_PLACE, content, "spec", _NUMBERS)
    return ConnectionRules(
        spec=ConnectionSpec.from_mapping(content["spec"]), **{name: content[name] for name in _NUMBERS}
    )


def read_sensitivity_rules(folder: Path) -> SensitivityRules:
    """Read the rules on how sure the index is.

    Parameters
    ----------
    folder : Path
        Folder ``parameters`` with ``rules/sensitivity.yaml``.

    Raises
    ------
    ParameterError
        If the file is missing, is no YAML mapping, or breaks its form; its faults are named all at once.
    """
    content = _read(folder, _SENSITIVITY_PLACE)
    _check(_SENSITIVITY_PLACE, content, "alternatives", _SENSITIVITY_NUMBERS)
    return SensitivityRules(
        alternatives=read_alternatives(_SENSITIVITY_PLACE, content["alternatives"]),
        **{name: content[name] for name in _SENSITIVITY_NUMBERS},
    )


def read_alternatives(place: str, given: Mapping[str, Any]) -> Alternatives:
    """Return what could have been chosen instead in an index, from a group of a YAML file.

    Parameters
    ----------
    place : str
        File, for the message.
    given : mapping
        Choice to its alternatives.

    Raises
    ------
    ParameterError
        If a choice or an alternative is unknown.
    """
    known = {field.name for field in fields(Alternatives)}
    unknown = [str(name) for name in given if name not in known]
    if unknown:
        raise ParameterError(
            f"{place}, »alternatives«: unbekannt: {', '.join(unknown)}. Erlaubt: {', '.join(sorted(known))}."
        )
    open_choices: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in given.items()
    }
    return Alternatives(**open_choices)


def _read(folder: Path, place: str) -> dict[str, Any]:
    try:
        content = yaml.safe_load((folder / place).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ParameterError(f"Die Datei {place} fehlt im Ordner der Parameter.") from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise ParameterError(
            f"{place} ist kein gültiges YAML in UTF-8. Bitte die Einrückungen prüfen."
        ) from None
    if not isinstance(content, dict):
        raise ParameterError(f"{place} muss Angaben der Form »name: wert« enthalten.")
    return content


def _check(
    place: str, content: Mapping[str, Any], group: str, numbers: Mapping[str, tuple[int, int]]
) -> None:
    known = (group, *numbers)
    faults = [f"»{name}« ist unbekannt." for name in content if name not in known]
    faults += [f"»{name}« fehlt." for name in known if name not in content]
    if group in content and not isinstance(content[group], dict):
        faults.append(f"»{group}« muss eine Gruppe von Angaben sein.")
    for name, (low, high) in numbers.items():
        value = content.get(name, low)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            faults.append(f"»{name}« muss eine ganze Zahl von {low} bis {high} sein.")
    if faults:
        raise ParameterError(f"{place} ist fehlerhaft:\n- " + "\n- ".join(faults))

"""The rules of the two studies: how connections are judged, and how sure the index is; read from YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from sozialanalyse.connections.spec import ConnectionSpec
from sozialanalyse.errors import ParameterError
from sozialanalyse.index.alternatives import Alternatives
from sozialanalyse.parameters import Wanted, read_rules

__all__ = [
    "ConnectionRules",
    "SensitivityRules",
    "read_alternatives",
    "read_connection_rules",
    "read_sensitivity_rules",
]

_CONNECTION_NUMBERS: Final[dict[str, Wanted]] = {
    "most_of_two_domains": range(1, 21),
    "most_of_many_domains": range(1, 9),
    "local_permutations": range(99, 100_000),
}
_SENSITIVITY_NUMBERS: Final[dict[str, Wanted]] = {
    "draws": range(100, 20_001),
    "base_draws": range(64, 8_193),
    "seed": range(2**63),
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
    content = read_rules(folder, "connections", {"spec": dict, **_CONNECTION_NUMBERS})
    return ConnectionRules(
        spec=ConnectionSpec.from_mapping(content["spec"]),
        **{name: content[name] for name in _CONNECTION_NUMBERS},
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
    content = read_rules(folder, "sensitivity", {"alternatives": dict, **_SENSITIVITY_NUMBERS})
    return SensitivityRules(
        alternatives=read_alternatives("rules/sensitivity.yaml", content["alternatives"]),
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

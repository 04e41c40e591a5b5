"""The rules by which connections are computed and shown, read from ``rules/connections.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from sozialanalyse.connections.spec import ConnectionSpec
from sozialanalyse.errors import ParameterError

__all__ = ["ConnectionRules", "read_connection_rules"]

_PLACE: Final = "rules/connections.yaml"
_NUMBERS: Final[dict[str, tuple[int, int]]] = {
    "most_of_two_domains": (1, 20),
    "most_of_many_domains": (1, 8),
    "local_permutations": (99, 99_999),
}
"""Numbers beside the specification, with the smallest and the largest allowed."""


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
    try:
        content = yaml.safe_load((folder / _PLACE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ParameterError(f"Die Datei {_PLACE} fehlt im Ordner der Parameter.") from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise ParameterError(
            f"{_PLACE} ist kein gültiges YAML in UTF-8. Bitte die Einrückungen prüfen."
        ) from None
    if not isinstance(content, dict):
        raise ParameterError(f"{_PLACE} muss Angaben der Form »name: wert« enthalten.")
    faults = _faults(content)
    if faults:
        raise ParameterError(f"{_PLACE} ist fehlerhaft:\n- " + "\n- ".join(faults))
    return ConnectionRules(
        spec=ConnectionSpec.from_mapping(content["spec"]), **{name: content[name] for name in _NUMBERS}
    )


def _faults(content: Mapping[str, Any]) -> list[str]:
    known = ("spec", *_NUMBERS)
    faults = [f"»{name}« ist unbekannt." for name in content if name not in known]
    faults += [f"»{name}« fehlt." for name in known if name not in content]
    if "spec" in content and not isinstance(content["spec"], dict):
        faults.append("»spec« muss eine Gruppe von Angaben sein.")
    for name, (low, high) in _NUMBERS.items():
        value = content.get(name, low)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            faults.append(f"»{name}« muss eine ganze Zahl von {low} bis {high} sein.")
    return faults

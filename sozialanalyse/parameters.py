"""The rules that all notebooks share, read from YAML files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from sozialanalyse.disclosure.rules import DisclosureRules
from sozialanalyse.errors import ParameterError
from sozialanalyse.index.spec import IndexSpec
from sozialanalyse.vocabulary import DOMAINS

__all__ = ["IndexRules", "Parameters", "check_entries", "read_parameters", "read_rules"]

_INDEX_KEYS: Final[dict[str, type]] = {
    "title": str,
    "description": str,
    "minimum_indicators": int,
    "spec": dict,
    "fallback": dict,
}
_FALLBACK_KEYS: Final[dict[str, type]] = {
    "title": str,
    "description": str,
    "domains": list,
    "minimum_indicators": int,
    "class_labels": list,
}
_COMPARISON_KEYS: Final[dict[str, type]] = {"confidence": dict}
_RULE_KEYS: Final[dict[str, type]] = {
    "name": str,
    "value": float,
    "unit": str,
    "valid_from": str,
    "source": str,
}
_TYPE_WORDS: Final[dict[type, str]] = {
    str: "ein Text",
    int: "eine ganze Zahl",
    float: "eine Dezimalzahl",
    dict: "eine Gruppe von Angaben",
    list: "eine Liste",
}


@dataclass(frozen=True, slots=True)
class IndexRules:
    """Which index is built: a specification, and what stands in for it where indicators are missing.

    Attributes
    ----------
    title, description : str
        German name and explanation.
    minimum_indicators : int
        Fewest indicators of the specification that a dataset must have.
    spec : IndexSpec
        How it is made.
    fallback_title, fallback_description : str
        Name and explanation of the index that stands in.
    fallback_domains : tuple of str
        It takes all indicators of these domains that have a direction.
    fallback_minimum : int
        Fewest of them.
    fallback_labels : tuple of str
        German names of its classes, most burdened first; as many as the specification has.
    """

    title: str
    description: str
    minimum_indicators: int
    spec: IndexSpec
    fallback_title: str
    fallback_description: str
    fallback_domains: tuple[str, ...]
    fallback_minimum: int
    fallback_labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parameters:
    """The rules that all notebooks share.

    Attributes
    ----------
    disclosure : DisclosureRules
        What may be shown.
    index : IndexRules
        How the Sozialindex is made.
    confidence : float
        Coverage of all intervals, between 0 and 1.
    year : str
        Year of comparison, or ``"latest"``.
    """

    disclosure: DisclosureRules
    index: IndexRules
    confidence: float
    year: str = "latest"


def read_parameters(folder: Path) -> Parameters:
    """Read the rules that all notebooks share.

    Parameters
    ----------
    folder : Path
        Folder ``parameters`` with ``rules/comparison.yaml``, ``rules/disclosure.yaml``, ``rules/index.yaml``.

    Raises
    ------
    ParameterError
        If a file is missing, is no YAML mapping, or breaks its form; a file's faults are named all at once.
    """
    comparison = read_rules(folder, "comparison", _COMPARISON_KEYS)
    confidence = comparison["confidence"]
    check_entries("rules/comparison.yaml, »confidence«", confidence, _RULE_KEYS)
    if not 0 < confidence["value"] < 1:
        raise ParameterError("rules/comparison.yaml: »confidence« muss zwischen 0 und 1 liegen.")
    return Parameters(
        disclosure=DisclosureRules.from_mapping(read_rules(folder, "disclosure")),
        index=_index_rules(read_rules(folder, "index", _INDEX_KEYS)),
        confidence=confidence["value"],
    )


def _index_rules(index: Mapping[str, Any]) -> IndexRules:
    fallback = index["fallback"]
    check_entries("rules/index.yaml, »fallback«", fallback, _FALLBACK_KEYS)
    unknown = [str(domain) for domain in fallback["domains"] if domain not in DOMAINS]
    if unknown:
        raise ParameterError(
            f"rules/index.yaml, »fallback«: unbekannte Bereiche: {', '.join(unknown)}. "
            f"Erlaubt: {', '.join(DOMAINS)}."
        )
    return IndexRules(
        title=index["title"],
        description=index["description"],
        minimum_indicators=index["minimum_indicators"],
        spec=IndexSpec.from_mapping(index["spec"]),
        fallback_title=fallback["title"],
        fallback_description=fallback["description"],
        fallback_domains=tuple(fallback["domains"]),
        fallback_minimum=fallback["minimum_indicators"],
        fallback_labels=tuple(str(label) for label in fallback["class_labels"]),
    )


def read_rules(folder: Path, name: str, keys: Mapping[str, type] | None = None) -> dict[str, Any]:
    """Read one file of rules.

    Parameters
    ----------
    folder : Path
        Folder ``parameters``.
    name : str
        Name of the file in ``rules``, without ending.
    keys : mapping from str to type, optional
        Its entries with their types.

    Raises
    ------
    ParameterError
        If the file is missing, is no YAML mapping, or does not have just these entries.
    """
    path = folder / "rules" / f"{name}.yaml"
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ParameterError(f"Die Datei rules/{name}.yaml fehlt im Ordner der Parameter.") from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise ParameterError(
            f"rules/{name}.yaml ist kein gültiges YAML in UTF-8. Bitte die Einrückungen prüfen."
        ) from None
    if not isinstance(content, dict):
        raise ParameterError(f"rules/{name}.yaml muss Angaben der Form »name: wert« enthalten.")
    if keys is not None:
        check_entries(f"rules/{name}.yaml", content, keys)
    return content


def check_entries(place: str, content: Mapping[str, Any], keys: Mapping[str, type]) -> None:
    """Refuse missing, unknown and wrongly typed entries, all at once.

    Parameters
    ----------
    place : str
        File and group, for the message.
    content : mapping
        What stands there.
    keys : mapping from str to type
        Names that must be there, with their types.

    Raises
    ------
    ParameterError
        If anything differs.
    """
    faults = [f"»{key}« fehlt." for key in keys if key not in content]
    faults += [f"»{key}« ist unbekannt." for key in content if key not in keys]
    faults += [
        f"»{key}« muss {_TYPE_WORDS[wanted]} sein."
        for key, wanted in keys.items()
        if key in content and (not isinstance(content[key], wanted) or isinstance(content[key], bool))
    ]
    if faults:
        raise ParameterError(f"{place} ist fehlerhaft:\n- " + "\n- ".join(faults))

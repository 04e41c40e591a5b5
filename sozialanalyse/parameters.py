"""The rules that all notebooks share, read from YAML files."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

import yaml

from sozialanalyse.disclosure.rules import DisclosureRules
from sozialanalyse.errors import ParameterError
from sozialanalyse.index.spec import IndexSpec
from sozialanalyse.vocabulary import DOMAINS

__all__ = [
    "IndexRules",
    "Parameters",
    "Wanted",
    "check_entries",
    "fail_if_misspelt",
    "read_disclosure_rules",
    "read_parameters",
    "read_rules",
]

Wanted = type | range
"""What an entry must be: of a type, or a whole number of a range."""

_INDEX_KEYS: Final[dict[str, Wanted]] = {
    "title": str,
    "description": str,
    "minimum_indicators": range(1, 101),
    "optional": list,
    "spec": dict,
    "fallback": dict,
}
_FALLBACK_KEYS: Final[dict[str, Wanted]] = {
    "title": str,
    "description": str,
    "domains": list,
    "minimum_indicators": range(1, 101),
    "class_labels": list,
}
_COMPARISON_KEYS: Final[dict[str, Wanted]] = {"confidence": dict}
_RULE_KEYS: Final[dict[str, Wanted]] = {
    "name": str,
    "value": float,
    "unit": str,
    "valid_from": str,
    "source": str,
}
_TYPE_WORDS: Final[dict[type, str]] = {
    int: "eine ganze Zahl",
    str: "ein Text",
    float: "eine Dezimalzahl",
    dict: "eine Gruppe von Angaben",
    list: "eine Liste",
}

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Every page reads rules; the loader in C, where there is one, takes a tenth of the time."""
NEARLY_THE_SAME: Final = 0.85
"""Likeness of two keys, from 0 to 1, from which one is taken for the other misspelt."""


@dataclass(frozen=True, slots=True)
class IndexRules:
    """Which index is built: a specification, and what stands in for it where indicators are missing.

    Attributes
    ----------
    title, description : str
        German name and explanation.
        `description` may hold ``{Anzahl}``: the number of indicators in words.
    minimum_indicators : int
        Fewest indicators of the specification that a dataset must have.
    optional : tuple of str
        Indicators of the specification that a dataset may lack even if it has one with a similar key.
    labels : mapping from str to str
        German names of its indicators, for pages of datasets that do not know them.
    spec : IndexSpec
        How it is made.
    fallback_title, fallback_description : str
        Name and explanation of the index that stands in; ``{Anzahl}`` is the number of indicators wanted.
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
    optional: tuple[str, ...]
    labels: Mapping[str, str]
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
        disclosure=read_disclosure_rules(folder),
        index=_index_rules(read_rules(folder, "index", _INDEX_KEYS)),
        confidence=confidence["value"],
    )


def read_disclosure_rules(folder: Path) -> DisclosureRules:
    """Read the rules of disclosure control alone, for tables that are protected without a dataset.

    Parameters
    ----------
    folder : Path
        Folder ``parameters`` with ``rules/disclosure.yaml``.

    Raises
    ------
    ParameterError
        If the file is missing or faulty.
    """
    return DisclosureRules.from_mapping(read_rules(folder, "disclosure"))


def _page_faults(spec: IndexSpec, fallback_labels: list[object]) -> list[str]:
    """Return what an index may be for the library, but not for pages with their words and colours."""
    faults = []
    if spec.orientation != "higher_is_better":
        faults.append(
            "»spec«: »orientation« muss higher_is_better sein; ein niedriger Index heißt auf allen Seiten "
            "»große Belastung«."
        )
    if len(fallback_labels) != len(spec.classes.labels):
        faults.append(
            "»fallback«: »class_labels« braucht einen Namen je Klasse von »spec«; gefunden: "
            f"{len(fallback_labels)} Namen bei {len(spec.classes.labels)} Klassen."
        )
    return faults


def _index_rules(index: Mapping[str, Any]) -> IndexRules:
    fallback = index["fallback"]
    check_entries("rules/index.yaml, »fallback«", fallback, _FALLBACK_KEYS)
    unknown = [str(domain) for domain in fallback["domains"] if domain not in DOMAINS]
    if unknown:
        raise ParameterError(
            f"rules/index.yaml, »fallback«: unbekannte Bereiche: {', '.join(unknown)}. "
            f"Erlaubt: {', '.join(DOMAINS)}."
        )
    spec = IndexSpec.from_mapping(index["spec"])
    faults = _page_faults(spec, fallback["class_labels"])
    if faults:
        raise ParameterError("rules/index.yaml ist fehlerhaft:\n- " + "\n- ".join(faults))
    return IndexRules(
        title=index["title"],
        description=index["description"],
        minimum_indicators=index["minimum_indicators"],
        optional=tuple(str(key) for key in index["optional"]),
        labels={
            str(entry["id"]): str(entry["label"])
            for entry in index["spec"]["indicators"]
            if isinstance(entry, Mapping) and "label" in entry
        },
        spec=spec,
        fallback_title=fallback["title"],
        fallback_description=fallback["description"],
        fallback_domains=tuple(fallback["domains"]),
        fallback_minimum=fallback["minimum_indicators"],
        fallback_labels=tuple(str(label) for label in fallback["class_labels"]),
    )


def fail_if_misspelt(rules: IndexRules, known: Collection[str]) -> None:
    """Refuse a key of the index that a dataset lacks while it has one that is nearly the same.

    Parameters
    ----------
    rules : IndexRules
        The rules of the index.
    known : collection of str
        Keys of the dataset's indicators.

    Raises
    ------
    ParameterError
        With all such keys.
    """
    free = [str(key) for key in known if key not in rules.spec.indicators]
    near = {
        key: get_close_matches(key, free, n=1, cutoff=NEARLY_THE_SAME)
        for key in rules.spec.indicators
        if key not in known and key not in rules.optional
    }
    faults = [
        f"»{key}« gibt es nicht, wohl aber »{found[0]}«. Bitte berichtigen; ist wirklich ein anderer "
        "Indikator gemeint, den der Datensatz nicht hat, ihn unter »optional« nennen."
        for key, found in near.items()
        if found
    ]
    if faults:
        raise ParameterError("rules/index.yaml passt nicht zum Datensatz:\n- " + "\n- ".join(faults))


def read_rules(folder: Path, name: str, keys: Mapping[str, Wanted] | None = None) -> dict[str, Any]:
    """Read one file of rules.

    Parameters
    ----------
    folder : Path
        Folder ``parameters``.
    name : str
        Of the file in its folder ``rules``, without ``.yaml``.
    keys : mapping of str to type or range, optional
        The entries that the file must have, and no others, with what each must be.

    Raises
    ------
    ParameterError
        If the file is missing, is no YAML mapping, or breaks its form; its faults are named all at once.
    """
    try:
        text = (folder / "rules" / f"{name}.yaml").read_text(encoding="utf-8")
        content = yaml.load(text, _LOADER)  # noqa: S506 - both loaders build plain values only
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


def check_entries(place: str, content: Mapping[str, Any], keys: Mapping[str, Wanted]) -> None:
    """Refuse missing, unknown and wrongly typed entries, all at once.

    Parameters
    ----------
    place : str
        File and group, for the message.
    content : mapping
        What stands there.
    keys : mapping from str to type or range
        Names that must be there, with what each must be.

    Raises
    ------
    ParameterError
        If anything differs.
    """
    faults = [f"»{key}« fehlt." for key in keys if key not in content]
    faults += [f"»{key}« ist unbekannt." for key in content if key not in keys]
    faults += [
        f"»{key}« muss {_in_words(wanted)} sein."
        for key, wanted in keys.items()
        if key in content and not _fits(content[key], wanted)
    ]
    if faults:
        raise ParameterError(f"{place} ist fehlerhaft:\n- " + "\n- ".join(faults))


def _fits(value: object, wanted: Wanted) -> bool:
    # For Python true and false are numbers too; in a file of rules they are not.
    if isinstance(value, bool):
        return False
    return (
        isinstance(value, int) and value in wanted if isinstance(wanted, range) else isinstance(value, wanted)
    )


def _in_words(wanted: Wanted) -> str:
    if isinstance(wanted, range):
        return f"eine ganze Zahl von {wanted[0]} bis {wanted[-1]}"
    return _TYPE_WORDS[wanted]

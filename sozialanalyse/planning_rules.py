"""The rules of the planning tables, read from YAML files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from sozialanalyse.dataset.planning_tables import PlanningTables
from sozialanalyse.errors import Fault, ParameterError
from sozialanalyse.parameters import check_entries, read_rules
from sozialanalyse.planning.consistency import vocabulary_faults
from sozialanalyse.planning.dialogue import DialogueRule
from sozialanalyse.planning.history import history_faults
from sozialanalyse.planning.recommendations import Patience
from sozialanalyse.planning.rules import (
    STATUS_KINDS,
    Category,
    CoreElement,
    FieldOfAction,
    PlanningRules,
    Status,
    Theme,
    Topic,
    Vision,
)
from sozialanalyse.vocabulary import DOMAINS

__all__ = ["planning_check", "read_need_rules", "read_planning_rules"]

_Entry = TypeVar("_Entry")

_LABELLED: Final[dict[str, type]] = {"label": str}
_FORMS: Final[dict[str, dict[str, type]]] = {
    "statuses": {**_LABELLED, "kind": str, "next": list},
    "themes": {**_LABELLED, "domains": list, "indicator_ids": list, "questions": list},
    "visions": _LABELLED,
    "fields": {**_LABELLED, "themes": list, "domains": list},
    "categories": _LABELLED,
    "core_elements": {**_LABELLED, "description": str},
}
_TOPIC_FORM: Final[dict[str, type]] = {
    **_LABELLED,
    "title": str,
    "description": str,
    "facts": str,
    "indicator_ids": list,
    "groups": list,
    "fields": list,
}
_NEED_LIMITS: Final = {
    "relevant_difference": float,
    "fewest_share": float,
    "fewest_votes": int,
    "still_days": int,
    "near_days": int,
}


def read_planning_rules(folder: Path) -> PlanningRules:
    """Read the rules of the planning tables.

    Parameters
    ----------
    folder : Path
        Folder ``parameters`` with ``rules/planning.yaml`` and ``rules/topics.yaml``.

    Raises
    ------
    ParameterError
        If a file is missing, is no YAML mapping, or breaks its form; the faults of a part are named at once.
    """
    content = read_rules(folder, "planning", dict.fromkeys(_FORMS, dict))
    topics = read_rules(folder, "topics")
    place = "rules/planning.yaml"
    for name, form in _FORMS.items():
        _check_group(f"{place}, »{name}«", content[name], form)
    _check_group("rules/topics.yaml", topics, _TOPIC_FORM)
    _check_choices(f"{place}, »statuses«", "kind", content["statuses"], STATUS_KINDS)
    for name in ("themes", "fields"):
        _check_choices(f"{place}, »{name}«", "domains", content[name], DOMAINS)
    return PlanningRules(
        statuses=_entries(content["statuses"], Status),
        themes=_entries(content["themes"], Theme),
        visions=_entries(content["visions"], Vision),
        fields=_entries(content["fields"], FieldOfAction),
        categories=_entries(content["categories"], Category),
        core_elements=_entries(content["core_elements"], CoreElement),
        topics=_entries(topics, Topic),
    )


def read_need_rules(folder: Path) -> tuple[DialogueRule, Patience]:
    """Read when a need counts as seen, and when a Handlungsempfehlung attracts notice.

    Parameters
    ----------
    folder : Path
        Folder ``parameters`` with ``rules/needs.yaml``.

    Raises
    ------
    ParameterError
        If the file is missing, is no YAML mapping, or breaks its form.
    """
    content = read_rules(folder, "needs", dict.fromkeys(_NEED_LIMITS, dict))
    for name, kind in _NEED_LIMITS.items():
        form = {"name": str, "value": kind, "unit": str, "valid_from": str, "source": str}
        check_entries(f"rules/needs.yaml, »{name}«", content[name], form)
    given = {name: content[name]["value"] for name in _NEED_LIMITS}
    still, near = given.pop("still_days"), given.pop("near_days")
    return DialogueRule(**given), Patience(still, near)


def planning_check(folder: Path) -> Callable[[PlanningTables], list[Fault]]:
    """Return what finds the faults of planning tables that only these rules show.

    Parameters
    ----------
    folder : Path
        Folder ``parameters``; its rules are read when there are planning tables, so that a dataset without
        any needs none.
    """

    def check(tables: PlanningTables) -> list[Fault]:
        rules = read_planning_rules(folder)
        return [*vocabulary_faults(tables, rules), *history_faults(tables, rules)]

    return check


def _check_group(place: str, group: Mapping[str, Any], form: Mapping[str, type]) -> None:
    """Refuse a group whose entries do not all have the form, or which holds no entry."""
    if not group:
        raise ParameterError(f"{place}: Es ist nichts eingetragen. Mindestens ein Eintrag muss es sein.")
    for key, entry in group.items():
        if not isinstance(key, str) or not isinstance(entry, dict):
            raise ParameterError(
                f"{place}: Jeder Eintrag braucht einen Schlüssel aus Text und darunter seine Angaben."
            )
        check_entries(f"{place}, »{key}«", entry, form)
        wrong = [name for name, cells in entry.items() if isinstance(cells, list) and not _all_text(cells)]
        if wrong:
            raise ParameterError(f"{place}, »{key}«: In »{wrong[0]}« darf nur Text stehen.")


def _all_text(cells: list[Any]) -> bool:
    return all(isinstance(cell, str) and cell.strip() for cell in cells)


def _check_choices(place: str, name: str, group: Mapping[str, Any], allowed: tuple[str, ...]) -> None:
    for key, entry in group.items():
        given = entry[name] if isinstance(entry[name], list) else [entry[name]]
        unknown = [word for word in given if word not in allowed]
        if unknown:
            raise ParameterError(
                f"{place}, »{key}«: »{name}« kennt »{unknown[0]}« nicht. Erlaubt: {', '.join(allowed)}."
            )


def _entries(group: Mapping[str, Any], maker: Callable[..., _Entry]) -> tuple[_Entry, ...]:
    """Return the entries of a group as records, lists as tuples."""
    return tuple(
        maker(
            id=key,
            **{name: tuple(cell) if isinstance(cell, list) else cell for name, cell in entry.items()},
        )
        for key, entry in group.items()
    )

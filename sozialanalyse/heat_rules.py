"""The rules of the heat index and of what it contributes to a heat-health action plan, read from YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sozialanalyse.dataset.planning_forms import PLANNING_FORMS
from sozialanalyse.errors import ParameterError
from sozialanalyse.index.spec import IndexSpec
from sozialanalyse.parameters import check_entries, read_rules
from sozialanalyse.planning.heat import HeatComponent, HeatPart, HeatSpec
from sozialanalyse.study_rules import read_alternatives

__all__ = ["AccessRules", "Contribution", "HeatRules", "read_heat_rules"]

_PLACE: Final = "rules/heat.yaml"
_KEYS: Final[dict[str, type]] = {
    "title": str,
    "description": str,
    "components": dict,
    "required": list,
    "ages": dict,
    "spec": dict,
    "draws": int,
    "seed": int,
    "alternatives": dict,
    "component_factor": float,
    "priority_share": float,
    "access": dict,
    "core_elements": dict,
    "other_names": dict,
}
_COMPONENT_KEYS: Final[dict[str, type]] = {
    "label": str,
    "short": str,
    "meaning": str,
    "without": str,
    "minimum": int,
    "parts": list,
}
_PART_KEYS: Final[dict[str, type]] = {"name": str, "indicator_ids": list, "direction": str}
_ACCESS_KEYS: Final[dict[str, type]] = {"categories": list, "target": str, "zones": list}
_ELEMENT_KEYS: Final[dict[str, type]] = {"uses": list, "contribution": str, "beyond": str}
_FEWEST_PARTS: Final = 2
_MOST_DRAWS: Final = 20_000


@dataclass(frozen=True, slots=True)
class AccessRules:
    """Which institutions people can turn to in heat, and how far they reach.

    Attributes
    ----------
    categories : tuple of str
        Categories of institutions.
    target : str
        Indicator whose numerator counts the people they are there for.
    zones : tuple of (float, float)
        Outer limit in kilometres and weight of each zone.
    """

    categories: tuple[str, ...]
    target: str
    zones: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Contribution:
    """What social planning's data contribute to one core element of a heat-health action plan.

    Attributes
    ----------
    uses : tuple of str
        Indicators and planning tables on which it rests.
    contribution, beyond : str
        German sentences: what the data say, and what none of them says.
    """

    uses: tuple[str, ...]
    contribution: str
    beyond: str


@dataclass(frozen=True, slots=True)
class HeatRules:
    """All rules on heat.

    Attributes
    ----------
    title, description : str
        German name of the index and how it is made.
    spec : HeatSpec
        How it is made.
    access : AccessRules
        Access to institutions.
    core_elements : mapping from key to Contribution
        What the data contribute to each core element.
    other_names : mapping from indicator to str
        German names of indicators that core elements use and the index does not.
    """

    title: str
    description: str
    spec: HeatSpec
    access: AccessRules
    core_elements: Mapping[str, Contribution]
    other_names: Mapping[str, str]


def read_heat_rules(folder: Path) -> HeatRules:
    """Read the rules on heat.

    Parameters
    ----------
    folder : Path
        Folder ``parameters`` with ``rules/heat.yaml``.

    Raises
    ------
    ParameterError
        If the file is missing, is no YAML mapping, or breaks its form.
    """
    content = read_rules(folder, "heat", _KEYS)
    components = _components(content["components"], content["required"])
    _check_numbers(content)
    access = content["access"]
    check_entries(f"{_PLACE}, »access«", access, _ACCESS_KEYS)
    elements = content["core_elements"]
    for key, entry in elements.items():
        check_entries(f"{_PLACE}, »core_elements«, »{key}«", entry, _ELEMENT_KEYS)
    named = {key for component in components for part in component.parts for key in part.indicator_ids}
    named |= {*content["other_names"], *PLANNING_FORMS}
    nameless = sorted({key for entry in elements.values() for key in entry["uses"]} - named)
    if nameless:
        raise ParameterError(f"{_PLACE}: »other_names« fehlt ein Name für: {', '.join(nameless)}.")
    return HeatRules(
        title=content["title"],
        description=content["description"],
        spec=HeatSpec(
            components=components,
            index=_index_spec(content["spec"], components),
            ages={str(key): _ages(str(key), limits) for key, limits in content["ages"].items()},
            alternatives=read_alternatives(_PLACE, content["alternatives"]),
            component_factor=content["component_factor"],
            priority_share=content["priority_share"],
            draws=content["draws"],
            seed=content["seed"],
        ),
        access=AccessRules(tuple(access["categories"]), access["target"], _zones(access["zones"])),
        core_elements={
            str(key): Contribution(tuple(entry["uses"]), entry["contribution"], entry["beyond"])
            for key, entry in elements.items()
        },
        other_names={str(key): str(name) for key, name in content["other_names"].items()},
    )


def _components(group: Mapping[str, Any], required: list[Any]) -> tuple[HeatComponent, ...]:
    found = []
    for key, entry in group.items():
        place = f"{_PLACE}, »components«, »{key}«"
        check_entries(place, entry, _COMPONENT_KEYS)
        for part in entry["parts"]:
            check_entries(f"{place}, »parts«", part, _PART_KEYS)
        if not _FEWEST_PARTS <= entry["minimum"] <= len(entry["parts"]):
            raise ParameterError(
                f"{place}: »minimum« muss mindestens {_FEWEST_PARTS} und höchstens die Zahl der Einträge von "
                "»parts« sein, weil zur Prüfung je ein Indikator wegfällt."
            )
        parts = tuple(
            HeatPart(part["name"], tuple(part["indicator_ids"]), part["direction"]) for part in entry["parts"]
        )
        found.append(
            HeatComponent(
                str(key),
                entry["label"],
                entry["short"],
                entry["meaning"],
                entry["without"],
                entry["minimum"],
                key in required,
                parts,
            )
        )
    if not set(required) <= set(group):
        raise ParameterError(f"{_PLACE}: »required« nennt einen Teil, den es in »components« nicht gibt.")
    if len(found) < 2:
        raise ParameterError(f"{_PLACE}: »components« braucht mindestens zwei Teile.")
    return tuple(found)


def _index_spec(given: Mapping[str, Any], components: tuple[HeatComponent, ...]) -> IndexSpec:
    """Return the specification with the first choice of every part, which checks all of it."""
    if given.get("orientation") != "higher_is_worse":
        raise ParameterError(
            f"{_PLACE}, »spec«: »orientation« muss higher_is_worse sein; ein hoher Index heißt hier »große "
            "Betroffenheit«."
        )
    indicators = [
        {"id": part.indicator_ids[0], "domain": component.key, "direction": part.direction}
        for component in components
        for part in component.parts
    ]
    return IndexSpec.from_mapping({**given, "indicators": indicators})


def _check_numbers(content: Mapping[str, Any]) -> None:
    faults = []
    if not 100 <= content["draws"] <= _MOST_DRAWS:
        faults.append(f"»draws« muss von 100 bis {_MOST_DRAWS} reichen.")
    if content["seed"] < 0:
        faults.append("»seed« darf nicht negativ sein.")
    if not content["component_factor"] >= 1:
        faults.append("»component_factor« muss mindestens 1 sein.")
    if not 0 < content["priority_share"] < 1:
        faults.append("»priority_share« muss zwischen 0 und 1 liegen.")
    if faults:
        raise ParameterError(f"{_PLACE} ist fehlerhaft:\n- " + "\n- ".join(faults))


def _ages(key: str, limits: object) -> tuple[int, int | None]:
    if isinstance(limits, list) and len(limits) == 2 and isinstance(limits[0], int):
        first, above = limits
        if above is None or (isinstance(above, int) and above > first):
            return first, above
    raise ParameterError(
        f"{_PLACE}, »ages«, »{key}«: nötig sind das erste Alter und das erste Alter darüber (oder null), "
        "etwa [0, 6]."
    )


def _zones(zones: list[Any]) -> tuple[tuple[float, float], ...]:
    if not zones or not all(isinstance(zone, list) and len(zone) == 2 for zone in zones):
        raise ParameterError(
            f"{_PLACE}, »access«: »zones« ist eine Liste aus Grenze und Gewicht, etwa [[0.5, 1.0]]."
        )
    return tuple((float(limit), float(weight)) for limit, weight in zones)

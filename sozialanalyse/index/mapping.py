"""From the content of a YAML file to the values of an index specification."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from sozialanalyse.index.choices import CHOICES, DYNAMICS_CLASSES, STATUS_CLASSES, ClassSpec, class_faults

__all__ = ["spec_values"]

_ENTRY_KEYS: Final = ("id", "domain", "direction", "weight", "goalposts", "reference", "label")


class _WrongTypeError(Exception):
    """What a value should have been."""


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _WrongTypeError("ein Text")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _WrongTypeError("eine Zahl")
    return float(value)


def _whole_number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _WrongTypeError("eine ganze Zahl")
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise _WrongTypeError("true oder false")
    return value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _pair(value: object) -> tuple[float, float]:
    if not isinstance(value, list | tuple) or len(value) != 2 or not all(map(_is_number, value)):
        raise _WrongTypeError("eine Liste aus zwei Zahlen")
    return float(value[0]), float(value[1])


def _numbers(value: object) -> tuple[float, ...]:
    if not isinstance(value, list | tuple) or not all(map(_is_number, value)):
        raise _WrongTypeError("eine Liste von Zahlen")
    return tuple(float(entry) for entry in value)


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(entry, str) for entry in value):
        raise _WrongTypeError("eine Liste von Texten")
    return tuple(value)


_CONVERTERS: Final[dict[str, Callable[[object], object]]] = {
    **dict.fromkeys(CHOICES, _text),
    "minimum_share": _number,
    "minimum_coverage": _number,
    "skew_limit": _number,
    "kurtosis_limit": _number,
    "winsorise_at_most": _whole_number,
    "z_target": _pair,
    "bounds": _pair,
    "unit_variance": _truth,
    "years": _whole_number,
    "confidence": _number,
}
_ENTRY_CONVERTERS: Final[dict[str, tuple[str, Callable[[object], object]]]] = {
    "domain": ("domains", _text),
    "direction": ("directions", _text),
    "weight": ("weights", _number),
    "goalposts": ("goalposts", _pair),
    "reference": ("references", _number),
}
_OWN_READERS: Final = ("indicators", "domain_weights", "classes", "dynamics")


def spec_values(mapping: Mapping[str, object]) -> tuple[dict[str, Any], list[str]]:
    """Return the values that a mapping sets, and what is wrong with its keys and types.

    Parameters
    ----------
    mapping : mapping
        Content of a YAML file; see :meth:`~sozialanalyse.index.spec.IndexSpec.from_mapping`.

    Returns
    -------
    values : dict
        Values of fields, of the right type; a key at fault is left out.
    faults : list of str
        German sentences.
    """
    values: dict[str, Any] = {}
    faults: list[str] = []
    known = (*_OWN_READERS, *_CONVERTERS)
    faults += [f"»{key}« ist unbekannt. Bekannt: {', '.join(known)}." for key in mapping if key not in known]
    for key, convert in _CONVERTERS.items():
        if key in mapping and (value := _converted(key, mapping[key], convert, faults)) is not None:
            values[key] = value
    _read_indicators(mapping.get("indicators"), values, faults)
    if "weights" in values and "weighting" not in mapping:
        values["weighting"] = "given"
    if "domain_weights" in mapping:
        _read_domain_weights(mapping["domain_weights"], values, faults)
    for key, default in (("classes", STATUS_CLASSES), ("dynamics", DYNAMICS_CLASSES)):
        if key in mapping:
            _read_classes(key, mapping[key], default, values, faults)
    return values, faults


def _converted(
    name: str, value: object, convert: Callable[[object], object], faults: list[str]
) -> object | None:
    """Return the value in its type; None, and one more fault, if it has another type."""
    try:
        return convert(value)
    except _WrongTypeError as expected:
        faults.append(f"»{name}« muss {expected} sein.")
        return None


def _read_indicators(entries: object, values: dict[str, Any], faults: list[str]) -> None:
    if not isinstance(entries, list | tuple) or not entries:
        faults.append("»indicators« muss eine Liste von Indikatoren sein.")
        values["indicators"] = ("?",)
        return
    table: list[Mapping[object, object]] = []
    for number, entry in enumerate(entries, start=1):
        if isinstance(entry, str):
            table.append({"id": entry})
        elif isinstance(entry, Mapping) and isinstance(entry.get("id"), str):
            table.append(entry)
            faults += [
                f"»indicators«, Eintrag {number}: »{key}« ist unbekannt. Bekannt: {', '.join(_ENTRY_KEYS)}."
                for key in entry
                if key not in _ENTRY_KEYS
            ]
        else:
            faults.append(f"»indicators«, Eintrag {number}: muss ein Schlüssel sein oder »id« enthalten.")
    values["indicators"] = tuple(str(entry["id"]) for entry in table) or ("?",)
    for key, (name, convert) in _ENTRY_CONVERTERS.items():
        given = [entry[key] for entry in table if key in entry]
        if key == "direction":
            given = [entry.get(key, "") for entry in table] if given else []
        elif given and len(given) < len(table):
            faults.append(
                f"»{key}« fehlt bei mindestens einem Indikator: bitte bei allen angeben oder bei keinem."
            )
            continue
        column = [_converted(key, value, convert, faults) for value in given]
        if column and None not in column:
            values[name] = tuple(column)


def _read_domain_weights(entry: object, values: dict[str, Any], faults: list[str]) -> None:
    names = tuple(dict.fromkeys(values.get("domains", ())))
    if not isinstance(entry, Mapping) or set(entry) != set(names):
        faults.append("»domain_weights« muss zu jedem Bereich der Indikatoren genau ein Gewicht nennen.")
        return
    weights = _converted("domain_weights", [entry[name] for name in names], _numbers, faults)
    if weights is not None:
        values["domain_weights"] = weights


def _read_classes(
    name: str, entry: object, default: ClassSpec, values: dict[str, Any], faults: list[str]
) -> None:
    if not isinstance(entry, Mapping):
        faults.append(f"»{name}« muss »method«, »limits« und »labels« enthalten.")
        return
    faults += [
        f"»{name}.{key}« ist unbekannt. Bekannt: method, limits, labels."
        for key in entry
        if key not in {"method", "limits", "labels"}
    ]
    parts: dict[str, Any] = {"method": default.method, "labels": default.labels}
    before = len(faults)
    for key, convert in (("method", _text), ("limits", _numbers), ("labels", _texts)):
        if key in entry:
            parts[key] = _converted(f"{name}.{key}", entry[key], convert, faults)
    if "limits" not in parts:
        parts["limits"] = default.limits if parts["method"] == "standard_deviation" else ()
    if len(faults) == before:
        faults += class_faults(name, **parts)
    if len(faults) == before:
        values[name] = ClassSpec(**parts)

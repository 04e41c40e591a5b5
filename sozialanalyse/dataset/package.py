"""The head of a dataset, ``datapackage.json``: title, levels, sources and how its files are written."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sozialanalyse.dataset.delimited import DELIMITERS, Dialect
from sozialanalyse.dataset.forms import FORMS
from sozialanalyse.dataset.grid import unreadable
from sozialanalyse.dataset.schema import Level, Source
from sozialanalyse.errors import Fault

__all__ = ["PACKAGE_FILE", "Package", "read_package"]

PACKAGE_FILE: Final = "datapackage.json"
_DIALECT_TEXTS: Final[dict[str, str]] = {
    "delimiter": "delimiter",
    "quoteChar": "quote",
    "decimalChar": "decimal",
    "groupChar": "group",
}


@dataclass(frozen=True, slots=True)
class Package:
    """What ``datapackage.json`` says; fields that are missing or wrong are empty.

    Attributes
    ----------
    name, title, attribution : str
        Short name, German title, sentence that a licence asks for.
    synthetic : bool
        Whether the figures are made up.
    levels : tuple of Level
        From coarse to fine.
    licenses, sources : tuple of Source
        As declared.
    schematic_geometry : bool
        Whether the polygons only sketch the neighbourhood of areas.
    dialects : mapping from file name to Dialect
        How CSV files are written, where it is stated.
    absent : tuple of str
        Declared files that are not there and that a dataset can do without.
    """

    name: str = ""
    title: str = ""
    synthetic: bool = False
    levels: tuple[Level, ...] = ()
    licenses: tuple[Source, ...] = ()
    sources: tuple[Source, ...] = ()
    attribution: str = ""
    schematic_geometry: bool = False
    dialects: Mapping[str, Dialect] = field(default_factory=dict)
    absent: tuple[str, ...] = ()


def _fault(column: str, rule: str, message: str, remedy: str) -> Fault:
    return Fault(PACKAGE_FILE, (), column, rule, message, remedy)


def read_package(folder: Path) -> tuple[Package, list[Fault]]:
    """Read ``datapackage.json``.

    Parameters
    ----------
    folder : Path
        Folder of the dataset.

    Returns
    -------
    Package
        What can be read.
    list of Fault
        Every field that is missing or has the wrong form.
    """
    path = folder / PACKAGE_FILE
    if not path.is_file():
        remedy = "Die Datei anlegen: name, title, synthetic und levels sind Pflicht."
        return Package(), [_fault("", "file_missing", "Die Datei fehlt.", remedy)]
    try:
        content = json.loads(path.read_bytes().decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        remedy = "Kommas, Klammern und Anführungszeichen an dieser Stelle prüfen."
        message = "Die Datei ist kein gültiges JSON."
        return Package(), [Fault(PACKAGE_FILE, (error.lineno,), "", "json_invalid", message, remedy)]
    except UnicodeDecodeError:
        message, remedy = "Die Datei ist nicht in UTF-8 gespeichert.", "Die Datei in UTF-8 speichern."
        return Package(), [_fault("", "json_invalid", message, remedy)]
    except OSError:
        return Package(), [unreadable(PACKAGE_FILE, "JSON", "Die Datei in anderen Programmen schließen.")]
    if not isinstance(content, dict):
        message, remedy = "Die Datei enthält kein JSON-Objekt.", "Den Inhalt in { … } einschließen."
        return Package(), [_fault("", "json_invalid", message, remedy)]
    faults: list[Fault] = []
    package = Package(
        name=_name(content, faults),
        title=_required_text(content, "title", faults),
        synthetic=_synthetic(content, faults),
        levels=_levels(content, faults),
        licenses=_named_links(content, "licenses", faults),
        sources=_named_links(content, "sources", faults),
        attribution=_optional_text(content, "attribution", faults),
        schematic_geometry=_schematic(content, faults),
        dialects=_dialects(content, faults),
        absent=_absent(folder, content, faults),
    )
    return package, faults


def _missing(column: str) -> Fault:
    return _fault(column, "field_missing", f"Die Angabe »{column}« fehlt.", f"»{column}« eintragen.")


def _wrong_form(column: str, form: str) -> Fault:
    return _fault(column, "field_form", f"Die Angabe »{column}« muss {form} sein.", "Die Angabe berichtigen.")


def _required_text(content: dict[str, object], key: str, faults: list[Fault]) -> str:
    value = content.get(key)
    if value is None:
        faults.append(_missing(key))
    elif not isinstance(value, str) or not value.strip():
        faults.append(_wrong_form(key, "ein nicht leerer Text"))
    else:
        return value.strip()
    return ""


def _name(content: dict[str, object], faults: list[Fault]) -> str:
    name = _required_text(content, "name", faults)
    if name and not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", name):
        faults.append(_wrong_form("name", "ein kurzer Name aus a–z, 0–9, Punkt, Binde- und Unterstrich"))
    return name


def _optional_text(content: dict[str, object], key: str, faults: list[Fault]) -> str:
    value = content.get(key, "")
    if isinstance(value, str):
        return value.strip()
    faults.append(_wrong_form(key, "ein Text"))
    return ""


def _synthetic(content: dict[str, object], faults: list[Fault]) -> bool:
    value = content.get("synthetic")
    if value is None:
        faults.append(_missing("synthetic"))
    elif not isinstance(value, bool):
        faults.append(_wrong_form("synthetic", "true (erfundene Zahlen) oder false (echte Zahlen)"))
    return value is True


def _schematic(content: dict[str, object], faults: list[Fault]) -> bool:
    value = content.get("geometry", "")
    if value not in ("", "schematic"):
        faults.append(_wrong_form("geometry", "»schematic« (oder ganz fehlen)"))
    return value == "schematic"


def _levels(content: dict[str, object], faults: list[Fault]) -> tuple[Level, ...]:
    value = content.get("levels")
    if value is None:
        faults.append(_missing("levels"))
        return ()
    entries = value if isinstance(value, list) else []
    pairs = [(entry.get("level"), entry.get("label")) for entry in entries if isinstance(entry, dict)]
    levels = tuple(
        Level(level.strip(), label.strip())
        for level, label in pairs
        if isinstance(level, str) and isinstance(label, str) and level.strip() and label.strip()
    )
    if not levels or len(levels) < len(entries):
        form = 'eine Liste von { "level": …, "label": … } von grob nach fein'
        faults.append(_wrong_form("levels", form))
        return ()
    if len({level.level for level in levels}) < len(levels):
        message, remedy = "Eine Ebene ist doppelt genannt.", "Jede Ebene einmal nennen, von grob nach fein."
        faults.append(_fault("levels", "level_duplicate", message, remedy))
        return ()
    return levels


def _named_links(content: dict[str, object], key: str, faults: list[Fault]) -> tuple[Source, ...]:
    value = content.get(key, [])
    entries = value if isinstance(value, list) else [None]
    links = []
    for entry in entries:
        title = (entry.get("title") or entry.get("name")) if isinstance(entry, dict) else None
        path = entry.get("path", "") if isinstance(entry, dict) else ""
        if isinstance(title, str) and title.strip() and isinstance(path, str):
            links.append(Source(title.strip(), path.strip()))
    if len(links) < len(entries):
        faults.append(_wrong_form(key, "eine Liste von Einträgen mit »title« (und »path« als Text)"))
    return tuple(links)


def _absent(folder: Path, content: dict[str, object], faults: list[Fault]) -> tuple[str, ...]:
    """Return declared files that are not there; for a table that must be there, this is a fault."""
    value = content.get("resources", [])
    absent = []
    for entry in value if isinstance(value, list) else []:
        path = _file_of(entry) if isinstance(entry, dict) else ""
        if not path or (folder / path).is_file():
            continue
        form = FORMS.get(str(entry.get("name"))) or FORMS.get(Path(path).stem)
        if form is not None and not form.optional:
            message = "Eine unter »resources« genannte Datei gibt es nicht."
            remedy = "Die Datei dazulegen oder den Eintrag streichen."
            faults.append(Fault(path, (), "", "resource_missing", message, remedy))
        else:
            absent.append(path)
    return tuple(absent)


def _dialects(content: dict[str, object], faults: list[Fault]) -> dict[str, Dialect]:
    value = content.get("resources", [])
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        faults.append(_wrong_form("resources", "eine Liste von Einträgen mit »name« und »path«"))
        return {}
    dialects = {}
    for entry in value:
        path = _file_of(entry)
        if not path:
            continue
        dialect = _dialect(_stated(entry), entry.get("encoding", ""))
        if dialect is None:
            form = (
                "ein Objekt aus Texten sein: delimiter (; , | oder Tabulator), quoteChar, groupChar "
                "(je ein Zeichen), decimalChar (, oder .); »encoding« ein Text"
            )
            message = f"Der Eintrag »dialect« oder »encoding« einer Datei muss {form}."
            faults.append(
                _fault("resources", "dialect_form", message, "Die Angabe berichtigen oder streichen.")
            )
        else:
            dialects[path] = dialect
    return dialects


def _file_of(entry: Mapping[str, object]) -> str:
    """Return the file in the folder that a resource names, ``""`` where it is elsewhere."""
    path = entry.get("path")
    name = path.removeprefix("./") if isinstance(path, str) else ""
    return "" if "/" in name or "\\" in name else name


def _stated(entry: Mapping[str, object]) -> object:
    """Return the dialect of a resource: its own, that below »csv«, and the signs that its fields state."""
    dialect = entry.get("dialect", {})
    schema = entry.get("schema")
    fields = schema.get("fields") if isinstance(schema, dict) else None
    fields = fields if isinstance(fields, list) else []
    if not isinstance(dialect, dict):
        return dialect
    nested = dialect.get("csv")
    stated = {**dialect, **(nested if isinstance(nested, dict) else {})}
    for sign in ("decimalChar", "groupChar"):
        found = [field[sign] for field in fields if isinstance(field, dict) and field.get(sign)]
        if found and all(one == found[0] for one in found):
            stated.setdefault(sign, found[0])
    return stated


def _dialect(stated: object, encoding: object) -> Dialect | None:
    """Return the dialect that a resource states, or None if the statement has the wrong form."""
    if not isinstance(stated, dict) or not isinstance(encoding, str):
        return None
    texts = {name: stated[key] for key, name in _DIALECT_TEXTS.items() if stated.get(key) is not None}
    if not all(isinstance(text, str) and len(text) == 1 for text in texts.values()):
        return None
    dialect = Dialect(encoding=encoding, **texts)
    allowed = dialect.delimiter in ("", *DELIMITERS) and dialect.decimal in ("", ",", ".")
    distinct = not dialect.group or dialect.group != dialect.decimal
    return dialect if allowed and distinct else None

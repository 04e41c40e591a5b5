"""The YAML file of a notebook in ``parameters/``: its title, for which areas it runs, and fixed values."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Literal

import yaml

from sozialanalyse.batch.notebook import AREA_PARAMETER, Value
from sozialanalyse.dataset.planning_forms import PLANNING_FORMS
from sozialanalyse.errors import ParameterError
from sozialanalyse.project import embedded_folder

__all__ = ["Recipe", "Variant", "notebooks_folder", "parameters_digest", "read_recipe", "read_recipes"]

RULES_FOLDER: Final = "rules"
_KEYS: Final = (
    "title",
    "description",
    "for_each",
    "parameters",
    "variants",
    "tables",
    "position",
    "inside_from",
)
_VARIANT_KEYS: Final = ("name", "title", "description", "parameters")
_LAST: Final = 1000
"""Position of a recipe that names none."""
_VARIANT_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Variant:
    """One of several sets of values with which a notebook runs for the same areas.

    Attributes
    ----------
    name : str
        Added to the file name: lower-case letters, digits and hyphens.
    title, description : str
        German link text and one sentence, for the index page.
    parameters : mapping from name to value
        In addition to those of the recipe.
    tables : tuple of str or None
        As in `Recipe`, for this variant alone; None: as for the others.
    """

    name: str
    title: str
    description: str
    parameters: Mapping[str, Value]
    tables: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """For which areas a notebook runs, and with which values.

    Attributes
    ----------
    notebook : str
        Name of the notebook, without suffix: that of the YAML file.
    title, description : str
        German heading and one sentence, for the index page.
    chosen_by : {"all", "level", "area"}
        Whether `names` holds levels, areas, or nothing because all areas are meant.
    names : tuple of str
        Levels (``"coarsest"``, ``"above_finest"`` and ``"finest"`` stand for those of any dataset) or area
        keys.
    parameters : mapping from name to value
        Fixed values for every area.
    variants : tuple of Variant
        If there are any, the notebook runs once with each of them for every area.
    position : int
        Place on the index page, counted from the smallest number.
    tables : tuple of str
        Planning tables of which the dataset must have at least one; without any the notebook always runs.
    inside_from : int
        The notebook runs as well for each other area that holds at least this many areas of the finest level,
        and for one that holds fewer only on request; 0: for no other area.
    """

    notebook: str
    title: str
    description: str
    chosen_by: Literal["all", "level", "area"]
    names: tuple[str, ...]
    parameters: Mapping[str, Value]
    variants: tuple[Variant, ...] = ()
    position: int = _LAST
    tables: tuple[str, ...] = ()
    inside_from: int = 0


class _Loader(yaml.SafeLoader):
    """Safe YAML that leaves dates as the text they were, and refuses a key that stands twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Build a mapping, after a look for doubled keys."""
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    problem="doppelter Schlüssel", problem_mark=key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def notebooks_folder(parameters: Path) -> Path:
    """Return where the notebooks of a parameters folder lie: beside it, or else in the package."""
    beside = parameters.resolve().parent / "notebooks"
    return beside if beside.is_dir() else embedded_folder("notebooks")


def read_recipes(folder: Path) -> tuple[tuple[Recipe, ...], list[str]]:
    """Read every recipe of a parameters folder; rules in its subfolder are not recipes.

    Parameters
    ----------
    folder : Path
        The parameters folder.

    Returns
    -------
    recipes : tuple of Recipe
        Those without a fault, in the order of their positions, then of the file names.
    faults : list of str
        German sentences on all others, or that the folder holds no recipe.
    """
    recipes: list[Recipe] = []
    faults: list[str] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            recipes.append(read_recipe(path))
        except ParameterError as error:
            faults.append(str(error))
    if not recipes and not faults:
        faults.append(
            f"Im Ordner »{folder.name}« liegt keine YAML-Datei, die ein Notebook nennt. "
            "Bitte den Pfad prüfen: Zu notebooks/beispiel.ipynb gehört parameters/beispiel.yaml."
        )
    return tuple(sorted(recipes, key=lambda recipe: recipe.position)), faults


def read_recipe(path: Path) -> Recipe:
    """Read one recipe.

    Parameters
    ----------
    path : Path
        A YAML file, named like its notebook.

    Returns
    -------
    Recipe
        Checked for form; whether levels, areas and parameters exist is for the plan to say.

    Raises
    ------
    ParameterError
        With every fault of the file.
    """
    try:
        # _Loader is a SafeLoader: it builds plain values only.
        document = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f", Zeile {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None)
        detail = " Ein Schlüssel steht doppelt." if problem == "doppelter Schlüssel" else ""
        raise ParameterError(
            f"»{path.name}«{place}: Die Datei ist kein gültiges YAML in UTF-8.{detail} Bitte Einrückung, "
            "Doppelpunkte und Anführungszeichen prüfen."
        ) from None
    if not isinstance(document, dict):
        raise ParameterError(f"»{path.name}«: Erwartet werden die Angaben {', '.join(_KEYS)}.")
    faults = [
        f"Die Angabe »{key}« ist unbekannt. Erlaubt: {', '.join(_KEYS)}."
        for key in document
        if key not in _KEYS
    ]
    faults += [
        f"»{key}« fehlt oder ist kein Text. Bitte auf Deutsch ergänzen."
        for key in ("title", "description")
        if not isinstance(document.get(key), str) or not document[key].strip()
    ]
    choice = _choice(document.get("for_each"), faults)
    parameters = document.get("parameters", {})
    _check_parameters(parameters, faults)
    variants = _variants(document.get("variants", []), parameters, faults)
    position = document.get("position", _LAST)
    if not isinstance(position, int) or isinstance(position, bool):
        faults.append("»position« ist eine ganze Zahl: der Platz auf der Übersicht.")
    tables = _tables(document.get("tables", []), faults)
    inside_from = document.get("inside_from", 0)
    if not isinstance(inside_from, int) or isinstance(inside_from, bool) or inside_from < 0:
        faults.append("»inside_from« ist eine ganze Zahl ab 0: so viele kleinste Gebiete liegen darin.")
    if faults:
        raise ParameterError("\n".join(f"»{path.name}«: {fault}" for fault in faults))
    return Recipe(
        path.stem,
        document["title"].strip(),
        document["description"].strip(),
        *choice,
        parameters=parameters,
        variants=variants,
        position=position,
        tables=tables,
        inside_from=inside_from,
    )


def _choice(given: object, faults: list[str]) -> tuple[Literal["all", "level", "area"], tuple[str, ...]]:
    rule = "»for_each« nennt entweder »level« (all, eine Ebene oder eine Liste) oder »areas« (eine Liste)."
    nothing: tuple[Literal["all"], tuple[str, ...]] = ("all", ())
    if not isinstance(given, dict) or len(given) != 1 or next(iter(given)) not in ("level", "areas"):
        faults.append(f"{rule} Beispiel: for_each: {{level: all}}.")
        return nothing
    key, names = next(iter(given.items()))
    if key == "level" and isinstance(names, str):
        return nothing if names == "all" else ("level", (names,))
    if not isinstance(names, list) or not names:
        faults.append(f"{rule} Die Liste fehlt oder ist leer.")
        return nothing
    if not all(isinstance(name, str) and name for name in names):
        faults.append(
            f"In »for_each« sind Ebenen und Gebietsschlüssel Texte; bitte Zahlen in Anführungszeichen "
            f'setzen, etwa {key}: ["0101"], sonst gehen führende Nullen verloren.'
        )
        return nothing
    if len(set(names)) < len(names):
        faults.append("In »for_each« steht ein Eintrag doppelt.")
    return ("level" if key == "level" else "area"), tuple(names)


def _check_parameters(given: object, faults: list[str]) -> None:
    if not isinstance(given, dict):
        faults.append("»parameters« ist eine Zuordnung von Namen zu Werten, etwa year: latest.")
        return
    for name, value in given.items():
        if not isinstance(name, str):
            faults.append("In »parameters« sind Namen Texte.")
        elif name == AREA_PARAMETER:
            faults.append(f"»{AREA_PARAMETER}« setzt der Lauf selbst; bitte aus »parameters« entfernen.")
        elif not _is_value(value):
            faults.append(
                f"Der Parameter »{name}« ist weder Text, Zahl, true/false, null noch eine Liste davon."
            )


def _variants(given: object, shared: object, faults: list[str]) -> tuple[Variant, ...]:
    if not isinstance(given, list):
        faults.append(f"»variants« ist eine Liste; jeder Eintrag hat {', '.join(_VARIANT_KEYS)}.")
        return ()
    found: list[Variant] = []
    for entry in given:
        if not isinstance(entry, dict) or set(entry) - {"tables"} != set(_VARIANT_KEYS):
            faults.append(
                f"Jeder Eintrag von »variants« braucht genau: {', '.join(_VARIANT_KEYS)}; er darf auch "
                "»tables« nennen."
            )
            continue
        name, title, description, parameters = (entry[key] for key in _VARIANT_KEYS)
        if not isinstance(name, str) or not _VARIANT_NAME.fullmatch(name):
            faults.append(
                "In »variants« besteht »name« aus kleinen Buchstaben ohne Umlaute, Ziffern und "
                "Bindestrichen, etwa armut-bildung; er wird Teil des Dateinamens."
            )
            continue
        unsaid = [
            key
            for key, text in (("title", title), ("description", description))
            if not isinstance(text, str) or not text.strip()
        ]
        if unsaid:
            faults += [
                f"In »variants« fehlt »{key}« bei »{name}«. Bitte auf Deutsch ergänzen." for key in unsaid
            ]
            continue
        before = len(faults)
        tables = _tables(entry["tables"], faults) if "tables" in entry else None
        _check_parameters(parameters, faults)
        if len(faults) > before:
            continue
        doubled = sorted(set(parameters) & set(shared if isinstance(shared, dict) else ()))
        if doubled:
            faults.append(
                f"Bei »{name}« und in »parameters« steht dasselbe: {', '.join(doubled)}. "
                "Bitte nur an einer Stelle nennen."
            )
        found.append(Variant(name, title.strip(), description.strip(), parameters, tables))
    if len({variant.name for variant in found}) < len(found):
        faults.append("In »variants« steht ein Name doppelt.")
    return tuple(found)


def _tables(given: object, faults: list[str]) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(name in PLANNING_FORMS for name in given):
        faults.append(f"»tables« ist eine Liste aus: {', '.join(PLANNING_FORMS)}.")
        return ()
    return tuple(given)


def _is_value(value: object) -> bool:
    if isinstance(value, list):
        return all(_is_value(item) for item in value)
    return value is None or isinstance(value, str | int | float | bool)


def parameters_digest(folder: Path, notebook: str) -> str:
    """Return the SHA-256 over everything in a parameters folder that can change a notebook's pages.

    Parameters
    ----------
    folder : Path
        The parameters folder.
    notebook : str
        Name of the notebook.

    Returns
    -------
    str
        Hexadecimal, over the recipe of the notebook and all shared rules, with their names.
    """
    digest = sha256()
    for path in [folder / f"{notebook}.yaml", *sorted((folder / RULES_FOLDER).rglob("*.yaml"))]:
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()

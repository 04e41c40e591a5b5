"""The plan of a batch: one run per notebook and area, each with its own safe file name."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from typing import Final

from sozialanalyse.batch.notebook import AREA_PARAMETER, Notebook, parameter_faults, read_notebook
from sozialanalyse.batch.recipe import Recipe, Variant
from sozialanalyse.batch.rules import year_faults
from sozialanalyse.batch.runs import Run
from sozialanalyse.dataset.schema import Dataset
from sozialanalyse.errors import ParameterError

__all__ = ["Plan", "area_file_names", "finest_inside", "make_plan", "select_runs"]

_TRANSLITERATION: Final = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}
)
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_LONGEST_NAME: Final = 80
_ONLY: Final = Variant("", "", "", {})
"""Of a recipe without variants."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All runs that the parameters ask for and the dataset can serve.

    Attributes
    ----------
    recipes : tuple of Recipe
        In the order of the index page.
    notebooks : mapping from name to Notebook
        The notebooks of these recipes.
    runs : tuple of Run
        By notebook, then by area in the order of the dataset, then by variant.
    skipped : mapping from notebook to str
        Notebooks that the dataset cannot serve, each with the reason as a German sentence. Of one that
        runs without a variant, the title of that variant stands behind in brackets.
    """

    recipes: tuple[Recipe, ...]
    notebooks: Mapping[str, Notebook]
    runs: tuple[Run, ...]
    skipped: Mapping[str, str]


def make_plan(
    dataset: Dataset, recipes: Sequence[Recipe], notebooks_folder: Path, found: Sequence[str] = ()
) -> Plan:
    """Turn recipes into runs, after checking notebooks, parameters, levels and areas.

    Parameters
    ----------
    dataset : Dataset
        Gives levels and areas.
    recipes : sequence of Recipe
        What is to run.
    notebooks_folder : Path
        Where the notebooks of the recipes lie.
    found : sequence of str
        Faults that were found before, in other recipes or in rules.

    Returns
    -------
    Plan
        A notebook whose levels or areas the dataset does not have is not a fault: it is skipped.

    Raises
    ------
    ParameterError
        With those, and the faults of all notebooks: missing file, parameters cell, unknown parameter, wrong
        type, a year without values.
    """
    names = area_file_names(dataset.areas.index.tolist())
    notebooks: dict[str, Notebook] = {}
    runs: list[Run] = []
    skipped: dict[str, str] = {}
    faults = list(found)
    for recipe in recipes:
        path = notebooks_folder.resolve() / f"{recipe.notebook}.ipynb"
        if not path.is_file():
            faults.append(
                f"Zu »{recipe.notebook}.yaml« gibt es kein Notebook »{recipe.notebook}.ipynb« im Ordner "
                f"»{notebooks_folder.name}«. Bitte eine der beiden Dateien umbenennen oder entfernen."
            )
            continue
        try:
            notebook = read_notebook(path)
        except ParameterError as error:
            faults.append(str(error))
            continue
        variants = recipe.variants or (_ONLY,)
        own: list[str] = []
        for variant in variants:
            given = {AREA_PARAMETER: "", **recipe.parameters, **variant.parameters}
            own += parameter_faults(notebook, given) or year_faults(notebook, given, dataset)
        # A fault of the shared parameters is one fault, whatever the number of variants.
        faults += dict.fromkeys(own)
        notebooks[recipe.notebook] = notebook
        missing = _missing(dataset, recipe)
        unserved = {
            variant.name: reason
            for variant in variants
            if (
                reason := _missing_tables(
                    dataset, recipe.tables if variant.tables is None else variant.tables
                )
            )
        }
        if missing or len(unserved) == len(variants):
            skipped[recipe.notebook] = missing or next(iter(unserved.values()))
            continue
        skipped |= {
            f"{recipe.notebook} ({variant.title})": unserved[variant.name]
            for variant in variants
            if variant.name in unserved
        }
        areas = _areas_of(dataset, recipe)
        on_request: set[str] = set()
        if recipe.inside_from:
            finest = finest_inside(dataset)
            on_request = {
                key for key, count in finest.items() if key not in areas and count < recipe.inside_from
            }
            areas = [str(key) for key in dataset.areas.index if key in areas or key in finest]
        added = [
            Run(
                recipe.notebook,
                path,
                area_id,
                str(dataset.areas.at[area_id, "name"]),
                str(dataset.areas.at[area_id, "level"]),
                {AREA_PARAMETER: area_id, **recipe.parameters, **variant.parameters},
                f"{recipe.notebook}/{'-'.join(filter(None, (names[area_id], variant.name)))}",
                variant.name,
                area_id in on_request,
            )
            for area_id in areas
            for variant in variants
            if variant.name not in unserved
        ]
        if len({run.stem.casefold() for run in added}) < len(added):
            faults.append(
                f"»{recipe.notebook}.yaml«: Zwei Seiten bekämen denselben Dateinamen. "
                "Bitte einen Namen unter »variants« ändern."
            )
        runs += added
    if faults:
        raise ParameterError("\n".join(faults))
    return Plan(tuple(recipes), notebooks, tuple(runs), skipped)


def _missing(dataset: Dataset, recipe: Recipe) -> str:
    if recipe.chosen_by == "all":
        return ""
    if recipe.chosen_by == "level":
        present, singular, plural = {*_levels(dataset)}, "die Ebene", "die Ebenen"
    else:
        present, singular, plural = set(dataset.areas.index), "das Gebiet", "die Gebiete"
    absent = [name for name in recipe.names if name not in present]
    if not absent:
        return ""
    listed = ", ".join(f"»{name}«" for name in absent)
    return f"Der Datensatz hat {singular if len(absent) == 1 else plural} {listed} nicht."


def _missing_tables(dataset: Dataset, tables: Sequence[str]) -> str:
    """Return why a page on these planning tables cannot be made; ``""`` if one of them is there."""
    if not tables or set(tables) & {name for name, _ in dataset.planning.present()}:
        return ""
    if len(tables) == 1:
        return f"Der Datensatz hat die Tabelle {tables[0]} nicht."
    return f"Der Datensatz hat keine der Tabellen {', '.join(tables)}."


def _levels(dataset: Dataset) -> dict[str, str]:
    """Return the levels by name, and by the words that stand for certain ones of any dataset.

    The one above the finest is that of the Sozialräume, for which dialogues are held; without one between the
    whole and its parts it is the whole.
    """
    levels = [level.level for level in dataset.levels]
    words = {"coarsest": levels[0], "above_finest": levels[max(len(levels) - 2, 0)], "finest": levels[-1]}
    return words | {level: level for level in levels}


def _areas_of(dataset: Dataset, recipe: Recipe) -> list[str]:
    areas = dataset.areas
    if recipe.chosen_by == "level":
        levels = _levels(dataset)
        areas = areas[areas["level"].isin([levels[name] for name in recipe.names])]
    elif recipe.chosen_by == "area":
        areas = areas[areas.index.isin(recipe.names)]
    return [str(area_id) for area_id in areas.index]


def finest_inside(dataset: Dataset) -> dict[str, int]:
    """Return how many areas of the finest level lie inside each area of the other levels."""
    parents = dataset.areas["parent_id"]
    counts: dict[str, int] = {}
    above = parents[dataset.areas["level"] == dataset.finest_level]
    while len(above := above[above != ""]):
        for key, count in above.value_counts().items():
            counts[str(key)] = counts.get(str(key), 0) + int(count)
        above = above.map(parents)
    return counts


def select_runs(
    plan: Plan,
    dataset: Dataset,
    notebooks: Sequence[str] = (),
    areas: Sequence[str] = (),
    level: str = "",
) -> tuple[Run, ...]:
    """Choose runs of a plan by notebook, area and level; nothing given means all but those on request.

    Parameters
    ----------
    plan : Plan
        All runs.
    dataset : Dataset
        To tell an unknown area or level from one that no notebook runs for.
    notebooks, areas : sequence of str
        Names of notebooks, or their files; keys of areas.
    level : str
        A level, ``"coarsest"``, ``"above_finest"`` or ``"finest"``, or ``""`` for all.

    Returns
    -------
    tuple of Run
        In the order of the plan; never empty.

    Raises
    ------
    ParameterError
        If a notebook, an area or the level is unknown, if a named notebook is skipped, or if nothing is left.
    """
    notebooks = [_notebook_name(given, plan) for given in notebooks]
    faults = _unknown("Das Notebook", notebooks, [recipe.notebook for recipe in plan.recipes])
    faults += [
        f"»{name}« kann nicht laufen: {plan.skipped[name]}" for name in notebooks if name in plan.skipped
    ]
    faults += _unknown(
        "Das Gebiet", areas, dataset.areas.index, "Schlüssel und Namen zeigt »sozialanalyse list«."
    )
    levels = _levels(dataset)
    faults += _unknown("Die Ebene", [level] if level else [], levels)
    if faults:
        raise ParameterError("\n".join(faults))
    chosen = tuple(
        run
        for run in plan.runs
        if (not notebooks or run.notebook in notebooks)
        and (not areas or run.area_id in areas)
        and (not level or run.level == levels[level])
        and (not run.on_request or (bool(notebooks) and bool(areas)))
    )
    if not chosen:
        raise ParameterError(
            "Für diese Auswahl ist nichts zu erstellen. Bitte »for_each« in den YAML-Dateien des Ordners "
            "»parameters« mit der Auswahl vergleichen; »sozialanalyse list« zeigt, was es gibt."
        )
    return chosen


def _notebook_name(given: str, plan: Plan) -> str:
    """Accept the file instead of the name, or the path that it has in a project; another stays unknown."""
    path = Path(given)
    if path.suffix != ".ipynb" or path.stem not in plan.notebooks:
        return given
    planned = plan.notebooks[path.stem].path
    same = path.resolve() == planned if path.exists() else path.parts[-2:] == planned.parts[-2:]
    return path.stem if same else given


def _unknown(what: str, given: Sequence[str], known: Iterable[str], hint: str = "") -> list[str]:
    known = list(known)
    hint = hint or f"Vorhanden: {', '.join(known)}."
    return [
        f"{what} »{name}« gibt es nicht{_suggestion(name, known)}. {hint}"
        for name in given
        if name not in known
    ]


def _suggestion(given: str, known: Sequence[str]) -> str:
    """Name what may be meant: the same number with its leading zeros, or a word with a slip."""
    if given.isdecimal():
        meant = [key for key in known if key.lstrip("0") == given.lstrip("0")]
    else:
        meant = get_close_matches(given, known, n=1)
    return f", wohl aber »{meant[0]}«" if len(meant) == 1 else ""


def area_file_names(area_ids: Sequence[str]) -> dict[str, str]:
    """Give every area a file name that is safe on every system, readable, and its own.

    Parameters
    ----------
    area_ids : sequence of str
        Keys of all areas of a dataset.

    Returns
    -------
    dict from area key to file name without suffix
        The key itself where it is safe; otherwise spelled with safe characters and followed by eight digits
        of its SHA-256. So a name depends on the other areas only where keys differ in case alone.

    Raises
    ------
    ParameterError
        If two keys still get one name.

    Examples
    --------
    >>> area_file_names(["05119", "Mitte/Süd"])
    {'05119': '05119', 'Mitte/Süd': 'Mitte-Sued-6ebd7d71'}
    """
    folded = Counter(area_id.casefold() for area_id in area_ids)
    names = {}
    for area_id in area_ids:
        name = _safe(area_id)
        if name != area_id or folded[area_id.casefold()] > 1:
            name = f"{name or 'gebiet'}-{sha256(area_id.encode()).hexdigest()[:8]}"
        names[area_id] = name
    if len({name.casefold() for name in names.values()}) < len(names):
        raise ParameterError(
            "Zwei Gebietsschlüssel ergeben denselben Dateinamen. "
            "Bitte einen der Schlüssel in areas.csv ändern."
        )
    return names


def _safe(text: str) -> str:
    spelled = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", text).translate(_TRANSLITERATION))
    spelled = spelled.encode("ascii", "ignore").decode()
    spelled = re.sub(r"[^A-Za-z0-9._-]+", "-", spelled).strip("-.")[:_LONGEST_NAME]
    return f"gebiet-{spelled}" if _RESERVED.fullmatch(spelled) else spelled

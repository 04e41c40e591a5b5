"""Rules and years that would fail every page alike: found before the first one starts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from sozialanalyse.batch.notebook import Notebook, Value
from sozialanalyse.dataset.schema import Dataset
from sozialanalyse.errors import ParameterError
from sozialanalyse.heat_rules import read_heat_rules
from sozialanalyse.parameters import fail_if_misspelt, read_parameters
from sozialanalyse.planning_rules import read_need_rules, read_planning_rules
from sozialanalyse.study_rules import read_connection_rules, read_sensitivity_rules

__all__ = ["indicator_faults", "rule_faults", "year_faults"]


def _read_shared(parameters: Path) -> None:
    read_parameters(parameters)
    read_planning_rules(parameters)


_READERS: Final[Mapping[str, Callable[[Path], object]]] = {
    "load_analysis": _read_shared,
    "connections_of": read_connection_rules,
    "study_of": read_sensitivity_rules,
    "plan_of": read_need_rules,
    "heat_of": read_heat_rules,
}
"""What reads the rules of a function that notebooks call."""


def rule_faults(parameters: Path, notebooks: Iterable[Path]) -> list[str]:
    """Return what is wrong with the rules that notebooks need.

    Parameters
    ----------
    parameters : Path
        Folder with the rules.
    notebooks : iterable of Path
        Only rules of functions that one of them names are read.

    Returns
    -------
    list of str
        German sentences.
    """
    sources = _sources(notebooks)
    faults = []
    for function, read in _READERS.items():
        try:
            if any(function in source for source in sources):
                read(parameters)
        except ParameterError as error:
            faults.append(str(error))
    return list(dict.fromkeys(faults))


def indicator_faults(parameters: Path, notebooks: Iterable[Path], dataset: Dataset) -> list[str]:
    """Return which indicators of the index are misspelt, if a notebook loads an analysis.

    Parameters
    ----------
    parameters, notebooks
        As for `rule_faults`, which has found nothing.
    dataset : Dataset
        Whose indicators there are.
    """
    if not any("load_analysis" in source for source in _sources(notebooks)):
        return []
    try:
        fail_if_misspelt(read_parameters(parameters).index, dataset.indicators.index)
    except ParameterError as error:
        return [str(error)]
    return []


def _sources(notebooks: Iterable[Path]) -> list[str]:
    return [path.read_text(encoding="utf-8", errors="replace") for path in notebooks if path.is_file()]


def year_faults(notebook: Notebook, given: Mapping[str, Value], dataset: Dataset) -> Sequence[str]:
    """Return what is wrong with the year of comparison that a notebook is to be given, if there is one.

    Parameters
    ----------
    notebook : Notebook
        One that loads no analysis does with its year what it likes.
    given : mapping from name to value
        Its parameters.
    dataset : Dataset
        Whose years there are.

    Returns
    -------
    sequence of str
        German sentences.
    """
    year = given.get("year", "latest")
    source = notebook.path.read_text(encoding="utf-8", errors="replace")
    if not isinstance(year, str) or year == "latest" or "load_analysis" not in source:
        return ()
    there = dataset.observations.dropna(subset=["numerator", "value"], how="all")["year"]
    if year.isdecimal() and (there == int(year)).any():
        return ()
    span = f" Es gibt Werte von {there.min()} bis {there.max()}." if len(there) else ""
    return (
        f"»{notebook.name}.yaml«: Für das Jahr »{year}« enthält der Datensatz keinen Wert.{span} "
        'Bitte »year« ändern, zum Beispiel auf "latest".',
    )

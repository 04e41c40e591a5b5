"""Rules and years that would fail every page alike: found before the first one starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from sozialanalyse.batch.notebook import Value
from sozialanalyse.batch.recipe import RULES_FOLDER
from sozialanalyse.dataset.schema import Dataset
from sozialanalyse.errors import ParameterError
from sozialanalyse.parameters import read_parameters
from sozialanalyse.study_rules import read_connection_rules, read_sensitivity_rules

__all__ = ["rule_faults", "year_faults"]

_READERS: Final[Sequence[Callable[[Path], object]]] = (
    read_parameters,
    read_connection_rules,
    read_sensitivity_rules,
)


def rule_faults(parameters: Path) -> list[str]:
    """Return what is wrong with the rules of a parameters folder.

    Parameters
    ----------
    parameters : Path
        The folder; notebooks that need no rules do without its subfolder.

    Returns
    -------
    list of str
        German sentences.
    """
    if not (parameters / RULES_FOLDER).is_dir():
        return []
    faults = []
    for read in _READERS:
        try:
            read(parameters)
        except ParameterError as error:
            faults.append(str(error))
    return list(dict.fromkeys(faults))


def year_faults(notebook: str, given: Mapping[str, Value], dataset: Dataset) -> Sequence[str]:
    """Return what is wrong with the year of comparison that a notebook is to be given, if there is one.

    Parameters
    ----------
    notebook : str
        Its name.
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
    if not isinstance(year, str) or year == "latest":
        return ()
    there = dataset.observations.dropna(subset=["numerator", "value"], how="all")["year"]
    if year.isdecimal() and (there == int(year)).any():
        return ()
    span = f" Es gibt Werte von {there.min()} bis {there.max()}." if len(there) else ""
    return (
        f"»{notebook}.yaml«: Für das Jahr »{year}« enthält der Datensatz keinen Wert.{span} "
        'Bitte »year« ändern, zum Beispiel auf "latest".',
    )

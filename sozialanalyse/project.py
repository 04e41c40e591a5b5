"""Where the embedded notebooks, parameters and data lie: in a checkout or in the installed package."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, Literal

from sozialanalyse.errors import ParameterError

__all__ = ["DATA_VARIABLE", "PARAMETERS_VARIABLE", "chosen_folder", "embedded_folder"]

DATA_VARIABLE: Final = "SOZIALANALYSE_DATA"
PARAMETERS_VARIABLE: Final = "SOZIALANALYSE_PARAMETERS"
_VARIABLES: Final[dict[str, str]] = {"data": DATA_VARIABLE, "parameters": PARAMETERS_VARIABLE}


def embedded_folder(name: Literal["data", "notebooks", "parameters"]) -> Path:
    """Return the folder of that name that comes with the package.

    Parameters
    ----------
    name : {"data", "notebooks", "parameters"}
        Top-level folder of the project.

    Returns
    -------
    Path
        In a checkout the folder beside the package, otherwise its copy inside the installed package.

    Examples
    --------
    >>> embedded_folder("notebooks").name
    'notebooks'
    """
    package = Path(__file__).resolve().parent
    inside = package / "_project" / name
    return inside if inside.is_dir() else package.parent / name


def chosen_folder(name: Literal["data", "parameters"], given: str = "") -> Path:
    """Return the folder to work on: the given one, else that of the environment, else the embedded one.

    A batch hands its folders on through the environment, so that no path of one machine
    gets into a rendered page.

    Parameters
    ----------
    name : {"data", "parameters"}
        Which folder.
    given : str
        A path, or ``""`` for none.

    Raises
    ------
    ParameterError
        If that folder does not exist, or is a file.
    """
    path = Path(given or os.environ.get(_VARIABLES[name], "") or embedded_folder(name)).expanduser()
    if path.is_file():
        raise ParameterError(
            f"»{path.name}« für »{name}« ist eine Datei. Bitte den Ordner angeben, in dem sie liegt."
        )
    if not path.is_dir():
        raise ParameterError(f"Den Ordner »{path.name}« für »{name}« gibt es nicht. Bitte den Pfad prüfen.")
    return path

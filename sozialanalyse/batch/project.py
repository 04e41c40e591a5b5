"""What a batch works on: dataset, recipes and notebooks, read and checked before anything starts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sozialanalyse.batch.plan import Plan, make_plan
from sozialanalyse.batch.recipe import notebooks_folder, read_recipes
from sozialanalyse.batch.rules import indicator_faults, rule_faults
from sozialanalyse.dataset.read import read_dataset
from sozialanalyse.dataset.schema import Dataset
from sozialanalyse.errors import DatasetError, ParameterError
from sozialanalyse.planning_rules import planning_check
from sozialanalyse.project import chosen_folder

__all__ = ["Project", "open_project"]


@dataclass(frozen=True, slots=True)
class Project:
    """What a batch works on: folders, dataset and plan."""

    data: Path
    parameters: Path
    notebooks: Path
    dataset: Dataset
    plan: Plan


def open_project(data: str = "", parameters: str = "") -> Project:
    """Read dataset and recipes, and make the plan.

    Parameters
    ----------
    data, parameters : str
        Folders; ``""`` for the one in the environment, or else the embedded one. The notebooks lie beside the
        parameters folder, or else are the embedded ones.

    Returns
    -------
    Project
        Checked: nothing has been started.

    Raises
    ------
    ParameterError
        If a folder, a recipe, a rule or a notebook is wrong: with all faults.
    DatasetError
        If the dataset breaks its form.
    """
    data_folder = chosen_folder("data", data)
    parameters_folder = chosen_folder("parameters", parameters)
    notebooks = notebooks_folder(parameters_folder)
    recipes, faults = read_recipes(parameters_folder)
    paths = [notebooks / f"{recipe.notebook}.ipynb" for recipe in recipes]
    faults += rule_faults(parameters_folder, paths)
    try:
        dataset = read_dataset(data_folder, None if faults else planning_check(parameters_folder))
    except DatasetError as error:
        if faults:
            raise ParameterError("\n".join([*faults, str(error)])) from None
        raise
    if not faults:
        faults = indicator_faults(parameters_folder, paths, dataset)
    plan = make_plan(dataset, recipes, notebooks, faults)
    return Project(data_folder, parameters_folder, notebooks, dataset, plan)

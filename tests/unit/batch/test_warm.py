"""What the parent of forks prepares: one analysis for all, and no thread that a fork would lose."""

from __future__ import annotations

import operator
import os
from functools import partial
from pathlib import Path

import pytest

from sozialanalyse.batch.environment import prepare_environment
from sozialanalyse.batch.forks import run_in_forks
from sozialanalyse.batch.limits import can_fork
from sozialanalyse.batch.links import area_tree, navigation_of, provenance_of
from sozialanalyse.batch.page import Job
from sozialanalyse.batch.project import open_project
from sozialanalyse.batch.warm import warm_up

COUNT = (
    """[len(os.listdir(f'/proc/{os.getppid()}/task')), len(sys.modules['sozialanalyse.analysis']._kept)]"""
)


class Measure(Job):
    """A job that, called, tells the threads of the parent and the analyses that it has ready."""

    def __call__(self) -> object:
        return eval(COUNT, {"os": os, "sys": __import__("sys")})


@pytest.mark.skipif(not can_fork(), reason="this system cannot fork safely")
def test_a_real_analysis_is_ready_once_and_the_parent_has_one_thread(tmp_path: Path) -> None:
    project = open_project()
    run = project.plan.runs[0]
    tree = area_tree(project.dataset)
    task = Measure(run, provenance_of(project.dataset), navigation_of(run, tree, {}))
    environment = prepare_environment(tmp_path, project.data, project.parameters)
    execute = partial(run_in_forks, operator.call, [task] * 2, environment=environment)
    assert dict(execute(folder=str(tmp_path), jobs=1, prepare=warm_up)) == {0: [1, 1], 1: [1, 1]}

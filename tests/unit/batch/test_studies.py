"""Studies made in forks side by side are those that a page would have made, and refer to the one analysis."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest

from sozialanalyse.analysis import load_analysis
from sozialanalyse.batch import studies
from sozialanalyse.batch.limits import can_fork
from sozialanalyse.batch.requests import Request
from sozialanalyse.batch.studies import make_studies
from sozialanalyse.disclosure.release import ReleasedTable
from sozialanalyse.excursus import connections_of
from sozialanalyse.index_study import study_of
from sozialanalyse.report.view import Analysis

CHOICE = ("", "", "latest")
DOMAINS = "poverty,environment"


@pytest.fixture
def fresh(checkout: Path) -> Analysis:
    """Return an analysis with which nothing is kept yet."""
    return replace(load_analysis(str(checkout / "data"), str(checkout / "parameters")))


@pytest.mark.skipif(not can_fork(), reason="this system cannot fork safely")
def test_studies_are_kept_with_the_analysis_and_one_that_fails_is_left_to_its_page(
    fresh: Analysis, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studies, "available_cores", lambda: 2)
    # Reading has started threads here; none of them holds what the forks need.
    monkeypatch.setattr(studies, "_is_alone", lambda: True)
    folder = str(checkout / "parameters")
    index = Request(CHOICE, "study_of", (folder,))
    # Every second one is made in the other fork: the connections here, and the refused one with the index.
    requests = [
        index,
        Request(CHOICE, "connections_of", (DOMAINS, folder)),
        Request(CHOICE, "connections_of", ("nichts",)),
    ]
    made = make_studies(requests, fresh)
    assert made.keys() == {str(request) for request in requests[:2]}
    assert made[str(index)] is study_of(fresh, folder)
    found = made[str(requests[1])]
    assert found is connections_of(fresh, DOMAINS, folder)
    here = connections_of(replace(fresh), DOMAINS, folder)
    assert found is not here
    tables = 0
    for part in fields(here):
        mine, other = getattr(here, part.name), getattr(found, part.name)
        if isinstance(mine, ReleasedTable):
            tables += 1
            assert mine.frame.equals(other.frame)
        elif isinstance(mine, Analysis):
            assert other is fresh
    assert tables


def test_studies_of_many_values_are_made_one_after_the_other(
    fresh: Analysis, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studies, "MOST_ROWS", len(fresh.current) - 1)
    monkeypatch.setattr(studies, "available_cores", lambda: 2)
    monkeypatch.setattr(studies, "_is_alone", lambda: True)
    # Nothing could be started with it.
    monkeypatch.setattr(studies, "get_context", lambda method: None)
    folder = str(checkout / "parameters")
    requests = [
        Request(CHOICE, "connections_of", (DOMAINS, folder)),
        Request(CHOICE, "connections_of", ("poverty,education", folder)),
    ]
    assert make_studies(requests, fresh).keys() == {str(request) for request in requests}

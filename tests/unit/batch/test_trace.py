"""What a page looks at is found again in new data; what cannot be followed counts as the whole dataset."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from sozialanalyse.batch import trace
from sozialanalyse.batch.trace import _Rows, prepare_traces, still_true, traced
from sozialanalyse.dataset.planning_tables import PlanningTables
from sozialanalyse.disclosure.release import ReleasedTable, release_population
from sozialanalyse.disclosure.rules import DisclosureRules


@dataclass(frozen=True)
class Ready:
    """Stands for an analysis: a released table, and something else."""

    table: ReleasedTable
    title: str = "Musterstadt"


@dataclass(frozen=True)
class Planned:
    """Stands for an analysis with planning tables."""

    planning: PlanningTables


@pytest.fixture
def rules(checkout: Path) -> DisclosureRules:
    from sozialanalyse.parameters import read_parameters

    return read_parameters(checkout / "parameters").disclosure


@pytest.fixture
def released(rules: DisclosureRules, monkeypatch: pytest.MonkeyPatch) -> Callable[..., ReleasedTable]:
    """Return a maker of tables of two areas and two years; nothing is prepared afterwards."""
    monkeypatch.setattr(trace, "_ready", [])
    # What listens to an interpreter stays for its whole life; here only the listener is of interest.
    monkeypatch.setattr(sys, "addaudithook", lambda hook: None)

    def make(**changed: int) -> ReleasedTable:
        rows = [(area, year, changed.get(f"{area}{year}", 500)) for area in "ab" for year in (2020, 2024)]
        frame = pd.DataFrame(rows, columns=["area_id", "year", "count"]).assign(sex="f", age_group="0-17")
        return release_population(frame, rules, parents=pd.Series({"a": "", "b": ""}))

    return make


def look(table: ReleasedTable, read: Callable[[ReleasedTable], object], folder: Path) -> trace.Trace | None:
    prepare_traces({"ready": Ready(table)}, [str(folder)])
    with traced() as recorder:
        assert recorder is not None
        read(table)
    return recorder.trace()


def read_newest_of_a(table: ReleasedTable) -> object:
    return table.where(area_id="a").where(year=[2024]).frame


def test_only_a_change_in_the_rows_that_were_looked_at_counts(
    released: Callable[..., ReleasedTable], tmp_path: Path
) -> None:
    found = look(released(), read_newest_of_a, tmp_path)
    assert found is not None
    truths = {}
    for changed in ("a2020", "b2024", "a2024"):
        prepare_traces({"ready": Ready(released(**{changed: 501}))}, [])
        truths[changed] = still_true(found)
    assert truths == {"a2020": True, "b2024": True, "a2024": False}


def test_a_change_beside_the_tables_counts_for_every_page(
    released: Callable[..., ReleasedTable], tmp_path: Path
) -> None:
    found = look(released(), lambda _: None, tmp_path)
    assert found is not None
    prepare_traces({"ready": Ready(released(a2024=7000))}, [])
    assert still_true(found)
    prepare_traces({"ready": Ready(released(), title="Neustadt")}, [])
    assert not still_true(found)


def test_a_table_made_by_the_page_stands_for_what_it_was_made_from(
    released: Callable[..., ReleasedTable], tmp_path: Path
) -> None:
    found = look(
        released(), lambda table: len(table.where(area_id="b").derive("sum", lambda f: f.head(1))), tmp_path
    )
    assert found is not None
    assert list(found.reads) == ['["ready.table", [{"area_id": "b"}]]']


def test_what_an_analysis_keeps_tells_of_its_reads_again_to_every_page(
    released: Callable[..., ReleasedTable], tmp_path: Path, checkout: Path
) -> None:
    from sozialanalyse.analysis import load_analysis

    analysis = load_analysis(str(checkout / "data"), str(checkout / "parameters"))
    analysis.keep("probe", lambda: len(analysis.medians.where(year=2020).frame))
    # The parent of forks has it ready; a page that asks for it looks at nothing itself.
    prepare_traces({"analysis": analysis}, [str(tmp_path)])
    with traced() as recorder:
        assert recorder is not None
        analysis.keep("probe", lambda: pytest.fail("was kept"))
    found = recorder.trace()
    assert found is not None
    assert list(found.reads) == ['["analysis.medians", [{"year": 2020}]]']


def test_a_changed_planning_table_counts_for_those_who_looked_at_it_alone(
    released: Callable[..., ReleasedTable], tmp_path: Path
) -> None:
    def ready(status: str) -> dict[str, object]:
        log = pd.DataFrame({"recommendation_id": ["HE-1"], "status": [status]})
        return {"ready": Planned(PlanningTables(recommendation_log=log))}

    found = []
    for read in (lambda tables: tables.recommendation_log, lambda tables: tables.goals, lambda tables: None):
        prepared = ready("offen")
        prepare_traces(prepared, [str(tmp_path)])
        with traced() as recorder:
            assert recorder is not None
            read(prepared["ready"].planning)  # type: ignore[attr-defined]
        found.append(recorder.trace())
    assert [list(trace.reads) for trace in found if trace is not None] == [
        ['["ready.planning.recommendation_log", []]'],
        ['["ready.planning.goals", []]'],
        [],
    ]
    prepare_traces(ready("offen"), [])
    assert [still_true(trace) for trace in found if trace is not None] == [True, True, True]
    prepare_traces(ready("umgesetzt"), [])
    assert [still_true(trace) for trace in found if trace is not None] == [False, True, True]


def test_planning_tables_that_were_made_elsewhere_make_a_page_depend_on_everything(
    released: Callable[..., ReleasedTable], tmp_path: Path
) -> None:
    assert look(released(), lambda _: PlanningTables().goals, tmp_path) is None


def test_rows_in_another_order_or_of_another_table_are_others(
    released: Callable[..., ReleasedTable], tmp_path: Path
) -> None:
    table = released()
    rows = _Rows.of(table)
    assert rows is not None
    labels = table.frame.index
    digests = [
        rows.digest(labels),
        rows.digest(labels[::-1]),
        rows.digest(labels[:2]),
        rows.digest(labels[:0]),
    ]
    assert len(set(digests)) == 4
    other = _Rows.of(table.derive("renamed", lambda frame: frame.rename(columns={"count": "number"})))
    assert other is not None
    assert other.digest(labels) != digests[0]
    twice = table.derive("twice", lambda frame: pd.concat([frame, frame]))
    assert _Rows.of(twice) is None


def test_a_table_that_was_made_elsewhere_makes_a_page_depend_on_everything(
    released: Callable[..., ReleasedTable], tmp_path: Path
) -> None:
    assert look(released(), lambda _: released().frame, tmp_path) is None


def test_without_preparation_nothing_is_traced(released: Callable[..., ReleasedTable]) -> None:
    with traced() as recorder:
        assert recorder is None


@pytest.mark.parametrize(
    ("act", "whole"),
    [
        ("open('{data}/a.csv')", True),
        ("__import__('pathlib').Path('{data}/../data/a.csv').read_bytes()", True),
        ("__import__('subprocess').run(['true'])", True),
        ("open('{data}/../b.csv')", False),
    ],
)
def test_opening_a_file_of_the_dataset_or_starting_a_process_counts_as_everything(
    act: str, whole: bool, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for path in (data / "a.csv", tmp_path / "b.csv"):
        path.touch()
    code = (
        "from sozialanalyse.batch.trace import prepare_traces, traced\n"
        f"prepare_traces({{}}, [{str(data)!r}])\n"
        f"with traced() as recorder:\n    {act.replace('{data}', str(data))}\n"
        "print(recorder.trace() is None)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{whole}\n"

"""A batch with an engine and an executor of this process: what lies in the folder afterwards."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup

from sozialanalyse.batch.cache import CACHE, whole_digest
from sozialanalyse.batch.executors import Lost
from sozialanalyse.batch.journal import JOURNAL
from sozialanalyse.batch.lock import locked
from sozialanalyse.batch.page import Failure, Page
from sozialanalyse.batch.plan import select_runs
from sozialanalyse.batch.project import open_project
from sozialanalyse.batch.run import run_batch
from sozialanalyse.batch.runs import NotebookError, Run
from sozialanalyse.batch.summary import Summary, summary_lines
from sozialanalyse.batch.unchanged import unchanged_summary
from sozialanalyse.errors import RunError


def in_this_process(
    work: Callable, tasks: Sequence, *, environment: Mapping[str, str], folder: str
) -> Iterator[tuple[int, object]]:
    """Work through tasks one after the other; a task of area ``lost`` has no result."""
    yield from ((number, work(task)) for number, task in enumerate(tasks))


def losing_all(work: Callable, tasks: Sequence, **settings: object) -> Iterator[tuple[int, object]]:
    yield from ((number, Lost("died", "SIGSEGV")) for number in range(len(tasks)))


def interrupted_after_two(
    work: Callable, tasks: Sequence, **settings: object
) -> Iterator[tuple[int, object]]:
    yield from ((number, work(task)) for number, task in enumerate(tasks[:2]))
    raise KeyboardInterrupt


@dataclass
class Engine:
    """Gives a page with the area's name; raises for the areas in `broken`."""

    broken: set[str] = field(default_factory=set)
    text: str = ""

    def __call__(self, run: Run) -> nbformat.NotebookNode:
        if run.area_id in self.broken:
            raise NotebookError("KeyError in Codezelle 2, Zeile 1.")
        html = nbformat.v4.new_output("display_data", {"text/html": f"<h1>{run.area_name}</h1>{self.text}"})
        return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("zeige()", outputs=[html])])


@dataclass
class Notes:
    """Keeps what a batch tells."""

    total: int = 0
    seen: list[tuple[str, bool]] = field(default_factory=list)

    def started(self, total: int) -> None:
        self.total = total

    def finished(self, run: Run, result: Page | Failure) -> None:
        self.seen.append((run.area_id, isinstance(result, Page)))


@pytest.fixture
def folder(tmp_path: Path, make_project) -> Path:
    return make_project(tmp_path / "p")


def batch(
    folder: Path,
    *areas: str,
    engine: Engine | None = None,
    executor: Callable = in_this_process,
    force: bool = True,
) -> Summary:
    project = open_project(str(folder / "data"), str(folder / "parameters"))
    runs = select_runs(project.plan, project.dataset, areas=areas)
    return run_batch(
        project,
        runs,
        folder / "out",
        executor=executor,
        listener=Notes(),
        engine=engine or Engine(),
        force=force,
    )


def files(folder: Path) -> dict[str, bytes]:
    out = folder / "out"
    return {
        file.relative_to(out).as_posix(): file.read_bytes()
        for file in out.rglob("*")
        if file.is_file() and file.name != CACHE
    }


def page(folder: Path, name: str) -> str:
    return files(folder)[f"bild/{name}.html"].decode()


def test_a_full_batch_writes_pages_notebooks_index_record_and_log(folder: Path) -> None:
    summary = batch(folder)
    expected = {f"bild/{key}{suffix}" for key in ("stadt", *"abcd") for suffix in (".html", ".ipynb")}
    assert set(files(folder)) == expected | {
        "index.html",
        "manifest.json",
        "protokoll.txt",
        "ro-crate-metadata.json",
    }
    count, protection = summary_lines(summary)
    assert count == "Zusammenfassung: 5 Seiten erstellt, 0 fehlgeschlagen."
    assert protection.endswith("Keine Tabelle verbirgt eine Angabe eines einzelnen Gebiets.")


def test_pages_link_to_index_parents_and_children(folder: Path) -> None:
    batch(folder)
    assert 'href="../index.html"' in page(folder, "a")
    assert 'href="stadt.html"' in page(folder, "a")
    assert all(f'href="{key}.html"' in page(folder, "stadt") for key in "abcd")
    assert all(f'href="bild/{key}.html"' in files(folder)["index.html"].decode() for key in "abcd")


def test_a_broken_area_is_noted_and_nobody_links_to_it(folder: Path) -> None:
    batch(folder)
    summary = batch(folder, engine=Engine(broken={"b"}))
    assert summary.failed == 1
    assert not {name for name in files(folder) if name.startswith("bild/b.")}
    assert 'href="b.html"' not in page(folder, "stadt")
    index = files(folder)["index.html"].decode()
    assert "konnte nicht erstellt werden" in index
    assert 'href="bild/b.html"' not in index
    assert "    KeyError in Codezelle 2, Zeile 1." in summary_lines(summary)


def test_a_repaired_area_brings_everything_to_the_state_of_a_full_batch(folder: Path) -> None:
    batch(folder)
    whole = files(folder)
    batch(folder, engine=Engine(broken={"b", "stadt"}))
    assert files(folder) != whole
    batch(folder, "b", "stadt")
    again = files(folder)
    assert {name for name in whole if whole[name] != again[name]} == {"protokoll.txt"}


def test_a_selection_leaves_other_pages_and_marks_those_from_other_inputs(folder: Path) -> None:
    batch(folder)
    assert "älterer Stand" not in files(folder)["index.html"].decode()
    rule = folder / "parameters" / "rules" / "index.yaml"
    rule.parent.mkdir()
    rule.write_text("a: 1\n")
    batch(folder, "a")
    assert files(folder)["index.html"].decode().count("(älterer Stand)") == 4
    assert len(json.loads(files(folder)["manifest.json"])["runs"]) == 5


def test_pages_that_are_no_longer_planned_go_but_foreign_files_stay(folder: Path) -> None:
    batch(folder)
    (folder / "out" / "bild" / "eigenes.html").write_text("von Hand")
    recipe = folder / "parameters" / "bild.yaml"
    recipe.write_text(recipe.read_text().replace("level: all", "areas: [stadt, a]"))
    batch(folder)
    assert {name for name in files(folder) if name.endswith(".html")} == {
        "bild/stadt.html",
        "bild/a.html",
        "bild/eigenes.html",
        "index.html",
    }


VARIANTS = (
    "variants: [{name: neu, title: Neues, description: Was neu ist., parameters: {}}, "
    "{name: alt, title: Altes, description: Was alt ist., parameters: {}}]"
)


def test_variants_with_one_page_each_share_a_heading_and_say_what_they_answer(folder: Path) -> None:
    recipe = folder / "parameters" / "bild.yaml"
    recipe.write_text(f"{recipe.read_text().replace('level: all', 'areas: [stadt]')}{VARIANTS}\n")
    batch(folder)
    index = BeautifulSoup(files(folder)["index.html"], "html.parser").main
    assert [heading.get_text() for heading in index.find_all("h2")] == ["Bild"]
    assert [" ".join(item.get_text(" ").split()) for item in index.find_all("li")] == [
        "Neues Musterstadt Was neu ist.",
        "Altes Musterstadt Was alt ist.",
    ]


def test_the_state_of_a_page_is_its_years_and_the_checksum_stands_in_the_manifest_only(folder: Path) -> None:
    batch(folder)
    written = files(folder)
    checksum = json.loads(written["manifest.json"])["dataset"]["fingerprint"]
    for name in ("index.html", "bild/stadt.html"):
        assert checksum[:8] not in written[name].decode()
        assert "<dt>Datenstand</dt><dd>2024</dd>" in written[name].decode()


def test_areas_of_one_name_are_told_apart_in_links(folder: Path) -> None:
    areas = folder / "data" / "areas.csv"
    areas.write_text(areas.read_text().replace("Bezirk A", "Musterstadt"))
    batch(folder)
    trail = BeautifulSoup(files(folder)["bild/a.html"], "html.parser").select(".sa-trail li")
    assert [item.get_text() for item in trail] == ["Übersicht", "Musterstadt (Stadt)", "Musterstadt (Bezirk)"]


def test_every_variant_has_pages_links_and_a_heading_of_its_own(folder: Path) -> None:
    recipe = folder / "parameters" / "bild.yaml"
    recipe.write_text(f"{recipe.read_text()}{VARIANTS}\n")
    batch(folder)
    assert 'href="a-neu.html"' in page(folder, "stadt-neu")
    assert "-alt.html" not in page(folder, "stadt-neu")
    index = files(folder)["index.html"].decode()
    assert "Bild: Neues" in index
    assert 'href="bild/stadt-alt.html"' in index
    assert len(json.loads(files(folder)["manifest.json"])["runs"]) == 10


def test_interruption_keeps_finished_pages_and_records_them(folder: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        batch(folder, executor=interrupted_after_two)
    assert [run["area_id"] for run in json.loads(files(folder)["manifest.json"])["runs"]] == ["stadt", "a"]
    assert "Abgebrochen: 3 Seiten nicht bearbeitet." in files(folder)["protokoll.txt"].decode()


def test_a_page_that_cannot_be_written_is_a_failed_run(folder: Path) -> None:
    (folder / "out" / "bild" / "a.html").mkdir(parents=True)
    summary = batch(folder)
    assert [entry.area_id for _, entry in summary.results if entry.status == "failed"] == ["a"]
    assert "ließen sich nicht schreiben" in "\n".join(summary_lines(summary))


def test_an_output_folder_that_is_a_file_is_refused(folder: Path) -> None:
    (folder / "out").write_text("")
    with pytest.raises(RunError, match="»out« lässt sich nicht anlegen"):
        batch(folder)


def test_a_lost_process_is_a_failed_run(folder: Path) -> None:
    summary = batch(folder, "a", executor=losing_all)
    assert summary.failed == 1
    assert "Der Python-Prozess des Notebooks ist abgebrochen (SIGSEGV)" in "\n".join(summary_lines(summary))


def test_a_page_that_would_load_something_is_a_failed_run(folder: Path) -> None:
    summary = batch(folder, "a", engine=Engine(text='<img alt="" src="https://example.org/a.png">'))
    assert "darf nichts nachladen" in "\n".join(summary_lines(summary))
    assert not (folder / "out" / "bild").exists()


def test_the_listener_hears_of_every_run(folder: Path) -> None:
    project = open_project(str(folder / "data"), str(folder / "parameters"))
    notes = Notes()
    engine = Engine(broken={"c"})
    run_batch(
        project,
        project.plan.runs,
        folder / "out",
        executor=in_this_process,  # type: ignore[arg-type]
        listener=notes,
        engine=engine,
    )
    assert notes.total == 5
    assert notes.seen == [("stadt", True), ("a", True), ("b", True), ("c", False), ("d", True)]


def counted(summary: Summary) -> tuple[list[str], list[str]]:
    """Areas of the pages that were made, and of those that were kept."""
    return [run.area_id for run, _ in summary.results], [run.area_id for run, _ in summary.kept]


def quick_answer(folder: Path, **choice: Any) -> list[str]:
    whole = whole_digest(folder / "data", folder / "parameters", folder / "notebooks")
    return list(unchanged_summary(folder / "out", whole, **choice))


def test_pages_made_from_the_same_are_kept_and_nothing_is_written_differently(folder: Path) -> None:
    batch(folder)
    whole = files(folder)
    summary = batch(folder, force=False)
    assert counted(summary) == ([], ["stadt", *"abcd"])
    again = files(folder)
    assert {name for name in whole if whole[name] != again[name]} == {"protokoll.txt"}
    count = "Zusammenfassung: 0 Seiten erstellt, 5 unverändert übernommen, 0 fehlgeschlagen."
    assert summary_lines(summary)[0] == count
    assert quick_answer(folder) == summary_lines(summary)


def test_pages_that_are_made_on_request_only_are_not_waited_for(folder: Path) -> None:
    recipe = folder / "parameters" / "bild.yaml"
    recipe.write_text(recipe.read_text().replace("{level: all}", "{level: finest}\ninside_from: 10"))
    assert counted(batch(folder)) == ([*"abcd"], [])
    assert quick_answer(folder) == summary_lines(batch(folder, force=False))


def test_a_choice_of_current_pages_is_answered_at_once_and_any_other_is_not(folder: Path) -> None:
    batch(folder, "a")
    for choice in ({"areas": ["a"]}, {"areas": ["a"], "notebooks": ["bild"]}):
        again = batch(folder, "a", force=False)
        assert counted(again) == ([], ["a"])
        assert quick_answer(folder, **choice) == summary_lines(again)
    for choice in (
        {},
        {"areas": ["b"]},
        {"areas": ["a", "b"]},
        {"areas": ["a", "unbekannt"]},
        {"areas": ["a"], "notebooks": ["unbekannt"]},
        {"areas": ["a"], "level": "unbekannt"},
    ):
        assert quick_answer(folder, **choice) == []
    (folder / "out" / "manifest.json").unlink()
    assert quick_answer(folder, areas=["a"]) == []


def after_a_kill(work: Callable, tasks: Sequence, **settings: object) -> Iterator[tuple[int, object]]:
    yield from ((number, work(task)) for number, task in enumerate(tasks[:2]))
    # What a process that is killed here has left behind: neither record nor cache, but the journal.
    raise SystemExit


def test_a_batch_goes_on_where_a_killed_one_stopped(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("sozialanalyse.batch.run._Batch.record", lambda *_: Summary((), {}))
        with pytest.raises(SystemExit):
            batch(folder, executor=after_a_kill)
    assert (folder / "out" / JOURNAL).is_file()
    assert not (folder / "out" / "manifest.json").exists()
    with (folder / "out" / JOURNAL).open("ab") as journal:
        journal.write(b'{"entry": {"notebook": "bi')
    assert counted(batch(folder, force=False)) == ([*"bcd"], ["stadt", "a"])
    assert not (folder / "out" / JOURNAL).exists()
    assert quick_answer(folder) != []


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("data/observations.csv", "2024", "2023"),
        ("parameters/bild.yaml", "title: Bild", "title: Blick"),
        ("notebooks/bild.ipynb", '"cells": [', '"cells":  ['),
    ],
)
def test_a_changed_input_makes_every_page_anew(name: str, old: str, new: str, folder: Path) -> None:
    batch(folder)
    path = folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    assert quick_answer(folder) == []
    assert counted(batch(folder, force=False)) == (["stadt", *"abcd"], [])


def test_touching_a_file_changes_nothing(folder: Path) -> None:
    batch(folder)
    for path in folder.rglob("*"):
        os.utime(path, (1, 1))
    assert quick_answer(folder) != []
    assert counted(batch(folder, force=False)) == ([], ["stadt", *"abcd"])


def test_a_damaged_a_missing_and_a_failed_page_are_made_anew(folder: Path) -> None:
    batch(folder)
    batch(folder, "c", engine=Engine(broken={"c"}))
    (folder / "out" / "bild" / "a.html").write_text("verändert")
    (folder / "out" / "bild" / "b.ipynb").unlink()
    assert quick_answer(folder) == []
    assert counted(batch(folder, force=False)) == (["a", "b", "c"], ["stadt", "d"])
    assert quick_answer(folder) != []


def test_other_installed_packages_make_every_page_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    batch(folder)
    (folder / "pakete" / "fremd-1.0.dist-info").mkdir(parents=True)
    monkeypatch.syspath_prepend(str(folder / "pakete"))
    assert counted(batch(folder, force=False)) == (["stadt", *"abcd"], [])


def test_without_its_cache_file_nothing_is_taken_for_current(folder: Path) -> None:
    batch(folder)
    (folder / "out" / CACHE).write_text("{")
    assert quick_answer(folder) == []
    assert counted(batch(folder, "a", force=False)) == (["a"], [])


def test_an_output_folder_takes_one_batch_at_a_time(folder: Path) -> None:
    batch(folder)
    with locked(folder / "out"), pytest.raises(RunError, match="schreibt gerade ein anderer Lauf"):
        batch(folder)
    assert batch(folder).failed == 0

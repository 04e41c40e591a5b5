"""The record of an output folder, and writing under the final name only."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sozialanalyse.batch.manifest import (
    Entry,
    intact,
    read_manifest,
    remove_outputs,
    write_final,
    write_manifest,
)
from sozialanalyse.errors import RunError

INPUTS = {"dataset": "1", "notebook": "2", "parameters": "3"}


def test_record_comes_back_as_written(tmp_path: Path) -> None:
    good = Entry("n", "a", "rendered", {"area_id": "a"}, INPUTS, {"n/a.html": "0"}, ("UserWarning",))
    bad = Entry("n", "b", "failed", {"area_id": "b"}, INPUTS, failure="KeyError in 2.", variant="neu")
    write_manifest(tmp_path, {"name": "muster"}, [good, bad])
    assert read_manifest(tmp_path) == {("n", "a", ""): good, ("n", "b", "neu"): bad}


def test_no_record_is_an_empty_one(tmp_path: Path) -> None:
    assert read_manifest(tmp_path / "neu") == {}


@pytest.mark.parametrize("name", ["../a.html", "/etc/a.html", "n/a.txt", "a.html", "n/../../a.html"])
def test_a_record_that_names_foreign_files_is_refused(name: str, tmp_path: Path) -> None:
    write_manifest(tmp_path, {}, [Entry("n", "a", "rendered", {}, INPUTS, {name: "0"})])
    with pytest.raises(RunError, match="ist beschädigt"):
        read_manifest(tmp_path)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"schema": 1}', '{"schema": 1, "runs": [{}]}'])
def test_a_damaged_record_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(RunError, match="ist beschädigt"):
        read_manifest(tmp_path)


def test_record_holds_versions_but_no_times_or_paths(tmp_path: Path) -> None:
    write_manifest(tmp_path, {"name": "muster"}, [])
    document = json.loads((tmp_path / "manifest.json").read_text())
    assert set(document) == {"schema", "sozialanalyse", "python", "packages", "dataset", "runs"}
    assert str(tmp_path) not in json.dumps(document)


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "n" / "a.html"
    write_final(path, b"alt")

    def full_disk(self: Path, target: Path) -> Path:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", full_disk)
    with pytest.raises(OSError, match="disk full"):
        write_final(path, b"neu")
    assert [(file.name, file.read_bytes()) for file in path.parent.iterdir()] == [("a.html", b"alt")]


def test_removing_takes_only_the_listed_files(tmp_path: Path) -> None:
    digest = write_final(tmp_path / "n" / "a.html", b"x")
    (tmp_path / "n" / "notiz.txt").write_text("bleibt")
    entry = Entry("n", "a", "rendered", {}, INPUTS, {"n/a.html": digest})
    assert intact(tmp_path, entry)
    remove_outputs(tmp_path, entry)
    assert not intact(tmp_path, entry)
    assert [file.name for file in (tmp_path / "n").iterdir()] == ["notiz.txt"]

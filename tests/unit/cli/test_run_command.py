"""`run` as a user calls it, on a project made for it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sozialanalyse.batch.log import LOG

Call = Callable[..., Any]

SHOW = """from IPython.display import HTML
from sozialanalyse.errors import MethodError
import os, signal, warnings
HTML(f"<h1>Bild von {area_id}</h1><p>{sorted({'x', 'y', 'z'}, key=hash)}</p>")"""
BREAK = """# what goes wrong depends on the area
if area_id == "a":
    warnings.warn("Achtung", UserWarning)
elif area_id == "b":
    raise MethodError("Der Trend braucht fünf Jahre. Bitte mehr Jahre liefern.")
elif area_id == "c":
    os.kill(os.getpid(), signal.SIGKILL)
elif area_id == "d":
    raise KeyError("geheimer Wert 4711")"""
posix_only = pytest.mark.skipif(os.name != "posix", reason="signals to a process are those of POSIX here")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, make_project: Call) -> Path:
    return make_project(tmp_path_factory.mktemp("cli") / "projekt", SHOW, BREAK)


@pytest.fixture(scope="module")
def first(
    project: Path,
    call: Call,
    project_options: Call,
) -> Any:
    return call("run", *project_options(project), "--jobs", "2", folder=project)


@posix_only
def test_broken_areas_never_stop_the_others(
    project: Path,
    first: Any,
    files: Call,
) -> None:
    assert first.code == 1
    assert set(files(project / "outputs")) == {
        *(f"bild/{key}{suffix}" for key in ("stadt", "a") for suffix in (".html", ".ipynb")),
        *("index.html", "manifest.json", "protokoll.txt", "ro-crate-metadata.json"),
    }


@posix_only
def test_summary_says_what_failed_and_where_but_no_foreign_message(first: Any) -> None:
    summary = first.out.partition("Zusammenfassung")[2]
    assert "2 Seiten erstellt, davon 1 mit Warnungen, 3 fehlgeschlagen." in summary
    assert "MethodError in Codezelle 3, Zeile 5: Der Trend braucht fünf Jahre." in summary
    assert "Der Python-Prozess des Notebooks ist abgebrochen" in summary
    assert "KeyError in Codezelle 3, Zeile 9." in summary
    assert "bild a Bezirk A: UserWarning" in summary
    assert "Übersicht: outputs/index.html" in summary
    assert "4711" not in first.out + first.err


@posix_only
def test_every_run_has_a_plain_line_when_the_output_is_no_terminal(first: Any) -> None:
    lines = [line for line in first.out.splitlines() if line.startswith("[")]
    assert [line[:5] for line in lines] == [f"[{number}/5]" for number in range(1, 6)]
    assert any("bild stadt Musterstadt … fertig (" in line for line in lines)
    assert "\x1b" not in first.out


@posix_only
def test_no_page_record_or_notebook_names_a_folder_of_the_machine(
    project: Path,
    first: Any,
    files: Call,
) -> None:
    for name, content in files(project / "outputs").items():
        assert str(project).encode() not in content, name
        assert b"/tmp" not in content, name


@posix_only
def test_equal_inputs_give_equal_bytes_in_another_order_and_folder(
    project: Path,
    first: Any,
    call: Call,
    reproducible: Call,
    project_options: Call,
) -> None:
    call("run", *project_options(project), "--jobs", "1", "--out", "zweite", folder=project)
    assert reproducible(project / "zweite") == reproducible(project / "outputs")


@posix_only
def test_quiet_says_nothing_but_failures(
    tmp_path: Path,
    make_project: Call,
    call: Call,
    project_options: Call,
) -> None:
    folder = make_project(tmp_path / "projekt", SHOW, "if area_id == 'b': raise KeyError('geheim')")
    done = call("run", *project_options(folder), "--quiet", folder=folder)
    assert done.code == 1
    told = done.out.partition("Zusammenfassung")[0].split()
    assert " ".join(told[1:5]) == "bild b Bezirk B"
    log = (folder / "outputs" / LOG).read_text(encoding="utf-8")
    assert "bild b Bezirk B … fehlgeschlagen: KeyError" in log.partition("Zusammenfassung")[0]
    good = call("run", *project_options(folder), "--quiet", "--area", "a", "--force", folder=folder)
    assert (good.code, good.out, good.err) == (0, "", "")

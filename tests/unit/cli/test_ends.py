"""Runs that are stopped, killed, locked out or out of space."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from sozialanalyse.batch.limits import can_fork
from sozialanalyse.batch.log import LOG

Call = Callable[..., Any]

WAIT = """import time
from IPython.display import HTML
time.sleep(120)
HTML("<h1>Bild</h1>")"""
posix_only = pytest.mark.skipif(os.name != "posix", reason="signals to a process are those of POSIX here")


@posix_only
@pytest.mark.parametrize("engine", ["fork", "papermill"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_everything_at_once(
    number: signal.Signals,
    engine: str,
    tmp_path: Path,
    make_project: Call,
    command: list[str],
    project_options: Call,
    wait_for: Callable[..., Any],
) -> None:
    mark = tmp_path / "kernel.pid"
    waiting = f"import os, pathlib, time\npathlib.Path({str(mark)!r}).write_text('da')\ntime.sleep(120)"
    folder = make_project(tmp_path / "projekt", waiting)
    process = subprocess.Popen(
        [*command, "run", *project_options(folder), "--jobs", "1", "--engine", engine],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )
    wait_for(mark.exists, process)
    family = psutil.Process(process.pid).children(recursive=True)
    kernels = [member for member in family if "ipykernel" in " ".join(member.cmdline())]
    assert bool(kernels) == (engine == "papermill")
    os.kill(process.pid, number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.strip() == "Abgebrochen. Fertige Seiten bleiben erhalten."
    assert psutil.wait_procs(family, timeout=10)[1] == []
    assert not list((folder / "outputs").rglob("*.part"))


@posix_only
def test_a_second_run_on_one_folder_refuses_and_a_killed_one_leaves_it_free(
    tmp_path: Path,
    make_project: Call,
    call: Call,
    command: list[str],
    project_options: Call,
    wait_for: Callable[..., Any],
) -> None:
    mark = tmp_path / "läuft"
    folder = make_project(tmp_path / "projekt", f"import pathlib\npathlib.Path({str(mark)!r}).touch()", WAIT)
    process = subprocess.Popen(
        [*command, "run", *project_options(folder)], cwd=folder, stdout=subprocess.DEVNULL
    )
    wait_for(mark.exists, process)
    done = call("run", *project_options(folder), folder=folder)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("In den Ausgabeordner »outputs« schreibt gerade ein anderer Lauf.")
    family = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    assert psutil.wait_procs(family, timeout=10)[1] == []
    assert not list((folder / "outputs").rglob("*.part"))
    mark.unlink()
    notebook = folder / "notebooks" / "bild.ipynb"
    notebook.write_text(notebook.read_text().replace("sleep(120)", "sleep(0)"))
    assert "Zusammenfassung: 5 Seiten erstellt" in call("run", *project_options(folder), folder=folder).out


@posix_only
@pytest.mark.skipif(not can_fork(), reason="this system cannot fork safely")
def test_a_run_goes_on_after_its_process_was_killed_and_leaves_no_process_and_no_lock(
    tmp_path: Path,
    make_project: Call,
    call: Call,
    command: list[str],
    files: Call,
    project_options: Call,
    wait_for: Callable[..., Any],
) -> None:
    mark = tmp_path / "halt"
    wait = (
        "import os, pathlib, time\nfrom IPython.display import HTML\n"
        f"mark = pathlib.Path({str(mark)!r})\n"
        "if area_id == 'b' and not mark.exists():\n    mark.touch()\n    time.sleep(120)\n"
        "HTML(f'<h1>{area_id}</h1>')"
    )
    folder = make_project(tmp_path / "projekt", wait)
    options = ["run", *project_options(folder), "--jobs", "1"]
    process = subprocess.Popen([*command, *options], cwd=folder, stdout=subprocess.DEVNULL)
    wait_for(mark.exists, process)
    family = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    assert psutil.wait_procs(family, timeout=20)[1] == []
    half = files(folder / "outputs")
    assert {name for name in half if name.endswith(".html")} == {"bild/stadt.html", "bild/a.html"}
    assert all(
        content.rstrip().endswith(b"</html>") for name, content in half.items() if name.endswith("html")
    )
    told = [line[20:] for line in half[LOG].decode().splitlines()]
    assert told[2] == "Zu erstellen: 5 von 5 Seiten"
    assert [line.partition(" … fertig (")[0] for line in told[3:]] == [
        "bild stadt Musterstadt",
        "bild a Bezirk A",
    ]
    again = call(*options, folder=folder)
    assert again.code == 0, again.out + again.err
    assert "3 Seiten erstellt, 2 unverändert übernommen, 0 fehlgeschlagen." in again.out
    assert not [name for name in files(folder / "outputs") if name.endswith((".part", ".jsonl"))]


@posix_only
def test_a_full_disk_costs_the_pages_that_do_not_fit_and_no_other(
    tmp_path: Path,
    make_project: Call,
    call: Call,
    files: Call,
    project_options: Call,
) -> None:
    large = "HTML('<h1>x</h1><p>' + 'x' * (6_000_000 if area_id == 'b' else 10) + '</p>')"
    folder = make_project(tmp_path / "projekt", "from IPython.display import HTML", large)
    # A bound of the system on the size of files: writing more fails, as on a full disk.
    code = (
        "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4_000_000, 4_000_000))\n"
        "from sozialanalyse.cli import main\n"
        "if __name__ == '__main__': main()\n"
    )
    script = tmp_path / "voll.py"
    script.write_text(code)
    program = [sys.executable, str(script)]
    done = call("run", *project_options(folder), folder=folder, program=program)
    assert done.code == 1, done.err
    assert "4 Seiten erstellt, 1 fehlgeschlagen." in done.out
    assert "Die Dateien ließen sich nicht schreiben (OSError). Bitte Speicherplatz" in done.out
    written = files(folder / "outputs")
    assert "bild/b.html" not in written
    assert not [name for name in written if name.endswith(".part")]

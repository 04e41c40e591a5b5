"""The command line as a user calls it, with real kernels on a project made for it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from sozialanalyse.batch.cache import CACHE
from sozialanalyse.batch.limits import can_fork
from sozialanalyse.batch.log import LOG
from sozialanalyse.cli import main

COMMAND = [sys.executable, "-m", "sozialanalyse"]
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

ORDINARY = """import hashlib, os, time
import pandas as pd
pd.DataFrame({"Zone": [time.strftime("%z", time.localtime(0))], "Menge": [" ".join({"a", "b", "c", "d"})]})"""
WAIT = """import time
from IPython.display import HTML
time.sleep(120)
HTML("<h1>Bild</h1>")"""

posix_only = pytest.mark.skipif(os.name != "posix", reason="signals to a process are those of POSIX here")


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


def call(*arguments: str, folder: Path) -> Done:
    done = subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        timeout=300,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def here(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Done]]:
    """Return a call in this process, for what starts no other one: it need not import pandas again."""
    handler = signal.getsignal(signal.SIGTERM)

    def call_here(*arguments: str, folder: Path) -> Done:
        monkeypatch.chdir(folder)
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        captured = capsys.readouterr()
        return Done(ended.value.code, captured.out, captured.err)

    yield call_here
    signal.signal(signal.SIGTERM, handler)


def project_options(folder: Path) -> list[str]:
    return ["--data", str(folder / "data"), "--parameters", str(folder / "parameters")]


def files(out: Path) -> dict[str, bytes]:
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in out.rglob("*")
        if path.is_file() and path.name != CACHE
    }


def reproducible(out: Path) -> dict[str, bytes]:
    """Return all files but the log, which holds times."""
    return {name: content for name, content in files(out).items() if name != LOG}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, make_project: Callable[..., Path]) -> Path:
    return make_project(tmp_path_factory.mktemp("cli") / "projekt", SHOW, BREAK)


@pytest.fixture(scope="module")
def first(project: Path) -> Done:
    return call("run", *project_options(project), "--jobs", "2", folder=project)


@posix_only
def test_broken_areas_never_stop_the_others(project: Path, first: Done) -> None:
    assert first.code == 1
    assert set(files(project / "outputs")) == {
        *(f"bild/{key}{suffix}" for key in ("stadt", "a") for suffix in (".html", ".ipynb")),
        *("index.html", "manifest.json", "protokoll.txt", "ro-crate-metadata.json"),
    }


@posix_only
def test_summary_says_what_failed_and_where_but_no_foreign_message(first: Done) -> None:
    summary = first.out.partition("Zusammenfassung")[2]
    assert "2 Seiten erstellt, davon 1 mit Warnungen, 3 fehlgeschlagen." in summary
    assert "MethodError in Codezelle 3, Zeile 5: Der Trend braucht fünf Jahre." in summary
    assert "Der Python-Prozess des Notebooks ist abgebrochen" in summary
    assert "KeyError in Codezelle 3, Zeile 9." in summary
    assert "bild a Bezirk A: UserWarning" in summary
    assert "Übersicht: outputs/index.html" in summary
    assert "4711" not in first.out + first.err


@posix_only
def test_every_run_has_a_plain_line_when_the_output_is_no_terminal(first: Done) -> None:
    lines = [line for line in first.out.splitlines() if line.startswith("[")]
    assert [line[:5] for line in lines] == [f"[{number}/5]" for number in range(1, 6)]
    assert any("bild stadt Musterstadt … fertig (" in line for line in lines)
    assert "\x1b" not in first.out


@posix_only
def test_no_page_record_or_notebook_names_a_folder_of_the_machine(project: Path, first: Done) -> None:
    for name, content in files(project / "outputs").items():
        assert str(project).encode() not in content, name
        assert b"/tmp" not in content, name


@posix_only
def test_equal_inputs_give_equal_bytes_in_another_order_and_folder(project: Path, first: Done) -> None:
    call("run", *project_options(project), "--jobs", "1", "--out", "zweite", folder=project)
    assert reproducible(project / "zweite") == reproducible(project / "outputs")


@posix_only
@pytest.mark.parametrize("engine", ["fork", "papermill"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_everything_at_once(
    number: signal.Signals, engine: str, tmp_path: Path, make_project: Callable[..., Path]
) -> None:
    mark = tmp_path / "kernel.pid"
    waiting = f"import os, pathlib, time\npathlib.Path({str(mark)!r}).write_text('da')\ntime.sleep(120)"
    folder = make_project(tmp_path / "projekt", waiting)
    process = subprocess.Popen(
        [*COMMAND, "run", *project_options(folder), "--jobs", "1", "--engine", engine],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )
    deadline = time.monotonic() + 120
    while not mark.exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
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
def test_both_engines_give_the_same_bytes_under_any_seed_zone_language_mask_and_number_of_workers(
    tmp_path: Path, make_project: Callable[..., Path]
) -> None:
    folder = make_project(tmp_path / "projekt", SHOW, ORDINARY)
    surroundings = {
        "erste": ({"PYTHONHASHSEED": "1", "TZ": "America/New_York", "LC_ALL": "C"}, "fork", "1"),
        "zweite": ({"PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo", "LC_ALL": "de_DE.UTF-8"}, "fork", "3"),
        "dritte": ({"PYTHONHASHSEED": "5", "TZ": "Europe/Berlin", "LC_ALL": "C.UTF-8"}, "papermill", "2"),
    }
    for out, (variables, engine, jobs) in surroundings.items():
        options = ["--engine", engine, "--jobs", jobs, "--out", str(tmp_path / out)]
        done = subprocess.run(
            [*COMMAND, "run", *project_options(folder), *options],
            cwd=folder,
            capture_output=True,
            env={**os.environ, **variables},
            umask=0o077 if engine == "fork" else 0o022,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        # As from another folder of the machine.
        folder = folder.rename(tmp_path / f"anderer Ort {out}")
    first, second, third = (reproducible(tmp_path / out) for out in surroundings)
    assert first == second == third


@posix_only
def test_verify_finds_a_changed_byte_and_leaves_the_folder_alone(
    tmp_path: Path, make_project: Callable[..., Path]
) -> None:
    folder = make_project(tmp_path / "projekt", SHOW)
    assert call("run", *project_options(folder), "--jobs", "2", folder=folder).code == 0
    before = files(folder / "outputs")
    done = call("verify", "outputs", *project_options(folder), folder=folder)
    assert (done.code, done.out.splitlines()[-1]) == (0, "Alle 13 Dateien sind Byte für Byte gleich.")
    page = folder / "outputs" / "bild" / "a.html"
    page.write_bytes(page.read_bytes() + b" ")
    done = call("verify", "outputs", *project_options(folder), folder=folder)
    assert done.code == 1
    assert done.out.splitlines()[-2:] == ["1 von 13 Dateien sind nicht gleich:", "  bild/a.html"]
    assert files(folder / "outputs") == before | {"bild/a.html": before["bild/a.html"] + b" "}


@posix_only
def test_a_second_run_on_one_folder_refuses_and_a_killed_one_leaves_it_free(
    tmp_path: Path, make_project: Callable[..., Path]
) -> None:
    mark = tmp_path / "läuft"
    folder = make_project(tmp_path / "projekt", f"import pathlib\npathlib.Path({str(mark)!r}).touch()", WAIT)
    process = subprocess.Popen(
        [*COMMAND, "run", *project_options(folder)], cwd=folder, stdout=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 120
    while not mark.exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
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


def test_a_wrong_choice_starts_nothing(
    tmp_path: Path, make_project: Callable[..., Path], here: Callable[..., Done]
) -> None:
    folder = make_project(tmp_path / "projekt", SHOW)
    done = here("run", "bild", "--area", "z", *project_options(folder), folder=folder)
    assert (done.code, done.out) == (1, "")
    assert done.err == "Das Gebiet »z« gibt es nicht. Schlüssel und Namen zeigt »sozialanalyse list«.\n"
    assert not (folder / "outputs").exists()


def test_an_unknown_parameter_and_a_missing_tag_start_nothing(
    tmp_path: Path,
    make_project: Callable[..., Path],
    here: Callable[..., Done],
    write_notebook: Callable[..., Path],
) -> None:
    folder = make_project(tmp_path / "projekt", SHOW)
    recipe = folder / "parameters" / "bild.yaml"
    recipe.write_text(recipe.read_text().replace("year:", "yaer:"))
    recipe.with_name("zweites.yaml").write_text(recipe.read_text())
    write_notebook(folder / "notebooks" / "zweites.ipynb", tagged=0)
    done = here("run", *project_options(folder), folder=folder)
    assert done.code == 1
    assert "kennt den Parameter »yaer« nicht" in done.err
    assert "»zweites.ipynb« braucht genau eine Codezelle mit der Markierung »parameters«" in done.err
    assert not (folder / "outputs").exists()


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("index", "id: sgb2_rate", "id: sgb2_rat", "»sgb2_rat« gibt es nicht, wohl aber »sgb2_rate«"),
        ("needs", "fewest_votes:", "few_votes:", "rules/needs.yaml"),
        ("comparison", "confidence:", "confidenc:", "rules/comparison.yaml"),
    ],
)
def test_a_fault_in_the_rules_is_told_once_and_before_any_page(
    file: str, old: str, new: str, told: str, tmp_path: Path, checkout: Path
) -> None:
    shutil.copytree(checkout / "parameters", tmp_path / "parameters")
    path = tmp_path / "parameters" / "rules" / f"{file}.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    options = ["--data", str(checkout / "data"), "--parameters", str(tmp_path / "parameters")]
    done = call("run", *options, "--out", str(tmp_path / "seiten"), folder=tmp_path)
    assert (done.code, done.out) == (1, "")
    assert done.err.count(told) == 1
    assert not (tmp_path / "seiten").exists()


def test_check_tells_the_size_of_a_good_dataset(
    tmp_path: Path, make_project: Callable[..., Path], here: Callable[..., Done]
) -> None:
    folder = make_project(tmp_path / "projekt")
    done = here("check", "--data", "data", folder=folder)
    assert done.code == 0
    assert done.out.startswith(
        "Der Datensatz »Musterstadt 2024« ist in Ordnung: 5 Gebiete auf 2 Ebenen, 1 Indikator, "
        "4 Beobachtungen, Jahr 2024. Die Zahlen sind erfunden (Beispieldaten)."
    )


def test_check_lists_all_faults_of_a_bad_dataset(
    tmp_path: Path, make_project: Callable[..., Path], here: Callable[..., Done]
) -> None:
    folder = make_project(tmp_path / "projekt")
    areas = folder / "data" / "areas.csv"
    areas.write_text(areas.read_text() + "a,Doppelt,district,stadt\nx,Waise,district,nirgends\n")
    done = here("check", "--data", "data", folder=folder)
    assert (done.code, done.out) == (1, "")
    assert "Der Datensatz hat 2 Fehler:" in done.err
    assert done.err.count("- areas.csv, Zeile") == 2


def test_check_counts_planning_tables_and_finds_what_only_the_rules_show(
    tmp_path: Path, make_project: Callable[..., Path], here: Callable[..., Done]
) -> None:
    folder = make_project(tmp_path / "projekt")
    table = folder / "data" / "developments.csv"
    header = "development_id,text,field,area_ids,vision,source,synthetic\n"
    table.write_text(header + "P1,Ein Plan liegt vor.,wohnen,a|b,chancenstadt,Amt,false\n")
    done = here("check", "--data", "data", folder=folder)
    assert (done.code, done.out.splitlines()[1]) == (0, "Planungstabellen: Positive Entwicklungen 1.")
    table.write_text(header + "P1,Ein Plan liegt vor.,gibtesnicht,a|b,chancenstadt,Amt,false\n")
    done = here("check", "--data", "data", folder=folder)
    assert (done.code, done.out) == (1, "")
    assert "- developments.csv, Zeile 2, Spalte field [field_unknown]: " in done.err
    assert "gibtesnicht" not in done.err


def test_new_makes_a_folder_once_and_says_how_to_go_on(tmp_path: Path, here: Callable[..., Done]) -> None:
    done = here("new", "meine-stadt", folder=tmp_path)
    assert done.code == 0
    assert "Wie es weitergeht, steht in README.md." in done.out
    made = {path.name for path in (tmp_path / "meine-stadt").iterdir()}
    assert made == {"README.md", "data", "notebooks", "parameters"}
    again = here("new", "meine-stadt", folder=tmp_path)
    assert (again.code, again.out) == (1, "")
    assert "kein leerer Ordner" in again.err


def test_list_shows_notebooks_levels_areas_and_indicators(
    tmp_path: Path, make_project: Callable[..., Path], here: Callable[..., Done]
) -> None:
    folder = make_project(tmp_path / "projekt")
    done = here("list", *project_options(folder), folder=folder)
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[:9] == [
        "Notebooks",
        "  bild  5 Seiten  Bild",
        "",
        "Ebenen",
        "  city      1 Gebiet   Stadt",
        "  district  4 Gebiete  Bezirk",
        "",
        "Gebiete",
        "  stadt  city      Musterstadt",
    ]
    assert lines[-2:] == ["Indikatoren", "  people  Bevölkerung  Personen  Bevölkerung"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "--jbos", "2"], "Die Option »--jbos« gibt es nicht."),
        (["run", "--jobs", "0"], "Der Wert von »--jobs« ist nicht zulässig; erlaubt: ganze Zahlen ab 1."),
        (["run", "--engine", "x"], "Der Wert von »--engine« ist nicht zulässig; erlaubt: fork, papermill."),
        (["audit"], "Es fehlt die Angabe ORDNER."),
        (["check", "data"], "»check« versteht diesen Aufruf nicht; er hat eine Angabe zu viel."),
        (["run", "--out"], "Die Option »--out« ist falsch verwendet; meist fehlt ihr Wert."),
        (["rnu"], "Dieser Aufruf ist nicht möglich. Befehle: audit, check, list, new, run, verify."),
    ],
)
def test_a_wrong_call_is_explained_in_german(
    arguments: list[str], message: str, tmp_path: Path, here: Callable[..., Done]
) -> None:
    done = here(*arguments, folder=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines()[0] == message


@pytest.mark.parametrize("command", [[], ["run"], ["check"], ["list"], ["new"], ["verify"]])
def test_help_is_german(command: list[str], tmp_path: Path, here: Callable[..., Done]) -> None:
    done = here(*command, "--help", folder=tmp_path)
    assert done.code == 0
    assert done.out.startswith("Aufruf: ")
    assert not any(word in done.out for word in ("Usage", "Options", "Commands", "Show this message"))


def test_help_loads_no_heavy_package(tmp_path: Path) -> None:
    script = (
        "import sys; sys.argv[1:] = ['--help']\n"
        "from sozialanalyse.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "import json; print(json.dumps(sorted(loaded)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    heavy = {"numpy", "pandas", "nbconvert", "papermill", "rich", "jinja2", "yaml", "shapely", "matplotlib"}
    assert heavy.isdisjoint(json.loads(done.stderr))


@posix_only
def test_quiet_says_nothing_but_failures(tmp_path: Path, make_project: Callable[..., Path]) -> None:
    folder = make_project(tmp_path / "projekt", SHOW, "if area_id == 'b': raise KeyError('geheim')")
    done = call("run", *project_options(folder), "--quiet", folder=folder)
    assert done.code == 1
    told = done.out.partition("Zusammenfassung")[0].split()
    assert " ".join(told[1:5]) == "bild b Bezirk B"
    log = (folder / "outputs" / LOG).read_text(encoding="utf-8")
    assert "bild b Bezirk B … fehlgeschlagen: KeyError" in log.partition("Zusammenfassung")[0]
    good = call("run", *project_options(folder), "--quiet", "--area", "a", "--force", folder=folder)
    assert (good.code, good.out, good.err) == (0, "", "")


@posix_only
@pytest.mark.skipif(not can_fork(), reason="this system cannot fork safely")
def test_a_run_goes_on_after_its_process_was_killed_and_leaves_no_process_and_no_lock(
    tmp_path: Path, make_project: Callable[..., Path]
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
    process = subprocess.Popen([*COMMAND, *options], cwd=folder, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not mark.exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
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
    tmp_path: Path, make_project: Callable[..., Path]
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
    done = subprocess.run(
        [sys.executable, str(script), "run", *project_options(folder)],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        timeout=300,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "4 Seiten erstellt, 1 fehlgeschlagen." in done.stdout
    assert "Die Dateien ließen sich nicht schreiben (OSError). Bitte Speicherplatz" in done.stdout
    written = files(folder / "outputs")
    assert "bild/b.html" not in written
    assert not [name for name in written if name.endswith(".part")]

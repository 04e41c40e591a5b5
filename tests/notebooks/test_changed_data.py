"""A changed row of the embedded dataset: pages that show it are made again, and no page that cannot."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sozialanalyse.batch.limits import can_fork

PAGES = ("0101", "0102", "01")
"""A Quartier, its neighbour, and the Sozialraum of both."""


def made(data: Path, out: Path, *options: str) -> str:
    areas = [option for area in PAGES for option in ("--area", area)]
    folders = ["--data", str(data), "--out", str(out)]
    return told_by("sozialraumanalyse", *areas, *options, *folders, folder=out.parent)


def told_by(*options: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "sozialanalyse", "run", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def pages(out: Path) -> dict[str, bytes]:
    return {path.stem: path.read_bytes() for path in (out / "sozialraumanalyse").glob("*.html")}


@pytest.mark.skipif(not can_fork(), reason="without forks a changed dataset makes every page again")
def test_an_observation_of_an_earlier_year_changes_its_quartier_and_what_contains_it(
    tmp_path: Path, checkout: Path
) -> None:
    data, out, forced = tmp_path / "daten", tmp_path / "seiten", tmp_path / "alle"
    shutil.copytree(checkout / "data", data)
    made(data, out)
    before = pages(out)
    path = data / "observations.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    (at,) = [number for number, line in enumerate(lines) if line.startswith("0101,over_79,2016,")]
    cells = lines[at].split(",")
    lines[at] = ",".join([*cells[:5], str(int(cells[5]) + 25), *cells[6:]])
    path.write_text("".join(lines), encoding="utf-8")
    told = made(data, out)
    again = {name for name in PAGES if f"sozialraumanalyse {name} " in told.partition("Zusammenfassung")[0]}
    kept = {line.split()[2] for line in told.splitlines() if line.endswith("… unverändert")}
    made(data, forced, "--force")
    # Whatever was kept is what would have been made; whatever differs was made again, and nothing else was.
    assert pages(out) == pages(forced)
    assert again - kept == {name for name in PAGES if pages(forced)[name] != before[name]}
    assert kept
    record, other = (json.loads((folder / "manifest.json").read_text()) for folder in (out, forced))
    assert record == other


@pytest.mark.skipif(not can_fork(), reason="without forks a changed dataset makes every page again")
def test_a_step_of_a_recommendation_leaves_pages_without_planning_alone(
    tmp_path: Path, checkout: Path
) -> None:
    data, out = tmp_path / "daten", tmp_path / "seiten"
    shutil.copytree(checkout / "data", data)
    notebooks = ["sozialraumanalyse", "sozialindex", "exkurs", "controlling"]
    call = [*notebooks, "--area", "05119000", "--data", str(data), "--out", str(out)]
    told_by(*call, folder=tmp_path)
    path = data / "recommendation_log.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    # The last step of one recommendation is a day earlier; everything else stays.
    (at,) = [number for number, line in enumerate(lines) if line.startswith("HE-42,2024-09-30,")]
    lines[at] = lines[at].replace("2024-09-30", "2024-09-29")
    path.write_text("".join(lines), encoding="utf-8")
    before = {page: page.read_bytes() for page in out.rglob("*.html") if page.parent != out}
    told = told_by(*call, folder=tmp_path).partition("Zusammenfassung")[0].splitlines()
    kept = {line.split()[1] for line in told if line.endswith("… unverändert")}
    again = {line.split()[1] for line in told if "… fertig" in line}
    assert (kept, again) == ({*notebooks} - {"controlling"}, {"controlling"})
    told_by(*call, "--force", folder=tmp_path)
    changed = {page.parent.name for page, content in before.items() if page.read_bytes() != content}
    assert changed <= {"controlling"}

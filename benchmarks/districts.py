"""One page per district of a whole country, by the command as users run it: time, growth and memory.

The country has 317 districts and 22 indicators (made up, see worlds.py). The notebook `sozialraumanalyse`
runs for 1, 10, 32, 100 and all districts, each time from nothing. The slope is that of log time per log
count, without what one page alone takes: 1 means that a district costs the same however many there are.
`python benchmarks/districts.py [AREAS [COUNT…]]`: how many areas (32,844), and other counts.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil
from worlds import World, large_world

from sozialanalyse.project import embedded_folder

AREAS = 32_844
COUNTS = (1, 10, 32, 100, 317)
PAUSE = 0.25
NOTEBOOK = "sozialraumanalyse"
RECIPE = """title: Sozialraumanalyse
description: Ein Kreis im Vergleich mit dem Land.
for_each: {level: group}
parameters: {year: latest}
"""


def write_project(folder: Path, world: World) -> None:
    """Write dataset, rules and recipe."""
    data, parameters = folder / "data", folder / "parameters"
    data.mkdir()
    labels = {"country": "Land", "group": "Kreis", "area": "Gebiet"}
    levels = [{"level": level, "label": label} for level, label in labels.items()]
    package = {"name": "land", "title": "Land", "synthetic": True, "levels": levels}
    (data / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    indicators = world.indicators.assign(
        unit=np.where(world.indicators["kind"] == "rate", "je 1.000", "%"),
        definition="Anteil der Personen.",
        source="erzeugt",
        source_url="",
    )
    world.areas.to_csv(data / "areas.csv")
    indicators.to_csv(data / "indicators.csv")
    world.observations.assign(value="").to_csv(data / "observations.csv", index=False)
    shutil.copytree(embedded_folder("parameters") / "rules", parameters / "rules")
    (parameters / f"{NOTEBOOK}.yaml").write_text(RECIPE, encoding="utf-8")


def memory_of(process: psutil.Process) -> int:
    """Return the bytes that a process and all below it take; what they share counts once."""
    total = 0
    for member in (process, *process.children(recursive=True)):
        try:
            total += member.memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return total


def run(folder: Path, areas: list[str]) -> tuple[float, float, float]:
    """Return seconds, seconds of processors and peak memory (MiB) of one call of the command."""
    shutil.rmtree(folder / "out", ignore_errors=True)
    chosen = [option for area in areas for option in ("--area", area)]
    folders = ["--data", str(folder / "data"), "--parameters", str(folder / "parameters")]
    command = [sys.executable, "-m", "sozialanalyse", "run", NOTEBOOK, *folders, *chosen]
    before = sum(_children_seconds())
    start, peak = time.monotonic(), 0
    with (folder / "bericht.txt").open("wb") as report:
        called = subprocess.Popen(
            [*command, "--out", str(folder / "out")], stdout=report, stderr=subprocess.STDOUT
        )
        observed = psutil.Process(called.pid)
        while called.poll() is None:
            peak = max(peak, memory_of(observed))
            time.sleep(PAUSE)
    seconds = time.monotonic() - start
    if called.returncode:
        raise SystemExit((folder / "bericht.txt").read_text(encoding="utf-8"))
    made = len(list((folder / "out" / NOTEBOOK).glob("*.html")))
    if made != len(areas):
        raise SystemExit(f"{made} pages instead of {len(areas)}")
    return seconds, sum(_children_seconds()) - before, peak / 1024**2


def _children_seconds() -> tuple[float, float]:
    times = psutil.Process().cpu_times()
    return times.children_user, times.children_system


def main() -> None:
    """Measure and print."""
    counts = [int(count) for count in sys.argv[2:]] or COUNTS
    world = large_world(areas=int(sys.argv[1]) if len(sys.argv) > 1 else AREAS)
    districts = world.areas.index[world.areas["level"] == "group"].tolist()
    # Spread over the country, so that few are like many.
    order = np.random.default_rng(7).permutation(len(districts))
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_project(folder, world)
        print(f"{'pages':>6} {'seconds':>9} {'processors':>11} {'per page':>9} {'peak MiB':>9}", flush=True)
        for count in counts:
            seconds, work, peak = run(folder, [districts[place] for place in order[:count]])
            rows.append((count, seconds, work))
            print(f"{count:6} {seconds:9.1f} {work:11.1f} {seconds / count:9.2f} {peak:9.0f}", flush=True)
    if len(rows) > 2:
        (_, alone, least), *more = rows
        sizes = np.log([count - 1 for count, *_ in more])
        for label, taken in (
            ("seconds", [row[1] - alone for row in more]),
            ("processors", [row[2] - least for row in more]),
        ):
            print(f"slope of log {label} on log count: {np.polyfit(sizes, np.log(taken), 1)[0]:.3f}")


if __name__ == "__main__":
    main()

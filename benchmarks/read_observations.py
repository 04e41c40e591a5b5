"""How long a dataset of 700,000 observations takes to read and validate, and how much memory.

Run with ``python benchmarks/read_observations.py``. Prints rows, seconds, MiB, and the ratio to a bare
``pandas.read_csv`` of the same file in the same run; each is measured in a process of its own, best of three.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

AREAS = 2_000
INDICATORS = 25
YEARS = 14
RUNS = 3

MEASURE = """
import json, resource, sys, time
from pathlib import Path
{load}
start = time.perf_counter()
{call}
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([seconds, peak / (1024 * 1024 if sys.platform == "darwin" else 1024)]))
"""
READ_DATASET = MEASURE.format(
    load="from sozialanalyse.dataset.read import read_dataset", call="read_dataset(Path(sys.argv[1]))"
)
READ_CSV = MEASURE.format(
    load="import pandas", call="pandas.read_csv(Path(sys.argv[1]) / 'observations.csv', sep=';', decimal=',')"
)


def write_dataset(folder: Path) -> int:
    """Write a dataset of one city and return its number of observations."""
    rng = np.random.default_rng(7)
    levels = [{"level": "city", "label": "Stadt"}, {"level": "block", "label": "Block"}]
    package = {"name": "gross", "title": "Große Stadt", "synthetic": True, "levels": levels}
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    blocks = [f"0{i:05d}" for i in range(AREAS)]
    areas = pd.DataFrame({"area_id": ["00", *blocks], "name": ["Stadt", *(f"Block {b}" for b in blocks)]})
    areas["level"] = ["city", *["block"] * AREAS]
    areas["parent_id"] = ["", *["00"] * AREAS]
    areas.to_csv(folder / "areas.csv", sep=";", index=False)
    names = [f"indicator_{i:02d}" for i in range(INDICATORS)]
    indicators = pd.DataFrame({"indicator_id": names, "label": names, "domain": "poverty"})
    indicators = indicators.assign(
        kind="proportion",
        unit="%",
        factor=100,
        direction="higher_is_worse",
        definition="x",
        source="x",
        source_url="",
    )
    indicators.to_csv(folder / "indicators.csv", sep=";", index=False)
    index = pd.MultiIndex.from_product(
        [blocks, names, range(2010, 2010 + YEARS)], names=["area_id", "indicator_id", "year"]
    )
    observations = index.to_frame(index=False)
    denominator = rng.integers(100, 3000, len(observations))
    numerator = rng.binomial(denominator, 0.2)
    observations["numerator"] = np.where(rng.random(len(observations)) < 0.01, ".", numerator.astype(str))
    observations["denominator"] = denominator
    shares = pd.Series(np.round(numerator / denominator * 100, 2)).map("{:.2f}".format).str.replace(".", ",")
    observations["value"] = shares.mask(observations["numerator"] == ".", "")
    observations.to_csv(folder / "observations.csv", sep=";", index=False)
    return len(observations)


def measured(script: str, folder: Path) -> tuple[float, float]:
    """Return the least seconds and the greatest peak memory (MiB) of some runs of a script."""
    root = str(Path(__file__).resolve().parents[1])
    runs = []
    for _ in range(RUNS):
        command = [sys.executable, "-c", script, str(folder)]
        done = subprocess.run(
            command, check=True, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": root}
        )
        runs.append(json.loads(done.stdout))
    return min(seconds for seconds, _ in runs), max(peak for _, peak in runs)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = write_dataset(folder)
        seconds, peak = measured(READ_DATASET, folder)
        bare_seconds, bare_peak = measured(READ_CSV, folder)
    print(f"observations:      {rows:,}")
    print(f"read and validate: {seconds:6.2f} s  {peak:6.0f} MiB")
    print(f"pandas.read_csv:   {bare_seconds:6.2f} s  {bare_peak:6.0f} MiB")
    print(f"ratio:             {seconds / bare_seconds:6.2f}    {peak / bare_peak:6.2f}")


if __name__ == "__main__":
    main()

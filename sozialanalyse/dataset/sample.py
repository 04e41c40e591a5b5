"""The synthetic sample dataset of Oberhausen: real names and published figures, everything else made up.

One seed decides on everything; the same seed gives the same bytes. Run it with::

    python -m sozialanalyse.dataset.sample data

The table of indicators and the table of published figures are kept by hand beside this module and copied; the
texts of the planning tables are kept there too.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterable, Sequence
from itertools import product
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from shapely.geometry import Polygon, mapping

from sozialanalyse.dataset.planning_forms import PLANNING_FORMS
from sozialanalyse.dataset.sample_areas import QUARTERS, YEARS, area_rows
from sozialanalyse.dataset.sample_observations import OBSERVATION_COLUMNS, draw_observations
from sozialanalyse.dataset.sample_planning import draw_planning
from sozialanalyse.dataset.sample_polygons import area_hectares, quarter_polygons
from sozialanalyse.dataset.sample_population import AGE_GROUPS, SEXES, draw_population
from sozialanalyse.dataset.sample_published import PUBLISHED_TABLE

__all__ = ["SEED", "write_sample"]

SEED: Final = 2022
INDICATOR_TABLE: Final = Path(__file__).with_name("sample_indicators.csv")

PACKAGE: Final[dict[str, Any]] = {
    "name": "oberhausen",
    "title": "Oberhausen (synthetische Beispieldaten)",
    "description": (
        "Namen und Gliederung der Gebiete und die Zahlen in published.csv sind echt, alle übrigen Zahlen "
        "sind erzeugt, die Grenzen schematisch. In den Planungstabellen ist jede erfundene Zeile "
        "gekennzeichnet. Näheres in README.md."
    ),
    "synthetic": True,
    "geometry": "schematic",
    "levels": [
        {"level": "city", "label": "Stadt"},
        {"level": "district", "label": "Sozialraum"},
        {"level": "neighbourhood", "label": "Sozialquartier"},
    ],
    "licenses": [
        {"name": "MIT", "title": "MIT-Lizenz", "path": "https://opensource.org/license/mit"},
    ],
    "sources": [
        {"title": "Synthetische Beispieldaten, erzeugt mit sozialanalyse.dataset.sample"},
        {"title": "Veröffentlichte Einzelzahlen mit Fundstelle je Zeile (published.csv)"},
        {"title": "Positive Entwicklungen, die die Stadt nennt, mit Fundstelle je Zeile (developments.csv)"},
    ],
    "resources": [
        {"name": "areas", "path": "areas.csv"},
        {"name": "polygons", "path": "areas.geojson"},
        {"name": "indicators", "path": "indicators.csv"},
        {"name": "observations", "path": "observations.csv"},
        {"name": "population", "path": "population.csv"},
        {"name": "published", "path": "published.csv"},
        *({"name": name, "path": f"{name}.csv"} for name in PLANNING_FORMS),
    ],
}


def write_sample(folder: Path, seed: int = SEED) -> None:
    """Write the sample dataset.

    Parameters
    ----------
    folder : Path
        Is made if it does not exist; files of the same names are replaced, others are left alone.
    seed : int
        Decides on all that is drawn by chance; published figures are met with any seed that can meet them.

    Raises
    ------
    MethodError
        If a published figure cannot be met with this seed.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     write_sample(Path(name))
    ...     print(len(list(Path(name).glob("*.csv"))))
    13
    """
    folder.mkdir(parents=True, exist_ok=True)
    polygons = quarter_polygons()
    population = draw_population(np.random.default_rng([seed, 0]))
    observations = draw_observations(population, area_hectares(polygons), seed)
    _write_json(folder / "datapackage.json", PACKAGE)
    _write_table(folder / "areas.csv", ("area_id", "name", "level", "parent_id"), area_rows())
    _write_polygons(folder / "areas.geojson", polygons)
    _write_table(folder / "observations.csv", OBSERVATION_COLUMNS, observations)
    _write_population(folder / "population.csv", population)
    for name, rows in draw_planning(polygons, seed).items():
        columns = PLANNING_FORMS[name].names
        _write_table(folder / f"{name}.csv", columns, ([row[column] for column in columns] for row in rows))
    (folder / "indicators.csv").write_bytes(INDICATOR_TABLE.read_bytes())
    (folder / "published.csv").write_bytes(PUBLISHED_TABLE.read_bytes())


def _write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _write_json(path: Path, content: dict[str, Any]) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def _write_polygons(path: Path, polygons: dict[str, Polygon]) -> None:
    features = ",\n".join(
        json.dumps({"type": "Feature", "properties": {"area_id": area_id}, "geometry": mapping(polygon)})
        for area_id, polygon in polygons.items()
    )
    text = f'{{"type": "FeatureCollection", "schematic": true, "features": [\n{features}\n]}}\n'
    path.write_text(text, encoding="utf-8", newline="\n")


def _write_population(path: Path, population: npt.NDArray[np.int64]) -> None:
    keys = product((quarter.area_id for quarter in QUARTERS), YEARS, SEXES, AGE_GROUPS)
    rows = ((*key, count) for key, count in zip(keys, population.ravel().tolist(), strict=True))
    _write_table(path, ("area_id", "year", "sex", "age_group", "count"), rows)


def main() -> None:
    """Write the sample into the folder named on the command line."""
    parser = argparse.ArgumentParser(description="Synthetische Beispieldaten von Oberhausen erzeugen.")
    parser.add_argument("folder", type=Path, help="Zielordner, zum Beispiel data")
    parser.add_argument("--seed", type=int, default=SEED, help="Startzahl des Zufalls (Vorgabe: %(default)s)")
    arguments = parser.parse_args()
    write_sample(arguments.folder, arguments.seed)


if __name__ == "__main__":
    main()

"""The example of docs/anleitung.md is a dataset that passes the check, with CSV files as with a workbook."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from sozialanalyse.dataset.read import read_dataset

TABLES = {
    "areas": [
        ("area_id", "name", "level", "parent_id"),
        ("1", "Musterstadt", "city", ""),
        ("0101", "Mitte", "district", "1"),
    ],
    "indicators": [
        (
            "indicator_id",
            "label",
            "domain",
            "kind",
            "unit",
            "factor",
            "direction",
            "definition",
            "source",
            "source_url",
        ),
        (
            "people",
            "Bevölkerung",
            "demography",
            "count",
            "Personen",
            "1",
            "neutral",
            "Hauptwohnsitz",
            "Amt",
            "",
        ),
    ],
    "observations": [
        ("area_id", "indicator_id", "year", "numerator", "denominator", "value"),
        ("0101", "people", "2024", "", "", "1000"),
    ],
}


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_the_example_is_complete(suffix: str, tmp_path: Path, checkout: Path) -> None:
    guide = (checkout / "docs" / "anleitung.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", guide, flags=re.DOTALL)
    package = json.loads(example)
    if suffix == "xlsx":
        with pd.ExcelWriter(tmp_path / "tabellen.xlsx") as book:
            for name, (head, *rows) in TABLES.items():
                pd.DataFrame(rows, columns=list(head)).to_excel(book, sheet_name=name, index=False)
        for resource in package["resources"]:
            resource["path"] = "tabellen.xlsx"
    else:
        for name, rows in TABLES.items():
            text = "".join(",".join(row) + "\n" for row in rows)
            (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    (tmp_path / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    dataset = read_dataset(tmp_path)
    assert (dataset.title, dataset.synthetic) == ("Musterstadt 2024", False)
    assert list(dataset.areas.index) == ["1", "0101"]

"""A protected number gets nowhere, though notebooks print it, warn of it, or break with it in their hands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sozialanalyse.cli import main

CANARY = 271_828
NOTEBOOK = """
import os, sys, warnings
import pandas as pd
table = pd.read_csv(os.path.join(os.environ["SOZIALANALYSE_DATA"], "observations.csv"))
number = int(table.loc[table["area_id"] == "c", "value"].iloc[0])
print(number)
print(number, file=sys.stderr)
warnings.warn(f"{number}")
assert area_id != "a", f"{number}"
if area_id == "b":
    raise ValueError(table)
from IPython.display import Markdown
Markdown(f"# {area_id}")
"""


@pytest.mark.parametrize("damaged", [False, True], ids=["sound data", "damaged data"])
def test_no_canary_in_pages_notebooks_records_logs_and_messages(
    tmp_path: Path,
    make_project: Callable[..., Path],
    capfd: pytest.CaptureFixture[str],
    damaged: bool,
) -> None:
    folder = make_project(tmp_path / "p", NOTEBOOK)
    observations = folder / "data" / "observations.csv"
    text = observations.read_text().replace("c,people,2024,,,1000", f"c,people,2024,,,{CANARY}")
    observations.write_text(text + (f"unknown,people,2024,{CANARY},,-{CANARY}\n" if damaged else ""))
    arguments = ["run", "--data", str(folder / "data"), "--parameters", str(folder / "parameters")]
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--out", str(tmp_path / "out"), "--jobs", "1"])
    assert ended.value.code == 1
    printed = capfd.readouterr()
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert damaged or {path.name for path in files} >= {"manifest.json", "protokoll.txt", "index.html"}
    told = [printed.out, printed.err, *(path.read_text(encoding="utf-8") for path in files)]
    for canary in (str(CANARY), "271.828", "271,828"):
        assert not [text for text in told if canary in text]

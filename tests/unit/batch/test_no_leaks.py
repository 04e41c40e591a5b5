"""A protected number gets nowhere, though notebooks print it, warn of it, or break with it in their hands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sozialanalyse.cli import main

CANARY = 271_828
NOTEBOOK = """
import logging, os, sys, warnings
import pandas as pd
table = pd.read_csv(os.path.join(os.environ["SOZIALANALYSE_DATA"], "observations.csv"))
number = int(table.loc[table["area_id"] == "c", "value"].iloc[0])
print(number)
print(number, file=sys.stderr)
warnings.warn(f"{number}")
logger = logging.getLogger("sozialanalyse")
logger.addHandler(logging.StreamHandler())
logger.setLevel(logging.DEBUG)
logger.debug("%s %s", number, table)
assert area_id != "a", f"{number}"
if area_id == "b":
    raise ValueError(table)
if area_id == "d" and os.environ.get("CANARY_CRASH"):
    os.kill(os.getpid(), 9)
from IPython.display import Markdown
Markdown(f"# {area_id}")
"""


@pytest.mark.parametrize(
    ("state", "jobs"),
    [
        ("sound data", "1"),
        ("sound data", "2"),
        ("damaged data", "1"),
        ("crash in the middle", "2"),
    ],
)
def test_no_canary_in_pages_notebooks_records_logs_and_messages(
    tmp_path: Path,
    make_project: Callable[..., Path],
    places_of: Callable[..., list[str]],
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    state: str,
    jobs: str,
) -> None:
    if state == "crash in the middle":
        monkeypatch.setenv("CANARY_CRASH", "1")
    folder = make_project(tmp_path / "p", NOTEBOOK)
    observations = folder / "data" / "observations.csv"
    text = observations.read_text().replace("c,people,2024,,,1000", f"c,people,2024,,,{CANARY}")
    damaged = state == "damaged data"
    observations.write_text(text + (f"unknown,people,2024,{CANARY},,-{CANARY}\n" if damaged else ""))
    arguments = ["run", "--data", str(folder / "data"), "--parameters", str(folder / "parameters")]
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--out", str(tmp_path / "out"), "--jobs", jobs])
    assert ended.value.code == 1
    printed = capfd.readouterr()
    files = {path.name for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert damaged or files >= {"manifest.json", "protokoll.txt", "index.html", "c.html", "c.ipynb"}
    assert state != "crash in the middle" or "d.html" not in files
    assert places_of(CANARY, tmp_path / "out", printed.out, printed.err) == []

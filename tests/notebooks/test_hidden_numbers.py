"""The real report of small groups: its pages withstand the audit, and no hidden number gets out."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest

from sozialanalyse.batch.audit import audit_folder
from sozialanalyse.cli import main

SMALLER = {"numerator": 60, "denominator": 7}
"""By how much a real city is made smaller, so that many counts are 1 and 2."""

HIDDEN, UNUSED = 271_826, 314_159
"""Two canaries: cases of a hidden share, and cases of men alone, which no page shows."""

TELL_TALE = """
import logging, os, sys, warnings
import pandas as pd
rows = pd.read_csv(os.path.join(os.environ["SOZIALANALYSE_DATA"], "observations.csv"), dtype=str)
rows = rows[(rows["area_id"] == area_id) & (pd.to_numeric(rows["numerator"], errors="coerce") > 200_000)]
assert len(rows) == 2
print(rows.to_string())
print(rows.to_string(), file=sys.stderr)
warnings.warn(rows.to_string())
logger = logging.getLogger("sozialanalyse")
logger.addHandler(logging.StreamHandler())
logger.setLevel(logging.DEBUG)
logger.debug("%s", rows.to_string())
if area_id == "0103":
    raise ValueError(rows.to_string())
if area_id == "0104":
    os.kill(os.getpid(), 9)
"""


def run(folder: Path, out: Path, *areas: str) -> int:
    options = [option for area in areas for option in ("--area", area)]
    call = ["run", "sozialraumanalyse", "--data", str(folder / "data"), "--out", str(out), *options]
    with pytest.raises(SystemExit) as ended:
        main([*call, "--parameters", str(folder / "parameters"), "--jobs", "2"])
    return int(ended.value.code or 0)


def copied(checkout: Path, folder: Path, data: Path) -> Path:
    """Make a project with the real notebook and rules and a copy of some data."""
    shutil.copytree(data, folder / "data")
    shutil.copytree(checkout / "parameters", folder / "parameters")
    (folder / "notebooks").mkdir()
    shutil.copy(checkout / "notebooks" / "sozialraumanalyse.ipynb", folder / "notebooks")
    for recipe in (folder / "parameters").glob("*.yaml"):
        if recipe.stem != "sozialraumanalyse":
            recipe.unlink()
    return folder


@pytest.fixture(scope="module")
def small_groups(
    checkout: Path, shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, pd.DataFrame]:
    """Return pages of a district, small areas, two of them its own, and its city, and the counts of all areas."""
    folder = copied(checkout, tmp_path_factory.mktemp("small"), shared_data / "rochdale")
    path = folder / "data" / "observations.csv"
    rows = pd.read_csv(path, dtype={"area_id": str})
    counted = rows["numerator"].notna()
    for name, divisor in SMALLER.items():
        rows.loc[counted, name] = np.floor(rows.loc[counted, name] / divisor)
    rows.loc[counted, "value"] = np.nan
    rows.to_csv(path, index=False)
    areas = pd.read_csv(folder / "data" / "areas.csv", dtype=str)
    district = areas.loc[areas["level"] == areas["level"].iloc[-1], "parent_id"].iloc[0]
    quarters = areas.loc[areas["parent_id"] == district, "area_id"].head(2).tolist()
    quarters += areas.loc[areas["level"] == areas["level"].iloc[-1], "area_id"].tail(6).tolist()
    city = areas.loc[areas["parent_id"].isna(), "area_id"].iloc[0]
    out = tmp_path_factory.mktemp("pages")
    assert run(folder, out, *quarters, district, city) == 0
    return out, rows[counted]


def test_pages_of_a_city_of_small_groups_withstand_the_audit(small_groups: tuple[Path, pd.DataFrame]) -> None:
    out, _ = small_groups
    report = audit_folder(out)
    assert report.protected > 20
    assert report.breaches == ()
    assert report.narrowest >= 3


def test_one_number_put_back_by_hand_is_found_and_named(
    small_groups: tuple[Path, pd.DataFrame], tmp_path: Path
) -> None:
    out = shutil.copytree(small_groups[0], tmp_path / "out")
    counts = small_groups[1].set_index(["area_id", "indicator_id", "year"])
    planted = []
    for page in sorted(out.rglob("*.html")):
        html = page.read_text(encoding="utf-8")
        for row in re.findall(r"<tr\b[^>]*data-area=[^>]*>.*?</tr>", html, re.DOTALL):
            about = dict(re.findall(r'data-([\w-]+)="([^"]*)"', row.split(">")[0]))
            cell = re.search(r'(<td\b[^>]*data-what="cases"[^>]*>)\.(</td>)', row)
            key = (about["area"], about["indicator"], int(about["year"]))
            if cell is None or key not in counts.index:
                continue
            number, group = counts.loc[key, ["numerator", "denominator"]].astype(int)
            shown = row.replace(cell[0], f"{cell[1]}{number} / {group}{cell[2]}")
            page.write_text(html.replace(row, shown), encoding="utf-8")
            planted.append((f"»{about['label']}«, {about['name']}", page.name))
            break
        if planted:
            break
    assert planted
    breaches = audit_folder(out).breaches
    assert any(planted[0][0] in breach and planted[0][1] in breach for breach in breaches)


def with_canaries(checkout: Path, folder: Path, *, damaged: bool) -> Path:
    """Make a city whose newest all-day shares of three quarters hide a canary, and a report that tells it."""
    copied(checkout, folder, checkout / "data")
    notebook = nbformat.read(folder / "notebooks" / "sozialraumanalyse.ipynb", as_version=4)
    code = [place for place, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    notebook.cells.insert(code[3], nbformat.v4.new_code_cell(TELL_TALE))
    nbformat.write(notebook, folder / "notebooks" / "sozialraumanalyse.ipynb")
    path = folder / "data" / "observations.csv"
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    share = (rows["indicator_id"] == "all_day_school") & rows["area_id"].isin(["0101", "0103", "0104"])
    newest = share & (rows["year"] == rows.loc[share, "year"].max())
    rows.loc[newest, ["numerator", "denominator"]] = [str(HIDDEN), str(HIDDEN + 2)]
    men = rows[newest].assign(sex="m", numerator=str(UNUSED), denominator=str(UNUSED + 900))
    faulty = rows[newest].assign(area_id="9999", numerator=f"-{HIDDEN}")
    pd.concat([rows, men, *[faulty] * damaged]).to_csv(path, index=False)
    return folder


@pytest.mark.parametrize("damaged", [False, True], ids=["failing and crashing", "damaged data"])
def test_canaries_stay_inside_whatever_happens_to_the_real_report(
    checkout: Path,
    tmp_path: Path,
    places_of: Callable[..., list[str]],
    capfd: pytest.CaptureFixture[str],
    damaged: bool,
) -> None:
    # 0101 prints, warns and logs what it may not show, 0103 fails with it, 0104 is killed with it in memory.
    folder = with_canaries(checkout, tmp_path / "city", damaged=damaged)
    out = tmp_path / "out"
    assert run(folder, out, "0101", "0103", "0104") == 1
    printed = capfd.readouterr()
    made = {page.name for page in out.rglob("*.html")}
    assert damaged or ("0101.html" in made and not {"0103.html", "0104.html"} & made), printed.out
    assert damaged or audit_folder(out).breaches == ()
    assert not damaged or "area_unknown" in printed.err
    for canary in (HIDDEN, UNUSED):
        assert places_of(canary, out, printed.out, printed.err) == []

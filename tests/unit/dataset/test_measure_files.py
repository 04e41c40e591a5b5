"""Measures as one YAML file each: the same rows as in a table, the same checks, faults with their field."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pytest
import yaml

from sozialanalyse.dataset.read import read_dataset
from sozialanalyse.errors import DatasetError
from sozialanalyse.planning_rules import planning_check
from sozialanalyse.project import embedded_folder

CASES: Final = Path(__file__).resolve().parents[2] / "cases"
BASE: Final[dict[str, str]] = {
    name: content
    for catalogue in ("faulty_datasets", "faulty_planning")
    for name, content in yaml.safe_load((CASES / f"{catalogue}.yaml").read_text(encoding="utf-8"))[
        "base"
    ].items()
}
FIELDS: Final[dict[str, Any]] = {
    "title": "Treff",
    "area_ids": ["011", "012"],
    "place": "Am Markt: im Laden",
    "need": "Kein Ort",
    "indicator_ids": ["poor"],
    "statement_ids": "A1",
    "goal": "Ein Ort",
    "target_group": "Familien",
    "carrier": "Verein",
    "resources": "noch offen",
    "funding": "noch offen",
    "start": "2023-01-01",
    "success_criteria": "40 Familien",
    "status": "offen",
    "recommendation_id": "H1",
    "vision": ["chancenstadt"],
    "field": "familie",
    "synthetic": True,
}


WRITTEN: Final = yaml.safe_dump(FIELDS, allow_unicode=True, sort_keys=False).splitlines()
GOAL: Final = WRITTEN.index("goal: Ein Ort") + 1
BELOW: Final = len(WRITTEN) + 1
"""Lines of the goal, and of what is written below all fields."""


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    """Return a maker of the small dataset with files of measures."""

    def build(files: dict[str, str], *, table: bool = False) -> Path:
        for name, content in BASE.items():
            if table or name != "measures.csv":
                (tmp_path / name).write_text(content, encoding="utf-8")
        (tmp_path / "measures").mkdir()
        for name, content in files.items():
            (tmp_path / "measures" / name).write_text(content, encoding="utf-8")
        return tmp_path

    return build


def text_of(**changes: Any) -> str:
    return yaml.safe_dump(FIELDS | changes, allow_unicode=True, sort_keys=False)


def read(folder: Path) -> pd.DataFrame:
    frame = read_dataset(folder, planning_check(embedded_folder("parameters"))).planning.measures
    assert frame is not None
    return frame


def faults_of(folder: Path) -> list[list[Any]]:
    with pytest.raises(DatasetError) as caught:
        read(folder)
    assert not [secret for secret in ("Treff", "Verein", "777") if secret in str(caught.value)]
    return [[fault.rule, fault.file, list(fault.lines), fault.column] for fault in caught.value.faults]


def test_the_measures_of_the_city_are_the_same_as_files_and_as_a_table(tmp_path: Path) -> None:
    folder = shutil.copytree(embedded_folder("data"), tmp_path / "data")
    before = read_dataset(folder)
    table = pd.read_csv(folder / "measures.csv", dtype=str, keep_default_na=False)
    (folder / "measures").mkdir()
    for number, row in enumerate(table.to_dict("records")):
        # The first half names its areas as a list, the second as in the table; blank fields are left out.
        fields = {name: cell for name, cell in row.items() if cell}
        if number < len(table) / 2:
            fields["area_ids"] = fields["area_ids"].split("|")
        path = folder / "measures" / f"{row['measure_id']}.yaml"
        path.write_text(yaml.safe_dump(fields, allow_unicode=True), encoding="utf-8")
    (folder / "measures.csv").unlink()
    after = read_dataset(folder)
    pd.testing.assert_frame_equal(before.planning.measures, after.planning.measures)
    assert after.fingerprint != before.fingerprint
    assert not [remark for remark in after.remarks if "measures.csv" in remark]


def test_files_stand_beside_a_table_and_are_called_like_the_file_without_a_key(
    make: Callable[..., Path],
) -> None:
    found = read(make({"M7.yaml": text_of(), "notiz.txt": "kein Steckbrief"}, table=True))
    assert found["measure_id"].tolist() == ["M1", "M2", "M7"]
    last = found.iloc[-1]
    assert last["area_ids"] == ("011", "012")
    assert last["place"] == "Am Markt: im Laden"
    assert last["start"] == pd.Timestamp(2023, 1, 1)
    assert bool(last["synthetic"]) is True
    assert last["partners"] == ""


def test_a_change_of_a_file_changes_the_fingerprint(make: Callable[..., Path]) -> None:
    folder = make({"M7.yaml": text_of()})
    before = read_dataset(folder).fingerprint
    (folder / "measures" / "M7.yaml").write_text(text_of(title="Anders"), encoding="utf-8")
    assert read_dataset(folder).fingerprint != before


def test_the_checks_of_the_table_name_file_line_and_field(make: Callable[..., Path]) -> None:
    # The first of the fields is on line 1, area_ids with its two entries on lines 2 to 4, and so on.
    folder = make(
        {
            "a.yaml": text_of(area_ids=["777"]),
            "b.yaml": text_of(status="irgendwann 777", end="2022-01-01"),
            "c.yaml": yaml.safe_dump({name: cell for name, cell in FIELDS.items() if name != "goal"}),
        }
    )
    lines = text_of(end="2022-01-01").splitlines()
    status = next(number for number, line in enumerate(lines, 1) if line.startswith("status"))
    assert sorted(faults_of(folder), key=str) == sorted(
        [
            ["area_unknown", "measures/a.yaml", [2], "area_ids"],
            ["status_unknown", "measures/b.yaml", [status], "status"],
            ["day_order", "measures/b.yaml", [len(lines)], "end"],
            ["cell_empty", "measures/c.yaml", [], "goal"],
        ],
        key=str,
    )


def test_a_key_of_the_table_cannot_come_again_in_a_file(make: Callable[..., Path]) -> None:
    folder = make({"treff.yaml": text_of(measure_id="M1")}, table=True)
    assert faults_of(folder) == [["id_duplicate", "measures/treff.yaml", [BELOW], "measure_id"]]


@pytest.mark.parametrize(
    ("content", "rule", "lines", "column"),
    [
        ("- 777\n- 888\n", "yaml_form", [], ""),
        ("", "yaml_form", [], ""),
        ("title: Am 777: Treff\n", "yaml_unreadable", [1], ""),
        (text_of() + "zielgruppe: 777\n", "field_unknown", [BELOW], "zielgruppe"),
        (text_of() + "fundings: 777\n", "field_unknown", [BELOW], "fundings"),
        (text_of() + "goal: Noch eins 777\n", "field_twice", [BELOW], "goal"),
        (text_of(goal={"777": "a"}), "field_form", [GOAL], "goal"),
        (text_of(goal=["777"]), "field_form", [GOAL], "goal"),
        (text_of(area_ids=["011", ["777"]]), "field_form", [2], "area_ids"),
    ],
)
def test_a_file_that_is_no_list_of_fields_is_a_fault(
    content: str, rule: str, lines: list[int], column: str, make: Callable[..., Path]
) -> None:
    found = faults_of(make({"m.yaml": content}))
    assert [rule, "measures/m.yaml", lines, column] in found


def test_a_field_of_the_wrong_form_is_one_fault_not_an_empty_cell_as_well(make: Callable[..., Path]) -> None:
    found = faults_of(make({"m.yaml": text_of(goal=["777"]), "n.yaml": text_of(measure_id="N", goal="")}))
    assert found == [
        ["field_form", "measures/m.yaml", [GOAL], "goal"],
        ["cell_empty", "measures/n.yaml", [GOAL], "goal"],
    ]


def test_a_file_in_another_encoding_is_a_fault(make: Callable[..., Path]) -> None:
    folder = make({"m.yaml": ""})
    (folder / "measures" / "m.yaml").write_bytes("title: Grün".encode("cp1252"))
    assert faults_of(folder) == [["file_encoding", "measures/m.yaml", [], ""]]


def test_a_misspelt_field_is_told_its_name(make: Callable[..., Path]) -> None:
    with pytest.raises(DatasetError, match="Das Feld in »funding« umbenennen"):
        read(make({"m.yaml": text_of() + "fundings: Spende\n"}))


def test_an_empty_folder_is_no_table_of_measures(make: Callable[..., Path]) -> None:
    assert read_dataset(make({})).planning.measures is None

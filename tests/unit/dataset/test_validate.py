"""Many faults at once in real data, rules that fail loudly, and numbers as German tables write them."""

from __future__ import annotations

import csv
import io
import re
import shutil
import traceback
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pandera.config import config_context

from sozialanalyse.dataset.area_rules import area_faults
from sozialanalyse.dataset.frames import TypedTable
from sozialanalyse.dataset.numbers import Cell, decimal_evidence, parse_numbers
from sozialanalyse.dataset.observation_rules import value_agrees
from sozialanalyse.dataset.read import read_dataset
from sozialanalyse.dataset.rules import Rule, broken_rules
from sozialanalyse.dataset.schema import Level
from sozialanalyse.errors import DatasetError

CANARY = "98765"


def rows_of(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))


def set_cell(path: Path, line: int, column: str, content: str) -> None:
    rows = rows_of(path)
    rows[line - 1][rows[0].index(column)] = content
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def test_ten_faults_in_rochdale_are_all_named_in_one_go_without_any_value(shared_data, tmp_path):
    for path in (shared_data / "rochdale").iterdir():
        shutil.copyfile(path, tmp_path / path.name)
    areas, indicators, observations = (
        tmp_path / f"{name}.csv" for name in ("areas", "indicators", "observations")
    )
    keys = {row[0] for row in rows_of(areas)[1:]}
    numbers = {cell for row in rows_of(observations)[1:] for cell in row[3:] if "." in cell}
    kinds = {row[0]: row[3] for row in rows_of(indicators)}
    lines = enumerate(rows_of(observations), start=1)
    proportions = [line for line, row in lines if kinds.get(row[1]) == "proportion"]
    above, deviating, negative = proportions[0], proportions[10], proportions[20]
    set_cell(areas, 40, "parent_id", f"canary{CANARY}")
    set_cell(areas, 50, "level", f"canary{CANARY}")
    set_cell(indicators, 3, "unit", f"je {CANARY}")
    set_cell(indicators, 10, "domain", f"canary{CANARY}")
    set_cell(observations, above, "numerator", CANARY)
    set_cell(observations, deviating, "value", CANARY)
    set_cell(observations, negative, "denominator", f"-{CANARY}")
    set_cell(observations, 5, "area_id", f"canary{CANARY}")
    set_cell(observations, 6, "year", CANARY)
    set_cell(observations, 7, "value", f"canary{CANARY}")
    expected = {
        ("parent_unknown", "areas.csv", (40,), "parent_id"),
        ("level_unknown", "areas.csv", (50,), "level"),
        ("unit_factor", "indicators.csv", (3,), "factor"),
        ("choice_unknown", "indicators.csv", (10,), "domain"),
        ("numerator_above_denominator", "observations.csv", (above,), "numerator"),
        ("value_deviates", "observations.csv", (deviating,), "value"),
        ("denominator_negative", "observations.csv", (negative,), "denominator"),
        ("area_unknown", "observations.csv", (5,), "area_id"),
        ("year_invalid", "observations.csv", (6,), "year"),
        ("number_invalid", "observations.csv", (7,), "value"),
    }
    with pytest.raises(DatasetError) as caught:
        read_dataset(tmp_path)
    found = {(fault.rule, fault.file, fault.lines, fault.column) for fault in caught.value.faults}
    assert found == expected
    shown = "".join(traceback.format_exception(caught.value))
    assert CANARY not in shown
    assert not keys & set(re.findall(r"\w+", shown))
    assert not numbers & set(re.findall(r"-?\d+\.\d+", shown))


def typed(frame: pd.DataFrame) -> TypedTable:
    return TypedTable("areas", "areas.csv", frame, np.arange(2, len(frame) + 2))


def test_a_rule_that_cannot_be_evaluated_is_never_taken_as_kept():
    broken = Rule("broken", "a", lambda frame: frame["gone"] > 0, "Nie.", "Nie.")
    with pytest.raises(RuntimeError, match="»broken«"):
        broken_rules(typed(pd.DataFrame({"a": [1.0]})), [broken])


def test_a_rule_names_all_lines_and_is_left_out_without_its_columns():
    frame = pd.DataFrame({"a": np.arange(2000) % 2})
    even = Rule("odd", "a", lambda frame: frame["a"] == 0, "Ungerade.", "Ändern.")
    missing = Rule("missing", "b", lambda frame: frame["b"] == 0, "Fehlt.", "Ändern.")
    (fault,) = broken_rules(typed(frame), [even, missing])
    assert fault.lines == tuple(range(3, 2002, 2))
    assert str(fault).startswith(
        "areas.csv, Zeilen 3, 5, 7, 9, 11, 13, 15, 17, 19, 21 und 990 weitere, Spalte a"
    )


@pytest.mark.parametrize("setting", [{"validation_enabled": False}, {"validation_depth": "SCHEMA_ONLY"}])
def test_rules_hold_even_where_the_environment_switches_pandera_off(setting):
    rule = Rule("odd", "a", lambda frame: frame["a"] == 0, "Ungerade.", "Ändern.")
    with config_context(**setting):
        assert [fault.rule for fault in broken_rules(typed(pd.DataFrame({"a": [1]})), [rule])] == ["odd"]


@pytest.mark.parametrize("length", [1, 2, 3, 17])
def test_cycles_of_any_length_are_found_and_what_hangs_below_is_not_part_of_them(length):
    # area i is below area i + 1, the last below the first; one more area hangs below the cycle
    keys = [f"a{i}" for i in range(length)]
    frame = pd.DataFrame(
        {
            "area_id": pd.Categorical(["root", *keys, "below"]),
            "name": pd.Categorical(["x"] * (length + 2)),
            "level": pd.Categorical(["city", *["part"] * length, "block"]),
            "parent_id": pd.Categorical(["", *keys[1:], keys[0], keys[0]]),
        }
    )
    levels = (Level("city", "Stadt"), Level("part", "Teil"), Level("block", "Block"))
    faults = {fault.rule: fault.lines for fault in area_faults(typed(frame), levels)}
    assert faults == {"hierarchy_cycle": tuple(range(3, length + 3))}


@pytest.mark.parametrize(
    ("text", "decimal", "amount"),
    [
        ("12,5", ",", 12.5),
        (" 1 675    ", ",", 1675.0),
        ("1.234.567,89", ",", 1234567.89),
        ("1.234", ",", 1234.0),
        ("1.234", ".", 1.234),
        ("1'234.5", ".", 1234.5),
        ("-  23", ",", -23.0),
        ("−4", ",", -4.0),
        ("+4", ".", 4.0),
        (",5", ",", 0.5),
        ("1,5E+03", ",", 1500.0),
    ],
)
def test_numbers_are_read_as_german_tables_write_them(text, decimal, amount):
    numbers = parse_numbers(pa.array([text]), decimal)
    assert numbers.amounts.tolist() == [amount]
    assert numbers.cells.tolist() == [Cell.NUMBER]


@pytest.mark.parametrize(
    ("sign", "code"), [("-", 1), ("–", 1), (".", 2), ("...", 3), ("…", 3), ("/", 4), ("x", 5)]
)
def test_signs_of_din_55301_are_kept_and_only_the_dash_is_zero(sign, code):
    numbers = parse_numbers(pa.array([sign, "1"]), ",")
    assert numbers.cells.tolist() == [Cell.SIGN, Cell.NUMBER]
    assert numbers.signs.tolist() == [code, 0]
    assert np.isnan(numbers.amounts[0]) == (code != 1)
    assert numbers.amounts[0] == 0.0 or code != 1


@pytest.mark.parametrize("text", ["k. A.", "12 34", "1.23.456", "12,5 %", "nan", "1,2,3", "--5", "0x1F", "٣"])
def test_anything_else_is_no_number(text):
    assert parse_numbers(pa.array([text]), ",").cells.tolist() == [Cell.INVALID]


@pytest.mark.parametrize("text", ["inf", "-Infinity", "1e999", "∞"])
def test_infinite_numbers_are_told_apart(text):
    numbers = parse_numbers(pa.array([text]), ".")
    assert numbers.cells.tolist() == [Cell.INFINITE]
    assert np.isnan(numbers.amounts[0])


def test_cells_that_a_workbook_keeps_as_numbers_have_a_decimal_point_whatever_the_texts_have():
    numbers = parse_numbers(pa.array(["1.234", "1.234"]), ",", typed=np.array([True, False]))
    assert numbers.amounts.tolist() == [1.234, 1234.0]


@pytest.mark.parametrize(
    ("text", "speaks_for"),
    [
        ("12,5", "comma"),
        ("0,125", "comma"),
        ("1.234,567", "comma"),
        ("1.234.567", "comma"),
        ("1234,567", "comma"),
        ("12.5", "point"),
        ("1,234.567", "point"),
        ("1.5e-05", "point"),
        ("1,234", "comma_or_thousands"),
        ("-1.234", "point_or_thousands"),
        ("1234", None),
        (".", None),
        ("...", None),
        ("v1.2x", None),
    ],
)
def test_a_number_speaks_for_one_decimal_sign_only(text, speaks_for):
    evidence = decimal_evidence([pa.array([text])])
    names = ("comma", "point", "comma_or_thousands", "point_or_thousands")
    assert [name for name in names if len(getattr(evidence, name))] == ([speaks_for] if speaks_for else [])


def test_delivered_values_may_be_rounded_but_not_differ():
    # 1/3 x 100 = 33.333…: to 0, 1, 2 and 6 decimals, then one unit of the last decimal off
    delivered = pd.Series([33.0, 33.3, 33.33, 33.333333, 34.0, 33.4, 33.34])
    computed = pd.Series([100 / 3] * 7)
    assert value_agrees(delivered, computed).tolist() == [True] * 4 + [False] * 3

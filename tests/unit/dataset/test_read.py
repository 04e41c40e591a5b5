"""The same dataset reads the same from every kind of file that an office produces."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from sozialanalyse.dataset.read import read_dataset
from sozialanalyse.dataset.schema import Dataset
from sozialanalyse.errors import DatasetError

PACKAGE = {
    "name": "kleinstadt",
    "title": "Kleinstadt",
    "synthetic": True,
    "levels": [{"level": "city", "label": "Stadt"}, {"level": "quarter", "label": "Quartier"}],
    "sources": [{"title": "Erdachte Zahlen", "path": "https://example.org"}],
}
AREAS = """area_id;name;level;parent_id
00;Kleinstadt;city;
01001;Süd „Mühle“;quarter;00
01002;"Nord; Höhe";quarter;00
"""
INDICATORS = """indicator_id;label;domain;kind;unit;factor;direction;definition;source;source_url
residents;Bevölkerung;demography;count;Personen;1;neutral;Melderegister;Stadt;
poor;Kinderarmut;poverty;proportion;%;100;higher_is_worse;SGB II;Stadt;
noise;Lärm;environment;score;dB;1;higher_is_worse;Pegel;Stadt;
"""
OBSERVATIONS = """area_id;indicator_id;year;numerator;denominator;value
01001;residents;2024;;;12345
01002;residents;2024;;;1250
01001;poor;2024;1234;12345;10,0
01002;poor;2024;.;1250;
01001;poor;2023;-;1200;0,0
01001;noise;2024;;;61,25
01002;noise;2024;;;-3,5
"""
TABLES = {"areas": AREAS, "indicators": INDICATORS, "observations": OBSERVATIONS}
NUMBERS = {"factor", "year", "numerator", "denominator", "value"}


def texts(csv: str) -> pd.DataFrame:
    return pd.read_csv(StringIO(csv), sep=";", dtype=str, keep_default_na=False)


def typed_cells(frame: pd.DataFrame) -> list[list[object]]:
    """Rows as Excel keeps them: numbers as numbers, text and signs as text, nothing where blank."""

    def cell(column: str, text: str) -> object:
        if text == "":
            return None
        number = text.replace(",", ".")
        if column in NUMBERS and number.replace(".", "", 1).lstrip("-").isdigit():
            return float(number) if "." in number else int(number)
        return text

    return [[cell(name, text) for name, text in row.items()] for row in frame.to_dict("records")]


def written(folder: Path) -> Path:
    (folder / "datapackage.json").write_text(json.dumps(PACKAGE), encoding="utf-8")
    for name, content in TABLES.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(tmp_path)


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Read from CSV files in UTF-8 with semicolons and decimal commas."""
    return read_dataset(written(tmp_path_factory.mktemp("expected")))


def rules(folder: Path) -> set[str]:
    with pytest.raises(DatasetError) as caught:
        read_dataset(folder)
    return {fault.rule for fault in caught.value.faults}


def assert_same(folder: Path, expected: Dataset) -> None:
    dataset = read_dataset(folder)
    assert_frame_equal(dataset.areas, expected.areas)
    assert_frame_equal(dataset.indicators, expected.indicators)
    assert_frame_equal(dataset.observations, expected.observations)


def test_dataset_has_the_form_of_the_schema(folder):
    dataset = read_dataset(folder)
    assert (dataset.name, dataset.title, dataset.synthetic) == ("kleinstadt", "Kleinstadt", True)
    assert [level.level for level in dataset.levels] == ["city", "quarter"]
    assert dataset.root_id == "00"
    assert list(dataset.areas.columns) == ["name", "level", "parent_id", "valid_from", "valid_to"]
    assert dataset.areas.loc["01002", "name"] == "Nord; Höhe"
    assert dataset.indicators.loc["poor", "factor"] == 100.0
    assert dataset.indicators.loc["poor", "numerator_label"] == ""
    observations = dataset.observations
    assert observations["value"].tolist()[:3] == [12345.0, 1250.0, 10.0]
    assert np.isnan(observations["numerator"].iloc[3])
    assert observations["sign"].tolist() == ["", "", "", ".", "-", "", ""]
    assert observations["numerator"].iloc[4] == 0.0
    assert observations["sex"].tolist() == [""] * 7
    assert observations["year"].dtype == np.int64
    assert isinstance(observations["area_id"].dtype, pd.CategoricalDtype)
    assert list(observations["area_id"].cat.categories) == ["00", "01001", "01002"]
    assert dataset.geometry is None
    assert dataset.population is None


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8", ";"), ("utf-8-sig", "\t"), ("utf-16", ";"), ("cp1252", ";"), ("cp1252", "|")],
)
def test_encoding_and_delimiter_are_found_out(folder, expected, encoding, delimiter):
    for name, content in TABLES.items():
        texts(content).to_csv(folder / f"{name}.csv", sep=delimiter, encoding=encoding, index=False)
    assert_same(folder, expected)


def test_comma_with_decimal_point_reads_the_same(folder, expected):
    for name, content in TABLES.items():
        frame = texts(content)
        if name == "observations":
            frame["value"] = frame["value"].str.replace(",", ".")
        frame.to_csv(folder / f"{name}.csv", index=False)
    assert_same(folder, expected)


def test_comma_with_quoted_decimal_comma_reads_the_same(folder, expected):
    texts(OBSERVATIONS).to_csv(folder / "observations.csv", index=False)
    assert_same(folder, expected)


@pytest.mark.parametrize(
    ("thousands", "line_end"),
    [(".", "\r\n"), (" ", "\r"), ("\u00a0", "\n"), ("\u202f", "\n\n"), ("'", "\n"), ("’", "\r\n")],
)
def test_separated_thousands_read_the_same_with_every_line_end(folder, expected, thousands, line_end):
    content = OBSERVATIONS.replace("12345", f"12{thousands}345").replace("1234;", f" 1{thousands}234 ;")
    (folder / "observations.csv").write_bytes(content.replace("\n", line_end).encode())
    assert_same(folder, expected)


def test_stated_encoding_and_decimal_sign_are_followed(folder, expected):
    resources = [
        {"name": "areas", "path": "areas.csv", "encoding": "cp850"},
        {
            "name": "observations",
            "path": "observations.csv",
            "dialect": {"delimiter": ",", "decimalChar": ".", "groupChar": "_"},
        },
    ]
    package = {**PACKAGE, "resources": resources}
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    (folder / "areas.csv").write_bytes(AREAS.replace("„Mühle“", "„Mühle“".strip("„“")).encode("cp850"))
    content = OBSERVATIONS.replace(",", ".").replace(";", ",").replace("12345", "12_345")
    (folder / "observations.csv").write_text(content, encoding="utf-8")
    dataset = read_dataset(folder)
    assert dataset.areas.loc["01001", "name"] == "Süd Mühle"
    assert_frame_equal(dataset.observations, expected.observations)


def test_point_before_three_digits_is_read_as_stated(folder):
    content = "area_id;indicator_id;year;numerator;denominator;value\n01001;noise;2024;;;1.250\n"
    (folder / "observations.csv").write_text(content, encoding="utf-8")
    assert rules(folder) == {"decimal_unclear"}
    for sign, value in {",": 1250.0, ".": 1.25}.items():
        resource = {"path": "observations.csv", "dialect": {"decimalChar": sign}}
        package = {**PACKAGE, "resources": [resource]}
        (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
        assert read_dataset(folder).observations["value"].tolist() == [value]


@pytest.mark.parametrize(
    "resource",
    [
        {"path": "./observations.csv", "dialect": {"decimalChar": ".", "quoteChar": None}},
        {"path": "observations.csv", "dialect": {"csv": {"delimiter": ";", "decimalChar": "."}}},
        {
            "path": "observations.csv",
            "schema": {"fields": [{"name": "area_id"}, {"name": "value", "decimalChar": "."}]},
        },
    ],
)
def test_a_dialect_may_stand_wherever_a_data_package_has_it(folder, resource):
    content = "area_id;indicator_id;year;value\n01001;noise;2024;1.250\n"
    (folder / "observations.csv").write_text(content, encoding="utf-8")
    package = {**PACKAGE, "resources": [resource]}
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    assert read_dataset(folder).observations["value"].tolist() == [1.25]


def test_points_before_varying_digits_are_decimal_points(folder):
    content = (
        "area_id;indicator_id;year;numerator;denominator;value\n"
        "01001;noise;2024;;;1.250\n01002;noise;2024;;;3.5\n"
    )
    (folder / "observations.csv").write_text(content, encoding="utf-8")
    assert read_dataset(folder).observations["value"].tolist() == [1.25, 3.5]


def test_sheets_of_one_workbook_read_the_same(folder, expected):
    workbook = openpyxl.Workbook()
    workbook.active.title = "Hinweise"
    for name, content in TABLES.items():
        frame = texts(content)
        sheet = workbook.create_sheet(name)
        sheet.append(list(frame.columns))
        for row in typed_cells(frame):
            sheet.append(row)
        (folder / f"{name}.csv").unlink()
    workbook.save(folder / "daten.xlsx")
    assert_same(folder, expected)


def test_parquet_files_read_the_same(folder, expected):
    for name, content in TABLES.items():
        frame = texts(content)
        for column in NUMBERS & set(frame.columns) - {"numerator"}:
            frame[column] = pd.to_numeric(frame[column].str.replace(",", "."), errors="coerce")
        frame.to_parquet(folder / f"{name}.parquet")
        (folder / f"{name}.csv").unlink()
    assert_same(folder, expected)


def test_a_workbook_named_like_a_table_gives_its_first_sheet_with_lines_as_excel_shows_them(folder):
    (folder / "observations.csv").unlink()
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "Tabelle1"
    frame = texts(OBSERVATIONS)
    for position, name in enumerate(frame.columns, start=1):
        sheet.cell(3, position, name)
    for line, row in zip([5, 6, 9, 10, 11, 12, 13], typed_cells(frame), strict=True):
        for position, content in enumerate(row, start=1):
            sheet.cell(line, position, content)
    sheet.cell(9, 1, 1001)
    sheet.cell(12, 6, "laut")
    workbook.save(folder / "observations.xlsx")
    with pytest.raises(DatasetError) as caught:
        read_dataset(folder)
    found = {(fault.rule, fault.file, fault.lines, fault.column) for fault in caught.value.faults}
    file = "observations.xlsx [Tabelle1]"
    assert found == {
        ("key_not_text", file, (9,), "area_id"),
        ("area_unknown", file, (9,), "area_id"),
        ("number_invalid", file, (12,), "value"),
    }


def test_keys_saved_as_numbers_in_parquet_are_refused(folder):
    frame = texts(OBSERVATIONS)
    (folder / "observations.csv").unlink()
    frame.assign(area_id=frame["area_id"].astype(int)).to_parquet(folder / "observations.parquet")
    assert rules(folder) == {"key_not_text", "area_unknown"}


def test_an_empty_sheet_and_bytes_that_are_no_text_are_named(folder):
    workbook = openpyxl.Workbook()
    workbook.active.title = "population"
    workbook.save(folder / "daten.xlsx")
    (folder / "areas.csv").write_bytes(b"area_id;name\x81\x8d\x00;level")
    with pytest.raises(DatasetError) as caught:
        read_dataset(folder)
    found = {(fault.rule, fault.file) for fault in caught.value.faults}
    assert found == {("file_empty", "daten.xlsx [population]"), ("file_unreadable", "areas.csv")}


def test_a_stated_encoding_that_does_not_fit_is_named(folder):
    package = {**PACKAGE, "resources": [{"path": "areas.csv", "encoding": "ascii"}]}
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    assert rules(folder) == {"file_unreadable"}


@pytest.mark.parametrize("name", ["datapackage.json", "areas.csv", "areas.geojson"])
def test_a_file_that_another_program_has_locked_is_named(folder, monkeypatch, name):
    (folder / "areas.geojson").write_text("{}")
    read_bytes = Path.read_bytes

    def locked(path: Path) -> bytes:
        if path.name == name:
            raise PermissionError
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", locked)
    with pytest.raises(DatasetError) as caught:
        read_dataset(folder)
    assert name in {fault.file for fault in caught.value.faults if fault.rule == "file_unreadable"}


def test_line_breaks_in_quoted_cells_and_a_quotation_mark_within_a_name_are_kept(folder, expected):
    content = AREAS.replace('"Nord; Höhe"', '"Nord;\nHöhe ""alt"""').replace("Süd „Mühle“", 'Süd 5" hoch')
    (folder / "areas.csv").write_text(content, encoding="utf-8")
    names = read_dataset(folder).areas["name"].tolist()
    assert names == ["Kleinstadt", 'Süd 5" hoch', 'Nord;\nHöhe "alt"']


def test_number_columns_that_no_indicator_needs_may_be_absent(folder):
    areas, years = ["01001", "01002"], ["2023", "2024"]
    rows = [(area, year) for area in areas for year in years]
    (folder / "observations.csv").write_text(
        "area_id;indicator_id;year;value\n" + "".join(f"{a};noise;{y};60,5\n" for a, y in rows)
    )
    scores = read_dataset(folder).observations
    assert scores["value"].tolist() == [60.5] * 4
    assert scores[["numerator", "denominator"]].isna().all(axis=None)
    (folder / "observations.csv").write_text(
        "area_id;indicator_id;year;numerator;denominator\n" + "".join(f"{a};poor;{y};9;90\n" for a, y in rows)
    )
    proportions = read_dataset(folder).observations
    assert proportions["numerator"].tolist() == [9.0] * 4
    assert proportions["value"].isna().all()


def test_sexes_and_age_groups_are_read_in_the_spelling_of_the_office(folder):
    (folder / "population.csv").write_text(
        "area_id;year;sex;age_group;count\n01001;2024;männlich;unter 6;30\n01001;2024;W;6 bis unter 18;28\n"
        "01002;2024;weiblich;65 Jahre und älter;17\n01002;2024;male;7;5\n",
        encoding="cp1252",
    )
    population = read_dataset(folder).population
    assert population is not None
    assert population["sex"].tolist() == ["m", "f", "f", "m"]
    assert population["age_group"].tolist() == ["0-5", "6-17", "65+", "7-7"]


def test_the_same_group_in_two_spellings_is_a_double(folder):
    (folder / "population.csv").write_text(
        "area_id;year;sex;age_group;count\n"
        "01001;2024;m;0-5;30\n01001;2024;m;unter 6;28\n01001;2024;m;alle;58\n"
    )
    assert rules(folder) == {"population_duplicate", "cell_empty"}


def test_observations_of_areas_that_there_were_not_are_remarked(folder):
    (folder / "areas.csv").write_text(
        "area_id;name;level;parent_id;valid_from;valid_to\n00;Kleinstadt;city;;;\n"
        "01001;Nord;quarter;00;2024-01-01;\n01002;Süd;quarter;00;;2023\n",
        encoding="utf-8",
    )
    dataset = read_dataset(folder)
    assert dataset.areas["valid_to"].tolist() == ["", "", "2023"]
    # 01001 in 2023, 01002 in 2024 three times
    assert [remark[:28] for remark in dataset.remarks if "valid_from" in remark] == [
        "observations.csv, 4 Zeilen: "
    ]


def test_neighbours_are_read_whatever_their_columns_are_called(folder):
    assert read_dataset(folder).adjacency is None
    (folder / "adjacency.csv").write_text("from,to,metres\n01001,01002,120.5\n")
    dataset = read_dataset(folder)
    assert dataset.adjacency == (("01001", "01002"),)
    assert "areas.geojson fehlt: Karten sind nicht möglich." in dataset.remarks


def test_an_indicator_for_one_group_only_is_about_that_group(folder):
    (folder / "observations.csv").write_text(
        "area_id;indicator_id;year;sex;age_group;numerator;denominator;value\n"
        "01001;poor;2024;w;65 und älter;9;90;\n01002;poor;2024;f;65+;8;80;\n"
        "01001;residents;2024;;;;;500\n01001;residents;2024;m;;;;240\n"
        "01001;noise;2024;m;;;;60,5\n01001;noise;2024;f;;;;60,25\n",
        encoding="utf-8",
    )
    dataset = read_dataset(folder)
    seen = dataset.observations
    alone = seen[(seen["sex"] == "") & (seen["age_group"] == "")]
    assert alone["indicator_id"].tolist() == ["poor", "poor", "residents"]
    assert alone["numerator"].tolist()[:2] == [9.0, 8.0]
    assert dataset.indicators["definition"]["poor"] == "SGB II (nur Frauen, Altersgruppe 65+)"
    assert dataset.indicators["definition"]["noise"] == "Pegel"
    assert [remark[:11] for remark in dataset.remarks[:3]] == ["»Kinderarmu", "»Lärm«: Es ", "1 Beobachtu"]


def test_a_score_needs_no_factor(folder):
    path = folder / "indicators.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("dB;1;", "dB;;"), encoding="utf-8")
    assert read_dataset(folder).indicators["factor"]["noise"] == 1.0


def test_a_missing_folder_is_named(tmp_path):
    assert rules(tmp_path / "nirgends") == {"folder_missing"}


def test_population_is_read_as_numbers(folder):
    (folder / "population.csv").write_text(
        "area_id;year;sex;age_group;count\n01001;2024;m;0-4;1.030\n01001;2024;f;85+;-\n", encoding="utf-8"
    )
    package = {**PACKAGE, "resources": [{"path": "population.csv", "dialect": {"decimalChar": ","}}]}
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    dataset = read_dataset(folder)
    assert dataset.population is not None
    assert dataset.population["count"].tolist() == [1030.0, 0.0]
    assert dataset.population["age_group"].tolist() == ["0-4", "85+"]


def test_remarks_say_what_is_odd(folder):
    content = OBSERVATIONS.replace("value\n", "value;note\n", 1).replace(";.;1250;", ";;1250;")
    lines = [line + ";" if i else line for i, line in enumerate(content.splitlines())]
    lines[1] = lines[1].replace("12345", "12345,5")
    (folder / "observations.csv").write_text("\n".join(line for line in lines if "noise" not in line))
    assert list(read_dataset(folder).remarks) == [
        "observations.csv: Die Spalte »note« ist nicht bekannt und wird nicht gelesen.",
        "observations.csv, 1 Zeile: weder Zähler noch Zeichen nach DIN 55301, Anteil oder Rate bleibt leer.",
        "observations.csv, 1 Zeile: Anzahlen, die keine ganzen Zahlen sind (Schätzungen?).",
        "observations.csv: keine Beobachtungen zu Lärm.",
        "areas.geojson fehlt: Karten und räumliche Auswertungen sind nicht möglich.",
    ]


def test_fingerprint_changes_with_every_file_read_and_with_no_other(folder):
    before = read_dataset(folder).fingerprint
    (folder / "README.md").write_text("Notizen")
    assert read_dataset(folder).fingerprint == before
    (folder / "areas.csv").write_text(AREAS.replace("Kleinstadt", "Kleinstadt "), encoding="utf-8")
    assert read_dataset(folder).fingerprint != before


def test_coarser_polygons_are_dissolved_and_schematic_ones_marked(folder):
    def square(key: str, west: float) -> dict[str, object]:
        ring = [[west, 51.0], [west + 1, 51.0], [west + 1, 52.0], [west, 52.0], [west, 51.0]]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        return {"type": "Feature", "properties": {"area_id": key}, "geometry": geometry}

    collection = {"type": "FeatureCollection", "features": [square("01001", 6.0), square("01002", 7.0)]}
    (folder / "areas.geojson").write_text(json.dumps(collection), encoding="utf-8")
    (folder / "datapackage.json").write_text(json.dumps({**PACKAGE, "geometry": "schematic"}))
    dataset = read_dataset(folder)
    assert dataset.schematic_geometry
    assert dataset.geometry is not None
    assert list(dataset.geometry) == ["00", "01001", "01002"]
    assert dataset.geometry["00"].bounds == (6.0, 51.0, 8.0, 52.0)
    assert dataset.geometry["00"].area == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("ring", "area"),
    [
        ([[0, 0], [5, 0], [5, -4], [5, 0], [10, 0], [10, 10], [0, 10]], 100.0),  # a spike
        ([[0, 0], [5, 0], [5, 0.001], [4.99, -0.001], [10, 0], [10, 10], [0, 10]], 100.0),  # a small loop
        ([[0, 0], [5, 0], [3, 4], [7, 4], [5, 0], [10, 0], [10, 10], [0, 10]], 92.0),  # a hole: 4 × 4 / 2
        ([[0, 0, 7], [10, 0, 7], [10, 10, 8], [0, 10, 8]], 100.0),  # heights
    ],
)
def test_borders_that_touch_or_cross_themselves_without_doubt_are_mended(folder, ring, area):
    def feature(key: str, points: list[list[float]]) -> dict[str, object]:
        shape = {"type": "Polygon", "coordinates": [[*points, points[0]]]}
        return {"type": "Feature", "properties": {"area_id": key}, "geometry": shape}

    other = [[10, 0], [12, 0], [12, 2], [10, 2]]
    collection = {"type": "FeatureCollection", "features": [feature("01001", ring), feature("01002", other)]}
    (folder / "areas.geojson").write_text(json.dumps(collection))
    geometry = read_dataset(folder).geometry
    assert geometry is not None
    assert geometry["01001"].is_valid
    assert not geometry["01001"].has_z
    assert geometry["01001"].area == pytest.approx(area, rel=1e-4)


def test_rochdale_is_faultless(shared_data):
    dataset = read_dataset(shared_data / "rochdale")
    assert len(dataset.observations) == 2948
    assert dataset.areas["level"].value_counts().to_dict() == {
        "neighbourhood": 134,
        "district": 25,
        "city": 1,
    }
    assert dataset.geometry is not None
    assert len(dataset.geometry) == 160
    # 6 suppressed proportions, counted in observations.csv with a text search for ",,<denominator>,$"
    assert dataset.remarks == (
        "observations.csv, 6 Zeilen: weder Zähler noch Zeichen nach DIN 55301, Anteil oder Rate bleibt leer.",
    )


def test_kreise_are_faultless_and_keep_their_leading_zeros(shared_data):
    dataset = read_dataset(shared_data / "kreise")
    assert len(dataset.observations) == 88360
    assert dataset.areas.loc["05119", "level"] == "kreis"
    assert dataset.areas.loc["01001", "parent_id"] == "01"
    assert dataset.remarks == ()

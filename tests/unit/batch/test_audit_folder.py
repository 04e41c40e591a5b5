"""The audit of an output folder reads pages and notebooks, and fails where a hidden number was put back."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from sozialanalyse.batch.audit import audit_folder, audit_lines, audit_summary, read_file
from sozialanalyse.batch.manifest import Entry, write_final, write_manifest
from sozialanalyse.cli import main
from sozialanalyse.errors import RunError

RULES = "".join(
    f'<tr data-rule="{rule}"><th>{rule}</th><td>{limit}</td></tr>'
    for rule, limit in (
        ("minimum_numerator", "3 Fälle"),
        ("minimum_denominator", "100 Personen"),
        ("minimum_complement", "3 Fälle"),
        ("show_zero", "ja"),
    )
)


def row(area: str, cases: str) -> str:
    about = f'data-area="{area}" data-parent="{"S" if area != "S" else ""}" data-name="Gebiet {area}"'
    about += ' data-indicator="share" data-year="2022" data-label="Anteil" data-kind="proportion"'
    about += ' data-factor="100" data-cases="" data-group=""'
    return f'<tr {about}><th>Anteil</th><td data-what="cases">{cases}</td></tr>'


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return a folder with one page and its notebook: two of three quarters are hidden."""
    rows = [row("S", "120 / 1.500"), row("A", "."), row("B", "."), row("C", "60 / 500")]
    html = f"<table>{RULES}{''.join(rows)}</table>"
    notebook = {"cells": [{"outputs": [{"data": {"text/html": [html]}}]}]}
    files = {"bild/S.html": html, "bild/S.ipynb": json.dumps(notebook)}
    outputs = {name: write_final(tmp_path / name, text.encode()) for name, text in files.items()}
    write_manifest(tmp_path, {}, [Entry("bild", "S", "rendered", {}, {}, outputs)])
    return tmp_path


@pytest.mark.parametrize(("siblings", "breaches"), [(1, 1), (3, 0)])
def test_parts_that_no_page_tells_of_leave_a_hidden_part_open(
    tmp_path: Path, siblings: int, breaches: int
) -> None:
    told = row("A", ".").replace("data-name", f'data-siblings="{siblings}" data-name')
    html = f"<table>{RULES}{row('S', '120 / 1.500')}{told}</table>"
    outputs = {"bild/S.html": write_final(tmp_path / "bild/S.html", html.encode())}
    write_manifest(tmp_path, {}, [Entry("bild", "S", "rendered", {}, {}, outputs)])
    assert len(audit_folder(tmp_path).breaches) == breaches


def plant(out: Path, name: str, cases: str) -> None:
    """Write the number of quarter A back by hand."""
    text = (out / name).read_text(encoding="utf-8")
    quoted = (lambda html: json.dumps(html)[1:-1]) if name.endswith(".ipynb") else str
    assert quoted(row("A", ".")) in text
    (out / name).write_text(text.replace(quoted(row("A", ".")), quoted(row("A", cases))), encoding="utf-8")


def test_pages_that_give_nothing_away_pass(out: Path) -> None:
    report = audit_folder(out)
    assert (report.protected, report.narrowest, report.breaches) == (2, 60.0, ())
    assert audit_lines(report)[-1] == "Keine geheime Angabe lässt sich ableiten."


@pytest.mark.parametrize("name", ["bild/S.html", "bild/S.ipynb"])
def test_a_number_put_back_by_hand_fails_and_names_the_table(
    out: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    plant(out, name, "2 / 500")
    with pytest.raises(SystemExit) as ended:
        main(["audit", str(out)])
    assert ended.value.code == 1
    told = capsys.readouterr().out
    for words in ("»Anteil«, Gebiet A (A), 2022", "»Anteil«, Gebiet B (B), 2022", name):
        assert words in told


def picture(inner: str) -> str:
    """Return a figure as pages embed it."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg">{inner}</svg>'
    return f'<figure><img src="data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"></figure>'


TOLD = [
    "<p>In Gebiet A liegt der Anteil bei 0,4 %.</p>",
    "<p>Gebiet A: Anteil 0,4&nbsp;% (insgesamt 8,0 %).</p>",
    "<p>Gebiet A: Anteil von 7,5 (2016) auf 0,4 % (2022).</p>",
    "<p>Anteil: Gebiet C 12,0 %, Gebiet A 0,4 %.</p>",
    '<img src="bild.png" alt="Gebiet A: Anteil 0,4 %">',
    '<figure aria-label="Gebiet A: Anteil = 0,4 %"></figure>',
    picture("<!-- Gebiet A --><g/><!-- Anteil 2022 --><g/><!-- 0,4\u00a0% -->"),
    picture("<text>Gebiet A</text><text>Anteil</text><text>0,4</text>"),
    picture("<title>Gebiet A, Anteil 0,4 %</title>"),
    "<svg><desc>Gebiet A: Anteil 0,4 %</desc></svg>",
]


@pytest.mark.parametrize("told", TOLD)
def test_a_number_put_into_words_or_pictures_fails_and_names_the_page(out: Path, told: str) -> None:
    page = out / "bild/S.html"
    page.write_text(page.read_text(encoding="utf-8") + told, encoding="utf-8")
    breaches = audit_folder(out).breaches
    assert [text for text in breaches if "»Anteil«, Gebiet A (A), 2022" in text and "bild/S.html" in text]
    assert not [text for text in breaches if "Gebiet B" in text]


@pytest.mark.parametrize(
    "harmless",
    [
        "<p>In Gebiet C liegt der Anteil bei 12,0 %.</p>",
        "<p>Gebiet A: Anteil von 7,5 (2016) auf 7,9 % (2018).</p>",
        "<p>Geheim gehalten: Anteil. Gebiet A hat 500 Einwohner*innen.</p>",
        "<p>Gebiet A, Anteil (2022): geheim.</p>",
        "<p>Gebiet A: Anteilseigner 17.</p>",
    ],
)
def test_words_about_other_areas_years_and_things_are_no_breach(out: Path, harmless: str) -> None:
    page = out / "bild/S.html"
    page.write_text(page.read_text(encoding="utf-8") + harmless, encoding="utf-8")
    assert audit_folder(out).breaches == ()


@pytest.mark.parametrize(
    "output",
    [
        {"data": {"text/plain": ["Gebiet A | Anteil (%) | 2022 | 0,4"]}},
        {"data": {"text/plain": ["Indikator | Gebiet C | Gebiet A\nAnteil (%) | 12,0 | 0,4"]}},
        {"data": {"text/plain": ["Gebiet | Fälle | Anteil (%)\nGebiet A | . | 0,4"]}},
        {"name": "stdout", "text": ["Gebiet A: Anteil 0,4"]},
        {"ename": "ValueError", "evalue": "Gebiet A: Anteil 0,4", "traceback": []},
        {"data": {"image/svg+xml": ["<svg><text>Gebiet A Anteil 0,4</text></svg>"]}},
        {"data": {"application/json": {"text": "Gebiet A: Anteil 0,4"}}},
    ],
)
def test_a_number_in_any_output_of_a_notebook_fails_and_names_it(
    out: Path, output: dict[str, object]
) -> None:
    path = out / "bild/S.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"].append({"outputs": [output]})
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert any("Gebiet A (A)" in text and "bild/S.ipynb" in text for text in audit_folder(out).breaches)


def test_a_plain_table_tells_of_the_area_in_the_head_of_its_column(out: Path) -> None:
    path = out / "bild/S.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    table = "Gebiete von Gebiet A an\nIndikator | Gebiet C | Gebiet A (dieses Gebiet)\nAnteil (%) | 12,0 | ."
    notebook["cells"].append({"outputs": [{"data": {"text/plain": [table]}}]})
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert audit_folder(out).breaches == ()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("werte.csv", "area_id;indicator_id;year;numerator;denominator;value\nA;share;2022;2;500;0,4\n"),
        ("protokoll.txt", "Gebiet A: Anteil 0,4 % nicht gezeigt"),
        ("bild/karte.svg", "<svg><text>Gebiet A</text><text>Anteil 0,4</text></svg>"),
    ],
)
def test_a_number_in_any_other_file_of_the_folder_fails_and_names_it(out: Path, name: str, text: str) -> None:
    (out / name).write_text(text, encoding="utf-8")
    assert any("Gebiet A (A)" in found and name in found for found in audit_folder(out).breaches)


@pytest.mark.parametrize("how", ["", "um höchstens ein halbes Prozent "])
def test_a_remark_on_delivered_totals_is_heeded(out: Path, how: str) -> None:
    remark = (
        f"»Anteil«: 1 gelieferte Werte der Ebene Stadt weichen {how}von der Zusammenfassung der feineren "
        "Gebiete ab"
    )
    for name in ("bild/S.html", "bild/S.ipynb"):
        plant(out, name, "2 / 500")
    assert any("Gebiet B" in text for text in audit_folder(out).breaches)
    page = out / "bild/S.html"
    page.write_text(page.read_text(encoding="utf-8") + f"<p>{remark}.</p>", encoding="utf-8")
    assert not any("Gebiet B" in text for text in audit_folder(out).breaches)


def test_what_was_read_before_is_not_read_again_and_gives_the_same_result(out: Path) -> None:
    names = [path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()]
    known = {name: read_file(name, (out / name).read_bytes()) for name in names}
    assert audit_folder(out, known) == audit_folder(out)
    before = audit_folder(out)
    plant(out, "bild/S.html", "2 / 500")
    assert audit_folder(out, known) == before
    del known["bild/S.html"]
    assert audit_folder(out, known) == audit_folder(out) != before


def test_files_that_cannot_be_read_are_named(out: Path) -> None:
    (out / "foto.png").write_bytes(b"\x89PNG")
    lines = audit_lines(audit_folder(out))
    assert any("Nicht gelesen" in line and "foto.png" in line for line in lines)


def test_the_summary_is_one_line(out: Path) -> None:
    assert audit_summary(audit_folder(out)) == (
        "Geheimhaltung: 2 geheime Angaben geprüft, engster ableitbarer Bereich 60 Fälle breit, "
        "keine ableitbar."
    )
    plant(out, "bild/S.html", "2 / 500")
    # A is shown where it is hidden elsewhere, and against a rule; B follows: 120 − 60 − 2.
    assert audit_summary(audit_folder(out)).endswith("verletzt.")


def test_a_folder_without_pages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="sozialanalyse run"):
        audit_folder(tmp_path)


def test_pages_without_rules_are_refused(out: Path) -> None:
    for name in ("bild/S.html", "bild/S.ipynb"):
        text = (out / name).read_text(encoding="utf-8").replace("data-rule", "data-other")
        (out / name).write_text(text, encoding="utf-8")
    with pytest.raises(RunError, match="Regeln"):
        audit_folder(out)


def test_pages_without_a_table_of_areas_hide_nothing_and_need_no_rules(out: Path) -> None:
    for name in ("bild/S.html", "bild/S.ipynb"):
        (out / name).write_text('{"cells": []}' if name.endswith("b") else "<p>Ein Satz.</p>", "utf-8")
    report = audit_folder(out)
    assert (report.protected, report.breaches, report.read) == (0, (), 3)
    assert audit_lines(report)[-1].startswith("Keine Tabelle verbirgt eine Angabe")
    assert audit_summary(report) == (
        "Geheimhaltung: 3 Dateien geprüft. Keine Tabelle verbirgt eine Angabe eines einzelnen Gebiets."
    )

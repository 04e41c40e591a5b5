"""The audit of an output folder reads pages and notebooks, and fails where a hidden number was put back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sozialanalyse.batch.audit import audit_folder, audit_lines
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


def test_a_folder_without_pages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="sozialanalyse run"):
        audit_folder(tmp_path)


def test_pages_without_rules_are_refused(out: Path) -> None:
    for name in ("bild/S.html", "bild/S.ipynb"):
        text = (out / name).read_text(encoding="utf-8").replace("data-rule", "data-other")
        (out / name).write_text(text, encoding="utf-8")
    with pytest.raises(RunError, match="Regeln"):
        audit_folder(out)

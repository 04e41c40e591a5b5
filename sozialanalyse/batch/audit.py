"""The audit of an output folder: read all of it as an outsider does, and attack what is hidden there."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from sozialanalyse.batch.manifest import read_manifest
from sozialanalyse.disclosure.audit import AuditReport, Fact, audit_facts
from sozialanalyse.errors import RunError
from sozialanalyse.site.page_facts import PageReader
from sozialanalyse.site.text_facts import TextBlock, html_blocks, plain_blocks, text_facts

__all__ = ["audit_folder", "audit_lines", "audit_summary"]

_PLAIN: Final = (".txt", ".json", ".md", ".log")
_PAGES: Final = (".html", ".htm", ".svg")
_NOTHING_HIDDEN: Final = "Keine Tabelle verbirgt eine Angabe eines einzelnen Gebiets"
_KEY: Final = ("indicator_id", "area_id", "year")


def audit_folder(out: Path) -> AuditReport:
    """Attack everything in an output folder: pages, executed notebooks, downloads, record and log.

    Parameters
    ----------
    out : Path
        Folder that a batch has written; its record says which files belong to it. Other files in it are
        read too, because whoever gets the folder gets them.

    Raises
    ------
    RunError
        If there is no page, a page is missing, or tables tell of single areas and no page names its rules.
    """
    pages = {name for entry in read_manifest(out).values() for name in entry.outputs}
    if not pages:
        raise RunError(
            f"Im Ordner »{out.name}« liegen keine Seiten mit Verzeichnis. "
            "Bitte zuerst »sozialanalyse run« ausführen."
        )
    there = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    if missing := sorted(pages - there):
        raise RunError(f"Die Datei »{missing[0]}« fehlt. Bitte den Lauf wiederholen.")
    reading = _Reading()
    for name in sorted(there, key=lambda name: (not name.endswith(".html"), name)):
        reading.read(out / name, name)
    rules = reading.tables.rules()
    facts = reading.tables.facts
    if facts and not rules.limits:
        raise RunError(
            "Keine Seite nennt die Regeln der Geheimhaltung; ohne sie ist keine Prüfung möglich. "
            "Bitte die Seiten mit dem Abschnitt »Geheimhaltung« neu erstellen."
        )
    report = audit_facts([*facts, *text_facts(reading.blocks, rules, facts)], rules)
    return replace(report, unread=tuple(reading.unread), read=len(there) - len(there & set(reading.unread)))


class _Reading:
    """Collects tables and texts of all files."""

    def __init__(self) -> None:
        self.tables = PageReader()
        self.blocks: list[TextBlock] = []
        self.unread: list[str] = []

    def read(self, path: Path, name: str) -> None:
        """Read a file by its kind."""
        suffix = path.suffix.lower()
        if suffix not in (*_PLAIN, *_PAGES, ".ipynb", ".csv"):
            self.unread.append(name)
            return
        text = path.read_text(encoding="utf-8", errors="replace")
        if suffix == ".ipynb":
            self._read_notebook(json.loads(text), name)
        elif suffix in _PAGES:
            self._read_html(text, name)
        elif suffix == ".csv":
            self.tables.facts += _csv_facts(text, name)
            self.blocks += plain_blocks(text, name)
        else:
            self.blocks += plain_blocks(text, name)

    def _read_html(self, html: str, name: str) -> None:
        self.tables.read(html, name)
        self.blocks += html_blocks(html, name)

    def _read_notebook(self, notebook: dict[str, Any], name: str) -> None:
        for cell in notebook["cells"]:
            self.blocks += plain_blocks("".join(cell.get("source", "")), name, source="Zelle")
            for output in cell.get("outputs", []):
                for kind, content in _contents(output):
                    if kind == "text/html":
                        self._read_html(content, name)
                    elif kind == "image/svg+xml":
                        self.blocks += html_blocks(content, name)
                    elif kind.startswith("image/"):
                        self.unread.append(f"{name} (Bild)")
                    else:
                        self.blocks += plain_blocks(content, name, source="Ausgabe")


def _contents(output: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Return kind and content of everything that an output of a cell holds."""
    parts = {
        **output.get("data", {}),
        "stream": output.get("text", ""),
        "error": [str(output.get("evalue", "")), *(f"\n{line}" for line in output.get("traceback", []))],
    }
    for kind, content in parts.items():
        text = "".join(content) if isinstance(content, str | list) else json.dumps(content)
        if text:
            yield kind, text


def _csv_facts(text: str, name: str) -> Iterator[Fact]:
    """Read a download in the form of the dataset's observations."""
    delimiter = ";" if text.partition("\n")[0].count(";") else ","
    for row in csv.DictReader(io.StringIO(text), delimiter=delimiter):
        if all(row.get(column) for column in _KEY):
            numbers = {column: _number(row.get(column)) for column in ("value", "numerator", "denominator")}
            value, cases, group = numbers.values()
            told = None if value is None else (value, value)
            indicator, area, year = (str(row[column]) for column in _KEY)
            yield Fact(indicator, area, year, told, cases, group, place=name)


def _number(text: str | None) -> float | None:
    try:
        return float((text or "").replace(",", "."))
    except ValueError:
        return None


def audit_lines(report: AuditReport) -> list[str]:
    """Put the result into German lines."""
    lines = [
        f"Geprüft: {report.protected} geheime Angaben auf den Seiten und in den Notebooks "
        f"({report.read} Dateien gelesen)."
    ]
    if report.open_tables:
        lines.append(
            f"Nicht ableitbar: {report.open_tables} Angaben, "
            "weil gelieferte Summen von ihren Teilen abweichen."
        )
    if report.unread:
        lines.append(f"Nicht gelesen, bitte von Hand prüfen: {', '.join(sorted(set(report.unread)))}.")
    if math.isfinite(report.narrowest):
        lines.append(f"Engster ableitbarer Bereich: {report.narrowest:.0f} Fälle breit.")
    if not report.breaches and not report.protected:
        return [*lines, f"{_NOTHING_HIDDEN}; auszurechnen ist also nichts."]
    if not report.breaches:
        return [*lines, "Keine geheime Angabe lässt sich ableiten."]
    return [*lines, f"Verletzt ({len(report.breaches)}):", *(f"- {breach}" for breach in report.breaches)]


def audit_summary(report: AuditReport) -> str:
    """Put the result into one German line, as `run` ends with."""
    if not report.breaches and not report.protected:
        return f"Geheimhaltung: {report.read} Dateien geprüft. {_NOTHING_HIDDEN}."
    narrowest = (
        f"engster ableitbarer Bereich {report.narrowest:.0f} Fälle breit"
        if math.isfinite(report.narrowest)
        else "kein Bereich begrenzt"
    )
    verdict = f"{len(report.breaches)} verletzt" if report.breaches else "keine ableitbar"
    return f"Geheimhaltung: {report.protected} geheime Angaben geprüft, {narrowest}, {verdict}."

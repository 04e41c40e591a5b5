"""The audit of an output folder: read all of it as an outsider does, and attack what is hidden there.

To read takes most of the time, and each file is read on its own: whoever makes a page can read it at once,
while others make other pages. The attack needs all that was read.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from sozialanalyse.batch.manifest import read_manifest
from sozialanalyse.disclosure.audit import AuditReport, Fact, audit_facts
from sozialanalyse.errors import RunError
from sozialanalyse.site.page_facts import PageReader
from sozialanalyse.site.text_facts import TextBlock, html_blocks, plain_blocks, text_facts

__all__ = ["Reading", "audit_folder", "audit_lines", "audit_summary", "read_file"]

_PLAIN: Final = (".txt", ".json", ".md", ".log")
_PAGES: Final = (".html", ".htm", ".svg")
_NOTHING_HIDDEN: Final = "Keine Tabelle verbirgt eine Angabe eines einzelnen Gebiets"
_KEY: Final = ("indicator_id", "area_id", "year")


@dataclass(slots=True)
class Reading:
    """What was read, in one file or in several.

    Attributes
    ----------
    tables : PageReader
        What tables tell.
    blocks : list of TextBlock
        What stands outside of tables.
    unread : list of str
        Files that cannot be read.
    """

    tables: PageReader = field(default_factory=PageReader)
    blocks: list[TextBlock] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def add(self, other: Reading) -> None:
        """Take over what was read elsewhere, as if it were read now."""
        self.tables.add(other.tables)
        self.blocks += other.blocks
        self.unread += other.unread


def read_file(name: str, content: bytes) -> Reading:
    """Read a file by its kind.

    Parameters
    ----------
    name : str
        Its path below the output folder, for messages.
    content : bytes
        What it holds.
    """
    reading = Reading()
    suffix = Path(name).suffix.lower()
    if suffix not in (*_PLAIN, *_PAGES, ".ipynb", ".csv"):
        reading.unread.append(name)
        return reading
    text = content.decode("utf-8", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    if suffix == ".ipynb":
        _read_notebook(json.loads(text), name, reading)
    elif suffix in _PAGES:
        _read_html(text, name, reading)
    elif suffix == ".csv":
        reading.tables.facts += _csv_facts(text, name)
        reading.blocks += plain_blocks(text, name)
    else:
        reading.blocks += plain_blocks(text, name)
    return reading


def audit_folder(out: Path, known: Mapping[str, Reading] | None = None) -> AuditReport:
    """Attack everything in an output folder: pages, executed notebooks, downloads, record and log.

    Parameters
    ----------
    out : Path
        Folder that a batch has written; its record says which files belong to it. Other files in it are
        read too, because whoever gets the folder gets them.
    known : mapping from str to Reading, optional
        Files, by their path below the folder, that were read already.

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
    known = known or {}
    reading = Reading()
    for name in sorted(there, key=lambda name: (not name.endswith(".html"), name)):
        reading.add(known[name] if name in known else read_file(name, (out / name).read_bytes()))
    rules = reading.tables.rules()
    facts = reading.tables.facts
    if facts and not rules.limits:
        raise RunError(
            "Keine Seite nennt die Regeln der Geheimhaltung; ohne sie ist keine Prüfung möglich. "
            "Bitte die Seiten mit dem Abschnitt »Geheimhaltung« neu erstellen."
        )
    report = audit_facts([*facts, *text_facts(reading.blocks, rules, facts)], rules)
    return replace(report, unread=tuple(reading.unread), read=len(there) - len(there & set(reading.unread)))


def _read_html(html: str, name: str, reading: Reading) -> None:
    reading.tables.read(html, name)
    reading.blocks += html_blocks(html, name)


def _read_notebook(notebook: dict[str, Any], name: str, reading: Reading) -> None:
    for cell in notebook["cells"]:
        reading.blocks += plain_blocks("".join(cell.get("source", "")), name, source="Zelle")
        for output in cell.get("outputs", []):
            for kind, content in _contents(output):
                if kind == "text/html":
                    _read_html(content, name, reading)
                elif kind == "image/svg+xml":
                    reading.blocks += html_blocks(content, name)
                elif kind.startswith("image/"):
                    reading.unread.append(f"{name} (Bild)")
                else:
                    reading.blocks += plain_blocks(content, name, source="Ausgabe")


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

"""The audit of an output folder: read every page and executed notebook, and attack what is hidden there."""

from __future__ import annotations

import json
import math
from pathlib import Path

from sozialanalyse.batch.manifest import read_manifest
from sozialanalyse.disclosure.audit import AuditReport, audit_facts
from sozialanalyse.errors import RunError
from sozialanalyse.site.page_facts import PageReader

__all__ = ["audit_folder", "audit_lines"]


def audit_folder(out: Path) -> AuditReport:
    """Attack everything in an output folder.

    Parameters
    ----------
    out : Path
        Folder that a batch has written; its record says which files belong to it.

    Raises
    ------
    RunError
        If there is no page, a page is missing, or no page names its rules.
    """
    files = sorted({name for entry in read_manifest(out).values() for name in entry.outputs})
    if not files:
        raise RunError(
            f"Im Ordner »{out.name}« liegen keine Seiten mit Verzeichnis. "
            "Bitte zuerst »sozialanalyse run« ausführen."
        )
    reader = PageReader()
    for name in files:
        try:
            text = (out / name).read_text(encoding="utf-8")
        except OSError:
            raise RunError(f"Die Datei »{name}« fehlt. Bitte den Lauf wiederholen.") from None
        for html in _outputs(text) if name.endswith(".ipynb") else [text]:
            reader.read(html, name)
    rules = reader.rules()
    if not rules.limits:
        raise RunError(
            "Keine Seite nennt die Regeln der Geheimhaltung; ohne sie ist keine Prüfung möglich. "
            "Bitte die Seiten mit dem Abschnitt »Geheimhaltung« neu erstellen."
        )
    return audit_facts(reader.facts, rules)


def _outputs(notebook: str) -> list[str]:
    cells = json.loads(notebook)["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    found = [output.get("data", {}).get("text/html", "") for output in outputs]
    return ["".join(html) for html in found]


def audit_lines(report: AuditReport) -> list[str]:
    """Put the result into German lines."""
    lines = [f"Geprüft: {report.protected} geheime Angaben auf den Seiten und in den Notebooks."]
    if report.open_tables:
        lines.append(
            f"Nicht ableitbar: {report.open_tables} Angaben, weil gezeigte Summen und Teile "
            "nicht zusammenpassen."
        )
    if math.isfinite(report.narrowest):
        lines.append(f"Engster ableitbarer Bereich: {report.narrowest:.0f} Fälle breit.")
    if not report.breaches:
        return [*lines, "Keine geheime Angabe lässt sich ableiten."]
    return [*lines, f"Verletzt ({len(report.breaches)}):", *(f"- {breach}" for breach in report.breaches)]

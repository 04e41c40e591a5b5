"""The sections on the goals of a Sozialkonferenz: what was agreed, how far it is, what is handed on."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Final

import pandas as pd

from sozialanalyse.report.charts import Line, Panel, draw_series
from sozialanalyse.report.conference_view import ConferenceView
from sozialanalyse.report.facts import VALUE, area_data, indicator_data
from sozialanalyse.report.fragment import Fragment, figure, note, paragraph, warning
from sozialanalyse.report.numbers import (
    decimals_for,
    format_interval,
    format_number,
    format_value,
    join_words,
)
from sozialanalyse.report.plan_view import absent_table, day_text, plan_origin, with_example
from sozialanalyse.report.sources import origin
from sozialanalyse.report.tables import Cell, html_table, missing_cell
from sozialanalyse.report.view import AreaView, Row

__all__ = ["VERDICTS", "goals", "handover", "no_goals", "progress"]

VERDICTS: Final[dict[str, tuple[str, str]]] = {
    "reached": ("✓", "erreicht"),
    "missed": ("✗", "verfehlt"),
    "on_course": ("▲", "auf Kurs"),
    "off_course": ("▼", "nicht auf Kurs"),
    "unsure": ("●", "nicht zu sagen"),
    "unknown": ("◇", "nicht zu sagen"),
}
"""Verdict to its sign and German word."""
WITHOUT_GOALS: Final = "Entfällt ohne Ziele; der Grund steht am Anfang der Seite."
REASONS: Final[dict[str, str]] = {
    "": "",
    "not_measured": "ohne Zielwert oder Datum",
    "no_year": "Jahr der Konferenz fehlt",
    "hidden": "Wert ist geheim",
    "no_baseline": "kein Wert vor der Konferenz",
    "no_later": "noch kein Wert seit der Konferenz",
    "no_interval": "Unsicherheit nicht bekannt",
    "no_change": "Zielwert gleich Ausgangswert",
}


def no_goals(view: ConferenceView) -> Fragment:
    """Return a remark that there are no goals for the topic, with what to do."""
    if view.analysis.planning.goals is None:
        return absent_table("goals")
    return warning(
        f"Die Tabelle »goals« enthält noch kein Ziel zum Thema {view.topic.label}. Sobald die Arbeitsgruppen "
        "Ziele vereinbart haben und sie dort stehen, erscheinen sie hier."
    )


def goals(view: ConferenceView) -> Fragment:
    """Return the results of the groups: strategic goals with the operational ones that serve them."""
    if not len(view.goals):
        return note(WITHOUT_GOALS)
    result = Fragment("", "")
    labels = view.rules.labels("statuses")
    for group, rows in view.goals.groupby("group", sort=False):
        title = f"Arbeitsgruppe {group}"
        result += Fragment(f"<h3>{escape(title, quote=False)}</h3>", title)
        body: list[list[Cell | str]] = []
        for row in rows.to_dict("records"):
            strategic = row["kind"] == "strategic"
            word = "strategisch" if strategic else "operativ"
            body.append(
                [
                    Cell(str(row["text"]), with_example(f"{row['goal_id']}, {word}", bool(row["synthetic"]))),
                    _measure(view, {str(name): cell for name, cell in row.items()}),
                    day_text(row["target_date"]),
                    str(row["responsible"]),
                    labels.get(str(row["status"]), str(row["status"])),
                ]
            )
        header = ["Ziel", "woran gemessen", "bis", "zuständig", "Stand"]
        kinds = rows["kind"].value_counts()
        caption = f"{kinds.get('strategic', 0)} strategisch, {kinds.get('operational', 0)} operativ"
        result += html_table(f"Ziele der Gruppe {group}: {caption}", header, body)
    groups = set(view.goals["group"])
    without = [group for group in view.topic.groups if group not in groups]
    if without:
        result += note(f"Noch ohne Ziele: Arbeitsgruppe {join_words(without)}.")
    return result


def _measure(view: ConferenceView, row: Row) -> Cell:
    key = str(row["indicator_id"])
    if not key:
        return Cell("–")
    catalogue = view.analysis.indicators
    if key not in catalogue.index:
        return Cell(key, "fehlt im Datensatz")
    where = _place(view, str(row["area_id"]))
    target = row["target_value"]
    if pd.isna(target):
        return Cell(str(catalogue["label"][key]), where)
    unit = str(catalogue["unit"][key])
    return Cell(
        f"{catalogue['label'][key]}: {format_value(float(target), unit, _decimals(unit, float(target)))}",
        where,
    )


def _place(view: ConferenceView, area_id: str) -> str:
    return str(view.analysis.areas["name"][area_id]) if area_id else "ganze Stadt"


def _decimals(unit: str, target: float) -> int:
    return 0 if target == round(target) else decimals_for(unit, target)


def progress(view: ConferenceView) -> Fragment:
    """Return baseline, latest value and target of every measured goal, and whether it is on course."""
    frame = view.progress.frame
    if not len(frame):
        return (
            note(WITHOUT_GOALS)
            if not len(view.goals)
            else note("Kein Ziel wird an einem Indikator gemessen.")
        )
    named = view.goals.set_index("goal_id")
    texts, made_up = named["text"], named["synthetic"]
    catalogue = view.analysis.indicators
    body: list[list[Cell | str]] = []
    panels: dict[str, Panel] = {}
    for row in frame.to_dict("records"):
        key = str(row["indicator_id"])
        unit = str(catalogue["unit"].get(key, ""))
        decimals = decimals_for(unit, float(row["target_value"]))
        area = view.analysis.area(str(row["area_id"]))
        line = {str(name): cell for name, cell in row.items()}
        body.append(
            [
                Cell(
                    str(texts[row["goal_id"]]),
                    with_example(
                        f"{row['goal_id']}, {catalogue['label'].get(key, key)}",
                        bool(made_up[row["goal_id"]]),
                    ),
                ),
                area.name,
                _dated(area, line, "baseline", "baseline_year", decimals),
                _dated(area, line, "value", "year", decimals),
                _target(line, "target", "target_year", decimals),
                _target(line, "milestone", "milestone_year", decimals),
                Cell("\u00a0".join(VERDICTS[str(row["verdict"])]), REASONS[str(row["reason"])]),
            ]
        )
        if pd.notna(row["baseline"]) and row["target_year"] > row["baseline_year"]:
            panels[str(row["goal_id"])] = _panel(area, line, decimals)
    header = [
        "Ziel",
        "Gebiet",
        "Ausgangswert",
        "neuester Wert",
        "Zielwert",
        "nächster Zwischenwert",
        "Urteil",
    ]
    result = html_table(
        "Ausgangswert, neuester Wert und Zielwert der gemessenen Ziele", header, body, numeric=[2, 3, 4, 5]
    )
    if panels:
        words = [f"{VERDICTS[code][1]}: {count}" for code, count in _verdicts(frame)]
        caption = (
            "Entwicklung der Indikatoren mit Intervall (Band) und gerader Weg vom Ausgangswert zum Zielwert "
            "(gestrichelt)."
        )
        svg = draw_series(list(panels.values()))
        result += figure(svg, f"Weg zu den Zielen. {'; '.join(words)}.", caption, _origin(view, panels))
    return result + note(
        "Die Regel: Ausgangswert ist der letzte Wert aus einem Jahr vor der Konferenz. Von ihm führt ein "
        "gerader Weg zum Zielwert; der Zwischenwert liegt auf diesem Weg im nächsten Jahr, für das noch kein "
        "Wert da ist. Auf Kurs ist ein Ziel, wenn das ganze Intervall des neuesten Wertes auf dem Weg oder "
        "weiter liegt; nicht auf Kurs, wenn das ganze Intervall dahinter bleibt; sonst ist es nicht zu "
        "sagen. Ein Urteil sagt nicht, woran es liegt."
    )


def _origin(view: ConferenceView, panels: Mapping[str, Panel]) -> str:
    """Return whose figures the panels of these goals show, of which years, and where the goals stand."""
    frame = view.progress.frame
    drawn = frame.loc[frame["goal_id"].isin(list(panels)), "indicator_id"].drop_duplicates()
    years = [year for panel in panels.values() for year in panel.lines[0].years]
    own = view.goals[view.goals["goal_id"].isin(list(panels))]
    return f"Statistik: {origin(view.analysis, drawn, years)} Ziele: {plan_origin({'goals': own})}"


def _verdicts(frame: pd.DataFrame) -> list[tuple[str, int]]:
    counts = frame["verdict"].value_counts()
    return [(code, int(counts[code])) for code in VERDICTS if counts.get(code, 0)]


def _dated(area: AreaView, row: Row, column: str, year: str, decimals: int) -> Cell:
    if pd.isna(row[column]):
        return missing_cell()
    interval = format_interval(row["lower"], row["upper"], decimals) if column == "value" else ""
    detail = ", ".join(filter(None, (f"{row[year]:.0f}", interval)))
    about = VALUE | area_data(area) | indicator_data(area, str(row["indicator_id"]), {"year": row[year]})
    return Cell(format_number(row[column], decimals), detail, data=about)


def _target(row: Row, column: str, year: str, decimals: int) -> Cell:
    name = f"{column}_value" if column == "target" else column
    if pd.isna(row[name]) or pd.isna(row[year]):
        return missing_cell()
    return Cell(format_number(row[name], decimals), f"{row[year]:.0f}")


def _panel(area: AreaView, row: Row, decimals: int) -> Panel:
    catalogue = area.analysis.indicators
    key = str(row["indicator_id"])
    series = area.series(key)
    series = series[series["value"].notna()]
    bounds = bool(series["lower"].notna().any())
    own = Line(
        "Indikator",
        [int(year) for year in series.index],
        series["value"].tolist(),
        series["lower"].tolist() if bounds else (),
        series["upper"].tolist() if bounds else (),
    )
    way = Line(
        "Weg zum Ziel",
        [int(row["baseline_year"]), int(row["target_year"])],
        [float(row["baseline"]), float(row["target_value"])],
    )
    place = "" if area.is_root else f" in {area.name}"
    return Panel(f"{catalogue['label'][key]}{place}", str(catalogue["unit"][key]), decimals, (own, way))


def handover(view: ConferenceView) -> Fragment:
    """Return what the Runder Tisch takes over, the next due first."""
    rows = view.handover
    if not len(view.goals):
        return note(WITHOUT_GOALS)
    if not len(rows):
        return paragraph(
            "Alle operativen Ziele sind umgesetzt oder zurückgestellt; es ist nichts zu übergeben."
        )
    labels = view.rules.labels("statuses")
    overdue = rows["target_date"] < view.until if pd.notna(view.until) else pd.Series(False, index=rows.index)
    text = f"{len(rows)} operative Ziele gehen an den Runden Tisch."
    if pd.notna(view.until):
        late = int(overdue.sum())
        words = {0: "ist keine Frist", 1: "ist eine Frist"}.get(late, f"sind {late} Fristen")
        text += f" Am {day_text(view.until)} (Stichtag) {words} abgelaufen."
    body: list[list[Cell | str]] = [
        [
            Cell(str(row["text"]), with_example(str(row["goal_id"]), bool(row["synthetic"]))),
            Cell(day_text(row["target_date"]), "Frist abgelaufen" if expired else ""),
            str(row["responsible"]),
            labels.get(str(row["status"]), str(row["status"])),
            str(row["parent_text"]) or "–",
        ]
        for row, expired in zip(rows.to_dict("records"), overdue, strict=True)
    ]
    header = ["operatives Ziel", "bis", "zuständig", "Stand", "dient dem strategischen Ziel"]
    return paragraph(text) + html_table("Übergabeliste für den Runden Tisch", header, body)

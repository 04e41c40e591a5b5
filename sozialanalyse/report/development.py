"""The section on the development over time."""

from __future__ import annotations

from typing import Final

from sozialanalyse.indicators.development import TREND_YEARS
from sozialanalyse.report.charts import Line, Panel, draw_series
from sozialanalyse.report.domains import MEDIAN_LABEL
from sozialanalyse.report.facts import VALUE, area_data, indicator_data
from sozialanalyse.report.fragment import Fragment, figure, note, paragraph, warning
from sozialanalyse.report.numbers import (
    format_change,
    format_interval,
    format_number,
    format_spoken,
    join_words,
)
from sozialanalyse.report.sources import origin
from sozialanalyse.report.tables import Cell, html_table
from sozialanalyse.report.text import count_word, headline_indicators
from sozialanalyse.report.view import JUDGED_DOMAINS, AreaView, Row, records

__all__ = ["development", "trend_sentence"]

MOST_PANELS: Final = 8
MOST_TRENDS: Final = 3
LEAST_CHANGE: Final = 0.05
"""Share of the first value; a trend that is certain and smaller is no news for the start of a page."""
FEWEST_YEARS: Final = 3
FEWEST_POINTS: Final = 5
TREND_WORDS: Final[dict[str, str]] = {
    "rising": "↗ steigend",
    "falling": "↘ fallend",
    "none": "→ keine Richtung erkennbar",
    "too_few": "zu wenige Jahre",
    "overlap": "nicht bestimmt: Jahre überlappen sich",
}
FINDING_WORDS: Final[dict[str, str]] = {
    "rising": "Gestiegen",
    "falling": "Gefallen",
    "none": "Ohne erkennbare Richtung",
    "too_few": "Zu wenige Jahre für eine Richtung",
}


def development(area: AreaView) -> Fragment:
    """Return the development of the headline indicators as small charts and of all indicators as a table."""
    frame = area.analysis.trends.where(area_id=area.area_id).frame.set_index("indicator_id")
    rows = records(area.rows([str(key) for key in frame.index]))
    long_enough = frame[(frame["points"] >= FEWEST_YEARS) & frame.index.isin(rows)]
    if not len(long_enough):
        known = area.analysis.values.where(area_id=area.area_id).frame.dropna(subset=["value"])
        years = join_words([str(year) for year in sorted(set(known["year"]))])
        there = f" (vorhanden: {years})" if years else ""
        return warning(
            f"Keine Entwicklung: Für {area.name} liegen keine Werte aus mindestens {FEWEST_YEARS} Jahren "
            f"vor{there}."
        )
    headline = [key for key in headline_indicators(area.analysis) if key in long_enough.index][:MOST_PANELS]
    chosen = headline or [str(key) for key in long_enough.index[:MOST_PANELS]]
    panels = [_panel(area, key, rows[key]) for key in chosen]
    confidence = format_number(area.analysis.confidence * 100)
    caption = f"Entwicklung in {area.name}. Jedes Bild hat seine eigene Skala."
    if any(len(line.lower) for panel in panels for line in panel.lines):
        caption += f" Fläche: {confidence}-%-Intervall."
    lines = records(long_enough)
    finding = f"Entwicklung in {area.name}. {_finding([(rows[key], lines[key]) for key in chosen])}"
    shown = [year for panel in panels for line in panel.lines for year in line.years]
    picture = figure(draw_series(panels), finding, caption, origin(area.analysis, chosen, shown))
    return paragraph(finding) + picture + _table(area, lines, rows)


def trend_sentence(area: AreaView) -> str:
    """Say which headline indicators have risen or fallen by much, the most first; ``""`` without any.

    Who lives there is left to the section on the development: it is described, not judged.
    """
    frame = area.analysis.trends.where(area_id=area.area_id).frame.set_index("indicator_id")
    domains = area.analysis.indicators["domain"]
    keys = [key for key in headline_indicators(area.analysis) if key in frame.index]
    keys = [key for key in keys if domains[key] in JUDGED_DOMAINS]
    rows, lines = records(area.rows(keys)), records(frame.loc[keys])
    change = {key: _relative_change(lines[key]) for key in keys}
    keys = sorted((key for key in keys if change[key] >= LEAST_CHANGE), key=lambda key: -change[key])
    parts = []
    for direction in ("rising", "falling"):
        named = [_from_to(rows[key], lines[key]) for key in keys if lines[key]["direction"] == direction]
        if named:
            left_out = len(named) - MOST_TRENDS
            more = (
                f" und {count_word(left_out)} {'weiterer' if left_out == 1 else 'weitere'}"
                if left_out > 0
                else ""
            )
            shown = ", ".join(named[:MOST_TRENDS]) + more if more else join_words(named)
            parts.append(f"{FINDING_WORDS[direction].lower()} {'ist' if len(named) == 1 else 'sind'} {shown}")
    return f"Über die Jahre {'; '.join(parts)}." if parts else ""


def _relative_change(line: Row) -> float:
    """Return by which share of the first value the last one differs; 0 where that means nothing."""
    first, last = float(line["first_value"]), float(line["last_value"])
    return abs(last - first) / first if first > 0 else 0.0


def _finding(shown: list[tuple[Row, Row]]) -> str:
    """Say what has risen, fallen, or has no direction, each with its first and last value."""
    sentences = []
    for direction, words in FINDING_WORDS.items():
        named = [_from_to(row, line) for row, line in shown if line["direction"] == direction]
        if named:
            sentences.append(f"{words}: {join_words(named)}.")
    return " ".join(sentences)


def _from_to(row: Row, line: Row) -> str:
    decimals = int(row["decimals"])
    first, last = (
        f"{line[f'{end}_year']}: {format_spoken(line[f'{end}_value'], row['unit'], decimals)}"
        for end in ("first", "last")
    )
    return f"»{row['label']}« ({first}; {last})"


def _panel(area: AreaView, indicator_id: str, row: Row) -> Panel:
    views = [area, *([area.parent] if area.parent else []), *([] if area.is_root else [area.root])]
    if row["kind"] == "count":
        views = [area]
    lines = []
    for view in views:
        series = view.series(indicator_id)
        if series["value"].notna().any():
            bounds = series["lower"].notna().any() and view is area
            lines.append(
                Line(
                    view.full_name if view is not area and not view.is_root else view.name,
                    [int(year) for year in series.index],
                    series["value"].tolist(),
                    series["lower"].tolist() if bounds else (),
                    series["upper"].tolist() if bounds else (),
                )
            )
    if len(lines) == 1 and not area.is_root and row["kind"] != "count":
        median = area.level_medians(indicator_id)
        lines.append(Line(MEDIAN_LABEL, [int(year) for year in median.index], median.tolist()))
    return Panel(str(row["label"]), str(row["unit"]), int(row["decimals"]), tuple(lines))


def _table(area: AreaView, lines: dict[str, Row], rows: dict[str, Row]) -> Fragment:
    body: list[list[Cell | str]] = []
    for key, line in lines.items():
        decimals = int(rows[key]["decimals"])
        per_year = decimals + 1
        body.append(
            [
                f"{rows[key]['label']} ({rows[key]['unit']})",
                *(
                    Cell(
                        format_number(line[f"{end}_value"], decimals),
                        str(line[f"{end}_year"]),
                        data=VALUE | indicator_data(area, key, {"year": line[f"{end}_year"]}),
                    )
                    for end in ("first", "last")
                ),
                Cell(
                    format_change(line["slope"], per_year),
                    format_interval(line["slope_lower"], line["slope_upper"], per_year),
                ),
                _direction(line),
            ]
        )
    header = ["Indikator (Einheit)", "Anfang", "Ende", "Änderung je Jahr (Intervall)", "Richtung"]
    table = html_table(
        f"Entwicklung in {area.name}", header, body, numeric=[1, 2, 3], row_data=[area_data(area)] * len(body)
    )
    return table + note(
        f"Anfang, Ende und Richtung beziehen sich auf höchstens die letzten {TREND_YEARS} Jahre. "
        f"Eine Richtung wird nur genannt, wenn Werte aus mindestens {FEWEST_POINTS} Jahren vorliegen und das "
        "Intervall der jährlichen Änderung die Null nicht einschließt. Wo jeder Wert mehrere Jahre "
        "zusammenfasst, zählen nur Werte, deren Jahre sich nicht überlappen. Bruch heißt: Ein Teil der Werte "
        "ist geliefert, der andere aus den kleineren Gebieten berechnet, und beide passen nicht zusammen."
    )


def _direction(line: Row) -> str:
    if line["direction"] == "break":
        return f"nicht bestimmt: Bruch ab {line['break_year']}"
    return TREND_WORDS[str(line["direction"])]

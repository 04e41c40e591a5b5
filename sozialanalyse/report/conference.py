"""The sections on the topic of a Sozialkonferenz: what it is about, its figures, where it shows."""

from __future__ import annotations

from html import escape
from typing import Final

import pandas as pd

from sozialanalyse.report.conference_goals import VERDICTS, no_goals
from sozialanalyse.report.conference_view import ConferenceView
from sozialanalyse.report.domains import compared_indicators
from sozialanalyse.report.facts import VALUE, area_data, indicator_data
from sozialanalyse.report.fragment import Fragment, figure, note, paragraph, warning
from sozialanalyse.report.front import MOST_LABELS, banner
from sozialanalyse.report.maps import MapLayer, draw_map
from sozialanalyse.report.numbers import (
    decimals_for,
    format_number,
    join_words,
)
from sozialanalyse.report.plan_view import status_words
from sozialanalyse.report.sources import definition_table, map_origin
from sozialanalyse.report.tables import Cell, hidden_cell, html_table, missing_cell
from sozialanalyse.report.text import count_word
from sozialanalyse.report.view import AreaView, Row

__all__ = ["areas", "definitions", "heading", "indicators", "overview", "remarks"]

MOST_AREAS: Final = 40
MOST_COLUMNS: Final = 4
MOST_NAMES: Final = 6
BURDEN_CLASSES: Final = ((4, "4 und mehr"), (2, "2 oder 3"), (1, "1"), (0, "keiner"))
"""Fewest conspicuous indicators of each class of the map, with its label."""


def heading(view: ConferenceView) -> Fragment:
    """Return the page's title, what is known of the conference, and the banner of synthetic data."""
    title = f"Sozialkonferenz: {view.topic.title}"
    city = view.analysis.area(view.analysis.root_id)
    head = Fragment(f"<h1>{escape(title, quote=False)}</h1>", title)
    subtitle = f"{city.name}, Thema {view.topic.label}"
    return head + paragraph(subtitle, css_class="sa-subtitle") + banner(view.analysis)


def overview(view: ConferenceView) -> Fragment:
    """Say what the topic is about, how many goals there are and how far they are."""
    # What is known of the conference is the fact of a city that held it.
    facts = view.topic.facts if len(view.goals) else ""
    text = " ".join(filter(None, (facts, view.topic.description)))
    result = paragraph(text, css_class="sa-lead")
    if not len(view.goals):
        return result + no_goals(view)
    kinds = view.goals["kind"].value_counts()
    done = view.goals["status"].isin(view.rules.statuses_of("done")) & (view.goals["kind"] == "operational")
    sentence = (
        f"Vereinbart sind {count_word(int(kinds.get('strategic', 0)))} strategische und "
        f"{count_word(int(kinds.get('operational', 0)))} operative Ziele. Operative Ziele, die erreicht "
        f"sind: {int(done.sum())}; offen oder in Arbeit: {len(view.handover)}"
    )
    rest = int(kinds.get("operational", 0)) - int(done.sum()) - len(view.handover)
    sentence += f"; {status_words(view.rules, 'stopped')}: {rest}." if rest else "."
    return result + paragraph(" ".join(filter(None, (sentence, _course(view)))))


def _course(view: ConferenceView) -> str:
    """Say in a sentence how far the measured goals are."""
    frame = view.progress.frame
    if not len(frame):
        return ""
    measured = f"An einem Indikator gemessen werden {count_word(len(frame))}"
    if (frame["reason"] == "no_later").all():
        last = f"{frame['baseline_year'].max():.0f}"
        return f"{measured}; die Werte reichen bis {last}, seit der Konferenz liegt noch keiner vor."
    counts = frame["verdict"].replace({"unknown": "unsure"}).value_counts()
    parts = [f"{word}: {counts[code]}" for code, (_, word) in VERDICTS.items() if counts.get(code, 0)]
    return f"{measured} ({'; '.join(parts)})."


def indicators(view: ConferenceView) -> Fragment:
    """Return the indicators of the topic for the city and the spread of its areas."""
    city = view.analysis.area(view.analysis.root_id)
    if not view.indicator_ids:
        return warning(
            f"Der Datensatz enthält keinen Indikator zum Thema {view.topic.label}. Gesucht sind: "
            f"{', '.join(view.absent)}."
        )
    result = compared_indicators(city, list(view.indicator_ids), view.topic.label)
    if view.absent:
        result += note(
            f"Ohne diese Indikatoren des Themas, die im Datensatz fehlen: {', '.join(view.absent)}."
        )
    return result


def areas(view: ConferenceView) -> Fragment:
    """Return in which areas the indicators of the topic stand out, as a map and a table."""
    if not view.indicator_ids:
        return note("Entfällt ohne Indikatoren des Themas.")
    frame = view.marks.frame
    counts = _counts(view, frame)
    label = view.analysis.levels[-1].label
    if not int(counts["known"].sum()):
        return warning(
            "Welche Gebiete auffällig sind, lässt sich nicht sagen: Die Werte haben keine Fallzahlen, aus "
            "denen sich Intervalle berechnen lassen."
        )
    most = counts[counts["yes"] == counts["yes"].max()]
    named = join_words([str(name) for name in most["name"]])
    if len(most) > MOST_NAMES:
        listed = ", ".join(str(name) for name in most["name"].head(MOST_NAMES))
        named = f"{listed} und {len(most) - MOST_NAMES} weitere"
    finding = (
        f"Am häufigsten auffällig ({most['yes'].iloc[0]:.0f} von {len(view.indicator_ids)} Indikatoren): "
        f"{named}. In {int((counts['yes'] == 0).sum())} von {len(counts)} Gebieten (Ebene {label}) ist "
        "keiner auffällig."
    )
    explained = (
        "Auffällig heißt: Der Wert liegt statistisch gesichert über dem der Stadt (wo ein hoher Wert günstig "
        "ist: darunter). Das beschreibt, wo das Thema viele Menschen betrifft; es wertet niemanden."
    )
    return paragraph(f"{finding} {explained}") + _map(view, counts, finding) + _table(view, frame, counts)


def _counts(view: ConferenceView, frame: pd.DataFrame) -> pd.DataFrame:
    names = view.analysis.areas["name"]
    by_area = frame["mark"].groupby(frame["area_id"].astype(str))
    table = pd.DataFrame(
        {
            "yes": by_area.agg(lambda marks: int((marks == "yes").sum())),
            "known": by_area.agg(lambda marks: int((marks != "unknown").sum())),
        }
    )
    table["name"] = [str(names[key]) for key in table.index]
    return table.sort_values(["yes", "name"], ascending=[False, True], kind="stable")


def _map(view: ConferenceView, counts: pd.DataFrame, finding: str) -> Fragment:
    analysis = view.analysis
    if not analysis.geometry:
        return warning("Keine Karte: Der Datensatz enthält keine Gebietsgrenzen (areas.geojson).")
    ends = {analysis.levels[0].level, analysis.levels[-1].level}
    shapes = {key: analysis.geometry[key] for key in counts.index if key in analysis.geometry}
    middle = analysis.areas.index[~analysis.areas["level"].isin(ends)]
    borders = {str(key): analysis.geometry[str(key)] for key in middle if str(key) in analysis.geometry}
    classes = {
        str(key): next(code for code, (fewest, _) in enumerate(BURDEN_CLASSES) if number >= fewest)
        for key, number in counts.loc[counts["known"] > 0, "yes"].items()
    }
    names = analysis.areas["name"]
    svg = draw_map(
        MapLayer(
            areas=shapes,
            classes=classes,
            class_labels=tuple(word for _, word in BURDEN_CLASSES),
            borders=borders,
            labels={key: str(names[key]) for key in borders} if len(borders) <= MOST_LABELS else {},
            marked=(),
            marked_label="",
            legend_title="auffällige Indikatoren",
        )
    )
    caption = f"Zahl der auffälligen Indikatoren des Themas je Gebiet (von {len(view.indicator_ids)})."
    if analysis.schematic_geometry:
        caption += " Die Umrisse sind schematisch."
    return figure(svg, finding, caption, map_origin(analysis, view.indicator_ids))


def _table(view: ConferenceView, frame: pd.DataFrame, counts: pd.DataFrame) -> Fragment:
    analysis = view.analysis
    columns = view.indicator_ids[:MOST_COLUMNS]
    catalogue = analysis.indicators
    header = [analysis.levels[-1].label, "auffällig"]
    header += [f"{catalogue['label'][key]} ({catalogue['unit'][key]})" for key in columns]
    cells = {
        (str(row["area_id"]), str(row["indicator_id"])): {str(name): cell for name, cell in row.items()}
        for row in frame.to_dict("records")
    }
    shown = counts.head(MOST_AREAS)
    body: list[list[Cell | str]] = []
    for key, row in shown.iterrows():
        area = analysis.area(str(key))
        line: list[Cell | str] = [
            Cell(area.name, area.parent.name if area.parent else ""),
            f"{row['yes']} von {row['known']}",
        ]
        line += [_value(area, name, cells[str(key), name]) for name in columns if (str(key), name) in cells]
        body.append(line + ["–"] * (len(header) - len(line)))
    result = html_table(
        f"Gebiete und Thema {view.topic.label}",
        header,
        body,
        numeric=list(range(1, len(header))),
        row_data=[area_data(analysis.area(str(key))) for key in shown.index],
    )
    text = (
        "Auffällig gegenüber der Stadt, statistisch gesichert: ▲ höher, ▼ niedriger, wo ein niedriger Wert "
        "ungünstig ist. Gezählt sind alle Indikatoren des Themas"
    )
    text += f", gezeigt die ersten {len(columns)}." if len(view.indicator_ids) > len(columns) else "."
    if len(counts) > len(shown):
        text += (
            f" Gezeigt sind {len(shown)} von {len(counts)} Gebieten, die am häufigsten auffälligen zuerst."
        )
    return result + note(text)


def _value(area: AreaView, indicator_id: str, row: Row) -> Cell:
    about = VALUE | indicator_data(area, indicator_id, row)
    if row["hidden"] != "":
        return hidden_cell(about)
    if pd.isna(row["value"]):
        return missing_cell()
    unit = str(area.analysis.indicators["unit"][indicator_id])
    sign = "▼" if area.analysis.indicators["direction"][indicator_id] == "higher_is_better" else "▲"
    mark = f"{sign}\u00a0" if row["mark"] == "yes" else ""
    return Cell(mark + format_number(row["value"], decimals_for(unit, float(row["value"]))), data=about)


def definitions(view: ConferenceView) -> Fragment:
    """Return definition and source of every indicator of the topic and of its goals."""
    catalogue = view.analysis.indicators
    measured = view.progress.frame["indicator_id"].tolist()
    keys = [key for key in dict.fromkeys((*view.indicator_ids, *measured)) if key in catalogue.index]
    if not keys:
        return note("Der Datensatz enthält keinen Indikator des Themas; es gibt nichts zu definieren.")
    return definition_table(view.analysis, keys, area_id=view.analysis.root_id)


def remarks(view: ConferenceView) -> Fragment:
    """Return what must not be read into the page."""
    result = note(
        "Die Zahlen beschreiben Gebiete, nicht einzelne Menschen. Dass sich ein Wert nach der Konferenz "
        "verändert, sagt nicht, woran das liegt; auch nicht, dass es an ihren Zielen oder Maßnahmen liegt."
    )
    if len(view.goals) and view.goals["synthetic"].any():
        result += note("»Beispiel« kennzeichnet Zeilen, die für diesen Datensatz erfunden sind.")
    return result

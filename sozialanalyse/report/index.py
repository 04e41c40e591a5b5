"""The section on the Sozialindex: where the area stands and what each indicator adds."""

from __future__ import annotations

import pandas as pd

from sozialanalyse.report.charts import draw_bars
from sozialanalyse.report.fragment import Fragment, figure, note, nothing, paragraph, warning
from sozialanalyse.report.numbers import format_change, format_number, join_words, quoted
from sozialanalyse.report.sources import origin
from sozialanalyse.report.tables import Cell, html_table
from sozialanalyse.report.text import index_finding, index_of_parts
from sozialanalyse.report.view import AreaView, IndexView, records

__all__ = ["sozialindex"]


def sozialindex(area: AreaView) -> Fragment:
    """Return the Sozialindex: how the area stands, and what each indicator adds."""
    index = area.analysis.index
    if index is None:
        return warning(area.analysis.index_missing)
    result = _own_value(area, index)
    parts = index.parts.where(area_id=area.area_id).frame.dropna(subset=["part"])
    if len(parts):
        result += _index_parts(area, index, parts)
    if len(inside := index_of_parts(area, index)):
        result += _index_ranking(area, index, inside)
    result += paragraph(index.description)
    years = area.analysis.years
    indicators = area.analysis.indicators["label"]
    said = {years[key] for key in index.indicator_ids}
    if len(said) == 1:
        used = quoted(str(indicators[key]) for key in index.indicator_ids)
        result += note(f"Indikatoren, alle aus dem Jahr {said.pop()}: {used}.")
    else:
        dated = [f"»{indicators[key]}« ({years[key]})" for key in index.indicator_ids]
        result += note(f"Indikatoren und ihr Jahr: {join_words(dated)}.")
    for text in index.notes:
        result += note(text)
    return result


def _own_value(area: AreaView, index: IndexView) -> Fragment:
    """Return the value of the area with its class, or why there is none; the profile has said the rank."""
    own = index.areas.where(area_id=area.area_id).frame
    if not len(own):
        return nothing()
    row = own.iloc[0]
    if pd.isna(row["index"]):
        return paragraph(index_finding(area))
    return paragraph(
        f"Indexwert von {area.name}: {format_number(row['index'], 2)}, Klasse "
        f"»{index.class_labels[int(row['class_index'])]}«."
    )


def _index_parts(area: AreaView, index: IndexView, parts: pd.DataFrame) -> Fragment:
    labels = area.analysis.indicators["label"]
    parts = parts.sort_values("part", kind="stable")
    names = [str(labels[key]) for key in parts["indicator_id"]]
    added = [float(part) for part in parts["part"]]
    svg = draw_bars(
        names,
        added,
        [True] * len(names),
        ("senkt den Index", "hebt den Index"),
        "Beitrag zum Index, in Standardabweichungen der Gebiete",
        2,
        worse="left",
    )
    most = [name for name, part in zip(names, added, strict=True) if part < 0][:3]
    finding = f"Beiträge der Indikatoren zum {index.title} in {area.name}: " + (
        f"am stärksten senken ihn {quoted(most)}." if most else "kein Indikator senkt ihn."
    )
    values = "; ".join(f"»{name}« {format_change(part, 2)}" for name, part in zip(names, added, strict=True))
    caption = f"{index.title}: woraus sich der Wert von {area.name} zusammensetzt."
    caption += f" Alle Balken zusammen ergeben {format_change(sum(added), 2)}."
    return paragraph(finding) + figure(
        svg, f"{finding} {values}.", caption, origin(area.analysis, index.indicator_ids)
    )


def _index_ranking(area: AreaView, index: IndexView, frame: pd.DataFrame) -> Fragment:
    frame = frame.sort_values("rank", kind="stable")
    names = area.analysis.areas["name"]
    body: list[list[Cell | str]] = [
        [
            str(names[key]),
            f"{row['rank']:.0f} von {row['ranked']:.0f}" if pd.notna(row["rank"]) else "–",
            format_number(row["index"], 2),
            index.class_labels[int(row["class_index"])] if row["class_index"] >= 0 else "ohne Einstufung",
        ]
        for key, row in records(frame).items()
    ]
    header = [area.analysis.levels[-1].label, "Rang (1 = größte Belastung)", "Index", "Klasse"]
    return html_table(f"{index.title} der Gebiete in {area.name}", header, body, numeric=[1, 2])

"""The sections that compare areas: side by side, and where one differs most from the city."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd

from sozialanalyse.report.assess import ASSESSMENTS, assess_rows, assessments, certain_rows
from sozialanalyse.report.charts import draw_bars
from sozialanalyse.report.facts import VALUE, area_data, indicator_data
from sozialanalyse.report.fragment import Fragment, figure, note, paragraph, warning
from sozialanalyse.report.numbers import format_number
from sozialanalyse.report.parts import parts_against_whole
from sozialanalyse.report.sources import origin
from sozialanalyse.report.tables import Cell, hidden_cell, html_table, missing_cell
from sozialanalyse.report.text import (
    UNRANKED,
    count_word,
    headline_indicators,
    values_text,
)
from sozialanalyse.report.view import JUDGED_DOMAINS, Analysis, AreaView, Row, records

__all__ = ["side_by_side", "strengths_and_burdens"]

MOST_BARS: Final = 8
MOST_AREA_COLUMNS: Final = 6
"""More areas beside each other do not fit; they get a row each."""


def side_by_side(area: AreaView) -> Fragment:
    """Return the parts of the area, or for the finest level those of its parent, side by side."""
    views = area.neighbours_in_view
    if not views:
        return warning(f"Kein Vergleich der Teilgebiete: {area.name} hat keine.")
    keys = headline_indicators(area.analysis)
    rows_of = _rows_of(area.analysis, [view.area_id for view in views], keys)
    keys = [key for key in keys if any(pd.notna(rows[key]["value"]) for rows in rows_of.values())]
    if not keys:
        return warning("Kein Vergleich der Teilgebiete: Für sie lässt sich kein Wert zeigen.")
    draw = _areas_as_columns if len(views) <= MOST_AREA_COLUMNS else _areas_as_rows
    table = draw(area, keys, rows_of)
    positions = {row["assessment"] for rows in rows_of.values() for row in rows.values()}
    if not positions & {"worse", "better", "similar"}:
        return table + note("Ob die Unterschiede sicher sind, lässt sich aus den Daten nicht berechnen.")
    return table + note(
        f"▲ ungünstiger, ▼ günstiger, △ höher, ▽ niedriger als {area.root.name} insgesamt; ohne Zeichen: "
        "kein sicherer Unterschied oder Unsicherheit nicht bekannt."
    )


def _rows_of(analysis: Analysis, area_ids: list[str], keys: list[str]) -> dict[str, dict[str, Row]]:
    """Return the rows of several areas, all looked up at once."""
    frame = analysis.described(area_ids, keys)
    frame = frame.assign(assessment=assessments(frame)).reset_index()
    rows_of: dict[str, dict[str, Row]] = {area_id: {} for area_id in area_ids}
    for row in records(frame).values():
        rows_of[row["area_id"]][row["indicator_id"]] = row
    return rows_of


def _areas_as_columns(area: AreaView, keys: list[str], rows_of: dict[str, dict[str, Row]]) -> Fragment:
    views = area.neighbours_in_view
    classes = _class_words(area.analysis, views)
    header = ["Indikator (Einheit)", *(f"{view.bare_name}{_here(area, view)}" for view in views)]
    body: list[list[Cell | str]] = []
    about: list[dict[str, str]] = []
    for key in keys:
        rows = [rows_of[view.area_id][key] for view in views]
        cells = [_value_cell(row, VALUE | area_data(view)) for row, view in zip(rows, views, strict=True)]
        body.append([f"{rows[0]['label']} ({rows[0]['unit']})", *cells])
        about.append(indicator_data(area, key, rows[0]))
    index = area.analysis.index
    if index is not None and any(view.area_id in classes for view in views):
        words = (classes.get(view.area_id, "–") for view in views)
        body.append([index.title, *(Cell(word, css_class="sa-word") for word in words)])
        about.append({})
    table = html_table(_side_caption(area), header, body, numeric=list(range(1, len(header))), row_data=about)
    # As words every value stands behind the name of its area: behind an indicator it would pass for that
    # of the area that the page is about.
    lines = [
        f"{line[0]}: "
        + "; ".join(
            f"{name} {cell.plain if isinstance(cell, Cell) else cell}"
            for name, cell in zip(header[1:], line[1:], strict=True)
        )
        for line in body
    ]
    return Fragment(table.html, "\n".join([_side_caption(area), " | ".join(header), *lines]))


def _areas_as_rows(area: AreaView, keys: list[str], rows_of: dict[str, dict[str, Row]]) -> Fragment:
    views = area.neighbours_in_view
    classes = _class_words(area.analysis, views)
    named = rows_of[views[0].area_id]
    header = [views[0].level_label, *(f"{named[key]['label']} ({named[key]['unit']})" for key in keys)]
    index = area.analysis.index
    with_class = index is not None and any(view.area_id in classes for view in views)
    header += [index.title] if index is not None and with_class else []
    body: list[list[Cell | str]] = []
    for view in views:
        rows = rows_of[view.area_id]
        cells = [_value_cell(rows[key], VALUE | indicator_data(area, key, rows[key])) for key in keys]
        last = [classes.get(view.area_id, "–")] if with_class else []
        body.append([f"{view.bare_name}{_here(area, view)}", *cells, *last])
    return html_table(
        _side_caption(area),
        header,
        body,
        numeric=list(range(1, len(keys) + 1)),
        landscape=True,
        row_data=[area_data(view) for view in views],
    )


def _side_caption(area: AreaView) -> str:
    above = str(area.analysis.entries[area.area_id]["parent_id"])
    inside = area if area.children else AreaView(area.analysis, above)
    return f"Gebiete in {inside.name} nebeneinander"


def _here(area: AreaView, view: AreaView) -> str:
    return " (dieses Gebiet)" if view.area_id == area.area_id else ""


def _value_cell(row: Row, about: dict[str, str]) -> Cell:
    if row["hidden"] != "":
        return hidden_cell(about)
    if pd.isna(row["value"]):
        return missing_cell(str(row["sign"]))
    code = str(row["assessment"])
    sign = f"{ASSESSMENTS[code].sign}\u00a0" if code in {"worse", "better", "higher", "lower"} else ""
    text = sign + format_number(row["value"], int(row["decimals"]))
    return Cell(text, css_class=f"sa-{code}", data=about)


def _class_words(analysis: Analysis, views: Sequence[AreaView]) -> dict[str, str]:
    if analysis.index is None:
        return {}
    frame = analysis.index.areas.where(area_id=[view.area_id for view in views]).frame
    frame = frame[frame["class_index"] >= 0]
    labels = analysis.index.class_labels
    return {
        str(key): labels[int(code)] for key, code in zip(frame["area_id"], frame["class_index"], strict=True)
    }


def strengths_and_burdens(area: AreaView) -> Fragment:
    """Return where the area differs most from the city, ranked by certainty and size.

    The city is the measure itself: it gets how its parts differ from it.
    """
    if area.is_root:
        return parts_against_whole(area)
    keys = [key for name in JUDGED_DOMAINS for key in area.indicator_ids(name)]
    rows = assess_rows(area.rows(keys))
    finding = " ".join(_certain_sentences(rows))
    rows = rows.dropna(subset=["burden"])
    if not len(rows):
        missing = f"Für {area.name} lässt sich kein Abstand berechnen: Es fehlen Werte oder der Vergleich."
        return warning(missing) if not finding else paragraph(finding)
    if not finding:
        farthest = rows.loc[rows["burden"].abs().sort_values(ascending=False, kind="stable").index].head(3)
        finding = f"Am weitesten entfernt, ohne gesicherten Abstand: {values_text(farthest)}."
    rows = rows.assign(certain=rows["assessment"].isin(["worse", "better"]))
    burdens, strengths = (
        rows[sign * rows["burden"] > 0].sort_values(
            ["certain", "burden"], ascending=[False, sign < 0], kind="stable"
        )
        for sign in (1, -1)
    )
    drawn = pd.concat([burdens.head(MOST_BARS), strengths.head(MOST_BARS).iloc[::-1]])
    if not len(drawn):
        return paragraph(f"{area.name} liegt bei allen Indikatoren genau im Mittel.")
    svg = draw_bars(
        [str(label) for label in drawn["label"]],
        [float(value) for value in drawn["burden"]],
        [bool(sure) for sure in drawn["certain"]],
        ("Stärken", "Belastungen"),
        "Abstand, gemessen an den üblichen Unterschieden der Gebiete (Standardabweichungen)",
    )
    reference = (
        f"{area.root.name} insgesamt"
        if rows["city_value"].notna().any()
        else f"der Mitte der Gebiete (Ebene {area.level_label})"
    )
    caption = (
        f"Abstand: {area.name} gegenüber {reference}. Gefüllt: statistisch gesichert; hohl: nicht "
        "gesichert oder Unsicherheit nicht bekannt."
    )
    if len(drawn) < len(burdens) + len(strengths):
        caption += f" Gezeigt sind höchstens {count_word(MOST_BARS)} Indikatoren je Seite."
    shown = origin(area.analysis, [str(key) for key in drawn.index])
    return paragraph(finding) + figure(svg, finding, caption, shown)


def _certain_sentences(rows: pd.DataFrame) -> list[str]:
    """Name what is certain, the largest first, and say how many there are if not all are named."""
    sentences = []
    for code, one, word in (("worse", "Belastung", "Belastungen"), ("better", "Stärke", "Stärken")):
        ranked, unranked = certain_rows(rows, code)
        listed = values_text(ranked.head(MOST_BARS))
        if len(ranked) > MOST_BARS:
            sentences.append(
                f"Die {count_word(MOST_BARS)} größten von {count_word(len(ranked))} gesicherten {word}: "
                f"{listed}. Die übrigen stehen in den Tabellen der Bereiche."
            )
        elif len(ranked) == 1:
            sentences.append(f"Gesicherte {one}: {listed}.")
        elif len(ranked):
            sentences.append(f"Gesicherte {word}, die größte zuerst: {listed}.")
        if len(unranked):
            what = one if len(unranked) == 1 else word
            sentences.append(f"Gesicherte {what}, {UNRANKED}: {values_text(unranked)}.")
    return sentences

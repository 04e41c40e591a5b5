"""The section on a domain: a chart against the city, a table, and what is missing."""

from __future__ import annotations

from typing import Final

import pandas as pd

from sozialanalyse.disclosure.suppress import SHOWN_REASONS
from sozialanalyse.errors import require_choice
from sozialanalyse.indicators.compute import MISSING_REASONS
from sozialanalyse.report.assess import assess_rows
from sozialanalyse.report.facts import CASES, VALUE, area_data, indicator_data
from sozialanalyse.report.fragment import Fragment, figure, note, paragraph, warning
from sozialanalyse.report.numbers import format_change, format_interval, format_number, quoted
from sozialanalyse.report.sources import origin
from sozialanalyse.report.strips import StripNames, draw_strips
from sozialanalyse.report.tables import Cell, assessment_cell, hidden_cell, html_table, missing_cell
from sozialanalyse.report.text import domain_finding, spans_of_parts
from sozialanalyse.report.view import AreaView, Row, records
from sozialanalyse.vocabulary import DOMAIN_LABELS, DOMAINS

__all__ = ["MEDIAN_LABEL", "compared_indicators", "domain"]

MEDIAN_LABEL: Final = "Mitte (Median) der Gebiete"


def domain(area: AreaView, name: str) -> Fragment:
    """Return the chart and the table of one domain.

    Parameters
    ----------
    area : AreaView
        The area.
    name : str
        One of ``sozialanalyse.vocabulary.DOMAINS``.
    """
    require_choice("domain", name, DOMAINS)
    return compared_indicators(area, area.indicator_ids(name), DOMAIN_LABELS[name])


def compared_indicators(area: AreaView, keys: list[str], label: str) -> Fragment:
    """Return the chart and the table of some indicators.

    Parameters
    ----------
    area : AreaView
        The area.
    keys : list of str
        Indicators of the catalogue.
    label : str
        German name of what they have in common.
    """
    if not keys:
        return warning(f"Der Datensatz enthält keinen Indikator des Bereichs {label}.")
    rows = assess_rows(area.rows(keys))
    names = _names(area, rows)
    reasons = _missing_note(area, rows, keys)
    shown = rows[rows["value"].notna()]
    if not len(shown):
        lead = warning(f"Für {area.name} liegt im Bereich {label} kein Wert vor, der gezeigt werden kann.")
        if area.is_root and (spans := spans_of_parts(area, rows)):
            lead += paragraph(spans)
        table = _domain_table(area, rows, label, names) if names.city or names.parent else Fragment("", "")
        return lead + table + reasons
    drawn = shown[shown["kind"] != "count"] if (shown["kind"] != "count").any() else shown
    table = _domain_table(area, rows, label, names)
    peers = area.peers(list(drawn.index))
    if peers.loc[peers["area_id"] != area.area_id, "value"].isna().all() and not (names.city or names.parent):
        return (
            note(f"{label}: Kein anderes Gebiet hat Werte, mit denen sich vergleichen ließe.")
            + table
            + reasons
        )
    svg = draw_strips(drawn, peers, names)
    caption = f"{label} im Vergleich. Großes Zeichen: {area.name}"
    if drawn["lower"].notna().any():
        confidence = format_number(area.analysis.confidence * 100)
        caption += f"; waagerechter Strich daran: {confidence}-%-Intervall"
    caption += (
        f". Graue Striche: andere Gebiete (Ebene {area.analysis.label_of(area.peer_level)}). Die Zahlen "
        "unter jedem Streifen sind der kleinste und der größte Wert, der darin eingezeichnet ist."
    )
    finding, values = domain_finding(area, drawn, label)
    source = origin(area.analysis, [str(key) for key in drawn.index])
    picture = figure(svg, f"{finding} {values}".strip(), caption, source)
    return paragraph(finding) + picture + table + reasons


def _names(area: AreaView, rows: pd.DataFrame) -> StripNames:
    """Name what the area is compared with: only what has values, and the middle where the city has none."""
    with_parent = area.parent is not None and bool(rows["parent_value"].notna().any())
    with_city = not area.is_root and bool(rows["city_value"].notna().any())
    with_median = not area.is_root and bool((rows["value"].notna() & rows["city_value"].isna()).any())
    return StripNames(
        area=area.name,
        parent=area.parent.full_name if area.parent and with_parent else "",
        city=area.root.name if with_city else "",
        median=MEDIAN_LABEL if with_median else "",
    )


def _domain_table(area: AreaView, rows: pd.DataFrame, label: str, names: StripNames) -> Fragment:
    with_cases = bool(rows["numerator"].notna().any() or (rows["hidden"] != "").any())
    years = rows["year"].dropna().unique()
    with_years = len(years) > 1
    header = ["Indikator (Einheit)", "Wert (Intervall)" if rows["lower"].notna().any() else "Wert"]
    judged = f"Einordnung (Abstand{'; Intervall' if rows['city_lower'].notna().any() else ''})"
    header += [judged] if names.city else []
    header += ["Fälle / Bezugsgruppe"] if with_cases else []
    header += [names.parent] if names.parent else []
    header += [names.city] if names.city else []
    header += [MEDIAN_LABEL] if names.median else []
    header += [] if area.is_root else ["Rang"]
    body: list[list[Cell | str]] = []
    for row in records(rows).values():
        decimals = int(row["decimals"])
        value, cases = _own_cells(row, decimals)
        line: list[Cell | str] = [
            Cell(f"{row['label']} ({row['unit']})", f"{row['year']:.0f}" if with_years else ""),
            value,
        ]
        line += [_judged(row, decimals)] if names.city else []
        line += [cases] if with_cases else []
        if names.parent and area.parent:
            line.append(_reference(row["parent_value"], decimals, area.parent))
        line += [_reference(row["city_value"], decimals, area.root)] if names.city else []
        line += [format_number(row["level_median"], decimals)] if names.median else []
        if not area.is_root:
            line.append(_rank_cell(row))
        body.append(line)
    numeric = [position for position, text in enumerate(header) if position > 0 and text != judged]
    possible = ", darunter die möglichen Ränge" if rows["rank_best"].any() else ""
    ranks = f" (Rang 1 = höchster Wert{possible}; nur wo fast alle Gebiete einen Wert haben)"
    year = "" if with_years else f" {years[0]:.0f}"
    caption = f"{label} in {area.name}{year}" + ("" if area.is_root else ranks)
    about = [area_data(area) | indicator_data(area, key, row) for key, row in records(rows).items()]
    return html_table(caption, header, body, numeric=numeric, row_data=about)


def _judged(row: Row, decimals: int) -> Cell:
    """Return the cell with the word for the comparison with the city, and the distance below it."""
    if pd.isna(row["city_difference"]):
        return Cell("–")
    distance = format_change(row["city_difference"], decimals)
    interval = format_interval(row["city_lower"], row["city_upper"], decimals)
    return assessment_cell(row["assessment"], "; ".join(filter(None, (distance, interval))))


def _own_cells(row: Row, decimals: int) -> tuple[Cell, Cell]:
    """Return the cells with the value of an indicator and with its cases."""
    if row["hidden"] != "":
        return hidden_cell(VALUE), hidden_cell(CASES)
    if pd.isna(row["value"]):
        return missing_cell(str(row["sign"])), missing_cell()
    interval = format_interval(row["lower"], row["upper"], decimals)
    return Cell(format_number(row["value"], decimals), interval, data=VALUE), Cell(_cases(row), data=CASES)


def _rank_cell(row: Row) -> Cell:
    """Return the rank of the area, and below it the ranks that the intervals of all areas allow."""
    if pd.isna(row["rank"]):
        return Cell("–")
    span = "" if pd.isna(row["rank_best"]) else f"{row['rank_best']:.0f} bis {row['rank_worst']:.0f}"
    sure = row["rank_best"] == row["rank_worst"]
    return Cell(f"{row['rank']:.0f} von {row['ranked']:.0f}", "" if sure else span)


def _reference(value: float, decimals: int, of: AreaView) -> Cell:
    data = VALUE | {"area": of.area_id} if pd.notna(value) else {}
    return Cell(format_number(value, decimals), data=data)


def _cases(row: Row) -> str:
    if row["kind"] not in ("proportion", "rate") or pd.isna(row["numerator"]):
        return "–"
    return f"{format_number(row['numerator'])} / {format_number(row['denominator'])}"


def _missing_note(area: AreaView, rows: pd.DataFrame, keys: list[str]) -> Fragment:
    """Say which values are not shown, and why."""
    labels = area.analysis.indicators["label"]
    result = Fragment("", "")
    lines = list(records(rows).values())
    for reason in dict.fromkeys(filter(None, SHOWN_REASONS.values())):
        named = [str(row["label"]) for row in lines if SHOWN_REASONS[row["hidden"]] == reason]
        if named:
            result += note(f"Geheim gehalten ({reason}), Zeichen ».«: {quoted(named)}.")
    for code, reason in MISSING_REASONS.items():
        open_lines = [row for row in lines if not SHOWN_REASONS[row["hidden"]]]
        named = [str(row["label"]) for row in open_lines if code and row["missing_reason"] == code]
        if named:
            result += note(f"Ohne Wert ({reason}): {quoted(named)}.")
    absent_keys = [key for key in keys if key not in rows.index]
    released = area.analysis.values.where(area_id=area.area_id)  # noqa: PD011 (a released table)
    codes = released.frame.set_index(released.frame["indicator_id"].astype(str))
    secret = set(codes.index[codes["hidden"].astype(str) != ""]) - set(codes.index[codes["value"].notna()])
    if kept_back := [str(labels[key]) for key in absent_keys if key in secret]:
        result += note(f"Geheim gehalten: {quoted(kept_back)}.")
    absent = [str(labels[key]) for key in absent_keys if key not in secret]
    if absent:
        result += note(f"Ohne Wert im Vergleichsjahr: {quoted(absent)}.")
    return result

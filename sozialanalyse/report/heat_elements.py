"""The WHO's core elements of a heat-health action plan: what the data contribute, and where to begin."""

from __future__ import annotations

from typing import Final

from sozialanalyse.report.fragment import Fragment, note, paragraph
from sozialanalyse.report.heat import PRIORITY_SIGNS, PRIORITY_WORDS, WITHOUT_INDEX
from sozialanalyse.report.heat_view import HeatView
from sozialanalyse.report.numbers import format_number
from sozialanalyse.report.tables import Cell, html_table, missing_cell

__all__ = ["core_elements", "occasions"]

_SHOWN: Final = ("high", "possible")
MOST_OCCASIONS: Final = 40


def core_elements(view: HeatView) -> Fragment:
    """Return for each of the WHO's core elements what the data contribute and what is missing."""
    body: list[list[Cell | str]] = []
    for number, element in enumerate(view.elements, start=1):
        there = f"beruht auf: {', '.join(element.present)}" if element.present else ""
        missing = element.beyond
        lacking = f"Im Datensatz fehlen: {', '.join(element.absent)}." if element.absent else ""
        body.append(
            [
                Cell(f"{number}. {element.label}", element.description),
                Cell(element.contribution, there) if element.present else Cell("noch nichts", ""),
                Cell(missing, lacking),
            ]
        )
    lacking_everything = sum(not element.present for element in view.elements)
    text = (
        f"Die Weltgesundheitsorganisation nennt {len(view.elements)} Kernelemente eines Hitzeaktionsplans "
        "(WHO 2008). Die Sozialplanung trägt zu jedem etwas anderes bei; keines kann sie allein erfüllen."
    )
    if lacking_everything:
        count = "einem" if lacking_everything == 1 else str(lacking_everything)
        text += f" Zu {count} davon trägt dieser Datensatz noch nichts bei."
    return paragraph(text) + html_table(
        "Kernelemente der WHO: Beitrag der Sozialplanung und was fehlt",
        ["Kernelement", "Beitrag der Daten", "Was fehlt"],
        body,
    )


def occasions(view: HeatView) -> Fragment:
    """Return for each area of the list of priorities to which core elements its figures give occasion."""
    if view.missing:
        return note(WITHOUT_INDEX)
    areas = view.areas.frame.dropna(subset=["rank"])
    urgent = areas[areas["priority"].isin(_SHOWN)].sort_values("rank", kind="stable")
    if not len(urgent):
        return paragraph("Entfällt: Kein Gebiet ist vordringlich oder zu prüfen.")
    shown = urgent.head(MOST_OCCASIONS)
    found = {
        (str(row["area_id"]), str(row["element"])): tuple(row["indicators"])
        for row in view.occasions.frame.to_dict("records")
    }
    concerned = [
        (number, element)
        for number, element in enumerate(view.elements, start=1)
        if any(key == element.key for _, key in found)
    ]
    names = view.analysis.areas["name"]
    body: list[list[Cell | str]] = []
    for row in shown.to_dict("records"):
        area, code = str(row["area_id"]), str(row["priority"])
        own = [found.get((area, element.key), ()) for _, element in concerned]
        told = dict.fromkeys(label for labels in own for label in labels)
        body.append(
            [
                Cell(
                    str(names[area]),
                    f"Rang\u00a0{row['rank']:.0f} {PRIORITY_SIGNS[code]}\u00a0{PRIORITY_WORDS[code]}",
                ),
                *("●" if labels else missing_cell() for labels in own),
                "; ".join(told) or "–",
            ]
        )
    header = [view.analysis.levels[-1].label, *(f"{number}" for number, _ in concerned), "Anlass"]
    table = html_table("Anlass je Gebiet und Kernelement", header, body)
    legend = "; ".join(f"{number} {element.label}" for number, element in concerned)
    rest = [str(number) for number in range(1, len(view.elements) + 1)]
    rest = [number for number in rest if number not in {str(own) for own, _ in concerned}]
    text = (
        f"Spalten: {legend}. »●«: Das Gebiet gehört bei mindestens einem der Indikatoren, auf denen das "
        f"Kernelement beruht, zu den {format_number(100 * view.priority_share)} % der Gebiete mit den "
        "ungünstigsten Werten."
    )
    if rest:
        text += (
            f" Zu den übrigen Kernelementen ({', '.join(rest)}) gibt es keine Anteile oder Raten je Gebiet."
        )
    if len(urgent) > len(shown):
        text += f" Gezeigt sind {len(shown)} von {len(urgent)} Gebieten."
    return (
        paragraph(
            "Wo der Hitzeaktionsplan beginnen kann: die vordringlichen Gebiete und die zu prüfenden, und zu "
            "welchen Kernelementen ihre Zahlen einen Anlass geben. Welche Maßnahme passt, entscheiden die "
            "Menschen, die vor Ort arbeiten."
        )
        + table
        + note(text)
    )

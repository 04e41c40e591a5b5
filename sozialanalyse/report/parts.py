"""How the parts of the whole differ from it: of how many indicators each is certainly worse or better."""

from __future__ import annotations

from typing import Final

import pandas as pd

from sozialanalyse.report.assess import assess_rows, certain_rows
from sozialanalyse.report.fragment import Fragment, note, paragraph
from sozialanalyse.report.numbers import join_names
from sozialanalyse.report.tables import Cell, count_cell, html_table
from sozialanalyse.report.text import TESTED, count_word, value_text
from sozialanalyse.report.view import JUDGED_DOMAINS, AreaView, records

__all__ = ["parts_against_whole"]

MOST_NAMED: Final = 3


def parts_against_whole(area: AreaView) -> Fragment:
    """Return for each part of an area how many indicators are certainly worse or better than in the whole."""
    keys = [key for name in JUDGED_DOMAINS for key in area.indicator_ids(name)]
    rows_of = {}
    for view in area.children:
        rows = assess_rows(view.rows(keys))
        rows = rows[(rows["direction"] != "neutral") & rows["assessment"].isin(list(TESTED))]
        if len(rows):
            rows_of[view] = rows
    if not rows_of:
        return note(
            f"Ob sich Gebiete gesichert von {area.name} insgesamt unterscheiden, lässt sich aus den Daten "
            "nicht berechnen."
        )
    body: list[list[Cell | str]] = []
    for view, rows in rows_of.items():
        counts = rows["assessment"].value_counts()
        body.append(
            [
                view.bare_name,
                *(
                    count_cell(int(counts.get(code, 0)), _farthest(rows, code))
                    for code in ("worse", "better")
                ),
                count_cell(int(counts.get("similar", 0))),
            ]
        )
    level = area.analysis.label_of(next(iter(rows_of)).level)
    header = [level, *(word[:1].upper() + word[1:] for word in TESTED.values())]
    caption = f"Zahl der Indikatoren, bei denen sich Gebiete von {area.name} insgesamt unterscheiden"
    return (
        paragraph(_finding(area, rows_of, level))
        + html_table(caption, header, body)
        + note(
            "Gezählt sind Indikatoren, deren Abstand sich prüfen lässt; genannt ist, wo er am größten ist. "
            "Bevölkerung und Indikatoren ohne gute und schlechte Seite zählen nicht mit."
        )
    )


def _finding(area: AreaView, rows_of: dict[AreaView, pd.DataFrame], level: str) -> str:
    """Name the parts with most indicators on each side."""
    sentences = []
    for code in ("worse", "better"):
        counts = [int((rows["assessment"] == code).sum()) for rows in rows_of.values()]
        most = max(counts)
        if most:
            first = [view.bare_name for view, count in zip(rows_of, counts, strict=True) if count == most]
            where = "einem Indikator" if most == 1 else f"{count_word(most)} Indikatoren"
            verb = "ist" if len(first) == 1 else "sind"
            sentences.append(
                f"am häufigsten {TESTED[code]} {verb} {join_names(first, MOST_NAMED)} (bei {where})"
            )
    opening = f"Verglichen mit {area.name} insgesamt (Ebene {level})"
    if not sentences:
        return f"{opening} ist kein Abstand eines Gebiets statistisch gesichert."
    return f"{opening}: {'; '.join(sentences)}."


def _farthest(rows: pd.DataFrame, code: str) -> str:
    """Write the indicator that is farthest on one side."""
    ordered, unordered = certain_rows(rows, code)
    chosen = ordered if len(ordered) else unordered
    return value_text(next(iter(records(chosen.head(1)).values()))) if len(chosen) else ""

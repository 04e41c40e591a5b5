"""Where Handlungsempfehlungen are to be carried out, by whom, and how long they stay in each status."""

from __future__ import annotations

import pandas as pd

from sozialanalyse.planning.recommendations import count_by
from sozialanalyse.report.fragment import Fragment, note, paragraph
from sozialanalyse.report.numbers import format_number
from sozialanalyse.report.plan_view import SocialPlan, addressees_of, without_recommendations
from sozialanalyse.report.tables import Cell, count_cell, html_table

__all__ = ["addressees", "coverage", "durations"]


def coverage(plan: SocialPlan) -> Fragment:
    """Return how many there are for each Sozialraum and Handlungsfeld, and how many of them are done."""
    if missing := without_recommendations(plan):
        return missing
    around = [
        tuple(dict.fromkeys(place for key in keys for place in plan.places[key]))
        for keys in plan.standing["area_ids"]
    ]
    spread = plan.standing.assign(area_ids=pd.Series(around, index=plan.standing.index, dtype=object))
    counts = _by_row(count_by(spread, "area_ids", "field"))
    done = _by_row(count_by(spread[spread["kind"] == "done"], "area_ids", "field"))
    names, fields = plan.area.analysis.areas["name"], plan.rules.labels("fields")
    places = {place: str(names[place]) for place in plan.districts if place in counts}
    used = {key: label for key, label in fields.items() if any(counts[place].get(key) for place in places)}

    def cell(place: str, field: str) -> Cell:
        reached = done.get(place, {}).get(field, 0)
        return count_cell(counts[place].get(field, 0), f"{reached} erreicht" if reached else "")

    totals = {place: str(sum(counts[place].values())) for place in places}
    body: list[list[Cell | str]]
    # The shorter list gives the columns, so that the table fits the page.
    if len(places) < len(used):
        header = ["Handlungsfeld", *places.values()]
        body = [[label, *(cell(place, key) for place in places)] for key, label in used.items()]
        body.append(["zusammen", *totals.values()])
    else:
        header = [plan.level_label, *used.values(), "zusammen"]
        body = [[name, *(cell(place, key) for key in used), totals[place]] for place, name in places.items()]
    result = html_table(
        f"Handlungsempfehlungen je {plan.level_label} und Handlungsfeld",
        header,
        body,
        numeric=range(1, len(header)),
    )
    text = f"Erreicht: {plan.kind_words('done')}."
    if sum(sum(counts[place].values()) for place in places) > len(spread):
        text += (
            " Eine Handlungsempfehlung für mehrere Gebiete zählt in jedem; eine stadtweite überall. Die "
            "Summen sind darum größer als die Zahl der Handlungsempfehlungen."
        )
    return result + note(text)


def _by_row(table: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Return numbers by row and column."""
    return {
        str(row): {str(column): int(count) for column, count in cells.items()}
        for row, cells in table.to_dict("index").items()
    }


def addressees(plan: SocialPlan) -> Fragment:
    """Return who is to carry out how many, and how far these are; who has one on time stands below.

    A recommendation that several share counts for each of them.
    """
    if missing := without_recommendations(plan):
        return missing
    named = [addressees_of(cell) for cell in plan.standing["addressee"]]
    standing = plan.standing.assign(addressee=pd.Series(named, index=plan.standing.index, dtype=object))
    words = {"open": "offen", "active": "in Arbeit", "done": "erreicht", "stopped": "ruht oder verworfen"}
    table = count_by(standing, "addressee", "kind").reindex(columns=list(words), fill_value=0)
    late = standing[standing["overdue"]].explode("addressee").groupby("addressee").size()
    late = late.reindex(table.index, fill_value=0)
    totals = table.sum(axis=1)
    single = (totals == 1) & (late == 0)
    ranked = [str(name) for name in totals[~single].sort_values(ascending=False, kind="stable").index]
    counts = _by_row(table)
    body: list[list[Cell | str]] = [
        [
            name,
            *(count_cell(counts[name][kind]) for kind in words),
            count_cell(int(late[name])),
            str(int(totals[name])),
        ]
        for name in ranked
    ]
    header = ["Adressat*in", *words.values(), "davon Frist verstrichen", "zusammen"]
    result = Fragment("", "")
    if body:
        result = html_table("Wer für wie viele zuständig ist", header, body, numeric=range(1, len(header)))
    if single.any():
        names = "; ".join(str(name) for name in totals[single].index)
        result += paragraph(f"Je eine ohne verstrichene Frist haben: {names}.")
    if shared := sum(len(names) > 1 for names in named):
        result += note(
            "Eine Handlungsempfehlung richtet sich an mehrere; sie zählt bei jeder Stelle."
            if shared == 1
            else f"{shared} Handlungsempfehlungen richten sich an mehrere; sie zählen bei jeder Stelle."
        )
    return result


def durations(plan: SocialPlan) -> Fragment:
    """Return how long recommendations stayed in each status."""
    if missing := without_recommendations(plan):
        return missing
    frame = plan.durations
    body: list[list[Cell | str]] = []
    for status in plan.rules.statuses:
        rows = frame[frame["status"] == status.id]
        over, lasting = rows[rows["end"].notna()]["days"], rows[rows["end"].isna()]["days"]
        if len(rows):
            body.append([status.label, *_typical(over), *_typical(lasting)])
    header = ["Stand", "beendet", "Tage darin (Mitte)", "noch darin", "Tage bisher (Mitte)"]
    table = html_table("Dauer in Tagen", header, body, numeric=range(1, len(header)))
    return table + note(
        "Mitte: Die Hälfte dauerte kürzer, die Hälfte länger (Median). Was noch darin ist, kann länger "
        "dauern."
    )


def _typical(days: pd.Series[int]) -> tuple[str, str]:
    return (str(len(days)), format_number(float(days.median()))) if len(days) else ("0", "–")

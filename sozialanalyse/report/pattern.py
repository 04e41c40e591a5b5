"""The section on what the city-wide connections mean for one area."""

from __future__ import annotations

from typing import Final

from sozialanalyse.connections.wording import ECOLOGICAL_NOTE
from sozialanalyse.report.connected import CLAIMS, ConnectionView, pairs_apart, row_list
from sozialanalyse.report.fragment import Fragment, note, paragraph
from sozialanalyse.report.numbers import format_interval, format_number, join_words
from sozialanalyse.report.text import count_word
from sozialanalyse.report.view import AreaView, Row

__all__ = ["pattern_here"]

FITTING: Final = 1 / 3
"""Largest distance between the two ranks of an area, as shares of all, that still counts as the pattern."""


def pattern_here(area: AreaView, view: ConnectionView) -> Fragment:
    """Return in two sentences what the city-wide connections mean for one area, and the note on areas."""
    if view.missing or view.lead is None:
        return Fragment("", "")
    rows = _told(view)
    city, labels = area.root.name, view.labels
    if not rows:
        return paragraph(
            f"In {city} ist unter den Paaren, von denen diese Seite sprechen darf, kein Zusammenhang "
            f"gesichert und keiner ein Hinweis; für {area.name} folgt daraus nichts."
        ) + note(ECOLOGICAL_NOTE)
    first, seconds = str(rows[0]["first"]), [str(row["second"]) for row in rows]
    patterns = [
        f"{'höheren' if row['estimate'] > 0 else 'niedrigeren'} Werten bei »{labels[second]}« "
        f"({row['category']}; Rangkorrelation {format_number(row['estimate'], 2)}, Intervall "
        f"{format_interval(row['lower'], row['upper'], 2)})"
        for row, second in zip(rows, seconds, strict=True)
    ]
    general = f"In {city} gehen höhere Werte bei »{labels[first]}« einher mit {join_words(patterns)}."
    return paragraph(f"{general} {_here(area, view, first, rows)}") + note(ECOLOGICAL_NOTE)


def _told(view: ConnectionView) -> list[Row]:
    """Return the pairs that a page on one area speaks of: of one indicator with one of each other domain.

    Only pairs that the rules allow; a dataset that has none of them gets its strongest pair.
    """
    frame = pairs_apart(view.pairs.frame)
    sure = frame[frame["category"].isin(CLAIMS)]
    of = {(str(row["first"]), str(row["second"])): row for row in row_list(frame)}
    allowed = [pair for pair in view.told_pairs if pair in of]
    if not allowed:
        return row_list(sure.head(1))
    domain_of = view.analysis.indicators["domain"]
    told: dict[str, Row] = {}
    lead = ""
    for first, second in allowed:
        row = of[first, second]
        if row["category"] in CLAIMS and first == (lead or first):
            lead = first
            told.setdefault(str(domain_of[second]), row)
    return list(told.values())


def _here(area: AreaView, view: ConnectionView, first: str, rows: list[Row]) -> str:
    """Say whether one area is as the pattern has it; the indicators are named in the sentence before."""
    x = view.values(first)
    if area.children:
        return (
            f"{area.name} umfasst mehrere der verglichenen Gebiete; der Vergleich gilt für die Ebene "
            f"{view.unit_label}."
        )
    others = [(row, view.values(str(row["second"]))) for row in rows]
    if area.area_id not in x.index or not all(area.area_id in y.index for _, y in others):
        return f"Für {area.name} fehlt mindestens einer dieser Werte."
    place = float((x <= x[area.area_id]).mean())
    fitting, parts = 0, []
    for row, y in others:
        own = float((y <= y[area.area_id]).mean())
        expected = own if row["estimate"] > 0 else 1.0 - own
        fitting += abs(place - expected) <= FITTING
        parts.append(f"mit {view.spoken(str(row['second']), y[area.area_id])} im {_third(own)}")
    shown = f"mit {view.spoken(first, x[area.area_id])} im {_third(place)} Drittel der Gebiete"
    if len(rows) == 1:
        match = "entspricht damit diesem Muster" if fitting else "weicht damit von diesem Muster ab"
        return f"{area.name} liegt beim ersten {shown}, beim zweiten {parts[0]} Drittel und {match}."
    if fitting == len(rows):
        match = "beiden Mustern" if fitting == 2 else f"allen {count_word(fitting)} Mustern"
    else:
        match = (
            f"{'keinem' if not fitting else count_word(fitting, 'einem')} der {count_word(len(rows))} Muster"
        )
    return (
        f"{area.name} liegt beim ersten Indikator {shown}, bei den anderen, in derselben Reihenfolge, "
        f"{join_words(parts)} Drittel. Das entspricht {match}."
    )


def _third(place: float) -> str:
    return "unteren" if place <= 1 / 3 else "mittleren" if place <= 2 / 3 else "oberen"

"""The section on what the city-wide connections mean for one area."""

from __future__ import annotations

from typing import Final

import pandas as pd

from sozialanalyse.connections.wording import ECOLOGICAL_NOTE
from sozialanalyse.report.connected import CLAIMS, ConnectionView, pairs_apart, row_list
from sozialanalyse.report.fragment import Fragment, bullets, note, paragraph
from sozialanalyse.report.numbers import format_interval, format_number
from sozialanalyse.report.view import AreaView, Row

__all__ = ["pattern_here"]

FITTING: Final = 1 / 3
"""Largest distance between the two ranks of an area, as shares of all, that still counts as the pattern."""


def pattern_here(area: AreaView, view: ConnectionView) -> Fragment:
    """Return as a list what the city-wide connections mean for one area, and the note on areas."""
    if view.missing or view.lead is None:
        return Fragment("", "")
    rows = _told(view)
    city, labels = area.root.name, view.labels
    if not rows:
        return paragraph(
            f"In {city} ist unter den Paaren, von denen diese Seite sprechen darf, kein Zusammenhang "
            f"gesichert und keiner ein Hinweis; für {area.name} folgt daraus nichts."
        ) + note(ECOLOGICAL_NOTE)
    first = str(rows[0]["first"])
    name, of_it = f"»{labels[first]}«", "diesem Indikator"
    if area.children:
        told, of_it = f"{area.name} umfasst mehrere der Gebiete, die verglichen sind.", name
    elif (here := area.area_id) in (x := view.values(first)).index:
        told = f"{area.name} liegt bei {name} mit {view.spoken(first, x[here])} im {_third(x, here)}."
    else:
        told = f"Für {area.name} fehlt der Wert bei {name}."
    told += f" Mit höheren Werten bei {of_it} gehen in {city} einher (Ebene {view.unit_label}):"
    patterns = bullets([_pattern(area, view, row) for row in rows])
    return paragraph(told) + patterns + note(ECOLOGICAL_NOTE)


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


def _pattern(area: AreaView, view: ConnectionView, row: Row) -> str:
    """Say one pattern of all areas, and whether one area is as the pattern has it."""
    first, second = str(row["first"]), str(row["second"])
    text = (
        f"{'höhere' if row['estimate'] > 0 else 'niedrigere'} Werte bei »{view.labels[second]}« "
        f"({row['category']}; Rangkorrelation {format_number(row['estimate'], 2)}, Intervall "
        f"{format_interval(row['lower'], row['upper'], 2)})."
    )
    if area.children:
        return text
    x, y, here = view.values(first), view.values(second), area.area_id
    if here not in x.index or here not in y.index:
        return f"{text} Ob es hier so ist, lässt sich nicht sagen: Es fehlt ein Wert."
    own = _place(y, here)
    expected = own if row["estimate"] > 0 else 1.0 - own
    match = "entspricht" if abs(_place(x, here) - expected) <= FITTING else "entspricht nicht"
    return (
        f"{text} {area.name} liegt mit {view.spoken(second, y[here])} im {_third(y, here)}; das {match} "
        "dem Muster."
    )


def _place(values: pd.Series, area_id: str) -> float:
    """Return the share of areas whose value is not higher than that of one of them."""
    return float((values <= values[area_id]).mean())


def _third(values: pd.Series, area_id: str) -> str:
    place = _place(values, area_id)
    return (
        f"{'unteren' if place <= 1 / 3 else 'mittleren' if place <= 2 / 3 else 'oberen'} Drittel der Gebiete"
    )

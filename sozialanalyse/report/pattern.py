"""The section on what the city-wide connections mean for one area."""

from __future__ import annotations

from typing import Final

import pandas as pd

from sozialanalyse.connections.wording import ECOLOGICAL_NOTE
from sozialanalyse.report.connected import CLAIMS, ConnectionView, pairs_apart, row_list
from sozialanalyse.report.fragment import Fragment, bullets, note, paragraph
from sozialanalyse.report.numbers import format_interval, format_number
from sozialanalyse.report.text import count_word, descendants
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
        told = "" if area.is_root else f"{area.name} umfasst mehrere der Gebiete, die verglichen sind. "
        of_it = name
    elif (here := area.area_id) in (x := view.values(first)).index:
        told = f"{area.name} liegt bei {name} mit {view.spoken(first, x[here])} im {_third(x, here)}. "
    else:
        told = f"Für {area.name} fehlt der Wert bei {name}. "
    told += f"Mit höheren Werten bei {of_it} gehen in {city} einher (Ebene {view.unit_label}):"
    patterns = [_pattern(area, view, row) for row in rows]
    result = paragraph(told) + bullets(patterns)
    if any("entsp" in text for text in patterns):
        result += note(
            "Dem Muster entspricht ein Gebiet, das in beiden Reihenfolgen einen ähnlichen Platz hat: Die "
            "Plätze liegen höchstens ein Drittel aller Gebiete auseinander. Durch Zufall allein träfe das "
            "auf etwas mehr als die Hälfte der Gebiete zu."
        )
    return result + note(ECOLOGICAL_NOTE)


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
        f"{format_interval(row['lower'], row['upper'], 2)})"
    )
    x, y, here = view.values(first), view.values(second), area.area_id
    fits = _fits(x, y, row)
    if area.children:
        inside = fits.index.intersection(descendants(area))
        fitting = int(fits[inside].sum())
        if not len(inside):
            return f"{text}."
        where = f"in {area.name} mit beiden Werten"
        if len(inside) == 1:
            return (
                f"{text}; das einzige Gebiet {where} entspricht dem {'' if fitting else 'nicht'}".strip()
                + "."
            )
        verb = "entsprechen" if fitting > 1 else "entspricht"
        counted = count_word(fitting, "eines") if fitting else "keines"
        return f"{text}; dem {verb} {counted} von {count_word(len(inside))} Gebieten {where}."
    if here not in fits.index:
        return f"{text}; ob es hier so ist, bleibt offen: Ein Wert fehlt oder ist geheim gehalten."
    match = "entspricht" if fits[here] else "entspricht nicht"
    return (
        f"{text}. {area.name} liegt mit {view.spoken(second, y[here])} im {_third(y, here)}; das {match} "
        "dem Muster."
    )


def _fits(x: pd.Series[float], y: pd.Series[float], row: Row) -> pd.Series[bool]:
    """Return for each area with both values whether its places in the two orders are near enough."""
    own = _places(y)
    expected = own if row["estimate"] > 0 else 1.0 - own
    return ((_places(x) - expected).abs() <= FITTING)[x.index.intersection(y.index)]


def _places(values: pd.Series[float]) -> pd.Series[float]:
    """Return for each area the share of areas whose value is not higher."""
    return values.rank(method="max", pct=True)


def _third(values: pd.Series[float], area_id: str) -> str:
    place = _places(values)[area_id]
    return (
        f"{'unteren' if place <= 1 / 3 else 'mittleren' if place <= 2 / 3 else 'oberen'} Drittel der Gebiete"
    )

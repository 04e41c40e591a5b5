"""The sections on connections between domains: verdicts, ways of computing, scatter, neighbours, fifths."""

from __future__ import annotations

from html import escape
from typing import Final

import numpy as np
import pandas as pd

from sozialanalyse.connections.wording import ECOLOGICAL_NOTE
from sozialanalyse.report.connected import ConnectionView
from sozialanalyse.report.connection_charts import (
    VERDICT_SIGNS,
    GradientPanel,
    Scatter,
    draw_gradient,
    draw_matrix,
    draw_scatter,
    draw_ways,
    shows_intervals,
)
from sozialanalyse.report.connection_tests import further_tests
from sozialanalyse.report.fragment import Fragment, figure, note, paragraph, warning
from sozialanalyse.report.front import banner
from sozialanalyse.report.numbers import (
    decimals_for,
    format_change,
    format_interval,
    format_number,
    format_value,
    join_words,
)
from sozialanalyse.report.tables import Cell, html_table
from sozialanalyse.report.view import AreaView, Row

__all__ = [
    "gradient",
    "heading",
    "matrix",
    "overview",
    "pattern_here",
    "remarks",
    "scatter",
    "sentences",
    "table",
    "ways",
]

MOST_SENTENCES: Final = 4
MOST_PANELS: Final = 8
FITTING: Final = 1 / 3
"""Largest distance between the two ranks of an area, as shares of all, that still counts as the pattern."""


def heading(view: ConnectionView) -> Fragment:
    """Return the page's title with the domains, the banner of synthetic data and the note on areas."""
    title = f"Exkurs: {join_words(view.domain_words)}"
    city = view.analysis.area(view.analysis.root_id)
    count = len(view.areas.frame["area_id"].unique())
    subtitle = f"{city.name}, Vergleich der Gebiete (Ebene {view.unit_label})"
    if count:
        subtitle = f"{city.name}, Vergleich von {count} Gebieten (Ebene {view.unit_label})"
    head = Fragment(f"<h1>{escape(title, quote=False)}</h1>", title)
    result = head + paragraph(subtitle, css_class="sa-subtitle") + banner(view.analysis)
    return result + note(ECOLOGICAL_NOTE)


def overview(view: ConnectionView) -> Fragment:
    """Return in a few sentences how many pairs were compared, and with which verdicts."""
    if view.missing:
        return warning(view.missing)
    frame = view.pairs.frame
    counts = frame["category"].value_counts()
    parts = [f"{counts[name]}\u2011mal »{name}«" for name in VERDICT_SIGNS if counts.get(name, 0)]
    text = (
        f"Verglichen sind {len(frame)} Paare von Indikatoren aus {join_words(view.domain_words)}. Die "
        "Urteile: "
        f"{join_words(parts)}."
    )
    strongest = _apart(frame[frame["category"] == "gesichert"]).head(3)
    if len(strongest):
        named = [_short(view, row) for row in _rows(strongest)]
        text += f" Am deutlichsten gesichert: {join_words(named)}."
    elif not counts.get("gesichert", 0):
        text += " Gesichert ist kein Zusammenhang: Jeder verfehlt mindestens eine der Prüfungen."
    return paragraph(text, css_class="sa-lead")


def _rows(frame: pd.DataFrame) -> list[Row]:
    return [{str(name): cell for name, cell in row.items()} for row in frame.to_dict("records")]


def _apart(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out pairs that go together because they are made from the same numbers."""
    return frame[frame["construction"].isin(["", "shared_denominator"])]


def _short(view: ConnectionView, row: Row) -> str:
    labels = view.labels
    return f"{labels[row['first']]} mit {labels[row['second']]} ({format_number(row['estimate'], 2)})"


def matrix(view: ConnectionView) -> Fragment:
    """Return all pairs as a figure: coefficient, interval and verdict."""
    if view.missing:
        return warning(view.missing)
    frame, labels = view.pairs.frame, view.labels
    domain_of = view.analysis.indicators["domain"]
    named = [(key, labels[key]) for key in view.indicator_ids]
    cells: dict[tuple[str, str], Row] = {(row["second"], row["first"]): row for row in _rows(frame)}
    if len(view.domains) == 2:
        # The longer list stands at the left, where names have room.
        sides = [[pair for pair in named if domain_of[pair[0]] == domain] for domain in view.domains]
        rows, columns = sorted(sides, key=len, reverse=True)
        cells |= {(column, row): pair for (row, column), pair in cells.items()}
    else:
        # Each pair stands once, in the row of the later domain.
        used = [domain for domain in view.domains if any(domain_of[key] == domain for key, _ in named)]
        rows = [pair for pair in named if domain_of[pair[0]] != used[0]]
        columns = [pair for pair in named if domain_of[pair[0]] != used[-1]]
    confidence = format_number(100 * view.confidence)
    interval = f", darunter das {confidence}-%-Intervall" if shows_intervals(len(columns)) else ""
    caption = (
        f"Zusammenhang jedes Paars: Urteil und Rangkorrelation von −1 bis 1{interval}. Farbig sind nur "
        "gesicherte "
        "Zusammenhänge und Hinweise."
    )
    svg = draw_matrix(cells, rows, columns)
    claimed = frame[frame["category"].isin(["gesichert", "Hinweis"])].head(10)
    if len(claimed):
        listed = "; ".join(
            f"{labels[row['first']]} und {labels[row['second']]} {format_number(row['estimate'], 2)} "
            f"({row['category']})"
            for row in _rows(claimed)
        )
        finding = f"Die deutlichsten von {len(frame)} Paaren: {listed}."
    else:
        finding = f"Unter {len(frame)} Paaren ist kein Zusammenhang gesichert und keiner ein Hinweis."
    return figure(svg, f"{finding} Alle Paare nennt die Tabelle.", caption)


def table(view: ConnectionView) -> Fragment:
    """Return the pairs as a table: size, interval, verdict, effect in the reader's units, checks."""
    if view.missing:
        return Fragment("", "")
    labels, units = view.labels, view.analysis.indicators["unit"]
    frame = view.pairs.frame
    body: list[list[Cell | str]] = []
    for row in _rows(frame):
        interval = format_interval(row["lower"], row["upper"], 2)
        body.append(
            [
                Cell(f"{labels[row['first']]} – {labels[row['second']]}", f"{row['count']} Gebiete"),
                Cell(format_number(row["estimate"], 2), interval),
                f"{VERDICT_SIGNS[row['category']]}\u00a0{row['category']}",
                _effect(row, str(units[row["first"]]), str(units[row["second"]])),
                f"{row['agreeing']} von {row['specifications']}" if row["specifications"] else "–",
            ]
        )
    header = [
        "Paar",
        "Rangkorrelation (Intervall)",
        "Urteil",
        "Unterschied beim zweiten je Schritt beim ersten (Intervall)",
        "bestätigt in anderen Rechenwegen",
    ]
    result = html_table("Paare von Indikatoren mit Urteil", header, body, numeric=[1, 4])
    held = ""
    if view.covariates:
        names = join_words([f"»{view.labels[key]}«" for key in view.covariates])
        held = f", verglichen bei gleichem Wert von {names}"
    return (
        result
        + note(
            "Unterschied: was eine Regression unter den Gebieten erwartet, wenn der erste Indikator um 10 "
            "Prozentpunkte "
            f"oder um eine Standardabweichung (SD) höher liegt{held}. Ein Chancenverhältnis von 1 heißt kein "
            "Unterschied; 1,5 heißt, dass auf jeden übrigen Fall anderthalbmal so viele Fälle kommen. Ein "
            "Strich heißt: "
            "Das Modell ist mit diesen Daten nicht bestimmt."
        )
        + further_tests(view)
    )


def _effect(row: Row, first_unit: str, second_unit: str) -> Cell:
    if not np.isfinite(row["effect"]):
        return Cell("–", css_class="sa-sign")
    step = "je 10 Punkte" if row["per_points"] else f"je SD ({format_value(row['step'], first_unit, 1)})"
    if row["measure"] == "difference":
        decimals = decimals_for(second_unit, abs(row["effect"]))
        size = f"{format_change(row['effect'], decimals)}\u00a0{second_unit}"
        interval = format_interval(row["effect_lower"], row["effect_upper"], decimals)
    else:
        word = "Chancenverhältnis" if row["measure"] == "odds_ratio" else "Verhältnis der Raten"
        size = f"{word} {format_number(row['effect'], 2)}"
        interval = format_interval(row["effect_lower"], row["effect_upper"], 2)
    return Cell(size, f"{step}; {interval}")


def sentences(view: ConnectionView) -> Fragment:
    """Return the strongest findings in sentences, then what speaks most clearly against a connection."""
    if view.missing:
        return Fragment("", "")
    frame = view.pairs.frame
    shown = frame[frame["category"].isin(["gesichert", "Hinweis"])].head(MOST_SENTENCES)
    absent = frame[frame["category"] == "kein Zusammenhang erkennbar"].head(2)
    chosen = [str(text) for text in pd.concat([shown, absent])["sentence"]]
    if not chosen:
        chosen = [str(text) for text in frame["sentence"].head(2)]
    items = "".join(f"<li>{escape(text, quote=False)}</li>" for text in chosen)
    listed = Fragment(f"<ul>{items}</ul>", "\n".join(f"- {text}" for text in chosen))
    return listed + note(ECOLOGICAL_NOTE)


def ways(view: ConnectionView) -> Fragment:
    """Return the lead pair under every way of computing: the specification curve."""
    if view.lead is None:
        return warning(view.missing or "Kein Paar hat einen berechenbaren Zusammenhang.")
    first, second = view.lead
    frame = view.ways.where(first=first, second=second).frame
    own = frame["kind"] == "own"
    choices = frame[frame["kind"] == "choice"].sort_values("estimate", kind="stable", ascending=False)
    rest = frame[~own & (frame["kind"] != "choice")]
    ordered = pd.concat([frame[own], choices, rest])
    ordered = ordered[np.isfinite(ordered["lower"]) & np.isfinite(ordered["upper"])]
    if not len(ordered):
        return warning("Für kein Paar lässt sich ein Intervall berechnen.")
    pair = f"»{view.labels[first]}« und »{view.labels[second]}«"
    clear = int(((ordered["lower"] > 0) | (ordered["upper"] < 0)).sum())
    estimates = ordered["estimate"].dropna()
    finding = (
        f"{pair}: {clear} von {len(ordered)} Prüfungen schließen null aus; die Werte liegen zwischen "
        f"{format_number(float(estimates.min()), 2)} und {format_number(float(estimates.max()), 2)}."
    )
    caption = (
        f"{pair}, auf verschiedene Weise berechnet; oben der Rechenweg des Urteils. Strich: "
        f"{format_number(100 * view.confidence)}-%-Intervall, bei »ohne je« die Spanne der Ergebnisse; "
        "gefüllt: null "
        f"ist ausgeschlossen. Grau hinterlegt: schwächer als {format_number(view.smallest_effect, 1)}."
    )
    return paragraph(finding) + figure(draw_ways(ordered, view.smallest_effect), finding, caption)


def scatter(view: ConnectionView) -> Fragment:
    """Return the areas by the two indicators of the lead pair, named, with the line of the model."""
    if view.lead is None:
        return Fragment("", "")
    first, second = view.lead
    x, y = view.values(first), view.values(second)
    keys = [key for key in x.index if key in y.index]
    x, y = x[keys], y[keys]
    names = view.analysis.areas["name"]
    units, labels, years = view.analysis.indicators["unit"], view.labels, view.analysis.years
    titles = [f"{labels[key]}, {units[key]} ({years[key]})" for key in (first, second)]
    picture = Scatter(
        [str(names[key]) for key in keys],
        np.asarray(x, dtype=np.float64),
        np.asarray(y, dtype=np.float64),
        np.asarray(view.people()[keys], dtype=np.float64),
        titles[0],
        titles[1],
        view.fit.frame,
    )
    top, low = str(x.idxmax()), str(x.idxmin())
    ends = [
        f"{names[key]} mit {_value(view, first, x[key])} und {_value(view, second, y[key])}"
        for key in (top, low)
    ]
    finding = f"Die Enden der Reihe nach »{labels[first]}«: {join_words(ends)}."
    caption = f"Jeder Punkt ist ein Gebiet (Ebene {view.unit_label})"
    caption += ", größer bei mehr Einwohner*innen" if view.weighted else ""
    caption += "; benannt sind so viele, wie Platz haben."
    if len(view.fit):
        caption += f" Linie und Fläche: Regression mit {format_number(100 * view.confidence)}-%-Intervall"
        if view.covariates:
            held = join_words([f"»{labels[key]}«" for key in view.covariates])
            caption += f", bei mittlerem Wert von {held}"
        caption += "."
    return figure(draw_scatter(picture), finding, caption)


def _value(view: ConnectionView, indicator_id: str, value: float) -> str:
    unit = str(view.analysis.indicators["unit"][indicator_id])
    return format_value(float(value), unit, decimals_for(unit, abs(float(view.values(indicator_id).max()))))


def gradient(view: ConnectionView) -> Fragment:
    """Return the gradient of the other domains' indicators over the fifths of the areas, with the SII."""
    slopes = view.slopes.frame.head(MOST_PANELS)
    slopes = slopes[slopes["sii"].notna()]
    if not len(slopes):
        return Fragment("", "") if view.missing else warning("Für ein Gefälle reichen die Daten nicht.")
    units, steps = view.analysis.indicators["unit"], view.gradient.frame
    panels, found = [], []
    for row in _rows(slopes):
        key = str(row["indicator_id"])
        inside = steps[steps["indicator_id"] == key]
        means = [float(mean) for mean in inside["value"]]
        decimals = decimals_for(str(units[key]), max(abs(mean) for mean in means))
        clear = row["sii_lower"] > 0 or row["sii_upper"] < 0
        span = format_interval(row["sii_lower"], row["sii_upper"], decimals)
        size = f"SII {format_change(row['sii'], decimals)} ({span})"
        word = "" if clear else ", kein klares Gefälle"
        panels.append(
            GradientPanel(
                f"{view.labels[key]}, {units[key]}",
                [int(fifth) for fifth in inside["fifth"]],
                means,
                decimals,
                f"{size}{word}",
                clear,
            )
        )
        unit = "Prozentpunkte" if units[key] == "%" else units[key]
        found.append(f"{view.labels[key]} {size} {unit}{word}")
    ordering = view.labels[view.ordered_by]
    whom = "der Bevölkerung" if view.weighted else "der Gebiete"
    intro = (
        f"Die Gebiete sind nach »{ordering}« geordnet und in Fünftel {whom} geteilt: 1 ist am wenigsten, 5 "
        "am stärksten "
        "belastet. Der Steigungsindex (SII) sagt, um wie viel eine gerade Linie durch alle Gebiete vom "
        "einen zum "
        "anderen Ende steigt; 0 heißt kein Gefälle."
    )
    caption = (
        f"Mittelwerte je Fünftel nach »{ordering}«; blass: kein klares Gefälle. "
        "Jedes Bild hat eine eigene Skala."
    )
    finding = f"Gefälle nach »{ordering}«: {'; '.join(found)}."
    return paragraph(intro) + figure(draw_gradient(panels), finding, caption)


def remarks(view: ConnectionView) -> Fragment:
    """Return how the verdicts come about and what could not be computed."""
    signs = "; ".join(f"{sign} {name}" for name, sign in VERDICT_SIGNS.items())
    result = paragraph(
        f"Urteile: {signs}. »Gesichert« heißt ein Zusammenhang nur, wenn er alle Prüfungen besteht: Zufall "
        "ist "
        "auch nach Korrektur für alle Paare unwahrscheinlich; er ist nicht schwächer als "
        f"{format_number(view.smallest_effect, 1)}; er hängt nicht an einem einzelnen Gebiet; andere "
        "Rechenwege und die "
        "gröbere Ebene zeigen dieselbe Richtung. Fällt eine Prüfung anders aus, ist er ein Hinweis. »Kein "
        "Zusammenhang "
        "erkennbar« steht nur, wenn die Daten genau genug sind, um einen Zusammenhang von Belang "
        "auszuschließen."
    )
    if view.panel_years:
        result += paragraph(
            f"Für {view.panel_years} Jahre ist außerdem geprüft, ob sich beide Indikatoren innerhalb der "
            "Gebiete "
            "gemeinsam verändern."
        )
    for text in view.remarks:
        result += note(text)
    return result


def pattern_here(area: AreaView, view: ConnectionView) -> Fragment:
    """Return in two sentences what the city-wide connections mean for one area, and the note on areas."""
    if view.missing or view.lead is None:
        return Fragment("", "")
    pairs = view.pairs.frame
    sure = pairs[pairs["category"].isin(["gesichert", "Hinweis"])]
    sure = _apart(sure)
    city = area.root.name
    if not len(sure):
        return paragraph(
            f"In {city} ist unter {len(pairs)} geprüften Paaren kein Zusammenhang zwischen den Bereichen "
            "gesichert; für "
            f"{area.name} folgt daraus nichts."
        ) + note(ECOLOGICAL_NOTE)
    row = sure.iloc[0]
    first, second = str(row["first"]), str(row["second"])
    labels = view.labels
    direction = "höhere" if row["estimate"] > 0 else "niedrigere"
    general = (
        f"In {city} gehen höhere Werte bei »{labels[first]}« mit {direction}n Werten bei "
        f"»{labels[second]}« einher "
        f"({row['category']}; Rangkorrelation {format_number(row['estimate'], 2)}, Intervall "
        f"{format_interval(row['lower'], row['upper'], 2)})."
    )
    x, y = view.values(first), view.values(second)
    if area.area_id not in x.index or area.area_id not in y.index:
        here = (
            f"{area.name} umfasst mehrere der verglichenen Gebiete; der Vergleich gilt für die Ebene "
            f"{view.unit_label}."
            if area.children
            else f"Für {area.name} fehlt einer der beiden Werte."
        )
        return paragraph(f"{general} {here}") + note(ECOLOGICAL_NOTE)
    places = [float((series <= series[area.area_id]).mean()) for series in (x, y)]
    words = [_third(place) for place in places]
    expected = places[1] if row["estimate"] > 0 else 1.0 - places[1]
    fits = abs(places[0] - expected) <= FITTING
    here = (
        f"{area.name} liegt mit {_value(view, first, x[area.area_id])} im {words[0]} Drittel und mit "
        f"{_value(view, second, y[area.area_id])} im {words[1]} Drittel der Gebiete und "
        f"{'entspricht damit diesem Muster' if fits else 'weicht damit von diesem Muster ab'}."
    )
    return paragraph(f"{general} {here}") + note(ECOLOGICAL_NOTE)


def _third(place: float) -> str:
    return "unteren" if place <= 1 / 3 else "mittleren" if place <= 2 / 3 else "oberen"

"""The sections on connections between domains: verdicts, ways of computing, scatter, all pairs."""

from __future__ import annotations

from functools import reduce
from html import escape
from operator import add

import numpy as np
import pandas as pd

from sozialanalyse.report.connected import CLAIMS, ConnectionView, made_apart, pairs_apart, row_list
from sozialanalyse.report.connection_charts import (
    VERDICT_SIGNS,
    Scatter,
    draw_matrix,
    draw_scatter,
    draw_ways,
    shows_intervals,
)
from sozialanalyse.report.connection_summary import overview, pair_text, sentences
from sozialanalyse.report.connection_tests import further_tests
from sozialanalyse.report.fragment import Fragment, figure, note, nothing, paragraph, warning
from sozialanalyse.report.front import banner
from sozialanalyse.report.gradient import gradient
from sozialanalyse.report.numbers import (
    SILENT_UNITS,
    decimals_for,
    difference_unit,
    format_change,
    format_interval,
    format_number,
    format_spoken,
    join_words,
    quoted,
)
from sozialanalyse.report.sources import definition_table, origin
from sozialanalyse.report.tables import Cell, html_table
from sozialanalyse.report.text import for_readers
from sozialanalyse.report.view import Row

__all__ = [
    "definitions",
    "gradient",
    "heading",
    "matrix",
    "overview",
    "remarks",
    "scatter",
    "sentences",
    "table",
    "ways",
]


def heading(view: ConnectionView) -> Fragment:
    """Return the page's title with the domains, and the banner of synthetic data."""
    place = view.place
    title = f"Exkurs: {join_words(view.domain_words)}"
    if not place.is_root:
        title += f" – {place.name}"
    where = place.name if place.is_root else f"{place.level_label} {place.name}, {place.root.name}"
    count = len(view.areas.frame["area_id"].unique())
    subtitle = f"{where}, Vergleich {f'von {count} Gebieten' if count else 'der Gebiete'} "
    subtitle += f"(Ebene {view.unit_label})"
    head = Fragment(f"<h1>{escape(title, quote=False)}</h1>", title)
    return head + paragraph(subtitle, css_class="sa-subtitle") + banner(view.analysis)


def matrix(view: ConnectionView) -> Fragment:
    """Return all pairs as a figure: coefficient, interval and verdict."""
    if view.missing:
        return nothing()
    frame, labels = view.pairs.frame, view.labels
    domain_of = view.analysis.indicators["domain"]
    named = [(key, labels[key]) for key in view.indicator_ids]
    cells: dict[tuple[str, str], Row] = {(row["second"], row["first"]): row for row in row_list(frame)}
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
        f"Jedes Paar mit Urteil und Rangkorrelation (nach Spearman) von −1 bis 1{interval}. Farbig sind "
        "nur gesicherte Zusammenhänge und Hinweise."
    )
    if len(pairs_apart(frame)) < len(frame):
        caption += " Auch Paare aus zum Teil denselben Daten sind eingetragen; die Tabelle kennzeichnet sie."
    svg = draw_matrix(cells, rows, columns)
    claimed = pairs_apart(frame[frame["category"].isin(CLAIMS)]).head(10)
    if len(claimed):
        listed = "; ".join(f"{pair_text(view, row)} {row['category']}" for row in row_list(claimed))
        finding = f"Die deutlichsten von {len(frame)} Paaren: {listed}."
    else:
        finding = f"Unter {len(frame)} Paaren ist kein Zusammenhang gesichert und keiner ein Hinweis."
    shown = origin(view.analysis, view.indicator_ids)
    return figure(svg, f"{finding} Alle Paare nennt die Tabelle.", caption, shown)


def table(view: ConnectionView) -> Fragment:
    """Return the pairs as a table: size, interval, verdict, effect in the reader's units, checks."""
    if view.missing:
        return nothing()
    labels, units = view.labels, view.analysis.indicators["unit"]
    frame = view.pairs.frame
    body: list[list[Cell | str]] = []
    for row in row_list(frame):
        interval = format_interval(row["lower"], row["upper"], 2)
        body.append(
            [
                Cell(f"{labels[row['first']]} – {labels[row['second']]}", _about(row)),
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
        "Unterschied beim zweiten, wenn der erste höher ist (Intervall)",
        "bestätigt in anderen Rechenwegen",
    ]
    result = html_table("Paare von Indikatoren mit Urteil", header, body, numeric=[1, 4])
    held = f" und gleichen Wert bei {_covariates(view)} haben" if view.covariates else ""
    ratios = (
        " Ein Chancenverhältnis von 1 heißt kein Unterschied; 1,5 heißt, dass auf jeden übrigen Fall "
        "anderthalbmal so viele Fälle kommen. Ein Verhältnis der Raten von 1,5 heißt anderthalbmal so viele "
        "Fälle."
        if frame["measure"].isin(["odds_ratio", "rate_ratio"]).any()
        else ""
    )
    explanation = note(
        "Unterschied beim zweiten Indikator zwischen Gebieten, die sich beim ersten um 10 Prozentpunkte "
        f"unterscheiden{held}; berechnet mit einer Regression. Wo 10 Punkte mehr wären als das Doppelte "
        "der üblichen Streuung der Gebiete (der Standardabweichung), steht der Unterschied bei einer solchen "
        f"Streuung mehr.{ratios} Ein Strich heißt: mit diesen Daten nicht berechenbar."
    )
    if frame["count"].min() < len(view.scope.keys):
        explanation += note(
            f"Verglichen werden nur Gebiete mit beiden Werten: Von {len(view.scope.keys)} Gebieten fallen "
            "manche weg, weil ein Wert fehlt oder geheim gehalten ist."
        )
    return result + explanation + further_tests(view)


def _about(row: Row) -> str:
    areas = f"{row['count']} Gebiete"
    return areas if made_apart(str(row["construction"])) else f"{areas}; zum Teil aus denselben Daten"


def _covariates(view: ConnectionView) -> str:
    return quoted(view.labels[key] for key in view.covariates)


def _effect(row: Row, first_unit: str, second_unit: str) -> Cell:
    if not np.isfinite(row["effect"]):
        return Cell("–", css_class="sa-sign")
    higher = 10.0 if row["per_points"] else float(row["step"])
    decimals = 0 if row["per_points"] else decimals_for(first_unit, higher)
    step = (
        f"bei {format_spoken(higher, 'Prozentpunkten' if first_unit == '%' else first_unit, decimals)} mehr"
    )
    if row["measure"] == "difference":
        decimals = decimals_for(second_unit, abs(row["effect"]))
        unit = "" if second_unit in SILENT_UNITS else f"\u00a0{difference_unit(second_unit)}"
        size = f"{format_change(row['effect'], decimals)}{unit}"
        interval = format_interval(row["effect_lower"], row["effect_upper"], decimals)
    else:
        word = "Chancenverhältnis" if row["measure"] == "odds_ratio" else "Verhältnis der Raten"
        size = f"{word} {format_number(row['effect'], 2)}"
        interval = format_interval(row["effect_lower"], row["effect_upper"], 2)
    return Cell(size, f"{step}; {interval}")


def ways(view: ConnectionView) -> Fragment:
    """Return the lead pair under every way of computing: the specification curve."""
    if view.missing:
        return nothing()
    if view.lead is None:
        return warning("Kein Paar hat einen berechenbaren Zusammenhang.")
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
    where = "im einzigen Rechenweg" if len(ordered) == 1 else f"in {clear} von {len(ordered)} Rechenwegen"
    low, high = (format_number(float(end), 2) for end in (estimates.min(), estimates.max()))
    finding = (
        f"{pair}: Der Zusammenhang ist {where if clear else 'in keinem Rechenweg'} klar, sein Intervall "
        f"schließt {'dort ' if clear else ''}die Null {'aus' if clear else 'ein'}; "
        + (f"die Werte liegen zwischen {low} und {high}." if low != high else f"der Wert ist {low}.")
    )
    caption = (
        f"{pair}, auf verschiedene Weise berechnet; oben der Rechenweg des Urteils. Strich: "
        f"{format_number(100 * view.confidence)}-%-Intervall, bei »weggelassen« die Spanne der Ergebnisse; "
        "gefüllt: die Null ist ausgeschlossen. Grau hinterlegt: schwächer als "
        f"{format_number(view.smallest_effect, 1)}."
    )
    svg = draw_ways(ordered, view.smallest_effect)
    intro = (
        "Gezeigt wird von den Paaren, die nicht aus denselben Zahlen gebildet sind, das mit dem stärksten "
        "Urteil. Zuerst: Hält der Zusammenhang, wenn anders gerechnet wird?"
    )
    return (
        paragraph(intro)
        + paragraph(finding)
        + figure(svg, finding, caption, origin(view.analysis, view.lead))
    )


def scatter(view: ConnectionView) -> Fragment:
    """Return the areas by the two indicators of the lead pair, named, with the line of the model."""
    if view.lead is None:
        return nothing()
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
    finding = (
        f"»{labels[first]}« ist am höchsten in {names[top]} ({view.spoken(first, x[top])}) und am "
        f"niedrigsten in {names[low]} ({view.spoken(first, x[low])}); »{labels[second]}« beträgt dort "
        f"{view.spoken(second, y[top])} und {view.spoken(second, y[low])}."
    )
    caption = f"Jeder Punkt ist ein Gebiet (Ebene {view.unit_label})"
    caption += ", größer bei mehr Einwohner*innen" if view.weighted else ""
    caption += "; benannt sind so viele, wie Platz haben."
    if len(view.fit):
        level = format_number(100 * view.confidence)
        caption += f" Linie und Fläche: mittlerer Verlauf mit {level}-%-Intervall"
        if view.covariates:
            caption += f", bei mittlerem Wert von {_covariates(view)}"
        caption += "."
    shown = origin(view.analysis, view.lead)
    return paragraph(finding) + figure(draw_scatter(picture), finding, caption, shown)


def remarks(view: ConnectionView) -> Fragment:
    """Return how the verdicts come about and what could not be computed."""
    if view.missing:
        return reduce(add, (note(for_readers(text)) for text in view.remarks), nothing())
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
        "auszuschließen. »Uneinheitlich« heißt: Die Rechenwege widersprechen sich."
    )
    if view.panel_years:
        result += paragraph(
            f"Für bis zu {view.panel_years} Jahre ist außerdem geprüft, ob sich beide Indikatoren innerhalb "
            "der Gebiete gemeinsam verändern, also ob der eine steigt, wo und wann der andere steigt. Klar "
            "heißt ein Gleichlauf, wenn sein Intervall die Null nicht enthält."
        )
    for text in view.remarks:
        result += note(for_readers(text))
    return result


def definitions(view: ConnectionView) -> Fragment:
    """Return definition, source and years of the indicators that are compared."""
    if view.missing:
        return nothing()
    keys = [*view.indicator_ids, *view.covariates]
    return definition_table(view.analysis, keys, level=view.scope.level.level)

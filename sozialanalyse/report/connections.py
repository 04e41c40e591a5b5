"""The sections on connections between domains: verdicts, ways of computing, scatter, neighbours, fifths."""

from __future__ import annotations

from html import escape
from typing import Final

import numpy as np
import pandas as pd

from sozialanalyse.connections.wording import ECOLOGICAL_NOTE
from sozialanalyse.indicators.inequality import EXPLANATIONS
from sozialanalyse.report.connected import CLAIMS, ConnectionView, made_apart, pairs_apart, row_list
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
from sozialanalyse.report.fragment import Fragment, bullets, figure, note, nothing, paragraph, warning
from sozialanalyse.report.front import banner
from sozialanalyse.report.numbers import (
    SILENT_UNITS,
    decimals_for,
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

MOST_SENTENCES: Final = 4
MOST_PANELS: Final = 8
MOST_UNSURE: Final = 10
"""A relative index is not shown if the upper end of its interval is more than this times the lower."""


def heading(view: ConnectionView) -> Fragment:
    """Return the page's title with the domains, the banner of synthetic data and the note on areas."""
    place = view.place
    title = f"Exkurs: {join_words(view.domain_words)}"
    if not place.is_root:
        title += f" – {place.name}"
    where = place.name if place.is_root else f"{place.level_label} {place.name}, {place.root.name}"
    count = len(view.areas.frame["area_id"].unique())
    subtitle = f"{where}, Vergleich {f'von {count} Gebieten' if count else 'der Gebiete'} "
    subtitle += f"(Ebene {view.unit_label})"
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
    strongest = _varied(pairs_apart(frame[frame["category"] == "gesichert"]), 3)
    if len(strongest):
        named = [_short(view, row) for row in row_list(strongest)]
        text += (
            f" Am deutlichsten gesichert: {join_words(named)}. In Klammern steht die Rangkorrelation: 1 "
            "heißt, dass beide Indikatoren die Gebiete gleich ordnen, −1 genau umgekehrt, 0 ohne "
            "Zusammenhang."
        )
    elif not counts.get("gesichert", 0):
        text += " Gesichert ist kein Zusammenhang: Jeder verfehlt mindestens eine der Prüfungen."
    return paragraph(text, css_class="sa-lead")


def _varied(frame: pd.DataFrame, most: int) -> pd.DataFrame:
    """Keep the first pairs that have no indicator in common: what follows would say nearly the same."""
    named: set[str] = set()
    kept: list[int] = []
    for place, (first, second) in enumerate(zip(frame["first"], frame["second"], strict=True)):
        if len(kept) < most and not {first, second} & named:
            named |= {first, second}
            kept.append(place)
    return frame.iloc[kept]


def _short(view: ConnectionView, row: Row) -> str:
    labels = view.labels
    pair = f"»{labels[row['first']]}« mit »{labels[row['second']]}«"
    return f"{pair} ({format_number(row['estimate'], 2)})"


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
    svg = draw_matrix(cells, rows, columns)
    claimed = pairs_apart(frame[frame["category"].isin(CLAIMS)]).head(10)
    if len(claimed):
        listed = "; ".join(f"{_short(view, row)} {row['category']}" for row in row_list(claimed))
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
    held = f" und gleichen Wert bei {_covariates(view)} haben" if view.covariates else " haben"
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
        unit = "" if second_unit in SILENT_UNITS else f"\u00a0{_difference_unit(second_unit)}"
        size = f"{format_change(row['effect'], decimals)}{unit}"
        interval = format_interval(row["effect_lower"], row["effect_upper"], decimals)
    else:
        word = "Chancenverhältnis" if row["measure"] == "odds_ratio" else "Verhältnis der Raten"
        size = f"{word} {format_number(row['effect'], 2)}"
        interval = format_interval(row["effect_lower"], row["effect_upper"], 2)
    return Cell(size, f"{step}; {interval}")


def _difference_unit(unit: str) -> str:
    """Differences of percentages are percentage points."""
    return "Prozentpunkte" if unit == "%" else unit


def sentences(view: ConnectionView) -> Fragment:
    """Return the strongest findings in sentences, then what speaks most clearly against a connection.

    No indicator is named twice among either; the table has all pairs.
    """
    if view.missing:
        return nothing()
    frame = pairs_apart(view.pairs.frame)
    shown = _varied(frame[frame["category"].isin(CLAIMS)], MOST_SENTENCES)
    absent = _varied(frame[frame["category"] == "kein Zusammenhang erkennbar"], 2)
    chosen = [str(text) for text in pd.concat([shown, absent])["sentence"]]
    if not chosen:
        chosen = [str(text) for text in frame["sentence"].head(2)]
    listed = bullets(chosen)
    left_out = len(view.pairs.frame) - len(frame)
    if left_out:
        who = "Ein Paar, das" if left_out == 1 else f"{left_out} Paare, die"
        verb = "ist, steht" if left_out == 1 else "sind, stehen"
        listed += note(
            f"{who} zum Teil aus denselben Daten gebildet {verb} nur in der Tabelle: Dass beide Indikatoren "
            "zusammengehen, sagt dort nichts."
        )
    return listed + note(ECOLOGICAL_NOTE)


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
    finding = (
        f"{pair}: In {clear} von {len(ordered)} Prüfungen ist ausgeschlossen, dass kein Zusammenhang "
        f"besteht; die Werte liegen zwischen {format_number(float(estimates.min()), 2)} und "
        f"{format_number(float(estimates.max()), 2)}."
    )
    caption = (
        f"{pair}, auf verschiedene Weise berechnet; oben der Rechenweg des Urteils. Strich: "
        f"{format_number(100 * view.confidence)}-%-Intervall, bei »weggelassen« die Spanne der Ergebnisse; "
        "gefüllt: null "
        f"ist ausgeschlossen. Grau hinterlegt: schwächer als {format_number(view.smallest_effect, 1)}."
    )
    svg = draw_ways(ordered, view.smallest_effect)
    intro = (
        "Gezeigt wird das Paar mit dem stärksten Urteil, das nicht aus denselben Zahlen gebildet ist. "
        "Zuerst: Hält der Zusammenhang, wenn anders gerechnet wird?"
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
        caption += f" Linie und Fläche: mittlerer Verlauf (Regression) mit {level}-%-Intervall"
        if view.covariates:
            caption += f", bei mittlerem Wert von {_covariates(view)}"
        caption += "."
    shown = origin(view.analysis, view.lead)
    return paragraph(finding) + figure(draw_scatter(picture), finding, caption, shown)


def gradient(view: ConnectionView) -> Fragment:
    """Return the gradient of the other domains' indicators over the fifths of the areas, with the SII."""
    slopes = view.slopes.frame.head(MOST_PANELS)
    slopes = slopes[slopes["sii"].notna()]
    if not len(slopes):
        return nothing() if view.missing else warning("Für ein Gefälle reichen die Daten nicht.")
    units, kinds = view.analysis.indicators["unit"], view.analysis.indicators["kind"]
    steps = view.gradient.frame
    panels, found = [], []
    for row in row_list(slopes):
        key = str(row["indicator_id"])
        inside = steps[steps["indicator_id"] == key]
        means = [float(mean) for mean in inside["value"]]
        decimals = decimals_for(str(units[key]), max(abs(mean) for mean in means))
        clear = row["sii_lower"] > 0 or row["sii_upper"] < 0
        span = format_interval(row["sii_lower"], row["sii_upper"], decimals)
        size = f"{format_change(row['sii'], decimals)} ({span})"
        word = "" if clear else ", kein klares Gefälle"
        panels.append(
            GradientPanel(
                f"{view.labels[key]}, {units[key]}",
                [int(fifth) for fifth in inside["fifth"]],
                means,
                decimals,
                f"Gefälle {size}{word}",
                clear,
            )
        )
        unit = "" if units[key] in SILENT_UNITS else f" {_difference_unit(str(units[key]))}"
        # A score may have any zero, so that no value is a multiple of another.
        relative = "" if kinds[key] == "score" or not clear else _relative(row)
        found.append(f"»{view.labels[key]}« {size}{unit}{relative}{word}")
    ordering = view.labels[view.ordered_by]
    whom = "der Bevölkerung" if view.weighted else "der Gebiete"
    intro = (
        f"Die Gebiete sind nach »{ordering}« geordnet und in Fünftel {whom} geteilt: 1 ist am wenigsten, 5 "
        "am stärksten "
        f"belastet. {EXPLANATIONS['slope_index']}"
    )
    if any(", RII " in text for text in found):
        intro += f" {EXPLANATIONS['relative_index']}"
    caption = (
        f"Mittelwerte je Fünftel nach »{ordering}«; blass: kein klares Gefälle. "
        "Jedes Bild hat eine eigene Skala."
    )
    finding = f"Gefälle nach »{ordering}«: {'; '.join(found)}."
    keys = [view.ordered_by, *(str(key) for key in slopes["indicator_id"])]
    picture = figure(draw_gradient(panels), finding, caption, origin(view.analysis, keys))
    return paragraph(intro) + paragraph(finding) + picture


def _relative(row: Row) -> str:
    """Return the relative index with its interval, or nothing where it is too unsure to say anything."""
    low, high = float(row["rii_lower"]), float(row["rii_upper"])
    # The line ends near zero where its ends are a large multiple of each other.
    if not (low > 1 or high < 1) or high > MOST_UNSURE * low:
        return ""
    return f", RII {format_number(row['rii'], 2)} ({format_interval(low, high, 2)})"


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
        result += note(for_readers(text))
    return result


def definitions(view: ConnectionView) -> Fragment:
    """Return definition, source and years of the indicators that are compared."""
    if view.missing:
        return nothing()
    keys = [*view.indicator_ids, *view.covariates]
    return definition_table(view.analysis, keys, level=view.scope.level.level)

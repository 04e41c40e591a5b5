"""The sections on the Sozialindex as a whole: how it is made, how sure, how consistent, how changed."""

from __future__ import annotations

from html import escape
from typing import Final

import numpy as np

from sozialanalyse.index.alternatives import FACTORS
from sozialanalyse.report import front
from sozialanalyse.report.fragment import Fragment, figure, note, nothing, paragraph, warning
from sozialanalyse.report.numbers import format_change, format_number, join_names, join_words
from sozialanalyse.report.sources import origin
from sozialanalyse.report.studied import IndexStudy
from sozialanalyse.report.study_charts import draw_ranks, draw_shares
from sozialanalyse.report.study_ranks import overview, rank_table, ranked, span_text
from sozialanalyse.report.tables import Cell, html_table
from sozialanalyse.report.text import count_word, for_readers
from sozialanalyse.report.view import JUDGED_DOMAINS, AreaView
from sozialanalyse.vocabulary import DOMAIN_LABELS

__all__ = [
    "choices",
    "construction",
    "development",
    "heading",
    "inner_consistency",
    "location",
    "overview",
    "ranks",
    "remarks",
    "standing",
]

MOST_AREAS: Final = 40
MOST_MOVED: Final = 3
MOST_IN_CELL: Final = 6
ALPHA_WORDS: Final = ((0.9, "sehr hoch"), (0.8, "hoch"), (0.7, "ausreichend"), (-np.inf, "gering"))
"""Customary limits for Cronbach's alpha."""


def heading(study: IndexStudy) -> Fragment:
    """Return the page's title with the index, and the banner of synthetic data."""
    analysis = study.analysis
    title = (
        f"{analysis.index.title if analysis.index else 'Sozialindex'}: wie er entsteht und wie sicher er ist"
    )
    city = analysis.area(analysis.root_id)
    head = Fragment(f"<h1>{escape(title, quote=False)}</h1>", title)
    subtitle = f"{city.name}, Ebene {analysis.levels[-1].label}"
    return head + paragraph(subtitle, css_class="sa-subtitle") + front.banner(analysis)


def construction(study: IndexStudy) -> Fragment:
    """Return how the index is made, with its indicators and their weights."""
    index = study.analysis.index
    if index is None or study.missing:
        return nothing()
    result = paragraph(index.description)
    catalogue = study.analysis.indicators
    weights = study.indicators.frame.set_index("indicator_id")["nominal"]
    body: list[list[Cell | str]] = [
        [
            str(catalogue["label"][key]),
            DOMAIN_LABELS[str(catalogue["domain"][key])],
            str(study.analysis.years[key]),
            f"{format_number(100 * float(weights[key]), 1)} %" if key in weights.index else "–",
            Cell(str(catalogue["definition"][key]), css_class="sa-long"),
            str(catalogue["source"][key]),
        ]
        for key in index.indicator_ids
    ]
    header = ["Indikator", "Bereich", "Jahr", "Gewicht", "Definition", "Quelle"]
    result += html_table(f"Indikatoren im {index.title}", header, body, numeric=[3])
    for text in index.notes:
        result += note(text)
    return result


def ranks(study: IndexStudy) -> Fragment:
    """Return the rank of each area with the intervals from chance and from other choices."""
    frame = ranked(study)
    if study.missing:
        return nothing()
    if not len(frame):
        return warning("Kein Gebiet hat einen Rang.")
    shown = frame.head(MOST_AREAS)
    level = format_number(100 * study.confidence)
    top = shown.iloc[0]
    widths = (frame["choice_upper"] - frame["choice_lower"]).dropna()
    finding = f"Auf Rang 1 steht {top['name']} ({span_text(study, top)})."
    if len(widths):
        fixed = int((widths == 0).sum())
        kept = (
            f"bei {count_word(fixed, 'einem')} von {count_word(len(widths))} Gebieten"
            if fixed
            else "bei keinem Gebiet"
        )
        finding += (
            f" Bei anderen Entscheidungen bleibt {kept} der Rang gleich; im Mittel ist das Intervall "
            f"{format_number(float(widths.mean()) + 1, 1)} Ränge breit."
        )
    caption = f"Ränge mit {level}-%-Intervallen."
    if len(frame) > len(shown):
        everywhere = format_number(len(frame))
        caption += f" Gezeigt sind die {len(shown)} am stärksten belasteten von {everywhere} Gebieten."
    meaning = {
        "sampling": "das breite Band, welche Ränge allein durch den Zufall in den Fallzahlen möglich sind",
        "choice": "der schmale Strich, welche Ränge sich bei anderen vertretbaren Entscheidungen ergeben",
    }
    there = [text for kind, text in meaning.items() if frame[f"{kind}_lower"].notna().any()]
    text = "Ein Rang ist keine feste Größe."
    if there:
        text += (
            f" In der Abbildung zeigt {', und '.join(there)}. Gebiete mit überlappenden Intervallen sollten "
            "nicht als verschieden belastet gelten."
        )
    picture = figure(draw_ranks(shown, len(frame)), finding, caption, _origin(study))
    return paragraph(f"{text} {finding}") + picture + rank_table(study, shown)


def location(study: IndexStudy) -> Fragment:
    """Return the map of all areas with the classes of the index."""
    return front.location(AreaView(study.analysis, study.analysis.root_id), _table(study))


def _origin(study: IndexStudy) -> str:
    index = study.analysis.index
    return origin(study.analysis, index.indicator_ids if index else (), table=_table(study))


def _table(study: IndexStudy) -> str:
    """Return the name of the table with all sources."""
    title = study.analysis.index.title if study.analysis.index else "Index"
    return f"»Indikatoren im {title}«"


def choices(study: IndexStudy) -> Fragment:
    """Return which open choice moves the ranks, by Sobol indices."""
    frame = study.factors.frame
    if study.missing:
        return Fragment("", "")
    if not len(frame):
        return warning(
            "Welche Entscheidung die Ränge verschiebt, lässt sich mit diesen Daten nicht berechnen."
        )
    frame = frame.sort_values("total", ascending=False, kind="stable")
    names = [FACTORS[str(key)] for key in frame["factor"]]
    shift = format_number(study.mean_shift, 1)
    listed = "; ".join(
        f"{name} {format_number(100 * max(float(total), 0.0))} %"
        for name, total in zip(names, frame["total"], strict=True)
    )
    finding = (
        f"Im Mittel verschiebt sich ein Rang um {shift}, wenn anders entschieden wird. Anteil jeder "
        f"Entscheidung an diesen Verschiebungen, zusammen mit den anderen: {listed}."
    )
    caption = (
        "Anteil jeder Entscheidung an den Verschiebungen der Ränge (berechnet als Sobol-Indizes). Im "
        "Zusammenspiel zählen gemeinsame Anteile mehrfach; die Summe kann über 100 % liegen."
    )
    svg = draw_shares(names, [float(v) for v in frame["first"]], [float(v) for v in frame["total"]])
    return paragraph(finding) + figure(svg, finding, caption, _origin(study))


def inner_consistency(study: IndexStudy) -> Fragment:
    """Return whether the indicators belong together, and how much each really counts."""
    if study.missing:
        return Fragment("", "")
    labels = study.analysis.indicators["label"]
    frame = study.indicators.frame
    body: list[list[Cell | str]] = [
        [
            str(labels[row["indicator_id"]]),
            format_number(row["loading"], 2),
            format_number(row["correlation"], 2),
            f"{format_number(100 * row['nominal'], 1)} %",
            f"{format_number(100 * row['effective'], 1)} %",
        ]
        for row in frame.to_dict("records")
    ]
    word = next(word for limit, word in ALPHA_WORDS if not study.alpha < limit)
    text = (
        f"Die Übereinstimmung der Indikatoren ist {word}: Die Maßzahl dafür (Cronbachs Alpha) beträgt "
        f"{format_number(study.alpha, 2)}; 1 hieße, dass alle dasselbe anzeigen. Sie ist aus "
        f"{study.complete} Gebieten mit allen Werten berechnet. Ein einziges gemeinsames Muster (die erste "
        f"Hauptkomponente) gibt {format_number(100 * study.explained)} % aller Unterschiede wieder."
    )
    header = [
        "Indikator",
        "Nähe zum gemeinsamen Muster",
        "Nähe zum Index",
        "Gewicht",
        "tatsächlicher Anteil",
    ]
    title = study.analysis.index.title if study.analysis.index else "Index"
    result = paragraph(text) + html_table(
        f"Wie die Indikatoren zum {title} passen", header, body, numeric=[1, 2, 3, 4]
    )
    return result + note(
        "Nähe: Korrelation von −1 bis 1; 1 heißt völliger Gleichlauf. Tatsächlicher Anteil: Anteil des "
        "Indikators an den Unterschieden zwischen den Gebieten. Weicht er stark vom Gewicht ab, zählt der "
        "Indikator mehr oder weniger, als das Gewicht verspricht."
    )


def development(study: IndexStudy) -> Fragment:
    """Return Status × Dynamik: which areas of which class developed better or worse than the city."""
    index = study.analysis.index
    frame = study.dynamics.frame
    if study.missing or index is None or not len(frame):
        # The section on limits says why there is none.
        return nothing()
    names = study.analysis.areas["distinct_name"]
    body: list[list[Cell | str]] = []
    for status, label in enumerate(index.class_labels):
        line: list[Cell | str] = [label]
        for change in range(len(study.dynamics_labels)):
            inside = frame[(frame["status_class"] == status) & (frame["dynamics_class"] == change)]
            found = [str(names[key]) for key in inside["area_id"]]
            listed = join_names(found, MOST_IN_CELL) if found else ""
            line.append(Cell(str(len(found)), listed) if found else Cell("0", css_class="sa-sign"))
        body.append(line)
    header = [f"{index.title} heute", *(f"Dynamik {label}" for label in study.dynamics_labels)]
    text = (
        f"Der Dynamikindex vergleicht die Veränderung derselben Indikatoren ({study.period}) mit der "
        "mittleren Veränderung "
        "aller Gebiete: »negativ« heißt schlechter entwickelt als die Gebiete im Mittel, nicht unbedingt "
        "schlechter als früher."
    )
    table = html_table(f"Status und Dynamik der Gebiete, {study.period}", header, body)
    return paragraph(text) + table + _shifts(study)


def _shifts(study: IndexStudy) -> Fragment:
    """Return how the ranks of the earlier edition have changed, with the areas that moved furthest."""
    frame = study.dynamics.frame.dropna(subset=["rank_then", "rank_now"])
    if not len(frame) or not np.isfinite(study.edition_shift):
        return Fragment("", "")
    names = study.analysis.areas["distinct_name"]
    moved = (frame["rank_now"] - frame["rank_then"]).abs()
    first = frame.assign(name=[str(names[key]) for key in frame["area_id"]], moved=moved)
    first = first[moved > 0].sort_values(["moved", "name"], ascending=[False, True], kind="stable")
    text = (
        f"Im Vergleich der Ausgaben ({study.period}) verschob sich ein Rang im Mittel um "
        f"{format_number(study.edition_shift, 1)}; die Rangkorrelation beider Ausgaben beträgt "
        f"{format_number(study.edition_likeness, 2)}, 1 hieße gleiche Reihenfolge."
    )
    if len(first):
        listed = [
            f"{row['name']} von Rang {row['rank_then']:.0f} auf {row['rank_now']:.0f}"
            for row in first.head(MOST_MOVED).to_dict("records")
        ]
        text += f" Am weitesten rückten: {join_words(listed)} (Rang 1 ist die größte Belastung)."
    return paragraph(text) + note(
        "Ein Rang ändert sich auch, wenn sich nur andere Gebiete ändern. Verschiebungen, die nicht weiter "
        "reichen als das Intervall eines Rangs, können Zufall sein."
    )


def remarks(study: IndexStudy) -> Fragment:
    """Return what the index does not say, and what could not be computed."""
    result = note(
        "Der Index misst nur, was seine Indikatoren zeigen: Andere Belastungen, und was in einem Gebiet gut "
        "läuft, stehen nicht darin. Er vergleicht die Gebiete dieses Datensatzes miteinander, nicht mit "
        "denen anderer Städte."
    )
    if not study.missing and not len(study.dynamics.frame):
        result += note(
            "Kein Dynamikindex: Der Datensatz hat keine Werte aus einem Jahr, das weit genug zurückliegt."
        )
    for text in study.remarks:
        if not text.startswith("Kein Dynamikindex"):
            result += note(for_readers(text))
    return result


def standing(area: AreaView, study: IndexStudy) -> Fragment:
    """Return the rank of an area with its intervals, and its index for each domain.

    A coarser area has no rank of its own: it gets a sentence that says so.
    """
    rows = study.ranks.where(area_id=area.area_id).frame.dropna(subset=["rank"])
    if study.missing:
        return note("Ohne Index gibt es auch keine Ränge.")
    if not len(rows):
        level = area.analysis.levels[-1].label
        if area.is_finest:
            return note(f"{area.name} hat keinen Rang: Es fehlen Werte.")
        return note(f"Rang mit Intervall und Indizes der Bereiche gibt es auf der Ebene {level}.")
    row = rows.iloc[0]
    count = int(study.ranks.frame["rank"].notna().sum())
    title = area.analysis.index.title if area.analysis.index else "Index"
    text = f"Rang {row['rank']:.0f} von {count} im {title}, {span_text(study, row)}."
    if "Intervall" in text and "Zufall" in text:
        text += " Zufall: Fallzahlen schwanken auch, wenn sich nichts ändert."
    if "Intervall" in text and "Entscheidungen" in text:
        text += " Andere Entscheidungen: andere vertretbare Rechenwege."
    of_all = set(study.domains.frame["domain"])
    domains = study.domains.where(area_id=area.area_id).frame
    domains = domains[domains["index"].notna()]
    body: list[list[Cell | str]] = [
        [
            DOMAIN_LABELS[str(line["domain"])],
            format_change(float(line["index"]), 2),
            f"{line['rank']:.0f} von {line['ranked']:.0f}",
        ]
        for line in domains.to_dict("records")
    ]
    there = set(domains["domain"])
    nowhere = [DOMAIN_LABELS[name] for name in JUDGED_DOMAINS if name not in of_all]
    not_here = [DOMAIN_LABELS[name] for name in JUDGED_DOMAINS if name in of_all - there]
    result = paragraph(text)
    if body:
        result += html_table(
            f"Indizes der Bereiche für {area.name}",
            ["Bereich", "Index", "Rang (1 = größte Belastung)"],
            body,
            numeric=[1, 2],
        )
        result += note(
            "Jeder Index ist der Mittelwert der standardisierten Indikatoren eines Bereichs; 0 ist das "
            "Mittel der Gebiete, "
            "negativ heißt stärker belastet."
        )
    if not_here:
        result += note(
            f"Ohne Index für {area.name}, weil hier zu viele Werte fehlen: {join_words(not_here)}."
        )
    if nowhere:
        result += note(
            f"Ohne Index in allen Gebieten, weil der Datensatz zu wenige Werte hat: {join_words(nowhere)}."
        )
    return result

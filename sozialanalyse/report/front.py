"""The head of a page: title, banner of synthetic data, profile and map."""

from __future__ import annotations

from html import escape
from typing import Final

import pandas as pd

from sozialanalyse.report.assess import assess_rows
from sozialanalyse.report.development import trend_sentence
from sozialanalyse.report.fragment import Fragment, bullets, figure, nothing, paragraph, warning
from sozialanalyse.report.maps import MapLayer, draw_map
from sozialanalyse.report.sources import map_origin
from sozialanalyse.report.text import TESTED, index_finding, place, population_finding, profile_sentences
from sozialanalyse.report.view import JUDGED_DOMAINS, Analysis, AreaView

__all__ = ["banner", "heading", "location", "profile"]

MOST_LABELS: Final = 10


def heading(area: AreaView) -> Fragment:
    """Return the page's title, taken from the loaded area, and the banner of synthetic data."""
    analysis = area.analysis
    title = f"Sozialraumanalyse: {area.name}"
    head = Fragment(f"<h1>{escape(title, quote=False)}</h1>", title)
    return head + paragraph(place(area), css_class="sa-subtitle") + banner(analysis)


def banner(analysis: Analysis) -> Fragment:
    """Return the banner that synthetic data must carry, or nothing."""
    if not analysis.synthetic:
        return Fragment("", "")
    text = (
        "Synthetische Beispieldaten: Die Zahlen dieser Seite sind künstlich erzeugt. "
        "Sie beschreiben keine wirklichen Verhältnisse und taugen nicht für Entscheidungen."
    )
    return Fragment(
        f'<aside class="sa-banner" aria-label="Hinweis"><p>{escape(text, quote=False)}</p></aside>', text
    )


def profile(area: AreaView) -> Fragment:
    """Return the profile: what marks the area, in sentences made from its data, and key figures."""
    keys = [key for name in JUDGED_DOMAINS for key in area.indicator_ids(name)]
    rows = assess_rows(area.rows(keys))
    scored = rows[rows["value"].notna() & (rows["direction"] != "neutral")]
    sentences = profile_sentences(area, scored)
    if trends := trend_sentence(area):
        sentences.append(trends)
    lead = paragraph(sentences[0], css_class="sa-lead")
    return lead + (bullets(sentences[1:]) if sentences[1:] else nothing()) + _facts(area, scored)


def _facts(area: AreaView, scored: pd.DataFrame) -> Fragment:
    facts: list[tuple[str, str, str]] = []
    if people := population_finding(area):
        number, _, year = people.partition(" ")
        facts.append(("Einwohner*innen", number, year[year.find("(") + 1 : -1]))
    index = area.analysis.index
    if index is not None:
        frame = index.areas.where(area_id=area.area_id).frame
        if len(frame) and pd.notna(frame["index"].iloc[0]):
            row = frame.iloc[0]
            rank = f"Rang {int(row['rank'])} von {int(row['ranked'])}; 1 = größte soziale Belastung"
            facts.append((index.title, index.class_labels[int(row["class_index"])], rank))
    if not area.is_root:
        certain = scored["assessment"].value_counts()
        total = int(scored["assessment"].isin(list(TESTED)).sum())
        plural = "Indikator, der sich prüfen lässt" if total == 1 else "Indikatoren, die sich prüfen lassen"
        of_all = f"von {total} {plural}"
        if total:
            for code in ("worse", "better"):
                name = f"{TESTED[code]} als {area.root.name} insgesamt"
                facts.append((name, str(certain.get(code, 0)), of_all))
    if not facts:
        return Fragment("", "")
    items = "".join(
        f"<div><dt>{escape(name, quote=False)}</dt>"
        + "".join(f"<dd>{escape(line, quote=False)}</dd>" for line in (value, detail))
        + "</div>"
        for name, value, detail in facts
    )
    lines = [f"{name}: {value} ({detail})" for name, value, detail in facts]
    return Fragment(f'<dl class="sa-facts">{items}</dl>', "\n".join(lines))


def location(area: AreaView, table: str = "die Definitionen") -> Fragment:
    """Return a map with the area marked, coloured by the Sozialindex where there is one.

    Parameters
    ----------
    area : AreaView
        What to mark.
    table : str
        What on the page names all sources.
    """
    analysis = area.analysis
    if not analysis.geometry:
        return warning("Keine Karte: Der Datensatz enthält keine Gebietsgrenzen (areas.geojson).")
    shapes = analysis.geometry
    finest = analysis.areas.index[analysis.areas["level"] == analysis.levels[-1].level]
    filled = {str(key): shapes[str(key)] for key in finest if str(key) in shapes}
    middle = analysis.areas.index[
        ~analysis.areas["level"].isin([analysis.levels[0].level, analysis.levels[-1].level])
    ]
    borders = {str(key): shapes[str(key)] for key in middle if str(key) in shapes}
    classes: dict[str, int] = {}
    labels: tuple[str, ...] = ()
    title = ""
    index = analysis.index
    keys = index.indicator_ids if index is not None else ()
    if index is not None:
        frame = index.areas.frame
        classes = {
            str(key): int(code) for key, code in zip(frame["area_id"], frame["class_index"], strict=True)
        }
        labels = index.class_labels
        title = f"{index.title}\n(oben: größte soziale Belastung)"
    marked = () if area.is_root or area.area_id not in shapes else (shapes[area.area_id],)
    names = analysis.areas["name"]
    # The marked area has its name in the legend.
    named = {key: str(names[key]) for key in borders if key != area.area_id}
    named = named if len(borders) <= MOST_LABELS else {}
    svg = draw_map(MapLayer(filled, classes, labels, borders, named, marked, area.name, title))
    finding = index_finding(area)
    where = f"; hervorgehoben: {area.name}" if marked else ""
    what = f"{index.title} nach Klassen" if index else "Gliederung der Gebiete"
    caption = f"Karte von {area.root.name}: {what}{where}."
    if analysis.schematic_geometry:
        caption += " Die Umrisse sind schematisch und zeigen nur, welche Gebiete aneinandergrenzen."
    return figure(svg, f"{caption} {finding}".strip(), caption, map_origin(analysis, keys, table))

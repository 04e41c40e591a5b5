"""The sections on heat: where it meets vulnerable people, how sure that is, and what follows for the plan."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final

import numpy as np
import pandas as pd

from sozialanalyse.report.facts import CASES, area_data, indicator_data
from sozialanalyse.report.fragment import Fragment, figure, note, paragraph, warning
from sozialanalyse.report.front import MOST_LABELS, banner
from sozialanalyse.report.heat_charts import Meeting, draw_meeting
from sozialanalyse.report.heat_view import HeatView, ShownComponent
from sozialanalyse.report.maps import MapLayer, draw_map
from sozialanalyse.report.numbers import format_number, join_words
from sozialanalyse.report.sources import origin
from sozialanalyse.report.study_charts import draw_ranks
from sozialanalyse.report.tables import Cell, hidden_cell, html_table, missing_cell
from sozialanalyse.report.view import Row

__all__ = ["construction", "heading", "location", "meeting", "overview", "priorities", "ranks", "remarks"]

MOST_AREAS: Final = 40
MOST_NAMES: Final = 8
PRIORITY_WORDS: Final[dict[str, str]] = {
    "high": "vordringlich",
    "possible": "zu\u00a0prüfen",
    "low": "nachrangig",
    "unknown": "nicht einzuordnen",
}
WITHOUT_INDEX: Final = "Entfällt, weil der Index nicht berechnet werden kann; der Grund steht oben."
PRIORITY_SIGNS: Final[dict[str, str]] = {"high": "▲", "possible": "◆", "low": "●", "unknown": "◇"}


def heading(view: HeatView) -> Fragment:
    """Return the page's title, and the banner of synthetic data."""
    analysis = view.analysis
    city = analysis.area(analysis.root_id)
    title = "Hitzeaktionsplan: der Beitrag der Sozialplanung"
    head = Fragment(f"<h1>{escape(title, quote=False)}</h1>", title)
    subtitle = f"{city.name}, Vergleich der Gebiete (Ebene {analysis.levels[-1].label})"
    return head + paragraph(subtitle, css_class="sa-subtitle") + banner(analysis)


def overview(view: HeatView) -> Fragment:
    """Say in a few sentences where heat meets vulnerable people, and how many are concerned."""
    if view.missing:
        return warning(view.missing)
    frame = _ranked(view)
    urgent, check = frame[frame["priority"] == "high"], frame[frame["priority"] == "possible"]
    label = view.analysis.levels[-1].label
    if len(urgent):
        text = (
            f"{len(urgent)} von {len(frame)} Gebieten (Ebene {label}) sind vordringlich: "
            f"{_listed(urgent['name'])}."
        )
        text += _concerned(view, urgent)
    else:
        text = f"Kein Gebiet (Ebene {label}) ist vordringlich."
    if len(check):
        text += f" Zu prüfen: {_listed(check['name'])}."
    limits = Fragment("", "")
    for name, without in view.left_out:
        limits += warning(
            f"Dem Index fehlt der Teil »{name}«: Der Datensatz hat dafür zu wenige Werte. {without}"
        )
    return (
        limits
        + paragraph(text, css_class="sa-lead")
        + note(
            f"Vordringlich heißt: Das Gebiet liegt mit allen seinen Rangintervallen unter den {view.top} am "
            f"stärksten betroffenen von {len(frame)}. Zu prüfen: nur ein Teil des Intervalls liegt dort. Der "
            "Index beschreibt Gebiete, nicht einzelne Menschen; gefährdete Menschen leben überall."
        )
    )


def _ranked(view: HeatView) -> pd.DataFrame:
    """Return the areas with a rank and their names, the most affected first."""
    frame = view.areas.frame.dropna(subset=["rank"])
    names = view.analysis.areas["name"]
    frame = frame.assign(name=[str(names[key]) for key in frame["area_id"]])
    return frame.sort_values(["rank", "name"], kind="stable").reset_index(drop=True)


def _rows(frame: pd.DataFrame) -> list[Row]:
    return [{str(name): cell for name, cell in row.items()} for row in frame.to_dict("records")]


def _listed(names: pd.Series[str]) -> str:
    words = [str(name) for name in names]
    if len(words) <= MOST_NAMES:
        return join_words(words)
    return f"{', '.join(words[:MOST_NAMES])} und {len(words) - MOST_NAMES} weitere"


def _concerned(view: HeatView, rows: pd.DataFrame) -> str:
    parts = []
    for key, label, _ in view.groups:
        if rows[key].notna().all():
            parts.append(f"{format_number(float(rows[key].sum()))} {label}")
    return f" Dort leben {join_words(parts)}." if parts else ""


def location(view: HeatView) -> Fragment:
    """Return a map of the classes of the index."""
    analysis = view.analysis
    if view.missing:
        return Fragment("", "")
    if not analysis.geometry:
        return warning("Keine Karte: Der Datensatz enthält keine Gebietsgrenzen (areas.geojson).")
    frame = _ranked(view)
    finest, coarsest = analysis.levels[-1].level, analysis.levels[0].level
    shapes = {key: analysis.geometry[key] for key in view.areas.frame["area_id"] if key in analysis.geometry}
    middle = analysis.areas.index[~analysis.areas["level"].isin([coarsest, finest])]
    borders = {str(key): analysis.geometry[str(key)] for key in middle if str(key) in analysis.geometry}
    urgent = set(frame.loc[frame["priority"] == "high", "area_id"])
    names = analysis.areas["name"]
    svg = draw_map(
        MapLayer(
            areas=shapes,
            classes=dict(zip(frame["area_id"], frame["class_index"].astype(int), strict=True)),
            class_labels=view.class_labels,
            borders=borders,
            labels={key: str(names[key]) for key in borders} if len(borders) <= MOST_LABELS else {},
            marked=tuple(shapes[key] for key in shapes if key in urgent),
            marked_label=PRIORITY_WORDS["high"],
            legend_title=f"{view.title}\n(oben: am stärksten betroffen)",
        )
    )
    counts = frame["class_index"].astype(int).value_counts()
    spread = join_words(
        [f"{counts[code]} »{word}«" for code, word in enumerate(view.class_labels) if counts.get(code, 0)]
    )
    finding = f"{view.title} der {len(frame)} Gebiete: {spread}."
    if urgent:
        finding += f" Vordringlich: {_listed(frame.loc[frame['area_id'].isin(urgent), 'name'])}."
    caption = f"{view.title} nach Klassen; dick umrandet: vordringliche Gebiete."
    if analysis.schematic_geometry:
        caption += " Die Umrisse sind schematisch und zeigen nur, welche Gebiete aneinandergrenzen."
    shown = f"{_origin(view, view.components)} {analysis.attribution}".rstrip()
    return figure(svg, finding, caption, shown)


def _origin(view: HeatView, components: Iterable[ShownComponent]) -> str:
    """Return sources and years of the indicators of these components."""
    parts = [part for component in components for part in component.indicators]
    # What no indicator gives comes from the population by age, which has the source of that indicator.
    catalogue = view.analysis.indicators.index
    keys = [part.key if part.key in catalogue else "population" for part in parts]
    years = [part.year for part in parts]
    return origin(view.analysis, dict.fromkeys(keys), years, table=f"»Woraus der {view.title} besteht«")


def meeting(view: HeatView) -> Fragment:
    """Return the first two components against each other: where heat meets sensitive people."""
    if view.missing:
        return note(WITHOUT_INDEX)
    first, second = view.components[:2]
    instead = Fragment("", "")
    if view.exposure is None:
        instead = note(
            f"Wie heiß es in den Gebieten wird, ist nicht bekannt; das Bild zeigt stattdessen {first.label} "
            f"und {second.label}."
        )
    frame = _ranked(view).dropna(subset=[f"{first.key}_value", f"{second.key}_value"])
    x, y = (frame[f"{part.key}_value"].to_numpy(dtype=np.float64) for part in (first, second))
    both = frame[(x > 0) & (y > 0)]
    svg = draw_meeting(
        Meeting(
            names=list(frame["name"]),
            x=x,
            y=y,
            priority=list(frame["priority"]),
            titles=(first.label, second.label),
            labels=PRIORITY_WORDS,
        )
    )
    finding = (
        f"{first.label} und {second.label} liegen beide über dem Mittel in {len(both)} von {len(frame)} "
        "Gebieten" + (f": {_listed(both['name'])}." if len(both) else ".")
    )
    caption = (
        f"{first.label} und {second.label} der Gebiete; graue Fläche: beides über dem Mittel. Wo der Platz "
        "fehlt, steht kein Name; alle Ränge stehen in der Prioritätenliste."
    )
    shown = _origin(view, (first, second))
    return instead + paragraph(finding) + figure(svg, finding, caption, shown)


def priorities(view: HeatView) -> Fragment:
    """Return the list of priorities: rank with intervals, the components, and the people concerned."""
    if view.missing:
        return note(WITHOUT_INDEX)
    frame = _ranked(view)
    shown = frame.head(MOST_AREAS)
    analysis = view.analysis
    header = [analysis.levels[-1].label, "Rang und Einordnung"]
    header += [f"Rang {part.short}" for part in view.components]
    header += [_head(label) for _, label, _ in view.groups]
    body: list[list[Cell | str]] = []
    for row in _rows(shown):
        area = analysis.area(str(row["area_id"]))
        parent = area.parent.name if area.parent else ""
        code = str(row["priority"])
        line: list[Cell | str] = [
            Cell(area.name, parent),
            Cell(f"{row['rank']:.0f} {PRIORITY_SIGNS[code]}\u00a0{PRIORITY_WORDS[code]}", _span(row)),
        ]
        line += [_rank_cell(row[f"{part.key}_rank"]) for part in view.components]
        for key, _, indicator in view.groups:
            if pd.isna(row[key]):
                line.append(hidden_cell())
            else:
                about = {}
                if indicator in analysis.years:
                    about = CASES | indicator_data(area, indicator, {"year": analysis.years[indicator]})
                line.append(Cell(format_number(float(row[key])), data=about))
        body.append(line)
    level = format_number(100 * view.confidence)
    table = html_table(
        f"Prioritätenliste nach dem {view.title}; rechts die Zahl der Menschen",
        header,
        body,
        numeric=list(range(2, len(header))),
        row_data=[area_data(analysis.area(str(key))) for key in shown["area_id"]],
    )
    text = (
        f"Rang 1 ist am stärksten betroffen. Unter dem Rang stehen die {level}-%-Intervalle aus dem Zufall "
        "in den Fallzahlen (Z) und aus anderen vertretbaren Entscheidungen (E). Ein Punkt steht für eine "
        "geheime oder fehlende Zahl."
    )
    if len(frame) > len(shown):
        text += f" Gezeigt sind die {len(shown)} am stärksten betroffenen von {len(frame)} Gebieten."
    return table + note(text)


def _head(label: str) -> str:
    """Return the name of a group of people short enough for the head of a column."""
    return label.removeprefix("Menschen ").replace("Pflegegrad", "Pflege\u00adgrad")


def _span(row: Row) -> str:
    parts = [
        f"{sign}\u00a0{_from_to(row[f'{kind}_lower'], row[f'{kind}_upper'])}"
        for kind, sign in (("sampling", "Z"), ("choice", "E"))
        if pd.notna(row[f"{kind}_lower"])
    ]
    return ", ".join(parts)


def _from_to(lower: float, upper: float) -> str:
    return f"{lower:.0f}" if lower == upper else f"{lower:.0f}\u2060–\u2060{upper:.0f}"


def _rank_cell(rank: float) -> Cell:
    return missing_cell() if pd.isna(rank) else Cell(f"{rank:.0f}")


def ranks(view: HeatView) -> Fragment:
    """Return the rank of each area with the intervals from chance and from other choices."""
    if view.missing:
        return note(WITHOUT_INDEX)
    frame = _ranked(view)
    shown = frame.head(MOST_AREAS)
    urgent = frame[frame["priority"] == "high"]
    finding = f"Sicher unter den ersten {view.top} von {len(frame)}: " + (
        f"{_listed(urgent['name'])}." if len(urgent) else "kein Gebiet."
    )
    caption = f"Ränge im {view.title} mit {format_number(100 * view.confidence)}-%-Intervallen."
    if len(frame) > len(shown):
        caption += f" Gezeigt sind die {len(shown)} am stärksten betroffenen von {len(frame)} Gebieten."
    svg = draw_ranks(shown, len(frame), axis="Rang (1 = am stärksten betroffen)")
    return paragraph(
        "Ein Rang ist keine feste Größe. Das breite Band zeigt, welche Ränge allein durch den Zufall in den "
        "Fallzahlen möglich sind. Der schmale Strich zeigt, was herauskommt, wenn anders entschieden wird: "
        "andere Skala, ein Indikator weniger, andere Gewichte, ein Teil zählt doppelt."
    ) + figure(svg, finding, caption, _origin(view, view.components))


def construction(view: HeatView) -> Fragment:
    """Return how the index is made: its components and their indicators."""
    if view.missing:
        return note(WITHOUT_INDEX)
    body: list[list[Cell | str]] = []
    for component in view.components:
        share = 100 / len(view.components) / len(component.indicators)
        for indicator in component.indicators:
            sense = "hoher Wert ungünstig" if indicator.high_is_unfavourable else "niedriger Wert ungünstig"
            body.append(
                [
                    Cell(component.label, component.meaning)
                    if indicator is component.indicators[0]
                    else component.label,
                    Cell(indicator.label, sense),
                    str(indicator.year),
                    f"{format_number(share, 1)}\u00a0%",
                    indicator.source,
                ]
            )
    header = ["Teil", "Indikator", "Jahr", "Gewicht", "Quelle"]
    return paragraph(view.description) + html_table(
        f"Woraus der {view.title} besteht", header, body, numeric=[3]
    )


def remarks(view: HeatView) -> Fragment:
    """Return what was left out and what must not be read into the page."""
    result = note(
        "Der Index ordnet Gebiete nach dem, was gemessen ist. Er sagt nicht, wie viele Menschen bei Hitze "
        "krank werden, und nicht, woran das liegt."
    )
    for text in view.remarks:
        result += note(text)
    return result

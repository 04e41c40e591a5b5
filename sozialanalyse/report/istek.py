"""The sections on the iSTEK: what social planning contributes to each vision, and what is missing."""

from __future__ import annotations

from html import escape
from typing import Final

import pandas as pd

from sozialanalyse.planning.istek import KINDS, Gap
from sozialanalyse.report.fragment import Fragment, figure, note, paragraph
from sozialanalyse.report.front import banner
from sozialanalyse.report.istek_charts import draw_counts
from sozialanalyse.report.istek_view import IstekView
from sozialanalyse.report.numbers import join_words
from sozialanalyse.report.plan_view import absent_table, day_text, plan_origin, with_example
from sozialanalyse.report.tables import Cell, html_table
from sozialanalyse.report.text import count_word

__all__ = ["entries", "fields", "gaps", "heading", "matrix", "overview", "remarks"]

KIND_WORDS: Final[dict[str, tuple[str, str]]] = {
    "recommendations": ("Handlungsempfehlung", "Handlungsempfehlungen"),
    "measures": ("Maßnahme", "Maßnahmen"),
    "goals": ("Ziel", "Ziele"),
    "developments": ("positive Entwicklung", "positive Entwicklungen"),
}
"""Kind to its German name for one and for several."""
MOST_PLACES: Final = 3


def heading(view: IstekView) -> Fragment:
    """Return the page's title, and the banner of synthetic data."""
    title = "Soziale Ziele im iSTEK"
    city = view.analysis.area(view.analysis.root_id)
    head = Fragment(f"<h1>{escape(title, quote=False)}</h1>", title)
    subtitle = f"{city.name}: was die Sozialplanung zu den Visionen der Stadtentwicklung beiträgt"
    return head + paragraph(subtitle, css_class="sa-subtitle") + banner(view.analysis)


def overview(view: IstekView) -> Fragment:
    """Say how much there is of each kind, for which vision most and least, and how many gaps there are."""
    result = Fragment("", "")
    for name in view.absent:
        result += absent_table(name)
    if not len(view.items):
        return result
    counts = view.items["kind"].value_counts()
    parts = [f"{counts[kind]} {_word(kind, int(counts[kind]))}" for kind in KINDS if counts.get(kind, 0)]
    labels = view.rules.labels("visions")
    total = view.matrix.drop(index="developments", errors="ignore")[list(labels)].sum()
    text = f"Erfasst sind {join_words(parts)}."
    if total.sum():
        most, least = str(total.idxmax()), str(total.idxmin())
        text += (
            f" Am meisten Handlungsempfehlungen, Maßnahmen und Ziele dienen der Vision »{labels[most]}« "
            f"({total[most]} Einträge), am wenigsten der Vision »{labels[least]}« ({total[least]})."
        )
    if len(view.gaps) == 1:
        text += " Eine Lücke steht weiter unten."
    elif view.gaps:
        text += f" Weiter unten stehen {count_word(len(view.gaps))} Lücken."
    return paragraph(text, css_class="sa-lead") + result


def _word(kind: str, count: int) -> str:
    return KIND_WORDS[kind][0 if count == 1 else 1]


def matrix(view: IstekView) -> Fragment:
    """Return how many recommendations, measures, goals and developments serve each vision."""
    if not len(view.items):
        return note("Entfällt ohne Einträge.")
    labels = view.rules.labels("visions")
    blank = bool(view.matrix[""].sum())
    header = ["", *labels.values(), *(["ohne Vision"] if blank else [])]
    columns = [*labels, *([""] if blank else [])]
    body: list[list[Cell | str]] = [
        [_title(str(kind)), *(_count_cell(int(row[column])) for column in columns)]
        for kind, row in view.matrix.iterrows()
    ]
    header[0] = "Art"
    return html_table(
        "Was den Visionen des iSTEK dient", header, body, numeric=list(range(1, len(header)))
    ) + note(_counting(view))


def _counting(view: IstekView) -> str:
    text = "Ein Eintrag, der mehreren Visionen dient, zählt bei jeder; die Spalten überschneiden sich."
    if view.stopped == 1:
        text += " Ein zurückgestellter oder verworfener Eintrag zählt nicht mit."
    elif view.stopped:
        text += f" {view.stopped} zurückgestellte oder verworfene Einträge zählen nicht mit."
    return text


def _count_cell(count: int) -> Cell:
    return Cell(str(count)) if count else Cell("0", css_class="sa-worse")


def fields(view: IstekView) -> Fragment:
    """Return the same by Handlungsfeld, as a chart."""
    if not len(view.items):
        return note("Entfällt ohne Einträge.")
    labels, names = view.rules.labels("visions"), view.rules.labels("fields")
    table = view.fields[list(labels)]
    svg = draw_counts(
        [names[str(key)] for key in table.index], list(labels.values()), table.to_numpy(dtype="int64")
    )
    empty = [
        f"{names[str(field)]} bei »{labels[str(vision)]}«"
        for field, row in table.iterrows()
        for vision, count in row.items()
        if count == 0
    ]
    if empty:
        finding = f"{len(empty)} von {table.size} Feldern der Matrix sind leer"
        sparse = (table == 0).sum()
        shown = f"{finding}, die meisten bei »{labels[str(sparse.idxmax())]}« ({sparse.max()})."
        finding = f"{finding}: {join_words(empty)}."
    else:
        finding = shown = "Jedes Handlungsfeld trägt zu jeder Vision etwas bei."
    caption = (
        "Einträge aller Arten nach Handlungsfeld und Vision; schraffiert: kein Eintrag. Eine leere Stelle "
        "kann gewollt sein, weil nicht jedes Handlungsfeld zu jeder Vision gehört."
    )
    return paragraph(shown) + figure(svg, finding, caption, _origin(view))


def _origin(view: IstekView) -> str:
    """Return the tables of the entries, and the day of the statuses of recommendations."""
    tables = {str(kind): rows for kind, rows in view.items.groupby("kind", sort=False)}
    log = view.analysis.planning.recommendation_log
    if log is not None and "recommendations" in tables:
        tables["recommendation_log"] = log
    return plan_origin(tables)


def gaps(view: IstekView) -> Fragment:
    """Return what is missing: empty visions, entries without a vision, recommendations without a measure."""
    if not len(view.items):
        return note("Entfällt ohne Einträge.")
    if not view.gaps:
        return paragraph(
            "Keine Lücken: Jeder Vision dienen Einträge jeder Art, jeder Eintrag nennt eine Vision, und "
            "jeder Handlungsempfehlung dient eine Maßnahme derselben Vision."
        )
    own = view.items.drop_duplicates("item_id")
    marks = [with_example("", bool(made_up)) for made_up in own["synthetic"]]
    texts = {
        str(key): f"{text} ({mark})" if mark else str(text)
        for key, text, mark in zip(own["item_id"], own["text"], marks, strict=True)
    }
    body: list[list[Cell | str]] = []
    for gap in view.gaps:
        finding, remedy = _gap_words(view, gap)
        listed = "; ".join(f"{key} {texts[key]}" for key in gap.item_ids)
        body.append([finding, Cell(str(len(gap.item_ids)) if gap.item_ids else "–"), listed or "–", remedy])
    return html_table(
        "Lücken in der Matrix", ["Lücke", "Zahl", "Einträge", "was zu tun ist"], body, numeric=[1]
    )


def _gap_words(view: IstekView, gap: Gap) -> tuple[str, str]:
    vision = view.rules.labels("visions").get(gap.vision, "")
    one, many = KIND_WORDS[gap.kind]
    if gap.rule == "empty_vision":
        return (
            f"Vision »{vision}« ohne {many}",
            f"prüfen, ob eine bestehende {one} dazugehört oder etwas fehlt"
            if gap.kind != "goals"
            else "prüfen, ob ein bestehendes Ziel dazugehört oder etwas fehlt",
        )
    if gap.rule == "without_vision":
        return f"{many} ohne Vision", "Vision in der Tabelle ergänzen (Spalte »vision«)"
    return (
        f"Handlungsempfehlungen zur Vision »{vision}«, denen keine Maßnahme dieser Vision dient",
        "Maßnahme planen, oder bei der bestehenden Maßnahme die Vision ergänzen",
    )


def entries(view: IstekView) -> Fragment:
    """Return every entry with the visions that it serves, one table for each kind."""
    if not len(view.items):
        return note("Entfällt ohne Einträge.")
    result = Fragment("", "")
    fields_, statuses = view.rules.labels("fields"), view.rules.labels("statuses")
    labels = view.rules.labels("visions")
    for kind in KINDS:
        own = view.items[view.items["kind"] == kind]
        if not len(own):
            continue
        title = _title(kind)
        result += Fragment(f"<h3>{escape(title, quote=False)}</h3>", title)
        header = ["Eintrag", *labels.values()]
        body: list[list[Cell | str]] = []
        for row in own.to_dict("records"):
            about = (
                str(row["item_id"]),
                *([statuses[str(row["status"])]] if row["status"] in statuses else []),
                fields_.get(str(row["field"]), str(row["field"])),
                _places(view, tuple(row["area_ids"])),
            )
            line: list[Cell | str] = [
                Cell(str(row["text"]), with_example(" · ".join(about), bool(row["synthetic"])))
            ]
            line += ["✓" if key in row["visions"] else Cell("–", css_class="sa-sign") for key in labels]
            body.append(line)
        result += html_table(f"{title} ({len(own)}) und die Visionen, denen sie dienen", header, body)
    return result


def _title(kind: str) -> str:
    word = KIND_WORDS[kind][1]
    return word[0].upper() + word[1:]


def _places(view: IstekView, area_ids: tuple[str, ...]) -> str:
    names = view.analysis.areas["name"]
    root, parents = view.analysis.root_id, view.analysis.areas["parent_id"]
    own = [str(names[key]) for key in area_ids if key != root and key in names.index]
    if root in area_ids or set(parents.index[parents == root]) <= set(area_ids):
        return "stadtweit"
    if len(own) > MOST_PLACES:
        return f"{len(own)} Gebiete"
    return ", ".join(own) or "stadtweit"


def remarks(view: IstekView) -> Fragment:
    """Return how the page is to be read."""
    result = note(
        "Welcher Vision ein Eintrag dient, legen Sozialplanung und Stadtentwicklung fest; es ist keine "
        "Messung. Die Zahl der Einträge sagt nichts über ihre Wirkung."
    )
    if pd.notna(view.until):
        result += note(
            f"Stand der Handlungsempfehlungen: {day_text(view.until)} (letzter Eintrag im Controlling)."
        )
    if len(view.items) and view.items["synthetic"].any():
        result += note("»Beispiel« kennzeichnet Zeilen, die für diesen Datensatz erfunden sind.")
    return result

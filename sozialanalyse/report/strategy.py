"""The Strategiepapier of a Sozialraum: what it says in short, its figures, its annex and its sources."""

from __future__ import annotations

from html import escape
from typing import Final

import pandas as pd

from sozialanalyse.planning.dialogue import NEEDS
from sozialanalyse.planning.rules import StatusKind
from sozialanalyse.report.assess import assess_rows
from sozialanalyse.report.facts import VALUE, area_data, indicator_data
from sozialanalyse.report.fragment import Fragment, note, paragraph, warning
from sozialanalyse.report.front import banner
from sozialanalyse.report.measures_profiles import profiles
from sozialanalyse.report.numbers import (
    format_number,
    format_value,
    join_words,
)
from sozialanalyse.report.plan_view import (
    NEED_WORDS,
    SocialPlan,
    city_cells,
    day_text,
)
from sozialanalyse.report.strategy_evidence import INDEX, Evidence, evidence_of_paper, evidence_table
from sozialanalyse.report.studied import IndexStudy
from sozialanalyse.report.tables import Cell, assessment_cell, html_table
from sozialanalyse.report.text import descendants, index_finding, value_text
from sozialanalyse.report.view import JUDGED_DOMAINS, Row, records

__all__ = [
    "annex",
    "heading",
    "index_ranks",
    "paper_evidence",
    "picture",
    "sources_of",
    "summary",
]

_MOST_FIGURES: Final = 6
_ORDER: Final[tuple[StatusKind, ...]] = ("done", "active", "open", "stopped")


def heading(plan: SocialPlan) -> Fragment:
    """Return the page's title, taken from the loaded area, its date, and the banner of synthetic data."""
    title = f"Strategiepapier {plan.area.name}"
    head = Fragment(f"<h1>{escape(title, quote=False)}</h1>", title)
    place = f"{plan.area.level_label} ({plan.area.root.name})"
    if pd.notna(plan.until):
        place += f", Stand {day_text(plan.until)}"
    return head + paragraph(place, css_class="sa-subtitle") + banner(plan.area.analysis)


def _certain(plan: SocialPlan) -> tuple[dict[str, Row], dict[str, Row]]:
    """Return the certain burdens and strengths, the largest first."""
    keys = [key for name in JUDGED_DOMAINS for key in plan.area.indicator_ids(name)]
    rows = assess_rows(plan.area.rows(keys)).dropna(subset=["burden"])
    burdens = rows[rows["assessment"] == "worse"].sort_values("burden", ascending=False, kind="stable")
    strengths = rows[rows["assessment"] == "better"].sort_values("burden", kind="stable")
    return records(burdens.head(_MOST_FIGURES)), records(strengths.head(_MOST_FIGURES))


def paper_evidence(plan: SocialPlan) -> Evidence:
    """Return the numbered sources of the paper."""
    burdens, strengths = _certain(plan)
    used = ["population", *burdens, *strengths, *plan.indicators.frame["indicator_id"]]
    if plan.area.analysis.index is not None:
        used += plan.area.analysis.index.indicator_ids
    for table in (plan.measures, plan.standing):
        used += [key for keys in table["indicator_ids"] for key in keys]
    return evidence_of_paper(plan, [key for key in used if key in plan.area.analysis.years])


def summary(plan: SocialPlan, evidence: Evidence) -> Fragment:
    """Return on half a page what the paper says, each sentence with its sources."""
    area = plan.area
    burdens, strengths = _certain(plan)
    lines: list[tuple[str, str]] = []
    people = area.rows(["population"]) if "population" in area.analysis.years else area.rows([])
    if len(people) and pd.notna(people["value"].iloc[0]):
        row = people.iloc[0]
        count = len([key for key in descendants(area) if area.analysis.area(key).is_finest])
        lines.append(
            (
                f"In {area.name} leben {format_number(row['value'])} Menschen ({row['year']:.0f}) in {count} "
                f"Gebieten (Ebene {area.analysis.levels[-1].label}).",
                evidence.cite("population"),
            )
        )
    if finding := index_finding(area):
        meaning = " Ein niedriger Index heißt: hohe soziale Belastung."
        lines.append((finding + meaning, evidence.cite(INDEX)))
    for word, rows in (("Ungünstiger", burdens), ("Günstiger", strengths)):
        chosen = dict(list(rows.items())[:3])
        if chosen:
            named = join_words([value_text(row) for row in chosen.values()])
            chief = "vor allem " if len(rows) > len(chosen) else ""
            lines.append(
                (f"{word} als in {area.root.name} insgesamt: {chief}{named}.", evidence.cite(*chosen))
            )
    lines += _need_lines(plan) + _plan_lines(plan, evidence)
    if not lines:
        return warning(f"Für {area.name} liegen weder Zahlen noch Tabellen der Planung vor.")
    items = "".join(f"<li>{escape(text, quote=False)}{mark}</li>" for text, mark in lines)
    return Fragment(f"<ul>{items}</ul>", "\n".join(f"- {text}" for text, _ in lines))


def _need_lines(plan: SocialPlan) -> list[tuple[str, str]]:
    labels, lines = plan.rules.labels("themes"), []
    rows = plan.own_needs
    for category in NEEDS:
        chosen = [key for key, row in rows.items() if row["category"] == category]
        if chosen:
            named = join_words([f"»{labels[key]}«" for key in chosen])
            lines.append((f"{NEED_WORDS[category]} {named}.", _needs_mark(chosen[0])))
    return lines


def _needs_mark(theme: str) -> str:
    """Return the mark that leads to the table of needs, which names the sources of each theme."""
    return f' <a class="sa-cite" href="#bedarf-{escape(theme)}">[Tabelle »Bedarfe«]</a>'


def _plan_lines(plan: SocialPlan, evidence: Evidence) -> list[tuple[str, str]]:
    lines = []
    if len(plan.standing):
        kinds = plan.standing["kind"].value_counts()
        late = int(plan.standing["overdue"].sum())
        parts = [f"{kinds[kind]} {plan.kind_words(kind)}" for kind in _ORDER if kinds.get(kind, 0)]
        text = f"{_number(len(plan.standing))}: {join_words(parts)}."
        text += f" Bei {'einer' if late == 1 else late} ist die Frist verstrichen." if late else ""
        lines.append((text, evidence.cite("recommendations", "recommendation_log")))
    if len(plan.measures):
        lines.append(
            (
                "Eine Maßnahme steht als Steckbrief im Anhang."
                if len(plan.measures) == 1
                else f"{len(plan.measures)} Maßnahmen stehen als Steckbriefe im Anhang.",
                evidence.cite("measures"),
            )
        )
    if len(plan.unserved) and "measures" not in plan.absent:
        labels = plan.rules.labels("themes")
        named = join_words([f"»{labels[key]}«" for key in plan.unserved["theme"]])
        lines.append(
            (f"Ohne Maßnahme bleibt der Bedarf bei {named}.", _needs_mark(plan.unserved["theme"].iloc[0]))
        )
    return lines


def _number(count: int) -> str:
    return "Eine Handlungsempfehlung" if count == 1 else f"{count} Handlungsempfehlungen"


def picture(plan: SocialPlan, evidence: Evidence) -> Fragment:
    """Return the Sozialraumanalyse in short: burdens and strengths with the city beside them."""
    burdens, strengths = _certain(plan)
    if not burdens and not strengths:
        return warning(f"Für {plan.area.name} ist kein Abstand zur Stadt statistisch gesichert.")
    result = Fragment("", "")
    for caption, rows in (("Größte Belastungen", burdens), ("Größte Stärken", strengths)):
        if rows:
            result += _figure_table(plan, f"{caption} in {plan.area.name}", rows, evidence)
    return result + note(
        "Gezeigt sind nur statistisch gesicherte Abstände, geordnet nach ihrer Größe im Vergleich der "
        "Gebiete. Das ganze Bild zeigt die Seite »Sozialraumanalyse«. Die Angaben beschreiben Gebiete, nicht "
        "einzelne Menschen, und sagen nichts darüber, wie es dazu kommt."
    )


def _figure_table(plan: SocialPlan, caption: str, rows: dict[str, Row], evidence: Evidence) -> Fragment:
    area = plan.area
    body: list[list[Cell | str]] = []
    for key, row in rows.items():
        data, decimals = VALUE | indicator_data(area, key, row), int(row["decimals"])
        body.append(
            [
                Cell(str(row["label"]), f"{row['year']:.0f}"),
                Cell(format_value(row["value"], row["unit"], decimals), data=data),
                *city_cells(area, row, data, decimals),
                assessment_cell(row["assessment"]),
                evidence.cell(key),
            ]
        )
    header = ["Indikator", area.name, area.root.name, "Abstand (Intervall)", "Einordnung", "Beleg"]
    about = [area_data(area)] * len(body)
    return html_table(caption, header, body, numeric=[1, 2, 3], row_data=about)


def index_ranks(plan: SocialPlan, study: IndexStudy, evidence: Evidence) -> Fragment:
    """Return class and rank of each part of the area in the Sozialindex, with the intervals of the rank."""
    index, area = plan.area.analysis.index, plan.area
    if index is None:
        return warning(area.analysis.index_missing)
    inside = set(descendants(area))
    frame = index.areas.frame.set_index("area_id")
    frame = frame[[str(key) in inside for key in frame.index]].sort_values("rank", kind="stable")
    spans = study.ranks.frame.set_index("area_id").reindex(frame.index)
    names = area.analysis.areas["name"]
    body: list[list[Cell | str]] = []
    for (key, row), span in zip(records(frame).items(), records(spans).values(), strict=True):
        ranked = pd.notna(row["rank"])
        body.append(
            [
                str(names[key]),
                index.class_labels[int(row["class_index"])] if row["class_index"] >= 0 else "ohne Einstufung",
                format_number(row["index"], 2),
                f"{row['rank']:.0f} von {row['ranked']:.0f}" if ranked else "–",
                _span(span["sampling_lower"], span["sampling_upper"]),
                _span(span["choice_lower"], span["choice_upper"]),
                evidence.cell(INDEX),
            ]
        )
    if not body:
        return note(f"{area.name} hat keine Teilgebiete mit einem Index.")
    header = [
        area.analysis.levels[-1].label,
        "Klasse",
        "Index",
        "Rang (1 = größte Belastung)",
        "Rang bei Zufall",
        "Rang bei anderen Entscheidungen",
        "Beleg",
    ]
    table = html_table(f"Klasse und Rang der Gebiete in {area.name}", header, body, numeric=[2, 3, 4, 5])
    confidence = format_number(100 * study.confidence)
    return table + note(
        f"Ein Rang ist keine feste Größe: Die beiden vorletzten Spalten sind {confidence}-%-Intervalle. "
        "Gebiete mit überlappenden Intervallen sollten nicht als verschieden belastet gelten."
    )


def _span(lower: float, upper: float) -> Cell | str:
    if pd.isna(lower):
        return Cell("–", css_class="sa-sign")
    return f"{lower:.0f}" if lower == upper else f"{lower:.0f} bis {upper:.0f}"


def annex(plan: SocialPlan, evidence: Evidence) -> Fragment:
    """Return the Steckbriefe of the measures of this area, each on a page of its own."""
    return profiles(plan, evidence.cite)


def sources_of(plan: SocialPlan, evidence: Evidence) -> Fragment:
    """Return the table to which all marks of the paper lead."""
    return evidence_table(plan, evidence)

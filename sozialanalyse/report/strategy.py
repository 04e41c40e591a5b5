"""The Strategiepapier of a Sozialraum: figures, experts' view, needs, Handlungsempfehlungen, Steckbriefe."""

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
    format_change,
    format_interval,
    format_number,
    format_value,
    join_words,
)
from sozialanalyse.report.plan_view import (
    CATEGORY_WORDS,
    EXPERT_WORDS,
    NEED_WORDS,
    SIGNAL_WORDS,
    SocialPlan,
    day_text,
    difference_text,
    missing_table,
    weights_text,
    with_example,
)
from sozialanalyse.report.strategy_evidence import INDEX, Evidence, evidence_of_paper, evidence_table
from sozialanalyse.report.studied import IndexStudy
from sozialanalyse.report.tables import Cell, assessment_cell, html_table
from sozialanalyse.report.text import descendants, index_finding, value_text
from sozialanalyse.report.view import JUDGED_DOMAINS, Row, records

__all__ = [
    "annex",
    "experts",
    "heading",
    "index_ranks",
    "needs",
    "paper_evidence",
    "picture",
    "sources_of",
    "summary",
]

_MOST_FIGURES: Final = 6
_MOST_NEEDS: Final = 6
_MOST_SUPPORTS: Final = 3
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
    used += [key for keys in plan.measures["indicator_ids"] for key in keys]
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
            lines.append(
                (f"{word} als in {area.root.name} insgesamt: vor allem {named}.", evidence.cite(*chosen))
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


def _theme_sources(plan: SocialPlan, theme: str) -> list[str]:
    frame = plan.indicators.where(area_id=plan.area.area_id, theme=theme).frame
    return [*(str(key) for key in frame["indicator_id"]), "statements"]


def _plan_lines(plan: SocialPlan, evidence: Evidence) -> list[tuple[str, str]]:
    lines = []
    if len(plan.standing):
        kinds = plan.standing["kind"].value_counts()
        late = int(plan.standing["overdue"].sum())
        text = (
            f"{len(plan.standing)} Handlungsempfehlungen: "
            + ", ".join(f"{kinds.get(kind, 0)} {plan.kind_words(kind)}" for kind in _ORDER)
            + "."
        )
        text += f" Bei {late} ist die Frist verstrichen." if late else ""
        lines.append((text, evidence.cite("recommendations", "recommendation_log")))
    if len(plan.measures):
        lines.append(
            (f"{len(plan.measures)} Maßnahmen stehen als Steckbriefe im Anhang.", evidence.cite("measures"))
        )
    if len(plan.unserved) and "measures" not in plan.absent:
        labels = plan.rules.labels("themes")
        named = join_words([f"»{labels[key]}«" for key in plan.unserved["theme"]])
        lines.append(
            (f"Ohne Maßnahme bleibt der Bedarf bei {named}.", _needs_mark(plan.unserved["theme"].iloc[0]))
        )
    return lines


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
                Cell(
                    format_value(row["city_value"], row["unit"], decimals),
                    data=data | {"area": area.root.area_id},
                ),
                Cell(
                    format_change(row["city_difference"], decimals),
                    format_interval(row["city_lower"], row["city_upper"], decimals),
                ),
                assessment_cell(row["assessment"]),
                _mark(evidence, key),
            ]
        )
    header = ["Indikator", area.name, area.root.name, "Abstand (Intervall)", "Einordnung", "Beleg"]
    about = [area_data(area)] * len(body)
    return html_table(caption, header, body, numeric=[1, 2, 3], row_data=about)


def _mark(evidence: Evidence, key: str) -> Cell:
    return Cell("", links=evidence.links(key))


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
                _mark(evidence, INDEX),
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


def experts(plan: SocialPlan, evidence: Evidence) -> Fragment:
    """Return what the experts said: the events, and the statements with the greatest weight."""
    missing = missing_table(plan, "dialogues", "statements")
    if missing or not len(plan.dialogues):
        return missing or note(f"Für {plan.area.name} ist noch kein Dialog eingetragen.")
    lines = []
    for row in plan.dialogues.to_dict("records"):
        people = [
            f"{format_number(float(row[name]))} {word}"
            for name, word in (("participants", "Teilnehmenden"), ("institutions", "Einrichtungen"))
            if pd.notna(row[name])
        ]
        lines.append(
            f"{row['title']} am {day_text(row['date'])}" + (f" mit {' aus '.join(people)}" if people else "")
        )
    said = plan.statements
    text = (
        f"{join_words(lines)}. Festgehalten sind {len(said)} Aussagen; gezeigt sind die mit dem größten "
        "Gewicht."
    )
    mark = evidence.cite("dialogues", "statements")
    result = Fragment(f"<p>{escape(text, quote=False)}{mark}</p>", text)
    for stance, caption, most in (
        ("need", "Woran es nach Ansicht der Expert*innen am meisten fehlt", _MOST_NEEDS),
        ("support", "Was nach Ansicht der Expert*innen gut läuft", _MOST_SUPPORTS),
    ):
        rows = said[said["stance"] == stance].sort_values("weight", ascending=False, kind="stable").head(most)
        if len(rows):
            result += _statement_table(plan, caption, rows, evidence)
    return result + note(
        "Das Gewicht zählt Tische oder Stimmen. Es ist keine Umfrage und nicht repräsentativ. Die Aussagen "
        "sind ohne Namen festgehalten."
    )


def _statement_table(plan: SocialPlan, caption: str, rows: pd.DataFrame, evidence: Evidence) -> Fragment:
    themes, names = plan.rules.labels("themes"), plan.area.analysis.areas["name"]
    body: list[list[Cell | str]] = [
        [
            Cell(str(row["text"]), with_example(str(row["statement_id"]), bool(row["synthetic"]))),
            themes[row["theme"]],
            str(names[row["area_id"]]),
            str(row["weight"]),
            _mark(evidence, "statements"),
        ]
        for row in rows.to_dict("records")
    ]
    return html_table(caption, ["Aussage", "Thema", "Ort", "Gewicht", "Beleg"], body, numeric=[3])


def needs(plan: SocialPlan, evidence: Evidence) -> Fragment:
    """Return the needs by theme: who sees them, and what is planned for them."""
    rows = plan.own_needs
    if not rows:
        return warning(f"Bedarfe gibt es für die Ebene {plan.level_label}, nicht für {plan.area.name}.")
    labels = plan.rules.labels("themes")
    themes_of = {field.id: field.themes for field in plan.rules.fields}
    body: list[list[Cell | str]] = []
    for key, row in rows.items():
        aims = _about(plan.standing, themes_of, key)
        plans = _about(plan.measures, themes_of, key)
        body.append(
            [
                labels[key],
                Cell(SIGNAL_WORDS[row["signal"]], difference_text(plan, row)),
                Cell(EXPERT_WORDS[row["experts"]], weights_text(row)),
                CATEGORY_WORDS[row["category"]],
                str(aims),
                str(plans),
                Cell("", links=evidence.links(*_theme_sources(plan, key))),
            ]
        )
    header = [
        "Thema",
        "Statistik (Abstand, Intervall)",
        "Expert*innen (Gewicht)",
        "Zusammen",
        "Handlungs\u00adempfehlungen",
        "Maßnahmen",
        "Belege",
    ]
    ids = [f"bedarf-{key}" for key in rows]
    table = html_table(f"Bedarfe in {plan.area.name}", header, body, numeric=[4, 5], row_ids=ids)
    return table + note(
        "Abstand: Mittel der Indikatoren des Themas, in Standardabweichungen zwischen den Gebieten; mehr als "
        "0 heißt mehr Bedarf als in der Stadt. »Mehr Bedarf« ist kein Urteil über Menschen. Die letzten "
        "Spalten zählen, was ein Handlungsfeld dieses Themas hat; eine Handlungsempfehlung kann zu mehreren "
        "Themen zählen."
    )


def _about(frame: pd.DataFrame, themes_of: dict[str, tuple[str, ...]], theme: str) -> int:
    return sum(theme in themes_of[field] for field in frame["field"])


def annex(plan: SocialPlan, evidence: Evidence) -> Fragment:
    """Return the Steckbriefe of the measures of this area, each on a page of its own."""
    return profiles(plan, evidence.cite)


def sources_of(plan: SocialPlan, evidence: Evidence) -> Fragment:
    """Return the table to which all marks of the paper lead."""
    return evidence_table(plan, evidence)

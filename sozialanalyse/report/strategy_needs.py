"""Experts' view, needs, and what the Handlungsempfehlungen of a Strategiepapier rest on."""

from __future__ import annotations

from html import escape
from typing import Final

import pandas as pd

from sozialanalyse.report.fragment import Fragment, note, warning
from sozialanalyse.report.numbers import format_number, join_words
from sozialanalyse.report.plan_view import (
    CATEGORY_WORDS,
    EXPERT_WORDS,
    SIGNAL_WORDS,
    SocialPlan,
    day_text,
    difference_text,
    missing_table,
    quotes,
    weights_text,
    with_example,
    without_recommendations,
)
from sozialanalyse.report.strategy_evidence import Evidence
from sozialanalyse.report.tables import Cell, html_table
from sozialanalyse.report.text import value_text
from sozialanalyse.report.view import Row, records

__all__ = ["experts", "needs", "reasons"]

_MOST_NEEDS: Final = 6
_MOST_SUPPORTS: Final = 3


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
    said = _last_said(plan)
    text = (
        f"{join_words(lines)}. Festgehalten sind {len(plan.statements)} Aussagen; gezeigt sind die mit dem "
        "größten Gewicht"
    )
    text += ", je Thema aus der letzten Runde." if len(set(plan.dialogues["round"])) > 1 else "."
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


def _last_said(plan: SocialPlan) -> pd.DataFrame:
    """Return what was said on each theme in the last round that dealt with it; the needs rest on it, too."""
    round_of = dict(zip(plan.dialogues["dialogue_id"], plan.dialogues["round"], strict=True))
    rounds = plan.statements["dialogue_id"].map(round_of)
    last = rounds.groupby(plan.statements["theme"]).transform("max")
    return plan.statements[rounds == last]


def _statement_table(plan: SocialPlan, caption: str, rows: pd.DataFrame, evidence: Evidence) -> Fragment:
    themes, names = plan.rules.labels("themes"), plan.area.analysis.areas["name"]
    body: list[list[Cell | str]] = [
        [
            Cell(str(row["text"]), with_example(str(row["statement_id"]), bool(row["synthetic"]))),
            themes[row["theme"]],
            str(names[row["area_id"]]),
            str(row["weight"]),
            evidence.cell("statements"),
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
                evidence.cell(*_theme_sources(plan, key)),
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


def _theme_sources(plan: SocialPlan, theme: str) -> list[str]:
    frame = plan.indicators.where(area_id=plan.area.area_id, theme=theme).frame
    return [*(str(key) for key in frame["indicator_id"]), "statements"]


def reasons(plan: SocialPlan, evidence: Evidence) -> Fragment:
    """Return what each Handlungsempfehlung rests on: figures of the area, statements, own words."""
    if missing := without_recommendations(plan):
        return missing
    said = dict(zip(plan.statements["statement_id"], plan.statements["text"], strict=True))
    used = {key for keys in plan.standing["indicator_ids"] for key in keys}
    figures = records(plan.area.rows([key for key in used if key in plan.area.analysis.years]))
    body: list[list[Cell | str]] = []
    for row in plan.standing.sort_values("recommendation_id", kind="stable").to_dict("records"):
        key = str(row["recommendation_id"])
        known = [name for name in row["indicator_ids"] if _told(figures.get(name))]
        quoted = [name for name in row["statement_ids"] if name in said]
        body.append(
            [
                Cell(key, with_example("", bool(row["synthetic"])), link=f"#empfehlung-{key}"),
                "; ".join(value_text(figures[name]) for name in known) or "–",
                _quoted(quotes(said, quoted), elsewhere=len(row["statement_ids"]) - len(quoted)),
                str(row["evidence"]) or "–",
                evidence.cell(*known, *(["statements"] if quoted else []), "recommendations"),
            ]
        )
    header = ["Handlungs\u00adempfehlung", "Statistik", "Dialog", "Begründung", "Belege"]
    return html_table("Worauf sich die Handlungsempfehlungen stützen", header, body) + note(
        f"Zahlen und Aussagen gelten für {plan.area.name}; »–«: Dazu ist nichts genannt, oder es gibt hier "
        "keine Zahl."
    )


def _quoted(found: list[str], *, elsewhere: int) -> str:
    """Join what was said here; where nothing was, say that it was said in another area."""
    return "; ".join(found) or ("in einem anderen Gebiet genannt" if elsewhere else "–")


def _told(row: Row | None) -> bool:
    return row is not None and bool(pd.notna(row["value"]))

"""The themes of an Expert*innendialog: before it figures and open questions, after it what was said."""

from __future__ import annotations

from html import escape
from typing import Final

import pandas as pd

from sozialanalyse.planning.rules import Theme
from sozialanalyse.report.facts import VALUE, area_data, indicator_data
from sozialanalyse.report.fragment import Fragment, note, paragraph
from sozialanalyse.report.numbers import (
    format_change,
    format_interval,
    format_value,
    join_words,
)
from sozialanalyse.report.plan_view import (
    CATEGORY_WORDS,
    EXPERT_WORDS,
    SIGNAL_WORDS,
    SocialPlan,
    city_cells,
    open_reason,
    with_example,
)
from sozialanalyse.report.tables import Cell, hidden_cell, html_table, missing_cell
from sozialanalyse.report.text import count_word
from sozialanalyse.report.view import Row, records

__all__ = ["themes"]

_POSITIONS: Final[dict[str, tuple[str, str]]] = {
    "worse": ("▲\u00a0mehr Bedarf", "sa-worse"),
    "better": ("▼\u00a0weniger Bedarf", "sa-better"),
    "similar": ("●\u00a0kein Unterschied erkennbar", "sa-similar"),
    "unknown": ("◇\u00a0Unsicherheit nicht bekannt", "sa-unknown"),
    "neutral": ("ohne Wertung", "sa-sign"),
}
_MOST_STATEMENTS: Final = 3


def themes(plan: SocialPlan, part: str) -> Fragment:
    """Return every theme: before an event the figures and open questions, after it what was said."""
    rows = plan.own_needs
    result = Fragment("", "")
    for theme in plan.rules.themes:
        if theme.id not in rows:
            continue
        head = Fragment(f"<h3>{escape(theme.label, quote=False)}</h3>", theme.label)
        block = head + (_before if part == "vorbereitung" else _after)(plan, theme, rows[theme.id])
        result += Fragment(f'<section class="sa-theme">{block.html}</section>', block.text)
    return result if part == "vorbereitung" else _taken_up(plan) + result


def _answers(plan: SocialPlan) -> dict[str, list[str]]:
    """Return the Handlungsempfehlungen and Maßnahmen that name a statement, by its key."""
    found: dict[str, list[str]] = {}
    for frame, key in ((plan.standing, "recommendation_id"), (plan.measures, "measure_id")):
        for name, keys in zip(frame[key], frame["statement_ids"], strict=True):
            for statement in keys:
                found.setdefault(str(statement), []).append(str(name))
    return found


def _taken_up(plan: SocialPlan) -> Fragment:
    """Return how many needs that were said a Handlungsempfehlung or Maßnahme takes up."""
    needs = plan.statements.loc[plan.statements["stance"] == "need", "statement_id"]
    if not len(needs) or {"recommendations", "recommendation_log"} & set(plan.absent):
        return Fragment("", "")
    count = int(needs.isin(list(_answers(plan))).sum())
    return paragraph(
        f"Von {len(needs)} Aussagen zum Bedarf aus allen Runden haben Handlungsempfehlungen oder Maßnahmen "
        f"{count or 'keine'} aufgegriffen. Welche das sind, sagt die letzte Spalte der Tabellen."
    )


def _before(plan: SocialPlan, theme: Theme, row: Row) -> Fragment:
    result = paragraph(_signal_sentence(plan, row)) + _figures(plan, theme)
    questions = [*_data_questions(plan, theme), *theme.questions]
    items = "".join(f"<li>{escape(text, quote=False)}</li>" for text in questions)
    result += Fragment(
        f"<p><strong>Offene Fragen</strong></p><ul>{items}</ul>",
        "\n".join(["Offene Fragen", *(f"- {text}" for text in questions)]),
    )
    last = _statements(plan, theme.id)
    last = last[last["round"] == row["round"]].head(_MOST_STATEMENTS)
    if len(last):
        caption = f"Beim letzten Mal am stärksten gewichtet (Runde {row['round']}): {theme.label}"
        result += _statement_table(plan, caption, last)
    return result


def _after(plan: SocialPlan, theme: Theme, row: Row) -> Fragment:
    statements = _statements(plan, theme.id)
    statements = statements[statements["round"] == row["round"]]
    result = paragraph(f"{_outcome_sentence(row)} {_signal_sentence(plan, row)}")
    if not len(statements):
        return result + note("Zu diesem Thema ist keine Aussage eingetragen.")
    caption = f"Aussagen der Expert*innen, Runde {row['round']}: {theme.label}"
    return result + _statement_table(plan, caption, statements, answers=_answers(plan))


def _signal_sentence(plan: SocialPlan, row: Row) -> str:
    if not row["listed"]:
        return "Die Statistik hat zu diesem Thema keine Zahl."
    reason = open_reason(plan, row)
    signal = f"{SIGNAL_WORDS[row['signal']]} ({reason})" if reason else SIGNAL_WORDS[row["signal"]]
    if not row["usable"]:
        return f"Die Statistik {signal}: Kein Indikator hat einen Abstand zur Stadt mit Intervall."
    words = []
    for count, word in ((row["worse"], "größeren"), (row["better"], "geringeren")):
        if count:
            words.append(f"{count_word(count, 'einer')} einen {word}")
    even = row["usable"] - row["worse"] - row["better"]
    if even:
        words.append(f"{count_word(even, 'einer')} keinen erkennbar anderen")
    verb = "zeigt" if words[0].startswith("einer ") else "zeigen"
    detail = (
        f"Von {count_word(row['usable'])} Indikatoren mit Intervall {verb} {join_words(words)} Bedarf als "
        "die Stadt."
    )
    if row["usable"] == 1:
        detail = f"Ein Indikator mit Intervall zeigt {words[0].split(' ', 1)[1]} Bedarf als die Stadt."
    mean: str = (
        f"im Mittel {format_change(row['difference'], 2)} Standardabweichungen "
        f"({format_interval(row['lower'], row['upper'], 2)})"
        if pd.notna(row["difference"])
        else "ohne Mittelwert"
    )
    return f"Die Statistik {signal}: {mean}. {detail}"


def _outcome_sentence(row: Row) -> str:
    word = CATEGORY_WORDS[row["category"]]
    word = word[:1].upper() + word[1:]
    if row["experts"] == "unasked":
        return f"{word}. Über dieses Thema wurde noch nicht gesprochen."
    return (
        f"{word}. Die Expert*innen {EXPERT_WORDS[row['experts']]}: Gewicht {row['need']} für Bedarf, "
        f"{row['support']} für das, was gut läuft."
    )


def _figures(plan: SocialPlan, theme: Theme) -> Fragment:
    """Return the indicators of a theme beside the city, with the interval of the difference."""
    area = plan.area
    known = [key for key in theme.indicator_ids if key in area.analysis.years]
    if not known:
        return Fragment("", "")
    positions = plan.indicators.where(area_id=area.area_id, theme=theme.id).frame
    position_of = dict(zip(positions["indicator_id"], positions["position"], strict=True))
    body, about = [], []
    for key, row in records(area.rows(known)).items():
        data = VALUE | indicator_data(area, key, row)
        decimals = int(row["decimals"])
        word, css = _POSITIONS[position_of.get(key, "neutral")]
        if row["hidden"] != "":
            own, word = hidden_cell(data), "geheim"
        elif pd.isna(row["value"]):
            own, word = missing_cell(str(row["sign"])), "ohne Wert"
        else:
            own = Cell(format_value(row["value"], row["unit"], decimals), data=data)
        line: list[Cell | str] = [
            Cell(str(row["label"]), f"{row['year']:.0f}"),
            own,
            *city_cells(area, row, data, decimals),
            Cell(word, css_class=css),
        ]
        body.append(line)
        about.append(area_data(area))
    header = ["Indikator", area.name, area.root.name, "Abstand (Intervall)", "Einordnung"]
    return html_table(
        f"Was die Statistik sagt: {theme.label}", header, body, numeric=[1, 2, 3], row_data=about
    )


def _data_questions(plan: SocialPlan, theme: Theme) -> list[str]:
    """Return questions that the figures of this area raise."""
    area = plan.area
    positions = plan.indicators.where(area_id=area.area_id, theme=theme.id).frame
    labels = area.analysis.indicators["label"]

    def named(position: str) -> list[str]:
        return [
            f"»{labels[key]}«" for key in positions.loc[positions["position"] == position, "indicator_id"]
        ]

    questions = []
    if named("worse"):
        questions.append(
            f"Deckt sich mit Ihrer Erfahrung, dass der Bedarf bei {join_words(named('worse'))} größer ist "
            "als in "
            "der Stadt? Wo genau, und bei wem?"
        )
    if named("better"):
        questions.append(
            f"Bei {join_words(named('better'))} ist der Bedarf nach den Zahlen kleiner. Was davon soll so "
            "bleiben?"
        )
    silent = [key for key in theme.indicator_ids if key not in set(positions["indicator_id"])]
    silent = [key for key in silent if key not in area.analysis.years]
    if not len(positions):
        questions.append(
            "Die Statistik sagt hier nichts. Woran erkennen Sie in der täglichen Arbeit einen Bedarf?"
        )
    elif silent:
        questions.append("Zu einem Teil des Themas fehlen Zahlen. Was müsste gezählt werden?")
    return questions


def _statements(plan: SocialPlan, theme: str) -> pd.DataFrame:
    """Return what was said on a theme, needs first, the heaviest first, with its round."""
    rounds = plan.dialogues.set_index("dialogue_id")["round"]
    frame = plan.statements[plan.statements["theme"] == theme]
    frame = frame.assign(round=frame["dialogue_id"].map(rounds), need=frame["stance"] == "need")
    return frame.sort_values(
        ["need", "weight", "statement_id"], ascending=[False, False, True], kind="stable"
    )


def _statement_table(
    plan: SocialPlan, caption: str, frame: pd.DataFrame, *, answers: dict[str, list[str]] | None = None
) -> Fragment:
    """Return statements; with `answers`, by their keys, also what takes them up."""
    words = {"need": "Bedarf", "support": "läuft\u00a0gut"}
    body: list[list[Cell | str]] = [
        [
            Cell(str(row["text"]), with_example(str(row["statement_id"]), bool(row["synthetic"]))),
            words[str(row["stance"])],
            str(plan.area.analysis.areas["name"][row["area_id"]]),
            str(row["weight"]),
            *([] if answers is None else [", ".join(answers.get(str(row["statement_id"]), ["–"]))]),
        ]
        for row in frame.to_dict("records")
    ]
    header = ["Aussage", "Art", "Ort", "Gewicht", *([] if answers is None else ["aufgegriffen von"])]
    return html_table(caption, header, body, numeric=[3])

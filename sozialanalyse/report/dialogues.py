"""The page of an Expert*innendialog: the hand-out before it, and the documentation after it."""

from __future__ import annotations

from html import escape
from typing import Final

import pandas as pd

from sozialanalyse.errors import require_choice
from sozialanalyse.planning.rules import Theme
from sozialanalyse.report.dialogues_charts import ThemeRow, draw_views
from sozialanalyse.report.facts import VALUE, area_data, indicator_data
from sozialanalyse.report.fragment import Fragment, figure, note, paragraph, warning
from sozialanalyse.report.front import banner
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
    plan_origin,
    weights_text,
    with_example,
)
from sozialanalyse.report.sources import origin
from sozialanalyse.report.tables import Cell, hidden_cell, html_table, missing_cell
from sozialanalyse.report.view import Row, records

__all__ = [
    "PARTS",
    "comparison",
    "comparison_figure",
    "events",
    "heading",
    "overview",
    "reading",
    "rounds",
    "themes",
]

PARTS: Final = ("vorbereitung", "dokumentation")
"""Hand-out before an event, documentation after it."""

_POSITIONS: Final[dict[str, tuple[str, str]]] = {
    "worse": ("▲\u00a0mehr Bedarf", "sa-worse"),
    "better": ("▼\u00a0weniger Bedarf", "sa-better"),
    "similar": ("●\u00a0kein Unterschied erkennbar", "sa-similar"),
    "unknown": ("◇\u00a0Unsicherheit nicht bekannt", "sa-unknown"),
    "neutral": ("ohne Wertung", "sa-sign"),
}
_MOST_STATEMENTS: Final = 3


def heading(plan: SocialPlan, part: str) -> Fragment:
    """Return the page's title, taken from the loaded area, and the banner of synthetic data.

    Raises
    ------
    ParameterError
        If the part is unknown.
    """
    require_choice("part", part, PARTS)
    area = plan.area
    word = {"vorbereitung": "Vorbereitung", "dokumentation": "Dokumentation"}[part]
    title = f"Expert*innendialog {area.name}: {word}"
    head = Fragment(f"<h1>{escape(title, quote=False)}</h1>", title)
    subtitle = f"{area.level_label} ({area.root.name})"
    return head + paragraph(subtitle, css_class="sa-subtitle") + banner(area.analysis)


def _own(plan: SocialPlan) -> dict[str, Row]:
    """Return the comparison of this area by theme, in the order of the rules."""
    frame = plan.needs.where(area_id=plan.area.area_id).frame
    return records(frame.set_index("theme"))


def overview(plan: SocialPlan, part: str) -> Fragment:
    """Return in a few sentences what the page is for and what stands out."""
    rows = _own(plan)
    if not rows:
        return warning(
            f"Einen Dialog gibt es für Gebiete der Ebene {plan.level_label}, nicht für {plan.area.name}."
        )
    labels = plan.rules.labels("themes")

    def named(column: str, value: str) -> list[str]:
        return [f"»{labels[key]}«" for key, row in rows.items() if row[column] == value]

    if part == "vorbereitung":
        needs, unclear = named("signal", "need"), named("signal", "unclear")
        text = f"Dieses Blatt sagt, was die Statistik über {plan.area.name} weiß und was sie offen lässt. "
        if needs:
            text += f"Einen größeren Bedarf als in der Stadt insgesamt zeigt sie bei {join_words(needs)}. "
        else:
            text += "Bei keinem Thema zeigt sie einen größeren Bedarf als in der Stadt insgesamt. "
        if unclear:
            text += f"Offen lässt sie es bei {join_words(unclear)}. "
        text += (
            "Was Zahlen nicht zeigen, wissen die Menschen, die hier arbeiten: Die offenen Fragen stehen bei "
            "jedem Thema."
        )
        return paragraph(text, css_class="sa-lead")
    sentences = [
        f"{word} {join_words(named('category', key))}."
        for key, word in NEED_WORDS.items()
        if named("category", key)
    ]
    return paragraph(" ".join(sentences), css_class="sa-lead")


def events(plan: SocialPlan) -> Fragment:
    """Return which events there were, with how many people from how many institutions."""
    missing = missing_table(plan, "dialogues", "statements")
    if not len(plan.dialogues):
        return missing or note(f"Für {plan.area.name} ist noch kein Dialog eingetragen.")
    labels = plan.rules.labels("themes")
    said = plan.statements.groupby("dialogue_id").size()
    body: list[list[Cell | str]] = [
        [
            Cell(str(row["title"]), with_example("", bool(row["synthetic"]))),
            day_text(row["date"]),
            str(row["round"]),
            _count(row["participants"]),
            _count(row["institutions"]),
            str(said.get(row["dialogue_id"], 0)),
            ", ".join(labels[key] for key in row["themes"]),
        ]
        for row in plan.dialogues.to_dict("records")
    ]
    header = ["Veranstaltung", "Tag", "Runde", "Teilnehmende", "Einrichtungen", "Aussagen", "Themen"]
    table = html_table(f"Dialoge in {plan.area.name}", header, body, numeric=[2, 3, 4, 5])
    return table + missing


def _count(number: float) -> str:
    return "–" if pd.isna(number) else format_number(float(number))


def themes(plan: SocialPlan, part: str) -> Fragment:
    """Return every theme: before an event the figures and open questions, after it what was said."""
    rows = _own(plan)
    result = Fragment("", "")
    for theme in plan.rules.themes:
        if theme.id not in rows:
            continue
        result += Fragment(f"<h3>{escape(theme.label, quote=False)}</h3>", theme.label)
        if part == "vorbereitung":
            result += _before(plan, theme, rows[theme.id])
        else:
            result += _after(plan, theme, rows[theme.id])
    return result


def _before(plan: SocialPlan, theme: Theme, row: Row) -> Fragment:
    result = paragraph(_signal_sentence(row)) + _figures(plan, theme)
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
    result = paragraph(f"{_outcome_sentence(row)} {_signal_sentence(row)}")
    if not len(statements):
        return result + note("Zu diesem Thema ist keine Aussage eingetragen.")
    caption = f"Aussagen der Expert*innen, Runde {row['round']}: {theme.label}"
    return result + _statement_table(plan, caption, statements)


def _signal_sentence(row: Row) -> str:
    if not row["listed"]:
        return "Die Statistik hat zu diesem Thema keine Zahl."
    words = []
    for count, word in ((row["worse"], "größeren"), (row["better"], "geringeren")):
        if count:
            words.append(f"{count} einen {word}")
    even = row["usable"] - row["worse"] - row["better"]
    if even:
        words.append(f"{even} keinen erkennbar anderen")
    detail = f"Von {row['usable']} Indikatoren mit Intervall zeigen {join_words(words)} Bedarf als die Stadt."
    if row["usable"] == 1:
        detail = f"Ein Indikator mit Intervall zeigt {words[0].split(' ', 1)[1]} Bedarf als die Stadt."
    mean: str = (
        f"im Mittel {format_change(row['difference'], 2)} Standardabweichungen "
        f"({format_interval(row['lower'], row['upper'], 2)})"
        if pd.notna(row["difference"])
        else "ohne Mittelwert"
    )
    return f"Die Statistik {SIGNAL_WORDS[row['signal']]}: {mean}. {detail}"


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
            Cell(
                format_value(row["city_value"], row["unit"], decimals),
                data=data | {"area": area.root.area_id},
            ),
            Cell(
                format_change(row["city_difference"], decimals),
                format_interval(row["city_lower"], row["city_upper"], decimals),
            ),
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


def _statement_table(plan: SocialPlan, caption: str, frame: pd.DataFrame) -> Fragment:
    words = {"need": "Bedarf", "support": "läuft gut"}
    body: list[list[Cell | str]] = [
        [
            Cell(str(row["text"]), with_example(str(row["statement_id"]), bool(row["synthetic"]))),
            words[str(row["stance"])],
            str(plan.area.analysis.areas["name"][row["area_id"]]),
            str(row["weight"]),
        ]
        for row in frame.to_dict("records")
    ]
    return html_table(caption, ["Aussage", "Art", "Ort", "Gewicht"], body, numeric=[3])


def comparison_figure(plan: SocialPlan) -> Fragment:
    """Return the chart: statistical signal and experts' weight for each theme."""
    rows = _own(plan)
    labels = plan.rules.labels("themes")
    if not any(pd.notna(row["difference"]) for row in rows.values()):
        return warning("Keine Abbildung: Zu keinem Thema gibt es einen Abstand zur Stadt mit Intervall.")
    picture = [
        ThemeRow(
            labels[key],
            row["difference"],
            row["lower"],
            row["upper"],
            row["signal"],
            int(row["need"]),
            int(row["support"]),
            row["experts"] != "unasked",
        )
        for key, row in rows.items()
    ]
    finding = "; ".join(
        f"{labels[key]}: Statistik {SIGNAL_WORDS[row['signal']]}, Expert*innen {EXPERT_WORDS[row['experts']]}"
        for key, row in rows.items()
    )
    confidence = format_number(100 * plan.area.analysis.confidence)
    caption = (
        f"{plan.area.name}: links der mittlere Abstand der Indikatoren zur Stadt in Standardabweichungen "
        "zwischen "
        f"den Gebieten, mit mindestens {confidence}-%-Intervall; rechts das Gewicht der Aussagen im letzten "
        "Dialog."
    )
    svg = draw_views(picture, plan.needs_rule.relevant_difference)
    shown = plan.indicators.where(area_id=plan.area.area_id).frame["indicator_id"].drop_duplicates()
    sources = origin(plan.area.analysis, shown)
    if len(plan.statements):
        sources += f" {plan_origin({'dialogues': plan.dialogues, 'statements': plan.statements})}"
    return figure(svg, f"{finding}.", caption, sources)


def comparison(plan: SocialPlan) -> Fragment:
    """Return statistics and experts side by side as a table, with what both say together."""
    labels = plan.rules.labels("themes")
    body: list[list[Cell | str]] = []
    for key, row in _own(plan).items():
        body.append(
            [
                labels[key],
                Cell(SIGNAL_WORDS[row["signal"]], difference_text(row)),
                Cell(EXPERT_WORDS[row["experts"]], weights_text(row)),
                CATEGORY_WORDS[row["category"]],
            ]
        )
    if not body:
        return Fragment("", "")
    header = ["Thema", "Die Statistik (Abstand, Intervall)", "Die Expert*innen (Gewicht)", "Zusammen"]
    return html_table(f"Statistik und Expert*innen in {plan.area.name}", header, body)


def rounds(plan: SocialPlan) -> Fragment:
    """Return how the weight of needs changed from round to round."""
    frame = plan.weights[plan.weights["area_id"] == plan.area.area_id]
    if not len(frame):
        return missing_table(plan, "dialogues") or note("Noch keine Runde ist eingetragen.")
    numbers = sorted({int(number) for number in frame["round"]})
    cells = {(row["theme"], row["round"]): row for row in frame.to_dict("records")}
    labels = plan.rules.labels("themes")
    body: list[list[Cell | str]] = []
    for key, label in labels.items():
        line: list[Cell | str] = [label]
        for number in numbers:
            row = cells.get((key, number))
            line.append(
                Cell("–", css_class="sa-sign")
                if row is None
                else Cell(f"Bedarf {row['need']}", f"läuft gut {row['support']}")
            )
        body.append(line)
    dates = frame.groupby("round")["date"].max()
    header = ["Thema", *(f"Runde {number} ({dates[number]:%m/%Y})" for number in numbers)]
    table = html_table("Gewicht der Aussagen je Runde", header, body, numeric=range(1, len(header)))
    if len(numbers) == 1:
        return table + note("Es gibt erst eine Runde; eine Veränderung lässt sich noch nicht zeigen.")
    return table + note(
        "Das Gewicht hängt auch davon ab, wie viele Tische und Menschen dabei waren. Verglichen werden "
        "sollte "
        "darum vor allem, welches Thema vorn liegt."
    )


def reading(plan: SocialPlan) -> Fragment:
    """Return the rule by which statistics and experts are put together."""
    rule = plan.needs_rule
    share = format_number(100 * rule.fewest_share)
    return (
        paragraph(
            "Die Statistik zeigt Bedarf, wenn der mittlere Abstand der Indikatoren des Themas zur Stadt "
            f"mindestens {format_number(rule.relevant_difference, 2)} Standardabweichungen zwischen den "
            "Gebieten "
            "beträgt und sein Intervall die Null nicht enthält. Sie zeigt keinen, wenn das ganze Intervall "
            "darunter "
            f"liegt. Sonst lässt sie es offen, auch wenn weniger als {share} % der Indikatoren ein Intervall "
            "haben. "
            "Jeder Indikator ist so gedreht, dass mehr auch mehr Bedarf heißt; Indikatoren ohne gutes und "
            "schlechtes "
            "Ende zählen nicht. Die Grenzen des Intervalls sind die Mittel der einzelnen Grenzen: eher zu "
            "weit als "
            "zu eng."
        )
        + paragraph(
            "Die Expert*innen sehen Bedarf, wenn Aussagen zum Bedarf zusammen mindestens "
            f"{rule.fewest_votes} "
            "Tische oder Stimmen und mehr Gewicht haben als das, was gut läuft. Es zählt die letzte Runde, "
            "in der "
            "das Thema besprochen wurde. Die Gewichte sind gezählt, nicht geschätzt, und nicht repräsentativ."
        )
        + note(
            "»Mehr Bedarf« ist kein Urteil über Menschen: Wo mehr Alleinerziehende wohnen, werden mehr "
            "passende "
            "Angebote gebraucht. »Nur Statistik« und »nur Expert*innen« heißen nicht, dass die andere Seite "
            "widerspricht; sie kann auch nichts gesagt haben."
        )
    )

"""The page of an Expert*innendialog: the hand-out before it, and the documentation after it."""

from __future__ import annotations

from html import escape
from typing import Final

import pandas as pd

from sozialanalyse.errors import require_choice
from sozialanalyse.report.dialogues_charts import ThemeRow, draw_views
from sozialanalyse.report.fragment import Fragment, figure, note, paragraph, warning
from sozialanalyse.report.front import banner
from sozialanalyse.report.numbers import (
    format_number,
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
    without_recommendations,
)
from sozialanalyse.report.sources import origin
from sozialanalyse.report.tables import Cell, html_table
from sozialanalyse.vocabulary import DOMAIN_LABELS

__all__ = [
    "PARTS",
    "comparison",
    "comparison_figure",
    "events",
    "heading",
    "overview",
    "reading",
    "recommendations",
    "rounds",
]

PARTS: Final = ("vorbereitung", "dokumentation")
"""Hand-out before an event, documentation after it."""


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
    subtitle = f"{area.level_label} ({area.root.name}), {_occasion(plan, part)}"
    return head + paragraph(subtitle, css_class="sa-subtitle") + banner(area.analysis)


def _occasion(plan: SocialPlan, part: str) -> str:
    """Return which event the page is for, and when the last one was."""
    if not len(plan.dialogues):
        return "bisher ohne Dialog"
    last = plan.dialogues.iloc[-1]
    event = f"Runde {last['round']} am {day_text(last['date'])}"
    return event if part == "dokumentation" else f"für den nächsten Dialog (bisher zuletzt {event})"


def overview(plan: SocialPlan, part: str) -> Fragment:
    """Return in a few sentences what the page is for and what stands out."""
    rows = plan.own_needs
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
    sentences = [_gathering(plan)]
    sentences += [
        f"{word} {join_words(named('category', key))}."
        for key, word in NEED_WORDS.items()
        if named("category", key)
    ]
    return paragraph(" ".join(sentences), css_class="sa-lead")


def _gathering(plan: SocialPlan) -> str:
    """Return who came to the last event, and how much was written down."""
    if not len(plan.dialogues):
        return f"Für {plan.area.name} ist noch kein Dialog eingetragen."
    last = plan.dialogues.iloc[-1]
    people = [
        f"{_count(last[name])} {word}"
        for name, word in (("participants", "Teilnehmenden"), ("institutions", "Einrichtungen"))
        if pd.notna(last[name])
    ]
    said = int((plan.statements["dialogue_id"] == last["dialogue_id"]).sum())
    who = f" mit {' aus '.join(people)}" if people else ""
    return f"Runde {last['round']} war am {day_text(last['date'])}{who}; festgehalten sind {said} Aussagen."


def events(plan: SocialPlan) -> Fragment:
    """Return which events there were, with how many people from how many institutions."""
    missing = missing_table(plan, "dialogues", "statements")
    if not len(plan.dialogues):
        return missing or note(f"Für {plan.area.name} ist noch kein Dialog eingetragen.")
    labels = plan.rules.labels("themes")
    said = plan.statements.groupby("dialogue_id").size()
    body: list[list[Cell | str]] = [
        [
            Cell(
                str(row["title"]),
                with_example(
                    f"Themen: {', '.join(labels[key] for key in row['themes'])}", bool(row["synthetic"])
                ),
            ),
            day_text(row["date"]),
            str(row["round"]),
            _count(row["participants"]),
            _count(row["institutions"]),
            str(said.get(row["dialogue_id"], 0)),
        ]
        for row in plan.dialogues.to_dict("records")
    ]
    header = ["Veranstaltung", "Tag", "Runde", "Teilnehmende", "Einrichtungen", "Aussagen"]
    table = html_table(f"Dialoge in {plan.area.name}", header, body, numeric=[2, 3, 4, 5])
    return table + missing


def _count(number: float) -> str:
    return "–" if pd.isna(number) else format_number(float(number))


def comparison_figure(plan: SocialPlan) -> Fragment:
    """Return the chart: statistical signal and experts' weight for each theme."""
    rows = plan.own_needs
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
    sources = origin(plan.area.analysis, shown, table="die Definitionen der Seite »Sozialraumanalyse«")
    if len(plan.statements):
        sources += f" {plan_origin({'dialogues': plan.dialogues, 'statements': plan.statements})}"
    return figure(svg, f"{finding}.", caption, sources)


def comparison(plan: SocialPlan) -> Fragment:
    """Return statistics and experts side by side as a table, with what both say together."""
    labels = plan.rules.labels("themes")
    body: list[list[Cell | str]] = []
    for key, row in plan.own_needs.items():
        body.append(
            [
                labels[key],
                Cell(SIGNAL_WORDS[row["signal"]], difference_text(plan, row)),
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
    totals = frame.groupby("round")["need"].sum()
    labels = plan.rules.labels("themes")
    body: list[list[Cell | str]] = []
    for key, label in labels.items():
        line: list[Cell | str] = [label]
        for number in numbers:
            row = cells.get((key, number))
            if row is None:
                line.append(Cell("–", css_class="sa-sign"))
                continue
            detail = f"läuft gut {row['support']}"
            if totals[number]:
                share = format_number(100 * row["need"] / totals[number])
                detail = f"{share}\u00a0% des Bedarfs; {detail}"
            line.append(Cell(f"Bedarf {row['need']}", detail))
        body.append(line)
    dates = frame.groupby("round")["date"].max()
    header = ["Thema", *(f"Runde {number} ({dates[number]:%m/%Y})" for number in numbers)]
    table = html_table("Gewicht der Aussagen je Runde", header, body, numeric=range(1, len(header)))
    if len(numbers) == 1:
        return table + note(
            f"Es gibt erst eine Runde in {plan.area.name}; eine Veränderung lässt sich noch nicht zeigen."
        )
    return (
        paragraph(_shift(plan, frame, numbers))
        + table
        + note(
            "Das Gewicht hängt auch davon ab, wie viele Tische und Menschen dabei waren. Verglichen wird "
            "darum der Anteil am Gewicht aller Bedarfe einer Runde. »–«: Das Thema stand in dieser Runde "
            "nicht auf der Tagesordnung."
        )
    )


def _shift(plan: SocialPlan, frame: pd.DataFrame, numbers: list[int]) -> str:
    """Return which theme led in the last two rounds, and of which both spoke or only one."""
    labels = plan.rules.labels("themes")
    before, last = (
        frame[frame["round"] == number].set_index("theme")["need"].astype(int) for number in numbers[-2:]
    )
    leading = [
        join_words([f"»{labels[str(key)]}«" for key in needs.index[needs == needs.max()]])
        for needs in (before, last)
        if needs.max() > 0
    ]
    sentences = []
    if len(leading) == 2:
        sentences.append(
            f"Am meisten wogen in Runde {numbers[-2]} die Bedarfe bei {leading[0]}, in Runde {numbers[-1]} "
            f"die bei {leading[1]}."
        )
    for word, keys in (
        ("Nur in der früheren Runde besprochen", before.index.difference(last.index, sort=False)),
        ("Neu besprochen", last.index.difference(before.index, sort=False)),
    ):
        if len(keys):
            sentences.append(f"{word}: {join_words([f'»{labels[str(key)]}«' for key in keys])}.")
    return " ".join(sentences) or "Beide Runden haben keine Bedarfe festgehalten."


def recommendations(plan: SocialPlan, part: str) -> Fragment:
    """Return where the Handlungsempfehlungen of this area stand, as a subject of the dialogue."""
    require_choice("part", part, PARTS)
    if missing := without_recommendations(plan):
        return missing
    labels = plan.rules.labels("themes")
    themes_of = {field.id: field.themes for field in plan.rules.fields}
    order = {key: position for position, key in enumerate(themes_of)}
    frame = plan.standing.assign(order=plan.standing["field"].map(order))
    body: list[list[Cell | str]] = [
        [
            Cell(str(row["text"]), with_example(str(row["recommendation_id"]), bool(row["synthetic"]))),
            ", ".join(labels[key] for key in themes_of[str(row["field"])]),
            Cell(plan.status_label(row["status"]), f"seit\u00a0{day_text(row['since'])}"),
            Cell(day_text(row["horizon"]), "verstrichen" if row["overdue"] else ""),
            str(row["note"]) or "–",
        ]
        for row in frame.sort_values(["order", "recommendation_id"], kind="stable").to_dict("records")
    ]
    header = ["Handlungsempfehlung", "Themen", "Stand", "Frist", "Zuletzt vermerkt"]
    table = html_table(f"Stand am {day_text(plan.until)}", header, body)
    if part == "dokumentation":
        return table
    return table + note("Zum Besprechen: Was davon ist vor Ort angekommen? Was ist überholt, und was fehlt?")


def reading(plan: SocialPlan) -> Fragment:
    """Return the rule by which statistics and experts are put together."""
    rule = plan.needs_rule
    share = format_number(100 * rule.fewest_share)
    labels = plan.rules.labels("themes")
    domains = {
        theme.id: join_words([f"»{DOMAIN_LABELS[name]}«" for name in theme.domains])
        for theme in plan.rules.themes
    }
    foreign = "; ".join(f"{labels[key]}: {domains[key]}" for key in plan.by_domain)
    result = (
        paragraph(
            "Die Statistik zeigt Bedarf, wenn der mittlere Abstand der Indikatoren des Themas zur Stadt "
            f"mindestens {format_number(rule.relevant_difference, 2)} Standardabweichungen zwischen den "
            "Gebieten beträgt und sein Intervall die Null nicht enthält. Sie zeigt keinen, wenn das ganze "
            f"Intervall darunter liegt. Sonst lässt sie es offen, auch wenn weniger als {share} % der "
            "Indikatoren ein Intervall haben. Jeder Indikator ist so gedreht, dass mehr auch mehr Bedarf "
            "heißt; Indikatoren ohne gutes und schlechtes Ende zählen nicht. Die Grenzen des Intervalls sind "
            "die Mittel der einzelnen Grenzen: eher zu weit als zu eng."
        )
        + paragraph(
            "Die Expert*innen sehen Bedarf, wenn Aussagen zum Bedarf zusammen mindestens "
            f"{rule.fewest_votes} Tische oder Stimmen und mehr Gewicht haben als das, was gut läuft. Es "
            "zählt die letzte Runde, in der das Thema besprochen wurde. Die Gewichte sind gezählt, nicht "
            "geschätzt, und nicht repräsentativ."
        )
        + note(
            "»Mehr Bedarf« ist kein Urteil über Menschen: Wo mehr Alleinerziehende wohnen, werden mehr "
            "passende Angebote gebraucht. »Nur Statistik« und »nur Expert*innen« heißen nicht, dass die "
            "andere Seite widerspricht; sie kann auch nichts gesagt haben."
        )
    )
    if foreign:
        result += note(
            "Die Indikatoren, die rules/planning.yaml zu einem Thema nennt, hat dieser Datensatz nicht. Für "
            f"das Thema stehen alle Indikatoren seiner Bereiche: {foreign}."
        )
    return result

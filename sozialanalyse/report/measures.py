"""The catalogue of Maßnahmen with its filters, and what measures and needs lack."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

import pandas as pd

from sozialanalyse.planning.measures import open_details
from sozialanalyse.report.fragment import Fragment, note, paragraph
from sozialanalyse.report.front import banner
from sozialanalyse.report.numbers import format_number, join_words
from sozialanalyse.report.plan_view import (
    CATEGORY_WORDS,
    SocialPlan,
    day_text,
    missing_table,
    with_example,
)
from sozialanalyse.report.tables import Cell, html_table

__all__ = ["catalogue", "gaps", "heading", "overview", "unfinished", "unsupported"]

_DETAILS: Final[dict[str, str]] = {
    "place": "Ort",
    "partners": "Partner*innen",
    "resources": "Ressourcen",
    "funding": "Finanzierung",
    "success_criteria": "Erfolgskriterien",
    "recommendation_id": "Handlungsempfehlung",
    "evidence": "Indikator oder Aussage als Beleg",
}
_BESIDE: Final = ("dialogues", "statements", "recommendations", "recommendation_log")
"""Tables to which Steckbriefe refer."""


def heading(plan: SocialPlan) -> Fragment:
    """Return the page's title, taken from the loaded area, and the banner of synthetic data."""
    title = f"Maßnahmen: {plan.area.name}"
    head = Fragment(f"<h1>{escape(title, quote=False)}</h1>", title)
    return head + paragraph(plan.area.level_label, css_class="sa-subtitle") + banner(plan.area.analysis)


def _missing(plan: SocialPlan) -> Fragment | None:
    if "measures" in plan.absent:
        return missing_table(plan, "measures")
    return None if len(plan.measures) else note(f"Für {plan.area.name} ist keine Maßnahme eingetragen.")


def overview(plan: SocialPlan) -> Fragment:
    """Return how many measures there are, how far they are, and what needs attention."""
    if missing := _missing(plan):
        return missing
    total = len(plan.measures)
    counts = plan.measures["status"].value_counts()
    parts = [
        f"{counts[status.id]} {status.label}" for status in plan.rules.statuses if counts.get(status.id, 0)
    ]
    linked = int((plan.measures["recommendation_id"] != "").sum())
    bare = int((~plan.evidence["supported"]).sum())
    text = (
        f"{format_number(total)} Maßnahmen: {join_words(parts)}. {linked} dienen einer Handlungsempfehlung. "
        f"Bei {bare} zeigt weder Statistik noch Dialog einen Bedarf. "
    )
    text += (
        f"Für {len(plan.unserved)} gesehene Bedarfe gibt es keine Maßnahme."
        if len(plan.unserved)
        else "Für jeden gesehenen Bedarf gibt es mindestens eine Maßnahme."
    )
    return paragraph(text, css_class="sa-lead") + missing_table(plan, *_BESIDE)


def catalogue(plan: SocialPlan) -> Fragment:
    """Return all measures as a table that can be narrowed by Sozialraum, Handlungsfeld and status.

    The filters are radio buttons and style rules: they need no script. On paper, and where a browser does not
    know the rules, the whole table stands.
    """
    if missing := _missing(plan):
        return missing
    fields, names = plan.rules.labels("fields"), plan.area.analysis.areas["name"]
    statuses = plan.rules.labels("statuses")
    body, data = [], []
    for row in plan.measures.to_dict("records"):
        key = str(row["measure_id"])
        places = list(dict.fromkeys(place for area in row["area_ids"] for place in plan.places[area]))
        end = "auf Dauer" if pd.isna(row["end"]) else f"bis\u00a0{day_text(row['end'])}"
        line: list[Cell | str] = [
            Cell(str(row["title"]), with_example(key, bool(row["synthetic"])), link=f"#steckbrief-{key}"),
            plan.area_names(row["area_ids"]),
            fields[row["field"]],
            Cell(str(row["target_group"]), f"Träger: {row['carrier']}"),
            Cell(statuses[row["status"]], f"ab\u00a0{day_text(row['start'])} {end}"),
        ]
        body.append(line)
        data.append({"raum": " ".join(places), "feld": str(row["field"]), "stand": str(row["status"])})
    header = ["Maßnahme", "Gebiet", "Handlungsfeld", "Zielgruppe", "Stand"]
    table = html_table("Katalog der Maßnahmen", header, body, row_data=data)
    used = {name: {word for entry in data for word in entry[name].split(" ")} for name in data[0]}
    groups = [
        ("raum", plan.level_label, [(key, str(names[key])) for key in plan.districts if key in used["raum"]]),
        ("feld", "Handlungsfeld", [(key, label) for key, label in fields.items() if key in used["feld"]]),
        ("stand", "Stand", [(key, label) for key, label in statuses.items() if key in used["stand"]]),
    ]
    html = (
        f'<div class="sa-catalogue">{_choices(groups)}{table.html}'
        f'<p>Gezeigt: <span class="sa-hits"></span> von {len(body)} Maßnahmen.</p></div>'
    )
    return Fragment(html, table.text)


def _choices(groups: Sequence[tuple[str, str, Sequence[tuple[str, str]]]]) -> str:
    """Return radio buttons for each group, and the style rules that hide the other rows."""
    rules, sets = [], []
    for name, label, options in groups:
        buttons = [_button(name, "", "alle")]
        for number, (key, text) in enumerate(options):
            buttons.append(_button(name, str(number), text))
            rules.append(
                f'.sa-catalogue:has(#wahl-{name}-{number}:checked) tbody tr:not([data-{name}~="{key}"])'
                "{display:none}"
            )
        sets.append(f"<fieldset><legend>{escape(label, quote=False)}</legend>{''.join(buttons)}</fieldset>")
    shown = "@supports selector(:has(*)){.sa-choice{display:grid}}"
    return (
        f"<style>.sa-choice{{display:none}}@media screen{{{shown}{''.join(rules)}}}"
        ".sa-catalogue{counter-reset:treffer}.sa-catalogue tbody tr{counter-increment:treffer}"
        "</style>"
        f'<div class="sa-choice" role="group" aria-label="Maßnahmen auswählen">{"".join(sets)}</div>'
    )


def _button(name: str, number: str, text: str) -> str:
    checked = "" if number else ' checked="checked"'
    return (
        f'<label><input type="radio" name="wahl-{name}" id="wahl-{name}-{number or "alle"}"{checked}/> '
        f"{escape(text, quote=False)}</label>"
    )


def unsupported(plan: SocialPlan) -> Fragment:
    """Return the measures for which neither figures nor experts show a need."""
    if missing := _missing(plan):
        return missing
    bare = plan.evidence.loc[~plan.evidence["supported"], "measure_id"]
    frame = plan.measures[plan.measures["measure_id"].isin(bare)]
    if not len(frame):
        return paragraph(
            "Für jede Maßnahme zeigt ein genannter Indikator, eine genannte Aussage oder ein im Dialog "
            "gesehener Bedarf, dass sie gebraucht wird."
        )
    fields = plan.rules.labels("fields")
    body: list[list[Cell | str]] = [
        [
            Cell(
                str(row["title"]),
                with_example(str(row["measure_id"]), bool(row["synthetic"])),
                link=f"#steckbrief-{row['measure_id']}",
            ),
            plan.area_names(row["area_ids"]),
            fields[row["field"]],
            str(row["need"]),
        ]
        for row in frame.to_dict("records")
    ]
    header = ["Maßnahme", "Gebiet", "Handlungsfeld", "genannter Bedarf"]
    table = html_table("Maßnahmen ohne Bedarf in Statistik oder Dialog", header, body)
    return table + note(
        "Das heißt nicht, dass die Maßnahme falsch ist: Was sie verhindert, zeigt sich in keiner Zahl. Es "
        "ist eine Frage an die, die sie planen."
    )


def gaps(plan: SocialPlan) -> Fragment:
    """Return the needs that no measure serves."""
    if missing := _missing(plan):
        return missing
    if not len(plan.unserved):
        return paragraph("Für jeden gesehenen Bedarf gibt es mindestens eine Maßnahme.")
    themes, names = plan.rules.labels("themes"), plan.area.analysis.areas["name"]
    body: list[list[Cell | str]] = [
        [
            str(names[row["area_id"]]),
            themes[row["theme"]],
            CATEGORY_WORDS[row["category"]],
            "–" if row["experts"] == "unasked" else str(row["need"]),
        ]
        for row in plan.unserved.to_dict("records")
    ]
    header = [plan.level_label, "Thema", "Wer den Bedarf sieht", "Gewicht der Aussagen"]
    table = html_table("Bedarfe ohne Maßnahme", header, body, numeric=[3])
    return table + note(
        "Gezählt ist eine Maßnahme, wenn sie im selben Gebiet liegt, ihr Handlungsfeld zum Thema gehört und "
        "sie nicht zurückgestellt oder verworfen ist. Ob sie ausreicht, ist damit nicht gesagt."
    )


def unfinished(plan: SocialPlan) -> Fragment:
    """Return what is still missing in the Steckbriefe."""
    if missing := _missing(plan):
        return missing
    frame = open_details(plan.measures)
    if not len(frame):
        return paragraph("Alle Steckbriefe sind vollständig.")
    rows = plan.measures.set_index("measure_id")
    body: list[list[Cell | str]] = [
        [
            Cell(
                str(rows["title"][key]),
                with_example(str(key), bool(rows["synthetic"][key])),
                link=f"#steckbrief-{key}",
            ),
            ", ".join(_DETAILS[name] for name in missing),
        ]
        for key, missing in zip(frame["measure_id"], frame["missing"], strict=True)
    ]
    caption = f"Nicht vollständig: {len(body)} von {len(plan.measures)} Steckbriefen"
    return html_table(caption, ["Maßnahme", "fehlt oder »noch offen«"], body)

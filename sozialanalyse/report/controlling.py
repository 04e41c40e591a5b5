"""The controlling of the Handlungsempfehlungen: what moved, what is stuck, what is next, and all of them."""

from __future__ import annotations

from html import escape
from typing import Final

import pandas as pd

from sozialanalyse.planning.recommendations import count_by, flow
from sozialanalyse.planning.rules import StatusKind
from sozialanalyse.report.controlling_charts import draw_flow, draw_status_bars, status_styles
from sozialanalyse.report.fragment import Fragment, figure, note, paragraph, warning
from sozialanalyse.report.front import banner
from sozialanalyse.report.measures_profiles import Citation, no_citation
from sozialanalyse.report.numbers import format_number, join_words
from sozialanalyse.report.plan_view import (
    SocialPlan,
    addressees_of,
    day_text,
    missing_table,
    plan_origin,
    with_example,
    without_recommendations,
)
from sozialanalyse.report.tables import Cell, count_cell, html_table

__all__ = [
    "developments",
    "heading",
    "moved",
    "next_steps",
    "overview",
    "recommendations",
    "status_bars",
    "stuck",
]

_NEW: Final = "neu"
_MOST_PATHS: Final = 3
_REACHED: Final[dict[str, str]] = {
    "done": "Erreicht",
    "active": "In Arbeit gekommen oder weitergekommen",
    "open": "Neu oder wieder offen",
    "stopped": "Zurückgestellt oder aufgegeben",
}


def heading(plan: SocialPlan) -> Fragment:
    """Return the page's title, taken from the loaded area, the period, and the banner of synthetic data."""
    title = f"Controlling der Handlungsempfehlungen: {plan.area.name}"
    head = Fragment(f"<h1>{escape(title, quote=False)}</h1>", title)
    period = f"{plan.area.level_label}, {day_text(plan.since)} bis {day_text(plan.until)}"
    if pd.isna(plan.until):
        period = plan.area.level_label
    return head + paragraph(period, css_class="sa-subtitle") + banner(plan.area.analysis)


def overview(plan: SocialPlan) -> Fragment:
    """Return the state in a paragraph and a row of key figures."""
    if missing := without_recommendations(plan):
        return missing
    standing, kinds = plan.standing, plan.standing["kind"].value_counts()
    total, done = len(standing), int(kinds.get("done", 0))
    moved = plan.moves[plan.moves["moved"]]
    fresh = int((moved["before"] == "").sum())
    late, still = int(standing["overdue"].sum()), int(standing["still"].sum())
    order: tuple[StatusKind, ...] = ("done", "active", "open", "stopped")
    parts = [f"{kinds[kind]} {plan.kind_words(kind)}" for kind in order if kinds.get(kind, 0)]
    text = (
        f"Am {day_text(plan.until)} gibt es für {plan.area.name} {_number(total, 'Handlungsempfehlung')}: "
        f"{join_words(parts)}. Seit dem {day_text(plan.since)} {_have(len(moved) - fresh)} einen neuen Stand"
    )
    text += f"; neu hinzugekommen {'ist eine' if fresh == 1 else f'sind {fresh}'}. " if fresh else ". "
    if late or still:
        text += (
            f"Bei {_one(late, 'einer', 'keiner')} ist die Frist verstrichen; {_one(still, 'eine', 'keine')} "
            f"{'haben' if still > 1 else 'hat'} seit über {plan.patience.still} Tagen denselben Stand."
        )
        if both := int((standing["overdue"] & standing["still"]).sum()):
            text += f" Auf {_one(both, 'eine', 'keine')} trifft beides zu."
    else:
        text += "Keine Frist ist verstrichen, und keine ist lange ohne neuen Stand."
    facts = [
        ("Handlungs\u00adempfehlungen", str(total)),
        (plan.kind_words("done"), f"{done} von {total}"),
        ("mit neuem Stand im Zeitraum", str(len(moved) - fresh)),
        ("Frist verstrichen", str(late)),
    ]
    items = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts)
    return paragraph(text, css_class="sa-lead") + Fragment(
        f'<dl class="sa-facts">{items}</dl>', "\n".join(f"{name}: {value}" for name, value in facts)
    )


def _have(count: int) -> str:
    return f"haben {count}" if count > 1 else f"hat {_one(count, 'eine', 'keine')}"


def _one(count: int, single: str, none: str) -> str:
    return (none, single)[count] if count < 2 else str(count)


def _number(count: int, word: str) -> str:
    return f"eine {word}" if count == 1 else f"{format_number(count)} {word}en"


def _styles(plan: SocialPlan) -> list[tuple[str, str, str]]:
    return [(status.id, status.label, status.kind) for status in plan.rules.statuses]


def status_bars(plan: SocialPlan) -> Fragment:
    """Return how far the Handlungsempfehlungen of each Handlungsfeld are."""
    if missing := without_recommendations(plan):
        return missing
    fields = plan.rules.labels("fields")
    known = plan.standing[plan.standing["status"] != ""]
    if not len(known):
        return warning("Kein Stand ist eingetragen. Bitte recommendation_log ergänzen.")
    order = [status.id for status in plan.rules.statuses]
    counts = count_by(known, "field", "status")
    counts = counts.reindex(index=[key for key in fields if key in counts.index], columns=order, fill_value=0)
    counts = counts.loc[counts.sum(axis=1).sort_values(ascending=False, kind="stable").index]
    counts.index = [fields[str(key)] for key in counts.index]
    finished = [status.id for status in plan.rules.statuses if status.kind == "done"]
    waiting = [status.id for status in plan.rules.statuses if status.kind == "open"]
    done, idle = counts[finished].sum(axis=1), counts[waiting].sum(axis=1)
    finding = "; ".join(
        f"{name} {done[name]} von {counts.loc[name].sum()} {plan.kind_words('done')}" for name in counts.index
    )
    if idle.any():
        finding += f". Am meisten ist offen bei {idle.idxmax()} ({idle.max()})"
    caption = f"{plan.area.name}: Stand der Handlungsempfehlungen je Handlungsfeld am {day_text(plan.until)}."
    svg = draw_status_bars(counts, status_styles(_styles(plan)))
    return figure(svg, f"{finding}.", caption, _origin(plan))


def _origin(plan: SocialPlan) -> str:
    return plan_origin({"recommendations": plan.standing, "recommendation_log": plan.log})


def moved(plan: SocialPlan) -> Fragment:
    """Return what moved in the period: the flow between statuses, then each path with its last note."""
    if missing := without_recommendations(plan):
        return missing
    counted = flow(plan.moves, [status.id for status in plan.rules.statuses])
    styles = status_styles([("", _NEW, "open"), *_styles(plan)])
    changed = counted[counted["before"] != counted["after"]]
    same = int(counted["count"].sum() - changed["count"].sum())
    steps = [
        f"{row['count']} von »{styles[row['before']].label}« zu »{styles[row['after']].label}«"
        if row["before"]
        else f"{row['count']} neu als »{styles[row['after']].label}«"
        for row in changed.sort_values("count", ascending=False, kind="stable").to_dict("records")
    ]
    rest = f"{same} sind unverändert."
    ends = (f"am {day_text(plan.since)}", f"am {day_text(plan.until)}")
    result = paragraph(
        f"Die häufigsten Wege: {join_words(steps[:_MOST_PATHS])}; {rest}"
        if steps
        else f"Keine Bewegung: {rest}"
    )
    result += figure(
        draw_flow(counted, styles, ends),
        f"{join_words(steps)}; {rest}" if steps else f"Keine Bewegung: {rest}",
        f"{plan.area.name}: Wege der Handlungsempfehlungen. Farbig: neuer Stand; hell: unverändert.",
        _origin(plan),
    )
    return result + _paths(plan)


def _paths(plan: SocialPlan) -> Fragment:
    """Return the path of each Handlungsempfehlung with a new status, by what it has come to."""
    entries = plan.log.sort_values(["recommendation_id", "date"], kind="stable")
    before = entries.groupby("recommendation_id")["status"].shift().fillna("")
    inside = entries.assign(before=before)[(entries["date"] > plan.since) & (entries["status"] != before)]
    keys = plan.standing["recommendation_id"]
    texts = dict(zip(keys, plan.standing["text"], strict=True))
    made_up = dict(zip(keys, plan.standing["synthetic"], strict=True))
    found: dict[str, list[tuple[pd.Timestamp, list[Cell | str]]]] = {kind: [] for kind in _REACHED}
    for key, rows in inside.groupby("recommendation_id"):
        first, last = rows.iloc[0], rows.iloc[-1]
        start = plan.status_label(first["before"]) if first["before"] else _NEW
        path = " → ".join([start, *(plan.status_label(status) for status in rows["status"])])
        line: list[Cell | str] = [
            _named(str(key), texts[key], made_up[key]),
            path,
            day_text(last["date"]),
            str(last["note"]) or "–",
        ]
        found[plan.kind_of(str(last["status"]))].append((last["date"], line))
    result = Fragment("", "")
    for kind, caption in _REACHED.items():
        ordered = sorted(found[kind], key=lambda pair: pair[0], reverse=True)
        if ordered:
            header = ["Handlungsempfehlung", "Weg im Zeitraum", "zuletzt am", "Was geschehen ist"]
            result += html_table(f"{caption} ({len(ordered)})", header, [line for _, line in ordered])
    return result if result.html else note("Im Zeitraum hat keine Handlungsempfehlung einen neuen Stand.")


def _named(key: str, text: str, synthetic: bool) -> Cell:
    """Return the cell that names a Handlungsempfehlung and leads to its row in the list."""
    return Cell(text, with_example(key, synthetic), link=f"#empfehlung-{key}")


def _short_rows(plan: SocialPlan, frame: pd.DataFrame) -> list[list[Cell | str]]:
    return [
        [
            _named(str(row["recommendation_id"]), str(row["text"]), bool(row["synthetic"])),
            "; ".join(addressees_of(row["addressee"])),
            Cell(plan.status_label(row["status"]), f"seit\u00a0{day_text(row['since'])}"),
            day_text(row["horizon"]),
            str(row["note"]) or "–",
        ]
        for row in frame.to_dict("records")
    ]


_SHORT: Final = ["Handlungsempfehlung", "Adressat*in", "Stand", "Frist", "Zuletzt vermerkt"]


def stuck(plan: SocialPlan) -> Fragment:
    """Return what is late or has rested for long."""
    if missing := without_recommendations(plan):
        return missing
    late = plan.standing[plan.standing["overdue"]].sort_values("horizon", kind="stable")
    still = plan.standing[plan.standing["still"] & ~plan.standing["overdue"]].sort_values(
        "since", kind="stable"
    )
    if not len(late) and not len(still):
        return paragraph("Keine Frist ist verstrichen, und nichts ruht länger als vorgesehen.")
    result = Fragment("", "")
    if len(late):
        result += html_table(
            f"Frist verstrichen ({len(late)}), die älteste zuerst", _SHORT, _short_rows(plan, late)
        )
    if len(still):
        caption = f"Seit über {plan.patience.still} Tagen ohne neuen Stand, Frist noch offen ({len(still)})"
        result += html_table(caption, _SHORT, _short_rows(plan, still))
    return result + note(
        "Eine verstrichene Frist sagt nicht, woran es liegt: fehlendes Geld, fehlende Stellen, ein anderer "
        "Plan. Sie ist ein Anlass nachzufragen."
    )


def next_steps(plan: SocialPlan) -> Fragment:
    """Return what is due soon, and how much has no deadline at all."""
    if missing := without_recommendations(plan):
        return missing
    soon = plan.standing[plan.standing["due_soon"]].sort_values("horizon", kind="stable")
    running = plan.standing[plan.standing["kind"].isin(["open", "active"])]
    unlimited = int(running["horizon"].isna().sum())
    if len(soon):
        caption = f"Frist in den nächsten {plan.patience.near} Tagen ({len(soon)}), die nächste zuerst"
        result = html_table(caption, _SHORT, _short_rows(plan, soon))
    else:
        result = paragraph(f"In den nächsten {plan.patience.near} Tagen läuft keine Frist ab.")
    if unlimited:
        result += note(f"Ohne Frist: {unlimited} von {len(running)}, die noch nicht abgeschlossen sind.")
    return result


def recommendations(plan: SocialPlan, cite: Citation = no_citation) -> Fragment:
    """Return the list of all Handlungsempfehlungen with their status.

    Parameters
    ----------
    plan : SocialPlan
        The Handlungsempfehlungen.
    cite : Citation, optional
        Where figures are to be traced, gives the marks behind the line that names the tables.
    """
    if missing := without_recommendations(plan):
        return missing
    fields, visions = plan.rules.labels("fields"), plan.rules.labels("visions")
    measures = plan.measures.groupby("recommendation_id").size()
    place = {key: position for position, key in enumerate(fields)}
    frame = plan.standing.assign(order=plan.standing["field"].map(place))
    frame = frame.sort_values(["order", "recommendation_id"], kind="stable")
    body, ids = [], []
    for row in frame.to_dict("records"):
        key = str(row["recommendation_id"])
        ids.append(f"empfehlung-{key}")
        late = bool(row["overdue"])
        line: list[Cell | str] = [
            Cell(str(row["text"]), with_example(key, bool(row["synthetic"]))),
            Cell(fields[row["field"]], ", ".join(visions[vision] for vision in row["vision"])),
            Cell("; ".join(addressees_of(row["addressee"])), f"Gebiet: {plan.area_names(row['area_ids'])}"),
            Cell(day_text(row["horizon"]), "verstrichen" if late else "", "sa-worse" if late else ""),
            Cell(plan.status_label(row["status"]), f"seit\u00a0{day_text(row['since'])}"),
            count_cell(int(measures.get(key, 0))),
        ]
        body.append(line)
    header = [
        "Handlungsempfehlung", "Handlungsfeld (iSTEK)", "Adressat*in", "Frist", "Stand", "Steck\u00adbriefe",
    ]  # fmt: skip
    caption = f"Stand am {day_text(plan.until)}, Frist und Zuständigkeit"
    source = _origin(plan)
    if not plan.area.is_root:
        source = f"Steckbriefe: Gezählt sind die für {plan.area.name}. {source}"
    tables = ("recommendations", "recommendation_log", "measures")
    below = f"<p><small>{escape(source, quote=False)}{cite(*tables)}</small></p>"
    table = html_table(caption, header, body, numeric=[5], row_ids=ids)
    return table + Fragment(below, source) + missing_table(plan, "measures")


def developments(plan: SocialPlan) -> Fragment:
    """Return the positive developments; what is real stands apart from what is made up."""
    if "developments" in plan.absent:
        return missing_table(plan, "developments")
    frame, fields = plan.developments, plan.rules.labels("fields")
    result = Fragment("", "")
    for synthetic, caption in (
        (False, f"Wirkliche Entwicklungen, die {plan.area.root.name} selbst nennt"),
        (True, "Erfundene Beispiele"),
    ):
        rows = frame[frame["synthetic"] == synthetic]
        body: list[list[Cell | str]] = [
            [
                Cell(str(row["text"]), with_example(str(row["development_id"]), synthetic)),
                fields[row["field"]],
                plan.area_names(row["area_ids"]),
            ]
            for row in rows.to_dict("records")
        ]
        if body:
            header = ["Entwicklung", "Handlungsfeld", "Gebiet"]
            result += html_table(f"{caption} ({len(body)})", header, body)
            origin = "; ".join(dict.fromkeys(str(source) for source in rows["source"]))
            real = "" if synthetic else " Diese Einträge sind nicht erfunden; eine Bewertung sind sie nicht."
            result += note(f"Quelle: {origin}.{real}")
    return result if result.html else note(f"Für {plan.area.name} ist keine Entwicklung eingetragen.")

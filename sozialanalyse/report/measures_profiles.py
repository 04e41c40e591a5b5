"""Maßnahmensteckbriefe: one page for each measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final, Protocol

import pandas as pd

from sozialanalyse.report.fragment import Fragment, note
from sozialanalyse.report.numbers import format_spoken
from sozialanalyse.report.plan_view import EXAMPLE, SocialPlan, day_text, missing_table, quotes
from sozialanalyse.report.view import Row, records

__all__ = ["SEPARATOR", "Citation", "figure_key", "no_citation", "profiles", "shown_areas"]

_NOTHING: Final = "keine Angabe"
SEPARATOR: Final = "@"
"""Between indicator and area in the key of a value of another area than the page's."""


class Citation(Protocol):
    """Gives the marks that lead to where a figure of a table or an indicator comes from."""

    def __call__(self, *keys: str) -> str:
        """Return HTML for the sources of these indicators or tables, or ``""``."""
        ...


def no_citation(*_: str) -> str:
    """Return no mark."""
    return ""


def profiles(plan: SocialPlan, cite: Citation = no_citation) -> Fragment:
    """Return the Steckbriefe of all measures; on paper each starts on a new page.

    Parameters
    ----------
    plan : SocialPlan
        The measures.
    cite : Citation, optional
        Where figures are to be traced, gives the marks behind them.
    """
    if "measures" in plan.absent:
        return missing_table(plan, "measures")
    if not len(plan.measures):
        return note(f"Für {plan.area.name} ist keine Maßnahme eingetragen.")
    said = dict(zip(plan.statements["statement_id"], plan.statements["text"], strict=True))
    aims = plan.standing.set_index("recommendation_id")["text"]
    result = Fragment("", "")
    for row in plan.measures.to_dict("records"):
        result += _profile(plan, {str(name): cell for name, cell in row.items()}, said, aims, cite)
    return result


def _profile(
    plan: SocialPlan, row: Row, said: Mapping[str, str], aims: pd.Series[str], cite: Citation
) -> Fragment:
    key = str(row["measure_id"])
    visions, fields = plan.rules.labels("visions"), plan.rules.labels("fields")
    end: str = "auf Dauer" if pd.isna(row["end"]) else f"bis {day_text(row['end'])}"
    aim = str(row["recommendation_id"])
    place = plan.area_names(row["area_ids"])
    entries: list[tuple[str, list[tuple[str, str]]]] = [
        ("Stand", [(plan.status_label(row["status"]), cite("measures"))]),
        ("Gebiet und Ort", [(" – ".join(filter(None, (place, str(row["place"])))), "")]),
        ("Bedarf", [(str(row["need"]), "")]),
        ("Beleg: Statistik", _figures(plan, row, cite)),
        (
            "Beleg: Dialog",
            [(quote, cite("statements")) for quote in quotes(said, row["statement_ids"])],
        ),
        ("Ziel", [(str(row["goal"]), "")]),
        ("Zielgruppe", [(str(row["target_group"]), "")]),
        ("Träger", [(str(row["carrier"]), "")]),
        ("Partner*innen", [(str(row["partners"]), "")]),
        ("Ressourcen", [(str(row["resources"]), "")]),
        ("Finanzierung", [(str(row["funding"]), "")]),
        ("Zeit", [(f"ab {day_text(row['start'])} {end}", "")]),
        ("Woran der Erfolg zu erkennen ist", [(str(row["success_criteria"]), "")]),
        ("Dient der Handlungsempfehlung", [(f"{aims[aim]} ({aim})" if aim in aims else aim, "")]),
        ("Handlungsfeld", [(fields[row["field"]], "")]),
        ("Vision des iSTEK", [(", ".join(visions[vision] for vision in row["vision"]), "")]),
    ]
    items, lines = [], []
    for name, found in entries:
        shown = [(text, mark) for text, mark in found if text] or [(_NOTHING, "")]
        items.append(f"<dt>{name}</dt>")
        items += [f"<dd>{escape(text, quote=False)}{mark}</dd>" for text, mark in shown]
        lines.append(f"{name}: {'; '.join(text for text, _ in shown)}")
    title = f"{key} {row['title']}"
    example = f'<p class="sa-subtitle">{EXAMPLE}</p>' if row["synthetic"] else ""
    html = (
        f'<section class="sa-profile" aria-labelledby="steckbrief-{escape(key)}">'
        f'<h3 id="steckbrief-{escape(key)}">{escape(title, quote=False)}</h3>{example}'
        f'<dl class="sa-facts">{"".join(items)}</dl></section>'
    )
    return Fragment(html, "\n".join([f"{title} ({EXAMPLE})" if row["synthetic"] else title, *lines]))


def _figures(plan: SocialPlan, row: Row, cite: Citation) -> list[tuple[str, str]]:
    """Return a line for each named indicator with its values in the areas of a measure."""
    analysis = plan.area.analysis
    known = [key for key in row["indicator_ids"] if key in analysis.years]
    areas = [analysis.area(area_id) for area_id in shown_areas(plan, row["area_ids"])]
    values = {area.area_id: records(area.rows(known)) for area in areas}
    found: list[tuple[str, str]] = []
    for key in known:
        shown = [area for area in areas if pd.notna(values[area.area_id][key]["value"])]
        if not shown:
            continue
        entry = values[shown[0].area_id][key]
        unit, decimals = str(entry["unit"]), int(entry["decimals"])
        told = [
            f"{area.name} {format_spoken(values[area.area_id][key]['value'], unit, decimals)}"
            for area in shown
        ]
        text = f"»{entry['label']}« {entry['year']:.0f}: {', '.join(told)}"
        if pd.notna(entry["city_value"]) and not any(area.is_root for area in shown):
            text += f" (insgesamt {format_spoken(entry['city_value'], unit, decimals)})"
        found.append((text, cite(*(figure_key(plan, key, area.area_id) for area in shown))))
    return found


def figure_key(plan: SocialPlan, indicator_id: str, area_id: str) -> str:
    """Return by what a value is cited: its indicator, with the area if it is not the page's own."""
    return indicator_id if area_id == plan.area.area_id else f"{indicator_id}{SEPARATOR}{area_id}"


def shown_areas(plan: SocialPlan, keys: Sequence[str]) -> list[str]:
    """Return the areas of a measure whose values are shown: on the page of a Sozialraum only its own."""
    if plan.area_names(tuple(keys)) == "stadtweit":
        return [plan.area.area_id]
    here = set(plan.districts)
    return [key for key in keys if here & set(plan.places[key])]

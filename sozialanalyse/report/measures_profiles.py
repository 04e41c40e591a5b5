"""Maßnahmensteckbriefe: one page for each measure."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final, Protocol

import pandas as pd

from sozialanalyse.report.fragment import Fragment, note
from sozialanalyse.report.plan_view import EXAMPLE, SocialPlan, day_text, missing_table
from sozialanalyse.report.text import value_text
from sozialanalyse.report.view import Row, records

__all__ = ["Citation", "profiles"]

_NOTHING: Final = "keine Angabe"
_MOST_AREAS: Final = 2


class Citation(Protocol):
    """Gives the marks that lead to where a figure of a table or an indicator comes from."""

    def __call__(self, *keys: str) -> str:
        """Return HTML for the sources of these indicators or tables, or ``""``."""
        ...


def _no_citation(*_: str) -> str:
    return ""


def profiles(plan: SocialPlan, cite: Citation = _no_citation) -> Fragment:
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
    said = plan.statements.set_index("statement_id")["text"]
    aims = plan.standing.set_index("recommendation_id")["text"]
    result = Fragment("", "")
    for row in plan.measures.to_dict("records"):
        result += _profile(plan, {str(name): cell for name, cell in row.items()}, said, aims, cite)
    return result


def _profile(
    plan: SocialPlan, row: Row, said: pd.Series[str], aims: pd.Series[str], cite: Citation
) -> Fragment:
    key = str(row["measure_id"])
    visions, fields = plan.rules.labels("visions"), plan.rules.labels("fields")
    end: str = "auf Dauer" if pd.isna(row["end"]) else f"bis {day_text(row['end'])}"
    aim = str(row["recommendation_id"])
    place = plan.area_names(row["area_ids"])
    entries: list[tuple[str, list[tuple[str, str]]]] = [
        ("Stand", [(plan.status_label(row["status"]), "")]),
        ("Gebiet und Ort", [(" – ".join(filter(None, (place, str(row["place"])))), "")]),
        ("Bedarf", [(str(row["need"]), "")]),
        ("Beleg: Statistik", _figures(plan, row, cite)),
        (
            "Beleg: Dialog",
            [
                (f"»{said[name]}« ({name})", cite("statements"))
                for name in row["statement_ids"]
                if name in said
            ],
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
    """Return the values of the named indicators in the areas of a measure."""
    analysis = plan.area.analysis
    known = [key for key in row["indicator_ids"] if key in analysis.years]
    found: list[tuple[str, str]] = []
    for area_id in _shown_areas(plan, row["area_ids"]):
        area = analysis.area(area_id)
        for key, entry in records(area.rows(known)).items():
            if pd.notna(entry["value"]):
                found.append((f"{area.name}: {value_text(entry)}, {entry['year']:.0f}", cite(key)))
    return found


def _shown_areas(plan: SocialPlan, keys: Sequence[str]) -> list[str]:
    """Return the areas of a measure whose values are shown: on the page of a Sozialraum only its own."""
    if plan.area_names(tuple(keys)) == "stadtweit" or len(keys) > _MOST_AREAS:
        return [plan.area.area_id]
    here = set(plan.districts)
    return [key for key in keys if here & set(plan.places[key])]

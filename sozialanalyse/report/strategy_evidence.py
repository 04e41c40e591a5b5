"""Where each figure of a Strategiepapier comes from: numbered marks, and the table to which they lead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from sozialanalyse.dataset.planning_forms import PLANNING_FORMS
from sozialanalyse.report.facts import CASES, VALUE, area_data, indicator_data
from sozialanalyse.report.fragment import Fragment, note
from sozialanalyse.report.measures_profiles import SEPARATOR, figure_key, shown_areas
from sozialanalyse.report.numbers import format_interval, format_number, format_value
from sozialanalyse.report.plan_view import SocialPlan, day_text
from sozialanalyse.report.tables import Cell, hidden_cell, html_table, missing_cell
from sozialanalyse.report.view import AreaView, Row, records

__all__ = ["INDEX", "Evidence", "evidence_of_paper", "evidence_table"]

INDEX: Final = "index"
_TABLES: Final = ("dialogues", "statements", "recommendations", "recommendation_log", "measures")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Numbers of the sources of a paper.

    Attributes
    ----------
    numbers : mapping of str to int
        Number of each indicator, of the index, and of each planning table, counted from 1.
    """

    numbers: Mapping[str, int]

    def cite(self, *keys: str) -> str:
        """Return marks as HTML that lead to these sources; ``""`` for none.

        Examples
        --------
        >>> Evidence({"sgb2_rate": 1, "measures": 2}).cite("measures", "unknown")
        ' <a class="sa-cite" href="#beleg-2">[2]</a>'
        """
        found = sorted({self.numbers[key] for key in keys if key in self.numbers})
        return "".join(f' <a class="sa-cite" href="#beleg-{number}">[{number}]</a>' for number in found)

    def cell(self, *keys: str) -> Cell:
        """Return the same marks as the cell of a table."""
        found = sorted({self.numbers[key] for key in keys if key in self.numbers})
        return Cell("", links=[(f"[{number}]", f"#beleg-{number}") for number in found])


def evidence_of_paper(plan: SocialPlan, indicators: Iterable[str]) -> Evidence:
    """Give numbers to the sources of a paper: its indicators, the index, the planning tables.

    Parameters
    ----------
    plan : SocialPlan
        The paper's area and tables.
    indicators : iterable of str
        The indicators that the paper shows.
    """
    wanted = set(indicators)
    keys = [str(key) for key in plan.area.analysis.indicators.index if key in wanted]
    elsewhere = {
        figure_key(plan, key, area_id)
        for row in plan.measures[["area_ids", "indicator_ids"]].to_dict("records")
        for key in row["indicator_ids"]
        for area_id in shown_areas(plan, row["area_ids"])
    }
    keys += sorted(key for key in elsewhere if SEPARATOR in key and key.split(SEPARATOR)[0] in wanted)
    keys += [INDEX] if plan.area.analysis.index is not None else []
    keys += [name for name in _TABLES if name not in plan.absent]
    return Evidence({key: number for number, key in enumerate(keys, start=1)})


def evidence_table(plan: SocialPlan, evidence: Evidence) -> Fragment:
    """Return the table to which all marks lead."""
    area, analysis = plan.area, plan.area.analysis
    rows = records(area.rows([key for key in evidence.numbers if key in analysis.years]))
    city = records(area.root.rows(list(rows)))
    body, about, ids = [], [], []
    for key, number in evidence.numbers.items():
        ids.append(f"beleg-{number}")
        if key in rows:
            body.append(_indicator_line(number, area, area, key, rows[key], city[key]))
            about.append(area_data(area))
        elif SEPARATOR in key:
            name, _, place = key.partition(SEPARATOR)
            part = analysis.area(place)
            own = records(part.rows([name]))[name]
            body.append(_indicator_line(number, area, part, name, own, city[name]))
            about.append(area_data(part))
        else:
            body.append(_table_line(plan, number, key))
            about.append({})
    header = [
        "Nr.",
        "Angabe",
        f"{area.name}",
        "Fälle",
        f"{area.root.name}",
        "Jahr oder Tage",
        "Quelle und Tabelle",
    ]
    table = html_table("Woher jede Zahl stammt", header, body, numeric=[2, 3, 4], row_data=about, row_ids=ids)
    return table + note(
        "Unter einem Wert steht sein Intervall. Werte größerer Gebiete sind aus denen der kleineren "
        "berechnet, wo kein eigener Wert vorliegt. Ränge, Abstände und Zählungen dieses Papiers sind aus den "
        "hier genannten Tabellen berechnet; wie, sagen der Abschnitt »Wie Bedarfe ermittelt sind« und die "
        "Seite »Sozialindex«."
    )


def _indicator_line(
    number: int, page: AreaView, area: AreaView, key: str, row: Row, city: Row
) -> list[Cell | str]:
    catalogue = area.analysis.indicators.loc[key]
    decimals = int(row["decimals"])
    data = indicator_data(area, key, row)
    if row["hidden"] != "":
        own, cases = hidden_cell(VALUE | data), hidden_cell(CASES | data)
    elif pd.isna(row["value"]):
        own, cases = missing_cell(str(row["sign"])), missing_cell()
    else:
        own = Cell(
            format_value(row["value"], row["unit"], decimals),
            format_interval(row["lower"], row["upper"], decimals),
            data=VALUE | data,
        )
        cases = missing_cell()
        if pd.notna(row["numerator"]):
            cases = Cell(
                f"{format_number(row['numerator'])} von {format_number(row['denominator'])}",
                css_class="sa-word",
                data=CASES | data,
            )
    whole = Cell(
        format_value(city["value"], row["unit"], decimals),
        format_interval(city["lower"], city["upper"], decimals),
        data=VALUE | data | {"area": area.root.area_id},
    )
    label = str(catalogue["label"]) if area is page else f"{catalogue['label']}: {area.name}"
    return [
        f"[{number}]",
        Cell(label, str(catalogue["definition"])),
        own,
        cases,
        whole,
        f"{row['year']:.0f}",
        Cell(str(catalogue["source"]), f"observations, {key}", "sa-long"),
    ]


def _table_line(plan: SocialPlan, number: int, key: str) -> list[Cell | str]:
    nothing = missing_cell()
    if key == INDEX:
        index = plan.area.analysis.index
        title = index.title if index else ""
        used = len(index.indicator_ids) if index else 0
        return [
            f"[{number}]",
            Cell(title, f"aus {used} Indikatoren der Ebene {plan.area.analysis.levels[-1].label}"),
            nothing,
            nothing,
            nothing,
            "wie seine Indikatoren",
            Cell("eigene Berechnung, Seite »Sozialindex«", "observations, Regeln: index"),
        ]
    frame = {
        "dialogues": plan.dialogues,
        "statements": plan.statements,
        "recommendations": plan.standing,
        "recommendation_log": plan.log,
        "measures": plan.measures,
    }[key]
    examples = int(frame["synthetic"].sum())
    return [
        f"[{number}]",
        Cell(PLANNING_FORMS[key].title, f"erfundene Beispiele: {examples}" if examples else ""),
        Cell(f"Zeilen: {format_number(len(frame))}"),
        nothing,
        nothing,
        _days(plan, key),
        Cell("Sozialplanung", key),
    ]


def _days(plan: SocialPlan, key: str) -> str:
    """Return from when to when the rows of a table are; measures have many days each."""
    if key == "measures":
        return "–"
    days = (plan.dialogues if key in {"dialogues", "statements"} else plan.log)["date"]
    if not len(days):
        return "–"
    first, last = day_text(days.min()), day_text(days.max())
    return first if first == last else f"{first} bis {last}"

"""How target indicators changed beside the Handlungsempfehlungen; the change is not ascribed to them."""

from __future__ import annotations

import numpy as np

from sozialanalyse.report.facts import VALUE, area_data, indicator_data
from sozialanalyse.report.fragment import Fragment, note, warning
from sozialanalyse.report.numbers import decimals_for, format_change, format_interval, format_value
from sozialanalyse.report.plan_view import SocialPlan, missing_table, with_example
from sozialanalyse.report.tables import Cell, html_table

__all__ = ["targets"]

_WORDS = {
    ("up", "higher_is_worse"): "▲\u00a0ungünstiger",
    ("down", "higher_is_worse"): "▼\u00a0günstiger",
    ("up", "higher_is_better"): "▼\u00a0günstiger",
    ("down", "higher_is_better"): "▲\u00a0ungünstiger",
    ("up", "neutral"): "△\u00a0höher",
    ("down", "neutral"): "▽\u00a0niedriger",
}


def targets(plan: SocialPlan) -> Fragment:
    """Return the change of each target indicator in the area of this page, with its interval.

    One row for each indicator: it says how many Handlungsempfehlungen aim at it and names them.
    """
    if {"recommendations", "recommendation_log"} & set(plan.absent):
        return missing_table(plan, "recommendations", "recommendation_log")
    frame = plan.changes.frame
    if not len(frame):
        return warning(
            "Noch kein Vergleich: Kein Zielindikator hat einen Wert vor dem Beginn einer Handlungsempfehlung "
            "und einen späteren."
        )
    catalogue, areas = plan.area.analysis.indicators, plan.area.analysis.areas
    synthetic = plan.standing.set_index("recommendation_id")["synthetic"]
    order = {str(key): position for position, key in enumerate(catalogue.index)}
    grouped = frame.assign(order=frame["indicator_id"].map(order)).sort_values(
        ["order", "area_id", "first_year"], kind="stable"
    )
    body, about = [], []
    for _, rows in grouped.groupby(["indicator_id", "area_id", "first_year"], sort=False):
        row = rows.iloc[0]
        key, area_id, first = str(row["indicator_id"]), str(row["area_id"]), str(row["first_year"])
        unit, direction = str(catalogue["unit"][key]), str(catalogue["direction"][key])
        # What lives where is described, not judged.
        direction = "neutral" if catalogue["domain"][key] == "demography" else direction
        decimals = decimals_for(unit, max(abs(row["first_value"]), abs(row["last_value"])))
        area = plan.area.analysis.area(area_id)
        data = VALUE | indicator_data(area, key, {"year": row["last_year"]})
        names = [str(name) for name in rows["recommendation_id"]]
        line: list[Cell | str] = [
            Cell(str(catalogue["label"][key]), str(areas["name"][area_id])),
            Cell(
                format_value(row["first_value"], unit, decimals),
                first,
                data=data | {"year": first},
            ),
            Cell(format_value(row["last_value"], unit, decimals), str(row["last_year"]), data=data),
            Cell(
                format_change(row["change"], decimals), format_interval(row["lower"], row["upper"], decimals)
            ),
            _word(float(row["lower"]), float(row["upper"]), direction),
            Cell(
                "",
                with_example("", bool(synthetic[names].all())),
                "sa-keys",
                links=[(name, f"#empfehlung-{name}") for name in names],
            ),
        ]
        body.append(line)
        about.append(area_data(area))
    header = [
        "Zielindikator", "zu Beginn", "zuletzt", "Veränderung (Intervall)", "Einordnung",
        "Handlungs\u00adempfehlungen mit diesem Ziel",
    ]  # fmt: skip
    table = html_table(
        "Zielindikatoren neben den Handlungsempfehlungen", header, body, numeric=[1, 2, 3], row_data=about
    )
    return table + note(
        "Die Veränderung steht neben den Handlungsempfehlungen und ist nicht ihr Ergebnis: Auf jeden "
        "Indikator wirkt vieles zugleich, und was ohne sie geschehen wäre, weiß niemand. Ohne Intervall "
        "(Kennwerte ohne Fallzahlen) ist nicht bekannt, ob die Veränderung mehr ist als Zufall."
    )


def _word(lower: float, upper: float, direction: str) -> Cell:
    if not np.isfinite(lower):
        return Cell("◇\u00a0Unsicherheit nicht bekannt", css_class="sa-unknown")
    if lower <= 0 <= upper:
        return Cell("●\u00a0keine Veränderung erkennbar", css_class="sa-similar")
    word = _WORDS["up" if lower > 0 else "down", direction]
    css = {"▲": "sa-worse", "▼": "sa-better"}.get(word[0], "")
    return Cell(word, css_class=css)

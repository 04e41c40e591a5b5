"""The section on the gradient: how other indicators rise or fall over the fifths of the areas."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from sozialanalyse.indicators.inequality import EXPLANATIONS
from sozialanalyse.report.connected import ConnectionView, row_list
from sozialanalyse.report.connection_charts import GradientPanel, draw_gradient
from sozialanalyse.report.fragment import Fragment, figure, note, nothing, paragraph, warning
from sozialanalyse.report.numbers import (
    SILENT_UNITS,
    decimals_for,
    difference_unit,
    format_change,
    format_interval,
    format_number,
)
from sozialanalyse.report.sources import origin
from sozialanalyse.report.tables import Cell, html_table
from sozialanalyse.report.text import count_word
from sozialanalyse.report.view import Row

__all__ = ["gradient"]

MOST_PANELS: Final = 8
LARGEST_RATIO: Final = 100.0
"""An upper limit beyond it says only that the line comes close to zero at one end."""
RATIO_KINDS: Final = ("proportion", "rate")
"""Kinds with a zero that means nothing there: only of these can one value be twice another."""


def gradient(view: ConnectionView) -> Fragment:
    """Return the gradient of the other domains' indicators over the fifths of the areas, with SII and RII."""
    slopes = view.slopes.frame[view.slopes.frame["sii"].notna()]
    if not len(slopes):
        return nothing() if view.missing else warning("Für ein Gefälle reichen die Daten nicht.")
    rows = row_list(slopes)
    clear = sum(_is_clear(row) for row in rows)
    ordering = view.labels[view.ordered_by]
    whom = "der Bevölkerung" if view.weighted else "der Gebiete"
    intro = (
        f"Die Gebiete sind nach »{ordering}« geordnet und in Fünftel {whom} geteilt: 1 ist am wenigsten, 5 "
        f"am stärksten belastet. {EXPLANATIONS['slope_index']} Die Intervalle rechnen, als "
        "wären Gebiete voneinander unabhängig; wo sich Nachbarn ähneln, sind sie eher zu eng. Ein klares "
        "Gefälle ist deshalb noch kein gesicherter Zusammenhang: Darüber entscheidet das Urteil des Paars."
    )
    finding = f"Ein klares Gefälle nach »{ordering}« {_how_many(clear, len(rows))}."
    drawn = rows[:MOST_PANELS]
    panels = [_panel(view, row) for row in drawn]
    details = "; ".join(_spoken(view, row) for row in drawn)
    caption = (
        f"Mittelwerte je Fünftel nach »{ordering}«; blass: kein klares Gefälle. Jedes Bild hat eine eigene "
        "Skala."
    )
    if len(drawn) < len(rows):
        caption += (
            f" Gezeigt sind {count_word(len(drawn))} von {count_word(len(rows))} Indikatoren; die Tabelle "
            "nennt alle."
        )
    keys = [view.ordered_by, *(str(row["indicator_id"]) for row in drawn)]
    picture = figure(draw_gradient(panels), f"{finding} {details}.", caption, origin(view.analysis, keys))
    return paragraph(intro) + paragraph(finding) + picture + _table(view, rows)


def _how_many(clear: int, count: int) -> str:
    if not clear:
        return "zeigt keiner der Indikatoren" if count > 1 else "zeigt der Indikator nicht"
    if clear == count:
        return f"zeigen alle {count_word(count)} Indikatoren" if count > 1 else "zeigt der Indikator"
    verb = "zeigt" if clear == 1 else "zeigen"
    return f"{verb} {count_word(clear, 'einer')} von {count_word(count)} Indikatoren"


def _is_clear(row: Row) -> bool:
    return bool(row["sii_lower"] > 0 or row["sii_upper"] < 0)


def _steps(view: ConnectionView, row: Row) -> pd.Series[float]:
    """Return the means by fifth."""
    steps = view.gradient.frame
    inside = steps[steps["indicator_id"] == row["indicator_id"]]
    return pd.Series(inside["value"].to_numpy(dtype=np.float64), index=inside["fifth"].to_numpy())


def _size(view: ConnectionView, row: Row) -> tuple[str, str, int]:
    """Return the slope index, its interval and the number of decimals for the indicator."""
    unit = str(view.analysis.indicators["unit"][row["indicator_id"]])
    decimals = decimals_for(unit, float(_steps(view, row).abs().max()))
    span = format_interval(row["sii_lower"], row["sii_upper"], decimals)
    return format_change(row["sii"], decimals), span, decimals


def _panel(view: ConnectionView, row: Row) -> GradientPanel:
    key, means = str(row["indicator_id"]), _steps(view, row)
    size, span, decimals = _size(view, row)
    word = "" if _is_clear(row) else ", kein klares Gefälle"
    return GradientPanel(
        f"{view.labels[key]}, {view.analysis.indicators['unit'][key]}",
        [int(fifth) for fifth in means.index],
        means.tolist(),
        decimals,
        f"Gefälle {size} ({span}){word}",
        _is_clear(row),
    )


def _spoken(view: ConnectionView, row: Row) -> str:
    unit = str(view.analysis.indicators["unit"][row["indicator_id"]])
    size, span, _ = _size(view, row)
    spoken = "" if unit in SILENT_UNITS else f" {difference_unit(unit)}"
    word = "" if _is_clear(row) else ", kein klares Gefälle"
    return f"»{view.labels[row['indicator_id']]}« {size} ({span}){spoken}{word}"


def _table(view: ConnectionView, rows: list[Row]) -> Fragment:
    catalogue = view.analysis.indicators
    ratios = [_ratio(view, row) for row in rows]
    with_ratio = any(ratio.detail for ratio in ratios)
    body: list[list[Cell | str]] = []
    for row, ratio in zip(rows, ratios, strict=True):
        key, means = str(row["indicator_id"]), _steps(view, row)
        size, span, decimals = _size(view, row)
        body.append(
            [
                f"{view.labels[key]} ({catalogue['unit'][key]})",
                *(format_number(means.get(fifth, float("nan")), decimals) for fifth in (1, 5)),
                Cell(size, span),
                *([ratio] if with_ratio else []),
                "klar" if _is_clear(row) else "nicht klar",
            ]
        )
    header = ["Indikator (Einheit)", "Fünftel 1", "Fünftel 5", "Gefälle (SII; Intervall)"]
    header += ["Verhältnis (RII; Intervall)"] if with_ratio else []
    caption = f"Gefälle nach »{view.labels[view.ordered_by]}« in Zahlen"
    numeric = range(1, len(header))
    table = html_table(caption, [*header, "Gefälle klar?"], body, numeric=numeric)
    text = (
        "Fünftel 1 und 5: Mittelwert der am wenigsten und der am stärksten belasteten Gebiete. Klar heißt "
        "ein Gefälle, wenn sein Intervall die Null nicht enthält."
    )
    if with_ratio:
        text += (
            f" {EXPLANATIONS['relative_index']} Ein Strich steht, wo ein Verhältnis "
            "keinen Sinn hat oder zu unsicher ist."
        )
    return table + note(text)


def _ratio(view: ConnectionView, row: Row) -> Cell:
    """Return the relative index, where one value of the indicator can be twice another."""
    kind = view.analysis.indicators["kind"][row["indicator_id"]]
    if kind not in RATIO_KINDS or not row["rii_upper"] <= LARGEST_RATIO:
        return Cell("–", css_class="sa-sign")
    return Cell(format_number(row["rii"], 2), format_interval(row["rii_lower"], row["rii_upper"], 2))

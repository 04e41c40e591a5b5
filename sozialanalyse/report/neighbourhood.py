"""The sections on whether neighbours resemble each other: Moran plot, and maps of clusters."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from sozialanalyse.report.connected import ConnectionView
from sozialanalyse.report.connection_charts import CLUSTERS, MoranPanel, draw_moran
from sozialanalyse.report.fragment import Fragment, figure, nothing, paragraph, warning
from sozialanalyse.report.maps import MapLayer, draw_map
from sozialanalyse.report.numbers import format_number, join_names
from sozialanalyse.report.sources import map_origin, origin

__all__ = ["clusters", "neighbours"]

MOST_NAMES: Final = 6
ALERT: Final = 0.05
"""Level of the test on neighbours, and share of false alarms among the marked areas of a cluster map."""


def neighbours(view: ConnectionView) -> Fragment:
    """Return whether neighbours resemble each other: Moran plot of the lead pair, and a table for all."""
    if view.lead is None:
        return nothing()
    if not view.neighbours:
        return warning("Ohne Gebietsgrenzen lässt sich nicht prüfen, ob sich Nachbarn ähneln.")
    frame, names, labels = view.clusters.frame, view.analysis.areas["name"], view.labels
    moran = view.moran.frame.set_index("indicator_id")
    panels = []
    for indicator_id in view.lead:
        rows = frame[frame["indicator_id"] == indicator_id]
        if len(rows):
            panels.append(
                MoranPanel(
                    labels[indicator_id],
                    [str(names[key]) for key in rows["area_id"]],
                    rows["z"].to_numpy(dtype=np.float64),
                    rows["lag"].to_numpy(dtype=np.float64),
                    _marked(rows),
                    float(moran["statistic"][indicator_id]),
                )
            )
    if not panels:
        return warning("Ob sich Nachbarn ähneln, lässt sich für diese Indikatoren nicht bestimmen.")
    found = "; ".join(
        _moran_text(labels[key], float(moran["statistic"][key]), float(moran["p"][key])) for key in view.lead
    )
    caption = (
        "Wert jedes Gebiets gegen das Mittel seiner Nachbarn. Je steiler die Linie, desto ähnlicher sind "
        "sich Nachbarn (Maßzahl: Moran-I); 0 heißt keine Ähnlichkeit. Grau hinterlegt: Gebiet und Nachbarn "
        "auf derselben Seite des Mittels."
    )
    explained = paragraph(
        "Ähneln sich Nachbarn, dann zählen sie für die Prüfung nicht als voneinander unabhängig. Die Urteile "
        "und die Intervalle der Korrelationen berücksichtigen das; die Intervalle des Gefälles und der "
        f"Unterschiede in der Tabelle aller Paare nicht. {found}."
    )
    return explained + figure(draw_moran(panels), f"{found}.", caption, origin(view.analysis, view.lead))


def _moran_text(label: str, statistic: float, p: float) -> str:
    if not np.isfinite(statistic):
        return f"»{label}«: Ähnlichkeit der Nachbarn nicht bestimmt"
    word = "Nachbarn ähneln sich" if statistic > 0 else "Nachbarn unterscheiden sich"
    if not p < ALERT:
        word = "keine Ähnlichkeit der Nachbarn erkennbar"
    return f"»{label}«: {word} ({format_number(statistic, 2)} von höchstens etwa 1)"


def _marked(rows: pd.DataFrame) -> list[str]:
    """Return the cluster of each area, ``""`` where chance is not ruled out."""
    return [
        str(quadrant) if p < ALERT and quadrant != "none" else ""
        for quadrant, p in zip(rows["quadrant"], rows["p_fdr"], strict=True)
    ]


def clusters(view: ConnectionView) -> Fragment:
    """Return a map of clusters for each indicator of the lead pair."""
    geometry = view.analysis.geometry
    if view.lead is None or not view.neighbours or not geometry:
        return nothing()
    result = Fragment("", "")
    for indicator_id in view.lead:
        rows = view.clusters.where(indicator_id=indicator_id).frame
        if len(rows):
            result += _cluster_map(view, indicator_id, rows)
    return result


def _cluster_map(view: ConnectionView, indicator_id: str, rows: pd.DataFrame) -> Fragment:
    geometry, areas = view.analysis.geometry or {}, view.analysis.areas
    order = list(CLUSTERS)
    marked = dict(zip(rows["area_id"].astype(str), _marked(rows), strict=True))
    compared = list(view.scope.keys)
    shapes = {key: geometry[key] for key in compared if key in geometry}
    above = dict.fromkeys(str(key) for key in areas.loc[compared, "parent_id"])
    borders = {key: geometry[key] for key in above if key in geometry and key != view.scope.area_id}
    svg = draw_map(
        MapLayer(
            shapes,
            {key: order.index(code) for key, code in marked.items()},
            tuple(CLUSTERS.values()),
            borders,
            {},
            (),
            "",
        )
    )
    named = {
        code: [str(areas.loc[key, "name"]) for key, found in marked.items() if found == code]
        for code in order
        if code
    }
    parts = [
        f"{CLUSTERS[code][:1].upper()}{CLUSTERS[code][1:]}: {join_names(names, MOST_NAMES)}"
        for code, names in named.items()
        if names
    ]
    label = view.labels[indicator_id]
    finding = (
        f"Häufungen bei »{label}«. {'. '.join(parts)}"
        if parts
        else f"Bei »{label}« ist nach Korrektur für viele Vergleiche kein Gebiet auffällig"
    )
    caption = (
        f"Häufungen bei »{label}« ({view.analysis.years[indicator_id]}): Gebiete, die mit ihren Nachbarn "
        "deutlicher "
        "über oder unter dem Mittel liegen, als der Zufall erwarten lässt."
    )
    if view.analysis.schematic_geometry:
        caption += " Die Umrisse sind schematisch."
    if not parts:
        return paragraph(f"{finding}.")
    return paragraph(f"{finding}.") + figure(
        svg, f"{finding}.", caption, map_origin(view.analysis, [indicator_id])
    )

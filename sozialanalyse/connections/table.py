"""The verdicts and the ways of computing them as tables, for the report and for export."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from sozialanalyse.connections.connect import Connections
from sozialanalyse.connections.data import ConnectionData
from sozialanalyse.connections.spec import ConnectionSpec, Method, Weighting
from sozialanalyse.connections.synthesis import Category, PairEvidence

__all__ = ["verdict_frame", "way_frame"]

_WAYS: Final[dict[tuple[Method, Weighting], str]] = {
    ("spearman", "none"): "Rangkorrelation, jedes Gebiet zählt gleich",
    ("spearman", "population"): "Rangkorrelation, nach Bevölkerung gewichtet",
    ("pearson", "none"): "lineare Korrelation, jedes Gebiet zählt gleich",
    ("pearson", "population"): "lineare Korrelation, nach Bevölkerung gewichtet",
}


def verdict_frame(connections: Connections) -> pd.DataFrame:
    """Return one row per pair: ids, verdict, coefficient, interval, counts, checks and sentence.

    Parameters
    ----------
    connections : Connections
        From `connect`.

    Returns
    -------
    DataFrame
        Columns ``first, second, category, estimate, lower, upper, count, size, p_corrected, agreeing,
        specifications, construction, reasons, sentence``; established pairs first, then by size.
    """
    rows = [
        {
            "first": pair.first,
            "second": pair.second,
            "category": str(verdict.category),
            "estimate": pair.estimate,
            "lower": pair.lower,
            "upper": pair.upper,
            "count": pair.count,
            "size": pair.size,
            "p_corrected": pair.p_corrected,
            "agreeing": verdict.agreeing[0],
            "specifications": verdict.agreeing[1],
            "construction": ", ".join(pair.construction),
            "reasons": ", ".join(verdict.reasons),
            "sentence": text,
        }
        for pair, verdict, text in zip(
            connections.evidence, connections.verdicts, connections.sentences, strict=True
        )
    ]
    order = {str(category): rank for rank, category in enumerate(Category)}
    frame = pd.DataFrame(rows)
    keys = pd.DataFrame({"rank": frame["category"].map(order), "size": -frame["estimate"].abs()})
    return frame.loc[keys.sort_values(["rank", "size"], kind="stable").index].reset_index(drop=True)


def way_frame(found: Connections, data: ConnectionData) -> pd.DataFrame:
    """Return every way of computing of every pair, its own first.

    Parameters
    ----------
    found : Connections
        Result of `connect`.
    data : ConnectionData
        What it was computed from, for the German names.

    Returns
    -------
    DataFrame
        Columns ``first, second, way, estimate, lower, upper, kind``; `kind` is ``"own"``, ``"choice"``,
        ``"range"``, ``"coarser"`` or ``"spatial"``.
    """
    rows = [row for pair in found.evidence for row in _ways(pair, data, found.spec)]
    return pd.DataFrame(rows, columns=["first", "second", "way", "estimate", "lower", "upper", "kind"])


def _ways(pair: PairEvidence, data: ConnectionData, spec: ConnectionSpec) -> list[tuple[object, ...]]:
    own = _WAYS[pair.method, spec.weighting]
    rows: list[tuple[object, ...]] = [(own, pair.estimate, pair.lower, pair.upper, "own")]
    held = " und ".join(f"»{data.labels[data.column(name)]}«" for name in spec.covariates)
    for other in pair.curve:
        method, weighting, constant = other.name
        way = _WAYS[method, weighting] + (f", bei gleichem {held}" if constant else "")
        rows.append((way, other.estimate, other.lower, other.upper, "choice"))
    for way, span in (
        ("je ein Gebiet weggelassen", pair.area_range),
        (f"je ein Gebiet der Ebene {data.group_label} weggelassen", pair.group_range),
    ):
        if span is not None:
            rows.append((way, np.nan, *span, "range"))
    if pair.coarser is not None:
        coarser = pair.coarser
        way = f"gröbere Ebene: {coarser.groups} Gebiete (Ebene {data.group_label})"
        rows.append((way, coarser.estimate, coarser.lower, coarser.upper, "coarser"))
    if pair.spatial is not None:
        fit = pair.spatial
        rows.append(("Modell mit Nachbarschaft (Steigung)", fit.estimate, fit.lower, fit.upper, "spatial"))
    return [(pair.first, pair.second, *row) for row in rows]

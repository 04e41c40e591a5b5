"""The verdicts as a table, for the report and for export."""

from __future__ import annotations

import pandas as pd

from sozialanalyse.connections.connect import Connections
from sozialanalyse.connections.synthesis import Category

__all__ = ["verdict_frame"]


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

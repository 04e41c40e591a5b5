"""What a cell of a table is about, in attributes for programs: how the audit finds its way on a page."""

from __future__ import annotations

from typing import Final

from sozialanalyse.report.view import AreaView, Row, records

__all__ = ["CASES", "VALUE", "area_data", "indicator_data"]

VALUE: Final[dict[str, str]] = {"what": "value"}
CASES: Final[dict[str, str]] = {"what": "cases"}


def area_data(area: AreaView) -> dict[str, str]:
    """Say which area a row is about, which contains it, and how many areas that one consists of."""
    parent = str(area.analysis.entries[area.area_id]["parent_id"])
    return {
        "area": area.area_id,
        "parent": parent,
        "siblings": str(len(area.analysis.parts[parent])),
        "name": area.name,
    }


def indicator_data(area: AreaView, indicator_id: str, row: Row) -> dict[str, str]:
    """Say which indicator and year a row or cell is about, and what it counts."""
    analysis = area.analysis
    entry = analysis.keep("catalogue", lambda: records(analysis.indicators))[indicator_id]
    return {
        "indicator": indicator_id,
        "year": f"{row['year']:.0f}",
        "label": str(entry["label"]),
        "kind": str(entry["kind"]),
        "factor": f"{float(entry['factor']):g}",
        "cases": str(entry["label"] if entry["kind"] == "count" else entry["numerator_label"]),
        "group": str(entry["denominator_label"]),
    }

"""Sample measures, kept by hand; the statements they rest on are looked up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sozialanalyse.dataset.sample_recommendations import answered

__all__ = ["measure_rows"]

TEXTS: Final = (
    "title",
    "place",
    "need",
    "goal",
    "target_group",
    "carrier",
    "partners",
    "resources",
    "funding",
    "start",
    "success_criteria",
    "status",
)

Row = dict[str, object]


def measure_rows(
    by_district: Mapping[str, Sequence[Mapping[str, Any]]],
    further: Sequence[Mapping[str, Any]],
    statements: Sequence[Row],
    dialogues: Mapping[str, Row],
) -> list[Row]:
    """Return the rows of ``measures.csv``.

    Parameters
    ----------
    by_district : mapping from Sozialraum to recommendations
        What is kept by hand, each with its measures, which take from it what they do not say themselves.
    further : sequence
        Measures that serve no recommendation.
    statements, dialogues
        As in `sample_recommendations.answered`; a measure rests on what was said before it began.
    """
    rows: list[Row] = []
    for recommendation, profile in [*_with_recommendation(by_district), *(("", own) for own in further)]:
        start = dt.date.fromisoformat(profile["start"])
        said = answered(profile["answers"], profile["areas"], start, statements, dialogues)
        rows.append(
            {
                **{name: profile[name] for name in TEXTS},
                "measure_id": f"MS-{len(rows) + 1:02d}",
                "area_ids": "|".join(profile["areas"]),
                "field": profile["field"],
                "vision": "|".join(profile["vision"]),
                "indicator_ids": "|".join(profile["indicators"]),
                "statement_ids": "|".join(str(row["statement_id"]) for row in said),
                "end": profile.get("end", ""),
                "recommendation_id": recommendation,
                "synthetic": "true",
            }
        )
    return rows


def _with_recommendation(
    by_district: Mapping[str, Sequence[Mapping[str, Any]]],
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the key of a recommendation and each of its measures, filled up from the recommendation."""
    entries = [(district, entry) for district, own in by_district.items() for entry in own]
    for number, (district, entry) in enumerate(entries, start=1):
        shared = {name: entry[name] for name in ("field", "vision", "indicators", "answers")}
        areas = sorted([district, *entry.get("also", [])])
        for profile in entry["measures"]:
            yield f"HE-{number:02d}", {**shared, "areas": areas, **profile}

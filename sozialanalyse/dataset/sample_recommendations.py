"""Sample recommendations and their histories, kept by hand; the statements they rest on are looked up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sozialanalyse.dataset.sample_dialogues import UPDATE_TITLES

__all__ = ["answered", "recommendation_rows"]

ADOPTED: Final[dict[str, dt.date]] = {
    **dict.fromkeys(("01", "02", "03"), dt.date(2022, 5, 16)),
    **dict.fromkeys(("04", "05", "06"), dt.date(2023, 6, 19)),
}
"""Made-up day on which the recommendations of each Sozialraum were adopted."""
DECISION: Final = ("offen", "Vom Fachausschuss beschlossen.")
REASONS: Final[dict[tuple[bool, bool], str]] = {
    (True, False): "Im Expert*innendialog genannt.",
    (True, True): "Im Expert*innendialog genannt, bei der Fortschreibung bestätigt.",
    (False, True): "Bei der Fortschreibung der Handlungsempfehlungen genannt.",
    (False, False): "Vorschlag aus der Verwaltung, im Expert*innendialog nicht angesprochen.",
}
"""By whether it was said on one of the six events, and whether on the update."""

Row = dict[str, object]


def answered(
    answers: Collection[str],
    areas: Collection[str],
    until: dt.date | None,
    statements: Sequence[Row],
    dialogues: Mapping[str, Row],
) -> list[Row]:
    """Return the statements that something answers: said about its areas, before it began.

    Parameters
    ----------
    answers : collection of str
        Keys of statements in the pool.
    areas : collection of str
        Sozialräume; a statement counts where its dialogue took place in one of them.
    until : date or None
        Only dialogues before this day count; None for all.
    statements : sequence of rows
        Each with the `key` that it has in the pool.
    dialogues : mapping from dialogue_id to row
        Where and when the statements fell.
    """
    return [
        row
        for row in statements
        if row["key"] in answers
        and (event := dialogues[str(row["dialogue_id"])])["area_id"] in areas
        and (until is None or dt.date.fromisoformat(str(event["date"])) < until)
    ]


def recommendation_rows(
    by_district: Mapping[str, Sequence[Mapping[str, Any]]],
    statements: Sequence[Row],
    dialogues: Mapping[str, Row],
) -> tuple[list[Row], list[Row]]:
    """Return the recommendations and the log of their histories.

    Parameters
    ----------
    by_district : mapping from Sozialraum to recommendations
        What is kept by hand.
    statements, dialogues
        As in `answered`; a recommendation rests on the needs it answers, those of the update included.

    Returns
    -------
    two lists of rows
        Of ``recommendations.csv`` and ``recommendation_log.csv``.
    """
    recommendations: list[Row] = []
    log: list[Row] = []
    for district, entries in by_district.items():
        adopted = ADOPTED[district]
        for entry in entries:
            key = f"HE-{len(recommendations) + 1:02d}"
            areas = sorted([district, *entry.get("also", [])])
            said = answered(entry["answers"], areas, None, statements, dialogues)
            updates = {dialogues[str(row["dialogue_id"])]["title"] in UPDATE_TITLES.values() for row in said}
            recommendations.append(
                {
                    "recommendation_id": key,
                    "area_ids": "|".join(areas),
                    "field": entry["field"],
                    "text": entry["text"],
                    "addressee": entry["addressee"],
                    "horizon": entry.get("horizon", ""),
                    "vision": "|".join(entry["vision"]),
                    "indicator_ids": "|".join(entry["indicators"]),
                    "statement_ids": "|".join(str(row["statement_id"]) for row in said),
                    "evidence": REASONS[False in updates, True in updates],
                    "synthetic": "true",
                }
            )
            log += [
                {"recommendation_id": key, "date": day, "status": status, "note": note, "synthetic": "true"}
                for day, status, note in [(adopted.isoformat(), *DECISION), *entry.get("history", [])]
            ]
    return recommendations, log

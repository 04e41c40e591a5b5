"""Sample recommendations and their histories: texts kept by hand, evidence, days and status drawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

__all__ = ["ADOPTED", "LATEST_DAY", "draw_recommendations"]

LATEST_DAY: Final = dt.date(2024, 9, 30)
"""No history goes beyond this day."""
ADOPTED: Final[dict[str, dt.date]] = {
    **dict.fromkeys(("01", "02", "03"), dt.date(2022, 5, 16)),
    **dict.fromkeys(("04", "05", "06"), dt.date(2023, 6, 19)),
}
"""Made-up day on which the recommendations of each Sozialraum were adopted."""
THEMES_OF_FIELD: Final[dict[str, tuple[str, ...]]] = {
    "familie": ("familie",),
    "bildung": ("bildung",),
    "arbeit": ("arbeit",),
    "gesundheit": ("familie", "lebensraum"),
    "wohnen": ("lebensraum",),
    "zusammenleben": ("lebensraum",),
    "alter": ("lebensraum", "arbeit"),
    "steuerung": ("erfassung",),
}
PATHS: Final[tuple[tuple[tuple[str, ...], int], ...]] = (
    (("offen",), 4),
    (("offen", "offen"), 2),
    (("offen", "in_planung"), 5),
    (("offen", "in_planung", "in_planung"), 2),
    (("offen", "zurueckgestellt", "in_planung"), 1),
    (("offen", "in_planung", "in_umsetzung"), 7),
    (("offen", "in_umsetzung", "in_umsetzung"), 4),
    (("offen", "in_planung", "in_umsetzung", "umgesetzt"), 5),
    (("offen", "in_umsetzung", "umgesetzt"), 2),
    (("offen", "in_planung", "in_umsetzung", "umgesetzt", "verstetigt"), 4),
    (("offen", "zurueckgestellt"), 2),
    (("offen", "in_planung", "zurueckgestellt"), 2),
    (("offen", "verworfen"), 1),
    (("offen", "zurueckgestellt", "verworfen"), 1),
)
"""Histories, and how many recommendations have them: 42 in all; every status of the scale occurs."""
DECISION: Final = "Vom Fachausschuss beschlossen."
NOTES: Final[dict[str, tuple[str, ...]]] = {
    "offen": ("Zuständigkeit wird geklärt.", "Noch nicht begonnen, Personal fehlt."),
    "in_planung": (
        "Konzept in Arbeit.",
        "Träger und Räume werden gesucht.",
        "Förderantrag ist gestellt.",
        "Arbeitsgruppe hat sich getroffen.",
    ),
    "in_umsetzung": (
        "Start mit ersten Angeboten.",
        "Läuft an zwei Standorten.",
        "Stelle ist besetzt, Angebot wird aufgebaut.",
        "Zwischenbericht liegt vor.",
    ),
    "umgesetzt": ("Angebot besteht wie beschlossen.", "Abschlussbericht im Ausschuss beraten."),
    "verstetigt": ("Mittel im Haushalt dauerhaft eingeplant.", "In die Regelförderung übernommen."),
    "zurueckgestellt": ("Mittel fehlen in diesem Haushalt.", "Wartet auf eine Entscheidung des Landes."),
    "verworfen": ("Der Bedarf wird durch ein anderes Angebot gedeckt.", "Rechtlich nicht möglich."),
}
REASONS: Final = (
    "Im Expert*innendialog genannt.",
    "Im Expert*innendialog genannt und mit den Einrichtungen beraten.",
    "Aus dem Expert*innendialog; die Fachbereiche haben die Empfehlung ergänzt.",
)
OWN_REASON: Final = "Vorschlag aus der Verwaltung, im Expert*innendialog nicht angesprochen."
TERMS: Final = (1, 1, 2, 2, 3, 4)
"""Years from the adoption to the end of the year in which a recommendation shall be carried out."""
WITHOUT_TERM: Final = 0.1

Row = dict[str, object]


def draw_recommendations(
    by_district: Mapping[str, Sequence[Mapping[str, Any]]],
    statements: Sequence[Row],
    rng: np.random.Generator,
) -> tuple[list[Row], list[Row]]:
    """Draw the recommendations and the log of their histories.

    Parameters
    ----------
    by_district : mapping from Sozialraum to recommendations
        The texts that are kept by hand.
    statements : sequence of rows
        From which the evidence is drawn: needs on a theme of the field in the same Sozialraum.
    rng : Generator
        Draws evidence, days, deadlines and histories.

    Returns
    -------
    two lists of rows
        Of ``recommendations.csv`` and ``recommendation_log.csv``.
    """
    paths = [path for path, count in PATHS for _ in range(count)]
    order = rng.permutation(len(paths)).tolist()
    texts = [(district, entry) for district, entries in by_district.items() for entry in entries]
    recommendations: list[Row] = []
    log: list[Row] = []
    for number, (district, entry) in enumerate(texts):
        key, path = f"HE-{number + 1:02d}", paths[order[number]]
        evidence = _evidence(statements, district, entry, rng)
        notes = {status: rng.permutation(NOTES[status]).tolist() for status in NOTES}
        recommendations.append(
            {
                "recommendation_id": key,
                "area_ids": "|".join(sorted([district, *entry.get("also", [])])),
                "field": entry["field"],
                "text": entry["text"],
                "addressee": entry["addressee"],
                "horizon": _horizon(ADOPTED[district], rng),
                "vision": "|".join(entry["vision"]),
                "indicator_ids": "|".join(entry["indicators"]),
                "statement_ids": "|".join(evidence),
                "evidence": str(rng.choice(REASONS)) if evidence else OWN_REASON,
                "synthetic": "true",
            }
        )
        for step, (day, status) in enumerate(zip(_days(district, len(path), rng), path, strict=True)):
            note = notes[status].pop() if step else DECISION
            log.append(
                {
                    "recommendation_id": key,
                    "date": day.isoformat(),
                    "status": status,
                    "note": note,
                    "synthetic": "true",
                }
            )
    return recommendations, log


def _evidence(
    statements: Sequence[Row], district: str, entry: Mapping[str, Any], rng: np.random.Generator
) -> list[str]:
    """Return the needs of the Sozialraum that name an indicator of the recommendation.

    Where there are none, up to two needs on a theme of the field that name no indicator are drawn.
    """
    needs = [
        row for row in statements if str(row["area_id"]).startswith(district) and row["stance"] == "need"
    ]
    wanted = set(entry["indicators"])
    fitting = [
        str(row["statement_id"]) for row in needs if wanted & set(str(row["indicator_ids"]).split("|"))
    ]
    if fitting:
        return fitting
    themes = THEMES_OF_FIELD[entry["field"]]
    loose = [str(row["statement_id"]) for row in needs if row["theme"] in themes and not row["indicator_ids"]]
    count = min(len(loose), int(rng.integers(0, 3)))
    return sorted(rng.choice(loose, size=count, replace=False).tolist()) if count else []


def _days(district: str, count: int, rng: np.random.Generator) -> list[dt.date]:
    """Draw the days of a history: the adoption first, the rest spread until the latest day."""
    first = ADOPTED[district]
    span = (LATEST_DAY - first).days
    cuts = np.sort(rng.uniform(0.15, 0.98, size=count - 1))
    # at least four weeks between two entries, so that no two fall on one day
    steps = np.maximum.accumulate(np.round(cuts * span).astype(int) + 28 * np.arange(count - 1))
    return [first, *(first + dt.timedelta(days=min(int(step), span)) for step in steps)]


def _horizon(adopted: dt.date, rng: np.random.Generator) -> str:
    """Draw the day by which a recommendation shall be carried out, or none."""
    years = int(rng.choice(TERMS))
    return "" if rng.random() < WITHOUT_TERM else dt.date(adopted.year + years, 12, 31).isoformat()

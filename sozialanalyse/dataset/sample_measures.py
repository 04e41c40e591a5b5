"""Sample measures: profiles kept by hand, with carriers, partners, means and days drawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from sozialanalyse.dataset.sample_recommendations import ADOPTED, LATEST_DAY

__all__ = ["draw_measures"]

STATUS_OF_MEASURE: Final[dict[str, tuple[str, ...]]] = {
    "offen": ("offen", "in_planung"),
    "in_planung": ("in_planung",),
    "in_umsetzung": ("in_umsetzung",),
    "umgesetzt": ("umgesetzt", "in_umsetzung"),
    "verstetigt": ("verstetigt",),
    "zurueckgestellt": ("zurueckgestellt",),
    "verworfen": ("verworfen",),
}
"""Status that a measure can have, by that of the recommendation it serves."""
BEGUN: Final = ("in_umsetzung", "umgesetzt", "verstetigt")
NEXT_YEAR_END: Final = dt.date(LATEST_DAY.year + 1, 12, 31)
FREE_STATUS: Final = ("in_planung", "in_umsetzung", "umgesetzt")
"""Status of measures that serve no recommendation."""
CARRIERS: Final = (
    "Wohlfahrtsverband (Beispiel)",
    "Freier Träger der Jugendhilfe (Beispiel)",
    "Stadt Oberhausen",
    "Kirchengemeinde (Beispiel)",
    "Verein im Stadtteil (Beispiel)",
)
PARTNERS: Final[dict[str, tuple[str, ...]]] = {
    "familie": (
        "Kitas und Familienzentren",
        "Quartiersbüro und Kinderschutz",
        "Grundschulen und Beratungsstellen",
    ),
    "bildung": ("Schulen und Schulsozialarbeit", "Bibliothek und Volkshochschule", "Kitas und Schulamt"),
    "arbeit": ("Jobcenter und Betriebe", "Schuldnerberatung und Quartiersbüro", "Kammern und Berufskollegs"),
    "gesundheit": ("Praxen und Krankenkassen", "Sportvereine und Kitas", "Gesundheitsamt und Pflegedienste"),
    "wohnen": ("Wohnungsgesellschaften", "Stadtplanung und Schulen", "Nachbarschaft und Grünpflege"),
    "zusammenleben": ("Quartiersbüro und Vereine", "Religionsgemeinschaften", "Jugendgruppen und Schulen"),
    "alter": ("Pflegedienste und Begegnungsstätten", "Hausärztliche Praxen", "Seniorenvertretung"),
    "steuerung": ("Alle beteiligten Einrichtungen", "Statistikstelle und Fachbereiche"),
}
RESOURCES: Final = (
    "Halbe Stelle, ein Raum",
    "Eine Stelle, Sachmittel für das erste Jahr",
    "Honorare und Material",
    "Ehrenamt mit Begleitung durch eine Viertelstelle",
    "noch offen",
)
FUNDING: Final = ("Haushalt der Stadt", "Landesförderung, befristet", "Stiftung, befristet", "noch offen")
FUNDING_OF_FIELD: Final[dict[str, tuple[str, ...]]] = {
    "gesundheit": ("Krankenkassen (Prävention)",),
    "wohnen": ("Städtebauförderung",),
    "zusammenleben": ("Städtebauförderung", "Verfügungsfonds"),
    "arbeit": ("Jobcenter",),
}
LOCAL_SHARE: Final = 0.6
"""Share of measures that are in the first Sozialraum of their recommendation only."""
LASTING: Final = 0.25
"""Share of measures without an end."""
TEXTS: Final = ("title", "place", "need", "goal", "target_group", "success_criteria")

Row = dict[str, object]


def draw_measures(
    by_district: Mapping[str, Sequence[Mapping[str, Any]]],
    further: Sequence[Mapping[str, Any]],
    recommendations: Sequence[Row],
    log: Sequence[Row],
    rng: np.random.Generator,
) -> list[Row]:
    """Draw the rows of ``measures.csv``.

    Parameters
    ----------
    by_district : mapping from Sozialraum to recommendations
        The texts that are kept by hand, each with its measures.
    further : sequence
        Measures that serve no recommendation, with areas, field, vision and indicators of their own.
    recommendations, log : sequence of rows
        Already drawn; a measure takes evidence, vision and the possible status from its recommendation.
    rng : Generator
        Draws carriers, partners, means, days and status.
    """
    latest = {row["recommendation_id"]: row for row in log}
    measures: list[Row] = []
    texts = [(district, entry) for district, entries in by_district.items() for entry in entries]
    for (district, entry), recommendation in zip(texts, recommendations, strict=True):
        last = latest[recommendation["recommendation_id"]]
        for profile in entry["measures"]:
            local = rng.random() < LOCAL_SHARE or len(str(recommendation["area_ids"])) > 2 * len("01|02")
            status = str(rng.choice(STATUS_OF_MEASURE[str(last["status"])]))
            shared = {name: recommendation[name] for name in ("field", "vision", "recommendation_id")}
            evidence = {name: recommendation[name] for name in ("indicator_ids", "statement_ids")}
            areas = district if local else recommendation["area_ids"]
            measures.append(
                _row(profile, {**shared, **evidence, "area_ids": areas}, ADOPTED[district], status, rng)
            )
    for profile in further:
        own = {
            "field": profile["field"],
            "area_ids": "|".join(profile["areas"]),
            "vision": "|".join(profile["vision"]),
            "indicator_ids": "|".join(profile["indicators"]),
            "statement_ids": "",
            "recommendation_id": "",
        }
        measures.append(_row(profile, own, ADOPTED["01"], str(rng.choice(FREE_STATUS)), rng))
    return [{"measure_id": f"MS-{number:02d}", **row} for number, row in enumerate(measures, start=1)]


def _row(
    profile: Mapping[str, Any], given: Row, adopted: dt.date, status: str, rng: np.random.Generator
) -> Row:
    """Return a measure with what is drawn about it."""
    field = str(given["field"])
    if status in BEGUN:
        start = adopted + dt.timedelta(days=int(rng.integers(90, (LATEST_DAY - adopted).days)))
    else:
        start = LATEST_DAY + dt.timedelta(days=int(rng.integers(60, 500)))
    start = start.replace(day=1)
    months = int(rng.choice((12, 18, 24, 36)))
    ended = start + dt.timedelta(days=round(months * 30.44))
    if status == "umgesetzt":
        ended = min(ended, LATEST_DAY)
    if status == "in_umsetzung":
        ended = max(ended, NEXT_YEAR_END)
    lasting = status == "verstetigt" or (status != "umgesetzt" and rng.random() < LASTING)
    return {
        **{name: profile[name] for name in TEXTS},
        **given,
        "carrier": str(rng.choice(CARRIERS)),
        "partners": str(rng.choice(PARTNERS[field])),
        "resources": str(rng.choice(RESOURCES)),
        "funding": str(rng.choice((*FUNDING, *FUNDING_OF_FIELD.get(field, ())))),
        "start": start.isoformat(),
        "end": "" if lasting else ended.isoformat(),
        "status": status,
        "synthetic": "true",
    }

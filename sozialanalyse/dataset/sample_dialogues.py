"""Sample dialogues and statements: six real events with made-up numbers and statements, and an update.

Real are the Sozialräume of each round, its month, the themes of the tables and the number of institutions,
and that the Handlungsempfehlungen of Alt-Oberhausen were updated in the second round. How many people came
is drawn within the range that is known, and left blank for the update; every statement is made up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from sozialanalyse.dataset.sample_areas import DISTRICTS, QUARTERS

__all__ = ["UPDATE_TITLES", "draw_dialogues", "draw_statements", "draw_update"]

THEMES: Final = ("familie", "bildung", "arbeit", "lebensraum", "erfassung")
ROUNDS: Final = ((1, "2021-12-01", ("01", "02", "03")), (2, "2023-02-01", ("04", "05", "06")))
"""Number, first day of the month (the day itself is not known) and Sozialräume of each round."""
UPDATED: Final = ROUNDS[0][2]
"""Sozialräume whose Handlungsempfehlungen were updated with the second round."""
UPDATE_TITLES: Final = {
    district: f"Fortschreibung der Handlungsempfehlungen {DISTRICTS[district]}" for district in UPDATED
}
UPDATED_THEMES: Final = THEMES[:-1]
FEWEST_PEOPLE: Final = 60
MOST_PEOPLE: Final = 95
INSTITUTIONS: Final = 45
TABLES: Final = 9
"""Most tables at which a statement can come up."""
QUARTER_SHARE: Final = 0.35
"""Share of statements that are about one quarter rather than the Sozialraum as a whole."""

Row = dict[str, object]
Pool = Mapping[str, Mapping[str, list[dict[str, Any]]]]


def draw_dialogues(rng: np.random.Generator) -> list[Row]:
    """Draw the rows of ``dialogues.csv``.

    Parameters
    ----------
    rng : Generator
        Draws how many people came.
    """
    return [
        {
            "dialogue_id": f"D{number}-{district}",
            "area_id": district,
            "date": day,
            "title": f"Expert*innendialog {DISTRICTS[district]}",
            "round": number,
            "participants": int(rng.integers(FEWEST_PEOPLE, MOST_PEOPLE + 1)),
            "institutions": INSTITUTIONS,
            "themes": "|".join(THEMES),
            "synthetic": "true",
        }
        for number, day, districts in ROUNDS
        for district in districts
    ]


def draw_statements(pool: Pool, rng: np.random.Generator) -> list[Row]:
    """Draw the rows of ``statements.csv``.

    Parameters
    ----------
    pool : mapping from theme and stance to statements
        What could be said: domain, indicators, text.
    rng : Generator
        Draws what is said where, at how many tables, and whether it is about one quarter.

    Returns
    -------
    list of rows
        In the order of dialogues and themes, each with the `key` of its text. Needs weigh more where the
        quarters are more deprived, with chance on top, so that experts and statistics agree often but not
        always.
    """
    rows: list[Row] = []
    for number, _, districts in ROUNDS:
        for district in districts:
            rows += _statements(pool, f"D{number}-{district}", district, THEMES, len(rows), rng)
    return rows


def draw_update(pool: Pool, before: int, rng: np.random.Generator) -> tuple[list[Row], list[Row]]:
    """Draw the update of the first round's Sozialräume: rows of ``dialogues.csv`` and ``statements.csv``.

    Parameters
    ----------
    pool : mapping from theme and stance to statements
        As in `draw_statements`.
    before : int
        Number of statements that are there already.
    rng : Generator
        Draws what is said; one of its own leaves the other tables as they are.
    """
    number, day, _ = ROUNDS[1]
    events: list[Row] = []
    rows: list[Row] = []
    for district in UPDATED:
        key = f"D{number}-{district}"
        events.append(
            {
                "dialogue_id": key,
                "area_id": district,
                "date": day,
                "title": UPDATE_TITLES[district],
                "round": number,
                "participants": "",
                "institutions": "",
                "themes": "|".join(UPDATED_THEMES),
                "synthetic": "true",
            }
        )
        rows += _statements(pool, key, district, UPDATED_THEMES, before + len(rows), rng)
    return events, rows


def _statements(
    pool: Pool, key: str, district: str, themes: tuple[str, ...], before: int, rng: np.random.Generator
) -> list[Row]:
    """Draw the statements of one event."""
    inside = [quarter for quarter in QUARTERS if quarter.area_id.startswith(district)]
    burden = float(np.mean([quarter.traits[0] for quarter in inside]))
    rows: list[Row] = []
    for theme in themes:
        mood = burden + float(rng.normal(0, 0.7))
        for stance, said in _said(pool[theme], mood, rng):
            expected = 2.5 + 1.5 * mood if stance == "need" else 2.5 - 0.8 * mood
            quarter = inside[int(rng.integers(len(inside)))].area_id
            rows.append(
                {
                    "statement_id": f"A{before + len(rows) + 1:03d}",
                    "dialogue_id": key,
                    "area_id": quarter if rng.random() < QUARTER_SHARE else district,
                    "theme": theme,
                    "domain": said["domain"],
                    "stance": stance,
                    "key": said.get("key", ""),
                    "text": said["text"],
                    "weight": int(np.clip(round(expected + float(rng.normal(0, 1.2))), 1, TABLES)),
                    "indicator_ids": "|".join(said["indicators"]),
                    "synthetic": "true",
                }
            )
    return rows


def _said(
    pool: Mapping[str, list[dict[str, Any]]], mood: float, rng: np.random.Generator
) -> list[tuple[str, dict[str, Any]]]:
    """Draw the statements on one theme at one dialogue, needs first."""
    needs = int(np.clip(round(3.2 + mood), 2, len(pool["need"])))
    counts = {"need": needs, "support": int(rng.integers(1, 3))}
    return [
        (stance, pool[stance][position])
        for stance, count in counts.items()
        for position in sorted(rng.choice(len(pool[stance]), size=count, replace=False).tolist())
    ]

"""The planning tables of the sample: texts kept by hand beside this module, dialogues and places drawn.

Real are only the positive developments, which the city itself names, and the frame of the events and the
first conference; every other row is marked as synthetic.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml
from shapely.geometry import Polygon

from sozialanalyse.dataset.sample_dialogues import draw_dialogues, draw_statements, draw_update
from sozialanalyse.dataset.sample_institutions import draw_institutions
from sozialanalyse.dataset.sample_measures import measure_rows
from sozialanalyse.dataset.sample_recommendations import recommendation_rows

__all__ = ["draw_planning"]

SOURCE: Final = "Präsentation der Stadt Oberhausen zur Sozialplanung"
STREAM: Final = 2
"""Keeps the numbers that are drawn here apart from those of the population and the observations."""
UPDATE: Final = 1
"""Keeps the update apart from the first events."""
INSTITUTIONS: Final = 2
"""Keeps the institutions apart from the dialogues."""

Row = dict[str, object]


def draw_planning(polygons: Mapping[str, Polygon], seed: int) -> dict[str, list[Row]]:
    """Draw all planning tables.

    Parameters
    ----------
    polygons : mapping from quarter to Polygon
        In which institutions are put.
    seed : int
        The same seed gives the same rows.

    Returns
    -------
    dict from table name to rows
        A row has every column of the form of its table; a statement also the `key` of its text.
    """
    texts = {name: _texts(name) for name in ("statements", "recommendations", "goals", "measures")}
    rng = np.random.default_rng([seed, STREAM])
    dialogues = draw_dialogues(rng)
    statements = draw_statements(texts["statements"], rng)
    events, said = draw_update(
        texts["statements"], len(statements), np.random.default_rng([seed, STREAM, UPDATE])
    )
    dialogues, statements = dialogues + events, statements + said
    held = {str(row["dialogue_id"]): row for row in dialogues}
    recommendations, log = recommendation_rows(texts["recommendations"], statements, held)
    return {
        "dialogues": dialogues,
        "statements": statements,
        "recommendations": recommendations,
        "recommendation_log": log,
        "measures": measure_rows(texts["recommendations"], texts["measures"], statements, held),
        "goals": _goals(texts["goals"]),
        "institutions": draw_institutions(polygons, np.random.default_rng([seed, STREAM, INSTITUTIONS])),
        "developments": _developments(_texts("developments")),
    }


def _texts(name: str) -> Any:
    return yaml.safe_load(Path(__file__).with_name(f"sample_{name}.yaml").read_text(encoding="utf-8"))


def _goals(conferences: list[dict[str, Any]]) -> list[Row]:
    """Return the strategic goals of each group, each followed by the operational ones that serve it."""
    rows: list[Row] = []
    for conference in conferences:
        for group, strategic in conference["groups"].items():
            parent = f"Z-{len(rows) + 1:02d}"
            shared = {
                "conference": conference["conference"],
                "topic": conference["topic"],
                "group": group,
                "field": strategic["field"],
                "vision": "|".join(strategic["vision"]),
                "synthetic": "true",
            }
            blank = dict.fromkeys(
                ("parent_goal_id", "indicator_id", "area_id", "target_value", "target_date"), ""
            )
            own = {name: strategic[name] for name in ("text", "responsible", "status")}
            rows.append({**blank, **shared, **own, "goal_id": parent, "kind": "strategic"})
            rows += [
                {
                    **blank,
                    **shared,
                    **part,
                    "goal_id": f"Z-{len(rows) + place:02d}",
                    "kind": "operational",
                    "parent_goal_id": parent,
                }
                for place, part in enumerate(strategic["parts"], start=1)
            ]
    return rows


def _developments(entries: list[dict[str, Any]]) -> list[Row]:
    """Return the positive developments, the only rows here that are not made up."""
    return [
        {
            "development_id": f"PE-{number:02d}",
            "text": entry["text"],
            "field": entry["field"],
            "area_ids": "|".join(entry.get("areas", [])),
            "vision": "|".join(entry["vision"]),
            "source": SOURCE,
            "synthetic": "false",
        }
        for number, entry in enumerate(entries, start=1)
    ]

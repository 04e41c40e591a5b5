"""What is already recommended and planned on the subject of a page, by the indicators that measure it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

import pandas as pd

from sozialanalyse.report.fragment import Fragment, note, paragraph
from sozialanalyse.report.numbers import join_words
from sozialanalyse.report.plan_view import (
    SocialPlan,
    addressees_of,
    day_text,
    missing_table,
    quotes,
    with_example,
)
from sozialanalyse.report.tables import Cell, html_table

__all__ = ["planned"]

_TABLES: Final = ("recommendations", "recommendation_log", "measures", "statements")


def planned(plan: SocialPlan, indicator_ids: Collection[str]) -> Fragment:
    """Return the Handlungsempfehlungen and Maßnahmen that rest on an indicator, and what experts said of it.

    Parameters
    ----------
    plan : SocialPlan
        The planning tables, usually of the whole city.
    indicator_ids : collection of str
        The indicators of the subject; none where the dataset does not have them.
    """
    missing = missing_table(plan, *_TABLES)
    if not indicator_ids:
        return note("Entfällt: Der Datensatz hat keinen Indikator zu diesem Thema.") + missing
    labels = plan.area.analysis.indicators["label"]
    subject = join_words([f"»{labels[key]}«" for key in indicator_ids])
    aims, measures = (_naming(frame, indicator_ids) for frame in (plan.standing, plan.measures))
    said = _naming(plan.statements, indicator_ids)
    said = said[said["stance"] == "need"]
    text = f"Auf {subject} stützen sich {_count(len(aims), 'Handlungsempfehlung', 'en')} und "
    text += f"{_count(len(measures), 'Maßnahme', 'n')}."
    if len(said):
        words = dict(zip(said["statement_id"], said["text"], strict=True))
        text += f" Expert*innen sagen dazu: {join_words(quotes(words, words))}."
    result = paragraph(text) + missing
    rows = [*_aim_rows(plan, aims, indicator_ids), *_measure_rows(plan, measures, indicator_ids)]
    if not rows:
        return result
    header = ["Vorhaben", "Gebiet", "zuständig", "Stand", "stützt sich auf"]
    if len(indicator_ids) == 1:
        header, rows = header[:-1], [row[:-1] for row in rows]
    caption = "Handlungsempfehlungen und Maßnahmen zu diesem Thema"
    return (
        result
        + html_table(caption, header, rows)
        + note(
            "Aufgenommen ist, was einen dieser Indikatoren als Beleg nennt. Die Steckbriefe stehen auf der "
            "Seite »Maßnahmen«, die Verläufe auf der Seite »Controlling der Handlungsempfehlungen«."
        )
    )


def _naming(frame: pd.DataFrame, indicator_ids: Collection[str]) -> pd.DataFrame:
    """Keep the rows that name one of these indicators."""
    named = [bool(set(keys) & set(indicator_ids)) for keys in frame["indicator_ids"]]
    return frame[pd.Series(named, index=frame.index, dtype=bool)]


def _count(number: int, word: str, ending: str) -> str:
    return f"{number or 'keine'} {word}{'' if number == 1 else ending}"


def _reasons(plan: SocialPlan, keys: Iterable[str], indicator_ids: Collection[str]) -> str:
    labels = plan.area.analysis.indicators["label"]
    return ", ".join(str(labels[key]) for key in keys if key in indicator_ids)


def _aim_rows(
    plan: SocialPlan, frame: pd.DataFrame, indicator_ids: Collection[str]
) -> list[list[Cell | str]]:
    return [
        [
            Cell(str(row["text"]), with_example(str(row["recommendation_id"]), bool(row["synthetic"]))),
            plan.area_names(row["area_ids"]),
            "; ".join(addressees_of(row["addressee"])),
            Cell(plan.status_label(row["status"]), f"seit\u00a0{day_text(row['since'])}"),
            _reasons(plan, row["indicator_ids"], indicator_ids),
        ]
        for row in frame.to_dict("records")
    ]


def _measure_rows(
    plan: SocialPlan, frame: pd.DataFrame, indicator_ids: Collection[str]
) -> list[list[Cell | str]]:
    return [
        [
            Cell(f"Maßnahme »{row['title']}«", with_example(str(row["measure_id"]), bool(row["synthetic"]))),
            plan.area_names(row["area_ids"]),
            str(row["carrier"]),
            Cell(plan.status_label(row["status"]), f"ab\u00a0{day_text(row['start'])}"),
            _reasons(plan, row["indicator_ids"], indicator_ids),
        ]
        for row in frame.to_dict("records")
    ]

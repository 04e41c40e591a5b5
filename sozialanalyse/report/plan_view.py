"""What the pages of social planning are made from: the planning tables beside released figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from sozialanalyse.dataset.planning_cells import entries_of
from sozialanalyse.dataset.planning_forms import PLANNING_FORMS
from sozialanalyse.disclosure.release import ReleasedTable, require_released
from sozialanalyse.planning.dialogue import DialogueRule
from sozialanalyse.planning.recommendations import Patience
from sozialanalyse.planning.rules import PlanningRules, StatusKind
from sozialanalyse.report.fragment import Fragment, warning
from sozialanalyse.report.numbers import format_change, format_interval, format_value, join_words
from sozialanalyse.report.tables import Cell
from sozialanalyse.report.view import AreaView, Row, records

__all__ = [
    "CATEGORY_WORDS",
    "EXAMPLE",
    "EXPERT_WORDS",
    "NEED_WORDS",
    "SIGNAL_WORDS",
    "SocialPlan",
    "absent_table",
    "addressees_of",
    "day_text",
    "difference_text",
    "missing_table",
    "open_reason",
    "plan_origin",
    "quotes",
    "weights_text",
    "with_example",
    "without_recommendations",
]

CATEGORY_WORDS: Final[dict[str, str]] = {
    "agreed": "gemeinsam gesehener Bedarf",
    "statistics": "nur Statistik",
    "experts": "nur Expert*innen",
    "none": "kein Bedarf gesehen",
    "insufficient": "Daten reichen nicht",
}
"""What statistics and experts say together, most agreement first."""

SIGNAL_WORDS: Final[dict[str, str]] = {
    "need": "zeigt Bedarf",
    "none": "zeigt keinen Bedarf",
    "unclear": "lässt es offen",
}
"""What the statistics say of a theme."""

NEED_WORDS: Final[dict[str, str]] = {
    "agreed": "Bedarf sehen Statistik und Expert*innen gemeinsam bei",
    "statistics": "Bedarf zeigt nur die Statistik bei",
    "experts": "Bedarf sehen nur die Expert*innen bei",
    "none": "Keinen größeren Bedarf sehen beide bei",
    "insufficient": "Die Daten reichen nicht bei",
}
"""The same as beginnings of sentences."""

EXPERT_WORDS: Final[dict[str, str]] = {
    "need": "sehen Bedarf",
    "none": "sehen keinen vorrangigen Bedarf",
    "unasked": "noch nicht gefragt",
}
"""What the experts say of a theme."""

EXAMPLE: Final = "Beispiel"
"""Marks a row that is made up."""


@dataclass(frozen=True, slots=True)
class SocialPlan:
    """The planning tables as far as they concern one area, beside the figures that may be shown.

    Attributes
    ----------
    area : AreaView
        The city or a Sozialraum.
    rules : PlanningRules
        Status scale, themes, fields, visions.
    needs_rule : DialogueRule
        By which limits a need counts as seen.
    patience : Patience
        How long something may rest.
    level : str
        Level of the Sozialräume.
    places : mapping of area to Sozialräume
        From `sozialanalyse.planning.places.places_at_level`.
    since, until : Timestamp
        First and last day of the reporting period; missing without any history.
    absent : tuple of str
        Names of planning tables that the dataset does not have.
    by_domain : tuple of str
        Themes of whose indicators in the rules the dataset has none; those of their domains stand for them.
    indicators, needs, changes : ReleasedTable
        Rows of `theme_indicators`, `compare_views` and `target_changes`, the last for the city as a whole or
        for the parts of a Sozialraum.
    dialogues, statements, weights : DataFrame
        The events of the Sozialräume of this area, what was said there, and rows of `theme_weights`.
    standing, moves, durations : DataFrame
        Rows of `standing_at`, `movements` and `spells` for the recommendations that concern this area.
    log : DataFrame
        Their entries up to the last day.
    measures, evidence, unserved : DataFrame
        The measures that concern this area, rows of `evidence_of` and `unserved_needs`.
    developments : DataFrame
        Positive developments that concern this area.
    """

    area: AreaView
    rules: PlanningRules
    needs_rule: DialogueRule
    patience: Patience
    level: str
    places: Mapping[str, tuple[str, ...]]
    since: pd.Timestamp
    until: pd.Timestamp
    absent: tuple[str, ...]
    by_domain: tuple[str, ...]
    indicators: ReleasedTable
    needs: ReleasedTable
    changes: ReleasedTable
    dialogues: pd.DataFrame
    statements: pd.DataFrame
    weights: pd.DataFrame
    standing: pd.DataFrame
    moves: pd.DataFrame
    durations: pd.DataFrame
    log: pd.DataFrame
    measures: pd.DataFrame
    evidence: pd.DataFrame
    unserved: pd.DataFrame
    developments: pd.DataFrame

    def __post_init__(self) -> None:
        for table in (self.indicators, self.needs, self.changes):
            require_released(table)

    @property
    def level_label(self) -> str:
        """German word for a Sozialraum in this dataset."""
        return self.area.analysis.label_of(self.level)

    @property
    def districts(self) -> tuple[str, ...]:
        """Keys of the Sozialräume of this area."""
        return self.places[self.area.area_id]

    @property
    def own_needs(self) -> dict[str, Row]:
        """What statistics and experts say of this area, by theme; nothing for other than a Sozialraum."""
        return records(self.needs.where(area_id=self.area.area_id).frame.set_index("theme"))

    def kind_of(self, status: str) -> str:
        """Return what a status means; a recommendation without any entry is open."""
        return self.rules.status(status).kind if status else "open"

    def status_label(self, status: str) -> str:
        """Return the German word for a status."""
        return self.rules.status(status).label if status else "ohne Eintrag"

    def area_names(self, keys: tuple[str, ...]) -> str:
        """Return the names of areas; »stadtweit« for none, the city, or all of its Sozialräume."""
        root = self.area.analysis.root_id
        if not keys or root in keys or set(self.places[root]) <= set(keys):
            return "stadtweit"
        names = self.area.analysis.areas["name"]
        return ", ".join(str(names[key]) for key in keys)

    def kind_words(self, kind: StatusKind) -> str:
        """Return the statuses of a kind in words, such as ``"umgesetzt oder verstetigt"``."""
        labels = self.rules.labels("statuses")
        return join_words([labels[key] for key in self.rules.statuses_of(kind)], "oder")


def missing_table(plan: SocialPlan, *names: str) -> Fragment:
    """Return a remark for each of these tables that the dataset lacks, with what to do."""
    result = Fragment("", "")
    for name in names:
        if name in plan.absent:
            result += absent_table(name)
    return result


def absent_table(name: str) -> Fragment:
    """Return a remark that the dataset lacks this planning table, with what to do."""
    return warning(
        f"Es fehlt die Tabelle »{name}« ({PLANNING_FORMS[name].title}). Sobald {name}.csv oder ein "
        f"Tabellenblatt »{name}« im Datenordner liegt, erscheint dieser Abschnitt. Die Spalten nennt "
        "die Arbeitsmappe, die »sozialanalyse new« anlegt."
    )


def without_recommendations(plan: SocialPlan) -> Fragment | None:
    """Return why nothing can be said of Handlungsempfehlungen, if that is so."""
    if missing := missing_table(plan, "recommendations", "recommendation_log"):
        return missing
    if not len(plan.standing):
        return warning(
            f"Für {plan.area.name} gab es am {day_text(plan.until)} keine Handlungsempfehlung. Wird ein "
            "anderer Zeitraum gewünscht, bitte »until« ändern."
        )
    return None


def plan_origin(tables: Mapping[str, pd.DataFrame]) -> str:
    """Return the line below a figure drawn from planning tables: which, and up to which day.

    Parameters
    ----------
    tables : mapping of table to DataFrame
        The rows shown of each, with a column ``synthetic``; those with a column ``date`` say the day.

    Examples
    --------
    >>> plan_origin({"dialogues": pd.DataFrame({"date": [pd.Timestamp("2023-02-07")], "synthetic": [False]})})
    'Quelle: Tabelle »dialogues« (Expert*innendialoge); Stand: 07.02.2023.'
    """
    word = "Quelle"
    if any(frame["synthetic"].any() for frame in tables.values()):
        word += " (mit erfundenen Beispielen)"
    named = join_words([f"»{name}« ({PLANNING_FORMS[name].title})" for name in tables])
    line = f"{word}: {'Tabelle' if len(tables) == 1 else 'Tabellen'} {named}"
    days = [frame["date"].max() for frame in tables.values() if "date" in frame]
    known = [day for day in days if pd.notna(day)]
    return f"{line}; Stand: {day_text(max(known))}." if known else f"{line}."


def day_text(day: pd.Timestamp) -> str:
    """Write a day in German; a missing one as a dash.

    Examples
    --------
    >>> day_text(pd.Timestamp("2023-02-07")), day_text(pd.NaT)
    ('07.02.2023', '–')
    """
    return "–" if pd.isna(day) else f"{day:%d.%m.%Y}"


def addressees_of(cell: str) -> tuple[str, ...]:
    """Return who is addressed, each once.

    Examples
    --------
    >>> addressees_of("Jobcenter | Fachbereich Kinder, Jugend und Familie")
    ('Jobcenter', 'Fachbereich Kinder, Jugend und Familie')
    """
    return tuple(dict.fromkeys(filter(None, entries_of(cell))))


def quotes(said: Mapping[str, str], keys: Iterable[str]) -> list[str]:
    """Quote statements with their keys; the same words, said on several occasions, stand once.

    Examples
    --------
    >>> quotes({"A1": "Es ist laut.", "A2": "Es ist eng.", "A3": "Es ist laut."}, ["A1", "A2", "A3", "A9"])
    ['»Es ist laut.« (A1, A3)', '»Es ist eng.« (A2)']
    """
    found: dict[str, list[str]] = {}
    for key in keys:
        if key in said:
            found.setdefault(said[key], []).append(key)
    return [f"»{text}« ({', '.join(names)})" for text, names in found.items()]


def with_example(text: str, synthetic: bool) -> str:
    """Add the mark of a made-up row to a text.

    Examples
    --------
    >>> with_example("12 Tische", True), with_example("", True), with_example("", False)
    ('12 Tische · Beispiel', 'Beispiel', '')
    """
    return " · ".join(filter(None, (text, EXAMPLE if synthetic else "")))


def open_reason(plan: SocialPlan, row: Row) -> str:
    """Return in a few words why the statistics leave a theme open; ``""`` where they do not."""
    if row["signal"] != "unclear":
        return ""
    if not row["listed"]:
        return "keine Zahl zu diesem Thema"
    if not row["usable"] or row["usable"] < plan.needs_rule.fewest_share * row["listed"]:
        return f"zu wenige Indikatoren mit Intervall: {row['usable']} von {row['listed']}"
    return "das Intervall lässt beides zu"


def city_cells(area: AreaView, row: Row, data: Mapping[str, str], decimals: int) -> tuple[Cell, Cell]:
    """Return what the city has, and how far the area is from it with the interval of that."""
    return (
        Cell(
            format_value(row["city_value"], row["unit"], decimals), data={**data, "area": area.root.area_id}
        ),
        Cell(
            format_change(row["city_difference"], decimals),
            format_interval(row["city_lower"], row["city_upper"], decimals),
        ),
    )


def difference_text(plan: SocialPlan, row: Row) -> str:
    """Write the statistical signal of a theme with its interval, and why it is left open."""
    number: str = (
        f"{format_change(row['difference'], 2)} ({format_interval(row['lower'], row['upper'], 2)})"
        if pd.notna(row["difference"])
        else ""
    )
    return "; ".join(filter(None, (number, open_reason(plan, row))))


def weights_text(row: Row) -> str:
    """Write the weights of what the experts said on a theme; nothing where they were not asked."""
    return "" if row["experts"] == "unasked" else f"Bedarf {row['need']}, läuft gut {row['support']}"

"""What the planning tables may say: status scale, themes, visions, fields of action, topics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from sozialanalyse.errors import ParameterError

__all__ = [
    "STATUS_KINDS",
    "Category",
    "CoreElement",
    "FieldOfAction",
    "PlanningRules",
    "Status",
    "StatusKind",
    "Theme",
    "Topic",
    "Vision",
]

StatusKind = Literal["open", "active", "done", "stopped"]
STATUS_KINDS: Final[tuple[StatusKind, ...]] = ("open", "active", "done", "stopped")


@dataclass(frozen=True, slots=True)
class Status:
    """One step of the status scale.

    Attributes
    ----------
    id, label : str
        Key and German label.
    kind : {"open", "active", "done", "stopped"}
        Not begun, under way, reached, or given up for now or for good.
    next : tuple of str
        Keys of the steps that may follow.
    """

    id: str
    label: str
    kind: StatusKind
    next: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Theme:
    """One theme of the tables at a dialogue.

    Attributes
    ----------
    id, label : str
        Key and German label.
    domains : tuple of str
        Domains of the statistics that it touches.
    indicator_ids : tuple of str
        Indicators whose signal stands for the theme; a dataset may lack some. None: nothing is measured.
    questions : tuple of str
        German questions that the statistics leave open, for the hand-out before a dialogue.
    """

    id: str
    label: str
    domains: tuple[str, ...]
    indicator_ids: tuple[str, ...]
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vision:
    """One vision of the integrated urban development concept (iSTEK)."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class FieldOfAction:
    """One Handlungsfeld, with the themes of dialogues and the domains of statistics that belong to it."""

    id: str
    label: str
    themes: tuple[str, ...]
    domains: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Category:
    """One kind of institution in the Sozialnavigator."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class CoreElement:
    """One of the core elements of a heat-health action plan by the WHO.

    Attributes
    ----------
    id, label : str
        Key and German label.
    description : str
        What it asks for, one German sentence.
    """

    id: str
    label: str
    description: str


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic of a Sozialkonferenz.

    Attributes
    ----------
    id, label, title : str
        Key, German name of the topic and title of the conference.
    description : str
        German sentence on what it is about.
    facts : str
        What is known of the conference (day, number of people), a German sentence, or ``""``.
    indicator_ids : tuple of str
        Indicators of the topic, most telling first; a dataset may lack some.
    groups : tuple of str
        German names of the groups that worked at the conference.
    fields : tuple of str
        Handlungsfelder that the topic touches.
    """

    id: str
    label: str
    title: str
    description: str
    facts: str
    indicator_ids: tuple[str, ...]
    groups: tuple[str, ...]
    fields: tuple[str, ...]


class _Named(Protocol):
    @property
    def id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class PlanningRules:
    """Everything that the planning tables may say, each in the order in which it is shown.

    Attributes
    ----------
    statuses : tuple of Status
        The first is the one with which every history begins.
    themes, visions, fields, categories, core_elements, topics
        Closed lists.

    Raises
    ------
    ParameterError
        If a key occurs twice in a list, or a reference to another list leads nowhere; names all of them.
    """

    statuses: tuple[Status, ...]
    themes: tuple[Theme, ...]
    visions: tuple[Vision, ...]
    fields: tuple[FieldOfAction, ...]
    categories: tuple[Category, ...]
    core_elements: tuple[CoreElement, ...]
    topics: tuple[Topic, ...]

    def __post_init__(self) -> None:
        lists: dict[str, Sequence[_Named]] = {
            "statuses": self.statuses,
            "themes": self.themes,
            "visions": self.visions,
            "fields": self.fields,
            "categories": self.categories,
            "core_elements": self.core_elements,
            "topics": self.topics,
        }
        faults = [
            f"»{name}«: »{entry.id}« kommt zweimal vor."
            for name, entries in lists.items()
            for place, entry in enumerate(entries)
            if entry.id in [earlier.id for earlier in entries[:place]]
        ]
        links: list[tuple[str, str, str, tuple[str, ...], Sequence[_Named]]]
        links = [("statuses", status.id, "next", status.next, self.statuses) for status in self.statuses]
        links += [("fields", field.id, "themes", field.themes, self.themes) for field in self.fields]
        links += [("topics", topic.id, "fields", topic.fields, self.fields) for topic in self.topics]
        faults += [
            f"»{name}«, »{key}«: »{column}« nennt »{entry}«, das es nicht gibt."
            for name, key, column, entries, known in links
            for entry in entries
            if entry not in [other.id for other in known]
        ]
        if not self.statuses or self.statuses[0].kind != "open":
            faults.append(
                "»statuses«: Der erste Stand muss »kind: open« haben; mit ihm beginnt jeder Verlauf."
            )
        if faults:
            raise ParameterError("Die Regeln der Planung widersprechen sich:\n- " + "\n- ".join(faults))

    @property
    def first_status(self) -> str:
        """Key of the status with which every history begins."""
        return self.statuses[0].id

    def status(self, key: str) -> Status:
        """Return a status by its key.

        Raises
        ------
        KeyError
            If there is none.
        """
        return {status.id: status for status in self.statuses}[key]

    def statuses_of(self, *kinds: StatusKind) -> tuple[str, ...]:
        """Return the keys of all statuses of these kinds, in the order of the scale."""
        return tuple(status.id for status in self.statuses if status.kind in kinds)

    def topic(self, key: str) -> Topic:
        """Return a topic by its key.

        Raises
        ------
        ParameterError
            If there is none; names those that there are.
        """
        found = {topic.id: topic for topic in self.topics}
        if key not in found:
            raise ParameterError(
                f"Das Thema »{key}« gibt es nicht. In topics.yaml stehen: {', '.join(found)}."
            )
        return found[key]

    def labels(
        self,
        name: Literal["statuses", "themes", "visions", "fields", "categories", "core_elements", "topics"],
    ) -> dict[str, str]:
        """Return the German labels of one list by their keys, in its order."""
        return {entry.id: entry.label for entry in getattr(self, name)}

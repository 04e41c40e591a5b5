"""The index page: every rendered page, grouped by notebook and by the hierarchy of areas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sozialanalyse.site.frame import TEMPLATES, Provenance, fill

__all__ = ["IndexEntry", "IndexSection", "render_index"]

_MOST_PAGES_UNFOLDED: Final = 60


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """One area in the list of a notebook.

    Attributes
    ----------
    area_id, name : str
        The area.
    level : str
        German word for its level, or for a page that is not found by its area the area's name.
    parent_id : str
        Key of the area above, ``""`` at the root.
    href : str
        Address of its page, or ``""`` if it has none and only groups others.
    failed : bool
        Whether its page could not be made.
    outdated : bool
        Whether its page was made earlier, from other data, rules or programs.
    description : str
        One sentence on what the page answers, or ``""``.
    """

    area_id: str
    name: str
    level: str
    parent_id: str
    href: str = ""
    failed: bool = False
    outdated: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True)
class IndexSection:
    """One notebook with its areas; an entry whose parent is not among them stands at the top."""

    title: str
    description: str
    entries: tuple[IndexEntry, ...]


def _pages(count: int) -> str:
    return "1 Seite" if count == 1 else f"{count} Seiten"


@dataclass(frozen=True, slots=True)
class _Node:
    area_id: str
    name: str
    level: str
    href: str
    failed: bool
    outdated: bool
    description: str
    children: tuple[_Node, ...]

    @property
    def pages_below(self) -> str:
        return _pages(sum(child.pages for child in self.children))

    @property
    def pages(self) -> int:
        return bool(self.href) + sum(child.pages for child in self.children)


@dataclass(frozen=True, slots=True)
class _Section:
    title: str
    description: str
    nodes: tuple[_Node, ...]
    folded: bool

    @property
    def count(self) -> str:
        return _pages(sum(node.pages for node in self.nodes))


def render_index(sections: Sequence[IndexSection], provenance: Provenance) -> str:
    """Render the index page.

    Parameters
    ----------
    sections : sequence of IndexSection
        One per notebook, in the order of the page.
    provenance : Provenance
        Where the figures come from.

    Returns
    -------
    str
        A whole document. Groups of areas are folded where a notebook has more than 60 pages; the search field
        appears only where scripts run.
    """
    entries = [entry for section in sections for entry in section.entries]
    pages = sum(bool(entry.href) for entry in entries)
    failed = sum(entry.failed for entry in entries)
    summary = _pages(pages)
    summary += "." if len(sections) == 1 else f" aus {len(sections)} Auswertungen."
    if failed:
        summary += f" {failed} {'Seite konnte' if failed == 1 else 'Seiten konnten'} nicht erstellt werden."
    return fill(
        "index_page.html.j2",
        title="Übersicht",
        summary=summary,
        sections=[_section(section) for section in sections],
        provenance=provenance,
        synthetic=provenance.synthetic,
        notebook="",
        script=(TEMPLATES / "index_page.js").read_text(encoding="utf-8").rstrip(),
    )


def _section(section: IndexSection) -> _Section:
    present = {entry.area_id for entry in section.entries}
    below: dict[str, list[IndexEntry]] = {}
    for entry in section.entries:
        below.setdefault(entry.parent_id if entry.parent_id in present else "", []).append(entry)

    def nodes(parent_id: str) -> tuple[_Node, ...]:
        return tuple(
            _Node(
                entry.area_id,
                entry.name,
                entry.level,
                entry.href,
                entry.failed,
                entry.outdated,
                entry.description,
                nodes(entry.area_id),
            )
            for entry in below.get(parent_id, ())
        )

    folded = sum(bool(entry.href) for entry in section.entries) > _MOST_PAGES_UNFOLDED
    return _Section(section.title, section.description, nodes(""), folded)

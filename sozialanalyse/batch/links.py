"""Which page links to which: navigation between areas, and the sections of the index page."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from sozialanalyse import __version__
from sozialanalyse.batch.manifest import Entry
from sozialanalyse.batch.plan import Plan
from sozialanalyse.batch.recipe import Recipe
from sozialanalyse.batch.runs import Key, Run
from sozialanalyse.dataset.schema import Dataset
from sozialanalyse.site.frame import Link, Provenance
from sozialanalyse.site.index_page import IndexEntry, IndexSection
from sozialanalyse.site.render import Navigation

__all__ = ["AreaTree", "area_tree", "index_sections", "navigation_of", "provenance_of"]


@dataclass(frozen=True, slots=True)
class AreaTree:
    """The hierarchy of areas as plain mappings, in the order of the dataset.

    Attributes
    ----------
    names, levels : mapping from area key to str
        Name, and German word for the level.
    parents : mapping from area key to area key
        ``""`` at the root.
    children : mapping from area key to tuple of area keys
        Only areas that have some.
    """

    names: Mapping[str, str]
    levels: Mapping[str, str]
    parents: Mapping[str, str]
    children: Mapping[str, tuple[str, ...]]

    def above(self, area_id: str) -> tuple[str, ...]:
        """Return the keys above an area, from the root down."""
        found: list[str] = []
        while parent := self.parents[found[0] if found else area_id]:
            found.insert(0, parent)
        return tuple(found)


def area_tree(dataset: Dataset) -> AreaTree:
    """Take the hierarchy out of a dataset."""
    labels = {level.level: level.label for level in dataset.levels}
    areas = dataset.areas
    children: dict[str, tuple[str, ...]] = {}
    parents = dict(zip(areas.index, areas["parent_id"], strict=True))
    for area_id, parent in parents.items():
        if parent:
            children[parent] = (*children.get(parent, ()), area_id)
    return AreaTree(
        dict(zip(areas.index, areas["name"], strict=True)),
        dict(zip(areas.index, areas["level"].map(labels), strict=True)),
        parents,
        children,
    )


def provenance_of(dataset: Dataset) -> Provenance:
    """Return what every page says about the dataset."""
    return Provenance(
        dataset.title,
        __version__,
        dataset.synthetic,
        tuple(Link(source.title, source.path) for source in dataset.sources),
        tuple(Link(source.title, source.path) for source in dataset.licenses),
        dataset.attribution,
    )


def navigation_of(run: Run, tree: AreaTree, pages: Mapping[Key, Run]) -> Navigation:
    """Return the links of a run's page.

    Parameters
    ----------
    run : Run
        Whose page.
    tree : AreaTree
        The hierarchy.
    pages : mapping from key to Run
        The runs that have a page.

    Returns
    -------
    Navigation
        Links to pages of the same notebook and variant; these lie in the same folder.
    """

    def link(area_id: str) -> Link:
        other = pages.get((run.notebook, area_id, run.variant))
        return Link(tree.names[area_id], quote(other.html.rpartition("/")[2]) if other else "")

    children = tuple(link(child) for child in tree.children.get(run.area_id, ()))
    return Navigation(
        run.area_name,
        "../index.html",
        tuple(link(area_id) for area_id in tree.above(run.area_id)),
        tuple(child for child in children if child.href),
    )


def index_sections(
    plan: Plan,
    tree: AreaTree,
    entries: Mapping[Key, Entry],
    inputs: Mapping[str, Mapping[str, str]],
) -> list[IndexSection]:
    """Return the sections of the index page.

    Parameters
    ----------
    plan : Plan
        Titles and order.
    tree : AreaTree
        The hierarchy.
    entries : mapping from key to Entry
        What was rendered or failed.
    inputs : mapping from notebook to mapping
        What its pages are made from now; pages made from something else are marked.

    Returns
    -------
    list of IndexSection
        One per notebook and variant with any entry; areas without one appear where they group others.
    """
    sections = []
    for recipe, variant, title in _titles(plan.recipes):
        runs = [run for run in plan.runs if (run.notebook, run.variant) == (recipe.notebook, variant)]
        own = {run.area_id: run for run in runs if run.key in entries}
        if not own:
            continue
        shown: Collection[str] = {*own, *(above for area_id in own for above in tree.above(area_id))}
        listed = []
        for area_id in tree.names:
            if area_id not in shown:
                continue
            entry = entries.get((recipe.notebook, area_id, variant))
            rendered = entry is not None and entry.status == "rendered"
            listed.append(
                IndexEntry(
                    area_id,
                    tree.names[area_id],
                    tree.levels[area_id],
                    tree.parents[area_id],
                    quote(own[area_id].html) if rendered else "",
                    failed=entry is not None and not rendered,
                    outdated=entry is not None and rendered and entry.inputs != inputs[recipe.notebook],
                )
            )
        sections.append(IndexSection(title, recipe.description, tuple(listed)))
    return sections


def _titles(recipes: Sequence[Recipe]) -> list[tuple[Recipe, str, str]]:
    """Return each recipe with each of its variants and the heading of these pages."""
    found = []
    for recipe in recipes:
        titles = {variant.name: f"{recipe.title}: {variant.title}" for variant in recipe.variants}
        found += [(recipe, name, title) for name, title in (titles or {"": recipe.title}).items()]
    return found

"""Which page links to which: navigation between areas, and the sections of the index page."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from sozialanalyse import __version__
from sozialanalyse.batch.manifest import Entry
from sozialanalyse.batch.plan import Plan
from sozialanalyse.batch.recipe import Variant
from sozialanalyse.batch.runs import Key, Run
from sozialanalyse.dataset.schema import Dataset
from sozialanalyse.site.frame import Link, Navigation, Provenance
from sozialanalyse.site.index_page import IndexEntry, IndexSection

__all__ = ["AreaTree", "area_tree", "index_sections", "navigation_of", "provenance_of"]


@dataclass(frozen=True, slots=True)
class AreaTree:
    """The hierarchy of areas as plain mappings, in the order of the dataset.

    Attributes
    ----------
    names, levels : mapping from area key to str
        Name, with its key where another area of the same parent has it too, and German word for the level.
    distinct_names : mapping from area key to str
        Name that no other area has, for links without the level beside them.
    parents : mapping from area key to area key
        ``""`` at the root.
    children : mapping from area key to tuple of area keys
        Only areas that have some.
    """

    names: Mapping[str, str]
    levels: Mapping[str, str]
    distinct_names: Mapping[str, str]
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
    names, twins = areas["name"], areas.duplicated(["name", "parent_id"], keep=False)
    children: dict[str, tuple[str, ...]] = {}
    parents = dict(zip(areas.index, areas["parent_id"], strict=True))
    for area_id, parent in parents.items():
        if parent:
            children[parent] = (*children.get(parent, ()), area_id)
    return AreaTree(
        dict(zip(areas.index, names.where(~twins, names + " (" + areas.index + ")"), strict=True)),
        dict(zip(areas.index, areas["level"].map(labels), strict=True)),
        dict(zip(areas.index, dataset.distinct_names, strict=True)),
        parents,
        children,
    )


def provenance_of(dataset: Dataset) -> Provenance:
    """Return what every page says about the dataset."""
    observed = dataset.observations["year"]
    years = [] if observed.empty else dict.fromkeys((str(observed.min()), str(observed.max())))
    return Provenance(
        dataset.title,
        " bis ".join(years),
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
        return Link(tree.distinct_names[area_id], quote(other.html.rpartition("/")[2]) if other else "")

    children = tuple(link(child) for child in tree.children.get(run.area_id, ()))
    return Navigation(
        tree.distinct_names[run.area_id],
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
        One per notebook with any entry; areas without one appear where they group others. Variants that have
        one page each share a section, others have one of their own.
    """
    sections = []
    for recipe in plan.recipes:
        of_variant = {
            variant.name: [
                run
                for run in plan.runs
                if (run.notebook, run.variant) == (recipe.notebook, variant.name) and run.key in entries
            ]
            for variant in recipe.variants or (Variant("", "", "", {}),)
        }
        of_variant = {name: runs for name, runs in of_variant.items() if runs}
        variants = {variant.name: variant for variant in recipe.variants}
        if variants and all(len(runs) == 1 for runs in of_variant.values()):
            listed = [
                replace(
                    _entry(runs[0], tree, entries, inputs),
                    area_id=f"{runs[0].area_id}-{name}",
                    name=variants[name].title,
                    level=tree.names[runs[0].area_id],
                    parent_id="",
                    description=variants[name].description,
                )
                for name, runs in of_variant.items()
            ]
            if listed:
                sections.append(IndexSection(recipe.title, recipe.description, tuple(listed)))
            continue
        for name, runs in of_variant.items():
            title, description = recipe.title, recipe.description
            if name:
                title, description = f"{title}: {variants[name].title}", variants[name].description
            sections.append(IndexSection(title, description, _by_area(runs, tree, entries, inputs)))
    return sections


def _by_area(
    runs: Sequence[Run],
    tree: AreaTree,
    entries: Mapping[Key, Entry],
    inputs: Mapping[str, Mapping[str, str]],
) -> tuple[IndexEntry, ...]:
    """Return an entry for each run in the order of the areas, with the areas above that group them."""
    own = {run.area_id: run for run in runs}
    shown: Collection[str] = {*own, *(above for area_id in own for above in tree.above(area_id))}
    return tuple(
        _entry(own[area_id], tree, entries, inputs)
        if area_id in own
        else IndexEntry(area_id, tree.names[area_id], tree.levels[area_id], tree.parents[area_id])
        for area_id in tree.names
        if area_id in shown
    )


def _entry(
    run: Run, tree: AreaTree, entries: Mapping[Key, Entry], inputs: Mapping[str, Mapping[str, str]]
) -> IndexEntry:
    entry = entries[run.key]
    rendered = entry.status == "rendered"
    return IndexEntry(
        run.area_id,
        tree.names[run.area_id],
        tree.levels[run.area_id],
        tree.parents[run.area_id],
        quote(run.html) if rendered else "",
        failed=not rendered,
        outdated=rendered and entry.inputs != inputs[run.notebook],
    )

"""From an executed notebook to one self-contained, accessible German page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement

from sozialanalyse.errors import RunError
from sozialanalyse.site.frame import TEMPLATES, Link, Navigation, Provenance, fill

if TYPE_CHECKING:
    from nbconvert.exporters import HTMLExporter
    from nbformat import NotebookNode

__all__ = ["RenderedPage", "render_page"]

_HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
_SHOWN_WITHOUT_TEXT: Final = ("svg", "img", "canvas", "video", "audio", "math", *_HEADINGS)
_REFUSED_TAGS: Final = ("script", "iframe", "frame", "object", "embed", "link", "base", "meta")
_LOADING_ATTRIBUTES: Final = ("src", "srcset", "poster", "background")
_STYLE_LOADS: Final = re.compile(r"@import|url\(\s*['\"]?(?!data:|#)", re.IGNORECASE)
_RESERVED_IDS: Final = ("inhalt", "inhaltsverzeichnis", "teilgebiete", "programmcode")
_FEWEST_SECTIONS_FOR_CONTENTS: Final = 2


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """A finished page.

    Attributes
    ----------
    html : str
        The whole document.
    title : str
        Text of its main heading.
    remarks : tuple of str
        German sentences on what hinders some readers, for the summary of the run.
    """

    html: str
    title: str
    remarks: tuple[str, ...]


def render_page(
    notebook: NotebookNode, name: str, provenance: Provenance, navigation: Navigation
) -> RenderedPage:
    """Render an executed notebook.

    Parameters
    ----------
    notebook : NotebookNode
        Executed and cleaned. Its first level-1 heading is the page's title.
    name : str
        Name of the notebook, for the footer.
    provenance : Provenance
        Where the figures come from.
    navigation : Navigation
        Links to other pages.

    Returns
    -------
    RenderedPage
        The document needs nothing but itself: no file, no address, no script.

    Raises
    ------
    RunError
        If the notebook has no heading of level 1, or if an output would load something, or holds a script.
    """
    soup = BeautifulSoup(_content_of(notebook), "html.parser")
    _refuse_loading(soup)
    for style in soup.find_all("style", class_="sa-jupyter"):
        style.decompose()
    _drop_empty_sections(soup)
    title = _order_headings(soup)
    remarks = _describe_images(soup)
    _make_scrollable(soup)
    if provenance.synthetic and soup.find(class_="sa-banner") is None:
        soup.insert(0, BeautifulSoup(fill("banner.html.j2"), "html.parser"))
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    _insert_contents(soup, navigation, has_code=bool(code))
    html = fill(
        "page.html.j2",
        title=title,
        content=str(soup),
        code=code,
        notebook=name,
        provenance=provenance,
        synthetic=provenance.synthetic,
        navigation=navigation,
    )
    return RenderedPage(html, title, remarks)


def _content_of(notebook: NotebookNode) -> str:
    from nbconvert.exporters import TemplateExporter  # noqa: PLC0415 - as below

    # HTMLExporter's own method would parse all a second time and put an English text on undescribed images.
    content, _ = TemplateExporter.from_notebook_node(_exporter(), notebook)
    return content


@cache
def _exporter() -> HTMLExporter:
    # nbconvert takes seconds to import, and the process that plans a batch renders nothing.
    from nbconvert.exporters import HTMLExporter as Exporter  # noqa: PLC0415

    return Exporter(
        template_name="notebook", extra_template_basedirs=[str(TEMPLATES)], exclude_anchor_links=True
    )


def _refuse_loading(soup: BeautifulSoup) -> None:
    found = {tag.name for tag in soup.find_all(_REFUSED_TAGS)}
    for tag in soup.find_all(True):
        addresses = [tag.get(name) for name in _LOADING_ATTRIBUTES]
        if tag.name in ("image", "use", "feimage"):
            addresses += [tag.get("href"), tag.get("xlink:href")]
        if any(isinstance(address, str) and not address.startswith(("data:", "#")) for address in addresses):
            found.add(tag.name)
        style = tag.get_text() if tag.name == "style" else tag.get("style")
        if isinstance(style, str) and _STYLE_LOADS.search(style):
            found.add("style")
    if found:
        raise RunError(
            "Eine Seite darf nichts nachladen und keine Skripte enthalten; eine Ausgabe des Notebooks "
            f"enthält aber: {', '.join(sorted(found))}. Bitte Abbildungen als Bild einbetten."
        )


def _drop_empty_sections(soup: BeautifulSoup) -> None:
    """Leave out headings below which there is nothing, because the dataset does not serve the section.

    Deeper headings go first, so that one above them sees whether anything is left.
    """
    for heading in reversed(soup.find_all(_HEADINGS[1:])):
        if not any(_shows_something(element) for element in _section_of(heading)):
            heading.decompose()


def _section_of(heading: Tag) -> Iterator[PageElement]:
    """Yield what stands below a heading, up to the next one that is not deeper."""
    inside = set(map(id, heading.descendants))
    for element in heading.next_elements:
        if isinstance(element, Tag) and element.name in _HEADINGS and element.name <= heading.name:
            return
        if id(element) not in inside:
            yield element


def _shows_something(element: PageElement) -> bool:
    if isinstance(element, Tag):
        return element.name in _SHOWN_WITHOUT_TEXT
    return type(element) is NavigableString and bool(element.strip())


def _order_headings(soup: BeautifulSoup) -> str:
    """Leave one main heading and no gap between levels, give every heading an id, return the title."""
    for heading in soup.find_all(_HEADINGS):
        if not heading.get_text(strip=True):
            heading.decompose()
    headings = soup.find_all(_HEADINGS)
    main = next((heading for heading in headings if heading.name == "h1"), None)
    if main is None:
        raise RunError(
            "Das Notebook hat keine Überschrift der ersten Ebene, also auch die Seite keinen Titel. "
            "Bitte eine Ausgabe oder Textzelle mit »# Titel« ergänzen."
        )
    taken = {str(tag["id"]) for tag in soup.find_all(id=True)} | set(_RESERVED_IDS)
    seen: set[str] = set()
    previous = 1
    for heading in headings:
        if heading is not main:
            level = max(2, min(int(heading.name[1]), previous + 1))
            heading.name, previous = f"h{level}", level
        given = str(heading.get("id", ""))
        if not given or given in seen or given in _RESERVED_IDS:
            given = _new_id(heading.get_text(" ", strip=True), taken)
            heading["id"] = given
        seen.add(given)
        taken.add(given)
    return " ".join(main.get_text(" ", strip=True).split())


def _new_id(text: str, taken: set[str]) -> str:
    base = re.sub(r"\W+", "-", text.casefold()).strip("-") or "abschnitt"
    number = 1
    while (candidate := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return candidate


def _describe_images(soup: BeautifulSoup) -> tuple[str, ...]:
    missing = soup.find_all("img", alt=False)
    for image in missing:
        image["alt"] = "Abbildung ohne Beschreibung"
    if not missing:
        return ()
    count = "1 Abbildung" if len(missing) == 1 else f"{len(missing)} Abbildungen"
    return (f"{count} ohne Textalternative",)


def _make_scrollable(soup: BeautifulSoup) -> None:
    """Put wide things into regions that scroll by themselves and can be reached by keyboard."""
    used: Counter[str] = Counter()
    for element in soup.find_all(["table", "pre"]):
        if element.find_parent(["table", "pre"]) or element.find_parent(class_="sa-scroll"):
            continue
        caption = element.find("caption")
        label = caption.get_text(" ", strip=True) if isinstance(caption, Tag) else ""
        label = label or ("Tabelle" if element.name == "table" else "Text")
        used[label] += 1
        if used[label] > 1:
            label = f"{label} ({used[label]})"
        attributes = {"class": "sa-scroll", "role": "region", "tabindex": "0", "aria-label": label}
        element.wrap(soup.new_tag("div", attrs=attributes))


def _insert_contents(soup: BeautifulSoup, navigation: Navigation, *, has_code: bool) -> None:
    sections = soup.find_all("h2")
    if len(sections) < _FEWEST_SECTIONS_FOR_CONTENTS:
        return
    links = [
        Link(" ".join(section.get_text(" ", strip=True).split()), f"#{section['id']}") for section in sections
    ]
    if navigation.children:
        links.append(Link("Seiten der Teilgebiete", "#teilgebiete"))
    if has_code:
        links.append(Link("Programmcode dieser Seite", "#programmcode"))
    place = sections[0]
    while place.parent is not None and place.parent is not soup and place.parent.find("h1") is None:
        place = place.parent
    place.insert_before(BeautifulSoup(fill("toc.html.j2", links=links), "html.parser"))

"""What every page shares: its frame, its style, and the statement of where its figures come from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["SYNTHETIC_MARK", "SYNTHETIC_NOTICE", "TEMPLATES", "Link", "Navigation", "Provenance", "fill"]

TEMPLATES: Final = Path(__file__).with_name("template")

SYNTHETIC_MARK: Final = "Synthetische Beispieldaten"
SYNTHETIC_NOTICE: Final = (
    "Die Zahlen sind künstlich erzeugt. Sie beschreiben keine wirklichen Verhältnisse "
    "und taugen nicht für Entscheidungen."
)


@dataclass(frozen=True, slots=True)
class Link:
    """A text with an address, or with ``""`` for none."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Navigation:
    """Links from a page to others of the same output folder, relative to the page.

    Attributes
    ----------
    here : str
        Name of the page's area.
    index : str
        Address of the index page.
    trail : tuple of Link
        The areas above, from coarse to fine; an empty address where an area has no page.
    children : tuple of Link
        The areas directly below that have a page.
    """

    here: str
    index: str
    trail: tuple[Link, ...] = ()
    children: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the figures of a page come from.

    Attributes
    ----------
    dataset_title : str
        German title of the dataset.
    years : str
        German words for the years that the figures are of, such as ``"2016 bis 2022"``, or ``""``.
    package_version : str
        Version of this package.
    synthetic : bool
        Whether the figures are made up; then every page carries a banner.
    sources, licenses : tuple of Link
        As the dataset declares them.
    attribution : str
        Sentence that a licence asks for, or ``""``.
    """

    dataset_title: str
    years: str
    package_version: str
    synthetic: bool = False
    sources: tuple[Link, ...] = ()
    licenses: tuple[Link, ...] = ()
    attribution: str = ""

    @property
    def shown_title(self) -> str:
        """Title of the dataset; one that is made up says so, and says it once."""
        if not self.synthetic or "synthetisch" in self.dataset_title.casefold():
            return self.dataset_title
        return f"{self.dataset_title} (synthetische Beispieldaten)"


@cache
def _environment() -> Environment:
    # The process that plans a batch fills no template before all pages are made.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters["css_string"] = _css_string
    return environment


def _css_string(text: str) -> str:
    """Write a text for the inside of a string of a style sheet, whatever signs it holds."""
    return "".join(sign if sign.isalnum() or sign == " " else f"\\{ord(sign):x} " for sign in text)


@cache
def _style() -> str:
    return (TEMPLATES / "style.css").read_text(encoding="utf-8")


def fill(template: str, **values: object) -> str:
    """Fill a template of this package; everything is escaped but what a template calls safe.

    Parameters
    ----------
    template : str
        File name in the template folder.
    **values
        What it names.

    Returns
    -------
    str
        HTML.
    """
    shared = {"style": _style(), "mark": SYNTHETIC_MARK, "notice": SYNTHETIC_NOTICE}
    return _environment().get_template(template).render(**shared, **values)

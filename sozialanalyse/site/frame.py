"""What every page shares: its frame, its style, and the statement of where its figures come from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

__all__ = ["SYNTHETIC_MARK", "SYNTHETIC_NOTICE", "TEMPLATES", "Link", "Provenance", "fill"]

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
class Provenance:
    """Where the figures of a page come from.

    Attributes
    ----------
    dataset_title : str
        German title of the dataset.
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
    package_version: str
    synthetic: bool = False
    sources: tuple[Link, ...] = ()
    licenses: tuple[Link, ...] = ()
    attribution: str = ""


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )


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

"""What a report function returns: a piece of page with a text that says the same."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

__all__ = ["Fragment", "bullets", "figure", "note", "nothing", "paragraph", "warning"]

JUPYTER_STYLE: Final = (
    '<style class="sa-jupyter">.sa-table :is(th,td):not(.sa-number){text-align:left!important}</style>'
)
"""JupyterLab sets all cells of tables flush right; rendered pages have their own style and leave this out."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a page.

    Attributes
    ----------
    html : str
        What JupyterLab and the rendered page show.
    text : str
        The same for those who do not see it: shown by terminals and compared by tests.
    """

    html: str
    text: str

    def _repr_html_(self) -> str:
        return JUPYTER_STYLE + self.html if "<table" in self.html else self.html

    def __repr__(self) -> str:
        """Return the text."""
        return self.text

    def __bool__(self) -> bool:
        """Tell whether there is anything to show."""
        return bool(self.html)

    def __add__(self, other: Fragment) -> Fragment:
        """Put another piece below this one."""
        return Fragment(
            "\n".join(filter(None, (self.html, other.html))), "\n".join(filter(None, (self.text, other.text)))
        )


def paragraph(text: str, *, css_class: str = "") -> Fragment:
    """Return a paragraph of plain text."""
    attribute = f' class="{css_class}"' if css_class else ""
    return Fragment(f"<p{attribute}>{escape(text, quote=False)}</p>", text)


def bullets(items: Sequence[str]) -> Fragment:
    """Return plain texts as a list."""
    html = "".join(f"<li>{escape(text, quote=False)}</li>" for text in items)
    return Fragment(f"<ul>{html}</ul>", "\n".join(f"- {text}" for text in items))


def note(text: str) -> Fragment:
    """Return a remark that helps to read what stands beside it."""
    return Fragment(f'<div class="sa-note"><p>{escape(text, quote=False)}</p></div>', text)


def warning(text: str) -> Fragment:
    """Return a remark about missing data or limits."""
    return Fragment(f'<div class="sa-warning"><p>{escape(text, quote=False)}</p></div>', text)


def nothing() -> Fragment:
    """Return what stands in a section for which there is nothing to show: a page leaves out its heading."""
    return Fragment("", "")


def figure(svg: bytes, alternative: str, caption: str, origin: str) -> Fragment:
    """Return a picture with its text alternative, a caption, and where its figures come from.

    Parameters
    ----------
    svg : bytes
        The picture.
    alternative : str
        Says the finding, not the picture; read aloud by screen readers.
    caption : str
        What is shown.
    origin : str
        Sources and years, from `sozialanalyse.report.sources.origin`.
    """
    data = base64.b64encode(svg).decode("ascii")
    what = escape(caption.partition(". ")[0].removesuffix("."))
    html = (
        '<figure class="sa-figure">'
        f'<div class="sa-scroll" role="region" tabindex="0" aria-label="Abbildung: {what}">'
        f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(alternative)}"></div>'
        f"<figcaption>{escape(caption, quote=False)}<br><small>{escape(origin, quote=False)}</small>"
        "</figcaption></figure>"
    )
    return Fragment(html, f"[Abbildung] {caption}\n{origin}\n{alternative}")

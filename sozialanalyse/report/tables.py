"""Accessible HTML tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from sozialanalyse.report.assess import ASSESSMENTS
from sozialanalyse.report.fragment import Fragment

__all__ = ["Cell", "assessment_cell", "count_cell", "hidden_cell", "html_table", "missing_cell"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: text, an optional smaller second line, a CSS class, and what it is in words for programs.

    With a `link` to a place on the same page, such as ``"#beleg-3"``, the text leads there; `links`, pairs of
    text and place, stand behind it.
    """

    text: str
    detail: str = ""
    css_class: str = ""
    data: Mapping[str, str] = field(default_factory=dict)
    link: str = ""
    links: Sequence[tuple[str, str]] = ()

    @property
    def html(self) -> str:
        """The cell's content as HTML."""
        detail = f"<br><small>{escape(self.detail, quote=False)}</small>" if self.detail else ""
        text = _linked(self.text, self.link) if self.link else escape(self.text, quote=False)
        return " ".join(filter(None, (text, *(_linked(*pair) for pair in self.links)))) + detail

    @property
    def plain(self) -> str:
        """The cell's content as one line of text."""
        text = " ".join(filter(None, (self.text, *(name for name, _ in self.links))))
        return f"{text} ({self.detail})" if self.detail else text


def _linked(text: str, place: str) -> str:
    return f'<a href="{escape(place)}">{escape(text, quote=False)}</a>'


def assessment_cell(code: str, detail: str = "") -> Cell:
    """Return a cell that names an assessment by sign and word."""
    entry = ASSESSMENTS[code]
    return Cell(f"{entry.sign}\u00a0{entry.word}", detail, f"sa-{code}")


def hidden_cell(data: Mapping[str, str] | None = None) -> Cell:
    """Return the cell for a value that must be kept secret (sign of DIN 55301)."""
    return Cell(".", css_class="sa-sign", data=data or {})


def missing_cell(sign: str = "") -> Cell:
    """Return the cell for a value that is not there, with the sign that stood in its place."""
    return Cell(sign or "–", css_class="sa-sign")


def count_cell(count: int, detail: str = "") -> Cell:
    """Return the cell for a number of things; a dash for none."""
    return Cell(str(count), detail) if count else missing_cell()


def html_table(
    caption: str,
    header: Sequence[str],
    rows: Sequence[Sequence[Cell | str]],
    *,
    numeric: Sequence[int] = (),
    row_data: Sequence[Mapping[str, str]] = (),
    landscape: bool = False,
    row_ids: Sequence[str] = (),
) -> Fragment:
    """Return a table with caption, column heads and row heads.

    Parameters
    ----------
    caption : str
        What the table shows; also names its scrollable region.
    header : sequence of str
        Column heads.
    rows : sequence of sequences
        Cells; the first of each row is its head.
    numeric : sequence of int
        Positions of columns to set flush right.
    row_data : sequence of mappings
        For each row what it is about, as ``data-`` attributes: the audit reads the page with them.
    landscape : bool
        Whether it has too many columns: heads are written upwards, and print gets a page turned sideways.
    row_ids : sequence of str
        For each row its name on the page, for links that lead to it.
    """
    head = "".join(
        f'<th scope="col"{_right(position in numeric)}>{_head(text, turned=landscape and position > 0)}</th>'
        for position, text in enumerate(header)
    )
    body = []
    for number, row in enumerate(rows):
        cells = [cell if isinstance(cell, Cell) else Cell(cell) for cell in row]
        line = [f'<th scope="row">{cells[0].html}</th>']
        for position, cell in enumerate(cells[1:], start=1):
            named = " ".join(filter(None, ("sa-number" if position in numeric else "", cell.css_class)))
            shown = f' class="{named}"' if named else ""
            line.append(f"<td{shown}{_data(cell.data)}>{cell.html}</td>")
        about = _data(row_data[number]) if row_data else ""
        name = f' id="{escape(row_ids[number])}"' if row_ids else ""
        body.append(f"<tr{name}{about}>{''.join(line)}</tr>")
    name = escape(caption)
    classes = "sa-scroll sa-landscape" if landscape else "sa-scroll"
    html = (
        f'<div class="{classes}" role="region" tabindex="0" aria-label="Tabelle: {name}">'
        f'<table class="sa-table"><caption>{escape(caption, quote=False)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )
    lines = [caption, " | ".join(header)]
    lines += [" | ".join(cell.plain if isinstance(cell, Cell) else cell for cell in row) for row in rows]
    return Fragment(html, "\n".join(lines))


def _head(text: str, *, turned: bool) -> str:
    shown = escape(text, quote=False).replace("/", "/<wbr/>")
    return f"<span>{shown}</span>" if turned else shown


def _data(names: Mapping[str, str]) -> str:
    return "".join(f' data-{name}="{escape(text)}"' for name, text in names.items())


def _right(numeric: bool) -> str:
    return ' class="sa-number"' if numeric else ""

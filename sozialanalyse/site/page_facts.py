"""Reading the tables of a rendered page as an outsider does: what it tells, and what it hides."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Final

from sozialanalyse.disclosure.audit import Fact, PageRules

__all__ = ["PageReader"]

_NUMBER: Final = re.compile(r"[-\u2212]?\d[\d.]*(?:,\d+)?")
_TABLE: Final = re.compile(r"<table\b.*?</table>", re.DOTALL)
_Cell = tuple[dict[str, str], str]
_ROW: Final = re.compile(r"<tr\b([^>]*)>(.*?)</tr>", re.DOTALL)
_CELL: Final = re.compile(r"<td\b([^>]*)>(.*?)</td>", re.DOTALL)
_DATA: Final = re.compile(r"\bdata-([\w-]+)=(?:\"([^\"]*)\"|'([^']*)')")
_TAG: Final = re.compile(r"<[^>]*>")
_YES: Final = "ja"
_UNTOLD: Final = " und weitere"
_DEVIATING: Final = re.compile(
    r"»([^«]+)«: [\d.]+ gelieferte Werte der Ebene [^<]*? weichen (?:um höchstens ein halbes Prozent )?von"
)


@dataclass(slots=True)
class PageReader:
    """Collects facts from the tables of many pages.

    Attributes
    ----------
    facts : list of Fact
        What was read so far.
    """

    facts: list[Fact] = field(default_factory=list)
    _limits: dict[tuple[str, str], int] = field(default_factory=dict)
    _parents: dict[str, str] = field(default_factory=dict)
    _siblings: dict[str, int] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)
    _about: dict[str, dict[str, str]] = field(default_factory=dict)
    _deviating: set[str] = field(default_factory=set)

    def read(self, html: str, place: str) -> None:
        """Read the tables of a page, or of an output of a notebook.

        Parameters
        ----------
        html : str
            The page; its words and pictures are read by `sozialanalyse.site.text_facts`.
        place : str
            Name of the file, for messages.
        """
        self._deviating.update(unescape(label) for label in _DEVIATING.findall(html))
        for table in _TABLE.findall(html):
            for row, content in _ROW.findall(table):
                about = _data(row)
                if not about:
                    continue
                cells = [(_data(cell), _first_text(inner)) for cell, inner in _CELL.findall(content)]
                if "rule" in about:
                    self._read_rule(cells, about)
                for named in (about, *(data for data, _ in cells)):
                    if "parent" in named:
                        self._parents[named["area"]] = named["parent"]
                        self._siblings[named["parent"]] = int(named.get("siblings", 0))
                        self._names[named["area"]] = named["name"]
                self._read_row(cells, about, place)

    def add(self, other: PageReader) -> None:
        """Take over what another reader has read, as if it were read now."""
        self.facts += other.facts
        self._limits |= other._limits
        self._parents |= other._parents
        self._siblings |= other._siblings
        self._names |= other._names
        self._about |= other._about
        self._deviating |= other._deviating

    def rules(self) -> PageRules:
        """Return what all pages together tell of rules, areas and indicators."""
        areas = self._parents | {fact.area: self._parents.get(fact.area, "") for fact in self.facts}
        known = Counter(areas.values())
        # Parts of which no page tells count as one more: without it, the others would make up the whole.
        areas |= {
            f"{parent}{_UNTOLD}": parent
            for parent, count in self._siblings.items()
            if parent and known[parent] < count
        }
        about = self._about
        return PageRules(
            limits=self._limits,
            parents=areas | {parent: areas.get(parent, "") for parent in areas.values() if parent},
            names=self._names,
            labels={key: entry["label"] for key, entry in about.items()},
            kinds={key: entry["kind"] for key, entry in about.items()},
            factors={key: float(entry["factor"]) for key, entry in about.items()},
            cases={key: entry["cases"] for key, entry in about.items()},
            groups={key: entry["group"] for key, entry in about.items()},
            deviating=frozenset(self._deviating),
        )

    def _read_rule(self, cells: Sequence[_Cell], about: dict[str, str]) -> None:
        text = next((text for _, text in cells), "")
        number = _NUMBER.search(text)
        self._limits[about["rule"], about.get("indicator", "")] = (
            int(number.group().replace(".", "")) if number else int(text == _YES)
        )

    def _read_row(self, cells: Sequence[_Cell], about: dict[str, str], place: str) -> None:
        for data, text in cells:
            own = about | data
            if not {"what", "indicator", "area"} <= own.keys():
                continue
            self._about[own["indicator"]] = own
            fact = _fact(own, text, place)
            if fact is not None:
                self.facts.append(fact)


def _data(attributes: str) -> dict[str, str]:
    found = _DATA.findall(attributes)
    return {name: unescape(double or single) for name, double, single in found}


def _first_text(html: str) -> str:
    texts = (unescape(text).strip() for text in _TAG.split(html))
    return next((text for text in texts if text), "")


def _fact(about: dict[str, str], text: str, place: str) -> Fact | None:
    key = (about["indicator"], about["area"], about["year"])
    if text == ".":
        return Fact(*key, hidden=True, place=place)
    numbers = [_parsed(found.group()) for found in _NUMBER.finditer(text)]
    if not numbers:
        return None
    if about["what"] == "cases":
        group = numbers[1][0] if len(numbers) > 1 else None
        return Fact(*key, cases=numbers[0][0], group=group, place=place)
    number, half = numbers[0]
    if about["kind"] == "count" and half == 0.5:
        return Fact(*key, cases=number, place=place)
    return Fact(*key, value=(number - half, number + half), place=place)


def _parsed(text: str) -> tuple[float, float]:
    """Return a German number and half of its last digit's unit."""
    decimals = len(text.partition(",")[2])
    number = float(text.replace(".", "").replace(",", ".").replace("\u2212", "-"))
    return number, 0.5 * 10.0**-decimals

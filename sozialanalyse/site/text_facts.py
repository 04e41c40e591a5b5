"""Reading the words of a page as an outsider does: sentences, captions, alternatives, letters in pictures.

A number that stands right behind the name of an indicator, or behind that of an area in a text about a single
indicator, is taken for its value. Which number it is does not matter: a hidden cell must have none.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Final

from sozialanalyse.disclosure.audit import SOME_NUMBER, Fact, PageRules

__all__ = ["TextBlock", "html_blocks", "plain_blocks", "text_facts"]

_TABLE: Final = re.compile(r"<table\b.*?</table>", re.DOTALL)
_PICTURE: Final = re.compile(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=\s]+)")
_INLINE: Final = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_LETTERS: Final = re.compile(
    r"<!--(.*?)-->|<(?:text|tspan|title|desc)\b[^>]*>([^<]*)|(?:aria-label|alt|title)=\"([^\"]*)\"", re.DOTALL
)
_SPOKEN: Final = re.compile(r"\b(?:alt|title|aria-label)=(?:\"([^\"]*)\"|'([^']*)')")
_UNSEEN: Final = re.compile(r"<(style|script)\b.*?</\1>|<!--.*?-->", re.DOTALL)
_END: Final = re.compile(r"</(?:p|li|h\d|figcaption|div|summary|dd|dt|caption)>|<br\s*/?>")
_TAG: Final = re.compile(r"<[^>]*>")
_SENTENCE: Final = re.compile(r"(?<=[a-zäöüß)»«*][.!?])\s+|\n+|;\s+")
_YEAR: Final = r"(?:19|20)\d\d"
_NUMBER: Final = rf"(?!{_YEAR}(?![.,]?\d))[-\u2212]?\d[\d.]*(?:,\d+)?"
_LINK: Final = r"(?:\s*(?:[:|=]|von|mit|bei|ist|sind|beträgt|betrug|liegt\s+bei|lag\s+bei)){0,2}\s*"
_DATED: Final = rf"(?:[^\S\n]?%)?(?:\s*\((?P<dated>{_YEAR})\))?"
_THEN: Final = re.compile(rf"\s*auf\s+{_NUMBER}{_DATED}")
_WHOLE: Final = re.compile(rf"\(insgesamt\s+{_NUMBER}")
_UNIT_LENGTH: Final = 60
_SPACES: Final = re.compile(r"[^\S\n]+")
_DIGIT: Final = re.compile(r"\d")
_COLUMN: Final = " | "
"""What stands between the cells of a table in plain text."""

_Tree = dict[str, "_Tree"]
"""Letters and what follows each; nothing follows where a name may end."""


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A paragraph, or all letters of a picture.

    Attributes
    ----------
    text : str
    place : str
        File, and what in it.
    page : str
        File.
    """

    text: str
    place: str
    page: str


def html_blocks(html: str, page: str, *, source: str = "Text") -> Iterator[TextBlock]:
    """Return what stands on a page outside its tables, letters of pictures included, if it tells a number."""
    blocks = (TextBlock(text, f"{page} ({where})", page) for text, where in _html_texts(html, source))
    yield from filter(_tells_number, blocks)


def _html_texts(html: str, source: str) -> Iterator[tuple[str, str]]:
    for encoded in _PICTURE.findall(html):
        try:
            picture = base64.b64decode(re.sub(r"\s", "", encoded), validate=True).decode("utf-8", "replace")
        except binascii.Error:
            continue
        yield _letters(picture), "Abbildung"
    for picture in _INLINE.findall(html):
        yield _letters(picture), "Abbildung"
    rest = _INLINE.sub(" ", _PICTURE.sub("", html))
    for found in _SPOKEN.findall(rest):
        yield _plain("".join(found)), "Textalternative"
    rest = _UNSEEN.sub(" ", _TABLE.sub(" ", rest))
    for part in _END.split(rest):
        yield _plain(_TAG.sub("", part)), source


def _tells_number(block: TextBlock) -> bool:
    """Tell whether there is any number: without one, a text tells nothing of a cell."""
    return _DIGIT.search(block.text) is not None


def plain_blocks(text: str, page: str, *, source: str = "Text") -> Iterator[TextBlock]:
    """Return the lines of a plain text that tell a number, and so the cells of tables in it.

    These stand with the names of their row and column.
    """
    header: list[str] = []
    for line in text.splitlines():
        cells = [_plain(cell) for cell in line.split(_COLUMN)]
        if len(cells) == 1 or len(cells) != len(header):
            header = cells
            told = [_plain(line)]
        else:
            told = [f"{header[1]}: {cells[0]}: {cells[1]}"]
            told += [f"{cells[0]} – {name}: {cell}" for name, cell in zip(header[2:], cells[2:], strict=True)]
        yield from filter(_tells_number, (TextBlock(part, f"{page} ({source})", page) for part in told))


def text_facts(blocks: Sequence[TextBlock], rules: PageRules, facts: Sequence[Fact]) -> list[Fact]:
    """Return what texts tell of cells.

    Parameters
    ----------
    blocks : sequence of TextBlock
        What was read.
    rules : PageRules
        Names of areas and indicators.
    facts : sequence of Fact
        What tables tell: which area and years a page is about.

    Returns
    -------
    list of Fact
        With the value ``SOME_NUMBER``.
    """
    if not rules.labels:
        return []
    reader = _Reader(rules, facts)
    return [fact for block in dict.fromkeys(blocks) for fact in reader.read(block)]


class _Reader:
    """Finds names with a number behind them."""

    def __init__(self, rules: PageRules, facts: Sequence[Fact]) -> None:
        self._indicators = _by_name(rules.labels)
        self._areas = _by_name(rules.names)
        self._parents = rules.parents
        self._label = re.compile(_any_of(self._indicators))
        self._name = re.compile(_any_of(self._areas))
        self._value = re.compile(
            rf"«?(?:\s*\([^()\d]*\))?(?:[\s,|]*\(?(?P<year>{_YEAR})\)?(?![.,]?\d))?{_LINK}{_NUMBER}{_DATED}"
        )
        self._years: dict[str, str] = {}
        self._page_years: dict[tuple[str, str], str] = {}
        self._owner: dict[str, str] = {}
        for fact in facts:
            here = (fact.place, fact.indicator)
            self._owner.setdefault(fact.place, fact.area)
            if self._owner[fact.place] == fact.area:
                self._page_years[here] = max(fact.year, self._page_years.get(here, ""))
            self._years[fact.indicator] = max(fact.year, self._years.get(fact.indicator, ""))

    def read(self, block: TextBlock) -> Iterator[Fact]:
        """Return the facts of a paragraph or picture."""
        named = {self._key(found.group()) for found in self._label.finditer(block.text)}
        if not named:
            return
        owner = self._owner.get(block.page, "")
        for sentence in _SENTENCE.split(block.text):
            for found in self._label.finditer(sentence):
                area = self._area_before(sentence, found.start(), owner)
                behind = self._value.match(sentence, found.end())
                if behind is None or not area:
                    continue
                indicator, year = self._key(found.group()), behind["year"] or behind["dated"]
                yield self._fact(indicator, area, year, block)
                then = _THEN.match(sentence, behind.end())
                if then is not None:
                    yield self._fact(indicator, area, then["dated"], block)
                whole = _WHOLE.search(sentence, behind.end(), behind.end() + _UNIT_LENGTH)
                if whole is not None:
                    yield self._fact(indicator, self._root(area), year, block)
            if len(named) == 1:
                for found in self._name.finditer(sentence):
                    behind = self._value.match(sentence, found.end())
                    if behind is not None:
                        area = self._areas[_key(found.group())]
                        yield self._fact(next(iter(named)), area, behind["year"] or behind["dated"], block)

    def _key(self, label: str) -> str:
        return self._indicators[_key(label)]

    def _area_before(self, sentence: str, end: int, owner: str) -> str:
        names = self._name.findall(sentence, 0, end)
        return self._areas[_key(names[-1])] if names else owner

    def _root(self, area: str) -> str:
        seen = {area}
        while (above := self._parents.get(area, "")) and above not in seen:
            area = above
            seen.add(area)
        return area

    def _fact(self, indicator: str, area: str, year: str | None, block: TextBlock) -> Fact:
        year = year or self._page_years.get((block.page, indicator), self._years.get(indicator, ""))
        return Fact(indicator, area, year, value=SOME_NUMBER, place=block.place)


def _letters(picture: str) -> str:
    return _plain(" ".join(part for found in _LETTERS.findall(picture) for part in found if part.strip()))


def _plain(text: str) -> str:
    return _SPACES.sub(" ", unescape(text)).strip()


def _key(name: str) -> str:
    return " ".join(name.split())


def _by_name(names: Mapping[str, str]) -> dict[str, str]:
    return {_key(name): key for key, name in names.items() if name.strip()}


def _any_of(names: Iterable[str]) -> str:
    """Return a pattern of names as whole words, long ones first; spaces stand for any space.

    Names with the same beginning share it: to try thousands of them one by one takes too long.
    """
    tree: _Tree = {}
    for name in names:
        node = tree
        for letter in name:
            node = node.setdefault(letter, {})
        node[""] = {}
    return rf"(?<![\w-]){_pattern(tree) if tree else '(?!)'}(?![\w-])"


def _pattern(tree: _Tree) -> str:
    ways = []
    for letter, below in tree.items():
        text, node = letter, below
        # As long as there is one way on, no group is needed.
        while len(node) == 1 and "" not in node:
            ((following, node),) = node.items()
            text += following
        if letter:
            ways.append(
                re.escape(text).replace(r"\ ", r"\s+") + ("" if node.keys() == {""} else _pattern(node))
            )
    return f"(?:{'|'.join(ways)})" + ("?" if "" in tree else "")

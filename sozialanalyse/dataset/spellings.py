"""Ways in which offices write a sex or an age group, brought to the one that the dataset keeps."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["unified_age_group", "unified_sex"]

_SEXES: Final[dict[str, str]] = {
    **dict.fromkeys(("m", "männlich", "maennlich", "männer", "male"), "m"),
    **dict.fromkeys(("f", "w", "weiblich", "frauen", "female"), "f"),
    **dict.fromkeys(("d", "divers", "diverse"), "d"),
}
_TOTALS: Final = frozenset(("insgesamt", "gesamt", "zusammen", "alle", "total", "all"))
_DASHES: Final = re.compile("[\u2010-\u2015\u2212]")
_YEARS: Final = re.compile(r"\s*(-?jährige[rn]?|jahren?|j\.?|years?)(?=\s|$)")
_RANGE: Final = re.compile(r"(\d{1,3})\s*(?:-|bis)\s*(unter\s+)?(\d{1,3})")
_BELOW: Final = re.compile(r"(?:bis\s+)?(?:unter\s+|<\s*)(\d{1,3})")
_FROM: Final = re.compile(r"(?:ab|>=|≥)\s*(\d{1,3})|(\d{1,3})\s*(?:\+|(?:und|u\.)\s*(?:älter|ä\.|mehr|m\.))")
_SINGLE: Final = re.compile(r"\d{1,3}")


def unified_sex(word: str) -> str:
    """Return ``"m"``, ``"f"``, ``"d"``, ``""`` for all together, or the word itself where it says none.

    Examples
    --------
    >>> [unified_sex(word) for word in ("männlich", "W", "insgesamt", "m/w")]
    ['m', 'f', '', 'm/w']
    """
    folded = word.casefold()
    return "" if folded in _TOTALS else _SEXES.get(folded, word)


def unified_age_group(word: str) -> str:
    """Return an age group as ``"a-b"`` or ``"a+"``, ``""`` for all ages, or the word itself.

    Examples
    --------
    >>> words = ("unter 6", "6 bis 17", "18 bis unter 65", "65 Jahre und älter", "80+", "7", "04. Mai")
    >>> [unified_age_group(word) for word in words]
    ['0-5', '6-17', '18-64', '65+', '80+', '7-7', '04. Mai']
    """
    folded = _YEARS.sub("", _DASHES.sub("-", word.casefold())).strip()
    if folded in _TOTALS:
        return ""
    if found := _RANGE.fullmatch(folded):
        return f"{int(found[1])}-{int(found[3]) - bool(found[2])}"
    if (found := _BELOW.fullmatch(folded)) and int(found[1]) > 0:
        return f"0-{int(found[1]) - 1}"
    if found := _FROM.fullmatch(folded):
        return f"{int(found[1] or found[2])}+"
    return f"{int(folded)}-{int(folded)}" if _SINGLE.fullmatch(folded) else word

"""Numbers, units, intervals and years as German readers expect them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import lru_cache
from typing import Final

from babel import Locale
from babel.numbers import NumberPattern, parse_pattern

__all__ = [
    "decimals_for",
    "difference_unit",
    "format_change",
    "format_interval",
    "format_number",
    "format_spoken",
    "format_ticks",
    "format_value",
    "format_years",
    "join_names",
    "join_words",
    "quoted",
]

LOCALE: Final = Locale.parse("de_DE")
NO_BREAK: Final = "\u00a0"
MINUS: Final = "\u2212"
MOST_DECIMALS: Final = 8
MOST_DIGITS: Final = 400
"""Room for every number a float can hold, with its decimals."""
LARGEST_EXACT: Final = 1e15
"""From here on a number has no decimals that it could be rounded to."""
SILENT_UNITS: Final = frozenset({"Index", "z-Wert"})
"""Units that say what a number is, and that no sentence would speak."""


@lru_cache(maxsize=64)
def _pattern(decimals: int) -> NumberPattern:
    return parse_pattern("#,##0" + ("." + "0" * decimals if decimals else ""))


def decimals_for(unit: str, largest: float) -> int:
    """Choose the number of decimals for an indicator.

    Parameters
    ----------
    unit : str
        Its unit; per cent get one decimal.
    largest : float
        Its largest absolute value that is shown, for other units.

    Examples
    --------
    >>> decimals_for("%", 80.0), decimals_for("Personen", 13000.0), decimals_for("km", 1.8)
    (1, 0, 2)
    """
    if unit == "%":
        return 1
    if not math.isfinite(largest) or largest >= 100:
        return 0
    return 1 if largest >= 10 else 2


def format_number(value: float, decimals: int = 0) -> str:
    """Write a number in German, a half rounded away from zero (DIN 1333); a missing one as an en dash.

    Examples
    --------
    >>> format_number(12345.678, 1), format_number(float("nan")), format_number(-0.04, 1)
    ('12.345,7', '–', '0,0')
    >>> format_number(9.95, 1), format_number(2.5), len(format_number(1e30, 2))
    ('10,0', '3', 44)
    """
    if not math.isfinite(value):
        return "–"
    rounded = _rounded(value, decimals)
    with localcontext(prec=MOST_DIGITS):
        text: str = _pattern(decimals).apply(abs(rounded), LOCALE)
    return (MINUS if rounded < 0 else "") + text


def _rounded(value: float, decimals: int) -> float:
    """Round as readers do: by the digits of the number, whatever its type and its nearest binary fraction."""
    value = float(value)
    if abs(value) >= LARGEST_EXACT:
        return value
    step = Decimal(1).scaleb(-decimals)
    return float(Decimal(repr(value)).quantize(step, ROUND_HALF_UP)) + 0.0


def format_ticks(ticks: Sequence[float]) -> list[str]:
    """Write the numbers of an axis with the fewest decimals, the same for all, that show each exactly.

    Examples
    --------
    >>> format_ticks([-5.0, 0.0, 5.0]), format_ticks([0.25, 0.5]), format_ticks([12000.0])
    (['−5', '0', '5'], ['0,25', '0,50'], ['12.000'])
    """
    decimals = next(
        (
            count
            for count in range(MOST_DECIMALS)
            if all(abs(tick - round(tick, count)) < 1e-9 for tick in ticks)
        ),
        MOST_DECIMALS,
    )
    return [format_number(tick, decimals) for tick in ticks]


def format_value(value: float, unit: str, decimals: int) -> str:
    r"""Write a value with its unit, kept together on one line.

    Examples
    --------
    >>> format_value(17.1, "%", 1)
    '17,1\xa0%'
    """
    if not math.isfinite(value):
        return "–"
    return f"{format_number(value, decimals)}{NO_BREAK}{unit}".rstrip(NO_BREAK)


def format_spoken(value: float, unit: str, decimals: int) -> str:
    r"""Write a value for a sentence: like `format_value`, but ``62`` rather than ``62 Index``.

    Examples
    --------
    >>> format_spoken(62.0, "Index", 0), format_spoken(17.1, "%", 1)
    ('62', '17,1\xa0%')
    """
    return format_value(value, "" if unit in SILENT_UNITS else unit, decimals)


def difference_unit(unit: str) -> str:
    """Return the unit of a difference: percentages differ by percentage points.

    Examples
    --------
    >>> difference_unit("%"), difference_unit("km")
    ('Prozentpunkte', 'km')
    """
    return "Prozentpunkte" if unit == "%" else unit


def format_years(years: Iterable[int]) -> str:
    """Write years: one as it is, several as the span from the first to the last.

    Examples
    --------
    >>> format_years([2022, 2022]), format_years([2022, 2021]), format_years([])
    ('2022', '2021 bis 2022', '')
    """
    ordered = sorted(set(years))
    return " bis ".join(dict.fromkeys(str(year) for year in (*ordered[:1], *ordered[-1:])))


def quoted(labels: Iterable[str]) -> str:
    """Write names of indicators in running text: in quotes, as an enumeration.

    Examples
    --------
    >>> quoted(["SGB-II-Quote", "Kinderarmut"])
    '»SGB-II-Quote« und »Kinderarmut«'
    """
    return join_words([f"»{label}«" for label in labels])


def format_interval(lower: float, upper: float, decimals: int) -> str:
    """Write an interval; ``""`` where there is none.

    A limit that is not zero is not written as zero, because whether an interval holds zero is what decides:
    it gets up to two more decimals.

    Examples
    --------
    >>> format_interval(15.24, 19.0, 1)
    '15,2 bis 19,0'
    >>> format_interval(-7.7, -0.02, 1)
    '−7,70 bis −0,02'
    """
    if not (math.isfinite(lower) and math.isfinite(upper)):
        return ""
    for digits in range(decimals, decimals + 3):
        if all(limit == 0 or _rounded(limit, digits) != 0 for limit in (lower, upper)):
            decimals = digits
            break
    return f"{format_number(lower, decimals)} bis {format_number(upper, decimals)}"


def format_change(value: float, decimals: int) -> str:
    """Write a difference with its sign.

    Examples
    --------
    >>> format_change(2.04, 1), format_change(-2.0, 1), format_change(0.01, 1)
    ('+2,0', '−2,0', '±0,0')
    """
    if not math.isfinite(value):
        return "–"
    text = format_number(value, decimals)
    if text.startswith(MINUS):
        return text
    return ("+" if _rounded(value, decimals) > 0 else "±") + text


def join_words(words: list[str], last: str = "und") -> str:
    """Join words to a German enumeration.

    Examples
    --------
    >>> join_words(["Armut", "Bildung", "Wohnen"])
    'Armut, Bildung und Wohnen'
    """
    if len(words) <= 1:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def join_names(names: Sequence[str], most: int = 0) -> str:
    """Join names of areas to a German enumeration; names with a comma of their own stand between semicolons.

    Parameters
    ----------
    names : sequence of str
        At least one name.
    most : int
        So many are named and the others counted; 0: all are named.

    Examples
    --------
    >>> join_names(["Trier, Stadt", "Hamburg", "Kiel, Stadt"])
    'Trier, Stadt; Hamburg und Kiel, Stadt'
    >>> join_names(["Schlad", "Styrum", "Vondern"], most=2)
    'Schlad, Styrum und ein weiteres'
    """
    shown = list(names[:most]) if most else list(names)
    between = "; " if any("," in name for name in shown) else ", "
    left_out = len(names) - len(shown)
    if left_out:
        return f"{between.join(shown)} und {'ein weiteres' if left_out == 1 else f'{left_out} weitere'}"
    return " und ".join(filter(None, (between.join(shown[:-1]), shown[-1])))

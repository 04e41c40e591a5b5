"""The verdict as German sentences, without any word that would claim a cause."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sozialanalyse.connections.construction import CAVEATS
from sozialanalyse.connections.spec import ConnectionSpec
from sozialanalyse.connections.synthesis import (
    REASONS,
    Category,
    PairEvidence,
    Verdict,
    equivalence_interval,
)

__all__ = ["ECOLOGICAL_NOTE", "FEWER", "Formatter", "german_number", "sentence", "strength"]

Formatter = Callable[[float, int], str]

ECOLOGICAL_NOTE: Final = (
    "Die Aussage gilt für Gebiete, nicht für einzelne Menschen, "
    "und sagt nichts darüber, wodurch sie zustande kommt."
)
"""Stands on every page with connections."""

FEWER: Final = "zählen dabei nur so viel wie"
"""Stands in a sentence on a pair whose areas are not independent of each other; the page explains it once."""

COEFFICIENTS: Final[dict[str, str]] = {"spearman": "Rangkorrelation", "pearson": "Korrelation"}


def german_number(value: float, digits: int) -> str:
    """Return a number with decimal comma and a true minus sign.

    Examples
    --------
    >>> german_number(-0.061, 2)
    '−0,06'
    """
    text = f"{value:.{digits}f}".replace(".", ",")
    if not any(digit in text for digit in "123456789"):
        text = text.removeprefix("-")
    return text.replace("-", "−")


def strength(estimate: float) -> str:
    """Return the German word for the size of a correlation, by fixed limits 0.3, 0.5 and 0.7.

    Examples
    --------
    >>> strength(-0.94)
    'stark'
    """
    for limit, word in ((0.7, "stark"), (0.5, "deutlich"), (0.3, "mäßig")):
        if abs(estimate) >= limit:
            return word
    return "schwach"


def sentence(
    verdict: Verdict,
    evidence: PairEvidence,
    spec: ConnectionSpec,
    labels: tuple[str, str],
    *,
    number: Formatter = german_number,
    group_label: str = "Sozialraum",
) -> str:
    """Return the verdict with size, interval, robustness and reservations.

    Parameters
    ----------
    verdict : Verdict
        From `judge`.
    evidence : PairEvidence
        What it rests on.
    spec : ConnectionSpec
        The rules that were applied.
    labels : (str, str)
        German names of the first and second indicator.
    number : callable
        Takes a value and the number of digits.
    group_label : str
        German word for a district.

    Returns
    -------
    str
        Two to six sentences, to be followed on the page by `ECOLOGICAL_NOTE`.
    """
    first, second = (f"»{label}«" for label in labels)
    parts = [
        _opening(verdict, evidence, spec, first, second, number),
        _burden(verdict, evidence),
        _support(verdict, evidence, number, group_label),
        _neighbours(evidence, number) if verdict.category is not Category.INSUFFICIENT else "",
        _over_time(evidence, number),
        " ".join(CAVEATS[mark] for mark in evidence.construction),
    ]
    return " ".join(part for part in parts if part)


def _opening(
    verdict: Verdict, evidence: PairEvidence, spec: ConnectionSpec, first: str, second: str, number: Formatter
) -> str:
    reasons = "; ".join(REASONS[reason] for reason in verdict.reasons)
    areas = f"{evidence.count} Gebiete"
    if verdict.category is Category.INSUFFICIENT and verdict.reasons != ("wide",):
        return f"Für {first} und {second} reichen die Daten nicht ({areas}): {_capital(reasons)}."
    size = (
        f"{COEFFICIENTS[evidence.method]} {number(evidence.estimate, 2)}, "
        f"{number(100 * spec.confidence, 0)}-%-Intervall {_limits(evidence.lower, evidence.upper, number)}, "
        f"{areas}"
    )
    if verdict.category is Category.INSUFFICIENT:
        return (
            f"Für {first} und {second} reichen die Daten nicht ({size}): "
            "Das Intervall reicht über null hinweg und lässt auch einen Zusammenhang von Belang zu."
        )
    if verdict.category is Category.NONE:
        lower, upper = equivalence_interval(evidence, spec)
        return (
            f"Zwischen {first} und {second} ist kein Zusammenhang erkennbar ({size}): Für diese Frage zählt "
            f"das {number(100 * (1.0 - 2.0 * spec.alpha), 0)}-%-Intervall; es liegt mit "
            f"{_limits(lower, upper, number, spec.smallest_effect)} ganz innerhalb von "
            f"±{number(spec.smallest_effect, 1)}."
        )
    if verdict.category is Category.INCONSISTENT:
        if verdict.reasons == ("curve",) and evidence.lower <= 0 <= evidence.upper:
            reasons = "das Intervall schließt die Null ein, andere vertretbare Rechenwege schließen sie aus"
        return f"Für {first} und {second} ist der Zusammenhang uneinheitlich ({size}): {_capital(reasons)}."
    direction = "höhere" if evidence.estimate > 0 else "niedrigere"
    observed = f"Höhere Werte bei {first} gehen einher mit {direction}n Werten bei {second} ({size})."
    if verdict.category is Category.ESTABLISHED:
        return f"{observed} Der Zusammenhang ist {strength(evidence.estimate)} und gesichert."
    word = strength(evidence.estimate)
    joined = f"{word} und" if word == "schwach" else f"{word}, aber"
    return f"{observed} Der Zusammenhang ist {joined} nur ein Hinweis: {_capital(reasons)}."


def _limits(lower: float, upper: float, number: Formatter, *bounds: float) -> str:
    """Write an interval with so many digits that no limit is taken for zero or for a bound that decides."""
    decisive = (0.0, *bounds)
    digits = next(
        (
            count
            for count in (2, 3)
            if all(
                abs(limit) in decisive or round(abs(limit), count) not in decisive for limit in (lower, upper)
            )
        ),
        4,
    )
    return f"{number(lower, digits)} bis {number(upper, digits)}"


def _burden(verdict: Verdict, evidence: PairEvidence) -> str:
    """Say whether disadvantages meet, where both indicators have a good and a bad end."""
    if verdict.category not in {Category.ESTABLISHED, Category.INDICATION} or not evidence.orientation:
        return ""
    size = abs(evidence.estimate)
    together = evidence.estimate * evidence.orientation > 0
    what = "Ungünstige Werte" if together else "Ungünstige Werte des einen"
    whom = "zusammen" if together else "auf günstige des anderen"
    if size < 0.3:
        return f"{what} treffen also nur etwas häufiger {whom}, als es der Zufall ergäbe."
    return f"{what} treffen also {'meist' if size >= 0.5 else 'eher'} {whom}."


def _support(verdict: Verdict, evidence: PairEvidence, number: Formatter, group_label: str) -> str:
    if verdict.category not in {Category.ESTABLISHED, Category.INDICATION, Category.INCONSISTENT}:
        return ""
    ranges = [
        f"wenn je {word} wegbleibt {' bis '.join(dict.fromkeys(number(end, 2) for end in span))}"
        for word, span in (
            ("ein Gebiet", evidence.area_range),
            (f"ein Gebiet der Ebene {group_label}", evidence.group_range),
        )
        if span is not None
    ]
    agreeing, others = verdict.agreeing
    if others == 1:
        ranges.append(f"im einzigen anderen Rechenweg {'bestätigt' if agreeing else 'nicht bestätigt'}")
    elif others:
        ranges.append(f"in {agreeing} von {others} anderen Rechenwegen bestätigt")
    return f"Zur Prüfung: {', '.join(ranges)}." if ranges else ""


def _neighbours(evidence: PairEvidence, number: Formatter) -> str:
    if evidence.size > 0.9 * evidence.count:
        return ""
    return f"Die {evidence.count} Gebiete {FEWER} {number(evidence.size, 0)} voneinander unabhängige."


def _over_time(evidence: PairEvidence, number: Formatter) -> str:
    panel = evidence.panel
    if panel is None:
        return ""
    r = f"Korrelation der Veränderungen {number(panel.within_correlation, 2)}"
    if panel.within_lower <= 0 <= panel.within_upper:
        return f"Innerhalb der Gebiete zeigt sich über {panel.years} Jahre kein klarer Gleichlauf ({r})."
    course = "gleichgerichtet" if panel.within > 0 else "entgegengesetzt"
    size = strength(panel.within_correlation)
    return f"Innerhalb der Gebiete verändern sich beide über {panel.years} Jahre {size} {course} ({r})."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

"""Pairs that go together because they are made from the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Final, Literal

__all__ = ["CAVEATS", "Construction", "shared_construction"]

Construction = Literal["declared", "shared_numerator", "nested", "shared_denominator"]

CAVEATS: Final[dict[str, str]] = {
    "declared": "Beide Indikatoren sind zum Teil aus denselben Daten gebildet "
    "und gehen schon deshalb zusammen.",
    "shared_numerator": "Beide Indikatoren zählen dieselben Fälle und gehen schon deshalb zusammen.",
    "nested": "Der eine Indikator zählt, was beim anderen die Bezugsgröße ist; "
    "ein Teil des Zusammenhangs entsteht so von selbst.",
    "shared_denominator": "Beide Indikatoren beziehen sich auf dieselbe Bevölkerungsgruppe; "
    "Fehler in dieser Zahl treffen beide.",
}


def shared_construction(
    indicator_ids: Sequence[str],
    numerator_labels: Sequence[str],
    denominator_labels: Sequence[str],
    shared_sources: Sequence[Sequence[str]],
) -> dict[tuple[str, str], tuple[Construction, ...]]:
    """Return for each pair in what way its two indicators are made from the same numbers.

    Parameters
    ----------
    indicator_ids, numerator_labels, denominator_labels : sequence of str, length K
        What is counted and what it is related to; ``""`` where unknown.
    shared_sources : sequence of sequence of str
        Groups declared to be built from the same data; they may name indicators that are not here.

    Returns
    -------
    dict
        Keyed by both ids in alphabetical order; pairs without anything in common are left out.

    Examples
    --------
    >>> shared_construction(["a", "b"], ["SGB II", "Kinder im SGB II"], ["Personen", "SGB II"], [])
    {('a', 'b'): ('nested',)}
    """
    found: dict[tuple[str, str], tuple[Construction, ...]] = {}
    parts = zip(indicator_ids, numerator_labels, denominator_labels, strict=True)
    for (a, top_a, base_a), (b, top_b, base_b) in combinations(sorted(parts), 2):
        checks: dict[Construction, bool] = {
            "declared": any(a in group and b in group for group in shared_sources),
            "shared_numerator": bool(top_a) and top_a == top_b,
            "nested": (bool(top_a) and top_a == base_b) or (bool(top_b) and top_b == base_a),
            "shared_denominator": bool(base_a) and base_a == base_b,
        }
        marks = tuple(name for name, holds in checks.items() if holds)
        if marks:
            found[a, b] = marks
    return found

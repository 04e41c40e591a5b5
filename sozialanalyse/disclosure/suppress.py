"""Primary suppression: which cells break a rule by themselves."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sozialanalyse.disclosure.rules import Limits

__all__ = ["HIDDEN_REASONS", "LINKED", "SHOWN_REASONS", "primary_suppression"]

LINKED: Final = "linked"

HIDDEN_REASONS: Final[dict[str, str]] = {
    "": "",
    "denominator": "Bezugsgruppe zu klein",
    "numerator": "zu wenige Fälle",
    "complement": "zu wenige Übrige in der Bezugsgruppe",
    "zero": "keine Fälle, wird nach Regel nicht gezeigt",
    LINKED: "zum Schutz eines anderen Werts",
}
"""Why a cell is hidden: code to German explanation, for those who may know it."""

_SMALL: Final = "zu wenige Fälle, zu wenige Übrige in der Bezugsgruppe oder zum Schutz eines anderen Werts"
SHOWN_REASONS: Final[dict[str, str]] = {
    code: _SMALL if code in ("numerator", "complement", "zero", LINKED) else reason
    for code, reason in HIDDEN_REASONS.items()
}
"""What readers are told instead: who knows that a number is hidden for being small knows it almost."""


def primary_suppression(
    kind: ArrayLike, value: ArrayLike, numerator: ArrayLike, denominator: ArrayLike, limits: Limits
) -> NDArray[np.str_]:
    """Find the cells that break a rule by themselves.

    Parameters
    ----------
    kind : array_like of str, shape (n,)
        Kind of each cell's indicator.
    value, numerator, denominator : array_like of float, shape (n,)
        Value (used for counts), cases and reference group; NaN where there are none.
    limits : Limits
        What each cell must fulfil.

    Returns
    -------
    array of str, shape (n,)
        A code of ``HIDDEN_REASONS``; ``""`` where the cell breaks no rule. Scores are never hidden here:
        the dataset does not say how many persons stand behind them.

    Examples
    --------
    >>> from sozialanalyse.disclosure.rules import DisclosureRules
    >>> limits = DisclosureRules(3, 100, 3, True, {}).limits(["share"] * 3)
    >>> primary_suppression(["proportion"] * 3, [np.nan] * 3, [2, 40, 0], [400, 60, 400], limits).tolist()
    ['numerator', 'denominator', '']
    """
    kinds = np.asarray(kind, dtype=str)
    cases = np.where(
        kinds == "count", np.asarray(value, dtype=np.float64), np.asarray(numerator, dtype=np.float64)
    )
    group = np.asarray(denominator, dtype=np.float64)
    counted = np.isin(kinds, ("proportion", "rate"))
    others = np.where(counted, group - cases, np.nan)
    # Comparisons with NaN are false: a cell without numbers breaks no rule.
    return np.select(
        [
            counted & (group < limits.denominator),
            (kinds != "score") & (cases > 0) & (cases < limits.numerator),
            (others > 0) & (others < limits.complement),
            (kinds != "score") & (cases == 0) & ~limits.zero,
        ],
        ["denominator", "numerator", "complement", "zero"],
        default="",
    )

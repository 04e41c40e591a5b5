"""An area against the city that contains it: difference and ratio, with the overlap allowed for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sozialanalyse.errors import MethodError, require_choice
from sozialanalyse.indicators.compare import (
    KINDS,
    ComparedKind,
    proportion_difference,
    proportion_ratio,
    rate_difference,
    rate_ratio,
)
from sozialanalyse.indicators.inputs import together
from sozialanalyse.indicators.rates import ROUNDING, Interval

__all__ = ["difference_to_whole", "ratio_to_whole"]


def difference_to_whole(
    numerator_part: ArrayLike,
    denominator_part: ArrayLike,
    numerator_whole: ArrayLike,
    denominator_whole: ArrayLike,
    kind: ComparedKind,
    *,
    confidence: float = 0.95,
) -> Interval:
    """Difference between a part and the whole that contains it, such as a Sozialquartier and its city.

    Parameters
    ----------
    numerator_part, denominator_part : array_like of float
        Counts of the part.
    numerator_whole, denominator_whole : array_like of float
        Counts of the whole, the part included; all four broadcast against each other.
    kind : {"proportion", "rate"}
        What is compared.
    confidence : float
        Nominal coverage.

    Returns
    -------
    Interval
        Part minus whole: 0 means no difference, proportions lie between −1 and 1. NaN where one of the two is
        not defined. Where nobody lives outside the part, the value is 0 and the limits are NaN.

    Raises
    ------
    MethodError
        If a count is negative, a numerator exceeds its denominator in a proportion, or a part is larger than
        its whole.
    ParameterError
        If `kind` is unknown or `confidence` is not between 0 and 1.

    Notes
    -----
    Part and whole share people and are not independent. With w, the part's share of the denominator,
    part − whole = (1 − w)·(part − rest), where part and rest are independent. The limits are therefore those
    of part − rest times (1 − w), and exclude 0 exactly when those of part − rest do.

    Examples
    --------
    >>> d = difference_to_whole(300, 1_000, 1_500, 10_000, "proportion")
    >>> print(d.value.round(3), d.lower.round(3), d.upper.round(3))
    0.15 0.124 0.177
    """
    n_part, d_part, n_rest, d_rest = _part_and_rest(
        numerator_part, denominator_part, numerator_whole, denominator_whole, kind
    )
    d_whole = d_part + d_rest
    compare = proportion_difference if kind == "proportion" else rate_difference
    against_rest = compare(n_part, d_part, n_rest, d_rest, confidence)
    outside = np.divide(d_rest, d_whole, out=np.full(d_rest.shape, np.nan), where=d_whole > 0)
    alone = (d_rest == 0) & (d_part > 0) & (n_rest == 0)
    return replace(
        against_rest,
        value=np.where(alone, 0.0, outside * against_rest.value),
        lower=np.asarray(outside * against_rest.lower),
        upper=np.asarray(outside * against_rest.upper),
        method=f"{against_rest.method}/part_of_whole",
    )


def ratio_to_whole(
    numerator_part: ArrayLike,
    denominator_part: ArrayLike,
    numerator_whole: ArrayLike,
    denominator_whole: ArrayLike,
    kind: ComparedKind,
    *,
    confidence: float = 0.95,
) -> Interval:
    """Ratio of a part to the whole that contains it, such as a Sozialquartier to its city.

    Parameters
    ----------
    numerator_part, denominator_part, numerator_whole, denominator_whole, kind, confidence
        As in :func:`difference_to_whole`.

    Returns
    -------
    Interval
        From 0 (nobody in the part) over 1 (no difference) to the whole's denominator over the part's (all
        cases in the part). NaN where one of the two is not defined or nobody in the whole has the property.
        Where nobody lives outside the part, the value is 1 and the limits are NaN.

    Raises
    ------
    MethodError
        If a count is negative, a numerator exceeds its denominator in a proportion, or a part is larger than
        its whole.
    ParameterError
        If `kind` is unknown or `confidence` is not between 0 and 1.

    Notes
    -----
    With w, the part's share of the denominator, and Q = rest/part, the ratio is 1/(w + (1 − w)·Q). It falls
    as Q rises, so its limits are those of the ratio of two independent groups put into that formula. They
    exclude 1 exactly when those of Q do.

    Examples
    --------
    >>> r = ratio_to_whole(300, 1_000, 1_500, 10_000, "proportion")
    >>> print(r.value.round(3), r.lower.round(3), r.upper.round(3))
    2.0 1.83 2.176
    """
    n_part, d_part, n_rest, d_rest = _part_and_rest(
        numerator_part, denominator_part, numerator_whole, denominator_whole, kind
    )
    compare = proportion_ratio if kind == "proportion" else rate_ratio
    nobody = n_part == 0
    # A part without cases has no ratio rest/part, but the inverse one has limits.
    upright = compare(n_rest, d_rest, n_part, d_part, confidence)
    inverse = compare(n_part, d_part, n_rest, d_rest, confidence)
    with np.errstate(divide="ignore"):
        most = np.where(nobody, 1.0 / inverse.upper, upright.lower)
    part_share = np.divide(d_part, d_part + d_rest, out=np.full(d_part.shape, np.nan), where=d_part > 0)

    def to_whole(rest_to_part: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(1.0 / (part_share + (1.0 - part_share) * rest_to_part))

    alone = (d_rest == 0) & (n_rest == 0) & (n_part > 0)
    empty = nobody & (n_rest > 0) & (d_part > 0)
    return replace(
        upright,
        value=np.where(alone, 1.0, np.where(empty, 0.0, to_whole(upright.value))),
        lower=np.where(empty, 0.0, to_whole(upright.upper)),
        upper=to_whole(most),
        method=f"{upright.method}/part_of_whole",
    )


def _part_and_rest(
    numerator_part: ArrayLike,
    denominator_part: ArrayLike,
    numerator_whole: ArrayLike,
    denominator_whole: ArrayLike,
    kind: str,
) -> tuple[NDArray[np.float64], ...]:
    """Return the counts of the part and of all that lies outside it, which is independent of the part."""
    require_choice("kind", kind, KINDS)
    n_part, d_part, n_whole, d_whole = together(
        Zähler_des_Teils=numerator_part,
        Nenner_des_Teils=denominator_part,
        Zähler_des_Ganzen=numerator_whole,
        Nenner_des_Ganzen=denominator_whole,
    )
    n_rest, d_rest = (
        np.where(np.abs(whole - part) <= ROUNDING * whole, 0.0, whole - part)
        for part, whole in ((n_part, n_whole), (d_part, d_whole))
    )
    larger = int(np.count_nonzero((n_rest < 0) | (d_rest < 0)))
    if larger:
        raise MethodError(
            f"Ein Teil darf nicht größer als das Ganze sein. Gefunden: {larger} Fälle. "
            "Bitte prüfen, ob beide aus derselben Tabelle stammen."
        )
    return n_part, d_part, n_rest, d_rest

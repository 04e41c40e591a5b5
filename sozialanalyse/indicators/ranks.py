"""How sure a rank is: which ranks of an area are compatible with the intervals of all areas."""

from __future__ import annotations

import numpy as np

from sozialanalyse.indicators.rates import Interval

__all__ = ["rank_interval"]


def rank_interval(interval: Interval) -> Interval:
    """Rank of each area among all, with the best and the worst rank that the intervals allow.

    Parameters
    ----------
    interval : Interval, arrays of shape (areas,)
        Values of all areas with their limits.

    Returns
    -------
    Interval
        From 1 (the highest value) to the number of areas with a value; ties share the better rank. `lower` is
        the best and `upper` the worst rank. NaN without a value; no limits at all where an area has a value
        but no limits, because any rank would then be possible.

    Notes
    -----
    An area stands behind those whose limits lie wholly above its own, and before those whose limits lie
    wholly below. If the limits of all areas hold their true values, all ranks hold too; with limits of 95 %
    for each area a single rank is held in more than 95 % of cases, as two intervals fail to overlap far less
    often than one misses its value.

    References
    ----------
    Klein, M., Wright, T., Wieczorek, J. (2020). A joint confidence region for an overall ranking of
    populations. Journal of the Royal Statistical Society C, 69, 589-606.

    Examples
    --------
    >>> from sozialanalyse.indicators.rates import wilson_interval
    >>> ranks = rank_interval(wilson_interval([300, 210, 200, 90], [1_000, 1_000, 1_000, 1_000]))
    >>> ranks.value, ranks.lower, ranks.upper
    (array([1., 2., 3., 4.]), array([1., 2., 2., 4.]), array([1., 3., 3., 4.]))
    """
    known = ~np.isnan(interval.value)
    values = np.sort(interval.value[known])
    low, high = np.sort(interval.lower[known]), np.sort(interval.upper[known])
    ranks = {name: np.full(interval.value.shape, np.nan) for name in ("value", "lower", "upper")}
    # Counted from the highest: how many lie wholly above, how many do not lie wholly below.
    ranks["value"][known] = 1 + known.sum() - np.searchsorted(values, interval.value[known], side="right")
    if not np.isnan(low).any() and not np.isnan(high).any():
        ranks["lower"][known] = 1 + known.sum() - np.searchsorted(low, interval.upper[known], side="right")
        ranks["upper"][known] = known.sum() - np.searchsorted(high, interval.lower[known], side="left")
    return Interval(**ranks, confidence=interval.confidence, method="overlap")

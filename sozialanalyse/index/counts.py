"""Ten thousand draws of every count of a city: binomial and Poisson numbers by inversion with a guide table.

A cell's numbers all come from one distribution. Its distribution function is tabulated once; a guide table
then finds nearly every draw with a single look, which is several times faster than the rejection method of
numpy's generator, and as exact.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from sozialanalyse.index.data import FloatArray

__all__ = ["distribution", "draw_counts"]

BITS: Final = 14
"""The guide table has 2 to the power of this entries."""
DEVIATIONS: Final = 9.0
"""The table reaches this many standard deviations (and some steps) to both sides; beyond it lies less than
rounding error."""
STEPS: Final = 40.0


def distribution(events: float, persons: float) -> tuple[int, FloatArray]:
    """Return the distribution function of a count where it differs from 0 and 1.

    Parameters
    ----------
    events : float
        Expected number, above 0.
    persons : float
        Number of trials of a binomial distribution, not below `events`; NaN or infinite: Poisson.

    Returns
    -------
    lowest : int
        Smallest number in the table.
    cumulative : ndarray
        Probability of at most `lowest`, `lowest` + 1, …; the last is 1.

    Notes
    -----
    From the ratio of neighbouring probabilities, (n − k) p / ((k + 1) (1 − p)) or λ / (k + 1): no factorial
    is needed, and the error stays at that of the last digits.

    Examples
    --------
    >>> lowest, cumulative = distribution(1.0, 2.0)
    >>> lowest, cumulative.round(2).tolist()
    (0, [0.25, 0.75, 1.0])
    """
    binomial = np.isfinite(persons)
    share = events / persons if binomial else 0.0
    reach = DEVIATIONS * np.sqrt(events * (1.0 - share)) + STEPS
    lowest = max(0, int(events - reach))
    highest = int(np.ceil(events + reach))
    if binomial:
        highest = min(highest, int(persons))
    if share == 1.0:
        return highest, np.ones(1)
    k = np.arange(lowest, highest, dtype=np.float64)
    ratio = (persons - k) * (share / (1.0 - share)) if binomial else events
    cumulative = np.cumsum(np.cumprod(np.append(1.0, ratio / (k + 1.0))))
    cumulative /= cumulative[-1]
    return lowest, cumulative


def draw_counts(
    events: FloatArray, persons: FloatArray, draws: int, generator: np.random.Generator
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.unsignedinteger]]:
    """Draw the count of each cell anew, as it could have come out by chance.

    Parameters
    ----------
    events, persons : ndarray of shape (C,)
        Counts, above 0, and whole numbers of persons; NaN or infinite persons: Poisson.
    draws : int
        Number of draws, B.
    generator : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    lowest : ndarray of int, shape (C,)
        Smallest number that can come out.
    above : ndarray of int, shape (C, B)
        How far each draw lies above it; all draws are independent.

    Notes
    -----
    A draw falls into one of 2¹⁴ equal parts of the unit interval. Where the distribution function has no step
    in this part, the number is known; else a second draw places it within the part (Chen & Asmussen 1974).

    References
    ----------
    Chen, H. C., Asmussen, Y. (1974). On generating random variates from an empirical distribution. AIIE
    Transactions 6, 163–166.

    Examples
    --------
    >>> lowest, above = draw_counts(np.array([50.0]), np.array([200.0]), 40_000, np.random.default_rng(1))
    >>> lowest[0] + above.mean().round(), above.var().round()
    (np.float64(50.0), np.float64(38.0))
    """
    parts = 1 << BITS
    lowest = np.empty(len(events), dtype=np.int64)
    widest = 2 * (DEVIATIONS * np.sqrt(events.max(initial=1.0)) + STEPS + 1)
    word = np.uint16 if widest < np.iinfo(np.uint16).max else np.uint32
    unsure_mark = np.iinfo(word).max
    drawn = np.empty((len(events), draws), dtype=word)
    for cell, (mean, trials) in enumerate(zip(events.tolist(), persons.tolist(), strict=True)):
        lowest[cell], cumulative = distribution(mean, trials)
        steps = (cumulative * parts).astype(np.int64)
        guide = np.repeat(np.arange(len(steps), dtype=word), np.diff(steps, prepend=0))
        guide[steps[steps < parts]] = unsure_mark
        # Every 64 random bits serve four draws.
        random = generator.integers(0, 2**64 - 1, size=-(-draws // 4), dtype=np.uint64, endpoint=True)
        part = random.view(np.uint16)[:draws] >> (16 - BITS)
        row = drawn[cell]
        guide.take(part, out=row, mode="wrap")
        unsure = np.flatnonzero(row == unsure_mark)
        place = (part[unsure] + generator.random(len(unsure))) / parts
        row[unsure] = np.searchsorted(cumulative, place, side="right")
    return lowest, drawn

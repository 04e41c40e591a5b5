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

__all__ = ["distributions", "draw_counts"]

BITS: Final = 12
"""The guide table has at most 2 to the power of this entries; few draws would not repay so many."""
GROUP: Final = 16
"""Cells drawn at a time: enough to hide the cost of a call, few enough to stay near the processor."""
DEVIATIONS: Final = 9.0
"""The table reaches this many standard deviations (and some steps) to both sides; beyond it lies less than
rounding error."""
STEPS: Final = 40.0


def distributions(events: FloatArray, persons: FloatArray) -> tuple[npt.NDArray[np.int64], FloatArray]:
    """Return the distribution functions of some counts where they differ from 0 and 1.

    Parameters
    ----------
    events : ndarray of shape (C,)
        Expected numbers, above 0.
    persons : ndarray of shape (C,)
        Numbers of trials of binomial distributions, not below `events`; NaN or infinite: Poisson.

    Returns
    -------
    lowest : ndarray of int, shape (C,)
        Smallest number in the table of each count.
    cumulative : ndarray of shape (C, W)
        Probability of at most `lowest`, `lowest` + 1, …; 1 from the largest number on.

    Notes
    -----
    From the ratio of neighbouring probabilities, (n − k) p / ((k + 1) (1 − p)) or λ / (k + 1): no factorial
    is needed, and the error stays at that of the last digits.

    Examples
    --------
    >>> lowest, cumulative = distributions(np.array([1.0, 2.0]), np.array([2.0, 2.0]))
    >>> lowest.tolist(), cumulative.round(2).tolist()
    ([0, 2], [[0.25, 0.75, 1.0], [1.0, 1.0, 1.0]])
    """
    binomial = np.isfinite(persons)
    trials = np.where(binomial, persons, 0.0)
    share = np.divide(events, trials, out=np.zeros(len(events)), where=binomial)
    odds = np.divide(share, 1.0 - share, out=np.zeros(len(events)), where=share < 1.0)
    reach = DEVIATIONS * np.sqrt(events * (1.0 - share)) + STEPS
    highest = np.ceil(events + reach)
    highest = np.where(binomial, np.minimum(highest, trials), highest)
    lowest = np.where(share == 1.0, highest, np.maximum(np.floor(events - reach), 0.0))
    k = lowest[:, None] + np.arange((highest - lowest).max(initial=0.0))
    ratio = np.where(binomial[:, None], (trials[:, None] - k) * odds[:, None], events[:, None])
    ratio /= k + 1.0
    ratio[k >= highest[:, None]] = 0.0
    cumulative = np.ones((len(events), k.shape[1] + 1))
    np.cumprod(ratio, axis=1, out=cumulative[:, 1:])
    np.cumsum(cumulative, axis=1, out=cumulative)
    cumulative /= cumulative[:, -1:]
    return lowest.astype(np.int64), cumulative


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
    A draw falls into one of at most 2¹² equal parts of the unit interval. Where the distribution function has
    no step in this part, the number is known; else a second draw places it within the part (Chen & Asmussen
    1974).

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
    widest = 2 * (DEVIATIONS * np.sqrt(events.max(initial=1.0)) + STEPS + 1)
    word = np.uint16 if widest < np.iinfo(np.uint16).max else np.uint32
    lowest = np.empty(len(events), dtype=np.int64)
    above = np.empty((len(events), draws), dtype=word)
    # Cells of like size together: their tables have about the same width.
    order = np.argsort(events, kind="stable")
    for start in range(0, len(order), GROUP):
        cells = order[start : start + GROUP]
        lowest[cells], cumulative = distributions(events[cells], persons[cells])
        above[cells] = _invert(cumulative, draws, word, generator)
    return lowest, above


def _invert(
    cumulative: FloatArray,
    draws: int,
    word: type[np.unsignedinteger],
    generator: np.random.Generator,
) -> npt.NDArray[np.unsignedinteger]:
    """Draw positions in the rows of a table of distribution functions."""
    # An entry costs a twentieth of a second draw, which about 120 steps make necessary.
    bits = min(BITS, round(np.log2(50.0 * np.sqrt(draws))))
    parts = 1 << bits
    count, width = cumulative.shape
    unsure_mark = np.iinfo(word).max
    row = np.arange(count)[:, None]
    steps = (cumulative * parts).astype(np.intp) + parts * row
    inside = np.bincount(steps[cumulative < 1.0], minlength=count * parts).reshape(count, parts)
    guide = np.cumsum(inside, axis=1).astype(word)
    guide[inside > 0] = unsure_mark
    # Every 64 random bits serve four draws.
    random = generator.integers(0, 2**64 - 1, size=-(-count * draws // 4), dtype=np.uint64, endpoint=True)
    part = random.view(np.uint16)[: count * draws].reshape(count, draws)
    part >>= 16 - bits
    drawn: npt.NDArray[np.unsignedinteger] = guide.take(part + parts * row, mode="wrap")
    unsure = np.flatnonzero(drawn == unsure_mark)
    within = (part.reshape(-1)[unsure] + generator.random(len(unsure))) / parts
    # One search serves all rows: that of row r looks between 2 r and 2 r + 1, and its end lies beyond.
    of_row = unsure // draws
    table = (np.where(cumulative < 1.0, cumulative, 1.5) + 2.0 * row).reshape(-1)
    found = np.searchsorted(table, within + 2.0 * of_row, side="right")
    drawn.reshape(-1)[unsure] = found - width * of_row
    return drawn

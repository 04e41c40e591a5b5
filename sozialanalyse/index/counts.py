"""Ten thousand draws of every count of a city: binomial and Poisson numbers by Latin hypercube sampling.

A cell's numbers all come from one distribution. Its distribution function is tabulated once and says how
often each number comes out; only the order of the numbers is left to chance. That is an order of magnitude
faster than to draw each number, and each draw of a city has the same distribution.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from sozialanalyse.index.data import FloatArray

__all__ = ["distributions", "draw_counts"]

ORDERS: Final = 64
"""Cells that share an order, each beginning at a place of its own; so many repay making the order."""
FEW: Final = 8
"""With fewer draws than this times the cells that share an order, fewer share one."""
DEVIATIONS: Final = 7.5
"""The table reaches this many standard deviations (and some steps) to both sides; beyond it lies less than
10⁻¹³."""
STEPS: Final = 25.0


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
    From the ratio of neighbouring probabilities, ((n + 1) / (k + 1) − 1) p / (1 − p) or λ / (k + 1): no
    factorial is needed, and the error stays at that of the last digits.

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
    slope = odds[:, None]
    above = lowest[:, None] + np.arange(1.0, (highest - lowest).max(initial=0.0) + 1.0)
    ratio = np.where(binomial, (trials + 1.0) * odds, events)[:, None] / above
    ratio -= slope
    ratio *= above <= highest[:, None]
    cumulative = np.ones((len(events), above.shape[1] + 1))
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
        How far each draw lies above it.

    Notes
    -----
    Latin hypercube sampling: the b-th draw of a cell is the inverse of its distribution function at ``(π(b) +
    u) / B`` with π a random order of 0, …, B − 1 and u a random number in [0, 1). For each single draw this
    number is evenly distributed, so that the count has exactly its distribution, whatever its size; over all
    draws each count comes out as often as its probability says, up to one. Means and shares over draws are
    unbiased, and not less exact than those of as many independent draws (Stein 1987).

    Up to 64 cells take the same order from different places on. The counts of two such cells within a draw
    then have a correlation of about −1/(B − 1), which is far below the error 1/√B of a correlation of B
    draws; all other counts are independent.

    References
    ----------
    McKay, M. D., Beckman, R. J., Conover, W. J. (1979). A comparison of three methods for selecting values of
    input variables in the analysis of output from a computer code. Technometrics 21, 239–245.
    Stein, M. (1987). Large sample properties of simulations using Latin hypercube sampling. Technometrics 29,
    143–151.

    Examples
    --------
    >>> lowest, above = draw_counts(np.array([50.0]), np.array([200.0]), 40_000, np.random.default_rng(1))
    >>> (lowest[0] + above.mean()).round(2), above.var().round(1)
    (np.float64(50.0), np.float64(37.5))
    """
    widest = 2 * (DEVIATIONS * np.sqrt(events.max(initial=1.0)) + STEPS + 1)
    word = np.uint16 if widest < np.iinfo(np.uint16).max else np.uint32
    lowest = np.empty(len(events), dtype=np.int64)
    above = np.empty((len(events), draws), dtype=word)
    share = max(1, min(ORDERS, draws // FEW))
    # Cells of like size together: their tables have about the same width.
    by_size = np.argsort(events, kind="stable")
    for start in range(0, len(by_size), share):
        cells = by_size[start : start + share]
        lowest[cells], cumulative = distributions(events[cells], persons[cells])
        # How many of the B evenly spaced points (j + u) / B lie below each step of the distribution function.
        cumulative *= draws
        cumulative -= generator.random((len(cells), 1))
        below = np.ceil(cumulative, out=cumulative).astype(np.intp)
        often = np.diff(below, axis=1, prepend=0)
        steps = np.arange(below.shape[1], dtype=word)
        order = generator.permutation(draws)
        twice = np.concatenate([order, order])
        places = generator.choice(draws, size=len(cells), replace=False)
        for cell, times, place in zip(cells.tolist(), often, places.tolist(), strict=True):
            steps.repeat(times).take(twice[place : place + draws], out=above[cell], mode="clip")
    return lowest, above

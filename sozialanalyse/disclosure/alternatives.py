"""Alternatives to hiding cells: rounding and the cell-key method, and what they do to the figures.

All randomness comes from a seed and the key of the cell: a cell looks the same in every table and run.
Whoever knows the seed can undo the change: it has to be kept as secret as the data.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import logsumexp

from sozialanalyse.disclosure.system import TOLERANCE, FloatArray
from sozialanalyse.errors import ParameterError

__all__ = [
    "Distortion", "PerturbationTable", "cell_uniforms", "measure_bias", "perturb", "perturbation_table",
    "round_randomly", "round_to_base",
]  # fmt: skip

_BITS = 53


def cell_uniforms(keys: Sequence[Hashable], seed: str) -> FloatArray:
    """Return a number in [0, 1) per cell that depends on seed and key alone, shape (n,).

    Parameters
    ----------
    keys : sequence of str, number or tuple of these, length n
    seed : str
        Secret text; anything else than the empty text.

    Raises
    ------
    ParameterError
        If the seed is empty.

    Examples
    --------
    >>> first = cell_uniforms(["a", "b"], "geheim")
    >>> bool((first == cell_uniforms(["b", "a"], "geheim")[::-1]).all())
    True
    """
    if not seed:
        raise ParameterError("»seed« darf nicht leer sein. Bitte einen geheimen Text angeben.")
    digest = hashlib.blake2b(seed.encode(), digest_size=32).digest()
    numbers = [
        int.from_bytes(hashlib.blake2b(repr(key).encode(), digest_size=8, key=digest).digest())
        for key in keys
    ]
    return np.array([number >> (64 - _BITS) for number in numbers], dtype=np.float64) / 2.0**_BITS


def round_to_base(values: ArrayLike, base: int = 5) -> FloatArray:
    """Round each value to the nearest multiple of the base; in the middle to the even multiple.

    Parameters
    ----------
    values : (n,) float
    base : int, at least 2

    Returns
    -------
    (n,) float
        Off by half a base at most. Sums no longer fit exactly.

    Raises
    ------
    ParameterError
        If the base is smaller than 2.

    Examples
    --------
    >>> round_to_base([0, 2, 3, 7, 8, 12]).tolist()
    [0.0, 0.0, 5.0, 5.0, 10.0, 10.0]
    """
    _fail_if_base_is_small(base)
    rounded: FloatArray = np.round(np.asarray(values, dtype=np.float64) / base) * base
    return rounded


def round_randomly(values: ArrayLike, keys: Sequence[Hashable], seed: str, *, base: int = 5) -> FloatArray:
    """Round each value up or down to a multiple of the base so that the expectation is the true value.

    Parameters
    ----------
    values : (n,) float
    keys : sequence of hashable, length n
    seed : str
        See `cell_uniforms`.
    base : int, at least 2

    Returns
    -------
    (n,) float
        Off by less than one base; multiples of the base stay.

    Raises
    ------
    ParameterError
        If the base is smaller than 2, the seed is empty or lengths differ.

    Notes
    -----
    A value ``k·base + r`` is rounded up with probability ``r / base``.
    """
    _fail_if_base_is_small(base)
    true = np.asarray(values, dtype=np.float64)
    _fail_if_lengths_differ(len(true), len(keys))
    floor = np.floor(true / base) * base
    rounded: FloatArray = floor + base * (cell_uniforms(keys, seed) < (true - floor) / base)
    return rounded


@dataclass(frozen=True, slots=True, eq=False)
class PerturbationTable:
    """Probabilities of the cell-key method: what is added to a count.

    Attributes
    ----------
    steps : (2 D + 1,) int as float
        Possible additions −D … D.
    probabilities : (T + 1, 2 D + 1) float
        Row t for the count t, the last row for all larger counts; each row adds up to 1 and has mean 0.
    variances : (T + 1,) float
        Variance of each row; the one asked for where that is possible.
    """

    steps: FloatArray
    probabilities: FloatArray
    variances: FloatArray


def perturbation_table(
    *, maximum: int = 4, variance: float = 2.0, smallest_shown: int = 1
) -> PerturbationTable:
    """Make the table of the cell-key method: the most random one with mean 0 and the variance asked for.

    Parameters
    ----------
    maximum : int, at least 1
        Largest addition D.
    variance : float, greater than 0
        Variance of the addition, in persons squared.
    smallest_shown : int, at least 1
        Smallest positive count that may result: 3 lets no 1 and 2 appear.

    Returns
    -------
    PerturbationTable
        Zero stays zero. Where mean 0 does not allow the variance (counts near 0), the nearest possible one.

    Raises
    ------
    ParameterError
        If a parameter is out of range, or `maximum` is too small for `smallest_shown`.

    References
    ----------
    Giessing, S. (2016). Computational issues in the design of transition probabilities and disclosure risk
    estimation for additive noise. Privacy in Statistical Databases, LNCS 9867, 237–251.
    Thompson, G., Broadfoot, S. & Elazar, D. (2013). Methodology for the automatic confidentialisation of
    statistical outputs from remote servers at the Australian Bureau of Statistics. UNECE/Eurostat Work
    Session on Statistical Data Confidentiality.

    Examples
    --------
    >>> table = perturbation_table(maximum=2, variance=1.0)
    >>> table.probabilities[0].tolist()
    [0.0, 0.0, 1.0, 0.0, 0.0]
    >>> table.probabilities[-1].round(3).tolist()
    [0.064, 0.245, 0.383, 0.245, 0.064]
    """
    if maximum < 1 or not variance > 0 or not 1 <= smallest_shown <= maximum + 1:
        raise ParameterError(
            "Die Überlagerung braucht »maximum« ab 1, »variance« über 0 und »smallest_shown« von 1 bis "
            "»maximum« + 1. Bitte die Angaben prüfen."
        )
    steps = np.arange(-maximum, maximum + 1, dtype=np.float64)
    top = maximum + smallest_shown
    rows = np.zeros((top + 1, len(steps)))
    rows[0, maximum] = 1.0
    for count in range(1, top + 1):
        result = count + steps
        possible = (result == 0) | (result >= smallest_shown)
        rows[count, possible] = _most_random(steps[possible], variance)
    return PerturbationTable(steps, rows, rows @ steps**2)


def _most_random(steps: FloatArray, variance: float) -> FloatArray:
    """Return the distribution of largest entropy with mean 0 and the variance, or the nearest one."""
    below, above = steps[steps < 0], steps[steps > 0]
    least = 0.0 if (steps == 0).any() else -below.max() * above.min()
    most = -below.min() * above.max()
    if variance <= least + TOLERANCE:
        return _two_points(steps, below.max(), above.min())
    if variance >= most - TOLERANCE:
        return _two_points(steps, below.min(), above.max())
    moments = np.stack([steps, steps**2]) / np.array([[np.abs(steps).max()], [(steps**2).max()]])
    wanted = np.array([0.0, variance / (steps**2).max()])

    def dual(weights: FloatArray) -> tuple[float, FloatArray]:
        score = weights @ moments
        total = float(logsumexp(score))
        return total - float(weights @ wanted), moments @ np.exp(score - total) - wanted

    weights = minimize(dual, np.zeros(2), jac=True, method="BFGS", options={"gtol": 1e-10}).x
    score = weights @ moments
    probabilities: FloatArray = np.exp(score - logsumexp(score))
    return probabilities


def _two_points(steps: FloatArray, low: float, high: float) -> FloatArray:
    """Return the distribution with mean 0 on two steps."""
    probabilities = np.zeros(len(steps))
    probabilities[steps == low] = high / (high - low)
    probabilities[steps == high] = -low / (high - low)
    return probabilities


def perturb(values: ArrayLike, keys: Sequence[Hashable], seed: str, table: PerturbationTable) -> FloatArray:
    """Add to each count what the perturbation table and the cell's own random number say.

    Parameters
    ----------
    values : (n,) whole numbers, not negative
    keys : sequence of hashable, length n
        Cells that count the same persons need the same key, in all tables.
    seed : str
        See `cell_uniforms`.
    table : PerturbationTable

    Returns
    -------
    (n,) float
        Not negative; zero stays zero; off by at most the table's maximum; the same in every run.

    Raises
    ------
    ParameterError
        If values are negative or not whole, the seed is empty or lengths differ.
    """
    true = np.asarray(values, dtype=np.float64)
    _fail_if_lengths_differ(len(true), len(keys))
    if (true < 0).any() or (np.abs(true - np.round(true)) > TOLERANCE).any():
        raise ParameterError(
            "Überlagern lassen sich nur Anzahlen: ganze Zahlen ab 0. Bitte die Werte prüfen."
        )
    row = np.minimum(np.round(true).astype(np.int64), len(table.probabilities) - 1)
    cumulative = np.cumsum(table.probabilities, axis=1)[row]
    cumulative[:, -1] = 1.0
    step = np.argmax(cumulative > cell_uniforms(keys, seed)[:, None], axis=1)
    changed: FloatArray = true + table.steps[step]
    return changed


@dataclass(frozen=True, slots=True)
class Distortion:
    """What a change did to a table; all in the unit of the table.

    Attributes
    ----------
    bias : float
        Mean of published minus true value; 0 is unbiased.
    mean_absolute, largest : float
        Mean and largest size of the change.
    root_mean_square : float
        Square root of the mean squared change.
    unchanged : float
        Share of cells that are the same, 0 to 1.
    broken_sums : float
        Share of sums that no longer fit, 0 (additive) to 1; 0 if there are none.
    largest_gap : float
        Largest difference between a total and its parts.
    """

    bias: float
    mean_absolute: float
    largest: float
    root_mean_square: float
    unchanged: float
    broken_sums: float
    largest_gap: float


def measure_bias(
    values: ArrayLike, published: ArrayLike, equations: sparse.csr_array | None = None
) -> Distortion:
    """Measure how far published values are from the true ones, and whether sums still fit.

    Parameters
    ----------
    values, published : (n,) float
        True and published values; at least one.
    equations : (m, n) sparse, optional
        Sums that hold for the true values, as in `LinearSystem.equations`.

    Raises
    ------
    ParameterError
        If there is no value or lengths differ.

    Examples
    --------
    >>> measure_bias([1, 4, 5], round_to_base([1, 4, 5])).mean_absolute
    0.6666666666666666
    """
    true, shown = np.asarray(values, dtype=np.float64), np.asarray(published, dtype=np.float64)
    _fail_if_lengths_differ(len(true), len(shown))
    if len(true) == 0:
        raise ParameterError("Ohne Werte lässt sich keine Verzerrung messen. Bitte mindestens einen angeben.")
    change = shown - true
    gaps = np.zeros(1) if equations is None or equations.shape[0] == 0 else np.abs(equations @ change)
    return Distortion(
        bias=float(change.mean()),
        mean_absolute=float(np.abs(change).mean()),
        largest=float(np.abs(change).max()),
        root_mean_square=float(np.sqrt((change**2).mean())),
        unchanged=float((np.abs(change) < TOLERANCE).mean()),
        broken_sums=float((gaps > TOLERANCE).mean()),
        largest_gap=float(gaps.max()),
    )


def _fail_if_base_is_small(base: int) -> None:
    if base < 2:
        raise ParameterError("»base« muss mindestens 2 sein. Üblich sind 5 und 10.")


def _fail_if_lengths_differ(first: int, second: int) -> None:
    if first != second:
        raise ParameterError("Je Wert ist genau eine Angabe nötig. Bitte die Längen angleichen.")

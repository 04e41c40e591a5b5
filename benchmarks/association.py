"""The association matrix of 22 indicators, beside a loop over pairs with scipy.

Run with ``python benchmarks/association.py``. The city has 134 areas and 9,999 permutations, the country
32,844 areas and 99. scipy is timed for some pairs and counted for all 231; the ratio is our time by its time.
"""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from worlds import large_world

from sozialanalyse.connections.correlation import associate
from sozialanalyse.connections.robustness import leave_one_area_out
from sozialanalyse.connections.spec import ConnectionSpec

PAIRS = 22 * 21 // 2


def rates(areas: int, groups: int) -> NDArray[np.float64]:
    """Values of a made-up country without gaps."""
    world = large_world(areas=areas, groups=groups, missing=0.0)
    return world.numerator / world.denominator


def compare(values: NDArray[np.float64], permutations: int, timed_pairs: int) -> None:
    """Print the time for both coefficients of all pairs with permutations, and scipy's."""
    indicators = tuple(f"i{j:02d}" for j in range(values.shape[1]))
    areas = tuple(f"a{i:05d}" for i in range(values.shape[0]))
    spec = ConnectionSpec(permutations=permutations, bootstrap=0)
    start = time.perf_counter()
    found = associate(values, indicators, areas, spec=spec)
    own_time = time.perf_counter() - start
    method = stats.PermutationMethod(n_resamples=permutations, rng=np.random.default_rng(1))
    start = time.perf_counter()
    for j in range(1, timed_pairs + 1):
        ranks = stats.rankdata(values[:, [0, j]], axis=0)
        stats.pearsonr(values[:, 0], values[:, j], method=method)
        theirs = stats.pearsonr(ranks[:, 0], ranks[:, 1], method=method)
    their_time = (time.perf_counter() - start) * PAIRS / timed_pairs
    print(
        f"22 indicators, {values.shape[0]} areas, {permutations} permutations, both coefficients: "
        f"{own_time:.2f} s, scipy {their_time:.1f} s ({timed_pairs} of {PAIRS} pairs timed), "
        f"ratio {own_time / their_time:.3f}; "
        f"difference {abs(found.spearman.estimate[0, timed_pairs] - theirs.statistic):.1e}"
    )


def leave_out(values: NDArray[np.float64]) -> None:
    """Print the time for leaving out each area once, and that of a loop with scipy for all pairs at once."""
    n = values.shape[0]
    start = time.perf_counter()
    leave_one_area_out(values, np.ones(n), "spearman")
    own_time = time.perf_counter() - start
    start = time.perf_counter()
    for i in range(n):
        stats.spearmanr(np.delete(values, i, axis=0))
    their_time = time.perf_counter() - start
    ratio = own_time / their_time
    print(f"without each of {n} areas: {own_time:.2f} s, scipy {their_time:.2f} s, ratio {ratio:.2f}")


def main() -> None:
    """Compare for a city and for a country."""
    city = rates(134, 25)
    compare(city, 9_999, 10)
    leave_out(city)
    compare(rates(32_844, 317), 99, 3)


if __name__ == "__main__":
    main()

"""Moran's I with 9,999 permutations for 32,844 areas, beside esda.

Run with ``python benchmarks/moran.py [permutations]``. Both work on the same grid of areas and the same
values; the ratio is our time by theirs, below 1 where we are faster. esda takes no seed: numpy's global one
is set instead.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from esda import Moran
from libpysal.weights import WSP
from scipy import sparse

from sozialanalyse.spatial.autocorrelation import morans_i
from sozialanalyse.spatial.weights import SpatialWeights, weights_from_pairs

AREAS = 32_844
COLUMNS = 182


def country() -> SpatialWeights:
    """Areas on a grid, neighbours by side and corner, the last row unfinished."""
    ids = tuple(f"A{i:05d}" for i in range(AREAS))
    own = np.arange(AREAS)
    pairs: list[tuple[str, str]] = []
    for step, stays in ((1, own % COLUMNS < COLUMNS - 1), (COLUMNS, own >= 0)):
        near = own[stays & (own + step < AREAS)]
        pairs += [(ids[i], ids[i + step]) for i in near]
    for step, stays in ((COLUMNS + 1, own % COLUMNS < COLUMNS - 1), (COLUMNS - 1, own % COLUMNS > 0)):
        near = own[stays & (own + step < AREAS)]
        pairs += [(ids[i], ids[i + step]) for i in near]
    return weights_from_pairs(ids, pairs)


def main(permutations: int) -> None:
    """Print both times and the ratio, for one indicator and for 22."""
    weights = country()
    graph = WSP(sparse.csr_matrix(weights.contiguity)).to_W(silence_warnings=True)
    graph.transform = "r"
    values = np.random.default_rng(1).normal(size=(AREAS, 22))
    values += weights.matrix @ values
    np.random.seed(1)  # noqa: NPY002 - esda draws from the global generator only
    for columns in (1, 22):
        start = time.perf_counter()
        ours = morans_i(values[:, :columns], weights, weights.area_ids, permutations=permutations, seed=1)
        own_time = time.perf_counter() - start
        start = time.perf_counter()
        theirs = Moran(values[:, 0], graph, permutations=permutations)
        their_time = (time.perf_counter() - start) * columns
        print(
            f"{columns:2d} indicators, {AREAS} areas, {permutations} permutations: "
            f"{own_time:.2f} s, esda {their_time:.2f} s{' (one run, times 22)' if columns > 1 else ''}, "
            f"ratio {own_time / their_time:.2f}; difference of I {abs(ours.statistic[0] - theirs.I):.1e}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9_999)

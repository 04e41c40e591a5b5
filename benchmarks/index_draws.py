"""Many indices at once against one by one: how much faster, and are they the same?

Run with ``python benchmarks/index_draws.py``. Prints times and ratios of this machine and this run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import perf_counter, process_time

import numpy as np

from sozialanalyse.index.alternatives import Alternatives, alternative_indices, draw_noise
from sozialanalyse.index.build import build_index
from sozialanalyse.index.counts import draw_counts
from sozialanalyse.index.data import FloatArray, IndexData
from sozialanalyse.index.spec import IndexSpec
from sozialanalyse.index.uncertainty import sampling_index_draws

AREAS, INDICATORS, DRAWS, ONE_BY_ONE = 400, 20, 10_000, 200


def made_up_data() -> IndexData:
    """Return proportions of 400 areas and 20 indicators with a common cause."""
    generator = np.random.default_rng(20261122)
    burden = generator.normal(size=(AREAS, 1))
    logit = -2 + 0.5 * burden + 0.3 * generator.normal(size=(AREAS, INDICATORS))
    denominators = np.tile(generator.integers(800, 9000, size=(AREAS, 1)), (1, INDICATORS)).astype(float)
    numerators = generator.binomial(denominators.astype(int), 1 / (1 + np.exp(-logit))).astype(float)
    return IndexData(
        area_ids=tuple(f"{number:04d}" for number in range(AREAS)),
        indicator_ids=tuple(f"indicator_{number}" for number in range(INDICATORS)),
        values=100 * numerators / denominators,
        directions=("higher_is_worse",) * INDICATORS,
        kinds=("proportion",) * INDICATORS,
        numerators=numerators,
        denominators=denominators,
    )


@dataclass(frozen=True, slots=True)
class Timed:
    """What an action gave, its seconds by the clock, and those of all processors together."""

    result: FloatArray
    seconds: float
    processor: float


def timed(action: Callable[[], FloatArray]) -> Timed:
    """Carry out an action."""
    start, before = perf_counter(), process_time()
    result = action()
    return Timed(result, perf_counter() - start, process_time() - before)


def report(name: str, one_by_one: Timed, at_once: Timed) -> None:
    """Print the comparison by the clock, which threads and other work change, and by processor time."""
    scale = DRAWS / ONE_BY_ONE
    for kind, each, many in (
        ("clock", one_by_one.seconds * scale, at_once.seconds),
        ("processor", one_by_one.processor * scale, at_once.processor),
    ):
        print(
            f"{name}, {kind}: one by one {each:.1f} s (from {ONE_BY_ONE}), at once {many:.2f} s, "
            f"{each / many:.0f} times as fast"
        )


def compare_choices(data: IndexData, spec: IndexSpec) -> None:
    """Weights, normalisation and aggregation vary."""
    alternatives = Alternatives(
        normalisation=("z", "min_max"),
        aggregation=("arithmetic", "geometric"),
        weight_noise=0.25,
        noise_draws=DRAWS,
    )
    positive = replace(
        spec,
        z_target=(100.0, 10.0),
        bounds=(1.0, 100.0),
        weighting="given",
        weights=(1.0,) * INDICATORS,
    )
    generator = np.random.default_rng(1)
    noise = draw_noise(alternatives, INDICATORS, generator)
    design = generator.random((DRAWS, len(alternatives.factors)))
    at_once = timed(lambda: alternative_indices(data, positive, alternatives, noise, design))

    def each() -> FloatArray:
        rows = []
        for row in design[:ONE_BY_ONE]:
            one = replace(
                positive,
                normalisation=alternatives.normalisation[int(row[0] * 2)],
                aggregation=alternatives.aggregation[int(row[1] * 2)],
                weights=tuple(noise[int(row[2] * DRAWS)]),
                unit_variance=True,
            )
            rows.append(build_index(data, one).index)
        return np.array(rows)

    one_by_one = timed(each)
    report("choices", one_by_one, at_once)
    print(f"  largest difference: {np.abs(at_once.result[:ONE_BY_ONE] - one_by_one.result).max():.1e}")


def compare_sampling(data: IndexData, spec: IndexSpec) -> None:
    """Counts vary by chance: one by one each world is drawn by numpy's generator, then its index built."""
    at_once = timed(lambda: sampling_index_draws(data, spec, DRAWS, np.random.default_rng(1)))
    persons = data.denominators.ravel()
    drawing = timed(lambda: draw_counts(data.numerators.ravel(), persons, DRAWS, np.random.default_rng(1))[1])
    generator = np.random.default_rng(1)
    standard = replace(spec, unit_variance=True)

    def each() -> FloatArray:
        rows = []
        for _ in range(ONE_BY_ONE):
            counts = generator.binomial(data.denominators.astype(int), data.numerators / data.denominators)
            values = 100 * counts / data.denominators
            rows.append(build_index(replace(data, values=values), standard).index)
        return np.array(rows)

    one_by_one = timed(each)
    report("sampling error", one_by_one, at_once)
    print(f"  drawing the {drawing.result.size:,} counts alone, in one thread: {drawing.processor:.2f} s")
    spread = at_once.result.std(axis=0) / one_by_one.result.std(axis=0)
    print(f"  deviation of the draws against one by one: {spread.mean():.3f}")


def main() -> None:
    """Run both comparisons."""
    data = made_up_data()
    spec = IndexSpec(indicators=data.indicator_ids)
    print(f"{DRAWS} indices over {AREAS} areas and {INDICATORS} indicators")
    compare_choices(data, spec)
    compare_sampling(data, spec)


if __name__ == "__main__":
    main()

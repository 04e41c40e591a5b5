"""Many indices at once against one by one: how much faster, and are they the same?

Run with ``python benchmarks/index_draws.py``. Prints times and ratios of this machine and this run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter

import numpy as np

from sozialanalyse.index.alternatives import Alternatives, alternative_indices, draw_noise
from sozialanalyse.index.build import build_index
from sozialanalyse.index.data import FloatArray, IndexData
from sozialanalyse.index.spec import IndexSpec
from sozialanalyse.index.uncertainty import draw_values, sampling_index_draws

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


def timed(action: Callable[[], FloatArray]) -> tuple[float, FloatArray]:
    """Return the seconds and the result of an action."""
    start = perf_counter()
    result = action()
    return perf_counter() - start, result


def report(name: str, one_by_one: float, at_once: float) -> None:
    """Print one line of the comparison."""
    each = one_by_one * DRAWS / ONE_BY_ONE
    print(f"{name}: one by one {each:.1f} s (from {ONE_BY_ONE}), at once {at_once:.2f} s")
    print(f"  {each / at_once:.0f} times as fast")


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
    at_once, indices = timed(lambda: alternative_indices(data, positive, alternatives, noise, design))

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

    one_by_one, expected = timed(each)
    report("choices", one_by_one, at_once)
    print(f"  largest difference: {np.abs(indices[:ONE_BY_ONE] - expected).max():.1e}")


def compare_sampling(data: IndexData, spec: IndexSpec) -> None:
    """Counts vary by chance: one by one each world is drawn by numpy's generator, then its index built."""
    at_once, indices = timed(lambda: sampling_index_draws(data, spec, DRAWS, np.random.default_rng(1)))
    drawing, _ = timed(lambda: draw_values(data, DRAWS, np.random.default_rng(1))[:1])
    generator = np.random.default_rng(1)
    standard = replace(spec, unit_variance=True)

    def each() -> FloatArray:
        rows = []
        for _ in range(ONE_BY_ONE):
            counts = generator.binomial(data.denominators.astype(int), data.numerators / data.denominators)
            values = 100 * counts / data.denominators
            rows.append(build_index(replace(data, values=values), standard).index)
        return np.array(rows)

    one_by_one, expected = timed(each)
    report("sampling error", one_by_one, at_once)
    print(f"  of this at once, drawing the counts: {drawing:.2f} s")
    spread = indices.std(axis=0) / expected.std(axis=0)
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

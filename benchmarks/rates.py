"""Rates, comparisons and small-area statistics of a whole country at once, against a loop over its areas.

Prints for every statistic the seconds for 32,844 areas × 22 indicators by the clock and of the processor, the
peak of the memory it takes in MiB, the seconds of a Python loop (timed on a sample, scaled up) and the ratio
of the clock's two.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
from worlds import World, large_world

from sozialanalyse.index.build import build_index
from sozialanalyse.index.data import IndexData
from sozialanalyse.index.spec import IndexSpec
from sozialanalyse.indicators.compare import proportion_difference, rate_ratio
from sozialanalyse.indicators.funnel import funnel_limits
from sozialanalyse.indicators.inequality import slope_index_of_inequality
from sozialanalyse.indicators.life_expectancy import life_expectancy
from sozialanalyse.indicators.part_of_whole import difference_to_whole
from sozialanalyse.indicators.rates import rate_interval, wilson_interval
from sozialanalyse.indicators.shrinkage import shrink
from sozialanalyse.indicators.standardise import directly_standardised_rate, standard_population
from sozialanalyse.indicators.trend import trend

SAMPLE = 400


def main() -> None:
    """Measure and print."""
    world = large_world()
    print(f"{world.numerator.shape[0]:,} areas × {world.numerator.shape[1]} indicators")
    print(f"{'statistic':34} {'seconds':>8} {'processor':>9} {'MiB':>7} {'loop s':>9} {'ratio':>7}")
    for name, call, one, times in _statistics(world):
        _report(name, call, one, times)


def _statistics(world: World) -> list[tuple[str, Callable[[], Any], Callable[[int], Any] | None, int]]:
    """Name, the call on everything, the call on one item, and how many items there are."""
    x, n = world.numerator, world.denominator
    rate = (world.indicators["kind"] == "rate").to_numpy()
    all_x, all_n = np.nansum(x, axis=0), np.where(np.isnan(x), 0.0, n).sum(axis=0)
    flat_x, flat_n = x.ravel(), n.ravel()
    areas = tuple(str(key) for key in world.areas.index[world.areas["level"] == "area"])
    names = tuple(str(key) for key in world.indicators.index)
    generator = np.random.default_rng(1)
    by_age = generator.integers(40, 200, (x.shape[0], 20)).astype(float) * 5
    deaths = np.maximum(generator.poisson(by_age * np.geomspace(0.0005, 0.2, 20)), 1).astype(float)
    weights = standard_population(["0-4", *(f"{a}-{a + 4}" for a in range(5, 90, 5)), "90+"])
    years = np.arange(2013, 2023)
    series = generator.normal(size=(x.shape[0], years.size))

    def both_kinds() -> Any:
        return wilson_interval(x[:, ~rate], n[:, ~rate]), rate_interval(x[:, rate], n[:, rate])

    def to_country() -> Any:
        return difference_to_whole(x[:, ~rate], n[:, ~rate], all_x[~rate], all_n[~rate], "proportion")

    def index() -> Any:
        return build_index(
            IndexData(
                area_ids=areas,
                indicator_ids=names,
                values=100.0 * x / n,
                directions=("higher_is_worse",) * len(names),
                groups=tuple(map(str, world.parent)),
            ),
            IndexSpec(indicators=names),
        )

    def rates_and_index() -> Any:
        return both_kinds(), index()

    def gradients() -> Any:
        return [
            slope_index_of_inequality(x[:, k] / n[:, k], n[:, k], world.deprivation)
            for k in range(x.shape[1])
        ]

    return [
        ("rates with intervals and index", rates_and_index, None, 0),
        ("index alone", index, None, 0),
        ("rates with intervals", both_kinds, lambda i: wilson_interval(flat_x[i], flat_n[i]), flat_x.size),
        (
            "rates only (exact/Byar)",
            lambda: rate_interval(x, n),
            lambda i: rate_interval(flat_x[i], flat_n[i]),
            flat_x.size,
        ),
        ("difference to the country", to_country, None, 0),
        (
            "difference of proportions",
            lambda: proportion_difference(x, n, all_x, all_n),
            lambda i: proportion_difference(flat_x[i], flat_n[i], 50, 500),
            flat_x.size,
        ),
        (
            "ratio of rates",
            lambda: rate_ratio(x, n, all_x, all_n),
            lambda i: rate_ratio(flat_x[i], flat_n[i], 50, 500),
            flat_x.size,
        ),
        (
            "funnel limits, one rate",
            lambda: funnel_limits(n[:, 2], all_x[2] / all_n[2], "rate"),
            lambda i: funnel_limits(n[i, 2], 0.1, "rate"),
            x.shape[0],
        ),
        ("shrinkage toward 317 groups", lambda: shrink(x[:, 2], n[:, 2], world.parent), None, 0),
        ("slope index, all indicators", gradients, None, 0),
        (
            "standardised rate, 19 ages",
            lambda: directly_standardised_rate(deaths[:, 1:], by_age[:, 1:], weights),
            lambda i: directly_standardised_rate(deaths[i, 1:], by_age[i, 1:], weights),
            x.shape[0],
        ),
        (
            "life expectancy, 20 ages",
            lambda: life_expectancy(deaths, by_age),
            lambda i: life_expectancy(deaths[i], by_age[i]),
            x.shape[0],
        ),
        ("trend over 10 years", lambda: trend(years, series), lambda i: trend(years, series[i]), x.shape[0]),
    ]


def _report(name: str, call: Callable[[], Any], one: Callable[[int], Any] | None, times: int) -> None:
    call()
    start, before = time.perf_counter(), time.process_time()
    call()
    seconds, processor = time.perf_counter() - start, time.process_time() - before
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    line = f"{name:34} {seconds:8.3f} {processor:9.3f} {peak:7.0f}"
    if one is not None:
        start = time.perf_counter()
        for item in range(SAMPLE):
            one(item)
        loop = (time.perf_counter() - start) / SAMPLE * times
        line += f" {loop:9.1f} {loop / seconds:7.0f}"
    print(line)


if __name__ == "__main__":
    main()

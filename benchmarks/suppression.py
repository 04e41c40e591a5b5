"""Time, memory and information lost of secondary suppression, all from one run.

Four scenes: the whole release of very many small areas, from values to the released table; their bare counts
in two levels; one city with seven years of forty shares; and small tables where heuristic and optimum are
compared. Run with ``python benchmarks/suppression.py``.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np
import pandas as pd
from worlds import large_world

from sozialanalyse.disclosure.attack import attack
from sozialanalyse.disclosure.hierarchy import from_hierarchy
from sozialanalyse.disclosure.release import release_values
from sozialanalyse.disclosure.rules import DisclosureRules
from sozialanalyse.disclosure.secondary import Suppression, suppress
from sozialanalyse.disclosure.suppress import LINKED
from sozialanalyse.disclosure.system import LinearSystem

SEED = 20221

Result = TypeVar("Result")


def many_areas(areas: int = 32_844, groups: int = 317, indicators: int = 7) -> LinearSystem:
    """Counts of small areas, groups and country; counts below 3 are hidden, single persons attack."""
    rng = np.random.default_rng(SEED)
    group = np.sort(rng.integers(0, groups, areas))
    names = np.array([f"a{number:05d}" for number in range(areas)])
    owners = np.array([f"g{number:03d}" for number in range(groups)])
    parents = dict(zip(names, owners[group], strict=True)) | dict.fromkeys(owners, "land")
    share = np.linspace(0.004, 0.05, indicators)
    frames = []
    for indicator in range(indicators):
        counts = rng.poisson(rng.gamma(4.0, 1700 * share[indicator] / 4.0, areas))
        totals = np.bincount(group, weights=counts, minlength=groups)
        frames.append(
            pd.DataFrame(
                {
                    "indicator": indicator,
                    "area": [*names, *owners, "land"],
                    "value": np.concatenate([counts, totals, [counts.sum()]]),
                }
            )
        )
    return from_hierarchy(
        _with_rules(pd.concat(frames, ignore_index=True)), {"area": parents}, by=["indicator"]
    )


def country_values(
    areas: int = 32_844, groups: int = 317, indicators: int = 7
) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series[str]]:
    """Values of rare shares in small areas, groups and country, with the catalogue and the parents."""
    world = large_world(areas, groups, 1, missing=0.0)
    rng = np.random.default_rng(SEED)
    people = np.rint(rng.integers(800, 3_200, (areas, 1)) * np.linspace(0.3, 1.0, indicators))
    share = rng.gamma(4.0, np.linspace(0.004, 0.05, indicators) / 4.0, (areas, indicators))
    cases = rng.binomial(people.astype(np.int64), np.minimum(share, 1.0))
    frames = []
    for number in range(indicators):
        fine = pd.DataFrame({"numerator": cases[:, number], "denominator": people[:, number]}, dtype=float)
        middle = fine.groupby(world.parent).sum()
        levels = pd.concat([fine.sum().to_frame().T, middle, fine], ignore_index=True)
        frames.append(levels.assign(area_id=world.areas.index, indicator_id=f"share_{number}"))
    frame = pd.concat(frames, ignore_index=True)
    value = 100.0 * frame["numerator"] / frame["denominator"]
    frame = frame.assign(year=2022, value=value, lower=value, upper=value, method="wilson", sign="")
    keys = [f"share_{number}" for number in range(indicators)]
    labels = pd.DataFrame({"kind": "proportion", "label": keys}, index=keys)
    for role in ("numerator", "denominator"):
        labels[f"{role}_label"] = [f"{role} {key}" for key in keys]
    return frame, labels, world.areas["parent_id"]


def one_city(quarters: int = 27, districts: int = 6, indicators: int = 40, years: int = 7) -> LinearSystem:
    """Numerator, complement and denominator per quarter, district and city; denominators always shown."""
    rng = np.random.default_rng(SEED)
    parent = {f"q{number:02d}": f"d{number % districts}" for number in range(quarters)}
    parents = parent | {f"d{number}": "stadt" for number in range(districts)}
    frames = []
    for indicator in range(indicators):
        for year in range(years):
            whole = rng.integers(100, 2500, quarters)
            numerator = rng.binomial(whole, rng.beta(1.5, 60, quarters))
            parts = {"zaehler": numerator, "rest": whole - numerator, "nenner": whole}
            cells = pd.DataFrame({"area": list(parent), **parts})
            upper = cells.assign(area=cells["area"].map(parent)).groupby("area", as_index=False).sum()
            city = cells.assign(area="stadt").groupby("area", as_index=False).sum()
            frames.append(pd.concat([cells, upper, city]).assign(indicator=indicator, year=year))
    table = pd.concat(frames).melt(["indicator", "year", "area"], var_name="part")
    table = _with_rules(table).assign(always_shown=lambda t: t["part"] == "nenner")
    table["primary"] &= ~table["always_shown"]
    parts = {"zaehler": "nenner", "rest": "nenner"}
    return from_hierarchy(table, {"area": parents, "part": parts}, by=["indicator", "year"])


def small_tables(count: int = 40) -> list[LinearSystem]:
    """Two- and three-way tables of four or five rows each."""
    rng = np.random.default_rng(SEED)
    systems = []
    for number in range(count):
        shape = (5, 4) if number % 2 else (4, 3, 2)
        inner = rng.negative_binomial(0.7, 0.05, shape)
        full = inner
        for axis in range(len(shape)):
            full = np.concatenate([full, full.sum(axis=axis, keepdims=True)], axis=axis)
        names = [f"x{axis}" for axis in range(len(shape))]
        places = np.array(list(np.ndindex(*full.shape)))
        table = pd.DataFrame({name: places[:, axis] for axis, name in enumerate(names)})
        table = _with_rules(table.assign(value=full.ravel()))
        hierarchies = {
            name: dict.fromkeys(range(size), size) for name, size in zip(names, shape, strict=True)
        }
        systems.append(from_hierarchy(table, hierarchies))
    return systems


def _with_rules(table: pd.DataFrame) -> pd.DataFrame:
    """Hide counts of 1 and 2 so that anything from 0 to 2 above the truth stays thinkable."""
    table = table.reset_index(drop=True)
    single = table["value"] == 1
    return table.assign(
        primary=table["value"].between(1, 2),
        lower_level=1.0,
        upper_level=2.0,
        contributor=np.where(single, np.cumsum(single), -1),
    )


def timed(task: Callable[[], Result]) -> tuple[Result, float]:
    """Run a task and return its result and seconds."""
    start = time.perf_counter()
    result = task()
    return result, time.perf_counter() - start


def peak() -> float:
    """Return the largest memory so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def described(name: str, system: LinearSystem, result: Suppression, seconds: float) -> str:
    """Return one line of the report."""
    return (
        f"{name:<34}{system.size:>9,}{system.equations.shape[0]:>8,}{int(result.primary.sum()):>9,}"
        f"{int(result.secondary.sum()):>9,}{seconds:>8.2f}{peak():>8.0f}  {result.method}"
    )


def main() -> None:
    """Run all scenes and print the report."""
    print(f"{'scene':<34}{'cells':>9}{'sums':>8}{'primary':>9}{'added':>9}{'s':>8}{'MiB':>8}  method")
    city, built = timed(one_city)
    print(f"  built in {built:.2f} s")
    result, seconds = timed(lambda: suppress(city, method="heuristic"))
    print(described("city, 40 shares, 7 years", city, result, seconds))
    found, seconds = timed(lambda: attack(city, result.hidden))
    print(
        f"  attack alone {seconds:.2f} s on {len(found.cells):,} cells, {int(found.breached.sum())} breached"
    )
    result, seconds = timed(lambda: suppress(city))
    print(described("the same, method auto", city, result, seconds))
    (values, labels, parents), _ = timed(country_values)
    rules = DisclosureRules(3, 100, 3, show_zero=True, sources={})
    released, seconds = timed(
        lambda: release_values(values, labels["kind"], rules, parents=parents, labels=labels).frame
    )
    by_rule = int((~released["hidden"].isin(["", LINKED])).sum())
    print(
        f"{'32,844 areas, 7 shares, all steps':<34}{len(values):>9,}{'':>8}{by_rule:>9,}"
        f"{int((released['hidden'] == LINKED).sum()):>9,}{seconds:>8.2f}{peak():>8.0f}  release"
    )
    country, built = timed(many_areas)
    print(f"  built in {built:.2f} s")
    result, seconds = timed(lambda: suppress(country))
    print(described("32,844 areas, 7 counts", country, result, seconds))
    found, seconds = timed(lambda: attack(country, result.hidden))
    print(
        f"  attack alone {seconds:.2f} s on {len(found.cells):,} cells, {int(found.breached.sum())} breached"
    )
    tables = small_tables()
    fast, fast_seconds = timed(lambda: [suppress(table, method="heuristic") for table in tables])
    best, best_seconds = timed(lambda: [suppress(table, method="optimal") for table in tables])
    loss_fast, loss_best = sum(one.loss for one in fast), sum(one.loss for one in best)
    proven = sum(one.optimal for one in best)
    print(f"{len(tables)} small tables, {proven} proven optimal: optimum / heuristic")
    print(f"  loss {loss_best:,.0f} / {loss_fast:,.0f} = {loss_best / loss_fast:.3f}")
    print(f"  time {best_seconds:.2f} s / {fast_seconds:.2f} s = {best_seconds / fast_seconds:.1f}")


if __name__ == "__main__":
    main()

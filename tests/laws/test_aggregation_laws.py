"""Laws of values over the levels of any city: what is added, what is averaged, and that order is nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Final

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sozialanalyse.dataset.schema import Dataset, Level
from sozialanalyse.indicators.compute import compute_values
from sozialanalyse.indicators.population import add_coarser_levels
from sozialanalyse.indicators.standing import describe_standing

quick = settings(max_examples=10, deadline=None)

KINDS: Final[dict[str, tuple[str, float]]] = {
    "people": ("count", 1),
    "share": ("proportion", 100),
    "events": ("rate", 1000),
    "rent": ("score", 1),
}
NUMBERS: Final = ["value", "lower", "upper", "numerator", "denominator"]
KEYS: Final = ["area_id", "indicator_id", "year"]


@dataclass(frozen=True)
class World:
    """A city, and the parents of its areas."""

    dataset: Dataset
    quarters: list[str]

    @property
    def cells(self) -> pd.DataFrame:
        """All values, by area and indicator."""
        frame = compute_values(self.dataset).frame
        return frame.astype({"area_id": str, "indicator_id": str}).set_index(["area_id", "indicator_id"])


@st.composite
def worlds(draw: st.DrawFn, *, complete: bool = True) -> World:
    """A city with 1 to 3 districts of 1 to 3 quarters each, with numbers for every indicator."""
    sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    rows = [("S", "Stadt", "city", "")]
    quarters = []
    for number, size in enumerate(sizes):
        rows.append((f"D{number}", f"Bezirk {number}", "district", "S"))
        for place in range(size):
            quarters.append(f"Q{number}{place}")
            rows.append((quarters[-1], f"Quartier {number}.{place}", "quarter", f"D{number}"))
    seen = []
    for quarter in quarters:
        for key, (kind, _) in KINDS.items():
            group = draw(st.integers(1, 5000))
            cases = draw(st.integers(0, group))
            cell = {
                "count": (np.nan, np.nan, float(group)),
                "score": (np.nan, float(group), cases / 7),
            }.get(kind, (float(cases), float(group), np.nan))
            if complete or draw(st.integers(0, 5)):
                seen.append((quarter, key, 2022, *cell))
    observations = pd.DataFrame(seen, columns=[*KEYS, "numerator", "denominator", "value"])
    observations = observations.astype(dict.fromkeys(("numerator", "denominator", "value"), float))
    for column in ("sex", "age_group", "sign"):
        observations[column] = pd.Categorical([""] * len(observations))
    areas = pd.DataFrame(rows, columns=["area_id", "name", "level", "parent_id"]).set_index("area_id")
    catalogue = pd.DataFrame(
        {
            "label": list(KINDS),
            "domain": "poverty",
            "kind": [kind for kind, _ in KINDS.values()],
            "unit": "Einheit",
            "factor": [float(factor) for _, factor in KINDS.values()],
            "direction": "higher_is_worse",
        },
        index=pd.Index(list(KINDS), name="indicator_id"),
    )
    levels = (Level("city", "Stadt"), Level("district", "Bezirk"), Level("quarter", "Quartier"))
    dataset = Dataset("test", "Test", True, levels, areas, catalogue, observations)
    return World(dataset, quarters)


def sorted_numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the numbers in an order of their own."""
    return frame.astype({"area_id": str, "indicator_id": str}).set_index(KEYS)[NUMBERS].sort_index()


@quick
@given(worlds(complete=False), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_areas_does_not_matter(world: World, chance: Random) -> None:
    dataset = world.dataset
    rows, areas = list(range(len(dataset.observations))), list(dataset.areas.index)
    chance.shuffle(rows)
    chance.shuffle(areas)
    shuffled = replace(dataset, observations=dataset.observations.iloc[rows], areas=dataset.areas.loc[areas])
    pd.testing.assert_frame_equal(
        sorted_numbers(compute_values(shuffled).frame),
        sorted_numbers(compute_values(dataset).frame),
        rtol=1e-12,
    )


@quick
@given(worlds())
def test_a_coarser_area_is_the_sum_of_its_parts(world: World) -> None:
    values = world.cells
    parents = world.dataset.areas["parent_id"]
    for parent in ("S", *parents[parents == "S"].index):
        parts = list(parents.index[parents == parent])
        assert values.loc[(parent, "people"), "value"] == sum(
            values.loc[(p, "people"), "value"] for p in parts
        )
        for key, (_, factor) in (("share", KINDS["share"]), ("events", KINDS["events"])):
            numerator, denominator = (
                sum(values.loc[(part, key), name] for part in parts) for name in ("numerator", "denominator")
            )
            assert values.loc[(parent, key), "numerator"] == numerator
            assert values.loc[(parent, key), "denominator"] == denominator
            assert values.loc[(parent, key), "value"] == pytest.approx(factor * numerator / denominator)


@quick
@given(worlds())
def test_the_city_by_way_of_its_districts_is_the_city_by_way_of_its_quarters(world: World) -> None:
    flat = replace(
        world.dataset,
        areas=world.dataset.areas.loc[["S", *world.quarters]].assign(
            parent_id=["", *["S"] * len(world.quarters)]
        ),
        levels=(world.dataset.levels[0], world.dataset.levels[2]),
    )
    direct, stepwise = (city.cells.loc["S", NUMBERS] for city in (World(flat, world.quarters), world))
    pd.testing.assert_frame_equal(direct, stepwise, rtol=1e-12)


@quick
@given(worlds())
def test_a_coarser_share_or_score_lies_between_its_parts(world: World) -> None:
    values = world.cells
    for key in ("share", "events", "rent"):
        parts = values.loc[[(quarter, key) for quarter in world.quarters], "value"]
        assert parts.min() - 1e-9 <= values.loc[("S", key), "value"] <= parts.max() + 1e-9


@quick
@given(worlds(complete=False))
def test_an_interval_contains_its_value_and_stays_in_the_possible(world: World) -> None:
    frame = compute_values(world.dataset).frame
    bounded = frame[frame["lower"].notna()]
    assert (bounded["lower"] <= bounded["value"]).all()
    assert (bounded["value"] <= bounded["upper"]).all()
    assert (bounded["lower"] >= 0).all()
    assert (bounded.loc[bounded["indicator_id"] == "share", "upper"] <= 100).all()
    assert set(bounded["indicator_id"]) <= {"share", "events"}


@quick
@given(worlds(complete=False))
def test_a_value_is_there_or_says_why_not(world: World) -> None:
    frame = compute_values(world.dataset).frame
    assert (frame["value"].notna() == (frame["missing_reason"] == "")).all()
    assert len(frame) == len(world.dataset.areas) * frame["indicator_id"].nunique()
    assert not frame.duplicated(KEYS).any()


@quick
@given(worlds(), st.data())
def test_one_missing_part_leaves_exactly_the_areas_above_it_empty(world: World, data: st.DataObject) -> None:
    quarter = data.draw(st.sampled_from(world.quarters))
    seen = world.dataset.observations
    gone = (seen["area_id"] == quarter) & (seen["indicator_id"] == "share")
    if gone.sum() == len(seen[seen["indicator_id"] == "share"]):
        return
    values = World(replace(world.dataset, observations=seen[~gone]), world.quarters).cells
    empty = values.xs("share", level="indicator_id")["value"].isna()
    assert set(empty.index[empty]) == {quarter, world.dataset.areas.loc[quarter, "parent_id"], "S"}


@quick
@given(worlds())
def test_differences_from_the_city_weighted_by_the_group_add_up_to_nothing(world: World) -> None:
    values = compute_values(world.dataset).frame
    frame = describe_standing(values, world.dataset)
    for level in ("district", "quarter"):
        rows = frame[(frame["level"] == level) & (frame["indicator_id"] == "share")]
        total = (rows["city_difference"] * rows["denominator"]).sum()
        assert total == pytest.approx(0, abs=1e-6 * rows["denominator"].sum())


@quick
@given(worlds())
def test_positions_agree_with_intervals_and_ranks_with_values(world: World) -> None:
    frame = describe_standing(compute_values(world.dataset).frame, world.dataset)
    inside = frame[frame["city_lower"].notna()]
    assert (inside["city_lower"] <= inside["city_difference"] + 1e-9).all()
    assert (inside["city_difference"] <= inside["city_upper"] + 1e-9).all()
    assert (frame.loc[frame["city_position"] == "higher", "city_difference"] > 0).all()
    assert (frame.loc[frame["city_position"] == "lower", "city_difference"] < 0).all()
    for _, rows in frame.groupby(["level", "indicator_id"], observed=True):
        assert (rows["rank"] == [1 + (rows["value"] > value).sum() for value in rows["value"]]).all()


@quick
@given(worlds(), st.floats(0.1, 1000))
def test_a_factor_changes_the_unit_and_nothing_else(world: World, factor: float) -> None:
    catalogue = world.dataset.indicators.assign(factor=world.dataset.indicators["factor"] * factor)
    scaled = World(replace(world.dataset, indicators=catalogue), world.quarters).cells
    plain = world.cells
    for key in ("share", "events"):
        one, other = (frame.xs(key, level="indicator_id") for frame in (plain, scaled))
        for name in ("value", "lower", "upper"):
            np.testing.assert_allclose(other[name], one[name] * factor, rtol=1e-9)
        pd.testing.assert_frame_equal(other[["numerator", "denominator"]], one[["numerator", "denominator"]])


@quick
@given(worlds(), st.data())
def test_the_population_of_every_level_has_the_same_sum(world: World, data: st.DataObject) -> None:
    population = pd.DataFrame(
        [
            (quarter, 2022, sex, group, data.draw(st.integers(0, 400)))
            for quarter in world.quarters
            for sex in "mf"
            for group in ("0-17", "18+")
        ],
        columns=["area_id", "year", "sex", "age_group", "count"],
    )
    result = add_coarser_levels(population, world.dataset.areas)
    level = result["area_id"].map(world.dataset.areas["level"])
    assert set(result.groupby(level)["count"].sum()) == {population["count"].sum()}
    assert len(result) == 4 * len(world.dataset.areas)

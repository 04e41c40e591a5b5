"""The heat index against numbers worked by hand, its priorities, and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sozialanalyse.errors import MethodError, ParameterError
from sozialanalyse.index.alternatives import Alternatives
from sozialanalyse.index.data import IndexData
from sozialanalyse.index.spec import IndexSpec
from sozialanalyse.index.uncertainty import RankUncertainty
from sozialanalyse.planning.heat import (
    HIGH,
    LOW,
    POSSIBLE,
    UNKNOWN,
    HeatComponent,
    HeatPart,
    HeatSpec,
    build_heat_index,
    choose_parts,
    priorities,
)
from sozialanalyse.planning.heat_ages import age_share
from sozialanalyse.planning.heat_elements import occasions


def component(key: str, *parts: tuple[str, str], required: bool = False) -> HeatComponent:
    made = tuple(HeatPart(name, (name, f"{name}_elsewhere"), direction) for name, direction in parts)
    return HeatComponent(key, key, key, key, f"Ohne {key}.", 2, required, made)


EXPOSURE = component("hot", ("heat", "higher_is_worse"), ("green", "higher_is_better"), required=True)
SENSITIVITY = component("old", ("over_64", "higher_is_worse"), ("alone", "higher_is_worse"))
CAPACITY = component("poor", ("income", "higher_is_worse"), ("rent", "higher_is_worse"))
SPEC = HeatSpec(
    components=(EXPOSURE, SENSITIVITY, CAPACITY),
    index=IndexSpec(indicators=("heat",), orientation="higher_is_worse"),
    ages={},
    alternatives=Alternatives(normalisation=("z", "rank"), leave_one_out=True, weight_noise=0.25),
    component_factor=2.0,
    priority_share=0.34,
    draws=200,
    seed=1,
)
KEYS = ("heat", "green", "over_64", "alone", "income", "rent")


def made_data(values: np.ndarray, keys: tuple[str, ...] = KEYS) -> IndexData:
    return IndexData(
        area_ids=tuple(f"a{row}" for row in range(len(values))),
        indicator_ids=keys,
        values=values,
        directions=("neutral",) * len(keys),
        kinds=("proportion",) * len(keys),
        numerators=values * 10,
        denominators=np.full(values.shape, 1000.0),
    )


SMALL = np.array(
    [
        [10.0, 90.0, 10.0, 30.0, 30.0, 40.0],
        [20.0, 80.0, 20.0, 20.0, 20.0, 30.0],
        [30.0, 70.0, 30.0, 10.0, 10.0, 20.0],
    ]
)


def test_components_and_index_as_worked_by_hand() -> None:
    # Each column is three equally spaced values: standardised (n − 1) they are −1, 0, 1. Little green is
    # unfavourable, so the first component rises: −1, 0, 1. In the second the two columns cancel out: 0, 0, 0.
    # The third falls: 1, 0, −1. The index is their mean: 0, 0, 0.
    found = build_heat_index(made_data(SMALL), SPEC)
    assert found.component_values == pytest.approx(np.array([[-1.0, 0, 1], [0, 0, 0], [1, 0, -1]]))
    assert found.component_ranks[:, 0].tolist() == [3.0, 2.0, 1.0]
    assert found.component_ranks[:, 2].tolist() == [1.0, 2.0, 3.0]
    assert found.result.index == pytest.approx(np.zeros(3), abs=1e-12)


def test_a_hot_old_and_poor_area_ranks_first() -> None:
    values = SMALL.copy()
    values[:, [3, 4, 5]] = values[::-1, [3, 4, 5]]
    found = build_heat_index(made_data(values), SPEC)
    assert found.result.index == pytest.approx([-1.0, 0.0, 1.0])
    assert found.result.rank.tolist() == [3.0, 2.0, 1.0]


def big_data() -> IndexData:
    generator = np.random.default_rng(5)
    level = np.linspace(0, 1, 20)[:, None]
    values = 10 + 30 * level + generator.normal(0, 8, (20, 6))
    values[:, 1] = 60 - values[:, 1]
    return made_data(np.clip(values, 1, 99))


def test_ranks_have_intervals_that_hold_them_and_the_same_seed_gives_the_same() -> None:
    first, second = build_heat_index(big_data(), SPEC), build_heat_index(big_data(), SPEC)
    for one, other in ((first.sampling, second.sampling), (first.choice, second.choice)):
        assert one is not None
        assert other is not None
        assert (one.rank_lower <= one.rank_upper).all()
        assert (one.rank_lower == other.rank_lower).all()
    assert set(first.priority) == {HIGH, POSSIBLE, LOW}


def test_weighing_a_component_more_widens_the_intervals_of_ranks() -> None:
    equal = build_heat_index(big_data(), replace(SPEC, component_factor=1.0)).choice
    moved = build_heat_index(big_data(), replace(SPEC, component_factor=8.0)).choice
    assert equal is not None
    assert moved is not None
    assert (moved.rank_upper - moved.rank_lower).sum() > (equal.rank_upper - equal.rank_lower).sum()


def test_without_a_component_that_is_not_required_the_index_stands_and_says_so() -> None:
    found = build_heat_index(big_data().select(("heat", "green", "over_64", "income", "rent")), SPEC)
    assert [part.key for part in found.components] == ["hot", "poor"]
    assert (
        found.remarks[0]
        == "»old« braucht mindestens 2 Indikatoren mit Werten, vorhanden: 1. Es fehlen: alone. Ohne old."
    )


def test_without_the_required_component_it_is_refused_with_what_is_missing() -> None:
    with pytest.raises(MethodError, match=r"»hot« braucht mindestens 2 .*vorhanden: 1\. Es fehlen: green"):
        build_heat_index(big_data().select(("heat", "over_64", "alone", "income", "rent")), SPEC)


def test_one_component_alone_is_refused() -> None:
    with pytest.raises(MethodError, match="»old« braucht"):
        choose_parts(SPEC.components, frozenset({"heat", "green"}))


def test_the_first_indicator_of_a_part_that_is_there_is_taken() -> None:
    available = frozenset({*KEYS, "heat_elsewhere"} - {"green"} | {"green_elsewhere"})
    chosen, remarks = choose_parts(SPEC.components, available)
    assert [key for _, key in chosen["hot"]] == ["heat", "green_elsewhere"]
    assert remarks == ()


def test_an_indicator_that_is_the_same_everywhere_or_mostly_missing_does_not_count() -> None:
    values = big_data().values.copy()  # noqa: PD011 (an array)
    values[:, 2] = 5.0
    values[:15, 4] = np.nan
    with pytest.raises(MethodError, match=r"»old« braucht.*»poor« braucht"):
        build_heat_index(made_data(values), SPEC)


def uncertain(lower: list[float], upper: list[float]) -> RankUncertainty:
    none = np.zeros(len(lower))
    return RankUncertainty(
        tuple(map(str, range(len(lower)))), none, none, np.array(lower), np.array(upper), none, none, 0.9, 10
    )


def test_priority_needs_every_interval_inside_the_top() -> None:
    # Six areas have a rank; 0.34 of six is 2.04, rounded up: the top is 3.
    rank = np.array([1.0, 2.0, 4.0, 6.0, 5.0, 3.0, np.nan])
    sampling = uncertain([1, 1, 3, 5, 4, 3, 1], [2, 3, 4, 6, 6, 3, 7])
    choice = uncertain([1, 2, 4, 6, 5, 2, 1], [3, 4, 5, 6, 6, 3, 7])
    found = priorities(rank, (sampling, choice, None), 0.34)
    assert found == (HIGH, POSSIBLE, POSSIBLE, LOW, LOW, HIGH, UNKNOWN)


def test_without_any_interval_no_priority_is_given() -> None:
    assert priorities(np.array([1.0, 2.0]), (None, None), 0.5) == (UNKNOWN, UNKNOWN)


def test_a_share_out_of_range_is_refused() -> None:
    with pytest.raises(ParameterError, match="zwischen 0 und 1"):
        priorities(np.array([1.0]), (), 1.0)


def population(*rows: tuple[str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["area_id", "age_group", "count"]).assign(sex="f")


def test_an_age_group_takes_the_nearest_ages_and_a_hidden_count_makes_it_unknown() -> None:
    frame = population(
        ("a", "0-4", 10), ("a", "5-9", 20), ("a", "65-79", 30), ("a", "80+", 5),
        ("b", "0-4", np.nan), ("b", "5-9", 20), ("b", "65-79", 30), ("b", "80+", 5),
    )  # fmt: skip
    young = age_share(frame, ("a", "b", "c"), 0, 6)
    assert (young.first, young.above) == (0, 5)
    assert young.persons[0] == 10.0
    assert np.isnan(young.persons[1:]).all()
    old = age_share(frame, ("b", "a"), 65, None)
    assert old.persons.tolist() == [35.0, 35.0]
    assert old.population[1] == 65.0


def test_without_a_group_above_the_first_age_there_is_no_share() -> None:
    with pytest.raises(MethodError, match="feinere Altersgruppen"):
        age_share(population(("a", "0+", 10)), ("a",), 0, 6)


def test_an_area_gives_occasion_by_the_indicators_at_whose_unfavourable_end_it_is() -> None:
    # A third of three areas is one: the oldest, A, and the one with the least green, C. B and C are equally
    # poor and both first; where all areas are alike, none stands out; a hidden value is never an occasion.
    values = pd.DataFrame(
        {
            "old": [30.0, 20.0, 10.0],
            "green": [90.0, 50.0, 10.0],
            "poor": [5.0, 9.0, 9.0],
            "alike": [1.0, 1.0, 1.0],
            "alone": [np.nan, 4.0, 3.0],
        },
        index=["A", "B", "C"],
    )
    high = {"old": True, "green": False, "poor": True, "alike": True, "alone": True}
    uses = {"warning": ("old", "alone"), "town": ("green", "poor"), "town 2": ("alike",)}
    assert occasions(values, high, uses, 0.33).to_numpy().tolist() == [
        ["A", "warning", ("old",)],
        ["B", "warning", ("alone",)],
        ["B", "town", ("poor",)],
        ["C", "town", ("green", "poor")],
    ]


def test_occasions_of_no_indicator_at_all_are_none_and_a_share_must_be_one() -> None:
    assert not len(occasions(pd.DataFrame(index=["A"]), {}, {"warning": ()}, 0.3))
    with pytest.raises(ParameterError, match="priority_share"):
        occasions(pd.DataFrame(index=["A"]), {}, {}, 1.0)

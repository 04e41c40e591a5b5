"""An index from tables that a program already has."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from sozialanalyse.errors import MethodError, ParameterError
from sozialanalyse.index.build import build_index
from sozialanalyse.index.spec import IndexSpec
from sozialanalyse.index.tables import data_from_frame, result_frame

DIRECTIONS = {"poverty": "higher_is_worse", "school": "higher_is_better"}


@pytest.fixture
def values() -> pd.DataFrame:
    """Return two indicators of three areas."""
    return pd.DataFrame({"poverty": [10.0, 20.0, 30.0], "school": [90.0, 60.0, 75.0]}, index=["a", "b", "c"])


def test_tables_in_another_order_are_put_in_order(values: pd.DataFrame) -> None:
    turned = values.loc[["c", "a", "b"], ["school", "poverty"]]
    data = data_from_frame(
        values,
        DIRECTIONS,
        kinds={"school": "rate", "poverty": "proportion"},
        numerators=turned,
        previous_values=turned,
        population=pd.Series({"c": 3.0, "b": 2.0, "a": 1.0}),
        groups=pd.Series({"b": "south", "c": "south", "a": "north"}),
    )
    assert data.numerators is not None
    assert data.previous_values is not None
    assert data.population is not None
    np.testing.assert_array_equal(data.numerators, values)
    np.testing.assert_array_equal(data.previous_values, values)
    assert data.population.tolist() == [1.0, 2.0, 3.0]
    assert data.groups == ("north", "south", "south")
    assert data.kinds == ("proportion", "rate")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda v: {"directions": {"poverty": "higher_is_worse"}}, "directions"),
        (lambda v: {"numerators": v.loc[["a", "b"]]}, "numerators"),
        (lambda v: {"denominators": v[["poverty"]]}, "denominators"),
        (lambda v: {"previous_values": v.loc[["a", "a", "b"]]}, "previous_values"),
        (lambda v: {"population": pd.Series({"a": 1.0, "b": 1.0, "d": 1.0})}, "population"),
        (
            lambda v: {"groups": pd.Series({"a": "n", "b": "n"}), "kinds": {"poverty": "rate"}},
            "kinds, groups",
        ),
    ],
)
def test_tables_of_other_areas_or_indicators_are_refused(
    values: pd.DataFrame, change: Callable[[pd.DataFrame], dict[str, object]], named: str
) -> None:
    with pytest.raises(ParameterError, match=f"weichen ab: {named}"):
        data_from_frame(values, **{"directions": DIRECTIONS, **change(values)})


def test_keys_that_have_become_numbers_are_refused(values: pd.DataFrame) -> None:
    with pytest.raises(ParameterError, match="führende Nullen"):
        data_from_frame(values.set_axis([101, 102, 103]), DIRECTIONS)


def test_an_area_without_an_index_has_neither_rank_nor_class(values: pd.DataFrame) -> None:
    values.loc["d"] = np.nan
    table = result_frame(
        build_index(data_from_frame(values, DIRECTIONS), IndexSpec(indicators=tuple(DIRECTIONS)))
    )
    assert table.loc["d", ["index", "rank"]].isna().all()
    assert table.loc["d", "class"] == ""
    assert table["class"].drop("d").ne("").all()


def test_texts_are_no_numbers():
    values = pd.DataFrame({"a": ["1", "2", "3"]}, index=["01", "02", "03"])
    with pytest.raises(MethodError, match="»values« muss aus Zahlen bestehen"):
        data_from_frame(values, {"a": "higher_is_worse"})

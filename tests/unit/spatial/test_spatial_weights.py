"""Neighbourhoods: found from polygons, points or pairs, and tied to the order of their areas."""

from __future__ import annotations

import numpy as np
import pytest
from shapely.geometry import box

from sozialanalyse.errors import MethodError, ParameterError
from sozialanalyse.spatial.weights import (
    centroid_coordinates,
    known_weights,
    nearest_weights,
    queen_weights,
    require_aligned,
    weights_from_pairs,
)

SQUARES = {
    "a": box(0, 0, 1, 1),
    "b": box(1, 0, 2, 1),
    "c": box(0, 1, 1, 2),
    "d": box(1, 1, 2, 2),
    "far": box(9, 9, 10, 10),
}


def test_queen_neighbours_share_a_border_or_a_corner() -> None:
    weights = queen_weights(SQUARES, ["a", "b", "c", "d"])
    assert weights.contiguity.toarray().tolist() == (1 - np.eye(4)).tolist()
    assert weights.matrix.toarray()[0].tolist() == pytest.approx([0, 1 / 3, 1 / 3, 1 / 3])


def test_islands_are_reported_and_have_an_empty_row() -> None:
    weights = queen_weights(SQUARES, ["a", "b", "far"])
    assert weights.islands == ("far",)
    assert weights.matrix.toarray().sum(axis=1).tolist() == [1.0, 1.0, 0.0]


def test_an_area_without_polygon_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"bei 1 von 2 fehlt er"):
        queen_weights(SQUARES, ["a", "unknown"])


def test_an_area_named_twice_is_refused() -> None:
    with pytest.raises(ParameterError, match="nur einmal"):
        weights_from_pairs(["a", "a"], [])


def test_nearest_neighbours_need_not_be_mutual() -> None:
    weights = nearest_weights(np.array([[0.0, 0.0], [1.0, 0.0], [3.0, 0.0]]), ["a", "b", "c"], 1)
    assert weights.contiguity.toarray().tolist() == [[0, 1, 0], [1, 0, 0], [0, 1, 0]]
    assert not weights.symmetric


def test_equal_distances_are_decided_by_the_key_and_not_by_the_order_of_rows() -> None:
    points = {"m": [0.0, 0.0], "w": [-1.0, 0.0], "e": [1.0, 0.0], "n": [0.0, 1.0]}
    for ids in (["m", "w", "e", "n"], ["n", "w", "m", "e"]):
        weights = nearest_weights(np.array([points[i] for i in ids]), ids, 2)
        row = weights.contiguity.toarray()[ids.index("m")]
        assert {ids[j] for j in np.flatnonzero(row)} == {"e", "n"}


@pytest.mark.parametrize("k", [0, 3])
def test_a_number_of_nearest_areas_out_of_range_is_refused(k: int) -> None:
    with pytest.raises(ParameterError, match="zwischen 1 und 2"):
        nearest_weights(np.zeros((3, 2)), ["a", "b", "c"], k)


def test_a_pair_holds_both_ways_and_foreign_areas_are_left_out() -> None:
    weights = weights_from_pairs(["a", "b", "c"], [("b", "a"), ("a", "elsewhere"), ("c", "c")])
    assert weights.contiguity.toarray().tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 0]]


def test_a_part_of_the_areas_keeps_its_neighbours_and_restandardises() -> None:
    weights = weights_from_pairs(["a", "b", "c"], [("a", "b"), ("b", "c")])
    part = weights.take(np.array([1, 0]))
    assert part.area_ids == ("b", "a")
    assert part.matrix.toarray().tolist() == [[0.0, 1.0], [1.0, 0.0]]


def test_values_in_another_order_are_refused() -> None:
    weights = weights_from_pairs(["a", "b", "c"], [("a", "b")])
    require_aligned(weights, ("a", "b", "c"))
    with pytest.raises(MethodError, match=r"2 Gebiete stehen an anderer Stelle"):
        require_aligned(weights, ("b", "a", "c"))


def test_missing_and_surplus_areas_are_counted_in_the_refusal() -> None:
    weights = weights_from_pairs(["a", "b", "c"], [("a", "b")])
    with pytest.raises(MethodError, match=r"2 Gebiete fehlen, 1 sind überzählig"):
        require_aligned(weights, ("a", "z"))


def test_degrees_become_kilometres_with_the_cosine_of_the_latitude() -> None:
    # At 60° north a degree of longitude is half as long as one of latitude (cos 60° = 1/2).
    corners = {"x": box(6.9, 59.9, 7.1, 60.1), "y": box(7.9, 59.9, 8.1, 60.1)}
    east = centroid_coordinates(corners, ["x", "y"])
    assert east[1, 0] - east[0, 0] == pytest.approx(111.195 / 2, rel=1e-6)


def test_projected_coordinates_stay_as_they_are() -> None:
    metres = {"x": box(2_560_000, 5_700_000, 2_560_100, 5_700_100)}
    assert centroid_coordinates(metres, ["x"]).tolist() == [[2_560_050.0, 5_700_050.0]]


def test_stated_neighbours_come_before_borders_and_without_both_there_are_none() -> None:
    row = {key: box(west, 0, west + 1, 1) for west, key in enumerate("abc")}
    stated = known_weights(["a", "b", "c"], [("a", "c")], row)
    assert stated is not None
    assert stated.islands == ("b",)
    bordering = known_weights(["a", "b", "c"], None, row)
    assert bordering is not None
    assert bordering.kind == "queen"
    assert known_weights(["a", "b", "d"], None, row) is None
    assert known_weights(["a", "b"], None, None) is None


def test_the_nearest_areas_are_taken_where_they_are_wanted_whatever_is_stated() -> None:
    row = {key: box(west, 0, west + 1, 1) for west, key in enumerate("abcd")}
    wanted = known_weights(list("abcd"), [("a", "d")], row, nearest=1)
    assert wanted is not None
    assert wanted.kind == "nearest"
    few = known_weights(["a", "b"], None, row, nearest=6)
    assert few is not None
    assert few.islands == ()

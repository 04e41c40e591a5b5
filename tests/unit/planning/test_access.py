"""Access to institutions against numbers worked by hand, and laws of catchment areas."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sozialanalyse.errors import MethodError, ParameterError
from sozialanalyse.planning.institutions import (
    distance_to_nearest,
    distances_km,
    enhanced_two_step,
    per_thousand,
)

ZONES = ((1.0, 1.0), (2.0, 0.6), (3.0, 0.2))


def test_catchment_areas_as_worked_by_hand() -> None:
    # Areas A, B, C with 100, 200 and 50 people; X offers 10, Y offers 6. Zones up to 1, 2, 3 km with weights
    # 1, 0.6, 0.2. Distances to X: 0.5, 1.0 (a limit belongs to the inner zone), 2.5; to Y: 3.5, 1.5, 0.2.
    # First step:  R_X = 10 / (1*100 + 1*200 + 0.2*50)  = 10 / 310
    #              R_Y =  6 / (0*100 + 0.6*200 + 1*50)  =  6 / 170
    # Second step: A = R_X;  B = R_X + 0.6 R_Y;  C = 0.2 R_X + R_Y
    distance = np.array([[0.5, 3.5], [1.0, 1.5], [2.5, 0.2]])
    found = enhanced_two_step(np.array([10.0, 6.0]), np.array([100.0, 200.0, 50.0]), distance, ZONES)
    expected = [10 / 310, 10 / 310 + 0.6 * 6 / 170, 0.2 * 10 / 310 + 6 / 170]
    assert found == pytest.approx(expected, rel=1e-12)


def test_with_one_zone_of_weight_one_it_is_the_simple_two_step_method() -> None:
    # Luo & Wang 2003: sum over institutions in reach of supply by population in reach.
    distance = np.array([[0.5, 2.0], [0.9, 0.9]])
    found = enhanced_two_step(np.array([2.0, 3.0]), np.array([10.0, 30.0]), distance, ((1.0, 1.0),))
    assert found == pytest.approx([2 / 40, 2 / 40 + 3 / 30])


@given(
    arrays(np.float64, (4, 3), elements=st.floats(0, 2.9)),
    arrays(np.float64, 4, elements=st.floats(1, 1e5)),
    arrays(np.float64, 3, elements=st.floats(0, 1e3)),
)
def test_what_all_people_reach_adds_up_to_what_is_offered(
    distance: np.ndarray, demand: np.ndarray, supply: np.ndarray
) -> None:
    # Everything lies within the last zone, so nothing that is offered is lost.
    reached = enhanced_two_step(supply, demand, distance, ZONES) @ demand
    assert reached == pytest.approx(supply.sum(), rel=1e-9, abs=1e-9)


def test_an_institution_that_nobody_reaches_counts_for_nobody() -> None:
    found = enhanced_two_step(np.array([5.0]), np.array([10.0]), np.array([[9.0]]), ZONES)
    assert found.tolist() == [0.0]


@pytest.mark.parametrize("zones", [(), ((2.0, 1.0), (1.0, 0.5)), ((1.0, 0.5), (2.0, 1.0)), ((1.0, -1.0),)])
def test_zones_out_of_order_are_refused(zones: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(ParameterError, match="steigende Grenzen und fallende Gewichte"):
        enhanced_two_step(np.array([1.0]), np.array([1.0]), np.array([[1.0]]), zones)


@pytest.mark.parametrize("demand", [np.nan, -1.0])
def test_an_unknown_or_negative_demand_is_refused(demand: float) -> None:
    with pytest.raises(MethodError, match="Zahlen ab 0"):
        enhanced_two_step(np.array([1.0]), np.array([demand]), np.array([[1.0]]), ZONES)


def test_one_degree_of_latitude_is_111_km_and_of_longitude_less_towards_the_pole() -> None:
    # pi / 180 * 6371.0088 km = 111.195 km; at 60 degrees north half of it (cos 60 = 0.5), along the great
    # circle slightly less: 2 R asin(cos(60) sin(0.5 degrees)) = 55.5966 km.
    north = distances_km(np.array([7.0]), np.array([51.0]), np.array([7.0]), np.array([52.0]))
    east = distances_km(np.array([7.0]), np.array([60.0]), np.array([8.0]), np.array([60.0]))
    assert north.item() == pytest.approx(111.195, abs=0.001)
    assert east.item() == pytest.approx(55.5966, abs=0.001)


def test_distances_are_a_matrix_of_areas_by_institutions() -> None:
    found = distances_km(np.array([7.0, 7.1]), np.array([51.0, 51.1]), np.zeros(3), np.zeros(3))
    assert found.shape == (2, 3)


def test_the_nearest_is_unknown_without_institutions() -> None:
    assert np.isnan(distance_to_nearest(np.empty((2, 0)))).all()


def test_supply_is_unknown_where_the_number_of_people_is() -> None:
    found = per_thousand(np.array([3.0, 3.0]), np.array([1500.0, np.nan]))
    assert found[0] == 2.0
    assert np.isnan(found[1])


def test_lists_are_taken_and_impossible_numbers_refused():
    assert per_thousand([2, 1], [4000, 0])[0] == 0.5
    assert distance_to_nearest([[2, 1], [None, 3]]).tolist() == [1, 3]
    assert enhanced_two_step([10], [100, 200], [[0.5], [1.5]], [(1.0, 1.0), (2.0, 0.5)]).tolist() == [
        0.05,
        0.025,
    ]
    with pytest.raises(MethodError, match="»Angebot« darf nicht negativ sein"):
        per_thousand([-1], [1000])
    with pytest.raises(MethodError, match="eine Spalte je Einrichtung"):
        enhanced_two_step([10, 5], [100, 200], [[0.5], [1.5]], [(1.0, 1.0)])

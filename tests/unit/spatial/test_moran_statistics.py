"""Moran's I, global and local, on maps small enough to compute by hand."""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pytest

from sozialanalyse.errors import MethodError
from sozialanalyse.spatial.autocorrelation import adjust_fdr, local_morans_i, morans_i
from sozialanalyse.spatial.weights import weights_from_pairs

IDS = ("a", "b", "c", "d", "e", "f")
CHAIN = weights_from_pairs(IDS, pairwise(IDS))


def test_global_statistic_of_a_chain_computed_by_hand() -> None:
    # z = −2.5 … 2.5 with Σz² = 17.5; neighbours' means −1.5, −1.5, −0.5 and mirrored, so that
    # Σ z·mean = 2 · (3.75 + 2.25 + 0.25) = 12.5.
    found = morans_i(np.arange(6.0)[:, None], CHAIN, IDS, permutations=0)
    assert found.statistic[0] == pytest.approx(12.5 / 17.5)
    assert found.expectation[0] == pytest.approx(-0.2)
    assert np.isnan(found.p_permutation[0])


def test_permutation_p_is_the_share_over_all_orders_of_a_small_map() -> None:
    # All 720 orders enumerated; 9,999 draws have a standard error of at most 0.005.
    x = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 9.0])
    z = x - x.mean()
    w = CHAIN.matrix.toarray()
    every = np.array([np.array(p) @ w @ np.array(p) for p in permutations(z)]) / (z @ z)
    observed = morans_i(x[:, None], CHAIN, IDS, permutations=9_999, seed=4)
    exact = np.mean(np.abs(every + 0.2) >= abs(observed.statistic[0] + 0.2) - 1e-12)
    assert observed.p_permutation[0] == pytest.approx(exact, abs=0.015)


def test_islands_take_no_part_but_are_named() -> None:
    ids = (*IDS, "z")
    lonely = weights_from_pairs(ids, pairwise(IDS))
    values = np.append(np.arange(6.0), 50.0)[:, None]
    found = morans_i(values, lonely, ids, permutations=0)
    assert found.islands == ("z",)
    assert found.statistic[0] == pytest.approx(12.5 / 17.5)


def test_a_constant_column_has_no_statistic_beside_one_that_has() -> None:
    values = np.column_stack([np.full(6, 2.0), np.arange(6.0)])
    found = morans_i(values, CHAIN, IDS, permutations=99, seed=1)
    assert np.isnan(found.statistic[0])
    assert np.isnan(found.p_permutation[0])
    assert np.isfinite(found.statistic[1])


def test_a_swapped_order_of_areas_is_refused_by_both_statistics() -> None:
    swapped = ("b", "a", *IDS[2:])
    with pytest.raises(MethodError, match="anderer Stelle"):
        morans_i(np.arange(6.0)[:, None], CHAIN, swapped)
    with pytest.raises(MethodError, match="anderer Stelle"):
        local_morans_i(np.arange(6.0), CHAIN, swapped)


def test_missing_values_and_too_few_neighbours_are_refused() -> None:
    with pytest.raises(MethodError, match="für jedes Gebiet einen Wert"):
        morans_i(np.array([1.0, np.nan, 2, 3, 4, 5])[:, None], CHAIN, IDS)
    with pytest.raises(MethodError, match="mindestens 4 Gebiete"):
        morans_i(np.arange(6.0)[:, None], weights_from_pairs(IDS, [("a", "b")]), IDS)
    with pytest.raises(MethodError, match="denselben Wert"):
        local_morans_i(np.ones(6), CHAIN, IDS)


def test_local_statistics_sum_to_the_global_one() -> None:
    # With row-standardised weights Σ Iᵢ = n · I (Anselin 1995, eq. 12 ff.).
    x = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0])
    local = local_morans_i(x, CHAIN, IDS, permutations=99)
    assert local.statistic.sum() == pytest.approx(
        6 * morans_i(x[:, None], CHAIN, IDS, permutations=0).statistic[0]
    )


def test_quadrants_name_the_own_value_first() -> None:
    found = local_morans_i(np.array([9.0, 8.0, 1.0, 0.0, 9.0, 0.0]), CHAIN, IDS, permutations=99)
    assert found.quadrant[0] == "high_high"
    assert found.quadrant[5] == "low_high"
    assert found.quadrant[4] == "high_low"


def test_both_tests_do_not_depend_on_the_order_of_areas() -> None:
    x = np.array([3.0, 1.0, 4.0, 1.5, 5.0, 9.0])
    order = np.array([4, 2, 0, 5, 1, 3])
    ids = tuple(IDS[i] for i in order)
    turned = CHAIN.take(order)
    one = morans_i(x[:, None], CHAIN, IDS, permutations=199, seed=2)
    two = morans_i(x[order][:, None], turned, ids, permutations=199, seed=2)
    assert two.p_permutation == pytest.approx(one.p_permutation, abs=0)
    first = local_morans_i(x, CHAIN, IDS, permutations=199, seed=2)
    second = local_morans_i(x[order], turned, ids, permutations=199, seed=2)
    assert second.p_permutation.tolist() == first.p_permutation[order].tolist()
    assert second.p_fdr.tolist() == first.p_fdr[order].tolist()


def test_false_discovery_rate_of_benjamini_and_hochberg_1995() -> None:
    # Their example of 15 hypotheses, section 3.2: at q = 0.05 the procedure rejects the four smallest.
    small = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
    p = np.array([*small, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0])
    assert (adjust_fdr(p) <= 0.05).tolist() == [True] * 4 + [False] * 11

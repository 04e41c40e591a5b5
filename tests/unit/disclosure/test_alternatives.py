"""Rounding and the cell-key method, and the measures of what they do."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from sozialanalyse.disclosure.alternatives import (
    cell_uniforms,
    measure_bias,
    perturb,
    perturbation_table,
    round_randomly,
    round_to_base,
)
from sozialanalyse.errors import ParameterError

SEED = "nur für den Test"


def test_nearest_multiple_and_middle_to_the_even_one():
    # Base 5 by hand; with base 10 the middles 5, 15, 25 go to 0, 20, 20.
    assert round_to_base([0, 1, 2, 3, 4, 5, 12, 13]).tolist() == [0, 0, 0, 5, 5, 5, 10, 15]
    assert round_to_base([5, 15, 25], base=10).tolist() == [0, 20, 20]


def test_random_rounding_goes_to_a_neighbouring_multiple_and_is_unbiased():
    values = np.repeat(np.arange(10), 20_000)
    keys = [f"zelle {place}" for place in range(len(values))]
    rounded = round_randomly(values, keys, SEED, base=5)
    assert (rounded % 5 == 0).all()
    assert (np.abs(rounded - values) < 5).all()
    assert (rounded[values % 5 == 0] == values[values % 5 == 0]).all()
    # A remainder r has variance r (5 − r) ≤ 6.25: standard error at most 0.018, five of them 0.09.
    assert np.abs(rounded.reshape(10, -1).mean(axis=1) - np.arange(10)).max() < 0.09


def test_same_cell_is_changed_the_same_way_wherever_it_stands():
    keys = ["a", ("b", 2021), ("b", 2022)]
    table = perturbation_table()
    for change in (
        lambda values, names: round_randomly(values, names, SEED),
        lambda values, names: perturb(values, names, SEED, table),
    ):
        forward = change([7, 8, 9], keys)
        backward = change([9, 8, 7], keys[::-1])
        assert forward.tolist() == backward[::-1].tolist()


def test_other_seed_gives_other_numbers():
    keys = list(range(50))
    assert (cell_uniforms(keys, "eins") != cell_uniforms(keys, "zwei")).all()


def test_cell_numbers_are_uniform():
    # Kolmogorov-Smirnov distance of 10,000 uniform numbers stays below 1.95 / 100 with probability 0.999.
    numbers = np.sort(cell_uniforms(list(range(10_000)), SEED))
    assert np.abs(numbers - np.arange(10_000) / 10_000).max() < 0.0195


def test_most_random_table_in_closed_form():
    # Steps −2…2, mean 0: probabilities p, p q, p q⁴ on both sides. Variance 1 asks for
    # 2 q + 8 q⁴ = 1 + 2 q + 2 q⁴, so q = 6^(−1/4) and p = 1 / (1 + 2 q + 2 q⁴).
    q = 6**-0.25
    p = 1 / (1 + 2 * q + 2 * q**4)
    row = perturbation_table(maximum=2, variance=1.0).probabilities[-1]
    np.testing.assert_allclose(row, [p * q**4, p * q, p, p * q, p * q**4], atol=1e-6)


@pytest.mark.parametrize(
    ("maximum", "variance", "smallest"), [(2, 0.5, 1), (4, 2.0, 1), (5, 3.0, 3), (8, 6.0, 3)]
)
def test_rows_add_up_to_one_with_mean_zero_and_the_variance_where_possible(maximum, variance, smallest):
    table = perturbation_table(maximum=maximum, variance=variance, smallest_shown=smallest)
    np.testing.assert_allclose(table.probabilities.sum(axis=1), 1, atol=1e-9)
    np.testing.assert_allclose(table.probabilities @ table.steps, 0, atol=1e-6)
    np.testing.assert_allclose(table.variances[-1], variance, atol=1e-5)
    counts = np.arange(len(table.probabilities))[:, None] + table.steps
    assert (table.probabilities[(counts < 0) | ((counts > 0) & (counts < smallest))] == 0).all()


def test_counts_near_zero_take_the_nearest_possible_variance():
    # A 1 that must become 0 or at least 3 with mean 0 is 0 with 2/3 and 3 with 1/3: variance 2, asked was 1.
    table = perturbation_table(maximum=3, variance=1.0, smallest_shown=3)
    assert table.probabilities[1, [2, 5]].tolist() == pytest.approx([2 / 3, 1 / 3])
    assert table.variances[1] == pytest.approx(2.0)
    # A 1 that may become 0 … 3 cannot have variance 6: at most 1 · 2, from 0 and 3.
    table = perturbation_table(maximum=2, variance=3.9)
    assert table.variances[1] == pytest.approx(2.0)


def test_perturbed_counts_keep_zero_and_the_bounds_and_show_no_one_or_two():
    values = np.repeat(np.arange(12), 500)
    table = perturbation_table(maximum=4, variance=2.0, smallest_shown=3)
    changed = perturb(values, list(range(len(values))), SEED, table)
    assert (changed[values == 0] == 0).all()
    assert not np.isin(changed, [1, 2]).any()
    assert (changed >= 0).all()
    assert np.abs(changed - values).max() <= 4
    # 6,000 changes of variance about 2: standard error 0.018, five of them 0.09.
    assert abs(measure_bias(values, changed).bias) < 0.09


def test_distortion_measures_by_hand():
    # Changes −1, +1, 0, +2: mean 0.5, mean size 1, root of 6/4; total 4th cell minus the others: 2 − 0 = 2.
    sums = sparse.csr_array(np.array([[1.0, 1.0, 1.0, -1.0], [1.0, 1.0, 0.0, 0.0]]))
    found = measure_bias([1, 2, 3, 6], [0, 3, 3, 8], sums)
    assert found.bias == 0.5
    assert found.mean_absolute == 1.0
    assert found.largest == 2.0
    assert found.root_mean_square == pytest.approx(1.5**0.5)
    assert found.unchanged == 0.25
    assert found.broken_sums == 0.5
    assert found.largest_gap == 2.0


def test_unusable_parameters_are_refused():
    with pytest.raises(ParameterError, match="base"):
        round_to_base([1], base=1)
    with pytest.raises(ParameterError, match="seed"):
        cell_uniforms(["a"], "")
    with pytest.raises(ParameterError, match="Längen"):
        round_randomly([1, 2], ["a"], SEED)
    with pytest.raises(ParameterError, match="Anzahlen"):
        perturb([1.5], ["a"], SEED, perturbation_table())
    with pytest.raises(ParameterError, match="Überlagerung"):
        perturbation_table(maximum=2, smallest_shown=4)
    with pytest.raises(ParameterError, match="Verzerrung"):
        measure_bias([], [])

"""Each step for itself, on numbers that can be checked by hand."""

import numpy as np
import pytest

from sozialanalyse.errors import MethodError
from sozialanalyse.index.aggregate import DomainStep, aggregate, cell_weights, weighted_mean
from sozialanalyse.index.choices import ClassSpec
from sozialanalyse.index.classify import classify
from sozialanalyse.index.impute import impute
from sozialanalyse.index.moments import mean_and_deviation
from sozialanalyse.index.normalise import Scale, normalise
from sozialanalyse.index.treat import apply_treatments, plan_treatments
from sozialanalyse.index.weight import indicator_weights

NAN = np.nan
GAPS = np.array([[1.0, 10.0], [3.0, NAN], [8.0, 30.0], [NAN, 40.0], [NAN, NAN]])
GROUPS = ("x", "x", "y", "y", "x")


@pytest.mark.parametrize(
    ("method", "first", "second"),
    [
        ("mean", 4, 80 / 3),
        ("median", 3, 30),
        ("group_mean", 8, 10),
        ("group_median", 8, 10),
    ],
)
def test_imputation_fills_gaps_but_not_empty_areas(method, first, second):
    filled = impute(GAPS, method, np.ones(5), GROUPS)
    assert filled[3, 0] == pytest.approx(first)
    assert filled[1, 1] == pytest.approx(second)
    assert np.isnan(filled[4]).all()
    assert np.isnan(GAPS[3, 0])


def test_imputation_by_group_leaves_a_cell_whose_group_is_empty():
    values = np.array([[1.0, NAN], [2.0, NAN], [3.0, 4.0]])
    assert np.isnan(impute(values, "group_median", np.ones(3), ("x", "x", "y"))[:2, 1]).all()


def test_imputation_of_draws_is_that_of_each_draw():
    draws = np.stack([GAPS, 2 * GAPS])
    for method in ("median", "group_mean"):
        both = impute(draws, method, np.ones(5), GROUPS)
        np.testing.assert_array_equal(both[0], impute(GAPS, method, np.ones(5), GROUPS))
        np.testing.assert_array_equal(both[1], 2 * both[0])


SKEWED = np.array([[*map(float, range(1, 11)), 30.0, 100.0]]).T
LIMITS = {"skew_limit": 2.0, "kurtosis_limit": 3.5, "at_most": 5, "names": ("a",)}


def test_logarithm_measures_from_the_lower_end_with_one_percent_of_the_range():
    treated = apply_treatments(SKEWED, plan_treatments(SKEWED, "log", **LIMITS))
    assert treated[0, 0] == pytest.approx(np.log(0.99))
    assert treated[-1, 0] == pytest.approx(np.log(99 + 0.99))


def test_logarithm_of_a_left_skewed_indicator_is_the_mirror_image():
    right = apply_treatments(SKEWED, plan_treatments(SKEWED, "log", **LIMITS))
    left = apply_treatments(-SKEWED, plan_treatments(-SKEWED, "log", **LIMITS))
    np.testing.assert_allclose(left, -right)


def test_winsorising_a_left_skewed_indicator_lifts_the_lowest():
    treated = apply_treatments(-SKEWED, plan_treatments(-SKEWED, "winsorise", **LIMITS))
    assert treated.min() == -30
    assert treated.max() == -1


def test_winsorising_stops_at_the_largest_number_allowed_and_says_so():
    values = np.array([[*map(float, range(1, 41)), 4e3, 5e3, 6e3]]).T
    (plan,) = plan_treatments(values, "winsorise", **{**LIMITS, "at_most": 1})
    assert (plan.changed, plan.sufficient) == (1, False)


def test_box_cox_brings_skewness_within_the_limit():
    (plan,) = plan_treatments(SKEWED, "box_cox", **LIMITS)
    assert plan.sufficient
    assert (np.diff(apply_treatments(SKEWED, (plan,))[:, 0]) > 0).all()


def test_an_unremarkable_or_constant_indicator_is_left_alone():
    values = np.column_stack([np.arange(10.0), np.full(10, 3.0)])
    plans = plan_treatments(values, "box_cox", **{**LIMITS, "names": ("a", "b")})
    assert apply_treatments(values, plans) is values


FOUR = np.array([[2.0], [4.0], [4.0], [10.0]])


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("z", [-3 / np.sqrt(12), -1 / np.sqrt(12), -1 / np.sqrt(12), 5 / np.sqrt(12)]),
        ("min_max", [0, 25, 25, 100]),
        ("rank", [1, 2.5, 2.5, 4]),
        ("percentile", [0, 50, 50, 100]),
        ("scaled", [0, 40, 40, 160]),
        ("goalposts", [0, 40, 40, 100]),
        ("distance_to_reference", [0.75, 1, 1, 1.75]),
    ],
)
def test_normalisation_by_hand(method, expected):
    # mean 5, squares 9 + 1 + 1 + 25 = 36, SD √12; ends 2 and 7; reference 4, range 8.
    scale = Scale(np.ones(4), low=np.array([2.0]), high=np.array([7.0]), reference=np.array([4.0]))
    np.testing.assert_allclose(normalise(FOUR, method, scale, ("a",))[:, 0], expected)


def test_distance_to_reference_takes_the_city_mean_where_none_is_given():
    result = normalise(FOUR, "distance_to_reference", Scale(np.ones(4)), ("a",))
    np.testing.assert_allclose(result[:, 0], [1 - 3 / 8, 1 - 1 / 8, 1 - 1 / 8, 1 + 5 / 8])


@pytest.mark.parametrize("method", ["scaled", "goalposts"])
def test_fixed_ends_are_needed(method):
    with pytest.raises(MethodError, match="goalposts"):
        normalise(FOUR, method, Scale(np.ones(4)), ("a",))


@pytest.mark.parametrize(
    "method", ["z", "min_max", "rank", "percentile", "distance_to_reference", "exponential"]
)
def test_missing_cells_stay_missing_and_do_not_count(method):
    with_gap = np.vstack([FOUR, [[NAN]]])
    result = normalise(with_gap, method, Scale(np.ones(5)), ("a",))
    np.testing.assert_allclose(result[:4], normalise(FOUR, method, Scale(np.ones(4)), ("a",)))
    assert np.isnan(result[4, 0])


def test_moments_of_draws_with_gaps_are_those_of_each_draw():
    draws = np.stack([GAPS, GAPS[::-1]])
    mean, deviation = mean_and_deviation(draws, np.ones(5))
    np.testing.assert_allclose(mean[:, 0], [np.nanmean(GAPS, axis=0)] * 2)
    np.testing.assert_allclose(deviation[:, 0], [np.nanstd(GAPS, axis=0, ddof=1)] * 2)


def test_given_weights_count_in_proportion_within_a_domain():
    weights = indicator_weights(np.zeros((2, 3)), "given", (2, 6, 5), ("p", "p", "q"), np.ones(2), "abc")
    assert weights.tolist() == [0.25, 0.75, 1]


def test_a_domain_without_weight_is_refused():
    with pytest.raises(MethodError, match="c"):
        indicator_weights(np.zeros((2, 3)), "given", (2, 6, 0), ("p", "p", "q"), np.ones(2), "abc")


def test_principal_component_of_two_indicators_weighs_them_equally():
    # Two positively correlated columns: the first component is (1, 1)/√2 whatever the correlation.
    values = np.array([[1.0, 2.0], [2.0, 1.0], [3.0, 5.0], [4.0, 4.0]])
    weights = indicator_weights(values, "pca", (), (), np.ones(4), "ab")
    np.testing.assert_allclose(weights, [0.5, 0.5])


@pytest.mark.parametrize(
    ("method", "expected"),
    # Weights 1 : 3 of 2 and 8: 26/4; 2^¼ · 8^¾ = 2^2.5; 4/(1/2 + 3/8).
    [("arithmetic", 6.5), ("geometric", 2**2.5), ("harmonic", 4 / 0.875)],
)
def test_weighted_means_by_hand(method, expected):
    values = np.array([[2.0, 8.0, NAN]])
    assert weighted_mean(values, np.array([1.0, 3.0, 2.0]), method) == pytest.approx(expected)


def test_a_mean_of_nothing_is_missing():
    values = np.array([[NAN, 1.0]])
    assert np.isnan(weighted_mean(values, np.array([1.0, 0.0]), "arithmetic")).all()


def test_a_domain_that_an_area_lacks_leaves_its_weight_to_the_others():
    step = DomainStep(((0, 1), (2,)), ("p", "q"), np.array([3.0, 1.0]), "none", "arithmetic")
    values = np.array([[1.0, 3.0, 10.0], [NAN, NAN, 7.0], [5.0, NAN, 1.0]])
    weights = np.array([0.5, 0.5, 1.0])
    domains, index = aggregate(values, weights, "arithmetic", step, Scale(np.ones(3)))
    np.testing.assert_allclose(index, [(3 * 2 + 10) / 4, 7, (3 * 5 + 1) / 4])
    np.testing.assert_allclose(domains, [[2, 10], [NAN, 7], [5, 1]])
    cells = cell_weights(np.isfinite(values), weights, step)
    np.testing.assert_allclose(cells, [[0.375, 0.375, 0.25], [0, 0, 1], [0.75, 0, 0.25]])


def test_domain_values_are_brought_onto_one_scale_before_they_are_put_together():
    # Ranks of the first domain 1, 2, 3; of the second 3, 1, 2. Without ranks its hundreds would decide alone.
    step = DomainStep(((0,), (1,)), ("p", "q"), np.ones(2), "rank", "arithmetic")
    values = np.array([[0.1, 900.0], [0.2, 100.0], [0.3, 200.0]])
    domains, index = aggregate(values, np.ones(2), "arithmetic", step, Scale(np.ones(3)))
    np.testing.assert_allclose(domains, [[1, 3], [2, 1], [3, 2]])
    np.testing.assert_allclose(index, [2.0, 1.5, 2.5])


@pytest.mark.parametrize("method", ["geometric", "harmonic"])
@pytest.mark.parametrize("lowest", [0.0, -1.0])
def test_means_of_products_and_of_reciprocals_refuse_what_is_not_above_zero(method, lowest):
    with pytest.raises(MethodError, match="nur für Werte über null"):
        weighted_mean(np.array([[lowest, 2.0]]), np.ones(2), method)


def test_classes_by_standard_deviation_put_a_limit_into_the_class_above():
    values = np.array([-1.5, -0.51, -0.5, 0.49, 0.5, 1.5, NAN])
    classes = classify(values, ClassSpec(), 0.0, 1.0)
    assert classes.index.tolist() == [1, 1, 2, 2, 3, 4, -1]
    assert classes.counts.tolist() == [0, 2, 2, 1, 1]


def test_quantile_classes_keep_ties_together():
    spec = ClassSpec(method="quantiles", limits=(), labels=("unten", "Mitte", "oben"))
    values = np.array([1.0, 2.0, 2.0, 2.0, 2.0, 3.0])
    assert classify(values, spec, 0.0, 1.0).index.tolist() == [0, 2, 2, 2, 2, 2]
    assert classify(np.arange(6.0), spec, 0.0, 1.0).index.tolist() == [0, 0, 1, 1, 2, 2]


def test_natural_breaks_find_the_gaps():
    spec = ClassSpec(method="natural_breaks", limits=(), labels=("unten", "Mitte", "oben"))
    values = np.array([11.0, 1.0, 30.0, 2.0, 12.0, NAN, 10.0])
    assert classify(values, spec, 0.0, 1.0).index.tolist() == [1, 0, 2, 0, 1, -1, 1]


@pytest.mark.parametrize("method", ["quantiles", "natural_breaks"])
def test_fewer_values_than_classes_are_refused(method):
    spec = ClassSpec(method=method, limits=(), labels=("unten", "Mitte", "oben"))
    with pytest.raises(MethodError, match="3 verschiedene Werte; gefunden: 2"):
        classify(np.array([1.0, 1.0, 2.0]), spec, 0.0, 1.0)

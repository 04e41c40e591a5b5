"""The index against published numbers.

Tolerances: half a unit of the last printed digit, where nothing else is said.
"""

import numpy as np
import pytest

from sozialanalyse.index.aggregate import DomainStep, aggregate
from sozialanalyse.index.build import build_index
from sozialanalyse.index.consistency import cronbach_alpha
from sozialanalyse.index.data import IndexData
from sozialanalyse.index.normalise import Scale, exponential_transformation, normalise
from sozialanalyse.index.sensitivity import sobol_design, sobol_indices
from sozialanalyse.index.spec import IndexSpec
from sozialanalyse.index.treat import apply_treatments, plan_treatments, skew_and_kurtosis


def asem(
    pillars: np.ndarray, connectivity: tuple[int, ...], sustainability: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Return sub-indices and index of COINr's example from its eight pillars, all with equal weights."""
    step = DomainStep(
        (connectivity, sustainability),
        ("Conn", "Sust"),
        np.ones(2),
        normalisation="none",
        aggregation="arithmetic",
    )
    return aggregate(pillars, np.ones(8), "arithmetic", step, Scale(np.ones(len(pillars))))


def test_asem_pillars_aggregate_as_coinr_prints_them():
    """COINr 1.1, vignette »Presenting Results«: ASEM example, equal weights, two sub-indices.

    Seven of its 51 countries are printed with all levels: CHE, NLD, DNK, NOR, BEL, SWE and IND.

    Pillars Physical, ConEcFin, Political, Instit, P2P form Conn; Environ, Social, SusEcFin form Sust.
    The printed pillars are rounded to two decimals, hence a tolerance of one unit of the last digit.
    """
    pillars = np.array(
        [
            [63.41, 32.87, 74.78, 85.94, 56.93, 77.21, 87.85, 56.88],
            [64.87, 46.62, 84.55, 71.74, 41.92, 58.73, 86.58, 57.78],
            [50.52, 30.43, 78.13, 75.35, 51.04, 69.83, 86.40, 61.29],
            [58.18, 25.70, 80.03, 89.46, 33.80, 70.90, 87.00, 56.59],
            [71.97, 48.22, 80.84, 75.60, 43.32, 53.01, 86.17, 50.09],
            [51.51, 23.87, 80.98, 74.51, 38.50, 66.37, 87.74, 62.27],
            [18.78, 6.38, 51.90, 59.84, 6.07, 75.34, 22.74, 54.88],
        ]
    )
    domains, index = asem(pillars, (0, 1, 2, 3, 4), (5, 6, 7))
    connectivity = [62.79, 61.94, 57.10, 57.44, 63.99, 53.87, 28.60]
    sustainability = [73.98, 67.70, 72.51, 71.50, 63.09, 72.12, 50.99]
    np.testing.assert_allclose(domains, np.column_stack([connectivity, sustainability]), atol=0.01)
    np.testing.assert_allclose(index, [68.38, 64.82, 64.80, 64.47, 63.54, 63.00, 39.79], atol=0.01)


def test_asem_countries_aggregate_as_coinr_prints_them_in_another_vignette():
    """COINr, vignette »Aggregation«: the first five of the 51 countries, AUS, AUT, BEL, BGD and BGR.

    All is printed with three significant digits: half a unit of the last digit of the pillars below ten adds
    to that of the result, hence 0.1. The order of the columns is as printed: ConEcFin, Environ, Instit, P2P,
    Physical, Political, Social, SusEcFin; Conn has five of them, Sust three.
    """
    pillars = np.array(
        [
            [12.6, 31.9, 52.4, 39.50, 34.8, 52.5, 71.9, 55.7],
            [26.2, 69.5, 77.5, 54.10, 41.1, 78.2, 72.8, 62.9],
            [48.2, 53.0, 75.6, 43.30, 72.0, 80.8, 86.2, 50.1],
            [13.3, 81.7, 26.5, 5.85, 22.9, 32.4, 27.5, 64.6],
            [24.6, 55.7, 75.9, 27.10, 28.4, 67.5, 53.3, 61.7],
        ]
    )
    domains, index = asem(pillars, (0, 2, 3, 4, 5), (1, 6, 7))
    connectivity, sustainability = [38.4, 55.4, 64.0, 20.2, 44.7], [53.2, 68.4, 63.1, 57.9, 56.9]
    np.testing.assert_allclose(domains, np.column_stack([connectivity, sustainability]), atol=0.1)
    np.testing.assert_allclose(index, [45.8, 61.9, 63.5, 39.0, 50.8], atol=0.1)


def test_asem_flights_get_z_scores_as_coinr_prints_them():
    """COINr, vignettes »Denomination« (values) and »Normalisation« (z-scores with mean 10 and deviation 2).

    AUT, BEL, BGR, CYP and CZE are printed in both; »Analysis« gives mean 38.6 and deviation 46.7 of all 51.
    Two made-up places bring the seven to the mean and deviation of all, which the first two z-scores give
    to more digits: only then can the scores of all five come out.
    """
    values = np.array([29.01725, 31.88546, 9.23588, 8.75467, 15.30953])
    printed = np.array([9.588735, 9.711512, 8.741971, 8.721372, 9.001961])
    deviation = 2 * (values[1] - values[0]) / (printed[1] - printed[0])
    mean = values[0] - (printed[0] - 10) / 2 * deviation
    assert (round(mean, 1), round(deviation, 1)) == (38.6, 46.7)
    # Seven values with this mean and Σ (x − mean)² = 6 deviation²: the two others lie around their centre.
    centre = (7 * mean - values.sum()) / 2
    rest = 6 * deviation**2 - ((values - mean) ** 2).sum() - 2 * (centre - mean) ** 2
    every = np.append(values, centre + np.array([-1, 1]) * np.sqrt(rest / 2))[:, None]
    scores = normalise(every, "z", Scale(np.ones(7), z_target=(10.0, 2.0)), ("Flights",))
    np.testing.assert_allclose(scores[:5, 0], printed, atol=2e-5)


def test_minimum_and_maximum_as_coinr_on_fishers_irises():
    """COINr, vignette »Normalisation«: Normalise(iris), first six flowers.

    Fisher (1936), Annals of Eugenics 7: their measures, and the smallest and largest of all 150 flowers.
    """
    flowers = np.array(
        [
            [5.1, 3.5, 1.4, 0.2],
            [4.9, 3.0, 1.4, 0.2],
            [4.7, 3.2, 1.3, 0.2],
            [4.6, 3.1, 1.5, 0.2],
            [5.0, 3.6, 1.4, 0.2],
            [5.4, 3.9, 1.7, 0.4],
            [4.3, 2.0, 1.0, 0.1],
            [7.9, 4.4, 6.9, 2.5],
        ]
    )
    printed = [
        [22.222222, 62.50000, 6.779661, 4.166667],
        [16.666667, 41.66667, 6.779661, 4.166667],
        [11.111111, 50.00000, 5.084746, 4.166667],
        [8.333333, 45.83333, 8.474576, 4.166667],
        [19.444444, 66.66667, 6.779661, 4.166667],
        [30.555556, 79.16667, 11.864407, 12.500000],
    ]
    found = normalise(flowers, "min_max", Scale(np.ones(8)), tuple("abcd"))
    np.testing.assert_allclose(found[:6], printed, atol=6e-6)


COINR_OUTLIERS = np.array([*range(1, 11), 30, 100], dtype=float)


def test_skewness_and_kurtosis_as_coinr():
    """COINr, example in the reference of Treat(): check_SkewKurt() of 1, …, 10, 30, 100."""
    skewness, kurtosis = skew_and_kurtosis(COINR_OUTLIERS)
    assert skewness == pytest.approx(3.063241, abs=5e-7)
    assert kurtosis == pytest.approx(9.741391, abs=5e-7)


def test_one_winsorised_value_is_enough_and_leaves_the_moments_that_coinr_prints():
    """COINr, vignette »Outlier Treatment«: of 1, …, 10, 30, 100 only the last is changed."""
    plans = plan_treatments(COINR_OUTLIERS[:, None], "winsorise", 2.0, 3.5, 2, ("x",))
    treated = apply_treatments(COINR_OUTLIERS[:, None], plans)
    assert treated[:, 0].tolist() == [*map(float, range(1, 11)), 30.0, 30.0]
    skewness, kurtosis = skew_and_kurtosis(treated[:, 0])
    assert skewness == pytest.approx(1.712038, abs=5e-7)
    assert kurtosis == pytest.approx(1.815781, abs=5e-7)


@pytest.mark.parametrize("outlier", [100.0, -100.0])
def test_winsorising_as_coinr(outlier):
    """COINr, tests of Treat(): 1, …, 10 and an outlier; it becomes the next value, nothing else moves."""
    values = np.array([*map(float, range(1, 11)), outlier])[:, None]
    plans = plan_treatments(values, "winsorise", 2.0, 3.5, 5, ("x",))
    treated = apply_treatments(values, plans)[:, 0]
    assert treated.tolist() == [*map(float, range(1, 11)), 10.0 if outlier > 0 else 1.0]


def test_an_outlier_too_many_for_winsorising_is_said_to_remain_as_in_coinr():
    """COINr, tests of Treat(): 1, …, 20, 100 and 200 stay skewed if only one value may be changed."""
    values = np.array([*map(float, range(1, 21)), 100.0, 200.0])[:, None]
    assert not plan_treatments(values, "winsorise", 2.0, 3.5, 1, ("x",))[0].sufficient
    assert plan_treatments(values, "winsorise", 2.0, 3.5, 2, ("x",))[0].sufficient


def test_the_steps_of_coinr_one_after_the_other_on_an_example_by_hand():
    """Impute by the mean, winsorise, min-max from 0 to 100, mean by domain, then over domains.

    The data of the ASEM example are not printed, so the chain of steps is checked by hand. First indicator:
    1, …, 10, 100; the outlier becomes 10, and min-max gives 100 (v − 1)/9. Second: 0, 10, …, 100 without 50;
    the mean of the others is 50 and fills the gap, and min-max leaves all as it is. Third: the second halved,
    which min-max doubles. The first is a domain of its own: index = (first + (second + third)/2)/2, less its
    mean over the eleven areas.
    """
    first = np.array([*map(float, range(1, 11)), 100.0])
    second = 10.0 * np.arange(11)
    second[5] = np.nan
    data = IndexData(
        area_ids=tuple("abcdefghijk"),
        indicator_ids=("first", "second", "third"),
        values=np.column_stack([first, second, second / 2]),
        directions=("higher_is_better",) * 3,
    )
    spec = IndexSpec(
        indicators=data.indicator_ids,
        domains=("one", "two", "two"),
        imputation="mean",
        minimum_share=0.3,
        treatment="winsorise",
        normalisation="min_max",
    )
    result = build_index(data, spec)
    ninths = np.array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9])
    np.testing.assert_allclose(result.stages["normalised"][:, 0], 100 * ninths / 9)
    np.testing.assert_allclose(result.stages["normalised"][:, 1], 10.0 * np.arange(11))
    np.testing.assert_allclose(result.stages["normalised"][:, 2], 10.0 * np.arange(11))
    # 54/9 of eleven areas: the mean of the first is 600/11, that of the second 50.
    by_hand = (100 * ninths / 9 + 10.0 * np.arange(11)) / 2 - (600 / 11 + 50) / 2
    np.testing.assert_allclose(result.index, by_hand, atol=1e-12)


def test_exponential_transformation_as_published():
    """Scottish Executive (2003), Indices of Deprivation, appendix 5: 1,222 wards.

    The most deprived ward gets 100, and ten per cent of the wards (rounded) score above 50.
    """
    ranks = np.arange(1, 1223)
    transformed = exponential_transformation((1222 - ranks + 1) / 1222)
    assert transformed[0] == pytest.approx(100)
    assert (transformed > 50).mean() == pytest.approx(0.10, abs=0.005)
    assert 0 < transformed[-1] < 0.1


def test_averaging_exponential_domains_limits_cancellation():
    """The same appendix: 100 in one domain and 0 in another average to 50, the 90th percentile."""
    share = np.linspace(0, 1, 100_001)
    transformed = exponential_transformation(share)
    percentile = (transformed < (transformed[0] + transformed[-1]) / 2).mean()
    assert percentile == pytest.approx(0.90, abs=0.005)


def test_exponential_normalisation_gives_burden_its_high_end_in_both_orientations():
    """100 for most burden if the index measures burden; 0 for most burden if it measures the reverse."""
    values = np.array([[1.0], [2.0], [3.0]])
    burden = normalise(values, "exponential", Scale(np.ones(3), burden_is_high=True), ("a",))
    better = normalise(-values, "exponential", Scale(np.ones(3), burden_is_high=False), ("a",))
    assert burden[2, 0] == pytest.approx(100)
    np.testing.assert_allclose(better, 100 - burden)


def test_cronbach_alpha_of_a_published_example():
    """Statology, »How to Calculate Cronbach's Alpha in Python«: three questions, ten persons, 0.7734."""
    answers = [
        [1, 2, 2, 3, 2, 2, 3, 3, 2, 3],
        [1, 1, 1, 2, 3, 3, 2, 3, 3, 3],
        [1, 1, 2, 1, 2, 3, 3, 3, 2, 3],
    ]
    assert cronbach_alpha(np.array(answers, dtype=float).T) == pytest.approx(0.7734375)


def test_sobol_indices_of_the_ishigami_function():
    """Ishigami & Homma (1990); analytic values as in Saltelli et al. (2008), Global Sensitivity Analysis.

    f = sin x1 + 7 sin² x2 + 0.1 x3⁴ sin x1 on (−π, π): first order 0.3139, 0.4424, 0; total 0.5576,
    0.4424, 0.2437. A fourth factor that does not occur must have exactly 0. With 4,096 points the
    estimates are off by a few thousandths.
    """
    design = sobol_design(4, 4096, np.random.default_rng(1))
    x1, x2, x3, _ = np.moveaxis(np.pi * (2 * design - 1), -1, 0)
    first, total = sobol_indices(np.sin(x1) + 7 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1))
    np.testing.assert_allclose(first[:3], [0.3139, 0.4424, 0], atol=0.02)
    np.testing.assert_allclose(total[:3], [0.5576, 0.4424, 0.2437], atol=0.02)
    assert first[3] == 0
    assert total[3] == 0


def test_sobol_indices_of_the_g_function():
    """Sobol' g-function, Π (|4 x − 2| + a) / (1 + a), with a = 0, 1, 4.5, 9 and four times 99.

    Saltelli & Sobol' (1995): the parts of the variance are Vᵢ = 1 / (3 (1 + aᵢ)²), the whole is Π (1 + Vᵢ) −
    1, and a total index counts Vᵢ Π (1 + Vⱼ) over the others j.
    """
    a = np.array([0, 1, 4.5, 9, 99, 99, 99, 99])
    design = sobol_design(8, 8192, np.random.default_rng(3))
    first, total = sobol_indices(np.prod((np.abs(4 * design - 2) + a) / (1 + a), axis=-1))
    part = 1 / (3 * (1 + a) ** 2)
    whole = np.prod(1 + part) - 1
    np.testing.assert_allclose(first, part / whole, atol=0.01)
    np.testing.assert_allclose(total, part * np.prod(1 + part) / (1 + part) / whole, atol=0.01)

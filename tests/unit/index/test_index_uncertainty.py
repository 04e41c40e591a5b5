"""Draws, intervals, alternatives and Sobol indices."""

from dataclasses import replace

import numpy as np
import pytest

from sozialanalyse.errors import MethodError, ParameterError
from sozialanalyse.index.alternatives import (
    Alternatives,
    alternative_indices,
    draw_noise,
    fitting_alternatives,
)
from sozialanalyse.index.build import build_index
from sozialanalyse.index.data import IndexData
from sozialanalyse.index.drawn import draw_cells
from sozialanalyse.index.sensitivity import sensitivity, sobol_design
from sozialanalyse.index.spec import IndexSpec
from sozialanalyse.index.uncertainty import (
    choice_uncertainty,
    sampling_index_draws,
    sampling_uncertainty,
    summarise_draws,
)


def town(areas=25, indicators=5, persons=400, seed=7):
    generator = np.random.default_rng(seed)
    burden = generator.normal(size=(areas, 1))
    chance = 1 / (1 + np.exp(2 - 0.6 * burden - 0.4 * generator.normal(size=(areas, indicators))))
    denominators = np.full((areas, indicators), float(persons))
    numerators = generator.binomial(persons, chance).astype(float)
    return IndexData(
        area_ids=tuple(map(str, range(areas))),
        indicator_ids=tuple("abcdefgh"[:indicators]),
        values=100 * numerators / denominators,
        directions=("higher_is_worse",) * indicators,
        groups=("x", "y") * (areas // 2) + ("x",) * (areas % 2),
        kinds=("proportion",) * indicators,
        numerators=numerators,
        denominators=denominators,
    )


def draw_values(data, draws, generator):
    return draw_cells(data, draws, generator, threads=1).values(0, draws)


# Sums of scores are made of numbers of seven digits, whose errors add up over a few indicators.
SEVEN_DIGITS = 2e-6

TOWN = town()
SPEC = IndexSpec(indicators=TOWN.indicator_ids)
GAPPY = replace(TOWN, values=np.where(np.arange(125).reshape(25, 5) % 31 == 3, np.nan, TOWN.values))


def test_draws_have_the_moments_of_their_distributions():
    data = IndexData(
        area_ids=("1",),
        indicator_ids=("share", "rate", "count", "score"),
        values=np.array([[30.0, 50.0, 40.0, 3.0]]),
        directions=("higher_is_worse",) * 4,
        kinds=("proportion", "rate", "count", "score"),
        numerators=np.array([[60.0, 25.0, np.nan, np.nan]]),
        denominators=np.array([[200.0, 500.0, np.nan, np.nan]]),
    )
    draws = draw_values(data, 20_000, np.random.default_rng(3))[:, 0]
    # Standard deviations: 100 √(0.3 · 0.7/200), 1000 √25/500, √40; the mean of 20,000 draws is off by
    # less than 4 SD/√20000 in all but 1 of 16,000 runs, the SD by less than 4 %.
    deviation = np.array([100 * np.sqrt(0.21 / 200), 10, np.sqrt(40)])
    assert (np.abs(draws[:, :3].mean(axis=0) - [30, 50, 40]) < 4 * deviation / np.sqrt(20_000)).all()
    np.testing.assert_allclose(draws[:, :3].std(axis=0), deviation, rtol=0.04)
    assert (draws[:, 3] == 3).all()


def test_cells_without_counts_and_zeros_stay():
    data = replace(
        TOWN,
        numerators=np.where(np.arange(25)[:, None] == 0, np.nan, TOWN.numerators),
        values=np.where(np.arange(25)[:, None] == 1, 0.0, TOWN.values),
    )
    zero = replace(data, numerators=np.where(np.arange(25)[:, None] == 1, 0.0, data.numerators))
    draws = draw_values(zero, 5, np.random.default_rng(1))
    assert (draws[:, :2] == zero.values[:2]).all()
    assert (draws[:, 2:] != zero.values[2:]).any()


def test_sampling_draws_are_the_index_of_each_drawn_town(monkeypatch):
    # Counts are drawn for three towns of 125 cells at a time; two columns of 25 areas are scored at a time.
    monkeypatch.setattr("sozialanalyse.index.uncertainty.COUNT_CELLS", 375)
    monkeypatch.setattr("sozialanalyse.index.uncertainty.CHUNK_CELLS", 50)
    draws = sampling_index_draws(TOWN, SPEC, 5, np.random.default_rng(11))
    generator = np.random.default_rng(11)
    drawn = np.concatenate([draw_values(TOWN, size, generator) for size in (3, 2)])
    each = [
        build_index(replace(TOWN, values=values), replace(SPEC, unit_variance=True)).index for values in drawn
    ]
    np.testing.assert_allclose(draws, each, atol=SEVEN_DIGITS)


@pytest.mark.parametrize(
    ("data", "choices"),
    [
        (GAPPY, {}),
        (GAPPY, {"domains": ("p", "p", "q", "q", "r"), "domain_weights": (3.0, 1.0, 2.0)}),
        (GAPPY, {"weighting": "given", "weights": (1.0, 0.0, 3.0, 2.0, 1.0), "z_target": (100.0, 10.0)}),
        (replace(TOWN, population=np.linspace(900.0, 90.0, 25)), {"reference": "population"}),
        (TOWN, {"imputation": "median", "orientation": "higher_is_worse"}),
        (GAPPY, {"imputation": "median"}),
        (TOWN, {"normalisation": "min_max"}),
    ],
)
def test_every_specification_gives_the_draws_of_building_one_by_one(data, choices):
    spec = replace(SPEC, **choices)
    draws = sampling_index_draws(data, spec, 6, np.random.default_rng(4))
    drawn = draw_values(data, 6, np.random.default_rng(4))
    each = [build_index(replace(data, values=v), replace(spec, unit_variance=True)).index for v in drawn]
    np.testing.assert_allclose(draws, each, atol=SEVEN_DIGITS)


def test_a_sum_of_scores_and_the_steps_one_after_the_other_agree_where_weights_come_from_the_data(
    monkeypatch,
):
    spec = replace(SPEC, weighting="pca")
    at_once = sampling_index_draws(GAPPY, spec, 6, np.random.default_rng(4))
    monkeypatch.setattr("sozialanalyse.index.uncertainty.is_sum_of_scores", lambda frame, spec: False)
    stepwise = sampling_index_draws(GAPPY, spec, 6, np.random.default_rng(4))
    np.testing.assert_allclose(at_once, stepwise, atol=SEVEN_DIGITS)


def test_an_indicator_without_differences_in_a_draw_is_refused_by_name():
    # Two areas with one case each in 1,000: among 60 draws some have the same number in both.
    rare = replace(
        town(2, 2),
        values=np.array([[0.1, 20.0], [0.2, 30.0]]),
        numerators=np.array([[1.0, 80.0], [2.0, 120.0]]),
        denominators=np.array([[1000.0, 400.0], [1000.0, 400.0]]),
    )
    with pytest.raises(MethodError, match=r"Ziehung\): a\. Bitte"):
        sampling_index_draws(rare, replace(SPEC, indicators=("a", "b")), 60, np.random.default_rng(1))


def test_intervals_of_ranks_hold_the_draws():
    draws = np.array([[1.0, 2.0, 3.0]] * 93 + [[2.0, 1.0, 3.0]] * 4 + [[3.0, 2.0, 1.0]] * 3)
    spec = IndexSpec(indicators=("a",), confidence=0.9)
    result = summarise_draws(draws, draws[0], spec, ("x", "y", "z"))
    # Low index, much burden: x has rank 1 in 93 of 100 draws, 2 in 4, 3 in 3, so that 5 % and 95 % of the
    # draws are reached at 1 and 2; y has rank 1 in 4 only, z in 3 only.
    assert result.labels == ("Rang 1, 90 %: 1–2", "Rang 2, 90 %: 2–2", "Rang 3, 90 %: 3–3")


def test_more_persons_make_narrower_intervals():
    few = sampling_uncertainty(TOWN, SPEC, draws=200, seed=1)
    many = sampling_uncertainty(
        replace(TOWN, numerators=100 * TOWN.numerators, denominators=100 * TOWN.denominators),
        SPEC,
        draws=200,
        seed=1,
    )
    width = [(result.rank_upper - result.rank_lower).mean() for result in (few, many)]
    assert width[1] < width[0] / 3


def test_the_same_seed_gives_the_same_intervals():
    first, second = (sampling_uncertainty(TOWN, SPEC, draws=20, seed=5) for _ in range(2))
    np.testing.assert_array_equal(first.index_lower, second.index_lower)


def test_indicators_without_counts_are_named():
    mixed = replace(TOWN, kinds=("proportion",) * 4 + ("score",))
    assert sampling_uncertainty(mixed, SPEC, draws=5, seed=1).notes[0].endswith("fehlen: e.")
    with pytest.raises(MethodError, match="Zählern und Nennern"):
        sampling_uncertainty(replace(TOWN, kinds=()), SPEC, draws=5, seed=1)


def test_areas_without_index_have_no_interval():
    data = replace(TOWN, values=np.where(np.arange(25)[:, None] == 4, np.nan, TOWN.values))
    result = sampling_uncertainty(data, SPEC, draws=20, seed=1)
    assert result.labels[4] == ""
    assert np.isnan(result.rank_lower[4])


EVERYTHING = Alternatives(
    imputation=("none", "median", "group_mean"),
    treatment=("none", "winsorise"),
    normalisation=("z", "min_max", "percentile", "exponential"),
    weighting=("equal", "given", "pca"),
    leave_one_out=True,
    weight_noise=0.3,
    noise_draws=7,
)
WEIGHTED = replace(SPEC, weights=(1.0, 2.0, 3.0, 2.0, 1.0), minimum_share=0.2)


@pytest.mark.parametrize("domains", [(), ("p", "p", "q", "q", "r")])
@pytest.mark.parametrize("data", [TOWN, GAPPY])
def test_many_at_once_are_the_same_as_one_by_one(data, domains):
    spec = replace(WEIGHTED, domains=domains, domain_normalisation="z" if domains else "none")
    alternatives = replace(EVERYTHING, weight_noise=0.0, weighting=("equal", "given"))
    design = np.random.default_rng(2).random((24, 5))
    noise = draw_noise(alternatives, 5, np.random.default_rng(1))
    at_once = alternative_indices(data, spec, alternatives, noise, design)
    for row, index in zip(design, at_once, strict=True):
        picks = [int(number * size) for number, size in zip(row, (3, 2, 4, 2, 6), strict=True)]
        keep = [column for column in range(5) if column != picks[4] - 1]
        one = replace(
            spec,
            indicators=tuple(spec.indicators[column] for column in keep),
            weights=tuple(spec.weights[column] for column in keep),
            domains=tuple(domains[column] for column in keep) if domains else (),
            imputation=alternatives.imputation[picks[0]],
            treatment=alternatives.treatment[picks[1]],
            normalisation=alternatives.normalisation[picks[2]],
            weighting=alternatives.weighting[picks[3]],
            unit_variance=True,
        )
        np.testing.assert_allclose(index, build_index(data, one).index, atol=1e-10)


def test_noise_multiplies_the_weights():
    alternatives = Alternatives(weight_noise=0.5, noise_draws=3)
    noise = draw_noise(alternatives, 5, np.random.default_rng(1))
    assert ((noise >= 0.5) & (noise <= 1.5)).all()
    at_once = alternative_indices(TOWN, SPEC, alternatives, noise, np.array([[0.0], [0.5], [0.99]]))
    for factors, index in zip(noise, at_once, strict=True):
        one = replace(SPEC, weighting="given", weights=tuple(factors), unit_variance=True)
        np.testing.assert_allclose(index, build_index(TOWN, one).index, atol=1e-12)


def test_choice_intervals_are_seeded_and_hold_plausible_ranks():
    first, second = (choice_uncertainty(GAPPY, WEIGHTED, EVERYTHING, draws=50, seed=3) for _ in range(2))
    assert first.labels == second.labels
    assert (first.rank_lower >= 1).all()
    assert (first.rank_upper <= 25).all()


def test_undefined_combinations_are_refused():
    alternatives = Alternatives(aggregation=("arithmetic", "geometric"))
    with pytest.raises(MethodError, match="geometrisches Mittel"):
        choice_uncertainty(TOWN, SPEC, alternatives, draws=10, seed=1)
    with pytest.raises(MethodError, match="mindestens zwei"):
        choice_uncertainty(
            TOWN, IndexSpec(indicators=("a",)), Alternatives(leave_one_out=True), draws=10, seed=1
        )


def test_a_choice_that_cannot_matter_has_sensitivity_exactly_zero():
    # Without gaps no imputation matters; without skewed indicators no treatment does.
    result = sensitivity(TOWN, WEIGHTED, EVERYTHING, base_draws=64, seed=1)
    assert result.factors == (
        "imputation",
        "treatment",
        "normalisation",
        "weighting",
        "leave_one_out",
        "weight_noise",
    )
    assert result.first[:2].tolist() == [0, 0]
    assert result.total[:2].tolist() == [0, 0]
    assert (result.area_first[:2] == 0).all()
    assert (result.area_total[:2] == 0).all()
    assert (result.total[2:] > 0).all()


def test_a_single_open_choice_explains_everything():
    result = sensitivity(TOWN, WEIGHTED, Alternatives(leave_one_out=True), base_draws=1024, seed=1)
    # The estimators of the first and total index of 1 scatter by about 2/√1024.
    assert result.first[0] == pytest.approx(1, abs=0.06)
    assert result.total[0] == pytest.approx(1, abs=0.06)


def test_areas_without_index_have_no_sensitivity():
    data = replace(TOWN, values=np.where(np.arange(25)[:, None] == 4, np.nan, TOWN.values))
    result = sensitivity(data, WEIGHTED, Alternatives(leave_one_out=True), base_draws=16, seed=1)
    assert np.isnan(result.area_total[:, 4]).all()
    assert np.isfinite(np.delete(result.area_total, 4, axis=1)).all()
    assert result.mean_rank_shift > 0


@pytest.mark.parametrize(
    ("change", "piece"),
    [
        ({"normalisation": ("z", "zscore")}, "kennt »zscore« nicht"),
        ({"weighting": ("pca", "pca")}, "nur einmal"),
        ({"weight_noise": 1.0}, "weight_noise"),
        ({}, "keine Alternative"),
    ],
)
def test_alternatives_are_checked(change, piece):
    with pytest.raises(ParameterError, match=piece):
        Alternatives(**change)


@pytest.mark.parametrize("draws", [0, 1, 100])
def test_the_design_needs_a_power_of_two(draws):
    with pytest.raises(ParameterError, match="Zweierpotenz"):
        sobol_design(2, draws, np.random.default_rng(1))


def test_no_draws_are_refused():
    with pytest.raises(ParameterError, match="draws"):
        sampling_uncertainty(TOWN, SPEC, draws=0, seed=1)


def test_a_geometric_index_keeps_the_alternatives_that_it_allows():
    spec = replace(SPEC, normalisation="min_max", bounds=(1.0, 100.0), aggregation="geometric")
    usual = Alternatives(
        normalisation=("z", "min_max", "rank"),
        weighting=("equal", "pca"),
        leave_one_out=True,
        weight_noise=0.25,
    )
    with pytest.raises(MethodError, match="über null"):
        choice_uncertainty(TOWN, spec, usual, draws=50, seed=1)
    fitting, left_out = fitting_alternatives(TOWN, spec, usual)
    assert fitting == replace(usual, normalisation=("min_max", "rank"))
    assert left_out == (("normalisation", "z"),)
    found = choice_uncertainty(TOWN, spec, fitting, draws=200, seed=1)
    assert (found.rank_lower < found.rank_upper).any()
    assert (found.rank_lower <= found.rank).all()
    assert (found.rank <= found.rank_upper).all()


def test_the_choice_made_is_always_one_of_the_possibilities():
    spec = replace(SPEC, normalisation="percentile")
    fitting, left_out = fitting_alternatives(TOWN, spec, Alternatives(normalisation=("z", "rank")))
    assert fitting.normalisation == ("percentile", "z", "rank")
    assert left_out == ()


def test_without_any_fitting_alternative_the_reason_is_told():
    spec = replace(SPEC, normalisation="min_max", bounds=(1.0, 100.0), aggregation="harmonic")
    with pytest.raises(MethodError, match="Keine der anderen Entscheidungen"):
        fitting_alternatives(TOWN, spec, Alternatives(normalisation=("z",)))


def test_what_is_undefined_only_together_with_a_missing_indicator_is_left_out_too():
    # Four indicators that have little in common: all point the same way, but not without some of them.
    data = IndexData(
        area_ids=tuple(map(str, range(12))),
        indicator_ids=tuple("abcd"),
        values=np.random.default_rng(1).normal(50, 10, (12, 4)),
        directions=("higher_is_worse",) * 4,
    )
    spec = IndexSpec(indicators=data.indicator_ids)
    build_index(data, replace(spec, weighting="pca"))
    usual = Alternatives(weighting=("equal", "pca"), normalisation=("rank",), leave_one_out=True)
    with pytest.raises(MethodError, match="Hauptkomponente"):
        choice_uncertainty(data, spec, usual, draws=200, seed=1)
    fitting, left_out = fitting_alternatives(data, spec, usual)
    assert left_out == (("weighting", "pca"),)
    assert fitting == Alternatives(normalisation=("z", "rank"), leave_one_out=True)
    choice_uncertainty(data, spec, fitting, draws=200, seed=1)


def test_a_single_indicator_is_never_left_out():
    spec = replace(SPEC, indicators=("a",))
    usual = Alternatives(normalisation=("rank",), leave_one_out=True)
    fitting, left_out = fitting_alternatives(TOWN, spec, usual)
    assert fitting == Alternatives(normalisation=("z", "rank"))
    assert left_out == (("leave_one_out", ""),)


@pytest.mark.parametrize("numerator", [-1.0, 401.0])
def test_impossible_counts_are_refused_by_name(numerator):
    data = replace(TOWN, numerators=np.where(np.arange(25)[:, None] == 3, numerator, TOWN.numerators))
    with pytest.raises(MethodError, match="bei a gefunden: 1 Fälle"):
        sampling_uncertainty(data, SPEC, draws=10, seed=1)

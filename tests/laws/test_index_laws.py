"""Laws that hold for every index, whatever the data."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sozialanalyse.index.aggregate import weighted_mean
from sozialanalyse.index.build import build_index
from sozialanalyse.index.data import IndexData
from sozialanalyse.index.sensitivity import sobol_design, sobol_indices
from sozialanalyse.index.spec import IndexSpec

NORMALISATIONS = ("z", "min_max", "rank", "percentile", "exponential")
LINEAR = ("z", "min_max", "distance_to_reference")


@st.composite
def towns(draw, missing=False):
    """A town of 6 to 12 areas whose indicators differ between areas, with some gaps if asked."""
    areas, indicators = draw(st.integers(6, 12)), draw(st.integers(2, 4))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    values = generator.gamma(2, 10, size=(areas, indicators)).round(draw(st.integers(1, 3)))
    values[0] += 0.5
    if missing:
        values[generator.random((areas, indicators)) < 0.15] = np.nan
        values[:2] = np.add(np.nan_to_num(values[:2], nan=7.0), [[0.0], [1.0]])
    return IndexData(
        area_ids=tuple(map(str, range(areas))),
        indicator_ids=tuple("abcd"[:indicators]),
        values=values,
        directions=tuple(
            draw(st.sampled_from(["higher_is_worse", "higher_is_better"])) for _ in range(indicators)
        ),
        population=generator.integers(100, 9000, size=areas).astype(float),
    )


@st.composite
def specs(draw, data, normalisations=NORMALISATIONS):
    indicators = data.indicator_ids
    with_domains = draw(st.booleans())
    return IndexSpec(
        indicators=indicators,
        domains=tuple("pq"[position % 2] for position in range(len(indicators))) if with_domains else (),
        normalisation=draw(st.sampled_from(normalisations)),
        reference=draw(st.sampled_from(["areas", "population"])),
        orientation=draw(st.sampled_from(["higher_is_better", "higher_is_worse"])),
        weighting="given",
        weights=tuple(float(draw(st.integers(1, 5))) for _ in indicators),
    )


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_city_mean_is_zero_and_parts_add_up(data):
    town = data.draw(towns(missing=True))
    spec = data.draw(specs(town))
    result = build_index(town, spec)
    there = np.isfinite(result.index)
    weights = town.population if spec.reference == "population" else np.ones(len(there))
    scale = np.abs(result.stages["aggregated"][there]).max()
    assert abs(result.index[there] @ weights[there]) / weights[there].sum() < 1e-12 * (1 + scale)
    np.testing.assert_allclose(
        np.nansum(result.parts, axis=1)[there], result.index[there], atol=1e-11 * (1 + scale)
    )


@given(st.data(), st.floats(0.01, 100), st.floats(-50, 50))
@settings(max_examples=30, deadline=None)
def test_units_of_an_indicator_do_not_matter(data, factor, shift):
    town = data.draw(towns())
    spec = data.draw(specs(town, (*LINEAR, "rank")))
    changed = town.values.copy()
    changed[:, 0] = factor * changed[:, 0] + shift
    other = build_index(replace(town, values=changed), spec)
    np.testing.assert_allclose(other.index, build_index(town, spec).index, atol=1e-7)


@given(st.data(), st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_the_order_of_areas_and_indicators_does_not_matter(data, random):
    town = data.draw(towns(missing=True))
    spec = replace(data.draw(specs(town)), domains=())
    rows, columns = list(range(len(town.area_ids))), list(range(len(town.indicator_ids)))
    random.shuffle(rows)
    random.shuffle(columns)
    shuffled = replace(
        town,
        area_ids=tuple(town.area_ids[row] for row in rows),
        indicator_ids=tuple(town.indicator_ids[column] for column in columns),
        values=town.values[np.ix_(rows, columns)],
        directions=tuple(town.directions[column] for column in columns),
        population=town.population[rows],
    )
    other_spec = replace(
        spec,
        indicators=shuffled.indicator_ids,
        weights=tuple(spec.weights[column] for column in columns),
    )
    expected = build_index(town, spec).index[rows]
    np.testing.assert_allclose(build_index(shuffled, other_spec).index, expected, atol=1e-10)


@given(st.data(), st.floats(0.1, 50))
@settings(max_examples=30, deadline=None)
def test_a_worse_value_never_improves_the_rank_of_its_area(data, worsening):
    town = data.draw(towns())
    spec = replace(data.draw(specs(town, ("rank", "percentile"))), domains=())
    area = data.draw(st.integers(0, len(town.area_ids) - 1))
    sign = 1.0 if town.directions[0] == "higher_is_worse" else -1.0
    worse = town.values.copy()
    worse[area, 0] += sign * worsening
    before, after = build_index(town, spec), build_index(replace(town, values=worse), spec)
    burden = 1 if spec.orientation == "higher_is_worse" else -1
    # Whether the city mean moves with the area depends on the weights of areas; its distance to any
    # other area does not: that never shrinks on the side of burden.
    gap_before = burden * (before.stages["aggregated"][area] - before.stages["aggregated"])
    gap_after = burden * (after.stages["aggregated"][area] - after.stages["aggregated"])
    assert (gap_after >= gap_before - 1e-9).all()


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_turning_the_orientation_mirrors_the_index(data):
    # Plain ranks run from 1 to the number of values, so with gaps their scales differ between indicators.
    missing = data.draw(st.booleans())
    town = data.draw(towns(missing=missing))
    spec = data.draw(specs(town, [name for name in NORMALISATIONS if name != "rank" or not missing]))
    other = {"higher_is_better": "higher_is_worse", "higher_is_worse": "higher_is_better"}[spec.orientation]
    first, second = build_index(town, spec), build_index(town, replace(spec, orientation=other))
    np.testing.assert_allclose(second.index, -first.index, atol=1e-9)


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_equal_populations_are_the_same_as_none(data):
    town = data.draw(towns(missing=True))
    spec = replace(data.draw(specs(town)), reference="areas")
    equal = replace(town, population=np.full(len(town.area_ids), 1234.0))
    by_persons = build_index(equal, replace(spec, reference="population"))
    np.testing.assert_allclose(by_persons.index, build_index(town, spec).index, atol=1e-9)


@given(
    st.lists(st.floats(0.1, 1000), min_size=2, max_size=6),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=30, deadline=None)
def test_harmonic_below_geometric_below_arithmetic(values, seed):
    weights = np.random.default_rng(seed).uniform(0.1, 1, size=len(values))
    row = np.array([values])
    harmonic, geometric, arithmetic = (
        weighted_mean(row, weights, method)[0] for method in ("harmonic", "geometric", "arithmetic")
    )
    slack = 1 + 1e-9
    assert row.min() <= harmonic * slack
    assert harmonic <= geometric * slack
    assert geometric <= arithmetic * slack
    assert arithmetic <= row.max() * slack


@given(st.integers(0, 2**32 - 1), st.integers(1, 4))
@settings(max_examples=30, deadline=None)
def test_a_factor_that_changes_nothing_has_sobol_indices_of_exactly_zero(seed, factors):
    generator = np.random.default_rng(seed)
    design = sobol_design(factors + 1, 32, generator)
    outputs = np.cos(design[..., :factors] @ generator.normal(size=factors))
    first, total = sobol_indices(outputs)
    assert first[-1] == 0
    assert total[-1] == 0
    assert (total >= 0).all()

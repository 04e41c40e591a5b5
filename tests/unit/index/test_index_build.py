"""The whole index: what comes out, what is noted, what is refused."""

from dataclasses import replace

import numpy as np
import pytest

from sozialanalyse.errors import MethodError, ParameterError
from sozialanalyse.index.build import build_index
from sozialanalyse.index.data import IndexData
from sozialanalyse.index.spec import IndexSpec

NAN = np.nan


def data_of(values, directions=None, **more):
    values = np.array(values, dtype=float)
    return IndexData(
        area_ids=tuple(f"{number:02d}" for number in range(len(values))),
        indicator_ids=tuple("abcdefgh"[: values.shape[1]]),
        values=values,
        directions=directions or ("higher_is_worse",) * values.shape[1],
        **more,
    )


TWO = data_of([[10, 1], [20, 2], [30, 6]], ("higher_is_worse", "higher_is_better"))
TWO_SPEC = IndexSpec(indicators=("a", "b"))


def test_index_is_the_mean_of_oriented_z_values():
    # a: mean 20, SD 10, turned: 1, 0, −1. b: mean 3, SD √(14/2) = √7: −2/√7, −1/√7, 3/√7. Half of each.
    result = build_index(TWO, TWO_SPEC)
    root = np.sqrt(7)
    np.testing.assert_allclose(result.index, [(1 - 2 / root) / 2, -1 / root / 2, (-1 + 3 / root) / 2])
    np.testing.assert_allclose(result.parts[:, 0], [0.5, 0, -0.5], atol=1e-15)
    assert result.rank.tolist() == [3, 1, 2]
    assert result.weights.tolist() == [0.5, 0.5]
    assert result.notes == ()


def test_stages_are_kept_in_the_order_of_the_steps():
    stages = build_index(TWO, TWO_SPEC).stages
    assert list(stages) == ["raw", "screened", "imputed", "treated", "oriented", "normalised", "aggregated"]
    assert stages["oriented"].tolist() == [[-10, 1], [-20, 2], [-30, 6]]


def test_orientation_turns_the_index_but_not_the_ranks():
    better = build_index(TWO, TWO_SPEC)
    worse = build_index(TWO, replace(TWO_SPEC, orientation="higher_is_worse"))
    np.testing.assert_allclose(worse.index, -better.index, atol=1e-15)
    assert worse.rank.tolist() == better.rank.tolist()


def test_population_reference_gives_persons_a_mean_of_zero():
    # persons 1, 1, 2; a: mean (10 + 20 + 60)/4 = 22.5.
    weighted = replace(TWO, population=np.array([1.0, 1.0, 2.0]))
    result = build_index(weighted, IndexSpec(indicators=("a",), reference="population"))
    assert result.index @ weighted.population == pytest.approx(0, abs=1e-15)
    # variance ((12.5² + 2.5² + 2 · 7.5²)/4) · 3/2 = 103.125; highest value: −7.5/√103.125.
    assert result.index[2] == pytest.approx(-7.5 / np.sqrt(103.125))


def test_population_reference_needs_every_population():
    with pytest.raises(MethodError, match="Bevölkerung über null"):
        build_index(TWO, replace(TWO_SPEC, reference="population"))


def test_unit_variance_divides_index_and_parts():
    result = build_index(TWO, replace(TWO_SPEC, unit_variance=True))
    assert result.index.std(ddof=1) == pytest.approx(1)
    np.testing.assert_allclose(result.parts.sum(axis=1), result.index, atol=1e-15)


def test_area_with_too_little_data_gets_no_index_and_moves_no_other():
    without = build_index(TWO, TWO_SPEC)
    more = data_of([*TWO.values.tolist(), [NAN, 500]], TWO.directions)
    result = build_index(more, replace(TWO_SPEC, minimum_share=0.6))
    np.testing.assert_allclose(result.index[:3], without.index)
    assert np.isnan(result.index[3])
    assert np.isnan(result.rank[3])
    assert result.class_index[3] == -1
    assert result.missing[3].tolist() == [True, False]
    assert "1 Gebiet hat zu wenige Werte und bekommt keinen Index." in result.notes


def test_indicator_with_too_little_data_is_left_out_with_a_note():
    data = data_of([[10, 1, NAN], [20, 2, NAN], [30, 6, 1]], (*TWO.directions, "higher_is_worse"))
    result = build_index(data, IndexSpec(indicators=("a", "b", "c")))
    np.testing.assert_allclose(result.index, build_index(TWO, TWO_SPEC).index)
    assert result.weights.tolist() == [0.5, 0.5, 0]
    assert np.isnan(result.parts[:, 2]).all()
    assert any("Werte fehlen: c." in note for note in result.notes)


def test_missing_cell_gives_its_weight_to_the_others_and_parts_still_add_up():
    # a: z turned 1, 0, −1; b has two values: ∓1/√2. Raw 0: 1 − …; area 1 rests on a alone.
    data = data_of([[10, 1], [20, NAN], [30, 2]], ("higher_is_worse", "higher_is_better"))
    result = build_index(data, TWO_SPEC)
    raw = np.array([(1 - np.sqrt(0.5)) / 2, 0, (-1 + np.sqrt(0.5)) / 2])
    np.testing.assert_allclose(result.index, raw - raw.mean(), atol=1e-15)
    np.testing.assert_allclose(np.nansum(result.parts, axis=1), result.index, atol=1e-15)
    assert any("bleibt außer Betracht" in note for note in result.notes)


def test_imputed_cells_are_noted():
    data = data_of([[10, 1], [20, NAN], [30, 2]], groups=("x", "x", "y"))
    result = build_index(data, replace(TWO_SPEC, imputation="group_mean"))
    assert result.stages["imputed"][1, 1] == 1
    assert "1 fehlender Wert wurde ergänzt (group_mean)." in result.notes


def test_two_levels_weigh_domains_equally():
    # Domain p holds a and b, domain q holds c: weights 1/4, 1/4, 1/2.
    data = data_of([[1, 2, 9], [2, 1, 4], [3, 3, 1]])
    spec = IndexSpec(indicators=("a", "b", "c"), domains=("p", "p", "q"))
    result = build_index(data, spec)
    assert result.weights.tolist() == [0.25, 0.25, 0.5]
    np.testing.assert_allclose(result.index, result.stages["normalised"] @ [0.25, 0.25, 0.5], atol=1e-15)
    assert result.stages["domains"].shape == (3, 2)


def test_non_additive_index_has_no_parts_and_says_so():
    spec = replace(TWO_SPEC, normalisation="min_max", bounds=(1.0, 100.0), aggregation="geometric")
    result = build_index(TWO, spec)
    # a oriented 100, 50.5, 1; b 1, 20.8, 100: roots of the products, first and last √100 = 10.
    np.testing.assert_allclose(result.stages["aggregated"], [10, np.sqrt(50.5 * 20.8), 10])
    assert np.isnan(result.parts).all()
    assert any("nicht in Beiträge" in note for note in result.notes)


def test_treatment_is_noted():
    data = data_of([[float(value)] for value in [*range(1, 11), 30, 100]])
    result = build_index(data, IndexSpec(indicators=("a",), treatment="winsorise"))
    assert result.stages["treated"].max() == 30
    assert "a: 1 Ausreißer auf den nächsten Wert gesetzt." in result.notes


@pytest.mark.parametrize(
    ("data", "change", "piece"),
    [
        (replace(TWO, directions=("neutral", "higher_is_better")), {}, "neutral gekennzeichnet: a"),
        (data_of([[1, 5], [2, 5], [3, 5]]), {}, "ohne Unterschied .* b"),
        (TWO, {"aggregation": "geometric"}, "geometrisches Mittel"),
        (TWO, {"aggregation": "harmonic"}, "harmonisches Mittel"),
        (data_of([[1, 2], [2, 1]]), {"weighting": "pca"}, "mehr Gebiete"),
        (data_of([[1, 4], [2, 3], [3, 2], [4, 1.5]]), {"weighting": "pca"}, "entgegen laufen"),
        (data_of([[1, NAN], [NAN, 2]]), {"minimum_share": 1.0}, "mindestens zwei Gebiete"),
        (data_of([[1, NAN], [2, NAN], [3, 1]]), {"imputation": "group_mean"}, "übergeordnete Gebiet"),
        (TWO, {"treatment": "log"}, "mindestens vier Werte"),
        (data_of([[1, 2], [2, 1]]), {}, "alle Werte sind gleich"),
        (data_of([[1, 2], [2, 1]]), {"unit_variance": True}, "sie sind gleich"),
    ],
)
def test_what_is_undefined_is_refused(data, change, piece):
    spec = replace(TWO_SPEC, **{"minimum_coverage": 0.3, **change})
    with pytest.raises(MethodError, match=piece):
        build_index(data, spec)


def test_a_direction_of_the_specification_wins_over_the_data():
    neutral = replace(TWO, directions=("neutral", "higher_is_better"))
    result = build_index(neutral, replace(TWO_SPEC, directions=("higher_is_worse", "")))
    np.testing.assert_allclose(result.index, build_index(TWO, TWO_SPEC).index)


def test_unknown_indicators_are_all_named():
    with pytest.raises(ParameterError, match="x, y"):
        build_index(TWO, IndexSpec(indicators=("a", "x", "y")))


@pytest.mark.parametrize(
    ("change", "piece"),
    [
        ({"area_ids": ("1", "1", "2")}, "area_ids"),
        ({"directions": ("higher_is_worse",)}, "directions"),
        ({"directions": ("worse", "higher_is_better")}, "directions"),
        ({"kinds": ("share", "rate")}, "kinds"),
        ({"previous_values": np.full((3, 2), np.inf)}, "unendlichen"),
        ({"groups": ("x",)}, "groups"),
        ({"values": np.zeros((2, 2))}, "values"),
        ({"population": np.zeros(2)}, "population"),
    ],
)
def test_shapes_of_the_data_are_checked(change, piece):
    with pytest.raises(ParameterError, match=piece):
        replace(TWO, **change)


def test_several_areas_without_an_index_are_told_in_the_plural():
    more = data_of([*TWO.values.tolist(), [NAN, 500], [NAN, 400]], TWO.directions)
    result = build_index(more, replace(TWO_SPEC, minimum_share=0.6))
    assert "2 Gebiete haben zu wenige Werte und bekommen keinen Index." in result.notes

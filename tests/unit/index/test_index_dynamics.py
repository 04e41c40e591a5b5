"""Dynamikindex and comparison of editions."""

from dataclasses import replace

import numpy as np
import pytest

from sozialanalyse.errors import MethodError, ParameterError
from sozialanalyse.index.build import build_index
from sozialanalyse.index.contrast import contrast
from sozialanalyse.index.data import IndexData
from sozialanalyse.index.dynamics import build_dynamics, changes, earlier_edition
from sozialanalyse.index.spec import ClassSpec, IndexSpec

THEN = IndexData(
    area_ids=("1", "2", "3", "4"),
    indicator_ids=("a",),
    values=np.array([[10.0], [20.0], [30.0], [40.0]]),
    directions=("higher_is_worse",),
)
NOW = replace(THEN, values=np.array([[10.0], [26.0], [32.0], [np.nan]]), previous_values=THEN.values)
SPEC = IndexSpec(indicators=("a",), classes=ClassSpec(limits=(0.0,), labels=("niedrig", "hoch")))


def test_dynamics_standardise_the_changes():
    # Changes 0, 6, 2: mean 8/3, squares 64/9 + 100/9 + 4/9 = 56/3, SD √(28/3); turned, a rise is worse.
    result = build_dynamics(NOW, THEN, SPEC)
    np.testing.assert_allclose(
        result.dynamics.index, np.array([8 / 3, -10 / 3, 2 / 3, np.nan]) / np.sqrt(28 / 3)
    )
    assert result.dynamics.class_labels == ("negativ", "stabil", "positiv")


def test_joint_classes_count_every_area_with_both_indices():
    # Status: z of 10, 26, 32 turned: +, −, −. Dynamics/SD: 0.87, −1.09, 0.22: stable, negative, stable.
    result = build_dynamics(NOW, THEN, SPEC)
    assert result.joint.tolist() == [[1, 1, 0], [0, 1, 0]]
    assert result.joint_labels == ("hoch, stabil", "niedrig, negativ", "niedrig, stabil", "")


def test_the_earlier_edition_may_come_along():
    np.testing.assert_array_equal(earlier_edition(NOW).values, THEN.values)
    with pytest.raises(MethodError, match="frühere"):
        earlier_edition(THEN)


def test_areas_must_agree():
    with pytest.raises(ParameterError, match="dieselben Gebiete"):
        changes(NOW, replace(THEN, area_ids=("1", "2", "4", "3")), SPEC)


def test_fixed_values_have_no_meaning_for_changes():
    with pytest.raises(MethodError, match="festen Werten"):
        build_dynamics(NOW, THEN, replace(SPEC, normalisation="goalposts", goalposts=((0.0, 50.0),)))


def test_contrast_says_who_moved():
    first = build_index(replace(THEN, values=np.array([[10.0], [20.0], [30.0], [np.nan]])), SPEC)
    second = build_index(replace(THEN, values=np.array([[20.0], [10.0], [30.0], [1.0]])), SPEC)
    # Burden 10 < 20 < 30 gives ranks 3, 2, 1; then with a fourth area 20, 10, 30, 1: ranks 2, 3, 1, 4.
    result = contrast(first, second)
    np.testing.assert_array_equal(result.rank_change, [-1, 1, 0, np.nan])
    assert result.mean_rank_shift == pytest.approx(2 / 3)
    # Spearman of (3, 2, 1) and (2, 3, 1): 1 − 6 · (1 + 1)/(3 · 8) = 1/2.
    assert result.spearman == pytest.approx(0.5)
    # z turned 1, 0, −1: hoch, hoch, niedrig. Mean 15.25: 20 low, 10 high, 30 low.
    assert result.class_change.tolist() == [-1, 0, 0, 0]
    assert result.same_class.tolist() == [False, True, True, False]


def test_contrast_of_different_orientation_is_refused():
    first = build_index(THEN, SPEC)
    with pytest.raises(ParameterError, match="orientation"):
        contrast(first, build_index(THEN, replace(SPEC, orientation="higher_is_worse")))


def test_contrast_needs_common_areas():
    first = build_index(replace(THEN, values=np.array([[1.0], [2.0], [np.nan], [np.nan]])), SPEC)
    second = build_index(replace(THEN, values=np.array([[np.nan], [np.nan], [1.0], [2.0]])), SPEC)
    with pytest.raises(MethodError, match="beiden Indizes"):
        contrast(first, second)

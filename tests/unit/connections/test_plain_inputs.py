"""What an outsider passes in: lists, whole numbers, columns and tables of pandas; and what is refused."""

import numpy as np
import pandas as pd
import pytest

from sozialanalyse.connections.correlation import associate
from sozialanalyse.connections.panel import associate_over_time
from sozialanalyse.connections.regression import fit_pair
from sozialanalyse.connections.robustness import (
    leave_one_area_out,
    leave_one_group_out,
    specification_curve,
)
from sozialanalyse.connections.spec import ConnectionSpec
from sozialanalyse.errors import MethodError, ParameterError
from sozialanalyse.spatial.autocorrelation import adjust_fdr, local_morans_i, morans_i
from sozialanalyse.spatial.effective import effective_sample_size, lag_orders
from sozialanalyse.spatial.models import fit_spatial_model, lagrange_tests
from sozialanalyse.spatial.weights import nearest_weights, weights_from_pairs

AREAS = [f"{number:02d}" for number in range(16)]
CHESSBOARD = weights_from_pairs(
    AREAS,
    [
        (AREAS[a], AREAS[b])
        for a in range(16)
        for b in range(a)
        if max(abs(a // 4 - b // 4), abs(a % 4 - b % 4)) == 1
    ],
)
NUMBERS = np.random.default_rng(5).integers(0, 50, size=(16, 3))
PANEL = np.random.default_rng(6).integers(0, 50, size=(4, 16))
SPEC = ConnectionSpec(permutations=99, bootstrap=0)


def labelled(numbers):
    return pd.DataFrame(numbers, AREAS[: len(numbers)]) if numbers.ndim == 2 else pd.Series(numbers, AREAS)


def statistics(form):
    """Return one number of each statistic, the same table being passed in some form."""
    table, first, second, others = (form(NUMBERS[:, part]) for part in (slice(None), 0, 1, slice(1, 3)))
    ones, persons = form(np.ones(16)), form(np.full(16, 80))
    return [
        morans_i(table, CHESSBOARD, AREAS, permutations=99).p_permutation[0],
        morans_i(first, CHESSBOARD, AREAS, permutations=99).statistic.item(),
        local_morans_i(first, CHESSBOARD, AREAS, permutations=99).statistic[5],
        lagrange_tests(first, second, CHESSBOARD, AREAS).lag[0],
        fit_spatial_model(first, others, CHESSBOARD, AREAS, kind="error").dependence,
        effective_sample_size(table, lag_orders(CHESSBOARD))[0, 1],
        associate(table, ["a", "b", "c"], AREAS, spec=SPEC, covariates=second).spearman.estimate[0, 2],
        fit_pair(first, second, kind="proportion", numerator=second, denominator=persons).per_sd.estimate,
        fit_pair(first, second, kind="score", covariates=form(NUMBERS[:, 2]), weights=ones).per_sd.estimate,
        associate_over_time(form(PANEL), form(PANEL**2)).within,
        leave_one_area_out(table, ones, "spearman").lowest[0, 1],
        leave_one_group_out(table, ones, list("abcd" * 4), "pearson").highest[0, 1],
        specification_curve(table, spec=SPEC).estimate[0, 0, 1],
        nearest_weights(others, AREAS, 3).trace,
        adjust_fdr(form(NUMBERS[:, 0] / 50))[3],
    ]


@pytest.mark.parametrize("form", [np.ndarray.tolist, labelled], ids=["lists", "pandas"])
def test_lists_and_pandas_give_what_arrays_of_floats_give(form):
    np.testing.assert_allclose(statistics(form), statistics(np.float64), rtol=1e-12)


@pytest.mark.parametrize(
    "statistic",
    [
        lambda table: morans_i(table, CHESSBOARD, AREAS),
        lambda table: local_morans_i(table[0], CHESSBOARD, AREAS),
        lambda table: lagrange_tests(table[0], table[1], CHESSBOARD, AREAS),
        lambda table: fit_spatial_model(table[0], table[1], CHESSBOARD, AREAS, kind="lag"),
        lambda table: associate(table, ["a", "b", "c"], AREAS, spec=SPEC),
        lambda table: nearest_weights(table[[0, 1]], AREAS, 3),
    ],
)
def test_rows_in_another_order_are_refused(statistic):
    with pytest.raises(MethodError, match="andere Zeilen als die Gebiete oder eine andere Reihenfolge"):
        statistic(labelled(NUMBERS)[::-1])


def test_columns_of_different_areas_are_refused():
    first, second = labelled(NUMBERS[:, 0]), labelled(NUMBERS[:, 1])[::-1]
    with pytest.raises(MethodError, match="verschiedene Zeilen"):
        fit_pair(first, second, kind="score")
    with pytest.raises(MethodError, match="verschiedene Zeilen"):
        associate_over_time(labelled(NUMBERS), labelled(NUMBERS)[::-1])


@pytest.mark.parametrize(
    ("refused", "match"),
    [
        (lambda: morans_i(NUMBERS[:5], CHESSBOARD, AREAS), "eine Zeile je Gebiet haben. Gefunden: 5 Zeilen"),
        (lambda: morans_i(["a"] * 16, CHESSBOARD, AREAS), "muss aus Zahlen bestehen"),
        (lambda: morans_i(NUMBERS, CHESSBOARD, AREAS, permutations=-1), "nicht negativ"),
        (lambda: local_morans_i(NUMBERS, CHESSBOARD, AREAS), "Gefunden: eine Tabelle"),
        (lambda: lagrange_tests(NUMBERS[:, 0], NUMBERS[:, 0], CHESSBOARD, AREAS), "bleibt nichts übrig"),
        (
            lambda: lagrange_tests(NUMBERS[:, 0] * np.nan, NUMBERS[:, 1], CHESSBOARD, AREAS),
            "für jedes Gebiet alle Werte",
        ),
        (
            lambda: fit_spatial_model(np.ones(16), NUMBERS[:, 1], CHESSBOARD, AREAS, kind="lag"),
            "bleibt nichts übrig",
        ),
        (
            lambda: fit_spatial_model(NUMBERS[:, 0], NUMBERS[:, 1], CHESSBOARD, AREAS, kind="sarma"),
            "kennt »sarma« nicht",
        ),
        (lambda: effective_sample_size(NUMBERS[:, 0], lag_orders(CHESSBOARD)), "eine Spalte je Indikator"),
        (lambda: nearest_weights(NUMBERS[:, :2] * np.nan, AREAS, 3), "mindestens eine fehlt"),
        (lambda: weights_from_pairs([5119, 5120], [(5119, 5120)]), "Schlüssel von Gebieten sind Texte"),
        (lambda: fit_pair(NUMBERS[:, 0], NUMBERS[:, 1], kind="share"), "kennt »share« nicht"),
        (lambda: fit_pair(NUMBERS[:, 0], NUMBERS[:5, 1], kind="score"), "verschieden viele Werte"),
        (lambda: associate_over_time(NUMBERS, NUMBERS[:5]), "brauchen beide eine Zeile je Jahr"),
        (lambda: leave_one_area_out(NUMBERS, np.ones(5), "pearson"), "die Gewichte eine Zahl je Gebiet"),
        (lambda: leave_one_group_out(NUMBERS, np.ones(16), "ab", "pearson"), "genau eine Gruppe"),
    ],
)
def test_what_does_not_fit_is_refused_with_rule_and_remedy(refused, match):
    with pytest.raises((MethodError, ParameterError), match=match):
        refused()

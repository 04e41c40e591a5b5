"""From areas and indicators to verdicts in one go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from shapely.geometry import box

from sozialanalyse.connections.connect import connect
from sozialanalyse.connections.data import ConnectionData, PanelData
from sozialanalyse.connections.space import spatial_fits
from sozialanalyse.connections.spec import ConnectionSpec
from sozialanalyse.connections.synthesis import Category
from sozialanalyse.connections.table import verdict_frame
from sozialanalyse.errors import MethodError, ParameterError
from sozialanalyse.spatial.weights import weights_from_pairs

City = Callable[..., ConnectionData]
SPEC = ConnectionSpec(permutations=99, bootstrap=50)


def _values(n: int, k: int = 4) -> NDArray[np.float64]:
    """Columns 0 and 1 go together, the others stand alone."""
    x = np.random.default_rng(21).normal(size=(n, k))
    x[:, 1] += 2.0 * x[:, 0]
    return x


def test_the_true_connection_is_established_and_the_others_are_not(city: City) -> None:
    found = connect(city(_values(120), 12, 10), SPEC)
    assert len(found.verdicts) == len(found.sentences) == len(found.evidence) == 6
    evidence, verdict, text = found.between("indicator_1", "indicator_0")
    assert verdict.category is Category.ESTABLISHED
    assert "»Merkmal 0« gehen einher mit höheren Werten bei »Merkmal 1«" in text
    assert evidence.model is not None
    assert evidence.model.family == "linear"
    assert evidence.coarser is not None
    others = {v.category for v in found.verdicts if (v.first, v.second) != ("indicator_0", "indicator_1")}
    assert others <= {Category.NONE, Category.INSUFFICIENT, Category.INCONSISTENT}


@pytest.mark.parametrize(("rows", "columns"), [(2, 3), (3, 3)])
def test_a_handful_of_areas_gives_no_verdict_at_all(city: City, rows: int, columns: int) -> None:
    found = connect(city(_values(rows * columns), rows, columns), SPEC)
    assert {verdict.category for verdict in found.verdicts} == {Category.INSUFFICIENT}


def test_only_pairs_of_different_domains_without_demography_are_judged(city: City) -> None:
    domains = ("demography", "poverty", "poverty", "health")
    found = connect(city(_values(40), 8, 5, domains=domains), replace(SPEC, covariates=("indicator_0",)))
    assert {(v.first, v.second) for v in found.verdicts} == {
        ("indicator_1", "indicator_3"),
        ("indicator_2", "indicator_3"),
    }
    assert found.association.indicator_ids == ("indicator_1", "indicator_2", "indicator_3")
    assert np.isfinite(found.association.spearman.partial[0, 1])
    with pytest.raises(ParameterError, match="verschiedener Themen"):
        found.between("indicator_1", "indicator_2")


def test_the_order_of_areas_and_indicators_changes_nothing_but_order(city: City) -> None:
    data = city(_values(40), 8, 5)
    rows, columns = np.random.default_rng(2).permutation(40), np.array([2, 0, 3, 1])

    def turned(keys: tuple[str, ...], order: NDArray[np.intp]) -> tuple[str, ...]:
        return tuple(keys[i] for i in order)

    assert data.neighbours is not None
    assert data.population is not None
    other = replace(
        data,
        area_ids=turned(data.area_ids, rows),
        group_ids=turned(data.group_ids, rows),
        values=data.values[np.ix_(rows, columns)],
        population=data.population[rows],
        neighbours=data.neighbours.take(rows),
        **{
            name: turned(getattr(data, name), columns)
            for name in ("indicator_ids", "labels", "domains", "kinds", "units", "directions")
        },
    )
    one, two = connect(data, SPEC), connect(other, SPEC)
    assert one.sentences == two.sentences
    assert one.verdicts == two.verdicts
    assert two.moran_p.tolist() == one.moran_p.tolist()
    assert two.association.spearman.p_permutation == pytest.approx(
        one.association.spearman.p_permutation, nan_ok=True, abs=0
    )


def test_polygons_serve_where_no_neighbourhood_is_given(city: City) -> None:
    data = city(_values(40), 8, 5)
    squares = {area: box(i % 5, i // 5, i % 5 + 1, i // 5 + 1) for i, area in enumerate(data.area_ids)}
    drawn = replace(data, neighbours=None, polygons=squares)
    assert connect(drawn, SPEC).association.spatial
    assert connect(drawn, replace(SPEC, neighbours="nearest", nearest=4)).association.spatial


def test_without_neighbourhood_nothing_is_established_and_a_remark_says_why(city: City) -> None:
    found = connect(city(_values(120), 12, 10, neighbours=None), SPEC)
    _, verdict, text = found.between("indicator_0", "indicator_1")
    assert (verdict.category, verdict.reasons) == (Category.INDICATION, ("no_neighbours",))
    assert "Ohne Nachbarschaft" in text
    assert any("Umrisse" in remark for remark in found.remarks)
    assert np.isnan(found.moran).all()


def test_missing_values_and_islands_are_counted_and_reported(city: City) -> None:
    values = _values(40)
    values[:5, 1] = np.nan
    data = city(values, 8, 5)
    lonely = weights_from_pairs(data.area_ids, [(data.area_ids[i], data.area_ids[i + 1]) for i in range(38)])
    found = connect(replace(data, neighbours=lonely), SPEC)
    assert found.islands == (data.area_ids[39],)
    assert found.between("indicator_0", "indicator_1")[0].count == 35
    assert np.isfinite(found.moran).all()


def test_a_panel_stands_beside_the_comparison_of_areas(city: City) -> None:
    data = city(_values(40), 8, 5)
    years = np.random.default_rng(3).normal(size=(5, 40, 4))
    found = connect(replace(data, panel=PanelData((2018, 2019, 2020, 2021, 2022), years + data.values)), SPEC)
    evidence, _, text = found.between("indicator_0", "indicator_1")
    assert evidence.panel is not None
    assert evidence.panel.years == 5
    assert "Innerhalb der Gebiete" in text


def test_the_same_source_is_marked_from_labels_and_from_the_spec(city: City) -> None:
    data = city(_values(40), 8, 5, numerator_labels=("Fälle", "Fälle", "", ""))
    found = connect(data, replace(SPEC, shared_sources=(("indicator_0", "indicator_2"),)))
    assert found.between("indicator_0", "indicator_1")[0].construction == ("shared_numerator",)
    assert found.between("indicator_0", "indicator_2")[0].construction == ("declared",)


def test_weighting_by_population_changes_the_coefficient_and_needs_population(city: City) -> None:
    data = city(_values(40), 8, 5)
    weighted = replace(SPEC, weighting="population")
    plain = connect(data, SPEC).association.spearman.estimate[0, 1]
    assert connect(data, weighted).association.spearman.estimate[0, 1] != pytest.approx(plain, abs=1e-6)
    with pytest.raises(MethodError, match="Zahl über 0"):
        connect(replace(data, population=None), weighted)


def test_an_area_without_population_takes_that_way_of_computing_away(city: City) -> None:
    gap = np.linspace(500.0, 2_500.0, 40)
    gap[3] = np.nan
    whole, part = (
        connect(city(_values(40), 8, 5), SPEC),
        connect(city(_values(40), 8, 5, population=gap), SPEC),
    )
    assert whole.verdicts[0].agreeing[1] == 3
    assert part.verdicts[0].agreeing[1] == 1
    assert any("Bevölkerung ist nicht für jedes Gebiet bekannt" in remark for remark in part.remarks)


def test_an_unknown_covariate_and_a_single_domain_are_refused(city: City) -> None:
    data = city(_values(40), 8, 5)
    with pytest.raises(ParameterError, match="unbekannte Indikatoren genannt: age"):
        connect(data, replace(SPEC, covariates=("age",)))
    with pytest.raises(ParameterError, match="mindestens zwei Themen"):
        connect(data, SPEC, domains=("poverty",))


def test_parts_of_another_length_are_refused_by_name(city: City) -> None:
    with pytest.raises(MethodError, match="labels, values"):
        replace(city(_values(40), 8, 5), labels=("a",), values=np.zeros((3, 4)))


def test_few_districts_are_remarked_and_not_compared(city: City) -> None:
    found = connect(city(_values(40), 8, 5, group_ids=("one",) * 40), SPEC)
    assert found.between("indicator_0", "indicator_1")[0].coarser is None
    assert found.between("indicator_0", "indicator_1")[0].group_range is None
    assert any("gröbere Ebene hat eine Einheit;" in remark for remark in found.remarks)


def test_the_table_puts_established_pairs_first_and_keeps_every_pair(city: City) -> None:
    found = connect(city(_values(120), 12, 10), SPEC)
    frame = verdict_frame(found)
    assert len(frame) == 6
    assert frame.loc[0, ["first", "second", "category"]].tolist() == [
        "indicator_0",
        "indicator_1",
        "gesichert",
    ]
    assert set(frame["sentence"]) == set(found.sentences)


def test_a_spatial_model_is_fitted_only_where_the_residuals_ask_for_it(city: City) -> None:
    weights = city(_values(120), 12, 10).neighbours
    assert weights is not None
    rng = np.random.default_rng(30)
    x = rng.normal(size=120)
    calm = x + rng.normal(size=120)
    smooth = np.linalg.solve(np.eye(120) - 0.8 * weights.matrix.toarray(), 3 * rng.normal(size=120))
    values = np.column_stack([x, calm, x + smooth, x + smooth])
    values[5, 3] = np.nan
    found = spatial_fits(values, [(0, 1), (0, 2), (0, 3)], None, weights)
    # Two of the three pairs ask for one; a missing value takes that area out of the neighbourhood too.
    assert set(found) == {(0, 2), (0, 3)}
    for fit in found.values():
        assert fit.lower < fit.estimate < fit.upper
        assert fit.dependence > 0.4
    assert found[0, 2].estimate != found[0, 3].estimate
    assert spatial_fits(values, [(0, 2)], x[:, None], weights) == {}

"""Spatial statistics against published output for the 49 neighbourhoods of Columbus, Ohio (1980).

The data come with libpysal. Sources of the numbers:

* Anselin, L. (2003). An Introduction to Spatial Regression Analysis in R; and Anselin, L. (2005, 2007).
  Spatial Regression Analysis in R: A Workbook. Both print the output of R's spdep for CRIME on INC and HOVAL.
  The graph in R at that time had 230 links, the file in libpysal has 236. Of all choices of three pairs to
  leave out, a single one gives the printed Moran's I to nine digits: 5–16, 25–30 and 31–39. All other
  printed numbers then agree as well.
* spreg 1.9, docstrings of ``LMtests`` and ``MoranRes``: HOVAL on INC and CRIME with all 236 links.
"""

from __future__ import annotations

import json
import warnings
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import norm
from shapely.geometry.base import BaseGeometry

from sozialanalyse.spatial.autocorrelation import QUADRANTS, local_morans_i, morans_i
from sozialanalyse.spatial.models import asked_for, fit_spatial_model, lagrange_tests
from sozialanalyse.spatial.weights import SpatialWeights, nearest_weights, queen_weights, weights_from_pairs

NOT_IN_R = ({"5", "16"}, {"25", "30"}, {"31", "39"})

Columbus = tuple[
    dict[str, NDArray[np.float64]], list[tuple[str, str]], tuple[str, ...], dict[str, BaseGeometry]
]


@pytest.fixture(scope="module")
def columbus() -> Columbus:
    """Columns of the table, pairs of neighbours, keys, polygons."""
    from libpysal.examples import get_path
    from shapely.geometry import shape

    features = json.loads(Path(get_path("columbus.json")).read_text(encoding="utf-8"))["features"]
    rows = {str(int(f["properties"]["POLYID"])): f for f in features}
    columns = {
        name: np.array([row["properties"][name] for row in rows.values()], dtype=float)
        for name in ("CRIME", "INC", "HOVAL")
    }
    lines = Path(get_path("columbus.gal")).read_text(encoding="utf-8").split("\n")[1:]
    pairs = [
        (head.split()[0], other)
        for head, others in zip(lines[::2], lines[1::2], strict=False)
        for other in others.split()
    ]
    return columns, pairs, tuple(rows), {area: shape(row["geometry"]) for area, row in rows.items()}


@pytest.fixture(scope="module")
def as_in_r(columbus: Columbus) -> SpatialWeights:
    _, pairs, ids, _ = columbus
    return weights_from_pairs(ids, [pair for pair in pairs if set(pair) not in NOT_IN_R])


def test_morans_i_of_crime_as_printed_by_spdep(columbus: Columbus, as_in_r: SpatialWeights) -> None:
    found = morans_i(columbus[0]["CRIME"][:, None], as_in_r, columbus[2], permutations=999, seed=1)
    assert found.statistic[0] == pytest.approx(0.485770914, abs=5e-10)
    assert found.expectation[0] == pytest.approx(-0.020833333, abs=5e-10)
    # moran.test(CRIME, …): variance under randomisation 0.008991121, standard deviate 5.3427.
    assert found.variance[0] == pytest.approx(0.008991121, abs=5e-10)
    assert found.z[0] == pytest.approx(5.3427, abs=5e-5)
    assert found.p_permutation[0] == 1 / 1000


def test_lagrange_tests_of_crime_as_printed_by_spdep(columbus: Columbus, as_in_r: SpatialWeights) -> None:
    columns, _, ids, _ = columbus
    x = np.column_stack([columns["INC"], columns["HOVAL"]])
    found = lagrange_tests(columns["CRIME"], x, as_in_r, ids)
    assert found.error == pytest.approx((4.6111, 0.03177), abs=5e-5)
    assert found.robust_error == pytest.approx((0.0335, 0.8547), abs=5e-5)
    assert found.lag == pytest.approx((7.8557, 0.005066), abs=5e-5)
    assert found.robust_lag == pytest.approx((3.2781, 0.07021), abs=5e-5)
    assert found.sarma == pytest.approx((7.8892, 0.01936), abs=5e-5)
    statistic, expectation, variance, z, p = found.moran
    assert (statistic, expectation) == pytest.approx((0.212374153, -0.033268284), abs=1e-9)
    assert variance == pytest.approx(0.008394853, abs=1e-9)
    assert (z, p) == pytest.approx((2.681, 0.00734), abs=5e-5)
    assert asked_for(found) == "lag"


def test_lagrange_tests_of_house_values_as_in_the_documentation_of_spreg(columbus: Columbus) -> None:
    columns, pairs, ids, _ = columbus
    x = np.column_stack([columns["INC"], columns["CRIME"]])
    found = lagrange_tests(columns["HOVAL"], x, weights_from_pairs(ids, pairs), ids)
    assert found.error == pytest.approx((3.0971, 0.0784), abs=5e-5)
    assert found.lag == pytest.approx((0.9816, 0.3218), abs=5e-5)
    assert found.robust_error == pytest.approx((3.2092, 0.0732), abs=5e-5)
    assert found.robust_lag == pytest.approx((1.0936, 0.2957), abs=5e-5)
    assert found.sarma == pytest.approx((4.1907, 0.1230), abs=5e-5)
    assert found.moran == pytest.approx((0.1713, -0.0345, 0.0081, 2.2827, 0.0224), abs=6e-5)


def test_spatial_lag_model_as_printed_by_spdep(columbus: Columbus, as_in_r: SpatialWeights) -> None:
    columns, _, ids, _ = columbus
    x = np.column_stack([columns["INC"], columns["HOVAL"]])
    model = fit_spatial_model(columns["CRIME"], x, as_in_r, ids, kind="lag")
    assert model.coefficients == pytest.approx([46.851431, -1.073533, -0.269997], abs=2e-6)
    assert model.standard_errors == pytest.approx([7.314754, 0.310872, 0.090128], abs=1e-6)
    assert model.dependence == pytest.approx(0.40389, abs=5e-6)
    assert model.log_likelihood == pytest.approx(-183.1683, abs=5e-5)


def test_spatial_error_model_as_printed_by_spdep(columbus: Columbus, as_in_r: SpatialWeights) -> None:
    columns, _, ids, _ = columbus
    x = np.column_stack([columns["INC"], columns["HOVAL"]])
    model = fit_spatial_model(columns["CRIME"], x, as_in_r, ids, kind="error")
    assert model.coefficients == pytest.approx([61.053618, -0.995473, -0.307979], abs=2e-6)
    assert model.standard_errors == pytest.approx([5.314875, 0.337025, 0.092584], abs=1e-6)
    assert model.dependence == pytest.approx(0.52089, abs=5e-6)
    assert model.log_likelihood == pytest.approx(-184.1552, abs=5e-5)


def test_queen_contiguity_is_that_of_the_file_made_by_another_program(columbus: Columbus) -> None:
    _, pairs, ids, polygons = columbus
    found = queen_weights(polygons, ids)
    assert abs(found.contiguity - weights_from_pairs(ids, pairs).contiguity).sum() == 0
    assert found.contiguity.nnz == 236


def test_local_moran_agrees_with_esda(columbus: Columbus) -> None:
    import esda
    from libpysal.weights import W

    columns, pairs, ids, _ = columbus
    weights = weights_from_pairs(ids, pairs)
    graph = W({a: [y for x, y in pairs if x == a] for a in ids}, id_order=list(ids))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        theirs = esda.Moran_Local(columns["CRIME"], graph, permutations=9_999, seed=3)
    ours = local_morans_i(columns["CRIME"], weights, ids, permutations=9_999, seed=3)
    # esda scales by the sample variance (n − 1), we by that of all areas (n), as Anselin (1995) does.
    assert ours.statistic * 48 / 49 == pytest.approx(theirs.Is, rel=1e-10)
    assert ours.quadrant == tuple(QUADRANTS[q] for q in theirs.q)
    # Both p-values are drawn: 9,999 permutations leave an error of up to 0.005 · 2 on the doubled side.
    assert ours.p_permutation == pytest.approx(np.minimum(1.0, 2.0 * theirs.p_sim), abs=0.03)


@pytest.mark.parametrize("kind", ["lag", "error"])
def test_models_with_one_sided_neighbours_agree_with_spreg(kind: str) -> None:
    from libpysal.weights import W
    from spreg.ml_error import BaseML_Error
    from spreg.ml_lag import BaseML_Lag

    rng = np.random.default_rng(3)
    ids = tuple(f"{i:02d}" for i in range(60))
    weights = nearest_weights(rng.random((60, 2)), ids, 5)
    x = rng.normal(size=(60, 2))
    y = x @ [1.0, -0.5] + rng.normal(size=60)
    y = y + 0.6 * (weights.matrix @ y)
    ours = fit_spatial_model(y, x, weights, ids, kind="lag" if kind == "lag" else "error")
    rows = weights.matrix.toarray()
    graph = W({i: np.flatnonzero(rows[i]).tolist() for i in range(60)}, silence_warnings=True)
    graph.transform = "r"
    design = np.column_stack([np.ones(60), x])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        base = BaseML_Lag if kind == "lag" else BaseML_Error
        theirs = base(y[:, None], design, graph, method="full")
    # Both maximise the same likelihood numerically; spreg stops at a step of 1e-7.
    assert ours.coefficients == pytest.approx(theirs.betas.ravel()[:3], rel=1e-6)
    assert ours.standard_errors == pytest.approx(np.sqrt(np.diag(theirs.vm))[:3], rel=1e-6)
    assert ours.log_likelihood == pytest.approx(theirs.logll, abs=1e-8)


def counties(name: str, key: str, column: str) -> tuple[NDArray[np.float64], SpatialWeights, tuple[str, ...]]:
    """Return a column of a table of libpysal with the neighbourhood in the file beside it."""
    from libpysal.examples import get_path
    from libpysal.io import open as libpysal_open

    table_name, graph_name = name.split("|")
    with closing(libpysal_open(get_path(table_name))) as table:
        values = np.array(table.by_col(column), dtype=float)
        ids = tuple(str(int(area)) for area in table.by_col(key)) if key else ()
    ids = ids or tuple(str(row) for row in range(1, len(values) + 1))
    lines = Path(get_path(graph_name)).read_text(encoding="utf-8").split("\n")[1:]
    pairs = [
        (head.split()[0], other)
        for head, others in zip(lines[::2], lines[1::2], strict=False)
        for other in others.split()
    ]
    return values, weights_from_pairs(ids, pairs), ids


@pytest.mark.parametrize(
    ("named", "key", "column", "printed", "p_normal"),
    [
        # Homicides per 100,000 in 78 counties around St. Louis, 1988-93.
        ("stl_hom.dbf|stl.gal", "", "HR8893", 0.244, 0.00027147862770937614),
        # Sudden infant deaths per 1,000 births in the 100 counties of North Carolina, 1974-78.
        ("sids2.dbf|sids2.gal", "FIPSNO", "SIDR74", 0.248, 0.0001158330781489969),
    ],
)
def test_morans_i_of_counties_as_in_the_documentation_of_esda(
    named: str, key: str, column: str, printed: float, p_normal: float
) -> None:
    values, weights, ids = counties(named, key, column)
    found = morans_i(values, weights, ids, permutations=0)
    assert found.statistic[0] == pytest.approx(printed, abs=5e-4)
    # esda's p assumes normality; its variance follows from Cliff & Ord (1981), computed here from the graph.
    n, links = len(ids), weights.matrix.toarray()
    total = links.sum()
    s1 = ((links + links.T) ** 2).sum() / 2
    s2 = ((links.sum(axis=0) + links.sum(axis=1)) ** 2).sum()
    variance = (n**2 * s1 - n * s2 + 3 * total**2) / ((n**2 - 1) * total**2) - 1 / (n - 1) ** 2
    z = (found.statistic[0] + 1 / (n - 1)) / np.sqrt(variance)
    assert 2 * norm.sf(abs(z)) == pytest.approx(p_normal, rel=1e-9)

"""The worked example of the OECD/JRC Handbook, and indices of the United Nations, against printed numbers.

OECD/JRC (2008), Handbook on Constructing Composite Indicators: the Technology Achievement Index (TAI) of 23
countries, table A.2 (data, the two logarithms to two decimals), tables 6, 7, 8 and 11. UNDP (2001), Human
Development Report, table A2.1 and technical note 2: the index itself and its goalposts.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sozialanalyse.connections.correlation import associate
from sozialanalyse.connections.spec import ConnectionSpec
from sozialanalyse.errors import MethodError
from sozialanalyse.index.build import build_index
from sozialanalyse.index.consistency import consistency, cronbach_alpha
from sozialanalyse.index.spec import IndexSpec
from sozialanalyse.index.tables import data_from_frame

INDICATORS = (
    "patents",
    "royalties",
    "internet",
    "exports",
    "telephones",
    "electricity",
    "schooling",
    "university",
)
COUNTRIES = {
    "Finland": (187, 125.6, 200.2, 50.7, 3.08, 4.15, 10, 27.4, 0.744),
    "United States": (289, 130, 179.1, 66.2, 3.00, 4.07, 12, 13.9, 0.733),
    "Sweden": (271, 156.6, 125.8, 59.7, 3.10, 4.14, 11.4, 15.3, 0.703),
    "Japan": (994, 64.6, 49, 80.8, 3.00, 3.86, 9.5, 10, 0.698),
    "Korea": (779, 9.8, 4.8, 66.7, 2.97, 3.65, 10.8, 23.2, 0.666),
    "Netherlands": (189, 151.2, 136, 50.9, 3.02, 3.77, 9.4, 9.5, 0.630),
    "United Kingdom": (82, 134, 57.4, 61.9, 3.02, 3.73, 9.4, 14.9, 0.606),
    "Canada": (31, 38.6, 108, 48.7, 2.94, 4.18, 11.6, 14.2, 0.589),
    "Australia": (75, 18.2, 125.9, 16.2, 2.94, 3.94, 10.9, 25.3, 0.587),
    # The data printed for Singapore make 0.597; the index printed is 0.585.
    "Singapore": (8, 25.5, 72.3, 74.9, 2.95, 3.83, 7.1, 24.2, 0.597),
    "Germany": (235, 36.8, 41.2, 64.2, 2.94, 3.75, 10.2, 14.4, 0.583),
    "Norway": (103, 20.2, 193.6, 19, 3.12, 4.39, 11.9, 11.2, 0.579),
    "Ireland": (106, 110.3, 48.6, 53.6, 2.97, 3.68, 9.4, 12.3, 0.566),
    "Belgium": (72, 73.9, 58.9, 47.6, 2.91, 3.86, 9.3, 13.6, 0.553),
    "New Zealand": (103, 13, 146.7, 15.4, 2.86, 3.91, 11.7, 13.1, 0.548),
    "Austria": (165, 14.8, 84.2, 50.3, 2.99, 3.79, 8.4, 13.6, 0.544),
    "France": (205, 33.6, 36.4, 58.9, 2.97, 3.80, 7.9, 12.6, 0.535),
    "Israel": (74, 43.6, 43.2, 45, 2.96, 3.74, 9.6, 11, 0.514),
    "Spain": (42, 8.6, 21, 53.4, 2.86, 3.62, 7.3, 15.6, 0.481),
    "Italy": (13, 9.8, 30.4, 51, 3.00, 3.65, 7.2, 13, 0.471),
    "Czech Republic": (28, 4.2, 25, 51.7, 2.75, 3.68, 9.5, 8.2, 0.465),
    "Hungary": (26, 6.2, 21.6, 63.5, 2.73, 3.46, 9.1, 7.7, 0.464),
    "Slovenia": (105, 4, 20.3, 49.5, 2.84, 3.71, 7.1, 10.6, 0.458),
}
TABLE = pd.DataFrame.from_dict(COUNTRIES, orient="index", columns=[*INDICATORS, "index"])
DATA = data_from_frame(TABLE[[*INDICATORS]], dict.fromkeys(INDICATORS, "higher_is_better"))
SPEC = IndexSpec(indicators=INDICATORS)


def test_correlations_as_in_table_6():
    printed = np.full((8, 8), np.nan)
    printed[np.triu_indices(8, 1)] = [
        *(0.13, -0.09, 0.45, 0.28, 0.03, 0.22, 0.08),
        *(0.46, 0.25, 0.56, 0.32, 0.30, 0.06),
        *(-0.45, 0.56, 0.84, 0.63, 0.27),
        *(0.00, -0.36, -0.35, -0.03),
        *(0.64, 0.30, 0.33),
        *(0.65, 0.26),
        0.08,
    ]
    rules = ConnectionSpec(permutations=0, bootstrap=0)
    table = associate(TABLE[[*INDICATORS]], INDICATORS, TABLE.index, spec=rules)
    # Logarithms of two decimals move a correlation by up to 0.02 (telephones with royalties).
    apart = np.abs(table.pearson.estimate - printed)
    assert np.nanmax(apart) < 0.02
    assert np.nanmax(np.delete(np.delete(apart, 4, 0), 4, 1)) < 0.0075


def test_principal_components_as_in_tables_7_and_8():
    found = consistency(build_index(DATA, SPEC))
    shares = [41.9, 21.8, 12.3, 11.1, 6.0, 3.7, 2.2, 0.9]
    np.testing.assert_allclose(100 * found.explained, shares, atol=0.15)
    # The sign of a component is free.
    loadings = np.array([-0.11, -0.56, -0.92, 0.35, -0.76, -0.91, -0.74, -0.36])
    first = found.loadings[:, 0] * np.sign(found.loadings[2, 0])
    np.testing.assert_allclose(first, -loadings, atol=0.0075)


def test_weights_of_the_first_component_are_refused_because_exports_run_against_the_rest():
    with pytest.raises(MethodError, match="entgegen laufen: exports"):
        build_index(DATA, replace(SPEC, weighting="pca"))


def test_cronbachs_alpha_as_in_table_11():
    assert consistency(build_index(DATA, SPEC)).alpha == pytest.approx(0.70, abs=0.005)
    values = DATA.values  # noqa: PD011 (an array)
    scores = (values - values.mean(axis=0)) / values.std(axis=0, ddof=1)
    without = [cronbach_alpha(np.delete(scores, column, axis=1)) for column in range(8)]
    printed = [0.704, 0.645, 0.636, 0.774, 0.603, 0.624, 0.662, 0.706]
    # Again the two logarithms.
    np.testing.assert_allclose(without, printed, atol=0.002)


def test_the_technology_achievement_index_as_published():
    domains = ("creation",) * 2 + ("recent",) * 2 + ("old",) * 2 + ("skills",) * 2
    spec = replace(
        SPEC,
        domains=domains,
        normalisation="goalposts",
        goalposts=(
            (0, 994),
            (0, 272.6),
            (0, 232.4),
            (0, 80.8),
            (np.log10(1), np.log10(901)),
            (np.log10(22), np.log10(6969)),
            (0.8, 12.0),
            (0.1, 27.4),
        ),
        bounds=(0.0, 1.0),
    )
    result = build_index(DATA, spec)
    # Printed to three decimals, seemingly cut off, of data with more digits than are printed: up to 0.0015.
    np.testing.assert_allclose(result.stages["aggregated"], TABLE["index"], atol=0.0015)
    others = TABLE.index != "Singapore"
    order = np.argsort(-result.index[others], kind="stable")
    assert order.tolist() == list(range(22))


def test_the_human_development_index_as_published():
    """UNDP, Human Development Report 2021/22, table 1: four indicators and the index for 2021.

    Technical notes (2022): goalposts 20-85, 0-18, 0-15 years, ln 100-75,000 dollars; the two indicators of
    education by their arithmetic mean, the three dimensions by their geometric mean.
    """
    countries = pd.DataFrame.from_dict(
        {
            "Switzerland": (84.0, 16.5, 13.9, 66_933, 0.962),
            "Norway": (83.2, 18.2, 13.0, 64_660, 0.961),
            "Germany": (80.6, 17.0, 14.1, 54_534, 0.942),
            "India": (67.2, 11.9, 6.7, 6_590, 0.633),
            "Niger": (61.6, 7.0, 2.1, 1_240, 0.400),
            "South Sudan": (55.0, 5.5, 5.7, 768, 0.385),
        },
        orient="index",
        columns=["life", "expected", "mean", "income", "index"],
    )
    indicators = ("life", "expected", "mean", "income")
    values = countries[[*indicators]].assign(income=np.log(countries["income"]))
    spec = IndexSpec(
        indicators=indicators,
        domains=("health", "education", "education", "living"),
        normalisation="goalposts",
        goalposts=((20, 85), (0, 18), (0, 15), (np.log(100), np.log(75_000))),
        bounds=(0.0, 1.0),
        domain_aggregation="geometric",
    )
    result = build_index(data_from_frame(values, dict.fromkeys(indicators, "higher_is_better")), spec)
    # The indicators are printed to one decimal, which moves the index by less than a unit of its last digit.
    np.testing.assert_allclose(result.stages["aggregated"], countries["index"], atol=0.001)

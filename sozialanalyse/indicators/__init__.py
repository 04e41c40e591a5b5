"""Indicators: values, intervals, comparison, inequality and trend, for any number of areas at once.

Everything that is of use without a dataset can be imported from here. Functions take lists, arrays or columns
of pandas (whose rows must be the same areas in the same order) and return small frozen results: an
`Interval` has ``value``, ``lower``, ``upper``, ``confidence`` and ``method``; its method ``to_frame`` gives a
table with the columns that every indicator has.

Examples
--------
>>> from sozialanalyse.indicators import difference_to_whole, wilson_interval
>>> share = wilson_interval([81, 15], [263, 148])
>>> share.value.round(3), share.lower.round(3), share.upper.round(3)
(array([0.308, 0.101]), array([0.255, 0.062]), array([0.366, 0.16 ]))
>>> difference_to_whole([81, 15], [263, 148], 96, 411, "proportion").lower.round(3)
array([ 0.046, -0.177])
"""

from sozialanalyse.indicators.compare import (
    change,
    proportion_difference,
    proportion_ratio,
    rate_difference,
    rate_ratio,
)
from sozialanalyse.indicators.compute import ValueTable, compute_values
from sozialanalyse.indicators.development import describe_trends
from sozialanalyse.indicators.fifths import (
    difference_of_fifths,
    population_attributable_fraction,
    population_attributable_risk,
    population_fifths,
    ratio_of_fifths,
)
from sozialanalyse.indicators.funnel import funnel_limits, funnel_position
from sozialanalyse.indicators.inequality import (
    Inequality,
    concentration_index,
    relative_index_of_inequality,
    relative_rank,
    slope_index_of_inequality,
)
from sozialanalyse.indicators.life_expectancy import LifeExpectancy, life_expectancy
from sozialanalyse.indicators.part_of_whole import difference_to_whole, ratio_to_whole
from sozialanalyse.indicators.ranks import rank_interval
from sozialanalyse.indicators.rates import (
    Interval,
    mean_interval,
    poisson_interval,
    rate_interval,
    wilson_interval,
)
from sozialanalyse.indicators.segregation import dissimilarity_index, gini_index, isolation_index
from sozialanalyse.indicators.shrinkage import ShrunkRates, shrink
from sozialanalyse.indicators.standardise import (
    ESP2013,
    StandardisedRate,
    directly_standardised_rate,
    expected_events,
    indirectly_standardised_ratio,
    standard_population,
)
from sozialanalyse.indicators.standing import describe_standing
from sozialanalyse.indicators.trend import Trend, trend

__all__ = [
    "ESP2013",
    "Inequality",
    "Interval",
    "LifeExpectancy",
    "ShrunkRates",
    "StandardisedRate",
    "Trend",
    "ValueTable",
    "change",
    "compute_values",
    "concentration_index",
    "describe_standing",
    "describe_trends",
    "difference_of_fifths",
    "difference_to_whole",
    "directly_standardised_rate",
    "dissimilarity_index",
    "expected_events",
    "funnel_limits",
    "funnel_position",
    "gini_index",
    "indirectly_standardised_ratio",
    "isolation_index",
    "life_expectancy",
    "mean_interval",
    "poisson_interval",
    "population_attributable_fraction",
    "population_attributable_risk",
    "population_fifths",
    "proportion_difference",
    "proportion_ratio",
    "rank_interval",
    "rate_difference",
    "rate_interval",
    "rate_ratio",
    "ratio_of_fifths",
    "ratio_to_whole",
    "relative_index_of_inequality",
    "relative_rank",
    "shrink",
    "slope_index_of_inequality",
    "standard_population",
    "trend",
    "wilson_interval",
]

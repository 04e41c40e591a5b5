"""How indicators of other domains rise or fall over the fifths of the areas, ordered by one indicator."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sozialanalyse.connections.data import ConnectionData
from sozialanalyse.indicators.fifths import population_fifths
from sozialanalyse.indicators.inequality import relative_index_of_inequality, slope_index_of_inequality

__all__ = ["gradients"]


def gradients(
    data: ConnectionData, chosen: tuple[str, ...], ordered_by: str, confidence: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return means by fifth and the slope index of all indicators of the other domains.

    Parameters
    ----------
    data : ConnectionData
        Areas and indicators; without population every area counts the same.
    chosen : tuple of str
        The indicators that are compared.
    ordered_by : str
        The indicator by which areas are ordered, turned so that a high place means much burden.
    confidence : float
        Of the intervals.

    Returns
    -------
    steps : DataFrame
        Columns ``indicator_id, fifth, value, areas``; empty fifths are left out.
    slopes : DataFrame
        Columns ``indicator_id, sii, sii_lower, sii_upper, rii, rii_lower, rii_upper, areas``.
    """
    first = data.column(ordered_by)
    sign = -1.0 if data.directions[first] == "higher_is_better" else 1.0
    burden = sign * data.values[:, first]  # noqa: PD011 (an array)
    people = np.ones(len(data.area_ids)) if data.population is None else data.population
    steps, slopes = [], []
    for indicator_id in chosen:
        column = data.column(indicator_id)
        if data.domains[column] == data.domains[first]:
            continue
        values = data.values[:, column]  # noqa: PD011 (an array)
        known = np.isfinite(values) & np.isfinite(burden)
        fifths = population_fifths(burden[known], people[known])
        for fifth in range(1, 6):
            inside = fifths == fifth
            if inside.any():
                mean = float(np.average(values[known][inside], weights=people[known][inside]))
                steps.append((indicator_id, fifth, mean, int(inside.sum())))
        sii = slope_index_of_inequality(values, people, burden, confidence)
        rii = relative_index_of_inequality(values, people, burden, confidence)
        slopes.append(
            (indicator_id, sii.value, sii.lower, sii.upper, rii.value, rii.lower, rii.upper, sii.areas)
        )
    return (
        pd.DataFrame(steps, columns=["indicator_id", "fifth", "value", "areas"]),
        pd.DataFrame(
            slopes,
            columns=[
                "indicator_id",
                "sii",
                "sii_lower",
                "sii_upper",
                "rii",
                "rii_lower",
                "rii_upper",
                "areas",
            ],
        ),
    )

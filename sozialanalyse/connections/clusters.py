"""Where neighbours are high or low together: local Moran statistics of some indicators."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd

from sozialanalyse.connections.data import ConnectionData
from sozialanalyse.errors import MethodError
from sozialanalyse.spatial.autocorrelation import local_morans_i

__all__ = ["clusters"]

_COLUMNS: Final = ("area_id", "indicator_id", "z", "lag", "quadrant", "p_fdr")
_LEAST_WITH_NEIGHBOURS: Final = 4
"""Below this number the variance of Moran's I is not defined."""


def clusters(data: ConnectionData, indicators: Iterable[str], permutations: int, seed: int) -> pd.DataFrame:
    """Return the local Moran statistics of some indicators over the areas with values.

    Parameters
    ----------
    data : ConnectionData
        Areas with their neighbourhood; without it there are no rows.
    indicators : iterable of str
        Which indicators.
    permutations : int
        Number of random draws per area.
    seed : int
        The same seed gives the same result.

    Returns
    -------
    DataFrame
        Columns ``area_id, indicator_id, z, lag, quadrant, p_fdr``: the standardised value, the mean of the
        neighbours, and as in `sozialanalyse.spatial.autocorrelation.local_morans_i`.
    """
    frames = []
    for indicator_id in indicators if data.neighbours is not None else ():
        column = data.values[:, data.column(indicator_id)]  # noqa: PD011 (an array)
        rows = np.flatnonzero(np.isfinite(column))
        among = data.neighbours.take(rows) if data.neighbours is not None else None
        if among is None or len(among.islands) > rows.size - _LEAST_WITH_NEIGHBOURS:
            continue
        try:
            local = local_morans_i(column[rows], among, among.area_ids, permutations=permutations, seed=seed)
        except MethodError:
            # All areas are alike: there is no pattern to show, and the page says that it has no map.
            continue
        z = (column[rows] - column[rows].mean()) / column[rows].std()
        frames.append(
            pd.DataFrame(
                {
                    "area_id": list(among.area_ids),
                    "indicator_id": indicator_id,
                    "z": z,
                    "lag": among.matrix @ z,
                    "quadrant": list(local.quadrant),
                    "p_fdr": local.p_fdr,
                }
            )
        )
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(_COLUMNS))

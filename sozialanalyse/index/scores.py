"""The index of many draws at once where it is a weighted sum of z-scores, as it mostly is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from sozialanalyse.index.aggregate import cell_weights
from sozialanalyse.index.data import FloatArray
from sozialanalyse.index.frame import Frame
from sozialanalyse.index.normalise import normalise
from sozialanalyse.index.spec import IndexSpec

__all__ = ["is_sum_of_scores", "sum_of_scores"]


def is_sum_of_scores(frame: Frame, spec: IndexSpec) -> bool:
    """Return whether the index is a weighted sum of z-scores of the values as they are.

    Parameters
    ----------
    frame : Frame
        What stays the same for every draw.
    spec : IndexSpec
        All choices.
    """
    step = frame.domain_step
    return (
        spec.normalisation == "z"
        and spec.aggregation == "arithmetic"
        and (step is None or (step.aggregation == "arithmetic" and step.normalisation == "none"))
        and all(plan.method == "none" for plan in frame.treatments)
        and (spec.imputation == "none" or bool(np.isfinite(frame.data.values).all()))
    )


def sum_of_scores(columns: Iterable[FloatArray], weights: FloatArray, frame: Frame) -> FloatArray:
    """Add up the scores of all indicators, one after the other.

    Parameters
    ----------
    columns : iterable of ndarray of shape (N, B)
        Drawn values of each indicator, missing where the observed ones are.
    weights : ndarray of shape (K,)
        Weights of the indicators.
    frame : Frame
        What stays the same for every draw.

    Returns
    -------
    ndarray of shape (B, N)
        The aggregated values of each draw up to a factor and an addend that are the same for all areas of a
        draw; NaN for an area without values.

    Raises
    ------
    MethodError
        If an indicator is the same in all areas of a draw.

    Notes
    -----
    The same as normalising and aggregating draw by draw, but each value is touched half as often, and no
    table of all indicators is held.
    """
    there = np.isfinite(frame.data.values)
    cells = cell_weights(there, weights, frame.domain_step) * frame.signs
    total: FloatArray = np.zeros(())
    for number, (name, column) in enumerate(zip(frame.data.indicator_ids, columns, strict=True)):
        known = there[:, number]
        everywhere = bool(known.all())
        scale = replace(frame.scale, weights=frame.scale.weights[known], z_target=(0.0, 1.0))
        # Each draw is a column of its own here.
        scores = normalise(column if everywhere else column[known], "z", scale, (name,) * column.shape[1])
        scores *= cells[known, number, None]
        if number == 0:
            total = np.zeros_like(column)
        if everywhere:
            total += scores
        else:
            total[known] += scores
    total[~(cells != 0).any(axis=1)] = np.nan
    return total.T

"""The index of many draws at once where it is a weighted sum of z-scores, as it mostly is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from sozialanalyse.index.aggregate import cell_weights
from sozialanalyse.index.data import FloatArray
from sozialanalyse.index.drawn import DrawnCells
from sozialanalyse.index.frame import Frame
from sozialanalyse.index.normalise import Scale, normalise
from sozialanalyse.index.spec import IndexSpec

__all__ = ["ScoreTerm", "is_sum_of_scores", "score_terms", "sum_of_scores"]

NEARLY_EQUAL: Final = 1e-4
"""Where the variance over areas is smaller than this part of the squared shift of their mean, seven digits
are too few."""


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


@dataclass(frozen=True, slots=True)
class ScoreTerm:
    """What one indicator adds, the same for every draw.

    Attributes
    ----------
    name : str
        Key of the indicator.
    known : ndarray of bool, shape (N,)
        Areas with a value, R of them.
    alike : bool
        Whether all areas have a value, of the same weight.
    share : ndarray of shape (R,)
        How much each of them counts in means, 1 in all.
    origin : float
        Mean of the observed values, from which drawn ones are measured.
    weight : ndarray of shape (R, 1)
        Weight in the index of the area, negative where more is worse.
    scale : Scale
        For scores of one column.
    """

    name: str
    known: npt.NDArray[np.bool_]
    alike: bool
    share: npt.NDArray[np.float32]
    origin: float
    weight: npt.NDArray[np.float32]
    scale: Scale


def score_terms(weights: FloatArray, frame: Frame) -> tuple[ScoreTerm, ...]:
    """Gather what is the same for every draw.

    Parameters
    ----------
    weights : ndarray of shape (K,)
        Weights of the indicators.
    frame : Frame
        Data and scale.

    Returns
    -------
    tuple of ScoreTerm, length K
    """
    there = np.isfinite(frame.data.values)
    cells = cell_weights(there, weights, frame.domain_step) * frame.signs
    terms = []
    for number, name in enumerate(frame.data.indicator_ids):
        known = there[:, number]
        area_weights = frame.scale.weights[known]
        share = area_weights / area_weights.sum()
        weight = cells[known, number].astype(np.float32)
        terms.append(
            ScoreTerm(
                name=name,
                known=known,
                alike=bool(known.all() and (weight == weight[0]).all()),
                share=share.astype(np.float32),
                origin=(share @ frame.data.values[known, number]).item(),
                weight=weight[:, None],
                scale=replace(frame.scale, weights=area_weights, z_target=(0.0, 1.0)),
            )
        )
    return tuple(terms)


def sum_of_scores(drawn: DrawnCells, start: int, stop: int, terms: Sequence[ScoreTerm]) -> FloatArray:
    """Add up the scores of all indicators, one after the other.

    Parameters
    ----------
    drawn : DrawnCells
        Drawn values, missing where the observed ones are.
    start, stop : int
        The draws that are looked at, B = `stop` − `start` of them.
    terms : sequence of ScoreTerm, length K
        What each indicator adds.

    Returns
    -------
    ndarray of shape (B, N)
        The aggregated values of each draw up to a factor and an addend that are the same for all areas of a
        draw, to about six digits; NaN for an area without values.

    Raises
    ------
    MethodError
        If an indicator is the same in all areas of a draw.

    Notes
    -----
    The same as normalising and aggregating draw by draw, but each value is touched a third as often, takes
    half the space, and no table of all indicators is held. Numbers of seven digits are enough: chance already
    changes the second one. They measure the distance from the observed mean, so that no digit is lost to it.
    """
    total = np.zeros((len(drawn.observed), stop - start), dtype=np.float32)
    weighted = np.zeros(len(total), dtype=np.bool_)
    values, squares = np.empty_like(total), np.empty_like(total)
    for number, term in enumerate(terms):
        drawn.column(number, start, stop, term.origin, values)
        rows = values if len(term.share) == len(values) else values[term.known]
        mean = term.share @ rows
        variance = term.share @ np.square(rows, out=squares[: len(rows)]) - np.square(mean)
        if (variance > NEARLY_EQUAL * np.square(mean)).all():
            factor = np.sqrt((len(rows) - 1) / len(rows) / variance)
        else:
            # Each draw is a column of its own here.
            rows[:] = normalise(rows.astype(np.float64), "z", term.scale, (term.name,) * (stop - start))
            mean, factor = np.zeros_like(mean), np.ones_like(mean)
        if term.alike:
            # What is taken off all areas alike does not matter.
            rows *= term.weight[0] * factor
            total += rows
        else:
            rows -= mean
            rows *= factor
            rows *= term.weight
            total[term.known] += rows
        weighted[term.known] |= term.weight[:, 0] != 0
    total[~weighted] = np.nan
    return total.T.astype(np.float64)

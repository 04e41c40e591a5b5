"""How sure a rank is: sampling error of the rates, and the freedom of choices."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from sozialanalyse.errors import MethodError, ParameterError
from sozialanalyse.index.aggregate import aggregate
from sozialanalyse.index.alternatives import Alternatives, alternative_indices, draw_noise
from sozialanalyse.index.build import build_index, burden_ranks, centred
from sozialanalyse.index.data import FloatArray, IndexData
from sozialanalyse.index.drawn import DrawnCells, cases_and_persons, draw_cells
from sozialanalyse.index.frame import frame_weights, make_frame, normalised_stages
from sozialanalyse.index.scores import is_sum_of_scores, score_terms, sum_of_scores
from sozialanalyse.index.spec import IndexSpec

__all__ = [
    "RankUncertainty",
    "choice_uncertainty",
    "sampling_index_draws",
    "sampling_uncertainty",
    "summarise_draws",
]

CHUNK_CELLS = 400_000
"""Drawn values taken through a step at a time: few enough to stay near the processor, and for the library of
matrix products to keep to one thread."""
COUNT_CELLS = 100_000_000
"""Drawn counts held at a time, two bytes each."""
THREADS: Final = 4
"""Threads that draw and compute: numpy frees the interpreter while it works; more wait for each other."""


@dataclass(frozen=True, slots=True)
class RankUncertainty:
    """Intervals of rank and index over draws.

    Attributes
    ----------
    area_ids : tuple of str, length N
        Keys.
    rank, index : ndarray of shape (N,)
        Of the index as specified, in standard deviations; rank 1 is the most social burden.
    rank_lower, rank_upper : ndarray of shape (N,)
        Ends of the interval of ranks: whole numbers, holding at least `confidence` of the draws.
    index_lower, index_upper : ndarray of shape (N,)
        Ends of the interval of the index in standard deviations of each draw.
    confidence : float
        Level of the intervals.
    draws : int
        Number of draws.
    notes : tuple of str
        German sentences on what was held fixed.
    """

    area_ids: tuple[str, ...]
    rank: FloatArray
    index: FloatArray
    rank_lower: FloatArray
    rank_upper: FloatArray
    index_lower: FloatArray
    index_upper: FloatArray
    confidence: float
    draws: int
    notes: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """Return ``"Rang 3, 90 %: 2–6"`` for each area, ``""`` without a rank; shape (N,)."""
        level = f"{100 * self.confidence:g}".replace(".", ",")
        return tuple(
            f"Rang {rank:.0f}, {level} %: {low:.0f}–{high:.0f}" if np.isfinite(rank) else ""
            for rank, low, high in zip(self.rank, self.rank_lower, self.rank_upper, strict=True)
        )


def summarise_draws(
    draws: FloatArray,
    observed: FloatArray,
    spec: IndexSpec,
    area_ids: tuple[str, ...],
    notes: tuple[str, ...] = (),
) -> RankUncertainty:
    """Turn draws of the index into intervals.

    Parameters
    ----------
    draws : ndarray of shape (B, N)
        Index of each draw.
    observed : ndarray of shape (N,)
        Index as specified, in standard deviations.
    spec : IndexSpec
        For orientation and level.
    area_ids : tuple of str, length N
        Keys.
    notes : tuple of str
        German sentences to hand on.
    """
    tail = (1 - spec.confidence) / 2
    burden_is_high = spec.orientation == "higher_is_worse"
    ranks = burden_ranks(draws, burden_is_high=burden_is_high)
    # The draws of an area side by side are faster to sort.
    rank_lower, rank_upper = np.quantile(
        np.ascontiguousarray(ranks.T), (tail, 1 - tail), axis=1, method="inverted_cdf"
    )
    index_lower, index_upper = np.quantile(np.ascontiguousarray(draws.T), (tail, 1 - tail), axis=1)
    return RankUncertainty(
        area_ids=area_ids,
        rank=burden_ranks(observed, burden_is_high=burden_is_high),
        index=observed,
        rank_lower=rank_lower,
        rank_upper=rank_upper,
        index_lower=index_lower,
        index_upper=index_upper,
        confidence=spec.confidence,
        draws=len(draws),
        notes=notes,
    )


def sampling_index_draws(
    data: IndexData, spec: IndexSpec, draws: int, generator: np.random.Generator
) -> FloatArray:
    """Return the index of each draw of the sampling error.

    Parameters
    ----------
    data : IndexData
        With `kinds`, `numerators` and `denominators`.
    spec : IndexSpec
        All choices; what they derive from the data (treatments, weights of the principal component)
        stays as derived from the observed values.
    draws : int
        Number of draws, B.
    generator : numpy.random.Generator
        Source of randomness; one is spawned from it for each indicator.

    Returns
    -------
    ndarray of shape (B, N)
        City mean 0, standard deviation 1 in every draw.

    Raises
    ------
    MethodError
        If a step is not defined for the data or a draw.
    """
    frame = make_frame(data, spec)
    observed = normalised_stages(frame.data.values, frame, spec)["normalised"]
    weights = frame_weights(observed, frame, spec)
    is_sum = is_sum_of_scores(frame, spec)
    terms = score_terms(weights, frame)
    # A sum holds one indicator at a time, the steps hold all.
    size = max(1, CHUNK_CELLS // (len(data.area_ids) if is_sum else frame.data.values.size))
    most = max(1, COUNT_CELLS // frame.data.values.size)
    indices = np.empty((draws, len(data.area_ids)))

    def some(drawn: DrawnCells, done: int, start: int, stop: int) -> None:
        if is_sum:
            aggregated = sum_of_scores(drawn, start, stop, terms)
        else:
            normalised = normalised_stages(drawn.values(start, stop), frame, spec)["normalised"]
            _, aggregated = aggregate(normalised, weights, spec.aggregation, frame.domain_step, frame.scale)
        indices[done + start : done + stop], _ = centred(aggregated, frame.scale.weights, unit_variance=True)

    for done in range(0, draws, most):
        now = min(most, draws - done)
        drawn = draw_cells(frame.data, now, generator, THREADS)
        with ThreadPoolExecutor(THREADS) as threads:
            parts = [
                threads.submit(some, drawn, done, start, min(start + size, now))
                for start in range(0, now, size)
            ]
        for part in parts:
            part.result()
    return indices


def sampling_uncertainty(
    data: IndexData, spec: IndexSpec, *, draws: int = 2000, seed: int | np.random.Generator
) -> RankUncertainty:
    """Return how far chance in the counts moves ranks and index (parametric bootstrap).

    Parameters
    ----------
    data : IndexData
        With `kinds`, `numerators` and `denominators`.
    spec : IndexSpec
        All choices.
    draws : int
        Number of draws.
    seed : int or numpy.random.Generator
        The same seed gives the same result.

    Raises
    ------
    MethodError
        If no indicator of the index has counts.
    ParameterError
        If `draws` is below 1.
    """
    _require_draws(draws)
    selected = data.select(spec.indicators)
    fixed = [
        name for column, name in enumerate(spec.indicators) if cases_and_persons(selected, column) is None
    ]
    if len(fixed) == len(spec.indicators):
        raise MethodError(
            "Der Zufallsfehler lässt sich nur aus Zählern und Nennern bestimmen; kein Indikator des Index "
            "hat welche. Bitte Zähler und Nenner ergänzen."
        )
    notes = (
        (f"Ohne Zufallsfehler gerechnet, weil Zähler und Nenner fehlen: {', '.join(fixed)}.",)
        if fixed
        else ()
    )
    generator = np.random.default_rng(seed)
    observed = build_index(data, replace(spec, unit_variance=True)).index
    return summarise_draws(
        sampling_index_draws(data, spec, draws, generator), observed, spec, data.area_ids, notes
    )


def choice_uncertainty(
    data: IndexData,
    spec: IndexSpec,
    alternatives: Alternatives,
    *,
    draws: int = 2000,
    seed: int | np.random.Generator,
) -> RankUncertainty:
    """Return how far other defensible choices move ranks and index (Monte Carlo over specifications).

    Parameters
    ----------
    data : IndexData
        Values of all areas.
    spec : IndexSpec
        The specification whose ranks get intervals.
    alternatives : Alternatives
        What could have been chosen instead; each alternative of a choice is equally likely.
    draws : int
        Number of draws.
    seed : int or numpy.random.Generator
        The same seed gives the same result.

    Raises
    ------
    MethodError
        If a combination of alternatives is not defined for the data.
    ParameterError
        If `draws` is below 1.
    """
    _require_draws(draws)
    generator = np.random.default_rng(seed)
    noise = draw_noise(alternatives, len(spec.indicators), generator)
    design = generator.random((draws, len(alternatives.factors)))
    observed = build_index(data, replace(spec, unit_variance=True)).index
    indices = alternative_indices(data, spec, alternatives, noise, design)
    return summarise_draws(indices, observed, spec, data.area_ids)


def _require_draws(draws: int) -> None:
    if draws < 1:
        raise ParameterError("»draws« muss mindestens 1 sein.")

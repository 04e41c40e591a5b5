"""How sure a rank is: sampling error of the rates, and the freedom of choices."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from sozialanalyse.errors import MethodError, ParameterError
from sozialanalyse.index.aggregate import aggregate
from sozialanalyse.index.alternatives import Alternatives, alternative_indices, draw_noise
from sozialanalyse.index.build import build_index, burden_ranks, centred
from sozialanalyse.index.counts import draw_counts
from sozialanalyse.index.data import FloatArray, IndexData
from sozialanalyse.index.frame import frame_weights, make_frame, normalised_stages
from sozialanalyse.index.scores import is_sum_of_scores, sum_of_scores
from sozialanalyse.index.spec import IndexSpec

__all__ = [
    "RankUncertainty",
    "choice_uncertainty",
    "draw_values",
    "sampling_index_draws",
    "sampling_uncertainty",
    "summarise_draws",
]

CHUNK_CELLS = 2_000_000
"""Drawn values taken through the steps at a time: few enough to stay near the processor."""
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
    return RankUncertainty(
        area_ids=area_ids,
        rank=burden_ranks(observed, burden_is_high=burden_is_high),
        index=observed,
        rank_lower=np.quantile(ranks, tail, axis=0, method="inverted_cdf"),
        rank_upper=np.quantile(ranks, 1 - tail, axis=0, method="inverted_cdf"),
        index_lower=np.quantile(draws, tail, axis=0),
        index_upper=np.quantile(draws, 1 - tail, axis=0),
        confidence=spec.confidence,
        draws=len(draws),
        notes=notes,
    )


@dataclass(frozen=True, slots=True)
class _Column:
    """Draws of the counts behind one indicator.

    Attributes
    ----------
    varies : ndarray of bool, shape (N,)
        The areas whose value varies, R of them.
    unit : ndarray of shape (R, 1)
        Value of one case.
    base : ndarray of shape (R, 1)
        Value of the lowest number of cases.
    above : ndarray of shape (R, B)
        How many cases more each draw has.
    """

    varies: npt.NDArray[np.bool_]
    unit: FloatArray
    base: FloatArray
    above: npt.NDArray[np.unsignedinteger]


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Draws of the values: those observed, shape (N, K), and what varies of each indicator."""

    observed: FloatArray
    columns: tuple[_Column, ...]

    def column(self, number: int, start: int, stop: int) -> FloatArray:
        """Return the values of one indicator in some draws, shape (N, stop − start)."""
        column = self.columns[number]
        drawn = column.above[:, start:stop] * column.unit
        drawn += column.base
        if len(drawn) == len(self.observed):
            return drawn
        every = np.repeat(self.observed[:, [number]], stop - start, axis=1)
        every[column.varies] = drawn
        return every

    def values(self, start: int, stop: int) -> FloatArray:
        """Return the values of some draws, shape (stop − start, N, K)."""
        return np.stack([self.column(k, start, stop) for k in range(len(self.columns))]).transpose(2, 1, 0)


def _draw(data: IndexData, draws: int, generator: np.random.Generator) -> _Drawn:
    def one(number: int, own: np.random.Generator) -> _Column:
        observed = data.values[:, number]
        counts = _counts(data, number)
        events, persons = np.full((2, len(observed)), np.nan) if counts is None else counts
        varies = np.isfinite(observed) & (events > 0) & ~(persons < events)
        cases = events[varies]
        lowest, above = draw_counts(cases, np.rint(persons[varies]), draws, own)
        unit = (observed[varies] / cases)[:, None]
        return _Column(varies, unit, lowest[:, None] * unit, above)

    count = len(data.indicator_ids)
    # Each indicator has randomness of its own, so that the result does not depend on who comes first.
    with ThreadPoolExecutor(THREADS) as threads:
        return _Drawn(data.values, tuple(threads.map(one, range(count), generator.spawn(count))))


def draw_values(data: IndexData, draws: int, generator: np.random.Generator) -> FloatArray:
    """Draw values as they could have come out by chance.

    Parameters
    ----------
    data : IndexData
        With `kinds`, `numerators` and `denominators`.
    draws : int
        Number of draws, B.
    generator : numpy.random.Generator
        Source of randomness; one is spawned from it for each indicator.

    Returns
    -------
    ndarray of shape (B, N, K)
        Proportion: binomial numerator over its denominator; rate and count: Poisson; the unit is that of
        the value. A score, or a cell without counts, stays as it is, and so does a count of zero.
    """
    return _draw(data, draws, generator).values(0, draws)


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
    # A sum holds one indicator at a time, the steps hold all, several times.
    size = max(1, (CHUNK_CELLS if is_sum else CHUNK_CELLS // 4) // frame.data.values.size)
    most = max(1, COUNT_CELLS // frame.data.values.size)
    indices = np.empty((draws, len(data.area_ids)))

    def some(drawn: _Drawn, done: int, start: int, stop: int) -> None:
        if is_sum:
            columns = (drawn.column(k, start, stop) for k in range(len(weights)))
            aggregated = sum_of_scores(columns, weights, frame)
        else:
            normalised = normalised_stages(drawn.values(start, stop), frame, spec)["normalised"]
            _, aggregated = aggregate(normalised, weights, spec.aggregation, frame.domain_step, frame.scale)
        indices[done + start : done + stop], _ = centred(aggregated, frame.scale.weights, unit_variance=True)

    for done in range(0, draws, most):
        now = min(most, draws - done)
        drawn = _draw(frame.data, now, generator)
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
    fixed = [name for column, name in enumerate(spec.indicators) if _counts(selected, column) is None]
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


def _counts(data: IndexData, column: int) -> tuple[FloatArray, FloatArray] | None:
    """Return numerators, and for a proportion denominators (else NaN); None if there are no counts."""
    kind = data.kinds[column] if data.kinds else "score"
    unlimited = np.full(len(data.area_ids), np.nan)
    if kind == "count":
        return data.values[:, column], unlimited
    if kind == "score" or data.numerators is None:
        return None
    numerator = data.numerators[:, column]
    if kind == "rate":
        denominator = unlimited
    elif data.denominators is None:
        return None
    else:
        denominator = data.denominators[:, column]
        numerator = np.where(np.isfinite(denominator), numerator, np.nan)
    return (numerator, denominator) if np.isfinite(numerator).any() else None

"""How the sample draws one indicator: expected values from traits, chance, and published figures kept.

The logit of a share is a level per year plus loadings × traits, plus what is particular to a quarter
(constant, and slowly moving). The level is solved so that the city is met, the particular part so that
published quarters are met; then counts are drawn from the binomial distribution, and the few counts that are
published get their number, at the cost of the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import expit, ndtr
from scipy.stats import binom

from sozialanalyse.dataset.sample_areas import CITY_ID, MODEL_YEARS, QUARTERS, members, trait_paths
from sozialanalyse.dataset.sample_population import round_to_totals
from sozialanalyse.dataset.sample_published import Figure, figures_of
from sozialanalyse.errors import MethodError

__all__ = ["Counted", "Model", "draw_counts", "draw_scores", "pool", "windows"]

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

MEMORY: Final = 0.7
"""Share of a quarter's deviation of one year that is left in the next."""
PASSES: Final = 12
HALVINGS: Final = 50
BOUND: Final = 12.0


@dataclass(frozen=True, slots=True)
class Model:
    """How one share, rate or score depends on the traits of a quarter.

    Attributes
    ----------
    indicator_id : str
        Indicator.
    base : str
        Name of the denominator; for a score of its weight.
    level : mapping of year to float
        Value of the city in the unit of the indicator, interpolated in between; published figures of the city
        that are used exactly come on top.
    loadings : mapping of trait to float
        On the logit scale; for a score in parts of `spread`.
    own, wobble : float
        Standard deviation of what is particular to a quarter: constant, and moving from year to year.
    carry : float
        How much of the chance in a count stays in the next year: most where the same people are counted again
        (benefits, practices), 0 where others are counted (school leavers, deaths).
    factor : float
        100 for percent and so on.
    years : tuple of int
        Years that are published; empty for all.
    including : tuple of str
        Indicators whose numerators are part of this one.
    within : str
        Indicator whose numerator holds this numerator, or ``""``.
    pooled : int
        How many examined years are added up.
    unexamined : tuple of int
        Years without any figures; the denominator is 0 then.
    counted : bool
        Whether levels and published figures are numbers of persons, not shares.
    flexible : bool
        Whether the denominator may be raised by a few so that a published share can be met.
    spread, decimals : float, int
        Of a score: standard deviation between quarters, and digits.
    shown : bool
        Whether numerator and denominator are delivered, or only used for other indicators.
    """

    indicator_id: str
    base: str
    level: Mapping[int, float]
    loadings: Mapping[str, float]
    own: float
    wobble: float = 0.04
    carry: float = 0.8
    factor: float = 100.0
    years: tuple[int, ...] = ()
    including: tuple[str, ...] = ()
    within: str = ""
    pooled: int = 1
    unexamined: tuple[int, ...] = ()
    counted: bool = False
    flexible: bool = False
    spread: float = 0.0
    decimals: int = 1
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Counted:
    """Numerators and denominators of one indicator, each of shape (N, T) over `MODEL_YEARS`."""

    numerator: Counts
    denominator: Counts


def draw_counts(model: Model, denominators: Counts, drawn: Mapping[str, Counted], seed: int) -> Counted:
    """Draw the counts of one indicator.

    Parameters
    ----------
    model : Model
        Recipe of the indicator.
    denominators : ndarray of int, shape (N, T)
        Of each single year, before adding up.
    drawn : mapping of indicator_id to Counted
        Indicators that were drawn before.
    seed : int
        Together with the indicator's name it decides on the random stream, so that a further indicator
        changes no other.

    Returns
    -------
    Counted
        Added up over `model.pooled` years; 0 of 0 where nothing was examined.

    Raises
    ------
    MethodError
        If a published figure cannot be met.
    """
    rng = _stream(model.indicator_id, seed)
    exact = figures_of(model.indicator_id, "exact")
    if model.flexible:
        denominators = _raise_denominators(model, denominators, exact)
    within = drawn[model.within].numerator if model.within else denominators
    included = np.zeros_like(denominators)
    for part in model.including:
        included = included + drawn[part].numerator
    trials = within - included
    deviation = _deviation(model, rng)
    share = _calibrate(model, deviation, trials, included, denominators)
    counts = _chance(rng, model, trials, share)
    _settle(model, counts, trials, included, denominators, share, exact)
    return Counted(pool(model, counts + included), pool(model, denominators))


def draw_scores(model: Model, weights: Counts, seed: int) -> Floats:
    """Draw the values of one score, so that its weighted mean is the level of the city.

    Parameters
    ----------
    model : Model
        Recipe of the indicator.
    weights : ndarray of int, shape (N, T)
        Weights for merging areas, above 0.
    seed : int
        As in `draw_counts`.

    Returns
    -------
    ndarray, shape (N, T)
        In the unit of the indicator, rounded to `model.decimals`.
    """
    deviation = _deviation(model, _stream(model.indicator_id, seed))
    centred = deviation - (weights * deviation).sum(axis=0) / weights.sum(axis=0)
    return np.asarray(np.round(_level(model) + model.spread * centred, model.decimals), dtype=np.float64)


def windows(model: Model) -> Mask:
    """Return which single years each published year adds up, shape (T, T).

    Examples
    --------
    >>> recipe = Model("x", "population", {2016: 1.0}, {}, 0.1, pooled=3, unexamined=(2021,))
    >>> [int(year) for year in MODEL_YEARS[windows(recipe)[-1]]]
    [2019, 2020, 2022]
    """
    examined = np.flatnonzero(~np.isin(MODEL_YEARS, model.unexamined))
    inside = np.zeros((MODEL_YEARS.size, MODEL_YEARS.size), dtype=bool)
    for t in examined:
        inside[t, examined[examined <= t][-model.pooled :]] = True
    return inside


def _stream(indicator_id: str, seed: int) -> np.random.Generator:
    return np.random.default_rng([seed, *indicator_id.encode()])


def pool(model: Model, counts: Counts) -> Counts:
    """Add up single years, shape (N, T), over the windows of a model."""
    return counts @ windows(model).T.astype(np.int64)


def _level(model: Model) -> Floats:
    """Return the value of the city per model year, shape (T,): typed knots, overruled by published ones."""
    knots = dict(model.level)
    for figure in figures_of(model.indicator_id, "exact"):
        if figure.area_id == CITY_ID:
            knots[figure.year] = float(figure.value)
    years = sorted(knots)
    return np.asarray(np.interp(MODEL_YEARS, years, [knots[year] for year in years]), dtype=np.float64)


def _chance(rng: np.random.Generator, model: Model, trials: Counts, share: Floats) -> Counts:
    """Draw binomial counts whose chance part is carried on from year to year (a Gaussian copula)."""
    luck = _path(rng.standard_normal(trials.shape), model.carry)
    return np.asarray(binom.ppf(ndtr(luck), trials, share), dtype=np.int64)


def _path(shocks: Floats, memory: float) -> Floats:
    """Turn independent shocks, shape (N, T), into AR(1) paths of the same variance."""
    path = shocks.copy()
    for t in range(1, shocks.shape[1]):
        path[:, t] = memory * path[:, t - 1] + np.sqrt(1 - memory**2) * shocks[:, t]
    return path


def _persons_per_unit(model: Model, denominator: Counts) -> Floats:
    """Return how many persons one unit of the indicator is, in the shape of `denominator`."""
    return np.ones(denominator.shape) if model.counted else denominator / model.factor


def _deviation(model: Model, rng: np.random.Generator) -> Floats:
    """Return loadings × traits plus the particular part (a constant and an AR(1) path), shape (N, T)."""
    shape = (len(QUARTERS), MODEL_YEARS.size)
    traits = trait_paths()
    signal = np.zeros(shape)
    for name, loading in model.loadings.items():
        signal += loading * traits[name]
    constant = rng.normal(0.0, model.own, (shape[0], 1))
    moving = _path(rng.normal(0.0, model.wobble, shape), MEMORY)
    return np.asarray(signal + constant + moving, dtype=np.float64)


def _solve(trials: Counts, offset: Floats, wanted: Floats) -> Floats:
    """Return x with ``sum(trials · expit(offset + x)) = wanted`` per column, by halving intervals.

    Beyond ±`BOUND` it stays at the bound: then no share, or the full share, is nearest to what is wanted.
    """
    low, high = np.full(wanted.size, -BOUND), np.full(wanted.size, BOUND)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        too_much = (trials * expit(offset + middle)).sum(axis=0) > wanted
        low, high = np.where(too_much, low, middle), np.where(too_much, middle, high)
    return np.asarray((low + high) / 2, dtype=np.float64)


def _calibrate(
    model: Model, deviation: Floats, trials: Counts, included: Counts, denominators: Counts
) -> Floats:
    """Return shares that meet the city in every year and published parts of it in theirs, shape (N, T)."""
    totals = _level(model) * _persons_per_unit(model, denominators.sum(axis=0)) - included.sum(axis=0)
    anchors = _anchors(model)
    shift = np.zeros_like(deviation)
    level = np.zeros(MODEL_YEARS.size)
    for _ in range(PASSES):
        level = _solve(trials, deviation + shift, totals)
        for inside, columns, values in anchors:
            cells = np.ix_(inside, columns)
            persons = values * _persons_per_unit(model, denominators[cells].sum(axis=0))
            wanted = persons - included[cells].sum(axis=0)
            moves = _solve(trials[cells], level[columns] + deviation[cells], wanted)
            shift[inside] = np.interp(MODEL_YEARS, MODEL_YEARS[columns], moves)
    return np.asarray(expit(level + deviation + shift), dtype=np.float64)


def _anchors(model: Model) -> list[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], Floats]]:
    """Return published parts of the city: rows, columns of the compared years, values."""
    by_area: dict[str, dict[int, float]] = {}
    for figure in sorted(figures_of(model.indicator_id, "nearby_year", "exact"), key=lambda f: f.year):
        if figure.area_id != CITY_ID:
            by_area.setdefault(figure.area_id, {})[figure.compared_year] = float(figure.value)
    return [
        (
            np.flatnonzero(members(area_id)),
            np.flatnonzero(np.isin(MODEL_YEARS, list(values))),
            np.array([values[year] for year in sorted(values)]),
        )
        for area_id, values in by_area.items()
    ]


def _raise_denominators(model: Model, denominators: Counts, exact: Sequence[Figure]) -> Counts:
    """Raise denominators by the few that let a whole number give each published share."""
    raised = denominators.copy()
    taken = np.zeros(len(QUARTERS), dtype=bool)
    for figure in _parts_first(exact):
        inside = members(figure.area_id) & ~taken
        if figure.area_id != CITY_ID:
            taken |= inside
        t = int(np.searchsorted(MODEL_YEARS, figure.year))
        row = np.flatnonzero(inside)[np.argmax(raised[inside, t])]
        while not _fits(model, figure, _denominator(model, raised, figure)):
            raised[row, t] += 1
    return raised


def _denominator(model: Model, denominators: Counts, figure: Figure) -> int:
    t = int(np.searchsorted(MODEL_YEARS, figure.year))
    return int(pool(model, denominators)[members(figure.area_id), t].sum())


def _parts_first(figures: Sequence[Figure]) -> list[Figure]:
    return sorted(figures, key=lambda figure: int(members(figure.area_id).sum()))


def _wanted_count(model: Model, figure: Figure, denominator: int) -> int:
    """Numerator that gives a published figure: the published one, or the nearest whole number."""
    if figure.count is not None:
        return figure.count
    return round(float(figure.value) * float(_persons_per_unit(model, np.array(denominator))))


def _fits(model: Model, figure: Figure, denominator: int) -> bool:
    value = _wanted_count(model, figure, denominator) / _persons_per_unit(model, np.array(denominator))
    return bool(abs(value - float(figure.value)) <= figure.half_unit)


def _settle(
    model: Model,
    counts: Counts,
    trials: Counts,
    included: Counts,
    denominators: Counts,
    share: Floats,
    exact: Sequence[Figure],
) -> None:
    """Give published sums their number, smaller areas first, each cell by its variance; in place."""
    inside_window = windows(model)
    free = np.ones(counts.shape, dtype=bool)
    for figure in _parts_first(exact):
        denominator = _denominator(model, denominators, figure)
        if not _fits(model, figure, denominator):
            raise MethodError(
                f"Mit diesem Nenner trifft keine ganze Zahl die veröffentlichte Angabe für »{figure.area}«, "
                f"»{figure.indicator_id}«, {figure.year}. Bitte den Nenner im Generator ändern."
            )
        years = inside_window[np.searchsorted(MODEL_YEARS, figure.year)]
        cells = members(figure.area_id)[:, None] & years
        rest = _wanted_count(model, figure, denominator) - included[cells].sum() - counts[cells].sum()
        open_cells = cells & free
        _spread(counts, open_cells, trials, trials * share * (1 - share), int(rest))
        if figure.area_id != CITY_ID:
            free &= ~cells


def _spread(counts: Counts, cells: Mask, trials: Counts, weight: Floats, rest: int) -> None:
    """Add `rest` (or take it away) over some cells, never below 0 or above the trials; in place."""
    while rest != 0:
        room = (trials - counts if rest > 0 else counts)[cells]
        usable = np.where(room > 0, weight[cells], 0.0)
        if room.sum() < abs(rest) or usable.sum() == 0:
            raise MethodError(
                "Eine veröffentlichte Summe ist mit den übrigen Zahlen nicht zu erreichen. "
                "Bitte die Stufen im Generator prüfen."
            )
        step = np.minimum(round_to_totals(usable / usable.sum() * abs(rest)), room)
        counts[cells] += np.sign(rest) * step
        rest -= int(np.sign(rest) * step.sum())

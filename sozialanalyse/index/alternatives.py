"""What could have been chosen instead, and the index of many combinations at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sozialanalyse.errors import MethodError, ParameterError, require_choice
from sozialanalyse.index.aggregate import aggregate
from sozialanalyse.index.build import centred
from sozialanalyse.index.choices import CHOICES
from sozialanalyse.index.data import FloatArray, IndexData
from sozialanalyse.index.frame import Frame, frame_weights, make_frame, normalised_stages
from sozialanalyse.index.spec import IndexSpec
from sozialanalyse.index.weight import indicator_weights

__all__ = ["Alternatives", "alternative_indices", "draw_noise", "fitting_alternatives"]

STEPS: Final = ("imputation", "treatment", "normalisation", "weighting", "aggregation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternatives:
    """For each uncertain choice the alternatives, all equally likely; empty: as in the specification.

    Attributes
    ----------
    imputation, treatment, normalisation, weighting, aggregation : tuple of str
        Alternatives of that step.
    leave_one_out : bool
        Whether any one indicator may be left out (none being one of the possibilities).
    weight_noise : float in [0, 1)
        Each weight is multiplied by a number between 1 − noise and 1 + noise.
    noise_draws : int
        How many such sets of weights are drawn.

    Raises
    ------
    ParameterError
        If an alternative is unknown or doubled, or a number is out of range.
    """

    imputation: tuple[str, ...] = ()
    treatment: tuple[str, ...] = ()
    normalisation: tuple[str, ...] = ()
    weighting: tuple[str, ...] = ()
    aggregation: tuple[str, ...] = ()
    leave_one_out: bool = False
    weight_noise: float = 0.0
    noise_draws: int = 500

    def __post_init__(self) -> None:
        for name in STEPS:
            for choice in getattr(self, name):
                require_choice(name, choice, CHOICES[name])
            if len(set(getattr(self, name))) < len(getattr(self, name)):
                raise ParameterError(f"»{name}«: jede Alternative nur einmal nennen.")
        if not 0 <= self.weight_noise < 1 or self.noise_draws < 1:
            raise ParameterError(
                "»weight_noise« muss von 0 bis unter 1 reichen, »noise_draws« mindestens 1 sein."
            )
        if not self.factors:
            raise ParameterError(
                "Es ist keine Alternative angegeben. Bitte mindestens eine Wahl offen lassen."
            )

    @property
    def factors(self) -> tuple[str, ...]:
        """Names of the choices that are open, in the order of the steps; length F."""
        steps = tuple(name for name in STEPS if getattr(self, name))
        return (
            steps
            + (("leave_one_out",) if self.leave_one_out else ())
            + (("weight_noise",) if self.weight_noise > 0 else ())
        )


def fitting_alternatives(
    data: IndexData, spec: IndexSpec, alternatives: Alternatives
) -> tuple[Alternatives, tuple[tuple[str, str], ...]]:
    """Leave out what does not go with the other choices, and let the choice made be one of the possibilities.

    Parameters
    ----------
    data : IndexData
        Values of all areas.
    spec : IndexSpec
        The choices made; the index is defined with them.
    alternatives : Alternatives
        What could have been chosen instead.

    Returns
    -------
    alternatives : Alternatives
        Of each open step the choice made, and the alternatives with which the index is defined, whatever is
        chosen at the other steps and whichever indicator is left out; a step without any is no longer open. A
        geometric mean, for example, has no z-scores as an alternative.
    left_out : tuple of (str, str)
        Step and alternative of what was left out; ``("leave_one_out", "")`` if no indicator may be missing.

    Raises
    ------
    MethodError
        If no choice is left open.

    Examples
    --------
    >>> data = IndexData(
    ...     area_ids=("01", "02", "03"),
    ...     indicator_ids=("a", "b"),
    ...     values=np.array([[10.0, 3.0], [20.0, 1.0], [30.0, 2.0]]),
    ...     directions=("higher_is_worse",) * 2,
    ... )
    >>> spec = IndexSpec(
    ...     indicators=("a", "b"), normalisation="min_max", bounds=(1.0, 100.0), aggregation="geometric"
    ... )
    >>> usual = Alternatives(normalisation=("z", "min_max", "rank"))
    >>> fitting, left_out = fitting_alternatives(data, spec, usual)
    >>> fitting.normalisation, left_out
    (('min_max', 'rank'), (('normalisation', 'z'),))
    """
    removals = len(spec.indicators) + 1 if alternatives.leave_one_out else 1
    left_out: list[tuple[str, str]] = []
    if removals == 2 or not _is_defined(data, spec, {}, removals):
        left_out.append(("leave_one_out", ""))
        removals = 1
    fitting: dict[str, tuple[str, ...]] = {}
    for step in STEPS:
        own = getattr(spec, step)
        fitting[step] = (own,)
        for choice in getattr(alternatives, step):
            if choice == own:
                continue
            if _is_defined(data, spec, fitting | {step: (choice,)}, removals):
                fitting[step] += (choice,)
            else:
                left_out.append((step, choice))
    changed: dict[str, Any] = {step: found if len(found) > 1 else () for step, found in fitting.items()}
    if removals == 1 and alternatives.weight_noise == 0 and not any(changed.values()):
        raise MethodError(
            "Keine der anderen Entscheidungen passt zur Rechnung des Index. Bitte unter »alternatives« "
            "Möglichkeiten nennen, die zu ihr passen."
        )
    return replace(alternatives, **changed, leave_one_out=removals > 1), tuple(left_out)


def _is_defined(
    data: IndexData, spec: IndexSpec, steps: Mapping[str, tuple[str, ...]], removals: int
) -> bool:
    """Return whether the index is defined with every combination of these choices and removals."""
    try:
        for chosen in product(*steps.values()):
            changed: dict[str, Any] = dict(zip(steps, chosen, strict=True))
            _recipe_indices(data, replace(spec, **changed), np.arange(removals), None)
    except (MethodError, ParameterError):
        return False
    return True


def draw_noise(alternatives: Alternatives, indicators: int, generator: np.random.Generator) -> FloatArray:
    """Draw the sets of factors by which ``weight_noise`` multiplies the weights.

    Returns
    -------
    ndarray of shape (noise_draws, indicators)
        Between 1 − noise and 1 + noise.
    """
    half_width = alternatives.weight_noise
    return generator.uniform(1 - half_width, 1 + half_width, size=(alternatives.noise_draws, indicators))


def alternative_indices(
    data: IndexData, spec: IndexSpec, alternatives: Alternatives, noise: FloatArray, design: FloatArray
) -> FloatArray:
    """Return the index of many combinations of alternatives, each distinct one computed once.

    Parameters
    ----------
    data : IndexData
        Values of all areas.
    spec : IndexSpec
        What holds where no alternative is given.
    alternatives : Alternatives
        What is open.
    noise : ndarray of shape (M, K)
        From :func:`draw_noise`.
    design : ndarray of shape (B, F)
        Numbers in [0, 1), one per open choice; each picks an alternative.

    Returns
    -------
    ndarray of shape (B, N)
        City mean 0, standard deviation 1; equal combinations give exactly equal rows.

    Raises
    ------
    MethodError
        If a combination is not defined for the data.

    Notes
    -----
    Leaving out an indicator does not screen the areas anew.
    """
    factors = alternatives.factors
    if alternatives.leave_one_out and len(spec.indicators) < 2:
        raise MethodError(
            "Einen Indikator wegzulassen setzt mindestens zwei voraus; der Index hat einen. Bitte "
            "»leave_one_out« abschalten."
        )
    sizes = np.array([_size(name, alternatives, len(spec.indicators), len(noise)) for name in factors])
    levels = np.minimum((design * sizes).astype(np.int64), sizes - 1)
    distinct, inverse = np.unique(levels, axis=0, return_inverse=True)
    steps = [column for column, name in enumerate(factors) if name in STEPS]
    recipes, recipe_of = np.unique(distinct[:, steps], axis=0, return_inverse=True)
    result = np.empty((len(distinct), len(data.area_ids)))
    for number, recipe in enumerate(recipes):
        chosen: dict[str, Any] = {
            factors[column]: getattr(alternatives, factors[column])[level]
            for column, level in zip(steps, recipe.tolist(), strict=True)
        }
        rows = np.flatnonzero(recipe_of.ravel() == number)
        picked = {name: distinct[rows, column] for column, name in enumerate(factors)}
        result[rows] = _recipe_indices(
            data,
            replace(spec, **chosen),
            picked.get("leave_one_out", np.zeros(len(rows), dtype=np.int64)),
            noise[picked["weight_noise"]] if "weight_noise" in picked else None,
        )
    return result[inverse.ravel()]


def _size(factor: str, alternatives: Alternatives, indicators: int, noise_sets: int) -> int:
    if factor == "leave_one_out":
        return indicators + 1
    if factor == "weight_noise":
        return noise_sets
    return len(getattr(alternatives, factor))


def _recipe_indices(
    data: IndexData, spec: IndexSpec, left_out: npt.NDArray[np.int64], noise: FloatArray | None
) -> FloatArray:
    """Return the indices of one recipe; `left_out` is 0 for none, k + 1 for the k-th indicator."""
    frame = make_frame(data, spec)
    normalised = normalised_stages(frame.data.values, frame, spec)["normalised"]
    position = np.cumsum(frame.screening.indicators) - 1
    weights = np.empty((len(left_out), normalised.shape[1]))
    for option in np.unique(left_out).tolist():
        drop = position[option - 1] if option and frame.screening.indicators[option - 1] else None
        weights[left_out == option] = _weights_without(normalised, frame, spec, drop)
    if noise is not None:
        weights = weights * noise[:, frame.screening.indicators]
    _, aggregated = aggregate(normalised, weights, spec.aggregation, frame.domain_step, frame.scale)
    return centred(aggregated, frame.scale.weights, unit_variance=True)[0]


def _weights_without(normalised: FloatArray, frame: Frame, spec: IndexSpec, drop: int | None) -> FloatArray:
    if drop is None:
        return frame_weights(normalised, frame, spec)
    rest = np.delete(np.arange(normalised.shape[1]), drop)
    weights = np.zeros(normalised.shape[1])
    weights[rest] = indicator_weights(
        normalised[:, rest],
        spec.weighting,
        np.array(frame.given_weights)[rest].tolist() if frame.given_weights else (),
        np.array(frame.domains)[rest].tolist() if frame.domains else (),
        frame.scale.weights,
        np.array(frame.data.indicator_ids)[rest].tolist(),
    )
    return weights

"""Where heat meets vulnerable people: exposure, sensitivity and adaptive capacity as one index.

The index is made with the steps of `sozialanalyse.index`, each component being a domain of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from sozialanalyse.errors import MethodError, ParameterError
from sozialanalyse.index.alternatives import (
    Alternatives,
    alternative_indices,
    draw_noise,
    fitting_alternatives,
)
from sozialanalyse.index.build import IndexResult, build_index, burden_ranks
from sozialanalyse.index.data import FloatArray, IndexData
from sozialanalyse.index.spec import IndexSpec
from sozialanalyse.index.uncertainty import RankUncertainty, sampling_uncertainty, summarise_draws

__all__ = [
    "EXPOSURE",
    "HIGH",
    "LOW",
    "POSSIBLE",
    "UNKNOWN",
    "HeatComponent",
    "HeatIndex",
    "HeatPart",
    "HeatSpec",
    "build_heat_index",
    "choose_parts",
    "priorities",
]

EXPOSURE: Final = "exposure"
"""Key of the component that says how hot an area gets."""
HIGH: Final = "high"
POSSIBLE: Final = "possible"
LOW: Final = "low"
UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True)
class HeatPart:
    """One thing that a component measures.

    Attributes
    ----------
    name : str
        German name, for sentences on what is missing.
    indicator_ids : tuple of str
        Indicators that measure it; the first with enough values is taken.
    direction : {"higher_is_worse", "higher_is_better"}
        What a high value means in heat.
    """

    name: str
    indicator_ids: tuple[str, ...]
    direction: str


@dataclass(frozen=True, slots=True)
class HeatComponent:
    """Exposure, sensitivity or adaptive capacity.

    Attributes
    ----------
    key : str
        Its name in the specification.
    label, short, meaning : str
        German name, a short one for heads of tables, and a sentence that says what it is.
    without : str
        German sentence: what the index does not say if this component is left out.
    minimum : int
        Fewest parts with values; with fewer the component is left out.
    required : bool
        Whether there is no index without it.
    parts : tuple of HeatPart
        What it measures.
    """

    key: str
    label: str
    short: str
    meaning: str
    without: str
    minimum: int
    required: bool
    parts: tuple[HeatPart, ...]


@dataclass(frozen=True, slots=True)
class HeatSpec:
    """Every choice that makes the heat index.

    Attributes
    ----------
    components : tuple of HeatComponent
        In the order in which they are shown; all count the same.
    index : IndexSpec
        All other choices; its indicators are replaced by those that a dataset has. A high index means much
        concern.
    ages : mapping from indicator to (int, int or None)
        Indicators that are shares of age groups (first age, first age above), worked out from the population
        where a dataset lacks them.
    alternatives : Alternatives
        What could have been chosen instead.
    component_factor : float
        In the check of choices each component in turn counts so many times as much as the others.
    priority_share : float
        Share of the areas that can be dealt with first.
    draws, seed : int
        Random draws of each of the two checks, and their start.
    """

    components: tuple[HeatComponent, ...]
    index: IndexSpec
    ages: Mapping[str, tuple[int, int | None]]
    alternatives: Alternatives
    component_factor: float
    priority_share: float
    draws: int
    seed: int


@dataclass(frozen=True, slots=True)
class HeatIndex:
    """The heat index of every area, with its components and how sure the ranks are.

    Attributes
    ----------
    components : tuple of HeatComponent, length C
        Those that are in the index.
    chosen : mapping from component to tuple of (HeatPart, str)
        What each measures, and by which indicator.
    result : IndexResult
        The index; high means much concern, rank 1 the most.
    component_values, component_ranks : ndarray of shape (N, C)
        Mean of the standardised indicators of each component (0 is the mean of the areas, high is
        unfavourable), and its rank (1 is the most unfavourable).
    sampling, choice : RankUncertainty or None
        Intervals of ranks from chance in the counts and from other choices.
    priority : tuple of str, length N
        ``HIGH``, ``POSSIBLE``, ``LOW`` or ``UNKNOWN``, see `priorities`.
    remarks : tuple of str
        German sentences on what was left out.
    """

    components: tuple[HeatComponent, ...]
    chosen: Mapping[str, tuple[tuple[HeatPart, str], ...]]
    result: IndexResult
    component_values: FloatArray
    component_ranks: FloatArray
    sampling: RankUncertainty | None
    choice: RankUncertainty | None
    priority: tuple[str, ...]
    remarks: tuple[str, ...]


def choose_parts(
    components: tuple[HeatComponent, ...], available: frozenset[str]
) -> tuple[dict[str, tuple[tuple[HeatPart, str], ...]], tuple[str, ...]]:
    """Choose the indicator of each part, and leave out components with too few.

    Parameters
    ----------
    components : tuple of HeatComponent
        What is wanted.
    available : frozenset of str
        Indicators with enough values.

    Returns
    -------
    chosen : dict from component to tuple of (HeatPart, str)
        Only components with enough parts.
    remarks : tuple of str
        German sentences on what is missing.

    Raises
    ------
    MethodError
        If a required component, or all but one, have too few parts; the message names what is missing.
    """
    chosen: dict[str, tuple[tuple[HeatPart, str], ...]] = {}
    remarks: list[str] = []
    short: list[str] = []
    for component in components:
        found = tuple(
            (part, next(key for key in part.indicator_ids if key in available))
            for part in component.parts
            if available & set(part.indicator_ids)
        )
        present = {part.name for part, _ in found}
        absent = [part.name for part in component.parts if part.name not in present]
        if len(found) >= component.minimum:
            chosen[component.key] = found
            if absent:
                remarks.append(
                    f"»{component.label}« ohne {', '.join(absent)}: Der Datensatz hat dafür keine Werte."
                )
            continue
        sentence = (
            f"»{component.label}« braucht mindestens {component.minimum} Indikatoren mit Werten, vorhanden: "
            f"{len(found)}. Es fehlen: {', '.join(absent)}."
        )
        short.append(sentence)
        remarks.append(f"{sentence} {component.without}")
    lacking = [component for component in components if component.required and component.key not in chosen]
    if lacking or len(chosen) < 2:
        raise MethodError(
            f"{' '.join(short)} Ohne sie lässt sich nicht sagen, wo Hitze auf verletzliche Menschen trifft. "
            "Bitte diese Indikatoren in den Datensatz aufnehmen."
        )
    return chosen, tuple(remarks)


def build_heat_index(data: IndexData, spec: HeatSpec) -> HeatIndex:
    """Build the heat index of all areas and find out how sure its ranks are.

    Parameters
    ----------
    data : IndexData
        Values of all areas of one level: all indicators that the specification may ask for and the dataset
        has, with counts where there are any.
    spec : HeatSpec
        All choices.

    Raises
    ------
    MethodError
        If a required component has too few indicators with values, or a step is not defined.

    Notes
    -----
    Components are means of standardised indicators, the index is the mean of the components. A low value of
    one component can make up for a high one of another; this is why the components are shown beside it.

    References
    ----------
    OECD/JRC (2008), Handbook on Constructing Composite Indicators. The three components follow the concept of
    vulnerability in IPCC (2007), Climate Change 2007, Working Group II, Glossary.
    """
    finite = np.isfinite(data.values)
    varied = np.array(
        [np.unique(data.values[finite[:, column], column]).size > 1 for column in range(finite.shape[1])]
    )
    enough = (finite.mean(axis=0) >= spec.index.minimum_coverage) & varied
    available = frozenset(key for key, there in zip(data.indicator_ids, enough, strict=True) if there)
    chosen, remarks = choose_parts(spec.components, available)
    components = tuple(component for component in spec.components if component.key in chosen)
    template = _index_spec(spec.index, chosen)
    result = build_index(data, template)
    values = result.stages["domains"]
    sampling, choice, unsure = _uncertainty(data, template, spec, len(components))
    return HeatIndex(
        components=components,
        chosen=chosen,
        result=result,
        component_values=values,
        component_ranks=burden_ranks(values.T, burden_is_high=True).T,
        sampling=sampling,
        choice=choice,
        priority=priorities(result.rank, (sampling, choice), spec.priority_share),
        remarks=remarks + result.notes + unsure,
    )


def _index_spec(template: IndexSpec, chosen: Mapping[str, tuple[tuple[HeatPart, str], ...]]) -> IndexSpec:
    rows = [(key, part, indicator) for key, parts in chosen.items() for part, indicator in parts]
    return replace(
        template,
        indicators=tuple(indicator for _, _, indicator in rows),
        domains=tuple(key for key, _, _ in rows),
        directions=tuple(part.direction for _, part, _ in rows),
    )


def _uncertainty(
    data: IndexData, template: IndexSpec, spec: HeatSpec, components: int
) -> tuple[RankUncertainty | None, RankUncertainty | None, tuple[str, ...]]:
    remarks: list[str] = []

    def attempt(what: str, compute: Callable[[], RankUncertainty]) -> RankUncertainty | None:
        try:
            return compute()
        except MethodError as error:
            remarks.append(f"Ohne Intervalle {what}: {error}")
            return None

    sampling = attempt(
        "aus dem Zufall in den Fallzahlen",
        lambda: sampling_uncertainty(data, template, draws=spec.draws, seed=spec.seed),
    )
    choice = attempt(
        "aus anderen Entscheidungen", lambda: _choice_uncertainty(data, template, spec, components)
    )
    if choice is not None:
        remarks += choice.notes
    return sampling, choice, tuple(remarks)


def _choice_uncertainty(
    data: IndexData, template: IndexSpec, spec: HeatSpec, components: int
) -> RankUncertainty:
    """Draw from the alternatives, with all components alike and with each in turn counting more."""
    alternatives, notes = fitting_alternatives(data, template, spec.alternatives)
    generator = np.random.default_rng(spec.seed)
    noise = draw_noise(alternatives, len(template.indicators), generator)
    weightings = np.ones((components + 1, components))
    weightings[1:] += (spec.component_factor - 1) * np.eye(components)
    indices = [
        alternative_indices(
            data,
            replace(template, domain_weights=tuple(weights)),
            alternatives,
            noise,
            generator.random((-(-spec.draws // len(weightings)), len(alternatives.factors))),
        )
        for weights in weightings.tolist()
    ]
    observed = build_index(data, replace(template, unit_variance=True)).index
    return summarise_draws(np.concatenate(indices), observed, template, data.area_ids, notes)


def priorities(
    rank: FloatArray, intervals: tuple[RankUncertainty | None, ...], share: float
) -> tuple[str, ...]:
    """Say for each area whether it is among the most affected, as far as the ranks allow it.

    Parameters
    ----------
    rank : ndarray of shape (N,)
        1 is the most affected; NaN without a rank.
    intervals : tuple of RankUncertainty or None
        Everything that moves ranks; the widest ends count.
    share : float in (0, 1)
        Share of the areas that form the top, rounded up.

    Returns
    -------
    tuple of str, length N
        ``HIGH``: every end of every interval is inside the top; ``POSSIBLE``: at least one is; ``LOW``: none;
        ``UNKNOWN``: no rank or no interval at all.

    Raises
    ------
    ParameterError
        If `share` is not between 0 and 1.
    """
    if not 0 < share < 1:
        raise ParameterError("»priority_share« muss zwischen 0 und 1 liegen.")
    known = [found for found in intervals if found is not None]
    if not known:
        return (UNKNOWN,) * len(rank)
    top = math.ceil(share * int(np.isfinite(rank).sum()))
    lower = np.min([found.rank_lower for found in known] + [rank], axis=0)
    upper = np.max([found.rank_upper for found in known] + [rank], axis=0)
    codes = np.select([~np.isfinite(rank), upper <= top, lower <= top], [UNKNOWN, HIGH, POSSIBLE], LOW)
    return tuple(str(code) for code in codes)

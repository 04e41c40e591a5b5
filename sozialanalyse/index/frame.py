"""What stays the same for every draw of one specification, and the steps from values to normalised values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from sozialanalyse.index.aggregate import DomainStep
from sozialanalyse.index.availability import Screening, screen
from sozialanalyse.index.data import FloatArray, IndexData
from sozialanalyse.index.impute import impute
from sozialanalyse.index.moments import area_weights
from sozialanalyse.index.normalise import Scale, normalise
from sozialanalyse.index.orient import direction_signs
from sozialanalyse.index.spec import IndexSpec
from sozialanalyse.index.treat import Treatment, apply_treatments, plan_treatments
from sozialanalyse.index.weight import domain_columns, indicator_weights

__all__ = ["Frame", "frame_weights", "make_frame", "normalised_stages"]

Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class Frame:
    """What stays the same for all draws of one specification; K counts the kept indicators.

    Attributes
    ----------
    data : IndexData
        The kept indicators; the values of areas without enough data are blank.
    screening : Screening
        Which of the indicators of the specification, and which areas, are kept.
    signs : ndarray of shape (K,)
        +1 or −1.
    scale : Scale
        What normalisation needs.
    treatments : tuple of Treatment, length K
        Decided on the observed, imputed values.
    domain_step : DomainStep or None
        How domains become the index.
    given_weights : tuple of float, length K, or empty
        Weights of the specification.
    domains : tuple of str, length K, or empty
        Domain of each kept indicator.
    """

    data: IndexData
    screening: Screening
    signs: FloatArray
    scale: Scale
    treatments: tuple[Treatment, ...]
    domain_step: DomainStep | None
    given_weights: tuple[float, ...]
    domains: tuple[str, ...]


def make_frame(data: IndexData, spec: IndexSpec) -> Frame:
    """Screen the data and gather what all later steps need.

    Parameters
    ----------
    data : IndexData
        Values of all areas.
    spec : IndexSpec
        All choices.

    Raises
    ------
    ParameterError
        If an indicator is not in the data.
    MethodError
        If too little is left, an indicator is neutral, or a population is missing.
    """
    selected = data.select(spec.indicators)
    screening = screen(selected.values, spec.minimum_share, spec.minimum_coverage)
    kept = np.flatnonzero(screening.indicators).tolist()
    names = [spec.indicators[column] for column in kept]
    blanked = np.where(screening.areas[:, None], selected.values[:, kept], np.nan)
    reduced = replace(selected.select(names), values=blanked)

    weights = area_weights(spec.reference, len(data.area_ids), data.population)
    signs = direction_signs(reduced.directions, _chosen(kept, spec.directions), spec.orientation, names)
    imputed = impute(reduced.values, spec.imputation, weights, data.groups)
    treatments = plan_treatments(
        imputed, spec.treatment, spec.skew_limit, spec.kurtosis_limit, spec.winsorise_at_most, names
    )
    domains = _chosen(kept, spec.domains)
    return Frame(
        data=reduced,
        screening=screening,
        signs=signs,
        scale=_scale(spec, signs, weights, _chosen(kept, spec.goalposts), _chosen(kept, spec.references)),
        treatments=treatments,
        domain_step=_domain_step(spec, domains),
        given_weights=_chosen(kept, spec.weights),
        domains=domains,
    )


def _chosen(columns: Sequence[int], entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    return tuple(entries[column] for column in columns) if entries else ()


def _scale(
    spec: IndexSpec,
    signs: FloatArray,
    weights: FloatArray,
    goalposts: tuple[tuple[float, float], ...],
    references: tuple[float, ...],
) -> Scale:
    low = high = reference = None
    if goalposts:
        ends = signs[:, None] * np.array(goalposts)
        low, high = ends.min(axis=1), ends.max(axis=1)
    if references:
        reference = signs * np.array(references)
    return Scale(
        weights=weights,
        burden_is_high=spec.orientation == "higher_is_worse",
        z_target=spec.z_target,
        bounds=spec.bounds,
        low=low,
        high=high,
        reference=reference,
    )


def _domain_step(spec: IndexSpec, domains: tuple[str, ...]) -> DomainStep | None:
    if not domains:
        return None
    names = tuple(dict.fromkeys(domains))
    weight_of = dict(
        zip(spec.domain_names, spec.domain_weights or (1.0,) * len(spec.domain_names), strict=True)
    )
    return DomainStep(
        columns=domain_columns(domains, len(domains)),
        names=names,
        weights=np.array([weight_of[name] for name in names]),
        normalisation=spec.domain_normalisation,
        aggregation=spec.domain_aggregation,
    )


def normalised_stages(values: FloatArray, frame: Frame, spec: IndexSpec) -> Mapping[str, FloatArray]:
    """Run the steps from imputation to normalisation.

    Parameters
    ----------
    values : ndarray of shape (..., N, K)
        Values of the kept indicators: the observed ones, or draws.
    frame : Frame
        What stays the same.
    spec : IndexSpec
        All choices.

    Returns
    -------
    mapping from name to ndarray of shape (..., N, K)
        ``imputed, treated, oriented, normalised``, in this order.

    Raises
    ------
    MethodError
        If a step is not defined for these values.
    """
    imputed = impute(values, spec.imputation, frame.scale.weights, frame.data.groups)
    treated = apply_treatments(imputed, frame.treatments)
    oriented = treated * frame.signs
    normalised = normalise(oriented, spec.normalisation, frame.scale, frame.data.indicator_ids)
    return {"imputed": imputed, "treated": treated, "oriented": oriented, "normalised": normalised}


def frame_weights(normalised: FloatArray, frame: Frame, spec: IndexSpec) -> FloatArray:
    """Return the weight of each kept indicator, shape (K,); within each domain they add up to 1.

    Raises
    ------
    MethodError
        If the weighting is not defined for these values.
    """
    return indicator_weights(
        normalised,
        spec.weighting,
        frame.given_weights,
        frame.domains,
        frame.scale.weights,
        frame.data.indicator_ids,
    )

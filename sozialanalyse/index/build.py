"""All steps in their order: from data and specification to the index of every area."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from sozialanalyse.errors import MethodError
from sozialanalyse.index.aggregate import aggregate, cell_weights
from sozialanalyse.index.classify import classify
from sozialanalyse.index.data import FloatArray, IndexData
from sozialanalyse.index.frame import Frame, frame_weights, make_frame, normalised_stages
from sozialanalyse.index.moments import mean_and_deviation
from sozialanalyse.index.ranking import rank_along
from sozialanalyse.index.spec import IndexSpec

__all__ = ["IndexResult", "build_index", "burden_ranks", "centred"]


@dataclass(frozen=True, slots=True)
class IndexResult:
    """An index with every step that led to it.

    Attributes
    ----------
    spec : IndexSpec
        All choices.
    area_ids, indicator_ids : tuple of str, length N and K
        Keys, indicators in the order of the specification.
    stages : mapping from name to ndarray
        ``raw, screened, imputed, treated, oriented, normalised`` of shape (N, K); ``domains`` of shape
        (N, D) if there are domains; ``aggregated`` of shape (N,). NaN where missing or left out.
    weights : ndarray of shape (K,)
        Weight of each indicator in the index, adding up to 1; 0 where left out.
    parts : ndarray of shape (N, K)
        What each indicator contributes: the parts of an area add up to its index (missing ones left
        out). All NaN where the index is no sum: another mean than the arithmetic one, or normalised domains.
    index : ndarray of shape (N,)
        The index: city mean 0. NaN for areas without enough data.
    rank : ndarray of shape (N,)
        1 for the area with the most social burden, whatever the orientation; equal areas share the
        smaller rank.
    class_index : ndarray of int, shape (N,)
        Number of the class from the lowest index values; −1 without index.
    class_labels : tuple of str
        German names of the classes.
    class_limits : ndarray
        Limits between the classes in the unit of the index.
    missing : ndarray of bool, shape (N, K)
        Cells without a value in the data.
    notes : tuple of str
        German sentences on what was left out, filled in or treated.
    """

    spec: IndexSpec
    area_ids: tuple[str, ...]
    indicator_ids: tuple[str, ...]
    stages: Mapping[str, FloatArray]
    weights: FloatArray
    parts: FloatArray
    index: FloatArray
    rank: FloatArray
    class_index: npt.NDArray[np.int64]
    class_labels: tuple[str, ...]
    class_limits: FloatArray
    missing: npt.NDArray[np.bool_]
    notes: tuple[str, ...]


def build_index(data: IndexData, spec: IndexSpec) -> IndexResult:
    """Build the index of all areas.

    Parameters
    ----------
    data : IndexData
        Values of all areas of one level; more indicators than the specification names are allowed.
    spec : IndexSpec
        All choices.

    Returns
    -------
    IndexResult
        With every step.

    Raises
    ------
    ParameterError
        If an indicator of the specification is not in the data.
    MethodError
        If a step is not defined for these data; the message says which and what to do.

    Notes
    -----
    The city mean is that of the areas (``reference="areas"``: every area once; ``"population"``: by its
    persons), and it is exactly 0 for the index, up to rounding.

    References
    ----------
    OECD/JRC (2008), Handbook on Constructing Composite Indicators.

    Examples
    --------
    >>> data = IndexData(
    ...     area_ids=("01", "02", "03"),
    ...     indicator_ids=("sgb_ii",),
    ...     values=np.array([[10.0], [20.0], [30.0]]),
    ...     directions=("higher_is_worse",),
    ... )
    >>> result = build_index(data, IndexSpec(indicators=("sgb_ii",)))
    >>> result.index.tolist(), result.rank.tolist()
    ([1.0, 0.0, -1.0], [3.0, 2.0, 1.0])
    """
    frame = make_frame(data, spec)
    stages = normalised_stages(frame.data.values, frame, spec)
    normalised = stages["normalised"]
    weights = frame_weights(normalised, frame, spec)
    domains, aggregated = aggregate(normalised, weights, spec.aggregation, frame.domain_step, frame.scale)
    index, deviation = centred(aggregated, frame.scale.weights, unit_variance=spec.unit_variance)
    classes = classify(index, spec.classes, 0.0, 1.0 if spec.unit_variance else deviation.item())
    raw = data.select(spec.indicators).values
    return IndexResult(
        spec=spec,
        area_ids=data.area_ids,
        indicator_ids=spec.indicators,
        stages=MappingProxyType(
            {"raw": raw}
            | {"screened": _expand(frame.data.values, frame)}
            | {name: _expand(stage, frame) for name, stage in stages.items()}
            | ({} if domains is None else {"domains": domains})
            | {"aggregated": aggregated}
        ),
        weights=_nominal_weights(weights, frame),
        parts=_expand(_parts(normalised, aggregated, weights, frame, spec), frame),
        index=index,
        rank=burden_ranks(index, burden_is_high=frame.scale.burden_is_high),
        class_index=classes.index,
        class_labels=classes.labels,
        class_limits=classes.limits,
        missing=~np.isfinite(raw),
        notes=_notes(stages["imputed"], frame, spec),
    )


def centred(
    aggregated: FloatArray, area_weights: FloatArray, *, unit_variance: bool
) -> tuple[FloatArray, FloatArray]:
    """Move the mean over the city to 0, and divide by the standard deviation if asked.

    Parameters
    ----------
    aggregated : ndarray of shape (..., N)
        NaN for areas without an index.
    area_weights : ndarray of shape (N,)
        How much each area counts.
    unit_variance : bool
        Whether to divide.

    Returns
    -------
    index : ndarray of shape (..., N)
    deviation : ndarray of shape (...)
        Standard deviation of the index before it was divided.

    Raises
    ------
    MethodError
        If the index is to be divided and is the same in all areas.
    """
    mean, deviation = mean_and_deviation(aggregated[..., None], area_weights)
    mean, deviation = mean[..., 0], deviation[..., 0]
    index = aggregated - mean
    if unit_variance:
        if not (deviation > 0).all():
            raise MethodError(
                "Ein Index lässt sich nur durch seine Standardabweichung teilen, wenn sich die Gebiete "
                "unterscheiden; sie sind gleich. Bitte Indikatoren und Gewichte prüfen."
            )
        index = index / deviation
    return index, deviation[..., 0]


def burden_ranks(index: FloatArray, *, burden_is_high: bool) -> FloatArray:
    """Return ranks, 1 for the area with the most social burden.

    Parameters
    ----------
    index : ndarray of shape (..., N)
        NaN where there is no index, and then NaN in the result.
    burden_is_high : bool
        Whether a high index means much burden.

    Returns
    -------
    ndarray of shape (..., N)
        Equal areas share the smaller rank.

    Examples
    --------
    >>> burden_ranks(np.array([0.3, -1.0, 0.3, np.nan]), burden_is_high=False).tolist()
    [2.0, 1.0, 2.0, nan]
    """
    burden = -index if burden_is_high else index
    return rank_along(burden, axis=-1, ties="min")


def _expand(kept: FloatArray, frame: Frame) -> FloatArray:
    full = np.full((len(kept), len(frame.screening.indicators)), np.nan)
    full[:, frame.screening.indicators] = kept
    return full


def _nominal_weights(weights: FloatArray, frame: Frame) -> FloatArray:
    everything = np.ones((1, len(weights)), dtype=np.bool_)
    full = np.zeros(len(frame.screening.indicators))
    full[frame.screening.indicators] = cell_weights(everything, weights, frame.domain_step)[0]
    return full


def _is_sum(frame: Frame, spec: IndexSpec) -> bool:
    step = frame.domain_step
    return spec.aggregation == "arithmetic" and (
        step is None or (step.aggregation == "arithmetic" and step.normalisation == "none")
    )


def _parts(
    normalised: FloatArray,
    aggregated: FloatArray,
    weights: FloatArray,
    frame: Frame,
    spec: IndexSpec,
) -> FloatArray:
    """Split the index of each area over its indicators.

    With w the weights of the cells of an area, which add up to 1, m the city mean of each indicator and
    c that of the aggregated values, ``Σ w x − c = Σ w (x − m + d)`` with ``d = Σ w m − c``; d is 0
    unless cells are missing.
    """
    if not _is_sum(frame, spec):
        return np.full_like(normalised, np.nan)
    there = np.isfinite(normalised)
    cells = cell_weights(there, weights, frame.domain_step)
    mean, _ = mean_and_deviation(normalised, frame.scale.weights)
    centre, deviation = mean_and_deviation(aggregated[:, None], frame.scale.weights)
    shift = (cells * mean).sum(axis=1, keepdims=True) - centre
    parts = cells * (normalised - mean + shift)
    return np.asarray(parts / deviation if spec.unit_variance else parts)


def _count(number: int, one: str, many: str) -> str:
    return f"1 {one}" if number == 1 else f"{number} {many}"


def _notes(imputed: FloatArray, frame: Frame, spec: IndexSpec) -> tuple[str, ...]:
    notes = []
    left_out = [
        name for name, kept in zip(spec.indicators, frame.screening.indicators, strict=True) if not kept
    ]
    if left_out:
        notes.append(
            f"Nicht in den Index eingegangen, weil für zu viele Gebiete Werte fehlen: {', '.join(left_out)}."
        )
    without = int((~frame.screening.areas).sum())
    if without:
        one, many = "Gebiet hat zu wenige Werte und bekommt", "Gebiete haben zu wenige Werte und bekommen"
        notes.append(f"{_count(without, one, many)} keinen Index.")
    blank = np.isnan(frame.data.values[frame.screening.areas])
    still = np.isnan(imputed[frame.screening.areas])
    filled = int((blank & ~still).sum())
    if filled:
        notes.append(
            f"{_count(filled, 'fehlender Wert wurde', 'fehlende Werte wurden')} ergänzt ({spec.imputation})."
        )
    if still.any():
        notes.append(
            f"{_count(int(still.sum()), 'fehlender Wert bleibt', 'fehlende Werte bleiben')} außer Betracht; "
            "in diesen Gebieten zählen die übrigen Indikatoren entsprechend mehr."
        )
    for name, plan in zip(frame.data.indicator_ids, frame.treatments, strict=True):
        if plan.method == "winsorise":
            notes.append(
                f"{name}: {_count(plan.changed, 'Ausreißer', 'Ausreißer')} auf den nächsten Wert gesetzt."
            )
        elif plan.method != "none":
            notes.append(f"{name}: wegen schiefer Verteilung umgeformt ({plan.method}).")
        if not plan.sufficient:
            notes.append(f"{name}: die Verteilung bleibt auch nach der Behandlung schief und steil.")
    if not _is_sum(frame, spec):
        notes.append(
            "Bei dieser Rechenweise lässt sich der Index nicht in Beiträge der Indikatoren zerlegen."
        )
    return tuple(notes)

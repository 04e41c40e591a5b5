"""The evidence on one pair, gathered from the tables of all pairs and from its own models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sozialanalyse.connections.construction import Construction
from sozialanalyse.connections.correlation import AssociationMatrix
from sozialanalyse.connections.data import ConnectionData
from sozialanalyse.connections.panel import PanelAssociation, associate_over_time
from sozialanalyse.connections.regression import PairModel, fit_pair
from sozialanalyse.connections.robustness import LeaveOut, SpecificationCurve
from sozialanalyse.connections.spec import ConnectionSpec
from sozialanalyse.connections.synthesis import Coarser, PairEvidence, SpatialFit, SpecResult
from sozialanalyse.errors import MethodError

__all__ = ["Tables", "pair_evidence"]

Array = NDArray[np.float64]

ORIENTATION: Final[dict[str, int]] = {"higher_is_worse": 1, "higher_is_better": -1, "neutral": 0}


@dataclass(frozen=True, slots=True)
class Tables:
    """What is computed for all pairs at once.

    Attributes
    ----------
    columns : tuple of int, length K
        Columns of the data that the K × K tables are about, in their order.
    association : AssociationMatrix
        Among the areas.
    weights : ndarray, shape (N,)
        Weights of the areas.
    areas, groups : LeaveOut
        Without each area, and without each district (None with fewer than three).
    curve : SpecificationCurve
        Other choices; its first entry is the spec's own.
    coarser : AssociationMatrix or None
        Among the districts.
    covariates : ndarray, shape (N, Q), or None
        Variables held constant in the models.
    spatial : mapping from two positions in the tables to SpatialFit
        Spatial models of the pairs that ask for one.
    construction : dict
        Marks of pairs made from the same numbers.
    """

    columns: tuple[int, ...]
    association: AssociationMatrix
    weights: Array
    areas: LeaveOut
    groups: LeaveOut | None
    curve: SpecificationCurve
    coarser: AssociationMatrix | None
    covariates: Array | None
    spatial: Mapping[tuple[int, int], SpatialFit]
    construction: dict[tuple[str, str], tuple[Construction, ...]]


def pair_evidence(data: ConnectionData, spec: ConnectionSpec, tables: Tables, a: int, b: int) -> PairEvidence:
    """Gather what is known about the pair of the a-th and b-th indicator of the tables.

    Parameters
    ----------
    data : ConnectionData
        Areas and indicators.
    spec : ConnectionSpec
        All choices.
    tables : Tables
        What was computed for all pairs.
    a, b : int
        Positions in the tables; b is the outcome of the models.
    """
    found = tables.association.of(spec.method)
    first, second = tables.columns[a], tables.columns[b]
    ids = data.indicator_ids[first], data.indicator_ids[second]
    corrected = found.p_holm if spec.correction == "holm" else found.p_fdr
    curve = zip(
        tables.curve.estimate[1:, a, b],
        tables.curve.lower[1:, a, b],
        tables.curve.upper[1:, a, b],
        tables.curve.names[1:],
        strict=True,
    )
    return PairEvidence(
        first=ids[0],
        second=ids[1],
        method=spec.method,
        count=int(tables.association.count[a, b]),
        size=float(found.size[a, b]),
        estimate=float(found.estimate[a, b]),
        lower=float(found.lower_spatial[a, b]),
        upper=float(found.upper_spatial[a, b]),
        p_corrected=float(corrected[a, b]),
        neighbours=tables.association.spatial,
        area_range=_span(tables.areas, a, b),
        group_range=None if tables.groups is None else _span(tables.groups, a, b),
        curve=tuple(
            SpecResult(float(r), float(low), float(high), name)
            for r, low, high, name in curve
            if np.isfinite(r)
        ),
        coarser=_among_groups(tables.coarser, spec, a, b),
        model=_model(data, spec, tables, first, second),
        spatial=tables.spatial.get((a, b)),
        panel=_over_time(data, spec, first, second),
        construction=tables.construction.get((min(ids), max(ids)), ()),
        orientation=ORIENTATION[data.directions[first]] * ORIENTATION[data.directions[second]],
    )


def _span(left_out: LeaveOut, a: int, b: int) -> tuple[float, float] | None:
    low, high = float(left_out.lowest[a, b]), float(left_out.highest[a, b])
    return (low, high) if np.isfinite(low) else None


def _among_groups(coarser: AssociationMatrix | None, spec: ConnectionSpec, a: int, b: int) -> Coarser | None:
    if coarser is None or coarser.count[a, b] < spec.minimum_groups:
        return None
    found = coarser.of(spec.method)
    if not np.isfinite(found.estimate[a, b]):
        return None
    return Coarser(
        float(found.estimate[a, b]),
        float(found.lower[a, b]),
        float(found.upper[a, b]),
        int(coarser.count[a, b]),
    )


def _model(
    data: ConnectionData, spec: ConnectionSpec, tables: Tables, first: int, second: int
) -> PairModel | None:
    try:
        return fit_pair(
            data.values[:, first],
            data.values[:, second],
            kind=data.kinds[second],
            numerator=_given(data.numerators[:, second]),
            denominator=_given(data.denominators[:, second]),
            weights=tables.weights if spec.weighting == "population" else None,
            covariates=tables.covariates,
            percentage=data.units[first] == "%",
            factor=float(data.factors[second]),
            confidence=spec.confidence,
        )
    except MethodError:
        # The pair then stands without a model, which the evidence shows as None.
        return None


def _over_time(
    data: ConnectionData, spec: ConnectionSpec, first: int, second: int
) -> PanelAssociation | None:
    if data.panel is None:
        return None
    try:
        return associate_over_time(
            data.panel.values[:, :, first],
            data.panel.values[:, :, second],
            method=spec.method,
            confidence=spec.confidence,
        )
    except MethodError:
        # Too few years or areas for this pair; the evidence shows None.
        return None


def _given(column: Array) -> Array | None:
    return None if np.isnan(column).all() else column

"""The whole analysis: every pair of indicators of different domains, with its verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sozialanalyse.connections.construction import shared_construction
from sozialanalyse.connections.correlation import AssociationMatrix, area_weights, associate
from sozialanalyse.connections.data import ConnectionData
from sozialanalyse.connections.kernel import complete_blocks, forget_orders
from sozialanalyse.connections.pairs import Tables, pair_evidence
from sozialanalyse.connections.robustness import (
    LeaveOut,
    leave_one_area_out,
    leave_one_group_out,
    merge_areas,
    specification_curve,
)
from sozialanalyse.connections.space import spatial_fits
from sozialanalyse.connections.spec import ConnectionSpec
from sozialanalyse.connections.synthesis import PairEvidence, SpatialFit, Verdict, judge
from sozialanalyse.connections.wording import Formatter, german_number, sentence
from sozialanalyse.errors import ParameterError
from sozialanalyse.spatial.autocorrelation import morans_i
from sozialanalyse.spatial.effective import lag_orders
from sozialanalyse.spatial.weights import SpatialWeights, known_weights
from sozialanalyse.vocabulary import DOMAINS

__all__ = ["Connections", "connect"]

Array = NDArray[np.float64]

MIN_GROUPS_LEFT_OUT = 3
"""Without one of two districts only the other would be left."""

MIN_AREAS_MORAN = 4
"""Below this number the variance of Moran's I is not defined."""


@dataclass(frozen=True, slots=True)
class Connections:
    """Everything found out about the connections between the domains.

    Attributes
    ----------
    spec : ConnectionSpec
        The rules that were applied.
    association : AssociationMatrix
        All pairs, those inside one domain too; the corrections for many tests are for all of them.
    evidence, verdicts, sentences : tuples of the same length
        One entry per pair of indicators of different domains, without demography.
    moran, moran_p : ndarray, shape (K,)
        Moran's I of each indicator of `association` and its two-sided permutation p (analytical without
        permutations); NaN without neighbourhood.
    islands : tuple of str
        Areas without neighbours.
    remarks : tuple of str
        German sentences about what could not be computed.
    """

    spec: ConnectionSpec
    association: AssociationMatrix
    evidence: tuple[PairEvidence, ...]
    verdicts: tuple[Verdict, ...]
    sentences: tuple[str, ...]
    moran: Array
    moran_p: Array
    islands: tuple[str, ...]
    remarks: tuple[str, ...]

    def between(self, first: str, second: str) -> tuple[PairEvidence, Verdict, str]:
        """Return evidence, verdict and sentence of a pair, whichever of the two is named first.

        Raises
        ------
        ParameterError
            If there is no such pair of different domains.
        """
        for evidence, verdict, text in zip(self.evidence, self.verdicts, self.sentences, strict=True):
            if {evidence.first, evidence.second} == {first, second}:
                return evidence, verdict, text
        raise ParameterError(
            f"Das Paar »{first}« und »{second}« ist nicht Teil der Zusammenhänge. "
            "Verglichen werden Indikatoren verschiedener Themen."
        )


def connect(
    data: ConnectionData,
    spec: ConnectionSpec,
    *,
    domains: Sequence[str] = DOMAINS[1:],
    number: Formatter = german_number,
) -> Connections:
    """Judge every pair of indicators of different domains.

    Parameters
    ----------
    data : ConnectionData
        Areas and indicators.
    spec : ConnectionSpec
        All choices.
    domains : sequence of str
        Domains to connect; by default all but demography, which serves for covariates.
    number : callable
        Takes a value and the number of digits; for the sentences.

    Raises
    ------
    ParameterError
        If a covariate is unknown, or fewer than two domains have indicators.
    MethodError
        If weighting by population is wanted and there is none.
    """
    chosen = [j for j, domain in enumerate(data.domains) if domain in domains]
    # The pairs are named and modelled in the order of the domains, whatever the order of the columns.
    chosen.sort(key=lambda j: (DOMAINS.index(data.domains[j]), data.indicator_ids[j]))
    if len({data.domains[j] for j in chosen}) < 2:
        raise ParameterError(
            "Zusammenhänge brauchen Indikatoren aus mindestens zwei Themen. Bitte mehr wählen."
        )
    held = _covariates(data, spec)
    ids = tuple(data.indicator_ids[j] for j in chosen)
    values = data.values[:, chosen]
    weights = area_weights(values, ids, data.area_ids, spec, data.population)
    remarks: list[str] = []
    data = _with_usable_population(data, remarks)
    neighbours = _neighbours(data, spec, remarks)
    orders = None if neighbours is None else lag_orders(neighbours)
    pairs = [
        (a, b)
        for a in range(len(chosen))
        for b in range(a + 1, len(chosen))
        if data.domains[chosen[a]] != data.domains[chosen[b]]
    ]
    association = associate(
        values,
        ids,
        data.area_ids,
        spec=spec,
        population=data.population,
        covariates=held,
        neighbours=neighbours,
        orders=orders,
    )
    tables = Tables(
        columns=tuple(chosen),
        association=association,
        weights=weights,
        areas=leave_one_area_out(values, weights, spec.method),
        groups=_without_groups(data, spec, values, weights),
        curve=specification_curve(
            values, spec=spec, population=data.population, covariates=held, orders=orders
        ),
        coarser=_coarser(data, spec, chosen, remarks),
        covariates=held,
        spatial=_spatial(values, pairs, association, held, neighbours, spec),
        construction=shared_construction(
            data.indicator_ids, data.numerator_labels, data.denominator_labels, spec.shared_sources
        ),
    )
    evidence = tuple(pair_evidence(data, spec, tables, a, b) for a, b in pairs)
    verdicts = tuple(judge(pair, spec) for pair in evidence)
    forget_orders()
    label = dict(zip(data.indicator_ids, data.labels, strict=True))
    moran, moran_p = _moran(values, neighbours, spec)
    return Connections(
        spec=spec,
        association=tables.association,
        evidence=evidence,
        verdicts=verdicts,
        sentences=tuple(
            sentence(
                verdict,
                pair,
                spec,
                (label[pair.first], label[pair.second]),
                number=number,
                group_label=data.group_label,
            )
            for verdict, pair in zip(verdicts, evidence, strict=True)
        ),
        moran=moran,
        moran_p=moran_p,
        islands=() if neighbours is None else neighbours.islands,
        remarks=tuple(remarks),
    )


def _covariates(data: ConnectionData, spec: ConnectionSpec) -> Array | None:
    unknown = [name for name in spec.covariates if name not in data.indicator_ids]
    if unknown:
        raise ParameterError(
            f"Als »covariates« sind unbekannte Indikatoren genannt: {', '.join(unknown)}. "
            f"Bekannt: {', '.join(data.indicator_ids)}."
        )
    columns = [data.column(name) for name in spec.covariates]
    return data.values[:, columns] if columns else None


def _with_usable_population(data: ConnectionData, remarks: list[str]) -> ConnectionData:
    given = data.population
    if given is not None and np.isfinite(given).all() and (given > 0).all():
        return data
    remarks.append(
        "Die Bevölkerung ist nicht für jedes Gebiet bekannt; "
        "die Gewichtung nach Bevölkerung entfällt als Rechenweg."
    )
    return replace(data, population=None)


def _neighbours(data: ConnectionData, spec: ConnectionSpec, remarks: list[str]) -> SpatialWeights | None:
    if data.neighbours is not None:
        return data.neighbours
    if data.polygons is None:
        remarks.append(
            "Ohne Umrisse der Gebiete bleibt unberücksichtigt, dass sich Nachbarn ähneln; "
            "die Intervalle sind deshalb eher zu eng."
        )
        return None
    return known_weights(data.area_ids, None, data.polygons, nearest=spec.wanted_neighbours)


def _spatial(
    values: Array,
    pairs: list[tuple[int, int]],
    association: AssociationMatrix,
    held: Array | None,
    neighbours: SpatialWeights | None,
    spec: ConnectionSpec,
) -> dict[tuple[int, int], SpatialFit]:
    """Fit spatial models to clear pairs: they could only weaken a connection that is claimed."""
    if neighbours is None or not spec.spatial_models:
        return {}
    found = association.of(spec.method)
    clear = (found.lower_spatial > 0) | (found.upper_spatial < 0)
    return spatial_fits(
        values,
        [pair for pair in pairs if clear[pair]],
        held,
        neighbours,
        alpha=spec.alpha,
        confidence=spec.confidence,
    )


def _without_groups(
    data: ConnectionData, spec: ConnectionSpec, values: Array, weights: Array
) -> LeaveOut | None:
    if len(set(data.group_ids)) < MIN_GROUPS_LEFT_OUT:
        return None
    return leave_one_group_out(values, weights, data.group_ids, spec.method)


def _coarser(
    data: ConnectionData, spec: ConnectionSpec, chosen: list[int], remarks: list[str]
) -> AssociationMatrix | None:
    groups = len(set(data.group_ids))
    if groups < spec.minimum_groups or groups == len(data.area_ids):
        remarks.append(
            f"Die gröbere Ebene hat {'eine Einheit' if groups == 1 else f'{groups} Einheiten'}; "
            f"verglichen wird sie ab {spec.minimum_groups} Einheiten, die mehrere Gebiete umfassen."
        )
        return None
    merged = merge_areas(data)
    rules = replace(spec, permutations=0, bootstrap=0)
    ids = tuple(data.indicator_ids[j] for j in chosen)
    return associate(merged.values[:, chosen], ids, merged.area_ids, spec=rules, population=merged.population)


def _moran(values: Array, neighbours: SpatialWeights | None, spec: ConnectionSpec) -> tuple[Array, Array]:
    """Moran's I and its p per column, each over the areas that have a value."""
    statistic, p = np.full((2, values.shape[1]), np.nan)
    if neighbours is None:
        return statistic, p
    for rows, left, right in complete_blocks(values):
        if left is not right or rows.size < MIN_AREAS_MORAN:
            continue
        among = neighbours.take(rows)
        if len(among.islands) > rows.size - MIN_AREAS_MORAN:
            continue
        found = morans_i(
            values[np.ix_(rows, left)],
            among,
            among.area_ids,
            permutations=spec.permutations,
            seed=spec.seed,
        )
        statistic[left] = found.statistic
        p[left] = found.p_permutation if spec.permutations else found.p_analytic
    return statistic, p

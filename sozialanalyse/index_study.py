"""How sure, how consistent and how changed the Sozialindex is: computed when a page asks, then remembered.

All that goes in are released cells of the finest level, so nothing that comes out can reveal a hidden one.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np
import pandas as pd

from sozialanalyse.disclosure.release import ReleasedTable
from sozialanalyse.errors import MethodError
from sozialanalyse.index.alternatives import fitting_alternatives
from sozialanalyse.index.availability import varying
from sozialanalyse.index.build import IndexResult, build_index
from sozialanalyse.index.consistency import consistency
from sozialanalyse.index.contrast import contrast
from sozialanalyse.index.data import FloatArray, IndexData
from sozialanalyse.index.dynamics import build_dynamics, earlier_edition
from sozialanalyse.index.sensitivity import sensitivity
from sozialanalyse.index.spec import IndexSpec
from sozialanalyse.index.uncertainty import RankUncertainty, choice_uncertainty, sampling_uncertainty
from sozialanalyse.indicators.certainty import counts_vary
from sozialanalyse.project import chosen_folder
from sozialanalyse.report.numbers import format_number
from sozialanalyse.report.studied import IndexStudy
from sozialanalyse.report.view import JUDGED_DOMAINS, Analysis
from sozialanalyse.study_rules import SensitivityRules, read_sensitivity_rules
from sozialanalyse.vocabulary import POPULATION

__all__ = ["study_of"]

_RANK_COLUMNS: Final = (
    "area_id",
    "rank",
    "sampling_lower",
    "sampling_upper",
    "choice_lower",
    "choice_upper",
)

DRAWN_AREAS: Final = 7_000_000
"""Areas times draws, at most: with up to 7,000 areas 1,000 draws; memory and time grow with it."""
FEWEST_DRAWS: Final = 200
FEWEST_BASE_DRAWS: Final = 64


def study_of(analysis: Analysis, parameters_dir: str = "") -> IndexStudy:
    """Study the index of a loaded analysis; the same call is answered from memory.

    Parameters
    ----------
    analysis : Analysis
        A loaded analysis; only its released tables are used.
    parameters_dir : str
        Folder with the rules; ``""`` means that of the batch (environment), else the embedded one.

    Raises
    ------
    ParameterError
        If a rule is not valid.
    """
    folder = chosen_folder("parameters", parameters_dir)
    rules = read_sensitivity_rules(folder)
    return analysis.keep(("study", rules), partial(_study, analysis, rules), followed=False)


def _study(analysis: Analysis, rules: SensitivityRules) -> IndexStudy:
    if analysis.index is None:
        return _empty(analysis, analysis.index_missing)
    spec = analysis.index.spec
    data = _data(analysis, spec)
    remarks: list[str] = []
    try:
        result = build_index(data, spec)
        inner = consistency(result)
    except MethodError as error:
        return _empty(analysis, f"Keine Prüfung des Index: {error}")
    rules = _affordable(rules, len(data.area_ids), remarks)
    sampling = _sampling(data, spec, rules, remarks)
    try:
        alternatives, notes = fitting_alternatives(data, spec, rules.alternatives)
        remarks += notes
        rules = replace(rules, alternatives=alternatives)
    except MethodError as error:
        remarks.append(f"Ohne Prüfung anderer Entscheidungen: {error}")
        choice, factors, shift = None, _no_factors(), float("nan")
    else:
        choice = _choice(data, spec, rules, remarks)
        factors, shift = _factors(data, spec, rules, remarks)
    dynamics, labels, period = _dynamics(data, spec, analysis, remarks)
    editions, edition_shift, edition_likeness = _editions(data, result)
    dynamics = dynamics.merge(editions, on="area_id", how="left", validate="one_to_one")
    source = analysis.index.areas

    def released(name: str, frame: pd.DataFrame) -> ReleasedTable:
        return source.derive(name, lambda _: frame)

    return IndexStudy(
        analysis=analysis,
        missing="",
        ranks=released("ranks", _rank_frame(data, result.rank, sampling, choice)),
        indicators=released(
            "indicators of the index",
            pd.DataFrame(
                {
                    "indicator_id": list(inner.indicator_ids),
                    "loading": np.abs(inner.loadings[:, 0]) * np.sign(inner.correlations),
                    "correlation": inner.correlations,
                    "nominal": inner.nominal_weights,
                    "effective": inner.effective_weights,
                }
            ),
        ),
        factors=released("open choices", factors),
        dynamics=released("dynamics", dynamics),
        domains=released("indices of the domains", _domain_frame(analysis, spec)),
        alpha=inner.alpha,
        explained=float(inner.explained[0]),
        complete=inner.areas,
        mean_shift=shift,
        edition_shift=edition_shift,
        edition_likeness=edition_likeness,
        confidence=spec.confidence,
        dynamics_labels=labels,
        period=period,
        remarks=tuple(remarks),
    )


def _affordable(rules: SensitivityRules, areas: int, remarks: list[str]) -> SensitivityRules:
    """Draw less often where there are very many areas, and say so."""
    draws = min(rules.draws, max(FEWEST_DRAWS, DRAWN_AREAS // areas))
    base_draws = rules.base_draws
    while base_draws > FEWEST_BASE_DRAWS and base_draws * areas > DRAWN_AREAS // 4:
        base_draws //= 2
    if draws < rules.draws:
        remarks.append(
            f"Bei {format_number(areas)} Gebieten beruhen die Intervalle der Ränge auf "
            f"{format_number(draws)} statt {format_number(rules.draws)} Zufallsziehungen; ihre Enden sind "
            "entsprechend ungenauer."
        )
    if base_draws < rules.base_draws:
        remarks.append(
            f"Die Sobol-Indizes beruhen bei so vielen Gebieten auf {format_number(base_draws)} statt "
            f"{format_number(rules.base_draws)} Punkten."
        )
    return replace(rules, draws=draws, base_draws=base_draws)


def _empty(analysis: Analysis, missing: str) -> IndexStudy:
    def nothing(name: str, *columns: str) -> ReleasedTable:
        return analysis.current.derive(name, lambda _: pd.DataFrame(columns=list(columns)))

    return IndexStudy(
        analysis=analysis,
        missing=missing,
        ranks=nothing("ranks", *_RANK_COLUMNS),
        indicators=nothing("indicators of the index", "indicator_id"),
        factors=nothing("open choices", "factor", "first", "total"),
        dynamics=nothing("dynamics", "area_id"),
        domains=nothing("indices of the domains", "area_id", "domain"),
        alpha=float("nan"),
        explained=float("nan"),
        complete=0,
        mean_shift=float("nan"),
        edition_shift=float("nan"),
        edition_likeness=float("nan"),
        confidence=float("nan"),
        dynamics_labels=(),
        period="",
        remarks=(),
    )


def _data(analysis: Analysis, spec: IndexSpec) -> IndexData:
    areas = analysis.areas[analysis.areas["level"] == analysis.levels[-1].level]
    frame = analysis.current.where(level=analysis.levels[-1].level, indicator_id=list(spec.indicators)).frame
    varies = counts_vary(analysis.indicators)
    return IndexData(
        area_ids=tuple(str(key) for key in areas.index),
        indicator_ids=spec.indicators,
        values=_wide(frame, areas.index, spec, "value"),
        directions=tuple(str(analysis.indicators["direction"][key]) for key in spec.indicators),
        population=_people(analysis, areas.index) if spec.reference == "population" else None,
        groups=tuple(str(key) for key in areas["parent_id"]),
        # Counts that do not vary by chance are held fixed, as scores are.
        kinds=tuple(
            str(analysis.indicators["kind"][key]) if varies[key] else "score" for key in spec.indicators
        ),
        numerators=_wide(frame, areas.index, spec, "numerator"),
        denominators=_wide(frame, areas.index, spec, "denominator"),
        previous_values=_earlier(analysis, areas.index, spec),
    )


def _people(analysis: Analysis, areas: pd.Index[str]) -> FloatArray:
    frame = analysis.current.where(level=analysis.levels[-1].level, indicator_id=POPULATION).frame
    return frame.set_index("area_id")["value"].reindex(areas).to_numpy(dtype=np.float64)


def _wide(frame: pd.DataFrame, areas: pd.Index[str], spec: IndexSpec, column: str) -> FloatArray:
    table = frame.pivot_table(index="area_id", columns="indicator_id", values=column, observed=True)
    return table.reindex(index=areas, columns=list(spec.indicators)).to_numpy(dtype=np.float64)


def _earlier(analysis: Analysis, areas: pd.Index[str], spec: IndexSpec) -> FloatArray | None:
    """Return the values of as many years before as the specification says, or None without any."""
    table = analysis.values  # noqa: PD011 (a released table, not an array)
    frame = table.where(level=analysis.levels[-1].level, indicator_id=list(spec.indicators)).frame
    wanted = frame["indicator_id"].astype(str).map(dict(analysis.years)) - spec.years
    values = _wide(frame[frame["year"] == wanted], areas, spec, "value")
    return values if np.isfinite(values).any() else None


def _sampling(
    data: IndexData, spec: IndexSpec, rules: SensitivityRules, remarks: list[str]
) -> RankUncertainty | None:
    try:
        found = sampling_uncertainty(data, spec, draws=rules.draws, seed=rules.seed)
    except MethodError as error:
        remarks.append(f"Ohne Intervalle aus dem Zufall in den Fallzahlen: {error}")
        return None
    remarks += found.notes
    return found


def _choice(
    data: IndexData, spec: IndexSpec, rules: SensitivityRules, remarks: list[str]
) -> RankUncertainty | None:
    try:
        return choice_uncertainty(data, spec, rules.alternatives, draws=rules.draws, seed=rules.seed)
    except MethodError as error:
        remarks.append(f"Ohne Intervalle aus anderen Entscheidungen: {error}")
        return None


def _no_factors() -> pd.DataFrame:
    return pd.DataFrame(columns=["factor", "first", "total"])


def _factors(
    data: IndexData, spec: IndexSpec, rules: SensitivityRules, remarks: list[str]
) -> tuple[pd.DataFrame, float]:
    try:
        found = sensitivity(data, spec, rules.alternatives, base_draws=rules.base_draws, seed=rules.seed)
    except MethodError as error:
        remarks.append(f"Ohne Sobol-Indizes: {error}")
        return _no_factors(), float("nan")
    frame = pd.DataFrame({"factor": list(found.factors), "first": found.first, "total": found.total})
    return frame, found.mean_rank_shift


def _dynamics(
    data: IndexData, spec: IndexSpec, analysis: Analysis, remarks: list[str]
) -> tuple[pd.DataFrame, tuple[str, ...], str]:
    years = sorted({analysis.years[key] for key in spec.indicators})
    period = (
        f"{years[0] - spec.years} bis {years[0]}" if len(years) == 1 else f"jeweils über {spec.years} Jahre"
    )
    columns = ["area_id", "dynamics", "status_class", "dynamics_class"]
    try:
        found = build_dynamics(data, earlier_edition(data), spec)
    except MethodError as error:
        remarks.append(f"Kein Dynamikindex: {error}")
        return pd.DataFrame(columns=columns), (), period
    frame = pd.DataFrame(
        {
            "area_id": list(data.area_ids),
            "dynamics": found.dynamics.index,
            "status_class": found.status.class_index,
            "dynamics_class": found.dynamics.class_index,
        }
    )
    both = (frame["status_class"] >= 0) & (frame["dynamics_class"] >= 0)
    return frame[both].reset_index(drop=True), found.dynamics.class_labels, period


def _editions(data: IndexData, now: IndexResult) -> tuple[pd.DataFrame, float, float]:
    """Return the ranks of the earlier edition and of this one, their mean shift and their likeness."""
    try:
        then = build_index(earlier_edition(data), now.spec)
        change = contrast(then, now)
    except MethodError:
        # Without an earlier edition there is no Dynamikindex either, and the page says why.
        return pd.DataFrame(columns=["area_id", "rank_then", "rank_now"]), float("nan"), float("nan")
    ranks = {"area_id": list(data.area_ids), "rank_then": then.rank, "rank_now": now.rank}
    return pd.DataFrame(ranks), change.mean_rank_shift, change.spearman


def _rank_frame(
    data: IndexData, rank: FloatArray, sampling: RankUncertainty | None, choice: RankUncertainty | None
) -> pd.DataFrame:
    columns: dict[str, object] = {"area_id": list(data.area_ids), "rank": rank}
    for name, found in (("sampling", sampling), ("choice", choice)):
        columns[f"{name}_lower"] = np.nan if found is None else found.rank_lower
        columns[f"{name}_upper"] = np.nan if found is None else found.rank_upper
    return pd.DataFrame(columns)


def _domain_frame(analysis: Analysis, chosen: IndexSpec) -> pd.DataFrame:
    """Return an index for each domain: the mean of its standardised indicators that have a direction."""
    catalogue = analysis.indicators
    frames = []
    for domain in JUDGED_DOMAINS:
        rows = catalogue[(catalogue["domain"] == domain) & (catalogue["direction"] != "neutral")]
        keys = tuple(str(key) for key in rows.index if key in analysis.years and rows["kind"][key] != "count")
        if not keys:
            continue
        spec = IndexSpec(indicators=keys, orientation=chosen.orientation, minimum_share=chosen.minimum_share)
        data = _data(analysis, spec)
        kept = tuple(key for key, differs in zip(keys, varying(data.values), strict=True) if differs)
        if not kept:
            continue
        try:
            result = build_index(data.select(kept), replace(spec, indicators=kept))
        except MethodError:
            # Too few values for this domain: it has no index, and the table shows a dash.
            continue
        frames.append(
            pd.DataFrame(
                {
                    "area_id": list(result.area_ids),
                    "domain": domain,
                    "index": result.index,
                    "rank": result.rank,
                    "ranked": int(np.isfinite(result.index).sum()),
                }
            )
        )
    columns = ["area_id", "domain", "index", "rank", "ranked"]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)

"""The whole flow: from a dataset and rules to released tables from which pages are made."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from sozialanalyse.dataset.read import read_dataset
from sozialanalyse.dataset.schema import Dataset
from sozialanalyse.disclosure.release import ReleasedTable, release_population, release_values
from sozialanalyse.errors import MethodError, ParameterError
from sozialanalyse.index.availability import varying
from sozialanalyse.index.build import IndexResult, build_index
from sozialanalyse.index.data import IndexData
from sozialanalyse.index.spec import IndexSpec
from sozialanalyse.indicators.certainty import pooled_years
from sozialanalyse.indicators.compute import compute_values
from sozialanalyse.indicators.development import describe_trends
from sozialanalyse.indicators.population import add_coarser_levels
from sozialanalyse.indicators.standing import comparison_years, describe_standing, select_years
from sozialanalyse.parameters import IndexRules, Parameters, fail_if_misspelt, read_parameters
from sozialanalyse.planning_rules import planning_check
from sozialanalyse.project import chosen_folder
from sozialanalyse.report.maps import simplify_for_maps
from sozialanalyse.report.numbers import join_words
from sozialanalyse.report.text import count_word
from sozialanalyse.report.view import Analysis, IndexView
from sozialanalyse.vocabulary import POPULATION

__all__ = ["analyse", "keep_analysis", "load_analysis"]

_MOST_KEPT: Final = 4
_kept: dict[tuple[Path, Path, str], Analysis] = {}


def analyse(dataset: Dataset, parameters: Parameters) -> Analysis:
    """Carry out the whole flow for a dataset.

    Parameters
    ----------
    dataset : Dataset
        A validated dataset.
    parameters : Parameters
        Rules and year of comparison.

    Returns
    -------
    Analysis
        Everything that pages are made from. Cells are hidden once, over all areas, levels and years; all
        that is computed afterwards sees released cells only, and so can reveal nothing.
    """
    computed = compute_values(dataset, confidence=parameters.confidence)
    parents = dataset.areas["parent_id"]
    values = release_values(
        computed.frame,
        dataset.indicators["kind"],
        parameters.disclosure,
        parents=parents,
        labels=dataset.indicators,
    )
    years = comparison_years(values.frame, [level.level for level in dataset.levels], parameters.year)
    if parameters.year != "latest" and not years:
        there = values.frame.loc[values.frame["value"].notna(), "year"]
        span = f" Es gibt Werte von {there.min()} bis {there.max()}." if len(there) else ""
        raise ParameterError(f"Für das Jahr {parameters.year} enthält der Datensatz keinen Wert.{span}")
    compared = values.derive("compared values", lambda frame: select_years(frame, years))
    confidence = parameters.confidence
    windows = {str(key): int(years) for key, years in pooled_years(dataset.indicators).items()}
    index, index_missing = _index(compared, dataset, parameters.index)
    population = None
    if dataset.population is not None:
        population = release_population(
            add_coarser_levels(dataset.population, dataset.areas), parameters.disclosure, parents=parents
        )
    return Analysis(
        title=dataset.title,
        synthetic=dataset.synthetic,
        levels=dataset.levels,
        areas=dataset.areas.assign(distinct_name=dataset.distinct_names),
        indicators=dataset.indicators,
        geometry=simplify_for_maps(dataset.geometry, dataset.areas, dataset.finest_level),
        schematic_geometry=dataset.schematic_geometry,
        adjacency=dataset.adjacency,
        licenses=dataset.licenses,
        sources=dataset.sources,
        attribution=dataset.attribution,
        planning=dataset.planning,
        remarks=dataset.remarks + computed.remarks,
        rules=parameters.disclosure,
        confidence=confidence,
        years=years,
        values=values,
        current=compared.derive(
            "current values", lambda frame: describe_standing(frame, dataset, confidence=confidence)
        ),
        trends=values.derive(
            "trends", lambda frame: describe_trends(frame, windows=windows, confidence=confidence)
        ),
        medians=values.derive("medians", _medians),
        population=population,
        index=index,
        index_missing=index_missing,
    )


def _medians(frame: pd.DataFrame) -> pd.DataFrame:
    known = frame[frame["value"].notna()]
    grouped = known.groupby(["level", "indicator_id", "year"], observed=True)["value"].median()
    return grouped.rename("median").reset_index()


def _index(compared: ReleasedTable, dataset: Dataset, rules: IndexRules) -> tuple[IndexView | None, str]:
    """Build the index or the one that stands in for it; return it, or why there is none."""
    catalogue = dataset.indicators
    fail_if_misspelt(rules, catalogue.index)
    frame = compared.where(level=dataset.finest_level).frame
    frame = frame[frame["value"].notna()]
    there = set(frame["indicator_id"].astype(str))
    alike: set[str] = set() if rules.spec.normalisation == "goalposts" else _alike(frame)
    present = tuple(key for key in rules.spec.indicators if key in there - alike)
    wanted_count = len(rules.spec.indicators)
    if len(present) >= rules.minimum_indicators:
        chosen, title, asked = _only(rules.spec, present), rules.title, list(rules.spec.indicators)
        description = rules.description.replace("{Anzahl}", _of_all(len(present), wanted_count))
    else:
        # A number of cases grows with the size of its area, and says nothing of how burdened it is.
        wanted = (
            catalogue["domain"].isin(rules.fallback_domains)
            & (catalogue["direction"] != "neutral")
            & (catalogue["kind"] != "count")
        )
        candidates = [str(key) for key in catalogue.index[wanted] if key in there]
        substitute = tuple(key for key in candidates if key not in alike)
        if len(substitute) < rules.fallback_minimum:
            return None, (
                f"Kein {rules.title}: Der Datensatz hat {len(present)} der {wanted_count} "
                f"Indikatoren; mindestens {rules.minimum_indicators} müssen es sein."
            )
        chosen = _substitute(rules, substitute)
        title, asked = rules.fallback_title, candidates
        description = rules.fallback_description.replace("{Anzahl}", count_word(wanted_count))
    try:
        result = build_index(_index_data(frame, dataset, chosen.indicators), chosen)
    except MethodError as error:
        return None, f"Kein {title}: {error}"
    left_out = [key for key in asked if key in alike]
    notes = (*_absent_notes(rules, there, catalogue), *_alike_notes(left_out, catalogue), *result.notes)
    return (
        IndexView(
            areas=compared.derive("index", lambda _: _area_frame(result)),
            parts=compared.derive("parts of the index", lambda _: _part_frame(result)),
            title=title,
            description=description,
            class_labels=result.class_labels,
            spec=chosen,
            notes=notes,
        ),
        "",
    )


def _of_all(used: int, wanted: int) -> str:
    return count_word(wanted) if used == wanted else f"{count_word(used)} der {count_word(wanted)}"


def _absent_notes(rules: IndexRules, there: set[str], catalogue: pd.DataFrame) -> tuple[str, ...]:
    """Say which indicators of the Sozialindex have no values, and which the dataset does not even know."""
    wanted = rules.spec.indicators
    empty = [str(catalogue["label"][key]) for key in wanted if key in catalogue.index and key not in there]
    unknown = [key for key in wanted if key not in catalogue.index]
    notes = []
    if empty:
        notes.append(f"Ohne {join_words(empty)}: Der Datensatz enthält dafür keine Werte.")
    if unknown:
        named = join_words([f"»{rules.labels.get(key, key)}«" for key in unknown])
        notes.append(f"Der Datensatz kennt von den Indikatoren des Sozialindex nicht: {named}.")
    return tuple(notes)


def _alike(frame: pd.DataFrame) -> set[str]:
    """Return the indicators that tell no area from another: no index can use them."""
    wide = frame.pivot_table(index="area_id", columns="indicator_id", values="value", observed=True)
    return set(wide.columns[~varying(wide.to_numpy(dtype=np.float64))].astype(str))


def _alike_notes(keys: list[str], catalogue: pd.DataFrame) -> tuple[str, ...]:
    if not keys:
        return ()
    named = join_words([f"»{catalogue['label'][key]}«" for key in keys])
    return (f"Ohne {named}: Alle Gebiete haben denselben Wert.",)


def _only(spec: IndexSpec, indicators: tuple[str, ...]) -> IndexSpec:
    """Return the specification for some of its indicators."""
    chosen = [position for position, key in enumerate(spec.indicators) if key in indicators]
    per_indicator: dict[str, Any] = {}
    for name in ("domains", "directions", "weights", "goalposts", "references"):
        entries = getattr(spec, name)
        per_indicator[name] = tuple(entries[position] for position in chosen) if entries else ()
    weight_of = dict(zip(spec.domain_names, spec.domain_weights, strict=False))
    left = tuple(weight_of[domain] for domain in dict.fromkeys(per_indicator["domains"]) if weight_of)
    return replace(spec, indicators=indicators, domain_weights=left, **per_indicator)


def _substitute(rules: IndexRules, indicators: tuple[str, ...]) -> IndexSpec:
    """Return the specification for other indicators: what it says of single ones or of domains is gone."""
    spec = rules.spec
    return replace(
        spec,
        indicators=indicators,
        domains=(),
        directions=(),
        weights=(),
        domain_weights=(),
        goalposts=(),
        references=(),
        weighting="equal" if spec.weighting == "given" else spec.weighting,
        normalisation="z" if spec.normalisation in {"scaled", "goalposts"} else spec.normalisation,
        domain_aggregation="arithmetic",
        domain_normalisation="none",
        classes=replace(spec.classes, labels=rules.fallback_labels),
    )


def _index_data(frame: pd.DataFrame, dataset: Dataset, indicators: tuple[str, ...]) -> IndexData:
    areas = dataset.areas[dataset.areas["level"] == dataset.finest_level]
    wide = frame.pivot_table(index="area_id", columns="indicator_id", values="value", observed=True)
    wide = wide.reindex(index=areas.index, columns=list(dict.fromkeys((*indicators, POPULATION))))
    return IndexData(
        area_ids=tuple(str(key) for key in wide.index),
        indicator_ids=indicators,
        values=wide[list(indicators)].to_numpy(dtype=np.float64),
        population=wide[POPULATION].to_numpy(dtype=np.float64),
        directions=tuple(str(dataset.indicators["direction"][key]) for key in indicators),
        groups=tuple(str(key) for key in areas["parent_id"]),
    )


def _area_frame(result: IndexResult) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "area_id": result.area_ids,
            "index": result.index,
            "rank": result.rank,
            "ranked": int(np.isfinite(result.index).sum()),
            "class_index": result.class_index,
            "missing": result.missing.any(axis=1),
        }
    )


def _part_frame(result: IndexResult) -> pd.DataFrame:
    areas, indicators = result.parts.shape
    return pd.DataFrame(
        {
            "area_id": np.repeat(np.asarray(result.area_ids, dtype=object), indicators),
            "indicator_id": np.tile(np.asarray(result.indicator_ids, dtype=object), areas),
            "part": result.parts.reshape(-1),
        }
    )


def load_analysis(data_dir: str = "", parameters_dir: str = "", *, year: str = "latest") -> Analysis:
    """Read a dataset and the rules, and carry out the whole flow; the same call is answered from memory.

    Parameters
    ----------
    data_dir, parameters_dir : str
        Folders; ``""`` means those of the batch (environment), else the embedded ones.
    year : str
        Year of comparison such as ``"2021"``, or ``"latest"``.

    Raises
    ------
    ParameterError
        If a folder, a rule or the year is not valid.
    DatasetError
        If the dataset breaks its form; carries all faults.
    """
    if not (year == "latest" or (isinstance(year, str) and year.isdecimal() and len(year) == 4)):
        raise ParameterError(
            '»year« muss ein Jahr in Anführungszeichen sein, zum Beispiel "2021", oder "latest".'
        )
    key = (chosen_folder("data", data_dir), chosen_folder("parameters", parameters_dir), year)
    if key not in _kept:
        data, parameters, _ = key
        dataset = read_dataset(data, planning_check(parameters))
        result = analyse(dataset, replace(read_parameters(parameters), year=year))
        keep_analysis(result, data_dir, parameters_dir, year=year)
    return _kept[key]


def keep_analysis(
    analysis: Analysis, data_dir: str = "", parameters_dir: str = "", *, year: str = "latest"
) -> None:
    """Let `load_analysis` answer with this analysis, which another process has made, to the same arguments.

    Parameters
    ----------
    analysis : Analysis
        What `load_analysis` returned there.
    data_dir, parameters_dir, year : str
        What it was called with; the environment must be the same.
    """
    while len(_kept) >= _MOST_KEPT:
        del _kept[next(iter(_kept))]
    _kept[chosen_folder("data", data_dir), chosen_folder("parameters", parameters_dir), year] = analysis

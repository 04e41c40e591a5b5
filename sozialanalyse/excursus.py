"""Connections between domains for a loaded analysis: computed when a page asks for them, then remembered.

All that goes in are released cells of one level, so nothing that comes out can reveal a hidden one.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np
import pandas as pd

from sozialanalyse.connections.clusters import clusters
from sozialanalyse.connections.connect import Connections, connect
from sozialanalyse.connections.data import ConnectionData, PanelData
from sozialanalyse.connections.gradient import gradients
from sozialanalyse.connections.spec import ConnectionSpec
from sozialanalyse.connections.table import verdict_frame, way_frame
from sozialanalyse.disclosure.release import ReleasedTable
from sozialanalyse.errors import ParameterError
from sozialanalyse.project import chosen_folder
from sozialanalyse.report.connected import FINEST, ConnectionView, Scope, scope_of
from sozialanalyse.report.numbers import join_words
from sozialanalyse.report.text import count_word
from sozialanalyse.report.view import JUDGED_DOMAINS, Analysis
from sozialanalyse.spatial.weights import known_weights
from sozialanalyse.study_rules import ConnectionRules, read_connection_rules
from sozialanalyse.vocabulary import DOMAIN_LABELS, POPULATION

__all__ = ["connections_of", "parse_domains"]

_PAIR_COLUMNS: Final = (
    "first",
    "second",
    "category",
    "estimate",
    "lower",
    "upper",
    "count",
    "size",
    "agreeing",
    "specifications",
    "construction",
    "reasons",
    "sentence",
)
_TEST_COLUMNS: Final = (
    "partial",
    "partial_lower",
    "partial_upper",
    "boot_lower",
    "boot_upper",
    "p_permutation",
)
_MODEL_COLUMNS: Final = ("family", "measure", "effect", "effect_lower", "effect_upper", "per_points", "step")


def parse_domains(text: str) -> tuple[str, ...]:
    """Read a list of domains such as ``"poverty,education"``, in the usual order.

    Raises
    ------
    ParameterError
        If a name is unknown or doubled, or there are fewer than two.

    Examples
    --------
    >>> parse_domains("health, poverty")
    ('poverty', 'health')
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in JUDGED_DOMAINS]
    if unknown:
        raise ParameterError(
            f"»domains« kennt nicht: {', '.join(unknown)}. Erlaubt: {', '.join(JUDGED_DOMAINS)}."
        )
    if len(set(names)) < max(2, len(names)):
        raise ParameterError(
            "»domains« braucht mindestens zwei verschiedene Bereiche, durch Komma getrennt, "
            'zum Beispiel "poverty,education".'
        )
    return tuple(domain for domain in JUDGED_DOMAINS if domain in names)


def connections_of(
    analysis: Analysis,
    domains: str,
    parameters_dir: str = "",
    area_id: str = "",
    level: str = FINEST,
) -> ConnectionView:
    """Return the connections between indicators of some domains; the same call is answered from memory.

    Parameters
    ----------
    analysis : Analysis
        A loaded analysis; only its released tables are used.
    domains : str
        At least two of ``poverty, education, health, environment, housing``, separated by commas.
    parameters_dir : str
        Folder with the rules; ``""`` means that of the batch (environment), else the embedded one.
    area_id : str
        Only areas inside this one are compared; ``""``: all.
    level : str
        The level whose areas are compared, finer than that of `area_id`; ``"finest"`` is that of any dataset.

    Raises
    ------
    ParameterError
        If a domain, the area or the level is unknown, the area has no areas of the level inside, or a rule
        is not valid.
    """
    rules = read_connection_rules(chosen_folder("parameters", parameters_dir))
    asked = parse_domains(domains), rules, scope_of(analysis, area_id, level)
    return analysis.keep(("connections", *asked), partial(_compute, analysis, *asked), followed=False)


def _compute(
    analysis: Analysis, domains: tuple[str, ...], rules: ConnectionRules, scope: Scope
) -> ConnectionView:
    chosen, remarks = _chosen(analysis, domains, rules, scope)
    present = tuple(d for d in domains if (analysis.indicators.loc[list(chosen), "domain"] == d).any())
    covariates = tuple(name for name in rules.spec.covariates if name in analysis.years)
    spec = replace(rules.spec, covariates=covariates, confidence=analysis.confidence)
    if len(scope.keys) < spec.minimum_areas:
        few = len(scope.keys)
        missing = (
            f"Daten reichen nicht: In {analysis.area(scope.area_id).name} gibt es {count_word(few, 'ein')} "
            f"{'Gebiet' if few == 1 else 'Gebiete'} der Ebene {scope.level.label}; ein Urteil über "
            f"Zusammenhänge braucht mindestens {spec.minimum_areas}."
        )
        return _empty(analysis, domains, missing, spec, scope, ())
    if len(present) < 2:
        absent = ", ".join(DOMAIN_LABELS[domain] for domain in domains if domain not in present)
        missing = (
            f"Daten reichen nicht: Der Datensatz hat auf der Ebene {scope.level.label} zu wenige Werte für "
            f"{absent}; nötig sind mindestens {spec.minimum_areas} Gebiete mit Werten in zwei Bereichen."
        )
        return _empty(analysis, domains, missing, spec, scope, remarks)
    data = _data(analysis, (*chosen, *covariates), scope, spec)
    found = connect(data, spec, domains=domains)
    remarks += found.remarks + _islands(analysis, found)
    if not np.isfinite(data.numerators[:, : len(chosen)]).any():
        remarks += (
            "Der Datensatz enthält Werte ohne Fallzahlen. Modelle, die auf Fallzahlen beruhen, entfallen; an "
            "ihre Stelle tritt für alle Indikatoren die gewöhnliche Regression.",
        )
    ordered_by = chosen[0]
    gradient, slopes = gradients(data, chosen, ordered_by, spec.confidence)
    source = analysis.current

    def released(name: str, frame: pd.DataFrame) -> ReleasedTable:
        return source.derive(name, lambda _: frame)

    pairs = _pair_frame(found, data)
    lead = _lead(pairs)
    return ConnectionView(
        analysis=analysis,
        scope=scope,
        domains=domains,
        indicator_ids=chosen,
        missing="",
        pairs=released("connections", pairs),
        ways=released("ways of computing", way_frame(found, data)),
        lead=lead,
        fit=released("model", _fit_frame(found, lead)),
        areas=released("compared values", _area_frame(data, len(chosen))),
        moran=released(
            "resemblance of neighbours",
            pd.DataFrame(
                {
                    "indicator_id": list(found.association.indicator_ids),
                    "statistic": found.moran,
                    "p": found.moran_p,
                }
            ),
        ),
        clusters=released("clusters", clusters(data, lead or (), rules.local_permutations, spec.seed)),
        gradient=released("gradient", gradient),
        slopes=released("slopes", slopes),
        ordered_by=ordered_by,
        weighted=data.population is not None and bool(np.isfinite(data.population).all()),
        covariates=covariates,
        confidence=spec.confidence,
        smallest_effect=spec.smallest_effect,
        permutations=spec.permutations,
        bootstrap=spec.bootstrap,
        neighbours=found.association.spatial,
        panel_years=0 if data.panel is None else len(data.panel.years),
        told_pairs=spec.told_pairs,
        remarks=remarks,
    )


def _empty(
    analysis: Analysis,
    domains: tuple[str, ...],
    missing: str,
    spec: ConnectionSpec,
    scope: Scope,
    remarks: tuple[str, ...],
) -> ConnectionView:
    def nothing(name: str, *columns: str) -> ReleasedTable:
        return analysis.current.derive(name, lambda _: pd.DataFrame(columns=list(columns)))

    return ConnectionView(
        analysis=analysis,
        scope=scope,
        domains=domains,
        indicator_ids=(),
        missing=missing,
        pairs=nothing("connections", *_PAIR_COLUMNS, *_MODEL_COLUMNS, *_TEST_COLUMNS),
        ways=nothing("ways of computing", "first", "second"),
        lead=None,
        fit=nothing("model", "x", "predicted", "lower", "upper"),
        areas=nothing("compared values", "area_id", "indicator_id", "value", "people"),
        moran=nothing("resemblance of neighbours", "indicator_id", "statistic", "p"),
        clusters=nothing("clusters", "area_id", "indicator_id"),
        gradient=nothing("gradient", "indicator_id"),
        slopes=nothing("slopes", "indicator_id", "sii"),
        ordered_by="",
        weighted=False,
        covariates=(),
        confidence=spec.confidence,
        smallest_effect=spec.smallest_effect,
        permutations=spec.permutations,
        bootstrap=spec.bootstrap,
        neighbours=False,
        panel_years=0,
        told_pairs=spec.told_pairs,
        remarks=remarks,
    )


def _islands(analysis: Analysis, found: Connections) -> tuple[str, ...]:
    """Name the areas that have no neighbour among those compared."""
    names = [str(analysis.areas.loc[key, "distinct_name"]) for key in found.islands]
    if not names:
        return ()
    return (
        f"Ohne gemeinsame Grenze mit einem anderen der verglichenen Gebiete: {join_words(names)}. Wo Werte "
        "mit denen der Nachbarn verglichen werden, zählen diese Gebiete nicht mit, und ein räumliches Modell "
        "entfällt.",
    )


def _chosen(
    analysis: Analysis, domains: tuple[str, ...], rules: ConnectionRules, scope: Scope
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Choose indicators by the catalogue's order and the areas with values; say what is left out."""
    most = rules.most_of_two_domains if len(domains) == 2 else rules.most_of_many_domains
    frame = scope.rows(analysis.current)
    frame = frame[frame["value"].notna()]
    areas = frame.groupby(frame["indicator_id"].astype(str))["area_id"].nunique()
    varied = frame.groupby(frame["indicator_id"].astype(str))["value"].std() > 0
    catalogue = analysis.indicators
    chosen: list[str] = []
    sparse: list[str] = []
    surplus = 0
    for domain in domains:
        rows = catalogue[(catalogue["domain"] == domain) & (catalogue["kind"] != "count")]
        # Indicators with a good and a bad end come first: only of these can be said that burdens meet.
        ordered = [str(k) for k in rows.index[rows["direction"] != "neutral"]]
        ordered += [str(k) for k in rows.index[rows["direction"] == "neutral"]]
        enough = [k for k in ordered if areas.get(k, 0) >= rules.spec.minimum_areas and bool(varied[k])]
        sparse += [str(catalogue["label"][k]) for k in ordered if k not in enough]
        surplus += max(0, len(enough) - most)
        chosen += enough[:most]
    remarks: tuple[str, ...] = ()
    if sparse:
        remarks += (
            f"Nicht verglichen, weil weniger als {rules.spec.minimum_areas} Gebiete Werte haben: "
            f"{', '.join(sparse)}.",
        )
    if surplus:
        remarks += (
            f"Je Bereich sind die ersten {most} Indikatoren des Katalogs verglichen, ausgewählt vor der "
            f"Rechnung und ohne Blick auf das Ergebnis; {surplus} weitere bleiben hier außer Betracht.",
        )
    return tuple(chosen), remarks


def _data(
    analysis: Analysis, indicators: tuple[str, ...], scope: Scope, spec: ConnectionSpec
) -> ConnectionData:
    keys = list(scope.keys)
    wanted = list(dict.fromkeys((*indicators, POPULATION)))
    frame = scope.rows(analysis.current, wanted)

    def wide(column: str) -> pd.DataFrame:
        table = frame.pivot_table(index="area_id", columns="indicator_id", values=column, observed=True)
        return table.reindex(index=keys, columns=wanted)

    values = wide("value")
    people = values.pop(POPULATION).to_numpy(dtype=np.float64) if POPULATION not in indicators else None
    catalogue = analysis.indicators.loc[list(indicators)]

    def text(column: str) -> tuple[str, ...]:
        return tuple(catalogue[column].astype(str))

    return ConnectionData(
        area_ids=tuple(keys),
        group_ids=tuple(analysis.areas.loc[keys, "parent_id"].astype(str)),
        indicator_ids=indicators,
        labels=text("label"),
        domains=text("domain"),
        kinds=text("kind"),
        directions=text("direction"),
        units=text("unit"),
        values=values.to_numpy(dtype=np.float64),
        numerators=wide("numerator")[list(indicators)].to_numpy(dtype=np.float64),
        denominators=wide("denominator")[list(indicators)].to_numpy(dtype=np.float64),
        factors=catalogue["factor"].to_numpy(dtype=np.float64),
        numerator_labels=text("numerator_label")
        if "numerator_label" in catalogue
        else ("",) * len(indicators),
        denominator_labels=(
            text("denominator_label") if "denominator_label" in catalogue else ("",) * len(indicators)
        ),
        population=None if people is None or not np.isfinite(people).all() else people,
        neighbours=known_weights(keys, analysis.adjacency, analysis.geometry, nearest=spec.wanted_neighbours),
        panel=_panel(analysis, indicators, scope),
        group_label=scope.coarser.label,
    )


def _panel(analysis: Analysis, indicators: tuple[str, ...], scope: Scope) -> PanelData | None:
    table = analysis.values  # noqa: PD011 (a released table, not an array)
    frame = scope.rows(table, list(indicators))
    frame = frame[frame["value"].notna()]
    years = tuple(int(year) for year in np.unique(frame["year"]))
    if len(years) < 3:
        return None
    area = pd.Index(scope.keys).get_indexer(pd.Index(frame["area_id"].astype(str)))
    column = pd.Index(list(indicators)).get_indexer(pd.Index(frame["indicator_id"].astype(str)))
    year = np.searchsorted(np.asarray(years), frame["year"].to_numpy())
    values = np.full((len(years), len(scope.keys), len(indicators)), np.nan)
    values[year, area, column] = frame["value"].to_numpy(dtype=np.float64)
    return PanelData(years, values)


def _lead(pairs: pd.DataFrame) -> tuple[str, str] | None:
    """Return the first pair with a coefficient, if possible one that is not made from the same numbers."""
    known = pairs[pairs["estimate"].notna()]
    apart = known[known["construction"].isin(["", "shared_denominator"])]
    rows = apart if len(apart) else known
    return (str(rows["first"].iloc[0]), str(rows["second"].iloc[0])) if len(rows) else None


def _fit_frame(found: Connections, lead: tuple[str, str] | None) -> pd.DataFrame:
    model = None if lead is None else found.between(*lead)[0].model
    columns = {
        "x": "fifths",
        "predicted": "predicted",
        "lower": "predicted_lower",
        "upper": "predicted_upper",
    }
    if model is None:
        return pd.DataFrame(columns=list(columns))
    return pd.DataFrame({name: getattr(model, field) for name, field in columns.items()})


def _pair_frame(found: Connections, data: ConnectionData) -> pd.DataFrame:
    frame = verdict_frame(found)
    models = []
    for pair in found.evidence:
        model = pair.model
        if model is None:
            models.append((pair.first, pair.second, "", "", np.nan, np.nan, np.nan, False, np.nan))
            continue
        # Ten points are the plainer step, but not where areas seldom lie so far apart.
        column = data.values[:, data.column(pair.first)]  # noqa: PD011 (an array)
        spread = float(np.nanstd(column, ddof=1))
        points = model.per_ten_points is not None and spread * 2 >= 10.0
        effect = model.per_ten_points if points and model.per_ten_points is not None else model.per_sd
        step = 10.0 if points else spread
        bounds = (effect.estimate, effect.lower, effect.upper)
        models.append((pair.first, pair.second, model.family, model.measure, *bounds, points, step))
    extra = pd.DataFrame(models, columns=["first", "second", *_MODEL_COLUMNS])
    frame = frame.merge(extra, on=["first", "second"], how="left", validate="one_to_one")
    table = found.association.of(found.spec.method)
    place = pd.Index(found.association.indicator_ids)
    cells = place.get_indexer(pd.Index(frame["first"])), place.get_indexer(pd.Index(frame["second"]))
    tests = (
        table.partial,
        table.lower_partial,
        table.upper_partial,
        table.lower_bootstrap,
        table.upper_bootstrap,
        table.p_permutation,
    )
    return frame.assign(**{name: test[cells] for name, test in zip(_TEST_COLUMNS, tests, strict=True)})


def _area_frame(data: ConnectionData, indicators: int) -> pd.DataFrame:
    people = np.ones(len(data.area_ids)) if data.population is None else data.population
    return pd.DataFrame(
        {
            "area_id": np.repeat(np.asarray(data.area_ids, dtype=object), indicators),
            "indicator_id": np.tile(
                np.asarray(data.indicator_ids[:indicators], dtype=object), len(data.area_ids)
            ),
            "value": data.values[:, :indicators].reshape(-1),  # noqa: PD011 (an array)
            "people": np.repeat(people, indicators),
        }
    )

"""Rules for observations, population and neighbours: known keys, possible counts, values that follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from sozialanalyse.dataset.cell_rules import cell_rules, each_word, no_doubles
from sozialanalyse.dataset.frames import TypedTable
from sozialanalyse.dataset.numbers import Cell
from sozialanalyse.dataset.rules import Rule, broken_rules
from sozialanalyse.dataset.tabular import missing_column, similar_to
from sozialanalyse.errors import Fault

__all__ = [
    "adjacency_faults",
    "observation_faults",
    "observation_remarks",
    "population_faults",
    "value_agrees",
]

_MAX_DECIMALS = 6


def _unknown_key(code: str, column: str, table: str, known: pd.Index | None) -> list[Rule]:
    """Return the rule that a key occurs in another table; none if that table could not be read."""
    if known is None:
        return []

    def message(checked: TypedTable, kept: pd.Series[bool]) -> str:
        unknown = checked.frame.loc[~kept, column].astype(str)
        padless = unknown.str.lstrip("0").isin(known.astype(str).str.lstrip("0")).sum()
        hint = f" Bei {padless} davon weichen nur führende Nullen ab." if padless else ""
        return f"Der Schlüssel kommt in der Tabelle »{table}« nicht vor.{hint}"

    def holds(frame: pd.DataFrame) -> pd.Series[bool]:
        return each_word(frame[column], lambda word: word.isin(known) | (word == ""))

    remedy = f"Den Schlüssel berichtigen oder in »{table}« ergänzen."
    return [Rule(code, column, holds, message, remedy)]


def value_agrees(value: pd.Series, computed: pd.Series) -> pd.Series[bool]:
    """Tell whether a delivered value is the computed one, rounded to as many decimals as it shows.

    Parameters
    ----------
    value, computed : Series of float, shape (n,)
        In the unit of the indicator.

    Returns
    -------
    Series of bool, shape (n,)
        True also where one of the two is missing.

    Examples
    --------
    >>> value_agrees(pd.Series([12.3, 12.3, 12.0]), pd.Series([12.34, 12.36, 12.4])).tolist()
    [True, False, True]
    """
    tolerance = pd.Series(0.5 * 10.0**-_MAX_DECIMALS, index=value.index)
    for decimals in range(_MAX_DECIMALS, -1, -1):
        scaled = value * 10.0**decimals
        shown = (scaled - scaled.round()).abs() <= 1e-6
        tolerance = tolerance.mask(shown, 0.5 * 10.0**-decimals)
    return ~((value - computed).abs() > tolerance + 1e-9 * computed.abs())


def _value_follows(frame: pd.DataFrame) -> pd.Series[bool]:
    kept = pd.Series(True, index=frame.index)
    given = frame[frame["is_ratio"] & frame["value"].notna() & (frame["denominator"] > 0)]
    computed = given["numerator"] / given["denominator"] * given["factor"]
    kept[given.index] = value_agrees(given["value"], computed)
    return kept


_OBSERVATION_RULES: tuple[Rule, ...] = (
    no_doubles("observation_duplicate", "", ["area_id", "indicator_id", "year"], ["sex", "age_group"]),
    Rule(
        "count_without_value",
        "value",
        lambda frame: ~(frame["is_count"] & (frame["value.cell"] == Cell.BLANK)),
        "Bei einer Anzahl (kind »count«) fehlt der Wert.",
        "Die Anzahl in »value« eintragen; ist sie nicht bekannt, ein Zeichen nach DIN 55301 setzen.",
        needs=("is_count",),
    ),
    Rule(
        "numerator_unexpected",
        "numerator",
        lambda frame: ~((frame["is_count"] | frame["is_score"]) & (frame["numerator.cell"] != Cell.BLANK)),
        "Anzahlen und Kennwerte (kind »count«, »score«) haben keinen Zähler.",
        "Die Zahl in »value« schreiben oder beim Indikator »kind« berichtigen.",
        needs=("is_count", "is_score"),
    ),
    Rule(
        "denominator_missing",
        "denominator",
        lambda frame: (
            ~(frame["is_ratio"] & frame["numerator"].notna() & (frame["denominator.cell"] == Cell.BLANK))
        ),
        "Zum Zähler fehlt der Nenner.",
        "Den Nenner eintragen; ist er nicht bekannt, ein Zeichen nach DIN 55301 setzen.",
        needs=("is_ratio", "numerator"),
    ),
    Rule(
        "value_without_numerator",
        "numerator",
        lambda frame: (
            ~(
                frame["is_ratio"]
                & frame["value"].notna()
                & frame["numerator.cell"].isin([Cell.BLANK, Cell.SIGN])
                & frame["numerator"].isna()
            )
        ),
        "Anteile und Raten (kind »proportion«, »rate«) werden aus Zähler und Nenner berechnet; "
        "hier steht ein Wert ohne Zähler.",
        "Zähler und Nenner eintragen; gibt es nur Werte, beim Indikator »score« angeben.",
        needs=("is_ratio", "value"),
    ),
    Rule(
        "numerator_negative",
        "numerator",
        lambda frame: ~(frame["numerator"] < 0),
        "Der Zähler ist negativ.",
        "Die Zahl berichtigen.",
    ),
    Rule(
        "denominator_negative",
        "denominator",
        lambda frame: ~(frame["denominator"] < 0),
        "Der Nenner ist negativ.",
        "Die Zahl berichtigen.",
    ),
    Rule(
        "count_negative",
        "value",
        lambda frame: ~(frame["is_count"] & (frame["value"] < 0)),
        "Die Anzahl ist negativ.",
        "Die Zahl berichtigen; für Salden beim Indikator »score« angeben.",
        needs=("is_count",),
    ),
    Rule(
        "denominator_zero",
        "denominator",
        lambda frame: ~(frame["is_ratio"] & (frame["denominator"] == 0) & (frame["numerator"] > 0)),
        "Der Nenner ist 0, obwohl es Fälle im Zähler gibt.",
        "Zähler oder Nenner berichtigen.",
        needs=("is_ratio", "numerator"),
    ),
    Rule(
        "numerator_above_denominator",
        "numerator",
        lambda frame: (
            ~(
                frame["is_proportion"]
                & (frame["numerator"] > frame["denominator"])
                & (frame["denominator"] > 0)
            )
        ),
        "Bei einem Anteil (kind »proportion«) ist der Zähler größer als der Nenner.",
        "Zähler und Nenner prüfen; zählt der Zähler Ereignisse, beim Indikator »rate« angeben.",
        needs=("is_proportion", "denominator"),
    ),
    Rule(
        "value_deviates",
        "value",
        _value_follows,
        "Der Wert weicht von Zähler / Nenner × Faktor ab.",
        "Die Zahlen prüfen oder die Zelle leeren: Der Wert wird berechnet.",
        needs=("is_ratio", "numerator", "denominator", "factor"),
    ),
)

_POPULATION_RULES: tuple[Rule, ...] = (
    no_doubles("population_duplicate", "", ["area_id", "year", "sex", "age_group"]),
    Rule(
        "count_negative",
        "count",
        lambda frame: ~(frame["count"] < 0),
        "Die Zahl der Menschen ist negativ.",
        "Die Zahl berichtigen.",
    ),
    Rule(
        "count_not_whole",
        "count",
        lambda frame: frame["count"].isna() | (frame["count"] % 1 == 0),
        "Die Zahl der Menschen ist keine ganze Zahl.",
        "Die Zahl berichtigen; meist ist ein Punkt für Tausender als Dezimalpunkt gelesen worden.",
    ),
)


_NOT_ITSELF = Rule(
    "neighbour_itself",
    "neighbour_id",
    lambda frame: (
        (frame["area_id"].astype(str) != frame["neighbour_id"].astype(str)) | (frame["area_id"] == "")
    ),
    "Ein Gebiet ist als sein eigener Nachbar eingetragen.",
    "Die Zeile streichen oder den Schlüssel berichtigen.",
    needs=("area_id",),
)


def _with_indicators(frame: pd.DataFrame, indicators: pd.DataFrame | None) -> pd.DataFrame:
    """Add what the indicator of each row says: its factor and marks of its kind."""
    if indicators is None or "indicator_id" not in frame:
        return frame
    words = frame["indicator_id"].cat.categories
    codes = frame["indicator_id"].cat.codes.to_numpy()
    known = indicators[~indicators["indicator_id"].duplicated()].set_index("indicator_id").reindex(words)
    joined = {}
    if "kind" in known:
        kinds = known["kind"].astype(object)
        for mark, allowed in {
            "is_count": ["count"],
            "is_score": ["score"],
            "is_proportion": ["proportion"],
            "is_ratio": ["proportion", "rate"],
        }.items():
            joined[mark] = kinds.isin(allowed).to_numpy()[codes]
    if "factor" in known:
        joined["factor"] = known["factor"].to_numpy()[codes]
    return frame.assign(**joined)


def observation_faults(
    table: TypedTable,
    areas: pd.DataFrame | None,
    indicators: pd.DataFrame | None,
    unknown: Sequence[str] = (),
) -> list[Fault]:
    """Check the observations.

    Parameters
    ----------
    table : TypedTable
        The observations.
    areas, indicators : DataFrame or None
        Typed frames of the other tables; what depends on one that could not be read is not checked.
    unknown : sequence of str
        Columns of the file that the form does not have.

    Returns
    -------
    list of Fault
        All faults of the table.
    """
    table = replace(table, frame=_with_indicators(table.frame, indicators))
    rules = [
        *cell_rules("observations"),
        *_unknown_key("area_unknown", "area_id", "areas", _keys(areas, "area_id")),
        *_unknown_key("indicator_unknown", "indicator_id", "indicators", _keys(indicators, "indicator_id")),
        *_OBSERVATION_RULES,
    ]
    return _missing_numbers(table, unknown) + broken_rules(table, rules)


def _missing_numbers(table: TypedTable, unknown: Sequence[str]) -> list[Fault]:
    """Return the faults of number columns that an indicator needs; a misspelt one is a fault already."""
    frame = table.frame
    needs = {"numerator": ["is_ratio"], "denominator": ["is_ratio"], "value": ["is_count", "is_score"]}
    return [
        missing_column(table.file, column, ())
        for column, marks in needs.items()
        if column not in frame
        and not similar_to(column, unknown)
        and any(frame[mark].any() for mark in marks if mark in frame)
    ]


def population_faults(table: TypedTable, areas: pd.DataFrame | None) -> list[Fault]:
    """Check the population; parameters and result as in `observation_faults`."""
    unknown = _unknown_key("area_unknown", "area_id", "areas", _keys(areas, "area_id"))
    return broken_rules(table, [*cell_rules("population"), *unknown, *_POPULATION_RULES])


def adjacency_faults(table: TypedTable, areas: pd.DataFrame | None) -> list[Fault]:
    """Check the table of neighbours; parameters and result as in `observation_faults`."""
    keys = _keys(areas, "area_id")
    unknown = [
        rule
        for column in ("area_id", "neighbour_id")
        for rule in _unknown_key("area_unknown", column, "areas", keys)
    ]
    return broken_rules(table, [*cell_rules("adjacency"), *unknown, _NOT_ITSELF])


def _keys(frame: pd.DataFrame | None, column: str) -> pd.Index[str] | None:
    """Return the keys of a table, or None if it has none."""
    if frame is None or column not in frame:
        return None
    return frame[column].cat.categories


def observation_remarks(table: TypedTable, indicators: pd.DataFrame) -> list[str]:
    """Say what is odd about faultless observations.

    Parameters
    ----------
    table : TypedTable
        The observations.
    indicators : DataFrame
        Typed frame of the indicators.

    Returns
    -------
    list of str
        German sentences with counts, never with values.
    """
    frame = _with_indicators(table.frame, indicators)
    used = frame["indicator_id"].cat.categories
    unused = indicators.loc[~indicators["indicator_id"].isin(used), "label"].astype(str)
    blank_ratio = frame["is_ratio"] & (frame["numerator.cell"] == Cell.BLANK)
    blank_score = frame["is_score"] & (frame["value.cell"] == Cell.BLANK)
    counts = frame[["numerator", "denominator"]].where(frame["is_ratio"])
    counts["value"] = frame["value"].where(frame["is_count"])
    broken = ((counts % 1) > 0).any(axis="columns")
    findings = {
        "weder Zähler noch Zeichen nach DIN 55301, Anteil oder Rate bleibt leer": blank_ratio,
        "weder Wert noch Zeichen nach DIN 55301": blank_score,
        "Anzahlen, die keine ganzen Zahlen sind (Schätzungen?)": broken,
    }
    counted = {text: int(np.count_nonzero(rows)) for text, rows in findings.items()}
    remarks = [
        f"{table.file}, {count} Zeile{'' if count == 1 else 'n'}: {text}."
        for text, count in counted.items()
        if count
    ]
    if len(unused):
        remarks.append(f"{table.file}: keine Beobachtungen zu {', '.join(unused)}.")
    return remarks

"""Sentences made from data, in plain German, without causal wording."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sozialanalyse.report.numbers import format_number, format_value, join_words
from sozialanalyse.report.view import JUDGED_DOMAINS, Analysis, AreaView, Row, records

__all__ = [
    "count_word",
    "domain_finding",
    "headline_indicators",
    "index_finding",
    "population_finding",
    "profile_sentences",
    "spread_sentences",
    "value_text",
]

MOST_SPREADS = 3
NUMBER_WORDS = (
    "kein",
    "ein",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwölf",
)


def count_word(count: int) -> str:
    """Write small numbers as words."""
    return NUMBER_WORDS[count] if count < len(NUMBER_WORDS) else format_number(count)


def value_text(row: Row) -> str:
    """Write one indicator with what it is compared with: ``SGB-II-Quote 30,1 % (insgesamt 17,1 %)``."""
    decimals = int(row["decimals"])
    text = f"{row['label']} {format_value(row['value'], row['unit'], decimals)}"
    if row["kind"] == "count":
        return text
    if pd.notna(row["city_value"]):
        text += f" (insgesamt {format_value(row['city_value'], row['unit'], decimals)})"
    elif row["ranked"] > 1:
        text += f" (Mitte der Gebiete {format_value(row['level_median'], row['unit'], decimals)})"
    return text


def population_finding(area: AreaView) -> str:
    """Say how many people live in the area, if the dataset has an indicator ``population``."""
    if "population" not in area.analysis.years:
        return ""
    row = area.rows(["population"]).iloc[0]
    if pd.isna(row["value"]):
        return ""
    return f"{format_number(row['value'])} Einwohner*innen ({int(row['year'])})"


def place_sentence(area: AreaView) -> str:
    """Say what the area is, where it lies, and how many people live there."""
    people = population_finding(area)
    if area.is_root:
        finest = area.analysis.levels[-1]
        parts = int((area.analysis.areas["level"] == finest.level).sum())
        division = f"{area.name} umfasst {parts} Gebiete (Ebene {finest.label})."
        return f"{area.name} hat {people}." if people else division
    within = area.root.name if area.parent is None else f"{area.parent.name}, {area.root.name}"
    place = f"{area.level_label} in {within}"
    return f"{area.name} ({place}) hat {people}." if people else f"{area.name}: {place}."


def index_finding(area: AreaView) -> str:
    """Say where the area stands in the Sozialindex; for a coarser area, how its parts are spread."""
    index = area.analysis.index
    if index is None:
        return ""
    frame = index.areas.frame.set_index("area_id")
    if area.area_id in frame.index:
        row = frame.loc[area.area_id]
        if pd.isna(row["index"]):
            return f"Für den {index.title} reichen die Daten hier nicht."
        label = index.class_labels[int(row["class_index"])]
        return (
            f"{index.title}: {label} ({format_number(row['index'], 2)}; Rang {int(row['rank'])} von "
            f"{int(row['ranked'])}, Rang 1 = größte soziale Belastung, niedriger Wert = hohe Belastung)."
        )
    inside = frame.loc[[key for key in descendants(area) if key in frame.index]]
    inside = inside[inside["class_index"] >= 0]
    if not len(inside):
        return ""
    counts = [
        f"{count_word(int(count))} »{index.class_labels[int(code)]}«"
        for code, count in zip(*np.unique(inside["class_index"].to_numpy(), return_counts=True), strict=True)
    ]
    finest = area.analysis.levels[-1].label
    return f"{index.title} der {len(inside)} Gebiete (Ebene {finest}): {join_words(counts)}."


def descendants(area: AreaView) -> list[str]:
    """Return the keys of all areas inside this one, at any depth."""
    keys: list[str] = []
    for child in area.children:
        keys += [child.area_id, *descendants(child)]
    return keys


def profile_sentences(area: AreaView, scored: pd.DataFrame) -> list[str]:
    """Say in a few sentences what marks the area.

    Parameters
    ----------
    area : AreaView
        The area.
    scored : DataFrame
        `assess_rows` of all its indicators with a direction.
    """
    sentences = [place_sentence(area)]
    if finding := index_finding(area):
        sentences.append(finding)
    if area.is_root:
        return sentences + spread_sentences(area)
    certain = scored[scored["assessment"].isin(["worse", "better"])].sort_values(
        "burden", ascending=False, kind="stable"
    )
    place = area.root.name
    for code, word, chosen in (
        ("worse", "Ungünstiger", certain.head(3)),
        ("better", "Günstiger", certain.tail(3).iloc[::-1]),
    ):
        named = [value_text(row) for row in records(chosen).values() if row["assessment"] == code]
        if named:
            sentences.append(f"{word} als in {place} insgesamt: vor allem {join_words(named)}.")
    if not len(certain) and len(scored):
        ranked = scored.dropna(subset=["burden"]).sort_values("burden", ascending=False, kind="stable")
        high = [value_text(row) for row in records(ranked[ranked["burden"] > 0].head(2)).values()]
        low = [value_text(row) for row in records(ranked[ranked["burden"] < 0].tail(2).iloc[::-1]).values()]
        if high:
            sentences.append(f"Am weitesten auf der ungünstigen Seite: {join_words(high)}.")
        if low:
            sentences.append(f"Am weitesten auf der günstigen Seite: {join_words(low)}.")
        if (scored["assessment"] == "similar").any():
            sentences.append(f"Kein Abstand zu {place} insgesamt ist statistisch gesichert.")
        else:
            sentences.append("Wie sicher diese Abstände sind, lässt sich aus den Daten nicht berechnen.")
    return sentences


def spread_sentences(area: AreaView) -> list[str]:
    """Say how far the areas of the finest level lie apart, for the first of the headline indicators."""
    analysis = area.analysis
    keys = [
        key for key in headline_indicators(analysis) if analysis.indicators["domain"][key] != "demography"
    ]
    peers = area.peers(keys).dropna(subset=["value"])
    names = analysis.areas["name"]
    rows = records(area.rows(keys))
    parts = []
    for key in keys[:MOST_SPREADS]:
        values = peers[peers["indicator_id"] == key].sort_values("value", kind="stable")
        if len(values) > 1:
            row, (low, high) = rows[key], (values.iloc[0], values.iloc[-1])
            decimals = int(row["decimals"])
            parts.append(
                f"{row['label']} von {format_value(low['value'], row['unit'], decimals)} "
                f"({names[low['area_id']]}) bis {format_value(high['value'], row['unit'], decimals)} "
                f"({names[high['area_id']]})"
            )
    return (
        [f"Spannweite der Gebiete (Ebene {analysis.levels[-1].label}): {'; '.join(parts)}."] if parts else []
    )


def headline_indicators(analysis: Analysis) -> list[str]:
    """Return the indicators that stand for all: those of the index, then one for each domain without any."""
    chosen = [
        key for key in (analysis.index.indicator_ids if analysis.index else ()) if key in analysis.years
    ]
    covered = set(analysis.indicators.loc[chosen, "domain"])
    for name in JUDGED_DOMAINS:
        rows = analysis.indicators[
            (analysis.indicators["domain"] == name) & (analysis.indicators["kind"] != "count")
        ]
        if name not in covered:
            chosen += [str(key) for key in rows.index if key in analysis.years][:1]
    return chosen


def domain_finding(area: AreaView, rows: pd.DataFrame, domain_label: str) -> str:
    """Say the finding of a domain's chart; this is its text alternative.

    Parameters
    ----------
    area : AreaView
        The area.
    rows : DataFrame
        `assess_rows` of the indicators that are shown.
    domain_label : str
        German name of the domain.
    """
    where = f"{domain_label} in {area.name}"
    listed = "; ".join(value_text(row) for row in records(rows).values())
    if area.is_root:
        return f"{where}: {listed}."
    counts = rows["assessment"].value_counts()
    parts = []
    for code, words in (
        ("worse", "ungünstiger"),
        ("better", "günstiger"),
        ("higher", "höher"),
        ("lower", "niedriger"),
        ("similar", "nicht erkennbar anders"),
        ("unknown", "ohne gesicherten Vergleich"),
    ):
        if counts.get(code, 0):
            parts.append(f"{count_word(int(counts[code]))} {words}")
    if set(counts.index) <= {"unknown"}:
        return f"{where}: {listed}."
    number = (
        "Vom einen gezeigten Indikator ist"
        if len(rows) == 1
        else f"Von {len(rows)} gezeigten Indikatoren sind"
    )
    return f"{where}: {number} gegenüber {area.root.name} insgesamt {join_words(parts)}. {listed}."

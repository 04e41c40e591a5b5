"""Sentences made from data, in plain German, without causal wording."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import pandas as pd

from sozialanalyse.report.assess import certain_rows
from sozialanalyse.report.numbers import format_number, format_spoken, join_words, quoted
from sozialanalyse.report.view import JUDGED_DOMAINS, Analysis, AreaView, IndexView, Row, records

__all__ = [
    "UNRANKED",
    "count_word",
    "domain_finding",
    "for_readers",
    "headline_indicators",
    "index_finding",
    "index_of_parts",
    "place",
    "population_finding",
    "profile_sentences",
    "spans_of_parts",
    "values_text",
]

MOST_SPREADS = 3
MOST_NAMED = 3
_REMEDY = re.compile(r"(?:^|(?<=[.!?]) )Bitte [^.]*(?:\.(?!\s|$)[^.]*)*\.")
TESTED: Final = {"worse": "ungünstiger", "better": "günstiger", "similar": "nicht erkennbar anders"}
"""Findings of a comparison that takes the interval into account, in words."""
UNRANKED = "aber nicht nach Größe zu ordnen, weil zu wenige Gebiete einen Wert haben"
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


def count_word(count: int, one: str = "ein") -> str:
    """Write small numbers as words; `one` is the form of 1 that agrees with its noun."""
    if count == 1:
        return one
    return NUMBER_WORDS[count] if count < len(NUMBER_WORDS) else format_number(count)


def for_readers(message: str) -> str:
    """Return a message of ours without what it asks of those who work with the data.

    Examples
    --------
    >>> for_readers("Das Merkmal ist überall gleich. Bitte es streichen.")
    'Das Merkmal ist überall gleich.'
    """
    return _REMEDY.sub("", message)


def value_text(row: Row) -> str:
    """Write one indicator with what it is compared with: ``»SGB-II-Quote« 30,1 % (insgesamt 17,1 %)``."""

    def spoken(column: str) -> str:
        return format_spoken(row[column], row["unit"], int(row["decimals"]))

    text = f"»{row['label']}« {spoken('value')}"
    if row["kind"] == "count":
        return text
    if pd.notna(row["city_value"]):
        return f"{text} (insgesamt {spoken('city_value')})"
    known = row["ranked"] > 1 and pd.notna(row["level_median"])
    return f"{text} (Mitte der Gebiete {spoken('level_median')})" if known else text


def values_text(rows: pd.DataFrame) -> str:
    """Write several indicators as an enumeration."""
    return join_words([value_text(row) for row in records(rows).values()])


def population_finding(area: AreaView) -> str:
    """Say how many people live in the area, if the dataset has an indicator ``population``."""
    if "population" not in area.analysis.years:
        return ""
    row = area.rows(["population"]).iloc[0]
    if pd.isna(row["value"]):
        return ""
    return f"{format_number(row['value'])} Einwohner*innen ({int(row['year'])})"


def place_sentence(area: AreaView) -> str:
    """Say how many people live in the area, or else what and where it is."""
    if people := population_finding(area):
        return f"{area.name} hat {people}."
    if area.is_root and len(area.analysis.levels) > 1:
        finest = area.analysis.levels[-1]
        parts = int((area.analysis.areas["level"] == finest.level).sum())
        count = "ein Gebiet" if parts == 1 else f"{parts} Gebiete"
        return f"{area.name} umfasst {count} (Ebene {finest.label})."
    within = "" if area.is_root else f" in {(area.parent or area.root).name}"
    return f"{area.bare_name} ist ein Gebiet der Ebene {area.level_label}{within}."


def place(area: AreaView) -> str:
    """Say of which level an area is and in which others it lies."""
    above = [area.parent.name] if area.parent else []
    return (
        area.level_label if area.is_root else f"{area.level_label} in {', '.join([*above, area.root.name])}"
    )


def index_finding(area: AreaView) -> str:
    """Say where the area stands in the Sozialindex; for a coarser area, how its parts are spread."""
    index = area.analysis.index
    if index is None:
        return ""
    own = index.areas.where(area_id=area.area_id).frame
    if len(own):
        row = own.iloc[0]
        if pd.isna(row["index"]):
            return f"Für den {index.title} reichen die Daten hier nicht."
        label = index.class_labels[int(row["class_index"])]
        return (
            f"Im {index.title} steht {area.name} auf Rang {int(row['rank'])} von {int(row['ranked'])} "
            f"(1 = größte soziale Belastung), Klasse »{label}« ({format_number(row['index'], 2)}; niedriger "
            "Wert = hohe Belastung)."
        )
    inside = index_of_parts(area, index)
    inside = inside[inside["class_index"] >= 0]
    if not len(inside):
        return ""
    counts = [
        f"{count_word(int(count), 'eines')} »{index.class_labels[int(code)]}«"
        for code, count in zip(*np.unique(inside["class_index"].to_numpy(), return_counts=True), strict=True)
    ]
    finest = area.analysis.levels[-1].label
    if len(inside) == 1:
        return f"{index.title} des Gebiets (Ebene {finest}): {counts[0].removeprefix('eines ')}."
    opening = f"{index.title} der {count_word(len(inside))} Gebiete (Ebene {finest})"
    if len(counts) == 1:
        return f"{opening}: alle »{index.class_labels[int(inside['class_index'].iloc[0])]}«."
    return f"{opening}, größte Belastung zuerst: {join_words(counts)}."


def index_of_parts(area: AreaView, index: IndexView) -> pd.DataFrame:
    """Return the rows of the index of all areas inside this one, in the order of `descendants`."""
    keys = descendants(area)
    frame = index.areas.where(area_id=keys).frame.set_index("area_id")
    return frame.loc[[key for key in keys if key in frame.index]]


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
    certain = scored["assessment"].isin(["worse", "better"]).any()
    if certain:
        sentences.append(comparison_sentence(area, scored))
    for code, word in (("worse", "ungünstig"), ("better", "günstig")):
        ranked, unranked = certain_rows(scored, code)
        if len(ranked):
            farthest = values_text(ranked.head(MOST_NAMED))
            sentences.append(f"Am weitesten auf der {word}en Seite: {farthest}.")
        if len(unranked):
            opening = f"Ebenfalls {word}er" if len(ranked) else f"{word.capitalize()}er als insgesamt"
            sentences.append(f"{opening}, {UNRANKED}: {values_text(unranked)}.")
    if not certain and len(scored):
        known = scored.dropna(subset=["burden"]).sort_values("burden", ascending=False, kind="stable")
        high = known[known["burden"] > 0].head(MOST_NAMED)
        low = known[known["burden"] < 0].tail(MOST_NAMED).iloc[::-1]
        if len(high):
            sentences.append(f"Am weitesten auf der ungünstigen Seite: {values_text(high)}.")
        if len(low):
            sentences.append(f"Am weitesten auf der günstigen Seite: {values_text(low)}.")
        if len(known) or (scored["assessment"] == "similar").any():
            sentences.append(uncertain_sentence(area, scored))
    return sentences


def comparison_sentence(area: AreaView, scored: pd.DataFrame) -> str:
    """Say how many indicators are certainly worse or better than in the whole, and how many not."""
    counts = scored["assessment"].value_counts()
    tested = sum(int(counts.get(code, 0)) for code in TESTED)
    parts = [f"{_one(int(counts.get(code, 0)))} {TESTED[code]}" for code in ("worse", "better")]
    if similar := int(counts.get("similar", 0)):
        parts.append(f"{_one(similar)} {TESTED['similar']}")
    where = "einem Indikator" if tested == 1 else f"{count_word(tested)} Indikatoren"
    return f"Der Vergleich mit {area.root.name} insgesamt, bei {where} möglich, ergibt: {join_words(parts)}."


def _one(count: int) -> str:
    """Write the number of indicators as a word that stands alone."""
    return count_word(count, "einer") if count else "keiner"


def uncertain_sentence(area: AreaView, rows: pd.DataFrame) -> str:
    """Say of an area without any certain difference whether it has none, or nobody can know."""
    if (rows["assessment"] == "similar").any():
        return f"Kein Abstand zu {area.root.name} insgesamt ist statistisch gesichert."
    return "Wie sicher diese Abstände sind, lässt sich aus den Daten nicht berechnen."


def spread_sentences(area: AreaView) -> list[str]:
    """Say how far the areas of the finest level lie apart, for the first of the headline indicators."""
    analysis = area.analysis
    keys = [
        key for key in headline_indicators(analysis) if analysis.indicators["domain"][key] != "demography"
    ]
    peers = area.peers(keys).dropna(subset=["value"])
    names = analysis.areas["distinct_name"]
    rows = records(area.rows(keys))
    parts: list[str] = []
    for key in keys[:MOST_SPREADS]:
        values = peers[peers["indicator_id"] == key].sort_values("value", kind="stable")
        if len(values) > 1:
            row, (low, high) = rows[key], (values.iloc[0], values.iloc[-1])
            decimals = int(row["decimals"])
            own = ""
            if pd.notna(row["value"]):
                own = f" {format_spoken(row['value'], row['unit'], decimals)},"
            parts.append(
                f"»{row['label']}«{own} von {format_spoken(low['value'], row['unit'], decimals)} "
                f"({names[low['area_id']]}) bis {format_spoken(high['value'], row['unit'], decimals)} "
                f"({names[high['area_id']]})"
            )
    known = any(pd.notna(rows[key]["value"]) for key in keys[:MOST_SPREADS])
    whole = f"{area.name} insgesamt und " if known else ""
    opening = f"{whole}Spannweite der Gebiete (Ebene {analysis.levels[-1].label})"
    return [f"{opening}: {'; '.join(parts)}."] if parts else []


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


def domain_finding(area: AreaView, rows: pd.DataFrame, domain_label: str) -> tuple[str, str]:
    """Say the finding of a domain's chart in a sentence, and in another one the values that it shows.

    Parameters
    ----------
    area : AreaView
        The area.
    rows : DataFrame
        `assess_rows` of the indicators that are shown.
    domain_label : str
        German name of the domain.

    Returns
    -------
    finding : str
        How many indicators, and which, differ from the city; where no difference is known, the values.
    values : str
        The values, ``""`` where the finding has them already.
    """
    where = f"{domain_label} in {area.name}"
    if area.is_root:
        values = _with_extremes(area, rows, where)
        widest = _widest(area, rows)
        if len(rows) <= MOST_NAMED or not len(widest):
            return values, ""
        level = area.analysis.levels[-1].label
        return (
            f"{where}: Verhältnismäßig am weitesten auseinander liegen die Gebiete (Ebene {level}; in "
            f"Klammern der kleinste und der größte Wert) bei {widest}.",
            values,
        )
    values = values_text(rows)
    labels = rows["label"].groupby(rows["assessment"], sort=False).agg(list).to_dict()
    if set(labels) <= {"unknown"}:
        return f"{where}: {values}.", ""
    parts = [
        f"{_one(len(labels[code]))} {words} ({quoted(labels[code])})"
        for code, words in (
            ("worse", TESTED["worse"]),
            ("better", TESTED["better"]),
            ("higher", "höher"),
            ("lower", "niedriger"),
            ("similar", TESTED["similar"]),
            ("unknown", "ohne gesicherten Vergleich"),
        )
        if code in labels
    ]
    if len(rows) == 1:
        said = parts[0].replace("einer", "ein Indikator,", 1)
    elif len(labels) == 1:
        said = f"alle {parts[0]}"
    else:
        said = f"von {count_word(len(rows))} Indikatoren {join_words(parts)}"
    return f"{where}, verglichen mit {area.root.name} insgesamt: {said}.", f"Werte: {values}."


def _widest(area: AreaView, rows: pd.DataFrame) -> str:
    """Name the indicators whose areas differ most: by the span of their values against that of the whole."""
    shares = rows[rows["kind"].isin(["proportion", "rate"]) & (rows["value"] > 0)]
    peers = area.peers([str(key) for key in shares.index]).groupby("indicator_id", observed=True)["value"]
    ends = peers.agg(["min", "max"]).reindex(shares.index)
    spans = ((ends["max"] - ends["min"]) / shares["value"]).dropna()
    spans = spans[spans > 0].sort_values(ascending=False, kind="stable").head(MOST_NAMED)
    named = records(shares.loc[spans.index])
    return join_words(
        [
            f"{value_text(row)} ({format_number(ends['min'][key], int(row['decimals']))} bis "
            f"{format_number(ends['max'][key], int(row['decimals']))})"
            for key, row in named.items()
        ]
    )


def spans_of_parts(area: AreaView, rows: pd.DataFrame) -> str:
    """List the smallest and largest values of the areas, where the whole itself has none; ``""`` without."""
    values = area.peers([str(key) for key in rows.index]).groupby("indicator_id", observed=True)["value"]
    ends = values.agg(["count", "min", "max"])
    parts = []
    for key, row in records(rows).items():
        if key in ends.index and ends["count"][key] > 1:
            decimals = int(row["decimals"])
            low = format_number(float(ends["min"][key]), decimals)
            high = format_spoken(float(ends["max"][key]), row["unit"], decimals)
            parts.append(f"»{row['label']}« {low} bis {high}")
    level = area.analysis.levels[-1].label
    return f"Werte der Gebiete (Ebene {level}): {'; '.join(parts)}." if parts else ""


def _with_extremes(area: AreaView, rows: pd.DataFrame, where: str) -> str:
    """List the values of the coarsest area, each with the smallest and largest of the finest level."""
    values = area.peers([str(key) for key in rows.index]).groupby("indicator_id", observed=True)["value"]
    ends = values.agg(["count", "min", "max"])
    parts = []
    for key, row in records(rows).items():
        text = value_text(row)
        if key in ends.index and ends["count"][key] > 1:
            low, high = (format_number(float(ends[end][key]), int(row["decimals"])) for end in ("min", "max"))
            text += f" ({low} bis {high})"
        parts.append(text)
    between = (
        ", in Klammern der kleinste und der größte Wert der Gebiete" if (ends["count"] > 1).any() else ""
    )
    level = f" (Ebene {area.analysis.levels[-1].label})" if between else ""
    return f"{where}{between}{level}: {join_words(parts)}."

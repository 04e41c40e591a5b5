"""Where figures come from: definitions, sources, years, licences, and how many values are hidden and why."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape
from typing import Final

import pandas as pd

from sozialanalyse.disclosure.rules import METHOD_WORDS, DisclosureRules
from sozialanalyse.disclosure.suppress import SHOWN_REASONS
from sozialanalyse.indicators.certainty import CERTAINTY_NOTES, counts_vary, pooled_years
from sozialanalyse.indicators.compute import DELIVERED_TOTALS
from sozialanalyse.report.fragment import Fragment, note, paragraph
from sozialanalyse.report.numbers import format_number, format_years
from sozialanalyse.report.tables import Cell, html_table
from sozialanalyse.report.view import Analysis, AreaView, records
from sozialanalyse.vocabulary import DOMAIN_LABELS, SIGNS

__all__ = ["definition_table", "definitions", "map_origin", "origin", "secrecy", "sources"]

MOST_SOURCES: Final = 4
_ISO_DATE: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def origin(
    analysis: Analysis,
    indicator_ids: Iterable[str],
    years: Iterable[int] | None = None,
    *,
    table: str = "die Definitionen",
) -> str:
    """Return the line below a figure: whose figures it shows, and of which years.

    Parameters
    ----------
    analysis : Analysis
        Knows the sources.
    indicator_ids : iterable of str
        What the figure shows.
    years : iterable of int, optional
        Of these years; without them those in which the indicators are compared.
    table : str
        What on the page names all sources, where the line has no room for them.
    """
    keys = list(indicator_ids)
    given = analysis.indicators["source"].reindex(keys).dropna()
    named = [text for text in dict.fromkeys(given) if text]
    named = named or [source.title or source.path for source in analysis.sources] or [analysis.title]
    word = "Quelle"
    # What all sources say first, such as that they are made up, is said once.
    starts = {text.partition(": ")[0] for text in named if ": " in text}
    if len(starts) == 1 and all(": " in text for text in named):
        word = f"Quelle ({starts.pop()})"
        named = list(dict.fromkeys(text.partition(": ")[2] for text in named))
    more = len(named) - MOST_SOURCES
    listed = "; ".join(named[:MOST_SOURCES])
    if more > 0:
        listed += f" und {'eine weitere' if more == 1 else f'{more} weitere'} (siehe {table})"
    span = format_years(analysis.years[key] for key in keys if key in analysis.years)
    span = span if years is None else format_years(years)
    return f"{word}: {listed}; Stand: {span}." if span else f"{word}: {listed}."


def map_origin(analysis: Analysis, indicator_ids: Iterable[str], table: str = "die Definitionen") -> str:
    """Return the line below a map: also what the licence of its borders asks for."""
    return f"{origin(analysis, indicator_ids, table=table)} {analysis.attribution}".rstrip()


def definitions(area: AreaView) -> Fragment:
    """Return definition, source and years of every indicator."""
    keys = [str(key) for key in area.analysis.indicators.index]
    return definition_table(area.analysis, keys, area_id=area.area_id)


def definition_table(analysis: Analysis, indicator_ids: Iterable[str], **where: str) -> Fragment:
    """Return definition, source and years of indicators; `where` says of which areas the years are."""
    there = analysis.values.where(**where).frame.dropna(subset=["value"])  # noqa: PD011 (a released table)
    span = records(there.groupby("indicator_id", observed=True)["year"].agg(["min", "max"]))
    body: list[list[Cell | str]] = []
    chosen = analysis.indicators.loc[list(indicator_ids)]
    certainty = dict(zip(map(str, chosen.index), _certainty(chosen), strict=True))
    for key, row in records(chosen).items():
        years = "–"
        if key in span:
            first, last = span[key]["min"], span[key]["max"]
            years = str(first) if first == last else f"{first}–{last}"
        base = " / ".join(filter(None, (str(row["numerator_label"]), str(row["denominator_label"]))))
        body.append(
            [
                Cell(str(row["label"]), DOMAIN_LABELS[str(row["domain"])]),
                str(row["unit"]),
                Cell(" ".join([str(row["definition"]), *certainty[key]]), base, "sa-long"),
                years,
                str(row["source"]),
            ]
        )
    return html_table(
        "Definitionen und Quellen der Indikatoren",
        ["Indikator", "Einheit", "Definition (Fälle / Bezugsgruppe)", "Jahre", "Quelle"],
        body,
    )


def _certainty(indicators: pd.DataFrame) -> Iterator[list[str]]:
    """Say of each indicator whether its values have no interval, and whether they pool years."""
    for vary, years in zip(counts_vary(indicators), pooled_years(indicators), strict=True):
        notes = [] if vary else [CERTAINTY_NOTES["none"]]
        yield notes + ([CERTAINTY_NOTES["pooled"].format(years=years)] if years > 1 else [])


def secrecy(area: AreaView) -> Fragment:
    """Return how many values of this area are hidden, by which rules, and what the signs mean.

    Says too which delivered totals are not the sum of their parts: who subtracts should know.
    """
    analysis = area.analysis
    own = analysis.values.where(area_id=area.area_id)  # noqa: PD011 (a released table)
    frame = own.frame
    counts = frame.loc[frame["hidden"] != "", "hidden"].map(SHOWN_REASONS).value_counts()
    total = int((frame["value"].notna() | (frame["hidden"] != "")).sum())
    if own.hidden_count:
        reasons = "; ".join(
            f"{reason}: {format_number(int(count))}" for reason, count in sorted(counts.items())
        )
        hidden = "ist einer" if own.hidden_count == 1 else f"sind {format_number(own.hidden_count)}"
        text = f"Von {format_number(total)} Werten aller Jahre für {area.name} {hidden} geheim ({reasons})."
    elif total:
        text = f"Von {format_number(total)} Werten aller Jahre für {area.name} ist keiner geheim."
    else:
        text = f"Für {area.name} liegen keine Werte vor; geheim ist keiner."
    text += _exposed_words(int(own.frame["exposed"].sum())) + _method_words(analysis.rules)
    told = {key: analysis.rules.sources[key] for key in analysis.rules.told}
    rules = [
        (
            rule.name,
            _rule_value(getattr(analysis.rules, key), rule.unit),
            _german_date(rule.valid_from),
            rule.source,
        )
        for key, rule in told.items()
    ]
    about = [{"rule": key} for key in told]
    labels = analysis.indicators["label"]
    rules += [
        (
            f"{rule.name} ({labels.get(indicator, indicator)})",
            _rule_value(analysis.rules.stricter[indicator][key], rule.unit),
            _german_date(rule.valid_from),
            rule.source,
        )
        for indicator, group in analysis.rules.stricter_sources.items()
        for key, rule in group.items()
    ]
    about += [
        {"rule": key, "indicator": indicator}
        for indicator, group in analysis.rules.stricter_sources.items()
        for key in group
    ]
    table = html_table(
        "Regeln der Geheimhaltung",
        ["Regel", "Wert", "gilt seit", "Quelle oder Begründung"],
        [list(rule) for rule in rules],
        row_data=about,
    )
    signs = "; ".join(f"»{sign}« {meaning}" for sign, meaning in SIGNS.items())
    misfits = Fragment("", "")
    for remark in analysis.remarks:
        if DELIVERED_TOTALS in remark:
            misfits = misfits + note(remark)
    return (
        paragraph(text)
        + misfits
        + table
        + note(f"Zeichen nach DIN 55301: {signs}. »–« es liegt kein Wert vor.")
    )


def _exposed_words(count: int) -> str:
    """Say that protection is weaker than the rules ask for, where well-known numbers allow no more."""
    if not count:
        return ""
    cells = "einem davon" if count == 1 else f"{format_number(count)} davon"
    return (
        f" Bei {cells} ist der Schutz schwächer als vorgesehen: Aus Angaben, die ohnehin bekannt sind, lässt "
        "sich der Wert enger eingrenzen, und mehr zu verbergen hülfe nicht."
    )


def _method_words(rules: DisclosureRules) -> str:
    """Say how numbers were changed."""
    computed = "Anteile und Raten sind aus den veränderten Zahlen berechnet; Summen gehen nicht immer auf."
    if rules.method == "rounding":
        return f" Alle Anzahlen sind auf Vielfache von {rules.rounding_base} gerundet. {computed}"
    if rules.method == "cell_key":
        most = rules.cell_key_maximum
        return f" Jede Anzahl ist nach einem festen Verfahren um höchstens {most} verändert. {computed}"
    return ""


def _rule_value(value: bool | int | str, unit: str) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if isinstance(value, str):
        return METHOD_WORDS[value]
    return f"{value} {unit}"


def _german_date(text: str) -> str:
    found = _ISO_DATE.fullmatch(text)
    return f"{int(found[3])}.{int(found[2])}.{found[1]}" if found else text


def sources(area: AreaView) -> Fragment:
    """Return the dataset with its sources and licences."""
    analysis = area.analysis
    entries = [(source.title or source.path, source.path) for source in analysis.sources]
    entries += [
        (f"Lizenz: {license_.title or license_.path}", license_.path) for license_ in analysis.licenses
    ]
    if analysis.attribution:
        entries.append((analysis.attribution, ""))
    entries.insert(0, (f"Datensatz: {analysis.title}", ""))
    html = f"<ul>{''.join(f'<li>{_link(title, path)}</li>' for title, path in entries)}</ul>"
    return Fragment(html, "\n".join(title for title, _ in entries))


def _link(title: str, path: str) -> str:
    name = escape(title, quote=False)
    return f'<a href="{escape(path)}">{name}</a>' if path.startswith(("http://", "https://")) else name

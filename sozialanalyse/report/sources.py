"""The last section: definitions, sources, how many values are hidden and why, licences and remarks."""

from __future__ import annotations

from html import escape

from sozialanalyse.disclosure.suppress import SHOWN_REASONS
from sozialanalyse.report.fragment import Fragment, note, paragraph
from sozialanalyse.report.numbers import format_number
from sozialanalyse.report.tables import Cell, html_table
from sozialanalyse.report.view import AreaView, records
from sozialanalyse.vocabulary import DOMAIN_LABELS, SIGNS

__all__ = ["definitions", "secrecy", "sources"]


def definitions(area: AreaView) -> Fragment:
    """Return definition, source and years of every indicator."""
    analysis = area.analysis
    there = analysis.values.where(area_id=area.area_id).frame.dropna(subset=["value"])
    span = records(there.groupby("indicator_id", observed=True)["year"].agg(["min", "max"]))
    body: list[list[Cell | str]] = []
    for key, row in records(analysis.indicators).items():
        years = "–"
        if key in span:
            first, last = span[key]["min"], span[key]["max"]
            years = str(first) if first == last else f"{first}–{last}"
        base = " / ".join(filter(None, (str(row["numerator_label"]), str(row["denominator_label"]))))
        body.append(
            [
                Cell(str(row["label"]), DOMAIN_LABELS[str(row["domain"])]),
                str(row["unit"]),
                Cell(str(row["definition"]), base),
                years,
                str(row["source"]),
            ]
        )
    return html_table(
        "Definitionen und Quellen der Indikatoren",
        ["Indikator", "Einheit", "Definition (Fälle / Bezugsgruppe)", "Jahre", "Quelle"],
        body,
    )


def secrecy(area: AreaView) -> Fragment:
    """Return how many values of this area are hidden, by which rules, and what the signs mean."""
    analysis = area.analysis
    own = analysis.values.where(area_id=area.area_id)
    frame = own.frame
    counts = frame.loc[frame["hidden"] != "", "hidden"].map(SHOWN_REASONS).value_counts()
    total = int((frame["value"].notna() | (frame["hidden"] != "")).sum())
    if own.hidden_count:
        reasons = "; ".join(
            f"{reason}: {format_number(int(count))}" for reason, count in sorted(counts.items())
        )
        hidden = format_number(own.hidden_count)
        text = (
            f"Von {format_number(total)} Werten aller Jahre für {area.name} sind {hidden} geheim ({reasons})."
        )
    elif total:
        text = f"Von {format_number(total)} Werten aller Jahre für {area.name} ist keiner geheim."
    else:
        text = f"Für {area.name} liegen keine Werte vor; geheim ist keiner."
    rules = [
        (rule.name, _rule_value(getattr(analysis.rules, key), rule.unit), rule.valid_from, rule.source)
        for key, rule in analysis.rules.sources.items()
    ]
    about = [{"rule": key} for key in analysis.rules.sources]
    labels = analysis.indicators["label"]
    rules += [
        (
            f"{rule.name} ({labels.get(indicator, indicator)})",
            _rule_value(analysis.rules.stricter[indicator][key], rule.unit),
            rule.valid_from,
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
        ["Regel", "Wert", "gilt seit", "Quelle"],
        [list(rule) for rule in rules],
        row_data=about,
    )
    signs = "; ".join(f"»{sign}« {meaning}" for sign, meaning in SIGNS.items())
    return paragraph(text) + table + note(f"Zeichen nach DIN 55301: {signs}. »–« kein Wert.")


def _rule_value(value: bool | int, unit: str) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nein"
    return f"{value} {unit}"


def sources(area: AreaView) -> Fragment:
    """Return the dataset's sources and licences, and remarks on the data."""
    analysis = area.analysis
    entries = [(source.title or source.path, source.path) for source in analysis.sources]
    entries += [
        (f"Lizenz: {license_.title or license_.path}", license_.path) for license_ in analysis.licenses
    ]
    if analysis.attribution:
        entries.append((analysis.attribution, ""))
    entries.append((f"Datensatz »{analysis.title}«", ""))
    html = f"<ul>{''.join(f'<li>{_link(title, path)}</li>' for title, path in entries)}</ul>"
    result = Fragment(html, "\n".join(title for title, _ in entries))
    for remark in analysis.remarks:
        result += note(remark)
    return result


def _link(title: str, path: str) -> str:
    name = escape(title, quote=False)
    return f'<a href="{escape(path)}">{name}</a>' if path.startswith(("http://", "https://")) else name

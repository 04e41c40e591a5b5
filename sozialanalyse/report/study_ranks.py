"""What the page on the index starts with, and how sure the ranks are: in sentences and as a table."""

from __future__ import annotations

from typing import Final

import pandas as pd

from sozialanalyse.report.fragment import Fragment, bullets, note, paragraph, warning
from sozialanalyse.report.numbers import format_number, join_names, join_words
from sozialanalyse.report.studied import FACTORS, IndexStudy
from sozialanalyse.report.tables import Cell, html_table
from sozialanalyse.report.text import count_word, for_readers, index_finding

__all__ = ["burdened_and_worse", "overview", "rank_table", "ranked", "span_text"]

MOST_NAMED: Final = 3
MOST_AREAS_NAMED: Final = 8
KINDS: Final = {"sampling": "durch Zufall", "choice": "bei anderen Entscheidungen"}


def overview(study: IndexStudy) -> Fragment:
    """Return in a few sentences who is how burdened, how sure that is, and what has changed."""
    analysis, index = study.analysis, study.analysis.index
    if index is None or study.missing:
        return warning(for_readers(study.missing))
    frame = ranked(study)
    indicators = count_word(len(index.indicator_ids), "einen")
    lead = (
        f"Der {index.title} fasst {indicators} {'Indikator' if indicators == 'einen' else 'Indikatoren'} zu "
        f"einer Zahl je Gebiet zusammen (Ebene {analysis.levels[-1].label}). Rang 1 ist die größte soziale "
        "Belastung."
    )
    said = [
        index_finding(analysis.area(analysis.root_id)),
        _most_burdened(study, frame),
        _shift(study, frame),
    ]
    return paragraph(lead, css_class="sa-lead") + bullets([*filter(None, said), *_change(study)])


def _most_burdened(study: IndexStudy, frame: pd.DataFrame) -> str:
    """Name the first areas, each with the ranks that are possible."""
    if not len(frame):
        return ""
    named = []
    for row in frame.head(MOST_NAMED).to_dict("records"):
        ends = [row[f"{kind}_{end}"] for kind in KINDS for end in ("lower", "upper")]
        ends = [float(end) for end in ends if pd.notna(end)]
        low, high = (min(ends), max(ends)) if ends else (row["rank"], row["rank"])
        possible = f"; möglich {low:.0f} bis {high:.0f}" if low < high else ", kein anderer" if ends else ""
        named.append(f"{row['name']} (Rang {row['rank']:.0f}{possible})")
    text = f"Am stärksten belastet: {join_words(named)}."
    kinds = [KINDS[kind] for kind in KINDS if frame[f"{kind}_lower"].notna().any()]
    if kinds:
        text += f" In Klammern die Ränge, die {' oder '.join(kinds)} möglich sind ({_level(study)})."
    return text


def _shift(study: IndexStudy, frame: pd.DataFrame) -> str:
    """Say how wide the interval of a rank is, and which choice moves ranks most."""
    widths = (frame["choice_upper"] - frame["choice_lower"]).dropna()
    if not len(widths):
        return ""
    text = (
        f"Bei anderen Entscheidungen kommen für ein Gebiet im Mittel {format_number(widths.mean() + 1, 1)} "
        f"von {format_number(len(frame))} Rängen in Frage"
    )
    factors = study.factors.frame
    if len(factors):
        most = factors.sort_values("total", ascending=False, kind="stable").iloc[0]
        share = format_number(100 * max(float(most["total"]), 0.0))
        text += f"; am meisten verschiebt: {FACTORS[str(most['factor'])]} ({share} % der Verschiebungen)"
    return f"{text}."


def _change(study: IndexStudy) -> list[str]:
    """Say where a burdened area has developed worse than the others."""
    if not len(study.dynamics.frame):
        return []
    names = burdened_and_worse(study)
    if not names:
        return [
            f"Kein Gebiet hat zugleich einen niedrigen Status und eine negative Dynamik ({study.period})."
        ]
    count = "ein Gebiet" if len(names) == 1 else f"{count_word(len(names))} Gebiete"
    verb = "hat" if len(names) == 1 else "haben"
    return [
        f"{count[:1].upper()}{count[1:]} {verb} zugleich einen niedrigen Status und eine negative Dynamik "
        f"({study.period}): {join_names(names, MOST_AREAS_NAMED)}."
    ]


def burdened_and_worse(study: IndexStudy) -> list[str]:
    """Return the names of areas of the two most burdened classes that developed worse than the others."""
    frame, names = study.dynamics.frame, study.analysis.areas["distinct_name"]
    worst = frame[(frame["status_class"] <= 1) & (frame["dynamics_class"] == 0)]
    return [str(names[key]) for key in worst["area_id"]]


def ranked(study: IndexStudy) -> pd.DataFrame:
    """Return the areas that have a rank, with their names, the most burdened first."""
    frame, names = study.ranks.frame.dropna(subset=["rank"]), study.analysis.areas["distinct_name"]
    frame = frame.assign(name=[str(names[key]) for key in frame["area_id"]])
    return frame.sort_values(["rank", "name"], kind="stable")


def rank_table(study: IndexStudy, shown: pd.DataFrame) -> Fragment:
    """Return index, class, rank and both intervals of some areas: what the figure shows, in numbers."""
    index = study.analysis.index
    if index is None:
        return Fragment("", "")
    areas = index.areas.frame.set_index("area_id")
    kinds = [kind for kind in KINDS if shown[f"{kind}_lower"].notna().any()]
    body: list[list[Cell | str]] = [
        [
            str(row["name"]),
            f"{row['rank']:.0f}",
            *(
                _ranks_text(row[f"{kind}_lower"], row[f"{kind}_upper"]).removeprefix("Rang ")
                for kind in kinds
            ),
            format_number(float(areas["index"][row["area_id"]]), 2),
            index.class_labels[int(areas["class_index"][row["area_id"]])],
        ]
        for row in shown.to_dict("records")
    ]
    header = ["Gebiet", "Rang", *(f"Ränge {KINDS[kind]}" for kind in kinds), "Index", "Klasse"]
    numeric = range(1, len(header) - 1)
    table = html_table(f"Ränge im {index.title} mit {_level(study)}en", header, body, numeric=numeric)
    return table + note(
        "Der Index sagt, wie weit ein Gebiet vom Mittel entfernt ist (niedrig: hohe Belastung). Zwei Gebiete "
        "mit benachbarten Rängen können nah beieinander oder weit auseinander liegen."
    )


def _level(study: IndexStudy) -> str:
    return f"{format_number(100 * study.confidence)}-%-Intervall"


def span_text(study: IndexStudy, row: pd.Series[float]) -> str:
    """Say between which ranks an area may lie; what is the same for both reasons is said once."""
    spans = {
        word: (row[f"{kind}_lower"], row[f"{kind}_upper"])
        for kind, word in KINDS.items()
        if pd.notna(row[f"{kind}_lower"])
    }
    if not spans:
        return "ohne Intervall"
    if len(set(spans.values())) == 1:
        span = next(iter(spans.values()))
        return f"{_level(study)} {' und '.join(spans)}: {_span(*span, float(row['rank']))}"
    parts = [f"{word} {_span(*span, float(row['rank']))}" for word, span in spans.items()]
    return f"{_level(study)} {join_words(parts)}"


def _span(lower: float, upper: float, rank: float) -> str:
    return "derselbe Rang" if lower == upper == rank else _ranks_text(lower, upper)


def _ranks_text(lower: float, upper: float) -> str:
    if pd.isna(lower) or pd.isna(upper):
        return "–"
    return f"Rang {lower:.0f}" if lower == upper else f"Rang {lower:.0f} bis {upper:.0f}"

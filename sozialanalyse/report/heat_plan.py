"""What follows from the heat index for an action plan: institutions and places to go."""

from __future__ import annotations

from typing import Final

import pandas as pd

from sozialanalyse.report.facts import area_data
from sozialanalyse.report.fragment import Fragment, note, paragraph, warning
from sozialanalyse.report.heat import PRIORITY_SIGNS, PRIORITY_WORDS, WITHOUT_INDEX
from sozialanalyse.report.heat_view import HeatView
from sozialanalyse.report.numbers import format_number, join_words
from sozialanalyse.report.plan_view import absent_table, with_example
from sozialanalyse.report.tables import Cell, html_table, missing_cell
from sozialanalyse.vocabulary import VULNERABLE_LABELS

__all__ = ["access", "institution_list", "institutions"]

MOST_INSTITUTIONS: Final = 60


def institutions(view: HeatView) -> Fragment:
    """Return how many institutions with vulnerable people lie in each of the hottest areas."""
    if view.analysis.planning.institutions is None:
        return absent_table("institutions")
    if view.missing:
        return note(WITHOUT_INDEX)
    total = len(view.institutions)
    if not total:
        return warning(
            "In der Tabelle institutions.csv nennt keine Einrichtung schutzbedürftige Gruppen (Spalte "
            "»vulnerable«). Sobald sie dort stehen, erscheint hier, welche in heißen Gebieten liegen."
        )
    hot = _in_hot_areas(view)
    label = view.analysis.levels[-1].label
    text = (
        f"{total} Einrichtungen betreuen Menschen, denen Hitze besonders zusetzt. {len(hot)} davon liegen in "
        f"den {view.top} Gebieten (Ebene {label}) {_hot_words(view)}."
    )
    if not len(hot):
        return paragraph(text)
    named = hot.explode("vulnerable")
    groups = [key for key in VULNERABLE_LABELS if (named["vulnerable"] == key).any()]
    counts = named.groupby(["area_id", "vulnerable"])["places"].agg(["size", "sum", "count"])
    body: list[list[Cell | str]] = []
    for row in hot.drop_duplicates("area_id").to_dict("records"):
        line: list[Cell | str] = [
            str(row["area_name"]),
            _priority(str(row["priority"])),
            f"{row['heat']:.0f}",
        ]
        for group in groups:
            if (row["area_id"], group) not in counts.index:
                line.append("–")
                continue
            found = counts.loc[(row["area_id"], group)]
            places = f"{format_number(float(found['sum']))} Plätze" if found["count"] else ""
            line.append(Cell(str(int(found["size"])), places))
        body.append(line)
    header = [label, "Einordnung", f"Rang {_heat_name(view)}"]
    header += [VULNERABLE_LABELS[group] for group in groups]
    caption = f"Einrichtungen in den Gebieten {_hot_words(view)}, nach den Menschen, die sie betreuen"
    table = html_table(f"{caption}{_examples(view)}", header, body, numeric=list(range(2, len(header))))
    return (
        paragraph(text)
        + table
        + note(
            "Eine Einrichtung, die mehrere Gruppen betreut, zählt bei jeder. Nicht jede nennt ihre Plätze. "
            "Die Namen stehen am Ende der Seite."
        )
    )


def institution_list(view: HeatView) -> Fragment:
    """Return the names of the institutions with vulnerable people in the hottest areas."""
    if view.missing or not len(view.institutions):
        return note("Entfällt; der Grund steht im Abschnitt zu den Einrichtungen.")
    hot = _in_hot_areas(view)
    shown = hot.head(MOST_INSTITUTIONS)
    body: list[list[Cell | str]] = [
        [
            Cell(str(row["name"]), with_example(str(row["category"]), bool(row["synthetic"]))),
            str(row["area_name"]),
            join_words([VULNERABLE_LABELS[group] for group in row["vulnerable"]]),
            missing_cell() if pd.isna(row["places"]) else format_number(float(row["places"])),
        ]
        for row in shown.to_dict("records")
    ]
    label = view.analysis.levels[-1].label
    result = html_table(
        f"Einrichtungen mit gefährdeten Menschen in den Gebieten {_hot_words(view)}",
        ["Einrichtung", label, "betreut", "Plätze"],
        body,
        numeric=[3],
    )
    if len(hot) > len(shown):
        result += note(f"Gezeigt sind {len(shown)} von {len(hot)} Einrichtungen, nach dem Rang des Gebiets.")
    return result


def _hot_words(view: HeatView) -> str:
    """Return which areas count as hot: without a component on heat those that the index ranks first."""
    return "mit der stärksten Hitzebelastung" if view.exposure else f"mit dem höchsten {view.title}"


def _heat_name(view: HeatView) -> str:
    return view.exposure.short if view.exposure else view.title


def _in_hot_areas(view: HeatView) -> pd.DataFrame:
    """Return the institutions in the hottest areas, by the heat and name of the area."""
    areas = view.areas.frame.set_index("area_id")
    names = view.analysis.areas["name"]
    frame = view.institutions.frame
    frame = frame.assign(
        heat=frame["area_id"].map(areas[f"{view.exposure.key}_rank" if view.exposure else "rank"]),
        priority=frame["area_id"].map(areas["priority"]),
        area_name=frame["area_id"].map(names),
    )
    return frame[frame["heat"] <= view.top].sort_values(["heat", "name"], kind="stable")


def _examples(view: HeatView) -> str:
    """Mark a table that counts made-up institutions."""
    table = view.analysis.planning.institutions
    return " (mit Beispielen)" if table is not None and table["synthetic"].any() else ""


def _priority(code: str) -> str:
    return f"{PRIORITY_SIGNS[code]}\u00a0{PRIORITY_WORDS[code]}"


def access(view: HeatView) -> Fragment:
    """Return where places to turn to in heat are far from many older people."""
    if view.access_missing:
        return warning(view.access_missing)
    frame = view.access.frame
    areas = view.areas.frame.set_index("area_id")
    names = view.analysis.areas["name"]
    frame = frame.assign(
        name=[str(names[key]) for key in frame["area_id"]],
        rank=frame["area_id"].map(areas["rank"]),
        priority=frame["area_id"].map(areas["priority"]) if not view.missing else "unknown",
    ).sort_values(["rank", "name"], kind="stable")
    measured = bool(frame["nearest"].notna().any())
    supplied = bool(frame["supply"].notna().any())
    header = [view.analysis.levels[-1].label, "Einordnung", "Anlaufstellen", "je 1.000 Menschen ab 65"]
    header += ["nächste (km Luftlinie)"] if measured else []
    header += ["erreichbar je 1.000 ab 65"] if supplied else []
    body: list[list[Cell | str]] = []
    for row in frame.to_dict("records"):
        line: list[Cell | str] = [
            row["name"],
            _priority(str(row["priority"])),
            format_number(row["count"]),
            format_number(row["per_thousand"], 2),
        ]
        line += [format_number(row["nearest"], 1)] if measured else []
        line += [format_number(row["supply"], 2)] if supplied else []
        body.append(line)
    table = html_table(
        f"Anlaufstellen für ältere Menschen bei Hitze{_examples(view)}",
        header,
        body,
        numeric=list(range(2, len(header))),
        row_data=[area_data(view.analysis.area(str(key))) for key in frame["area_id"]],
    )
    return paragraph(_access_text(view, frame)) + table + note(_access_method(view, measured, supplied))


def _access_text(view: HeatView, frame: pd.DataFrame) -> str:
    text = f"Anlaufstellen sind hier: {view.access_label}."
    urgent = frame[frame["priority"] == "high"]
    if not len(urgent):
        return text
    empty = [str(name) for name in urgent.loc[urgent["count"] == 0, "name"]]
    if empty:
        text += (
            f" Ohne eigene Anlaufstelle unter den {len(urgent)} vordringlichen Gebieten: {join_words(empty)}."
        )
    else:
        text += f" Jedes der {len(urgent)} vordringlichen Gebiete hat mindestens eine."
    if urgent["supply"].notna().any():
        least = urgent.sort_values("supply", kind="stable").head(3)
        text += (
            " Am wenigsten Anlaufstellen in Reichweite, gemessen an der Zahl der Menschen ab 65, haben unter "
            f"ihnen {join_words([str(name) for name in least['name']])}."
        )
    return text


def _access_method(view: HeatView, measured: bool, supplied: bool) -> str:
    if not measured:
        return (
            "Ohne Koordinaten der Einrichtungen oder Gebietsgrenzen ist nur ihre Zahl je Gebiet bekannt; wer "
            "am Rand wohnt, nutzt oft die des Nachbargebiets."
        )
    text = "Entfernungen gelten vom Mittelpunkt des Gebiets, nicht von den Wohnungen."
    if supplied:
        steps = [
            f"bis {format_number(limit, 1)} km {format_number(100 * weight)} %"
            for limit, weight in view.zones
        ]
        text += (
            " »Erreichbar« verteilt jede Anlaufstelle auf alle Menschen ab 65 in ihrer Reichweite und zählt "
            "dann für jedes Gebiet zusammen, was in Reichweite liegt; Gewicht nach Luftlinie: "
            f"{join_words(steps)}, weiter weg nichts (Einzugsgebietsmethode E2SFCA, Luo und Qi 2009)."
        )
    if view.analysis.schematic_geometry:
        text += (
            " Die Umrisse dieses Datensatzes sind schematisch; die Entfernungen zeigen deshalb nur, wie "
            "gerechnet wird."
        )
    return text

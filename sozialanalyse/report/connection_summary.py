"""The findings on connections in words: what the page starts with, and the strongest in sentences."""

from __future__ import annotations

from typing import Final

import pandas as pd

from sozialanalyse.connections.wording import ECOLOGICAL_NOTE, FEWER
from sozialanalyse.report.connected import CLAIMS, ConnectionView, pairs_apart, row_list
from sozialanalyse.report.connection_charts import VERDICT_SIGNS
from sozialanalyse.report.fragment import Fragment, bullets, note, nothing, paragraph, warning
from sozialanalyse.report.numbers import format_interval, format_number, join_words
from sozialanalyse.report.view import Row

__all__ = ["overview", "pair_text", "sentences"]

MOST_SENTENCES: Final = 4
MOST_NAMED: Final = 3
ESTABLISHED, INDICATION, INCONSISTENT, NONE, _ = VERDICT_SIGNS


def overview(view: ConnectionView) -> Fragment:
    """Return in a few sentences how many pairs were compared, with which verdicts, and what stands out."""
    if view.missing:
        return warning(view.missing)
    frame = view.pairs.frame
    apart = pairs_apart(frame)
    words = join_words(view.domain_words)
    lead = (
        f"Verglichen {'ist' if len(frame) == 1 else 'sind'} {_pairs(len(frame))} von Indikatoren aus {words}."
    )
    made = len(frame) - len(apart)
    if made:
        lead += (
            f" {'Eines davon ist' if made == 1 else f'{made} davon sind'} zum Teil aus denselben Daten "
            f"gebildet und {'zählt' if made == 1 else 'zählen'} hier nicht mit."
        )
    if not len(apart):
        return paragraph(lead, css_class="sa-lead") + note(ECOLOGICAL_NOTE)
    counts = apart["category"].value_counts()
    verdicts = [f"{_times(int(counts[name]))} »{name}«" for name in VERDICT_SIGNS if counts.get(name, 0)]
    lead += f" Die Urteile: {join_words(verdicts)}."
    listed = [*_strongest(view, apart), *_against(view, apart)]
    reading = (
        "In Klammern steht die Rangkorrelation mit ihrem "
        f"{format_number(100 * view.confidence)}-%-Intervall: 1 heißt, dass beide Indikatoren die Gebiete "
        "gleich ordnen, −1 genau umgekehrt, 0 ohne Zusammenhang."
    )
    shown = bullets([*listed, reading]) if listed else nothing()
    return paragraph(lead, css_class="sa-lead") + shown + note(ECOLOGICAL_NOTE)


def _pairs(count: int) -> str:
    return "ein Paar" if count == 1 else f"{format_number(count)} Paare"


def _times(count: int) -> str:
    return "einmal" if count == 1 else f"{format_number(count)}\u2011mal"


def _strongest(view: ConnectionView, apart: pd.DataFrame) -> list[str]:
    """Name the clearest connections; without an established one, say so and name what comes closest."""
    for category, opening in (
        (ESTABLISHED, "Am deutlichsten gesichert: "),
        (INDICATION, "Gesichert ist kein Zusammenhang. Hinweise gibt es vor allem auf: "),
        (
            INCONSISTENT,
            "Gesichert ist kein Zusammenhang, und keiner ein Hinweis. Am größten, aber uneinheitlich: ",
        ),
    ):
        found = varied(apart[apart["category"] == category], MOST_NAMED)
        if len(found):
            return [f"{opening}{_listed(view, found)}."]
    return ["Gesichert ist kein Zusammenhang, und keiner ein Hinweis."]


def _against(view: ConnectionView, apart: pd.DataFrame) -> list[str]:
    """Name pairs that are not connected, and such whose connection does not hold: not all go together."""
    sentences = []
    absent = varied(apart[apart["category"] == NONE], 2)
    if len(absent):
        sentences.append(f"Kein Zusammenhang erkennbar ist bei: {_listed(view, absent)}.")
    claimed = apart[apart["category"].isin(CLAIMS)]
    mixed = apart[apart["category"] == INCONSISTENT]
    if len(claimed) and len(mixed):
        # What no claim speaks of tells more than another partner of an indicator that is named already.
        new = mixed[~mixed["second"].isin(claimed["second"])]
        shown = varied(new if len(new) else mixed, 2)
        sentences.append(f"Je nach Rechenweg uneinheitlich, zum Beispiel: {_listed(view, shown)}.")
    return sentences


def _listed(view: ConnectionView, rows: pd.DataFrame) -> str:
    return join_words([pair_text(view, row, with_interval=True) for row in row_list(rows)])


def varied(frame: pd.DataFrame, most: int) -> pd.DataFrame:
    """Keep the first pairs that have no indicator in common: what follows would say nearly the same."""
    named: set[str] = set()
    kept: list[int] = []
    for place, (first, second) in enumerate(zip(frame["first"], frame["second"], strict=True)):
        if len(kept) < most and not {first, second} & named:
            named |= {first, second}
            kept.append(place)
    return frame.iloc[kept]


def pair_text(view: ConnectionView, row: Row, *, with_interval: bool = False) -> str:
    """Write a pair as ``»SGB-II-Quote« mit »Lärm« (0,41)``, with its interval if wanted."""
    labels = view.labels
    size = format_number(row["estimate"], 2)
    interval = format_interval(row["lower"], row["upper"], 2) if with_interval else ""
    inside = "; ".join(filter(None, (size, interval)))
    return f"»{labels[row['first']]}« mit »{labels[row['second']]}« ({inside})"


def sentences(view: ConnectionView) -> Fragment:
    """Return the strongest findings in sentences, then what does not hold, and what is not connected.

    No indicator is named twice among each; the table has all pairs.
    """
    if view.missing:
        return nothing()
    frame = pairs_apart(view.pairs.frame)
    shown = varied(frame[frame["category"].isin(CLAIMS)], MOST_SENTENCES)
    mixed = frame[(frame["category"] == INCONSISTENT) & ~frame["second"].isin(shown["second"])]
    absent = varied(frame[frame["category"] == NONE], 2)
    chosen = [str(text) for text in pd.concat([shown, varied(mixed, 2), absent])["sentence"]]
    if not chosen:
        chosen = [str(text) for text in frame["sentence"].head(2)]
    listed = bullets(chosen) if chosen else nothing()
    if any(FEWER in text for text in chosen):
        listed += note(
            "Warum Gebiete nur zum Teil zählen: Nachbarn ähneln sich oft, und in manche Rechnung gehen "
            "Gebiete verschieden stark ein. Je weniger voneinander unabhängige Gebiete, desto breiter das "
            "Intervall."
        )
    left_out = len(view.pairs.frame) - len(frame)
    if left_out:
        who = "Ein Paar, das" if left_out == 1 else f"{format_number(left_out)} Paare, die"
        verb = "ist, steht" if left_out == 1 else "sind, stehen"
        listed += note(
            f"{who} zum Teil aus denselben Daten gebildet {verb} nur in der Tabelle: Dass beide Indikatoren "
            "zusammengehen, sagt dort nichts."
        )
    return listed

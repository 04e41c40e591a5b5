"""The second table on pairs: with other things held constant, and what chance alone would give."""

from __future__ import annotations

import math

from sozialanalyse.report.connected import ConnectionView
from sozialanalyse.report.fragment import Fragment, note
from sozialanalyse.report.numbers import format_interval, format_number, join_words
from sozialanalyse.report.tables import Cell, html_table

__all__ = ["further_tests"]


def further_tests(view: ConnectionView) -> Fragment:
    """Return for each pair the partial correlation, the bootstrap interval and the permutation p.

    Parameters
    ----------
    view : ConnectionView
        With at least one pair.
    """
    labels = view.labels
    body: list[list[Cell | str]] = [
        [
            f"{labels[row['first']]} – {labels[row['second']]}",
            Cell(
                format_number(row["partial"], 2),
                format_interval(row["partial_lower"], row["partial_upper"], 2),
            ),
            format_interval(row["boot_lower"], row["boot_upper"], 2) or "–",
            _probability(row["p_permutation"], view.permutations),
            _probability(row["p_corrected"], 0),
        ]
        for row in view.pairs.frame.to_dict("records")
    ]
    held = join_words([f"»{labels[key]}«" for key in view.covariates])
    header = [
        f"Rangkorrelation bei gleichem {held} (Intervall)"
        if held
        else "Rangkorrelation bei gleichem Altersaufbau",
        f"Intervall aus {format_number(view.bootstrap)} Ziehungen der Gebiete",
        "p aus Vertauschungen",
        "p mit Nachbarschaft, für alle Paare korrigiert",
    ]
    table = html_table("Weitere Prüfungen der Paare", ["Paar", *header], body, numeric=[1, 2, 3, 4])
    return table + note(
        "p ist die Wahrscheinlichkeit, mit der Zufall allein einen mindestens so starken Zusammenhang ergäbe."
        f" Für das erste p werden die Werte {format_number(view.permutations)}-mal unter den Gebieten "
        "vertauscht, für das Intervall Gebiete mit Wiederholung gezogen. Beides nimmt an, dass die Gebiete "
        "voneinander unabhängig sind. Dass sich Nachbarn ähneln, berücksichtigt nur die letzte Spalte; auf "
        "sie stützt sich das Urteil. Ein Strich heißt: nicht bestimmt."
    )


def _probability(p: float, permutations: int) -> str:
    """Write a probability; the smallest that a number of permutations can show is a bound."""
    if not math.isfinite(p):
        return "–"
    least = max(0.001, 1.0 / (permutations + 1) if permutations else 0.0)
    if p < least or math.isclose(p, least):
        return f"≤\u00a0{format_number(least, 3)}"
    return format_number(p, 3)

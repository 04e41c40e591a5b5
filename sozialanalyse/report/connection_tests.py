"""The second table on pairs: with other things held constant, and what chance alone would give."""

from __future__ import annotations

import math

from sozialanalyse.connections.kernel import EXACT_AREAS
from sozialanalyse.report.connected import ConnectionView, row_list
from sozialanalyse.report.fragment import Fragment, note
from sozialanalyse.report.numbers import format_interval, format_number, join_words
from sozialanalyse.report.tables import Cell, html_table
from sozialanalyse.report.view import Row

__all__ = ["further_tests"]


def further_tests(view: ConnectionView) -> Fragment:
    """Return for each pair the partial correlation, the bootstrap interval and the permutation p.

    Parameters
    ----------
    view : ConnectionView
        With at least one pair.
    """
    labels = view.labels
    # Without an indicator that is held constant, a column of dashes would be left.
    with_partial = bool(view.pairs.frame["partial"].notna().any())
    body: list[list[Cell | str]] = [
        [
            f"{labels[row['first']]} – {labels[row['second']]}",
            *([_partial(row)] if with_partial else []),
            format_interval(row["boot_lower"], row["boot_upper"], 2) or "–",
            _probability(row["p_permutation"], view.permutations),
            _probability(row["p_corrected"], 0),
        ]
        for row in row_list(view.pairs.frame)
    ]
    many = bool((view.pairs.frame["count"] > EXACT_AREAS).any())
    held = join_words([f"»{labels[key]}«" for key in view.covariates])
    header = [
        *([f"Rangkorrelation bei gleichem {held} (Intervall)"] if with_partial else []),
        "Intervall aus dem Einfluss der Gebiete"
        if many
        else f"Intervall aus {format_number(view.bootstrap)} Ziehungen der Gebiete",
        "p wie aus Vertauschungen" if many else "p aus Vertauschungen",
        "p mit Nachbarschaft, für alle Paare korrigiert",
    ]
    table = html_table(
        "Weitere Prüfungen der Paare", ["Paar", *header], body, numeric=range(1, len(header) + 1)
    )
    return table + note(
        "p ist die Wahrscheinlichkeit, mit der Zufall allein einen mindestens so starken Zusammenhang ergäbe."
        f" {_how(view, many=many)} Beides nimmt an, dass die Gebiete "
        "voneinander unabhängig sind. Dass sich Nachbarn ähneln, berücksichtigt nur die letzte Spalte; auf "
        "sie stützt sich das Urteil. Ein Strich heißt: nicht bestimmt."
    )


def _partial(row: Row) -> Cell:
    interval = format_interval(row["partial_lower"], row["partial_upper"], 2)
    return Cell(format_number(row["partial"], 2), interval)


def _how(view: ConnectionView, *, many: bool) -> str:
    if many:
        return (
            f"Bei mehr als {format_number(EXACT_AREAS)} Gebieten wird nicht gezogen: Das erste p und das "
            "Intervall sind die Werte, denen Vertauschungen und neu gezogene Gebiete bei vielen Gebieten "
            "zustreben."
        )
    return (
        f"Für das erste p werden die Werte {format_number(view.permutations)}-mal unter den Gebieten "
        "vertauscht, für das Intervall Gebiete mit Wiederholung gezogen."
    )


def _probability(p: float, permutations: int) -> str:
    """Write a probability; the smallest that a number of permutations can show is a bound."""
    if not math.isfinite(p):
        return "–"
    least = max(0.001, 1.0 / (permutations + 1) if permutations else 0.0)
    if p < least or math.isclose(p, least):
        return f"≤\u00a0{format_number(least, 3)}"
    return format_number(p, 3)

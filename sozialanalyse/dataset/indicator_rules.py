"""Rules for the indicators: factors that fit their unit, and web addresses as sources."""

from __future__ import annotations

import pandas as pd

from sozialanalyse.dataset.cell_rules import cell_rules, each_word, no_doubles
from sozialanalyse.dataset.frames import TypedTable
from sozialanalyse.dataset.numbers import Cell
from sozialanalyse.dataset.rules import Rule, broken_rules
from sozialanalyse.errors import Fault

__all__ = ["factor_of_unit", "indicator_faults"]


def factor_of_unit(units: pd.Series) -> pd.Series[float]:
    """Return the factor that a unit asks for.

    Parameters
    ----------
    units : Series of str, shape (n,)
        Units as the planner writes them.

    Returns
    -------
    Series of float, shape (n,)
        100 for ``%``, 1000 for ``‰``, the number after ``je``; NaN where the unit says nothing of a factor.

    Examples
    --------
    >>> factor_of_unit(pd.Series(["%", "je 1.000", "je 10 000 Kinder", "je km²", "Index"])).tolist()
    [100.0, 1000.0, 10000.0, nan, nan]
    """
    per = units.str.extract(r"^je\s+(\d[\d.'\s]*)", expand=False).str.replace(r"\D", "", regex=True)
    factors = per.astype(float)
    factors[units.str.startswith("%")] = 100.0
    factors[units.str.startswith("‰")] = 1000.0
    return factors


def _factor_fits(frame: pd.DataFrame) -> pd.Series[bool]:
    asked = factor_of_unit(frame["unit"].astype(str))
    computed = frame["kind"].isin(["proportion", "rate"])
    return ~computed | asked.isna() | frame["factor"].isna() | (frame["factor"] == asked)


_RULES: tuple[Rule, ...] = (
    no_doubles("indicator_duplicate", "indicator_id", ["indicator_id"]),
    Rule(
        "cell_empty",
        "factor",
        lambda frame: (
            ~frame["kind"].isin(["proportion", "rate"]) | ~frame["factor.cell"].isin([Cell.BLANK, Cell.SIGN])
        ),
        "Bei einem Anteil oder einer Rate (kind »proportion«, »rate«) fehlt der Faktor.",
        "Den Faktor eintragen, der zur Einheit gehört: 100 für %, 1000 für »je 1.000«.",
        needs=("kind",),
    ),
    Rule(
        "factor_not_positive",
        "factor",
        lambda frame: ~((frame["factor"] <= 0) & (frame["factor.cell"] == Cell.NUMBER)),
        "Der Faktor ist nicht größer als 0.",
        "Den Faktor eintragen, der zur Einheit gehört: 100 für %, 1000 für »je 1.000«, 1 für Anzahlen.",
    ),
    Rule(
        "unit_factor",
        "factor",
        _factor_fits,
        "Faktor und Einheit passen nicht zusammen: zu % gehört 100, zu »je 1.000« gehört 1000 und so fort.",
        "Faktor oder Einheit berichtigen.",
        needs=("unit", "kind"),
    ),
    Rule(
        "count_factor",
        "factor",
        lambda frame: (
            (frame["kind"] != "count") | (frame["factor.cell"] != Cell.NUMBER) | (frame["factor"] == 1)
        ),
        "Eine Anzahl (kind »count«) hat immer den Faktor 1.",
        "Als Faktor 1 eintragen und die Anzahlen selbst in »value« schreiben.",
        needs=("kind",),
    ),
    Rule(
        "window_years",
        "window",
        lambda frame: frame["window"].isna() | (frame["window"].isin(range(1, 11))),
        "Die Zahl der zusammengefassten Jahre ist keine ganze Zahl von 1 bis 10.",
        "Eintragen, wie viele Jahre ein Wert zusammenfasst, zum Beispiel 3; bei einem Jahr die Zelle leeren.",
    ),
    Rule(
        "url_form",
        "source_url",
        lambda frame: each_word(frame["source_url"], lambda word: word.str.fullmatch(r"https?://\S+|")),
        "Die Adresse der Quelle beginnt nicht mit http:// oder https:// oder enthält Leerzeichen.",
        "Die vollständige Adresse eintragen oder die Zelle leeren.",
    ),
)


def indicator_faults(table: TypedTable) -> list[Fault]:
    """Check the table of indicators.

    Parameters
    ----------
    table : TypedTable
        The indicators.

    Returns
    -------
    list of Fault
        All faults of the table.
    """
    return broken_rules(table, [*cell_rules("indicators"), *_RULES])

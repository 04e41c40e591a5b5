"""What the catalogue says on how sure the values of an indicator are."""

from __future__ import annotations

from typing import Final

import pandas as pd

__all__ = ["CERTAINTY_NOTES", "counts_vary", "pooled_years"]

CERTAINTY_NOTES: Final[dict[str, str]] = {
    "none": "Ohne Vertrauensintervall: Die Fälle stammen aus einer Karte, einem Verzeichnis oder einer "
    "Befragung; ihre Unsicherheit lässt sich aus den Zahlen nicht bestimmen.",
    "pooled": "Jeder Wert fasst {years} Jahre zusammen.",
}
"""German sentences for readers: on indicators without interval, and on pooled years."""


def counts_vary(indicators: pd.DataFrame) -> pd.Series[bool]:
    """Tell for each indicator whether its counts vary by chance, so that they have an interval.

    Parameters
    ----------
    indicators : DataFrame, indexed by ``indicator_id``
        The catalogue. ``interval`` is ``"none"`` where counts are no sample of events: persons counted on a
        map, offices in a register, answers to a survey with a design of its own. Without the column all vary.
    """
    if "interval" not in indicators:
        return pd.Series(data=True, index=indicators.index)
    return indicators["interval"].astype(str) != "none"


def pooled_years(indicators: pd.DataFrame) -> pd.Series[int]:
    """Return for each indicator how many years one value pools; 1 where the catalogue says nothing.

    Parameters
    ----------
    indicators : DataFrame, indexed by ``indicator_id``
        The catalogue; ``window`` is a whole number or missing.
    """
    if "window" not in indicators:
        return pd.Series(data=1, index=indicators.index)
    return pd.to_numeric(indicators["window"]).fillna(1.0).astype(int)

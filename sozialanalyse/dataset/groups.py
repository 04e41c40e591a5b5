"""Observations by sex and age: an indicator that is there for one group only is about that group."""

from __future__ import annotations

import numpy as np
import pandas as pd

__all__ = ["with_single_groups"]

_SEX_WORDS = {"m": "Männer", "f": "Frauen", "d": "divers"}


def with_single_groups(
    observations: pd.DataFrame, indicators: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Let the only group of an indicator stand for it, and say which groups no page shows.

    Parameters
    ----------
    observations : DataFrame
        As in `Dataset`: ``""`` is the first category of `sex` and of `age_group`.
    indicators : DataFrame
        As in `Dataset`.

    Returns
    -------
    DataFrame, DataFrame
        Both tables; the definition of such an indicator names its group, and its rows count as all together.
    list of str
        German sentences on the indicators concerned, and on rows that no page shows.
    """
    ages = observations["age_group"].cat.categories
    group = observations["sex"].cat.codes.astype(np.int64) * len(ages) + observations["age_group"].cat.codes
    if not group.any():
        return observations, indicators, []
    spread = group.groupby(observations["indicator_id"], observed=True).agg(["min", "max"])
    apart = spread["min"] > 0
    single = spread.loc[apart & (spread["min"] == spread["max"]), "min"]
    several = spread.index[apart & (spread["min"] < spread["max"])]
    labels, definitions = indicators["label"], indicators["definition"].copy()
    remarks = []
    for indicator, code in zip(single.index.astype(str), single.to_numpy(), strict=True):
        sex = _SEX_WORDS.get(observations["sex"].cat.categories[code // len(ages)], "")
        age = ages[code % len(ages)]
        name = ", ".join(filter(None, (sex, f"Altersgruppe {age}" if age else "")))
        definitions[indicator] = f"{definitions[indicator]} (nur {name})"
        remarks.append(
            f"»{labels[indicator]}«: Es gibt nur Zahlen für eine Gruppe ({name}); sie werden gezeigt."
        )
    remarks += [
        f"»{labels[indicator]}«: Es gibt nur nach Geschlecht oder Alter gegliederte Zahlen, die keine Seite "
        "zeigt; Zeilen für alle zusammen (sex und age_group leer) ergänzen."
        for indicator in several
    ]
    alone = observations["indicator_id"].isin(single.index)
    unshown = int(((group > 0) & ~alone & ~observations["indicator_id"].isin(several)).sum())
    if unshown:
        remarks.append(
            f"{unshown} {'Beobachtung ist' if unshown == 1 else 'Beobachtungen sind'} nach Geschlecht oder "
            "Alter gegliedert; die Seiten zeigen nur die Zahlen für alle zusammen."
        )
    merged = observations.assign(
        sex=observations["sex"].mask(alone, ""), age_group=observations["age_group"].mask(alone, "")
    )
    return merged, indicators.assign(definition=definitions), remarks

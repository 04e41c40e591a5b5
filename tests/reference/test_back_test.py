"""Back test: the whole run on the embedded data gives the key figures that were stored.

A difference means that data, rules or a method have changed. If that was intended, say so in the changelog
and write the figures anew with ``python tests/reference/test_back_test.py``; the commit shows the change.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pytest

from sozialanalyse.analysis import load_analysis
from sozialanalyse.project import embedded_folder

STORED: Final = Path(__file__).with_name("key_figures.csv")
AREAS: Final = ("05119000", "01", "04", "06", "0101", "0203", "0302", "0501", "0604")
"""The city, Sozialräume in the south, middle and north, and Quartiere from the most to the least burdened."""
INDICATORS: Final = (
    "population",
    "sgb2_rate",
    "old_age_poverty",
    "gymnasium_transition",
    "premature_mortality",
    "no2",
    "rent_cold",
)
"""Every kind (count, proportion, rate, score with and without interval) and every domain."""
KEYS: Final = ["area_id", "indicator_id", "year"]
FIGURES: Final = ["value", "lower", "upper", "city_difference", "rank", "index"]
COLUMNS: Final = [*KEYS, *FIGURES, "index_class"]
SIX_DIGITS: Final = 1e-6


def key_figures() -> pd.DataFrame:
    """Return the chosen figures of the embedded data; areas of the finest level have index and class."""
    analysis = load_analysis(str(embedded_folder("data")), str(embedded_folder("parameters")))
    frame = analysis.current.where(area_id=list(AREAS), indicator_id=list(INDICATORS)).frame
    frame = frame.astype({"area_id": str, "indicator_id": str})
    assert analysis.index is not None
    index = analysis.index.areas.frame.set_index("area_id")
    labels = np.array([*analysis.index.class_labels, ""])  # class -1 is none
    frame["index"] = frame["area_id"].map(index["index"])
    frame["index_class"] = (
        frame["area_id"].map(pd.Series(labels[index["class_index"]], index.index)).fillna("")
    )
    return frame[COLUMNS].sort_values(KEYS, ignore_index=True)


def stored_figures() -> pd.DataFrame:
    """Read the figures that were stored."""
    text = pd.read_csv(STORED, dtype=str, keep_default_na=False)
    return text.assign(year=text["year"].astype(int), **{name: pd.to_numeric(text[name]) for name in FIGURES})


def differences(found: pd.DataFrame, stored: pd.DataFrame) -> list[str]:
    """Return the cells that differ in their first six digits, as ``area indicator year column``."""
    one, other = (frame.set_index(KEYS) for frame in (found, stored))
    if not one.index.equals(other.index):
        return [" ".join(map(str, key)) for key in one.index.symmetric_difference(other.index)] or ["order"]
    same = {
        name: np.isclose(one[name], other[name], rtol=SIX_DIGITS, atol=0, equal_nan=True) for name in FIGURES
    }
    same["index_class"] = (one["index_class"] == other["index_class"]).to_numpy()
    return [
        f"{' '.join(map(str, one.index[row]))} {name}"
        for name, equal in same.items()
        for row in np.flatnonzero(~equal)
    ]


def test_the_run_gives_the_stored_figures() -> None:
    assert differences(key_figures(), stored_figures()) == []


def test_the_figures_are_of_every_level_and_hardly_any_is_missing() -> None:
    stored = stored_figures()
    assert len(stored) == len(AREAS) * len(INDICATORS)
    assert stored["value"].notna().mean() > 0.9
    assert (stored["index_class"] != "").sum() == 5 * len(INDICATORS)


@pytest.mark.parametrize("column", FIGURES)
def test_a_change_in_the_sixth_digit_of_one_number_is_found(column: str) -> None:
    stored = stored_figures()
    row = stored[column].first_valid_index()
    changed = stored.copy()
    changed[column] = changed[column].astype(float)
    changed.loc[row, column] *= 1 + 1e-5
    assert len(differences(changed, stored)) == 1
    changed.loc[row, column] = np.nan
    assert len(differences(changed, stored)) == 1


def test_another_class_or_area_is_found() -> None:
    stored = stored_figures()
    changed = stored.copy()
    changed.loc[changed.index[-1], "index_class"] = "mittel"
    assert len(differences(changed, stored)) == 1
    assert differences(stored.iloc[1:], stored)


if __name__ == "__main__":
    key_figures().to_csv(STORED, index=False, float_format="%.9g", lineterminator="\n")
    print(f"{STORED.name} neu geschrieben: {len(AREAS) * len(INDICATORS)} Zeilen.")

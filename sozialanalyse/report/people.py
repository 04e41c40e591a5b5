"""The section on the population: pyramid and age groups."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sozialanalyse.report.charts import draw_pyramid
from sozialanalyse.report.fragment import Fragment, figure, paragraph, warning
from sozialanalyse.report.numbers import format_value
from sozialanalyse.report.view import AreaView

__all__ = ["population_pyramid"]


def population_pyramid(area: AreaView) -> Fragment:
    """Return the population by sex and age against the city."""
    table = area.analysis.population
    if table is None:
        return warning(
            "Keine Bevölkerungspyramide: Der Datensatz enthält keine Bevölkerung nach Geschlecht und Alter."
        )
    frame = table.frame
    year = int(frame["year"].max())
    own, hidden = _age_shares(frame, area.area_id, year)
    if own is None:
        return warning(f"Keine Bevölkerungspyramide: Für {area.name} fehlt die Bevölkerung nach Alter.")
    city = None if area.is_root else _age_shares(frame, area.root.area_id, year)[0]
    svg = draw_pyramid(own, city, (area.name, area.root.name))
    finding = f"In {area.name} sind {_young_and_old(own)} Jahre alt"
    if city is not None:
        finding += f" ({area.root.name}: {_young_and_old(city)})"
    caption = f"Bevölkerung nach Alter und Geschlecht, {area.name}, {year}."
    if hidden:
        fewest = area.analysis.rules.minimum_numerator
        caption += (
            f" {hidden} Altersgruppen sind geheim (Punkt): Sie haben weniger als {fewest} Personen oder "
            "schützen eine andere Gruppe."
        )
    return paragraph(finding + ".") + figure(svg, finding + ".", caption)


def _age_shares(frame: pd.DataFrame, area_id: str, year: int) -> tuple[pd.DataFrame | None, int]:
    rows = frame[(frame["area_id"] == area_id) & (frame["year"] == year)]
    if not len(rows):
        return None, 0
    wide = rows.pivot_table(
        index="age_group", columns="sex", values="count", aggfunc="sum", min_count=1, observed=True
    )
    wide = wide.reindex(columns=["m", "f"])
    wide = wide.loc[sorted(wide.index, key=_start)]
    return wide / wide.to_numpy()[np.isfinite(wide.to_numpy())].sum() * 100, int((rows["hidden"] != "").sum())


def _young_and_old(shares: pd.DataFrame) -> str:
    starts = np.array([_start(group) for group in shares.index])
    young, old = (float(np.nansum(shares.to_numpy()[chosen])) for chosen in (starts < 15, starts >= 65))
    return f"{format_value(young, '%', 1)} unter 15 und {format_value(old, '%', 1)} ab 65"


def _start(age_group: object) -> int:
    return int(str(age_group).split("-")[0].rstrip("+"))

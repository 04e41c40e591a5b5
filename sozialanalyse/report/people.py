"""The section on the population: pyramid and age groups."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sozialanalyse.report.charts import draw_pyramid
from sozialanalyse.report.fragment import Fragment, figure, paragraph, warning
from sozialanalyse.report.numbers import format_value
from sozialanalyse.report.sources import origin
from sozialanalyse.report.view import AreaView

__all__ = ["population_pyramid"]


def population_pyramid(area: AreaView) -> Fragment:
    """Return the population by sex and age against the city."""
    table = area.analysis.population
    if table is None:
        return warning(
            "Keine Bevölkerungspyramide: Der Datensatz enthält keine Bevölkerung nach Geschlecht und Alter."
        )
    frame = table.where(area_id=[area.area_id, area.root.area_id]).frame
    newest = max(area.analysis.years.values(), default=int(frame["year"].max()))
    year = (
        int(frame.loc[frame["year"] <= newest, "year"].max()) if (frame["year"] <= newest).any() else newest
    )
    own = _age_shares(frame, area.area_id, year)
    if own is None:
        return warning(
            f"Keine Bevölkerungspyramide: Für {area.name} fehlt die Bevölkerung nach Alter, "
            "oder sie ist geheim."
        )
    city = None if area.is_root else _age_shares(frame, area.root.area_id, year)
    finding = f"In {area.name} sind {_young_and_old(own)}"
    if city is not None:
        finding += f" ({area.root.name}: {_young_and_old(city)})"
    caption = f"Bevölkerung nach Alter und Geschlecht, {area.name}, {year}."
    here = frame[(frame["area_id"] == area.area_id) & (frame["year"] == year)]
    hidden, exposed = int((here["hidden"] != "").sum()), int(here["exposed"].sum())
    if hidden:
        fewest = area.analysis.rules.minimum_numerator
        caption += (
            f" {'Eine Altersgruppe ist' if hidden == 1 else f'{hidden} Altersgruppen sind'} geheim (Punkt), "
            f"wegen weniger als {fewest} Personen oder zum Schutz einer anderen Gruppe. Die Anteile "
            "beziehen sich auf die übrigen."
        )
    if exposed:
        caption += (
            f" Bei {exposed} davon ist der Schutz schwächer als vorgesehen, weil die Zahl aller Menschen je "
            "Geschlecht und Altersgruppe ohnehin bekannt ist."
        )
    svg = draw_pyramid(own, city, (area.name, area.root.name))
    return paragraph(finding + ".") + figure(
        svg, finding + ".", caption, origin(area.analysis, ["population"], [year])
    )


def _age_shares(frame: pd.DataFrame, area_id: str, year: int) -> pd.DataFrame | None:
    """Return the shares of sex and age groups in per cent, or None where there is nothing to show."""
    rows = frame[(frame["area_id"] == area_id) & (frame["year"] == year)]
    if not rows["count"].notna().any():
        return None
    wide = rows.set_index(["age_group", "sex"])["count"].unstack()  # noqa: PD010 (a pivot table drops hidden rows)
    wide = wide.reindex(index=sorted(wide.index, key=_start), columns=["m", "f"])
    return wide.div(float(np.nansum(wide.to_numpy()))).mul(100)


def _young_and_old(shares: pd.DataFrame) -> str:
    """Say how many are young and how many old, by the age groups nearest to 15 and 65 years."""
    starts = np.array([_start(group) for group in shares.index])
    limits = [int(start) for start in starts if start > 0]
    if not limits:
        return "alle Altersgruppen zusammengefasst"
    young, old = (min(limits, key=lambda start: (abs(start - wanted), start)) for wanted in (15, 65))
    shown = [_share(shares[starts < young]), _share(shares[starts >= old])]
    return f"{shown[0]} unter {young} und {shown[1]} ab {old} Jahre alt"


def _share(shares: pd.DataFrame) -> str:
    if shares.isna().to_numpy().any():
        return "ein Anteil, der geheim ist,"
    return format_value(float(shares.to_numpy().sum()), "%", 1)


def _start(age_group: object) -> int:
    return int(str(age_group).split("-")[0].rstrip("+"))

"""What experts say beside what the statistics say: per Sozialraum and theme, with a fixed rule.

The statistical signal of a theme is the mean of its indicators' differences from the city, each turned so
that positive means less favourable and divided by the standard deviation between the areas. Its limits are
the means of the single limits. The standard error of a mean is never larger than the mean of the standard
errors, however the indicators hang together, so this interval is rather too wide than too narrow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from sozialanalyse.errors import ParameterError
from sozialanalyse.planning.rules import Theme

__all__ = [
    "NEEDS",
    "DialogueRule",
    "compare_views",
    "measured_themes",
    "theme_indicators",
    "theme_signals",
    "theme_weights",
]

NEEDS: Final[tuple[str, ...]] = ("agreed", "statistics", "experts")
"""Categories in which at least one side sees a need."""

_TURN: Final = {"higher_is_worse": 1.0, "higher_is_better": -1.0}
_SIGNAL_COLUMNS: Final = (
    "area_id", "theme", "difference", "lower", "upper", "usable", "listed", "worse", "better", "signal",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DialogueRule:
    """By which limits a need counts as seen.

    Attributes
    ----------
    relevant_difference : float
        Smallest mean difference from the city that matters, in standard deviations between the areas.
    fewest_share : float
        Share of a theme's indicators that must have a difference with interval, above 0 and at most 1.
    fewest_votes : int
        Smallest sum of weights (tables or votes) of statements on needs that counts.

    Raises
    ------
    ParameterError
        If a limit lies outside its range.
    """

    relevant_difference: float = 0.25
    fewest_share: float = 0.5
    fewest_votes: int = 3

    def __post_init__(self) -> None:
        faults = []
        if not self.relevant_difference > 0:
            faults.append("»relevant_difference« muss größer als 0 sein.")
        if not 0 < self.fewest_share <= 1:
            faults.append("»fewest_share« muss größer als 0 und höchstens 1 sein.")
        if self.fewest_votes < 1:
            faults.append("»fewest_votes« muss mindestens 1 sein.")
        if faults:
            raise ParameterError(" ".join(["Die Regel der Expert*innendialoge ist fehlerhaft.", *faults]))


def measured_themes(themes: Iterable[Theme], catalogue: pd.DataFrame) -> tuple[Theme, ...]:
    """Give a theme of whose indicators a dataset has none those of its domains, so that figures stand for it.

    Parameters
    ----------
    themes : iterable of Theme
        As the rules name them.
    catalogue : DataFrame, indexed by ``indicator_id``
        Columns ``domain, direction`` of the indicators that have values.

    Returns
    -------
    tuple of Theme
        The same themes. One that names no indicator at all is left as it is: nothing is measured then; so is
        one whose domains have no indicator with a good and a bad end.

    Examples
    --------
    >>> from sozialanalyse.planning.rules import Theme
    >>> theme = Theme("bildung", "Bildung", ("education",), ("language_support",), ())
    >>> own = pd.DataFrame({"domain": ["education"], "direction": ["higher_is_worse"]}, index=["low_skills"])
    >>> measured_themes([theme], own)[0].indicator_ids
    ('low_skills',)
    """
    found = []
    for theme in themes:
        inside = catalogue["domain"].isin(theme.domains) & catalogue["direction"].isin(list(_TURN))
        lacking = bool(theme.indicator_ids) and not set(theme.indicator_ids) & set(catalogue.index)
        keys = tuple(str(key) for key in catalogue.index[inside]) if lacking else ()
        found.append(replace(theme, indicator_ids=keys) if keys else theme)
    return tuple(found)


def theme_indicators(
    standing: pd.DataFrame, directions: Mapping[str, str], themes: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    """Return the indicators of each theme with their difference from the city, turned by direction.

    Parameters
    ----------
    standing : DataFrame
        Released rows with ``area_id, indicator_id, year, city_difference, city_lower, city_upper,
        level_deviation``, at most one for each area and indicator.
    directions : mapping of indicator to direction
        Indicators that are ``"neutral"`` or absent have no good and no bad end and are left out.
    themes : mapping of theme to its indicators

    Returns
    -------
    DataFrame
        Columns ``area_id, theme, indicator_id, year, difference, lower, upper, position``: one row for each
        area, theme and indicator that `standing` has. The three numbers are in standard deviations between
        the areas, 0 means like the city, positive less favourable; missing where there is no interval.
        `position` is ``worse``, ``better``, ``similar``, or ``unknown`` without interval.

    Examples
    --------
    >>> rows = pd.DataFrame({"area_id": ["A"], "indicator_id": ["jobs"], "year": [2022], "city_difference":
    ...     [-4.0], "city_lower": [-5.0], "city_upper": [-3.0], "level_deviation": [2.0]})
    >>> found = theme_indicators(rows, {"jobs": "higher_is_better"}, {"work": ["jobs"]})
    >>> found[["difference", "lower", "upper", "position"]].values.tolist()
    [[2.0, 1.5, 2.5, 'worse']]
    """
    pairs = pd.DataFrame(
        [(theme, key) for theme, keys in themes.items() for key in keys if directions.get(key) in _TURN],
        columns=["theme", "indicator_id"],
        dtype=object,
    )
    rows = standing.assign(indicator_id=standing["indicator_id"].astype(str)).astype({"indicator_id": object})
    rows = pairs.merge(rows, on="indicator_id", how="inner")
    turn = rows["indicator_id"].map(directions).map(_TURN).to_numpy(dtype=np.float64)
    deviation = rows["level_deviation"].to_numpy(dtype=np.float64)
    limits = rows[["city_lower", "city_upper"]].to_numpy(dtype=np.float64)
    usable = (deviation > 0) & np.isfinite(limits).all(axis=1)
    scale = np.divide(turn, deviation, out=np.full(len(rows), np.nan), where=usable)
    limits = limits * scale[:, None]
    lower, upper = limits.min(axis=1), limits.max(axis=1)
    return pd.DataFrame(
        {
            "area_id": rows["area_id"].astype(str),
            "theme": rows["theme"],
            "indicator_id": rows["indicator_id"],
            "year": rows["year"],
            "difference": rows["city_difference"].to_numpy(dtype=np.float64) * scale,
            "lower": lower,
            "upper": upper,
            "position": np.select(
                [lower > 0, upper < 0, np.isfinite(lower)], ["worse", "better", "similar"], "unknown"
            ),
        }
    )


def theme_signals(
    indicators: pd.DataFrame, themes: Iterable[str], areas: Iterable[str], rule: DialogueRule | None = None
) -> pd.DataFrame:
    """Return for each area and theme whether the statistics show a need.

    Parameters
    ----------
    indicators : DataFrame
        Rows of `theme_indicators`.
    themes, areas : iterables of str
        What the result has a row for, in this order.
    rule : DialogueRule, optional
        The limits.

    Returns
    -------
    DataFrame
        Columns ``area_id, theme, difference, lower, upper, usable, listed, worse, better, signal``.
        `signal` is ``need`` where the mean difference reaches the relevant size and its interval excludes 0;
        ``none`` where the whole interval lies below the relevant size; else ``unclear``, also where too few
        of the indicators (`usable` of `listed`) have an interval.

    Examples
    --------
    >>> rows = pd.DataFrame({"area_id": ["A", "A"], "theme": ["work", "work"], "difference": [1.0, 0.2],
    ...     "lower": [0.8, -0.2], "upper": [1.2, 0.6], "position": ["worse", "similar"]})
    >>> found = theme_signals(rows, ["work"], ["A"]).iloc[0]
    >>> print(found["difference"], found["lower"].round(1), found["upper"].round(1), found["signal"])
    0.6 0.3 0.9 need
    """
    rule = rule or DialogueRule()
    index = pd.MultiIndex.from_product([list(areas), list(themes)], names=["area_id", "theme"])
    if not len(indicators):
        frame = pd.DataFrame(index=index, columns=["difference", "lower", "upper"], dtype=np.float64)
        frame = frame.assign(usable=0, listed=0, worse=0, better=0)
    else:
        known = indicators.assign(
            usable=indicators["position"] != "unknown",
            listed=True,
            worse=indicators["position"] == "worse",
            better=indicators["position"] == "better",
        )
        groups = known.groupby(["area_id", "theme"])
        means = groups[["difference", "lower", "upper"]].mean()
        counts = groups[["usable", "listed", "worse", "better"]].sum()
        frame = means.join(counts).reindex(index)
        frame = frame.fillna({"usable": 0, "listed": 0, "worse": 0, "better": 0})
    enough = (frame["usable"] > 0) & (frame["usable"] >= rule.fewest_share * frame["listed"])
    need = enough & (frame["difference"] >= rule.relevant_difference) & (frame["lower"] > 0)
    none = enough & (frame["upper"] < rule.relevant_difference)
    frame["signal"] = np.select([need, none], ["need", "none"], "unclear")
    counted = dict.fromkeys(("usable", "listed", "worse", "better"), np.int64)
    return frame.astype(counted).reset_index()[list(_SIGNAL_COLUMNS)]


def theme_weights(dialogues: pd.DataFrame, statements: pd.DataFrame) -> pd.DataFrame:
    """Return for each Sozialraum, theme and round how much weight the experts gave to needs and to supports.

    Parameters
    ----------
    dialogues : DataFrame
        Columns ``dialogue_id, area_id, date, round, themes`` (tuples of str).
    statements : DataFrame
        Columns ``dialogue_id, theme, stance, weight``; a statement on a Quartier counts for the Sozialraum of
        its event.

    Returns
    -------
    DataFrame
        Columns ``area_id, theme, round, date, need, support, statements``: one row for each theme that was
        on the agenda, or about which something was said; `date` is that of the last event of the round.

    Examples
    --------
    >>> events = pd.DataFrame({"dialogue_id": ["d"], "area_id": ["A"], "date": pd.to_datetime(["2023-02-01"]),
    ...     "round": [2], "themes": [("work", "family")]})
    >>> said = pd.DataFrame({"dialogue_id": ["d", "d"], "theme": ["work", "work"], "stance":
    ...     ["need", "support"], "weight": [4, 1]})
    >>> theme_weights(events, said)[["theme", "need", "support", "statements"]].values.tolist()
    [['family', 0, 0, 0], ['work', 4, 1, 2]]
    """
    keys = ["area_id", "theme", "round"]
    agenda = dialogues.explode("themes").rename(columns={"themes": "theme"})
    agenda = agenda[agenda["theme"].notna()][[*keys, "date"]]
    said = statements.merge(
        dialogues[["dialogue_id", "area_id", "date", "round"]],
        on="dialogue_id",
        how="inner",
        suffixes=("_statement", ""),
        validate="many_to_one",
    )
    weight = said["weight"].astype(np.int64)
    said = said.assign(
        need=weight.where(said["stance"] == "need", 0),
        support=weight.where(said["stance"] == "support", 0),
        statements=1,
    )
    rows = pd.concat([agenda.assign(need=0, support=0, statements=0), said[[*keys, "date", *_COUNTED]]])
    found = rows.groupby(keys, as_index=False).agg(
        {"date": "max", "need": "sum", "support": "sum", "statements": "sum"}
    )
    return found.astype(dict.fromkeys(("round", *_COUNTED), np.int64))


_COUNTED: Final = ("need", "support", "statements")


def compare_views(
    signals: pd.DataFrame, weights: pd.DataFrame, rule: DialogueRule | None = None
) -> pd.DataFrame:
    """Put the experts' view beside the statistical signal and name what both say together.

    Parameters
    ----------
    signals : DataFrame
        Rows of `theme_signals`.
    weights : DataFrame
        Rows of `theme_weights`; of each Sozialraum and theme the last round counts.
    rule : DialogueRule, optional
        The limits.

    Returns
    -------
    DataFrame
        The rows of `signals` with ``round`` (0 without dialogue), ``need, support, statements``, ``experts``
        and ``category``. `experts` is ``need`` where needs weigh at least the fewest votes and more than what
        goes well, ``none`` where the theme was on the agenda and they do not, ``unasked`` where there was no
        dialogue. `category` is ``agreed`` where both see a need, ``statistics`` or ``experts`` where only
        that side does, ``none`` where both see none, ``insufficient`` where nobody sees a need and at least
        one side cannot say.

    Notes
    -----
    The experts' weights are counts of tables or votes at one event, not a sample; they have no interval.
    """
    rule = rule or DialogueRule()
    last = weights.sort_values("round", kind="stable").drop_duplicates(["area_id", "theme"], keep="last")
    last = last.astype({"area_id": object, "theme": object})
    frame = signals.astype({"area_id": object, "theme": object}).merge(
        last, on=["area_id", "theme"], how="left", validate="one_to_one"
    )
    asked = frame["round"].notna()
    filled = frame[["round", *_COUNTED]].fillna(0).astype(np.int64)
    frame[["round", *_COUNTED]] = filled
    seen = (filled["need"] >= rule.fewest_votes) & (filled["need"] > filled["support"])
    frame["experts"] = np.select([~asked, seen], ["unasked", "need"], "none")
    figures, people = frame["signal"] == "need", frame["experts"] == "need"
    silent = (frame["signal"] == "none") & (frame["experts"] == "none")
    frame["category"] = np.select(
        [figures & people, figures, people, silent],
        ["agreed", "statistics", "experts", "none"],
        "insufficient",
    )
    return frame

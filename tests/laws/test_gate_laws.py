"""Laws of the gate over linked tables: no outsider gets closer to a hidden number than the rule allows.

The attack here is written anew, with one linear programme per hidden cell: it does not lean on the library.
``SOZIALANALYSE_EXAMPLES=100`` tries a hundred times as many tables.
"""

from __future__ import annotations

import os
from typing import Final

import numpy as np
import pandas as pd
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from sozialanalyse.disclosure.release import release_population, release_values
from sozialanalyse.disclosure.rules import DisclosureRules

MORE: Final = int(os.environ.get("SOZIALANALYSE_EXAMPLES", "1"))
quick = settings(max_examples=25 * MORE, deadline=None)

RULES: Final = DisclosureRules(3, 100, 3, True, {})
PARENTS: Final = pd.Series(
    {"S": "", "A": "S", "B": "S", "A1": "A", "A2": "A", "A3": "A", "B1": "B", "B2": "B"}
)
LEAVES: Final = ("A1", "A2", "A3", "B1", "B2")
KINDS: Final = pd.Series({"all": "proportion", "part": "proportion"})
LABELS: Final = pd.DataFrame(
    {"label": ["x", "y"], "numerator_label": ["jobless", "long"], "denominator_label": ["adults", "jobless"]},
    index=["all", "part"],
)


def city(numbers: dict[str, tuple[int, int, int]]) -> pd.DataFrame:
    """Return the values of all levels from adults, jobless and long-term jobless of the neighbourhoods."""
    parts = {area: np.array(counts, dtype=float) for area, counts in numbers.items()}
    parts["A"] = parts["A1"] + parts["A2"] + parts["A3"]
    parts["B"] = parts["B1"] + parts["B2"]
    parts["S"] = parts["A"] + parts["B"]
    rows = []
    for indicator, cases, group in (("all", 1, 0), ("part", 2, 1)):
        for area in PARENTS.index:
            n, d = parts[area][cases], parts[area][group]
            value = 100 * n / d if d else np.nan
            rows.append((area, indicator, 2022, value, value, value, n, d, "wilson", ""))
    columns = ["area_id", "indicator_id", "year", "value", "lower", "upper", "numerator", "denominator"]
    return pd.DataFrame(rows, columns=[*columns, "method", "sign"])


LARGE: Final = (800, 500, 100)
ALL_JOBLESS_LONG_IN_TWO: Final = city(
    {"A1": (60, 4, 4), "A2": (60, 3, 3), "A3": LARGE, "B1": LARGE, "B2": LARGE}
)
"""Both reference groups are hidden as cases of the other indicator; 7 cases are left for 4 and 3 persons."""


@st.composite
def cities(draw: st.DrawFn) -> pd.DataFrame:
    """Cases of two indicators; those of the first are the reference group of the second."""
    numbers = {}
    for area in LEAVES:
        adults = draw(st.one_of(st.integers(60, 130), st.integers(300, 900)))
        jobless = draw(st.one_of(st.integers(0, 4), st.integers(5, adults)))
        numbers[area] = (adults, jobless, draw(st.integers(0, jobless)))
    return city(numbers)


def limits(groups: pd.Series[float]) -> pd.Series[float]:
    """Return the largest numerator that the outsider can think of."""
    return groups.where((groups <= 0) | (groups >= RULES.minimum_numerator), np.inf)


def widths(frame: pd.DataFrame, released: pd.DataFrame, indicator: str) -> pd.Series[float]:
    """Return how many cases wide the interval of each hidden numerator is.

    The outsider knows all denominators but those that are too small to be shown themselves.
    """
    true = frame[frame["indicator_id"] == indicator].set_index("area_id").loc[PARENTS.index]
    shown = released[released["indicator_id"] == indicator].set_index("area_id").loc[PARENTS.index]
    known = shown["numerator"].to_numpy()
    most = limits(true["denominator"])
    bounds = [(low, low) if np.isfinite(low) else (0.0, high) for low, high in zip(known, most, strict=True)]
    sums = np.zeros((3, len(PARENTS)))
    for line, whole in enumerate(("S", "A", "B")):
        sums[line, PARENTS.index.get_loc(whole)] = -1
        sums[line, np.flatnonzero(whole == PARENTS)] = 1
    found = {}
    for place in np.flatnonzero(shown["hidden"] != ""):
        target = np.zeros(len(PARENTS))
        target[place] = 1
        ends = []
        for sign in (1, -1):
            solved = linprog(sign * target, A_eq=sums, b_eq=np.zeros(3), bounds=bounds)
            ends.append(np.inf if solved.status == 3 else solved.x[place])
        found[PARENTS.index[place]] = ends[1] - ends[0]
    return pd.Series(found, dtype=float)


def joint_widths(frame: pd.DataFrame, released: pd.DataFrame) -> pd.DataFrame:
    """Return how wide the intervals of hidden numbers are, with room for what cannot be avoided.

    The outsider knows the adults and that nobody is long-term jobless without being jobless; the jobless are
    known where they are shown.
    """
    true, shown = (
        table.set_index(["indicator_id", "area_id"]).loc[[("all", key) for key in PARENTS.index]]
        for table in (frame, released)
    )
    parts = released.set_index(["indicator_id", "area_id"]).loc[[("part", key) for key in PARENTS.index]]
    count = len(PARENTS)
    known = np.concatenate([shown["numerator"], parts["numerator"]])
    most = np.concatenate([true["denominator"], np.full(count, np.inf)])
    bounds = [(low, low) if np.isfinite(low) else (0.0, high) for low, high in zip(known, most, strict=True)]
    sums = np.zeros((6, 2 * count))
    for line, whole in enumerate(("S", "A", "B")):
        for block in (0, 1):
            sums[line + 3 * block, PARENTS.index.get_loc(whole) + count * block] = -1
            sums[line + 3 * block, np.flatnonzero(whole == PARENTS) + count * block] = 1
    within = np.hstack([-np.eye(count), np.eye(count)])
    few = true["numerator"].to_numpy()
    room = np.minimum(3.0, np.concatenate([most[:count], np.where((few > 0) & (few < 3), 3.0, few)]))
    found = []
    for place in np.flatnonzero(~np.isfinite(known)):
        target = np.zeros(2 * count)
        target[place] = 1
        ends = [
            linprog(
                sign * target, A_ub=within, b_ub=np.zeros(count), A_eq=sums, b_eq=np.zeros(6), bounds=bounds
            ).x[place]
            for sign in (1, -1)
        ]
        found.append((ends[1] - ends[0], room[place]))
    return pd.DataFrame(found, columns=["width", "room"], dtype=float)


@quick
@given(cities())
@example(ALL_JOBLESS_LONG_IN_TWO)
def test_no_part_and_no_whole_gets_closer_because_a_part_is_never_larger(frame: pd.DataFrame) -> None:
    released = release_values(frame, KINDS, RULES, parents=PARENTS, labels=LABELS).frame
    found = joint_widths(frame, released)
    assert (found["width"] + 1e-6 >= found["room"]).all()


@quick
@given(cities())
@example(ALL_JOBLESS_LONG_IN_TWO)
def test_every_hidden_number_stays_open_by_the_smallest_shown_count(frame: pd.DataFrame) -> None:
    released = release_values(frame, KINDS, RULES, parents=PARENTS, labels=LABELS).frame
    for indicator in KINDS.index:
        found = widths(frame, released, indicator)
        groups = frame[frame["indicator_id"] == indicator].set_index("area_id")["denominator"]
        room = np.minimum(limits(groups).loc[found.index], 3.0)
        assert (found + 1e-6 >= room).all()


@quick
@given(cities())
def test_a_number_that_is_hidden_as_cases_is_hidden_as_reference_group_too(frame: pd.DataFrame) -> None:
    released = release_values(frame, KINDS, RULES, parents=PARENTS, labels=LABELS).frame.set_index("area_id")
    jobless = released[released["indicator_id"] == "all"]["hidden"] != ""
    part = released[released["indicator_id"] == "part"]
    told = frame[frame["indicator_id"] == "part"].set_index("area_id")["value"].notna()
    assert (part.loc[jobless[jobless & told].index, "hidden"] != "").all()
    assert part.loc[jobless[jobless].index, "denominator"].isna().all()


@quick
@given(st.lists(st.integers(5, 30), min_size=12, max_size=12), st.integers(0, 11), st.integers(1, 2))
def test_no_group_of_a_population_follows_from_its_totals(counts: list[int], place: int, small: int) -> None:
    # Where nearly all groups are empty, the totals, which everybody knows, give the rest away.
    counts[place] = small
    keys = [(area, sex, age) for area in ("B1", "B2") for sex in "mf" for age in ("0-14", "15-64", "65+")]
    population = pd.DataFrame(keys, columns=["area_id", "sex", "age_group"]).assign(year=2022, count=counts)
    city = population.groupby(["sex", "age_group", "year"], as_index=False)["count"].sum()
    both = pd.concat([population, city.assign(area_id="B")], ignore_index=True)
    released = release_population(both, RULES, parents=PARENTS).frame
    hidden = (released["hidden"] != "").to_numpy()
    assert hidden.any()
    for gone in ("sex", "age_group"):
        others = [key for key in ("area_id", "sex", "age_group") if key != gone]
        alone = released.assign(hidden=hidden).groupby(others)["hidden"].sum()
        assert not (alone == 1).any()


YEARS: Final = range(2018, 2023)
POOLED: Final = (2020, 2021, 2022)
"""Last years of the sums of three."""


@st.composite
def years_and_sums(draw: st.DrawFn) -> pd.DataFrame:
    """Deaths by year and of three years, of all levels; some years are told of no area."""
    few = st.sampled_from([1, 2, 4, 5, 6, 7, 8, 9])
    deaths = {area: np.array([draw(few) for _ in YEARS], dtype=float) for area in LEAVES}
    deaths["A"] = deaths["A1"] + deaths["A2"] + deaths["A3"]
    deaths["B"] = deaths["B1"] + deaths["B2"]
    deaths["S"] = deaths["A"] + deaths["B"]
    untold = draw(st.sampled_from([(), (), (2018,), (2019, 2021)]))
    told = [year for year in YEARS if year not in untold]
    rows = []
    for area, numbers in deaths.items():
        single = dict(zip(YEARS, numbers, strict=True))
        pooled = {last: sum(single[year] for year in range(last - 2, last + 1)) for last in POOLED}
        rows += [(area, "yearly", year, single[year]) for year in told]
        rows += [(area, "pooled", last, number) for last, number in pooled.items()]
    frame = pd.DataFrame(rows, columns=["area_id", "indicator_id", "year", "numerator"])
    frame = frame.assign(denominator=5000.0, method="byar", sign="")
    return frame.assign(**dict.fromkeys(("value", "lower", "upper"), frame["numerator"] / 5))


@settings(max_examples=8 * MORE, deadline=None)
@given(years_and_sums())
def test_no_year_and_no_sum_of_years_gets_closer_because_years_are_shared(frame: pd.DataFrame) -> None:
    labels = pd.DataFrame(
        {"label": "", "numerator_label": "deaths", "denominator_label": "people", "window": [1, 3]},
        index=["yearly", "pooled"],
    )
    kinds = pd.Series("rate", index=labels.index)
    released = release_values(frame, kinds, RULES, parents=PARENTS, labels=labels).frame
    place = {key: at for at, key in enumerate((area, year) for area in PARENTS.index for year in YEARS)}
    sums, right = [], []

    def say(parts: list[tuple[str, int]], total: float | tuple[str, int]) -> None:
        row = np.zeros(len(place))
        row[[place[part] for part in parts]] = 1
        if isinstance(total, tuple):
            row[place[total]] = -1
        sums.append(row)
        right.append(0.0 if isinstance(total, tuple) else total)

    def years_of(row: pd.Series[float]) -> list[tuple[str, int]]:
        first = row["year"] - (2 if row["indicator_id"] == "pooled" else 0)
        return [(row["area_id"], year) for year in range(first, row["year"] + 1)]

    for whole in ("S", "A", "B"):
        for year in YEARS:
            say([(part, year) for part in PARENTS.index[whole == PARENTS]], (whole, year))
    for _, row in released[released["hidden"] == ""].iterrows():
        say(years_of(row), row["numerator"])
    for _, row in released[released["hidden"] != ""].iterrows():
        target = np.zeros(len(place))
        target[[place[year] for year in years_of(row)]] = 1
        found = [linprog(sign * target, A_eq=np.array(sums), b_eq=right) for sign in (1, -1)]
        ends = [np.inf if one.status == 3 else one.x @ target for one in found]
        assert ends[1] - ends[0] >= 3 - 1e-6

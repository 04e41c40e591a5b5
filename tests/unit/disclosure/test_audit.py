"""The audit finds what an outsider could find, and names it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog

from sozialanalyse.disclosure.audit import AuditReport, Fact, PageRules, audit_facts
from sozialanalyse.site.page_facts import PageReader

PARENTS = {"S": "", "A": "S", "B": "S", "C": "S"}
RULES = PageRules(
    limits={
        ("minimum_numerator", ""): 3,
        ("minimum_denominator", ""): 100,
        ("minimum_complement", ""): 3,
        ("show_zero", ""): 1,
    },
    parents=PARENTS,
    names={"A": "Nord"},
    labels={"share": "Anteil", "people": "Menschen"},
    kinds={"share": "proportion", "people": "count"},
    factors={"share": 100.0, "people": 1.0},
    cases={"share": "Fälle", "people": "Menschen"},
    groups={"share": "Menschen", "people": ""},
)


def told(area: str, cases: float | None, group: float = 500.0) -> Fact:
    """Return a cell with its numbers, or a hidden one."""
    key = ("share", area, "2022")
    if cases is None:
        return Fact(*key, hidden=True, place="seite.html")
    return Fact(*key, cases=cases, group=group, place="seite.html")


def audited(*facts: Fact) -> AuditReport:
    """Audit a city with 120 cases and three quarters."""
    return audit_facts([told("S", 120, 1500), *facts], RULES)


def test_a_single_hidden_part_is_worked_out_and_named() -> None:
    report = audited(told("A", None), told("B", 58), told("C", 60))
    assert report.narrowest == 0
    assert report.breaches == ("»Anteil«, Nord (A), 2022: Die geheime Zahl lässt sich genau ableiten.",)


def test_two_hidden_parts_protect_each_other_as_far_as_their_sum_reaches() -> None:
    # 120 − 60 = 60 are left for two: each can be anything from 0 to 60.
    report = audited(told("A", None), told("B", None), told("C", 60))
    assert report == AuditReport(2, 60.0, (), 0)


def test_two_hidden_parts_with_a_small_sum_are_too_close() -> None:
    report = audited(told("A", None), told("B", None), told("C", 118))
    assert report.narrowest == 2
    assert len(report.breaches) == 2


def test_a_small_reference_group_known_from_elsewhere_narrows() -> None:
    # Two persons live there, as another table tells, so 58 or more cases are in the other part.
    people = Fact("people", "A", "2022", cases=2.0)
    report = audited(told("A", None), told("B", None), told("C", 60), people)
    assert report.narrowest == 2


def test_a_rounded_value_and_its_reference_group_give_the_cases_back() -> None:
    # 11.55 to 11.65 per cent of 500 persons: 58 cases and no other number.
    value = Fact("share", "B", "2022", value=(11.55, 11.65))
    people = Fact("people", "B", "2022", cases=500.0)
    report = audited(told("A", None), value, people, told("C", 60))
    assert any("genau" in breach for breach in report.breaches)


def test_a_cell_hidden_here_and_shown_there_is_a_breach() -> None:
    report = audited(told("A", None), told("B", None), told("A", 50), told("C", 60))
    assert any("an einer Stelle geheim" in breach and "Nord" in breach for breach in report.breaches)


@pytest.mark.parametrize(("cases", "group"), [(2, 500), (498, 500), (40, 99)])
def test_a_shown_cell_that_breaks_a_rule_is_a_breach(cases: float, group: float) -> None:
    assert any("Regel" in breach for breach in audited(told("A", cases, group)).breaches)


def test_sums_that_do_not_fit_allow_no_conclusion() -> None:
    report = audited(told("A", None), told("B", 90), told("C", 60))
    assert (report.breaches, report.open_tables) == ((), 1)


def test_a_delivered_total_above_its_parts_is_no_false_breach() -> None:
    # The page says that the delivered total differs: 120 − 60 − 58 = 2 is not the number of A.
    deviating = replace(RULES, deviating=frozenset({"Anteil"}))
    facts = [told("S", 120, 1500), told("A", None), told("B", 58), told("C", 60)]
    report = audit_facts(facts, deviating)
    assert (report.breaches, report.open_tables) == ((), 1)


def test_a_total_that_misfits_in_another_year_is_no_false_breach() -> None:
    # In 2021 everything is shown, and 121 are not 2 + 58 + 60.
    earlier = [
        replace(told(area, cases), year="2021")
        for area, cases in (("S", 121), ("A", 20), ("B", 40), ("C", 60))
    ]
    report = audited(told("A", None), told("B", 58), told("C", 60), *earlier)
    assert (report.breaches, report.open_tables) == ((), 1)


@pytest.mark.parametrize("rule", [("rounding_base", ""), ("cell_key_maximum", "")])
def test_changed_numbers_need_not_add_up(rule: tuple[str, str]) -> None:
    # 120 − 55 − 60 = 5; three numbers that are off by 2.5 (5) each leave 0 to 12.5 (20).
    changed = replace(RULES, limits={**RULES.limits, rule: 5})
    facts = [told("S", 120, 1500), told("A", None), told("B", 55), told("C", 60)]
    report = audit_facts(facts, changed)
    assert report.breaches == ()
    assert report.narrowest == (12 if rule[0] == "rounding_base" else 20)


def test_a_page_is_read_with_german_numbers_and_signs() -> None:
    about = (
        'data-area="A" data-parent="S" data-name="Nord" data-indicator="share" data-year="2022" data-kind='
        '"proportion" data-factor="100" data-cases="Fälle" data-group="Menschen" data-label="Anteil"'
    )
    reader = PageReader()
    reader.read(
        f'<table><tr {about}><th>x</th><td data-what="value">▲\u00a017,1<br><small>1 bis 2</small></td>'
        '<td data-what="cases">1.234 / 7.216</td><td data-what="value" data-area="S">.</td></tr>'
        '<tr data-rule="minimum_numerator"><th>Regel</th><td>3 Fälle</td></tr>'
        '<tr data-rule="show_zero"><th>Null</th><td>nein</td></tr></table>',
        "seite.html",
    )
    value, cases, hidden = reader.facts
    assert value.value == pytest.approx((17.05, 17.15))
    assert (cases.cases, cases.group) == (1234.0, 7216.0)
    assert (hidden.area, hidden.hidden) == ("S", True)
    assert reader.rules().limits == {("minimum_numerator", ""): 3, ("show_zero", ""): 0}


def random_city(seed: int) -> tuple[dict[str, str], dict[str, float], set[str]]:
    """Return the parents of a city with two levels below it, its numbers, and which of them are not told."""
    generator = np.random.default_rng(seed)
    parents, numbers = {"S": ""}, {}
    for quarter in range(3):
        parents[f"Q{quarter}"] = "S"
        for block in range(int(generator.integers(0, 4))):
            parents[f"Q{quarter}-{block}"] = f"Q{quarter}"
    for area in reversed(parents):
        parts = [part for part, parent in parents.items() if parent == area]
        numbers[area] = float(sum(numbers[part] for part in parts) or generator.integers(10, 60))
    silent = {area for area in parents if generator.random() < 0.5}
    return parents, numbers, silent | {min(parents.keys() - {"S"})}


@pytest.mark.parametrize("seed", range(40))
def test_intervals_passed_along_the_hierarchy_are_those_of_linear_programming(seed: int) -> None:
    parents, numbers, hidden = random_city(seed)
    facts = [
        Fact("people", area, "2022", hidden=True)
        if area in hidden
        else Fact("people", area, "2022", cases=number)
        for area, number in numbers.items()
    ]
    report = audit_facts(facts, replace(RULES, parents=parents))
    # The other program: HiGHS finds the ends of each hidden number under the same sums, each in [0, ∞).
    areas = list(parents)
    wholes = sorted({parent for parent in parents.values() if parent})
    sums = np.array([[(parents[a] == whole) - float(a == whole) for a in areas] for whole in wholes])
    bounds = [(0.0, None) if area in hidden else (numbers[area], numbers[area]) for area in areas]
    widths = []
    for area in hidden:
        ends = []
        for sign in (1.0, -1.0):
            cost = sign * np.array([other == area for other in areas], dtype=np.float64)
            found = linprog(cost, A_eq=sums, b_eq=np.zeros(len(wholes)), bounds=bounds, method="highs")
            ends.append(float("inf") if found.status == 3 else sign * found.fun)
        widths.append(round(ends[1] - ends[0], 6))
    assert report.narrowest == min(widths)
    assert report.protected == len(hidden)

"""What a city may change in rules/index.yaml: every page of a run then shows the same index."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from sozialanalyse.analysis import load_analysis
from sozialanalyse.errors import ParameterError
from sozialanalyse.index_study import study_of
from sozialanalyse.project import embedded_folder
from sozialanalyse.report.view import Analysis

Rules = dict[str, Any]
Change = Callable[[Rules], object]
Changed = Callable[[Change], str]


@pytest.fixture(scope="module")
def changed_rules(tmp_path_factory: pytest.TempPathFactory) -> Changed:
    """Return a function that changes a copy of the rules, each change once, with few draws for speed."""

    @cache
    def changed(change: Change) -> str:
        folder = tmp_path_factory.mktemp("rules")
        shutil.copytree(embedded_folder("parameters"), folder, dirs_exist_ok=True)
        for name, work in (("index", change), ("sensitivity", few_draws)):
            path = folder / "rules" / f"{name}.yaml"
            rules = yaml.safe_load(path.read_text(encoding="utf-8"))
            work(rules)
            path.write_text(yaml.safe_dump(rules, allow_unicode=True), encoding="utf-8")
        return str(folder)

    return changed


def few_draws(rules: Rules) -> None:
    """Draw as little as the rules allow."""
    rules |= {"draws": 100, "base_draws": 64}


def by_domain(rules: Rules) -> None:
    """Let people out of work or poor count as one domain with twice the weight of families."""
    for number, entry in enumerate(rules["spec"]["indicators"]):
        entry["domain"] = "poverty" if number < 4 else "demography"
    rules["spec"]["domain_weights"] = {"poverty": 2, "demography": 1}


def between_goalposts(rules: Rules) -> None:
    """Measure every indicator from 0 to 80 per cent."""
    for entry in rules["spec"]["indicators"]:
        entry["goalposts"] = [0, 80]
    rules["spec"]["normalisation"] = "goalposts"


def by_population(rules: Rules) -> None:
    """Measure against the city mean of persons instead of areas."""
    rules["spec"]["reference"] = "population"


def substituted(rules: Rules) -> None:
    """Ask for more indicators than there are, with choices that only these could follow."""
    by_domain(rules)
    between_goalposts(rules)
    for entry in rules["spec"]["indicators"]:
        entry["weight"] = 1
    rules["spec"]["domain_aggregation"] = "geometric"
    rules["minimum_indicators"] = 100


def index_of(analysis: Analysis) -> pd.DataFrame:
    """Return the index as it is shown, by area."""
    assert analysis.index is not None, analysis.index_missing
    return analysis.index.areas.frame.set_index("area_id")


@pytest.mark.parametrize("change", [by_domain, between_goalposts, by_population, substituted])
def test_the_study_of_an_index_has_the_ranks_of_the_index_itself(
    changed_rules: Changed, change: Change
) -> None:
    folder = changed_rules(change)
    analysis = load_analysis("", folder)
    ranks = study_of(analysis, folder).ranks.frame.set_index("area_id")["rank"]
    pd.testing.assert_series_equal(ranks, index_of(analysis)["rank"].reindex(ranks.index))


def test_a_mean_over_persons_is_zero_when_every_area_counts_by_its_persons(changed_rules: Changed) -> None:
    analysis = load_analysis("", changed_rules(by_population))
    shown = index_of(analysis)
    people = analysis.current.where(indicator_id="population").frame.set_index("area_id")["value"]
    assert np.average(shown["index"], weights=people.reindex(shown.index)) == pytest.approx(0, abs=1e-12)
    assert abs(shown["index"].mean()) > 0.01


def test_a_substitute_takes_nothing_that_is_said_of_single_indicators(changed_rules: Changed) -> None:
    analysis = load_analysis("", changed_rules(substituted))
    assert analysis.index is not None
    assert analysis.index.title == "Armutsindex"
    spec = analysis.index.spec
    assert (spec.weighting, spec.normalisation, spec.domains, spec.domain_aggregation) == (
        "equal",
        "z",
        (),
        "arithmetic",
    )


def test_a_domain_without_any_indicator_left_takes_its_weight_with_it(changed_rules: Changed) -> None:
    def only_families_unknown(rules: Rules) -> None:
        by_domain(rules)
        for entry in rules["spec"]["indicators"][4:]:
            entry["id"] = f"unbekannt_{entry['id'][:3]}"

    analysis = load_analysis("", changed_rules(only_families_unknown))
    assert analysis.index is not None
    assert analysis.index.spec.domain_names == ("poverty",)
    assert analysis.index.spec.domain_weights == (2.0,)


def turned(rules: Rules) -> None:
    """Let a high index mean much burden."""
    rules["spec"]["orientation"] = "higher_is_worse"


def three_classes(rules: Rules) -> None:
    """Leave the names of the substitute's five classes as they are."""
    rules["spec"]["classes"] = {"limits": [-1, 1], "labels": ["niedrig", "mittel", "hoch"]}


@pytest.mark.parametrize(
    ("change", "message"),
    [(turned, "muss higher_is_better sein"), (three_classes, "5 Namen bei 3 Klassen")],
)
def test_rules_that_pages_could_not_follow_are_refused(
    changed_rules: Changed, change: Change, message: str
) -> None:
    with pytest.raises(ParameterError, match=message):
        load_analysis("", changed_rules(change))

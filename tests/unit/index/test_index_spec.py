"""The specification: what YAML may say, and that all faults are reported at once."""

from dataclasses import replace

import pytest
import yaml

from sozialanalyse.errors import ParameterError
from sozialanalyse.index.spec import ClassSpec, IndexSpec

FULL_YAML = """
indicators:
  - {id: sgb_ii, domain: poverty, weight: 2, direction: higher_is_worse, goalposts: [0, 50], reference: 12.5}
  - {id: sprachstand, domain: education, weight: 1, goalposts: [0, 100], reference: 80}
orientation: higher_is_worse
minimum_share: 0.75
minimum_coverage: 0.8
imputation: group_median
treatment: winsorise
skew_limit: 2
kurtosis_limit: 3.5
winsorise_at_most: 3
normalisation: goalposts
z_target: [100, 10]
bounds: [1, 100]
reference: population
aggregation: geometric
domain_weights: {education: 1, poverty: 3}
domain_normalisation: none
domain_aggregation: harmonic
unit_variance: true
classes: {method: quantiles, labels: [niedrig, mittel, hoch]}
dynamics: {limits: [-0.5, 0.5]}
years: 5
confidence: 0.95
"""


def test_yaml_sets_every_field():
    spec = IndexSpec.from_mapping(yaml.safe_load(FULL_YAML))
    expected = IndexSpec(
        indicators=("sgb_ii", "sprachstand"),
        domains=("poverty", "education"),
        directions=("higher_is_worse", ""),
        weights=(2.0, 1.0),
        domain_weights=(3.0, 1.0),
        goalposts=((0.0, 50.0), (0.0, 100.0)),
        references=(12.5, 80.0),
        orientation="higher_is_worse",
        minimum_share=0.75,
        minimum_coverage=0.8,
        imputation="group_median",
        treatment="winsorise",
        winsorise_at_most=3,
        normalisation="goalposts",
        z_target=(100.0, 10.0),
        bounds=(1.0, 100.0),
        reference="population",
        weighting="given",
        aggregation="geometric",
        domain_aggregation="harmonic",
        unit_variance=True,
        classes=ClassSpec(method="quantiles", limits=(), labels=("niedrig", "mittel", "hoch")),
        dynamics=ClassSpec(limits=(-0.5, 0.5), labels=("negativ", "stabil", "positiv")),
        years=5,
        confidence=0.95,
    )
    assert spec == expected


def test_a_list_of_keys_is_enough():
    assert IndexSpec.from_mapping({"indicators": ["a", "b"]}) == IndexSpec(indicators=("a", "b"))


def test_an_explicit_weighting_is_kept_beside_weights():
    mapping = {"indicators": [{"id": "a", "weight": 1}], "weighting": "equal"}
    assert IndexSpec.from_mapping(mapping).weighting == "equal"


def test_all_faults_come_in_one_error():
    mapping = {
        "indicators": [{"id": "a", "wieght": 1, "weight": "viel"}, 7],
        "normalization": "z",
        "normalisation": "zscore",
        "years": "vier",
        "unit_variance": 1,
        "bounds": [1],
        "confidence": 90,
        "classes": {"limits": [0.5, "x"], "labels": "hoch", "farben": []},
        "domain_weights": {"armut": 1},
    }
    with pytest.raises(ParameterError) as caught:
        IndexSpec.from_mapping(mapping)
    message = str(caught.value)
    for piece in (
        "»normalization« ist unbekannt",
        "»normalisation« kennt »zscore« nicht",
        "Eintrag 1: »wieght« ist unbekannt",
        "Eintrag 2: muss ein Schlüssel sein",
        "»weight« muss eine Zahl sein",
        "»years« muss eine ganze Zahl sein",
        "»unit_variance« muss true oder false sein",
        "»bounds« muss eine Liste aus zwei Zahlen sein",
        "»confidence« muss zwischen 0 und 1 liegen",
        "»classes.farben« ist unbekannt",
        "»classes.limits« muss eine Liste von Zahlen sein",
        "»classes.labels« muss eine Liste von Texten sein",
        "»domain_weights« muss zu jedem Bereich",
    ):
        assert piece in message
    assert "viel" not in message


@pytest.mark.parametrize(
    ("change", "piece"),
    [
        ({"indicators": ()}, "mindestens einen Indikator"),
        ({"indicators": ("a", "a")}, "jeden nur einmal"),
        ({"weights": (1.0,)}, "einen Eintrag je Indikator"),
        ({"weights": (1.0, -1.0)}, "nicht negativ"),
        ({"weighting": "given"}, "braucht »weight«"),
        ({"weighting": "teuer"}, "Erlaubt: equal, given, pca"),
        ({"directions": ("", "up")}, "»directions« kennt"),
        ({"domains": ("poverty", "")}, "bei jedem Indikator einen Bereich"),
        ({"domain_weights": (1.0,)}, "je Bereich"),
        ({"domain_aggregation": "geometric"}, "wenn jeder Indikator einen Bereich"),
        ({"normalisation": "scaled"}, "braucht »goalposts«"),
        ({"goalposts": ((1.0, 0.0), (0.0, 1.0))}, "kleiner sein als der zweite"),
        ({"references": (float("nan"), 1.0)}, "müssen Zahlen sein"),
        (
            {"normalisation": "distance_to_reference", "references": (1.0, 1.0), "treatment": "log"},
            "ändert die Einheit",
        ),
        ({"minimum_share": 0.0}, "größer als 0"),
        ({"minimum_coverage": 1.5}, "höchstens 1"),
        ({"skew_limit": -1.0}, "nicht negativ"),
        ({"years": 0}, "mindestens 1"),
        ({"z_target": (0.0, 0.0)}, "Standardabweichung über 0"),
        ({"bounds": (1.0, 1.0)}, "»bounds«"),
    ],
)
def test_each_rule_is_checked_again_on_replace(change, piece):
    spec = IndexSpec(indicators=("a", "b"))
    with pytest.raises(ParameterError, match=piece):
        replace(spec, **change)


@pytest.mark.parametrize(
    ("change", "piece"),
    [
        ({"method": "jenks"}, "kennt »jenks« nicht"),
        ({"labels": ("a",), "limits": ()}, "mindestens zwei"),
        ({"limits": (0.0,)}, "eine Grenze weniger"),
        ({"limits": (0.0, 0.0, 1.0, 2.0)}, "steigenden"),
        ({"method": "quantiles"}, "gilt nur für »standard_deviation«"),
    ],
)
def test_classes_are_checked(change, piece):
    with pytest.raises(ParameterError, match=piece):
        replace(ClassSpec(), **change)

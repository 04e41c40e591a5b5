"""German sentences: complete, correct in number format, and never causal."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from sozialanalyse.connections.construction import CAVEATS
from sozialanalyse.connections.panel import PanelAssociation
from sozialanalyse.connections.spec import ConnectionSpec
from sozialanalyse.connections.synthesis import REASONS, Category, PairEvidence, Verdict
from sozialanalyse.connections.wording import ECOLOGICAL_NOTE, german_number, sentence, strength

CAUSAL = ("führt zu", "bewirk", "verursach", "ursache", "auswirkung", "einfluss", " wegen ", "infolge")
SPEC = ConnectionSpec()
LABELS = ("Einkommensarmut", "Geringe Qualifikation")
EVIDENCE = PairEvidence(
    first="a",
    second="b",
    method="spearman",
    count=134,
    size=37.4,
    estimate=0.944,
    lower=0.878,
    upper=0.974,
    p_corrected=0.0001,
    neighbours=True,
    area_range=(0.93, 0.95),
    group_range=(0.92, 0.96),
)


def _say(category: Category, *reasons: str, evidence: PairEvidence = EVIDENCE) -> str:
    verdict = Verdict("a", "b", category, reasons, (6, 7))  # type: ignore[arg-type]
    return sentence(verdict, evidence, SPEC, LABELS)


def test_an_established_connection_in_full() -> None:
    assert _say(Category.ESTABLISHED) == (
        "Höhere Werte bei »Einkommensarmut« gehen einher mit höheren Werten bei »Geringe Qualifikation« "
        "(Rangkorrelation 0,94, 95-%-Intervall 0,88 bis 0,97, 134 Gebiete). "
        "Der Zusammenhang ist stark und gesichert. "
        "Zur Prüfung: wenn je ein Gebiet wegbleibt 0,93 bis 0,95, "
        "wenn je ein Gebiet der Ebene Sozialraum wegbleibt 0,92 bis 0,96, "
        "in 6 von 7 anderen Rechenwegen bestätigt. "
        "Die 134 Gebiete zählen dabei nur so viel wie 37 voneinander unabhängige."
    )


def test_no_sentence_says_or_hints_at_a_cause() -> None:
    panel = PanelAssociation(20, 5, 100, 0.5, 0.2, 0.8, 0.01, 0.3, 0.6, 0.2, 0.8)
    texts = [ECOLOGICAL_NOTE, *REASONS.values(), *CAVEATS.values()]
    for category, reason in product(Category, REASONS):
        texts.append(_say(category, reason))
    for category in Category:
        full = replace(EVIDENCE, panel=panel, construction=tuple(CAVEATS), orientation=1)  # type: ignore[arg-type]
        texts.append(_say(category, "curve", evidence=full))
    for text in texts:
        for word in CAUSAL:
            assert word not in text.lower(), text


@pytest.mark.parametrize(
    ("category", "reason", "words"),
    [
        (Category.INDICATION, "corrected", "aber nur ein Hinweis: Unter so vielen"),
        (Category.INCONSISTENT, "curve", "ist der Zusammenhang uneinheitlich (Rangkorrelation 0,94"),
        (Category.NONE, "", "ist kein Zusammenhang erkennbar"),
        (Category.INSUFFICIENT, "few_areas", "reichen die Daten nicht (134 Gebiete): Es gibt zu wenige"),
        (Category.INSUFFICIENT, "wide", "Das Intervall reicht über null hinweg"),
    ],
)
def test_each_verdict_is_named_in_its_sentence(category: Category, reason: str, words: str) -> None:
    text = _say(category, *([reason] if reason else []))
    assert words in text
    assert "»Einkommensarmut«" in text
    assert "  " not in text
    assert text.endswith(".")


def test_an_inverse_connection_is_said_with_lower_values() -> None:
    falling = PairEvidence("a", "b", "pearson", 134, 134.0, -0.41, -0.6, -0.2, 0.001, neighbours=True)
    text = _say(Category.ESTABLISHED, evidence=falling)
    assert "mit niedrigeren Werten bei »Geringe Qualifikation« (Korrelation −0,41" in text
    assert "unabhängige" not in text


@pytest.mark.parametrize(
    ("estimate", "orientation", "words"),
    [
        (0.6, 1, "Ungünstige Werte treffen also meist zusammen."),
        (-0.6, -1, "Ungünstige Werte treffen also meist zusammen."),
        (-0.6, 1, "Ungünstige Werte des einen treffen also meist auf günstige des anderen."),
        (0.4, 1, "Ungünstige Werte treffen also eher zusammen."),
        (-0.4, 1, "Ungünstige Werte des einen treffen also eher auf günstige des anderen."),
        (0.2, 1, "treffen also nur etwas häufiger zusammen, als es der Zufall ergäbe."),
    ],
)
def test_it_is_said_whether_disadvantages_meet(estimate: float, orientation: int, words: str) -> None:
    found = replace(EVIDENCE, estimate=estimate, orientation=orientation)
    assert words in _say(Category.ESTABLISHED, evidence=found)
    assert "Ungünstige" not in _say(Category.ESTABLISHED, evidence=replace(found, orientation=0))
    assert "Ungünstige" not in _say(Category.NONE, evidence=found)


def test_what_rules_a_connection_out_is_the_interval_that_the_sentence_names() -> None:
    """Bonett and Wright: artanh 0.02 ± z·√((1 + 0.02²/2) / 97), so −0.18 to 0.22 at z = 1.96.

    At z = 1.645 it is 0.02 ± 0.167, and the tanh of that −0.146 to 0.185.
    """
    absent = replace(EVIDENCE, count=100, size=100.0, estimate=0.02, lower=-0.177, upper=0.2155)
    text = _say(Category.NONE, evidence=absent)
    assert "95-%-Intervall −0,18 bis 0,22, 100 Gebiete)" in text
    assert "zählt das 90-%-Intervall; es liegt mit −0,15 bis 0,18 ganz innerhalb von ±0,3." in text


def test_a_limit_that_decides_is_not_rounded_away() -> None:
    near = replace(EVIDENCE, count=400, size=236.0, estimate=0.12, lower=-0.004, upper=0.249)
    assert "95-%-Intervall −0,004 bis 0,249" in _say(Category.NONE, evidence=near)
    # Bonett and Wright at z = 1.645 with 74 areas: tanh(0.1104 + 1.645·√(1.00605/71)) = 0.297.
    wide = replace(EVIDENCE, count=400, size=74.0, estimate=0.11, lower=-0.12, upper=0.33)
    assert "bis 0,297 ganz innerhalb von ±0,3." in _say(Category.NONE, evidence=wide)


def test_a_verdict_on_ways_that_differ_does_not_deny_what_the_ways_show() -> None:
    open_interval = replace(EVIDENCE, estimate=-0.34, lower=-0.63, upper=0.04)
    text = _say(Category.INCONSISTENT, "curve", evidence=open_interval)
    assert "): Das Intervall schließt die Null ein, andere vertretbare Rechenwege schließen sie aus." in text
    assert "zeigen ihn nicht oder anders" in _say(Category.INCONSISTENT, "curve")


@pytest.mark.parametrize(
    ("agreeing", "words"),
    [
        ((1, 1), "im einzigen anderen Rechenweg bestätigt."),
        ((0, 1), "im einzigen anderen Rechenweg nicht bestätigt."),
        ((3, 7), "in 3 von 7 anderen Rechenwegen bestätigt."),
    ],
)
def test_one_other_way_is_spoken_of_in_the_singular(agreeing: tuple[int, int], words: str) -> None:
    verdict = Verdict("a", "b", Category.ESTABLISHED, (), agreeing)
    assert words in sentence(verdict, EVIDENCE, SPEC, LABELS)


def test_a_weak_change_together_is_called_weak() -> None:
    panel = PanelAssociation(20, 5, 100, -0.1, -0.2, -0.01, 0.03, -0.05, 0.6, 0.2, 0.8)
    text = _say(Category.ESTABLISHED, evidence=replace(EVIDENCE, panel=panel))
    assert "verändern sich beide über 5 Jahre schwach entgegengesetzt" in text
    assert text.endswith("(Korrelation der Veränderungen −0,05).")


def test_a_weak_connection_is_no_contrast_to_an_indication() -> None:
    weak = replace(EVIDENCE, estimate=0.2)
    assert "ist schwach und nur ein Hinweis:" in _say(Category.INDICATION, "weak", evidence=weak)
    assert "ist stark, aber nur ein Hinweis:" in _say(Category.INDICATION, "curve")


def test_the_same_numbers_are_a_caveat_in_the_sentence() -> None:
    made = PairEvidence(
        "a", "b", "spearman", 134, 134.0, 0.9, 0.8, 0.95, 0.001, neighbours=True, construction=("nested",)
    )
    assert CAVEATS["nested"] in _say(Category.ESTABLISHED, evidence=made)


def test_numbers_come_from_the_formatter_that_is_passed_in() -> None:
    verdict = Verdict("a", "b", Category.ESTABLISHED, (), (0, 0))
    text = sentence(verdict, EVIDENCE, SPEC, LABELS, number=lambda value, digits: f"[{value:.{digits}f}]")
    assert "Rangkorrelation [0.94], [95]-%-Intervall [0.88] bis [0.97]" in text


@pytest.mark.parametrize(("value", "text"), [(-0.004, "0,00"), (-0.06, "−0,06"), (1.0, "1,00")])
def test_german_numbers_have_a_true_minus_and_no_negative_zero(value: float, text: str) -> None:
    assert german_number(value, 2) == text


@pytest.mark.parametrize(
    ("value", "word"), [(0.7, "stark"), (-0.5, "deutlich"), (0.3, "mäßig"), (0.29, "schwach")]
)
def test_words_for_size_change_at_fixed_limits(value: float, word: str) -> None:
    assert strength(value) == word

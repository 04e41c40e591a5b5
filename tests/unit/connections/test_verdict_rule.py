"""The rule for verdicts, one check at a time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sozialanalyse.connections.regression import fit_pair
from sozialanalyse.connections.spec import ConnectionSpec
from sozialanalyse.connections.synthesis import (
    REASONS,
    Category,
    Coarser,
    PairEvidence,
    SpatialFit,
    SpecResult,
    judge,
)

SPEC = ConnectionSpec()
AGREES = SpecResult(0.7, 0.5, 0.8)
UNCLEAR = SpecResult(0.2, -0.1, 0.5)
OPPOSES = SpecResult(-0.4, -0.6, -0.2)
STRONG = PairEvidence(
    first="a",
    second="b",
    method="spearman",
    count=120,
    size=60.0,
    estimate=0.7,
    lower=0.53,
    upper=0.82,
    p_corrected=0.001,
    neighbours=True,
    area_range=(0.68, 0.72),
    group_range=(0.6, 0.75),
    curve=(AGREES,) * 5,
    coarser=Coarser(0.8, 0.4, 0.9, 12),
    spatial=SpatialFit("error", 0.5, 0.3, 0.7, 0.4),
)
STEPS = np.arange(30.0)
RISING = fit_pair(STEPS, STEPS + np.sin(STEPS), kind="score")
FALLING = fit_pair(STEPS, -STEPS + np.sin(STEPS), kind="score")
FLAT = fit_pair(STEPS, np.cos(STEPS * 3), kind="score")


def test_a_connection_that_passes_every_check_is_established_in_either_direction() -> None:
    up = judge(replace(STRONG, model=RISING), SPEC)
    assert (up.category, up.reasons, up.agreeing) == (Category.ESTABLISHED, (), (5, 5))
    down = replace(
        STRONG,
        estimate=-0.7,
        lower=-0.82,
        upper=-0.53,
        area_range=(-0.72, -0.68),
        group_range=(-0.75, -0.6),
        curve=(SpecResult(-0.7, -0.8, -0.5),) * 5,
        coarser=Coarser(-0.8, -0.9, -0.4, 12),
        model=FALLING,
        spatial=SpatialFit("error", -0.5, -0.7, -0.3, 0.4),
    )
    assert judge(down, SPEC).category is Category.ESTABLISHED


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"p_corrected": 0.06}, "corrected"),
        ({"p_corrected": np.nan}, "corrected"),
        (
            {"estimate": 0.29, "lower": 0.03, "upper": 0.51, "area_range": (0.285, 0.3), "group_range": None},
            "weak",
        ),
        ({"area_range": (0.1, 0.72)}, "area"),
        ({"group_range": (0.1, 0.75)}, "group"),
        ({"curve": (AGREES, AGREES, AGREES, UNCLEAR, UNCLEAR)}, "curve"),
        ({"coarser": Coarser(-0.1, -0.6, 0.5, 12)}, "coarser"),
        ({"model": FLAT}, "model"),
        ({"spatial": SpatialFit("lag", 0.1, -0.1, 0.3, 0.6)}, "spatial_model"),
        ({"neighbours": False}, "no_neighbours"),
    ],
)
def test_one_failed_check_leaves_an_indication_and_is_named(change: dict[str, object], reason: str) -> None:
    verdict = judge(replace(STRONG, **change), SPEC)  # type: ignore[arg-type]
    assert (verdict.category, verdict.reasons) == (Category.INDICATION, (reason,))
    assert reason in REASONS


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"area_range": (-0.05, 0.72)}, "area"),
        ({"group_range": (-0.05, 0.75)}, "group"),
        ({"curve": (AGREES,) * 4 + (OPPOSES,)}, "curve"),
        ({"curve": (AGREES, AGREES, UNCLEAR, UNCLEAR, UNCLEAR)}, "curve"),
        ({"coarser": Coarser(-0.7, -0.9, -0.3, 12)}, "coarser"),
        ({"model": FALLING}, "model"),
        ({"spatial": SpatialFit("lag", -0.3, -0.5, -0.1, 0.6)}, "spatial_model"),
    ],
)
def test_one_contradiction_makes_the_picture_inconsistent(change: dict[str, object], reason: str) -> None:
    verdict = judge(replace(STRONG, **change), SPEC)  # type: ignore[arg-type]
    assert (verdict.category, verdict.reasons) == (Category.INCONSISTENT, (reason,))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"count": 9}, "few_areas"),
        ({"estimate": np.nan}, "few_areas"),
        ({"size": 5.9}, "few_effective"),
        ({"size": np.nan}, "few_effective"),
    ],
)
def test_too_few_areas_give_no_verdict_however_strong_the_coefficient(
    change: dict[str, float], reason: str
) -> None:
    verdict = judge(replace(STRONG, **change), SPEC)  # type: ignore[arg-type]
    assert (verdict.category, verdict.reasons) == (Category.INSUFFICIENT, (reason,))


def test_none_is_said_only_where_the_data_are_precise_enough() -> None:
    # Spearman 0.05: the 90 % interval of 60 independent areas reaches to 0.26, that of 25 to 0.38.
    weak = replace(STRONG, estimate=0.05, lower=-0.21, upper=0.3, curve=(UNCLEAR,) * 5)
    assert judge(weak, SPEC).category is Category.NONE
    few = judge(replace(weak, size=25.0), SPEC)
    assert (few.category, few.reasons) == (Category.INSUFFICIENT, ("wide",))


def test_a_coefficient_that_is_clear_but_tiny_is_no_connection_of_weight() -> None:
    tiny = replace(
        STRONG, estimate=0.05, lower=0.04, upper=0.06, size=30_000.0, curve=(SpecResult(0.05, 0.04, 0.06),)
    )
    assert judge(tiny, SPEC).category is Category.NONE


@pytest.mark.parametrize("size", [60.0, 25.0])
def test_what_other_specifications_clearly_show_is_not_passed_over(size: float) -> None:
    hidden = replace(
        STRONG, estimate=0.05, lower=-0.3, upper=0.4, size=size, curve=(AGREES,) * 3 + (UNCLEAR,) * 2
    )
    verdict = judge(hidden, SPEC)
    assert (verdict.category, verdict.reasons) == (Category.INCONSISTENT, ("curve",))


def test_clear_specifications_in_both_directions_are_inconsistent() -> None:
    torn = replace(STRONG, estimate=0.2, lower=-0.1, upper=0.5, curve=(AGREES, OPPOSES) + (UNCLEAR,) * 4)
    assert judge(torn, SPEC).category is Category.INCONSISTENT


def test_what_could_not_be_computed_does_not_count_against_a_connection() -> None:
    bare = replace(STRONG, area_range=None, group_range=None, curve=(), coarser=None, spatial=None)
    assert judge(bare, SPEC).category is Category.ESTABLISHED

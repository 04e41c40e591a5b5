"""The Dynamikindex: how the same indicators changed, standardised the same way, and the joint table."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from sozialanalyse.errors import MethodError, ParameterError
from sozialanalyse.index.build import IndexResult, build_index
from sozialanalyse.index.data import IndexData
from sozialanalyse.index.spec import IndexSpec

__all__ = ["DynamicsResult", "build_dynamics", "changes", "earlier_edition"]


@dataclass(frozen=True, slots=True)
class DynamicsResult:
    """Statusindex, Dynamikindex and both together.

    Attributes
    ----------
    status : IndexResult
        The index of the later edition, with the classes of ``spec.classes``.
    dynamics : IndexResult
        The same steps on the changes; a high value means a development in the direction of the
        orientation that is better than that of the city. Classes of ``spec.dynamics``.
    joint : ndarray of int, shape (C_status, C_dynamics)
        Number of areas in each pair of classes.
    joint_labels : tuple of str, length N
        ``"niedrig, positiv"`` for each area; ``""`` where one of the two is missing.
    """

    status: IndexResult
    dynamics: IndexResult
    joint: npt.NDArray[np.int64]
    joint_labels: tuple[str, ...]


def earlier_edition(data: IndexData) -> IndexData:
    """Return the data of the earlier edition that comes along as ``previous_values``.

    Raises
    ------
    MethodError
        If there are none.
    """
    if data.previous_values is None:
        raise MethodError(
            "Ein Dynamikindex braucht die Werte einer früheren Ausgabe; es sind keine angegeben. Bitte Werte "
            "des Vergleichsjahres ergänzen."
        )
    return replace(
        data, values=data.previous_values, previous_values=None, numerators=None, denominators=None
    )


def changes(now: IndexData, then: IndexData, spec: IndexSpec) -> IndexData:
    """Return the change of each indicator, later minus earlier, in its unit.

    Parameters
    ----------
    now, then : IndexData
        The same areas in the same order; both have all indicators of the specification.
    spec : IndexSpec
        For the indicators.

    Raises
    ------
    ParameterError
        If the areas differ or an indicator is missing.
    """
    if now.area_ids != then.area_ids:
        raise ParameterError(
            "Eine Veränderung braucht in beiden Ausgaben dieselben Gebiete in derselben Reihenfolge; sie "
            "weichen ab. Bitte den Gebietsstand angleichen."
        )
    later, earlier = now.select(spec.indicators), then.select(spec.indicators)
    return replace(
        later,
        values=later.values - earlier.values,
        numerators=None,
        denominators=None,
        previous_values=None,
    )


def build_dynamics(now: IndexData, then: IndexData, spec: IndexSpec) -> DynamicsResult:
    """Build Statusindex, Dynamikindex and the table of both.

    Parameters
    ----------
    now, then : IndexData
        The later and the earlier edition (by the specification `years` years before), the same areas in
        the same order.
    spec : IndexSpec
        All choices; they hold for the levels and for the changes.

    Returns
    -------
    DynamicsResult

    Raises
    ------
    ParameterError
        If areas or indicators do not match.
    MethodError
        If the normalisation measures against fixed values, which a change does not have, or a step is
        not defined.

    Notes
    -----
    The Dynamikindex has city mean 0 as well: it says whether an area developed better or worse than the city,
    not whether its figures rose or fell.

    Examples
    --------
    >>> then = IndexData(
    ...     area_ids=("01", "02", "03"),
    ...     indicator_ids=("sgb_ii",),
    ...     values=np.array([[10.0], [20.0], [30.0]]),
    ...     directions=("higher_is_worse",),
    ... )
    >>> now = replace(then, values=np.array([[11.0], [20.0], [29.0]]))
    >>> build_dynamics(now, then, IndexSpec(indicators=("sgb_ii",))).dynamics.index.tolist()
    [-1.0, 0.0, 1.0]
    """
    if spec.normalisation in {"scaled", "goalposts"} or (
        spec.normalisation == "distance_to_reference" and spec.references
    ):
        raise MethodError(
            f"»normalisation: {spec.normalisation}« misst an festen Werten, die es für Veränderungen nicht "
            "gibt. Bitte für den Dynamikindex z, min_max, rank oder percentile wählen."
        )
    status = build_index(now, spec)
    dynamics = build_index(changes(now, then, spec), replace(spec, classes=spec.dynamics))
    both = (status.class_index >= 0) & (dynamics.class_index >= 0)
    joint = np.zeros((len(status.class_labels), len(dynamics.class_labels)), dtype=np.int64)
    np.add.at(joint, (status.class_index[both], dynamics.class_index[both]), 1)
    labels = tuple(
        f"{status.class_labels[level]}, {dynamics.class_labels[change]}" if level >= 0 and change >= 0 else ""
        for level, change in zip(status.class_index, dynamics.class_index, strict=True)
    )
    return DynamicsResult(status, dynamics, joint, labels)

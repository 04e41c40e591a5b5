"""Two versions of an index side by side: two editions, or two specifications of one edition."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from sozialanalyse.errors import MethodError, ParameterError
from sozialanalyse.index.build import IndexResult
from sozialanalyse.index.data import FloatArray

__all__ = ["Contrast", "contrast"]


@dataclass(frozen=True, slots=True)
class Contrast:
    """What changes from a first index to a second.

    Attributes
    ----------
    area_ids : tuple of str, length N
        Keys.
    rank_change : ndarray of shape (N,)
        Second rank minus first: negative if the area moved toward more social burden. NaN where an
        index is missing.
    index_change : ndarray of shape (N,)
        Second index minus first, both divided by their standard deviation.
    class_change : ndarray of int, shape (N,)
        Number of classes that an area moved, upward positive; 0 where an index is missing.
    same_class : ndarray of bool, shape (N,)
        Whether both indices have the area in the same class; False where one is missing.
    mean_rank_shift : float
        Mean of the absolute rank changes.
    spearman : float
        Rank correlation of the two indices (turned to the same orientation), −1 to 1.
    """

    area_ids: tuple[str, ...]
    rank_change: FloatArray
    index_change: FloatArray
    class_change: npt.NDArray[np.int64]
    same_class: npt.NDArray[np.bool_]
    mean_rank_shift: float
    spearman: float


def contrast(first: IndexResult, second: IndexResult) -> Contrast:
    """Compare two indices area by area.

    Parameters
    ----------
    first, second : IndexResult
        The same areas in the same order, with the same orientation and the same classes.

    Raises
    ------
    ParameterError
        If areas, orientation or names of classes differ.
    MethodError
        If fewer than two areas have both indices, or one index is the same everywhere.
    """
    for name, differ in (
        ("Gebiete", first.area_ids != second.area_ids),
        ("Ausrichtung (»orientation«)", first.spec.orientation != second.spec.orientation),
        ("Namen der Klassen", first.class_labels != second.class_labels),
    ):
        if differ:
            raise ParameterError(
                f"Zwei Indizes lassen sich nur vergleichen, wenn sie gleich sind in: {name}."
            )
    both = np.isfinite(first.index) & np.isfinite(second.index)
    values = first.index[both], second.index[both]
    if both.sum() < 2 or any(np.ptp(index) == 0 for index in values):
        raise MethodError(
            "Ein Vergleich braucht mindestens zwei Gebiete mit beiden Indizes, die sich unterscheiden. Bitte "
            "die Angaben beider Indizes prüfen."
        )
    rank_change = second.rank - first.rank
    classes = np.where(both, second.class_index - first.class_index, 0)
    return Contrast(
        area_ids=first.area_ids,
        rank_change=rank_change,
        index_change=second.index / values[1].std(ddof=1) - first.index / values[0].std(ddof=1),
        class_change=classes,
        same_class=both & (classes == 0),
        mean_rank_shift=float(np.abs(rank_change[both]).mean()),
        spearman=float(stats.spearmanr(*values).statistic),
    )

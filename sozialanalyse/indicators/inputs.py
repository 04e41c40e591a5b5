"""What every statistic asks of its input: numbers, no negative counts, rows that belong together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sozialanalyse.errors import MethodError

__all__ = ["aligned", "as_numbers", "by_area", "checked_counts", "require_same_rows", "together"]

_NUMBERS: Final = frozenset({"empty", "integer", "floating", "mixed-integer-float", "decimal"})


def as_numbers(name: str, values: ArrayLike) -> NDArray[np.float64]:
    """Return values as a new array of floats, after checking that they are finite numbers.

    Parameters
    ----------
    name : str
        German word for what the values are, for the message.
    values : array_like of float
        Numbers of any type, pandas' nullable ones included; ``None``, ``NA`` and NaN where unknown.

    Raises
    ------
    MethodError
        If one is infinite, or there are texts, dates or truth values among them. ``"12"`` is a text: how it
        is to be read (decimal comma, thousands, signs) is decided when a file is read, never here.

    Examples
    --------
    >>> as_numbers("Werte", [3, None])
    array([ 3., nan])
    """
    array = np.asarray(values)
    if array.dtype.kind not in "iuf":
        array = _from_objects(name, array)
    array = array.astype(np.float64)
    infinite = int(np.count_nonzero(np.isinf(array)))
    if infinite:
        raise MethodError(
            f"»{name}« darf nicht unendlich sein. Gefunden: {infinite} solche Werte. "
            "Bitte die Quelle berichtigen oder die Werte als fehlend angeben."
        )
    return array


def by_area(name: str, values: ArrayLike, area_ids: Sequence[str]) -> NDArray[np.float64]:
    """Return values of named areas as a new array of floats, after checking that its rows are these areas.

    Parameters
    ----------
    name : str
        German word for what the values are, for the message.
    values : array_like of float, shape (N,) or (N, K)
        One row per area; NaN where unknown.
    area_ids : sequence of str, length N
        Keys of the rows. A column or table of pandas whose labels are texts must have them in this order.

    Raises
    ------
    MethodError
        If something is no number, or the rows are not these areas.

    Examples
    --------
    >>> by_area("Werte", pd.Series([3, None], ["a", "b"]), ["a", "b"])
    array([ 3., nan])
    """
    numbers = as_numbers(name, values)
    if numbers.ndim == 0 or len(numbers) != len(area_ids):
        raise MethodError(
            f"»{name}« muss eine Zeile je Gebiet haben. Gefunden: {len(np.atleast_1d(numbers))} Zeilen, "
            f"{len(area_ids)} Gebiete. Bitte die Werte nach den Gebieten ordnen."
        )
    labels = values.index if isinstance(values, pd.Series | pd.DataFrame) else pd.RangeIndex(len(numbers))
    if all(isinstance(key, str) for key in labels) and [*labels] != [*area_ids]:
        raise MethodError(
            f"»{name}« hat andere Zeilen als die Gebiete oder eine andere Reihenfolge. Bitte die Zeilen nach "
            "den Gebieten ordnen, etwa mit »reindex«."
        )
    return numbers


def checked_counts(name: str, values: ArrayLike) -> NDArray[np.float64]:
    """Return counts as a new array of floats, after checking that they are finite and none is negative.

    Parameters
    ----------
    name : str
        German word for what is counted, for the message.
    values : array_like of float
        Counts, NaN where unknown; they need not be whole numbers (rounded or weighted counts).

    Raises
    ------
    MethodError
        If a count is no number, negative or infinite.

    Examples
    --------
    >>> checked_counts("Zähler", [3, None])
    array([ 3., nan])
    """
    array = as_numbers(name, values)
    refused = int(np.count_nonzero(array < 0))
    if refused:
        raise MethodError(
            f"»{name}« darf nicht negativ sein. Gefunden: {refused} solche Werte. "
            "Bitte die Quelle berichtigen oder die Werte als fehlend angeben."
        )
    return array


def require_same_rows(**columns: ArrayLike | None) -> None:
    """Refuse columns of pandas whose labels are not the same areas (or ages) in the same order.

    Numpy puts them side by side by position; nothing would show that the numbers of two areas were mixed.

    Parameters
    ----------
    **columns : array_like
        Columns by their name. Tables are compared by rows and columns, a table and a series by what they
        share when they are put side by side, the columns. What carries no labels is not checked.

    Raises
    ------
    MethodError
        If the labels of two columns differ.

    Examples
    --------
    >>> require_same_rows(Zähler=pd.Series([1, 2], ["a", "b"]), Nenner=pd.Series([3, 4], ["b", "a"]))
    Traceback (most recent call last):
    ...
    sozialanalyse.errors.MethodError: »Zähler« und »Nenner« haben verschiedene Zeilen oder eine andere \
Reihenfolge. Bitte beide auf denselben Index bringen, etwa mit »reindex«.
    """
    labelled = [(name.replace("_", " "), _labels(column)) for name, column in columns.items()]
    for (first, one), (second, other) in combinations(labelled, 2):
        if not all(axis.equals(same) for axis, same in zip(one, other, strict=False)):
            raise MethodError(
                f"»{first}« und »{second}« haben verschiedene Zeilen oder eine andere Reihenfolge. "
                "Bitte beide auf denselben Index bringen, etwa mit »reindex«."
            )


def together(**counts: ArrayLike) -> tuple[NDArray[np.float64], ...]:
    """Return counts as arrays of one shape, after checking each and that their rows belong together.

    Parameters
    ----------
    **counts : array_like of float
        Counts by their German name; their shapes must broadcast, as one total does against many areas.

    Raises
    ------
    MethodError
        If a count is no number, negative or infinite, or the rows or shapes do not fit.

    Examples
    --------
    >>> together(Zähler=[1, 2], Nenner=10)
    (array([1., 2.]), array([10., 10.]))
    """
    require_same_rows(**counts)
    arrays = [checked_counts(name.replace("_", " "), values) for name, values in counts.items()]
    try:
        return tuple(np.broadcast_arrays(*arrays))
    except ValueError:
        found = ", ".join(str(array.shape[0] if array.ndim == 1 else array.shape) for array in arrays)
        raise MethodError(
            f"{', '.join(f'»{name}«' for name in counts)} müssen gleich viele Werte haben. ".replace("_", " ")
            + f"Gefunden: {found}. Bitte die Listen nach denselben Gebieten ordnen."
        ) from None


def aligned(**columns: ArrayLike) -> tuple[NDArray[np.float64], ...]:
    """Return columns of areas as arrays of one length; the last one, the population, is checked as counts.

    Parameters
    ----------
    **columns : array_like of float, shape (areas,)
        What is known of each area by its German name, the population last.

    Raises
    ------
    MethodError
        If something is no number, rows or lengths differ, or a population is negative.

    Examples
    --------
    >>> aligned(Werte=[-1.5, 2], Bevölkerung=[10, 20])
    (array([-1.5,  2. ]), array([10., 20.]))
    """
    require_same_rows(**columns)
    *others, population = columns
    arrays = (
        *(as_numbers(name, columns[name]) for name in others),
        checked_counts(population, columns[population]),
    )
    if any(array.ndim != 1 or array.shape != arrays[0].shape for array in arrays):
        found = ", ".join(str(array.size) for array in arrays)
        raise MethodError(
            "Jedes Gebiet braucht genau einen Wert je Liste. "
            f"Gefunden: Listen mit {found} Werten. Bitte die Listen nach denselben Gebieten ordnen."
        )
    return arrays


def _labels(values: object) -> tuple[pd.Index, ...]:
    """Return the labels of pandas' axes, the last axis first, as numpy puts arrays side by side."""
    return tuple(reversed(values.axes)) if isinstance(values, pd.Series | pd.DataFrame) else ()


def _from_objects(name: str, array: NDArray[Any]) -> NDArray[np.float64]:
    """Read numbers, possibly with gaps, from an array that numpy does not hold as numbers."""
    flat = array.ravel().astype(object)
    if pd.api.types.infer_dtype(flat, skipna=True) not in _NUMBERS:
        raise MethodError(
            f"»{name}« muss aus Zahlen bestehen. Gefunden: anderes, etwa Text, Datum oder Wahrheitswert. "
            "Bitte die Spalte beim Einlesen in Zahlen umwandeln."
        )
    return np.where(pd.isna(flat), np.nan, flat).astype(np.float64).reshape(array.shape)

"""What an index is built from: areas by indicators, with what belongs to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sozialanalyse.errors import ParameterError
from sozialanalyse.vocabulary import DIRECTIONS, KINDS

__all__ = ["FloatArray", "IndexData"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexData:
    """Indicator values of all areas of one level at one time.

    Attributes
    ----------
    area_ids : tuple of str, length N
        Keys of the areas.
    indicator_ids : tuple of str, length K
        Keys of the indicators; more than the specification names are allowed.
    values : ndarray of shape (N, K)
        Values in the unit of each indicator, NaN where missing.
    directions : tuple of str, length K
        ``higher_is_worse``, ``higher_is_better`` or ``neutral``.
    population : ndarray of shape (N,), or None
        Persons per area.
    groups : tuple of str, length N, or empty
        Parent area of each area, for imputation by group.
    kinds : tuple of str, length K, or empty
        ``proportion``, ``rate``, ``count`` or ``score``, for draws of the sampling error.
    numerators, denominators : ndarray of shape (N, K), or None
        Counts behind the values, NaN where there are none.
    previous_values : ndarray of shape (N, K), or None
        Values of the earlier edition, for the Dynamikindex.

    Raises
    ------
    ParameterError
        If a shape does not fit, a key appears twice, a direction or kind is unknown, or a value is infinite.
    """

    area_ids: tuple[str, ...]
    indicator_ids: tuple[str, ...]
    values: FloatArray
    directions: tuple[str, ...]
    population: FloatArray | None = None
    groups: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    numerators: FloatArray | None = None
    denominators: FloatArray | None = None
    previous_values: FloatArray | None = None

    def __post_init__(self) -> None:
        areas, indicators = len(self.area_ids), len(self.indicator_ids)
        for name, expected in (("area_ids", areas), ("indicator_ids", indicators)):
            if expected == 0 or len(set(getattr(self, name))) < expected:
                raise ParameterError(f"»{name}«: mindestens ein Schlüssel ist nötig, und jeder nur einmal.")
        for name, length in (("directions", indicators), ("kinds", indicators), ("groups", areas)):
            found = len(getattr(self, name))
            if found != length and not (found == 0 and name != "directions"):
                raise ParameterError(f"»{name}« braucht {length} Einträge, gefunden: {found}.")
        if not {*self.directions} <= {*DIRECTIONS} or not {*self.kinds} <= {*KINDS}:
            raise ParameterError(
                f"»directions« kennt: {', '.join(DIRECTIONS)}; »kinds« kennt: {', '.join(KINDS)}. "
                "Gefunden wurde etwas anderes; bitte die Angaben zu den Indikatoren prüfen."
            )
        for name, shape in (
            ("values", (areas, indicators)),
            ("numerators", (areas, indicators)),
            ("denominators", (areas, indicators)),
            ("previous_values", (areas, indicators)),
            ("population", (areas,)),
        ):
            array = getattr(self, name)
            if array is not None and array.shape != shape:
                raise ParameterError(f"»{name}« braucht die Form {shape}, gefunden: {array.shape}.")
            if array is not None and np.isinf(array).any():
                raise ParameterError(
                    f"»{name}« darf keine unendlichen Werte enthalten; bitte die Daten prüfen."
                )

    def select(self, indicators: Sequence[str]) -> IndexData:
        """Return the same data for these indicators only, in this order.

        Raises
        ------
        ParameterError
            If an indicator is not there; all that are missing are named.
        """
        unknown = [key for key in indicators if key not in self.indicator_ids]
        if unknown:
            raise ParameterError(
                f"Der Index nennt Indikatoren, die es im Datensatz nicht gibt: {', '.join(unknown)}. "
                "Bitte die Angabe des Index oder die Daten ergänzen."
            )
        columns = [self.indicator_ids.index(key) for key in indicators]

        def chosen(array: FloatArray | None) -> FloatArray | None:
            return None if array is None else array[:, columns]

        return IndexData(
            area_ids=self.area_ids,
            indicator_ids=tuple(indicators),
            values=self.values[:, columns],
            directions=tuple(self.directions[column] for column in columns),
            population=self.population,
            groups=self.groups,
            kinds=tuple(self.kinds[column] for column in columns) if self.kinds else (),
            numerators=chosen(self.numerators),
            denominators=chosen(self.denominators),
            previous_values=chosen(self.previous_values),
        )

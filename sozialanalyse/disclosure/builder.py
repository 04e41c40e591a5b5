"""Collect the cells and totals of tables, and join tables that share cells."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from sozialanalyse.disclosure.system import CELL_ARRAYS, TOLERANCE, FloatArray, IntArray, LinearSystem
from sozialanalyse.errors import ParameterError

__all__ = ["SystemBuilder", "link"]


@dataclass(slots=True)
class SystemBuilder:
    """Collects cells and totals of one or several tables; a key that both tables use is one cell.

    Examples
    --------
    >>> builder = SystemBuilder()
    >>> builder.add_cells(["a", "b", "c", "city"], [1, 5, 9, 15], primary=[True, False, False, False])
    >>> builder.add_total("city", ["a", "b", "c"])
    >>> system = builder.build()
    >>> system.size, system.equations.shape
    (4, (1, 4))
    """

    _place: dict[Hashable, int] = field(default_factory=dict)
    _columns: dict[str, list[FloatArray]] = field(default_factory=lambda: {name: [] for name in CELL_ARRAYS})
    _rows: list[tuple[IntArray, FloatArray, float]] = field(default_factory=list)

    def add_cells(
        self,
        keys: Sequence[Hashable],
        values: ArrayLike,
        *,
        primary: ArrayLike = False,
        lower: ArrayLike = 0.0,
        upper: ArrayLike = np.inf,
        whole: ArrayLike = True,
        weights: ArrayLike | None = None,
        lower_level: ArrayLike = 0.0,
        upper_level: ArrayLike = 0.0,
        sliding_level: ArrayLike = 1.0,
        always_shown: ArrayLike = False,
        contributor: ArrayLike = -1,
    ) -> None:
        """Add cells; every argument but the keys is one number for all or one per cell.

        Parameters
        ----------
        keys : sequence of hashable
            Names not used so far.
        values : (k,) float
            True values.
        primary, lower, upper, whole, lower_level, upper_level, sliding_level, always_shown, contributor
            As in `LinearSystem`. The levels count for primary cells only; left out, a primary cell
            must not be derivable exactly.
        weights : (k,) float, optional
            Information lost; the absolute value if left out, so that small cells are hidden first.

        Raises
        ------
        ParameterError
            If a key is there already or lengths differ.
        """
        count = len(keys)
        given = {
            "values": values, "lower": lower, "upper": upper, "whole": whole, "primary": primary,
            "weights": np.abs(np.asarray(values, dtype=np.float64)) if weights is None else weights,
            "lower_level": lower_level, "upper_level": upper_level, "sliding_level": sliding_level,
            "always_shown": always_shown, "contributor": contributor,
        }  # fmt: skip
        try:
            arrays = {
                name: np.broadcast_to(np.asarray(value, dtype=np.float64), (count,))
                for name, value in given.items()
            }
        except ValueError:
            raise ParameterError(
                "Je Zelle ist genau eine Angabe nötig. Bitte die Längen der Angaben angleichen."
            ) from None
        before = len(self._place)
        self._place.update({key: before + offset for offset, key in enumerate(keys)})
        if len(self._place) != before + count:
            raise ParameterError(
                "Ein Zellschlüssel kommt mehrfach vor. Bitte jede Zelle genau einmal angeben, "
                "auch wenn mehrere Tabellen sie nutzen."
            )
        for name, array in arrays.items():
            self._columns[name].append(array)

    def add_equation(self, coefficients: Mapping[Hashable, float], constant: float = 0.0) -> None:
        """Add the equation ``Σ coefficient · cell = constant``.

        Raises
        ------
        ParameterError
            If there is no cell of a key.
        """
        self._rows.append(
            (self._find(coefficients), np.array(list(coefficients.values()), dtype=np.float64), constant)
        )

    def add_total(self, total: Hashable, parts: Sequence[Hashable], *, rounding: float = 0.0) -> None:
        """Say that a cell is the sum of others.

        Parameters
        ----------
        total, parts
            Keys of cells already added.
        rounding : float
            How far total and sum may differ because the cells were rounded one by one; readers know this too.

        Raises
        ------
        ParameterError
            If a key is unknown, a part is named twice, or the difference is larger than `rounding`.
        """
        positions = self._find((total, *parts))
        if len(set(positions.tolist())) != len(positions):
            raise ParameterError(
                "Eine Summe nennt eine Zelle doppelt. Bitte jeden Teil genau einmal angeben."
            )
        coefficients = np.ones(len(positions))
        coefficients[0] = -1.0
        if rounding > 0:
            difference = -float(coefficients @ self._values(positions))
            slack = ("Rundung", total, len(self._rows))
            self.add_cells(
                [slack], [difference], primary=True, lower=-rounding, upper=rounding, whole=False,
                weights=0.0, sliding_level=0.0,
            )  # fmt: skip
            positions = np.append(positions, self._place[slack])
            coefficients = np.append(coefficients, 1.0)
        self._rows.append((positions, coefficients, 0.0))

    def build(self) -> LinearSystem:
        """Return the frozen system.

        Raises
        ------
        ParameterError
            If cells or equations contradict each other.
        """
        joined = {
            name: np.concatenate(parts) if parts else np.empty(0) for name, parts in self._columns.items()
        }
        lengths = [len(positions) for positions, _, _ in self._rows]
        empty_int, empty = np.empty(0, dtype=np.int64), np.empty(0)
        equations = sparse.csr_array(
            (
                np.concatenate([empty, *(coefficients for _, coefficients, _ in self._rows)]),
                np.concatenate([empty_int, *(positions for positions, _, _ in self._rows)]),
                np.concatenate(([0], np.cumsum(lengths, dtype=np.int64))),
            ),
            shape=(len(self._rows), len(self._place)),
        )
        return LinearSystem(
            keys=tuple(self._place),
            values=joined["values"],
            equations=equations,
            constants=np.array([constant for _, _, constant in self._rows], dtype=np.float64),
            lower=joined["lower"],
            upper=joined["upper"],
            whole=joined["whole"] > 0,
            weights=joined["weights"],
            primary=joined["primary"] > 0,
            lower_level=joined["lower_level"],
            upper_level=joined["upper_level"],
            sliding_level=joined["sliding_level"],
            always_shown=joined["always_shown"] > 0,
            contributor=joined["contributor"].astype(np.int64),
        )

    def _find(self, keys: Iterable[Hashable]) -> IntArray:
        try:
            return np.array([self._place[key] for key in keys], dtype=np.int64)
        except KeyError:
            raise ParameterError(
                "Eine Summe nennt eine unbekannte Zelle. Bitte die Zelle zuerst mit »add_cells« anlegen."
            ) from None

    def _values(self, positions: IntArray) -> FloatArray:
        self._columns["values"] = [np.concatenate(self._columns["values"])]
        values: FloatArray = self._columns["values"][0][positions]
        return values


def link(systems: Sequence[LinearSystem]) -> LinearSystem:
    """Join tables that share cells: cells with the same key become one.

    Parameters
    ----------
    systems : sequence of LinearSystem
        Contributor labels must mean the same respondent in all of them.

    Returns
    -------
    LinearSystem
        Cells in the order of first appearance. Where tables differ about a cell, the careful reading holds:
        primary if primary anywhere, the highest levels, the narrowest known bounds, the highest weight;
        always shown if so anywhere.

    Raises
    ------
    ParameterError
        If tables give a shared cell different values or different contributors.
    """
    keys = tuple(dict.fromkeys(key for system in systems for key in system.keys))
    place = {key: position for position, key in enumerate(keys)}
    targets = [np.array([place[key] for key in system.keys], dtype=np.int64) for system in systems]
    where = np.concatenate([np.empty(0, dtype=np.int64), *targets])
    merged = {name: np.concatenate([getattr(system, name) for system in systems]) for name in CELL_ARRAYS}
    count = len(keys)
    low = {name: _grouped(np.minimum, where, merged[name], count) for name in ("values", "upper")}
    high = {
        name: _grouped(np.maximum, where, merged[name].astype(np.float64), count)
        for name in CELL_ARRAYS
        if name != "upper"
    }
    known = merged["contributor"] >= 0
    least = _grouped(np.minimum, where[known], merged["contributor"][known].astype(np.float64), count)
    if (high["values"] - low["values"] > TOLERANCE).any() or (
        np.isfinite(least) & (high["contributor"] != least)
    ).any():
        raise ParameterError(
            "Verknüpfte Tabellen müssen zu derselben Zelle dasselbe angeben und tun es nicht. "
            "Bitte Werte und Kennungen abgleichen."
        )
    blocks = [
        sparse.coo_array((coo.data, (coo.row, target[coo.col])), shape=(system.equations.shape[0], count))
        for system, target in zip(systems, targets, strict=True)
        for coo in [system.equations.tocoo()]
    ]
    return LinearSystem(
        keys=keys,
        values=high["values"],
        equations=sparse.csr_array(sparse.vstack(blocks)),
        constants=np.concatenate([system.constants for system in systems]),
        lower=high["lower"],
        upper=low["upper"],
        whole=high["whole"] > 0,
        weights=high["weights"],
        primary=high["primary"] > 0,
        lower_level=high["lower_level"],
        upper_level=high["upper_level"],
        sliding_level=high["sliding_level"],
        always_shown=high["always_shown"] > 0,
        contributor=high["contributor"].astype(np.int64),
    )


def _grouped(ufunc: np.ufunc, where: IntArray, values: FloatArray, count: int) -> FloatArray:
    """Return the smallest or largest value per group; groups without a value get the neutral infinity."""
    result = np.full(count, np.inf if ufunc is np.minimum else -np.inf)
    ufunc.at(result, where, values)
    return result

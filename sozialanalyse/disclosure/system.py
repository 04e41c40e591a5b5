"""Cells of tables and the linear equations between them: what a reader of the tables can calculate with.

Knows nothing of areas or indicators. A cell has a key, a true value, what everybody knows of it beforehand,
and what hiding it costs; an equation says that a total is the sum of its parts.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sozialanalyse.errors import ParameterError

__all__ = ["CELL_ARRAYS", "TOLERANCE", "BoolArray", "FloatArray", "IntArray", "LinearSystem"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]

TOLERANCE = 1e-6
"""Two numbers that differ by less are taken as equal; counts differ by 1 at least."""


@dataclass(frozen=True, slots=True, eq=False)
class LinearSystem:
    """Cells with their true values and the equations ``A x = b`` that link them; n cells, m equations.

    Attributes
    ----------
    keys : tuple of hashable, length n
        Names of the cells: strings, numbers or tuples of these. Their order decides ties, never that of rows.
    values : (n,) float
        True values; in the unit of the table, persons for counts.
    equations : (m, n) sparse
        Coefficients; a total of parts has −1 at the total and +1 at each part.
    constants : (m,) float
        Right-hand sides, 0 for totals.
    lower, upper : (n,) float
        What everybody knows of a cell before anything is published; 0 and infinity for a count.
    whole : (n,) bool
        Whether everybody knows that the cell is a whole number.
    weights : (n,) float, not negative
        Information lost when the cell is hidden.
    primary : (n,) bool
        Cells that a rule hides, in any case.
    lower_level, upper_level, sliding_level : (n,) float
        Protection of primary cells: the derivable interval must reach down to ``value − lower_level``, up to
        ``value + upper_level``, and be at least ``sliding_level`` wide. All 0: hidden, not protected.
        What the bounds known beforehand exclude is not asked for.
    always_shown : (n,) bool
        Cells that must not be hidden.
    contributor : (n,) int
        Label of the one person who knows the cell because it counts nobody else, −1 where there is none.
        Cells with the same label are known to the same person, who attacks the others with that knowledge.

    Raises
    ------
    ParameterError
        If shapes, bounds, levels or equations do not fit together.
    """

    keys: tuple[Hashable, ...]
    values: FloatArray
    equations: sparse.csr_array
    constants: FloatArray
    lower: FloatArray
    upper: FloatArray
    whole: BoolArray
    weights: FloatArray
    primary: BoolArray
    lower_level: FloatArray
    upper_level: FloatArray
    sliding_level: FloatArray
    always_shown: BoolArray
    contributor: IntArray

    def __post_init__(self) -> None:
        _fail_if_shapes_differ(self)
        _fail_if_keys_repeat(self.keys)
        _fail_if_cells_contradict(self)
        _fail_if_equations_are_broken(self)

    @property
    def size(self) -> int:
        """Number of cells n."""
        return len(self.keys)

    @property
    def protected(self) -> BoolArray:
        """Primary cells with a protection level above 0, shape (n,)."""
        levels = np.maximum(np.maximum(self.lower_level, self.upper_level), self.sliding_level)
        return self.primary & (levels > 0)

    def positions(self, keys: Iterable[Hashable]) -> IntArray:
        """Return the positions of cells.

        Raises
        ------
        ParameterError
            If there is no cell of that key.
        """
        place = {key: position for position, key in enumerate(self.keys)}
        try:
            return np.array([place[key] for key in keys], dtype=np.int64)
        except KeyError:
            raise ParameterError(
                "Mindestens ein Zellschlüssel ist unbekannt. Bitte nur Schlüssel des Systems verwenden."
            ) from None

    def canonical_order(self) -> IntArray:
        """Return the positions of the cells sorted by their keys, shape (n,)."""
        names = [repr(key) for key in self.keys]
        return np.array(sorted(range(self.size), key=names.__getitem__), dtype=np.int64)

    def take(self, order: IntArray) -> LinearSystem:
        """Return the system with its cells in that order, equations sorted, repeated equations left out."""
        arrays = {name: getattr(self, name)[order] for name in CELL_ARRAYS}
        equations, constants = _sorted_equations(sparse.csr_array(self.equations[:, order]), self.constants)
        return LinearSystem(
            keys=tuple(self.keys[position] for position in order.tolist()),
            equations=equations,
            constants=constants,
            **arrays,
        )


CELL_ARRAYS = tuple(
    item.name for item in fields(LinearSystem) if item.name not in ("keys", "equations", "constants")
)


def _sorted_equations(
    equations: sparse.csr_array, constants: FloatArray
) -> tuple[sparse.csr_array, FloatArray]:
    """Sort rows by columns and coefficients, first coefficient positive, equal rows once."""
    equations.sum_duplicates()
    equations.eliminate_zeros()
    start = equations.indptr
    rows: dict[tuple[tuple[int, ...], tuple[float, ...], float], int] = {}
    for row in range(equations.shape[0]):
        columns = tuple(equations.indices[start[row] : start[row + 1]].tolist())
        coefficients = equations.data[start[row] : start[row + 1]]
        if columns:
            turn = np.sign(coefficients[0])
            rows.setdefault(
                (columns, tuple((turn * coefficients).tolist()), float(turn * constants[row])), row
            )
    ordered = sorted(rows)
    lengths = [len(columns) for columns, _, _ in ordered]
    matrix = sparse.csr_array(
        (
            np.array([value for _, values, _ in ordered for value in values], dtype=np.float64),
            np.array([column for columns, _, _ in ordered for column in columns], dtype=np.int64),
            np.concatenate(([0], np.cumsum(lengths, dtype=np.int64))),
        ),
        shape=(len(ordered), equations.shape[1]),
    )
    return matrix, np.array([constant for _, _, constant in ordered], dtype=np.float64)


def _fail_if_shapes_differ(system: LinearSystem) -> None:
    wrong = [name for name in CELL_ARRAYS if getattr(system, name).shape != (system.size,)]
    if wrong:
        raise ParameterError(
            f"Je Zelle ist genau eine Angabe nötig; nicht so bei: {', '.join(wrong)}. "
            "Bitte die Längen angleichen."
        )
    if system.equations.shape != (len(system.constants), system.size):
        raise ParameterError(
            "Die Gleichungen passen nicht zu den Zellen. "
            "Bitte je Zelle eine Spalte und je Konstante eine Zeile angeben."
        )


def _fail_if_keys_repeat(keys: tuple[Hashable, ...]) -> None:
    if len(set(keys)) != len(keys):
        raise ParameterError(
            "Ein Zellschlüssel kommt mehrfach vor. Bitte jede Zelle genau einmal angeben, "
            "auch wenn mehrere Tabellen sie nutzen."
        )


def _fail_if_cells_contradict(system: LinearSystem) -> None:
    levels = (system.lower_level, system.upper_level, system.sliding_level)
    rules = (
        (~np.isfinite(system.values), "ohne endlichen Wert"),
        (
            ~((system.lower <= system.values + TOLERANCE) & (system.values <= system.upper + TOLERANCE)),
            "mit einem Wert außerhalb der vorab bekannten Schranken",
        ),
        (
            system.whole & (np.abs(system.values - np.round(system.values)) > TOLERANCE),
            "die ganzzahlig sein sollen, es aber nicht sind",
        ),
        (~(np.isfinite(system.weights) & (system.weights >= 0)), "mit negativem oder fehlendem Gewicht"),
        (system.primary & system.always_shown, "die zugleich gesperrt und immer gezeigt sein sollen"),
        (
            ~np.all([np.isfinite(level) & (level >= 0) for level in levels], axis=0),
            "mit ungültigem Schutzniveau",
        ),
    )
    for broken, what in rules:
        if broken.any():
            raise ParameterError(
                f"Es gibt Zellen {what} ({int(broken.sum())} Zellen). Bitte die Angaben prüfen."
            )


def _fail_if_equations_are_broken(system: LinearSystem) -> None:
    scale = abs(system.equations) @ np.abs(system.values)
    residual = np.abs(system.equations @ system.values - system.constants)
    broken = int(np.sum(residual > TOLERANCE * np.maximum(1.0, scale * 1e-3)))
    if broken:
        raise ParameterError(
            f"Summen und ihre Teile müssen zusammenpassen; {broken} Gleichungen gehen nicht auf. "
            "Bitte die Werte prüfen oder bei gerundeten Tabellen »rounding« angeben."
        )

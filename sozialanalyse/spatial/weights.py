"""Who is whose neighbour: spatial weights that know the order of their areas and refuse any other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from sozialanalyse.errors import MethodError, ParameterError
from sozialanalyse.indicators.inputs import by_area

__all__ = [
    "SpatialWeights",
    "centroid_coordinates",
    "known_weights",
    "nearest_weights",
    "queen_weights",
    "require_aligned",
    "weights_from_pairs",
]

KM_PER_DEGREE = 111.195
"""Length of one degree of latitude on a sphere of 6,371 km radius."""


@dataclass(frozen=True, slots=True)
class SpatialWeights:
    """Row-standardised neighbourhood of areas.

    Attributes
    ----------
    area_ids : tuple of str, length N
        The areas, in the order of the rows and columns.
    contiguity : sparse array, shape (N, N)
        1 where two areas are neighbours, else 0; never on the diagonal.
    matrix : sparse array, shape (N, N)
        `contiguity` with rows summing to 1; the rows of islands are empty.
    kind : str
        How neighbours were found: ``"queen"``, ``"nearest"`` or ``"given"``.
    trace : float
        tr(WW + WᵀW) of `matrix`, which all tests for spatial dependence need.
    """

    area_ids: tuple[str, ...]
    contiguity: sparse.csr_array
    matrix: sparse.csr_array
    kind: str
    trace: float

    @property
    def islands(self) -> tuple[str, ...]:
        """Areas without any neighbour."""
        counts = np.asarray(self.contiguity.sum(axis=1)).ravel()
        return tuple(self.area_ids[i] for i in np.flatnonzero(counts == 0))

    @property
    def symmetric(self) -> bool:
        """Whether every neighbour of an area has this area as a neighbour too."""
        return bool(abs(self.contiguity - self.contiguity.T).sum() == 0)

    def take(self, rows: NDArray[np.intp]) -> SpatialWeights:
        """Return the neighbourhood among the given areas only, in the order of `rows`.

        Parameters
        ----------
        rows : ndarray of int, shape (M,)
            Positions of the areas to keep.
        """
        kept = sparse.csr_array(self.contiguity[rows][:, rows])
        return _standardised(tuple(self.area_ids[i] for i in rows), kept, self.kind)


def require_aligned(weights: SpatialWeights, area_ids: Sequence[str]) -> None:
    """Refuse values whose areas are not exactly those of the weights, in the same order.

    Parameters
    ----------
    weights : SpatialWeights
        The neighbourhood.
    area_ids : sequence of str, length N
        Keys of the rows that are to be combined with it.

    Raises
    ------
    MethodError
        If an area is missing, surplus or in another place. A swapped order would give wrong
        neighbours without any sign of it.
    """
    given = tuple(area_ids)
    if given == weights.area_ids:
        return
    if sorted(given) == sorted(weights.area_ids):
        moved = sum(a != b for a, b in zip(given, weights.area_ids, strict=True))
        finding = f"{moved} Gebiete stehen an anderer Stelle"
    else:
        finding = (
            f"{len(set(weights.area_ids) - set(given))} Gebiete fehlen, "
            f"{len(set(given) - set(weights.area_ids))} sind überzählig"
        )
    raise MethodError(
        f"Werte und Nachbarschaft müssen dieselben Gebiete in derselben Reihenfolge haben; {finding}. "
        "Bitte die Werte nach den Gebieten der Nachbarschaft ordnen."
    )


def queen_weights(geometry: Mapping[str, BaseGeometry], area_ids: Sequence[str]) -> SpatialWeights:
    """Return neighbours that share at least one point of their border.

    Parameters
    ----------
    geometry : mapping from area_id to polygon
        May hold further areas.
    area_ids : sequence of str, length N
        The areas wanted, in the order wanted.

    Returns
    -------
    SpatialWeights
        Areas that touch no other are its `islands`.

    Raises
    ------
    ParameterError
        If an area has no polygon or stands twice in `area_ids`.

    Examples
    --------
    >>> from shapely.geometry import box
    >>> squares = {"a": box(0, 0, 1, 1), "b": box(1, 1, 2, 2), "c": box(5, 5, 6, 6)}
    >>> queen_weights(squares, ["a", "b", "c"]).islands
    ('c',)
    """
    polygons = _polygons(geometry, area_ids)
    left, right = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    apart = left != right
    return _from_positions(area_ids, left[apart], right[apart], "queen")


def nearest_weights(coordinates: ArrayLike, area_ids: Sequence[str], k: int) -> SpatialWeights:
    """Return the `k` nearest areas as neighbours; this relation need not be mutual.

    Parameters
    ----------
    coordinates : array_like, shape (N, 2)
        One point per area, in any unit of length (not degrees: see `centroid_coordinates`).
    area_ids : sequence of str, length N
        The areas, in the order of the rows.
    k : int
        Number of neighbours, from 1 to N − 1. Equal distances are decided by the area key.

    Raises
    ------
    ParameterError
        If `k` is out of range, or an area stands twice or is no text.
    MethodError
        If an area has no point.

    Examples
    --------
    >>> nearest_weights(np.array([[0.0, 0.0], [1.0, 0.0], [3.0, 0.0]]), ["a", "b", "c"], 1).matrix.toarray()
    array([[0., 1., 0.],
           [1., 0., 0.],
           [0., 1., 0.]])
    """
    n = len(area_ids)
    if not 1 <= k < n:
        raise ParameterError(f"»neighbours.k« muss zwischen 1 und {n - 1} liegen, weil es {n} Gebiete gibt.")
    points = by_area("Koordinaten", coordinates, area_ids)
    if points.ndim != 2 or not np.isfinite(points).all():
        raise MethodError(
            "Für die nächsten Nachbarn braucht jedes Gebiet einen Punkt mit zwei Koordinaten; mindestens "
            "eine fehlt. Bitte Gebiete ohne Punkt vorher herausnehmen."
        )
    distances, found = cKDTree(points).query(points, k=min(n, k + 9))
    rows = np.broadcast_to(np.arange(n)[:, None], found.shape)
    # Sorting by rounded distance, then key, makes the choice among equals independent of the row order.
    key_rank = np.argsort(np.argsort(np.asarray(area_ids)))
    order = np.lexsort((key_rank[found], np.round(distances, 9), found != rows), axis=1)
    nearest = np.take_along_axis(found, order, axis=1)[:, 1 : k + 1]
    return _from_positions(area_ids, np.repeat(np.arange(n), k), nearest.ravel(), "nearest")


def weights_from_pairs(area_ids: Sequence[str], pairs: Iterable[tuple[str, str]]) -> SpatialWeights:
    """Return the neighbourhood that a list of pairs states, such as a table ``adjacency.csv``.

    Parameters
    ----------
    area_ids : sequence of str, length N
        The areas, in the order wanted.
    pairs : iterable of (str, str)
        Neighbours; each pair holds in both directions. Pairs with other areas are left out.

    Examples
    --------
    >>> weights_from_pairs(["a", "b", "c"], [("a", "b")]).islands
    ('c',)
    """
    position = {area: i for i, area in enumerate(area_ids)}
    known = [(position[a], position[b]) for a, b in pairs if a in position and b in position and a != b]
    left, right = np.array(known, dtype=np.intp).reshape(-1, 2).T
    return _from_positions(area_ids, np.r_[left, right], np.r_[right, left], "given")


def known_weights(
    area_ids: Sequence[str],
    pairs: Iterable[tuple[str, str]] | None,
    geometry: Mapping[str, BaseGeometry] | None,
    *,
    nearest: int | None = None,
) -> SpatialWeights | None:
    """Return the neighbourhood as it is stated, else by shared borders; None where neither is known.

    Parameters
    ----------
    area_ids : sequence of str, length N
        The areas, in the order wanted.
    pairs : iterable of (str, str), or None
        As in `weights_from_pairs`.
    geometry : mapping from area_id to polygon, or None
        Without the polygon of any of the areas, borders are not known.
    nearest : int or None
        Take so many nearest areas (all others, where there are fewer), whatever is stated or borders.

    Examples
    --------
    >>> known_weights(["a", "b"], [("a", "b")], None).kind
    'given'
    """
    if pairs is not None and nearest is None:
        return weights_from_pairs(area_ids, pairs)
    if geometry is None or any(area not in geometry for area in area_ids):
        return None
    if nearest is not None:
        return nearest_weights(
            centroid_coordinates(geometry, area_ids), area_ids, min(nearest, len(area_ids) - 1)
        )
    return queen_weights(geometry, area_ids)


def centroid_coordinates(
    geometry: Mapping[str, BaseGeometry], area_ids: Sequence[str]
) -> NDArray[np.float64]:
    """Return the centres of the areas in a plane.

    Parameters
    ----------
    geometry : mapping from area_id to polygon
        In degrees (longitude, latitude) or in any projected unit.
    area_ids : sequence of str, length N
        The areas wanted, in the order wanted.

    Returns
    -------
    ndarray, shape (N, 2)
        In kilometres if the polygons are in degrees, else in their own unit.

    Notes
    -----
    Degrees are recognised by their range and projected with the cosine of the mean latitude
    (equirectangular), which is exact enough for the distances inside one city.
    """
    polygons = _polygons(geometry, area_ids)
    points = shapely.get_coordinates(shapely.centroid(polygons))
    west, south, east, north = shapely.total_bounds(polygons)
    if west < -180 or south < -90 or east > 180 or north > 90:
        return points
    scale = np.array([np.cos(np.radians(points[:, 1].mean())), 1.0]) * KM_PER_DEGREE
    return np.asarray(points * scale, dtype=float)


def _polygons(geometry: Mapping[str, BaseGeometry], area_ids: Sequence[str]) -> NDArray[np.object_]:
    missing = sum(area not in geometry for area in area_ids)
    if missing:
        raise ParameterError(
            "Für die Nachbarschaft braucht jedes Gebiet einen Umriss; "
            f"bei {missing} von {len(area_ids)} fehlt er. Bitte »areas.geojson« ergänzen."
        )
    return np.array([geometry[area] for area in area_ids], dtype=object)


def _from_positions(
    area_ids: Sequence[str], left: NDArray[np.intp], right: NDArray[np.intp], kind: str
) -> SpatialWeights:
    if not all(isinstance(area, str) for area in area_ids):
        raise ParameterError(
            "Schlüssel von Gebieten sind Texte; gefunden: anderes, etwa Zahlen. Bitte vorher in Text "
            "umwandeln, mit führenden Nullen."
        )
    if len(set(area_ids)) != len(area_ids):
        raise ParameterError(
            "Jedes Gebiet darf in der Nachbarschaft nur einmal vorkommen. Bitte Doppelte entfernen."
        )
    n = len(area_ids)
    contiguity = sparse.csr_array((np.ones(left.size), (left, right)), shape=(n, n))
    contiguity.sum_duplicates()
    contiguity.data[:] = 1.0
    return _standardised(tuple(area_ids), contiguity, kind)


def _standardised(area_ids: tuple[str, ...], contiguity: sparse.csr_array, kind: str) -> SpatialWeights:
    counts = np.asarray(contiguity.sum(axis=1)).ravel()
    scale = np.divide(1.0, counts, out=np.zeros_like(counts), where=counts > 0)
    matrix = sparse.csr_array(sparse.diags_array(scale) @ contiguity)
    trace = float((matrix.multiply(matrix) + matrix.multiply(matrix.T)).sum())
    return SpatialWeights(area_ids, contiguity, matrix, kind, trace)

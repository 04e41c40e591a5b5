"""Whether the indicators of an index belong together, and how much each really counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sozialanalyse.errors import MethodError
from sozialanalyse.index.build import IndexResult
from sozialanalyse.index.data import FloatArray
from sozialanalyse.index.weight import principal_components, weighted_correlation
from sozialanalyse.indicators.inputs import as_numbers

__all__ = ["Consistency", "consistency", "cronbach_alpha"]


@dataclass(frozen=True, slots=True)
class Consistency:
    """Inner consistency of an index; K counts the indicators that entered it.

    Attributes
    ----------
    indicator_ids : tuple of str, length K
        Keys.
    areas : int
        Number of areas with complete values, on which everything here rests.
    alpha : float
        Cronbach's alpha of the normalised values; at most 1, NaN for a single indicator.
    explained : ndarray of shape (K,)
        Share of variance of each principal component, falling.
    loadings : ndarray of shape (K, K)
        Correlation of indicator (row) and component (column).
    correlations : ndarray of shape (K,)
        Correlation of each normalised indicator with the index, −1 to 1.
    nominal_weights : ndarray of shape (K,)
        Weights as chosen, adding up to 1.
    effective_weights : ndarray of shape (K,)
        Share of each indicator in the variance of the index, ``Cov(part, index)/Var(index)``, adding up
        to 1; a negative one works against the others. NaN where the index is no sum.
    """

    indicator_ids: tuple[str, ...]
    areas: int
    alpha: float
    explained: FloatArray
    loadings: FloatArray
    correlations: FloatArray
    nominal_weights: FloatArray
    effective_weights: FloatArray


def cronbach_alpha(values: ArrayLike) -> float:
    """Return Cronbach's alpha of the columns.

    Parameters
    ----------
    values : array_like of shape (N, K)
        Items on one scale, pointing the same way; rows with a missing value are left out.

    Returns
    -------
    float
        ``K/(K − 1) · (1 − Σ var(x_k) / var(Σ x_k))``: 1 if all columns are the same but for a
        constant, near 0 if they have nothing in common, negative if they work against each other.

    Raises
    ------
    MethodError
        With fewer than two columns or complete rows, or if the sum does not vary.

    References
    ----------
    Cronbach (1951), Coefficient alpha and the internal structure of tests, Psychometrika 16.

    Examples
    --------
    >>> round(cronbach_alpha(np.array([[1.0, 2.0], [2.0, 3.0], [3.0, 4.0]])), 6)
    1.0
    """
    table = np.atleast_2d(as_numbers("Werte", values))
    used = table[np.isfinite(table).all(axis=1)]
    items = table.shape[1]
    if items < 2 or len(used) < 2:
        raise MethodError(
            "Cronbachs Alpha braucht mindestens zwei Indikatoren und zwei Gebiete mit vollständigen Werten; "
            f"gefunden: {items} Indikatoren, {len(used)} Gebiete. Bitte Indikatoren oder Werte ergänzen."
        )
    total = used.sum(axis=1).var(ddof=1)
    if not total > 0:
        raise MethodError(
            "Cronbachs Alpha ist nicht bestimmt: die Summe der Indikatoren ist in allen Gebieten gleich. "
            "Bitte die Richtung der Indikatoren prüfen."
        )
    return float(items / (items - 1) * (1 - used.var(axis=0, ddof=1).sum() / total))


def consistency(result: IndexResult) -> Consistency:
    """Describe how the indicators of an index go together.

    Parameters
    ----------
    result : IndexResult
        A built index.

    Raises
    ------
    MethodError
        If there are not more areas with complete values than indicators.

    References
    ----------
    OECD/JRC (2008), Handbook on Constructing Composite Indicators, section 4; Paruolo, Saisana & Saltelli
    (2013), Ratings and rankings: voodoo or science?, JRSS A 176 (effective and nominal weights differ).
    """
    kept = np.isfinite(result.stages["normalised"]).any(axis=0)
    normalised = result.stages["normalised"][:, kept]
    complete = np.isfinite(normalised).all(axis=1)
    used, index, parts = normalised[complete], result.index[complete], result.parts[complete][:, kept]
    explained, loadings = principal_components(weighted_correlation(used, np.ones(len(used))))
    centred_index = index - index.mean()
    spread = np.sqrt(centred_index @ centred_index)
    deviations = used - used.mean(axis=0)
    return Consistency(
        indicator_ids=tuple(np.array(result.indicator_ids)[kept].tolist()),
        areas=len(used),
        alpha=cronbach_alpha(used) if used.shape[1] > 1 else float("nan"),
        explained=explained,
        loadings=loadings,
        correlations=centred_index @ deviations / (np.sqrt(np.square(deviations).sum(axis=0)) * spread),
        nominal_weights=result.weights[kept],
        effective_weights=centred_index @ (parts - parts.mean(axis=0)) / spread**2,
    )

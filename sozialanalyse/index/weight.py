"""Step 6, weight: how much each indicator counts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sozialanalyse.errors import MethodError
from sozialanalyse.index.data import FloatArray

__all__ = ["domain_columns", "indicator_weights", "principal_components", "weighted_correlation"]


def domain_columns(domains: Sequence[str], count: int) -> tuple[tuple[int, ...], ...]:
    """Return the columns of each domain, in the order of their first indicator.

    Without domains all `count` columns are one group.

    Examples
    --------
    >>> domain_columns(("poverty", "health", "poverty"), 3)
    ((0, 2), (1,))
    """
    if not domains:
        return (tuple(range(count)),)
    return tuple(
        tuple(column for column, own in enumerate(domains) if own == domain)
        for domain in dict.fromkeys(domains)
    )


def indicator_weights(
    normalised: FloatArray,
    method: str,
    given: Sequence[float],
    domains: Sequence[str],
    area_weights: FloatArray,
    names: Sequence[str],
) -> FloatArray:
    """Return the weight of each indicator; within each domain they add up to 1.

    Parameters
    ----------
    normalised : ndarray of shape (N, K)
        Normalised values, for ``pca``.
    method : {"equal", "given", "pca"}
        ``pca``: squared loadings on the first principal component, that is the share of each indicator
        in its variance, within each domain.
    given : sequence of float, length K, or empty
        Weights for ``given``.
    domains : sequence of str, length K, or empty
        Domain of each indicator.
    area_weights : ndarray of shape (N,)
        How much each area counts in correlations.
    names : sequence of str, length K
        Keys of the indicators, for messages.

    Returns
    -------
    ndarray of shape (K,)

    Raises
    ------
    MethodError
        If all given weights of a domain are zero, or the principal component is not defined or
        not a common direction of all indicators.

    References
    ----------
    OECD/JRC (2008), Handbook on Constructing Composite Indicators, section 6.
    """
    weights = np.ones(len(names)) if method != "given" else np.asarray(given, dtype=np.float64)
    for columns in domain_columns(domains, len(names)):
        chosen = list(columns)
        if method == "pca":
            weights[chosen] = _squared_loadings(
                normalised[:, chosen], area_weights, [names[column] for column in columns]
            )
        total = weights[chosen].sum()
        if total <= 0:
            members = ", ".join(names[column] for column in columns)
            raise MethodError(
                "Die Gewichte eines Bereichs dürfen nicht alle null sein; null sind alle von: "
                f"{members}. Bitte ein Gewicht setzen oder den Bereich weglassen."
            )
        weights[chosen] = weights[chosen] / total
    return weights


def weighted_correlation(values: FloatArray, area_weights: FloatArray) -> FloatArray:
    """Return the correlation matrix of the columns over the areas with complete values.

    Parameters
    ----------
    values : ndarray of shape (N, K)
        Columns that differ between areas; NaN where missing.
    area_weights : ndarray of shape (N,)
        How much each area counts.

    Returns
    -------
    ndarray of shape (K, K)
        From −1 to 1.

    Raises
    ------
    MethodError
        If fewer complete areas than K + 1 are there, or a column is constant over them.
    """
    complete = np.isfinite(values).all(axis=1)
    used, weights = values[complete], area_weights[complete]
    if len(used) <= values.shape[1]:
        raise MethodError(
            "Eine Hauptkomponente braucht mehr Gebiete mit vollständigen Werten als Indikatoren; gefunden: "
            f"{len(used)} Gebiete bei {values.shape[1]} Indikatoren. Bitte gleiche oder vorgegebene Gewichte "
            "wählen oder Indikatoren weglassen."
        )
    if (used.min(axis=0) == used.max(axis=0)).any():
        raise MethodError(
            "Eine Korrelation braucht Indikatoren, die sich zwischen den Gebieten mit vollständigen Werten "
            "unterscheiden; mindestens einer tut es nicht. Bitte diesen Indikator weglassen."
        )
    centred = used - weights @ used / weights.sum()
    covariance = (centred * weights[:, None]).T @ centred
    deviation = np.sqrt(np.diag(covariance))
    return np.asarray(np.clip(covariance / np.outer(deviation, deviation), -1, 1))


def principal_components(correlation: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the explained shares of variance and the loadings of all principal components.

    Parameters
    ----------
    correlation : ndarray of shape (K, K)
        Correlation matrix.

    Returns
    -------
    explained : ndarray of shape (K,)
        Falling, adds up to 1.
    loadings : ndarray of shape (K, K)
        Correlation of indicator (row) and component (column); each component is turned so that its
        loadings add up to something positive.
    """
    eigenvalues, vectors = np.linalg.eigh(correlation)
    eigenvalues, vectors = np.maximum(eigenvalues[::-1], 0), vectors[:, ::-1]
    loadings = vectors * np.sqrt(eigenvalues)
    loadings = loadings * np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)
    return eigenvalues / eigenvalues.sum(), loadings


def _squared_loadings(normalised: FloatArray, area_weights: FloatArray, names: Sequence[str]) -> FloatArray:
    if len(names) == 1:
        return np.ones(1)
    _, loadings = principal_components(weighted_correlation(normalised, area_weights))
    first = loadings[:, 0]
    against = [name for name, loading in zip(names, first, strict=True) if loading < 0]
    if against:
        raise MethodError(
            "Gewichte aus der Hauptkomponente setzen voraus, dass alle Indikatoren in dieselbe Richtung "
            f"weisen; den übrigen entgegen laufen: {', '.join(against)}. Bitte diese weglassen, ihre "
            "Richtung prüfen oder gleiche Gewichte wählen."
        )
    return np.square(first)

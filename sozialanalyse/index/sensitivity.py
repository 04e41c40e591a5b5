"""Which choice moves the ranks: variance shares by Sobol's method."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import qmc

from sozialanalyse.errors import ParameterError
from sozialanalyse.index.alternatives import Alternatives, alternative_indices, draw_noise
from sozialanalyse.index.build import build_index, burden_ranks
from sozialanalyse.index.data import FloatArray, IndexData
from sozialanalyse.index.spec import IndexSpec

__all__ = ["Sensitivity", "sensitivity", "sobol_design", "sobol_indices"]


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How the variance of ranks splits over the open choices.

    Attributes
    ----------
    factors : tuple of str, length F
        Names of the open choices.
    first, total : ndarray of shape (F,)
        First-order and total Sobol index of the mean absolute rank shift against the specified index;
        0: the choice does not matter, 1: it alone decides.
    area_first, area_total : ndarray of shape (F, N)
        The same for the rank of each area; 0 where no choice moves it, NaN without an index.
    mean_rank_shift : float
        Mean over areas and combinations of the absolute rank shift.
    evaluations : int
        Number of indices computed.
    """

    factors: tuple[str, ...]
    first: FloatArray
    total: FloatArray
    area_first: FloatArray
    area_total: FloatArray
    mean_rank_shift: float
    evaluations: int


def sobol_design(factors: int, base_draws: int, generator: np.random.Generator) -> FloatArray:
    """Return the combinations that Sobol indices need.

    Parameters
    ----------
    factors : int
        Number of factors, F.
    base_draws : int
        Number of points, M; a power of two, as the low-discrepancy sequence asks for.
    generator : numpy.random.Generator
        Scrambles the sequence.

    Returns
    -------
    ndarray of shape (F + 2, M, F)
        Numbers in [0, 1): A, B, and for each factor A with that column taken from B.

    Raises
    ------
    ParameterError
        If `base_draws` is no power of two.

    References
    ----------
    Saltelli et al. (2010), Variance based sensitivity analysis of model output, Computer Physics
    Communications 181.
    """
    if base_draws < 2 or base_draws & (base_draws - 1):
        raise ParameterError("»base_draws« muss eine Zweierpotenz sein, zum Beispiel 1024.")
    both = qmc.Sobol(2 * factors, scramble=True, rng=generator).random(base_draws)
    a, b = both[:, :factors], both[:, factors:]
    mixed = np.where(np.eye(factors, dtype=np.bool_)[:, None, :], b, a)
    return np.concatenate([a[None], b[None], mixed])


def sobol_indices(outputs: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Estimate first-order and total Sobol indices.

    Parameters
    ----------
    outputs : ndarray of shape (F + 2, M, ...)
        Model outputs for the design of :func:`sobol_design`.

    Returns
    -------
    first, total : ndarray of shape (F, ...)
        In theory from 0 to 1; estimates of small ones scatter around their value, also below 0. Exactly
        0 for a factor that changes no output, and where the output does not vary.

    Notes
    -----
    With f the outputs minus their mean and V their variance, first order after Saltelli et al. (2010)
    ``mean(f_B (f_ABi − f_A)) / V``; total after Jansen (1999) ``mean((f_A − f_ABi)²) / 2V``.

    References
    ----------
    Jansen (1999), Analysis of variance designs for model output, Computer Physics Communications 117;
    Saltelli et al. (2010), same journal 181.
    """
    a, b, mixed = outputs[0], outputs[1], outputs[2:]
    pooled = np.concatenate([a, b])
    mean, variance = pooled.mean(axis=0), pooled.var(axis=0)
    varies = np.ptp(pooled, axis=0) > 0
    divisor = np.where(varies, variance, 1.0)
    first = np.where(varies, ((b - mean) * (mixed - a)).mean(axis=1) / divisor, 0.0)
    total = np.where(varies, np.square(a - mixed).mean(axis=1) / (2 * divisor), 0.0)
    return first, total


def sensitivity(
    data: IndexData,
    spec: IndexSpec,
    alternatives: Alternatives,
    *,
    base_draws: int = 1024,
    seed: int | np.random.Generator,
) -> Sensitivity:
    """Split the variance of ranks over the open choices.

    Parameters
    ----------
    data : IndexData
        Values of all areas.
    spec : IndexSpec
        The specification from which ranks shift.
    alternatives : Alternatives
        The open choices.
    base_draws : int
        A power of two; (F + 2) times as many combinations are looked at.
    seed : int or numpy.random.Generator
        The same seed gives the same result.

    Raises
    ------
    MethodError
        If a combination of alternatives is not defined for the data.
    ParameterError
        If `base_draws` is no power of two.

    References
    ----------
    Saisana, Saltelli & Tarantola (2005), Uncertainty and sensitivity analysis techniques as tools for the
    quality assessment of composite indicators, JRSS A 168 (mean absolute rank shift).
    """
    generator = np.random.default_rng(seed)
    factors = alternatives.factors
    noise = draw_noise(alternatives, len(spec.indicators), generator)
    design = sobol_design(len(factors), base_draws, generator)
    indices = alternative_indices(data, spec, alternatives, noise, design.reshape(-1, len(factors)))
    burden_is_high = spec.orientation == "higher_is_worse"
    ranks = burden_ranks(indices, burden_is_high=burden_is_high).reshape(*design.shape[:2], -1)
    reference = build_index(data, spec).rank
    with_index = np.isfinite(reference)
    shift = np.abs(ranks - reference)[..., with_index].mean(axis=-1)
    first, total = sobol_indices(shift)
    area_first, area_total = sobol_indices(ranks)
    return Sensitivity(
        factors=factors,
        first=first,
        total=total,
        area_first=np.where(with_index, area_first, np.nan),
        area_total=np.where(with_index, area_total, np.nan),
        mean_rank_shift=float(shift[:2].mean()),
        evaluations=len(indices),
    )

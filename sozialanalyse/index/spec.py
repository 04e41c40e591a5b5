"""The specification of an index: one frozen object that records every choice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields

from sozialanalyse.index.choices import DYNAMICS_CLASSES, STATUS_CLASSES, ClassSpec, raise_faults, spec_faults
from sozialanalyse.index.mapping import spec_values

__all__ = ["ClassSpec", "IndexSpec"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexSpec:
    """Every choice that makes an index what it is, in the order of the steps.

    Sensitivity is ``dataclasses.replace(spec, …)`` and build again; a changed copy is checked anew.

    Attributes
    ----------
    indicators : tuple of str, length K
        Keys of the indicators.
    domains : tuple of str, length K, or empty
        Domain of each indicator; if given, indicators are aggregated within, then over domains.
    directions : tuple of str, length K, or empty
        Direction of each indicator where it differs from the data (``""``: as in the data). A neutral
        indicator needs one.
    weights : tuple of float, length K, or empty
        Weights for ``weighting="given"``; only their ratios matter, and only within a domain.
    domain_weights : tuple of float, or empty
        Weights of the domains in the order of their first indicator; empty: equal.
    goalposts : tuple of (float, float), length K, or empty
        Lowest and highest value in the unit of the indicator, for ``goalposts`` and ``scaled``.
    references : tuple of float, length K, or empty
        Reference value in the unit of the indicator for ``distance_to_reference``; empty: city mean.
    orientation : {"higher_is_better", "higher_is_worse"}
        What a high index means. In Oberhausen a low Sozialindex means much social burden, hence the
        default.
    minimum_share : float in (0, 1]
        Share of the indicators that an area needs; with fewer it gets no index.
    minimum_coverage : float in (0, 1]
        Share of the areas that an indicator needs; with fewer it is left out, with a note.
    imputation : {"none", "mean", "median", "group_mean", "group_median"}
        What stands in for a missing cell; the group is that of the area (its Sozialraum).
    treatment : {"none", "winsorise", "log", "box_cox"}
        What is done with an indicator whose |skewness| and kurtosis exceed both limits.
    skew_limit, kurtosis_limit : float
        These limits (excess kurtosis).
    winsorise_at_most : int
        Largest number of values per indicator that winsorising may change.
    normalisation : str
        One of :data:`~sozialanalyse.index.choices.NORMALISATIONS`.
    z_target : (float, float)
        Mean and standard deviation that ``z`` aims at.
    bounds : (float, float)
        Ends of the scale for ``min_max``, ``goalposts`` and ``scaled``.
    reference : {"areas", "population"}
        Whether means and standard deviations count every area once or by its population.
    weighting : {"equal", "given", "pca"}
        How the indicators are weighted.
    aggregation, domain_aggregation : {"arithmetic", "geometric", "harmonic"}
        Mean within a domain (or over all indicators) and over domains.
    domain_normalisation : str
        ``none`` or how domain values are normalised before they are aggregated.
    unit_variance : bool
        Whether the index is divided by its standard deviation.
    classes : ClassSpec
        Classes of the index.
    dynamics : ClassSpec
        Classes of the Dynamikindex.
    years : int
        Length of the period of the Dynamikindex in years.
    confidence : float in (0, 1)
        Level of rank intervals.

    Raises
    ------
    ParameterError
        With all faults at once.

    Examples
    --------
    >>> from dataclasses import replace
    >>> spec = IndexSpec(indicators=("sgb_ii", "kinderarmut"))
    >>> replace(spec, normalisation="min_max").normalisation
    'min_max'
    """

    indicators: tuple[str, ...]
    domains: tuple[str, ...] = ()
    directions: tuple[str, ...] = ()
    weights: tuple[float, ...] = ()
    domain_weights: tuple[float, ...] = ()
    goalposts: tuple[tuple[float, float], ...] = ()
    references: tuple[float, ...] = ()
    orientation: str = "higher_is_better"
    minimum_share: float = 0.5
    minimum_coverage: float = 0.5
    imputation: str = "none"
    treatment: str = "none"
    skew_limit: float = 2.0
    kurtosis_limit: float = 3.5
    winsorise_at_most: int = 5
    normalisation: str = "z"
    z_target: tuple[float, float] = (0.0, 1.0)
    bounds: tuple[float, float] = (0.0, 100.0)
    reference: str = "areas"
    weighting: str = "equal"
    aggregation: str = "arithmetic"
    domain_aggregation: str = "arithmetic"
    domain_normalisation: str = "none"
    unit_variance: bool = False
    classes: ClassSpec = STATUS_CLASSES
    dynamics: ClassSpec = DYNAMICS_CLASSES
    years: int = 4
    confidence: float = 0.9

    def __post_init__(self) -> None:
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        raise_faults("Die Angabe des Index", spec_faults(values))

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, object]) -> IndexSpec:
        """Build a specification from the content of a YAML file.

        Parameters
        ----------
        mapping : mapping
            Keys as the attributes. An entry of ``indicators`` is a key, or a mapping with ``id`` and any
            of ``domain, direction, weight, goalposts, reference`` and ``label``, which only readers need;
            ``domain_weights`` may be a mapping from domain to weight; ``classes`` and ``dynamics`` are
            mappings with ``method, limits, labels``. Weights without a word on ``weighting`` mean
            ``given``.

        Raises
        ------
        ParameterError
            With all faults at once: unknown keys, unknown choices, wrong types.

        Examples
        --------
        >>> spec = IndexSpec.from_mapping({"indicators": [{"id": "sgb_ii", "weight": 2}, "kinderarmut"]})
        Traceback (most recent call last):
        ...
        sozialanalyse.errors.ParameterError: Die Angabe des Index stimmt nicht:
        - »weight« fehlt bei mindestens einem Indikator: bitte bei allen angeben oder bei keinem.
        """
        defaults = {field.name: field.default for field in fields(cls) if field.default is not MISSING}
        values, faults = spec_values(mapping)
        raise_faults("Die Angabe des Index", faults + spec_faults(defaults | values))
        return cls(**values)

    @property
    def domain_names(self) -> tuple[str, ...]:
        """Domains in the order of their first indicator; empty if there are none."""
        return tuple(dict.fromkeys(self.domains))

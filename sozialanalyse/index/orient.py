"""Step 4, orient: make every indicator point the way the index does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sozialanalyse.errors import MethodError
from sozialanalyse.index.data import FloatArray

__all__ = ["direction_signs"]


def direction_signs(
    from_data: Sequence[str], chosen: Sequence[str], orientation: str, names: Sequence[str]
) -> FloatArray:
    """Return +1 for each indicator that points the way of the index, −1 for one that points against it.

    Parameters
    ----------
    from_data : sequence of str, length K
        Directions that the dataset gives.
    chosen : sequence of str, length K, or empty
        Directions of the specification; ``""`` leaves that of the data.
    orientation : {"higher_is_better", "higher_is_worse"}
        What a high index means.
    names : sequence of str, length K
        Keys of the indicators, for messages.

    Raises
    ------
    MethodError
        If an indicator is neutral: it cannot be said whether more of it is better or worse.

    Examples
    --------
    >>> direction_signs(("higher_is_worse", "higher_is_better"), (), "higher_is_better", ("a", "b")).tolist()
    [-1.0, 1.0]
    """
    directions = [own or given for own, given in zip(chosen or [""] * len(from_data), from_data, strict=True)]
    neutral = [name for name, direction in zip(names, directions, strict=True) if direction == "neutral"]
    if neutral:
        raise MethodError(
            "Ein Index braucht zu jedem Indikator eine Richtung; als neutral gekennzeichnet: "
            f"{', '.join(neutral)}. Bitte in der Angabe des Index »direction« setzen oder weglassen."
        )
    return np.where(np.array(directions) == orientation, 1.0, -1.0)

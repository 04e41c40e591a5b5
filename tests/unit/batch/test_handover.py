"""What one process hands over arrives whole, and nobody's changes reach anybody else."""

from __future__ import annotations

from multiprocessing import get_context
from multiprocessing.connection import Connection

import numpy as np
import pandas as pd
import pytest

from sozialanalyse.batch.handover import Store
from sozialanalyse.batch.limits import can_fork

FRAME = pd.DataFrame(
    {
        "number": np.linspace(0.0, 1.0, 1000),
        "key": pd.Categorical(["a", "b"] * 500),
        "text": [f"Gebiet {number}" for number in range(1000)],
    }
)


def put(store: Store, target: Connection) -> None:
    """Put three values into the store, and send what is needed to take them."""
    for value in (FRAME, {"none": None}, FRAME.head(0)):
        target.send(store.put(value))


@pytest.mark.skipif(not can_fork(), reason="this system does not fork")
def test_what_is_taken_equals_what_was_put_even_if_put_by_another_process() -> None:
    context = get_context("fork")
    source, target = context.Pipe(duplex=False)
    with Store() as store:
        child = context.Process(target=put, args=(store, target))
        child.start()
        whole, rest, empty = (store.take(source.recv()) for _ in range(3))
        child.join()
    pd.testing.assert_frame_equal(whole, FRAME)
    assert rest == {"none": None}
    pd.testing.assert_frame_equal(empty, FRAME.head(0))


def test_arrays_stand_in_the_file_and_not_in_the_pickle() -> None:
    numbers = np.arange(100_000.0)
    with Store() as store:
        packed = store.put(numbers)
    assert len(packed.stream) < 1000
    assert [end - start for start, end in packed.places] == [numbers.nbytes]


def test_a_change_of_what_was_taken_changes_nothing_that_is_taken_later() -> None:
    with Store() as store:
        packed = store.put(np.arange(10.0))
        first = store.take(packed)
        first[:] = -1.0
        assert store.take(packed).tolist() == list(range(10))

"""Handing what one process has computed to another one without having it in memory several times.

Arrays go into a file, everything else through a pipe. Whoever takes it over maps the file: its arrays are the
file's pages, which all forks of that process share.
"""

from __future__ import annotations

import mmap
import pickle
import tempfile
from dataclasses import dataclass, field
from typing import IO, Any, Final, Self

__all__ = ["Packed", "Store"]

_ALIGNMENT: Final = 64


@dataclass(frozen=True, slots=True)
class Packed:
    """Something that was put into a store.

    Attributes
    ----------
    stream : bytes
        The pickle, but for the arrays.
    places : tuple of (int, int)
        Where in the file each array begins and ends.
    """

    stream: bytes
    places: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Store:
    """A file without a name, which is gone with the last process that knows it; made before the fork.

    What was taken remains when the store is closed.
    """

    file: IO[bytes] = field(default_factory=tempfile.TemporaryFile)

    def __enter__(self) -> Self:
        """Return the store."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file in this process."""
        self.file.close()

    def put(self, value: object) -> Packed:
        """Write the arrays of a value to the end of the file."""
        places: list[tuple[int, int]] = []
        self.file.seek(0, 2)

        def write(buffer: pickle.PickleBuffer) -> None:
            self.file.write(b"\0" * (-self.file.tell() % _ALIGNMENT))
            start = self.file.tell()
            with buffer.raw() as raw:
                self.file.write(raw)
            places.append((start, self.file.tell()))

        stream = pickle.dumps(value, protocol=5, buffer_callback=write)
        self.file.flush()
        return Packed(stream, tuple(places))

    def take(self, packed: Packed) -> Any:
        """Return a value that was put into the store; what is changed in its arrays is not written."""
        if not any(end > start for start, end in packed.places):
            return pickle.loads(packed.stream, buffers=[b""] * len(packed.places))  # noqa: S301 - our own
        content = memoryview(mmap.mmap(self.file.fileno(), 0, access=mmap.ACCESS_COPY))
        return pickle.loads(packed.stream, buffers=[content[start:end] for start, end in packed.places])  # noqa: S301 - our own

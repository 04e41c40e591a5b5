"""Importing a library without the parts of it that take long and are not needed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["left_out"]


@contextmanager
def left_out(*modules: str) -> Iterator[None]:
    """Let the import of some modules fail for a moment, unless they are there already.

    Parameters
    ----------
    *modules : str
        Optional parts of the library that is imported inside: it has to do without them.

    Examples
    --------
    >>> with left_out("antigravity"):
    ...     import antigravity
    Traceback (most recent call last):
    ModuleNotFoundError: import of antigravity halted; None in sys.modules
    """
    hidden = [name for name in modules if name not in sys.modules]
    # None stands for a module that is known not to exist.
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]

"""Bounds and bonds that the operating system keeps for a process: memory, session, end with its parent."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from pathlib import Path
from typing import Final

__all__ = ["RUN_MEMORY", "adopt_orphans", "can_fork", "die_with_parent", "kill_group", "limit_memory"]

RUN_MEMORY: Final = 4 * 1024**3
"""Bytes that one run may use beyond what its process has at its start."""

_SET_PARENT_DEATH_SIGNAL: Final = 1
_SET_CHILD_SUBREAPER: Final = 36


def can_fork() -> bool:
    """Return whether processes can be forked safely here, and followed to their end: on Linux.

    macOS has ``fork``, but its system libraries do not bear it; Windows has none.
    """
    return sys.platform == "linux" and hasattr(os, "pidfd_open")


def limit_memory(size: int) -> None:
    """Let this process, and each that it starts, allocate no more than `size` bytes from now on.

    Where the system cannot keep such a bound, there is none.
    """
    if sys.platform != "linux":
        return
    import resource  # noqa: PLC0415 - not on Windows

    used = 0
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmData:"):
            used = int(line.split()[1]) * 1024
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    bound = used + size if hard == resource.RLIM_INFINITY else min(used + size, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (bound, bound))


def die_with_parent(parent: int) -> None:
    """End this process as soon as `parent`, its parent, has ended, however that came about."""
    _process_control(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def adopt_orphans() -> None:
    """Become the parent of all descendants that lose theirs, so that none escapes."""
    _process_control(_SET_CHILD_SUBREAPER, 1)


def _process_control(option: int, value: int) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def kill_group(leader: int) -> None:
    """Kill a process that leads a group, and all in this group."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return

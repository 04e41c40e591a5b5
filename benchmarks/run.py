"""Run the benchmarks, one after the other, each in a process of its own: ``python benchmarks/run.py``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
NO_BENCHMARKS = ("run.py", "worlds.py")
BY_HAND = ("districts.py",)
"""Takes much longer than all others together."""


def main() -> int:
    """Run every benchmark; return 1 if one of them broke."""
    broken = False
    for path in sorted(FOLDER.glob("*.py")):
        if path.name in (*NO_BENCHMARKS, *BY_HAND):
            continue
        print(f"\n# {path.name}", flush=True)
        broken |= subprocess.run([sys.executable, str(path)], check=False).returncode != 0
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())

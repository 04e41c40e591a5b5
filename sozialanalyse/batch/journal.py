"""A line for every page as soon as it is there: what a killed batch has done, the next one need not do.

The record of a folder is written at the end of a batch; until then, this file beside it says what is new.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Final

from sozialanalyse.batch.cache import Made
from sozialanalyse.batch.manifest import Entry, entry_of

__all__ = ["JOURNAL", "end_journal", "read_journal", "write_journal"]

JOURNAL: Final = ".journal.jsonl"


def write_journal(out: Path, entry: Entry, made: Made | None) -> None:
    """Add a line: a finished run, and what its page was made from."""
    facts = {"entry": asdict(entry), "made": None if made is None else asdict(made)}
    with (out / JOURNAL).open("ab") as file:
        file.write(json.dumps(facts, ensure_ascii=False).encode() + b"\n")


def read_journal(out: Path) -> Iterator[tuple[Entry, Made | None]]:
    """Read the lines of a batch that did not come to its end; a broken line ends it, as a kill leaves one."""
    path = out / JOURNAL
    if not path.is_file():
        return
    for line in path.read_bytes().splitlines():
        try:
            facts = json.loads(line)
            made = None if facts["made"] is None else Made.from_mapping(facts["made"])
            yield entry_of(facts["entry"]), made
        except (ValueError, KeyError, TypeError, AttributeError):
            return


def end_journal(out: Path) -> None:
    """Remove the file: the record says all."""
    (out / JOURNAL).unlink(missing_ok=True)

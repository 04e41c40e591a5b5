"""Making the studies of an analysis in processes side by side, each a fork of the one that has the analysis.

A study refers to the analysis, and to its tables. What a fork sends back names these instead of copying them,
so that the study refers to those of the process that receives it.
"""

from __future__ import annotations

import io
import os
import pickle
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import partial
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, Final

import psutil

from sozialanalyse.batch.executors import available_cores
from sozialanalyse.batch.limits import die_with_parent
from sozialanalyse.batch.requests import STUDIES, Request

if TYPE_CHECKING:
    from sozialanalyse.report.view import Analysis

__all__ = ["make_studies"]

MOST_ROWS: Final = 200_000
"""Of more values than this, studies are made one after the other: each needs the memory of an analysis."""


def make_studies(requests: Sequence[Request], analysis: Analysis) -> dict[str, object]:
    """Make studies, which are then kept with the analysis.

    Parameters
    ----------
    requests : sequence of Request
        All are of this analysis.
    analysis : Analysis
        What they are made from.

    Returns
    -------
    dict from str to object
        The studies by a name that stays the same from run to run. One that fails or warns is left out: then
        the page that asks for it makes it again, and shows what it has to show.
    """
    few = len(analysis.current) <= MOST_ROWS and _is_alone()
    groups = min(available_cores(), len(requests)) if few else 1
    context = get_context("fork")
    sources = []
    for group in range(1, groups):
        source, target = context.Pipe(duplex=False)
        arguments = target, requests[group::groups], analysis, os.getpid()
        helper = context.Process(target=_serve, args=arguments, daemon=False)
        helper.start()
        target.close()
        sources.append((helper, source))
    made = _made(requests[:: max(1, groups)], analysis)
    parts = _parts(analysis)
    for helper, source in sources:
        try:
            kept, studies = _Unpickler(source.recv_bytes(), parts).load()
        except EOFError:
            # It was lost; its studies are made when a page asks for them.
            kept, studies = {}, {}
        helper.join()
        for key, study in kept.items():
            analysis.keep(key, partial(_itself, study), followed=False)
        made |= studies
    return made


def _is_alone() -> bool:
    """Tell whether this process has one thread, and so may fork: to read a dataset starts others."""
    return psutil.Process().num_threads() == 1


def _made(requests: Sequence[Request], analysis: Analysis) -> dict[str, object]:
    made: dict[str, object] = {}
    for request in requests:
        study = getattr(import_module(STUDIES[request.function]), request.function)
        with warnings.catch_warnings():
            # A study that warns is not kept, and so warns on every page that asks for it.
            warnings.simplefilter("error")
            try:
                made[str(request)] = study(analysis, *request.arguments)
            except Exception:  # noqa: BLE001, S112 - the page that asks for it meets the same, and reports it
                continue
    return made


def _itself(study: object) -> object:
    return study


def _serve(target: Connection, requests: Sequence[Request], analysis: Analysis, parent: int) -> None:
    die_with_parent(parent)
    before = set(analysis.kept)
    made = _made(requests, analysis)
    kept = {key: analysis.kept[key] for key in set(analysis.kept) - before}
    file = io.BytesIO()
    _Pickler(file, {id(part): name for name, part in _parts(analysis).items()}).dump((kept, made))
    target.send_bytes(file.getvalue())
    target.close()
    os._exit(0)


def _parts(analysis: Analysis) -> dict[str, object]:
    """Return the analysis and what it is made of, by names."""
    parts: dict[str, object] = {"analysis": analysis}
    for part in fields(analysis):
        value = getattr(analysis, part.name)
        if part.name.startswith("_"):
            continue
        parts[part.name] = value
        if is_dataclass(value):
            parts |= {f"{part.name}.{below.name}": getattr(value, below.name) for below in fields(value)}
    return parts


class _Pickler(pickle.Pickler):
    """Names known objects instead of copying them."""

    def __init__(self, file: io.BytesIO, names: Mapping[int, str]) -> None:
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
        self.names = names

    def persistent_id(self, obj: object) -> str | None:
        """Return the name of a known object."""
        return self.names.get(id(obj))


class _Unpickler(pickle.Unpickler):
    """Puts known objects in the place of their names."""

    def __init__(self, content: bytes, parts: Mapping[str, object]) -> None:
        super().__init__(io.BytesIO(content))
        self.parts = parts

    def persistent_load(self, pid: Any) -> object:
        """Return the object of a name."""
        return self.parts[pid]

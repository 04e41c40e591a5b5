"""Fixtures that several layers share."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import settings

from sozialanalyse.batch.cache import CACHE
from sozialanalyse.batch.log import LOG
from sozialanalyse.dataset.schema import Dataset, Level

# The same examples in every run: what is green here is green everywhere.
settings.register_profile("fixed", derandomize=True)
settings.load_profile("fixed")

CHECKOUT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def checkout() -> Path:
    """Top folder of the project."""
    return CHECKOUT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder with real data of other cities that lies beside a checkout, and is not part of the project."""
    folder = CHECKOUT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("real data of other cities are not beside this checkout (../shared/data)")
    return folder


@pytest.fixture(scope="session")
def build_dataset() -> Callable[..., Dataset]:
    """Return a maker of small datasets: a city, two districts, four neighbourhoods, given observations."""

    def build(observations: list[tuple[Any, ...]], **indicators: tuple[str, float, str]) -> Dataset:
        """Build one from observations (columns below) and id=(kind, factor, direction)."""
        areas = pd.DataFrame(
            [
                ("S", "Stadt", "city", ""),
                ("A", "Nord", "district", "S"),
                ("B", "Süd", "district", "S"),
                ("A1", "Nord-Ost", "neighbourhood", "A"),
                ("A2", "Nord-West", "neighbourhood", "A"),
                ("B1", "Süd-Ost", "neighbourhood", "B"),
                ("B2", "Süd-West", "neighbourhood", "B"),
            ],
            columns=["area_id", "name", "level", "parent_id"],
        ).set_index("area_id")
        catalogue = pd.DataFrame(
            {
                "label": [key.replace("_", " ") for key in indicators],
                "domain": ["poverty"] * len(indicators),
                "kind": [kind for kind, _, _ in indicators.values()],
                "unit": ["%" if factor == 100 else "Einheit" for _, factor, _ in indicators.values()],
                "factor": [float(factor) for _, factor, _ in indicators.values()],
                "direction": [direction for _, _, direction in indicators.values()],
                "definition": "erfunden für einen Test",
                "numerator_label": "",
                "denominator_label": "",
                "source": "erfunden",
                "source_url": "",
            },
            index=pd.Index(list(indicators), name="indicator_id"),
        )
        frame = pd.DataFrame(
            observations, columns=["area_id", "indicator_id", "year", "numerator", "denominator", "value"]
        )
        frame = frame.astype({"numerator": float, "denominator": float, "value": float})
        for column in ("sex", "age_group", "sign"):
            frame[column] = pd.Categorical([""] * len(frame))
        return Dataset(
            name="test",
            title="Teststadt",
            synthetic=True,
            levels=(Level("city", "Stadt"), Level("district", "Bezirk"), Level("neighbourhood", "Quartier")),
            areas=areas,
            indicators=catalogue,
            observations=frame.astype({"area_id": "category", "indicator_id": "category"}),
        )

    return build


@pytest.fixture(scope="session")
def places_of() -> Callable[..., list[str]]:
    """Return a search for a number, however written, in texts and in all names and contents of a folder."""

    def search(number: int, out: Path, *texts: str) -> list[str]:
        """Return the places; contents packed as base64 are unpacked first."""
        whole, digits = str(number), f"{number:,}"
        forms = {whole, *(digits.replace(",", sign) for sign in (".", ",", " ", "\u00a0", "\u202f"))}
        forms |= {f"{whole[0]}{sign}{whole[1:]}e" for sign in ".,"}
        found = [f"text {place}" for place, text in enumerate(texts) if any(form in text for form in forms)]
        for path in sorted(out.rglob("*")):
            content = path.read_bytes().decode("utf-8", errors="replace") if path.is_file() else ""
            packed = [base64.b64decode(part) for part in re.findall(r"base64,([A-Za-z0-9+/]+=*)", content)]
            contents = [path.name, content, *(part.decode("utf-8", errors="replace") for part in packed)]
            found += [str(path)] * any(form in text for form in forms for text in contents)
        return found

    return search


@pytest.fixture(scope="session")
def files() -> Callable[[Path], dict[str, bytes]]:
    """Return a function that reads all files of an output folder."""

    def read(out: Path) -> dict[str, bytes]:
        return {
            path.relative_to(out).as_posix(): path.read_bytes()
            for path in out.rglob("*")
            if path.is_file() and path.name != CACHE
        }

    return read


@pytest.fixture(scope="session")
def reproducible(files: Callable[[Path], dict[str, bytes]]) -> Callable[[Path], dict[str, bytes]]:
    """Return a function that reads all files but the log, which holds times."""
    return lambda out: {name: content for name, content in files(out).items() if name != LOG}

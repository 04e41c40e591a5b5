"""Every section of the report for areas of three datasets, each drawn once for all tests."""

from __future__ import annotations

import base64
import inspect
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Final

import numpy as np
import pandas as pd
import pytest

from sozialanalyse import report
from sozialanalyse.analysis import load_analysis
from sozialanalyse.dataset.schema import Dataset
from sozialanalyse.parameters import Parameters, read_parameters
from sozialanalyse.project import embedded_folder
from sozialanalyse.report.fragment import Fragment
from sozialanalyse.report.view import Analysis, AreaView
from sozialanalyse.vocabulary import DOMAINS

Section = Callable[[AreaView], Fragment]

PLACES: Final[dict[str, tuple[str, str]]] = {
    "stadt": ("", "05119000"),
    "sozialraum": ("", "01"),
    "quartier": ("", "0101"),
    "rochdale": ("rochdale", "E01005464"),
    "kreis": ("kreise", "05119"),
}
"""Name of a place to its dataset (``""``: the embedded one) and area."""


def all_sections() -> dict[str, Section]:
    """Return every function that `sozialanalyse.report` offers, the one on domains once for each domain."""
    sections: dict[str, Section] = {}
    for name in report.__all__:
        function: Any = getattr(report, name)
        wanted = inspect.signature(function).parameters.values()
        parameters = [entry.name for entry in wanted if entry.default is entry.empty]
        if parameters == ["area"]:
            sections[name] = function
        else:
            assert parameters == ["area", "name"], f"report.{name} needs a place in these tests"
            sections |= {f"{name}-{key}": partial(function, name=key) for key in DOMAINS}
    return sections


SECTIONS: Final = all_sections()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for `drawn` for every section of every place."""
    if "drawn" in metafunc.fixturenames:
        cases = [(place, section) for place in PLACES for section in SECTIONS]
        metafunc.parametrize("drawn", cases, ids="-".join, indirect=True, scope="session")


@dataclass(frozen=True, slots=True)
class Drawn:
    """One section of one place as a page shows it."""

    section: str
    analysis: Analysis
    fragment: Fragment

    @property
    def root(self) -> ET.Element:
        """The HTML as a tree."""
        return parse(self.fragment.html)

    @property
    def pictures(self) -> list[str]:
        """The SVG of every picture."""
        return decoded_pictures(self.fragment.html)


@cache
def parse(html: str) -> ET.Element:
    """Parse a fragment strictly: every element is closed, every attribute quoted, every sign escaped."""
    closed = re.sub(r"<(br|img)\b([^>]*)>", r"<\1\2/>", html)
    return ET.fromstring(f"<main>{closed}</main>")


def decoded_pictures(html: str) -> list[str]:
    """Return the SVG inside a page."""
    return [
        base64.b64decode(data).decode("utf-8")
        for data in re.findall(r'src="data:image/svg\+xml;base64,([^"]*)"', html)
    ]


@pytest.fixture(scope="session")
def sections() -> dict[str, Section]:
    """Return every section by its name."""
    return SECTIONS


@pytest.fixture(scope="session")
def open_place(request: pytest.FixtureRequest) -> Callable[[str], AreaView]:
    """Return a function that loads a place of `PLACES`."""

    def view(place: str) -> AreaView:
        folder, area_id = PLACES[place]
        data = request.getfixturevalue("shared_data") / folder if folder else embedded_folder("data")
        return load_analysis(str(data), str(embedded_folder("parameters"))).area(area_id)

    return view


@pytest.fixture(scope="session")
def drawings() -> dict[tuple[str, str], Fragment]:
    """Return the sections that were drawn already."""
    return {}


@pytest.fixture(scope="session")
def drawn(
    request: pytest.FixtureRequest,
    open_place: Callable[[str], AreaView],
    drawings: dict[tuple[str, str], Fragment],
) -> Drawn:
    """Return one section of one place, drawn at most once."""
    place, section = request.param
    area = open_place(place)
    if request.param not in drawings:
        drawings[request.param] = SECTIONS[section](area)
    return Drawn(section, area.analysis, drawings[request.param])


@pytest.fixture(scope="session")
def parameters() -> Parameters:
    """Return the rules that come with the package."""
    return read_parameters(embedded_folder("parameters"))


@pytest.fixture(scope="session")
def parse_html() -> Callable[[str], ET.Element]:
    """Return the strict parser."""
    return parse


@pytest.fixture(scope="session")
def pictures_of() -> Callable[[str], list[str]]:
    """Return the function that finds the SVG inside a page."""
    return decoded_pictures


MINIATURE: Final[dict[str, tuple[str, float, str]]] = {
    "population": ("count", 1, "neutral"),
    "sgb2_rate": ("proportion", 100, "higher_is_worse"),
    "child_poverty": ("proportion", 100, "higher_is_worse"),
    "youth_unemployment": ("proportion", 100, "higher_is_worse"),
    "old_age_poverty": ("proportion", 100, "higher_is_worse"),
    "gymnasium": ("proportion", 100, "higher_is_better"),
    "deaths": ("rate", 1000, "higher_is_worse"),
    "noise": ("score", 1, "higher_is_worse"),
    "rent": ("score", 1, "neutral"),
}
"""Indicators of the small city: one domain each, so that every section has something to show."""

MINIATURE_DOMAINS: Final = {
    "population": "demography",
    "gymnasium": "education",
    "deaths": "health",
    "noise": "environment",
    "rent": "housing",
}


@pytest.fixture
def small_city(build_dataset: Callable[..., Dataset]) -> Callable[..., Dataset]:
    """Return a maker of a city with all domains: two districts, four neighbourhoods."""

    def build(
        years: tuple[int, ...] = (2020, 2021, 2022),
        replaced: dict[tuple[str, str, int], tuple[float, float]] | None = None,
        areas: tuple[str, ...] = ("A1", "A2", "B1", "B2"),
    ) -> Dataset:
        """Build it; `replaced` gives other (numerator, denominator) to an area, indicator and year."""
        rng = np.random.default_rng(7)
        cells: dict[tuple[str, str, int], tuple[float, float, float]] = {}
        for year in years:
            for area in areas:
                for key, (kind, _, _) in MINIATURE.items():
                    group, cases = float(rng.integers(800, 2000)), float(rng.integers(40, 400))
                    cells[area, key, year] = {
                        "count": (np.nan, np.nan, group),
                        "score": (np.nan, np.nan, 5 + cases / 100),
                    }.get(kind, (cases, group, np.nan))
        cells |= {place: (*counts, np.nan) for place, counts in (replaced or {}).items()}
        dataset = build_dataset([(*place, *counts) for place, counts in cells.items()], **MINIATURE)
        dataset.indicators["domain"] = [MINIATURE_DOMAINS.get(key, "poverty") for key in MINIATURE]
        return dataset

    return build


@pytest.fixture
def small_population() -> Callable[..., pd.DataFrame]:
    """Return a maker of a population of the small city by sex and the given age groups."""

    def build(*age_groups: str, count: int = 50) -> pd.DataFrame:
        return pd.DataFrame(
            [
                (area, 2022, sex, group, count)
                for area in ("A1", "A2", "B1", "B2")
                for sex in "mf"
                for group in age_groups
            ],
            columns=["area_id", "year", "sex", "age_group", "count"],
        )

    return build

"""The words of finished pages: none claims a cause, none is known to statisticians only."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import nbformat
import pytest
from bs4 import BeautifulSoup

from sozialanalyse.batch.project import open_project

NOTEBOOKS: Final = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))
CAUSAL: Final = re.compile(
    r"f(?:ü|ue)hr(?:t|en|te|ten)\s+zu\b|bewirk|verursach|\bursache|auswirk|wirkt\s+sich|wirkung(?:en)?\s+(?:auf|von)"
    r"|\bfolgen?\s+(?:von|der|des)\b|infolge|aufgrund|auf\s*grund\s+(?:von|der|des)|dank\s+(?:der|des)\b"
    r"|beeinflus|einfluss|zur(?:ü|ue)ckzuf(?:ü|ue)hren|h(?:ä|ae)ngt\s+(?:\w+\s+)?(?:ab\s+von|vo[mn]\s+\w+\s+ab)"
    r"|abh(?:ä|ae)ngig\s+von|ausgel(?:ö|oe)st|l(?:ö|oe)st\s+\w+\s+aus|macht\s+(?:arm|krank)|schuld\s+(?:an|ist)",
    re.IGNORECASE,
)
JARGON: Final = re.compile(
    r"\bHolm\b|\bLISA\b|Dispersion|Konfidenz|p-Wert|signifikan|Bootstrap|Permutation|Heterosked|\bGLM\b|z-Wert"
    r"|\bSD\b|Regressand|Residu",
    re.IGNORECASE,
)
TECHNICAL_TERMS: Final = (
    "Spearman",
    "Moran-I",
    "SII",
    "Sobol",
    "Cronbach",
    "Hauptkomponente",
    "Regression",
)
"""Allowed, but only in brackets or where the method is explained, or at most twice."""


def read_aloud(html: str) -> str:
    """Return all words of a page, its text alternatives included, but the explanation of the method."""
    page = BeautifulSoup(html, "html.parser")
    for part in page.select("style, script, .sa-method"):
        part.decompose()
    attributes = [
        str(tag[name]) for name in ("alt", "title", "aria-label") for tag in page.find_all(attrs={name: True})
    ]
    return " ".join(" ".join([page.get_text(" "), *attributes]).split())


def causal_claims(text: str) -> list[str]:
    """Return the words that claim a cause, with what stands around them."""
    return [text[max(0, found.start() - 40) : found.end() + 40] for found in CAUSAL.finditer(text)]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return every page of the city, and one of each other level, as rendered by the command."""
    plan = open_project().plan
    areas = {run.level: run.area_id for run in plan.runs}
    options = [option for area in areas.values() for option in ("--area", area)]
    out = tmp_path_factory.mktemp("claims")
    call = [sys.executable, "-m", "sozialanalyse", "run", *options, "--out", str(out)]
    done = subprocess.run(call, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = {
        path.relative_to(out).as_posix(): path.read_text(encoding="utf-8") for path in out.rglob("*.html")
    }
    assert {run.notebook for run in plan.runs} <= {name.partition("/")[0] for name in found}
    return found


def test_no_page_claims_a_cause(pages: dict[str, str]) -> None:
    assert {name: claims for name, html in pages.items() if (claims := causal_claims(read_aloud(html)))} == {}


def test_the_method_is_explained_in_marked_parts(pages: dict[str, str]) -> None:
    for name, html in pages.items():
        if name.startswith(("sozialraumanalyse/", "exkurs/")):
            marked = BeautifulSoup(html, "html.parser").select(".sa-method")
            assert len(marked) == 1, name
            assert "Gebiete, nicht Menschen." in marked[0].get_text()


def test_no_page_uses_words_that_only_statisticians_know(pages: dict[str, str]) -> None:
    for name, html in pages.items():
        page = BeautifulSoup(html, "html.parser")
        for part in page.select(".sa-code, .sa-method, table, img"):
            part.decompose()
        text = " ".join(page.get_text(" ").split())
        assert not JARGON.search(text), (name, JARGON.search(text))
        for term in TECHNICAL_TERMS:
            assert text.count(term) <= 2, (name, term)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_text_cell_claims_a_cause(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    texts = [
        cell.source
        for cell in cells
        if cell.cell_type == "markdown" and "method" not in cell.metadata.get("tags", [])
    ]
    assert texts
    assert causal_claims(" ".join(texts)) == []


@pytest.mark.parametrize(
    "text",
    [
        "Armut führt zu Krankheit.",
        "Lärm bewirkt Stress.",
        "Das verursacht Kosten.",
        "Die Ursachen liegen tiefer.",
        "Auswirkungen auf die Schule",
        "eine Folge von Armut",
        "aufgrund der Armut",
        "Bildung hängt vom Einkommen ab",
        "Armut beeinflusst die Bildung.",
    ],
)
def test_the_pattern_finds_claims(text: str) -> None:
    assert causal_claims(text)


@pytest.mark.parametrize(
    "text", ["geht einher mit", "wegen weniger als 3 Personen", "Folgende Indikatoren", "zu wenige Werte"]
)
def test_the_pattern_leaves_plain_words(text: str) -> None:
    assert not causal_claims(text)

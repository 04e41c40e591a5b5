"""Rendered pages in a real browser: what axe-core can check of WCAG 2.1 AA, and reflow at 320 px."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import replace
from html import escape, unescape
from pathlib import Path

import nbformat
import pytest

from sozialanalyse import report
from sozialanalyse.analysis import load_analysis
from sozialanalyse.project import embedded_folder
from sozialanalyse.report import measures, measures_profiles
from sozialanalyse.report.fragment import Fragment
from sozialanalyse.report.view import Analysis
from sozialanalyse.site.frame import Link, Navigation, Provenance
from sozialanalyse.site.index_page import IndexEntry, IndexSection, render_index
from sozialanalyse.site.render import render_page
from sozialanalyse.social_planning import plan_of
from sozialanalyse.vocabulary import DOMAINS

PROVENANCE = Provenance(
    "Musterstadt", "2022", "0.1.0", synthetic=True, sources=(Link("Amt", "https://example.org/"),)
)
PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
FRAGMENTS = [
    '<h1>Sozialraumanalyse: Innenstadt</h1><p class="sa-subtitle">Quartier in Mitte</p>'
    '<aside class="sa-banner" aria-label="Hinweis"><p>Synthetische Beispieldaten</p></aside>',
    '<p class="sa-lead">Der Anteil ist <span class="sa-worse">▲ ungünstiger</span>.</p>'
    '<dl class="sa-facts"><div><dt>Bevölkerung</dt><dd>8.412</dd><dd class="sa-worse">▲ mehr</dd></div>'
    "<div><dt>Index</dt><dd>niedrig</dd></div></dl>",
    f'<h2>Armut</h2><figure class="sa-figure"><img alt="Anteil 23 %" src="{PIXEL}">'
    "<figcaption>Abb. 1</figcaption></figure>",
    '<table class="sa-table"><caption>Jahre</caption><thead><tr><th scope="col">Indikator</th>'
    + "".join(f'<th scope="col" class="sa-number">{year}</th>' for year in range(2000, 2025))
    + '</tr></thead><tbody><tr><th scope="row">Anteil<br><small>je 100</small></th>'
    + '<td class="sa-number">12,3 %</td>' * 22
    + '<td class="sa-sign">.</td><td class="sa-better">▼ günstiger</td><td class="sa-unknown">? offen</td>'
    + "</tr></tbody></table>",
    '<h2>Wohnen</h2><div class="sa-note"><p>Hinweis</p></div><div class="sa-warning"><p>Fehlt</p></div>'
    f'<div class="sa-grid"><figure class="sa-figure"><img alt="Karte" src="{PIXEL}"></figure>'
    '<p class="sa-similar">● ähnlich</p></div>',
]


@pytest.fixture(scope="session")
def chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    pytest.skip("no Chromium on this machine (Debian: apt install chromium)")


@pytest.fixture(scope="session")
def axe() -> str:
    package = importlib.util.find_spec("axe_core_python")
    if package is None or package.origin is None:
        pytest.skip("axe-core-python is not installed; it belongs to the extra »dev«")
    return Path(package.origin).with_name("axe.min.js").read_text(encoding="utf-8")


def area_page() -> str:
    cells = [
        nbformat.v4.new_code_cell(
            f"zeige({number})", outputs=[nbformat.v4.new_output("display_data", {"text/html": fragment})]
        )
        for number, fragment in enumerate(FRAGMENTS)
    ]
    navigation = Navigation(
        "Innenstadt", "../index.html", (Link("Musterstadt", "stadt.html"),), (Link("Nord", "nord.html"),)
    )
    return render_page(nbformat.v4.new_notebook(cells=cells), "beispiel", PROVENANCE, navigation).html


def index_page() -> str:
    entries = [IndexEntry("stadt", "Musterstadt", "Stadt", "", "n/stadt.html")]
    for district in range(4):
        entries.append(IndexEntry(f"d{district}", f"Raum {district}", "Sozialraum", "stadt", "n/d.html"))
        entries += [
            IndexEntry(f"q{district}-{number}", f"Quartier {number}", "Quartier", f"d{district}", "n/q.html")
            for number in range(20)
        ]
    entries.append(IndexEntry("x", "Ausfall", "Quartier", "d0", failed=True))
    entries.append(IndexEntry("y", "Alt", "Quartier", "d0", "n/y.html", outdated=True))
    sections = [IndexSection("Sozialraumanalyse", "Ein Satz.", tuple(entries))]
    sections.append(IndexSection("Exkurs", "Ein Satz.", (entries[0],)))
    return render_index(sections, PROVENANCE)


def embedded() -> Analysis:
    return load_analysis(str(embedded_folder("data")), str(embedded_folder("parameters")))


def page_of(parts: Iterable[Fragment], name: str) -> str:
    cells = [
        nbformat.v4.new_code_cell(
            f"zeige({number})", outputs=[nbformat.v4.new_output("display_data", {"text/html": part.html})]
        )
        for number, part in enumerate(parts)
    ]
    navigation = Navigation("Oberhausen", "../index.html")
    return render_page(nbformat.v4.new_notebook(cells=cells), name, PROVENANCE, navigation).html


def analysis_page(area_id: str = "0401") -> str:
    area = embedded().area(area_id)
    parts = [report.heading(area), report.profile(area), report.location(area), report.side_by_side(area)]
    parts += [report.domain(area, name) for name in DOMAINS]
    parts += [report.development(area), report.secrecy(area), report.definitions(area)]
    return page_of(parts, "sozialraumanalyse")


def catalogue_page() -> str:
    analysis = embedded()
    plan = plan_of(analysis.area(analysis.root_id), parameters_dir=str(embedded_folder("parameters")))
    plan = replace(plan, measures=plan.measures.tail(12))
    parts = (measures.heading(plan), measures.catalogue(plan), measures_profiles.profiles(plan))
    return page_of(parts, "massnahmen")


PAGES = {
    "area": area_page,
    "analysis": analysis_page,
    "index": index_page,
    "catalogue": catalogue_page,
}


def answer_of(browser: str, folder: Path, document: str) -> object:
    """Load a document and return the JSON that its script leaves in the element ``answer``."""
    page = folder / "page.html"
    page.write_text(document, encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000", "--dump-dom"]
    done = subprocess.run(
        [browser, *options, f"--user-data-dir={folder / 'profile'}", page.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    found = re.search(r'<pre id="answer">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found, "the script in the page has not run"
    return json.loads(unescape(found[1]))


def answering(expression: str) -> str:
    return (
        "<script>window.addEventListener('load', async () => { const answer = await (async () => "
        f"{expression})(); const place = document.createElement('pre'); place.id = 'answer'; "
        "place.textContent = JSON.stringify(answer); document.body.append(place); });</script>"
    )


def violations(browser: str, axe: str, folder: Path, page: str) -> object:
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
    found = f"(await axe.run({{runOnly: {json.dumps(rules)}}})).violations"
    report = f"{found}.map(rule => [rule.id, rule.nodes.map(node => node.html)])"
    without_policy = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    opened = without_policy.replace("<details>", "<details open>")
    return answer_of(
        browser, folder, opened.replace("</body>", f"<script>{axe}</script>{answering(report)}</body>")
    )


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(name: str, chromium: str, axe: str, tmp_path: Path) -> None:
    assert violations(chromium, axe, tmp_path, PAGES[name]()) == []


def test_axe_would_find_a_missing_language(chromium: str, axe: str, tmp_path: Path) -> None:
    broken = index_page().replace('<html lang="de">', "<html>")
    assert violations(chromium, axe, tmp_path, broken) == [["html-has-lang", ["<html>"]]]


@pytest.mark.parametrize("name", PAGES)
def test_page_needs_no_sideways_scrolling_at_320_pixels(name: str, chromium: str, tmp_path: Path) -> None:
    page = escape(PAGES[name]())
    frame = f'<iframe id="page" width="320" height="900" style="border:0" srcdoc="{page}"></iframe>'
    root = "document.getElementById('page').contentDocument.documentElement"
    overflow = f"[{root}.clientWidth <= 320, {root}.scrollWidth - {root}.clientWidth]"
    document = f"<!DOCTYPE html><html><body>{frame}{answering(overflow)}</body></html>"
    assert answer_of(chromium, tmp_path, document) == [True, 0]


@pytest.mark.parametrize("area_id", ["0401", "04", "05119000"])
def test_no_table_of_an_analysis_is_wider_than_1000_pixels(
    chromium: str, tmp_path: Path, area_id: str
) -> None:
    page = escape(analysis_page(area_id))
    frame = f'<iframe id="page" width="1000" height="900" style="border:0" srcdoc="{page}"></iframe>'
    inside = "document.getElementById('page').contentDocument"
    wide = (
        f"[...{inside}.querySelectorAll('.sa-scroll')].filter(region => region.scrollWidth > "
        "region.clientWidth).map(region => region.getAttribute('aria-label'))"
    )
    asked = f"[{inside}.querySelectorAll('table').length > 8, {wide}]"
    document = f"<!DOCTYPE html><html><body>{frame}{answering(asked)}</body></html>"
    assert answer_of(chromium, tmp_path, document) == [True, []]


@pytest.mark.parametrize(
    ("wanted", "shown", "hits", "sections"),
    [
        ("AUSFALL", ["Musterstadt stadt", "Raum 0 d0", "Ausfall x"], "1 Treffer", 1),
        ("exkurs muster", ["Musterstadt stadt"], "1 Treffer", 1),
        ("Musterstadt", ["Musterstadt stadt"] * 2, "2 Treffer", 2),
        ("gibt es nicht", [], "Kein Treffer", 0),
    ],
)
def test_search_on_the_index_page_leaves_hits_and_what_is_above_them(
    chromium: str, tmp_path: Path, wanted: str, shown: list[str], hits: str, sections: int
) -> None:
    script = """{
      const field = document.getElementById("suchfeld");
      field.value = "WANTED";
      field.dispatchEvent(new Event("input"));
      const left = [...document.querySelectorAll("[data-name]")].filter(item => item.checkVisibility());
      const open = [...document.querySelectorAll("[data-title]")].filter(item => item.checkVisibility());
      return [left.map(item => item.dataset.name), document.getElementById("treffer").value, open.length];
    }"""
    search = answering(script.replace("WANTED", wanted))
    document = index_page().replace("</body>", f"{search}</body>")
    assert answer_of(chromium, tmp_path, document) == [shown, hits, sections]


def printed_sizes(browser: str, folder: Path, document: str) -> list[tuple[float, float]]:
    """Print a document and return width and height of each page in points."""
    page, paper = folder / "page.html", folder / "page.pdf"
    page.write_text(document, encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--print-to-pdf={paper}"]
    profile = f"--user-data-dir={folder / 'profile'}"
    subprocess.run([browser, *options, profile, page.as_uri()], capture_output=True, timeout=120, check=True)
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", paper.read_bytes())
    return [(float(width), float(height)) for width, height in boxes]


def test_a_wide_table_is_printed_on_a_page_turned_sideways(chromium: str, tmp_path: Path) -> None:
    upright = printed_sizes(chromium, tmp_path, area_page())
    assert all(width < height for width, height in upright)
    wide = area_page().replace('class="sa-scroll"', 'class="sa-scroll sa-landscape"')
    turned = [width > height for width, height in printed_sizes(chromium, tmp_path, wide)]
    assert turned.count(True) == 1


def test_the_filters_of_the_catalogue_hide_rows_without_a_script_of_the_page(
    chromium: str, tmp_path: Path
) -> None:
    script = """{
      const shown = () => [...document.querySelectorAll(".sa-catalogue tbody tr")].filter(
        row => getComputedStyle(row).display !== "none");
      const all = shown().length;
      const [label] = [...document.querySelectorAll(".sa-choice label")].filter(
        label => label.textContent.trim() === "Gesundheit und Bewegung");
      label.querySelector("input").checked = true;
      const fields = new Set(shown().map(row => row.dataset.feld));
      return [all, shown().length > 0, shown().length < all, [...fields]];
    }"""
    page = catalogue_page()
    assert "<script" not in page
    without_policy = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    document = without_policy.replace("</body>", f"{answering(script)}</body>")
    assert answer_of(chromium, tmp_path, document) == [12, True, True, ["gesundheit"]]

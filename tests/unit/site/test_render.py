"""The structure of a rendered page, as assistive technology and a strict reader see it."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser

import nbformat
import pytest
from bs4 import BeautifulSoup

from sozialanalyse.errors import RunError
from sozialanalyse.report.fragment import paragraph
from sozialanalyse.report.tables import html_table
from sozialanalyse.site.frame import Link, Navigation, Provenance
from sozialanalyse.site.render import RenderedPage, render_page

V4 = nbformat.v4
PROVENANCE = Provenance(
    "Musterstadt <2024>", "2016 bis 2022", "0.1.0", sources=(Link("Amt & Co", "https://example.org/q"),)
)
NAVIGATION = Navigation("Innenstadt", "../index.html", (Link("Stadt", "stadt.html"), Link("Mitte")))
TITLE = "<h1>Innenstadt &amp; Umland</h1>"


def output(data: str, kind: str = "text/html") -> nbformat.NotebookNode:
    return V4.new_output("display_data", {kind: data})


def rendered(
    *parts: str | nbformat.NotebookNode, provenance: Provenance = PROVENANCE, **options
) -> RenderedPage:
    """Render text cells (str) and outputs, each of a code cell of its own."""
    cells = [
        V4.new_markdown_cell(part) if isinstance(part, str) else V4.new_code_cell("zeige()", outputs=[part])
        for part in parts
    ]
    return render_page(
        V4.new_notebook(cells=cells), "bild", provenance, options.get("navigation", NAVIGATION)
    )


def soup_of(*parts: str | nbformat.NotebookNode, **options) -> BeautifulSoup:
    return BeautifulSoup(rendered(*parts, **options).html, "html.parser")


def test_page_is_german_with_a_title_from_the_heading_and_landmarks() -> None:
    page = soup_of(output(TITLE), "## Armut")
    assert page.html["lang"] == "de"
    assert page.title.string == "Innenstadt & Umland – Musterstadt <2024>"
    assert [len(page.find_all(name)) for name in ("header", "main", "footer", "h1")] == [1, 1, 1, 1]
    first = page.body.find("a")
    assert (first["href"], first["class"]) == ("#inhalt", ["sa-skip"])
    assert page.find(id="inhalt").name == "main"


def test_tags_are_balanced() -> None:
    void = {
        "meta",
        "img",
        "br",
        "hr",
        "input",
        "link",
        "col",
        "wbr",
        "source",
        "track",
        "area",
        "base",
        "embed",
    }
    open_tags: list[str] = []

    class Balance(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag not in void:
                open_tags.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert open_tags.pop() == tag

    parser = Balance()
    parser.feed(rendered(output(TITLE), "## A", "## B", output("<table><tr><td>1</td></tr></table>")).html)
    assert open_tags == []


def test_levels_of_headings_have_one_top_and_no_gap() -> None:
    page = soup_of(output(TITLE), "# Noch einer\n\n#### Tief\n\nText\n\n## Zwei\n\n###### Sechs\n\nText")
    assert [tag.name for tag in page.main.find_all(re.compile("^h[1-6]$"))] == [
        *("h1", "h2", "h2", "h3", "h2", "h3"),  # the second is that of the table of contents
        "h2",  # program code
    ]


def test_contents_list_every_section_and_every_address_exists_once() -> None:
    page = soup_of(
        output(TITLE), "## Armut\n\nText", output("<h2>Armut</h2><p>Text</p>"), "## Inhalt\n\nText"
    )
    links = page.select("nav.sa-toc a")
    assert [link.get_text() for link in links] == ["Armut", "Armut", "Inhalt", "Programmcode dieser Seite"]
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert {link["href"][1:] for link in page.select("a[href^='#']")} <= set(ids)


def test_a_heading_without_anything_below_vanishes_with_its_entry_in_the_contents() -> None:
    page = soup_of(
        output(TITLE),
        *("## Leer", output("<style>p {}</style>"), "### Auch leer"),
        *("## Bild", output("<svg role='img' aria-label='b'></svg>")),
        *("## Nur Tieferes", "### Tief\n\nText", "## Am Ende leer"),
    )
    left = [tag.get_text() for tag in page.main.find_all(["h2", "h3"])]
    assert left == ["Auf dieser Seite", "Bild", "Nur Tieferes", "Tief", "Programmcode dieser Seite"]
    links = [link.get_text() for link in page.select("nav.sa-toc a")]
    assert links == ["Bild", "Nur Tieferes", "Programmcode dieser Seite"]


def test_a_notebook_without_heading_is_refused() -> None:
    with pytest.raises(RunError, match="keine Überschrift der ersten Ebene"):
        rendered("## Armut")


@pytest.mark.parametrize(
    ("html", "named"),
    [
        ('<img alt="" src="https://example.org/a.png">', "img"),
        ('<img alt="" src="karte.png">', "img"),
        ("<script>1</script>", "script"),
        ('<iframe src="data:text/html,x"></iframe>', "iframe"),
        ('<p style="background: URL(//example.org/a)">x</p>', "style"),
        ("<style>@import 'a.css';</style>", "style"),
        ('<svg><image xlink:href="https://example.org/a.png"/></svg>', "image"),
    ],
)
def test_an_output_that_loads_or_runs_something_is_refused(html: str, named: str) -> None:
    with pytest.raises(RunError, match=f"enthält aber: {named}"):
        rendered(output(TITLE + html))


def test_no_resource_comes_from_outside_and_the_browser_is_told_so() -> None:
    html = rendered(output(TITLE), "[Quelle](https://example.org/x)").html
    page = BeautifulSoup(html, "html.parser")
    policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    assert policy.startswith("default-src 'none';")
    assert "script-src 'none'" in policy
    assert not page.find_all(["script", "link", "iframe"])
    assert "url(" not in page.style.string
    assert {tag.name for tag in page.find_all(href=re.compile("^http"))} == {"a"}


def test_code_is_folded_in_one_place_and_escaped() -> None:
    cell = V4.new_code_cell('area_id = "<a & b>"', metadata={"tags": ["injected-parameters"]})
    head = V4.new_code_cell("zeige()", outputs=[output(TITLE)])
    notebook = V4.new_notebook(cells=[cell, head, V4.new_code_cell("  ")])
    page = BeautifulSoup(render_page(notebook, "bild", PROVENANCE, NAVIGATION).html, "html.parser")
    (details,) = page.find_all("details")
    assert not details.has_attr("open")
    assert [code.get_text() for code in details.find_all("code")] == ['area_id = "<a & b>"', "zeige()"]
    assert not page.select("main > pre")


def test_streams_and_empty_outputs_vanish() -> None:
    stream = V4.new_output("stream", name="stdout", text="nur Konsole")
    page = soup_of(output(TITLE), stream, output("", "text/plain"), output("'Text'", "text/plain"))
    assert "nur Konsole" not in page.get_text()
    assert [tag.get_text() for tag in page.select("pre.sa-plain")] == ["'Text'"]


def test_wide_things_scroll_in_regions_that_the_keyboard_reaches() -> None:
    table = "<table><caption>Werte</caption><tr><td>1</td></tr></table>"
    page = soup_of(output(TITLE + table * 2 + "<table><tr><td>2</td></tr></table>"))
    regions = page.select("main [role=region].sa-scroll")
    assert [(region["tabindex"], region["aria-label"]) for region in regions] == [
        ("0", "Werte"),
        ("0", "Werte (2)"),
        ("0", "Tabelle"),
    ]
    ready = f'<div class="sa-scroll" role="region" tabindex="0" aria-label="x">{table}</div>'
    assert len(soup_of(output(TITLE + ready)).select(".sa-scroll")) == 1


def test_only_jupyterlab_gets_the_style_that_sets_cells_of_text_flush_left() -> None:
    shown = html_table("Werte", ["Gebiet"], [["Nord"]])._repr_html_()
    assert "text-align:left" in shown
    page = soup_of(output(TITLE + shown))
    assert page.table is not None
    assert page.select(".sa-jupyter") == []
    assert paragraph("Ohne Tabelle")._repr_html_() == "<p>Ohne Tabelle</p>"


def test_pictures_without_description_are_told() -> None:
    pixel = base64.b64encode(b"x").decode()
    page = rendered(output(TITLE), output(pixel, "image/png"), output("<svg></svg>", "image/svg+xml"))
    assert page.remarks == ("2 Abbildungen ohne Textalternative",)
    assert page.html.count('alt="Abbildung ohne Beschreibung"') == 2
    described = rendered(output(f'{TITLE}<img alt="" src="data:image/png;base64,{pixel}">'))
    assert described.remarks == ()


def test_a_page_of_made_up_data_carries_a_banner_on_screen_and_paper() -> None:
    made_up = Provenance("Muster", "2022", "0.1.0", synthetic=True)
    page = soup_of(output(TITLE), provenance=made_up)
    assert "künstlich erzeugt" in page.select_one("main > .sa-banner").get_text()
    assert page.select_one(".sa-print-mark")["aria-hidden"] == "true"
    assert '@top-center { content: "Synthetische Beispieldaten"' in page.style.string
    own = '<aside class="sa-banner"><p>Eigener Hinweis</p></aside>'
    banners = soup_of(output(TITLE + own), provenance=made_up).select(".sa-banner")
    assert [banner.get_text() for banner in banners] == ["Eigener Hinweis"]
    assert not soup_of(output(TITLE)).select(".sa-banner, .sa-print-mark")


def test_footer_names_dataset_source_and_notebook() -> None:
    footer = soup_of(output(TITLE)).footer
    text = " ".join(footer.get_text(" ").split())
    assert "Musterstadt <2024>" in text
    assert "Datenstand 2016 bis 2022" in text
    assert "sozialanalyse 0.1.0, Notebook bild" in text
    assert (footer.a["href"], footer.a.get_text()) == ("https://example.org/q", "Amt & Co")


@pytest.mark.parametrize(
    ("title", "shown"),
    [("Muster", "Muster (synthetische Beispieldaten)"), ("Muster, synthetisch", "Muster, synthetisch")],
)
def test_made_up_data_are_called_so_once_in_title_and_footer(title: str, shown: str) -> None:
    made_up = Provenance(title, "2022", "0.1.0", synthetic=True)
    page = soup_of(output(TITLE), provenance=made_up)
    assert page.title.string == f"Innenstadt & Umland – {shown}"
    assert page.footer.dd.get_text() == shown


def test_a_dataset_without_years_has_no_line_on_them() -> None:
    assert (
        "Datenstand" not in soup_of(output(TITLE), provenance=Provenance("Muster", "", "0.1.0")).footer.text
    )


def test_trail_and_children_link_only_to_pages_that_exist() -> None:
    navigation = Navigation("Mitte", "../index.html", (Link("Stadt"),), (Link("Nord", "n.html"),))
    page = soup_of(output(TITLE), navigation=navigation)
    assert [link["href"] for link in page.select("header a")] == ["../index.html"]
    assert page.select_one("[aria-current=page]").get_text() == "Mitte"
    assert [link["href"] for link in page.select(".sa-children a")] == ["n.html"]


def test_the_same_notebook_gives_the_same_bytes() -> None:
    assert rendered(output(TITLE), "## A").html == rendered(output(TITLE), "## A").html


@pytest.mark.parametrize(
    "title", ["Innenstadt", 'Am "Alten\\ Markt"', "</style><b>", "Süd; } body { display: none"]
)
def test_the_footer_of_a_printed_page_shows_the_title_whatever_signs_it_holds(title: str) -> None:
    escaped = title.replace("&", "&amp;").replace("<", "&lt;")
    html = rendered(output(f"<h1>{escaped}</h1>")).html
    style = html[html.index("<style>") : html.index("</style>")]
    written = re.search(r'@bottom-left \{ content: "([^"]*)"', style)
    assert written
    shown = re.sub(r"\\([0-9a-f]+) ", lambda sign: chr(int(sign[1], 16)), written[1])
    assert shown == (title if "Innenstadt" in title else f"{title} – Innenstadt")

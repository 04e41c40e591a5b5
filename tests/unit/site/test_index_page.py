"""The index page: grouping, folding, failures, and that it works without scripts."""

from __future__ import annotations

from dataclasses import replace

from bs4 import BeautifulSoup, Tag

from sozialanalyse.site.frame import Provenance
from sozialanalyse.site.index_page import IndexEntry, IndexSection, render_index

PROVENANCE = Provenance("Musterstadt", "2022", "0.1.0")
CITY = IndexEntry("s", "Musterstadt", "Stadt", "", "n/s.html")


def entries(districts: int, quarters: int) -> tuple[IndexEntry, ...]:
    """Return a city, its districts, and the quarters of each, all with a page."""
    found = [CITY]
    for district in range(districts):
        key = f"d{district}"
        found.append(IndexEntry(key, f"Raum {district}", "Sozialraum", "s", f"n/{key}.html"))
        found += [
            IndexEntry(f"{key}-{number}", f"Quartier {number}", "Quartier", key, f"n/{key}-{number}.html")
            for number in range(quarters)
        ]
    return tuple(found)


def soup_of(*sections: IndexSection, provenance: Provenance = PROVENANCE) -> BeautifulSoup:
    return BeautifulSoup(render_index(sections, provenance), "html.parser")


def section(found: tuple[IndexEntry, ...]) -> IndexSection:
    return IndexSection("Bild", "Ein Satz.", found)


def parents(item: Tag) -> list[str]:
    return [above["data-name"].split()[-1] for above in item.find_parents("li")]


def test_lists_are_nested_as_the_areas_are() -> None:
    page = soup_of(section(entries(2, 2)))
    items = {item["data-name"].split()[-1]: item for item in page.select("[data-name]")}
    assert parents(items["d1-0"]) == ["d1", "s"]
    assert [link["href"] for link in page.select("main a")] == [entry.href for entry in entries(2, 2)]
    assert not page.find_all("details")


def test_groups_are_folded_from_61_pages_on() -> None:
    sixty = (CITY, *entries(3, 19)[1:])[:60]
    assert not soup_of(section(sixty)).find_all("details")
    page = soup_of(section(entries(3, 19)))  # 1 + 3 + 57 = 61
    assert [" ".join(group.summary.get_text().split()) for group in page.find_all("details")] == [
        f"Raum {number}: Teilgebiete, 19 Seiten" for number in range(3)
    ]


def test_failed_and_outdated_pages_are_marked_in_words() -> None:
    failed = replace(CITY, href="", failed=True)
    old = IndexEntry("d", "Raum", "Sozialraum", "s", "n/d.html", outdated=True)
    page = soup_of(section((failed, old)))
    text = " ".join(page.main.get_text(" ").split())
    assert "Musterstadt Stadt konnte nicht erstellt werden" in text
    assert "Raum Sozialraum (älterer Stand)" in text
    assert "1 Seite. 1 Seite konnte nicht erstellt werden." in text
    assert [link["href"] for link in page.select("main a")] == ["n/d.html"]


def test_an_entry_without_its_parent_stands_at_the_top() -> None:
    page = soup_of(section((IndexEntry("q", "Quartier", "Quartier", "fehlt", "n/q.html"),)))
    assert parents(page.select_one("[data-name]")) == []


def test_each_notebook_has_a_section_with_heading_and_sentence() -> None:
    page = soup_of(section((CITY,)), IndexSection("Profil", "Noch ein Satz.", (CITY,)))
    headings = ["Auswertungen", "Bild", "Profil"]
    assert [heading.get_text() for heading in page.main.find_all("h2")] == headings
    for link, title in zip(page.select("nav a"), headings[1:], strict=True):
        assert link.get_text() == title
        assert page.find(id=link["href"].removeprefix("#")).get_text() == title
    assert [count.get_text() for count in page.select("nav .sa-level")] == ["1 Seite"] * 2
    assert "2 Seiten aus 2 Auswertungen." in page.main.get_text()
    assert "Noch ein Satz." in page.main.get_text()


def test_a_page_may_say_in_a_sentence_what_it_answers() -> None:
    page = soup_of(section((replace(CITY, description="Wo Kinder in Armut leben."),)))
    (item,) = page.select("[data-name]")
    assert " ".join(item.get_text(" ").split()) == "Musterstadt Stadt Wo Kinder in Armut leben."


def test_search_is_hidden_until_the_script_runs_and_nothing_else_depends_on_it() -> None:
    page = soup_of(section((CITY,)))
    assert page.find(id="suche").has_attr("hidden")
    assert page.find("label")["for"] == page.find("input")["id"]
    (script,) = page.find_all("script")
    assert not script.attrs
    assert [tag["id"] for tag in page.select("[hidden]")] == ["suche"]


def test_banner_stands_on_the_index_of_made_up_data_only() -> None:
    made_up = replace(PROVENANCE, synthetic=True)
    assert "künstlich erzeugt" in soup_of(section((CITY,)), provenance=made_up).main.aside.get_text()
    assert soup_of(section((CITY,))).main.aside is None


def test_names_are_escaped() -> None:
    page = soup_of(section((replace(CITY, name='<b>"x"'),)))
    assert page.select_one("[data-name]")["data-name"] == '<b>"x" s'
    assert not page.find_all("b")

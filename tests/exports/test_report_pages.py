"""The report for browsers: one file, no network, no script, readable with any eyes and ears."""

import re

import pytest
from lxml import html

from exports import LANGUAGES, Release
from exports.languages import language


def _page(release: Release, name: str) -> html.HtmlElement:
    return html.fromstring((release.folder / name).read_bytes())


@pytest.mark.parametrize("name", ["index.html", *(f"report.{code}.html" for code in LANGUAGES)])
def test_a_page_needs_no_network_and_no_script(release: Release, name: str) -> None:
    page, source = _page(release, name), (release.folder / name).read_text()
    assert not page.xpath("//script | //link | //img | //iframe | //@onclick | //@src")
    assert not re.search(r"url\((?!#)|@import", source)
    assert all(not address.startswith(("http", "//")) for address in page.xpath("//@href"))


@pytest.mark.parametrize("name", ["index.html", *(f"report.{code}.html" for code in LANGUAGES)])
def test_every_link_leads_to_a_file_of_the_release(release: Release, name: str) -> None:
    assert all((release.folder / address).is_file() for address in _page(release, name).xpath("//@href"))


@pytest.mark.parametrize(("code", "direction"), [("en", "ltr"), ("fr", "ltr"), ("ar", "rtl")])
def test_a_page_states_its_language_and_direction(release: Release, code: str, direction: str) -> None:
    page = _page(release, f"report.{code}.html")
    assert (page.get("lang"), page.get("dir")) == (code, direction)


@pytest.mark.parametrize("code", LANGUAGES)
def test_tables_have_captions_and_headers_with_scope(release: Release, code: str) -> None:
    tables = _page(release, f"report.{code}.html").xpath("//table")
    assert len(tables) == 5
    for table in tables:
        assert table.findtext("caption")
        assert set(table.xpath(".//th/@scope")) == {"col", "row"}
        assert not table.xpath(".//th[not(@scope)]")


@pytest.mark.parametrize("code", LANGUAGES)
def test_headings_nest_and_drawings_have_a_text_that_stands_for_them(release: Release, code: str) -> None:
    page = _page(release, f"report.{code}.html")
    assert [heading.tag for heading in page.xpath("//h1 | //h2 | //h3")] == ["h1"] + ["h2"] * 8
    drawings = page.xpath("//svg")
    assert len(drawings) == 3
    assert all(len(drawing.getparent().get("aria-label")) > 40 for drawing in drawings)


def test_a_hidden_figure_says_so_to_a_screen_reader(release: Release) -> None:
    marks = _page(release, "report.en.html").xpath("//abbr")
    assert marks
    assert {(mark.text, mark.get("title")) for mark in marks} == {("*", "not shown")}


def test_names_are_text_and_never_markup(release: Release) -> None:
    source = (release.folder / "report.en.html").read_text()
    assert "Marenda &lt;response&gt;" in source
    assert "<response>" not in source
    assert "Costa &amp; Verde" in source


def test_the_same_week_is_reported_in_every_language(release: Release) -> None:
    total = release.edition.persons("movements", ("_T", "_T", "_T"))
    for code in LANGUAGES:
        shown = _page(release, f"report.{code}.html").xpath("string(//ul[@class='figures']/li[1]/strong)")
        assert shown == language(code).number(total)

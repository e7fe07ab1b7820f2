"""Every field of every form has a name that is read out and says what belongs there, as the pages stand, without a browser.

The same walk as the one with axe, in every language in turn.
"""

import re
from collections import deque
from collections.abc import Iterator
from itertools import cycle

import httpx
import pytest
from lxml.html import HtmlElement, fromstring

from core.languages import LANGUAGES
from tests.end_to_end.demonstrated_office import EVERYBODY, DemonstratedOffice
from tests.end_to_end.ways import beginnings, route_of

# Fields that say enough by their name, whatever page they stand on.
PLAIN: set[str] = set()


@pytest.fixture(scope="module")
def pages(office: DemonstratedOffice) -> dict[str, HtmlElement]:
    """Every page by its address, seen by somebody who holds every role."""
    found: dict[str, HtmlElement] = {}
    seen, ways, languages = set(), deque(beginnings(office)), cycle(LANGUAGES)
    with httpx.Client(base_url=office.address, cookies={"waystation": office.cookies[EVERYBODY]}, timeout=60) as client:
        while ways:
            address = ways.popleft()
            kind = re.search(r"/step\?kind=\w+", address)
            here = (route_of(address), kind and kind.group())
            if here[0] is None or here in seen:
                continue
            seen.add(here)
            page = fromstring(client.get(address, headers={"Cookie": f"language={next(languages)}"}).text)
            found[address] = page
            ways.extend(page.xpath("//a/@href[starts-with(., '/')]"))
    return found


def fields(page: HtmlElement) -> Iterator[HtmlElement]:
    for one in page.xpath("//input | //select | //textarea"):
        if one.get("type") != "hidden" and not one.xpath("ancestor-or-self::*[@hidden]"):
            yield one


def named(one: HtmlElement) -> bool:
    """By a label around it or tied to it, or by words of its own."""
    tied = one.xpath("//label[@for=$id]", id=one.get("id", ""))
    return bool(tied or one.xpath("ancestor::label") or one.get("aria-label") or one.get("aria-labelledby"))


def hinted(one: HtmlElement) -> bool:
    """It, or the group that it belongs to, points to words on the page."""
    return any(_points(each) for each in one.xpath("ancestor-or-self::*[@aria-describedby]"))


def _points(one: HtmlElement) -> bool:
    return all(
        any(found.text_content().strip() for found in one.xpath("//*[@id=$id]", id=id))
        for id in one.get("aria-describedby").split()
    )


def told(address: str, one: HtmlElement) -> str:
    return f"{route_of(address)}: {one.tag} {one.get('name')}"


def test_every_field_has_a_name(pages: dict[str, HtmlElement]) -> None:
    assert [told(address, one) for address, page in pages.items() for one in fields(page) if not named(one)] == []


def test_every_field_but_the_plain_ones_says_what_belongs_there(pages: dict[str, HtmlElement]) -> None:
    unhinted = {
        told(address, one)
        for address, page in pages.items()
        for one in fields(page)
        if one.get("name") not in PLAIN and not hinted(one)
    }
    assert sorted(unhinted) == []


def test_the_list_of_plain_fields_names_none_that_is_gone_or_says_more(pages: dict[str, HtmlElement]) -> None:
    there = {one.get("name") for page in pages.values() for one in fields(page) if not hinted(one)}
    assert PLAIN - there == set()


def test_what_is_wrong_is_told_at_its_field(pages: dict[str, HtmlElement]) -> None:
    wrong = [(address, one) for address, page in pages.items() for one in page.xpath("//*[@aria-invalid]")]
    assert [told(address, one) for address, one in wrong if not hinted(one)] == []

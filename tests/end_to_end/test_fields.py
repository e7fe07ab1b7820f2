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

# Fields that say enough by their name, by the page that they stand on. What is only looked for, chosen from what is shown, or
# typed from a paper does no harm where it is wrong: nothing is found, or it is refused.
PLAIN: dict[str, set[str]] = {
    "/account": {"language"},
    "/account/factor": {"code"},
    "/account/password": {"present", "password"},
    "/accounts/new": {"language"},
    "/audit": {"actor", "action", "subject", "operation", "purpose", "since", "until"},
    "/back-checks": {"form", "percent", "days"},
    "/broken-glass": {"case_reference"},
    "/bulk-reading": {"persons"},
    "/cases": {"whose", "unit", "state", "outcome", "since", "mark", "case", "reason", "account", "case_reference"},
    "/cases/{case:uuid}": {"purpose"},
    "/cases/{case:uuid}/print": {"purpose"},
    "/cases/{case:uuid}/reports/new": {"language"},
    "/duplicates": {"purpose"},
    "/enrol": {"code"},
    "/enrol/next": {"language"},
    "/operation": {"operation"},
    "/persons": {"case_reference", "phone", "purpose", "given", "family", "birth_year", "name"},
    "/persons/{person}": {"purpose", "language"},
    "/persons/{person}/child": {"purpose", "kind", "day"},
    "/persons/{person}/family": {"purpose", "other", "name", "age", "gender", "given_by", "guardian", "language"},
    "/persons/{person}/{what}/apart": {"purpose"},
    "/protection/{period}/cells": {"table", "origin"},
    "/quality": {"state", "found"},
    "/quality/{submission}": {"question"},
    "/registers/{register}/new": {"records", "authority_told_at", "persons_told_at"},
    "/registers/{register}/{entry}": {"records", "authority_told_at", "persons_told_at", "close"},
    "/reports/check": {"number", "digest"},
    "/rights-requests": {"outcome"},
    "/tasks": {"whose", "due", "kind", "unit"},
}


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
            client.cookies.set("language", next(languages))
            answer = client.get(address, follow_redirects=True)
            assert answer.status_code == 200, address
            found[address] = page = fromstring(answer.content)
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
        any(words.text_content().strip() for words in one.xpath("//*[@id=$to]", to=to))
        for to in one.get("aria-describedby").split()
    )


def unhinted(pages: dict[str, HtmlElement]) -> set[tuple[str, str]]:
    """By route and name."""
    found = [(address, one) for address, page in pages.items() for one in fields(page) if not hinted(one)]
    return {(route_of(address) or "", one.get("name", "")) for address, one in found}


def test_every_field_has_a_name_that_is_read_out(pages: dict[str, HtmlElement]) -> None:
    nameless = [(address, one.get("name")) for address, page in pages.items() for one in fields(page) if not named(one)]
    assert nameless == []


def test_every_field_but_the_plain_ones_says_what_belongs_there(pages: dict[str, HtmlElement]) -> None:
    assert unhinted(pages) == {(route, name) for route, names in PLAIN.items() for name in names}

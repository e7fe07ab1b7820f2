"""Every page in a real browser, in the demonstration's office: open to who cannot see or point, light, and asking nobody else.

The walk begins where an address without parameters leads and follows every link, until it has seen each route once, and the
form of each kind of entry of a case file; so a page that nothing leads to is told, too. By axe: WCAG 2.2, levels A and AA.
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.end_to_end.demonstrated_office import EVERYBODY, DemonstratedOffice
from tests.end_to_end.test_in_a_browser import DESK, PHONE
from tests.end_to_end.ways import NOT_WALKED, ROUTES, beginnings, route_of

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
    "preload": False,  # no page of ours has style or media of elsewhere to fetch
}
# Every page is seen in one of these; which one goes round, so that each language and screen sees many.
SEEN_AS = [("en", DESK), ("ar", PHONE), ("so", PHONE), ("ru", DESK), ("es", PHONE), ("ar", DESK), ("fr", PHONE)]
MOST = 100_000  # bytes of a page with all that comes with it
LOOK = """() => {
  const loaded = ["navigation", "resource"].flatMap(kind => performance.getEntriesByType(kind));
  return {
    bytes: loaded.reduce((sum, one) => sum + one.decodedBodySize, 0),
    wider: document.documentElement.scrollWidth - window.innerWidth,
    links: [...document.querySelectorAll("a[href^='/']")].map(one => one.getAttribute("href")),
  };
}"""


AXE = Axe().axe_script
BROKEN = """([exclude, rules]) => axe.run({exclude}, rules).then(
  told => told.violations.map(one => `${one.id}: ${one.nodes[0].html.slice(0, 150)}`))"""
# Rows after the sixth are like those before them; half of axe's time went to the contrast of their words.
MORE_OF_THE_SAME = [["tbody tr:nth-of-type(n + 7)"], ["article.entry:nth-of-type(n + 7)"], ["fieldset:nth-of-type(n + 7)"]]


@dataclass
class Walk:
    """What was seen, and what was found in it; each finding says where."""

    seen: set[str] = field(default_factory=set)
    found: dict[str, list[str]] = field(default_factory=dict)

    def tell(self, kind: str, where: str, findings: list[str]) -> None:
        self.found.setdefault(kind, []).extend(f"{where}: {one}" for one in findings)


@pytest.fixture(scope="module")
def walk(browser: Browser, office: DemonstratedOffice) -> Walk:
    """All of it, by somebody who holds every role, so that no page is closed to them."""
    walk, ways = Walk(), deque(beginnings(office))
    pages = cycle(list(_pages(browser, office, walk)))
    while ways:
        address = ways.popleft()
        route, kind = route_of(address), re.search(r"/step\?kind=\w+", address)
        seen = f"{route} {kind.group() if kind else ''}"
        if not route or seen in walk.seen:
            continue
        first = route not in walk.seen
        walk.seen |= {route, seen}
        ways.extend(_look(next(pages), office.address, address, walk, by_axe=first))
    return walk


def _pages(browser: Browser, office: DemonstratedOffice, walk: Walk) -> Iterator[Page]:
    """A browser for each language and screen; what it asks of another host is told."""
    for language, size in SEEN_AS:
        context = browser.new_context(viewport=size)
        context.add_cookies(
            [
                {"name": "waystation", "value": office.cookies[EVERYBODY], "url": office.address},
                {"name": "language", "value": language, "url": office.address},
            ]
        )
        page = context.new_page()
        page.on("request", lambda asked: asked.url.startswith(office.address) or walk.tell("elsewhere", asked.url, [""]))
        yield page


def _look(page: Page, at: str, address: str, walk: Walk, *, by_axe: bool) -> list[str]:
    """Look at one page; the addresses that it leads to."""
    answer = page.goto(f"{at}{address}")
    where = f"{address} ({page.get_attribute('html', 'lang')}, {(page.viewport_size or {})['width']})"
    if not answer or not answer.ok:
        walk.tell("closed", where, [str(answer and answer.status)])
        return []
    seen = page.evaluate(LOOK)
    walk.tell("heavy", where, [f"{seen['bytes']} bytes"] if seen["bytes"] >= MOST else [])
    walk.tell("wide", where, [f"{seen['wider']} pixels too wide"] if seen["wider"] > 0 else [])
    if by_axe:
        page.evaluate(AXE)
        walk.tell("axe", where, page.evaluate(BROKEN, [MORE_OF_THE_SAME, RULES]))
    return list(seen["links"])


def test_the_walk_comes_to_every_page(walk: Walk) -> None:
    assert {route.path for route in ROUTES} - walk.seen - NOT_WALKED == set()
    assert walk.found.get("closed", []) == []


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("axe", id="closed to nobody who cannot see or point"),
        pytest.param("heavy", id="under a hundred kilobytes"),
        pytest.param("wide", id="as wide as its screen"),
        pytest.param("elsewhere", id="asking nobody else"),
    ],
)
def test_every_page_is(walk: Walk, kind: str) -> None:
    assert not walk.found.get(kind), "\n".join(walk.found[kind])

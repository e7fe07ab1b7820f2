"""The report and the front page in a real browser: on a phone and on a desk, in three languages, asking nobody else."""

import pytest
from playwright.sync_api import Browser, Page

from tests.end_to_end.conftest import Demonstration

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
LANGUAGES = {"en": "ltr", "fr": "ltr", "ar": "rtl"}


def look_at(browser: Browser, address: str, size: dict[str, int]) -> tuple[Page, list[str], list[str]]:
    """Open a page; with it come the addresses it asked for and what the browser complained of."""
    page = browser.new_page(viewport=size)
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(address)
    return page, asked, complaints


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the screen; a page that a click leads to is waited for."""
    page.wait_for_selector("body")
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("language", list(LANGUAGES))
def test_the_report_fits_the_screen_and_asks_nobody(
    browser: Browser, demonstration: Demonstration, language: str, size: dict[str, int]
) -> None:
    address = (demonstration.weeks[-1] / f"report.{language}.html").as_uri()
    page, asked, complaints = look_at(browser, address, size)
    assert (asked, complaints) == ([address], [])
    assert page.evaluate("document.documentElement.dir") == LANGUAGES[language]
    assert overflow(page) <= 0
    assert page.evaluate("[...document.querySelectorAll('svg')].every(svg => svg.getBoundingClientRect().width > 50)")
    page.close()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("language", list(LANGUAGES))
def test_the_front_page_fits_the_screen_and_keeps_its_own_policy(
    browser: Browser, address: str, language: str, size: dict[str, int]
) -> None:
    page, asked, complaints = look_at(browser, f"{address}/?lang={language}", size)
    assert [url for url in asked if not url.startswith(address)] == []
    assert [text for text in complaints if "favicon" not in text and "404" not in text] == []
    assert page.evaluate("document.documentElement.dir") == LANGUAGES[language]
    assert overflow(page) <= 0
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.close()

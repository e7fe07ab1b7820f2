"""The pages anybody may see: in the reader's language, no outside requests, nothing but what is released."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.web.application import create_application
from core.database import Database
from core.keys.keyring import KeyRing
from core.settings import Settings


@pytest.fixture
def browser(database: Database, ring: KeyRing, tmp_path: Path) -> TestClient:
    return TestClient(create_application(database, ring, Settings(var=tmp_path), lambda _operation, _submission: None))


@pytest.mark.parametrize(
    ("language", "direction", "words"), [("en", "ltr", "No report"), ("fr", "ltr", "Aucun"), ("ar", "rtl", "لم يُنشر")]
)
def test_the_front_page_speaks_the_readers_language(browser: TestClient, language: str, direction: str, words: str) -> None:
    asked = browser.get("/", params={"lang": language})
    preferred = browser.get("/", headers={"Accept-Language": f"{language}-XX,{language};q=0.9"})
    for page in (asked, preferred):
        assert f'<html lang="{language}" dir="{direction}">' in page.text
        assert words in page.text


def test_a_choice_of_language_is_kept_for_the_next_page(browser: TestClient) -> None:
    browser.get("/", params={"lang": "fr"})
    for address in ("/", "/nothing", "/sign-in"):
        assert '<html lang="fr" dir="ltr">' in browser.get(address, headers={"Accept-Language": "ar"}).text


def test_another_language_is_the_same_page_with_all_that_its_address_asked_for(browser: TestClient) -> None:
    page = browser.get("/sign-in", params={"next": "/work?a=b&c", "lang": "ar"})
    assert 'href="/sign-in?next=%2Fwork%3Fa%3Db%26c&amp;lang=fr"' in page.text.replace('href="?', 'href="/sign-in?')


def test_a_page_that_asks_for_nothing_repeats_nothing_of_its_address(browser: TestClient) -> None:
    for address in ("/", "/Quintessa"):
        page = browser.get(address, params={"Quintessa": "Quintessa", "lang": "ar"})
        assert 'href="?lang=fr"' in page.text
        assert "Quintessa" not in page.text


def test_an_unknown_language_is_answered_in_english(browser: TestClient) -> None:
    assert '<html lang="en" dir="ltr">' in browser.get("/", headers={"Accept-Language": "xx, *;q=0.1"}).text


def test_a_page_asks_nobody_else_and_runs_no_script(browser: TestClient) -> None:
    page = browser.get("/")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert "http://" not in page.text
    assert "https://" not in page.text
    assert "<script" not in page.text


@pytest.mark.parametrize(
    "path", ["/releases/X/2026-W01/index.html", "/releases/../../etc/passwd", "/nothing", "/admin", "/docs"]
)
def test_what_is_not_released_is_not_there(browser: TestClient, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 404
    assert "Traceback" not in answer.text


def test_the_health_check_says_ok_and_nothing_else(browser: TestClient) -> None:
    assert browser.get("/health").text == "ok"

"""Help: each role is led to the guide of its work; guides are shown as they are written, and nothing else of the disk is."""

import re

import pytest

from app.web.application import create_application
from app.web.guides import DOCS, GUIDE_OF, GUIDES, read_guide
from core.database import Database
from core.keys.keyring import KeyRing
from core.permissions import Role
from core.settings import Settings
from tests.app.signed_in_browser import Site


@pytest.fixture
def site(database: Database, ring: KeyRing) -> Site:
    return Site(database, ring, create_application(database, ring, Settings(), lambda _operation, _submission: None))


def test_each_role_is_led_to_its_guide_and_several_roles_to_a_list(site: Site) -> None:
    for role in Role:
        page = site.sign_in(role.value, role).get("/help")
        assert page.url.path == f"/help/{GUIDE_OF[role]}"
        assert f"<h1>{read_guide(GUIDE_OF[role], 'en').title}</h1>" in page.text
    both = site.sign_in("both", Role.CASEWORKER, Role.AUDITOR).get("/help")
    assert both.url.path == "/help"
    assert set(re.findall(r'<li><a href="/help/([\w-]+)"', both.text)) == set(GUIDES)


def test_help_is_for_who_is_signed_in_and_shows_guides_and_their_pictures_alone(site: Site) -> None:
    browser = site.sign_in("amal", Role.CASEWORKER)
    page = browser.get("/help/caseworker")
    [picture, *_] = re.findall(r'<img src="([^"]+)" alt="[^"]+" loading="lazy">', page.text)
    assert browser.get(picture).headers["Content-Type"] == "image/png"
    for nowhere in ("/help/security", "/help/..%2Fsecurity", "/help/pictures/..%2F..%2FREADME.md", "/help/pictures/report.png"):
        assert browser.get(nowhere).status_code == 404
    browser.client.cookies.clear()
    for path in ("/help", "/help/caseworker", picture):
        assert browser.client.get(path, follow_redirects=False).status_code == 303


def test_a_guide_that_is_not_translated_is_english_within_a_page_of_the_readers_language(site: Site) -> None:
    page = site.sign_in("amal", Role.CASEWORKER).get("/help/auditor", lang="ar").text
    assert '<html lang="ar" dir="rtl">' in page
    assert '<article lang="en" dir="ltr">' in page


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_a_translated_guide_says_as_much_and_shows_the_same(language: str) -> None:
    english, translated = (read_guide("caseworker", it).html for it in ("en", language))
    assert read_guide("caseworker", language).language == language
    for part in (r"<h2>", r"<li>", r"<tr>", r'<img src="([^"]+)"'):
        assert re.findall(part, translated) == re.findall(part, english), part


def test_there_is_a_guide_for_every_role_and_for_who_interviews() -> None:
    assert set(GUIDES) == {"enumerator", *GUIDE_OF.values()}
    assert {path.name.split(".")[0] for path in (DOCS / "guides").iterdir()} == set(GUIDES)


def test_links_lead_to_guides_or_are_words() -> None:
    for name in GUIDES:
        html = read_guide(name, "en").html
        assert {address.removeprefix("/help/") for address in re.findall(r'<a href="([^"]+)"', html)} <= set(GUIDES)
        assert "<script" not in html


def test_what_a_guide_links_to_in_the_documentation_is_there() -> None:
    """Read beside the code, as on the project's page."""
    for guide in (DOCS / "guides").glob("*.md"):
        for address in re.findall(r"\]\(([^)#]+)", guide.read_text(encoding="utf-8")):
            assert (guide.parent / address).is_file(), f"{guide.name}: {address}"

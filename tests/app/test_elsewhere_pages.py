"""What others publish, on screen: entered by one, approved by another, and never by whoever has no part in it."""

import re
from html import unescape

import pytest

from anonymizer import elsewhere
from app.web.application import create_application
from core.audit import Purpose
from core.database import Database, Zone
from core.keys.keyring import KeyRing
from core.permissions import Role
from core.settings import Settings
from tests.app.signed_in_browser import Browser, Site
from tests.officer_setting import OFFICER, WEEK, Setting

HERE = "/elsewhere"
GIVEN = {
    "period": str(WEEK),
    "publisher": "Ministry of Relief",
    "title": "Bulletin 12",
    "published_on": "2026-02-20",
    "content": "destination,total,counted\r\nXM01,230,same\r\n",
}


@pytest.fixture
def setting(database: Database, ring: KeyRing) -> Setting:
    return Setting.of(database, ring)


@pytest.fixture
def site(setting: Setting) -> Site:
    database, ring = setting.database, setting.ring
    return Site(database, ring, create_application(database, ring, Settings(), lambda _operation, _submission: None))


def deeds(browser: Browser) -> list[str]:
    return re.findall(r'action="(/elsewhere/[0-9a-f-]{36}/\w+)"', browser.get(HERE).text)


def test_the_whole_way(site: Site, setting: Setting) -> None:
    paul, dina = site.sign_in("paul", Role.PROTECTION_OFFICER), site.sign_in("dina", Role.DATA_PROTECTION_OFFICER)
    assert "A second person decides" in paul.send(HERE, page=HERE, **GIVEN).text
    assert deeds(paul) == []
    [approving] = deeds(dina)
    assert paul.send(approving, page=HERE).status_code == 403
    assert "within 24 hours" in dina.send(approving, page=HERE).text
    [activating] = deeds(paul)
    page = paul.send(activating, page=HERE).text
    assert "in force" in page
    assert "XM01,230,same" in page
    setting.protect(WEEK)
    assert "it was not known yet" in paul.get(HERE).text
    with site.database.transaction(Zone.ANONYMIZER, access=OFFICER) as session:
        [version] = elsewhere.list_publications(session, purpose=Purpose.STATISTICS)
    assert version.active
    assert version.publication.content == GIVEN["content"].replace("\r\n", "\n")


def test_it_waits_in_the_second_persons_queue(site: Site) -> None:
    paul, dina = site.sign_in("paul", Role.PROTECTION_OFFICER), site.sign_in("dina", Role.DATA_PROTECTION_OFFICER)
    paul.send(HERE, page=HERE, **GIVEN)
    queue = dina.get("/approvals").text
    assert "What others publish" in queue
    assert f'href="{HERE}"' in queue


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"period": "last week"}, "Write it as 2026-W07"),
        ({"published_on": ""}, "the day of publication is missing"),
        ({"content": "colour,total\nred,3\n"}, "the release has no dimension colour"),
        ({"content": "destination,total\nXM01,many\n"}, "A total is no whole number"),
    ],
)
def test_what_cannot_be_used_keeps_what_was_typed(site: Site, change: dict[str, str], said: str) -> None:
    paul = site.sign_in("paul", Role.PROTECTION_OFFICER)
    answer = paul.send(HERE, page=HERE, **{**GIVEN, **change})
    assert answer.status_code == 422
    assert said in unescape(answer.text)
    assert 'value="Ministry of Relief"' in answer.text


def test_only_those_who_have_a_part_in_it_see_the_page(site: Site) -> None:
    for role in Role:
        browser = site.sign_in(f"a-{role}", role)
        page = browser.get(HERE)
        assert page.status_code == (200 if role in {Role.PROTECTION_OFFICER, Role.DATA_PROTECTION_OFFICER} else 403)
        proposed = browser.send(HERE, page="/account", **GIVEN).status_code
        assert proposed == (200 if role is Role.PROTECTION_OFFICER else 403)


def test_the_page_speaks_the_other_languages(site: Site) -> None:
    paul = site.sign_in("paul", Role.PROTECTION_OFFICER)
    paul.send(HERE, page=HERE, **GIVEN)
    for language, direction in (("fr", "ltr"), ("ar", "rtl")):
        page = paul.get(HERE, lang=language)
        assert page.status_code == 200
        assert f'<html lang="{language}" dir="{direction}">' in page.text

"""Where one can go: every page in one room, what one's rights reach and nothing else, and where one is."""

import re
from collections import Counter
from uuid import UUID

import pytest

from app.web.application import create_application
from app.web.navigation import ROOMS
from app.web.page_groups import GROUPS
from core.access import Access, Grant
from core.database import Database
from core.keys.keyring import KeyRing
from core.permissions import Role
from core.settings import Settings
from tests.app.signed_in_browser import Browser, Site
from tests.conftest import OPERATION

ENTRIES = {entry.address: entry for group in GROUPS for entry in group.entries}
ALONE = {"/work", "/referrals", "/exports-for-you", "/account", "/help"}


@pytest.fixture
def site(database: Database, ring: KeyRing) -> Site:
    return Site(database, ring, create_application(database, ring, Settings(), lambda _operation, _submission: None))


def navigation(browser: Browser, path: str) -> str:
    return browser.get(path).text.split('<nav class="places"')[1].split("</nav>")[0]


def test_every_page_of_the_navigation_is_in_one_room_or_stands_by_itself() -> None:
    """A new page is put into a room; what is in none stands before them, where there is place for little."""
    roomed = Counter(address for addresses in ROOMS.values() for address in addresses)
    assert set(roomed) | ALONE == set(ENTRIES)
    assert not set(roomed) & ALONE
    assert set(roomed.values()) == {1}


def test_each_role_sees_the_pages_of_its_rights_once(site: Site) -> None:
    for role in Role:
        access = Access("eve", OPERATION, (Grant(role),))
        seen = re.findall(r'href="([^"]+)"', navigation(site.sign_in(role.value, role), "/account"))
        assert Counter(seen) == Counter(address for address, entry in ENTRIES.items() if entry.is_for(access)), role


def test_a_supervisor_finds_few_things_in_a_row_and_the_rest_in_rooms_in_the_order_of_the_work(site: Site) -> None:
    row = re.sub(r"<ul>.*?</ul>", "", navigation(site.sign_in("carla", Role.SUPERVISOR), "/work"), flags=re.DOTALL)
    assert re.findall(r"<summary>(\w+)", row) == ["People", "Collection", "Office", "Oversight"]
    assert re.findall(r'href="([^"]+)"', row) == ["/work", "/reports/casework", "/account", "/help"]


def test_a_room_of_one_page_is_that_page(site: Site) -> None:
    assert "<summary>" not in navigation(site.sign_in("paula", Role.PARTNER), "/account")
    assert '<a href="/audit">' in re.sub(r"<ul>.*?</ul>", "", navigation(site.sign_in("udo", Role.AUDITOR), "/account"))


def test_the_page_that_is_open_is_marked_and_its_room_names_it(site: Site) -> None:
    nav = navigation(site.sign_in("carla", Role.SUPERVISOR), "/quality/figures")
    assert nav.count("aria-current") == 1
    assert '<a href="/quality/figures" aria-current="page">' in nav
    assert 'Collection <span class="here">› Submissions in figures</span>' in nav


def test_a_page_below_another_marks_that_one(site: Site) -> None:
    nav = navigation(site.sign_in("carla", Role.SUPERVISOR), f"/quality/{UUID(int=1)}")
    assert '<a href="/quality" aria-current="true">' in nav

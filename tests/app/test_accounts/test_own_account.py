"""One's own account: devices, factors, codes and password, and what each change ends."""

import re

import pytest

from core.permissions import Role
from tests.app.test_accounts.conftest import PASSWORD, Enrolled, Site, code_at

ANOTHER = "eleven geese over the harbour"


def test_devices_are_listed_and_ended_one_by_one(site: Site, enrolled: Enrolled) -> None:
    amal = enrolled("amal")
    phone = site.sign_in(amal, site.browser(**{"User-Agent": "Mozilla/5.0 (Android 14; Mobile) Firefox/128.0"}))
    desk = site.sign_in(amal, site.browser(**{"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/126.0 Safari/537"}))
    page = desk.open("/account").page
    assert "Firefox · Android" in page
    assert "Chrome · Windows" in page
    named = re.search(r"Firefox · Android.*?name=\"device\" value=\"([^\"]+)\"", page, re.DOTALL)
    assert named
    desk.post("/account/devices/end", form_token=desk.hidden("form_token"), device=named[1])
    assert phone.open("/account").path == "/sign-in"
    assert desk.open("/account").path == "/account"


def test_changing_the_password_ends_the_other_sessions(site: Site, enrolled: Enrolled) -> None:
    amal = enrolled("amal")
    elsewhere, here = site.sign_in(amal, site.browser()), site.sign_in(amal, site.browser())
    here.open("/account/password").send("/account/password", present=PASSWORD, password=ANOTHER)
    assert (here.path, elsewhere.open("/account").path) == ("/account", "/sign-in")
    assert site.browser().open("/sign-in").send("/sign-in", name="amal", password=PASSWORD).status == 403
    assert site.browser().open("/sign-in").send("/sign-in", name="amal", password=ANOTHER).status == 200


def test_the_present_password_is_asked_for(site: Site, enrolled: Enrolled) -> None:
    browser = site.sign_in(enrolled("amal"), site.browser()).open("/account/password")
    assert browser.send("/account/password", present="wrong wrong wrong", password=ANOTHER).status == 403
    assert site.browser().open("/sign-in").send("/sign-in", name="amal", password=PASSWORD).status == 200


@pytest.mark.parametrize("password", ["2short4me", "passwordpassword1", "amal-on-the-road", "123456789012", "aaaaaaaaaaaaaaa"])
def test_a_poor_password_is_not_taken(site: Site, enrolled: Enrolled, password: str) -> None:
    browser = site.sign_in(enrolled("amal"), site.browser()).open("/account/password")
    assert browser.send("/account/password", present=PASSWORD, password=password).status == 422
    assert password not in browser.page


def test_a_new_app_takes_the_place_of_the_old_one(site: Site, enrolled: Enrolled) -> None:
    amal = enrolled("amal")
    browser = site.sign_in(amal, site.browser()).open("/account/factor")
    old, amal.key = amal.key, browser.hidden("key")
    assert browser.send("/account/factor/app", code="000000").status == 422
    browser.open("/account/factor")
    amal.key = browser.hidden("key")
    browser.send("/account/factor/app", code=code_at(amal.key, site.moment.at.timestamp()))
    assert browser.path == "/account"
    assert site.sign_in(amal, site.browser()).path == "/account"
    amal.key = old
    assert site.sign_in(amal, site.browser()).status == 403


def test_the_last_factor_stays(site: Site, enrolled: Enrolled) -> None:
    browser = site.sign_in(enrolled("amal"), site.browser())
    browser.send("/account/factor/remove")
    assert (browser.status, "CORE-425" in browser.page) == (409, True)


def test_new_recovery_codes_end_the_old_ones(site: Site, enrolled: Enrolled) -> None:
    amal = enrolled("amal")
    fresh = re.findall(r"<li>([A-Z2-7-]+)</li>", site.sign_in(amal, site.browser()).send("/account/recovery-codes").page)
    for code, expected in ((amal.recovery[3], 403), (fresh[3], 200)):
        browser = site.browser().open("/sign-in").send("/sign-in", name="amal", password=PASSWORD)
        assert browser.send("/sign-in/second", code=code).status == expected


def test_factors_are_changed_only_shortly_after_signing_in(site: Site, enrolled: Enrolled) -> None:
    browser = site.sign_in(enrolled("amal"), site.browser())
    site.moment.pass_by(minutes=16)
    assert "CORE-424" in browser.open("/account").send("/account/recovery-codes").page


def test_the_accounts_language_is_the_pages_language(site: Site, enrolled: Enrolled) -> None:
    amal = enrolled("amal")
    site.sign_in(amal, site.browser()).send("/account/language", language="ar")
    assert '<html lang="ar" dir="rtl">' in site.sign_in(amal, site.browser()).page


def test_who_works_in_one_operation_is_not_asked_which(site: Site, enrolled: Enrolled) -> None:
    boss = enrolled("boss", Role.ADMINISTRATOR)
    assert site.sign_in(boss, site.browser(), "/accounts").path == "/accounts"


def test_who_holds_no_role_gets_no_further_than_their_account(site: Site, enrolled: Enrolled) -> None:
    browser = site.sign_in(enrolled("amal"), site.browser(), "/accounts")
    assert (browser.path, "no role" in browser.page) == ("/operation", True)
    assert browser.open("/account").status == 200

"""Signing in on the web: two factors, in every form the fingerprint of its session, and nothing told to who guesses."""

import re

import pytest

from app.web.account.sign_in_pages import SIGN_IN_ACTOR
from core.audit import Action, audited_entries
from core.database import Zone
from core.identity.attempts import NAME_DELAYS
from core.permissions import Role
from tests.app.test_accounts.conftest import PASSWORD, Enrolled, Site, code_at


def test_a_person_enrols_and_nobody_else_learns_what_they_chose(site: Site) -> None:
    amal = site.hire("amal", Role.CASEWORKER)
    browser = site.enrol(amal, site.browser())
    assert len(amal.recovery) == 10
    assert "Amal Example" in browser.open("/account").page


def test_a_code_is_used_once(site: Site) -> None:
    amal = site.hire("amal")
    site.enrol(amal, site.browser())
    stranger = site.browser().open("/enrol").send("/enrol", code=amal.code)
    assert (stranger.status, stranger.path) == (422, "/enrol")


def test_the_code_holds_for_three_days(site: Site) -> None:
    amal = site.hire("amal")
    site.moment.pass_by(hours=73)
    assert site.browser().open("/enrol").send("/enrol", code=amal.code).status == 422


def test_password_and_code_lead_to_the_page_that_was_asked_for(site: Site, enrolled: Enrolled) -> None:
    boss = enrolled("boss", Role.ADMINISTRATOR)
    browser = site.sign_in(boss, site.browser(), "/accounts")
    assert (browser.path, browser.status) == ("/accounts", 200)


def test_the_password_alone_opens_nothing(site: Site, enrolled: Enrolled) -> None:
    amal = enrolled("amal", Role.CASEWORKER)
    browser = site.browser().open("/sign-in").send("/sign-in", name="amal", password=PASSWORD)
    assert 'action="/sign-in/second"' in browser.page
    assert browser.open("/account").path == "/sign-in/second"
    assert browser.send("/sign-in/second", code="000000").status == 403
    assert browser.open("/account").path == "/sign-in/second"
    assert amal.key


def test_a_code_is_not_taken_twice(site: Site, enrolled: Enrolled) -> None:
    amal = enrolled("amal")
    site.sign_in(amal, site.browser())
    again = site.browser().open("/sign-in").send("/sign-in", name="amal", password=PASSWORD)
    assert again.send("/sign-in/second", code=code_at(amal.key, site.moment.at.timestamp())).status == 403


def test_a_recovery_code_stands_in_for_the_app_once(site: Site, enrolled: Enrolled) -> None:
    amal = enrolled("amal")
    for expected in ("/account", "/sign-in/second"):
        browser = site.browser().open("/sign-in").send("/sign-in", name="amal", password=PASSWORD)
        assert browser.send("/sign-in/second", code=amal.recovery[0].lower()).path == expected


def test_who_guesses_learns_nothing_of_who_works_here(site: Site, enrolled: Enrolled) -> None:
    enrolled("amal")
    pages = []
    for name in ("amal", "nobody-of-this-name"):
        browser = site.browser().open("/sign-in").send("/sign-in", name=name, password="wrong wrong wrong")
        pages.append((browser.status, re.sub(r'value="[0-9a-f]{64}"|data-options="[^"]*"', "", browser.page)))
    assert pages[0] == pages[1]
    assert pages[0][0] == 403


def test_after_some_failures_even_the_right_password_has_to_wait(site: Site, enrolled: Enrolled) -> None:
    amal = enrolled("amal")
    free, seconds = NAME_DELAYS[0]
    for _ in range(free):
        site.browser().open("/sign-in").send("/sign-in", name="amal", password="wrong wrong wrong")
    assert site.browser().open("/sign-in").send("/sign-in", name="amal", password=PASSWORD).status == 403
    site.moment.pass_by(seconds=seconds)
    assert site.sign_in(amal, site.browser()).path == "/account"


def test_codes_cannot_be_tried_without_end(site: Site, enrolled: Enrolled) -> None:
    amal = enrolled("amal")
    site.moment.pass_by(seconds=60)
    browser = site.browser().open("/sign-in").send("/sign-in", name="amal", password=PASSWORD)
    for _ in range(NAME_DELAYS[0][0]):
        browser.send("/sign-in/second", code="000000")
    assert browser.send("/sign-in/second", code=code_at(amal.key, site.moment.at.timestamp())).status == 403


@pytest.mark.parametrize("token", ["", "0" * 64])
def test_a_form_from_elsewhere_is_not_taken(site: Site, enrolled: Enrolled, token: str) -> None:
    amal = enrolled("amal")
    browser = site.sign_in(amal, site.browser())
    assert browser.post("/account/devices/end", form_token=token).status == 403
    assert site.browser().post("/sign-in", name="amal", password=PASSWORD, form_token=token).status == 403


def test_the_cookie_goes_to_this_host_over_https_only_and_no_script_reads_it(site: Site) -> None:
    cookie = site.browser().open("/sign-in").headers["set-cookie"]
    assert cookie.startswith("__Host-waystation=")
    assert {"HttpOnly", "Secure", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    here = site.browser("http://localhost:8000").open("/sign-in").headers["set-cookie"]
    assert here.startswith("waystation=")
    assert "Secure" not in here


def test_each_step_brings_a_new_token(site: Site, enrolled: Enrolled) -> None:
    amal = enrolled("amal")
    browser, tokens = site.browser(), set()
    site.moment.pass_by(seconds=60)
    for step in (
        lambda: browser.open("/sign-in"),
        lambda: browser.send("/sign-in", name="amal", password=PASSWORD),
        lambda: browser.send("/sign-in/second", code=code_at(amal.key, site.moment.at.timestamp())),
    ):
        step()
        tokens.add(browser.client.cookies["__Host-waystation"])
    assert len(tokens) == 3


def test_signing_out_ends_the_session_and_not_only_the_cookie(site: Site, enrolled: Enrolled) -> None:
    browser = site.sign_in(enrolled("amal"), site.browser())
    token = browser.client.cookies["__Host-waystation"]
    browser.send("/sign-out")
    assert browser.path == "/sign-in"
    browser.client.cookies.set("__Host-waystation", token)
    assert browser.open("/account").path == "/sign-in"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"])
def test_signing_in_leads_nobody_away_from_here(site: Site, enrolled: Enrolled, elsewhere: str) -> None:
    amal = enrolled("amal")
    site.moment.pass_by(seconds=60)
    browser = site.browser().open("/sign-in").send("/sign-in", name="amal", password=PASSWORD, next=elsewhere)
    browser.send("/sign-in/second", code=code_at(amal.key, site.moment.at.timestamp()), next=elsewhere)
    assert browser.path == "/account"


def test_sign_ins_and_failures_leave_their_lines_without_a_name(site: Site, enrolled: Enrolled) -> None:
    amal = enrolled("amal")
    site.browser().open("/sign-in").send("/sign-in", name="hunter2-my-password", password="wrong wrong wrong")
    site.sign_in(amal, site.browser()).send("/sign-out")
    with site.database.transaction(Zone.AUDIT) as session:
        lines = audited_entries(session, newest=50)
        done = {line.action: line for line in reversed(lines)}
        assert {Action.SIGNED_IN, Action.SIGN_IN_FAILED, Action.SIGNED_OUT} <= done.keys()
        assert done[Action.SIGNED_IN].subject == f"identity.account:{amal.id}"
        assert done[Action.SIGNED_IN].actor == SIGN_IN_ACTOR
        assert not [line for line in lines if "hunter2" in f"{line.subject}{line.detail}{line.actor}"]


def test_no_page_behind_the_sign_in_is_kept_anywhere(site: Site, enrolled: Enrolled) -> None:
    browser = site.sign_in(enrolled("boss", Role.ADMINISTRATOR), site.browser())
    for path in ("/account", "/accounts", "/accounts/new", "/account/factor", "/account/password", "/sign-in", "/enrol"):
        assert browser.open(path).headers["cache-control"] == "no-store"


def test_only_pages_with_passkeys_may_run_a_script_and_only_ours(site: Site, enrolled: Enrolled) -> None:
    browser = site.sign_in(enrolled("amal"), site.browser())
    assert "script-src" not in browser.open("/account").headers["content-security-policy"]
    assert "script-src 'self';" in browser.open("/account/factor").headers["content-security-policy"]
    assert "script" not in browser.open("/").headers["content-security-policy"]


@pytest.mark.parametrize(("language", "words"), [("fr", "Se connecter"), ("ar", "تسجيل الدخول")])
def test_a_chosen_language_stays(site: Site, language: str, words: str) -> None:
    browser = site.browser().open(f"/sign-in?lang={language}")
    assert words in browser.page
    assert words in browser.open("/sign-in").page
    assert f'<html lang="{language}"' in browser.page


def test_a_wrong_password_does_not_forget_where_one_was_going(site: Site, enrolled: Enrolled) -> None:
    boss = enrolled("boss", Role.ADMINISTRATOR)
    site.moment.pass_by(seconds=60)
    browser = site.browser().open("/accounts").send("/sign-in", name="boss", password="wrong wrong wrong")
    browser.send("/sign-in", name="boss", password=PASSWORD)
    assert browser.send("/sign-in/second", code=code_at(boss.key, site.moment.at.timestamp())).path == "/accounts"


def test_the_choice_of_language_keeps_the_page(site: Site, enrolled: Enrolled) -> None:
    amal = site.hire("amal")
    browser = site.browser().open("/enrol").send("/enrol", code=amal.code).send("/enrol/password", password="short")
    assert browser.status == 422
    assert 'href="/enrol/next?lang=ar"' in browser.page
    browser = site.sign_in(enrolled("boss", Role.ADMINISTRATOR), site.browser(), "/accounts")
    assert '<html lang="ar" dir="rtl">' in browser.open("/accounts?lang=ar").page
    assert browser.path == "/accounts"


def test_an_address_that_holds_no_id_is_not_there(site: Site, enrolled: Enrolled) -> None:
    browser = site.sign_in(enrolled("boss", Role.ADMINISTRATOR), site.browser())
    assert browser.open("/accounts/not-an-id").status == 404

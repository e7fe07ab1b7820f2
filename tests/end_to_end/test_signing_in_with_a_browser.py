"""Signing in with a real browser: passkeys from a virtual authenticator, on a phone and on a desk, in two directions."""

import base64
import os
import re
import time
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from playwright.sync_api import Browser, CDPSession, Page

from core.database import Database, Zone
from core.identity.accounts import add_account
from core.identity.enrolment import give_code
from core.identity.grants import Reach, give_role
from core.identity.models import AccountKind
from core.keys.keyring import KeyRing
from core.permissions import Role
from tests.end_to_end.test_in_a_browser import DESK, PHONE, overflow

OPERATION = "TEST"
PASSWORD = "a lantern beyond the river"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def hire(database: Database, ring: KeyRing, name: str, *roles: Role) -> tuple[UUID, str]:
    with database.transaction(Zone.IDENTITY, actor="administrator") as session:
        account = add_account(session, ring, name, f"{name.title()} Example", kind=AccountKind.PERSON)
        for role in roles:
            give_role(session, account, role, OPERATION, Reach())
        return account, give_code(session, account)


def a_device(page: Page) -> tuple[CDPSession, str]:
    """Give the browser an authenticator whose user is verified."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    added = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return devtools, added["authenticatorId"]


def enrol_with_passkey(page: Page, address: str, code: str) -> None:
    page.goto(f"{address}/enrol")
    page.fill("#code", code)
    page.click("main form button")
    page.fill("#password", PASSWORD)
    page.click("main form button")
    page.click("form[data-passkey] button")
    page.wait_for_selector(".codes")


def test_a_passkey_is_added_and_alone_signs_in(browser: Browser, address: str, database: Database, ring: KeyRing) -> None:
    _, code = hire(database, ring, "amal", Role.CASEWORKER)
    page = browser.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    devtools, device = a_device(page)
    enrol_with_passkey(page, address, code)
    held = devtools.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]
    assert [(one["rpId"], one["isResidentCredential"]) for one in held] == [("localhost", True)]
    page.context.clear_cookies()
    page.goto(f"{address}/account")
    assert page.url == f"{address}/sign-in?next=%2Faccount"
    page.click("form[data-passkey] button")
    page.wait_for_url(f"{address}/account")
    assert page.text_content(".who") == "Amal Example · TEST"
    assert [text for text in complaints if "favicon" not in text and "404" not in text] == []
    page.close()


def test_an_unverified_user_is_refused(browser: Browser, address: str, database: Database, ring: KeyRing) -> None:
    """A device that does not ask for finger, face or PIN is one factor only."""
    _, code = hire(database, ring, "amal", Role.CASEWORKER)
    page = browser.new_page()
    devtools, device = a_device(page)
    enrol_with_passkey(page, address, code)
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.context.clear_cookies()
    page.goto(f"{address}/sign-in")
    page.click("form[data-passkey] button")
    page.wait_for_selector("form[data-passkey] [role=alert]:not([hidden])")
    page.goto(f"{address}/account")
    assert page.url.startswith(f"{address}/sign-in")
    page.close()


def test_an_answer_is_taken_once_and_from_its_own_browser_only(
    browser: Browser, address: str, database: Database, ring: KeyRing
) -> None:
    _, code = hire(database, ring, "amal", Role.CASEWORKER)
    page = browser.new_page()
    a_device(page)
    enrol_with_passkey(page, address, code)
    page.context.clear_cookies()
    page.goto(f"{address}/sign-in")
    cookie = next(one for one in page.context.cookies() if one["name"] == "waystation")
    with page.expect_request(lambda request: request.url.endswith("/sign-in/passkey")) as sent:
        page.click("form[data-passkey] button")
    body = sent.value.post_data or ""
    page.wait_for_url(f"{address}/work")
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    fresh = browser.new_context()
    fresh.add_cookies([{"name": "waystation", "value": cookie["value"], "url": address}])
    assert fresh.request.post(f"{address}/sign-in/passkey", data=body, headers=headers).status == 403
    stranger = browser.new_context()
    form = stranger.request.get(f"{address}/sign-in").text()
    token = re.findall(r'name="form_token" value="([0-9a-f]+)"', form)[0]
    stolen = re.sub(r"form_token=[0-9a-f]+", f"form_token={token}", body)
    assert stranger.request.post(f"{address}/sign-in/passkey", data=stolen, headers=headers).status == 403
    page.close()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_the_screens_fit_and_ask_nobody_else(
    browser: Browser, address: str, database: Database, ring: KeyRing, language: str, direction: str, size: dict[str, int]
) -> None:
    """Walks through every screen; with `WAYSTATION_SCREENSHOTS` set to a folder, keeps a picture of each."""
    account, code = hire(database, ring, "amal", Role.ADMINISTRATOR)
    other, _ = hire(database, ring, "bilal", Role.CASEWORKER)
    page = browser.new_page(viewport=size)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    def look(name: str) -> None:
        page.wait_for_load_state()
        assert page.evaluate("document.documentElement.dir") == direction
        assert overflow(page) <= 0, name
        if folder := os.environ.get("WAYSTATION_SCREENSHOTS"):
            page.screenshot(path=Path(folder) / f"{name}-{language}-{size['width']}.png", full_page=True)

    page.goto(f"{address}/sign-in?lang={language}")
    look("sign_in")
    page.goto(f"{address}/enrol")
    page.fill("#code", code)
    page.click("main form button")
    page.wait_for_selector("#password")
    look("password")
    page.fill("#password", PASSWORD)
    page.click("main form button")
    page.wait_for_selector(".qr")
    look("factor")
    key = page.input_value("input[name=key]")
    page.fill("#code", TOTP(base64.b32decode(key), 6, SHA1(), 30).generate(time.time()).decode())
    page.click("form[action='/enrol/app'] button")
    page.wait_for_selector(".codes")
    look("codes")
    for name, path in {
        "account": "/account",
        "accounts": "/accounts",
        "account_new": "/accounts/new",
        "account_one": f"/accounts/{other}",
        "oneself": f"/accounts/{account}",
        "operation": "/operation",
    }.items():
        page.goto(f"{address}{path}")
        look(name)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert [url for url in asked if not url.startswith(address)] == []
    page.close()

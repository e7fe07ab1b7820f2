"""The auditor's and the officer's screens in a real browser: they fit phone and desk, mirrored, and run no script."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from core.audit import Action, Purpose, record
from core.audit_chain import seal_log
from core.clock import now
from core.database import Database, Zone
from core.identity.accounts import add_account
from core.identity.grants import Reach, give_role
from core.identity.models import AccountKind, Stage
from core.identity.sessions import open_session
from core.keys.keyring import KeyRing
from core.permissions import Role
from core.registers import Assessment, Breach, Risk, add_entry
from tests.end_to_end.test_in_a_browser import DESK, PHONE, overflow
from tests.end_to_end.test_signing_in_with_a_browser import OPERATION


@pytest.fixture
def token(database: Database, ring: KeyRing) -> str:
    """An officer signed in, with something in the log and in the registers."""
    for actor, records in (("badr", 3), ("dina", 7), ("emil", 5), ("carol", 900)):
        with database.transaction(Zone.CASEWORK, operation=OPERATION, actor=actor) as session:
            record(session, Action.READ, "casework.person", purpose=Purpose.ASSISTANCE, count=records)
    risk = Assessment("Names", ["assistance"], "vital interests", "found", "tokens", Risk.LOW, "us", now().date())
    with database.transaction(Zone.AUDIT, operation=OPERATION, actor="dina") as session:
        add_entry(session, ring, risk)
        for hours in (10, 100):
            add_entry(session, ring, Breach("Telephone", "In a bus.", "yesterday", now() - timedelta(hours=hours), 12))
    with database.transaction(Zone.AUDIT, actor="sealing") as session:
        seal_log(session, ring)
    with database.transaction(Zone.IDENTITY, actor="administrator") as session:
        account = add_account(session, ring, "dina", "Dina Example", kind=AccountKind.PERSON)
        give_role(session, account, Role.DATA_PROTECTION_OFFICER, OPERATION, Reach())
        return open_session(session, account, Stage.SIGNED_IN, "a test")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_the_screens_fit_without_any_script(
    browser: Browser, address: str, token: str, language: str, direction: str, size: dict[str, int]
) -> None:
    """With `WAYSTATION_SCREENSHOTS` set to a folder, keeps a picture of each."""
    context = browser.new_context(viewport=size, java_script_enabled=True)
    context.add_cookies([{"name": "waystation", "value": token, "url": address}])
    page = context.new_page()

    def look(name: str) -> None:
        assert page.get_attribute("html", "dir") == direction  # waits for the page that a click leads to
        assert overflow(page) <= 0, name
        assert page.locator("script").count() == 0
        if folder := os.environ.get("WAYSTATION_SCREENSHOTS"):
            page.screenshot(path=Path(folder) / f"{name}-{language}-{size['width']}.png", full_page=True)

    for name, path in {
        "work": "/work",
        "audit": "/audit",
        "readers": "/audit/readers?days=7",
        "registers": "/registers",
        "breach_new": "/registers/breaches/new",
    }.items():
        page.goto(f"{address}{path}{'&' if '?' in path else '?'}lang={language}")
        look(name)
    page.goto(f"{address}/registers")
    page.click("a[href^='/registers/assessments/']")
    look("assessment")
    page.goto(f"{address}/audit/chain")
    page.focus("form[action='/audit/verify'] button")
    page.keyboard.press("Enter")
    page.wait_for_selector(".done")
    look("chain")
    context.close()

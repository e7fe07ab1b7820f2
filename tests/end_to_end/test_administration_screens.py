"""Units, tokens, reading in bulk and policies in a real browser: phone and desk, both directions, keyboard, no script."""

import os
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from core.database import Database, Zone
from core.identity.accounts import add_account
from core.identity.grants import Reach, give_role
from core.identity.models import AccountKind, Stage
from core.identity.sessions import open_session
from core.keys.keyring import KeyRing
from core.permissions import Role
from tests.conftest import OPERATION
from tests.end_to_end.test_in_a_browser import DESK, PHONE, overflow

ROLES = {"boss": Role.ADMINISTRATOR, "dina": Role.DATA_PROTECTION_OFFICER, "paul": Role.PROTECTION_OFFICER}


@pytest.fixture
def tokens(database: Database, ring: KeyRing) -> dict[str, str]:
    """Cookies of three who work here; a program holds a role, too."""
    with database.transaction(Zone.IDENTITY, actor="administrator") as session:
        program = add_account(session, ring, "dashboard", "Dashboard", kind=AccountKind.SERVICE)
        give_role(session, program, Role.CASEWORKER, OPERATION, Reach())
        accounts: dict[str, UUID] = {}
        for name, role in ROLES.items():
            accounts[name] = add_account(session, ring, name, f"{name.title()} Example", kind=AccountKind.PERSON)
            give_role(session, accounts[name], role, OPERATION, Reach())
        return {name: open_session(session, account, Stage.SIGNED_IN, "a test") for name, account in accounts.items()}


class Desk:
    """A browser in which the three take turns."""

    def __init__(self, context: BrowserContext, address: str, tokens: dict[str, str]) -> None:
        self.context, self.address, self.tokens = context, address, tokens
        self.page: Page = context.new_page()

    def open(self, name: str, path: str) -> Page:
        self.context.add_cookies([{"name": "waystation", "value": self.tokens[name], "url": self.address}])
        self.page.goto(f"{self.address}{path}")
        return self.page

    def look(self, name: str) -> None:
        """It fits the screen; with WAYSTATION_SCREENSHOTS set, a picture of it is kept there."""
        if folder := os.environ.get("WAYSTATION_SCREENSHOTS"):
            width = (self.page.viewport_size or {})["width"]
            language = self.page.get_attribute("html", "lang")
            self.page.screenshot(path=Path(folder) / f"{name}-{language}-{width}.png", full_page=True)
        assert overflow(self.page) <= 0, name


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_what_two_people_decide_is_done_by_keyboard_without_a_script(
    browser: Browser, address: str, tokens: dict[str, str], size: dict[str, int], language: str, direction: str
) -> None:
    context = browser.new_context(viewport=size, java_script_enabled=False)
    desk = Desk(context, address, tokens)
    page = desk.open("boss", f"/units?lang={language}")
    assert page.get_attribute("html", "dir") == direction
    page.fill("#name", "Lake clinic")
    page.press("form[action='/units'] button", "Enter")
    page.select_option("#kind", "team")
    page.fill("#name", "Night team")
    page.select_option("#parent", index=1)
    page.press("form[action='/units'] button", "Enter")
    desk.look("units")
    page = desk.open("boss", "/tokens")
    desk.look("tokens_none")
    page.press("a[href^='/tokens/new']", "Enter")
    desk.look("token_new")
    page.press("input[value='find_person']", "Space")
    page.press("form[action^='/tokens/new'] button", "Enter")
    page = desk.open("dina", "/approvals")
    desk.look("approvals")
    page.press("form[action$='/approve'] button", "Enter")
    page = desk.open("boss", "/tokens")
    desk.look("tokens_approved")
    page.press("form[action$='/make'] button", "Enter")
    assert "wst_" in (page.text_content("main") or "")
    desk.look("token_made")
    desk.open("boss", "/tokens")
    desk.look("tokens")
    page = desk.open("paul", "/policies")
    desk.look("policies_none")
    page.press("a[href='/policies/new?kind=protection']", "Enter")
    desk.look("policy_new")
    page.press("form[action='/policies/new'] button", "Enter")
    page = desk.open("dina", "/policies")
    desk.look("policies")
    page.press("form[action$='/approve'] button", "Enter")
    page.press("form[action$='/activate'] button", "Enter")
    desk.look("policies_active")
    page = desk.open("dina", "/bulk-reading")
    page.fill("#persons", "900")
    page.press("form[action='/bulk-reading'] button", "Enter")
    desk.look("bulk_reading")
    context.close()

"""The protection officer's screens in a real browser: they fit phone and desk, mirrored, by keyboard, and run no script."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from core.database import Database, Zone
from core.identity.accounts import add_account
from core.identity.grants import Reach, give_role
from core.identity.models import AccountKind, Stage
from core.identity.sessions import open_session
from core.keys.keyring import KeyRing
from core.permissions import Role
from tests.end_to_end.test_in_a_browser import DESK, PHONE, overflow
from tests.officer_setting import WEEK, Setting

HERE = f"/protection/{WEEK}"


@pytest.fixture
def token(database: Database, ring: KeyRing) -> str:
    """An officer signed in, and a week that is protected."""
    Setting.of(database, ring).protect(WEEK)
    with database.transaction(Zone.IDENTITY, actor="administrator") as session:
        account = add_account(session, ring, "paul", "Paul Example", kind=AccountKind.PERSON)
        give_role(session, account, Role.PROTECTION_OFFICER, "TEST", Reach())
        return open_session(session, account, Stage.SIGNED_IN, "a test")


@pytest.mark.parametrize(
    ("language", "direction", "size"), [("en", "ltr", DESK), ("ar", "rtl", PHONE)], ids=["desk", "mirrored phone"]
)
def test_the_screens_fit_without_any_script(
    browser: Browser, address: str, token: str, language: str, direction: str, size: dict[str, int]
) -> None:
    """With `WAYSTATION_SCREENSHOTS` set to a folder, keeps a picture of each."""
    context = browser.new_context(viewport=size, java_script_enabled=True)
    context.add_cookies([{"name": "waystation", "value": token, "url": address}])
    page = context.new_page()

    def look(name: str) -> None:
        assert page.get_attribute("html", "dir") == direction
        assert overflow(page) <= 0, name
        assert page.locator("script").count() == 0
        if folder := os.environ.get("WAYSTATION_SCREENSHOTS"):
            page.screenshot(path=Path(folder) / f"{name}-{language}-{size['width']}.png", full_page=True)

    page.goto(f"{address}/protection?lang={language}")
    look("protection")
    for name, path in {"losses": HERE, "cells": f"{HERE}/cells?table=arrivals&sex=female", "ask": f"{HERE}/what-if"}.items():
        page.goto(f"{address}{path}")
        look(name)
    page.goto(f"{address}/elsewhere")
    look("elsewhere")
    page.goto(f"{address}{HERE}/cells?table=arrivals")
    page.focus("button.m-own")
    page.keyboard.press("Enter")
    page.wait_for_selector("#cell-told")
    look("cell")
    page.goto(f"{address}{HERE}/what-if")
    page.fill("#thresholds", "3 11")
    page.focus("form[action*='/what-if?'] button")
    page.keyboard.press("Enter")
    page.wait_for_selector("main details + details, main details ~ details")
    page.click("main details >> nth=0")
    look("what-if")
    context.close()

"""Other servers in a real browser: one is added, tried and removed, on phone and desk, in both directions."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from core.database import Database, Zone
from forms import publish_form
from tests import questionnaires
from tests.conftest import OPERATION
from tests.end_to_end.test_administration_screens import Desk
from tests.end_to_end.test_administration_screens import tokens as tokens  # noqa: PLC0414  (a fixture)
from tests.end_to_end.test_in_a_browser import DESK, PHONE
from tests.ingest.kobo_server import KoboForm, kobo_serving


@pytest.fixture
def kobo(database: Database) -> Iterator[KoboForm]:
    with database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        publish_form(session, OPERATION, questionnaires.compiled("movement_tracking").xform, {})
    with kobo_serving() as form:
        yield form


@pytest.mark.parametrize(("language", "size"), [("en", DESK), ("ar", PHONE)], ids=["desk", "phone"])
def test_a_form_of_another_server_is_added_tried_and_removed(
    browser: Browser, address: str, tokens: dict[str, str], kobo: KoboForm, language: str, size: dict[str, int]
) -> None:
    context = browser.new_context(viewport=size)
    desk = Desk(context, address, tokens)
    page = desk.open("boss", f"/sources/new?lang={language}")
    desk.look("source_new")
    page.fill("#address", kobo.address)
    page.fill("#asset", kobo.asset)
    page.fill("#token", "wrong")
    page.press("form[action='/sources/new'] button", "Enter")
    page.wait_for_selector(".problem code")  # the page asks itself until the server has answered
    desk.look("source_refused")
    page.fill("#token", kobo.token)
    page.press("form[action$='/change'] button", "Enter")
    page.press("form[action$='/try'] button", "Enter")
    page.wait_for_url("**?go=on")
    page.wait_for_selector(".done")
    desk.look("source_one")
    page.press("a[href$='/remove']", "Enter")
    desk.look("source_remove")
    page.press("form[action$='/remove'] button", "Enter")
    page.wait_for_url("**?done=removed")
    desk.look("sources")
    context.close()

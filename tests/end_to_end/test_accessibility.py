"""Every page that an address leads to is looked at by axe in a real browser: WCAG 2.2, levels A and AA."""

from itertools import cycle

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from app.web.page_groups import GROUPS
from core.database import Database, Zone
from core.identity.accounts import add_account
from core.identity.grants import Reach, give_role
from core.identity.models import AccountKind, Stage
from core.identity.sessions import open_session
from core.keyring import KeyRing
from core.permissions import Role
from tests.conftest import OPERATION
from tests.end_to_end.test_in_a_browser import DESK, PHONE

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
# Every page is seen in one of these; which one goes round, so that each language and screen sees many.
SEEN_AS = [("en", DESK), ("ar", PHONE), ("so", PHONE), ("ru", DESK), ("es", PHONE), ("ar", DESK), ("fr", PHONE)]
PATHS = sorted(
    {
        str(route.path)
        for group in GROUPS
        for route in group.router.routes
        if "GET" in getattr(route, "methods", ())
        and "{" not in getattr(route, "path", "{")
        and not str(route.path).startswith("/static/")
    }
)
ASKS = {"/policies/new": "&kind=retention"}  # what an address must say besides
# About one form or one account, of which there is none here.
OF_SOMETHING = {"/forms/classes", "/tokens/new"}


@pytest.fixture
def everybody(database: Database, ring: KeyRing) -> str:
    """The cookie of somebody who holds every role, so that no page is closed to them."""
    with database.transaction(Zone.IDENTITY, actor="administrator") as session:
        account = add_account(session, ring, "everybody", "Everybody Example", kind=AccountKind.PERSON)
        for role in Role:
            give_role(session, account, role, OPERATION, Reach())
        return open_session(session, account, Stage.SIGNED_IN, "a test")


def test_no_page_is_closed_to_somebody_who_cannot_see_or_point(browser: Browser, address: str, everybody: str) -> None:
    found: list[str] = []
    for path, (language, size) in zip(sorted(set(PATHS) - OF_SOMETHING), cycle(SEEN_AS)):
        context = browser.new_context(viewport=size)
        context.add_cookies([{"name": "waystation", "value": everybody, "url": address}])
        page = context.new_page()
        answer = page.goto(f"{address}{path}?lang={language}{ASKS.get(path, '')}")
        if answer and answer.ok:
            seen = Axe().run(page, options=RULES).response["violations"]
            found += [f"{path} ({language}, {size['width']}): {one['id']}: {one['nodes'][0]['html'][:150]}" for one in seen]
        else:
            found.append(f"{path}: {answer and answer.status}")
        context.close()
    assert not found, "\n".join(found)

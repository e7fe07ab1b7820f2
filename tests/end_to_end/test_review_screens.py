"""The review screens in a real browser: on a phone and on a desk, in two directions, by keyboard, without a script."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page

from casework.erasure import ErasureReason, propose_erasure
from casework.rights import hold_record
from core.access import Access
from core.audit import Purpose
from core.database import Zone
from core.identity.accounts import add_account
from core.identity.grants import Reach, access_for, give_role
from core.identity.models import AccountKind, Stage
from core.identity.sessions import open_session
from core.permissions import Role
from core.second_person import Act, propose
from tests.casework.conftest import OPERATION, SCREENING, Field
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414  (a fixture)
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414
from tests.end_to_end.test_in_a_browser import DESK, PHONE, overflow

NAMES = ("amal", "badr")


@pytest.fixture
def tokens(field_team: Field) -> dict[str, tuple[UUID, str]]:
    """Two who hold every role that these screens are for, signed in."""
    made = {}
    for name in NAMES:
        with field_team.database.transaction(Zone.IDENTITY, actor="administrator") as session:
            account = add_account(session, field_team.ring, name, f"{name.title()} Example", kind=AccountKind.PERSON)
            for role in (Role.SUPERVISOR, Role.DATA_PROTECTION_OFFICER):
                give_role(session, account, role, OPERATION, Reach())
            made[name] = account, open_session(session, account, Stage.SIGNED_IN, "a test")
    return made


@pytest.fixture
def person(field_team: Field, tokens: dict[str, tuple[UUID, str]]) -> UUID:
    """Somebody written down twice, and others whose erasure was proposed, one of them held."""
    told = {**SCREENING, "prs_Second_Name": "Warsame", "prs_Citizenship": "SOM"}
    said = [
        told,
        {**told, "case_reference": "SC-2", "prs_First_Name": "Amaal", "interviewer_notes": "Came again with a friend."},
        {**SCREENING, "case_reference": "SC-3", "prs_First_Name": "Leyla", "prs_MobilePhone": "+252 61 1"},
        {**SCREENING, "case_reference": "SC-4", "prs_First_Name": "Idris", "prs_MobilePhone": "+252 61 2"},
    ]
    persons = [field_team.admit(field_team.send("screening", each)).records[0] for each in said]
    for name, subject in (("amal", persons[2]), ("badr", persons[2])):
        with field_team.database.transaction(Zone.CASEWORK, access=access_of(field_team, tokens[name][0])) as session:
            propose_erasure(session, str(subject), reason=ErasureReason.PERSON_ASKED)
            propose(session, Act.BULK_READ, "casework.person", purpose=Purpose.ASSISTANCE, detail={"records": 500})
    with field_team.database.transaction(Zone.CASEWORK, access=access_of(field_team, tokens["amal"][0])) as session:
        hold_record(session, field_team.ring, persons[3], reason="The court of Ashby asked for it.")
    return persons[0]


def access_of(team: Field, account: UUID) -> Access:
    with team.database.transaction(Zone.IDENTITY, actor="a test") as session:
        return access_for(session, account, OPERATION)


@pytest.fixture(params=[PHONE, DESK], ids=["phone", "desk"])
def page(request: pytest.FixtureRequest, browser: Browser, address: str, tokens: dict[str, tuple[UUID, str]]) -> Iterator[Page]:
    """A browser without JavaScript in which Badr is signed in."""
    context = browser.new_context(viewport=request.param, java_script_enabled=False)
    context.add_cookies([{"name": "waystation", "value": tokens["badr"][1], "url": address}])
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_a_pair_is_revealed_merged_and_its_record_erased(
    page: Page, address: str, person: UUID, language: str, direction: str
) -> None:
    """Walks through every screen; with `WAYSTATION_SCREENSHOTS` set to a folder, keeps a picture of each."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    def look(name: str) -> None:
        assert page.get_attribute("html", "dir") == direction
        if folder := os.environ.get("WAYSTATION_SCREENSHOTS"):
            width = (page.viewport_size or {})["width"]
            page.screenshot(path=Path(folder) / f"{name}-{language}-{width}.png", full_page=True)
        assert overflow(page) <= 0, name

    page.goto(f"{address}/duplicates?lang={language}")
    look("duplicates")
    page.click("main table a")
    look("pair")
    page.press("button[value='identity/prs_First_Name']", "Enter")
    assert "Amaal" in (page.text_content("main") or "")
    look("pair_revealed")
    page.check("input[name='choice:prs_First_Name'][value='1']")
    page.press("button[formaction$='/merge']", "Enter")
    page.wait_for_url("**/persons/**")
    page.click("summary >> nth=-2")
    look("record")
    page.select_option("#erase_reason", "person_asked")
    page.press("form[action$='/erase'] button", "Enter")
    for path in ("approvals", "erasures", "holds"):
        page.goto(f"{address}/{path}")
        look(path)
    page.goto(f"{address}/approvals")
    page.press("form[action$='/approve'] button >> nth=0", "Enter")
    page.press("form[action$='/approve'] button >> nth=0", "Enter")
    page.goto(f"{address}/erasures")
    look("erasures_approved")
    page.check("input[name=sure]")
    page.press("form[action$='/carry-out'] button", "Enter")
    look("erased")
    assert [url for url in asked if not url.startswith(address)] == []
    assert [url for url in asked if "Amal" in url or "Warsame" in url] == []

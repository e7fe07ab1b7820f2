"""A partner's two pages in a real browser: they fit a desk and a telephone, in English and Arabic, and axe finds nothing."""

import os
from pathlib import Path
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from sqlalchemy import text

from casework import list_cases
from casework.case_file import Act, EntryKind, Step, read_case_file, take_step
from casework.consent import ConsentState, GivenBy, Statement, record_consent
from casework.referrals import PartnerAccount
from core.audit import Purpose
from core.clock import now
from core.database import Zone
from core.identity.accounts import add_account
from core.identity.grants import Reach, give_role
from core.identity.models import AccountKind, Stage, UnitKind
from core.identity.sessions import open_session
from core.identity.units import add_unit
from core.permissions import Role
from tests.casework.conftest import OPERATION, SCREENING, Field
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414  (a fixture)
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414
from tests.end_to_end.test_accessibility import RULES
from tests.end_to_end.test_in_a_browser import DESK, PHONE, overflow


@pytest.fixture
def entry(field_team: Field) -> UUID:
    """A referral to the medical partner, drafted by the program."""
    field_team.send("screening", SCREENING)
    field_team.admit_awaiting()
    said = Statement(
        Purpose.REFERRAL, ConsentState.GIVEN, now(), "amal", "medical_partner", given_by=GivenBy.SELF, language="ar"
    )
    decided = {"status": "actual", "eligible": "yes", "reasons": "Debt bondage."}
    need = {
        "provider": "medical_partner",
        "service_type": "medical",
        "urgency": "soon",
        "reason": "Fever since Monday.\nShe asks for a woman doctor.",
    }
    with field_team.zone() as session:
        [case] = list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE)
        record_consent(session, field_team.ring, case.person, said)
        for step in (
            Step(EntryKind.DECISION, Act.SETTLE, fields=decided),
            Step(EntryKind.REFERRAL, Act.WRITE, fields=need, due=now().date()),
        ):
            made = take_step(session, field_team.ring, case.id, step, purpose=Purpose.ASSISTANCE)
    return made


def sign_in_partner(team: Field) -> tuple[UUID, str]:
    with team.database.transaction(Zone.IDENTITY, actor="administrator") as session:
        clinic = add_unit(session, UnitKind.ORGANISATION, "Clinic")
        account = add_account(session, team.ring, "dora", "Dora Example", kind=AccountKind.PERSON)
        give_role(session, account, Role.PARTNER, OPERATION, Reach(organisation=clinic, provider="medical_partner"))
        return account, open_session(session, account, Stage.SIGNED_IN, "a test")


def send(team: Field, entry: UUID, account: UUID) -> None:
    with team.zone() as session:
        case = session.execute(text('SELECT "case" FROM casework.case_entry WHERE id = :id'), {"id": entry}).scalar_one()
        file = read_case_file(session, team.ring, case, purpose=Purpose.ASSISTANCE)
        draft = next(one for one in file.entries if one.id == entry)
        step = Step(
            EntryKind.REFERRAL,
            Act.SEND,
            entry,
            due=draft.due,
            seen=draft.number,
            open_to=PartnerAccount(str(account), {"medical_partner"}),
        )
        take_step(session, team.ring, case, step, purpose=Purpose.ASSISTANCE)


def look(page: Page, name: str, language: str, size: dict[str, int]) -> None:
    if folder := os.environ.get("WAYSTATION_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}-{language}-{size['width']}.png", full_page=True)
    assert overflow(page) <= 0, (name, language, size)
    found = Axe().run(page, options=RULES).response["violations"]
    assert [f"{one['id']}: {one['nodes'][0]['html'][:150]}" for one in found] == [], (name, language)


def test_a_partner_answers_with_the_keyboard(browser: Browser, address: str, field_team: Field, entry: UUID) -> None:
    account, token = sign_in_partner(field_team)
    send(field_team, entry, account)
    for language, size in (("en", DESK), ("ar", PHONE)):
        context = browser.new_context(viewport=size)
        context.add_cookies([{"name": "waystation", "value": token, "url": address}])
        page = context.new_page()
        page.goto(f"{address}/referrals?lang={language}")
        look(page, "referrals", language, size)
        page.press(f"a[href='/referrals/{entry}']", "Enter")
        page.wait_for_url(f"**/referrals/{entry}")
        assert page.locator("dd", has_text="Interviewed").count() == 1
        look(page, "referral", language, size)
    page.press("button[value='accept']", "Enter")
    page.wait_for_url("**/referrals?done=accept")
    look(page, "referral_accepted", language, size)

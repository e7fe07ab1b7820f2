"""A whole case in a real browser, from the decision of its screening to closure and reopening, as those play it who work there.

A caseworker leads it, a supervisor approves, a colleague of another team is denied. On a desk in English, on a phone in
Arabic, by keyboard.
With WAYSTATION_SCREENSHOTS set, pictures of every stage are kept there; each is looked at by axe.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from sqlalchemy import text

from casework import list_cases
from casework.models import Case
from core.access import Custody
from core.audit import Purpose
from core.database import Zone
from core.identity.accounts import add_account
from core.identity.grants import Reach, give_role
from core.identity.models import AccountKind, Stage, UnitKind
from core.identity.sessions import open_session
from core.identity.units import add_unit
from core.permissions import Role
from tests.casework.conftest import ASSISTANCE, OPERATION, SCREENING, Field
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414  (a fixture)
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414
from tests.end_to_end.test_accessibility import RULES
from tests.end_to_end.test_in_a_browser import DESK, PHONE, overflow


@dataclass
class Office:
    """A browser for each of three; `page` is the one that somebody sits at."""

    browser: Browser
    address: str
    team: Field
    case: UUID
    tokens: dict[str, str]
    size: dict[str, int]
    language: str
    pages: dict[str, Page] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)

    def sit(self, name: str) -> Page:
        """Their page; the language they chose stays with their browser."""
        if name not in self.pages:
            context = self.browser.new_context(viewport=self.size)
            context.add_cookies([{"name": "waystation", "value": self.tokens[name], "url": self.address}])
            self.pages[name] = context.new_page()
            self.pages[name].goto(f"{self.address}/account?lang={self.language}")
        return self.pages[name]

    def look(self, page: Page, name: str) -> None:
        """It fits the screen, and axe finds nothing."""
        if folder := os.environ.get("WAYSTATION_SCREENSHOTS"):
            page.screenshot(path=Path(folder) / f"{name}-{self.language}-{self.size['width']}.png", full_page=True)
        assert overflow(page) <= 0, name
        seen = Axe().run(page, options=RULES).response["violations"]
        self.found += [f"{name}: {one['id']}: {one['nodes'][0]['html'][:150]}" for one in seen]

    def open(self, name: str) -> Page:
        page = self.sit(name)
        page.goto(f"{self.address}/cases/{self.case}")
        return page

    def begin(self, name: str, kind: str, act: str = "write", **filled: str) -> None:
        """From the case file: the link to begin, the form, the keyboard."""
        page = self.open(name)
        page.press(f"a.begin[href*='kind={kind}&act={act}']", "Enter")
        self.fill(page, **filled)
        self.look(page, f"form_{kind}")
        page.press("form.ask button:not([type])", "Enter")
        page.wait_for_url(f"**/cases/{self.case}?done=*")

    def go_on(self, name: str, kind: str, act: str, **filled: str) -> None:
        """The next act on the newest entry of a kind: a button where nothing is asked, else its form."""
        page = self.open(name)
        form = f"form:has(input[name='kind'][value='{kind}']) button[value='{act}']"
        if page.locator(form).count():
            page.press(f"{form} >> nth=-1", "Enter")
        else:
            page.press(f"a[href*='kind={kind}&act={act}&entry='] >> nth=-1", "Enter")
            self.fill(page, **filled)
            page.press("form.ask button:not([type])", "Enter")
        page.wait_for_url(f"**/cases/{self.case}?done=*")

    def fill(self, page: Page, **filled: str) -> None:
        for name, value in filled.items():
            put = page.locator(f"[name='{name}']" if name in {"due", "assignee"} else f"[name='field:{name}']")
            if put.first.evaluate("one => one.type") in {"hidden", "checkbox"}:
                page.press(f"input[type='checkbox'][name='field:{name}'][value='{value}']", "Space")
            elif put.first.evaluate("one => one.tagName") == "SELECT":
                put.first.select_option(value)
            else:
                put.first.fill(value)

    def state(self) -> str:
        with self.team.zone() as session:
            return session.get_one(Case, self.case).state


@pytest.fixture(params=[("en", DESK), ("ar", PHONE)], ids=["english-desk", "arabic-phone"])
def office(request: pytest.FixtureRequest, browser: Browser, address: str, field_team: Field) -> Office:
    database, ring = field_team.database, field_team.ring
    with database.transaction(Zone.IDENTITY, actor="administrator") as session:
        ours = add_unit(session, UnitKind.ORGANISATION, "Ours")
        one, two = (add_unit(session, UnitKind.TEAM, name, parent=ours) for name in ("Team One", "Team Two"))
        tokens = {}
        for name, role, reach in (
            ("amal", Role.CASEWORKER, Reach(team=one)),
            ("badr", Role.CASEWORKER, Reach(team=two)),
            ("carla", Role.SUPERVISOR, Reach(organisation=ours)),
        ):
            account = add_account(session, ring, name, f"{name.title()} Example", kind=AccountKind.PERSON)
            give_role(session, account, role, OPERATION, reach)
            tokens[name] = open_session(session, account, Stage.SIGNED_IN, "a test")
    field_team.send("screening", SCREENING)
    field_team.send("assistance", ASSISTANCE)
    field_team.admit_awaiting()
    custody = str(Custody(str(ours), "-", str(one), "-"))
    with field_team.changing() as session:
        session.execute(text("UPDATE casework.person SET custody = :custody"), {"custody": custody})
        [case] = list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE)
    language, size = request.param
    return Office(browser, address, field_team, case.id, tokens, size, language)


def test_from_the_first_screening_to_closure_and_reopening(office: Office) -> None:
    page = office.sit("amal")
    page.goto(f"{office.address}/cases/{office.case}/screening")
    assert page.get_attribute("html", "dir") == ("rtl" if office.language == "ar" else "ltr")
    for name, value in (("status", "possible"), ("eligible", "yes"), ("wants_assistance", "yes"), ("outcome", "assist")):
        page.press(f"input[name='{name}'][value='{value}']", "Space")
    page.fill("#reasons", "ديون لا تنتهي 🙂 — she is afraid to go home")
    office.look(page, "screening")
    page.press("button[name='act'][value='settle']", "Enter")
    page.wait_for_selector("[role='status']")
    assert office.state() in {"eligible", "active"}

    office.begin("amal", "assessment", needs="medical", risk="high", situation="Sleeps badly; her papers are with them.")
    office.go_on("amal", "assessment", "settle")
    office.begin("amal", "plan", aim="A safe place, papers, and work", agreed="yes", due="2026-03-01")
    office.go_on("amal", "plan", "submit")
    assert 'value="approve"' not in office.open("amal").content()
    office.go_on("carla", "plan", "send_back", answer="Which shelter?")
    office.go_on("amal", "plan", "change", aim="The shelter by the lake, papers, and work")
    office.go_on("amal", "plan", "submit")
    page = office.sit("carla")
    page.goto(f"{office.address}/cases/awaiting-approval")
    office.look(page, "approvals")
    office.go_on("carla", "plan", "approve")
    office.begin("amal", "goal", goal="New papers", need="documents")
    office.begin("amal", "service", service_type="medical", provider="own", due="2026-02-25", assignee="amal")
    office.go_on("amal", "service", "start")
    office.go_on("amal", "service", "complete", date="2026-02-20", cost="40", currency="EUR", outcome="helped")
    office.begin("amal", "task", task="Call the clinic", due="2026-02-21", assignee="amal")
    office.begin("amal", "note", subject="Telephone", text="She slept well.")
    office.look(office.open("amal"), "case_file")

    denied = office.open("badr")
    assert "She slept well." not in denied.content()
    office.look(denied, "denied")

    office.go_on("amal", "goal", "complete")
    office.go_on("amal", "plan", "end")
    office.begin("amal", "closure", "submit", outcome="goals_met", reason="She lives and works safely.")
    office.go_on("carla", "closure", "approve")
    assert office.state() == "closed"
    page = office.sit("amal")
    page.goto(f"{office.address}/cases/{office.case}/timeline")
    office.look(page, "timeline")
    office.go_on("amal", "closure", "reopen", reopening="The same people approached her again.")
    assert office.state() == "active"
    assert not office.found, "\n".join(office.found)

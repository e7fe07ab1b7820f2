"""What waits for somebody: counted for those who can settle it, within their reach, and for nobody else."""

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.web.application import create_application
from app.web.cases.work_pages import paths
from app.web.page_groups import GROUPS
from casework import list_cases
from casework.records import break_glass
from casework.rights import RequestKind, receive_request
from core.access import Access, Custody, Grant
from core.audit import Purpose
from core.clock import now
from core.database import Zone
from core.identity.grants import Reach
from core.identity.models import UnitKind
from core.identity.units import add_unit
from core.periods.week import Week
from core.permissions import Right, Role, holds
from core.registers import Breach, add_entry
from core.second_person import Act, propose
from core.settings import Settings
from forms import RecordPart
from tests.app.signed_in_browser import Browser, Site
from tests.beginning import begun
from tests.casework.conftest import ARRIVAL, ASSISTANCE, SCREENING, Field
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414  (a fixture)
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414

# Another record; that nothing of it opens is never noticed, for counting opens nothing.
PAIRED = text(
    "INSERT INTO casework.person (id, operation, row_version, identity, contact, narrative, facts, custody) "
    "SELECT :id, operation, row_version, identity, contact, narrative, facts, :at FROM casework.person WHERE id = :like"
)
GLASS, PROPOSAL = "Records opened in an emergency", "Proposals that need your decision"
PAIR, REQUEST = "Pairs of records that may be of one person", "Requests of persons about their data, overdue"
REGISTER = "Assessments due for review"
ALONE = ("Recent weeks", "Steps of the first hour")


@pytest.fixture
def site(field_team: Field) -> Site:
    database, ring = field_team.database, field_team.ring
    return Site(database, ring, create_application(database, ring, Settings(), lambda _operation, _submission: None))


@begun
def person(field_team: Field) -> UUID:
    field_team.send("screening", SCREENING)
    field_team.send("assistance", ASSISTANCE)
    field_team.admit_awaiting()
    with field_team.zone() as session:
        return list_cases(session, "TEST", purpose=Purpose.ASSISTANCE)[0].person


@begun
def teams(site: Site) -> tuple[UUID, UUID]:
    with site.database.transaction(Zone.IDENTITY, actor="administrator") as session:
        ours = add_unit(session, UnitKind.ORGANISATION, "Ours")
        return add_unit(session, UnitKind.TEAM, "One", parent=ours), add_unit(session, UnitKind.TEAM, "Two", parent=ours)


@pytest.fixture
def waiting(site: Site, field_team: Field, person: UUID, teams: tuple[UUID, UUID]) -> None:
    """One of each, all of a record in the custody of team one."""
    custody = Custody(team=str(teams[0]))
    badr = Access("badr", "TEST", (Grant(Role.CASEWORKER),))
    with field_team.changing() as session:
        session.execute(text("UPDATE casework.person SET custody = :at"), {"at": str(custody)})
        why = "She came in at night and her worker is away."
        parts = [RecordPart.IDENTITY]
        break_glass(session, field_team.ring, badr, person, parts=parts, reason=why, purpose=Purpose.PROTECTION)
        receive_request(session, field_team.ring, person, RequestKind.ACCESS, received_at=now() - timedelta(days=31))
        receive_request(session, field_team.ring, person, RequestKind.ACCESS)  # not overdue
        _a_pair(session, person, custody)
        propose(session, Act.ERASURE, f"casework.person:{person}", purpose=Purpose.RIGHTS, custodies=[custody])
    with site.database.transaction(Zone.AUDIT, operation="TEST", actor="dina") as session:
        add_entry(session, field_team.ring, Breach("Lost", "In a bus.", "yesterday", now() - timedelta(hours=10), 12))


def _a_pair(session: Session, person: UUID, custody: Custody) -> None:
    other = uuid4()
    session.execute(PAIRED, {"id": other, "at": str(custody), "like": person})
    first, second = sorted((person, other))
    session.execute(
        text(
            "INSERT INTO casework.duplicate_candidate (id, operation, first, second, similarity, state, found_at) "
            "VALUES (:id, 'TEST', :first, :second, 'likely', 'open', now())"
        ),
        {"id": uuid4(), "first": first, "second": second},
    )


EXPECTED = {
    GLASS: Right.REVIEW_BREAK_GLASS,
    PROPOSAL: Right.APPROVE_ERASURE,
    PAIR: Right.RESOLVE_DUPLICATES,
    REQUEST: Right.GIVE_ACCESS_PACK,
    REGISTER: Right.KEEP_REGISTERS,
}


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("role", sorted(Role))
def test_each_role_sees_what_it_can_settle_and_its_number_on_every_page(site: Site, role: Role) -> None:
    browser = site.sign_in("eve", role)
    page = browser.get("/work").text
    seen = {what for what in EXPECTED if what in page}
    assert seen == {what for what, right in EXPECTED.items() if holds(role, right)}
    badge = f'<span class="badge">{len(seen)}<' if seen else None
    elsewhere = browser.get("/account").text
    assert (badge in elsewhere) if badge else ('class="badge"' not in elsewhere)


def test_what_is_one_kind_of_work_alone_waits_on_the_page_itself(site: Site, field_team: Field) -> None:
    """An officer's weeks that are over, until they are protected; an administrator's steps of the first hour."""
    last = Week.of(now().date()).plus(-1)
    for monday in (last.monday, last.plus(-9).monday):  # one that is recent, one that is not
        field_team.send("movement", {**ARRIVAL, "arrival_date": monday.isoformat()})
    field_team.admit_awaiting()
    officer = site.sign_in("paul", Role.PROTECTION_OFFICER)
    assert re.findall(r'href="/protection">Recent weeks.*?How many">(\d+)<', officer.get("/work").text) == ["1"]
    assert '<a href="/first-hour">Steps of the first hour' in site.sign_in("boss", Role.ADMINISTRATOR).get("/work").text
    for browser in (site.sign_in("amal", Role.CASEWORKER), site.sign_in("udo", Role.AUDITOR)):
        assert not [said for said in ALONE if said in browser.get("/work").text]


@pytest.mark.usefixtures("waiting")
def test_what_is_out_of_reach_is_not_counted(site: Site, teams: tuple[UUID, UUID]) -> None:
    here = site.sign_in("carla", Role.SUPERVISOR, reach=Reach(team=teams[0])).get("/work").text
    there = site.sign_in("dora", Role.SUPERVISOR, reach=Reach(team=teams[1])).get("/work").text
    assert GLASS in here
    assert PAIR in here
    assert "Nothing waits for you" in there


@pytest.mark.usefixtures("waiting")
def test_nobody_is_asked_to_judge_their_own(site: Site, field_team: Field) -> None:
    browser = site.sign_in("carla", Role.DATA_PROTECTION_OFFICER)
    with field_team.database.transaction(Zone.CASEWORK, access=_as(browser, Role.DATA_PROTECTION_OFFICER)) as session:
        propose(session, Act.ERASURE, "casework.person:another", purpose=Purpose.RIGHTS)
    assert f'<a href="/approvals">{PROPOSAL}' in (page := browser.get("/work").text) or PROPOSAL in page
    assert page.count('data-label="How many">1<') == 4  # their own proposal is not among them


def _as(browser: Browser, role: Role) -> Access:
    return Access(str(browser.account), "TEST", (Grant(role),))


@pytest.mark.usefixtures("waiting")
def test_only_pages_that_are_there_are_linked_to(site: Site) -> None:
    page = site.sign_in("dina", Role.DATA_PROTECTION_OFFICER).get("/work").text
    there = {path for group in GROUPS for path in paths(group)}
    for address in ("/broken-glass/review", "/approvals", "/duplicates", "/rights-requests", "/registers"):
        assert (f'<a href="{address}">' in page) is (address in there and address != "/duplicates")


def test_counting_leaves_no_line_and_names_no_record(site: Site, person: UUID, waiting: None) -> None:
    browser = site.sign_in("dina", Role.DATA_PROTECTION_OFFICER)
    with site.database.engine.begin() as connection:
        connection.execute(text("SET LOCAL ROLE waystation_audit"))
        before = connection.scalar(text("SELECT count(*) FROM core.audit_entry"))
    assert str(person) not in browser.get("/work").text
    with site.database.engine.begin() as connection:
        connection.execute(text("SET LOCAL ROLE waystation_audit"))
        assert connection.scalar(text("SELECT count(*) FROM core.audit_entry")) == before


def test_it_is_the_first_page_after_signing_in_and_who_has_no_operation_comes_to_their_account(site: Site) -> None:
    worker = site.sign_in("amal", Role.CASEWORKER)
    assert worker.get("/sign-in").url.path == "/work"
    assert site.sign_in("nobody").get("/work").url.path == "/account"


def test_nobody_signed_in_is_sent_to_sign_in(site: Site) -> None:
    browser = site.sign_in("amal", Role.CASEWORKER)
    browser.client.cookies.clear()
    assert browser.client.get("/work", follow_redirects=False).headers["Location"] == "/sign-in?next=%2Fwork"


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("fr", "ltr"), ("ar", "rtl")])
def test_it_speaks_three_languages(site: Site, language: str, direction: str) -> None:
    page = site.sign_in("dina", Role.DATA_PROTECTION_OFFICER).get("/work", lang=language)
    assert f'<html lang="{language}" dir="{direction}">' in page.text

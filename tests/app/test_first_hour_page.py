"""The page of the first hour: ticked by what is there, open to who sets an operation up, and to nobody else."""

import re

from casework.programme import OURS
from core.access import Access
from core.database import Zone
from core.identity.models import UnitKind
from core.identity.units import add_unit
from core.permissions import Right, Role, holds
from core.policies import PolicyKind, activate_policy, approve_policy, propose_policy
from ingest.collectors import add_collector
from tests.app.test_approval_pages import access_of
from tests.app.test_record_pages import Browser, SignIn
from tests.app.test_record_pages import signed_in as signed_in  # noqa: PLC0414  (a fixture)
from tests.casework.conftest import OPERATION, SCREENING, Field
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414


def done(browser: Browser) -> list[str]:
    return re.findall(r"<h2>([^<]+) <span[^>]*>· ✓", browser.get("/first-hour").text)


def test_each_step_is_ticked_once_it_is_there(signed_in: SignIn, field_team: Field) -> None:
    adam = signed_in("adam", Role.ADMINISTRATOR)
    before = done(adam)
    assert not {"Units", "Accounts", "Second persons", "A phone", "Programme", "A test interview"} & set(before)
    with field_team.database.transaction(Zone.IDENTITY, actor="a test") as session:
        add_unit(session, UnitKind.ORGANISATION, "Relief")
    for name, role in (
        ("bea", Role.ADMINISTRATOR),
        ("dina", Role.DATA_PROTECTION_OFFICER),
        ("dora", Role.DATA_PROTECTION_OFFICER),
    ):
        signed_in(name, role)
    signed_in("amal", Role.CASEWORKER)
    sonia, carla = (access_of(field_team, signed_in(name, Role.SUPERVISOR)) for name in ("sonia", "carla"))
    with field_team.database.transaction(Zone.COLLECTION, operation=OPERATION, actor="a test") as session:
        add_collector(session, OPERATION, "tablet 7")
    decide(field_team, sonia, carla)
    field_team.send("screening", SCREENING)
    field_team.admit_awaiting()
    now = {"Units", "Accounts", "Second persons", "A phone", "Programme", "A test interview"}
    assert set(done(adam)) == {*before, *now}
    assert "Keys and backups" not in done(adam)  # which nobody can see from here


def decide(team: Field, one: Access, other: Access) -> None:
    """The programme, as two supervisors put it into use."""
    with team.database.transaction(Zone.CASEWORK, access=one) as session:
        proposed = propose_policy(session, PolicyKind.PROGRAMME, OURS.read_text(encoding="utf-8"))
    with team.database.transaction(Zone.CASEWORK, access=other) as session:
        approve_policy(session, proposed)
    with team.database.transaction(Zone.CASEWORK, access=one) as session:
        activate_policy(session, proposed)


def test_links_lead_to_pages_that_this_account_has(signed_in: SignIn) -> None:
    links = re.findall(r'<a href="(/[^"]+)">Go there', signed_in("adam", Role.ADMINISTRATOR).get("/first-hour").text)
    assert set(links) == {"/places", "/units", "/accounts", "/forms/publish", "/collectors"}
    links = re.findall(r'<a href="(/[^"]+)">Go there', signed_in("sonia", Role.SUPERVISOR).get("/first-hour").text)
    assert set(links) == {"/collectors", "/programme", "/cases"}


def test_only_those_who_set_an_operation_up_have_the_page(signed_in: SignIn) -> None:
    for role in Role:
        allowed = holds(role, Right.MANAGE_ACCOUNTS) or holds(role, Right.CHANGE_PROGRAMME)
        answer = signed_in(f"a-{role}", role).get("/first-hour", lang="ar")
        assert answer.status_code == (200 if allowed else 403)

"""The pages of a worker's day: cases, things to do, numbers that lead to the lists behind them; nothing said is shown."""

import html
import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from app.web.application import create_application
from casework import list_cases
from casework.case_file import Act, EntryKind, Step, take_step
from casework.records import assign_custody
from core.access import Access, Custody
from core.audit import Purpose
from core.clock import now
from core.database import Zone
from core.identity.grants import Reach
from core.identity.models import UnitKind
from core.identity.units import add_unit
from core.permissions import Role
from core.settings import Settings
from tests.app.signed_in_browser import Browser, Site
from tests.casework.conftest import SCREENING, Field
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414  (a fixture)
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414

TASK = "Call Quintessa at the well"


@dataclass
class World:
    """A case in the hands of Amal of team one, with a task that is overdue and a flag."""

    site: Site
    amal: Browser
    carla: Browser  # supervisor of team two
    case: UUID
    team: UUID
    other_team: UUID


@pytest.fixture
def world(field_team: Field) -> World:
    database, ring = field_team.database, field_team.ring
    site = Site(database, ring, create_application(database, ring, Settings(), lambda _operation, _submission: None))
    with database.transaction(Zone.IDENTITY, actor="administrator") as session:
        ours = add_unit(session, UnitKind.ORGANISATION, "Ours")
        one, two = (add_unit(session, UnitKind.TEAM, name, parent=ours) for name in ("One", "Two"))
    amal = site.sign_in("amal", Role.CASEWORKER, reach=Reach(organisation=ours, team=one))
    carla = site.sign_in("carla", Role.SUPERVISOR, reach=Reach(organisation=ours, team=two))
    field_team.send("screening", SCREENING)
    field_team.admit_awaiting()
    with field_team.zone() as session:
        [case] = list_cases(session, "TEST", purpose=Purpose.ASSISTANCE)
        custody = Custody(str(ours), "-", str(one), str(amal.account))
        assign_custody(session, ring, Access.of_system("tester", "TEST"), case.person, custody, purpose=Purpose.ASSISTANCE)
        task = Step(EntryKind.TASK, Act.WRITE, fields={"task": TASK}, due=now().date() - timedelta(days=1))
        take_step(session, ring, case.id, task, purpose=Purpose.ASSISTANCE)
        flag = Step(EntryKind.FLAG, Act.WRITE, fields={"reason": "Look"})
        take_step(session, ring, case.id, flag, purpose=Purpose.ASSISTANCE)
    return World(site, amal, carla, case.id, one, two)


def shown(page: str) -> set[str]:
    """The cases that a list links to."""
    return set(re.findall(r'href="/cases/([0-9a-f-]{36})', page))


def test_a_day_is_numbers_and_each_leads_to_its_list(world: World) -> None:
    page = world.amal.get("/work").text
    numbers = {
        html.unescape(address): int(count) for address, count in re.findall(r'<a href="([^"]+)"><strong>(\d+)</strong>', page)
    }
    assert sum(numbers.values()) == 5  # overdue, of the worker and of the team; flagged; a case, of the worker and of the team
    for address, count in numbers.items():
        assert len(shown(world.amal.client.get(address).text)) == min(count, 1), address


def test_the_list_says_where_a_case_stands_and_nothing_of_what_was_said(world: World) -> None:
    page = world.amal.get("/cases").text
    assert shown(page) == {str(world.case)}
    assert "amal" in page
    assert "Ours › One" in page
    assert "something overdue" in page
    assert not [said for said in (*SCREENING.values(), TASK) if len(said) > 8 and said in page]
    tasks = world.amal.get("/tasks").text
    assert shown(tasks) == {str(world.case)}
    assert TASK not in tasks


def test_it_is_narrowed_by_its_address_and_what_is_no_code_does_not_narrow(world: World) -> None:
    def found(**asked: str) -> bool:
        return bool(shown(world.amal.get("/cases", **asked).text))

    assert found(whose="mine", unit=str(world.team), state="open", outcome="possible", mark="flagged", since="2026-01-01")
    assert found(whose="Amal", unit="x", state="x", outcome="x", mark="x", since="x", after="x")
    assert not found(whose="nobody")
    assert not found(unit=str(UUID(int=1)))
    assert not found(state="closed")
    assert not found(mark="awaiting")
    assert not shown(world.amal.client.get("/cases?mark=flagged&mark=awaiting").text)


def test_out_of_reach_nothing_is_listed(world: World) -> None:
    assert shown(world.carla.get("/cases").text) == set()
    assert shown(world.carla.get("/tasks", whose="reach").text) == set()
    assert world.site.sign_in("dina", Role.DATA_PROTECTION_OFFICER).get("/cases").status_code == 403


def test_a_reference_leads_to_its_case_and_stands_in_no_address(world: World) -> None:
    found = world.amal.client.post(
        "/cases", data={"form_token": token(world.amal), "case_reference": " sc-0012"}, follow_redirects=False
    )
    assert found.headers["Location"] == f"/cases/{world.case}"
    assert "No record in your reach fits" in world.amal.send("/cases", page="/cases", case_reference="SC-77").text


def token(browser: Browser) -> str:
    return re.findall(r'name="form_token" value="(\w+)"', browser.get("/cases").text)[0]


def test_looking_leaves_one_line_and_reads_nobody(world: World) -> None:
    def lines() -> tuple[int, int]:
        with world.site.database.engine.begin() as connection:
            connection.execute(text("SET LOCAL ROLE waystation_audit"))
            logged = connection.scalar(text("SELECT count(*) FROM core.audit_entry WHERE subject LIKE 'casework.%'"))
        with world.site.database.transaction(Zone.CASEWORK, operation="TEST") as session:
            return logged or 0, session.scalar(text("SELECT count(*) FROM casework.person_read")) or 0

    logged, read = lines()
    world.amal.get("/work")
    assert lines() == (logged, read)
    world.amal.get("/cases")
    world.amal.get("/tasks")
    assert lines() == (logged + 2, read)


def chosen(browser: Browser, path: str, *cases: UUID, **fields: str) -> str:
    data = {"form_token": token(browser), "case": [str(case) for case in cases], **fields}
    return browser.client.post(path, data=data).text


def test_several_cases_are_flagged_and_handed_over_each_told_by_itself(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sent twice, a flag is raised once; whom the day's reading does not reach is not handed over either."""
    unknown, sent = UUID(int=7), str(UUID(int=8))
    for _ in range(2):
        told = chosen(world.amal, "/cases/flag", world.case, unknown, id=sent, reason="Ask again")
        assert told.count("Done.") == 1
        assert "There is no such case" in told or "Not done:" in told
    assert re.search(r"a flag\s*2<", world.amal.get("/cases").text)  # the one of the world, and this one

    monkeypatch.setenv("WAYSTATION_BULK_READ_LIMIT", "0")
    told = chosen(world.amal, "/cases/hand-over", world.case, unit=str(world.other_team), account="")
    assert "Done." not in told
    monkeypatch.delenv("WAYSTATION_BULK_READ_LIMIT")
    assert "Done." in chosen(world.amal, "/cases/hand-over", world.case, unit=str(world.other_team), account="carla")
    assert shown(world.amal.get("/cases").text) == set()
    assert shown(world.carla.get("/cases", whose="mine").text) == {str(world.case)}
    assert "Done." not in chosen(world.amal, "/cases/hand-over", world.case, unit=str(world.team), account="")


def test_a_list_is_kept_by_its_codes_for_one_account_alone(world: World) -> None:
    """It has no name that somebody could type a person's into, and what is no code of ours is not kept."""
    narrow = "whose=mine&state=open&mark=flagged"
    page = world.amal.client.get(f"/cases?{narrow}&since=x&unit=Amal%20Interviewed").text
    assert f'name="asked" value="{html.escape(narrow)}"' in page
    for _ in range(2):
        kept = world.amal.send("/cases/kept", page="/cases", asked=f"whose=Amal&name=Amal&{narrow}")
        assert str(kept.url).endswith(f"/cases?{narrow}")
    assert kept.text.count(f'<a href="/cases?{html.escape(narrow)}"') == 1
    assert "mine · open · a flag" in re.sub(r"\s+", " ", kept.text)
    carla = world.carla.get("/cases").text
    assert narrow not in html.unescape(carla)
    [drop] = re.findall(r'action="(/cases/kept/[0-9a-f-]+/drop)"', kept.text)
    world.carla.send(drop, page="/cases")
    assert drop in world.amal.get("/cases").text
    world.amal.send(drop, page="/cases")
    assert drop not in world.amal.get("/cases").text
    for number in range(21):
        last = world.amal.send("/cases/kept", page="/cases", asked=f"since=2026-01-{number + 1:02}")
    assert last.status_code == 422
    assert "at most 20 lists" in last.text

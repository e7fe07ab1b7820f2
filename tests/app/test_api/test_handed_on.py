"""Persons whom a partner's program or a supervisor hands in: kept sealed, looked at, agreed to by another, taken in once."""

import json
import re
from datetime import timedelta
from http import HTTPStatus
from importlib import import_module

import pytest
from httpx import Response
from sqlalchemy import text

from app.program import Program
from app.worker.tasks import EXPIRE_OVERDUE, build_worker
from core.audit import audited_entries
from core.clock import now
from core.database import Zone
from core.permissions import Right, Role
from core.settings import Settings
from tests.app.signed_in_browser import Browser
from tests.app.test_api.conftest import Clinic, token_of
from tests.app.test_cases.conftest import Office, plain
from tests.app.test_htcds.test_handed_on import IDRIS, LEILA, as_csv

Status = HTTPStatus
NAME = "Handedon"  # of a person: in no list, log or table in clear
BAD = LEILA | {"vic_TraffickingStatus": "Perhaps", "prs_FirstName": "Ilham"}


@pytest.fixture
def danuta(office: Office) -> Browser:
    return office.sit("danuta", Role.DATA_PROTECTION_OFFICER)


def hand_in(office: Office, who: Browser, content: str, name: str = "handed_on.csv") -> Response:
    [token] = set(re.findall(r'name="form_token" value="(\w+)"', who.get("/handed-on").text))
    given = {"form_token": token, "unit": str(office.one), "encoding": ""}
    return who.client.post("/handed-on", data=given, files={"file": (name, content.encode())})


def agree(who: Browser) -> None:
    [deciding] = re.findall(r'action="(/approvals/[0-9a-f-]+/approve)"', who.get("/approvals").text)
    assert who.send(deciding, page="/approvals").status_code == Status.OK


def cases(office: Office) -> int:
    with office.team.zone() as session:
        return int(session.execute(text("SELECT count(*) FROM casework.case")).scalar_one())


def contents(office: Office) -> list[bytes | None]:
    with office.team.zone() as session:
        return list(session.scalars(text("SELECT content FROM ingest.handed_in")))


def test_a_supervisor_tries_a_file_another_agrees_and_its_persons_are_taken_in(office: Office, danuta: Browser) -> None:
    carla = office.carla
    page = hand_in(office, carla, as_csv([LEILA, BAD]))
    address = page.url.path
    assert f"{address}/take-in" not in page.text
    tried = plain(carla.send(f"{address}/try", page=address))
    assert ("new: 1" in tried, "unreadable: 1" in tried, "vic_TraffickingStatus" in tried) == (True, True, True)
    assert "cas_CaseOwner" in tried, "a column that is not taken is named"
    early = carla.send(f"{address}/take-in", page=address)
    assert (early.status_code, "APP-181" in early.text) == (Status.CONFLICT, True)
    assert cases(office) == 1
    for _ in range(2):  # asked twice, it is one
        asked = carla.send(f"{address}/agreement", page=address)
    assert "A second person has been asked" in plain(asked)
    assert "Persons handed on" not in danuta.get("/work").text
    agree(danuta)
    taken = plain(carla.send(f"{address}/take-in", page=address))
    assert "taken in, and forgotten" in taken
    assert (cases(office), contents(office)) == (2, [None])
    again = carla.send(f"{address}/take-in", page="/handed-on")
    assert again.status_code == Status.NOT_FOUND


def test_a_partners_program_hands_in_what_waits_for_two_people_here(office: Office, clinic: Clinic, danuta: Browser) -> None:
    carla, rows = office.carla, json.dumps([LEILA, IDRIS])
    kept = clinic.ask("POST", "/handed-on", content=rows)
    assert (kept.status_code, kept.json()["rows"], kept.json()["not_taken"]) == (Status.CREATED, 2, ["cas_CaseOwner"])
    again = clinic.ask("POST", "/handed-on", content=rows)
    assert (again.status_code, again.json()) == (Status.OK, kept.json())
    own = kept.headers["Location"].removeprefix("/api/v1")
    assert clinic.ask("GET", own).json()["state"] == "waiting"
    assert cases(office) == 1
    [address] = re.findall(r'href="(/handed-on/[0-9a-f-]+)"', carla.get("/handed-on").text)
    assert "new: 2" in plain(carla.send(f"{address}/try", page=address))
    carla.send(f"{address}/agreement", page=address)
    agree(danuta)
    carla.send(f"{address}/take-in", page=address)
    assert (cases(office), clinic.ask("GET", own).json()["state"]) == (3, "taken_in")
    assert clinic.ask("POST", "/handed-on", content=rows).status_code == Status.OK
    assert len(contents(office)) == 1
    amal = office.sit("badr", Role.CASEWORKER, team=office.two)
    assert amal.get("/handed-on").status_code == Status.FORBIDDEN


def test_what_is_no_htcds_is_not_kept_nobody_asks_after_anothers_and_so_many_wait_and_no_more(
    office: Office, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    for content in ("Quintessa", "[]", json.dumps([{"prs_FirstName": "Quintessa"}])):
        refused = clinic.ask("POST", "/handed-on", content=content)
        assert (refused.status_code, refused.json()["code"]) == (Status.UNPROCESSABLE_ENTITY, "CASE-260")
        assert "Quintessa" not in refused.text
    assert "CASE-260" in hand_in(office, office.carla, "a;b\n1;2\n").text
    assert contents(office) == []
    theirs = hand_in(office, office.carla, as_csv([LEILA])).url.path
    assert clinic.ask("GET", theirs).json()["code"] == "INGEST-232"
    own = clinic.ask("POST", "/handed-on", content=json.dumps([LEILA])).headers["Location"].removeprefix("/api/v1")
    erik = office.sit("erik", Role.PARTNER, team=office.two)
    another = Clinic(clinic.client, token_of(office, erik, Right.HAND_IN_PERSONS))
    assert (clinic.ask("GET", own).status_code, another.ask("GET", own).status_code) == (Status.OK, Status.NOT_FOUND)
    monkeypatch.setattr(import_module("app.api.handed_on"), "MOST_WAITING", 1)
    more = clinic.ask("POST", "/handed-on", content=json.dumps([IDRIS]))
    assert (more.status_code, more.json()["code"], len(contents(office))) == (Status.TOO_MANY_REQUESTS, "APP-185", 2)
    assert clinic.ask("POST", "/handed-on", content=json.dumps([LEILA])).status_code == Status.OK, "known already"


def test_nothing_of_a_file_is_in_clear_and_after_thirty_days_it_is_forgotten(
    office: Office, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic.ask("POST", "/handed-on", content=json.dumps([LEILA]))
    address = hand_in(office, office.carla, as_csv([LEILA]), name=f"{NAME}.csv").url.path
    office.carla.send(f"{address}/try", page=address)
    with office.team.zone() as session:
        rows = session.execute(text("SELECT said || content || coalesce(told, '') FROM ingest.handed_in")).scalars().all()
    assert (len(rows), [row for row in rows if NAME.encode() in bytes(row)]) == (2, [])
    assert NAME not in office.carla.get("/handed-on").text
    with office.team.database.transaction(Zone.AUDIT) as session:
        assert not [line for line in audited_entries(session) if NAME in str(line)]
    monkeypatch.setattr(import_module("ingest.handed_in.keep_file"), "now", lambda: now() + timedelta(days=31))
    program = Program(Settings(), office.team.database, office.team.ring)
    build_worker(program).tasks[EXPIRE_OVERDUE].apply().get()
    assert contents(office) == []

"""A phone belongs to a team: what it sends becomes records in that team's reach, and in nobody else's."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from app.cli import accounts, collectors
from app.cli.main import commands
from app.program import Program
from app.web.application import create_application
from app.worker.pipeline import after_submissions
from app.worker.tasks import build_worker
from core.access import Access, Grant, NotAllowed
from core.database import Zone
from core.identity.accounts import find_account
from core.identity.errors import UnitNamedWrongly
from core.identity.grants import accesses_of
from core.identity.models import Stage
from core.identity.sessions import open_session
from core.permissions import Role
from core.settings import Settings
from ingest.collectors import PhoneUnprotected, list_collectors
from tests.casework.conftest import OPERATION, SCREENING, Field, write_answers
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414  (a fixture)
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414

Run = Callable[..., str]
INSTANCE = "0b4d3a0c-6a53-4f0c-9f31-1a7a7d5c2a11"


@pytest.fixture
def program(field_team: Field, tmp_path: Path) -> Program:
    return Program(Settings(var=tmp_path), field_team.database, field_team.ring)


@pytest.fixture
def run(program: Program, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on this test's installation; gives what it printed."""

    @contextmanager
    def opened(_settings: Settings) -> Iterator[Program]:
        yield program

    monkeypatch.setattr("app.cli.work.open_program", opened)
    for module in (accounts, collectors):
        monkeypatch.setattr(module, "open_program", opened)
        monkeypatch.setattr(module.console, "_width", 200)

    def invoke(*words: str) -> str:
        answer = CliRunner().invoke(commands, list(words))
        if answer.exception:
            raise answer.exception
        return answer.output

    return invoke


@pytest.fixture
def units(run: Run) -> None:
    def add(*words: str) -> str:
        return re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", run("units", "add", *words))[0]

    relief, help_ = add("organisation", "Relief"), add("organisation", "Help")
    north = add("area", "North", "--parent", relief)
    for name, parent in (("One", north), ("Two", north), ("One", help_)):
        add("team", name, "--parent", parent)


@pytest.mark.usefixtures("units")
def test_what_a_teams_phone_sends_is_seen_by_that_team_and_by_nobody_else(
    run: Run, program: Program, field_team: Field
) -> None:
    said = run("collectors", "add", OPERATION, "tablet 7", "--organisation", "Relief", "--team", "One")
    [door] = re.findall(r"/key/\S+", said)
    application = create_application(program.database, program.ring, program.settings, after_submissions(build_worker(program)))
    xml = write_answers(field_team.definitions["screening"], SCREENING, {}, INSTANCE, "")
    sent = TestClient(application).post(f"{door}/submission", files={"xml_submission_file": ("a.xml", xml, "text/xml")})
    assert sent.status_code == 201

    def found_by(name: str, *where: str) -> bool:
        run("accounts", "add", name, "--role", "caseworker", "--operation", OPERATION, *where)
        with program.database.transaction(Zone.IDENTITY, actor="administrator") as session:
            token = open_session(session, find_account(session, name).id, Stage.SIGNED_IN, "a test")
        browser = TestClient(application, base_url="http://localhost", cookies={"waystation": token})
        [form] = set(re.findall(r'name="form_token" value="(\w+)"', browser.get("/persons").text))
        asked = {"form_token": form, "case_reference": SCREENING["case_reference"], "purpose": "assistance"}
        return "/persons/" in str(browser.post("/persons", data=asked).url)

    assert found_by("amal", "--organisation", "Relief", "--team", "One")
    assert found_by("badr", "--area", "North")
    assert found_by("carla", "--organisation", "Relief")
    assert not found_by("dora", "--team", "Two")
    assert not found_by("emil", "--organisation", "Help", "--team", "One")
    assert not found_by("fadi", "--organisation", "Help")


@pytest.mark.usefixtures("units")
@pytest.mark.parametrize("named", [("--team", "One"), ("--team", "Nobody's"), ("--organisation", "Help", "--area", "North")])
def test_a_unit_must_be_named_so_that_one_fits(run: Run, named: tuple[str, ...]) -> None:
    with pytest.raises(UnitNamedWrongly):
        run("collectors", "add", OPERATION, "tablet 7", *named)


def test_an_account_gets_its_role_as_it_is_added(run: Run, program: Program) -> None:
    run("accounts", "add", "amal", "--role", "caseworker", "--role", "supervisor", "--operation", OPERATION)
    with program.database.transaction(Zone.IDENTITY, actor="administrator") as session:
        account: UUID = find_account(session, "amal").id
        assert list(accesses_of(session, account)) == [OPERATION]


def test_what_a_phone_carries_is_said_for_each_and_by_a_data_protection_officer_once_there_are_accounts(
    run: Run, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("units", "add", "organisation", "Relief")
    run("collectors", "add", OPERATION, "tablet 7", "--organisation", "Relief")
    [phone] = re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", run("collectors", "list", OPERATION).partition("tablet 7")[0])
    assert "references, facts" in run("collectors", "carry", OPERATION, phone, "--part", "facts")
    assert "references, facts" in run("collectors", "list", OPERATION)
    assert "carries no cases any more" in run("collectors", "carry", OPERATION, phone, "--nothing")
    run("accounts", "add", "badr", "--role", "caseworker", "--operation", OPERATION)
    badr = Access("badr", OPERATION, (Grant(Role.CASEWORKER),))
    monkeypatch.setattr("app.cli.signed_in.sign_in", lambda *_how, **_named: badr)
    with pytest.raises(NotAllowed):
        run("collectors", "carry", OPERATION, phone)

    run("collectors", "add", OPERATION, "tablet 8", "--organisation", "Relief", "--worker", "badr")
    with program.database.transaction(Zone.IDENTITY, actor="administrator") as session:
        account = find_account(session, "badr").id
    with program.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        assert {one.custody.worker for one in list_collectors(session, OPERATION)} == {"-", str(account)}


class TestAPhonesCode:
    def test_it_is_written_for_its_owner_alone_and_never_over_another(self, run: Run, tmp_path: Path) -> None:
        code = tmp_path / "code.svg"
        add = ["collectors", "add", OPERATION, "tablet 9", "--server", "https://collect.example.org"]
        said = run(*add, "--qr", str(code))
        assert re.search(r"https://collect\.example\.org/key/[\w-]{43}\b", said)
        assert b"<svg" in code.read_bytes()
        assert code.stat().st_mode & 0o777 == 0o600
        with pytest.raises(SystemExit):
            run(*add, "--qr", str(code))
        assert run("collectors", "list", OPERATION).count("tablet 9") == 1

    def test_a_server_in_clear_is_refused_before_anything_is_registered(self, run: Run) -> None:
        with pytest.raises(PhoneUnprotected):
            run("collectors", "add", OPERATION, "tablet 9", "--server", "http://collect.example.org")

"""`waystation accounts`, `units` and `tokens`: from an empty installation to people and programs that may sign in."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from app.cli import accounts as commands_of_accounts
from app.cli.main import commands
from app.program import Program
from core.database import Database, Zone
from core.identity.enrolment import redeem_code
from core.identity.errors import GrantUnknown
from core.identity.service_tokens import access_of_token
from core.keys.keyring import KeyRing
from core.settings import Settings

Run = Callable[..., str]
ID = r"[0-9a-f]{8}-[0-9a-f-]{27}"


@pytest.fixture
def run(database: Database, ring: KeyRing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on this test's database; gives what it printed."""

    @contextmanager
    def opened(_settings: Settings) -> Iterator[Program]:
        yield Program(Settings(var=tmp_path), database, ring)

    monkeypatch.setattr(commands_of_accounts, "open_program", opened)
    monkeypatch.setattr(commands_of_accounts.console, "_width", 200)

    def invoke(*words: str) -> str:
        answer: Result = CliRunner().invoke(commands, list(words))
        if answer.exception and not isinstance(answer.exception, SystemExit):
            raise answer.exception
        return answer.output

    return invoke


def test_the_first_account_gets_a_code_and_nobody_a_password(run: Run, database: Database) -> None:
    said = run("accounts", "add", "amal", "--called", "Amal Example", "--language", "ar")
    code = re.search(r"(?:[A-Z2-7]{4}-){7}[A-Z2-7]{4}", said)
    assert code
    with database.transaction(Zone.IDENTITY) as session:
        assert redeem_code(session, code[0])


def test_a_role_is_given_listed_and_taken_back(run: Run) -> None:
    organisation = re.findall(ID, run("units", "add", "organisation", "Relief"))[0]
    run("units", "add", "area", "North", "--parent", organisation)
    assert "North" in run("units", "list")
    run("accounts", "add", "amal")
    grant = re.findall(ID, run("accounts", "grant", "amal", "caseworker", "TEST", "--organisation", organisation))[0]
    listed = run("accounts", "list")
    assert all(word in listed for word in ("amal", "caseworker", "TEST", "Relief", grant))
    run("accounts", "revoke", grant)
    assert "caseworker" not in run("accounts", "list")
    with pytest.raises(GrantUnknown):
        run("accounts", "revoke", grant)


def test_a_program_gets_a_token_that_can_be_taken_back(run: Run, database: Database) -> None:
    run("accounts", "add", "sync", "--service")
    grant = re.findall(ID, run("accounts", "grant", "sync", "caseworker", "TEST"))[0]
    said = run("tokens", "add", grant, "--right", "find_person", "--days", "30")
    token, number = re.findall(r"wst_\S+", said)[0], re.findall(ID, said)[-1]
    with database.transaction(Zone.IDENTITY) as session:
        assert access_of_token(session, token)
    run("tokens", "revoke", number)
    with database.transaction(Zone.IDENTITY) as session:
        assert access_of_token(session, token) is None


def test_an_account_is_closed(run: Run) -> None:
    run("accounts", "add", "amal")
    run("accounts", "deactivate", "amal")
    assert "closed" in run("accounts", "list")


def test_a_lost_factor_is_replaced_by_a_new_code(run: Run) -> None:
    first, second = run("accounts", "add", "amal"), run("accounts", "reset", "amal")
    assert "Enrolment code" in second
    assert first != second

"""The access pack on its way out: the log says which roles used the record, and what is written is sealed."""

import io
import json
import zipfile
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from pyrage import passphrase, x25519
from typer.testing import CliRunner

import casework
from app.cli import rights
from app.cli.main import commands
from app.program import Program
from app.records.access_pack import make_access_pack
from casework.rights import open_requests
from core.access import Access, Grant, NotAllowed
from core.audit import Purpose
from core.clock import now
from core.database import Zone
from core.identity.models import Account, AccountKind, RoleGrant
from core.permissions import Role
from core.settings import Settings
from forms import RecordPart
from tests.beginning import begun
from tests.casework.conftest import OPERATION, SCREENING, Field

OFFICER = Access(str(uuid4()), OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER),))
SECRET = "five words that nobody guesses"


@pytest.fixture
def program(field_team: Field) -> Program:
    return Program(Settings(), field_team.database, field_team.ring)


@begun
def person(field_team: Field) -> UUID:
    person, *_ = field_team.admit(field_team.send("screening", SCREENING)).records
    return person


def account_with(team: Field, role: Role) -> Access:
    """An account, and the role that it holds everywhere in the operation."""
    account = uuid4()
    with team.zone(Zone.IDENTITY) as session:
        sealed = {"display_name": b"", "key_version": 1, "sealed_key": b"", "commitment": b""}
        told = {"sign_in_name": "amal.quintessa", "kind": AccountKind.PERSON, "active": True, "language": "en"}
        session.add(Account(id=account, operation=OPERATION, added_by="system", added_at=now(), **told, **sealed))
        session.flush()
        session.add(
            RoleGrant(id=uuid4(), account=account, role=role, operation=OPERATION, own=False, given_by="system", given_at=now())
        )
    return Access(str(account), OPERATION, (Grant(role),))


def unpacked(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def test_who_read_the_record_is_told_by_role_and_not_by_name(field_team: Field, program: Program, person: UUID) -> None:
    worker = account_with(field_team, Role.CASEWORKER)
    with field_team.database.transaction(Zone.CASEWORK, access=worker) as session:
        casework.read_person(session, field_team.ring, person, parts=[RecordPart.FACTS], purpose=Purpose.ASSISTANCE)
    pack = unpacked(make_access_pack(program, OFFICER, person))
    assert set(pack) == {"about-you.html", "about-you.json"}
    reads = [use for use in json.loads(pack["about-you.json"])["uses"] if use["action"] == "read"]
    assert [(use["roles"], use["purpose"]) for use in reads] == [(["caseworker"], "assistance")]
    assert worker.actor.encode() not in b"".join(pack.values())


def test_who_may_not_give_a_pack_does_not_get_its_log_either(program: Program, person: UUID) -> None:
    with pytest.raises(NotAllowed):
        make_access_pack(program, Access("amal", OPERATION, (Grant(Role.CASEWORKER),)), person)


@pytest.fixture
def signed_in(program: Program, monkeypatch: pytest.MonkeyPatch) -> Program:
    """The command line with the data protection officer signed in; signing in has tests of its own."""
    monkeypatch.setattr(rights, "sign_in", lambda _program, _operation: OFFICER)

    class Opened:
        def __enter__(self) -> Program:
            return program

        def __exit__(self, *_: object) -> None: ...

    monkeypatch.setattr(rights, "open_program", lambda _settings: Opened())
    return program


def test_the_command_writes_a_sealed_file_that_only_its_owner_reads(signed_in: Program, person: UUID, tmp_path: Path) -> None:
    out = tmp_path / "pack.age"
    asked = ["rights", "access", OPERATION, str(person), "--out", str(out), "--language", "en"]
    done = CliRunner().invoke(commands, asked, input=f"{SECRET}\n{SECRET}\n")
    assert done.exit_code == 0, done.output
    assert out.stat().st_mode & 0o777 == 0o600
    assert b"Amal" not in out.read_bytes()
    assert SECRET not in done.output
    assert b"Amal" in unpacked(passphrase.decrypt(out.read_bytes(), SECRET))["about-you.html"]
    assert [path.name for path in tmp_path.iterdir()] == ["pack.age"]


def test_a_file_that_is_there_is_not_overwritten(signed_in: Program, person: UUID, tmp_path: Path) -> None:
    out = tmp_path / "pack.age"
    out.write_text("other")
    recipient = str(x25519.Identity.generate().to_public())  # a passphrase is stretched for a second
    done = CliRunner().invoke(
        commands, ["rights", "access", OPERATION, str(person), "--out", str(out), "--recipient", recipient]
    )
    assert done.exit_code != 0
    assert out.read_text() == "other"


def test_requests_are_received_listed_and_answered_by_command(signed_in: Program, person: UUID) -> None:
    run = CliRunner().invoke
    assert run(commands, ["rights", "receive", OPERATION, str(person), "access"]).exit_code == 0
    with signed_in.database.transaction(Zone.CASEWORK, access=OFFICER) as session:
        [waiting] = open_requests(session)
    assert run(commands, ["rights", "list", OPERATION]).exit_code == 0
    assert run(commands, ["rights", "answer", OPERATION, str(waiting.id), "granted"]).exit_code == 0
    with signed_in.database.transaction(Zone.CASEWORK, access=OFFICER) as session:
        assert open_requests(session) == []

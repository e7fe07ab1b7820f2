"""Rotating, re-wrapping, retiring and verifying keys of a running installation."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from app.keys.key_operations import KeyInUse, failing_keys, key_status, retire, rotate
from app.keys.key_tables import KEY_TABLES
from app.keys.rewrap_keys import rewrap, waiting
from app.keys.second_person import ProposalNeeded, approval
from app.program import Program, open_program
from casework.models import StoredKey
from core.access import Access, Grant
from core.audit import Action, Purpose, audited_entries
from core.database import KeyRetired, Zone
from core.keys import wrapped_keys
from core.keys.key_providers.passphrase import Passphrase
from core.keys.key_ring_file import open_key_ring
from core.permissions import Role
from core.sealing.envelope import Binding, CiphertextRefused, new_record_key
from core.second_person import Act, ProposalForSomethingElse, ProposalNotThere, approve, propose
from core.settings import Settings
from tests.app.key_installation import FIELD, WHO, add_records, alone, opened_keys, owner, stored

PASSPHRASE = "a passphrase for the keys"
EVERYTHING = (Grant(Role.ADMINISTRATOR),)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, keyring_passphrase=PASSPHRASE)


@pytest.fixture
def program(settings: Settings) -> Iterator[Program]:
    with open_program(settings) as opened:
        yield opened


def silent(_count: int) -> None: ...


def test_a_rotation_wraps_every_key_anew_and_opens_what_was_sealed_before(program: Program) -> None:
    ciphertexts = add_records(program, 25)
    before = {row.record: row for row in stored(program)}
    assert rotate(program, WHO, alone, silent).count == 25
    after = stored(program)
    assert {row.key_version for row in after} == {2}
    assert all(row.sealed != before[row.record].sealed for row in after)
    assert all(row.commitment == before[row.record].commitment for row in after)
    keys = opened_keys(program)
    assert {keys[record].open(sealed, FIELD) for record, sealed in ciphertexts.items()} == {b"facts"}


def test_the_old_ring_does_not_open_what_was_wrapped_anew(program: Program) -> None:
    add_records(program, 1)
    old = program.ring.key(1)
    rotate(program, WHO, alone, silent)
    [row] = stored(program)
    row.key_version = 1
    program.ring.keys[1] = old
    with pytest.raises(CiphertextRefused):
        wrapped_keys.unwrap_record_key(
            program.ring,
            wrapped_keys.WrappedKey(1, row.sealed, row.commitment),
            Binding("casework.record_key", row.record, row.kind),
        )


def test_keys_of_every_table_are_wrapped_anew(program: Program) -> None:
    add_records(program, 1)
    with owner(program.settings) as connection:
        for table, binding in [("ingest.record_key", "ingest.submission"), ("ingest.record_key", "ingest.quarantine")]:
            record = uuid4()
            _, wrapped = new_record_key(program.ring, Binding(binding, record, "key"))
            connection.execute(
                text(f"INSERT INTO {table} (record, operation, version, sealed, commitment) VALUES (:r, 'A', 1, :s, :c)"),
                {"r": record, "s": wrapped.sealed, "c": wrapped.commitment},
            )
        record = uuid4()
        _, wrapped = new_record_key(program.ring, Binding("anonymizer.sealed_evidence", record, "key"))
        connection.execute(
            text("INSERT INTO anonymizer.sealed_evidence VALUES (:r, 'A', '2026-W07', 1, :s, :c, 'content')"),
            {"r": record, "s": wrapped.sealed, "c": wrapped.commitment},
        )
    assert rotate(program, WHO, alone, silent).count == 4
    assert list(failing_keys(program, WHO, silent)) == []
    counted = {name: number for status in key_status(program, WHO) for name, number in status.wrapped.items() if number}
    assert counted == {"casework.record_key": 1, "ingest.record_key": 2, "anonymizer.sealed_evidence": 1}


def test_a_rotation_in_small_batches_misses_nothing(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    add_records(program, 40)
    monkeypatch.setattr(wrapped_keys, "BATCH", 3)
    assert rotate(program, WHO, alone, silent).count == 40
    assert waiting(program.database, program.ring, WHO) == 0


def test_a_key_destroyed_while_keys_are_wrapped_anew_stays_destroyed(program: Program) -> None:
    add_records(program, 5)
    gone = stored(program)[0].record
    rotate_first = rotate(program, WHO, alone, silent)
    with program.database.transaction(Zone.KEYS, access=WHO) as session:
        rows = [(gone.bytes, b"\0" * 60)]
        with owner(program.settings) as connection:
            connection.execute(text("DELETE FROM casework.record_key WHERE record = :gone"), {"gone": gone})
        wrapped_keys._store(session, KEY_TABLES[0], rows, current=3, label="movement", old=2)
    assert rotate_first.count == 5
    assert gone not in {row.record for row in stored(program)}


def test_what_does_not_open_is_named_and_the_rest_goes_on(program: Program) -> None:
    add_records(program, 5)
    spoilt = stored(program)[2].record
    flip(program, spoilt, "sealed")
    done = rotate(program, WHO, alone, silent)
    assert (done.count, done.refused) == (4, [("casework.record_key", spoilt)])
    with pytest.raises(KeyInUse, match="1 record keys"):
        retire(program, WHO, 1, alone)


@pytest.mark.parametrize("column", ["sealed", "commitment"])
def test_verify_names_each_key_that_fails(program: Program, column: str) -> None:
    add_records(program, 5)
    spoilt = stored(program)[3].record
    flip(program, spoilt, column)
    assert list(failing_keys(program, WHO, silent)) == [("casework.record_key", spoilt)]


def flip(program: Program, record: UUID, column: str) -> None:
    with owner(program.settings) as connection:
        connection.execute(
            text(
                f"UPDATE casework.record_key SET {column} = set_byte({column}, 9, get_byte({column}, 9) # 1) WHERE record = :r"
            ),
            {"r": record},
        )


KILLED = """
import os, signal, sys
from app.keys.key_operations import rotate
from app.program import open_program
from core.keys import wrapped_keys
from core.access import Access
from core.settings import Settings
wrapped_keys.BATCH = 5
done = 0
def told(count):
    global done
    done += count
    if done >= 15:
        os.kill(os.getpid(), signal.SIGKILL)
with open_program(Settings.read()) as program:
    rotate(program, Access.of_system("administrator", ""), lambda session, subject: None, told)
"""


def test_a_rotation_that_is_killed_goes_on_where_it_stopped(program: Program) -> None:
    ciphertexts = add_records(program, 60)
    settings = program.settings
    environment = {
        **os.environ,
        "WAYSTATION_DATABASE_URL": settings.database_url,
        "WAYSTATION_DATABASE_OWNER_URL": settings.database_owner_url,
        "WAYSTATION_VAR": str(settings.var),
        "WAYSTATION_KEYRING_PASSPHRASE": PASSPHRASE,
    }
    ended = subprocess.run([sys.executable, "-c", KILLED], env=environment, capture_output=True, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    # The program that ran all the while opens both kinds, although nobody told it of the new key.
    keys = opened_keys(program)
    assert {keys[record].open(sealed, FIELD) for record, sealed in ciphertexts.items()} == {b"facts"}
    assert program.ring.current == 2
    left = waiting(program.database, program.ring, WHO)
    assert 0 < left <= 45
    assert rotate(program, WHO, alone, silent).count == left
    assert {row.key_version for row in stored(program)} == {2}
    assert {status.version for status in key_status(program, WHO)} == {1, 2}


def test_a_version_is_retired_when_nothing_is_wrapped_under_it(program: Program) -> None:
    add_records(program, 3)
    rotate(program, WHO, alone, silent)
    retire(program, WHO, 1, alone)
    assert set(open_key_ring(program.settings.keyring_path, Passphrase(PASSPHRASE)).keys) == {2}
    with open_program(program.settings) as again:
        assert len(opened_keys(again)) == 3


@pytest.mark.parametrize(("version", "reason"), [(1, "wraps new record keys"), (9, "no such version")])
def test_the_current_version_and_an_unknown_one_are_not_retired(program: Program, version: int, reason: str) -> None:
    with pytest.raises(KeyInUse, match=reason):
        retire(program, WHO, version, alone)


def test_a_version_in_use_is_not_retired(program: Program) -> None:
    add_records(program, 3)
    rotate(program, WHO, alone, silent)
    with owner(program.settings) as connection:
        connection.execute(text("UPDATE casework.record_key SET key_version = 1"))
    before = program.settings.keyring_path.read_bytes()
    with pytest.raises(KeyInUse, match="3 record keys"):
        retire(program, WHO, 1, alone)
    assert program.settings.keyring_path.read_bytes() == before


def test_a_process_with_an_old_copy_of_the_ring_cannot_write_under_a_retired_version(program: Program) -> None:
    add_records(program, 1)
    rotate(program, WHO, alone, silent)
    retire(program, WHO, 1, alone)
    row = stored(program)[0]
    with pytest.raises(KeyRetired), program.database.transaction(Zone.CASEWORK, operation="A") as session:
        session.add(
            StoredKey(
                record=uuid4(), kind="movement", operation="A", key_version=1, sealed=row.sealed, commitment=row.commitment
            )
        )


def test_every_use_of_a_key_leaves_an_audit_line_and_no_key(program: Program) -> None:
    add_records(program, 2)
    rotate(program, WHO, alone, silent)
    list(failing_keys(program, WHO, silent))
    retire(program, WHO, 1, alone)
    with program.database.transaction(Zone.AUDIT) as session:
        did = {entry.detail["did"] for entry in audited_entries(session, action=Action.KEY_USED, newest=50)}
    assert did >= {"add", "rewrap", "verify", "retire"}


def test_who_may_not_changes_nothing(program: Program) -> None:
    add_records(program, 1)

    def refuse(_session: object, subject: str) -> None:
        raise ProposalNeeded(subject=subject)

    before = program.settings.keyring_path.read_bytes()
    with pytest.raises(ProposalNeeded, match=r"core\.key_ring:rotate"):
        rotate(program, WHO, refuse, silent)
    assert program.settings.keyring_path.read_bytes() == before
    assert [status.version for status in key_status(program, WHO)] == [1]


def proposed(program: Program, subject: str) -> UUID:
    who = Access("keeper", "A", EVERYTHING)
    with program.database.transaction(Zone.KEYS, access=who) as session:
        return propose(session, Act.KEY_OPERATION, subject, purpose=Purpose.SECURITY)


def test_an_approved_proposal_lets_a_rotation_happen_once(program: Program) -> None:
    add_records(program, 2)
    proposal = proposed(program, "core.key_ring:rotate")
    keeper = Access.of_system("administrator", "A")
    with pytest.raises(ProposalNotThere):
        rotate(program, keeper, approval(program.database, proposal), silent)
    with program.database.transaction(Zone.KEYS, access=Access("second", "A", EVERYTHING)) as session:
        approve(session, proposal)
    allow = approval(program.database, proposal)
    with pytest.raises(ProposalForSomethingElse), program.database.transaction(Zone.KEYS, access=keeper) as session:
        allow(session, "core.key_ring:retire:1")
    assert rotate(program, keeper, approval(program.database, proposal), silent).count == 2
    with pytest.raises(ProposalNotThere):
        rotate(program, keeper, approval(program.database, proposal), silent)


def test_before_the_first_account_one_person_sets_the_keys_up(program: Program) -> None:
    add_records(program, 1)
    assert rotate(program, WHO, approval(program.database, None), silent).count == 1


def test_the_rewrap_counts_what_it_did(program: Program) -> None:
    add_records(program, 1)
    heard: list[int] = []
    assert rewrap(program.database, program.ring, WHO, heard.append).count == 0
    assert sum(heard) == 0

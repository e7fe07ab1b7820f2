"""The right key ring or none: every state of file and database at a real start, and nothing is written when it is refused."""

from pathlib import Path

import pytest
from sqlalchemy import text

from app.program import open_program
from core.audit import Action, audited_entries
from core.database import Zone
from core.keys.key_providers.passphrase import Passphrase
from core.keys.key_ring_file import KeyRingMissing, add_key, create_key_ring
from core.keys.key_versions import KeyRingForeign, KeyRingIncomplete, known_versions
from core.settings import Settings
from tests.app.key_installation import add_records, owner

PASSPHRASE = "a passphrase for the start"


@pytest.fixture
def started(settings: Settings) -> Settings:
    """Started once, with a record in it."""
    settings.var.mkdir()
    settings.passphrase_path.write_text(PASSPHRASE)
    with open_program(settings) as program:
        add_records(program, 1)
    return settings


def versions(settings: Settings) -> dict[int, str]:
    with owner(settings) as connection:
        rows = connection.execute(text("SELECT version, fingerprint FROM core.key_version")).all()
    return {row.version: row.fingerprint for row in rows}


def test_a_first_start_writes_down_the_fingerprint(started: Settings) -> None:
    with open_program(started) as program:
        assert versions(started) == {1: program.ring.fingerprint(1)}


def test_another_ring_is_refused_and_nothing_is_written(started: Settings) -> None:
    before = versions(started)
    started.keyring_path.unlink()
    create_key_ring(started.keyring_path, Passphrase(PASSPHRASE))
    content = started.keyring_path.read_bytes()
    with pytest.raises(KeyRingForeign, match="own key ring"), open_program(started):
        pass
    assert (versions(started), started.keyring_path.read_bytes()) == (before, content)


def test_a_ring_from_before_a_rotation_is_refused(started: Settings) -> None:
    old = started.keyring_path.read_bytes()
    add_key(started.keyring_path, Passphrase(PASSPHRASE))
    with open_program(started):
        pass
    started.keyring_path.write_bytes(old)
    with pytest.raises(KeyRingIncomplete, match="lacks key version 2"), open_program(started):
        pass


def test_a_crash_between_file_and_database_heals(started: Settings) -> None:
    grown = add_key(started.keyring_path, Passphrase(PASSPHRASE))
    with open_program(started) as program:
        assert program.ring == grown
    assert set(versions(started)) == {1, 2}
    with open_program(started) as program, program.database.transaction(Zone.AUDIT) as session:
        told = [line.detail for line in audited_entries(session, action=Action.KEY_USED) if line.detail["did"] != "re-wrap"]
    assert told == [{"did": "finish rotation", "versions": [2]}, {"did": "first start", "versions": [1]}]


def test_a_missing_ring_is_refused_even_where_there_is_no_operation_yet(settings: Settings) -> None:
    with open_program(settings):
        pass
    settings.keyring_path.unlink()
    with pytest.raises(KeyRingMissing), open_program(settings):
        pass
    assert not settings.keyring_path.exists()


def test_a_store_from_before_fingerprints_takes_the_ring_that_opens_it(started: Settings) -> None:
    with owner(started) as connection:
        connection.execute(text("DELETE FROM core.key_version"))
    with open_program(started):
        pass
    assert set(versions(started)) == {1}


def test_a_store_from_before_fingerprints_refuses_another_ring(started: Settings, tmp_path: Path) -> None:
    with owner(started) as connection:
        connection.execute(text("DELETE FROM core.key_version"))
    started.keyring_path.unlink()
    create_key_ring(started.keyring_path, Passphrase(PASSPHRASE))
    with pytest.raises(KeyRingForeign), open_program(started):
        pass
    assert versions(started) == {}


def test_the_versions_are_known_to_the_keys_zone(started: Settings) -> None:
    with open_program(started) as program, program.database.transaction(Zone.KEYS) as session:
        assert list(known_versions(session)) == [1]

"""Starting up: a first start makes what is missing, a later one never replaces it."""

from pathlib import Path

import pytest

from app.keys.key_provider import PassphraseMissing
from app.program import open_program
from core.database import DatabaseDown, Zone
from core.keys.key_ring_file import KeyRingMissing, PassphraseWrong
from core.models import Operation
from core.settings import Settings


def test_the_first_start_makes_a_key_ring_that_only_its_owner_can_read(settings: Settings) -> None:
    with open_program(settings) as program:
        first = program.ring
    assert settings.keyring_path.stat().st_mode & 0o777 == 0o600
    assert settings.passphrase_path.stat().st_mode & 0o777 == 0o600
    with open_program(settings) as program:
        assert program.ring == first


def test_data_without_its_key_ring_stops_the_start_and_nothing_is_made(settings: Settings) -> None:
    with open_program(settings) as program, program.database.transaction(Zone.COLLECTION, operation="A") as session:
        session.add(Operation(code="A", names={}))
    settings.keyring_path.unlink()
    with pytest.raises(KeyRingMissing, match="restore the file from its backup"), open_program(settings):
        pass
    assert not settings.keyring_path.exists()


def test_a_wrong_passphrase_stops_the_start(settings: Settings) -> None:
    with open_program(settings):
        pass
    settings.passphrase_path.write_text("something else")
    with pytest.raises(PassphraseWrong), open_program(settings):
        pass


def test_a_passphrase_that_is_not_there_is_asked_for(settings: Settings) -> None:
    with open_program(settings):
        pass
    settings.passphrase_path.unlink()
    with pytest.raises(PassphraseMissing, match="WAYSTATION_KEYRING_PASSPHRASE"), open_program(settings):
        pass


def test_a_server_that_is_down_is_said_plainly(tmp_path: Path) -> None:
    settings = Settings(database_url="postgresql://nobody@/nowhere?host=/nonexistent", var=tmp_path)
    with pytest.raises(DatabaseDown, match="Start the server"), open_program(settings):
        pass
    assert not settings.keyring_path.exists()

"""The key ring: one file, one passphrase, never overwritten."""

from pathlib import Path

import pytest

from core.keyring import (
    KeyRingDamaged,
    KeyRingExists,
    KeyRingMissing,
    KeyVersionUnknown,
    PassphraseWrong,
    add_key,
    create_key_ring,
    open_key_ring,
)

PASSPHRASE = "seven lanterns on the quay"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ring") / "keyring.json"
    create_key_ring(path, PASSPHRASE)
    return path


@pytest.fixture
def path(made: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "keyring.json"
    copy.write_bytes(made.read_bytes())
    return copy


def test_only_its_owner_can_read_the_file(made: Path) -> None:
    assert made.stat().st_mode & 0o777 == 0o600


def test_the_file_holds_no_key_in_clear(path: Path) -> None:
    ring = open_key_ring(path, PASSPHRASE)
    text = path.read_text()
    assert all(key.hex() not in text for key in [*ring.keys.values(), ring.token_secret])
    assert "keys=" not in repr(ring)


def test_a_missing_ring_says_what_is_at_stake(tmp_path: Path) -> None:
    with pytest.raises(KeyRingMissing, match="restore the file from its backup"):
        open_key_ring(tmp_path / "keyring.json", PASSPHRASE)


def test_a_wrong_passphrase_opens_nothing(path: Path) -> None:
    with pytest.raises(PassphraseWrong, match="Nothing was changed"):
        open_key_ring(path, "seven lanterns on the key")


def test_an_existing_ring_is_left_as_it_is(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(KeyRingExists):
        create_key_ring(path, "another")
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"format": 9, "salt": "", "keys": [], "token_secret": ""}', "\udcff"])
def test_a_damaged_file_is_not_guessed_at(path: Path, content: str) -> None:
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(KeyRingDamaged):
        open_key_ring(path, PASSPHRASE)


def test_a_new_key_becomes_current_and_the_old_one_still_opens(path: Path) -> None:
    before = open_key_ring(path, PASSPHRASE)
    after = add_key(path, PASSPHRASE)
    reopened = open_key_ring(path, PASSPHRASE)
    assert reopened == after
    assert reopened.current == before.current + 1
    assert reopened.key(before.current) == before.key(before.current)
    with pytest.raises(KeyVersionUnknown):
        before.key(reopened.current)


def test_a_blind_token_finds_a_value_again_but_only_for_its_purpose(path: Path) -> None:
    ring = open_key_ring(path, PASSPHRASE)
    assert ring.blind_token("phone", "+999 1") == ring.blind_token("phone", "+999 1")
    assert ring.blind_token("phone", "+999 1") != ring.blind_token("case", "+999 1")

"""The key ring: one file, one sealing key, never overwritten; in memory it follows what is added to its file."""

from pathlib import Path
from uuid import uuid4

import pytest

from core.keys.key_providers.passphrase import Passphrase
from core.keys.key_providers.vault_transit import VaultTransit
from core.keys.key_ring_file import (
    KeyRingDamaged,
    KeyRingExists,
    KeyRingMissing,
    KeyRingSealedOtherwise,
    PassphraseWrong,
    add_key,
    create_key_ring,
    drop_key,
    open_key_ring,
    reseal_key_ring,
)
from core.keys.keyring import KeyRing, KeyVersionUnknown
from core.sealing.envelope import Binding, new_record_key, unwrap_record_key

PROVIDER = Passphrase("seven lanterns on the quay")
BINDING = Binding("casework.record_key", uuid4(), "person")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ring") / "keyring.json"
    create_key_ring(path, PROVIDER)
    return path


@pytest.fixture
def path(made: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "keyring.json"
    copy.write_bytes(made.read_bytes())
    return copy


def test_only_its_owner_can_read_the_file(made: Path) -> None:
    assert made.stat().st_mode & 0o777 == 0o600
    assert list(made.parent.iterdir()) == [made]


def test_the_file_holds_no_key_in_clear(path: Path) -> None:
    ring = open_key_ring(path, PROVIDER)
    text = path.read_text()
    assert all(key.hex() not in text for key in [*ring.keys.values(), ring.token_secret])
    assert "keys=" not in repr(ring)
    assert "lanterns" not in repr(ring) + repr(PROVIDER)


def test_a_missing_ring_says_what_is_at_stake(tmp_path: Path) -> None:
    with pytest.raises(KeyRingMissing, match="restore the file from its backup"):
        open_key_ring(tmp_path / "keyring.json", PROVIDER)


def test_a_wrong_passphrase_opens_nothing(path: Path) -> None:
    with pytest.raises(PassphraseWrong, match="Nothing was changed"):
        open_key_ring(path, Passphrase("seven lanterns on the key"))


def test_a_ring_sealed_by_another_provider_says_so(path: Path) -> None:
    with pytest.raises(KeyRingSealedOtherwise, match="WAYSTATION_KEY_PROVIDER"):
        open_key_ring(path, VaultTransit("https://vault.example", "waystation", "token"))


def test_an_existing_ring_is_left_as_it_is(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(KeyRingExists):
        create_key_ring(path, Passphrase("another"))
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"format": 9, "salt": "", "keys": [], "token_secret": ""}', "\udcff"])
def test_a_damaged_file_is_not_guessed_at(path: Path, content: str) -> None:
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(KeyRingDamaged):
        open_key_ring(path, PROVIDER)


def test_a_new_key_becomes_current_and_the_old_one_still_opens(path: Path) -> None:
    before = open_key_ring(path, PROVIDER)
    old = before.key(1)
    after = add_key(path, PROVIDER)
    assert open_key_ring(path, PROVIDER) == after
    assert after.current == 2
    assert after.key(1) == old


def test_a_key_is_dropped_but_never_the_current_one(path: Path) -> None:
    add_key(path, PROVIDER)
    assert set(drop_key(path, PROVIDER, 1).keys) == {2}
    before = path.read_bytes()
    with pytest.raises(ValueError, match="current"):
        drop_key(path, PROVIDER, 2)
    assert path.read_bytes() == before


def test_another_passphrase_seals_the_same_keys(path: Path) -> None:
    before = open_key_ring(path, PROVIDER)
    assert reseal_key_ring(path, PROVIDER, Passphrase("eight lanterns")) == before
    with pytest.raises(PassphraseWrong):
        open_key_ring(path, PROVIDER)
    assert open_key_ring(path, Passphrase("eight lanterns")) == before


def test_a_ring_in_use_opens_what_was_wrapped_under_a_key_added_since(path: Path) -> None:
    running = open_key_ring(path, PROVIDER)
    _, wrapped = new_record_key(add_key(path, PROVIDER), BINDING)
    assert wrapped.version == 2
    unwrap_record_key(running, wrapped, BINDING)


def test_a_ring_in_use_wraps_under_a_key_added_since(path: Path) -> None:
    running = open_key_ring(path, PROVIDER)
    add_key(path, PROVIDER)
    assert new_record_key(running, BINDING)[1].version == 2


def test_a_ring_in_use_takes_no_key_from_another_ring(path: Path, tmp_path: Path) -> None:
    running = open_key_ring(path, PROVIDER)
    create_key_ring(tmp_path / "other.json", PROVIDER)
    add_key(tmp_path / "other.json", PROVIDER)
    (tmp_path / "other.json").replace(path)
    with pytest.raises(KeyVersionUnknown):
        running.key(2)
    assert new_record_key(running, BINDING)[1].version == 1


def test_a_ring_in_use_goes_on_when_its_file_is_gone(path: Path) -> None:
    running = open_key_ring(path, PROVIDER)
    path.unlink()
    assert new_record_key(running, BINDING)[1].version == 1


def test_an_older_version_that_is_missing_is_not_looked_for() -> None:
    with pytest.raises(KeyVersionUnknown):
        KeyRing({2: bytes(32)}, bytes(32)).key(1)


def test_a_fingerprint_tells_keys_and_rings_apart() -> None:
    ring = KeyRing({1: bytes(32), 2: bytes(32)}, bytes(32))
    others = [KeyRing({1: b"\1" * 32}, bytes(32)), KeyRing({1: bytes(32)}, b"\1" * 32)]
    assert len({ring.fingerprint(1), ring.fingerprint(2), *(other.fingerprint(1) for other in others)}) == 4


def test_a_blind_token_finds_a_value_again_but_only_for_its_purpose(path: Path) -> None:
    ring = open_key_ring(path, PROVIDER)
    assert ring.blind_token("phone", "+999 1") == ring.blind_token("phone", "+999 1")
    assert ring.blind_token("phone", "+999 1") != ring.blind_token("case", "+999 1")
